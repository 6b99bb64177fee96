"""Around the page in a browser: notes, bookmarks, search, colors, workbook, print and keyboard."""

import io

import pypdf
import pytest

from tests.e2e.axe import violations
from training import content

pytestmark = pytest.mark.browser
COURSE = content.load_all()["graduate"]
PAGE = next(page for page in COURSE.pages if {"choice", "reflect"} <= {a.kind for a in page.activities})
CHOICE = next(activity for activity in PAGE.activities if activity.kind == "choice")
REFLECT = next(activity for activity in PAGE.activities if activity.kind == "reflect")
PATH = f"/graduate/{PAGE.section_id}/{PAGE.id}/"
AROUND = (
    "/graduate/workbook/",
    "/graduate/workbook/?section=strategies&open=1",
    "/graduate/discussion-pack/",
    "/graduate/search/",
    "/graduate/search/?q=mentor",
    "/graduate/search/?q=qwertzuiop",
    "/graduate/bookmarks/",
)


@pytest.fixture
def learner(site):
    """Somebody new in each test, so that none sees what another left."""
    return site.person()


def wait_saved(page, selector):
    page.wait_for_function(
        "selector => document.querySelector(selector).textContent.includes('Saved')", arg=selector
    )


def write_note(page, text):
    page.locator("#note summary").click()
    page.locator("#note-text").press_sequentially(text)
    wait_saved(page, "#note .status")


def printed(page):
    reader = pypdf.PdfReader(io.BytesIO(page.pdf()))
    return " ".join(" ".join(sheet.extract_text() for sheet in reader.pages).split())


@pytest.mark.parametrize("width", [1280, 375])
def test_a_note_saves_itself_and_a_bookmark_stays(site, open_page, sign_in, learner, width):
    page = sign_in(open_page(width), learner)
    page.goto(site.training + PATH)
    assert page.locator("#note .save").is_hidden()
    write_note(page, "Mine to remember")
    assert page.locator("#note-text").input_value() == "Mine to remember"
    page.get_by_role("button", name="Bookmark this page").click()
    page.get_by_role("button", name="Remove the bookmark").wait_for()
    page.reload()
    assert page.locator("#note-text").input_value() == "Mine to remember"
    page.get_by_role("link", name="My bookmarks and notes").click()
    assert page.locator(".noted .my-words").inner_text() == "Mine to remember"
    assert page.locator(".noted h3 a").inner_text() == PAGE.head.title
    page.get_by_role("button", name="Remove the bookmark").click()
    assert page.get_by_role("button", name="Remove the bookmark").count() == 0
    assert page.locator(".noted").count() == 1


def test_the_note_stands_beside_the_text_or_below_it(site, open_page, sign_in, learner):
    page = sign_in(open_page(1280), learner)
    for width, is_beside in ((1280, True), (1160, True), (1100, False), (900, False), (320, False)):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(site.training + PATH)
        text, note = (page.locator(name).bounding_box() for name in ("article.page", "#note"))
        assert (note["x"] >= text["x"] + text["width"], note["width"] > 150) == (is_beside, True), width
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_without_javascript_the_note_the_bookmark_and_the_answer_are_all_kept(
    site, open_page, sign_in, learner
):
    page = sign_in(open_page(java_script_enabled=False), learner)
    page.goto(site.training + PATH)
    page.locator(f"#{REFLECT.id}-text").fill("Typed before")
    page.locator("#note summary").click()
    page.locator("#note-text").fill("No script here")
    page.get_by_role("button", name="Bookmark this page").click()
    assert page.get_by_role("button", name="Remove the bookmark").count() == 1
    assert page.locator("#note-text").input_value() == "No script here"
    assert page.locator(f"#{REFLECT.id}-text").input_value() == "Typed before"
    page.locator("#note-text").fill("Changed, then on")
    page.get_by_role("button", name="Done, next page").click()
    page.goto(site.training + PATH)
    assert page.locator("#note-text").input_value() == "Changed, then on"


def test_two_devices_meet_in_one_note(site, open_page, sign_in, learner):
    desk = sign_in(open_page(), learner)
    phone = sign_in(open_page(375), learner)
    for page in (desk, phone):
        page.goto(site.training + PATH)
    write_note(desk, "From the desk")
    write_note(phone, "From the phone")
    assert phone.locator("#note-text").input_value() == "From the phone\n\nFrom the desk"
    phone.locator("#note-text").press("End")
    phone.locator("#note-text").press_sequentially("!")
    phone.wait_for_function("() => document.querySelector('#note .status').textContent.includes('Saved')")
    desk.reload()
    assert sorted(desk.locator("#note-text").input_value().split("\n\n")) in (
        ["From the desk", "From the phone!"],
        ["From the desk!", "From the phone"],
    )


@pytest.mark.parametrize("device", ["light", "dark"])
def test_colors_follow_the_account_and_not_the_device(site, open_page, sign_in, learner, device):
    page = sign_in(open_page(color_scheme=device), learner)
    grounds = {"light": "rgb(252, 251, 248)", "dark": "rgb(21, 23, 28)"}
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == grounds[device]
    for label, theme in (("Light", "light"), ("Dark", "dark"), ("As my device is set", device)):
        page.goto(f"{site.training}/graduate/")
        page.get_by_role("button", name=label, exact=True).click()
        page.wait_for_load_state()
        assert page.url == f"{site.training}/graduate/"
        assert page.evaluate(ground) == grounds[theme]


def test_colors_can_be_chosen_without_javascript(site, open_page, sign_in, learner):
    page = sign_in(open_page(java_script_enabled=False, color_scheme="light"), learner)
    page.get_by_role("button", name="Dark", exact=True).click()
    assert page.locator("html").get_attribute("data-theme") == "dark"


@pytest.mark.parametrize("script", [True, False])
def test_search_finds_by_keyboard_with_and_without_javascript(site, open_page, sign_in, learner, script):
    page = sign_in(open_page(java_script_enabled=script), learner)
    page.goto(f"{site.training}/graduate/")
    page.get_by_role("link", name="Search", exact=True).press("Enter")
    page.locator("#q").focus()
    page.keyboard.type("feedback")
    page.keyboard.press("Enter")
    page.wait_for_url("**/graduate/search/?q=feedback")
    assert page.locator("mark").first.inner_text().lower().startswith("feedback")
    page.locator(".found a").first.press("Enter")
    page.wait_for_url("**/graduate/*/*/")


def test_the_help_for_the_keyboard_opens_by_keyboard(site, open_page):
    page = open_page()
    page.goto(site.training)
    page.locator(".keyboard summary").focus()
    page.keyboard.press("Enter")
    assert page.locator(".keyboard li").first.is_visible()


@pytest.mark.parametrize("theme", ["Light", "Dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_no_page_around_has_an_accessibility_fault_that_a_machine_can_find(
    site, open_page, sign_in, learner, width, theme
):
    page = sign_in(open_page(width), learner)
    page.get_by_role("button", name=theme, exact=True).click()
    page.goto(site.training + PATH)
    write_note(page, "A note")
    page.get_by_role("button", name="Bookmark this page").click()
    page.get_by_role("button", name="Remove the bookmark").wait_for()
    page.locator(".keyboard summary").click()
    faults = {PATH: violations(page)}
    for address in (*AROUND, "/me/"):
        page.goto(site.training + address)
        faults[address] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width, address
    assert {address: found for address, found in faults.items() if found} == {}


@pytest.mark.parametrize("theme", ["As my device is set", "Dark"])
def test_a_page_prints_with_my_answers_and_without_the_frame(site, open_page, sign_in, learner, theme):
    page = sign_in(open_page(), learner)
    page.get_by_role("button", name=theme, exact=True).click()
    page.goto(site.training + PATH)
    page.locator(f"#{CHOICE.id}-{CHOICE.lettered[0][0]}").check()
    page.locator(f"#{CHOICE.id} .why").wait_for()
    long_text = " ".join(f"word{number}" for number in range(300)) + " the very end"
    page.locator(f"#{REFLECT.id}-text").fill(long_text)
    wait_saved(page, f"#{REFLECT.id}-status")
    write_note(page, "My note on paper")
    text = printed(page)
    assert long_text in text
    assert "My note on paper" in text
    assert " ".join(PAGE.head.title.split()) in text
    for frame in (
        "Sign out",
        "Done, next page",
        "Skip to",
        "My bookmarks and notes",
        "Key words",
        "Using this site",
    ):
        assert frame not in text
    page.emulate_media(media="print")
    colors = page.evaluate(
        "[getComputedStyle(document.body).backgroundColor,"
        "getComputedStyle(document.querySelector('.card')).backgroundColor,"
        "getComputedStyle(document.querySelector('.activity-kind')).color]"
    )
    assert colors == ["rgb(255, 255, 255)", "rgb(255, 255, 255)", "rgb(85, 91, 102)"]


def test_an_empty_note_leaves_no_trace_on_paper(site, open_page, sign_in, learner):
    page = sign_in(open_page(), learner)
    page.goto(site.training + PATH)
    assert "For myself" not in printed(page)


def test_the_workbook_prints_without_its_form(site, open_page, sign_in, learner):
    page = sign_in(open_page(), learner)
    page.goto(site.training + PATH)
    page.locator(f"#{REFLECT.id}-text").fill("In the workbook")
    wait_saved(page, f"#{REFLECT.id}-status")
    page.goto(f"{site.training}/graduate/workbook/")
    text = printed(page)
    assert "In the workbook" in text
    assert "Open as PDF" not in text


def test_choosing_a_section_works_for_page_and_pdf_without_javascript(site, open_page, sign_in, learner):
    page = sign_in(open_page(java_script_enabled=False), learner)
    page.goto(f"{site.training}/graduate/workbook/")
    page.locator("#choose-section").select_option("strategies")
    page.locator("#choose-open").check()
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**/graduate/workbook/?section=strategies&open=1")
    section = COURSE.section("strategies")
    headings = [" ".join(heading.inner_text().split()) for heading in page.locator(".part h2").all()]
    assert headings == [f"Section {section.number} {section.title}"]
    answer = page.request.get(f"{site.training}/graduate/workbook.pdf?section=strategies&open=1")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
