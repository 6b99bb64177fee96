"""Figures as text, and tables as text or CSV."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

WIDTH = 100
UNDEFINED = "–"


@dataclass(frozen=True)
class Table:
    """Cells as they are printed. The first column heads its row; all others hold figures."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def rounded(value: float | None, places: int = 2) -> str:
    """Half up, as people round: 2.675 becomes 2.68."""
    if value is None:
        return UNDEFINED
    return str(Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def percent(count: int, n: int) -> str:
    """Two decimals, half up, from the counts themselves."""
    if n == 0:
        return UNDEFINED
    return f"{(Decimal(100 * count) / Decimal(n)).quantize(Decimal('0.01'), ROUND_HALF_UP)}%"


def mean_and_sd(mean: float | None, sd: float | None) -> str:
    return f"{rounded(mean)} ({rounded(sd)})"


def p_value(p: float | None) -> str:
    if p is None:
        return UNDEFINED
    return "< .001" if p < 0.001 else rounded(p, 3).removeprefix("0")


def as_text(title: str, tables: Sequence[Table], notes: Sequence[str]) -> str:
    """Aligned columns, figures to the right."""
    parts = [title, ""]
    for table in tables:
        widths = [
            max(len(row[place]) for row in (table.columns, *table.rows))
            for place in range(len(table.columns))
        ]
        parts += [table.caption, *(_line(row, widths) for row in (table.columns, *table.rows)), ""]
    parts += ["\n".join(textwrap.wrap(note, WIDTH)) for note in notes]
    return "\n".join(parts) + "\n"


def as_rows(tables: Sequence[Table], notes: Sequence[str]) -> Iterator[list[str]]:
    """For CSV: the caption in front of each row, a header row whenever the columns change, the notes last."""
    columns: tuple[str, ...] = ()
    for table in tables:
        if table.columns != columns:
            columns = table.columns
            yield ["Table", *columns]
        for row in table.rows:
            yield [table.caption, *row]
    for note in notes:
        yield ["Note", note]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    header, *figures = row
    cells = [
        header.ljust(widths[0]),
        *(cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=True)),
    ]
    return "  " + "  ".join(cells).rstrip()
