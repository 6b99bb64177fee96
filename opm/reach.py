"""Reach: how many people have registered, from where, as what and why. Counts only; it names nobody.

Who counts, once each: everybody whose address is proved, and everybody taken over from an older list. Made-up people
count only where there is nobody else. Closed accounts count, because they registered; erased ones are gone.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Case, Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Lower
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from evaluation.reports.printing import UNDEFINED, Table, as_rows, percent, rounded
from evaluation.views import evaluators_only
from opm.reach_figure import YearBars, draw
from opm.spreadsheet import csv_text
from registration.institutions import fold
from registration.models import User

DAYS_A_YEAR = 365.25
DAY = "F j, Y"
UNKNOWN = "unknown"
# Weber-Main et al. 2025, "Module Reach" and Discussion; where it gives no figure there is none here
PUBLISHED = {
    "registrants": "4,011",
    "home": "663 (16.5%)",
    "others": "3,348 (83.5%)",
    "ctsa_registrants": "2,646 (66%)",
    "institutions": "650+",
    "ctsa_institutions": "80",
    "required": "52%",
    "own_development": "37%",
    "reviewing": "13%",
    "mean": "379",
}


@dataclass(frozen=True)
class Year:
    """`is_whole`: all of it lies between the first registration and the last."""

    year: int
    registrants: int
    cumulative: int
    is_whole: bool


@dataclass(frozen=True)
class Places:
    """Where they registered from. Institutions are counted after merging; one not listed counts by its name."""

    home: int
    institutions: int
    ctsa_registrants: int
    ctsa_institutions: int
    unstated: int


@dataclass(frozen=True)
class Reach:
    """`unproved`: accounts not counted because nobody has proved their address."""

    registrants: int
    first: datetime.date | None
    last: datetime.date | None
    years: tuple[Year, ...]
    places: Places
    reasons: dict[str, int]
    job_categories: dict[str, int]
    unproved: int
    is_made_up: bool

    @classmethod
    def count(cls) -> Reach:
        """Four queries, however many people there are."""
        people, unproved, is_made_up = registrants()
        reasons = {name: Count("pk", filter=Q(**{name: True})) for name in User.REASONS}
        categories = {
            str(value) or UNKNOWN: Count("pk", filter=Q(job_category=value))
            for value in (*User.JobCategory, "")
        }
        totals = people.aggregate(
            registrants=Count("pk"),
            first=Min("registered_on"),
            last=Max("registered_on"),
            **reasons,
            **categories,
        )
        first, last = totals["first"], totals["last"]
        by_year = people.values_list("registered_on__year").annotate(Count("pk")).order_by()
        return cls(
            registrants=totals["registrants"],
            first=first,
            last=last,
            years=tuple(_years(dict(by_year), first, last)) if first else (),
            places=_places(people),
            reasons={name.removeprefix("reason_"): totals[name] for name in reasons},
            job_categories={name: totals[name] for name in categories},
            unproved=unproved,
            is_made_up=is_made_up,
        )

    @property
    def title(self) -> str:
        return _("Reach: who has registered")

    @property
    def others(self) -> int:
        return self.registrants - self.places.home

    @property
    def whole_years(self) -> list[Year]:
        return [year for year in self.years if year.is_whole]

    @property
    def mean_per_calendar_year(self) -> float | None:
        whole = self.whole_years
        return sum(year.registrants for year in whole) / len(whole) if whole else None

    @property
    def elapsed_years(self) -> float:
        """From the first registration to the last."""
        return (self.last - self.first).days / DAYS_A_YEAR if self.first and self.last else 0.0

    @property
    def mean_per_elapsed_year(self) -> float | None:
        return self.registrants / self.elapsed_years if self.elapsed_years else None

    def as_json(self) -> dict[str, Any]:
        return {
            "registrants": self.registrants,
            "home": self.places.home,
            "others": self.others,
            "institutions": self.places.institutions,
            "ctsa_registrants": self.places.ctsa_registrants,
            "ctsa_institutions": self.places.ctsa_institutions,
            "by_year": [
                {"year": year.year, "registrants": year.registrants, "cumulative": year.cumulative}
                for year in self.years
            ],
            "reasons": self.reasons,
            "job_categories": self.job_categories,
            "mean_per_calendar_year": self.mean_per_calendar_year,
            "calendar_years": len(self.whole_years),
            "mean_per_elapsed_year": self.mean_per_elapsed_year,
            "elapsed_years": self.elapsed_years,
        }

    def tables(self, shielded: bool = False) -> list[Table]:
        """Nothing is ever hidden here: these are no answers to the survey, and one row is about one thing only."""
        return [
            self._shares(_("Registrants"), self._registrants()),
            self._institutions(),
            self._by_year(),
            self._shares(_("Reasons for registering (more than one possible)"), self._reasons()),
            self._shares(_("Job categories"), self._job_categories()),
            self._means(),
        ]

    def _registrants(self) -> Iterable[tuple[str, str, int]]:
        yield "registrants", _("All registrants"), self.registrants
        yield "home", _("From the home institution"), self.places.home
        yield "others", _("From other institutions, or none named"), self.others
        yield "ctsa_registrants", _("At a CTSA hub when they registered"), self.places.ctsa_registrants

    def _reasons(self) -> Iterable[tuple[str, str, int]]:
        for name, count in self.reasons.items():
            yield name, capfirst(str(User.REASONS[f"reason_{name}"])), count

    def _job_categories(self) -> Iterable[tuple[str, str, int]]:
        for name, count in self.job_categories.items():
            yield name, _("Not known") if name == UNKNOWN else str(User.JobCategory(name).label), count

    def _shares(self, caption: str, rows: Iterable[tuple[str, str, int]]) -> Table:
        columns = (_("Registrants"), _("Number"), _("Percentage"), _("Published"))
        cells = (
            (label, f"{count:,}", percent(count, self.registrants), PUBLISHED.get(name, UNDEFINED))
            for name, label, count in rows
        )
        return Table(caption, columns, tuple(cells))

    def _institutions(self) -> Table:
        rows = (
            (_("Institutions represented"), f"{self.places.institutions:,}", PUBLISHED["institutions"]),
            (_("CTSA hubs among them"), f"{self.places.ctsa_institutions:,}", PUBLISHED["ctsa_institutions"]),
        )
        return Table(_("Institutions"), (_("Institutions"), _("Number"), _("Published")), rows)

    def _by_year(self) -> Table:
        part = _("%(year)s (part of the year)")
        rows = tuple(
            (
                str(year.year) if year.is_whole else part % {"year": year.year},
                f"{year.registrants:,}",
                f"{year.cumulative:,}",
            )
            for year in self.years
        )
        return Table(_("Registrants by year"), (_("Year"), _("Registrants"), _("All until then")), rows)

    def _means(self) -> Table:
        whole = self.whole_years
        span = f" ({whole[0].year}–{whole[-1].year})" if whole else ""
        rows = (
            (
                _("Per complete calendar year"),
                rounded(self.mean_per_calendar_year, 1),
                f"{len(whole)}{span}",
                PUBLISHED["mean"],
            ),
            (
                _("Per elapsed year, first registration to last"),
                rounded(self.mean_per_elapsed_year, 1),
                rounded(self.elapsed_years),
                UNDEFINED,
            ),
        )
        columns = (_("Mean"), _("Registrants"), _("Divided by years"), _("Published"))
        return Table(_("Mean number of registrants a year"), columns, rows)

    def notes(self, shielded: bool = False) -> list[str]:
        notes = [self._who_counts(), self._where(), self._when(), *_about_published()]
        if self.is_made_up:
            notes.insert(0, _("Made-up demo people: these are not real registrants."))
        return notes

    def _who_counts(self) -> str:
        return _(
            "Counted once each: people who have confirmed their address, and people taken over from an older list; "
            "also those whose account was closed. Not counted: %(unproved)s accounts whose address nobody has confirmed, "
            "made-up people where there are real ones, and everybody who has erased their account."
        ) % {"unproved": f"{self.unproved:,}"}

    def _where(self) -> str:
        return _(
            "Merged institutions count as one. An institution that is not in the table counts by its name, whatever "
            "its case and spaces. At a CTSA hub: what an imported list says of the person, else whether the institution "
            "was a hub on the day of registration; a hub without dates always was. Registrants who named no institution: "
            "%(unstated)s."
        ) % {"unstated": f"{self.places.unstated:,}"}

    def _when(self) -> str:
        if self.first is None or self.last is None:
            return _("Nobody has registered yet.")
        return _(
            "First registration %(first)s, last %(last)s. Years that do not lie wholly between the two are parts of a "
            "year, and stay out of the mean per calendar year. Counts of registrants are no survey answers: none are hidden."
        ) % {"first": date_format(self.first, DAY), "last": date_format(self.last, DAY)}

    @property
    def figure(self) -> YearBars | None:
        return draw([(year.year, year.registrants, year.cumulative, year.is_whole) for year in self.years])


def _about_published() -> list[str]:
    return [
        _(
            "Published: Weber-Main AM, Spencer K, Dums E, Hyun SH, Pfund C. J Clin Transl Sci 2025;9:e113, "
            "doi:10.1017/cts.2025.84, on the original module, October 17, 2012, to June 1, 2022. Its CTSA figures are of "
            "past or present hubs; its mean names no divisor; where there is none here, its text gives no figure."
        )
    ]


def registrants() -> tuple[QuerySet[User], int, bool]:
    """Everybody who counts; how many do not because nobody has proved their address; whether all are made up."""
    is_proved = Exists(EmailAddress.objects.filter(user=OuterRef("pk"), verified=True))
    counts = Q(is_proved) | Q(imported_on__isnull=False)
    sizes = {
        (is_demo, is_counted): size
        for is_demo, is_counted, size in User.objects.annotate(
            is_counted=Case(When(counts, then=Value(True)), default=Value(False))
        )
        .values_list("is_demo", "is_counted")
        .annotate(Count("pk"))
        .order_by()
    }
    is_made_up = not sizes.get((False, True)) and bool(sizes.get((True, True)))
    people = User.objects.filter(counts, is_demo=is_made_up)
    return people, sizes.get((is_made_up, False), 0), is_made_up


def _years(by_year: dict[int, int], first: datetime.date, last: datetime.date) -> Iterable[Year]:
    """Every year from the first to the last, also those in which nobody came."""
    cumulative = 0
    for year in range(first.year, last.year + 1):
        cumulative += by_year.get(year, 0)
        is_whole = first <= datetime.date(year, 1, 1) and datetime.date(year, 12, 31) <= last
        yield Year(year, by_year.get(year, 0), cumulative, is_whole)


def _was_hub(institution: str) -> Q:
    """Whether this institution was a CTSA hub when the person registered. `institution`: the way to it."""
    has_begun = Q(**{f"{institution}__ctsa_from": None}) | Q(
        **{f"{institution}__ctsa_from__lte": F("registered_on")}
    )
    goes_on = Q(**{f"{institution}__ctsa_until": None}) | Q(
        **{f"{institution}__ctsa_until__gte": F("registered_on")}
    )
    return Q(**{f"{institution}__is_ctsa": True}) & has_begun & goes_on


AT_HUB = (Q(institution__merged_into=None) & _was_hub("institution")) | _was_hub("institution__merged_into")
AT_CTSA = Q(at_ctsa=True) | (Q(at_ctsa=None) & AT_HUB)


def _places(people: QuerySet[User]) -> Places:
    """One query: a row for each institution, and for each name that was typed and is not listed."""
    rows = (
        people.annotate(
            place=Coalesce("institution__merged_into_id", "institution_id"),
            place_name=Coalesce("institution__merged_into__name", "institution__name"),
            is_home=Coalesce("institution__merged_into__is_home", "institution__is_home"),
            typed=Case(When(institution=None, then=Lower("institution_name")), default=Value("")),
        )
        .values("place", "place_name", "is_home", "typed")
        .annotate(registrants=Count("pk"), at_ctsa=Count("pk", filter=AT_CTSA))
        .order_by()
    )
    sizes: Counter[str] = Counter()
    seen: set[object] = set()
    hubs: set[object] = set()
    listed = {fold(row["place_name"]): row["place"] for row in rows if row["place"]}
    home = fold(settings.HOME_INSTITUTION)
    for row in rows:
        name = fold(row["place_name"] or row["typed"])
        institution = row["place"] or listed.get(name, name)
        sizes["ctsa"] += row["at_ctsa"]
        if not institution:
            sizes["unstated"] += row["registrants"]
            continue
        seen.add(institution)
        if row["at_ctsa"]:
            hubs.add(institution)
        if row["is_home"] or (home and name == home):
            sizes["home"] += row["registrants"]
    return Places(sizes["home"], len(seen), sizes["ctsa"], len(hubs), sizes["unstated"])


@evaluators_only
def reach(request: HttpRequest) -> HttpResponse:
    return render(request, "evaluation/reach.html", {"report": Reach.count()})


@evaluators_only
def reach_csv(request: HttpRequest) -> HttpResponse:
    report = Reach.count()
    name = f"reach-{timezone.localdate()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    rows = csv_text(as_rows(report.tables(), report.notes()))
    return HttpResponse(rows, content_type="text/csv; charset=utf-8", headers=headers)
