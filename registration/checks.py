"""What would be wrong with an installation, said at start and by `manage.py check`."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's own name for it


@register(Tags.security)
def check_mail_leaves(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """With mail kept on disk nobody can register. A warning only, because builds need no mail server."""
    if settings.DEBUG or settings.EMAIL_URL:
        return []
    return [
        Warning(
            "EMAIL_URL is not set, so mail is kept as files: nobody gets the codes to register or sign in.",
            hint="Set EMAIL_URL, for example smtp+tls://name:password@smtp.example.edu:587.",
            id="registration.W001",
        )
    ]


@register()
def check_codes_outlive_scanning(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """allauth ends a sign-in under way after ACCOUNT_LOGIN_TIMEOUT, whatever its codes are good for."""
    longest = max(settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT, settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
    if longest <= settings.ACCOUNT_LOGIN_TIMEOUT:
        return []
    return [
        Error(
            f"Codes last {longest} s, but a sign-in ends after {settings.ACCOUNT_LOGIN_TIMEOUT} s.",
            hint="Raise ACCOUNT_LOGIN_TIMEOUT to at least the longest of the code timeouts.",
            id="registration.E001",
        )
    ]
