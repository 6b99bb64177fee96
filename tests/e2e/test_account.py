"""The account in a browser: a passkey, other browsers signed out, details, taking all of it along, and leaving no trace."""

import io
import zipfile

import pytest

from tests.e2e.axe import violations

pytestmark = pytest.mark.browser
PASSKEYS = "/accounts/2fa/webauthn/"
PAGES = [
    *("/me/", "/me/details/", "/accounts/sessions/", "/accounts/email/", PASSKEYS, f"{PASSKEYS}add/"),
    *("/accounts/reauthenticate/", "/privacy/", "/accessibility/", "/security/"),
]
WRITE = """
from registration.models import User
from training import content
from training.models import ActionPlan, Answer, PageNote, PageVisit
user = User.objects.get(email={email!r})
page = next(page for page in content.load("graduate").pages if page.activities)
PageVisit.objects.finish(user, page)
for number in range(40):  # more than a page of the database, and written over and over, as people write
    text = "{word} " * number
    Answer.objects.keep(user, page, {{page.activities[0].id: {{"text": text}}}}, {{page.activities[0].id: True}})
    PageNote.objects.filter(user=user).delete()
    PageNote.objects.write(user, page, text, PageNote.digest(""))
ActionPlan.objects.create(user=user, edition="graduate", goals=["goal {word}"])
"""


def with_authenticator(page):
    """A device that keeps passkeys and knows its owner, as Chromium makes one for tests."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return page


def sign_out(page, site):
    page.goto(f"{site.training}/accounts/logout/")
    page.locator("main").get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{site.training}/")


def test_a_passkey_is_added_and_signs_in_and_a_code_still_does(site, open_page):
    email = site.person()
    page = with_authenticator(open_page(375))
    site.enter(page, email)
    page.goto(f"{site.training}{PASSKEYS}")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of this passkey").fill("My phone")
    page.get_by_role("button", name="Make the passkey").click()
    page.get_by_text("Your passkey is added").wait_for()
    assert page.locator(".rows strong").all_inner_texts() == ["My phone"]
    assert "A passkey was added" in site.get(site.newest_mail("Your account now has a passkey")).decode()

    sign_out(page, site)
    page.goto(f"{site.training}/accounts/login/?next=/me/details/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{site.training}/me/details/")

    sign_out(page, site)
    page.goto(f"{site.training}/accounts/login/")
    page.locator("#id_email").fill(email)
    page.get_by_role("button", name="Email me a code").click()
    page.get_by_label("Code").fill(site.code("Your sign-in code"))
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/me/")


def test_another_browser_is_signed_out_from_here(site, open_page):
    email = site.person()
    here, there = open_page(), open_page(375)
    site.enter(there, email)
    site.enter(here, email)
    here.goto(f"{site.training}/accounts/sessions/")
    assert here.locator(".rows li").count() == 2
    here.locator(".rows").get_by_role("button", name="Sign out").click()
    here.get_by_text("1 other browser is signed out.").wait_for()
    there.goto(f"{site.training}/me/")
    assert there.url == f"{site.training}/accounts/login/?next=/me/"
    here.goto(f"{site.training}/me/")
    assert here.url == f"{site.training}/me/"


def test_details_are_changed_on_a_phone_without_javascript(site, open_page, sign_in):
    page = sign_in(open_page(375, java_script_enabled=False), site.person())
    page.get_by_role("link", name="My details").click()
    page.get_by_label("Your name").fill("Ada Okafor")
    page.get_by_label("Job title").fill("Research coordinator")
    page.get_by_label("Health professional").check()
    page.get_by_label("Institution", exact=True).fill("Lakeside Medical School")
    page.get_by_label("My own professional development").check()
    page.get_by_role("button", name="Save my details").click()
    page.get_by_text("Your details are saved.").wait_for()
    assert "Ada Okafor" in page.locator("main").inner_text()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_axe_finds_nothing_on_the_pages_around_an_account(site, open_page, width, scheme):
    page = open_page(width, color_scheme=scheme)
    site.enter(page, site.person())
    faults = {}
    for address in PAGES:
        page.goto(f"{site.training}{address}")
        faults[address] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width, address
    assert {address: found for address, found in faults.items() if found} == {}


def files_with(folder, *words):
    """The files under a folder that hold any of these words, in whatever part of them."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(word.encode() in path.read_bytes() for word in words)
    )


def test_all_is_taken_along_and_then_no_file_knows_me(site, open_page):
    email, word = site.person("leaving@example.org"), "Quorrelwyn"
    site.manage("shell", "--no-imports", "-c", WRITE.format(email=email, word=word))
    page = open_page(375)
    page.goto(f"{site.training}/accounts/login/")
    page.locator("#id_email").fill(email)
    page.get_by_role("button", name="Email me a code").click()
    page.get_by_label("Code").fill(site.code("Your sign-in code"))
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/me/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download everything").click()
    assert download.value.suggested_filename.startswith("my-data-")
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            "README.txt",
            "data.json",
            "graduate-mentoring-action-plan.pdf",
            "graduate-mentoring-workbook.pdf",
        ]
        assert f"goal {word}" in archive.read("data.json").decode()
    found = files_with(site.var_dir, word, email)
    assert "opm.sqlite3-wal" in found
    assert [name for name in found if name.startswith("mail/")] != []

    page.goto(f"{site.training}/me/erase/")
    page.get_by_label("Type your email address").fill(email)
    page.get_by_role("button", name="Erase everything now").click()
    page.get_by_text("Everything the site held about you is erased.").wait_for()
    assert files_with(site.var_dir, word, email) == []
