"""Never lose a word: the network is cut, the server killed, the session ended, two devices write, somebody else signs in."""

import re
import signal
import subprocess
import sys
import time

import pytest

from opm.environment import ROOT
from scripts.machine import free_port, is_answering
from tests.e2e.axe import violations
from tests.e2e.people import PASSWORD
from training import content

pytestmark = pytest.mark.browser
COURSE = content.load_all()["graduate"]
PAGE = next(page for page in COURSE.pages if {"choice", "reflect"} <= {item.kind for item in page.activities})
REFLECT = next(activity for activity in PAGE.activities if activity.kind == "reflect")
CHOICE = next(activity for activity in PAGE.activities if activity.kind == "choice")
PATH = f"/graduate/{PAGE.section_id}/{PAGE.id}/"
FIELD, STATUS = f"#{REFLECT.id}-text", f"#{REFLECT.id}-status"
# What a browser, and htmx, say of a request without an answer: that is what these tests are about
EXPECTED = re.compile(
    r"^(Failed to load resource|htmx:(sendError|afterRequest)|Response Status Error Code (401|409))"
)
KEPT_IN_THE_BROWSER = """async () => ({
  words: Object.keys(localStorage).filter(key => /^(unsent|offline)/.test(key)),
  pages: await caches.keys(),
  workers: (await navigator.serviceWorker.getRegistrations()).length,
})"""
ALL_TABS_ARE_KEPT = """async () => {
  const kept = await Promise.all([...document.querySelectorAll(".tabs a")].map(({ href }) => caches.match(href)));
  return kept.every(Boolean);
}"""
NOTHING = {"words": [], "pages": [], "workers": 0}


@pytest.fixture
def devices(chromium):
    """devices(width=..., **options of a context) -> a page in a browser of its own; its faults fail the test."""
    contexts, faults = [], []

    def open_device(width=1280, **options):
        context = chromium.new_context(viewport={"width": width, "height": 800}, **options)
        contexts.append(context)
        context.set_default_timeout(20_000)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        context.on(
            "console",
            lambda message: (
                faults.append(message.text)
                if message.type == "error" and not EXPECTED.match(message.text)
                else None
            ),
        )
        return context.new_page()

    yield open_device
    for context in contexts:
        context.close()
    assert faults == []


class Server:
    """The training site in a process that can be killed and started again, on the data of the running installation."""

    def __init__(self, site):
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.environment = site.environment | {"PORT": str(self.port)}
        self.process = None

    def start(self):
        command = [
            sys.executable,
            "manage.py",
            "runserver",
            "--noreload",
            "--skip-checks",
            f"localhost:{self.port}",
        ]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while not is_answering(self.port):
            assert self.process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)


@pytest.fixture
def server(site):
    server = Server(site)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def person(site):
    """A new learner for each test: nobody's answers are in the way."""
    return site.person()


def says(page, words, where=STATUS):
    page.locator(where, has_text=words).wait_for()


def text_on(page, url):
    """What another look at the page shows in the field."""
    page.goto(url + PATH)
    return page.locator(FIELD).input_value()


def all_sent(page):
    page.wait_for_function("() => !Object.keys(localStorage).some(key => key.startsWith('unsent'))")


@pytest.mark.parametrize("width", [1280, 375])
def test_the_network_is_cut_while_typing_and_comes_back(site, devices, person, width):
    page = site.sign_in(devices(width), person)
    page.goto(site.training + PATH)
    page.locator(FIELD).press_sequentially("Before the tunnel")
    says(page, "Saved")
    page.context.set_offline(True)
    page.locator(FIELD).press_sequentially(", and in it")
    says(page, "Not saved yet: no connection. Kept in this browser; it is sent when you are back.")
    page.locator(f"#{CHOICE.id}-{CHOICE.lettered[1][0]}").check()
    says(page, "Not saved yet", f"#{CHOICE.id}-status")
    page.context.set_offline(False)
    says(page, "✓ Saved")
    page.locator(f"#{CHOICE.id} .why").wait_for()
    all_sent(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    other = site.sign_in(devices(width), person)
    assert text_on(other, site.training) == "Before the tunnel, and in it"
    assert other.locator(f"#{CHOICE.id} input:checked").get_attribute("value") == CHOICE.lettered[1][0]
    assert other.locator(".conflict").count() == 0


def test_a_closed_tab_loses_nothing_and_any_page_sends_what_waits(site, devices, person):
    page = site.sign_in(devices(), person)
    page.goto(site.training + PATH)
    page.context.set_offline(True)
    page.locator(FIELD).press_sequentially("Typed, and the tab closed at once")
    context = page.context
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(f"{site.training}/me/")
    all_sent(page)
    assert text_on(page, site.training) == "Typed, and the tab closed at once"


def test_after_a_reload_the_unsent_text_stands_in_the_field_and_is_sent(site, server, devices, person):
    page = site.sign_in(devices(), person)
    page.goto(server.url + PATH)
    page.route("**/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.locator(FIELD).press_sequentially("Kept over a reload")
    says(page, "Not saved yet")
    page.reload()
    says(page, "Not saved yet")
    assert page.locator(FIELD).input_value() == "Kept over a reload"
    page.unroute_all()
    page.reload()
    says(page, "✓ Saved")
    all_sent(page)


@pytest.mark.parametrize("width", [1280, 375])
def test_the_server_is_killed_while_typing_and_started_again(site, server, devices, person, width):
    page = site.sign_in(devices(width), person)
    page.goto(server.url + PATH)
    page.locator(FIELD).press_sequentially("While it lived")
    says(page, "Saved")
    server.kill()
    page.locator(FIELD).press_sequentially(" and while it was dead")
    says(page, "Not saved yet")
    server.start()
    says(page, "✓ Saved")
    all_sent(page)
    assert text_on(site.sign_in(devices(), person), server.url) == "While it lived and while it was dead"


def test_a_stranger_s_page_in_place_of_ours_never_looks_saved(site, devices, person):
    page = site.sign_in(devices(), person)
    page.goto(site.training + PATH)
    portal = "<html><p id='portal'>Welcome to our hotel</p></html>"
    page.route(
        f"**{PATH}{REFLECT.id}/",
        lambda route: route.fulfill(status=200, content_type="text/html", body=portal),
    )
    page.locator(FIELD).press_sequentially("From a hotel")
    says(page, "Not saved yet")
    page.unroute_all()
    says(page, "✓ Saved")
    assert text_on(page, site.training) == "From a hotel"


@pytest.mark.parametrize("width", [1280, 375])
def test_two_devices_write_and_both_texts_are_kept_and_shown(site, devices, person, width):
    one = site.sign_in(devices(width), person)
    two = site.sign_in(devices(width), person)
    for page in (one, two):
        page.goto(site.training + PATH)
    one.locator(FIELD).press_sequentially("From the laptop")
    says(one, "Saved")
    two.locator(FIELD).press_sequentially("From the phone")
    says(two, "From the laptop", f"#{REFLECT.id} .conflict")
    assert two.locator(FIELD).input_value() == "From the phone"
    two.locator(FIELD).press_sequentially(", going on")
    says(two, "✓ Saved")
    all_sent(two)
    assert two.evaluate("document.documentElement.scrollWidth") == width
    # To leave the field saves once more: what comes back may not take the button from under a slow finger
    two.get_by_role("button", name="Keep both, joined").hover()
    with two.expect_response(lambda answer: answer.request.method == "POST"):
        two.mouse.down()
    all_sent(two)
    two.mouse.up()
    two.wait_for_url(f"**{PATH}#{REFLECT.id}")
    joined = "From the phone, going on\n\nFrom the laptop"
    assert two.locator(FIELD).input_value() == joined
    assert two.locator(".conflict").count() == 0
    assert text_on(one, site.training) == joined


def test_signed_out_meanwhile_one_signs_in_and_carries_on(site, devices, person):
    page = site.sign_in(devices(375), person)
    page.goto(site.training + PATH)
    page.context.clear_cookies(name="sessionid")
    page.locator(FIELD).press_sequentially("Typed while signed out")
    says(page, "You are signed out")
    page.get_by_role("link", name="Sign in and carry on").click()
    page.fill("input[name=login]", person)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"**{PATH}#{REFLECT.id}")
    says(page, "✓ Saved")
    assert page.locator(FIELD).input_value() == "Typed while signed out"
    all_sent(page)


def test_signed_out_without_javascript_the_words_are_handed_back(site, devices, person):
    page = site.sign_in(devices(java_script_enabled=False), person)
    page.goto(site.training + PATH)
    page.context.clear_cookies(name="sessionid")
    page.locator(FIELD).fill("Typed without a script")
    page.get_by_role("button", name="Done, next page").click()
    page.get_by_role("heading", name="Not saved yet, and not lost").wait_for()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in a new tab").click()
    site.enter(opened.value, person)
    page.get_by_role("button", name="Send again").click()
    page.get_by_text("You have signed in since").wait_for()
    page.get_by_role("button", name="Send again").click()
    page.wait_for_url("**/graduate/**")
    assert text_on(page, site.training) == "Typed without a script"


def test_somebody_else_in_the_same_browser_gets_nothing(site, devices, person):
    other = site.person(f"other-{person}")
    page = site.sign_in(devices(), person)
    page.goto(site.training + PATH)
    page.context.set_offline(True)
    page.locator(FIELD).press_sequentially("Nobody else's business")
    says(page, "Not saved yet")
    # The session ends, and somebody else signs in in another tab
    page.context.clear_cookies(name="sessionid")
    second = page.context.new_page()
    page.context.set_offline(False)
    site.enter(second, other)
    says(page, "Somebody else has signed in")
    assert text_on(second, site.training) == ""
    assert "Nobody else's business" not in second.content()
    page.close()
    second.goto(f"{site.training}/me/")
    assert text_on(second, site.training) == ""
    # The words still wait for the one who wrote them
    second.context.clear_cookies(name="sessionid")
    site.enter(second, person)
    second.goto(site.training + PATH)
    says(second, "✓ Saved")
    assert second.locator(FIELD).input_value() == "Nobody else's business"


def switch_on(page, url):
    page.goto(f"{url}/graduate/")
    page.get_by_label("Keep opened pages readable offline on this device").check()
    says(page, "can be read offline on this device", "#this-device-status")


@pytest.mark.parametrize("width", [1280, 375])
def test_an_opened_section_can_be_read_offline_and_written_on(site, server, devices, person, width):
    page = site.sign_in(devices(width), person)
    page.goto(server.url + PATH)
    assert page.evaluate(KEPT_IN_THE_BROWSER) == NOTHING
    switch_on(page, server.url)
    page.goto(server.url + PATH)
    for _ in range(100):  # the page's script fetches them one by one
        if page.evaluate(ALL_TABS_ARE_KEPT):
            break
        page.wait_for_timeout(50)
    server.kill()
    page.reload()
    page.get_by_text("Offline copy.").wait_for()
    assert page.get_by_role("heading", level=1).inner_text() == PAGE.head.title
    assert page.evaluate("getComputedStyle(document.querySelector('.card')).borderTopStyle") == "solid"
    page.locator(FIELD).press_sequentially("Written in an airplane")
    says(page, "Not saved yet")
    other = next(item for item in COURSE.section(PAGE.section_id).pages if item.id != PAGE.id)
    page.goto(f"{server.url}/graduate/{other.section_id}/{other.id}/")
    assert page.get_by_role("heading", level=1).inner_text() == other.head.title
    elsewhere = next(item for item in COURSE.pages if item.section_id != PAGE.section_id)
    page.goto(f"{server.url}/graduate/{elsewhere.section_id}/{elsewhere.id}/")
    page.get_by_role("heading", name="No connection").wait_for()
    server.start()
    page.goto(server.url + PATH)
    says(page, "✓ Saved")
    assert page.locator(FIELD).input_value() == "Written in an airplane"
    assert page.get_by_text("Offline copy.").count() == 0
    kept = page.evaluate("async () => (await (await caches.open('pages')).keys()).map(({url}) => url)")
    assert {address.removeprefix(server.url).split("/")[1] for address in kept} == {"graduate"}


def test_switched_off_nothing_is_left(site, devices, person):
    page = site.sign_in(devices(), person)
    switch_on(page, site.training)
    page.goto(site.training + PATH)
    page.goto(f"{site.training}/graduate/")
    page.get_by_label("Keep opened pages readable offline on this device").uncheck()
    says(page, "Nothing is kept on this device any more", "#this-device-status")
    assert page.evaluate(KEPT_IN_THE_BROWSER) == NOTHING


def test_after_signing_out_nothing_is_left(site, devices, person):
    page = site.sign_in(devices(), person)
    switch_on(page, site.training)
    page.goto(site.training + PATH)
    page.route("**/*", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.locator(FIELD).press_sequentially("Not to be left behind")
    says(page, "Not saved yet")
    page.goto(f"{site.training}/accounts/logout/")
    page.get_by_text("Not quite everything").wait_for()
    page.unroute_all()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{site.training}/")
    assert page.evaluate(KEPT_IN_THE_BROWSER) == NOTHING


def test_a_shared_computer_keeps_nothing_but_the_open_page(site, devices, person):
    page = site.sign_in(devices(), person)
    page.goto(f"{site.training}/graduate/")
    page.get_by_label("Others use this computer too").check()
    says(page, "This browser keeps nothing", "#this-device-status")
    page.goto(site.training + PATH)
    page.context.set_offline(True)
    page.locator(FIELD).press_sequentially("In the open page alone")
    says(page, "Leave this page open")
    assert page.evaluate(KEPT_IN_THE_BROWSER) == NOTHING
    page.context.set_offline(False)
    says(page, "✓ Saved")


@pytest.mark.parametrize("width", [1280, 375])
def test_one_goes_on_at_the_paragraph_on_another_device(site, devices, person, width):
    page = site.sign_in(devices(width), person)
    page.goto(site.training + PATH)
    page.locator(f"#{REFLECT.id}").evaluate("place => place.scrollIntoView()")
    page.goto(f"{site.training}/me/")
    other = site.sign_in(devices(width), person)
    link = other.get_by_role("link", name="Continue where I was")
    there = re.compile(rf"{PATH}#[a-z0-9-]+$")
    for _ in range(40):  # the first device tells it while it leaves the page, and waits for no answer
        other.goto(f"{site.training}/graduate/")
        if there.search(link.get_attribute("href")):
            break
    link.click()
    other.wait_for_url(there)
    place = other.evaluate("document.getElementById(location.hash.slice(1)).getBoundingClientRect().top")
    assert 0 <= place < 100


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_none_of_it_has_an_accessibility_fault_that_a_machine_can_find(site, devices, person, width, scheme):
    one, two = (site.sign_in(devices(width, color_scheme=scheme), person) for _ in range(2))
    faults = {}

    def look(name):
        faults[name] = violations(two)
        assert two.evaluate("document.documentElement.scrollWidth") == width, name

    two.goto(f"{site.training}/graduate/")
    look("this device")
    for page in (one, two):
        page.goto(site.training + PATH)
    one.locator(FIELD).fill("From the laptop")
    says(one, "Saved")
    two.locator(FIELD).fill("From the phone")
    says(two, "From the laptop", f"#{REFLECT.id} .conflict")
    look("two texts")
    two.context.clear_cookies(name="sessionid")
    two.locator(FIELD).fill("Signed out")
    says(two, "You are signed out")
    look("signed out")
    two.get_by_role("button", name="Done, next page").click()
    two.get_by_role("heading", name="Not saved yet, and not lost").wait_for()
    look("send again")
    assert {name: found for name, found in faults.items() if found} == {}
