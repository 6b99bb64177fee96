"""Registrations taken over from an older site, read from a CSV file (docs/operator.md).

A file goes in whole or not at all: every wrong value is reported with file, line, column and value. Nobody is mailed.
Whoever was taken over signs in with a code by email, which finds their record and proves the address.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from opm.sheets import ImportRefusedError, Sheet, opened
from registration.models import ImportedFile, Institution, User

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
REASONS = {f"reason__{name.removeprefix('reason_')}": name for name in User.REASONS}
NEEDED = ("registered_on", "email")
# What the person said of themselves, where the first word stands and gaps are filled from a later one
SAID = ("name", "job_title", "job_category", "institution", "at_ctsa")
UNSAID = ("", None)
BATCH = 1000  # PostgreSQL takes 65,535 values a query, and a person has some 25


@dataclass(frozen=True)
class Registration:
    """One row. `reasons` are fields of User; `at_ctsa` is None where the list says nothing."""

    registered_on: datetime.date
    email: str
    name: str = ""
    job_title: str = ""
    job_category: str = ""
    institution: str = ""
    at_ctsa: bool | None = None
    reasons: frozenset[str] = frozenset()

    def followed_by(self, later: Registration) -> Registration:
        """This one with its gaps filled from one person's later registration, and the reasons of both."""
        gaps = {name: getattr(later, name) for name in SAID if getattr(self, name) in UNSAID}
        return replace(self, reasons=self.reasons | later.reasons, **gaps)

    def as_person(self, institution: Institution | None, today: datetime.date) -> User:
        """A new person, not saved, who has no password and has proved no address."""
        return User(
            email=self.email,
            password=make_password(None),
            name=self.name,
            job_title=self.job_title,
            job_category=self.job_category,
            institution=institution,
            institution_name=self.institution,
            at_ctsa=self.at_ctsa,
            registered_on=self.registered_on,
            imported_on=today,
            **dict.fromkeys(self.reasons, True),
        )

    def join(self, person: User, institution: Institution | None, today: datetime.date) -> set[str]:
        """Join this to somebody who is here already, not saved: their own data stay. The fields that have changed."""
        new: dict[str, Any] = dict.fromkeys(self.reasons, True)
        new["registered_on"] = min(person.registered_on, self.registered_on)
        new["imported_on"] = person.imported_on or today
        for name in ("name", "job_title", "job_category"):
            new[name] = getattr(person, name) or getattr(self, name)
        has_none = person.institution_id is None and not person.institution_name
        if has_none:
            new |= {"institution": institution, "institution_name": self.institution}
        if person.at_ctsa is None and (has_none or self._names_that_of(person, institution)):
            new["at_ctsa"] = self.at_ctsa
        changed = {name for name, value in new.items() if getattr(person, name) != value}
        for name in changed:
            setattr(person, name, new[name])
        return changed

    def _names_that_of(self, person: User, institution: Institution | None) -> bool:
        """Whether the list speaks of the institution that the person has named here."""
        if institution:
            return person.institution_id == institution.pk
        return person.institution_name.casefold() == self.institution.casefold()


@dataclass
class TakeOver:
    """What a file does to the people of this site. `unlisted`: typed names of institutions that are not in the table."""

    new: list[User] = field(default_factory=list)
    joined: list[User] = field(default_factory=list)
    already: int = 0
    earlier: int = 0
    more_reasons: int = 0
    unlisted: set[str] = field(default_factory=set)
    registrations: int = 0

    @classmethod
    def of(cls, people: dict[str, Registration], today: datetime.date) -> TakeOver:
        """Sort everybody, by address, into new and known."""
        here: dict[str, User] = {}
        addresses = list(people)
        for start in range(0, len(addresses), BATCH):
            here |= User.objects.in_bulk(addresses[start : start + BATCH], field_name="email")
        listed = cache(Institution.objects.named)
        found = cls()
        for email, registration in people.items():
            institution = listed(registration.institution) if registration.institution else None
            if institution is None and registration.institution:
                found.unlisted.add(registration.institution.casefold())
            if email in here:
                found.join(here[email], registration.join(here[email], institution, today))
            else:
                found.new.append(registration.as_person(institution, today))
        return found

    def join(self, person: User, changed: set[str]) -> None:
        self.already += 1
        self.earlier += "registered_on" in changed
        self.more_reasons += bool(changed & set(User.REASONS))
        if changed:
            self.joined.append(person)

    def save(self) -> None:
        people = User.objects.bulk_create(self.new, batch_size=BATCH)
        addresses = (EmailAddress(user=person, email=person.email, primary=True) for person in people)
        EmailAddress.objects.bulk_create(addresses, batch_size=BATCH)
        names = [*SAID, *User.REASONS, "institution_name", "registered_on", "imported_on"]
        # Not bulk_update(), which takes minutes for thousands: everybody here conflicts, so nobody is added
        User.objects.bulk_create(
            self.joined, BATCH, update_conflicts=True, unique_fields=["pk"], update_fields=names
        )
        for institution in {person.institution for person in (*people, *self.joined) if person.institution}:
            institution.mark_known()


def import_registrations(path: Path, today: datetime.date, dry_run: bool = False) -> TakeOver:
    """Take over the people of a file; ImportRefusedError, and nothing done, if anything is wrong with it.

    dry_run: find out what would happen, and keep nothing.
    """
    with opened(path) as sheet, transaction.atomic():
        refuse_repeat(path)
        rows = sorted(registrations(sheet, today), key=lambda registration: registration.registered_on)
        sheet.faults.raise_if_any()
        people: dict[str, Registration] = {}
        for row in rows:
            first = people.get(row.email)
            people[row.email] = first.followed_by(row) if first else row
        take_over = TakeOver.of(people, today)
        if not take_over.new and not take_over.joined:
            raise ImportRefusedError(f"{path.name}: there is nothing in it that is not here already.")
        if not dry_run:
            take_over.save()
            ImportedFile.objects.create(name=path.name, sha256=fingerprint(path), people=len(people))
    take_over.registrations = len(rows)
    return take_over


def refuse_repeat(path: Path) -> None:
    earlier = ImportedFile.objects.filter(sha256=fingerprint(path)).first()
    if earlier:
        raise ImportRefusedError(f"{path.name} was imported before, on {earlier.imported_on}.")


def fingerprint(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def registrations(sheet: Sheet, today: datetime.date) -> Iterator[Registration]:
    """The rows without a fault. What is wrong with the others is noted."""
    readers = _readers(today)
    sheet.refuse_unknown(list(readers))
    for name in NEEDED:
        if name not in sheet.header:
            sheet.faults.note(f"there is no column {name}", 1)
    known = [name for name in sheet.header if name in readers]
    count = 0
    for line, cells in sheet.rows():
        count += 1
        values: dict[str, Any] = {}
        for name in known:
            try:
                values[name] = readers[name](sheet.cell(name, cells))
            except ValueError as error:
                sheet.faults.note(str(error), line, name)
        if len(values) == len(known) and not sheet.faults.count:
            reasons = frozenset(reason for name, reason in REASONS.items() if values.pop(name, None))
            yield Registration(at_ctsa=values.pop("ctsa", None), reasons=reasons, **values)
    if not count and not sheet.faults.count:
        sheet.faults.note("there is nothing to import in it")


def _readers(today: datetime.date) -> dict[str, Callable[[str], Any]]:
    """Column -> what reads its cells; ValueError with what is wrong."""
    return {
        "registered_on": lambda cell: _day(cell, today),
        "email": _email,
        "name": _text(User._meta.get_field("name").max_length),
        "job_title": _text(User._meta.get_field("job_title").max_length),
        "institution": _text(User._meta.get_field("institution_name").max_length),
        "ctsa": _yes_or_no,
        "job_category": _job_category,
        **dict.fromkeys(REASONS, _yes_or_no),
    }


def _day(cell: str, today: datetime.date) -> datetime.date:
    try:
        day = datetime.date.fromisoformat(cell) if DAY.fullmatch(cell) else None
    except ValueError:
        day = None
    if day is None:
        raise ValueError(f'"{cell}" is no date such as 2015-03-27')
    if day > today:
        raise ValueError(f'"{cell}" is still to come')
    return day


def _email(cell: str) -> str:
    """As accounts keep it: lower case. Addresses with a +tag are addresses of their own."""
    email = _text(User._meta.get_field("email").max_length)(cell).lower()
    try:
        validate_email(email)
    except ValidationError:
        raise ValueError(f'"{cell}" is no email address') from None
    return email


def _text(longest: int | None) -> Callable[[str], str]:
    def read(cell: str) -> str:
        text = " ".join(cell.split())
        if longest and len(text) > longest:
            raise ValueError(f'"{text[:40]}…" has {len(text)} characters; {longest} is the most')
        if "\0" in text:
            raise ValueError(f"{text!r} holds a NUL character")
        return text

    return read


def _yes_or_no(cell: str) -> bool | None:
    if cell not in ("", "0", "1"):
        raise ValueError(f'"{cell}" is neither 0 nor 1')
    return cell == "1" if cell else None


def _job_category(cell: str) -> str:
    """The category or its exact label."""
    for category in User.JobCategory:
        if cell in (category.value, category.label):
            return category.value
    if cell:
        known = ", ".join(User.JobCategory.values)
        raise ValueError(f'"{cell}" is none of {known}')
    return ""
