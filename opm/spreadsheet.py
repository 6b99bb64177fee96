"""Rows -> CSV that is safe to open in a spreadsheet program."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?%?")


class _Echo:
    """A file for csv.writer that gives back each line instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def escape(cell: object) -> object:
    """Put an apostrophe before text that a spreadsheet would run as a formula; -97 stays a number."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) and not NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def csv_lines(rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """One line of CSV a row, as they come: memory does not grow with the number of rows."""
    writer = csv.writer(_Echo())
    for row in rows:
        yield writer.writerow([escape(cell) for cell in row])


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    return "".join(csv_lines(rows))
