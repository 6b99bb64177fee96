"""What is said on a page: voices in conversation, and slides with what is said to them. To read, and to hear as well.

A talk is a folder under media/ that has the name of its block: `script.yaml`, its drawings, and for the ear `sound.opus`,
which `make audio` speaks from the script, with `sound.vtt`, which says when each sentence is heard. A recording by
people, `sound.mp3`, `.m4a` or `.ogg`, is played instead as soon as it lies there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from opm import strict_yaml
from opm.strict_yaml import Fault, Faults, Lines
from training.captions import Captions, read_captions
from training.drawings import Drawing
from training.media_files import FOLDER, FORMATS, Files, Found, MediaFile, depth_faults
from training.speech import (
    Sentence,
    Sound,
    clock,
    estimated,
    fits,
    plain,
    reading_seconds,
    sentences,
    stretch,
)  # fmt: skip

SPEEDS = ("0.75", "1", "1.25", "1.5", "1.75", "2")
VOICES = ("man", "woman", "second man", "second woman")


@dataclass(frozen=True)
class Person:
    """Somebody who speaks. `voice` is one of those that `make audio` has."""

    who: str
    voice: str
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    def faults(self) -> Iterator[Found]:
        if self.voice not in VOICES:
            yield self.lines["voice"], f"“{self.voice}” is no voice; there are {', '.join(VOICES)}"


@dataclass(frozen=True)
class Line:
    """What one person says at a time."""

    by: str
    text: str
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)


@dataclass(frozen=True)
class Conversation:
    """The script of an `audio` block. `note` is what to listen for, in a sentence."""

    title: str
    drawing: str
    alt: str
    people: dict[str, Person]
    said: tuple[Line, ...]
    note: str = ""
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    @property
    def parts(self) -> list[tuple[str, str]]:
        """(who speaks, what is said)"""
        return [(line.by, line.text) for line in self.said]

    def faults(self) -> Iterator[Found]:
        if len(self.said) < 2:
            yield self.lines["said"], "a conversation has at least two lines"
        for line in self.said:
            if line.by not in self.people:
                yield line.lines["by"], f"“{line.by}” is not among the people"
            if not line.text.strip():
                yield line.lines["text"], "this line says nothing"
        for name in sorted(set(self.people) - {line.by for line in self.said}):
            yield self.lines["people"], f"{name} says nothing"


@dataclass(frozen=True)
class Slide:
    """One picture and what is said to it."""

    drawing: str
    alt: str
    title: str
    text: str
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    def faults(self) -> Iterator[Found]:
        if not self.text.strip():
            yield self.lines["text"], "this slide says nothing: some see no slide"


@dataclass(frozen=True)
class Slides:
    """The script of a `presentation` block."""

    title: str
    voice: str
    slides: tuple[Slide, ...]
    note: str = ""
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    @property
    def parts(self) -> list[tuple[str, str]]:
        """(nobody, what is said): there is one voice, and no need to name it."""
        return [("", slide.text) for slide in self.slides]

    def faults(self) -> Iterator[Found]:
        if self.voice not in VOICES:
            yield self.lines["voice"], f"“{self.voice}” is no voice; there are {', '.join(VOICES)}"
        if len(self.slides) < 2:
            yield self.lines["slides"], "a presentation has at least two slides"


@dataclass(frozen=True)
class Part:
    """A line or a slide, with its sentences. `start` in seconds; None where there is no sound."""

    said: Any
    sentences: tuple[Sentence, ...]
    number: int

    @property
    def start(self) -> float | None:
        return self.sentences[0].start

    @property
    def clock(self) -> str:
        return clock(self.start or 0)


@dataclass(frozen=True)
class Talk:
    """A media block that is a folder with a script."""

    id: str
    files: Files
    depth: str = "core"
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    script_class: ClassVar[type[Any]]
    template: ClassVar[str]
    speeds: ClassVar[tuple[str, ...]] = SPEEDS

    @cached_property
    def script_file(self) -> MediaFile | None:
        return self.files.find(f"{self.id}/script.yaml")

    @cached_property
    def _read(self) -> tuple[Any, list[Fault]]:
        """The script, or None, and what is wrong with it."""
        if self.script_file is None:
            return None, []
        faults = Faults()
        path = self.script_file.path
        return strict_yaml.load(self.script_class, self.script_file.text, path, faults), faults.found

    @property
    def script(self) -> Any:
        return self._read[0]

    @property
    def script_faults(self) -> list[Fault]:
        return self._read[1]

    @property
    def title(self) -> str:
        return str(self.script.title)

    @cached_property
    def sound(self) -> Sound | None:
        """The recording, else what a machine has spoken, else nothing."""
        for ending in FORMATS["sound"][0]:
            if found := self.files.find(f"{self.id}/sound{ending}"):
                return Sound(found)
        return None

    @property
    def caption_file(self) -> MediaFile | None:
        return self.files.find(f"{self.id}/sound.vtt")

    @cached_property
    def captions(self) -> Captions:
        return read_captions(self.caption_file.text) if self.caption_file else Captions()

    @property
    def track(self) -> MediaFile | None:
        """The captions, where their times are those of the sound that is played."""
        is_in_step = self.sound and fits(self.captions, self.sound.seconds)
        return self.caption_file if is_in_step else None

    @cached_property
    def spoken(self) -> list[tuple[str, str]]:
        """(who speaks, sentence without markup), as captions have it."""
        return [(by, plain(text)) for by, said in self.script.parts for text in sentences(said)]

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        timed = iter(self._timed())
        said = self.script.said if isinstance(self.script, Conversation) else self.script.slides
        return tuple(
            Part(part, tuple(next(timed) for _ in sentences(part.text)), number)
            for number, part in enumerate(said, start=1)
        )

    def _timed(self) -> Iterator[Sentence]:
        texts = [text for _, said in self.script.parts for text in sentences(said)]
        if self.sound is None:
            yield from map(Sentence, texts)
            return
        captions = self.captions if self.captions.cues else estimated(self.spoken, self.sound.seconds)
        factor = stretch(captions, self.sound.seconds)
        for text, cue in zip(texts, captions.cues, strict=True):
            yield Sentence(text, round(cue.start * factor, 2), round(cue.end * factor, 2))

    @property
    def duration(self) -> int:
        """Seconds: as long as it sounds, else as long as its text takes to read."""
        text = " ".join(said for _, said in self.script.parts)
        return round(self.sound.seconds if self.sound else reading_seconds(text))

    @property
    def length(self) -> str:
        return clock(self.duration)

    @cached_property
    def html(self) -> SafeString:
        return render_to_string(self.template, {"media": self})

    def faults(self) -> Iterator[Found]:
        yield from depth_faults(self.depth, self.lines["depth"])
        if self.script_file is None:
            yield self.lines[""], f"there is no file {FOLDER}/{self.id}/script.yaml"
        yield from self.script_faults
        if self.script_file is None or self.script is None:
            return
        for found in self._drawing_faults():
            yield found if isinstance(found, Fault) else Fault(self.script_file.path, *found)
        yield from self.sound_faults()

    def _drawing_faults(self) -> Iterator[Found]:
        raise NotImplementedError

    def voice_of(self, name: str) -> str:
        """With which of the VOICES somebody speaks."""
        raise NotImplementedError

    def sound_faults(self) -> Iterator[Found]:
        if self.sound is None:
            return
        name = self.sound.file.path.name
        yield from self.files.faults(f"{self.id}/{name}", "sound", self.lines[""])
        if self.sound.seconds == 0:
            yield self.lines[""], f"{FOLDER}/{self.id}/{name} cannot be read as sound"
        elif self.caption_file:
            yield from self._caption_faults(self.caption_file, self.sound)
        elif self.sound.is_synthetic:
            yield self.lines[""], f"there is no file {FOLDER}/{self.id}/sound.vtt: type make audio"

    def _caption_faults(self, file: MediaFile, sound: Sound) -> Iterator[Found]:
        """In step: the captions are the script, sentence by sentence, and end with the sound."""
        for line, message in self.captions.faults:
            yield Fault(file.path, line, message)
        heard = [(cue.voice, cue.text) for cue in self.captions.cues]
        for cue, said in zip(self.captions.cues, self.spoken, strict=False):
            if (cue.voice, cue.text) != said:
                yield Fault(file.path, cue.line, f"the script says here: “{said[1]}”; type make audio")
                return
        if len(heard) != len(self.spoken):
            message = f"{len(heard)} sentences, but {len(self.spoken)} in the script; type make audio"
            yield Fault(file.path, 1, message)
        elif sound.is_synthetic and not fits(self.captions, sound.seconds):
            message = f"the captions end at {clock(self.captions.end)}, the sound at {clock(sound.seconds)}"
            yield Fault(file.path, 1, f"{message}; type make audio")


@dataclass(frozen=True)
class Audio(Talk):
    """A conversation: drawn, to read, and to hear."""

    kind: ClassVar[str] = "audio"
    template: ClassVar[str] = "training/media/audio.html"
    script_class: ClassVar[type[Any]] = Conversation

    @property
    def drawing(self) -> Drawing:
        return Drawing(self.files, f"{self.id}/{self.script.drawing}", self.script.alt, self.id)

    @property
    def sides(self) -> dict[str, str]:
        """On which side each person's lines stand: by turns, as they are introduced."""
        return {name: ("left", "right")[place % 2] for place, name in enumerate(self.script.people)}

    @property
    def lines_said(self) -> list[tuple[Part, str, str]]:
        """(what is said, by whom, on which side)"""
        return [(part, part.said.by, self.sides[part.said.by]) for part in self.parts]

    def voice_of(self, name: str) -> str:
        return str(self.script.people[name].voice)

    def _drawing_faults(self) -> Iterator[Found]:
        yield from self.drawing.faults(self.script.lines["drawing"], self.script.lines["alt"])


@dataclass(frozen=True)
class Presentation(Talk):
    """Slides, one after another, with what is said to each."""

    kind: ClassVar[str] = "presentation"
    template: ClassVar[str] = "training/media/presentation.html"
    script_class: ClassVar[type[Any]] = Slides

    @property
    def slides(self) -> list[tuple[Part, Drawing]]:
        return [(part, self._drawing(part.said, part.number)) for part in self.parts]

    def voice_of(self, name: str) -> str:
        return str(self.script.voice)

    def _drawing(self, slide: Slide, number: int) -> Drawing:
        return Drawing(self.files, f"{self.id}/{slide.drawing}", slide.alt, f"{self.id}-{number}")

    def _drawing_faults(self) -> Iterator[Found]:
        for number, slide in enumerate(self.script.slides, start=1):
            drawing = self._drawing(slide, number)
            yield from drawing.faults(slide.lines["drawing"], slide.lines["alt"])


def talks_in(root: Path) -> list[Audio | Presentation]:
    """Every talk that lies in the folders of the editions, whether or not a page shows it, and whatever is wrong with it."""
    return [
        (Presentation if "\nslides:" in path.read_text("utf-8") else Audio)(
            path.parent.name, Files(root, (path.relative_to(root).parts[0],))
        )
        for path in sorted(root.glob(f"*/{FOLDER}/*/script.yaml"))
    ]
