"""Counting over released and imported responses together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Aggregate, CharField, Count, F, Q, Value
from django.db.models.functions import Chr
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext as _

from evaluation import instrument
from evaluation.instrument import Instrument, Question
from evaluation.models import ResponseImport, RowsQuerySet, answer_tables, field_name, rule_of
from evaluation.reports.disclosure import THRESHOLD, TOO_FEW
from evaluation.statistics import TOP_RATING

FIRST = 64  # the letter of code 0; the last, of the pair (7, 7), is 127, so that all are plain ASCII


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

    def all(self) -> list[RowsQuerySet]:
        """Both tables, before the exclusion rule."""
        tables = [table.filter(edition=self.edition) for table in answer_tables()]
        return [table.filter(instrument=self.name) if self.name else table for table in tables]

    def kept(self) -> list[RowsQuerySet]:
        """Both tables, after the exclusion rule."""
        return [table.exclude(rule_of(self.edition)) for table in self.all()]


@dataclass(frozen=True)
class Sample:
    """How many responses a report rests on, and how many its exclusion rule dropped."""

    filters: Filters
    kept: int
    excluded: int
    made_up: int

    @classmethod
    def of(cls, filters: Filters) -> Sample:
        is_excluded = rule_of(filters.edition)
        totals: Counter[str] = Counter()
        for table in filters.all():
            totals.update(table.aggregate(all=Count("pk"), excluded=Count("pk", filter=is_excluded)))
        made_up = ResponseImport.objects.filter(is_demo=True, responses__edition=filters.edition).count()
        return cls(filters, totals["all"] - totals["excluded"], totals["excluded"], made_up)

    @cached_property
    def rule(self) -> str:
        return self.filters.asked.exclusion(self.filters.edition).text

    def notes(self, shielded: bool) -> list[str]:
        excluded, kept = (
            str(TOO_FEW) if shielded and 0 < count < THRESHOLD else f"{count:,}"
            for count in (self.excluded, self.kept)
        )
        counted = _("%(rule)s Dropped by this rule: %(excluded)s. Responses kept: %(kept)s.")
        notes = [counted % {"rule": self.rule, "excluded": excluded, "kept": kept}]
        if self.made_up:
            notes.append(_("Contains made-up demo data: these are not the answers of real people."))
        return notes


class Word(Aggregate):
    """All letters of a column in one word. Their order means nothing."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s, '')"
    output_field = CharField()

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, Any]:
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **extra)


def value_counts(filters: Filters, variables: Sequence[str]) -> dict[str, Counter[int]]:
    """Variable id -> code -> how many gave it, missing codes left out."""
    fields = [field_name(variable) for variable in variables]
    words = [Word(Chr(Value(FIRST) + F(field)), filter=Q(**{f"{field}__gte": 0})) for field in fields]
    counted = _count_letters(filters, words, range(10))
    return dict(zip(variables, counted, strict=True))


def pair_counts(filters: Filters, questions: Sequence[Question]) -> list[Counter[tuple[int, int]]]:
    """For each question, (before, after) -> how many gave this pair; incomplete pairs are left out."""
    words = []
    for question in questions:
        before, after = (field_name(variable.id) for variable in question.variables)
        is_complete = Q(**{f"{before}__gt": 0, f"{after}__gt": 0})
        words.append(Word(Chr(Value(FIRST) + Value(8) * F(before) + F(after)), filter=is_complete))
    pairs = list(product(range(1, TOP_RATING + 1), repeat=2))
    counted = _count_letters(filters, words, [8 * before + after for before, after in pairs])
    return [Counter({divmod(code, 8): count for code, count in counter.items()}) for counter in counted]


def _count_letters(filters: Filters, words: Sequence[Word], codes: Sequence[int]) -> list[Counter[int]]:
    """For each word, code -> how often its letter is there.

    The database spells out each item's answers as one word, a letter an answer, and reads its table once for all
    items; counting letters in a word is as fast as Python gets. A GROUP BY for each item takes four times as long.
    """
    counters: list[Counter[int]] = [Counter() for _ in words]
    for table in filters.kept():
        spelled = table.aggregate(**{f"word{place}": word for place, word in enumerate(words)})
        for counter, word in zip(counters, spelled.values(), strict=True):
            counter.update({code: (word or "").count(chr(FIRST + code)) for code in codes})
    return [+counter for counter in counters]


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
