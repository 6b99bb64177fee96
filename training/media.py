"""Media blocks: what one hears and sees on a page. One class and one template a kind.

A kind is a frozen dataclass whose fields are the keys an author writes (docs/author.md), beside its id and where its
files lie. Files are checked when the page is read, and served as static files. Nothing plays by itself, and everything
that is heard can be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

from opm.strict_yaml import Fault, Lines
from training.captions import Captions, passages, read_captions
from training.drawings import drawing_faults, inline
from training.markdown import render_inline

FOLDER = "media"
FILE_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]*(?:/[a-z0-9][a-z0-9_-]*)*\.[a-z0-9]+$")
TIME_MARK = re.compile(r"^\[(\d+):([0-5]\d)\]\s*")
WORDS_A_MINUTE = 230
KILOBYTE = 1024
# By what it is: the endings, and the most kilobytes, so that a page opens on a phone in a hallway
FORMATS = {
    "sound": ((".mp3", ".m4a", ".ogg"), 20_000),
    "captions": ((".vtt",), 200),
    "slide": ((".svg", ".png", ".jpg", ".webp"), 400),
    "drawing": ((".svg",), 60),
}
SPEEDS = ("0.75", "1", "1.25", "1.5", "1.75", "2")
Found = Fault | tuple[int, str]


@dataclass(frozen=True)
class MediaFile:
    path: Path
    address: str

    @property
    def url(self) -> str:
        return static(self.address)

    @property
    def megabytes(self) -> float:
        return self.path.stat().st_size / KILOBYTE / KILOBYTE


@dataclass(frozen=True)
class Files:
    """Where a page's media lie: in its own edition's folder, else in that of the edition it extends."""

    root: Path
    owners: tuple[str, ...]

    def find(self, name: str) -> MediaFile | None:
        for owner in self.owners:
            path = self.root / owner / FOLDER / name
            if FILE_NAME.match(name) and path.is_file():
                return MediaFile(path, f"{FOLDER}/{owner}/{name}")
        return None

    def faults(self, name: str, what: str, line: int) -> Iterator[Found]:
        endings, most = FORMATS[what]
        found = self.find(name)
        if not FILE_NAME.match(name):
            yield line, f"“{name}” is no file name: small letters, digits, hyphens, and an ending"
        elif not name.endswith(endings):
            yield line, f"“{name}” is no {what} file; those end in {', '.join(endings)}"
        elif found is None:
            yield line, f"there is no file {FOLDER}/{name}"
        elif found.path.stat().st_size > most * KILOBYTE:
            yield line, f"{FOLDER}/{name} is larger than {most} kB"
        elif found.path.stat().st_size == 0:
            yield line, f"{FOLDER}/{name} is empty"

    def captions(self, name: str, seconds: int) -> Captions:
        found = self.find(name) if name.endswith(".vtt") else None
        return read_captions(found.path.read_text("utf-8", "replace"), seconds) if found else Captions((), ())

    def caption_faults(self, name: str, seconds: int, line: int) -> Iterator[Found]:
        yield from self.faults(name, "captions", line)
        if found := self.find(name):
            for place, message in self.captions(name, seconds).faults:
                yield Fault(found.path, place, message)


@dataclass(frozen=True)
class Passage:
    """A stretch of a transcript. `start` in seconds; None where the author gave no time."""

    start: float | None
    speaker: str
    html: SafeString

    @property
    def clock(self) -> str:
        return clock(self.start or 0)


def clock(seconds: float) -> str:
    """As a player shows it: 83 is 1:23."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def depth_faults(depth: str, line: int) -> Iterator[Found]:
    if depth not in ("core", "deeper"):
        yield line, f"depth is “core” or “deeper”, not “{depth}”"


@dataclass(frozen=True)
class Audio:
    """Something to listen to, or to read: a talk, or a conversation."""

    id: str
    files: Files
    title: str
    file: str
    seconds: int
    captions: str = ""
    transcript: str = ""
    speakers: dict[str, str] = field(default_factory=dict)
    note: str = ""
    depth: str = "core"
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    kind: ClassVar[str] = "audio"
    template: ClassVar[str] = "training/media/audio.html"
    speeds: ClassVar[tuple[str, ...]] = SPEEDS

    @property
    def duration(self) -> int:
        return self.seconds

    @property
    def sound(self) -> MediaFile | None:
        return self.files.find(self.file)

    @property
    def track(self) -> MediaFile | None:
        return self.files.find(self.captions)

    @property
    def length(self) -> str:
        return clock(self.seconds)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """The transcript as the author wrote it, else as the captions have it."""
        if self.transcript:
            return tuple(_written(part) for part in re.split(r"\n\s*\n", self.transcript.strip()))
        cues = passages(self.files.captions(self.captions, self.seconds).cues)
        return tuple(Passage(cue.start, cue.voice, render_inline(cue.text)) for cue in cues)

    @cached_property
    def html(self) -> SafeString:
        return render_to_string(self.template, {"media": self})

    def faults(self) -> Iterator[Found]:
        yield from depth_faults(self.depth, self.lines["depth"])
        yield from self.files.faults(self.file, "sound", self.lines["file"])
        if self.seconds < 1:
            yield self.lines["seconds"], "how many seconds does it last?"
        if not (self.transcript or self.captions):
            yield self.lines[""], "what is heard has to be readable too: give captions or a transcript"
        if self.captions:
            yield from self.files.caption_faults(self.captions, self.seconds, self.lines["captions"])
            voices = {cue.voice for cue in self.files.captions(self.captions, self.seconds).cues if cue.voice}
            for voice in sorted(voices - set(self.speakers)):
                yield (
                    self.lines["captions"],
                    f"“{voice}” speaks in the captions, but is not among the speakers",
                )
        if self.transcript:
            yield from self._time_faults()

    def _time_faults(self) -> Iterator[Found]:
        starts = [passage.start for passage in self.passages if passage.start is not None]
        if starts != sorted(starts):
            yield self.lines["transcript"], "the times in the transcript are not in order"
        if starts and max(starts) > self.seconds:
            yield (
                self.lines["transcript"],
                f"a time in the transcript is after the {self.seconds} seconds it lasts",
            )


def _written(paragraph: str) -> Passage:
    mark = TIME_MARK.match(paragraph)
    start = int(mark[1]) * 60 + int(mark[2]) if mark else None
    return Passage(start, "", render_inline(TIME_MARK.sub("", paragraph)))


@dataclass(frozen=True)
class Slide:
    """One picture and what is said to it. `start` is the second at which it appears."""

    file: str
    alt: str
    title: str
    text: str
    start: int = 0
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    @property
    def text_html(self) -> SafeString:
        return render_inline(self.text)

    @property
    def clock(self) -> str:
        return clock(self.start)


@dataclass(frozen=True)
class Presentation:
    """Slides with what is said to them, to read; where there is a sound file, to hear as well."""

    id: str
    files: Files
    title: str
    slides: tuple[Slide, ...]
    audio: str = ""
    seconds: int = 0
    captions: str = ""
    note: str = ""
    depth: str = "core"
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    kind: ClassVar[str] = "presentation"
    template: ClassVar[str] = "training/media/presentation.html"
    speeds: ClassVar[tuple[str, ...]] = SPEEDS

    @property
    def sound(self) -> MediaFile | None:
        return self.files.find(self.audio) if self.audio else None

    @property
    def track(self) -> MediaFile | None:
        return self.files.find(self.captions) if self.captions else None

    @property
    def duration(self) -> int:
        """Seconds: as long as it sounds, else as long as its text takes to read."""
        words = sum(len(re.findall(r"\b[\w’']+", slide.text)) for slide in self.slides)
        return self.seconds or round(words / WORDS_A_MINUTE * 60)

    @property
    def length(self) -> str:
        return clock(self.duration)

    @cached_property
    def pictures(self) -> tuple[tuple[Slide, MediaFile | None], ...]:
        return tuple((slide, self.files.find(slide.file)) for slide in self.slides)

    @cached_property
    def html(self) -> SafeString:
        return render_to_string(self.template, {"media": self})

    def faults(self) -> Iterator[Found]:
        yield from depth_faults(self.depth, self.lines["depth"])
        if len(self.slides) < 2:
            yield self.lines["slides"], "a presentation has at least two slides"
        for slide in self.slides:
            yield from self.files.faults(slide.file, "slide", slide.lines["file"])
            for name in ("alt", "text"):
                if not getattr(slide, name).strip():
                    yield slide.lines[name], f"“{name}” is empty: some see no slide, and some hear no sound"
        if self.audio:
            yield from self._sound_faults()
        elif self.captions or self.seconds:
            yield self.lines["captions" if self.captions else "seconds"], "this needs an “audio” file"

    def _sound_faults(self) -> Iterator[Found]:
        yield from self.files.faults(self.audio, "sound", self.lines["audio"])
        if self.seconds < 1:
            yield self.lines["audio"], "say in “seconds” how long it lasts"
        if self.captions:
            yield from self.files.caption_faults(self.captions, self.seconds, self.lines["captions"])
        before = -1
        for slide in self.slides:
            if slide.start <= before or (before < 0 < slide.start):
                yield (
                    slide.lines["start"],
                    "slides start in order, the first at 0, each at a second of its own",
                )
            if slide.start >= self.seconds > 0:
                yield slide.lines["start"], f"this slide starts after the {self.seconds} seconds it all lasts"
            before = slide.start


@dataclass(frozen=True)
class Figure:
    """A drawing that carries an idea, part of the page, with the same idea in words."""

    id: str
    files: Files
    file: str
    alt: str
    caption: str = ""
    description: str = ""
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    kind: ClassVar[str] = "figure"
    template: ClassVar[str] = "training/media/figure.html"
    depth: ClassVar[str] = "core"
    duration: ClassVar[int] = 0  # it is read with the text

    @property
    def caption_html(self) -> SafeString:
        return render_inline(self.caption)

    @property
    def description_html(self) -> SafeString:
        return render_inline(self.description)

    @property
    def drawing(self) -> SafeString:
        found = self.files.find(self.file)
        return mark_safe(inline(found.path.read_text("utf-8"), self.id)) if found else SafeString("")

    @cached_property
    def html(self) -> SafeString:
        return render_to_string(self.template, {"media": self})

    def faults(self) -> Iterator[Found]:
        yield from self.files.faults(self.file, "drawing", self.lines["file"])
        if not self.alt.strip():
            yield self.lines["alt"], "“alt” is empty: say in a sentence what the drawing shows"
        if self.file.endswith(".svg") and (found := self.files.find(self.file)):
            for line, message in drawing_faults(found.path.read_text("utf-8", "replace")):
                yield Fault(found.path, line, message)


Media = Audio | Presentation | Figure
MEDIA_KINDS: dict[str, type[Media]] = {cls.kind: cls for cls in (Audio, Presentation, Figure)}
