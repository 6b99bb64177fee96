"""How the members of a program stand: one query for the counts, one for a page of the list, however many there are."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registration.models import Membership, Program, User
from training.models import PageVisit

STATUSES: dict[str, Promise] = {
    "not_started": _("Not started"),
    "under_way": _("Under way"),
    "completed": _("Completed"),
    "expired": _("Expired"),
}
HEADINGS = (
    _("Name"),
    _("Email"),
    _("Status"),
    _("Completed on"),
    _("Content version"),
    _("Valid until"),
    _("Joined on"),
)


@dataclass(frozen=True)
class Standing:
    """One member, as much as a program may know."""

    user_id: int
    name: str
    email: str
    status: str
    completed_on: datetime.date | None
    version: str
    valid_until: datetime.date | None
    joined_on: datetime.date

    @property
    def status_label(self) -> Promise:
        return STATUSES[self.status]

    @property
    def row(self) -> list[str]:
        """As HEADINGS, for CSV and spreadsheets."""
        dates = [self.completed_on, self.valid_until, self.joined_on]
        completed_on, valid_until, joined_on = [day.isoformat() if day else "" for day in dates]
        return [
            self.name,
            self.email,
            str(self.status_label),
            completed_on,
            self.version,
            valid_until,
            joined_on,
        ]


def members(program: Program, today: datetime.date) -> QuerySet[Any]:
    """The memberships, each with `status`, `completed_at` and `version`."""
    completion = FilteredRelation(
        "user__completions", condition=Q(user__completions__edition=program.edition)
    )
    has_begun = Exists(PageVisit.objects.filter(user=OuterRef("user")))
    cases = [
        When(completion__id__isnull=False, then=Value("completed")),
        When(has_begun, then=Value("under_way")),
    ]
    if last_good := program.expires_before(today):
        moment = timezone.make_aware(datetime.datetime.combine(last_good, datetime.time.min))
        cases.insert(0, When(completion__completed_at__lt=moment, then=Value("expired")))
    return program.memberships.annotate(
        completion=completion,
        completed_at=F("completion__completed_at"),
        version=F("completion__content_version"),
    ).annotate(status=Case(*cases, default=Value("not_started"), output_field=CharField()))


def counts(program: Program, today: datetime.date) -> dict[str, int]:
    """How many stand how, every status in order. One query."""
    found = dict(
        members(program, today)
        .order_by()
        .values("status")
        .annotate(number=Count("pk"))
        .values_list("status", "number")
    )
    return {status: found.get(status, 0) for status in STATUSES}


def listed(
    program: Program, today: datetime.date, status: str = "", words: str = ""
) -> QuerySet[Any, dict[str, Any]]:
    """The members to show, by name: of one status, or whose name or email holds these words."""
    found = members(program, today)
    if status:
        found = found.filter(status=status)
    if words:
        found = found.filter(Q(user__name__icontains=words) | Q(user__email__icontains=words))
    columns = ("user_id", "user__name", "user__email", "status", "completed_at", "version", "joined_on")
    return found.order_by("user__name", "user__email").values(*columns)


def standings(program: Program, rows: QuerySet[Any, dict[str, Any]]) -> Iterator[Standing]:
    for row in rows:
        completed_on = timezone.localdate(row["completed_at"]) if row["completed_at"] else None
        yield Standing(
            user_id=row["user_id"],
            name=row["user__name"],
            email=row["user__email"],
            status=row["status"],
            completed_on=completed_on,
            version=row["version"] or "",
            valid_until=program.good_until(completed_on) if completed_on else None,
            joined_on=row["joined_on"],
        )


def of_person(
    user: User, completed: Mapping[str, datetime.datetime | None], has_begun: bool, today: datetime.date
) -> list[tuple[Membership, Promise]]:
    """The programs somebody is in, and how they stand in each, from what is known of them. One query."""
    found = []
    for membership in user.memberships.select_related("program").order_by("program__name"):
        program, moment = membership.program, completed.get(membership.program.edition)
        status = "under_way" if has_begun else "not_started"
        if moment:
            last = program.good_until(timezone.localdate(moment))
            status = "expired" if last and last < today else "completed"
        found.append((membership, STATUSES[status]))
    return found
