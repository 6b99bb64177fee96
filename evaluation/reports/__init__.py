"""Reports: responses -> one Report object -> JSON, text, CSV, a page or a document.

`build("table2", Filters("graduate"))` counts and computes; the object it gives knows the exact figures
(`as_json`), and its printed tables with or without the cell rule that protects small groups (`tables`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from evaluation.reports.counts import Filters, Sample
from evaluation.reports.gains import table2
from evaluation.reports.printing import Table
from evaluation.reports.respondents import table1
from evaluation.reports.verdict import satisfaction

__all__ = ["REPORTS", "Filters", "Printable", "Report", "build", "satisfaction", "table1", "table2"]


class Printable(Protocol):
    """What can be printed in every format: the reports on answers, and those of the site (opm/reach.py)."""

    @property
    def title(self) -> str: ...

    def as_json(self) -> dict[str, Any]:
        """Exact and unrounded; shape as in docs/evaluator.md."""

    def tables(self, shielded: bool) -> list[Table]:
        """Rounded, ready to print. shielded: small cells and those that would tell them are hidden."""

    def notes(self, shielded: bool) -> list[str]:
        """What to print below the tables."""


class Report(Printable, Protocol):
    @property
    def sample(self) -> Sample: ...


REPORTS: dict[str, Callable[[Filters], Report]] = {
    "table1": table1,
    "table2": table2,
    "satisfaction": satisfaction,
}


def build(name: str, filters: Filters) -> Report:
    """KeyError if there is no report of that name."""
    return REPORTS[name](filters)
