"""The survey process: everything happens at `/`, and nothing but a ticket says who may answer.

Nothing is written before the last step, and there are no cookies: the ticket travels from page to page in the
form itself. So no view needs protection from forged requests either: a forger would need the ticket.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from evaluation import survey_form
from evaluation.ballot_box import FLOOR, BallotBox, UsedTicketError
from evaluation.instrument import Instrument, load
from evaluation.survey_form import TamperedFormError
from opm import tickets

TICKET_MARK = "[the ticket goes here]"
USED = _(
    "Answers have already been sent with this ticket. If you sent them, they have arrived and there is "
    "nothing left to do."
)
CLOSED = _("The survey that this ticket opens is not running any more. Thank you for wanting to take part.")
TAMPERED = _(
    "One of the answers was not one that the form offers, so nothing was stored. Please open the survey "
    "again with your ticket."
)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page("explain.html")
    text = request.POST.get("ticket", "")
    try:
        ticket, instrument = _open(text)
        return _answer(request.POST, ticket, instrument)
    except tickets.TicketError as error:
        return _page("refused.html", 400, reason=str(error), ticket=text)
    except UsedTicketError:
        return _page("refused.html", 400, reason=USED)
    except TamperedFormError:
        return _page("refused.html", 400, reason=TAMPERED, ticket=text)


def _answer(data: QueryDict, ticket: tickets.Ticket, instrument: Instrument) -> HttpResponse:
    """The empty form, the form to go on with, the answers to check, or thanks."""
    action = data.get("action", "")
    if not action and not any(variable.id in data for variable in instrument.variables):
        blank = _blank_form(instrument.name, ticket.edition, get_language())
        return HttpResponse(blank.replace(TICKET_MARK, escape(ticket.text)))
    filled = survey_form.read(instrument, data)
    if filled.errors or action == "change":
        return HttpResponse(_form(instrument, ticket.edition, ticket.text, filled))
    if action == "send":
        excluded = instrument.is_excluded(ticket.edition, filled.answers)
        _box().drop(ticket, filled.answers, filled.texts, excluded, filled.code)
    return _page(
        "thanks.html" if action == "send" else "check.html",
        instrument=instrument,
        ticket=ticket.text,
        filled=filled,
        summary=survey_form.summarize(instrument, filled),
    )


def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page("lost.html", 404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page("refused.html", 400, reason=gettext("That could not be read as a ticket or as answers."))


def server_error(request: HttpRequest) -> HttpResponse:
    return _page("sorry.html", 500)


def no_store(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: no page of this process is kept anywhere, be it by the browser or on the way."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Cache-Control"] = "no-store"
        return response

    return middleware


def _open(text: str) -> tuple[tickets.Ticket, Instrument]:
    """The ticket and what it opens. TicketError or UsedTicketError if it opens nothing."""
    if not text.strip():
        raise tickets.TicketError(gettext("There was no ticket. Please paste yours into the field below."))
    ticket = tickets.verify(settings.TICKET_VERIFY_KEYS, text)  # type: ignore[misc]  # in opm.survey_settings
    try:
        instrument = load(ticket.instrument)
    except FileNotFoundError:
        raise tickets.TicketError(CLOSED) from None
    if ticket.edition not in instrument.editions:
        raise tickets.TicketError(CLOSED)
    if _box().is_used(ticket):
        raise UsedTicketError
    return ticket, instrument


def _box() -> BallotBox:
    return BallotBox(settings.SURVEY_DIR)  # type: ignore[misc]  # in opm.survey_settings


@cache
def _blank_form(name: str, edition: str, language: str | None) -> str:
    """Drawn once in each language: the 300 inputs are the same for everybody but for the ticket."""
    instrument = load(name)
    return _form(instrument, edition, TICKET_MARK, survey_form.read(instrument, {}))


def _form(instrument: Instrument, edition: str, ticket: str, filled: survey_form.Filled) -> str:
    pages = survey_form.draw(instrument, filled.values, filled.errors)
    return _render(
        "form.html", instrument=instrument, edition=edition, ticket=ticket, filled=filled, pages=pages
    )


def _page(template: str, status: int = 200, **context: object) -> HttpResponse:
    return HttpResponse(_render(template, **context), status=status)


def _render(template: str, **context: object) -> str:
    site = {name: getattr(settings, name) for name in ("SITE_NAME", "SITE_URL", "CONTACT_EMAIL")}
    return render_to_string(template, {**site, "FLOOR": FLOOR, **context})
