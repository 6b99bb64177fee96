"""The course's prose, read by machine: spelling, and how hard each page is to read. A part of `make check`.

Words that no dictionary has (names, terms of the trade) are in training/content/words.txt, each looked at by a person.
`python -m scripts.prose --grades` prints the grade of every page; `--new` the words that are in neither list, for adding.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

from spellchecker import SpellChecker

if TYPE_CHECKING:
    from training.content import Course, Page

HARDEST = 13.0  # Flesch-Kincaid grade: a first year at college
WORD = re.compile(r"[A-Za-zÀ-ž]+(?:[’'][A-Za-zÀ-ž]+)*")
# What is no prose: addresses, citations, ids of fenced blocks and of lists, keys of YAML, targets of links
NO_PROSE = re.compile(
    r"https?://\S+|\[@[^\]]*\]|\]\([a-z]+:[^)]*\)|^```.*|^\s*(?:- )?[a-z0-9_-]+:(?=\s|$)|^:::\s*\w+.*|&\w+;",
    re.MULTILINE,
)
NO_PROSE_KEYS = re.compile(
    r"^\s*(?:- )?(?:id|to|start|category|also|skills|pages|depth|file|drawing|voice|doi|url|was|section|sections|needs"
    r"|kind):.*$",
    re.MULTILINE,
)
SENTENCE_END = re.compile(r"[.!?][”’\"')]*(?=\s|$)|\n")
NOT_RUNNING = re.compile(
    r'<div class="table-wrap".*?</div>|<sup class="cite">.*?</sup>|<div class="words">.*', re.DOTALL
)
BLOCK_END = re.compile(r"</(?:p|li|h\d|th|td|dt|dd|figcaption|summary)>")


@dataclass(frozen=True)
class Fault:
    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def words_of(path: Path) -> Iterator[tuple[int, str]]:
    """Every word of a content file that is prose, with its line."""
    for number, line in enumerate(path.read_text("utf-8").split("\n"), start=1):
        plain = NO_PROSE.sub(" ", NO_PROSE_KEYS.sub(" ", line))
        for word in WORD.findall(plain):
            yield number, word.replace("’", "'")


def is_known(word: str, dictionary: SpellChecker, ours: set[str]) -> bool:
    stems = {word, word.removesuffix("'s"), word.removesuffix("'"), word.removesuffix("s'")}
    return len(word) < 3 or any(stem in ours or stem.lower() in dictionary for stem in stems)


def misspelled(root: Path, editions: set[str]) -> Iterator[Fault]:
    """Words of these editions, whose folders lie in root, that are in no list."""
    dictionary = SpellChecker(distance=1)
    ours = set((root / "words.txt").read_text("utf-8").split())
    paths = [
        path for edition in editions for kind in ("*.md", "*.yaml") for path in (root / edition).rglob(kind)
    ]
    for path in sorted(paths):
        for line, word in words_of(path):
            if not is_known(word, dictionary, ours):
                yield Fault(f"{path}:{line}", word)


def syllables(word: str) -> int:
    """Groups of vowels, without a silent e: within a few percent of a dictionary over a whole page."""
    groups = len(re.findall(r"[aeiouyà-ž]+", word.lower()))
    is_silent = re.search(r"[^aeiouyl]e(?:s|d)?$", word.lower()) and not re.search(
        r"[td]ed$|[cgsxz]es$", word.lower()
    )
    return max(1, groups - bool(is_silent))


def grade(text: str) -> float:
    """Flesch-Kincaid grade level of plain text whose sentences end with punctuation or a line.

    Kincaid JP, Fishburne RP, Rogers RL, Chissom BS. Naval Technical Training Command, Research Branch Report 8-75; 1975.
    """
    sentences = [part for part in SENTENCE_END.split(text) if len(WORD.findall(part)) > 1]
    words = WORD.findall(text)
    if not words:
        return 0.0
    return 0.39 * len(words) / max(1, len(sentences)) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def running_text(page: Page) -> str:
    """The page's prose without activities, tables and citations, a line a paragraph."""
    html = "\n".join(str(block.prose) for block in page.blocks)
    html = NOT_RUNNING.sub("", html)
    return unescape(re.sub(r"<[^>]+>", "", BLOCK_END.sub("\n", html)))


def too_hard(course: Course) -> Iterator[Fault]:
    for page in course.pages:
        found = grade(running_text(page))
        if found > HARDEST:
            yield Fault(
                f"{page.owner}/{page.section_id}/{page.id}.md",
                f"grade {found:.1f}, harder than {HARDEST:.0f}",
            )


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opm.settings")
    import django

    django.setup()
    from django.conf import settings

    from training import content

    courses = content.load_all().values()
    if "--grades" in sys.argv:
        for course in courses:
            for page in sorted(course.pages, key=lambda page: -grade(running_text(page))):
                print(f"{grade(running_text(page)):5.1f}  {course.id}/{page.section_id}/{page.id}")
        return 0
    english = [course for course in courses if course.language == "en"]
    spelling = list(misspelled(Path(settings.CONTENT_DIR), {course.id for course in english}))
    if "--new" in sys.argv:
        print("\n".join(sorted({fault.message for fault in spelling})))
        return 0
    faults = [*spelling, *(fault for course in english for fault in too_hard(course))]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
