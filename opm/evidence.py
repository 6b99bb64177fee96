"""Evidence for a list of mentors: who is current, since when, by which version, with how many hours."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from opm import program_status, roster
from opm.pdf import render_pdf
from opm.program_status import Standing
from opm.programs import coordinators_only
from opm.roster import Match
from opm.spreadsheet import XLSX, csv_text, xlsx
from registration.http import AuthenticatedHttpRequest
from registration.models import EvidenceTable, Program
from training.certificate_views import checked_by_anybody
from training.certificates import Certificate, new_code, read_code

HEADINGS = (
    _("As listed"), _("Name"), _("Status"), _("Completed on"), _("Content version"), _("Valid until"),
    _("Course hours"), _("Session hours"), _("Total hours"), _("Certificate"),
)  # fmt: skip
NOT_A_MEMBER = _("Not a member")
SEVERAL = _("Several members have this name")


@dataclass(frozen=True)
class Line:
    """One person of the list. Whoever is no member of the program is told apart from nobody else who is not."""

    listed: str
    standing: Standing | None
    is_ambiguous: bool
    certificate: Certificate | None
    session_hours: float

    @property
    def status(self) -> str | Promise:
        if self.standing:
            return self.standing.status_label
        return SEVERAL if self.is_ambiguous else NOT_A_MEMBER

    @property
    def is_current(self) -> bool:
        return self.standing is not None and self.standing.status == "completed"

    @property
    def course_hours(self) -> float:
        return self.certificate.hours if self.certificate and self.is_current else 0.0

    @property
    def total_hours(self) -> float:
        return self.course_hours + self.session_hours

    @property
    def row(self) -> list[object]:
        """As HEADINGS."""
        standing, certificate = self.standing, self.certificate
        if standing is None:
            return [self.listed, "", str(self.status), "", "", "", "", "", "", ""]
        return [
            self.listed, standing.name, str(self.status), standing.completed_on or "", standing.version,
            standing.valid_until or "", self.course_hours, self.session_hours, self.total_hours,
            certificate.address if certificate else "",
        ]  # fmt: skip


class RosterForm(forms.Form):
    people = forms.CharField(
        label=_("Your mentors"),
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Paste email addresses or names, one person a line, or a column of a spreadsheet."),
        max_length=200_000,
        error_messages={"required": _("Paste at least one address or name.")},
    )

    def clean_people(self) -> list[roster.Entry]:
        try:
            entries = roster.read(self.cleaned_data["people"])
        except ValueError as error:
            message = gettext(
                "This list has %(number)s people; one table holds %(most)s. Please make two of it."
            )
            raise forms.ValidationError(
                message % {"number": error.args[0], "most": roster.MOST_PEOPLE}
            ) from error
        if not entries:
            raise forms.ValidationError(
                gettext("There is no address and no name in this. Paste one person a line.")
            )
        return entries


@require_http_methods(["GET", "POST"])
@coordinators_only
def evidence(request: AuthenticatedHttpRequest, program: Program) -> HttpResponse:
    """Paste a list, get the table: as a page, CSV, XLSX or PDF."""
    form = RosterForm(request.POST or None)
    if not form.is_valid():
        context = {"program": program, "form": form}
        return render(request, "programs/evidence.html", context, status=422 if form.errors else 200)
    lines = lines_of(program, roster.match(program, form.cleaned_data["people"]), timezone.localdate())
    made = record(program, lines)
    table: list[list[object]] = [[str(heading) for heading in HEADINGS], *(line.row for line in lines)]
    name = f"{slugify(program.name) or 'program'}-evidence-{made.made_on}"
    context = {"program": program, "form": form, "lines": lines, "made": made, "headings": HEADINGS}
    match request.POST.get("as"):
        case "csv":
            return download(csv_text(table), "text/csv; charset=utf-8", f"{name}.csv")
        case "xlsx":
            return download(xlsx(table, program.name), XLSX, f"{name}.xlsx")
        case "pdf":
            return download(pdf(context), "application/pdf", f"{name}.pdf")
    return render(request, "programs/evidence.html", context)


def download(content: str | bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def lines_of(program: Program, matches: list[Match], today: datetime.date) -> list[Line]:
    """A line a person. Three queries, however long the list is."""
    ids = [match.membership.pk for match in matches if match.membership]
    attended = program.memberships.filter(pk__in=ids).annotate(hours=Sum("sessions__hours"))
    hours = {user_id: float(total or 0) for user_id, total in attended.values_list("user_id", "hours")}
    rows = program_status.listed(program, today).filter(pk__in=ids)
    standings = {standing.user_id: standing for standing in program_status.standings(program, rows)}
    certificates = {
        certificate.user_id: certificate
        for certificate in Certificate.objects.filter(
            user__in=standings, edition=program.edition, revoked_on=None
        )
    }
    return [
        Line(
            listed=match.entry.pasted,
            standing=standings.get(match.membership.user_id) if match.membership else None,
            is_ambiguous=match.is_ambiguous,
            certificate=certificates.get(match.membership.user_id) if match.membership else None,
            session_hours=hours.get(match.membership.user_id, 0.0) if match.membership else 0.0,
        )
        for match in matches
    ]


def record(program: Program, lines: list[Line]) -> EvidenceTable:
    """Note that this table was made, so that its code can be checked. The same table of the same day keeps its code."""
    same = {
        "program": program,
        "made_on": timezone.localdate(),
        "people": len(lines),
        "current": sum(line.is_current for line in lines),
    }
    # Not get_or_create: two requests at once may leave two, and either will do
    return EvidenceTable.objects.filter(**same).first() or EvidenceTable.objects.create(
        code=new_code(), **same
    )


def pdf(context: dict[str, Any]) -> bytes:
    site = {"SITE_NAME": settings.SITE_NAME, "SITE_URL": settings.SITE_URL}
    return render_pdf("programs/evidence_pdf.html", context | site)


@checked_by_anybody
def check(request: HttpRequest, code: str) -> HttpResponse:
    """For whoever holds such a table: that it was made here, when, and how many of how many were current."""
    made = get_object_or_404(EvidenceTable.objects.select_related("program"), code=read_code(code))
    return render(request, "programs/evidence_check.html", {"made": made})
