"""The results pages, for evaluators. Every figure on them is under the cell rule (reports/disclosure.py)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from evaluation.exporting import ratings_rows
from evaluation.models import ExportRecord
from evaluation.reports import REPORTS, build
from evaluation.reports.counts import Filters, Sample
from evaluation.reports.disclosure import THRESHOLD
from evaluation.reports.figures import figure_of
from opm.spreadsheet import csv_lines

View = Callable[..., HttpResponseBase]

REPORT_LINKS = (
    (
        "table1",
        _("Who answered"),
        _("Gender, race, title, research focus, mentees, years and prior training."),
    ),
    (
        "table2",
        _("What they gained"),
        _("Eleven skills and three overall ratings, before and after, in pairs."),
    ),
    (
        "satisfaction",
        _("What they thought"),
        _("Satisfaction, time spent with the module, and plans to change."),
    ),
)


def evaluators_only(view: View) -> View:
    """Sign-in for strangers, 403 for everybody who is neither an evaluator nor a superuser."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not getattr(request.user, "is_evaluator", False):
            raise PermissionDenied("The results are open to evaluators.")
        return view(request, *args, **kwargs)

    return login_required(never_cache(require_safe(guarded)))


@evaluators_only
def results(request: HttpRequest) -> HttpResponse:
    """What there is, how many answers it rests on, and how to read it."""
    filters = filters_of(request)
    sample = Sample.of(filters)
    context = {
        "sample": sample,
        "is_small": sample.kept < THRESHOLD,
        "links": REPORT_LINKS,
        "threshold": THRESHOLD,
    }
    return render(request, "evaluation/results.html", context | editions(filters))


@evaluators_only
def report_page(request: HttpRequest, name: str) -> HttpResponse:
    """One report, small cells hidden."""
    filters = filters_of(request)
    if name not in REPORTS:
        raise Http404(f"There is no report {name}")
    report = build(name, filters)
    context = {
        "report": report,
        "name": name,
        "tables": report.tables(shielded=True),
        "notes": report.notes(shielded=True),
        "figure": figure_of(report),
    }
    return render(request, "evaluation/results_report.html", context | editions(filters))


@evaluators_only
def export_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The ratings profile as a download, as a stream; recorded like every export."""
    filters = filters_of(request)
    analyst = str(getattr(request.user, "email", ""))
    count = Sample.of(filters).kept
    ExportRecord.objects.create(
        profile="ratings", edition=filters.edition, count=count, analyst=analyst, reason="download"
    )
    response = StreamingHttpResponse(csv_lines(ratings_rows(filters)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="ratings-{filters.edition}.csv"'
    return response


def filters_of(request: HttpRequest) -> Filters:
    """The edition asked for, graduate by default; 404 for one there is not."""
    filters = Filters(request.GET.get("edition", "graduate"))
    if filters.edition not in filters.asked.editions:
        raise Http404(f"There is no edition {filters.edition}")
    return filters


def editions(filters: Filters) -> dict[str, Any]:
    """For the switch between editions."""
    return {"edition": filters.edition, "editions": filters.asked.editions}
