"""Sound, slides and drawings: what is on the page, and what an author is told about their files."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from django.contrib.staticfiles import finders

from opm.environment import ROOT
from training.captions import Cue, passages, read_captions
from training.drawings import drawing_faults, inline
from training.media import MEDIA_KINDS, Files

VTT = """WEBVTT

NOTE made for the tests

first
00:00.000 --> 00:04.000
<v Lucía>How was your first week?

00:04.000 --> 00:09.500 align:start
<v Amar>Long, &amp; I am not
sure what you expect.
"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 9"><path id="a" d="M0 0"/><use href="#a"/></svg>\n'
AUDIO = """title: The first week
file: first-week.mp3
seconds: 10
captions: first-week.vtt
speakers:
  Lucía: a mentor
  Amar: a fellow
note: synthetic narration
"""
TALK = """title: Four phases
audio: talk.mp3
seconds: 90
captions: talk.vtt
slides:
  - file: slides/one.svg
    alt: A path with four flags.
    title: A path
    text: It goes *up*.
  - file: slides/two.svg
    alt: An arrow that leads back.
    title: And back
    text: Then it returns.
    start: 61
"""
FIGURE = """file: slides/one.svg
alt: A path with four flags.
caption: The four phases.
description: First comes *initiation*.
"""
SOUND = b"ID3 not much of a sound"


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


@pytest.fixture
def studio(folder):
    """The small course with media of each kind beside it."""
    for name, text in {
        "first-week.vtt": VTT,
        "talk.vtt": VTT,
        "slides/one.svg": SVG,
        "slides/two.svg": SVG,
    }.items():
        folder.write(f"graduate/media/{name}", text)
    for name in ("first-week.mp3", "talk.mp3"):
        (folder.root / "graduate/media" / name).write_bytes(SOUND)
    return folder


def add(folder, kind, text):
    folder.change(folder.first, "```choice first", f"```{kind} it\n{text}```\n\n```choice first")


def load(folder, kind, text):
    add(folder, kind, text)
    (media,) = folder.load()["graduate"].pages[0].media
    return media


# Audio


def test_a_talk_has_its_player_its_captions_and_the_whole_transcript(studio):
    media = load(studio, "audio", AUDIO)
    page = Elements(media.html)
    assert page.of("audio") == [
        {"controls": None, "preload": "none", "aria-labelledby": "it-title", "src": "/static/media/graduate/first-week.mp3"}
    ]  # fmt: skip
    assert page.of("track") == [
        {
            "kind": "captions",
            "srclang": "en",
            "label": "English",
            "src": "/static/media/graduate/first-week.vtt",
        }
    ]
    assert [attributes["data-start"] for _, attributes in page.found if "data-start" in attributes] == [
        "0.0",
        "4.0",
    ]
    text = " ".join(re.sub(r"<[^>]*>", " ", media.html).split())
    assert "0:00 Lucía: How was your first week?" in text
    assert "0:04 Amar: Long, &amp; I am not sure what you expect." in text
    assert "0:10 minutes · synthetic narration" in text


def test_nothing_plays_or_loads_by_itself_and_what_needs_javascript_waits_for_it(studio):
    page = Elements(load(studio, "audio", AUDIO).html)
    assert [attributes for _, attributes in page.found if "autoplay" in attributes] == []
    assert page.of("button") == []
    assert [attributes["class"] for attributes in page.of("p") if "hidden" in attributes] == [
        "speed",
        "caption-line",
    ]


def test_a_transcript_of_ones_own_comes_before_the_captions(studio):
    written = AUDIO + "transcript: |\n  [0:02] **Lucía:** How was it?\n\n  A pause.\n"
    media = load(studio, "audio", written)
    assert [(part.start, part.clock, part.html) for part in media.passages] == [
        (2, "0:02", "<p><strong>Lucía:</strong> How was it?</p>\n"),
        (None, "0:00", "<p>A pause.</p>\n"),
    ]


def test_its_seconds_count_in_the_time_of_the_page(studio):
    add(studio, "audio", AUDIO.replace("seconds: 10", "seconds: 600"))
    page = studio.load()["graduate"].pages[0]
    assert page.minutes == (12, 14)
    assert replace(page, blocks=tuple(block for block in page.blocks if not block.media)).minutes == (2, 3)
    assert [(media.kind, media.duration) for media in page.media] == [("audio", 600)]


# Presentations


def test_slides_are_a_list_with_their_text_and_wait_for_javascript_to_be_turned(studio):
    media = load(studio, "presentation", TALK)
    page = Elements(media.html)
    assert [attributes["data-start"] for attributes in page.of("li")] == ["0", "61"]
    assert [(image["src"], image["alt"]) for image in page.of("img")] == [
        ("/static/media/graduate/slides/one.svg", "A path with four flags."),
        ("/static/media/graduate/slides/two.svg", "An arrow that leads back."),
    ]
    assert "<p>It goes <em>up</em>.</p>" in media.html
    assert [attributes["class"] for attributes in page.of("p") if "hidden" in attributes] == [
        "speed", "caption-line", "slide-bar",
    ]  # fmt: skip
    assert '<span class="time">1:01</span>' in media.html
    assert media.duration == 90


def test_without_sound_slides_are_read_and_take_as_long_as_their_text(studio):
    silent = TALK.replace("audio: talk.mp3\nseconds: 90\ncaptions: talk.vtt\n", "").replace(
        "    start: 61\n", ""
    )
    media = load(studio, "presentation", silent.replace("Then it returns.", "word " * 226))
    page = Elements(media.html)
    assert page.of("audio") == page.of("select") == []
    assert 'class="time"' not in media.html
    assert media.duration == 60


# Figures


def test_a_drawing_is_part_of_the_page_with_its_idea_in_words(studio):
    media = load(studio, "figure", FIGURE)
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

NO_NAME = "“../talk.mp3” is no file name: small letters, digits, hyphens, and an ending"
UNKNOWN = "unknown key “titel”; expected title, file, seconds, captions, transcript, speakers, note, depth"
CITED = "citations, terms and links go into the page's text, not into a media block"
READABLE = "what is heard has to be readable too: give captions or a transcript"
ORDER = "slides start in order, the first at 0, each at a second of its own"
WRITTEN = "transcript: |\n  "
NO_SLIDE = "“two.gif” is no slide file; those end in .svg, .png, .jpg, .webp"
NO_ALT = "“alt” is empty: some see no slide, and some hear no sound"

FAULTS = [
    ("audio", AUDIO, "file: first-week.mp3", "file: gone.mp3", 11, "there is no file media/gone.mp3"),
    ("audio", AUDIO, "first-week.mp3", "talk.wav", 11, "“talk.wav” is no sound file; those end in .mp3, .m4a, .ogg"),
    ("audio", AUDIO, "file: first-week.mp3", "file: ../talk.mp3", 11, NO_NAME),
    ("audio", AUDIO, "seconds: 10", "seconds: 0", 12, "how many seconds does it last?"),
    ("audio", AUDIO, "captions: first-week.vtt\n", "", 10, READABLE),
    ("audio", AUDIO, "  Amar: a fellow\n", "", 13, "“Amar” speaks in the captions, but is not among the speakers"),
    ("audio", AUDIO, "note:", f"{WRITTEN}[0:09] B\n\n  [0:01] A\nnote:", 17, "the times in the transcript are not in order"),
    ("audio", AUDIO, "note:", f"{WRITTEN}[0:11] B\nnote:", 17, "a time in the transcript is after the 10 seconds it lasts"),
    ("audio", AUDIO, "title: The", "titel: The", 10, UNKNOWN),
    ("audio", AUDIO, "title: The", "title: See [@kram-1983], the", 9, CITED),
    ("presentation", TALK, "slides/two.svg", "two.gif", 19, NO_SLIDE),
    ("presentation", TALK, "alt: An arrow that leads back.", 'alt: ""', 20, NO_ALT),
    ("presentation", TALK, "    start: 61\n", "", 19, ORDER),
    ("presentation", TALK, "text: It goes *up*.", "text: It goes *up*.\n    start: 1", 19, ORDER),
    ("presentation", TALK, "start: 61", "start: 90", 23, "this slide starts after the 90 seconds it all lasts"),
    ("presentation", TALK, "seconds: 90\n", "", 11, "say in “seconds” how long it lasts"),
    ("presentation", TALK, "audio: talk.mp3\n", "", 12, "this needs an “audio” file"),
    ("presentation", TALK, TALK[TALK.index("  - file: slides/two") :], "", 14, "a presentation has at least two slides"),
    ("figure", FIGURE, "file: slides/one.svg", "file: talk.vtt", 10, "“talk.vtt” is no drawing file; those end in .svg"),
    ("figure", FIGURE, "A path with four flags.", '" "', 11, "“alt” is empty: say in a sentence what the drawing shows"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "old", "new", "line", "message"), FAULTS)
def test_a_fault_names_its_line_and_what_was_expected(studio, kind, text, old, new, line, message):
    assert old in text
    add(studio, kind, text.replace(old, new))
    assert f"{studio.first}:{line}: {message}" in studio.faults()


def test_faults_in_captions_and_drawings_name_those_files(studio):
    studio.write("graduate/media/first-week.vtt", VTT.replace("00:09.500", "00:11.500"))
    studio.write("graduate/media/slides/one.svg", SVG.replace("<path", "\n<path style='fill: red'"))
    add(studio, "audio", AUDIO)
    studio.change(studio.first, "```choice first", f"```figure drawn\n{FIGURE}```\n\n```choice first")
    assert studio.faults() == [
        "graduate/media/first-week.vtt:9: this cue ends after the 10 seconds that it all lasts",
        "graduate/media/slides/one.svg:2: the page allows no style=… here; write fill=…, stroke=… and so on",
    ]


def test_a_file_too_large_for_a_phone_or_empty_is_refused(studio):
    studio.write("graduate/media/slides/one.svg", f"{SVG}<!-- {'x' * 61 * 1024} -->")
    (studio.root / "graduate/media/first-week.mp3").write_bytes(b"")
    add(studio, "audio", AUDIO)
    studio.change(studio.first, "```choice first", f"```figure drawn\n{FIGURE}```\n\n```choice first")
    assert studio.faults() == [
        f"{studio.first}:11: media/first-week.mp3 is empty",
        f"{studio.first}:21: media/slides/one.svg is larger than 60 kB",
    ]


def test_files_lie_in_the_media_folder_and_nowhere_else(studio):
    files = Files(studio.root, ("graduate",))
    assert files.find("talk.vtt").path == studio.root / "graduate/media/talk.vtt"
    assert [files.find(name) for name in ("../course.yaml", "/etc/hostname", "gone.vtt", "slides")] == [
        None
    ] * 4


def test_an_edition_takes_files_of_its_own_first(studio):
    studio.write(
        "undergraduate/course.yaml",
        'id: undergraduate\nextends: graduate\ntitle: O\nshort_title: O\nversion: "1"\nsummary: O.\n',
    )
    add(studio, "figure", FIGURE)
    own = (studio.root / studio.first).read_text() + f"\n```figure ours\n{FIGURE.replace('one', 'two')}```\n"
    studio.write("undergraduate/what-is-mentoring/page-1.md", own)
    studio.write("undergraduate/media/slides/one.svg", SVG.replace("M0 0", "M9 9"))
    courses = studio.load()
    pages = [courses[name].pages[0] for name in ("graduate", "undergraduate")]
    assert [["M9 9" in media.html for media in page.media] for page in pages] == [[False], [True, False]]


def test_an_id_is_used_for_one_block_of_an_edition(studio):
    add(studio, "figure", FIGURE)
    studio.change(studio.first, "```figure it", "```figure why")
    assert studio.faults() == [
        f"{studio.first}:1: the id of activity why is used already in what-is-mentoring/page-1.md"
    ]


def test_the_real_courses_media_are_among_the_static_files(settings):
    folders = sorted(settings.CONTENT_DIR.glob("*/media"))
    for folder in folders:
        for file in (path for path in folder.rglob("*") if path.is_file()):
            address = f"media/{folder.parent.name}/{file.relative_to(folder).as_posix()}"
            assert finders.find(address) == str(file)
    given = [place for place in settings.STATICFILES_DIRS if isinstance(place, tuple)]
    assert given == [(f"media/{folder.parent.name}", folder) for folder in folders]


# Captions


def test_captions_are_read():
    assert read_captions(VTT, 10).cues == (
        Cue(0.0, 4.0, "Lucía", "How was your first week?"),
        Cue(4.0, 9.5, "Amar", "Long, & I am not sure what you expect."),
    )
    assert read_captions(VTT, 10).faults == ()
    assert read_captions("\ufeffWEBVTT\n\n01:00:00.000 --> 01:00:01.250\nHi.\n", 3601).cues[0].end == 3601.25


BROKEN = [
    ("", [(1, "a captions file starts with the line WEBVTT")]),
    ("WEBVTT\n", [(1, "there are no cues in this file")]),
    ("WEBVTT\n\n00:01 --> 00:02\nHi.\n", [(3, "expected a time such as 00:01.000 --> 00:04.500")]),
    ("WEBVTT\n\n00:02.000 --> 00:01.000\nHi.\n", [(3, "this cue ends before it starts")]),
    ("WEBVTT\n\n00:01.000 --> 00:02.000\n<b></b>\n", [(3, "this cue says nothing")]),
    (
        "WEBVTT\n\na\n00:05.000 --> 00:06.000\nHi.\n\n00:04.000 --> 00:05.000\nHo.\n",
        [(7, "this cue starts before the one above it")],
    ),
]


@pytest.mark.parametrize(("text", "faults"), BROKEN)
def test_faulty_captions_are_reported_with_their_line(text, faults):
    assert list(read_captions(text, 10).faults) == faults


def test_cues_are_joined_to_stretches_that_one_can_read():
    cues = [
        Cue(0, 8, "A", "We"),
        Cue(8, 16, "A", "met."),
        Cue(16, 18, "A", "Later"),
        Cue(18, 20, "B", "Yes."),
    ]
    assert passages(cues) == [Cue(0, 16, "A", "We met."), Cue(16, 18, "A", "Later"), Cue(18, 20, "B", "Yes.")]


# The guide

EXAMPLE = re.compile(r"^````markdown\n(.*?)^````$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^\s*(?:- )?(?:file|audio|captions): (\S+)$", re.MULTILINE)


def test_every_example_of_the_guide_can_be_used_as_it_is(folder):
    guide = "\n".join(EXAMPLE.findall((ROOT / "docs" / "author.md").read_text()))
    assert {line.split()[0][3:] for line in guide.splitlines() if re.match("```.", line)} >= {
        *MEDIA_KINDS, "choice", "dialogue", "case", "checklist", "table", "if_then",
    }  # fmt: skip
    for name in FILE.findall(guide):
        folder.write(f"graduate/media/{name}", {"vtt": VTT, "svg": SVG}.get(name[-3:], "sound"))
    folder.change(folder.first, "```choice first", f"{guide}\n```choice first")
    assert folder.faults() == []
