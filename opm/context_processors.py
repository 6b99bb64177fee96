"""What every page of the training site may show."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest | None = None) -> dict[str, object]:
    return {
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
        "ISSUER": settings.ISSUER,
        "CONTACT_EMAIL": settings.CONTACT_EMAIL,
        "DEBUG": settings.DEBUG,
    }
