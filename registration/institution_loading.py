"""Filling the table of institutions: from the registry's file, and from the starter list that ships with the site.

All of a file goes in or nothing of it. Loading again updates names and places, and touches nothing that people decided:
home institution, CTSA, what was merged, and who registered from where.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction

from registration.institutions import Institution, InstitutionName, Names, fold
from registration.ror import Faults, Kind, Record, records

STARTER_LIST = Path(__file__).with_name("institutions.csv")
STARTER_COLUMNS = ("name", "aliases", "acronyms", "city", "region", "country_code", "ctsa")
BATCH = 1000
PLACE = ("city", "region", "country_code", "country_name")


@dataclass
class Counts:
    """What a load did, in institutions; and in people, those it linked to the institution they had typed."""

    read: int = 0
    new: int = 0
    linked: int = 0  # were here without an identifier
    changed: int = 0
    unchanged: int = 0
    merged: int = 0  # have become another one here, and stay so
    left_out: int = 0  # no longer active, and not here
    people: int = 0
    home: str = ""


def load_registry(path: Path, dry_run: bool = False) -> Counts:
    """Load the registry's file. Raises LoadRefusedError, and then nothing of it is loaded."""
    faults, counts = Faults(path.name), Counts()
    with transaction.atomic():
        known_here = unidentified()
        for batch in batches(records(path, faults)):
            counts.read += len(batch)
            if not faults.count:  # with a fault found, the rest is read for more faults only
                load_batch(batch, known_here, counts)
        faults.raise_if_any()
        finish(counts)
        transaction.set_rollback(dry_run)
    return counts


def batches(found: Iterable[Record]) -> Iterator[list[Record]]:
    iterator = iter(found)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def unidentified() -> dict[str, list[Institution]]:
    """Institutions without an identifier, by folded name: the starter list, and those made by hand."""
    found: dict[str, list[Institution]] = {}
    for institution in Institution.objects.current().filter(ror_id=None):
        found.setdefault(fold(institution.name), []).append(institution)
    return found


def load_batch(batch: list[Record], known_here: dict[str, list[Institution]], counts: Counts) -> None:
    ids = {record.ror_id for record in batch}
    present = {institution.ror_id: institution for institution in Institution.objects.filter(ror_id__in=ids)}
    chosen: list[tuple[Record, Institution]] = []
    for record in batch:
        institution = present.get(record.ror_id)
        if institution and institution.merged_into_id:
            counts.merged += 1
        elif institution is None and not record.is_active:
            counts.left_out += 1
        else:
            chosen.append((record, institution or same_here(record, known_here) or Institution()))
    write(chosen, counts)


def same_here(record: Record, known_here: dict[str, list[Institution]]) -> Institution | None:
    """The one of the same name, or in the same city of the same other name; each is given away once."""
    for kind, name in record.names:
        for institution in known_here.get(fold(name), []):
            is_same_country = institution.country_code in ("", record.place["country_code"])
            is_same_city = fold(institution.city) == fold(record.place["city"])
            if is_same_country and kind != Kind.ACRONYM and (kind == Kind.NAME or is_same_city):
                known_here[fold(name)].remove(institution)
                return institution
    return None


def write(chosen: list[tuple[Record, Institution]], counts: Counts) -> None:
    """Give these institutions the names and places of their records. What has them already is not written."""
    had = names_by_institution([institution.pk for _, institution in chosen if institution.pk])
    new: list[Institution] = []
    moved: list[Institution] = []
    renamed: list[tuple[Institution, Names]] = []
    for record, institution in chosen:
        old = had.get(institution.pk or 0, [])
        is_linked = institution.pk and not institution.ror_id
        # What an unidentified one was called here goes on to be found
        kept = [(str(Kind.ADDED), name) for kind, name in old if is_linked or kind == Kind.ADDED]
        facts = {"name": record.name, "ror_id": record.ror_id, **record.place}
        is_moved = any(getattr(institution, fact) != value for fact, value in facts.items())
        is_renamed = {fold(name) for _, name in record.names + kept} != {
            fold(name) for _, name in old
        } or is_moved
        for fact, value in facts.items():
            setattr(institution, fact, value)
        if institution.pk is None:
            new.append(institution)
        elif is_moved:
            moved.append(institution)
        if is_renamed:
            renamed.append((institution, record.names + kept))
        count(
            counts,
            is_new=institution.pk is None,
            is_linked=bool(is_linked),
            is_changed=is_moved or is_renamed,
        )
    Institution.objects.bulk_create(new)
    Institution.objects.bulk_update(moved, ["name", "ror_id", *PLACE], batch_size=200)
    Institution.write_names({institution.pk: names for institution, names in renamed})


def count(counts: Counts, is_new: bool, is_linked: bool, is_changed: bool) -> None:
    kind = "new" if is_new else "linked" if is_linked else "changed" if is_changed else "unchanged"
    setattr(counts, kind, getattr(counts, kind) + 1)


def names_by_institution(pks: list[int]) -> dict[int, Names]:
    found: dict[int, Names] = {}
    names = InstitutionName.objects.filter(institution__in=pks).order_by("pk")
    for institution, kind, name in names.values_list("institution", "kind", "name"):
        found.setdefault(institution, []).append((kind, name))
    return found


def load_starter(path: Path = STARTER_LIST, dry_run: bool = False) -> Counts:
    """Load a starter list: US research universities and CTSA hubs. What is here already keeps its names and facts.

    The CTSA flag is set where the list meets an institution for the first time, and is left to people from then on.
    """
    counts = Counts()
    with transaction.atomic():
        rows = starter_rows(path)
        present: dict[str, list[Institution]] = {}
        here = InstitutionName.objects.filter(
            folded__in={fold(row["name"]) for row in rows}, institution__merged_into=None
        )
        for found in sorted(
            here.select_related("institution"), key=lambda name: (name.kind != Kind.NAME, name.pk)
        ):
            present.setdefault(found.folded, []).append(found.institution)
        made: list[tuple[Institution, Names]] = []
        for row in rows:
            counts.read += 1
            same = [
                each
                for each in present.get(fold(row["name"]), [])
                if each.country_code in ("", row["country_code"])
            ]
            if not same:
                made.append(from_row(row))
            elif not same[0].is_known:
                same[0].is_known, same[0].is_ctsa = True, same[0].is_ctsa or row["ctsa"] == "yes"
                same[0].save(update_fields=["is_known", "is_ctsa"])
                counts.changed += 1
            else:
                counts.unchanged += 1
        Institution.objects.bulk_create([institution for institution, _ in made])
        Institution.write_names({institution.pk: names for institution, names in made})
        counts.new = len(made)
        finish(counts)
        transaction.set_rollback(dry_run)
    return counts


def starter_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a starter list. Raises LoadRefusedError."""
    faults, rows, seen = Faults(path.name, "line"), [], set()
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if tuple(reader.fieldnames or ()) != STARTER_COLUMNS:
            faults.note(
                f"columns {', '.join(reader.fieldnames or ())}; expected {', '.join(STARTER_COLUMNS)}", 1
            )
            faults.raise_if_any()
        for row in reader:
            if None in row.values() or None in row:
                faults.note(f"expected {len(STARTER_COLUMNS)} columns", reader.line_num)
            elif not fold(row["name"]) or fold(row["name"]) in seen:
                faults.note(f"name {row['name']!r}; expected one, and each once", reader.line_num)
            elif row["ctsa"] not in ("", "yes") or len(row["country_code"]) != 2:
                faults.note("expected ctsa empty or yes, and a country code of two letters", reader.line_num)
            seen.add(fold(row["name"] or ""))
            rows.append(row)
    faults.raise_if_any()
    return rows


def from_row(row: dict[str, str]) -> tuple[Institution, Names]:
    place = {"city": row["city"], "region": row["region"], "country_code": row["country_code"]}
    country = "United States" if row["country_code"] == "US" else ""
    institution = Institution(
        name=row["name"], is_known=True, is_ctsa=row["ctsa"] == "yes", country_name=country, **place
    )
    names: Names = [(str(Kind.NAME), row["name"])]
    for column, kind in (("aliases", Kind.ALIAS), ("acronyms", Kind.ACRONYM)):
        names += [(str(kind), name.strip()) for name in row[column].split("|") if name.strip()]
    return institution, names


def finish(counts: Counts) -> None:
    """What follows a load: the home institution is marked, and people are linked to what they typed."""
    counts.people = link_people()
    Institution.objects.filter(is_known=False, people__isnull=False).update(is_known=True)
    if settings.HOME_INSTITUTION and (home := Institution.objects.named(settings.HOME_INSTITUTION)):
        home.is_home = home.is_known = True
        home.save(update_fields=["is_home", "is_known"])
        counts.home = home.name


def link_people() -> int:
    """Link people who typed the name of exactly one institution, and are linked to none. Gives their number."""
    people = get_user_model().objects.filter(institution=None).exclude(institution_name="")
    typed = people.order_by("institution_name").values_list("institution_name", flat=True).distinct()
    linked = 0
    for name in list(typed):
        if institution := Institution.objects.named(name):
            linked += people.filter(institution_name=name).update(institution=institution)
    return linked
