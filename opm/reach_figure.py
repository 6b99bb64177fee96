"""Registrants by year as plain geometry, which a template draws as SVG: bars a year, and the sum of all so far."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

# In units of the drawing, which fits a phone: 420 wide, letters 15 high
WIDTH, LEFT, RIGHT = 420, 6, 414
TOP, GROUND = 24, 170  # of the bars
SUM_TOP, SUM_GROUND = 236, 356  # of the line below them
LETTER = 8.6


@dataclass(frozen=True)
class Bar:
    """One year. `x` is its left edge, `middle` where its labels stand; `y_sum` its point on the line."""

    year: int
    registrants: int
    cumulative: int
    is_whole: bool
    x: float
    middle: float
    width: float
    y: float
    y_sum: float
    has_number: bool
    has_year: bool

    @property
    def height(self) -> float:
        return round(GROUND - self.y, 1)

    @property
    def y_number(self) -> float:
        return round(self.y - 6, 1)


@dataclass(frozen=True)
class YearBars:
    bars: tuple[Bar, ...]
    width: int = WIDTH
    height: int = SUM_GROUND + 24
    left: int = LEFT
    right: int = RIGHT
    ground: int = GROUND
    y_years: int = GROUND + 18
    y_title: int = SUM_TOP - 26
    sum_ground: int = SUM_GROUND
    y_sum_years: int = SUM_GROUND + 18

    @property
    def description(self) -> str:
        """The figure in words."""
        sentence = _("%(year)s: %(registrants)s, %(cumulative)s in all.")
        return " ".join(
            sentence
            % {"year": bar.year, "registrants": f"{bar.registrants:,}", "cumulative": f"{bar.cumulative:,}"}
            for bar in self.bars
        )

    @property
    def has_part_years(self) -> bool:
        return not all(bar.is_whole for bar in self.bars)

    @property
    def points(self) -> str:
        return " ".join(f"{bar.middle},{bar.y_sum}" for bar in self.bars)

    @property
    def last(self) -> Bar:
        return self.bars[-1]

    @property
    def y_last(self) -> float:
        return round(self.last.y_sum - 10, 1)


def draw(years: Sequence[tuple[int, int, int, bool]]) -> YearBars | None:
    """The figure of (year, registrants, cumulative, is whole), in order; None where there is no year."""
    if not years:
        return None
    slot = (RIGHT - LEFT) / len(years)
    most = max(registrants for _year, registrants, _sum, _whole in years)
    total = years[-1][2]
    every = math.ceil(
        5 * LETTER / slot
    )  # so that years do not run into each other; the last one always stands
    fits = len(f"{most:,}") * LETTER <= slot
    return YearBars(
        tuple(
            Bar(
                year=year,
                registrants=registrants,
                cumulative=cumulative,
                is_whole=is_whole,
                x=round(LEFT + place * slot + 0.14 * slot, 1),
                middle=round(LEFT + (place + 0.5) * slot, 1),
                width=round(min(0.72 * slot, 60), 1),
                y=round(GROUND - (GROUND - TOP) * registrants / most, 1),
                y_sum=round(SUM_GROUND - (SUM_GROUND - SUM_TOP) * cumulative / total, 1),
                has_number=fits or registrants == most,
                has_year=(len(years) - 1 - place) % every == 0,
            )
            for place, (year, registrants, cumulative, is_whole) in enumerate(years)
        )
    )
