"""From the survey's released file into the evaluation database.

The file is the whole truth about what was released, so a load replaces all released tables, in one
transaction. Rows are written in random order: with random keys this leaves nothing that tells which answer
came when.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from django.db import IntegrityError, transaction

from evaluation import instrument
from evaluation.models import LoadedFile, ReleasedResponse, ReleasedText, stored_variables

QUARTER = re.compile(r"[0-9]{4}Q[1-4]")
REPORTED_FAULTS = 20

Row = list[object]


class LoadError(Exception):
    """The released file is not what it should be. The message has a line for each fault, REPORTED_FAULTS at
    most.
    """


@dataclass(frozen=True)
class Loaded:
    responses: int
    texts: int


@dataclass
class _Faults:
    count: int = 0
    messages: list[str] = field(default_factory=list)

    def note(self, message: str) -> None:
        self.count += 1
        if self.count <= REPORTED_FAULTS:
            self.messages.append(message)

    def raise_if_any(self) -> None:
        if self.count > REPORTED_FAULTS:
            self.messages.append(f"and {self.count - REPORTED_FAULTS:,} more faults")
        if self.count:
            raise LoadError("\n".join(self.messages))


def load(path: str | Path) -> Loaded:
    """Replace everything released with the content of this file, or raise LoadError and change nothing."""
    path = Path(path)
    if not path.is_file():
        raise LoadError(f"There is no file {path}.")
    faults = _Faults()
    try:
        # Fingerprint first: if the file is replaced in between, the next run sees a new one and loads again
        sha256 = fingerprint(path)
        with closing(_open(path)) as released, transaction.atomic(using="evaluation"):
            ReleasedResponse.objects.all().delete()
            ReleasedText.objects.all().delete()
            loaded = Loaded(_copy_responses(released, faults), _copy_texts(released, faults))
            faults.raise_if_any()
            LoadedFile.objects.all().delete()
            LoadedFile.objects.create(sha256=sha256)
    except (sqlite3.Error, OSError) as error:
        raise LoadError(f"{path} cannot be read as a released file: {error}.") from error
    except IntegrityError as error:
        raise LoadError(f"{path}: two rows have the same id.") from error
    return loaded


def is_new(path: str | Path) -> bool:
    """Is there a file, and is it another than the one loaded last?"""
    path = Path(path)
    return path.is_file() and not LoadedFile.objects.filter(sha256=fingerprint(path)).exists()


def fingerprint(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _copy_responses(released: sqlite3.Connection, faults: _Faults) -> int:
    variables = [variable.id for variable in stored_variables()]

    def row(key: str, name: str, edition: str, quarter: str, answers: str) -> Row:
        codes = _check_answers(_check_stamp(name, edition, quarter), answers)
        stored = [codes.get(variable, instrument.NOT_SHOWN) for variable in variables]
        return [_check_key(key), name, edition, quarter, *stored]

    query = "SELECT id, instrument, edition, quarter, answers FROM responses ORDER BY random()"
    rows = _rows(released.execute(query), row, faults, "responses")
    return ReleasedResponse.objects.insert(["instrument", "edition", "quarter", *variables], rows)


def _copy_texts(released: sqlite3.Connection, faults: _Faults) -> int:
    columns = ["instrument", "edition", "quarter", "variable", "excluded", "text"]

    def row(key: str, name: str, edition: str, quarter: str, variable: str, excluded: int, text: str) -> Row:
        asked = _check_stamp(name, edition, quarter)
        if variable not in [text_variable.id for text_variable in asked.text_variables]:
            raise ValueError(f"{name} asks for no text {variable}")
        if excluded not in (0, 1) or not isinstance(text, str):
            raise ValueError("excluded must be 0 or 1, and text must be text")
        return [_check_key(key), name, edition, quarter, variable, bool(excluded), text]

    query = f"SELECT id, {', '.join(columns)} FROM texts ORDER BY random()"  # noqa: S608 - the names above
    return ReleasedText.objects.insert(columns, _rows(released.execute(query), row, faults, "texts"))


def _rows(cursor: sqlite3.Cursor, build: Callable[..., Row], faults: _Faults, table: str) -> Iterator[Row]:
    """Every row that `build` accepts; the others are noted as faults."""
    for values in cursor:
        try:
            yield build(*values)
        except ValueError as error:
            faults.note(f"{table}: {error}")


def _check_key(key: str) -> uuid.UUID:
    # Version 4 is random; the other versions hold a time or an order
    checked = uuid.UUID(str(key))
    if checked.version != 4:
        raise ValueError("an id is no random UUID (version 4)")
    return checked


@lru_cache
def _check_stamp(name: str, edition: str, quarter: str) -> instrument.Instrument:
    if name not in instrument.names():
        raise ValueError(f"there is no instrument {name}")
    asked = instrument.load(name)
    if edition not in asked.editions:
        raise ValueError(f"{name} knows no edition {edition}")
    if not QUARTER.fullmatch(str(quarter)):
        raise ValueError(f"{quarter} is no quarter such as 2026Q4")
    return asked


def _check_answers(asked: instrument.Instrument, answers: str) -> dict[str, int]:
    codes = json.loads(answers)
    if not isinstance(codes, dict):
        raise ValueError("answers must be a JSON object of variable ids and codes")
    allowed = asked.stored_codes
    for variable, code in codes.items():
        if variable not in allowed:
            raise ValueError(f"{asked.name} stores no variable {variable}")
        if type(code) is not int or code not in allowed[variable]:
            raise ValueError(f"{variable} has no code {code!r}")
    return codes
