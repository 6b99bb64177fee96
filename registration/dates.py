"""Days some years apart."""

from __future__ import annotations

import datetime


def years_later(day: datetime.date, years: int) -> datetime.date:
    """The same day so many years later, or earlier for a negative number; February 28 for a leap day that is not there."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
