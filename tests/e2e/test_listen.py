"""Listening to a page: the browser's own voices read it, a sentence at a time; here a voice that says nothing and waits."""

import pytest

from training import content

pytestmark = pytest.mark.browser
COURSE = content.load_all()["graduate"]
PAGE = next(page for page in COURSE.pages if "choice" in {activity.kind for activity in page.activities})
PATH = f"/graduate/{PAGE.section_id}/{PAGE.id}/"
# The test says when a sentence is over: heard()
VOICE = """
  window.spoken = [];
  window.heard = () => window.spoken.at(-1).onend();
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
  const voices = VOICES.map((name) => ({ name, lang: "en-US", default: name === "Ann" }));
  Object.defineProperty(window, "speechSynthesis", { value: {
    getVoices: () => voices, speak: (said) => window.spoken.push(said), cancel() {}, addEventListener() {},
  }});
"""
# The words of the page without the numbers of its references and the definitions that open beside a word
TEXT = """() => {
  const copy = document.querySelector("article.page").cloneNode(true);
  for (const extra of copy.querySelectorAll(".cite, .definition")) extra.remove();
  return copy.textContent.replaceAll(/\\s+/g, " ");
}"""


@pytest.fixture(scope="module")
def learner(site):
    return site.person("listener@example.org")


@pytest.fixture
def open_listening(site, open_page, sign_in, learner):
    def open_listening(voices='["Ann", "Ben"]', **options):
        page = sign_in(open_page(**options), learner)
        page.add_init_script(VOICE.replace("VOICES", voices))
        page.goto(site.training + PATH)
        return page

    return open_listening


def spoken(page):
    return page.evaluate("window.spoken.map(({ text }) => text)")


def marked(page):
    return page.evaluate(
        "[...(CSS.highlights.get('listened') ?? [])].map((range) => range.toString().trim())"
    )


def test_it_reads_sentence_by_sentence_and_marks_each(open_listening):
    page = open_listening()
    page.get_by_role("button", name="Listen to this page").click()
    page.wait_for_function("() => window.spoken?.length === 1")
    page.evaluate("heard()")
    page.evaluate("heard()")
    assert spoken(page)[0] == PAGE.head.title
    assert marked(page) == [spoken(page)[2]]
    assert page.evaluate("document.activeElement.textContent") == "Pause"
    every = page.evaluate(
        "() => { while (!document.getElementById('listening').hidden) heard(); return spoken.map(({ text }) => text); }"
    )
    text = page.evaluate(TEXT)
    assert [sentence for sentence in every if sentence not in text] == []
    assert PAGE.activities[0].title in every
    assert marked(page) == []
    assert page.evaluate("document.activeElement.textContent.trim()") == "Listen"


def test_one_can_pause_go_back_skip_choose_and_stop_by_keyboard(open_listening):
    page = open_listening(width=320)
    page.get_by_role("button", name="Listen to this page").press("Enter")
    page.wait_for_function("() => window.spoken?.length === 1")
    page.keyboard.press("Enter")  # Pause has the focus
    assert page.get_by_role("button", name="Go on").is_visible()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Next sentence").press("Enter")
    page.get_by_role("button", name="Sentence back").press("Enter")
    said = spoken(page)
    assert said == [PAGE.head.title, PAGE.head.title, said[2], PAGE.head.title]
    page.locator("#listening").get_by_label("Speed").select_option("1.5")
    page.locator("#listening").get_by_label("Voice").select_option("Ben")
    assert page.evaluate("[spoken.at(-1).rate, spoken.at(-1).voice.name]") == [1.5, "Ben"]
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.keyboard.press("Escape")
    assert not page.locator("#listening").is_visible()
    page.reload()
    page.get_by_role("button", name="Listen to this page").click()
    page.wait_for_function("() => window.spoken?.length === 1")
    assert page.evaluate("[spoken.at(-1).rate, spoken.at(-1).voice.name]") == [1.5, "Ben"]


def test_it_begins_where_one_reads(open_listening):
    page = open_listening()
    last = page.locator(".activity-title").last
    last.evaluate("title => title.scrollIntoView()")
    page.locator("[data-listen]").evaluate("button => button.click()")
    page.wait_for_function("() => window.spoken?.length === 1")
    assert spoken(page)[0] == last.inner_text().strip()


def test_without_a_voice_or_without_javascript_it_is_not_offered(
    open_listening, site, open_page, sign_in, learner
):
    page = open_listening(voices="[]")
    assert not page.locator("[data-listen]").is_visible()
    plain = sign_in(open_page(java_script_enabled=False), learner)
    plain.goto(site.training + PATH)
    assert not plain.locator("[data-listen]").is_visible()
