"""Passkeys: one more way in, beside the code by email. allauth keeps and checks them; names and words are ours."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext_lazy as _

from registration.sessions import device

LONGEST_NAME = 100
# What reading something that is no passkey can end in, in fido2; allauth catches some of it
UNREADABLE = (AttributeError, LookupError, TypeError, ValueError, struct.error)


class PasskeyAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This passkey could not be checked. Try again, or sign in with a code by email."),
        "unverified_email": _("Confirm your email address first; then you can add a passkey."),
    }

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's name for it
        return device(context.request)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        # The name is what a device shows when it asks whether to make a passkey, and for what
        return super().get_public_key_credential_rp_entity() | {"name": settings.SITE_NAME}


@contextmanager
def only_a_passkey() -> Iterator[None]:
    """Whatever else was sent is a fault of the form, not of the site."""
    try:
        yield
    except UNREADABLE as fault:
        raise get_adapter().validation_error("incorrect_code") from fault


def _name_field() -> forms.CharField:
    return forms.CharField(
        label=_("Name of this passkey"),
        help_text=_("For you to recognize it by: the device, or the program that keeps your passkeys."),
        max_length=LONGEST_NAME,
        error_messages={"required": _("Give it a name.")},
    )


class AddPasskeyForm(AddWebAuthnForm):
    """Always the kind that signs in by itself and asks for finger, face or PIN: `passwordless`, in allauth's words."""

    name = _name_field()
    passwordless = forms.BooleanField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].required = False  # the passkey is made by now: a missing name must not lose it
        self.fields["credential"].error_messages["required"] = _(
            "Your device has not made a passkey yet. Press the button and follow what it asks."
        )

    def clean(self) -> dict[str, Any]:
        with only_a_passkey():
            return super().clean()


class SignInForm(LoginWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        with only_a_passkey():
            return super().clean_credential()


class ConfirmForm(ReauthenticateWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        with only_a_passkey():
            return super().clean_credential()


class RenamePasskeyForm(EditWebAuthnForm):
    name = _name_field()
