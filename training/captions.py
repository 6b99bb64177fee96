"""WebVTT captions: read strictly, so that what is heard can be read at the right moment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape

STAMP = r"(?:(\d+):)?([0-5]\d):([0-5]\d)\.(\d{3})"
TIMING = re.compile(rf"^{STAMP}[ \t]+-->[ \t]+{STAMP}(?:[ \t].*)?$")
VOICE = re.compile(r"<v(?:\.[^ >]*)? ([^>]+)>")
TAG = re.compile(r"<[^>]*>")
LONG_PASSAGE = 15.0  # seconds, after which the next sentence gets a time of its own in the transcript


@dataclass(frozen=True)
class Cue:
    """What is said from `start` to `end`, in seconds. `voice` is who says it, where the file tells."""

    start: float
    end: float
    voice: str
    text: str


@dataclass(frozen=True)
class Captions:
    """The cues of a file; `faults` are lines and messages."""

    cues: tuple[Cue, ...]
    faults: tuple[tuple[int, str], ...]


@dataclass
class _Reading:
    cues: list[Cue] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)

    def block(self, first: int, lines: list[str]) -> None:
        """One block between blank lines; `first` is the number of its first line."""
        if re.match(r"(NOTE|STYLE|REGION)\b", lines[0]):
            return
        if "-->" not in lines[0] and len(lines) > 1:  # the cue has a name
            first, lines = first + 1, lines[1:]
        timing = TIMING.match(lines[0])
        if not timing:
            self.faults.append((first, "expected a time such as 00:01.000 --> 00:04.500"))
            return
        start, end = _seconds(timing.groups()[:4]), _seconds(timing.groups()[4:])
        voice = VOICE.search(lines[1]) if lines[1:] else None
        text = unescape(TAG.sub("", " ".join(lines[1:]))).strip()
        if end <= start:
            self.faults.append((first, "this cue ends before it starts"))
        if self.cues and start < self.cues[-1].start:
            self.faults.append((first, "this cue starts before the one above it"))
        if not text:
            self.faults.append((first, "this cue says nothing"))
        self.cues.append(Cue(start, end, voice[1].strip() if voice else "", text))


def _seconds(parts: Iterable[str | None]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000


def read_captions(text: str, seconds: int) -> Captions:
    """Read a WebVTT file for something that lasts so many seconds."""
    reading = _Reading()
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or not re.match(r"WEBVTT(?:\s|$)", lines[0]):
        return Captions((), ((1, "a captions file starts with the line WEBVTT"),))
    for first, block in _blocks(lines):
        reading.block(first, block)
        if reading.cues and reading.cues[-1].end > seconds + 1:
            reading.faults.append((first, f"this cue ends after the {seconds} seconds that it all lasts"))
    if not reading.cues and not reading.faults:
        reading.faults.append((1, "there are no cues in this file"))
    return Captions(tuple(reading.cues), tuple(reading.faults))


def _blocks(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Blocks between blank lines with the number of their first line, without the head of the file."""
    block: list[str] = []
    is_head = True
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            block.append(line.strip())
            continue
        if block and not is_head:
            yield number - len(block), block
        is_head, block = False, []


def passages(cues: Iterable[Cue]) -> list[Cue]:
    """Cues joined to stretches that one can read: a new one with each voice, and with a sentence after a while."""
    joined: list[Cue] = []
    for cue in cues:
        last = joined[-1] if joined else None
        if last is None or last.voice != cue.voice or _is_whole(last):
            joined.append(cue)
        else:
            joined[-1] = Cue(last.start, cue.end, last.voice, f"{last.text} {cue.text}")
    return joined


def _is_whole(passage: Cue) -> bool:
    return passage.end - passage.start >= LONG_PASSAGE and passage.text.rstrip('”’")').endswith(
        (".", "?", "!")
    )
