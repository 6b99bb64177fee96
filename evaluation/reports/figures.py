"""Figures as plain geometry, which the templates draw as SVG."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from django.utils.translation import gettext as _

from evaluation.reports.disclosure import THRESHOLD
from evaluation.reports.gains import Table2
from evaluation.reports.printing import rounded

# In units of the drawing, which fits a phone: 420 wide, letters 15 high
WIDTH, LEFT, RIGHT = 420, 12, 408  # LEFT and RIGHT are where ratings 1 and 7 stand
STEP, LINE = 64, 18  # from item to item, from line to line
LETTERS = 50  # a line of a label


@dataclass(frozen=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True)
class Span:
    """One item: its label in lines, and a line from the mean before to the mean after at height `y`."""

    label: str
    before: str
    after: str
    y: int
    x_before: float
    x_after: float

    @property
    def lines(self) -> list[tuple[int, str]]:
        """The label above the line, as (height, words)."""
        lines = textwrap.wrap(self.label, LETTERS)
        return [(self.y - 14 - LINE * (len(lines) - 1 - place), words) for place, words in enumerate(lines)]


@dataclass(frozen=True)
class Dumbbells:
    """Means before and after on the rating scale, largest gain first."""

    spans: tuple[Span, ...]
    width: int = WIDTH

    @property
    def description(self) -> str:
        """The figure in words."""
        sentence = _("%(item)s: %(before)s before, %(after)s after.")
        return " ".join(
            sentence % {"item": span.label, "before": span.before, "after": span.after} for span in self.spans
        )

    @property
    def y_axis(self) -> int:
        return STEP * len(self.spans) + 16

    @property
    def y_tick(self) -> int:
        return self.y_axis + 20

    @property
    def height(self) -> int:
        return self.y_axis + 30

    @property
    def ticks(self) -> list[Tick]:
        return [Tick(position(rating), str(rating)) for rating in range(1, 8)]


def position(rating: float) -> float:
    """Where a rating of 1 to 7 stands on the horizontal axis."""
    return round(LEFT + (rating - 1) / 6 * (RIGHT - LEFT), 1)


def figure_of(report: object) -> Dumbbells | None:
    """The figure that goes with a report, if there is one. Items with too few answers are left out."""
    if not isinstance(report, Table2):
        return None
    means = [
        (row.label, row.figures.before_mean, row.figures.after_mean)
        for row in report.rows
        if row.figures.n >= THRESHOLD
    ]
    shown = [
        (label, before, after) for label, before, after in means if before is not None and after is not None
    ]
    shown.sort(key=lambda mean: mean[1] - mean[2])
    spans = tuple(
        Span(label, rounded(before), rounded(after), STEP * (place + 1), position(before), position(after))
        for place, (label, before, after) in enumerate(shown)
    )
    return Dumbbells(spans) if spans else None
