"""Counting over released and imported responses together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

from django.db.models import Count, Q

from evaluation import instrument
from evaluation.instrument import Instrument, Question
from evaluation.models import AnswersQuerySet, ResponseImport, answer_tables, field_name
from evaluation.reports.disclosure import THRESHOLD

CHUNK = 5000


@dataclass(frozen=True)
class Filters:
    """Which responses a report counts. `name`: only those to this version of the instrument."""

    edition: str = "graduate"
    name: str | None = None

    @property
    def asked(self) -> Instrument:
        """The instrument whose questions and labels the report shows: the one named, else the newest."""
        versions = [version for version in instrument.load_all() if version.survey == "main"]
        return instrument.load(self.name) if self.name else versions[-1]

    def kept(self) -> list[AnswersQuerySet]:
        return [self._narrow(table.kept(self.edition)) for table in answer_tables()]

    def left_out(self) -> list[AnswersQuerySet]:
        return [self._narrow(table.left_out(self.edition)) for table in answer_tables()]

    def _narrow(self, table: AnswersQuerySet) -> AnswersQuerySet:
        return table.filter(instrument=self.name) if self.name else table


@dataclass(frozen=True)
class Sample:
    """How many responses a report rests on, and how many its exclusion rule dropped."""

    filters: Filters
    kept: int
    excluded: int
    made_up: int

    @classmethod
    def of(cls, filters: Filters) -> Sample:
        made_up = ResponseImport.objects.filter(is_demo=True).values("pk")
        return cls(
            filters,
            kept=sum(table.count() for table in filters.kept()),
            excluded=sum(table.count() for table in filters.left_out()),
            made_up=answer_tables()[1].filter(edition=filters.edition, source__in=made_up).count(),
        )

    @cached_property
    def rule(self) -> str:
        return self.filters.asked.exclusion(self.filters.edition).text

    def notes(self, shielded: bool) -> list[str]:
        excluded, kept = (
            f"fewer than {THRESHOLD}" if shielded and 0 < count < THRESHOLD else f"{count:,}"
            for count in (self.excluded, self.kept)
        )
        notes = [f"{self.rule} Dropped by this rule: {excluded}. Responses kept: {kept}."]
        if self.made_up:
            notes.append("Contains made-up demo data: these are not the answers of real people.")
        return notes


def value_counts(filters: Filters, variables: Sequence[str]) -> dict[str, Counter[int]]:
    """Variable id -> code -> how many gave it, missing codes left out."""
    counters: list[Counter[int]] = [Counter() for _ in variables]
    for columns in _columns(filters, variables):
        for counter, column in zip(counters, columns, strict=True):
            counter.update(column)
    return {
        variable: Counter({code: count for code, count in counter.items() if code >= 0})
        for variable, counter in zip(variables, counters, strict=True)
    }


def pair_counts(filters: Filters, questions: Sequence[Question]) -> list[Counter[tuple[int, int]]]:
    """For each question, (before, after) -> how many gave this pair; incomplete pairs are left out."""
    variables = [variable.id for question in questions for variable in question.variables]
    counters: list[Counter[tuple[int, int]]] = [Counter() for _ in questions]
    for columns in _columns(filters, variables):
        for counter, before, after in zip(counters, columns[::2], columns[1::2], strict=True):
            counter.update(zip(before, after, strict=True))
    return [
        Counter({pair: count for pair, count in counter.items() if min(pair) > 0}) for counter in counters
    ]


def tick_counts(filters: Filters, questions: Sequence[Question]) -> dict[str, Counter[str]]:
    """For each multi-select question, option id -> how many ticked it; under "" how many ticked anything."""
    conditions = {
        (question.id, option): condition
        for question in questions
        for option, condition in _tick_conditions(question).items()
    }
    totals: dict[str, Counter[str]] = {question.id: Counter() for question in questions}
    for table in filters.kept():
        aliases = {
            f"c{place}": Count("pk", filter=condition) for place, condition in enumerate(conditions.values())
        }
        counted = table.aggregate(**aliases)
        for (question_id, option), count in zip(conditions, counted.values(), strict=True):
            totals[question_id][option] += count
    return totals


def _tick_conditions(question: Question) -> dict[str, Q]:
    ticked = {option.id: Q(**{field_name(option.id): instrument.TICKED}) for option in question.options}
    anything = Q()
    for condition in ticked.values():
        anything |= condition
    return ticked | {"": anything}


def _columns(filters: Filters, variables: Sequence[str]) -> Iterator[list[Sequence[int]]]:
    """The answers to these variables, column by column, CHUNK responses at a time.

    Counting in Python over a stream is as fast as one SQL aggregate, and faster than a GROUP BY for each
    item: the table is read once, and memory stays flat.
    """
    fields = [field_name(variable) for variable in variables]
    for table in filters.kept():
        for rows in _chunks(table.values_list(*fields).iterator(chunk_size=CHUNK)):
            yield list(zip(*rows, strict=True))


def _chunks(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rows = iter(rows)
    while chunk := list(islice(rows, CHUNK)):
        yield chunk
