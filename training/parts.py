"""The small parts a course is made of, beside its pages: works, resources, outcomes, tools, competencies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from opm.strict_yaml import Lines

SECTIONS = {
    "what-is-mentoring": "What Is Mentoring?",
    "roles-and-responsibilities": "Roles and Responsibilities",
    "structured-process": "A Structured Process",
    "strategies": "Strategies That Work",
    "addressing-challenges": "Addressing Challenges",
    "case-studies": "Case Studies",
    "toolkit": "Tool Kit and Next Steps",
}
RESERVED = {
    *(
        "complete",
        "tools",
        "syllabus",
        "brief",
        "brief.pdf",
        "plan",
        "plan.pdf",
        "workbook",
        "workbook.pdf",
        "search",
        "bookmarks",
    ),
    *("discussion-pack", "discussion-pack.pdf"),
}
IDENTIFIER = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
SKILLS = {f"skill_{number:02d}" for number in range(1, 12)}


def unknown_skills(skills: tuple[str, ...], line: int) -> Iterator[tuple[int, str]]:
    if unknown := set(skills) - SKILLS:
        yield line, f"unknown skill {', '.join(sorted(unknown))}; skills are skill_01 to skill_11"


@dataclass(frozen=True)
class Reference:
    """A work that the course cites."""

    text: str
    doi: str = ""
    url: str = ""

    @property
    def address(self) -> str:
        return f"https://doi.org/{self.doi}" if self.doi else self.url


@dataclass(frozen=True)
class Resource:
    """Something outside the course that is worth opening, and what for."""

    title: str
    by: str
    url: str
    good_for: str
    time: str
    terms: str
    needs: tuple[str, ...]
    sections: tuple[str, ...]
    note: str = ""
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    def faults(self) -> Iterator[tuple[int, str]]:
        if not self.url.startswith(("https://", "http://")):
            yield self.lines["url"], f"“{self.url}” is no address on the web"
        if unknown := set(self.sections) - set(SECTIONS):
            yield self.lines["sections"], f"there is no section {', '.join(sorted(unknown))}"
        if not self.needs:
            yield self.lines["needs"], "a resource serves at least one need"


@dataclass(frozen=True)
class Outcome:
    """What one can do after a section; after its core pages, or only after the deeper ones."""

    text: str
    skills: tuple[str, ...]
    depth: str = "core"
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    def faults(self) -> Iterator[tuple[int, str]]:
        yield from unknown_skills(self.skills, self.lines["skills"])
        if self.depth not in ("core", "deeper"):
            yield self.lines["depth"], f"depth is “core” or “deeper”, not “{self.depth}”"


class Link(NamedTuple):
    """A link inside the course: to a page or a tool by its id, or to the plan."""

    kind: str
    target: str
    line: int


@dataclass(frozen=True)
class ToolHead:
    """The front matter of a tool: something to print and fill in."""

    title: str
    lead: str
    when: str
    section: str
    minutes: int
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    def faults(self) -> Iterator[tuple[int, str]]:
        if self.section not in SECTIONS:
            yield self.lines["section"], f"there is no section “{self.section}”"


@dataclass(frozen=True, eq=False)
class Tool:
    """A sheet to print. `owner` is the edition whose file it is."""

    id: str
    owner: str
    head: ToolHead
    html: str
    references: tuple[Reference, ...]
    links: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Competency:
    """An item of somebody else's list, and the ids of the pages on which the course works at it."""

    title: str
    pages: tuple[str, ...]


@dataclass(frozen=True)
class Framework:
    """A list of what mentors should be able to do, with which programs compare a course."""

    title: str
    source: str
    url: str
    items: tuple[Competency, ...]
    note: str = ""


@dataclass(frozen=True)
class Competencies:
    """What the course is held against: the eleven skills in its own words, and others' lists."""

    skills: dict[str, str]
    frameworks: tuple[Framework, ...]
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    def faults(self) -> Iterator[tuple[int, str]]:
        if set(self.skills) != SKILLS:
            differing = ", ".join(sorted(SKILLS ^ set(self.skills)))
            yield self.lines["skills"], f"the skills are skill_01 to skill_11; see {differing}"
