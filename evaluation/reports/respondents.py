"""Table 1: who answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from evaluation.instrument import Instrument
from evaluation.reports.counts import Filters, Sample, tick_counts, value_counts
from evaluation.reports.disclosure import HIDDEN, THRESHOLD, TOO_FEW, cell_rule, hidden_cells
from evaluation.reports.printing import Table, percent

QUESTIONS = ("gender", "race", "hispanic", "title", "focus", "mentees", "years", "prior_training")


@dataclass(frozen=True)
class OptionCount:
    id: str
    label: str
    count: int


@dataclass(frozen=True)
class QuestionCounts:
    """n is the number of respondents who ticked anything; with several allowed, counts may add up to more."""

    id: str
    label: str
    is_multi: bool
    n: int
    options: tuple[OptionCount, ...]

    def table(self, shielded: bool) -> Table:
        counts = [option.count for option in self.options]
        hidden = hidden_cells(counts) if shielded else frozenset()
        n = f"{self.n:,}"
        if shielded and 0 < self.n < THRESHOLD:
            hidden, n = frozenset(range(len(counts))), str(TOO_FEW)
        word = _(HIDDEN)
        rows = tuple(
            (option.label, word, word)
            if place in hidden
            else (option.label, f"{option.count:,}", percent(option.count, self.n))
            for place, option in enumerate(self.options)
        )
        caption = (
            _("%(title)s (n = %(n)s, more than one answer possible)")
            if self.is_multi
            else _("%(title)s (n = %(n)s)")
        )
        return Table(
            caption % {"title": self.label, "n": n}, (_("Answer"), _("Number"), _("Percentage")), rows
        )


@dataclass(frozen=True)
class Table1:
    sample: Sample
    questions: tuple[QuestionCounts, ...]

    @property
    def title(self) -> str:
        return _("Table 1. Demographic characteristics and mentoring background")

    def as_json(self) -> dict[str, Any]:
        return {
            "excluded": self.sample.excluded,
            "questions": [
                {
                    "id": question.id,
                    "n": question.n,
                    "options": [
                        {
                            "id": option.id,
                            "label": option.label,
                            "count": option.count,
                            "percent": 100 * option.count / question.n if question.n else None,
                        }
                        for option in question.options
                    ],
                }
                for question in self.questions
            ],
        }

    def tables(self, shielded: bool) -> list[Table]:
        return [question.table(shielded) for question in self.questions]

    def notes(self, shielded: bool) -> list[str]:
        notes = [
            _("Percentages are of those who answered the question. “Prefer not to report” is an answer.")
        ]
        if shielded:
            notes.append(cell_rule())
        return notes + self.sample.notes(shielded)


def table1(filters: Filters) -> Table1:
    asked = filters.asked
    singles = [name for name in QUESTIONS if asked.question(name).kind == "single"]
    ticks = tick_counts(filters, [asked.question(name) for name in QUESTIONS if name not in singles])
    values = value_counts(filters, singles)
    questions = []
    for name in QUESTIONS:
        if name in singles:
            by_option = {f"{name}__{code}": count for code, count in values[name].items()}
            questions.append(_counts(asked, name, values[name].total(), by_option))
        else:
            questions.append(_counts(asked, name, ticks[name][""], ticks[name]))
    return Table1(Sample.of(filters), tuple(questions))


def _counts(asked: Instrument, name: str, n: int, by_option: dict[str, int]) -> QuestionCounts:
    question = asked.question(name)
    options = tuple(OptionCount(o.id, o.label, by_option.get(o.id, 0)) for o in question.options)
    return QuestionCounts(name, question.label, question.kind == "multi", n, options)
