"""What they thought of the module, how long they spent with it, and whether they will change something."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from evaluation.reports.counts import Filters, Sample, value_counts
from evaluation.reports.disclosure import HIDDEN, THRESHOLD, TOO_FEW, cell_rule, hidden_cells
from evaluation.reports.printing import Table, mean_and_sd, percent
from evaluation.statistics import mean_sd

TOP = (4, 5)


@dataclass(frozen=True)
class Liking:
    """A five-point item; `top2` is the number who answered 4 or 5."""

    id: str
    label: str
    n: int
    mean: float | None
    sd: float | None
    top2: int

    @classmethod
    def of(cls, variable: str, label: str, counts: Counter[int]) -> Liking:
        mean, sd = mean_sd(counts)
        return cls(variable, label, counts.total(), mean, sd, sum(counts[code] for code in TOP))

    def as_json(self) -> dict[str, Any]:
        share = self.top2 / self.n if self.n else None
        return {"n": self.n, "mean": self.mean, "sd": self.sd, "top2": share}

    def row(self, shielded: bool) -> tuple[str, ...]:
        if shielded and 0 < self.n < THRESHOLD:
            return self.label, str(TOO_FEW), _(HIDDEN), _(HIDDEN)
        is_hidden = shielded and hidden_cells((self.top2, self.n - self.top2))
        share = _(HIDDEN) if is_hidden else percent(self.top2, self.n)
        return self.label, f"{self.n:,}", mean_and_sd(self.mean, self.sd), share


@dataclass(frozen=True)
class Choice:
    code: int
    label: str
    count: int


@dataclass(frozen=True)
class Satisfaction:
    sample: Sample
    likings: tuple[Liking, ...]
    time_spent: tuple[Choice, ...]
    will_change: tuple[Choice, ...]

    @property
    def title(self) -> str:
        return _("Satisfaction, time spent, and plans to change")

    def as_json(self) -> dict[str, Any]:
        changes = {choice.code: choice.count for choice in self.will_change}
        return {
            "excluded": self.sample.excluded,
            **{liking.id: liking.as_json() for liking in self.likings},
            "time_spent": [
                {"code": choice.code, "label": choice.label, "count": choice.count}
                for choice in self.time_spent
            ],
            "will_change": {"n": sum(changes.values()), "yes": changes[1]},
        }

    def tables(self, shielded: bool) -> list[Table]:
        likings = tuple(liking.row(shielded) for liking in self.likings)
        return [
            Table(
                _("Satisfaction (five-point items)"),
                (_("Item"), "N", _("Mean (SD)"), _("4 or 5")),
                likings,
            ),
            _distribution(_("Time spent with the module"), self.time_spent, shielded),
            _distribution(_("Made or plans changes in mentoring relationships"), self.will_change, shielded),
        ]

    def notes(self, shielded: bool) -> list[str]:
        rule = [cell_rule()] if shielded else []
        return [*rule, *self.sample.notes(shielded)]


def _distribution(caption: str, choices: tuple[Choice, ...], shielded: bool) -> Table:
    n = sum(choice.count for choice in choices)
    hidden = hidden_cells([choice.count for choice in choices]) if shielded else frozenset()
    word = _(HIDDEN)
    rows = tuple(
        (choice.label, word, word)
        if place in hidden
        else (choice.label, f"{choice.count:,}", percent(choice.count, n))
        for place, choice in enumerate(choices)
    )
    shown = str(TOO_FEW) if shielded and 0 < n < THRESHOLD else f"{n:,}"
    titled = _("%(title)s (n = %(n)s)") % {"title": caption, "n": shown}
    return Table(titled, (_("Answer"), _("Number"), _("Percentage")), rows)


def satisfaction(filters: Filters) -> Satisfaction:
    asked = filters.asked
    names = ["valuable_use_of_time", "recommend", "time_spent", "will_change"]
    counts = value_counts(filters, names)

    def choices(name: str) -> tuple[Choice, ...]:
        return tuple(Choice(o.code, o.label, counts[name][o.code]) for o in asked.question(name).options)

    likings = tuple(Liking.of(name, asked.question(name).label, counts[name]) for name in names[:2])
    return Satisfaction(Sample.of(filters), likings, choices("time_spent"), choices("will_change"))
