"""A list of people as somebody pastes it, and which of them are members of a program.

Nothing is told about anybody who is not a member: not even whether they have an account.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass

from allauth.account.models import EmailAddress

from registration.models import Membership, Program

EMAIL = re.compile(r"[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+\.[^\s<>()\[\],;:\"'.]+")
MOST_PEOPLE = 2000


@dataclass(frozen=True)
class Entry:
    """One person of the list: what was pasted, and the address or, without one, the name in it."""

    pasted: str
    email: str = ""
    name: str = ""


@dataclass(frozen=True)
class Match:
    entry: Entry
    membership: Membership | None
    is_ambiguous: bool = False  # several members have this name


def folded(name: str) -> str:
    """A name without case, accents, punctuation or the order of "Last, First"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    if plain.count(",") == 1:
        last, first = plain.split(",")
        plain = f"{first} {last}"
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())


def read(text: str) -> list[Entry]:
    """The people of a pasted list, each once, in order. A line is a person, unless it holds several addresses.

    Raises ValueError for more than MOST_PEOPLE.
    """
    entries: dict[tuple[str, str], Entry] = {}
    for line in text.replace("\x00", "").splitlines():
        pasted = " ".join(line.split()).strip(" ,;\t")
        emails = [email.lower() for email in EMAIL.findall(pasted)]
        for email in emails:
            shown = pasted if len(emails) == 1 else email
            entries.setdefault((email, ""), Entry(shown[:200], email=email))
        if pasted and not emails and (name := folded(pasted)):
            entries.setdefault(("", name), Entry(pasted[:200], name=name))
    if len(entries) > MOST_PEOPLE:
        raise ValueError(len(entries))
    return list(entries.values())


def match(program: Program, entries: list[Entry]) -> list[Match]:
    """Each person with their membership, by any verified address of theirs, else by their name. Two queries."""
    memberships = list(program.memberships.select_related("user"))
    by_user = {membership.user_id: membership for membership in memberships}
    by_email = {membership.user.email.lower(): membership for membership in memberships}
    addresses = EmailAddress.objects.filter(user__memberships__program=program, verified=True)
    for user_id, email in addresses.values_list("user_id", "email"):
        by_email.setdefault(email.lower(), by_user[user_id])
    by_name: dict[str, list[Membership]] = defaultdict(list)
    for membership in memberships:
        by_name[folded(membership.user.name)].append(membership)
    found = []
    for entry in entries:
        candidates = [by_email[entry.email]] if entry.email in by_email else by_name.get(entry.name, [])
        found.append(Match(entry, candidates[0] if len(candidates) == 1 else None, len(candidates) > 1))
    return found
