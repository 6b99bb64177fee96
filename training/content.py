"""The course as frozen objects, loaded once a process from the files under training/content/ (docs/author.md).

An edition is a folder with course.yaml and one folder a section, one Markdown file a page. An edition that `extends` another
shows the other's pages where it has none of its own. Every fault of every file is found before anything is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.safestring import mark_safe
from markdown_it.token import Token

from opm import strict_yaml
from opm.strict_yaml import Faults
from training.activities import KINDS, Activity
from training.markdown import CITATION, parser

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
    *("plan", "plan.pdf", "workbook", "workbook.pdf", "search", "bookmarks"),
    *("discussion-pack", "discussion-pack.pdf"),
}
IDENTIFIER = re.compile(r"^[a-z0-9]+(?:-[a-z0-9]+)*$")
SKILLS = {f"skill_{number:02d}" for number in range(1, 12)}
WORDS_A_MINUTE = 230


class ContentError(Exception):
    """The course cannot be loaded; `faults` say where and why."""

    def __init__(self, faults: list[strict_yaml.Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(map(str, self.faults)))


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
class Block:
    """A stretch of a page: compiled HTML, or an activity."""

    html: str = ""
    activity: Activity | None = None


@dataclass(frozen=True)
class PageHead:
    """The front matter of a page file."""

    title: str
    label: str
    lead: str
    skills: tuple[str, ...]
    depth: str = "core"
    keywords: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.depth not in ("core", "deeper"):
            raise ValueError(f"depth is “core” or “deeper”, not “{self.depth}”")
        if unknown := set(self.skills) - SKILLS:
            raise ValueError(f"unknown skill {', '.join(sorted(unknown))}; skills are skill_01 to skill_11")


@dataclass(frozen=True)
class Page:
    """One idea, with at least one thing to do. `owner` is the edition whose file it is."""

    id: str
    section_id: str
    owner: str
    head: PageHead
    blocks: tuple[Block, ...]
    words: int
    references: tuple[Reference, ...]

    @cached_property
    def activities(self) -> tuple[Activity, ...]:
        return tuple(block.activity for block in self.blocks if block.activity)

    @cached_property
    def core_activities(self) -> tuple[Activity, ...]:
        return tuple(activity for activity in self.activities if activity.depth == "core")

    @property
    def is_core(self) -> bool:
        return self.head.depth == "core"

    @cached_property
    def minutes(self) -> tuple[int, int]:
        """Reading at 230 words a minute plus the activities' own minutes; the high end is half as much again."""
        low = self.words / WORDS_A_MINUTE + sum(activity.minutes for activity in self.activities)
        return max(1, round(low)), max(2, round(low * 1.5))

    @property
    def key(self) -> str:
        """Under this key visits are kept, so that editions that share the page share the progress on it."""
        return f"{self.owner}/{self.id}"

    def activity_key(self, activity: Activity) -> str:
        return f"{self.owner}/{activity.id}"

    def activity(self, activity_id: str) -> Activity | None:
        return next((activity for activity in self.activities if activity.id == activity_id), None)


@dataclass(frozen=True)
class Section:
    id: str
    title: str
    short: str
    summary: str
    illustration: str
    illustration_alt: str
    number: int
    pages: tuple[Page, ...]

    def page(self, page_id: str) -> Page | None:
        return next((page for page in self.pages if page.id == page_id), None)


@dataclass(frozen=True)
class Course:
    """One edition of the course."""

    id: str
    title: str
    short_title: str
    version: str
    summary: str
    completion: str
    sections: tuple[Section, ...]

    def section(self, section_id: str) -> Section | None:
        return next((section for section in self.sections if section.id == section_id), None)

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        return tuple(page for section in self.sections for page in section.pages)

    def next_page(self, page: Page) -> Page | None:
        place = self.pages.index(page) + 1
        return self.pages[place] if place < len(self.pages) else None

    def previous_page(self, page: Page) -> Page | None:
        place = self.pages.index(page) - 1
        return self.pages[place] if place >= 0 else None

    @cached_property
    def core_minutes(self) -> tuple[int, int]:
        core = [page.minutes for page in self.pages if page.is_core]
        return sum(low for low, _ in core), sum(high for _, high in core)


@dataclass(frozen=True)
class SectionFile:
    """A section as course.yaml writes it. An overlay gives only what differs."""

    id: str
    title: str = ""
    short: str = ""
    summary: str = ""
    illustration: str = ""
    illustration_alt: str = ""
    pages: tuple[str, ...] = ()


@dataclass(frozen=True)
class CourseFile:
    """The content of course.yaml."""

    id: str
    title: str
    short_title: str
    version: str
    summary: str
    completion: str = ""
    extends: str = ""
    sections: tuple[SectionFile, ...] = ()


def load_all(root: Path | None = None) -> dict[str, Course]:
    """Every edition by its id, from settings.CONTENT_DIR. Raises ContentError with all faults of all files."""
    return _read_all(root or settings.CONTENT_DIR)


@cache
def _read_all(root: Path) -> dict[str, Course]:
    faults = Faults()
    loader = _Loader(root, faults)
    courses = {
        folder.name: loader.course(folder.name) for folder in sorted(root.iterdir()) if folder.is_dir()
    }
    if faults.found:
        raise ContentError(faults.found)
    return {name: course for name, course in courses.items() if course}


def load(edition: str) -> Course | None:
    return load_all().get(edition)


@dataclass
class _Loader:
    root: Path
    faults: Faults
    files: dict[str, CourseFile | None] = field(default_factory=dict)

    def course_file(self, edition: str) -> CourseFile | None:
        if edition not in self.files:
            path = self.root / edition / "course.yaml"
            if not path.exists():
                self.faults.add(path, 1, "this file is missing")
                self.files[edition] = None
            else:
                self.files[edition] = strict_yaml.load(CourseFile, path.read_text(), path, self.faults)
        return self.files[edition]

    def course(self, edition: str) -> Course | None:
        path = self.root / edition / "course.yaml"
        own = self.course_file(edition)
        if own is None:
            return None
        base = self.course_file(own.extends) if own.extends else None
        if own.extends and (base is None or base.extends):
            self.faults.add(path, 1, f"extends “{own.extends}”, which is no edition that stands by itself")
            return None
        if own.id != edition:
            self.faults.add(path, 1, f"the id is “{own.id}” but the folder is “{edition}”")
        merged = self._merge(own, base)
        if tuple(section.id for section in merged.sections) != tuple(SECTIONS):
            self.faults.add(path, 1, f"the sections must be, in this order: {', '.join(SECTIONS)}")
            return None
        references = self._references(edition, own.extends)
        sections = tuple(
            self._section(edition, own.extends, section, number, references, path)
            for number, section in enumerate(merged.sections, start=1)
        )
        self._check_ids(sections, path)
        return Course(
            own.id, own.title, own.short_title, own.version, own.summary, merged.completion, sections
        )

    def _merge(self, own: CourseFile, base: CourseFile | None) -> CourseFile:
        if base is None:
            return own
        changed = {section.id: section for section in own.sections}
        sections = tuple(
            replace(section, **_filled(changed[section.id])) if section.id in changed else section
            for section in base.sections
        )
        return replace(own, sections=sections, completion=own.completion or base.completion)

    def _section(
        self,
        edition: str,
        base: str,
        section: SectionFile,
        number: int,
        references: dict[str, Reference],
        path: Path,
    ) -> Section:
        if section.title != SECTIONS[section.id]:
            self.faults.add(path, 1, f"section {section.id} is titled “{SECTIONS[section.id]}”")
        if not section.pages:
            self.faults.add(path, 1, f"section {section.id} has no pages")
        pages = [
            self._page(edition, base, section.id, page_id, references, path) for page_id in section.pages
        ]
        return Section(
            section.id, section.title, section.short or section.title, section.summary, section.illustration,
            section.illustration_alt, number, tuple(page for page in pages if page),
        )  # fmt: skip

    def _page(
        self,
        edition: str,
        base: str,
        section_id: str,
        page_id: str,
        references: dict[str, Reference],
        listed: Path,
    ) -> Page | None:
        if not IDENTIFIER.match(page_id) or page_id in RESERVED:
            self.faults.add(listed, 1, f"“{page_id}” is no page id: small letters, digits and hyphens")
            return None
        candidates = [owner for owner in (edition, base) if owner]
        paths = [(owner, self.root / owner / section_id / f"{page_id}.md") for owner in candidates]
        found = next(((owner, path) for owner, path in paths if path.exists()), None)
        if found is None:
            self.faults.add(
                paths[0][1], 1, f"this file is missing, but course.yaml lists the page “{page_id}”"
            )
            return None
        owner, path = found
        return _PageReader(path, references, self.faults).page(page_id, section_id, owner)

    def _references(self, edition: str, base: str) -> dict[str, Reference]:
        references: dict[str, Reference] = {}
        for owner in filter(None, (base, edition)):
            path = self.root / owner / "references.yaml"
            if path.exists():
                listed = strict_yaml.load(
                    _References, f"works:\n{_indented(path.read_text())}", path, self.faults, 0
                )
                references |= listed.works if listed else {}
        return references

    def _check_ids(self, sections: tuple[Section, ...], path: Path) -> None:
        seen: dict[str, str] = {}
        for section in sections:
            for page in section.pages:
                self._check_unused(f"page {page.id}", page, seen, path)
                for activity in page.activities:
                    self._check_unused(f"activity {activity.id}", page, seen, path)

    def _check_unused(self, what: str, page: Page, seen: dict[str, str], path: Path) -> None:
        place = f"{page.section_id}/{page.id}.md"
        if what in seen:
            self.faults.add(path.parent / place, 1, f"the id of {what} is used already in {seen[what]}")
        seen.setdefault(what, place)


@dataclass(frozen=True)
class _References:
    works: dict[str, Reference]


def _count_words(body: str) -> int:
    """Words of the running text; an activity's own minutes cover the words in it."""
    prose = CITATION.sub("", re.sub(r"^```.*?^```", "", body, flags=re.M | re.S))
    return len(re.findall(r"\b[\w’']+", prose))


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _filled(section: SectionFile) -> dict[str, Any]:
    return {name: value for name, value in vars(section).items() if value}


@dataclass
class _PageReader:
    """One page file to one Page."""

    path: Path
    references: dict[str, Reference]
    faults: Faults
    cited: dict[str, int] = field(default_factory=dict)

    def page(self, page_id: str, section_id: str, owner: str) -> Page | None:
        lines = self.path.read_text().split("\n")
        if lines[0] != "---" or "---" not in lines[1:]:
            self.faults.add(self.path, 1, "a page starts with its front matter between two lines of ---")
            return None
        end = lines.index("---", 1)
        head = strict_yaml.load(PageHead, "\n".join(lines[1:end]), self.path, self.faults, first_line=2)
        body = "\n".join(lines[end + 1 :])
        self._check_citations(body, end + 2)
        blocks = tuple(self._blocks(body, end + 2))
        if head is None:
            return None
        references = tuple(self.references[key] for key in self.cited if key in self.references)
        return Page(page_id, section_id, owner, head, blocks, _count_words(body), references)

    def _blocks(self, body: str, first_line: int) -> Iterator[Block]:
        markdown = parser()
        env = {"cite": self._cite}
        waiting: list[Token] = []
        for token in markdown.parse(body, env):
            if token.type != "fence":
                waiting.append(token)
                continue
            if waiting:
                yield Block(html=mark_safe(markdown.renderer.render(waiting, markdown.options, env)))
                waiting = []
            line = first_line + (token.map[0] if token.map else 0)
            if activity := self._activity(token, line):
                yield Block(activity=activity)
        if waiting:
            yield Block(html=mark_safe(markdown.renderer.render(waiting, markdown.options, env)))

    def _activity(self, token: Token, line: int) -> Activity | None:
        kind, _, activity_id = token.info.strip().partition(" ")
        if kind not in KINDS:
            self.faults.add(
                self.path, line, f"unknown kind of activity “{kind}”; there are {', '.join(KINDS)}"
            )
            return None
        if not IDENTIFIER.match(activity_id):
            self.faults.add(
                self.path, line, f"“{activity_id}” is no activity id: small letters, digits and hyphens"
            )
            return None
        if CITATION.search(token.content):
            self.faults.add(self.path, line, "citations go into the page's text, not into an activity")
        return strict_yaml.load(KINDS[kind], token.content, self.path, self.faults, line + 1, id=activity_id)

    def _check_citations(self, body: str, first_line: int) -> None:
        for number, line in enumerate(body.split("\n"), start=first_line):
            for group in CITATION.findall(line):
                for key in (part.strip()[1:] for part in group.split(";")):
                    if key not in self.references:
                        self.faults.add(self.path, number, f"“{key}” is not in references.yaml")

    def _cite(self, key: str) -> int:
        return self.cited.setdefault(key, len(self.cited) + 1)
