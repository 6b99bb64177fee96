"""The registration form: what the site asks of a new person beyond email address and password (allauth's)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from registration.models import Institution, User

PENDING_PASSWORD = "registration_pending_password"  # noqa: S105 - the name of a session key


class RegistrationForm(forms.Form):
    """Base of allauth's sign-up form, which adds `email` and `password1` (ACCOUNT_SIGNUP_FORM_CLASS)."""

    field_order = (
        "name",
        "email",
        "job_title",
        "job_category",
        "institution",
        "reasons",
        "reason_other_text",
        "password1",
    )

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        help_text=_("As it should stand on your certificate."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name.")},
    )
    job_title = forms.CharField(
        label=_("Job title"),
        max_length=150,
        help_text=_("For example: associate professor, research coordinator, PhD student."),
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
        error_messages={"required": _("Enter your job title. If you have none, say what you do.")},
    )
    job_category = forms.ChoiceField(
        label=_("Job category"),
        choices=User.JobCategory.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the job category that fits best.")},
    )
    institution = forms.CharField(
        label=_("Institution"),
        max_length=200,
        help_text=_("Start typing and pick from the list, or write the full name if yours is not there."),
        widget=forms.TextInput(attrs={"autocomplete": "organization", "list": "institutions"}),
        error_messages={"required": _("Enter the university, hospital, or company you work at.")},
    )
    reasons = forms.MultipleChoiceField(
        label=_("Why are you taking this course?"),
        help_text=_("Choose all that apply."),
        choices=[(name, capfirst(words)) for name, words in User.REASONS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,  # clean() asks for one
    )
    reason_other_text = forms.CharField(
        label=_("If other, what is your reason?"),
        max_length=300,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "email" in self.fields:
            self.fields["email"].help_text = _("You sign in with it, and your plan and certificate go there.")
            self.fields["email"].error_messages["required"] = _("Enter your email address.")
            self.fields["email"].widget.attrs.pop("placeholder", None)

    def institutions(self) -> list[str]:
        """The names to offer. Costs a query."""
        return list(Institution.objects.values_list("name", flat=True)[:1000])

    def clean(self) -> dict[str, Any] | None:
        """One reason at least. Words in the field for other reasons count as that box ticked."""
        cleaned = super().clean() or self.cleaned_data
        if "reasons" in cleaned:
            if cleaned.get("reason_other_text"):
                cleaned["reasons"] = list(dict.fromkeys([*cleaned["reasons"], "reason_other"]))
            if not cleaned["reasons"]:
                self.add_error("reasons", _("Choose at least one reason."))
        return cleaned

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth with the new person, who is saved but not verified.

        A password counts only once the address is verified in this browser (AccountAdapter.login). Otherwise
        somebody could register another person's address, leave a password, and wait for the owner to arrive.
        """
        if user.has_usable_password():
            request.session[PENDING_PASSWORD] = {"user": user.pk, "password": user.password}
            user.set_unusable_password()
        self.fill(user)

    def fill(self, user: User) -> None:
        """Keep the answers on the person, now or later."""
        typed = " ".join(self.cleaned_data["institution"].split())
        user.institution_name = typed
        user.institution = Institution.objects.named(typed)
        for name in ("name", "job_title", "job_category", "reason_other_text"):
            setattr(user, name, self.cleaned_data[name])
        for reason in User.REASONS:
            setattr(user, reason, reason in self.cleaned_data["reasons"])
        user.save()
