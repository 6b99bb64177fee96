"""What may be the same institution twice: for an administrator to look at, never merged by itself.

The registry tells its own institutions apart. So what is compared is what came from elsewhere (the starter list, hands,
imports) and what people registered from, with everything; and what people typed that is linked to nothing.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q

from registration.institution_search import BUILDING_WORDS, Hit, close
from registration.institutions import Institution, InstitutionName, words_of

MOST_COMPARED = 5000
MOST_PAIRS = 50
TYPED_ON_A_PAGE = 15
MOST_MEANT = 3


@dataclass(frozen=True)
class Pair:
    """Two institutions that may be one. `one` is the one to keep: it has an identifier, or more people."""

    one: Institution
    other: Institution
    shared: str  # the name or acronym that both have
    people: int  # registered from either


@dataclass(frozen=True)
class Typed:
    """A text that people typed and that is linked to nothing, and the institutions it may mean."""

    text: str
    people: int
    hits: list[Hit]


def pairs() -> list[Pair]:
    """Institutions that share a name, or an acronym and half of their words; those of most people first."""
    shared = shared_names()
    numbers = {number for pair in shared for number in pair}
    found = Institution.objects.annotate(people_count=Count("people")).in_bulk(list(numbers))
    likely = []
    for (first, second), (kind, name) in shared.items():
        one, other = sorted(
            (found[first], found[second]), key=lambda each: (not each.ror_id, -people_of(each), each.pk)
        )
        if are_alike(one, other, kind):
            likely.append(Pair(one, other, name, people_of(one) + people_of(other)))
    return sorted(likely, key=lambda pair: (-pair.people, pair.one.name))[:MOST_PAIRS]


def people_of(institution: Institution) -> int:
    return int(getattr(institution, "people_count", 0))


def shared_names() -> dict[tuple[int, int], tuple[str, str]]:
    """Pairs of institutions by number, with the kind and the wording of a name that both have."""
    current = InstitutionName.objects.filter(institution__merged_into=None)
    ours = current.filter(Q(institution__ror_id=None) | Q(institution__is_known=True))
    looked_at = ours.order_by("-institution__is_known", "pk").values_list("folded", flat=True)[:MOST_COMPARED]
    folded = list(dict.fromkeys(looked_at))
    by_name: dict[str, list[InstitutionName]] = defaultdict(list)
    for start in range(0, len(folded), 500):
        for name in current.filter(folded__in=folded[start : start + 500]).select_related("institution"):
            by_name[name.folded].append(name)
    shared: dict[tuple[int, int], tuple[str, str]] = {}
    for names in by_name.values():
        for place, first in enumerate(names[:20]):
            for second in names[place + 1 : 20]:
                one, other = first.institution, second.institution
                if not (one.ror_id and other.ror_id) or (one.is_known and other.is_known):
                    kinds = {first.kind, second.kind}
                    kind = (
                        InstitutionName.Kind.ACRONYM if InstitutionName.Kind.ACRONYM in kinds else first.kind
                    )
                    shared.setdefault((min(one.pk, other.pk), max(one.pk, other.pk)), (kind, first.name))
    return shared


def are_alike(one: Institution, other: Institution, kind: str) -> bool:
    """Whether two that share a name of this kind may be the same. Two countries never are; an acronym is not enough."""
    if one.country_code and other.country_code and one.country_code != other.country_code:
        return False
    if kind != InstitutionName.Kind.ACRONYM:
        return True
    telling = [set(words_of(each.name)) - BUILDING_WORDS for each in (one, other)]
    return len(telling[0] & telling[1]) * 2 >= max(1, min(map(len, telling)))


def typed_texts(page: str | int) -> Page[Any]:
    """What people typed and is linked to nothing, as Typed: most people first, with what it may mean. A page at a time."""
    people = get_user_model().objects.filter(institution=None).exclude(institution_name="")
    texts = (
        people.values("institution_name").annotate(people=Count("pk")).order_by("-people", "institution_name")
    )
    shown: Page[Any] = Paginator(texts, TYPED_ON_A_PAGE).get_page(page)
    shown.object_list = [
        Typed(row["institution_name"], row["people"], meant_by(row["institution_name"]))
        for row in shown.object_list
    ]
    return shown


def meant_by(text: str) -> list[Hit]:
    same = [Hit(institution, "") for institution in Institution.objects.called(text)[:MOST_MEANT]]
    return same or close(text, MOST_MEANT)
