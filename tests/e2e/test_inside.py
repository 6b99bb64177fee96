"""A look inside, as people take it: open a first page, answer, register, and find the answers in the account."""

import re

import pytest

from tests.e2e.axe import violations
from tests.e2e.test_journey import fill_in_registration
from training import content
from training.activities import Choice

pytestmark = pytest.mark.browser
COURSE = content.load_all()["graduate"]
PAGE = next(
    section.pages[0]
    for section in COURSE.sections
    if {"choice", "reflect"} <= {item.kind for item in section.pages[0].activities}
)
REFLECT = next(activity for activity in PAGE.activities if activity.kind == "reflect")
CHOICE = next(activity for activity in PAGE.activities if isinstance(activity, Choice))
PATH = f"/graduate/{PAGE.section_id}/{PAGE.id}/"
FIELD, STATUS = f"#{REFLECT.id}-text", f"#{REFLECT.id}-status"
OPTION = f"#{CHOICE.id}-{CHOICE.lettered[1][0]}"
ALL_SENT = "() => !Object.keys({...localStorage, ...sessionStorage}).some(key => key.startsWith('unsent'))"
KEPT = "✓ Kept in this browser’s session"


def answers_on(page):
    page.locator(f"#{CHOICE.id} .why").wait_for()
    return page.locator(FIELD).input_value(), page.locator(OPTION).is_checked()


def register(page, site, email):
    fill_in_registration(page, email)
    page.get_by_label("Code").fill(site.code("Your code to finish registering"))
    page.get_by_role("button", name="Confirm").click()


def test_what_was_typed_inside_is_in_the_account(site, open_page):
    page = open_page(375)
    page.goto(site.training)
    page.get_by_role("link", name="Look inside").click()
    page.get_by_role("link", name=f"Look inside: {PAGE.head.title}").click()
    page.wait_for_url(f"**{PATH}")
    # Leaving the field for the option saves both at once
    page.locator(FIELD).press_sequentially("Typed before I had an account")
    page.locator(f"label[for={OPTION[1:]}]").click()
    page.locator(STATUS, has_text=KEPT).wait_for()
    page.locator(f"#{CHOICE.id}-status", has_text=KEPT).wait_for()
    page.wait_for_function(ALL_SENT)
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    page.reload()
    assert answers_on(page) == ("Typed before I had an account", True)
    # The last words are still on their way when the page is left
    page.locator(FIELD).press("Control+End")
    page.locator(FIELD).press_sequentially(", and one more")
    page.locator(".looking-inside").get_by_role("link", name="register").click()
    page.wait_for_function(ALL_SENT)
    register(page, site, "inside@example.org")
    page.wait_for_url(f"**{PATH}")
    page.get_by_text("What you answered before you signed in is in your account now.").wait_for()
    assert answers_on(page) == ("Typed before I had an account, and one more", True)
    page.locator(STATUS, has_text="✓ Saved").wait_for()
    assert page.get_by_text("without an account").count() == 0


def test_it_works_without_javascript_too(site, open_page):
    page = open_page(375, java_script_enabled=False)
    page.goto(site.training + PATH)
    page.locator(FIELD).fill("Typed without a script")
    page.locator(OPTION).check()
    page.locator(f"#{CHOICE.id}").get_by_role("button").click()
    page.locator(STATUS, has_text=KEPT).wait_for()
    assert answers_on(page) == ("Typed without a script", True)
    page.get_by_role("button", name="Done, register to go on").click()
    page.get_by_text("What you have answered so far comes with you.").wait_for()
    register(page, site, "inside-plain@example.org")
    following = COURSE.next_page(PAGE)
    page.wait_for_url(f"**/{following.section_id}/{following.id}/")
    page.goto(site.training + PATH)
    assert answers_on(page) == ("Typed without a script", True)


def test_forgetting_leaves_nothing(site, open_page):
    page = open_page()
    page.goto(site.training + PATH)
    page.locator(FIELD).press_sequentially("Not for the next one")
    page.locator(STATUS, has_text=KEPT).wait_for()
    page.locator(FIELD).press_sequentially(" at this desk")
    page.get_by_role("button", name="Forget what I typed here").click()
    page.wait_for_function(f"() => document.querySelector('{FIELD}')?.value === ''")
    assert page.evaluate(ALL_SENT)
    assert re.search(KEPT, page.locator(STATUS).inner_text()) is None


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_it_has_no_accessibility_fault_that_a_machine_can_find(site, open_page, width, scheme):
    page = open_page(width, color_scheme=scheme)
    faults = {}
    for path in (PATH, "/graduate/", f"/accounts/login/?next={PATH}", f"/accounts/signup/?next={PATH}"):
        page.goto(site.training + path)
        if path == PATH:
            page.locator(OPTION).check()
            page.locator(f"#{CHOICE.id}-status", has_text=KEPT).wait_for()
        faults[path] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
    assert {path: found for path, found in faults.items() if found} == {}
