"""The request of somebody who is signed in, typed once."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from registration.models import User


class AuthenticatedHttpRequest(HttpRequest):
    """What a view behind @login_required gets."""

    user: User
    htmx: HtmxDetails
