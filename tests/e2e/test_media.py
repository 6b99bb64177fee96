"""Media blocks and terms in a browser: by mouse, by keyboard, without JavaScript, in light and dark, on a phone.

The page is made here from the blocks' own templates, styles and script, and served without a server.
"""

import mimetypes
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from opm.strict_yaml import Faults
from tests.e2e.axe import violations
from tests.training.sound import silence
from training.media_files import Files
from training.page_reader import Context, PageReader

pytestmark = pytest.mark.browser
ADDRESS = "http://course.test"
SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 90"><rect width="160" height="90" fill="none"
stroke="currentColor"/><text x="8" y="40" fill="var(--section, #333)">NAME</text></svg>"""
CONVERSATION = """title: The first week
drawing: scene.svg
alt: Two people at a desk.
people:
  Lucía: {who: a mentor, voice: woman}
  Amar: {who: a fellow, voice: man}
said:
  - {by: Lucía, text: How was it?}
  - {by: Amar, text: Long. I think.}
"""
SLIDES = """title: Four phases
voice: man
slides:
  - {drawing: one.svg, alt: One., title: The first, text: It begins.}
  - {drawing: two.svg, alt: Two., title: The second, text: It goes on.}
  - {drawing: three.svg, alt: Three., title: The third, text: It ends.}
"""
TIMES = (0, 20, 40), (15, 35, 60)
SPOKEN = {
    "talk": ("<v Lucía>How was it?", "<v Amar>Long.", "<v Amar>I think."),
    "slides": ("It begins.", "It goes on.", "It ends."),
}
PAGE = """---
title: Heard and seen
label: Heard
lead: Lead.
skills: []
---
A [[mentee]] asks. Another [[mentee]] listens.

```audio talk
depth: core
```

```presentation slides
depth: core
```

```figure drawn
file: slides/one.svg
alt: A box with a word in it.
caption: A box.
description: There is a box, and in it a word.
```
"""
FRAME = """<!DOCTYPE html><html lang="en"><head><title>Media</title><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/static/site.css">
<link rel="stylesheet" href="/static/course.css">
<script src="/static/media.js" defer></script></head>
<body data-section="strategies"><main><article class="page"><h1>Heard and seen</h1>{}</article></main></body></html>"""
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'"


def captions(said):
    cues = (
        f"00:{start:02}.000 --> 00:{end - 1:02}.000\n{text}"
        for start, end, text in zip(*TIMES, said, strict=True)
    )
    return "\n\n".join(("WEBVTT", *cues)) + "\n"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Address -> (type, content) of everything the page needs."""
    root = tmp_path_factory.mktemp("content")
    media = root / "graduate" / "media"
    media.mkdir(parents=True)
    for name, script in (("talk", CONVERSATION), ("slides", SLIDES)):
        (media / name).mkdir()
        (media / name / "script.yaml").write_text(script)
        (media / name / "sound.opus").write_bytes(silence(60, ".opus"))
        (media / name / "sound.vtt").write_text(captions(SPOKEN[name]))
    for name in ("talk/scene", "slides/one", "slides/two", "slides/three"):
        (media / f"{name}.svg").write_text(SVG.replace("NAME", name))
    (root / "page.md").write_text(PAGE)
    faults = Faults()
    context = Context(root, ("graduate",), {}, {"Mentee": "The person who is helped to grow."})
    page = PageReader(root / "page.md", context, faults).page("page", "strategies", "graduate")
    assert faults.found == []
    html = FRAME.format("".join(block.html for block in page.blocks))
    files = {"/": ("text/html; charset=utf-8", html.encode())}
    for name in ("site.css", "course.css", "media.js"):
        files[f"/static/{name}"] = (mimetypes.guess_type(name)[0], Path(finders.find(name)).read_bytes())
    for path in media.rglob("sound.*"):
        address = Files(root, ("graduate",)).find(path.relative_to(media).as_posix()).url
        is_sound = path.suffix == ".opus"
        files[address] = ("audio/wav", silence(60, ".wav")) if is_sound else ("text/vtt", path.read_bytes())
    return files


@pytest.fixture
def open_media(open_page, served):
    def open_media(**options):
        page = open_page(**options)

        def answer(route):
            kind, body = served.get(
                route.request.url.removeprefix(ADDRESS).split("#")[0], ("text/plain", b"")
            )
            headers = {"content-type": kind, "content-security-policy": POLICY, "accept-ranges": "bytes"}
            route.fulfill(body=body, headers=headers)

        page.route(f"{ADDRESS}/**", answer)
        page.goto(f"{ADDRESS}/")
        return page

    return open_media


def shown_slides(page):
    return page.locator("#slides li:visible h3").all_text_contents()


def test_slides_turn_by_mouse_and_by_keyboard_and_stop_at_both_ends(open_media):
    page = open_media()
    assert shown_slides(page) == ["The first"]
    page.get_by_role("button", name="Next slide").click()
    page.keyboard.press("ArrowRight")
    assert shown_slides(page) == ["The third"]
    assert page.locator(".slide-place").text_content() == "Slide 3 of 3"
    page.keyboard.press("Enter")
    assert shown_slides(page) == ["The third"]
    assert page.evaluate("document.activeElement.textContent") == "Next slide"
    page.get_by_role("button", name="Previous slide").click()
    assert shown_slides(page) == ["The second"]
    assert page.evaluate("document.querySelector('#slides audio').currentTime") == 20


def test_the_sound_turns_the_slides(open_media):
    page = open_media()
    page.locator("#slides audio").evaluate("audio => { audio.currentTime = 45; return audio.play(); }")
    page.locator("#slides li:nth-child(3)").wait_for()
    assert shown_slides(page) == ["The third"]


def test_a_time_plays_from_there_and_what_is_heard_is_marked_in_the_text(open_media):
    page = open_media()
    assert page.evaluate("[...document.querySelectorAll('audio')].map(audio => audio.paused)") == [True, True]
    page.locator("#talk").get_by_role("button", name="Play from 0:20").press("Enter")
    page.locator("#talk .passage.now", has_text="Amar").wait_for()
    page.locator("#talk .said.now", has_text="Long.").wait_for()
    page.locator("#talk audio").evaluate("audio => { audio.currentTime = 45; }")
    page.locator("#talk .said.now", has_text="I think.").wait_for()
    assert page.locator("#talk .said.now").count() == 1
    page.locator("#slides audio").evaluate("audio => audio.play()")
    page.wait_for_function("document.querySelector('#talk audio').paused")


def test_a_sound_that_the_browser_cannot_play_is_said_to_be_none(open_media):
    page = open_media()
    assert not page.locator("#talk .no-sound").is_visible()
    page.locator("#talk audio").evaluate("audio => { audio.src = '/no-sound'; audio.load(); }")
    page.locator("#talk .no-sound", has_text="cannot play this sound").wait_for()


def test_the_speed_is_the_same_everywhere_and_remembered(open_media):
    page = open_media()
    page.locator("#talk").get_by_label("Speed").select_option("1.5")
    speeds = "[...document.querySelectorAll('audio')].map(audio => audio.playbackRate)"
    assert page.evaluate(speeds) == [1.5, 1.5]
    page.reload()
    assert page.evaluate(speeds) == [1.5, 1.5]
    assert page.locator("#slides").get_by_label("Speed").input_value() == "1.5"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_term_opens_its_definition_by_keyboard_with_and_without_javascript(open_media, javascript):
    page = open_media(java_script_enabled=javascript)
    assert page.locator(".definition:visible").count() == 0
    page.get_by_role("button", name="mentee").nth(1).press("Enter")
    assert page.locator(".definition:visible").all_text_contents() == [
        "Mentee The person who is helped to grow."
    ]
    page.keyboard.press("Escape")
    assert page.locator(".definition:visible").count() == 0


def test_without_javascript_all_slides_and_all_lines_are_there_to_read(open_media):
    page = open_media(java_script_enabled=False)
    assert shown_slides(page) == ["The first", "The second", "The third"]
    assert page.locator("#talk .passage:visible").count() == 2
    assert page.get_by_role("button").all_text_contents() == ["mentee", "mentee"]
    assert page.locator("select:visible").count() == 0


def test_in_print_everything_is_there_and_nothing_to_press(open_media):
    page = open_media()
    page.emulate_media(media="print")
    assert shown_slides(page) == ["The first", "The second", "The third"]
    assert page.locator(".words dd").is_visible()
    assert page.locator("audio:visible, select:visible, .slide-bar:visible").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing(open_media, width, scheme):
    page = open_media(width=width, color_scheme=scheme)
    page.get_by_text("The figure in words").click()
    page.get_by_role("button", name="mentee").first.click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
