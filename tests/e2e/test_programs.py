"""A program from its founding to the evidence: three mentors join, one finishes, the right one is reminded."""

import io

import pypdf
import pytest

from tests.e2e.axe import violations

pytestmark = pytest.mark.browser
NEARLY = """
from registration.models import User
from tests.training.test_completion import fill
for email, is_done in {people!r}:
    fill(User.objects.get(email=email), without_plan=not is_done)
    if is_done:
        from training.completion import newly_complete
        newly_complete(User.objects.get(email=email))
"""
APPROVE = "from registration.models import Program; Program.objects.get().approve()"


def found(page, site):
    """The coordinator asks for a program; staff approve it. Gives the link to join, as the page shows it."""
    page.goto(f"{site.training}/for-institutions/")
    page.get_by_role("link", name="Ask for a program").click()
    page.get_by_label("Name of the program").fill("T32 Heart")
    page.get_by_label("Institution").fill("Example U")
    page.get_by_label("Mentors of graduate students").check()
    page.get_by_label("a completion is good for").select_option(label="3 years")
    page.get_by_role("button", name="Ask for this program").click()
    page.get_by_text("It opens once we have looked at it").wait_for()
    site.manage("shell", "--no-imports", "-c", APPROVE)
    page.reload()
    return page.get_by_role("link", name="/programs/join/").inner_text()


def join(page, link):
    page.goto(link)
    page.get_by_text("It will never see what you write or choose").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="I agree, and join").click()
    page.get_by_text("You are a member of T32 Heart.").wait_for()


@pytest.mark.parametrize("width", [1280, 375])
def test_from_founding_to_evidence(site, open_page, sign_in, width):
    coordinator, done, finishes, begins = [site.person() for _ in range(4)]
    site.manage(
        "shell",
        "--no-imports",
        "-c",
        "from registration.models import Program; Program.objects.all().delete()",
    )
    site.manage("shell", "--no-imports", "-c", NEARLY.format(people=[(done, True), (finishes, False)]))
    desk = sign_in(open_page(width), coordinator)
    link = found(desk, site)
    for email in (done, finishes, begins):
        join(sign_in(open_page(375), email), link)

    # The plan is all that was missing: certificate, as PDF and as anybody sees it
    mentor = sign_in(open_page(width), finishes)
    mentor.goto(f"{site.training}/graduate/plan/")
    mentor.locator("#id_goal_1").fill("Meet every week")
    mentor.locator("#id_situation_1").fill("a draft reaches me")
    mentor.locator("#id_action_1").fill("say when I will read it")
    mentor.get_by_role("button", name="Save for now").click()
    mentor.goto(f"{site.training}/graduate/complete/")
    pdf = mentor.request.get(
        mentor.get_by_role("link", name="Open the certificate").evaluate("link => link.href")
    )
    sheet = pypdf.PdfReader(io.BytesIO(pdf.body())).pages[0]
    address = next(note.get_object()["/A"]["/URI"] for note in sheet["/Annots"])
    stranger = open_page(width)
    stranger.goto(address)
    stranger.get_by_text("Valid.", exact=True).wait_for()
    assert violations(stranger) == []
    assert stranger.evaluate("document.documentElement.scrollWidth") == width

    desk.reload()
    assert [" ".join(text.split()) for text in desk.locator(".statuses a").all_inner_texts()] == [
        "All 3", "Not started 1", "Under way 0", "Completed 2", "Expired 0",
    ]  # fmt: skip
    assert violations(desk) == []
    desk.get_by_role("link", name="Evidence for a list of mentors").click()
    desk.get_by_label("Your mentors").fill(f"{done}\n{finishes}\n{begins}\nnobody@example.org")
    desk.get_by_role("button", name="Make the table").click()
    desk.get_by_role("heading", name="2 of 4 people are current").wait_for()
    assert violations(desk) == []
    assert desk.evaluate("document.documentElement.scrollWidth") == width

    desk.goto(f"{desk.url.split('evidence')[0]}reminders/")
    desk.get_by_text("1 member would get a reminder now.").wait_for()
    desk.get_by_role("button", name="Send the reminders").click()
    desk.get_by_text("1 reminder is on its way.").wait_for()
    mail = site.get(site.newest_mail("Your mentoring course for T32 Heart")).decode()
    assert begins in mail
