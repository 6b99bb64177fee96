"""The training site's door to the survey: it hands out one ticket a person and edition, and keeps no copy."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from evaluation.instrument import Instrument, load_all
from evaluation.ticket_flags import TicketFlag
from opm import tickets

SURVEY = "main"
DEFAULT_EDITION = "graduate"


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest) -> HttpResponse:
    """GET: what the survey is. POST: take the ticket, which is shown this one time."""
    instrument = _current_instrument()
    edition = request.POST.get("edition") or request.GET.get("edition") or DEFAULT_EDITION
    if edition not in instrument.editions:
        raise Http404(f"There is no survey for an edition {edition}")
    context = {
        "edition": edition,
        "editions": instrument.editions,
        "is_open": bool(settings.TICKET_SIGNING_KEY),
        "survey_address": f"{settings.SURVEY_URL.rstrip('/')}/",
    }
    if request.method == "POST" and settings.TICKET_SIGNING_KEY:
        # Signed first: a faulty key must not cost anybody the ticket. Flagged before it is shown: never two
        ticket = tickets.sign(settings.TICKET_SIGNING_KEY, SURVEY, edition, instrument.version)
        if TicketFlag.take(request.user, SURVEY, edition):
            return render(request, "evaluation/door_ticket.html", {**context, "ticket": ticket})
    context["is_taken"] = TicketFlag.is_taken(request.user, SURVEY, edition)
    return render(request, "evaluation/door.html", context)


def _current_instrument() -> Instrument:
    """The newest version of the survey: tickets are handed out for no other."""
    versions = [instrument for instrument in load_all() if instrument.survey == SURVEY]
    return max(versions, key=lambda instrument: int(instrument.version))
