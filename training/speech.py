"""What is said, sentence by sentence, and when: from the words, from captions, and from how long the sound lasts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.safestring import SafeString
from tinytag import TinyTag, TinyTagException

from training.captions import Captions, Cue
from training.markdown import render_words
from training.media_files import MediaFile

WORDS_A_MINUTE = 230
END = re.compile(r"[.!?…][”’)*]*(?=\s+[“‘(*]*[A-Z0-9])")
ABBREVIATED = re.compile(r"\b(?:Dr|Prof|Mr|Ms|Mrs|St|vs|[A-Z])\.$")
MARKUP = re.compile(r"(?<!\w)[*_]+|[*_]+(?!\w)")
MADE_BY_MACHINE = ".opus"
# Seconds by which a sound may go on after its last sentence
REST = 1.5


@dataclass(frozen=True)
class Sentence:
    """One sentence of a script, and the seconds from and to which it is heard. No times where there is no sound."""

    text: str
    start: float | None = None
    end: float | None = None

    @property
    def words(self) -> str:
        """As it is spoken and captioned: without markup."""
        return plain(self.text)

    @property
    def html(self) -> SafeString:
        return render_words(self.text)


@dataclass(frozen=True)
class Sound:
    """A sound file. What `make audio` has spoken is Opus; anything else was recorded by people."""

    file: MediaFile

    @cached_property
    def seconds(self) -> float:
        """How long it lasts; 0 where the file cannot be read as sound."""
        try:
            return TinyTag.get(self.file.path).duration or 0
        except TinyTagException:
            return 0

    @property
    def is_synthetic(self) -> bool:
        return self.file.address.endswith(MADE_BY_MACHINE)


def clock(seconds: float) -> str:
    """As a player shows it: 83 is 1:23."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def plain(text: str) -> str:
    return MARKUP.sub("", text)


def sentences(text: str) -> list[str]:
    """A paragraph as sentences. An end is a full stop, question or exclamation mark before a capital or a digit."""
    found: list[str] = []
    start = 0
    text = " ".join(text.split())
    for end in END.finditer(text):
        if not ABBREVIATED.search(text[start : end.end()]):
            found.append(text[start : end.end()].strip())
            start = end.end()
    return [*found, text[start:].strip()]


def reading_seconds(text: str) -> float:
    return len(re.findall(r"\b[\w’']+", text)) / WORDS_A_MINUTE * 60


def estimated(said: Sequence[tuple[str, str]], seconds: float) -> Captions:
    """Captions for (voice, sentence) pairs, as if every letter took as long as the next."""
    letters = sum(len(text) for _, text in said) or 1
    cues, at = [], 0.0
    for voice, text in said:
        until = at + len(text) / letters * seconds
        cues.append(Cue(round(at, 2), round(until, 2), voice, text))
        at = until
    return Captions(tuple(cues))


def stretch(captions: Captions, seconds: float) -> float:
    """By what to multiply the times of captions made for another reading of the same words; 1 where they fit."""
    return 1 if fits(captions, seconds) or not captions.end else seconds / captions.end


def fits(captions: Captions, seconds: float) -> bool:
    return 0 <= seconds - captions.end <= REST
