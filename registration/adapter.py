"""Where allauth's ways meet ours: its mail goes through the mail record, its messages speak our language."""

from __future__ import annotations

import time
import uuid
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.signup import prevent_enumeration
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registration.arrivals import arrivals
from registration.forms import PENDING_PASSWORD
from registration.http import AuthenticatedHttpRequest
from registration.models import OutgoingMail, User
from registration.sessions import note


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "This email address and password do not go together. Try again, or sign in with a code by email."
        ),
        "incorrect_code": _(
            "This is not the code in our newest email. Check it for typing errors, or ask for a new one."
        ),
        "too_many_login_attempts": _("Too many attempts for now. Wait ten minutes, then ask for a new code."),
        "rate_limited": _("Too many emails asked for in a short time. Wait ten minutes, then try again."),
        "email_taken": _(
            "This address belongs to another account. Sign in with it, or choose another address."
        ),
        "same_as_current": _("This is already your address."),
    }

    def clean_email(self, email: str) -> str:
        if len(email) > (User._meta.get_field("email").max_length or 0):
            raise ValidationError(gettext("This address is longer than mail servers allow."))
        return email

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        """Save a new person. Of two requests at once (a double click) the second is told as any second one."""
        try:
            with transaction.atomic():
                return super().save_user(request, user, form, commit)
        except IntegrityError as error:
            answer = prevent_enumeration(request, email=form.cleaned_data["email"])
            raise ImmediateHttpResponse(answer) from error

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Record the mail that allauth calls `template_prefix`, from our templates in email/.

        The same is done for known and unknown addresses, so that the time of answering does not tell.
        """
        name = template_prefix.rpartition("/")[2]
        kind = "code" if "code" in context else "account"
        OutgoingMail.record(
            key=f"{kind}:{uuid.uuid4()}",
            kind=kind,
            user=context.get("user") or self._whose(email),
            to=email,
            template=f"email/{name}",
            context={key: value for key, value in context.items() if key not in ("request", "user")},
        )

    def _whose(self, email: str) -> User | None:
        """Whom a mail to this address is about: its owner, else who asks. A former address has no owner any more."""
        asking = self.request.user if self.request.user.is_authenticated else None
        return User.objects.filter(email=email.lower()).first() or asking

    def send_account_already_exists_mail(self, email: str) -> None:
        # A new address costs the hashing of the password; so does a known one
        make_password(allauth_context.request.POST.get("password1") or None)
        super().send_account_already_exists_mail(email)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign in; a password chosen when registering in this browser counts now (RegistrationForm).

        Every way in comes through here: by code, by password, and at the end of registering.
        """
        pending = request.session.pop(PENDING_PASSWORD, None)
        if pending and pending["user"] == user.pk and not user.has_usable_password():
            user.password = pending["password"]
            user.save(update_fields=["password"])
        if isinstance(user, User) and user.imported_on and user.last_login is None:
            messages.info(request, greeting(user))
        super().login(request, user)
        # A visitor's session ends with the browser; this one is an account's now
        request.session.set_expiry(settings.ACCOUNT_SESSION_COOKIE_AGE)
        for arrive in arrivals:
            arrive(request, user)

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        """allauth lists the session, with more about it than we keep: replace that at once."""
        response = super().post_login(request, user, **kwargs)
        note(cast(AuthenticatedHttpRequest, request))
        return response

    def get_login_stages(self) -> list[str]:
        """A passkey is one more way in, not a second step after the code by email."""
        return [stage for stage in super().get_login_stages() if not stage.startswith("allauth.mfa.")]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not within minutes of signing in: who forgot the password may come in by a code and add a passkey."""
        records = get_authentication_records(self.request, self.request.user)
        is_fresh = (
            bool(records) and time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        )
        return super().is_reauthentication_required(app=app, **kwargs) and not is_fresh

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        words = {
            "reauthenticate": _("Type your password instead"),
            "mfa_reauthenticate:webauthn": _("Use a passkey instead"),
        }
        return [
            method | {"description": words[method["id"]]}
            for method in super().get_reauthentication_methods(user)
        ]


def greeting(user: User) -> str:
    """For somebody who signs in here for the first time and was taken over from an older list."""
    told = gettext("Welcome back. You registered on %(day)s, and your record is here.")
    return told % {"day": date_format(user.registered_on, "F j, Y")}
