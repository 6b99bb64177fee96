"""The course in a browser: with a mouse, by keyboard, without JavaScript, in light and dark, on a phone."""

import re

import pytest

from training import content

pytestmark = pytest.mark.browser
COURSE = content.load_all()["graduate"]
WITH_BOTH = next(page for page in COURSE.pages if {"choice", "reflect"} <= {a.kind for a in page.activities})
CHOICE = next(activity for activity in WITH_BOTH.activities if activity.kind == "choice")
REFLECT = next(activity for activity in WITH_BOTH.activities if activity.kind == "reflect")
LAYOUT_SHIFT = """new Promise(done => {
  const observer = new PerformanceObserver(() => {});
  observer.observe({type: "layout-shift", buffered: true});
  setTimeout(() => done(observer.takeRecords().reduce((sum, entry) => sum + entry.value, 0)), 0);
})"""


@pytest.fixture(scope="module")
def learner(site):
    return site.person("course@example.org")


def path(page):
    return f"/graduate/{page.section_id}/{page.id}/"


def status(page, activity):
    return page.locator(f"#{activity.id}-status")


@pytest.mark.parametrize("width", [1280, 375])
def test_a_choice_answers_with_its_reason_and_keeps_the_keyboard_in_place(
    site, open_page, sign_in, learner, width
):
    page = sign_in(open_page(width), learner)
    page.goto(site.training + path(WITH_BOTH))
    key = CHOICE.lettered[0][0]
    page.locator(f"#{CHOICE.id}-{key}").focus()
    page.keyboard.press("Space")
    page.locator(f".option:has(#{CHOICE.id}-{key}) .why").wait_for()
    assert page.locator(f"#{CHOICE.id} .why").count() == 1
    assert page.evaluate("document.activeElement.id") == f"{CHOICE.id}-{key}"
    page.keyboard.press("ArrowDown")
    second = CHOICE.lettered[1][0]
    page.locator(f".option:has(#{CHOICE.id}-{second}) .why").wait_for()
    page.reload()
    assert page.locator(f"#{CHOICE.id} input:checked").get_attribute("value") == second
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_what_is_typed_saves_itself_and_says_so(site, open_page, sign_in, learner):
    page = sign_in(open_page(), learner)
    page.goto(site.training + path(WITH_BOTH))
    assert page.locator(f"#{REFLECT.id} .save").is_hidden()
    page.locator(f"#{REFLECT.id}-text").press_sequentially("What I typed")
    page.wait_for_function(
        "id => document.getElementById(id).textContent.includes('Saved')", arg=f"{REFLECT.id}-status"
    )
    assert page.locator(f"#{REFLECT.id}-text").input_value() == "What I typed"
    page.reload()
    assert page.locator(f"#{REFLECT.id}-text").input_value() == "What I typed"


def test_when_the_network_is_gone_it_says_that_nothing_was_saved(site, chromium, sign_in, learner):
    context = chromium.new_context()
    page = sign_in(context.new_page(), learner)
    page.goto(site.training + path(WITH_BOTH))
    context.set_offline(True)
    page.locator(f"#{REFLECT.id}-text").fill("Typed in a tunnel")
    page.wait_for_function(
        "id => document.getElementById(id).textContent.includes('Not saved')", arg=f"{REFLECT.id}-status"
    )
    assert page.locator(f"#{REFLECT.id}-text").input_value() == "Typed in a tunnel"
    context.set_offline(False)
    page.get_by_role("button", name="Done, next page").click()
    page.wait_for_url(re.compile(re.escape(path(COURSE.next_page(WITH_BOTH)))))
    page.goto(site.training + path(WITH_BOTH))
    assert page.locator(f"#{REFLECT.id}-text").input_value() == "Typed in a tunnel"
    context.close()


def test_without_javascript_done_next_page_keeps_everything_typed(site, open_page, sign_in, learner):
    page = sign_in(open_page(java_script_enabled=False), learner)
    page.goto(site.training + path(WITH_BOTH))
    key = CHOICE.lettered[1][0]
    page.locator(f"#{CHOICE.id}-{key}").check()
    page.locator(f"#{REFLECT.id}-text").fill("No script here")
    page.get_by_role("button", name="Done, next page").click()
    page.goto(site.training + path(WITH_BOTH))
    assert page.locator(f"#{REFLECT.id}-text").input_value() == "No script here"
    assert page.locator(f"#{CHOICE.id} input:checked").get_attribute("value") == key
    assert page.locator(f"#{CHOICE.id} .why").count() == 1
    page.locator(f"#{REFLECT.id}-text").fill("Saved by its own button")
    page.locator(f"#{REFLECT.id} .save").click()
    assert page.locator(f"#{REFLECT.id}-text").input_value() == "Saved by its own button"
    assert "Saved" in status(page, REFLECT).inner_text()


def test_the_first_view_of_a_page_is_light_and_comes_from_this_host_alone(site, chromium, sign_in, learner):
    context = chromium.new_context()
    page = sign_in(context.new_page(), learner)
    cookies = context.cookies()
    context.close()
    context = chromium.new_context()
    context.add_cookies(cookies)
    page = context.new_page()
    addresses = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(site.training + path(WITH_BOTH), wait_until="networkidle")
    shift = page.evaluate(LAYOUT_SHIFT)
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').map(entry => [entry.name, entry.encodedBodySize])"
    )
    context.close()
    assert {address.startswith(site.training) for address in addresses} == {True}
    assert len(addresses) <= 8
    assert shift < 0.02
    assert sum(size for name, size in sizes if name.endswith(".js")) < 80_000
