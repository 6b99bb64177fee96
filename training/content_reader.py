"""From the files under training/content/ to Course objects, strictly; the faults of all files are found in one go."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from opm import strict_yaml
from opm.strict_yaml import Faults, Lines
from training.content import ContentError, Course, Page, Section
from training.page_reader import Context, PageReader
from training.parts import (
    IDENTIFIER,
    RESERVED,
    SECTIONS,
    Competencies,
    Link,
    Outcome,
    Reference,
    Resource,
    Tool,
)  # fmt: skip


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
    asked: int = 0
    outcomes: tuple[Outcome, ...] = ()
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)


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
    language: str = "en"
    sections: tuple[SectionFile, ...] = ()
    removed: dict[str, str] = field(default_factory=dict)
    tools: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)


@dataclass(frozen=True)
class _References:
    works: dict[str, Reference]


@dataclass(frozen=True)
class _Glossary:
    terms: dict[str, str]


@dataclass(frozen=True)
class _Resources:
    entries: dict[str, Resource]


def read_all(root: Path) -> dict[str, Course]:
    """Every edition by its id. Raises ContentError."""
    faults = Faults()
    reader = _Reader(root, faults)
    editions = sorted(folder.name for folder in root.iterdir() if folder.is_dir() and folder.name[0] != ".")
    courses = {edition: reader.course(edition) for edition in editions}
    reader.check_competencies([course for course in courses.values() if course])
    if faults.found:
        raise ContentError(faults.found)
    return {name: course for name, course in courses.items() if course}


@dataclass
class _Reader:
    root: Path
    faults: Faults
    files: dict[str, CourseFile | None] = field(default_factory=dict)
    contexts: dict[str, Context] = field(default_factory=dict)
    pages: dict[Path, Page | None] = field(default_factory=dict)
    sheets: dict[Path, Tool | None] = field(default_factory=dict)

    def course_file(self, edition: str) -> CourseFile | None:
        if edition not in self.files:
            path = self.root / edition / "course.yaml"
            text = strict_yaml.read(path, self.faults)
            self.files[edition] = (
                None if text is None else strict_yaml.load(CourseFile, text, path, self.faults)
            )
        return self.files[edition]

    def course(self, edition: str) -> Course | None:
        path = self.root / edition / "course.yaml"
        own = self.course_file(edition)
        if own is None:
            return None
        base = self.course_file(own.extends) if own.extends else None
        if own.extends and (base is None or base.extends):
            message = f"extends “{own.extends}”, which is no edition that stands by itself"
            self.faults.add(path, own.lines["extends"], message)
            return None
        if own.id != edition:
            self.faults.add(path, own.lines["id"], f"the id is “{own.id}” but the folder is “{edition}”")
        merged = _merge(own, base)
        if tuple(section.id for section in merged.sections) != tuple(SECTIONS):
            self.faults.add(
                path, own.lines["sections"], f"the sections must be, in this order: {', '.join(SECTIONS)}"
            )
            return None
        sections = tuple(
            self.section(own, section, number, path)
            for number, section in enumerate(merged.sections, start=1)
        )
        owners = [owner for owner in (edition, own.extends) if owner]
        tools = [self.sheet(owners, f"tools/{name}.md", path, own.lines["tools"]) for name in merged.tools]
        has_brief = any((self.root / owner / "brief.md").exists() for owner in owners)
        course = Course(
            own.id, own.title, own.short_title, own.version, own.summary, merged.completion, sections,
            own.extends, self.glossary(own, sections), merged.removed,
            tuple(filter(None, tools)), self.competencies(owners),
            self.sheet(owners, "brief.md", path, 1) if has_brief else None, own.language,
        )  # fmt: skip
        self.check_ids(sections)
        self.check_moves(merged, sections, path)
        self.check_links(course)
        self.check_words(course, own.avoid)
        return course

    def section(self, edition: CourseFile, section: SectionFile, number: int, path: Path) -> Section:
        if section.title != SECTIONS[section.id]:
            line = section.lines["title"]
            self.faults.add(path, line, f"section {section.id} is titled “{SECTIONS[section.id]}”")
        if not section.pages:
            self.faults.add(path, section.lines["pages"], f"section {section.id} has no pages")
        pages = [self.page(edition, section, page_id, path) for page_id in section.pages]
        return Section(
            section.id, section.title, section.short or section.title, section.summary, section.illustration,
            section.illustration_alt, number, tuple(page for page in pages if page), section.asked,
            section.outcomes,
        )  # fmt: skip

    def page(self, edition: CourseFile, section: SectionFile, page_id: str, listed: Path) -> Page | None:
        if not IDENTIFIER.match(page_id) or page_id in RESERVED:
            message = f"“{page_id}” is no page id: small letters, digits and hyphens"
            self.faults.add(listed, section.lines["pages"], message)
            return None
        owners = [owner for owner in (edition.id, edition.extends) if owner]
        paths = [(owner, self.root / owner / section.id / f"{page_id}.md") for owner in owners]
        found = [(owner, path) for owner, path in paths if path.exists()]
        if not found:
            self.faults.add(
                paths[0][1], 1, f"this file is missing, but course.yaml lists the page “{page_id}”"
            )
            return None
        owner, path = found[0]
        if path not in self.pages:
            # A page is the same in every edition that shows it: it knows its own edition's works and terms
            context = self.context(owner, edition.extends if owner == edition.id else "")
            below = found[1] if len(found) > 1 else None
            self.pages[path] = PageReader(path, context, self.faults).page(page_id, section.id, owner, below)
        return self.pages[path]

    def sheet(self, owners: list[str], name: str, listed: Path, line: int) -> Tool | None:
        """A sheet to print, of the edition itself or of the one it extends."""
        paths = [(owner, self.root / owner / name) for owner in owners]
        found = next(((owner, path) for owner, path in paths if path.exists()), None)
        if found is None:
            self.faults.add(listed, line, f"there is no file {name}")
            return None
        owner, path = found
        if path not in self.sheets:
            context = self.context(owner, owners[-1] if owner == owners[0] and len(owners) > 1 else "")
            self.sheets[path] = PageReader(path, context, self.faults).sheet(path.stem, owner)
        return self.sheets[path]

    def competencies(self, owners: list[str]) -> Competencies | None:
        paths = [self.root / owner / "competencies.yaml" for owner in owners]
        path = next((path for path in paths if path.exists()), None)
        text = strict_yaml.read(path, self.faults) if path else None
        return strict_yaml.load(Competencies, text, path, self.faults) if path and text is not None else None

    def context(self, edition: str, base: str) -> Context:
        """What the pages of an edition may refer to: its works, terms and files, and those of the edition it extends."""
        if edition not in self.contexts:
            owners = tuple(owner for owner in (edition, base) if owner)
            references: dict[str, Reference] = {}
            glossary: dict[str, str] = {}
            resources: dict[str, Resource] = {}
            for owner in reversed(owners):
                if works := self.mapping(_References, "works", self.root / owner / "references.yaml"):
                    references |= works.works
                if terms := self.mapping(_Glossary, "terms", self.root / owner / "glossary.yaml"):
                    glossary |= terms.terms
                if found := self.mapping(_Resources, "entries", self.root / owner / "resources.yaml"):
                    resources |= found.entries
            self.contexts[edition] = Context(self.root, owners, references, glossary, resources)
        return self.contexts[edition]

    def glossary(self, edition: CourseFile, sections: tuple[Section, ...]) -> dict[str, str]:
        """The terms that the pages of an edition explain, with its own definitions before those of the other's."""
        used = {term for section in sections for page in section.pages for term, _ in page.terms}
        known = self.context(edition.id, edition.extends).glossary
        return {term: definition for term, definition in known.items() if term in used}

    def mapping(self, cls: type[Any], name: str, path: Path) -> Any:
        """A file whose keys are the author's own. None where there is no such file, or a fault in it."""
        if not path.exists():
            return None
        text = strict_yaml.read(path, self.faults) or ""
        inner = "\n".join(f"  {line}" for line in text.splitlines())
        return strict_yaml.load(cls, f"{name}:\n{inner}", path, self.faults, first_line=0)

    def check_ids(self, sections: tuple[Section, ...]) -> None:
        """No id twice in an edition: answers and progress are kept under them."""
        seen: dict[str, str] = {}
        for page in (page for section in sections for page in section.pages):
            self.check_unused(f"page {page.id}", page, seen)
            for block in page.blocks:
                if item := block.activity or block.media:
                    self.check_unused(
                        f"{'activity' if block.activity else 'media block'} {item.id}", page, seen
                    )

    def check_unused(self, what: str, page: Page, seen: dict[str, str]) -> None:
        place = f"{page.section_id}/{page.id}.md"
        name = what if what.startswith("page ") else what.split()[-1]
        if name in seen:
            path = self.root / page.owner / place
            self.faults.add(path, 1, f"the id of {what} is used already in {seen[name]}")
        seen.setdefault(name, place)

    def check_moves(self, course: CourseFile, sections: tuple[Section, ...], path: Path) -> None:
        """An old id leads to one page that there is, and is no longer the id of another."""
        pages = {page.id: page for section in sections for page in section.pages}
        moved = [(old, page) for page in pages.values() for old in page.head.was]
        for number, (old, page) in enumerate(moved):
            place = self.root / page.owner / page.section_id / f"{page.id}.md"
            line = page.head.lines["was"]
            if old in pages:
                self.faults.add(place, line, f"this page was “{old}”, but there still is a page of that id")
            if old in course.removed or old in dict(moved[:number]):
                self.faults.add(place, line, f"“{old}” leads to another page already")
        line = course.lines["removed"]
        for old, new in course.removed.items():
            if old in pages:
                self.faults.add(path, line, f"“{old}” is removed, but there still is a page of that id")
            if new not in pages:
                self.faults.add(path, line, f"“{old}” leads to “{new}”, which is no page")

    def check_competencies(self, courses: list[Course]) -> None:
        """Every page that competencies.yaml names is there, in its own edition or in one that extends it."""
        for course in courses:
            if course.competencies is None or course.extends:
                continue
            sharing = [other for other in courses if course.id in (other.id, other.extends)]
            ids = {page.id for other in sharing for page in other.pages}
            path = self.root / course.id / "competencies.yaml"
            for framework in course.competencies.frameworks:
                for item in framework.items:
                    for page_id in sorted(set(item.pages) - ids):
                        message = f"“{item.title}” names the page “{page_id}”, which is not there"
                        self.faults.add(path, course.competencies.lines["frameworks"], message)

    def check_links(self, course: Course) -> None:
        """Every link leads to a page or a tool of this edition; an old id will do."""
        ids = {id_ for page in course.pages for id_ in (page.id, *page.head.was)}
        tools = {tool.id for tool in course.tools}
        known = {"page": ids | set(course.removed), "tool": tools, "plan": {""}}
        for path, links in self.files_of(course):
            for kind, target, line in links:
                if target not in known[kind]:
                    message = f"“{kind}:{target}” leads nowhere in the edition {course.id}"
                    self.faults.add(path, line, message)

    def check_words(self, course: Course, avoid: tuple[str, ...]) -> None:
        """No term that belongs to the readers of another edition, in what this one shows."""
        if not avoid:
            return
        stray = re.compile(rf"\b(?:{'|'.join(map(re.escape, avoid))})s?\b", re.IGNORECASE)
        for path, line, text in self.words_of(course):
            for found in stray.findall(text):
                self.faults.add(path, line, f"“{found}” is a term that the edition {course.id} avoids")

    def words_of(self, course: Course) -> Iterator[tuple[Path, int, str]]:
        for path, _ in self.files_of(course):
            for number, line in enumerate(path.read_text().splitlines(), start=1):
                yield path, number, line
        folder = self.root / course.id
        outcomes = [outcome.text for section in course.sections for outcome in section.outcomes]
        summaries = [section.summary for section in course.sections]
        for text in (course.title, course.summary, course.completion, *summaries, *outcomes):
            yield folder / "course.yaml", 1, text
        for term, definition in course.glossary.items():
            yield folder / "glossary.yaml", 1, f"{term}: {definition}"

    def files_of(self, course: Course) -> Iterator[tuple[Path, tuple[Link, ...]]]:
        """The files that an edition shows, its own and those of the edition it extends, with the links in each."""
        for page in course.pages:
            place = f"{page.section_id}/{page.id}.md"
            yield self.root / page.owner / place, page.links
            if page.owner != course.id and (self.root / course.id / place).exists():
                yield self.root / course.id / place, ()
        for tool in course.tools:
            yield self.root / tool.owner / "tools" / f"{tool.id}.md", tool.links
        if course.brief:
            yield self.root / course.brief.owner / "brief.md", course.brief.links


def _merge(own: CourseFile, base: CourseFile | None) -> CourseFile:
    """An overlay over the edition it extends."""
    if base is None:
        return own
    changed = {section.id: section for section in own.sections}
    sections = [
        replace(section, **_filled(changed[section.id])) if section.id in changed else section
        for section in base.sections
    ]
    unknown = [section for section in own.sections if section.id not in {known.id for known in base.sections}]
    return replace(
        own,
        sections=(*sections, *unknown),
        completion=own.completion or base.completion,
        removed=base.removed | own.removed,
        tools=own.tools or base.tools,
    )


def _filled(section: SectionFile) -> dict[str, Any]:
    return {name: value for name, value in vars(section).items() if value}
