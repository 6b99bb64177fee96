"""Search over the course: an index in memory, built once a process from the loaded course; no database."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from registration.http import AuthenticatedHttpRequest
from training.activities import Activity
from training.content import Course, Page, Section
from training.views import get_course

WORD = re.compile(r"\w+")
CITATION = re.compile(r'<sup class="cite">.*?</sup>')
TAG = re.compile(r"<[^>]*>")
# A word in the title says what a page is about; a word in its text only that it is mentioned
TITLE, LABEL, TEXT = 12.0, 6.0, 1.0
PREFIX = 0.6  # what the beginning of a word counts against the whole word
MOST_TERMS, MOST_CHARACTERS, MOST_RESULTS = 8, 100, 30
SNIPPET_WORDS = 32
# Words that every page has say nothing about which page is meant
COMMON = {
    *(
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "by",
        "do",
        "for",
        "how",
        "i",
        "in",
        "is",
        "it",
        "my",
        "of",
        "on",
    ),
    *("or", "that", "the", "to", "what", "when", "with", "you", "your"),
}


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """Lower case, without accents: as people type it in a hurry."""
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@dataclass(frozen=True)
class Piece:
    """A stretch of a text to show, highlighted or not."""

    text: str
    is_hit: bool


@dataclass(frozen=True)
class Document:
    """What can be found: a page, or a term of the glossary (with no page)."""

    title: str
    text: str
    page: Page | None = None
    section: Section | None = None
    spans: tuple[tuple[int, int, str], ...] = ()  # each word of the text: start, end, folded

    @classmethod
    def make(
        cls, title: str, text: str, page: Page | None = None, section: Section | None = None
    ) -> Document:
        spans = tuple((match.start(), match.end(), fold(match[0])) for match in WORD.finditer(text))
        return cls(title, text, page, section, spans)

    def snippet(self, stems: tuple[str, ...]) -> list[Piece]:
        """Some thirty words around the place where most of what was asked for stands together."""
        hits = [place for place, (_, _, word) in enumerate(self.spans) if word.startswith(stems)]
        start = _densest(hits, [self.spans[place][2] for place in hits], stems)
        shown = self.spans[start : start + SNIPPET_WORDS]
        if not shown:
            return []
        begin, end = shown[0][0], shown[-1][1]
        if start + SNIPPET_WORDS >= len(self.spans):
            end = len(self.text)
        before = "… " if start else ""
        after = " …" if end < len(self.text) else ""
        return [Piece(before, False), *highlight(self.text[begin:end], stems), Piece(after, False)]


def _densest(hits: list[int], words: list[str], stems: tuple[str, ...]) -> int:
    """The place to begin, a few words before the hit from which on most different terms are near."""
    begins = {word: {stem for stem in stems if word.startswith(stem)} for word in set(words)}
    best_place, best_found = 0, 0
    for number, place in enumerate(hits):
        near: set[str] = set()
        for hit, word in zip(hits[number : number + SNIPPET_WORDS], words[number:], strict=False):
            if hit < place + SNIPPET_WORDS - 6:
                near |= begins[word]
        if len(near) > best_found:
            best_place, best_found = place, len(near)
        if best_found == len(stems) or number > 60:
            break
    return max(0, best_place - 6)


def highlight(text: str, stems: tuple[str, ...]) -> list[Piece]:
    """The text in pieces, words that begin with a stem marked. Escaping is left to the template."""
    pieces: list[Piece] = []
    done = 0
    for match in WORD.finditer(text):
        if fold(match[0]).startswith(stems):
            pieces += [Piece(text[done : match.start()], False), Piece(match[0], True)]
            done = match.end()
    return [piece for piece in [*pieces, Piece(text[done:], False)] if piece.text]


@dataclass(frozen=True)
class Hit:
    document: Document
    score: float
    title: list[Piece]
    snippet: list[Piece]


@dataclass(frozen=True)
class Results:
    """What was found: pages by section in the order of the course, best first within it, and terms of the glossary."""

    terms: list[Hit]
    sections: list[tuple[Section, list[Hit]]]
    has_all_words: bool
    total: int


@dataclass
class Index:
    """Which word stands in which document, and with what weight."""

    documents: list[Document]
    weights: dict[str, dict[int, float]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, course: Course) -> Index:
        index = cls([])
        for section in course.sections:
            for page in section.pages:
                head = page.head
                document = Document.make(head.title, _page_text(page), page, section)
                label = f"{head.label} {' '.join(head.keywords)} {section.title}"
                index.add(document, ((head.title, TITLE), (label, LABEL)))
        for term, definition in sorted(course.glossary.items()):
            index.add(Document.make(term, definition), ((term, TITLE * 2),))
        index.words = sorted(index.weights)
        return index

    def add(self, document: Document, weighted: Iterable[tuple[str, float]]) -> None:
        number = len(self.documents)
        self.documents.append(document)
        for text, weight in weighted:
            for word in set(map(fold, WORD.findall(text))):
                self._count(word, number, weight)
        # The second mention of a word says less than the first
        for word, times in Counter(word for _, _, word in document.spans).items():
            self._count(word, number, TEXT * (1 + min(times, 20) ** 0.5))

    def _count(self, word: str, number: int, weight: float) -> None:
        places = self.weights.setdefault(word, {})
        places[number] = places.get(number, 0.0) + weight

    def matches(self, stem: str, term: str) -> dict[int, float]:
        """Documents with a word that begins with this stem, by their best word."""
        best: dict[int, float] = {}
        for place in range(bisect_left(self.words, stem), len(self.words)):
            word = self.words[place]
            if not word.startswith(stem):
                break
            factor = 1.0 if word in (term, stem) else PREFIX
            for number, weight in self.weights[word].items():
                best[number] = max(best.get(number, 0.0), weight * factor)
        return best

    def search(self, query: str) -> Results:
        typed = dict.fromkeys(filter(None, map(fold, WORD.findall(query[:MOST_CHARACTERS]))))
        # A single letter, as of a genitive, would find half the course
        telling = [term for term in typed if len(term) > 1 and term not in COMMON]
        terms = telling[:MOST_TERMS] or list(typed)[:2]
        # “mentors” also finds “mentor”; every stem finds what begins with it
        stems = tuple(term[:-1] if len(term) > 3 and term.endswith("s") else term for term in terms)
        found = [self.matches(stem, term) for stem, term in zip(stems, terms, strict=True)]
        everywhere = set.intersection(*map(set, found)) if found else set()
        wanted = everywhere or set().union(*found)
        scores = {number: sum(match.get(number, 0.0) for match in found) for number in wanted}
        best = sorted(scores, key=lambda number: (-scores[number], number))[:MOST_RESULTS]
        return self._results(
            [(self.documents[number], scores[number]) for number in best], stems, bool(everywhere)
        )

    def _results(
        self, found: list[tuple[Document, float]], stems: tuple[str, ...], has_all_words: bool
    ) -> Results:
        hits = [
            Hit(document, score, highlight(document.title, stems), document.snippet(stems))
            for document, score in found
        ]
        pages = [hit for hit in hits if hit.document.page]
        by_section: dict[str, tuple[Section, list[Hit]]] = {}
        for hit in pages:
            if section := hit.document.section:
                by_section.setdefault(section.id, (section, []))[1].append(hit)
        # The section with the best hit comes first
        return Results(
            [hit for hit in hits if not hit.document.page],
            list(by_section.values()),
            has_all_words,
            len(hits),
        )


def _page_text(page: Page) -> str:
    parts = [page.head.lead]
    for block in page.blocks:
        parts += _activity_texts(block.activity) if block.activity else [_text(CITATION.sub("", block.html))]
    return " ".join(" ".join(parts).split())


def _activity_texts(activity: Activity) -> Iterator[str]:
    """What one reads before answering. What an activity says back stays its own to tell."""
    yield activity.title
    prompts = [prompt.text_html for prompt in getattr(activity, "prompts", ())]
    for html in (getattr(activity, "prompt_html", ""), getattr(activity, "story_html", ""), *prompts):
        yield _text(html)


def _text(html: str) -> str:
    return unescape(TAG.sub(" ", html))


_built: dict[str, tuple[Course, Index]] = {}


def index_of(course: Course) -> Index:
    """The index of this course, built when it is first asked for, and again when the course was loaded anew."""
    known = _built.get(course.id)
    if known is None or known[0] is not course:
        known = _built[course.id] = (course, Index.of(course))
    return known[1]


@require_safe
@login_required
def search(request: AuthenticatedHttpRequest, edition: str) -> HttpResponse:
    course = get_course(edition)
    query = request.GET.get("q", "").strip()[:MOST_CHARACTERS]
    results = index_of(course).search(query) if query else None
    return render(request, "training/search.html", {"course": course, "query": query, "results": results})
