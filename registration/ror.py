"""Records of the Research Organization Registry, read one by one from its published file (schema 2) and checked.

The file is a list of objects, some 300 MB of JSON, alone or in the .zip it is published in (docs/operator.md).
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import ijson

from registration.institutions import LONGEST_NAME, InstitutionName, Names, fold

REPORTED_FAULTS = 50
IDENTIFIER = re.compile(r"https://ror\.org/(0[a-z0-9]{8})")
STATES = ("active", "inactive", "withdrawn")
Kind = InstitutionName.Kind
KINDS = {"ror_display": Kind.NAME, "label": Kind.LABEL, "alias": Kind.ALIAS, "acronym": Kind.ACRONYM}


class LoadRefusedError(Exception):
    """Nothing was loaded. The message has a line for each fault, REPORTED_FAULTS at most."""


@dataclass
class Faults:
    """What is wrong with a file, each with its place: a record or a line by number."""

    file: str
    unit: str = "record"
    count: int = 0
    messages: list[str] = field(default_factory=list)

    def note(self, message: str, number: int | None = None) -> None:
        self.count += 1
        if self.count <= REPORTED_FAULTS:
            place = self.file if number is None else f"{self.file}: {self.unit} {number:,}"
            self.messages.append(f"{place}: {message}")

    def raise_if_any(self) -> None:
        if self.count > REPORTED_FAULTS:
            self.messages.append(f"{self.file}: and {self.count - REPORTED_FAULTS:,} more faults")
        if self.count:
            raise LoadRefusedError("\n".join(self.messages))


@dataclass(frozen=True)
class Record:
    """One organization as the registry has it. Names begin with its own one."""

    ror_id: str
    is_active: bool
    names: Names
    place: dict[str, str]

    @property
    def name(self) -> str:
        return self.names[0][1]


class RecordError(ValueError):
    """What is wrong with a record, and what was expected."""


def records(path: Path, faults: Faults) -> Iterator[Record]:
    """The records of a file in their order. What is faulty is noted and left out."""
    seen: set[str] = set()
    number = 0
    try:
        with opened(path) as file:
            for number, item in enumerate(items(file), start=1):
                try:
                    record = read(item)
                    if record.ror_id in seen:
                        raise RecordError(f"id {record.ror_id} has come before; expected each once")
                except RecordError as error:
                    faults.note(str(error), number)
                    continue
                seen.add(record.ror_id)
                yield record
        if number == 0:
            faults.note("no record in it; expected a list of objects, as ROR publishes it (schema 2)")
    except ijson.JSONError as error:
        faults.note(
            f"not JSON from here on ({' '.join(str(error).split())}); expected a whole list", number + 1
        )
    except (OSError, UnicodeDecodeError, zipfile.BadZipFile, zlib.error) as error:
        faults.note(f"cannot be read ({error}); expected ROR's .json, or the .zip it comes in")


def items(file: IO[bytes]) -> Iterator[Any]:
    """The items of the list that the file is."""
    return iter(ijson.items(file, "item", use_float=True))


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The JSON file, or the one of schema 2 within a .zip."""
    if path.suffix.lower() != ".zip":
        with path.open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive:
        names = [
            name for name in archive.namelist() if name.endswith(".json") and not name.startswith("__MACOSX")
        ]
        # Until November 2025 both schemas came in one archive
        named = [name for name in names if "schema_v2" in name] or names
        if len(named) != 1:
            raise OSError(f"it has {len(named)} files that could be meant")
        with archive.open(named[0]) as file:
            yield file


def read(item: Any) -> Record:
    """The record in an item of the list. Raises RecordError."""
    if not isinstance(item, dict):
        raise RecordError(f"{shown(item)}; expected an object")
    if "names" not in item and "name" in item:
        raise RecordError("this is schema 1 of ROR; expected schema 2, the file that ends in _schema_v2.json")
    found = IDENTIFIER.fullmatch(item.get("id") or "") if isinstance(item.get("id"), str) else None
    if not found:
        raise RecordError(f"id {shown(item.get('id'))}; expected one like https://ror.org/017zqws13")
    try:
        if item.get("status") not in STATES:
            raise RecordError(f"status {shown(item.get('status'))}; expected {', '.join(STATES)}")
        return Record(found[1], item["status"] == "active", read_names(item), read_place(item))
    except RecordError as error:
        raise RecordError(f"{found[1]}: {error}") from error


def read_names(item: dict[str, Any]) -> Names:
    """Kind and name, its own one first."""
    names: Names = []
    for entry in read_list(item, "names"):
        value, types = entry.get("value"), entry.get("types")
        if not isinstance(value, str) or not value.strip():
            raise RecordError(f"value of a name {shown(value)}; expected a text")
        if len(value) > LONGEST_NAME:
            raise RecordError(f"name {shown(value)}; expected at most {LONGEST_NAME} letters")
        if not isinstance(types, list) or not types or not set(map(str, types)) <= set(KINDS):
            raise RecordError(f"types {shown(types)} of {shown(value)}; expected some of {', '.join(KINDS)}")
        names.append(
            (str(next(kind for name, kind in KINDS.items() if name in types)), " ".join(value.split()))
        )
    own = [name for name in names if name[0] == Kind.NAME]
    if len(own) != 1 or not fold(own[0][1]):
        raise RecordError(f"{len(own)} names of type ror_display; expected one, with letters in it")
    return own + [name for name in names if name[0] != Kind.NAME]


def read_place(item: dict[str, Any]) -> dict[str, str]:
    """City, state, and country of the first location, by the names of Institution's fields."""
    details = read_list(item, "locations")[0].get("geonames_details")
    if not isinstance(details, dict):
        raise RecordError(f"geonames_details {shown(details)}; expected an object")
    place = {}
    for ours, theirs in [("city", "name"), ("region", "country_subdivision_name"), ("country_name",) * 2]:
        value = details.get(theirs) or ""
        if not isinstance(value, str) or (ours == "city" and not value):
            raise RecordError(f"{theirs} of a location {shown(value)}; expected a text")
        place[ours] = value[:100]
    code = details.get("country_code") or ""
    if not isinstance(code, str) or not re.fullmatch("([A-Z]{2})?", code):
        raise RecordError(f"country_code {shown(code)}; expected two capital letters")
    return place | {"country_code": code}


def read_list(item: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = item.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(entry, dict) for entry in value):
        raise RecordError(f"{key} {shown(value)}; expected a list of objects, one at least")
    return value


def shown(value: Any) -> str:
    """The value as it stands in a message: short, and None as “missing”."""
    text = "is missing" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
