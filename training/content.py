"""The course as frozen objects, loaded once a process from the files under training/content/ (docs/author.md).

An edition is a folder with course.yaml and one folder a section, one Markdown file a page. An edition that `extends` another
shows the other's pages where it has none of its own. Every fault of every file is found before anything is reported.
What reads the files is in content_reader.py.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from django.conf import settings

from opm.strict_yaml import Fault, Lines
from training.activities import Activity
from training.media import Media
from training.parts import (
    SECTIONS,
    Competencies,
    Link,
    Outcome,
    Reference,
    Tool,
    unknown_skills,
)  # fmt: skip

# Pages, sections and courses are loaded once and compared by identity: they are keys of what is drawn from them

WORDS_A_MINUTE = 230
SLOWER = 1.2  # the high end of every range of time: a reader who takes a fifth more


class ContentError(Exception):
    """The course cannot be loaded; `faults` say where and why."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        # A page that two editions show is at fault once
        self.faults = sorted(set(faults))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True)
class Block:
    """A stretch of a page: compiled text, an activity, or something to hear or see."""

    prose: str = ""
    activity: Activity | None = None
    media: Media | None = None

    @property
    def html(self) -> str:
        """What stands on the page; nothing for an activity, which each mentor meets differently."""
        return self.media.html if self.media else self.prose


@dataclass(frozen=True)
class PageHead:
    """The front matter of a page file."""

    title: str
    label: str
    lead: str
    skills: tuple[str, ...]
    depth: str = "core"
    keywords: tuple[str, ...] = ()
    changed: str = ""
    change_note: str = ""
    was: tuple[str, ...] = ()
    closes_section: bool = False  # then the page ends with all works that its section cites
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    @cached_property
    def changed_on(self) -> datetime.date | None:
        return datetime.date.fromisoformat(self.changed) if self.changed else None

    def faults(self) -> Iterator[tuple[int, str]]:
        if self.depth not in ("core", "deeper"):
            yield self.lines["depth"], f"depth is “core” or “deeper”, not “{self.depth}”"
        yield from unknown_skills(self.skills, self.lines["skills"])
        if self.changed and not is_date(self.changed):
            yield self.lines["changed"], f"“{self.changed}” is no date; expected one such as 2026-11-23"
        if self.change_note and not self.changed:
            yield self.lines["change_note"], "a change note goes with the date in “changed”"


def is_date(text: str) -> bool:
    try:
        return bool(datetime.datetime.strptime(text, "%Y-%m-%d"))  # noqa: DTZ007 - a day of the calendar, nowhere
    except ValueError:
        return False


def time_range(effort: float) -> tuple[int, int]:
    """Whole minutes, from a brisk reader to one who takes a fifth more."""
    low = max(1, round(effort))
    return low, max(low + 1, round(effort * SLOWER))


@dataclass(frozen=True, eq=False)
class Page:
    """One idea, with at least one thing to do. `owner` is the edition whose file it is."""

    id: str
    section_id: str
    owner: str
    head: PageHead
    blocks: tuple[Block, ...]
    words: int
    references: tuple[Reference, ...]
    terms: tuple[
        tuple[str, str], ...
    ] = ()  # of the glossary, with their definitions, as they come up on the page
    links: tuple[Link, ...] = ()

    @cached_property
    def activities(self) -> tuple[Activity, ...]:
        return tuple(block.activity for block in self.blocks if block.activity)

    @cached_property
    def core_activities(self) -> tuple[Activity, ...]:
        return tuple(activity for activity in self.activities if activity.depth == "core")

    @cached_property
    def media(self) -> tuple[Media, ...]:
        return tuple(block.media for block in self.blocks if block.media)

    @property
    def is_core(self) -> bool:
        return self.head.depth == "core"

    @cached_property
    def effort(self) -> float:
        """Minutes: reading at 230 words a minute, what is heard, and the activities; on a core page the core ones."""
        activities = self.core_activities if self.is_core else self.activities
        media = [media for media in self.media if media.depth == "core" or not self.is_core]
        return self._minutes_of(activities, media)

    @cached_property
    def whole_effort(self) -> float:
        """Minutes with all that is marked deeper."""
        return self._minutes_of(self.activities, self.media)

    def _minutes_of(self, activities: Iterable[Activity], media: Iterable[Media]) -> float:
        return (
            self.words / WORDS_A_MINUTE
            + sum(activity.minutes for activity in activities)
            + sum(block.duration for block in media) / 60
        )

    @property
    def minutes(self) -> tuple[int, int]:
        return time_range(self.effort)

    @property
    def key(self) -> str:
        """Under this key visits are kept, so that editions that share the page share the progress on it."""
        return f"{self.owner}/{self.id}"

    @cached_property
    def keys(self) -> frozenset[str]:
        """Its key and those of the pages that it once was: what was done there is done."""
        return frozenset(f"{self.owner}/{page_id}" for page_id in (self.id, *self.head.was))

    @cached_property
    def core_keys(self) -> frozenset[str]:
        """The keys of its core activities."""
        return frozenset(map(self.activity_key, self.core_activities))

    def activity_key(self, activity: Activity) -> str:
        return f"{self.owner}/{activity.id}"

    def activity(self, activity_id: str) -> Activity | None:
        return next((activity for activity in self.activities if activity.id == activity_id), None)


@dataclass(frozen=True, eq=False)
class Section:
    id: str
    title: str
    short: str
    summary: str
    illustration: str
    illustration_alt: str
    number: int
    pages: tuple[Page, ...]
    asked: int = 0  # how many core pages completion asks for, of the learner's choice; 0 for all
    outcomes: tuple[Outcome, ...] = ()

    def page(self, page_id: str) -> Page | None:
        return next((page for page in self.pages if page.id == page_id), None)

    @cached_property
    def core_effort(self) -> float:
        """Minutes on the core path. Where one chooses among the pages, as long as so many take on average."""
        core = [page.effort for page in self.pages if page.is_core]
        share = min(self.asked, len(core)) / len(core) if self.asked and core else 1
        return sum(core) * share

    @property
    def core_minutes(self) -> tuple[int, int]:
        return time_range(self.core_effort)

    @cached_property
    def talk(self) -> tuple[Page, Media] | None:
        """The first presentation, and the page that it is on."""
        talks = ((page, media) for page in self.pages for media in page.media if media.kind == "presentation")
        return next(talks, None)

    @cached_property
    def works(self) -> tuple[Reference, ...]:
        """What its pages cite, in alphabetical order."""
        works = {work.text: work for page in self.pages for work in page.references}
        return tuple(works[text] for text in sorted(works, key=str.casefold))


@dataclass(frozen=True, eq=False)
class Course:
    """One edition of the course. `extends` is the edition whose pages it shares, if any."""

    id: str
    title: str
    short_title: str
    version: str
    summary: str
    completion: str
    sections: tuple[Section, ...]
    extends: str = ""
    glossary: dict[str, str] = field(default_factory=dict)
    removed: dict[str, str] = field(default_factory=dict)
    tools: tuple[Tool, ...] = ()
    competencies: Competencies | None = None
    brief: Tool | None = None
    language: str = "en"  # of its pages, as BCP 47 writes it

    def section(self, section_id: str) -> Section | None:
        return next((section for section in self.sections if section.id == section_id), None)

    def section_of(self, page: Page) -> Section:
        return next(section for section in self.sections if section.id == page.section_id)

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        return tuple(page for section in self.sections for page in section.pages)

    def is_open(self, page: Page) -> bool:
        """Whether it can be read, and worked on, without an account: the first page of its section."""
        return self.section_of(page).pages[0] is page

    def next_page(self, page: Page) -> Page | None:
        place = self.pages.index(page) + 1
        return self.pages[place] if place < len(self.pages) else None

    def previous_page(self, page: Page) -> Page | None:
        place = self.pages.index(page) - 1
        return self.pages[place] if place >= 0 else None

    @cached_property
    def core_minutes(self) -> tuple[int, int]:
        return time_range(sum(section.core_effort for section in self.sections))

    @cached_property
    def whole_hours(self) -> int:
        """Everything, to the nearest hour."""
        return round(sum(page.whole_effort for page in self.pages) * (1 + SLOWER) / 2 / 60)

    def tool(self, tool_id: str) -> Tool | None:
        return next((tool for tool in self.tools if tool.id == tool_id), None)

    @cached_property
    def _pages_by_id(self) -> dict[str, Page]:
        return {page.id: page for page in self.pages}

    @cached_property
    def _pages_by_old_id(self) -> dict[str, Page]:
        renamed = {old: page for page in self.pages for old in page.head.was}
        return renamed | {old: self._pages_by_id[new] for old, new in self.removed.items()}

    @cached_property
    def _pages_by_key(self) -> dict[str, Page]:
        owners = [owner for owner in (self.extends, self.id) if owner]
        removed = {f"{owner}/{old}": page for owner in owners for old, page in self._pages_by_old_id.items()}
        return removed | {key: page for page in self.pages for key in page.keys}

    def page_by_old_id(self, page_id: str) -> Page | None:
        """The page that a renamed, merged or removed page has become."""
        return self._pages_by_old_id.get(page_id)

    def find(self, section_id: str, page_id: str) -> Page | None:
        """The page at this address, or the one it has become: its own section and id may differ from those asked for."""
        return self.find_anywhere(page_id) if section_id in SECTIONS else None

    def find_anywhere(self, page_id: str) -> Page | None:
        """The page of this id, or the one it has become."""
        return self._pages_by_id.get(page_id) or self.page_by_old_id(page_id)

    def page_for(self, key: str) -> Page | None:
        """The page on which a visit under this key (Page.key) is to be taken up; None where nothing is left of it."""
        return self._pages_by_key.get(key)

    def resume(self, keys: Iterable[str]) -> Page | None:
        """Where to go on, from the keys of visits, the latest first: the first of them of which a page is left."""
        return next((page for key in keys if (page := self.page_for(key))), None)

    def changed_since(self, date: datetime.date) -> list[Page]:
        """Pages that changed on this day or later, the latest first."""
        changed = [page for page in self.pages if page.head.changed_on and page.head.changed_on >= date]
        return sorted(changed, key=lambda page: page.head.changed, reverse=True)


Place = tuple[Course, Section, Page]


def load_all(root: Path | None = None) -> dict[str, Course]:
    """Every edition by its id, from settings.CONTENT_DIR. Raises ContentError with all faults of all files.

    Once a process. With DEBUG an edited file is read at the next request: looking at the times of all files takes a
    millisecond, needs no restart and no watcher, and a faulty edit heals with the next one.
    """
    root = root or settings.CONTENT_DIR
    return _read_all(root, last_edit(root) if settings.DEBUG else (0, 0))


def load(edition: str) -> Course | None:
    return load_all().get(edition)


def last_edit(root: Path) -> tuple[int, int]:
    """How many files there are, and when the latest changed; folders count, they change when a file is renamed."""
    times = [
        os.stat(os.path.join(folder, name)).st_mtime_ns
        for folder, _, names in os.walk(root)
        for name in (*names, "")
    ]
    return len(times), max(times, default=0)


@lru_cache(maxsize=8)
def _read_all(root: Path, edit: tuple[int, int]) -> dict[str, Course]:
    from training.content_reader import read_all  # it builds what is defined here

    return read_all(root)
