"""Rows -> CSV and XLSX that are safe to open in a spreadsheet program."""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Iterable, Iterator, Sequence

import xlsxwriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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


def xlsx(rows: Iterable[Sequence[object]], sheet: str) -> bytes:
    """A workbook of one sheet: the first row is the heading, kept in view; dates are dates, and no text is a formula."""
    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        table = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", sheet)[:31].strip() or "Sheet")
        heading, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        table.freeze_panes(1, 0)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime.date):
                    table.write_datetime(
                        number, column, datetime.datetime.combine(cell, datetime.time()), day
                    )
                elif isinstance(cell, int | float):
                    table.write_number(number, column, cell)
                else:
                    table.write_string(
                        number, column, "" if cell is None else str(cell), heading if number == 0 else None
                    )
        table.autofit()
    return file.getvalue()
