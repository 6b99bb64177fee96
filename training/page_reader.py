"""One page file to one Page: front matter, Markdown, activities and media."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it.token import Token

from opm import strict_yaml
from opm.strict_yaml import Faults, Lines
from training.activities import KINDS
from training.content import Block, Page, PageHead, is_date
from training.markdown import (
    CITATION,
    FEWEST_LINES,
    LINK,
    MOST_LINES,
    TERM,
    number_blocks,
    parser,
    said_number,
)
from training.media import MEDIA_KINDS
from training.media_files import Files
from training.parts import IDENTIFIER, Link, Reference, Resource, Tool, ToolHead

# Addresses that a page gives itself: paragraphs, references, terms, and its frame
TAKEN = re.compile(r"^(?:p|ref|term)-\d+$|^(?:main|work|references)$")
# A DOI, or an address on the web
ADDRESS = re.compile(r"\b10\.\d{4,9}/[^\s\])>\"”]+|https?://[^\s\])>\"”]+")
EXAMPLE = "container_example"
INHERITS = re.compile(r"^inherit:", re.MULTILINE)


@dataclass(frozen=True)
class Context:
    """What a page may refer to."""

    root: Path
    owners: tuple[str, ...]
    references: dict[str, Reference]
    glossary: dict[str, str]
    resources: dict[str, Resource] = field(default_factory=dict)

    @cached_property
    def addresses(self) -> set[str]:
        """Every DOI and address on the web that is vouched for in one place."""
        works = self.references.values()
        vouched = (
            {work.doi for work in works} | {work.address for work in works} | {work.url for work in works}
        )
        return vouched | {resource.url for resource in self.resources.values()}

    def define(self, term: str) -> tuple[str, str] | None:
        """The term as the glossary writes it, and its definition."""
        if term in self.glossary:
            return term, self.glossary[term]
        known = next((name for name in self.glossary if name.casefold() == term.casefold()), None)
        return (known, self.glossary[known]) if known else None


@dataclass(frozen=True)
class PageChange:
    """The front matter of a file that changes some of another edition's page and leaves the rest."""

    inherit: bool
    title: str = ""
    label: str = ""
    lead: str = ""
    keywords: tuple[str, ...] = ()
    changed: str = ""
    change_note: str = ""
    lines: Lines = field(default_factory=Lines, compare=False, repr=False)

    def faults(self) -> Iterator[tuple[int, str]]:
        if not self.inherit:
            yield self.lines["inherit"], "“inherit” is true, or it is left out"
        if self.changed and not is_date(self.changed):
            yield self.lines["changed"], f"“{self.changed}” is no date; expected one such as 2026-11-23"

    @property
    def given(self) -> dict[str, Any]:
        return {
            name: value for name, value in vars(self).items() if value and name not in ("inherit", "lines")
        }


@dataclass(frozen=True)
class _Source:
    """A page file taken apart. `first` is the line in which the body starts."""

    head: str
    body: str
    first: int


@dataclass
class PageReader:
    path: Path
    context: Context
    faults: Faults
    cited: dict[str, int] = field(default_factory=dict)
    defined: list[tuple[str, str]] = field(default_factory=list)
    examples: dict[str, list[Token]] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)

    def page(
        self, page_id: str, section_id: str, owner: str, below: tuple[str, Path] | None = None
    ) -> Page | None:
        """The page. `below` is the file of the edition this one extends, whose page it may only change in part."""
        source = self._source()
        if source is None:
            return None
        if INHERITS.search(source.head):
            return self._changed_page(source, page_id, section_id, below)
        head = strict_yaml.load(PageHead, source.head, self.path, self.faults, first_line=2)
        self._check_text(source)
        tokens = self._with_examples(parser().parse(source.body))
        self._check_lines(tokens, source.first)
        number_blocks(tokens)
        blocks = [*self._blocks(tokens, source.first)]
        terms = tuple(dict.fromkeys(self.defined))
        if terms:
            blocks.append(Block(prose=_words_on_this_page(terms)))
        if head is None:
            return None
        return Page(
            page_id, section_id, owner, head, tuple(blocks), _count_words(tokens), self._references(), terms,
            tuple(self.links),
        )  # fmt: skip

    def sheet(self, tool_id: str, owner: str) -> Tool | None:
        """A sheet to print: text, tables and lines to write on, and nothing to answer on the screen."""
        source = self._source()
        if source is None:
            return None
        head = strict_yaml.load(ToolHead, source.head, self.path, self.faults, first_line=2)
        self._check_text(source)
        tokens = parser().parse(source.body)
        self._check_lines(tokens, source.first)
        for token in tokens:
            if token.type == "fence":
                line = source.first + (token.map[0] if token.map else 0)
                self.faults.add(self.path, line, "a sheet to print has no activities and no media")
        html = self._prose(tokens)
        return Tool(tool_id, owner, head, html, self._references(), tuple(self.links)) if head else None

    def _references(self) -> tuple[Reference, ...]:
        known = self.context.references
        return tuple(known[key] for key in self.cited if key in known)

    def _changed_page(
        self, source: _Source, page_id: str, section_id: str, below: tuple[str, Path] | None
    ) -> Page | None:
        """Another edition's page with some of its front matter, or its examples, changed. Progress on it stays shared."""
        change = strict_yaml.load(PageChange, source.head, self.path, self.faults, first_line=2)
        if below is None:
            self.faults.add(self.path, 2, "there is no page of this id in another edition to inherit from")
            return None
        self._check_text(source)
        owner, path = below
        reader = PageReader(path, self.context, self.faults, examples=self._own_examples(source))
        page = reader.page(page_id, section_id, owner)
        for name in reader.examples:
            self.faults.add(self.path, source.first, f"{path.name} has no example “{name}” to replace")
        return replace(page, head=replace(page.head, **change.given)) if page and change else None

    def _source(self) -> _Source | None:
        text = strict_yaml.read(self.path, self.faults)
        if text is None:
            return None
        lines = text.split("\n")
        if lines[0].rstrip() != "---" or "---" not in lines[1:]:
            self.faults.add(self.path, 1, "a page starts with its front matter between two lines of ---")
            return None
        end = lines.index("---", 1)
        return _Source("\n".join(lines[1:end]), "\n".join(lines[end + 1 :]), end + 2)

    def _own_examples(self, source: _Source) -> dict[str, list[Token]]:
        """The examples in a file that inherits, by their ids; it may hold nothing else."""
        found: dict[str, list[Token]] = {}
        for start, stretch in _stretches(parser().parse(source.body)):
            name = _example_id(stretch[0])
            if name:
                found[name] = stretch
            else:
                line = source.first + start
                self.faults.add(self.path, line, "a file that inherits holds only “::: example <id>” blocks")
        return found

    def _with_examples(self, tokens: list[Token]) -> list[Token]:
        """The page's tokens, examples replaced by those of the edition that changes them."""
        if not self.examples:
            return tokens
        return [
            token
            for _, stretch in _stretches(tokens)
            for token in self.examples.pop(_example_id(stretch[0]), stretch)
        ]

    def _blocks(self, tokens: list[Token], first_line: int) -> Iterator[Block]:
        waiting: list[Token] = []
        for token in tokens:
            if token.type != "fence" or token.level:
                waiting.append(token)
                continue
            if waiting:
                yield Block(prose=self._prose(waiting))
                waiting = []
            if block := self._fenced(token, first_line + (token.map[0] if token.map else 0)):
                yield block
        if waiting:
            yield Block(prose=self._prose(waiting))

    def _prose(self, tokens: list[Token]) -> SafeString:
        markdown = parser()
        env = {"cite": self._cite, "define": self._define, "resources": self._resources}
        return mark_safe(markdown.renderer.render(tokens, markdown.options, env))

    def _fenced(self, token: Token, line: int) -> Block | None:
        kind, _, block_id = token.info.strip().partition(" ")
        what = "a media block" if kind in MEDIA_KINDS else "an activity"
        if kind not in KINDS and kind not in MEDIA_KINDS:
            known = f"there are {', '.join(KINDS)}, and to see or hear {', '.join(MEDIA_KINDS)}"
            self.faults.add(self.path, line, f"unknown kind of activity “{kind}”; {known}")
            return None
        if not IDENTIFIER.match(block_id):
            self.faults.add(
                self.path, line, f"“{block_id}” is no id for {what}: small letters, digits and hyphens"
            )
            return None
        if TAKEN.match(block_id):
            self.faults.add(self.path, line, f"the page itself uses the id “{block_id}”; choose another")
        if any(mark.search(token.content) for mark in (CITATION, TERM, LINK)):
            message = f"citations, terms and links go into the page's text, not into {what}"
            self.faults.add(self.path, line, message)
        given: dict[str, Any] = {"id": block_id}
        if kind in KINDS:
            return _block(activity=self._load(KINDS[kind], token, line, given))
        given["files"] = Files(self.context.root, self.context.owners)
        return _block(media=self._load(MEDIA_KINDS[kind], token, line, given))

    def _load(self, cls: type[Any], token: Token, line: int, given: dict[str, Any]) -> Any:
        return strict_yaml.load(cls, token.content, self.path, self.faults, line + 1, **given)

    def _check_text(self, source: _Source) -> None:
        """Every citation and term in the running text is known, and so is every address, in activities too."""
        is_fenced = False
        for number, line in enumerate(source.body.split("\n"), start=source.first):
            for address in ADDRESS.findall(line):
                if address.rstrip(".,;:") not in self.context.addresses:
                    message = f"“{address}” is neither in references.yaml nor in resources.yaml"
                    self.faults.add(self.path, number, message)
            is_fenced ^= line.startswith("```")
            if not is_fenced:
                self._check_line(line, number)

    def _check_line(self, line: str, number: int) -> None:
        for group in CITATION.findall(line):
            for key in (part.strip()[1:] for part in group.split(";")):
                if key not in self.context.references:
                    self.faults.add(self.path, number, f"“{key}” is not in references.yaml")
        self.links += [Link(kind, target, number) for kind, target in LINK.findall(line)]
        for shown, term in TERM.findall(line):
            name = (term or shown).strip()
            if self.context.define(name) is None:
                self.faults.add(self.path, number, f"“{name}” is not in glossary.yaml")

    def _check_lines(self, tokens: list[Token], first: int) -> None:
        for token in tokens:
            if token.type == "container_lines_open" and not said_number(token):
                line = first + (token.map[0] if token.map else 0)
                wanted = f"“::: lines” wants a number from {FEWEST_LINES} to {MOST_LINES}"
                self.faults.add(self.path, line, wanted)

    def _cite(self, key: str) -> int:
        return self.cited.setdefault(key, len(self.cited) + 1)

    def _define(self, term: str) -> tuple[int, str, str] | None:
        found = self.context.define(term)
        if found is None:
            return None
        self.defined.append(found)
        return len(self.defined), *found

    def _resources(self, name: str) -> str:
        """The resources for a need or a section, drawn."""
        found = [item for item in self.context.resources.values() if name in (*item.needs, *item.sections)]
        if not found:
            self.faults.add(self.path, 1, f"no resource in resources.yaml serves “{name}”")
        return render_to_string("training/_resources.html", {"resources": found})


def _block(**content: Any) -> Block | None:
    return Block(**content) if any(content.values()) else None


def _stretches(tokens: list[Token]) -> Iterator[tuple[int, list[Token]]]:
    """Top-level blocks, each with the line of the body in which it starts."""
    stretch: list[Token] = []
    for token in tokens:
        stretch.append(token)
        if token.level == 0 and token.nesting != 1:
            yield (stretch[0].map or [0])[0], stretch
            stretch = []


def _example_id(token: Token) -> str:
    return token.info.strip().removeprefix("example").strip() if token.type == f"{EXAMPLE}_open" else ""


def _words_on_this_page(terms: tuple[tuple[str, str], ...]) -> SafeString:
    """For print, where no definition opens."""
    listed = format_html_join("", "<dt>{}</dt><dd>{}</dd>", terms)
    title = _("Words on this page")
    return format_html('<div class="words"><h2>{}</h2><dl>{}</dl></div>', title, listed)


def _count_words(tokens: list[Token]) -> int:
    """Words of the running text; an activity's own minutes cover the words in it."""
    texts = [token.content for token in tokens if token.type == "inline"]
    prose = (CITATION.sub("", TERM.sub(r"\1", text)) for text in texts)
    return sum(len(re.findall(r"\b[\w’']+", text)) for text in prose)
