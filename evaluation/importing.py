"""Older answers and texts, read from CSV files (docs/evaluator.md).

A file goes in whole or not at all: every wrong value is reported with file, line, column and value, and
nothing of the file is kept. Rows are read, checked and written in a stream: memory does not grow with the
file.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from django.db import transaction

from evaluation import instrument
from evaluation.instrument import LEFT_BLANK, NOT_SHOWN, NOT_TICKED, TICKED, Instrument
from evaluation.loading import QUARTER, fingerprint
from evaluation.models import ImportedResponse, ImportedText, ResponseImport, stored_variables
from opm.sheets import ImportRefusedError, Sheet, opened

STAMPS = ("instrument", "edition", "quarter", "submitted_month")
IGNORED = ("row_id", "has_free_text")
TEXT_COLUMNS = ("row_id", "text", *STAMPS)
MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


def import_responses(
    path: Path, edition: str = "graduate", instrument_name: str = "main-1", dry_run: bool = False
) -> int:
    """Read a wide file of responses and return their number; ImportRefusedError if anything is wrong with it.

    `edition` and `instrument_name` hold for rows that name none. dry_run: check everything, keep nothing.
    """
    with opened(path) as sheet:
        reader = WideReader(sheet, instrument_name, edition)
        columns = ["instrument", "edition", "quarter", *reader.variables]
        return _keep(ImportedResponse, sheet, columns, reader.rows(), dry_run)


def import_texts(
    path: Path, edition: str = "graduate", instrument_name: str = "main-1", dry_run: bool = False
) -> int:
    """Read a file of free texts (column text; row_id is optional) likewise. Rows without a text are passed
    over.
    """
    with opened(path) as sheet:
        rows = _text_rows(sheet, Stamps(sheet, instrument_name, edition))
        columns = ["instrument", "edition", "quarter", "variable", "excluded", "row_id", "text"]
        return _keep(ImportedText, sheet, columns, rows, dry_run)


class Stamps:
    """Instrument, edition and quarter of each row: its own, or what the command was told."""

    def __init__(self, sheet: Sheet, instrument_name: str, edition: str) -> None:
        self.sheet, self.instrument_name, self.edition = sheet, instrument_name, edition
        self.instruments = {version.name: version for version in instrument.load_all()}
        if instrument_name not in self.instruments:
            raise ImportRefusedError(f"There is no instrument {instrument_name}.")
        if edition not in self.instruments[instrument_name].editions:
            raise ImportRefusedError(f"{instrument_name} knows no edition {edition}.")

    def read(self, line: int, cells: Sequence[str]) -> tuple[Instrument, str, str] | None:
        """What is wrong with them is noted; None only if there is no such instrument to check the answers by."""
        name = self.sheet.cell("instrument", cells) or self.instrument_name
        asked = self.instruments.get(name)
        if asked is None:
            self.sheet.faults.note(f'there is no instrument "{name}"', line, "instrument")
            return None
        edition = self.sheet.cell("edition", cells) or self.edition
        if edition not in asked.editions:
            self.sheet.faults.note(f'there is no edition "{edition}"', line, "edition")
        return asked, edition, self._quarter(line, cells)

    def _quarter(self, line: int, cells: Sequence[str]) -> str:
        month, quarter = self.sheet.cell("submitted_month", cells), self.sheet.cell("quarter", cells)
        if month:
            parts = MONTH.fullmatch(month)
            if parts:
                return f"{parts[1]}Q{(int(parts[2]) + 2) // 3}"
            self.sheet.faults.note(f'"{month}" is no month such as 2021-03', line, "submitted_month")
        elif quarter and not QUARTER.fullmatch(quarter):
            self.sheet.faults.note(f'"{quarter}" is no quarter such as 2021Q1', line, "quarter")
        return quarter


class WideReader:
    """Turns the rows of a wide file into stored values, one for each variable there is."""

    def __init__(self, sheet: Sheet, instrument_name: str, edition: str) -> None:
        self.sheet = sheet
        self.stamps = Stamps(sheet, instrument_name, edition)
        self.variables = [variable.id for variable in stored_variables()]
        sheet.refuse_unknown([*self.variables, *STAMPS, *IGNORED], _advice(self.stamps.instruments))
        if not set(sheet.header) & set(self.variables):
            sheet.faults.note("no column is a variable of the instrument", 1)
        self.places = {name: place for place, name in enumerate(self.variables)}
        self.plans = {name: self._plan(version) for name, version in self.stamps.instruments.items()}
        self.multis = {name: self._multis(version) for name, version in self.stamps.instruments.items()}

    def rows(self) -> Iterator[list[object]]:
        """Instrument, edition, quarter and codes of each row. After the first fault it goes on checking only."""
        for line, cells in self.sheet.rows():
            stamp = self.stamps.read(line, cells)
            if stamp is None:
                continue
            asked, edition, quarter = stamp
            codes = self._codes(asked, line, cells)
            if not self.sheet.faults.count:
                yield [asked.name, edition, quarter, *codes]

    def _plan(self, asked: Instrument) -> list[tuple[int, int, Mapping[str, int]]]:
        """Which cell goes to which place, and how it is read."""
        return [
            (cell, self.places[name], asked.variable(name).readings)
            for cell, name in enumerate(self.sheet.header)
            if name in asked.stored_codes
        ]

    def _multis(self, asked: Instrument) -> list[list[int]]:
        questions = [question for question in asked.questions if question.kind == "multi"]
        present = set(self.sheet.header)
        return [[self.places[v.id] for v in question.variables if v.id in present] for question in questions]

    def _codes(self, asked: Instrument, line: int, cells: Sequence[str]) -> list[int]:
        codes = [NOT_SHOWN] * len(self.variables)
        for cell, place, readings in self.plans[asked.name]:
            code = readings.get(cells[cell])
            if code is None:
                try:
                    code = asked.parse(self.sheet.header[cell], cells[cell])
                except ValueError as error:
                    self.sheet.faults.note(str(error), line, self.sheet.header[cell])
                    continue
            codes[place] = code
        for places in self.multis[asked.name]:
            # Blank beside a tick means not ticked; nothing ticked at all means left blank
            # (Instrument.settle_multis)
            is_answered = any(codes[place] == TICKED for place in places)
            for place in places:
                if codes[place] != NOT_SHOWN and codes[place] != TICKED:
                    codes[place] = NOT_TICKED if is_answered else LEFT_BLANK
        return codes


def _advice(instruments: Mapping[str, Instrument]) -> dict[str, str]:
    advice = {}
    for asked in instruments.values():
        for variable in asked.variables:
            if variable.kind == "text":
                advice[variable.id] = (
                    f"{variable.id} is free text: give it a file of its own, for import_texts"
                )
            if variable.kind == "code":
                advice[variable.id] = f"{variable.id} is never imported: take this column out"
    return advice


def _text_rows(sheet: Sheet, stamps: Stamps) -> Iterator[list[object]]:
    sheet.refuse_unknown(TEXT_COLUMNS)
    if "text" not in sheet.header:
        sheet.faults.note("there is no column text", 1)
    seen: set[str] = set()
    for line, cells in sheet.rows():
        text, row_id = sheet.cell("text", cells), sheet.cell("row_id", cells)
        if row_id and row_id in seen:
            sheet.faults.note(f'"{row_id}" is there twice', line, "row_id")
        seen.add(row_id)
        stamp = stamps.read(line, cells)
        if stamp and text and not sheet.faults.count:
            asked, edition, quarter = stamp
            yield [asked.name, edition, quarter, asked.text_variables[0].id, False, row_id, text]


def _keep(
    model: type[ImportedResponse] | type[ImportedText],
    sheet: Sheet,
    columns: list[str],
    rows: Iterator[list[object]],
    dry_run: bool,
) -> int:
    """Write the rows under an import of their own, all or none; the same file is refused a second time."""
    sha256 = fingerprint(sheet.path)
    earlier = ResponseImport.objects.filter(sha256=sha256).first()
    if earlier:
        raise ImportRefusedError(f"{sheet.path.name} was imported before, on {earlier.imported_on}.")
    with transaction.atomic(using="evaluation"):
        if dry_run:
            count = sum(1 for _ in rows)
        else:
            source = ResponseImport.objects.create(
                label=sheet.path.name, file_name=sheet.path.name, sha256=sha256
            )
            keyed = ((uuid.uuid4(), *row, source.pk) for row in rows)
            count = model.objects.insert([*columns, "source_id"], keyed)
        if not count and not sheet.faults.count:
            sheet.faults.note("there is nothing to import in it")
        sheet.faults.raise_if_any()
        if not dry_run:
            source.count_rows()
    return count
