"""Finding an institution by what people type: beginnings of words, in any of its names, in any order.

The same on every database: ranges of an ordinary index, each of them bounded, so that it answers within 50 ms among
150,000 institutions (`make bench`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from django.db.models import Exists, OuterRef
from django.db.models.functions import Length

from registration.institutions import Institution, InstitutionName, InstitutionWord, fold, words_of

MOST_TERMS, MOST_RESULTS = 8, 10
# A beginning that at least so many words share says little: what is known here is looked through first
COMMON = 2000
CLOSE_ENOUGH = 0.8  # of two spellings, as difflib measures it: one letter in six is wrong
RARE_ENOUGH = 200  # no use to look for a rarer one
# Words of which a name is built, and which do not tell one institution from another
BUILDING_WORDS = frozenset(
    (
        *("academy", "association", "campus", "care", "center", "centre", "children", "childrens", "clinic"),
        *("clinical", "college", "community", "department", "dept", "division", "faculty", "foundation"),
        *(
            "general",
            "group",
            "health",
            "healthcare",
            "hospital",
            "hospitals",
            "inc",
            "institute",
            "institution",
        ),
        *(
            "laboratory",
            "main",
            "medical",
            "medicine",
            "memorial",
            "national",
            "nursing",
            "program",
            "public",
        ),
        *("regional", "research", "school", "science", "sciences", "state", "system", "technology", "univ"),
        *("universidad", "universitat", "universite", "university"),
    )
)


@dataclass(frozen=True)
class Hit:
    """An institution that was found; `also` is the alias or acronym by which, where it was not by its own name."""

    institution: Institution
    also: str

    @property
    def label(self) -> str:
        """On one line: name, the other name, place."""
        name = f"{self.institution.name} ({self.also})" if self.also else self.institution.name
        return " · ".join(filter(None, [name, self.institution.place]))


def search(text: str, most: int = MOST_RESULTS) -> list[Hit]:
    """Institutions that have, for each word of the text, a word that begins so: best first, `most` at most."""
    terms = words_of(text)[:MOST_TERMS]
    return _hits(_find(terms, fold(text), most), terms)


def suggest(text: str, most: int = MOST_RESULTS) -> list[Hit]:
    """What is found, or else what is close: with a word misspelled, left out or put in too many."""
    return search(text, most) or _hits(_close(text, most), words_of(text))


def close(text: str, most: int = MOST_RESULTS) -> list[Hit]:
    """What the whole name, as somebody typed it, may mean. Nothing where it says no more than “Medical School”."""
    if BUILDING_WORDS.issuperset(words_of(text)):
        return []
    return suggest(text, most)


def _find(terms: Sequence[str], folded: str, most: int) -> list[Institution]:
    if not terms:
        return []
    driver, is_common = _rarest(terms)
    if is_common:
        return _find_common(terms, driver, folded, most)
    others = [term for term in terms if term != driver]
    words = InstitutionWord.objects.beginning(driver).values("institution")
    return list(
        Institution.objects.current().filter(pk__in=words).with_words(others).best_first(folded)[:most]
    )


def _find_common(terms: Sequence[str], driver: str, folded: str, most: int) -> list[Institution]:
    """Where thousands match, one small pool after the other until there are enough. The pools are in order of rank."""
    names = InstitutionName.objects.beginning(folded)
    own = names.filter(kind=InstitutionName.Kind.NAME, institution=OuterRef("pk"))
    words = InstitutionWord.objects.beginning(driver).values("institution")
    current = Institution.objects.current()
    known, matching = current.filter(is_known=True), current.with_words(terms)
    pools = [
        current.filter(pk__in=InstitutionName.objects.filter(folded=folded).values("institution")),
        known.filter(Exists(own)),
        known.with_words(terms),
        matching.filter(pk__in=names.order_by("folded").values("institution")[:RARE_ENOUGH]),
        matching.filter(pk__in=words[:COMMON]),
    ]
    found: dict[int, Institution] = {}
    for pool in pools:
        for institution in pool.order_by("-is_known", Length("name"), "name", "pk")[:most]:
            found.setdefault(institution.pk, institution)
        if len(found) >= most:
            break
    return list(found.values())[:most]


def _rarest(terms: Sequence[str]) -> tuple[str, bool]:
    """The term that fewest words begin with, and whether even it is a common one. Counts no further than COMMON."""
    counts: dict[str, int] = {}
    for term in sorted(terms, key=len, reverse=True):
        counts[term] = InstitutionWord.objects.beginning(term)[:COMMON].count()
        if counts[term] < RARE_ENOUGH:
            break
    rarest = min(counts, key=lambda term: counts[term])
    return rarest, counts[rarest] >= COMMON


def _close(text: str, most: int) -> list[Institution]:
    """All telling words but those that nothing has, spelled right; failing that, all but one of them."""
    typed = [term for term in words_of(text)[:MOST_TERMS] if len(term) > 1]
    read = [term if term in BUILDING_WORDS else _spelled(term) for term in typed]
    telling = [term for term in read if term and term not in BUILDING_WORDS]
    unknown = read.count("")
    if not telling or unknown > len(telling):
        return []
    building = [term for term in read if term in BUILDING_WORDS]
    attempts = [telling + building, telling + building[:1], telling]
    if len(telling) > 1:
        attempts += [[term for term in telling if term != left_out] for left_out in reversed(telling)]
    for attempt in attempts:
        _, is_common = _rarest(attempt)
        if not is_common and (found := _find(attempt, fold(text), most)):
            return found
    return []


def _spelled(term: str) -> str:
    """The term, if there are words that begin so; else the word that it may have been meant for; else nothing."""
    if InstitutionWord.objects.beginning(term).exists():
        return term
    if len(term) < 5:
        return ""
    words = InstitutionWord.objects.beginning(term[:3]).annotate(length=Length("word"))
    words = words.filter(length__gte=len(term) - 1, length__lte=len(term) + 1).order_by("word")
    # A word that names are built of is told first: half the table begins with “uni”
    for choice in (BUILDING_WORDS, words.values_list("word", flat=True).distinct()[:COMMON]):
        alike = get_close_matches(
            term, [word for word in choice if abs(len(word) - len(term)) < 2], 1, CLOSE_ENOUGH
        )
        if alike:
            return alike[0]
    return ""


def _hits(found: Sequence[Institution], terms: Sequence[str]) -> list[Hit]:
    """With the name that was found, where it is another one. Costs a query."""
    others: dict[int, list[str]] = {}
    names = InstitutionName.objects.filter(institution__in=found).exclude(kind=InstitutionName.Kind.NAME)
    for number, name in names.values_list("institution", "name"):
        others.setdefault(number, []).append(name)
    hits = []
    for institution in found:
        names_of_it = [institution.name, *others.get(institution.pk, [])]
        best = max(names_of_it, key=lambda name: _matched(name, terms))  # of equal ones the first: its own
        hits.append(Hit(institution, "" if best == institution.name else best))
    return hits


def _matched(name: str, terms: Sequence[str]) -> int:
    """How many of the terms this name has a word for."""
    words = fold(name).split()
    return sum(any(word.startswith(term) for word in words) for term in terms)
