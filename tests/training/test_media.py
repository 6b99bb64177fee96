"""Voices, slides and drawings: what is on the page, and what an author is told about their files."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from django.contrib.staticfiles import finders

from opm.environment import ROOT
from tests.training.sound import silence
from training.drawings import drawing_faults, inline
from training.media import MEDIA_KINDS
from training.media_files import Files
from training.talks import VOICES, talks_in

VTT = """WEBVTT

NOTE made for the tests

00:00.250 --> 00:04.000
<v Lucía>How was your first week?

00:04.500 --> 00:05.000 align:start
<v Amar>Long, &amp; I am not
sure what you expect.

00:05.000 --> 00:09.500
<v Amar>Are you?
"""
TALK_VTT = """WEBVTT

00:00.250 --> 00:04.000
It goes up.

00:61.000 --> 00:89.000
Then it returns.
""".replace("00:61", "01:01").replace("00:89", "01:29")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 9"><path id="a" d="M0 0"/><use href="#a"/></svg>\n'
CONVERSATION = """title: The first week
drawing: scene.svg
alt: Two people at a desk.
people:
  Lucía: {who: a mentor, voice: woman}
  Amar: {who: a fellow, voice: man}
said:
  - by: Lucía
    text: How was *your* first week?
  - by: Amar
    text: Long, & I am not sure what you expect. Are you?
"""
SLIDES = """title: Four phases
voice: man
note: Walk along.
slides:
  - drawing: one.svg
    alt: A path with four flags.
    title: A path
    text: It goes *up*.
  - drawing: two.svg
    alt: An arrow that leads back.
    title: And back
    text: Then it returns.
"""
FIGURE = """file: talk/one.svg
alt: A path with four flags.
caption: The four phases.
description: First comes *initiation*.
"""
WEEK, TALK = "first-week", "talk"


class Elements(HTMLParser):
    """The start tags of a piece of HTML, as (name, attributes)."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def of(self, tag):
        return [attributes for name, attributes in self.found if name == tag]


class Studio:
    """The small course with a conversation and a presentation beside it, which can be heard or not."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("first-week/scene.svg", "talk/one.svg", "talk/two.svg"):
            folder.write(f"graduate/media/{name}", SVG)
        folder.write("graduate/media/first-week/script.yaml", CONVERSATION)
        folder.write("graduate/media/talk/script.yaml", SLIDES)

    def path(self, name):
        return self.folder.root / "graduate/media" / name

    def record(self, talk, seconds, captions=None, ending=".opus"):
        self.path(f"{talk}/sound{ending}").write_bytes(silence(seconds, ending))
        if captions:
            self.path(f"{talk}/sound.vtt").write_text(captions)

    def change(self, name, old, new):
        self.folder.change(f"graduate/media/{name}", old, new)

    def show(self, kind, name, keys=""):
        self.folder.change(
            self.folder.first, "```choice first", f"```{kind} {name}\n{keys}```\n\n```choice first"
        )

    def load(self, kind, name, keys="depth: core\n"):
        self.show(kind, name, keys)
        (media,) = self.folder.load()["graduate"].pages[0].media
        return media

    def faults(self):
        return [fault.removeprefix("graduate/") for fault in self.folder.faults()]


@pytest.fixture
def studio(folder):
    return Studio(folder)


def words(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


# Voices


def test_a_conversation_is_drawn_and_read_and_can_be_heard(studio):
    studio.record(WEEK, 10, VTT)
    media = studio.load("audio", WEEK)
    page = Elements(media.html)
    address = "/static/media/graduate/first-week/sound"
    assert page.of("audio") == [
        {"controls": None, "preload": "none", "aria-labelledby": "first-week-title", "src": f"{address}.opus"}
    ]
    assert page.of("track") == [{"kind": "captions", "label": "Captions", "src": f"{address}.vtt"}]
    assert [(item["class"], item["data-start"]) for item in page.of("li")] == [
        ("passage left", "0.25"),
        ("passage right", "4.5"),
    ]
    assert [
        (item["data-start"], item["data-end"]) for item in page.of("span") if item["class"] == "said"
    ] == [
        ("0.25", "4.0"),
        ("4.5", "5.0"),
        ("5.0", "9.5"),
    ]
    assert {"class": "scene", "role": "img", "aria-label": "Two people at a desk."} in page.of("div")
    text = words(media.html)
    assert (
        "Lucía 0:00 How was your first week? Amar 0:04 Long, &amp; I am not sure what you expect. Are you?"
        in text
    )
    assert "0:10 minutes · synthetic narration" in text
    assert media.duration == 10


def test_without_a_sound_it_is_there_to_read(studio):
    studio.change("first-week/script.yaml", "How was", "word " * 218 + "how was")
    media = studio.load("audio", WEEK)
    page = Elements(media.html)
    assert page.of("audio") == page.of("select") == []
    assert "data-start" not in media.html
    assert 'class="time"' not in media.html
    assert words(media.html).endswith("Amar Long, &amp; I am not sure what you expect. Are you?")
    assert media.duration == 61


def test_nothing_plays_or_loads_by_itself_and_what_needs_javascript_waits_for_it(studio):
    studio.record(WEEK, 10, VTT)
    page = Elements(studio.load("audio", WEEK).html)
    assert [attributes for _, attributes in page.found if "autoplay" in attributes] == []
    assert page.of("button") == []
    assert [attributes["class"] for attributes in page.of("p") if "hidden" in attributes] == [
        "no-sound hint",
        "speed",
    ]


def test_a_recording_by_people_is_played_as_soon_as_it_lies_there(studio):
    studio.record(WEEK, 10, VTT)
    studio.record(WEEK, 19, ending=".mp3")
    media = studio.load("audio", WEEK)
    page = Elements(media.html)
    assert [item["src"] for item in page.of("audio")] == ["/static/media/graduate/first-week/sound.mp3"]
    assert "synthetic" not in media.html
    # The times of the other voice are stretched, and no longer those of the captions' file
    assert [item["data-start"] for item in page.of("li")] == ["0.5", "9.0"]
    assert page.of("track") == []
    assert media.duration == 19


def test_a_recording_without_captions_has_its_times_estimated(studio):
    studio.record(WEEK, 70, ending=".mp3")
    page = Elements(studio.load("audio", WEEK).html)
    assert [item["data-start"] for item in page.of("li")] == ["0.0", "24.0"]


def test_its_seconds_count_in_the_time_of_the_page_where_it_is_core(studio):
    studio.record(WEEK, 600, VTT, ".mp3")
    studio.show("audio", WEEK, "depth: core\n")
    page = studio.folder.load()["graduate"].pages[0]
    assert page.minutes == (12, 14)
    assert replace(page, blocks=tuple(block for block in page.blocks if not block.media)).minutes == (2, 3)
    assert [(media.kind, media.duration) for media in page.media] == [("audio", 600)]
    studio.folder.change(studio.folder.first, "first-week\ndepth: core", "first-week\ndepth: deeper")
    assert studio.folder.load()["graduate"].pages[0].minutes == (2, 3)


# Presentations


def test_slides_are_a_list_with_their_text_and_wait_for_javascript_to_be_turned(studio):
    studio.record(TALK, 90, TALK_VTT)
    media = studio.load("presentation", TALK)
    page = Elements(media.html)
    assert [(item["id"], item["data-start"]) for item in page.of("li")] == [
        ("talk-1", "0.25"),
        ("talk-2", "61.0"),
    ]
    assert [item["aria-label"] for item in page.of("div") if item.get("role") == "img"] == [
        "A path with four flags.",
        "An arrow that leads back.",
    ]
    assert '<path id="talk-1-a"' in media.html
    assert '<path id="talk-2-a"' in media.html
    assert "It goes <em>up</em>." in media.html
    assert [attributes["class"] for attributes in page.of("p") if "hidden" in attributes] == [
        "no-sound hint", "speed", "slide-bar",
    ]  # fmt: skip
    assert '<span class="time">1:01</span>' in media.html
    assert "Walk along." in media.html
    assert media.duration == 90


def test_without_sound_slides_are_read_and_take_as_long_as_their_text(studio):
    studio.change("talk/script.yaml", "Then it returns.", "word " * 227)
    media = studio.load("presentation", TALK)
    page = Elements(media.html)
    assert page.of("audio") == page.of("select") == []
    assert 'class="time"' not in media.html
    assert media.duration == 60


# Figures


def test_a_drawing_is_part_of_the_page_with_its_idea_in_words(studio):
    media = studio.load("figure", "it", FIGURE)
    assert Elements(media.html).of("div")[0] == {"role": "img", "aria-label": "A path with four flags."}
    assert '<path id="it-a" d="M0 0"/><use href="#it-a"/></svg>' in media.html
    assert "<figcaption><p>The four phases.</p>\n</figcaption>" in media.html
    assert "<p>First comes <em>initiation</em>.</p>" in media.html
    assert media.duration == 0


def test_a_drawing_loses_its_head_and_shares_no_id():
    text = (
        '<?xml version="1.0"?>\n<!DOCTYPE svg>\n<!-- made by hand -->\n<svg><g id="x" fill="url(#x)"/></svg>'
    )
    assert inline(text, "one") == '<svg><g id="one-x" fill="url(#one-x)"/></svg>'


DRAWINGS = [
    ("<svg/>", [(1, "a drawing is an <svg> with a viewBox")]),
    ("<svg viewBox='0 0 1 1'>\n<script/>\n</svg>", [(2, "<script> does not belong in a drawing")]),
    (
        "<svg viewBox='0 0 1 1' onload='x()'>\n<g style='fill: red'/></svg>",
        [
            (1, "the page allows no onload=… here; write fill=…, stroke=… and so on"),
            (2, "the page allows no style=… here; write fill=…, stroke=… and so on"),
        ],
    ),
    (
        "<svg viewBox='0 0 1 1'>\n<use href='https://a.b/c.svg'/></svg>",
        [(2, "href leads out of the drawing")],
    ),
    ("<svg viewBox='0 0 1 1'>\n<g></svg>", [(2, "not valid XML: mismatched tag")]),
    (SVG, []),
]


@pytest.mark.parametrize(("text", "faults"), DRAWINGS)
def test_what_cannot_work_in_a_drawing_is_a_fault(text, faults):
    assert list(drawing_faults(text)) == faults


# Files and faults

KEYS = "expected title, drawing, alt, people, said, note"
AGAIN = "type make audio"
NO_ALT = "“alt” is empty: say in a sentence what the drawing shows"
NO_VOICE = f"is no voice; there are {', '.join(VOICES)}"
HIS = "Long, & I am not sure what you expect."
GIF = "“talk/two.gif” is no drawing file; those end in .svg"
ONE_LINE = CONVERSATION[CONVERSATION.index("  - by: Amar") :]
ONE_SLIDE = SLIDES[SLIDES.index("  - drawing: two") :]
FAULTS = [
    # (which talk, which of its files, what is changed, into what, and what the author is told)
    (WEEK, "script", "drawing: scene.svg", "drawing: gone.svg", f"script.yaml:2: there is no file media/{WEEK}/gone.svg"),
    (WEEK, "script", "alt: Two people at a desk.", 'alt: ""', f"script.yaml:3: {NO_ALT}"),
    (WEEK, "script", "title: The", "titel: The", f"script.yaml:1: unknown key “titel”; {KEYS}"),
    (WEEK, "script", "by: Amar", "by: Omar", "script.yaml:10: “Omar” is not among the people"),
    (WEEK, "script", "by: Amar", "by: Lucía", "script.yaml:4: Amar says nothing"),
    (WEEK, "script", "voice: man", "voice: child", f"script.yaml:6: “child” {NO_VOICE}"),
    (WEEK, "script", f"text: {HIS} Are you?", 'text: ""', "script.yaml:11: this line says nothing"),
    (WEEK, "script", ONE_LINE, "", "script.yaml:7: a conversation has at least two lines"),
    (WEEK, "script", "How was", "How is", f"sound.vtt:5: the script says here: “How is your first week?”; {AGAIN}"),
    (WEEK, "script", " Are you?", "", f"sound.vtt:1: 3 sentences, but 2 in the script; {AGAIN}"),
    (WEEK, "sound", "<v Amar>Long", "<v Lucía>Long", f"sound.vtt:8: the script says here: “{HIS}”; {AGAIN}"),
    (WEEK, "sound", "00:09.500", "00:07.500", f"sound.vtt:1: the captions end at 0:07, the sound at 0:10; {AGAIN}"),
    (WEEK, "sound", "00:09.500", "00:04.500", "sound.vtt:12: this cue ends before it starts"),
    (TALK, "script", "drawing: two.svg", "drawing: two.gif", f"script.yaml:9: {GIF}"),
    (TALK, "script", "text: Then it returns.", 'text: ""', "script.yaml:12: this slide says nothing: some see no slide"),
    (TALK, "script", ONE_SLIDE, "", "script.yaml:4: a presentation has at least two slides"),
    (TALK, "script", "voice: man", "voice: choir", f"script.yaml:2: “choir” {NO_VOICE}"),
]  # fmt: skip


@pytest.mark.parametrize(("talk", "file", "old", "new", "fault"), FAULTS)
def test_a_fault_names_its_file_and_line_and_what_was_expected(studio, talk, file, old, new, fault):
    studio.record(WEEK, 10, VTT)
    studio.record(TALK, 90, TALK_VTT)
    studio.show("audio", WEEK, "depth: core\n")
    studio.show("presentation", TALK, "depth: core\n")
    assert studio.faults() == []
    studio.change(f"{talk}/{'script.yaml' if file == 'script' else 'sound.vtt'}", old, new)
    assert f"media/{talk}/{fault}" in studio.faults()


PAGE = "what-is-mentoring/page-1.md"
DRAWN = "“talk/one.png” is no drawing file; those end in .svg"
CITED = "citations, terms and links go into the page's text, not into a media block"
NO_NAME = "“../one.svg” is no file name: small letters, digits, hyphens, and an ending"
BLOCKS = [
    ("audio", "gone", "depth: core\n", f"{PAGE}:10: there is no file media/gone/script.yaml"),
    ("audio", WEEK, "depth: shallow\n", f"{PAGE}:10: depth is “core” or “deeper”, not “shallow”"),
    ("audio", WEEK, "title: T\n", f"{PAGE}:10: unknown key “title”; expected depth"),
    ("audio", WEEK, "", f"{PAGE}:10: there is nothing here yet"),
    ("figure", "it", FIGURE.replace("talk/one.svg", "talk/one.png"), f"{PAGE}:10: {DRAWN}"),
    ("figure", "it", FIGURE.replace("A path with four flags.", '" "'), f"{PAGE}:11: {NO_ALT}"),
    ("figure", "it", FIGURE.replace("talk/one", "../one"), f"{PAGE}:10: {NO_NAME}"),
    ("figure", "it", FIGURE.replace("The four", "See [@kram-1983], the four"), f"{PAGE}:9: {CITED}"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "name", "keys", "fault"), BLOCKS)
def test_a_faulty_block_is_told_with_its_line(studio, kind, name, keys, fault):
    studio.show(kind, name, keys)
    assert fault in studio.faults()


def test_what_a_machine_has_spoken_needs_its_captions_and_has_to_be_sound(studio):
    studio.record(WEEK, 10)
    studio.show("audio", WEEK, "depth: core\n")
    assert studio.faults() == [f"{PAGE}:10: there is no file media/first-week/sound.vtt: type make audio"]
    studio.path("first-week/sound.opus").write_bytes(b"no sound")
    assert studio.faults() == [f"{PAGE}:10: media/first-week/sound.opus cannot be read as sound"]


def test_faults_in_drawings_name_their_lines(studio):
    studio.change("talk/one.svg", "<path", "\n<path style='fill: red'")
    studio.show("presentation", TALK, "depth: core\n")
    assert studio.faults() == [
        "media/talk/one.svg:2: the page allows no style=… here; write fill=…, stroke=… and so on"
    ]


def test_a_file_too_large_for_a_phone_or_empty_is_refused(studio):
    studio.path("talk/one.svg").write_text(f"{SVG}<!-- {'x' * 61 * 1024} -->")
    studio.path("first-week/sound.mp3").write_bytes(b"")
    studio.show("audio", WEEK, "depth: core\n")
    studio.show("figure", "drawn", FIGURE)
    assert studio.faults() == [
        f"{PAGE}:10: media/first-week/sound.mp3 cannot be read as sound",
        f"{PAGE}:10: media/first-week/sound.mp3 is empty",
        f"{PAGE}:14: media/talk/one.svg is larger than 60 kB",
    ]


def test_files_lie_in_the_media_folder_and_nowhere_else(studio):
    files = Files(studio.folder.root, ("graduate",))
    assert files.find("talk/one.svg").path == studio.path("talk/one.svg")
    assert [files.find(name) for name in ("../course.yaml", "/etc/hostname", "gone.vtt", "talk")] == [
        None
    ] * 4


def test_an_edition_takes_files_of_its_own_first(studio):
    folder = studio.folder
    folder.write(
        "undergraduate/course.yaml",
        'id: undergraduate\nextends: graduate\ntitle: O\nshort_title: O\nversion: "1"\nsummary: O.\n',
    )
    studio.show("presentation", TALK, "depth: core\n")
    folder.write("undergraduate/what-is-mentoring/page-1.md", (folder.root / folder.first).read_text())
    folder.write("undergraduate/media/talk/script.yaml", SLIDES.replace("It goes", "For them it goes"))
    courses = folder.load()
    shown = [words(courses[name].pages[0].media[0].html) for name in ("graduate", "undergraduate")]
    assert ["For them" in text for text in shown] == [False, True]
    assert [(talk.id, talk.kind) for talk in talks_in(folder.root)] == [
        ("first-week", "audio"), ("talk", "presentation"), ("talk", "presentation"),
    ]  # fmt: skip


def test_an_id_is_used_for_one_block_of_an_edition(studio):
    studio.show("figure", "why", FIGURE)
    assert studio.faults() == [f"{PAGE}:1: the id of activity why is used already in {PAGE}"]


def test_the_real_courses_media_are_among_the_static_files(settings):
    folders = sorted(settings.CONTENT_DIR.glob("*/media"))
    for folder in folders:
        for file in (path for path in folder.rglob("*") if path.is_file()):
            address = f"media/{folder.parent.name}/{file.relative_to(folder).as_posix()}"
            assert finders.find(address) == str(file)
    given = [place for place in settings.STATICFILES_DIRS if isinstance(place, tuple)]
    assert given == [(f"media/{folder.parent.name}", folder) for folder in folders]


# The guide

EXAMPLE = re.compile(r"^````markdown\n(.*?)^````$", re.MULTILINE | re.DOTALL)


SCRIPT = re.compile(r"^```yaml\n# (media/\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_example_of_the_guide_can_be_used_as_it_is(folder):
    text = (ROOT / "docs" / "author.md").read_text()
    guide = "\n".join(EXAMPLE.findall(text))
    assert {line.split()[0][3:] for line in guide.splitlines() if re.match("```.", line)} >= {
        *MEDIA_KINDS, "choice", "dialogue", "case", "checklist", "table", "if_then",
    }  # fmt: skip
    for path, script in SCRIPT.findall(text):
        folder.write(f"graduate/{path}", script)
        for drawing in re.findall(r"drawing: (\S+)", script):
            folder.write(f"graduate/{path.rpartition('/')[0]}/{drawing}", SVG)
    for drawing in re.findall(r"^file: (\S+)$", guide, re.MULTILINE):
        folder.write(f"graduate/media/{drawing}", SVG)
    folder.change(folder.first, "```choice first", f"{guide}\n```choice first")
    assert folder.faults() == []
