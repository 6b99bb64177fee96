"""The account in a browser: a passkey, other browsers signed out, details, taking all of it along, and leaving no trace."""

import pytest

pytestmark = pytest.mark.browser
PASSKEYS = "/accounts/2fa/webauthn/"


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
    page.get_by_role("button", name="Save my details").click()
    page.get_by_role("link", name="Enter your job title").wait_for()
    assert page.get_by_label("Your name").input_value() == "Ada Okafor"
    page.get_by_label("Job title").fill("Research coordinator")
    page.get_by_label("Health professional").check()
    page.get_by_label("Institution", exact=True).fill("Lakeside Medical School")
    page.get_by_label("My own professional development").check()
    page.get_by_role("button", name="Save my details").click()
    page.get_by_text("Your details are saved.").wait_for()
    assert "Ada Okafor" in page.locator("main").inner_text()
