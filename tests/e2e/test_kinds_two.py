"""Conversations, cases, checklists, maps and commitments: by mouse, by keyboard alone, without JavaScript, on a phone."""

import subprocess
import sys
import time
from dataclasses import replace

import pytest

from opm.environment import ROOT
from scripts.machine import free_port, is_answering
from tests.e2e.axe import violations
from tests.training.work_examples import PAGES, write_examples

pytestmark = pytest.mark.browser
WIDTHS = pytest.mark.parametrize("width", [1280, 375])
ADDRESSES = {
    text.split(" ", 1)[0].strip("`"): f"/graduate/{name.removesuffix('.md')}/"
    for name, (_, _, text) in PAGES.items()
}
TALK = ADDRESSES["dialogue"] + "late-draft/"
ENDING = "Twenty minutes later there is a page of notes, in his writing."


@pytest.fixture(scope="module")
def site(site, tmp_path_factory):
    """The running installation, with a second training site that shows a small course with these kinds."""
    folder = write_examples(tmp_path_factory.mktemp("content"))
    port = free_port()
    environment = site.environment | {"PORT": str(port), "CONTENT_DIR": str(folder.root)}
    command = [sys.executable, "manage.py", "runserver", "--noreload", "--skip-checks", f"localhost:{port}"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not is_answering(port):
        assert process.poll() is None, "the site stopped by itself"
        assert time.monotonic() < deadline, "the site does not answer"
        time.sleep(0.05)
    site = replace(site, training=f"http://localhost:{port}", environment=environment)
    yield site
    site.close()
    process.terminate()
    process.wait(20)


@pytest.fixture
def arrive(site, open_page, sign_in):
    """arrive(path, width, **options) -> that page, opened by somebody who has done nothing yet."""

    def arrive(path, width=1280, **options):
        page = sign_in(open_page(width, **options), site.person())
        page.goto(site.training + path)
        return page

    return arrive


def saved(page, activity):
    page.wait_for_function(
        "id => document.getElementById(id).textContent.includes('Saved')", arg=f"{activity}-status"
    )


def say(page, words, node):
    page.get_by_role("button", name=words).click()
    page.wait_for_url(f"**/{node}/**")


def bubbles(page):
    """What was said so far, by whom: the beginning of each."""
    return [
        (bubble.locator(".who").inner_text() if bubble.locator(".who").count() else "",
         bubble.locator(".bubble").inner_text()[:16])
        for bubble in page.locator(".talk .spoken").all()
    ]  # fmt: skip


OPENING = [("", "He keeps his coa"), ("Amir Haddad", "I know, I know. ")]
AT_REASON = [*OPENING, ("You", "“What is in the "), ("Amir Haddad", "To be honest, I ")]


@WIDTHS
@pytest.mark.parametrize("javascript", [True, False])
def test_a_conversation_goes_on_back_and_on_another_way_to_its_endings(arrive, site, width, javascript):
    page = arrive(ADDRESSES["dialogue"], width, java_script_enabled=javascript)
    assert bubbles(page) == OPENING
    page.get_by_role("link", name="Start the conversation").click()
    page.wait_for_url(f"**{TALK}opening/**")
    say(page, "“We agreed on the first", "excuses")
    say(page, "“Monday, then.”", "monday")
    assert page.locator(".ending-title").inner_text() == "Another date"
    assert "You have found 1 of 3 endings." in page.locator(".found").inner_text()

    page.get_by_role("link", name="Go back and try another line").first.click()
    page.wait_for_url(f"**{TALK}opening/?turn=0**")
    assert bubbles(page) == OPENING
    assert (
        page.locator(".line:has(.tag)").inner_text().split("\n")[-1]
        == "“We agreed on the first of the month.”"
    )
    say(page, "“What is in the way?”", "the-reason")
    assert bubbles(page) == AT_REASON
    assert page.locator(".turn-reason").all_inner_texts() == [
        "An open question without a reproach. It lets him choose where to begin."
    ]
    say(page, "“Let us outline it", "outline")
    assert page.locator(".ending-kind").inner_text().strip() == "A good ending"
    assert "You have found 2 of 3 endings." in page.locator(".found").inner_text()

    page.go_back()
    page.wait_for_url(f"**{TALK}the-reason/**")
    page.get_by_text("What do you say?").wait_for()
    page.wait_for_load_state()
    assert bubbles(page) == AT_REASON
    page.go_back()
    page.wait_for_url(f"**{TALK}opening/?turn=0**")
    page.get_by_role("button", name="“What is in the way?”").wait_for()
    page.wait_for_load_state()  # going on through the history is heard once the scripts are there
    assert bubbles(page) == OPENING
    page.go_forward()
    page.wait_for_url(f"**{TALK}the-reason/**")
    say(page, "“There are good guides", "guide")
    assert "You have found 3 of 3 endings." in page.locator(".found").inner_text()
    page.goto(site.training + ADDRESSES["dialogue"])
    assert page.locator(".ending-title").inner_text() == "A link and good wishes"
    page.get_by_role("link", name="Start again").click()
    page.wait_for_url(f"**{TALK}opening/?turn=0**")
    assert bubbles(page) == OPENING
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_deep_link_stands_at_its_turn_and_says_how_one_got_there(arrive):
    page = arrive(f"{TALK}the-reason/")
    assert bubbles(page) == AT_REASON
    assert page.get_by_text("You came straight to this turn.").is_visible()
    say(page, "“Let us outline it", "outline")
    assert page.get_by_text("You came straight to this turn.").count() == 0


@WIDTHS
def test_by_keyboard_alone_the_focus_goes_to_what_was_just_said(arrive, width):
    page = arrive(f"{TALK}opening/", width)
    page.wait_for_function("document.activeElement.id == 'late-draft-now'")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{TALK}the-reason/")
    page.wait_for_function("document.activeElement.innerText.includes('What is in the way')")
    assert page.locator("#late-draft-now").bounding_box()["y"] >= 0
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "again"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_text(ENDING).wait_for()
    page.wait_for_function("document.activeElement.innerText.includes('Let us outline it')")


def test_what_is_typed_beside_a_conversation_stays_while_it_goes_on(arrive):
    page = arrive(f"{TALK}opening/")
    page.locator("#beside-it-text").fill("Typed, and not saved yet")
    say(page, "“What is in the way?”", "the-reason")
    assert page.locator("#beside-it-text").input_value() == "Typed, and not saved yet"
    saved(page, "beside-it")
    page.go_back()
    page.get_by_role("button", name="“We agreed on the first").wait_for()
    assert page.locator("#beside-it-text").input_value() == "Typed, and not saved yet"


def test_without_javascript_a_line_keeps_what_is_typed_beside_it(arrive):
    page = arrive(f"{TALK}opening/", java_script_enabled=False)
    page.locator("#beside-it-text").fill("No script here")
    say(page, "“What is in the way?”", "the-reason")
    assert page.locator("#beside-it-text").input_value() == "No script here"


def test_a_line_that_does_not_arrive_says_so_and_can_be_chosen_again(site, chromium, sign_in):
    context = chromium.new_context()
    page = sign_in(context.new_page(), site.person())
    page.goto(f"{site.training}{TALK}opening/")
    context.set_offline(True)
    page.get_by_role("button", name="“What is in the way?”").click()
    page.get_by_text("That did not arrive. Please choose it again when you are connected.").wait_for()
    context.set_offline(False)
    say(page, "“What is in the way?”", "the-reason")
    context.clear_cookies()
    page.get_by_role("button", name="“There are good guides").click()
    page.locator("#late-draft-status a").wait_for()
    context.close()


@WIDTHS
def test_a_case_opens_its_perspectives_and_touches_no_text(arrive, width):
    page = arrive(ADDRESSES["case"], width)
    first, second = page.locator("#whose-line textarea").all()
    first.focus()
    page.keyboard.type("They want the same")
    page.get_by_text("1 of 2 answered.").wait_for()
    saved(page, "whose-line")
    assert page.locator(".compare").count() == 0
    page.keyboard.press("Tab")
    page.keyboard.type("Congratulations")
    page.locator(".compare").wait_for()
    saved(page, "whose-line")
    page.keyboard.type(" to you")
    saved(page, "whose-line")
    assert page.evaluate("document.activeElement.id") == second.get_attribute("id")
    assert (first.input_value(), second.input_value()) == ("They want the same", "Congratulations to you")
    first.fill("")
    saved(page, "whose-line")
    assert page.locator(".compare").is_visible()
    page.reload()
    assert (first.input_value(), second.input_value()) == ("", "Congratulations to you")
    assert page.locator(".perspective").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_case_without_javascript_compares_after_saving(arrive):
    page = arrive(ADDRESSES["case"], java_script_enabled=False)
    first, second = page.locator("#whose-line textarea").all()
    first.fill("One")
    page.get_by_role("button", name="Save and compare").click()
    assert page.locator(".compare").count() == 0
    second.fill("Two")
    page.get_by_role("button", name="Save and compare").click()
    assert page.locator(".compare").is_visible()
    assert (first.input_value(), second.input_value()) == ("One", "Two")


@WIDTHS
def test_a_checklist_counts_by_keyboard_and_mouse_and_is_kept(arrive, width):
    page = arrive(ADDRESSES["checklist"], width)
    page.locator("#first-visit-a").focus()
    page.keyboard.press("Space")
    page.get_by_text("1 of 3").wait_for()
    assert page.evaluate("document.activeElement.id") == "first-visit-a"
    page.get_by_text("Reserve a room with a door").first.click()
    page.get_by_text("2 of 3").wait_for()
    page.get_by_label("My own item 1", exact=True).fill("Bring pens")
    page.get_by_label("My own item 1 is done").check()
    page.get_by_text("3 of 4").wait_for()
    saved(page, "first-visit")
    page.reload()
    assert page.get_by_label("My own item 1", exact=True).input_value() == "Bring pens"
    assert page.locator("#first-visit input:checked").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_a_checklist_without_javascript(arrive, site):
    page = arrive(ADDRESSES["checklist"], java_script_enabled=False)
    page.locator("#first-visit-b").check()
    page.get_by_role("button", name="Save", exact=True).click()
    assert page.get_by_text("1 of 3").is_visible()
    page.locator("#first-visit-b").uncheck()
    page.get_by_role("button", name="Done, next page").click()
    page.wait_for_url(lambda url: ADDRESSES["checklist"] not in url)
    page.goto(site.training + ADDRESSES["checklist"])
    assert page.get_by_text("0 of 3").is_visible()


@WIDTHS
@pytest.mark.parametrize("javascript", [True, False])
def test_a_map_shows_who_gives_what_and_what_to_do_about_gaps(arrive, width, javascript):
    page = arrive(ADDRESSES["table"], width, java_script_enabled=javascript)
    page.get_by_label("Opens doors: name 1").fill("Ana Ruiz")
    page.get_by_label("Reads drafts: name 2").fill("Ana Ruiz")
    page.get_by_label("Teaches a method: name 1").fill("Ben")
    if javascript:
        page.get_by_label("Teaches a method: name 2").focus()
    else:
        page.get_by_role("button", name="Save and see my map").click()
    page.locator(".people .name", has_text="Ben").wait_for()
    people = [" ".join(text.split()) for text in page.locator(".people li").all_inner_texts()]
    assert people == ["Ana Ruiz 2 of 4 Opens doors · Reads drafts", "Ben 1 of 4 Teaches a method"]
    assert page.locator(".gaps dt").all_inner_texts() == ["Listens on a hard day"]
    assert page.get_by_label("Opens doors: name 1").input_value() == "Ana Ruiz"
    assert page.evaluate("document.documentElement.scrollWidth") == width


@WIDTHS
@pytest.mark.parametrize("javascript", [True, False])
def test_a_commitment_flows_into_the_plan(arrive, width, javascript):
    page = arrive(ADDRESSES["if_then"], width, java_script_enabled=javascript)
    situation, action = page.get_by_label("If …").first, page.get_by_label("… then I will …").first
    situation.fill("a draft reaches me")
    action.fill("say when I answer")
    if javascript:
        saved(page, "my-first-step")
        page.get_by_text("This waits for you in").wait_for()
    else:
        page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="your action plan").click()
    page.wait_for_url("**/graduate/plan/")
    assert page.get_by_label("Commitment 1: if …").input_value() == "a draft reaches me"
    page.get_by_label("Commitment 1: … then I will …").fill("answer the same day")
    page.get_by_role("button", name="Save for now").click()
    assert page.get_by_label("Commitment 1: … then I will …").input_value() == "answer the same day"
    assert page.get_by_text("Proposed from").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_no_kind_has_an_accessibility_fault_that_a_machine_can_find(arrive, site, width, scheme):
    page = arrive(f"{TALK}opening/", width, color_scheme=scheme)
    faults = {}

    def look(name):
        faults[name] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width, name

    look("opening")
    say(page, "“We agreed on the first", "excuses")
    look("turn")
    say(page, "“Monday, then.”", "monday")
    look("ending")
    page.goto(site.training + ADDRESSES["dialogue"])
    look("left at an ending")
    for kind, fill in (("case", "textarea"), ("table", "textarea"), ("if_then", "textarea")):
        page.goto(site.training + ADDRESSES[kind])
        look(kind)
        for field in page.locator(f"article .activity {fill}").all():
            field.fill("Ana")
        page.locator("article .activity h2").first.click()
        activity = page.locator("article .activity").first.get_attribute("id")
        saved(page, activity)
        look(f"{kind}, filled")
    page.goto(site.training + ADDRESSES["checklist"])
    page.locator("#first-visit-a").check()
    saved(page, "first-visit")
    look("checklist")
    page.goto(f"{site.training}/graduate/plan/")
    look("plan")
    assert {name: found for name, found in faults.items() if found} == {}


def test_paper_shows_what_was_said_and_written(arrive, site):
    page = arrive(f"{TALK}opening/")
    say(page, "“What is in the way?”", "the-reason")
    page.emulate_media(media="print")
    assert page.locator(".turn-reason").is_visible()
    assert page.locator(".line").first.is_hidden()
    page.emulate_media(media="screen")
    page.goto(site.training + ADDRESSES["case"])
    page.locator("#whose-line textarea").first.fill("On paper, too")
    page.get_by_text("1 of 2 answered.").wait_for()
    page.emulate_media(media="print")
    assert page.locator("#whose-line .answer").first.inner_text() == "On paper, too"
    assert page.locator("#whose-line textarea").first.is_hidden()
