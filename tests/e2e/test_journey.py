"""The whole journey on real input: from registering to the evaluator's tables, through both sites, as people take it."""

import csv
import io
import re
import urllib.parse
import urllib.request

import pypdf
import pytest

from evaluation.instrument import load
from opm import tickets
from training import content

pytestmark = pytest.mark.browser
COURSE = content.load_all()["graduate"]
INSTRUMENT = load("main-1")
NOTE = "I will ask before I answer, and write down what we agree."

PLAN_PARTS = [
    "Maria Curie-Skłodowska",
    "Meet every two weeks, with an agenda my mentee writes",
    "If a meeting is canceled",
    "then I will offer two new times the same day",
    "Tuesday, December 1, 2026",
]


def register(page, site, email):
    page.goto(site.training)
    page.get_by_role("link", name="Register, free of charge").click()
    fill_in_registration(page, email)


def fill_in_registration(page, email):
    page.get_by_label("Your name").fill("Maria Curie-Skłodowska")
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Job title").fill("Associate Professor")
    page.get_by_label("Faculty member or administrator").check()
    page.get_by_label("Institution", exact=True).fill("Lakeside Medical School")
    page.get_by_label("Required by my institution, department, or program").check()
    page.get_by_label("My own professional development").check()
    page.get_by_role("button", name="Register").click()


def type_the_code(page, site, subject):
    page.get_by_label("Code").fill("WRNG-CODE")
    page.locator("main form button[type=submit]").first.click()
    page.locator(".error-summary").wait_for()
    page.get_by_label("Code").fill(site.code(subject))
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/me/")


ALL_BUT_THE_LAST_SECTION = """
import random
from registration.models import User
from training import content
from training.made_up import made_up
from training.models import Answer, PageVisit
user = User.objects.get(email={email!r})
for section in content.load("graduate").sections[:-1]:
    for page in section.pages:
        PageVisit.objects.finish(user, page)
        values = {{activity.id: made_up(activity, random.Random(3)) for activity in page.activities}}
        Answer.objects.keep(user, page, values, dict.fromkeys(values, True))
"""


def work_through(page, site, number):
    """Open a section from the top bar, answer everything on all its pages, and mark them done."""
    section = COURSE.sections[number - 1]
    page.goto(f"{site.training}/graduate/")
    page.locator(f"nav[aria-label=Sections] li:nth-child({number}) a").click()
    for item in section.pages:
        page.wait_for_url(f"**/graduate/{section.id}/{item.id}/")
        for activity in item.activities:
            answer(page, activity)
        page.get_by_role("button", name=re.compile("^Done")).click()


def answer(page, activity):
    card = page.locator(f"#{activity.id}")
    if activity.kind == "choice":
        card.locator(".option label").first.click()
        card.locator(".why").wait_for()
    elif activity.kind == "checklist":
        card.locator("input[type=checkbox]").first.check()
    elif activity.kind == "poll":
        card.locator("input[type=radio]").first.check()
    else:
        for field in card.locator("textarea:visible").all():
            field.fill(NOTE)


def write_the_plan(page, site, email):
    page.goto(f"{site.training}/graduate/plan/")
    page.get_by_label("Goal 1").fill("Meet every two weeks, with an agenda my mentee writes")
    page.get_by_label("Commitment 1: if …").fill("a meeting is canceled")
    page.get_by_label("Commitment 1: … then I will …").fill("offer two new times the same day")
    page.get_by_label("My next meeting with a mentee").fill("2026-12-01")
    page.get_by_role("button", name="Email me this plan").click()
    page.get_by_text(f"Your plan is on its way to {email}").wait_for()
    page.get_by_role("heading", name="You have completed the course").wait_for()


def read_the_pdf(site):
    path = site.newest_mail("Your mentoring action plan")
    message = site.get(path).decode()
    attachment = re.search(r'href="(/dev/mail/[^"]+)"[^>]*>[^<]*mentoring-action-plan\.pdf', message).group(1)
    pages = pypdf.PdfReader(io.BytesIO(site.get(attachment))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def choose(page, name, value):
    page.locator(f"input[name={name}][value='{value}']").check()


def onward(page, until):
    """Press Next until a part of the form can be seen."""
    for _ in range(12):
        if page.locator(until).first.is_visible():
            return
        page.get_by_role("button", name="Next").click()
    raise AssertionError(f"{until} never came into sight")


def send_nine_more(site):
    """Nine further responses by plain HTTP, from tickets that the training site's key has signed."""
    keys = dict(line.split("=", 1) for line in (site.var_dir / "embedded.env").read_text().splitlines())
    signing_key = keys["TICKET_SIGNING_KEY"]
    for number in range(9):
        answers = {f"skill_{skill:02d}_before": 1 + number % 4 for skill in range(1, 12)}
        answers |= {f"skill_{skill:02d}_after": 4 + number % 3 for skill in range(1, 12)}
        answers |= {"sections_completed": 4, "action": "send"}
        answers["ticket"] = tickets.sign(signing_key, "main", "graduate", "1")
        body = urllib.parse.urlencode(answers).encode()
        with urllib.request.urlopen(site.survey, body, timeout=20) as answer:
            assert "Thank you" in answer.read().decode()


def test_from_registering_to_the_tables(site, open_page, sign_in):
    email = "maria@example.org"
    page = open_page()
    register(page, site, email)
    type_the_code(page, site, "code")

    site.manage("shell", "--no-imports", "-c", ALL_BUT_THE_LAST_SECTION.format(email=email))
    work_through(page, site, 7)
    page.goto(f"{site.training}/graduate/")
    assert page.locator("nav[aria-label=Sections] .circle.complete").count() == 7
    page.get_by_text("Your plan is still open").wait_for()

    write_the_plan(page, site, email)
    text = read_the_pdf(site)
    for part in PLAN_PARTS:
        assert part in text
    page.goto(f"{site.training}/graduate/")
    page.get_by_text("You completed the course on").wait_for()

    page.goto(f"{site.training}/survey/")
    page.get_by_role("button", name="Take my ticket").click()
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Open the survey").click()
    survey = opened.value
    assert survey.url.rstrip("/") == site.survey
    onward(survey, "input[name=sections_completed]")
    choose(survey, "sections_completed", 4)
    for skill in range(1, 12):
        for when, value in (("before", 3), ("after", 5)):
            onward(survey, f"input[name=skill_{skill:02d}_{when}]")
            choose(survey, f"skill_{skill:02d}_{when}", value)
    onward(survey, "input[name=will_change]")
    choose(survey, "will_change", 1)
    survey.locator("[name=change_text]").fill("Meet more often.")
    onward(survey, "text=Check my answers")
    survey.get_by_role("button", name="Check my answers").click()
    survey.get_by_role("button", name="Send my answers").click()
    survey.get_by_role("heading", name=re.compile("Thank you")).wait_for()
    assert survey.context.cookies(site.survey) == []

    assert "fewer than 10 waiting" in site.manage("open_ballot_box", "--today", "2026-11-23")
    send_nine_more(site)
    opened = site.manage("open_ballot_box", "--today", "2026-11-23")
    assert re.search(r"all seven sections.*: 10 opened|10 opened", opened)

    evaluator = sign_in(open_page(), site.person("evaluator@example.org", "evaluator"))
    evaluator.goto(f"{site.training}/results/table2/")
    expected = "Defining the value of mentoring for research career development"
    rows = evaluator.locator("tr", has_text=expected)
    for _ in range(40):  # the timer of make run loads what was released, in a process of its own
        row = rows.first.inner_text() if rows.count() else ""
        if "2.40" in row:
            break
        evaluator.wait_for_timeout(250)
        evaluator.reload()
    # before: 3 and 1,2,3,4,1,2,3,4,1; after: 5 and 4,5,6,4,5,6,4,5,6
    assert re.findall(r"\b10\b|\d\.\d\d", row)[:5] == ["10", "2.40", "1.17", "5.00", "0.82"]
    evaluator.goto(f"{site.training}/results/")
    with evaluator.expect_download() as download:
        evaluator.locator("a[href*='export.csv']").first.click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    assert len(rows) == 10
    assert sorted(row["skill_01_before"] for row in rows) == sorted("3123412341")
    assert "change_text" not in rows[0]
