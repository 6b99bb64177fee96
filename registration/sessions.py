"""Where a person is signed in: listed by device, and ended from any of them.

allauth keeps a row for each session. What it takes of the request is replaced here: no network address is kept, and of
the browser's description only what its owner would recognize. When it was last seen is noted once a day.
"""

from __future__ import annotations

from collections.abc import Callable

from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registration.http import AuthenticatedHttpRequest

NO_ADDRESS = "::"  # the table wants an address; this one is nobody's
NOTED = "registration_session_noted"
# In this order, because browsers name each other: Edge calls itself Chrome, and Chrome Safari
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS": "Firefox",
    "Chrome/": "Chrome",
    "CriOS": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Macintosh": "Mac",
    "Linux": "Linux",
}


def device(request: HttpRequest) -> str:
    """What the browser says it is, as a person would: “Firefox on Windows”."""
    told = request.headers.get("User-Agent", "")
    browser = next((name for mark, name in BROWSERS.items() if mark in told), gettext("A browser"))
    system = next((name for mark, name in SYSTEMS.items() if mark in told), "")
    if not system:
        return browser
    return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}


def note(request: AuthenticatedHttpRequest) -> None:
    """Keep that this browser is signed in, on what device, and when it was last seen."""
    session = request.session
    UserSession.objects.update_or_create(
        session_key=session.session_key,
        defaults={
            "user": request.user,
            "ip": NO_ADDRESS,
            "user_agent": device(request),
            "last_seen_at": timezone.now(),
        },
    )
    session[NOTED] = _mark(request)


def _mark(request: HttpRequest) -> list[str | None]:
    """What a session that needs no note carries: its key, which a new password changes, and the day."""
    return [request.session.session_key, timezone.localdate().isoformat()]


def note_sessions(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware. Costs nothing but on the first visit of a day, and after a change of password."""

    def middleware(request: AuthenticatedHttpRequest) -> HttpResponse:
        response = get_response(request)
        session = request.session
        # What the view has not looked at stays unread: it would cost a query
        is_stale = session.accessed and session.get(NOTED, _mark(request)) != _mark(request)
        if is_stale and request.user.is_authenticated:
            note(request)
        return response

    return middleware


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def sessions(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Where I am signed in. POST `end`: the id of one of these, or `others`; never the one that asks."""
    mine = UserSession.objects.purge_and_list(request.user)
    if request.method == "POST":
        chosen = request.POST.get("end", "")
        ending = [
            session for session in mine if chosen in ("others", str(session.pk)) and not session.is_current()
        ]
        get_adapter().end_sessions(ending)
        messages.success(request, _what_happened(len(ending)))
        return redirect("sessions")
    if not any(session.is_current() for session in mine):
        note(request)
        mine = UserSession.objects.purge_and_list(request.user)
    mine.sort(key=lambda session: (session.is_current(), session.last_seen_at), reverse=True)
    return render(request, "registration/sessions.html", {"sessions": mine})


def _what_happened(number: int) -> str:
    told = ngettext(
        "%(number)s other browser is signed out.", "%(number)s other browsers are signed out.", number
    )
    return told % {"number": number}
