"""Reading without a connection, where the mentor has switched it on: what the service worker may keep, and its end."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.account.views import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from registration.http import AuthenticatedHttpRequest

Arguments = ParamSpec("Arguments")
# The page's script fetches the other pages of a section with it: to have been fetched is not to have been opened
READ_AHEAD = "X-Read-Ahead"


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the root because it can serve no address above its own."""
    return render(request, "training/service-worker.js", content_type="text/javascript")


def readable_offline(
    view: Callable[Concatenate[AuthenticatedHttpRequest, Arguments], HttpResponse],
) -> Callable[Concatenate[AuthenticatedHttpRequest, Arguments], HttpResponse]:
    """Let the service worker keep this page. It keeps nothing that does not say so."""

    @wraps(view)
    def marked(
        request: AuthenticatedHttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if request.method == "GET" and response.status_code == 200:
            response["X-Readable-Offline"] = "yes"
        return response

    return marked


def sign_out(request: HttpRequest) -> HttpResponse:
    """allauth's, and the browser forgets what it kept: unsent words, opened pages, the service worker."""
    response: HttpResponse = logout(request)
    if not request.user.is_authenticated:
        response["Clear-Site-Data"] = '"storage"'
    return response
