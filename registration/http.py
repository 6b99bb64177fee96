"""Requests as our views get them, typed once."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from registration.models import User


class HtmxHttpRequest(HttpRequest):
    """What any view gets from django_htmx's middleware."""

    htmx: HtmxDetails


class AuthenticatedHttpRequest(HtmxHttpRequest):
    """What a view behind @login_required gets."""

    user: User
