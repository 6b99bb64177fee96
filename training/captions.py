"""WebVTT captions (W3C): read strictly, so that what is heard can be read at the right moment, and written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape, unescape

STAMP = r"(?:(\d+):)?([0-5]\d):([0-5]\d)\.(\d{3})"
TIMING = re.compile(rf"^{STAMP}[ \t]+-->[ \t]+{STAMP}(?:[ \t].*)?$")
VOICE = re.compile(r"<v(?:\.[^ >]*)? ([^>]+)>")
TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Cue:
    """What is said from `start` to `end`, in seconds. `voice` is who says it, where the file tells."""

    start: float
    end: float
    voice: str
    text: str
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Captions:
    """The cues of a file; `faults` are lines and messages."""

    cues: tuple[Cue, ...] = ()
    faults: tuple[tuple[int, str], ...] = ()

    @property
    def end(self) -> float:
        return self.cues[-1].end if self.cues else 0


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
        self.cues.append(Cue(start, end, voice[1].strip() if voice else "", text, first))


def _seconds(parts: Iterable[str | None]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return hours * 3600 + minutes * 60 + seconds + thousandths / 1000


def read_captions(text: str) -> Captions:
    reading = _Reading()
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or not re.match(r"WEBVTT(?:\s|$)", lines[0]):
        return Captions((), ((1, "a captions file starts with the line WEBVTT"),))
    for first, block in _blocks(lines):
        reading.block(first, block)
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


def write_captions(cues: Iterable[Cue], note: str) -> str:
    """A WebVTT file. `note` says in it where the times come from."""
    blocks = ["WEBVTT", f"NOTE {note}"]
    for cue in cues:
        voice = f"<v {cue.voice}>" if cue.voice else ""
        blocks.append(f"{_stamp(cue.start)} --> {_stamp(cue.end)}\n{voice}{escape(cue.text, quote=False)}")
    return "\n\n".join(blocks) + "\n"


def _stamp(seconds: float) -> str:
    minutes, rest = divmod(round(seconds * 1000), 60_000)
    return f"{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
