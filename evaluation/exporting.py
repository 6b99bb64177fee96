"""Responses as files: the ratings profile, which is safe to hand on, and the full one, which is not.

A full row is never anonymous enough: with gender, race, title and years alone one row in six is unlike all others. So
the ratings profile leaves the person's description out, keeps title and years in broad groups, and blanks the groups
that fewer than ten people share. Rows come in the order of their random keys, as a stream.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, IntegerField, Q, Value, When

from evaluation.instrument import LEFT_BLANK, NOT_SHOWN, SUPPRESSED, TICKED, Instrument
from evaluation.models import RowsQuerySet, answer_tables, field_name, stored_variables
from evaluation.reports.counts import Filters
from evaluation.reports.disclosure import THRESHOLD, too_small

GROUPS = ("title_group", "years_group", "prior_training")
TITLE_GROUPS = {1: "Any dean", 2: "Professor", 3: "Associate professor", 4: "Assistant professor", 5: "Other"}
YEARS_GROUPS = {1: "0 to 5 years", 2: "6 to 20 years", 3: "21 or more years"}
TITLES_OF_GROUP = {
    1: ("title__dean", "title__associate_dean", "title__assistant_dean"),
    2: ("title__professor",),
    3: ("title__associate_professor",),
    4: ("title__assistant_professor",),
}
YEARS_OF_GROUP = {1: (1, 2), 2: (3, 4), 3: (5,)}
CHUNK = 2000
IDENTIFYING = ("gender", "race", "title", "years")


@dataclass(frozen=True)
class Uniqueness:
    """How many responses are unlike all others in gender, race, title and years of mentoring."""

    responses: int
    unique: int


def ratings_variables(asked: Instrument) -> list[str]:
    """The variables of the ratings profile, in form order: no multi-selects; title and years as groups."""
    replaced = {"title": "title_group", "years": "years_group"}
    names = []
    for question in asked.questions:
        if question.id in replaced:
            names.append(replaced[question.id])
        elif question.kind in ("single", "rating", "pair"):
            names += [variable.id for variable in question.variables]
    return names


def ratings_rows(filters: Filters) -> Iterator[list[object]]:
    """A header row, then every response that the exclusion rule keeps."""
    names = ratings_variables(filters.asked)
    columns = ["instrument", "edition", *names]
    yield list(columns)
    safe = safe_groups(filters)
    places = [columns.index(name) for name in GROUPS]
    fields = [field_name(name) for name in columns]
    for table in filters.kept():
        for values in with_groups(table).order_by("pk").values_list(*fields).iterator(chunk_size=CHUNK):
            row = list(values)
            # A group that came up since the groups were counted is not known to be safe either
            if tuple(row[place] for place in places) not in safe:
                for place in places:
                    row[place] = SUPPRESSED
            yield row


def full_rows(filters: Filters) -> Iterator[list[object]]:
    """A header row, then every response of the edition, the excluded ones too: a wide file as importers read it."""
    variables = stored_variables()
    columns = ["instrument", "edition", "quarter"]
    yield [*columns, *(variable.id for variable in variables)]
    fields = [*columns, *(field_name(variable.id) for variable in variables)]
    blank = {place for place, variable in enumerate(variables, len(columns)) if variable.kind == "multi"}
    for table in answer_tables():
        responses = table.filter(edition=filters.edition).order_by("pk").values_list(*fields)
        for values in responses.iterator(chunk_size=CHUNK):
            yield ["" if v == LEFT_BLANK and place in blank else v for place, v in enumerate(values)]


def safe_groups(filters: Filters) -> frozenset[tuple[int, ...]]:
    """The combinations of title group, years group and prior training that may stay in the ratings profile."""
    groups: Counter[tuple[int, ...]] = Counter()
    for table in filters.kept():
        groups.update(with_groups(table).values_list(*GROUPS).iterator(chunk_size=CHUNK))
    return frozenset(groups) - too_small(groups)


def uniqueness(filters: Filters) -> Uniqueness:
    """For the warning that goes with a full export."""
    asked = filters.asked
    names = [v.id for name in IDENTIFYING for v in asked.question(name).variables]
    kinds: Counter[Any] = Counter()
    for table in answer_tables():
        people = table.filter(edition=filters.edition)
        kinds.update(people.values_list(*map(field_name, names)).iterator(chunk_size=CHUNK))
    return Uniqueness(kinds.total(), sum(1 for count in kinds.values() if count == 1))


def with_groups(table: RowsQuerySet) -> RowsQuerySet:
    """Adds title_group (several titles: the lowest group) and years_group; missing codes stay what they are."""
    titles = [variable.id for variable in stored_variables() if variable.question == "title"]
    is_group = [When(_any_ticked(names), then=Value(group)) for group, names in TITLES_OF_GROUP.items()]
    is_other = When(_any_ticked(titles), then=Value(5))
    not_shown = When(Q(**dict.fromkeys(map(field_name, titles), NOT_SHOWN)), then=Value(NOT_SHOWN))
    return table.annotate(
        title_group=Case(
            *is_group, is_other, not_shown, default=Value(LEFT_BLANK), output_field=IntegerField()
        ),
        years_group=Case(
            *[When(years__in=codes, then=Value(group)) for group, codes in YEARS_OF_GROUP.items()],
            default=F("years"),
            output_field=IntegerField(),
        ),
    )


def _any_ticked(variables: Iterable[str]) -> Q:
    condition = Q()
    for variable in variables:
        condition |= Q(**{field_name(variable): TICKED})
    return condition


RATINGS_NOTE = f"Combinations of {', '.join(GROUPS)} that fewer than {THRESHOLD} responses share are set to {SUPPRESSED}."
