"""Signed out while typing: what was sent is handed back, never dropped by a redirect to the sign-in page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.csrf import csrf_failure as plain_csrf_failure

from registration.http import AuthenticatedHttpRequest
from training.visitors import VISITOR

Arguments = ParamSpec("Arguments")
SIGNED_OUT, SOMEBODY_ELSE, STALE = 401, 409, 403


def sign_in_first(
    view: Callable[Concatenate[AuthenticatedHttpRequest, Arguments], HttpResponse],
) -> Callable[Concatenate[AuthenticatedHttpRequest, Arguments], HttpResponse]:
    """As login_required for reading. What somebody wrote comes back to them (401), and not from another's account (409).

    A form says in `account` for whom it was drawn (User.browser_key): on a shared computer somebody else may have
    signed in since. One that was drawn for a visitor was typed in this browser before signing in, and joins the account.
    """

    @wraps(view)
    def guarded(
        request: AuthenticatedHttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponse:
        if not request.user.is_authenticated:
            if request.method == "POST":
                return hand_back(request, SIGNED_OUT)
            return redirect_to_login(request.get_full_path())
        account = request.POST.get("account")
        if account not in (None, VISITOR, request.user.browser_key):
            return hand_back(request, SOMEBODY_ELSE)
        return view(request, *args, **kwargs)

    return guarded


def hand_back(request: HttpRequest, status: int) -> HttpResponse:
    """What was posted, as a form to send again; to a script, what to say beside the words it still has."""
    path = request.path
    if getattr(request, "htmx", False):
        # The page that the activity stands on, at the activity
        page, _, activity = path.rstrip("/").rpartition("/")
        page = getattr(request.htmx, "current_url_abs_path", None) or f"{page}/"  # type: ignore[attr-defined] # htmx middleware
        context = {"status": status, "next": f"{page.partition('#')[0]}#{activity}"}
        return render(request, "training/_signed_out.html", context, status=status)
    fields = [
        (name, value, " " in value.strip() or "\n" in value.strip())
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    context = {
        "status": status,
        "is_visitors": request.POST.get("account") == VISITOR,
        "next": path,
        "fields": fields,
        "words": any(is_text for *_, is_text in fields),
    }
    return render(request, "training/send_again.html", context, status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form of before the last sign-in. One that was drawn for this very account is handed back with a fresh token.

    Nothing is taken from it: its owner has to press the button. Nobody else can know the value of `account`.
    """
    user = request.user
    # Anybody may know this one; what it may be used for is to show somebody a form that they have to send themselves
    if request.POST.get("account") == VISITOR:
        return hand_back(request, STALE)
    if not user.is_authenticated and "account" in request.POST:
        return hand_back(request, SIGNED_OUT)
    if user.is_authenticated and request.POST.get("account") == user.browser_key:
        return hand_back(request, STALE)
    return plain_csrf_failure(request, reason)
