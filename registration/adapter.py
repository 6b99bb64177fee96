"""Where allauth's ways meet ours: its mail goes through the mail record, its messages speak our language."""

from __future__ import annotations

import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.signup import prevent_enumeration
from allauth.core import context as allauth_context
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registration.arrivals import arrivals
from registration.forms import PENDING_PASSWORD
from registration.models import OutgoingMail, User


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
            user=context.get("user") or User.objects.filter(email=email.lower()).first(),
            to=email,
            template=f"email/{name}",
            context={key: value for key, value in context.items() if key not in ("request", "user")},
        )

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
        super().login(request, user)
        # A visitor's session ends with the browser; this one is an account's now
        request.session.set_expiry(settings.ACCOUNT_SESSION_COOKIE_AGE)
        for arrive in arrivals:
            arrive(request, user)
