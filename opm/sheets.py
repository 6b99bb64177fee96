"""CSV files that are imported: read in a stream, every fault noted with its place.

A file goes in whole or not at all, so whoever imports one checks all of it first: `Faults` collects what is wrong
with file, line and column, and raises it together.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

REPORTED_FAULTS = 50


class ImportRefusedError(Exception):
    """Nothing was imported. The message has a line for each fault, REPORTED_FAULTS at most."""


@dataclass
class Faults:
    file: str
    count: int = 0
    messages: list[str] = field(default_factory=list)

    def note(self, message: str, line: int | None = None, column: str = "") -> None:
        self.count += 1
        if self.count <= REPORTED_FAULTS:
            place = self.file if line is None else f"{self.file}:{line}"
            self.messages.append(": ".join(part for part in (place, column, message) if part))

    def raise_if_any(self) -> None:
        if self.count > REPORTED_FAULTS:
            self.messages.append(f"{self.file}: and {self.count - REPORTED_FAULTS:,} more faults")
        if self.count:
            raise ImportRefusedError("\n".join(self.messages))


class Sheet:
    """A CSV file with one header row. Blank lines are passed over; a row of another length is a fault."""

    def __init__(self, path: Path, lines: Iterable[str]) -> None:
        self.path = path
        self.faults = Faults(path.name)
        self.reader = csv.reader(lines, strict=True)
        self.header = [name.strip() for name in next(self.reader, [])]
        for name in sorted({name for name in self.header if self.header.count(name) > 1}):
            self.faults.note(f"column {name} is there twice", 1)

    def refuse_unknown(self, known: Sequence[str], advice: Mapping[str, str] | None = None) -> None:
        for name in self.header:
            if name not in known:
                self.faults.note((advice or {}).get(name, f'unknown column "{name}"'), 1)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The line each row begins on (cells may span lines) and its cells."""
        line = self.reader.line_num + 1
        for cells in self.reader:
            if len(cells) == len(self.header):
                yield line, cells
            elif cells:
                self.faults.note(f"{len(cells)} cells in this row, {len(self.header)} in the header", line)
            line = self.reader.line_num + 1

    def cell(self, name: str, cells: Sequence[str]) -> str:
        return cells[self.header.index(name)].strip() if name in self.header else ""


@contextmanager
def opened(path: Path) -> Iterator[Sheet]:
    """The file as a sheet; what makes it unreadable as UTF-8 CSV becomes an ImportRefusedError."""
    if not path.is_file():
        raise ImportRefusedError(f"There is no file {path}.")
    with path.open("rb") as file:
        lines = _Lines(path.name, file)
        try:
            yield Sheet(path, lines)
        except csv.Error as error:
            raise ImportRefusedError(f"{path.name}:{lines.number}: this is not CSV: {error}.") from error


class _Lines:
    """The lines of a file as text, counted, so that a byte that is no UTF-8 can be pointed at."""

    def __init__(self, name: str, file: BinaryIO) -> None:
        self.name, self.file, self.number = name, file, 0

    def __iter__(self) -> Iterator[str]:
        for line in self.file:
            self.number += 1
            try:
                yield line.decode("utf-8-sig" if self.number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise ImportRefusedError(f"{self.name}:{self.number}: this is not UTF-8 text.") from error
