"""Forms about a person: what the site asks beyond email address and password (allauth's)."""

from __future__ import annotations

from typing import Any, cast

from allauth.core import context as allauth_context
from django import forms
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registration.institution_search import Hit, close
from registration.models import Institution, Program, User

PENDING_PASSWORD = "registration_pending_password"  # noqa: S105 - the name of a session key


class InstitutionForm(forms.Form):
    """The institution: typed, and picked from what was found, or kept as typed. Forms that ask for it build on this.

    With JavaScript a pick leaves the institution's number in `institution_pick`. Without, the text is looked up when it
    is sent: one institution of that name is taken; several, or some that are close, are asked about, once.
    """

    AS_TYPED = "typed"
    MOST_ASKED = 6

    institution = forms.CharField(
        label=_("Institution"),
        max_length=200,
        help_text=_("Type its name or acronym. If it is not listed, write the full name: that is fine."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": _("Enter the university, hospital, or company you work at.")},
    )
    institution_pick = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    institution_choice = forms.CharField(
        label=_("Which of these do you mean?"), required=False, max_length=20, widget=forms.RadioSelect
    )
    institution_asked = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    # What stands on the person already: unchanged, it is not asked about again
    kept: tuple[str, Institution | None] = ("", None)
    chosen_institution: Institution | None = None
    is_asking = False

    def clean(self) -> dict[str, Any]:
        """Decide which institution is meant, or ask. What was asked about stays asked until the text changes."""
        cleaned = super().clean() or self.cleaned_data
        typed = cleaned["institution"] = " ".join(cleaned.get("institution", "").split())
        if not typed:
            return cleaned
        pick = cleaned.get("institution_pick", "")
        picked = self.current_institution(pick)
        if picked and typed in (picked.name, " ".join(picked.name[:200].split())):
            self.chosen_institution = picked
        elif typed == self.kept[0]:
            self.chosen_institution = self.kept[1]
        elif pick == self.AS_TYPED:
            pass
        elif " ".join(cleaned.get("institution_asked", "").split()) == typed:
            self.offer(typed)
            self.chosen_institution = self.current_institution(cleaned.get("institution_choice", ""))
        else:
            self.chosen_institution = Institution.objects.named(typed)
            if self.chosen_institution is None and self.offer(typed):
                self.add_error(
                    "institution_choice", _("Choose the institution that you mean, or keep what you typed.")
                )
        return cleaned

    @staticmethod
    def current_institution(number: str) -> Institution | None:
        return Institution.objects.current().filter(pk=number).first() if number.isdecimal() else None

    def offer(self, typed: str) -> bool:
        """Put the institutions that the text may mean into the question; False where there are none."""
        same = [Hit(institution, "") for institution in Institution.objects.called(typed)[: self.MOST_ASKED]]
        hits = same if len(same) > 1 else close(typed, self.MOST_ASKED)
        choices = [(str(hit.institution.pk), hit.label) for hit in hits]
        choices.append((self.AS_TYPED, gettext("None of these: keep “%(typed)s”") % {"typed": typed}))
        cast(forms.RadioSelect, self.fields["institution_choice"].widget).choices = choices
        self.is_asking = bool(hits)
        return self.is_asking

    def apply_institution(self, user: User) -> None:
        """Set it on the person, whom the caller saves. What was typed is kept beside it."""
        user.institution_name = self.cleaned_data["institution"]
        user.institution = self.chosen_institution
        if user.institution:
            user.institution.mark_known()


class DetailsForm(InstitutionForm):
    """What the site asks about a person beyond email address and password."""

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

    def clean(self) -> dict[str, Any]:
        """One reason at least. Words in the field for other reasons count as that box ticked."""
        cleaned = super().clean()
        if "reasons" in cleaned:
            if cleaned.get("reason_other_text"):
                cleaned["reasons"] = list(dict.fromkeys([*cleaned["reasons"], "reason_other"]))
            if not cleaned["reasons"]:
                self.add_error("reasons", _("Choose at least one reason."))
        return cleaned

    def apply_to(self, user: User) -> None:
        """Write all of it onto the person, and save."""
        self.apply_institution(user)
        for name in ("name", "job_title", "job_category", "reason_other_text"):
            setattr(user, name, self.cleaned_data[name])
        for reason in User.REASONS:
            setattr(user, reason, reason in self.cleaned_data["reasons"])
        user.save()


class RegistrationForm(DetailsForm):
    """Base of allauth's sign-up form, which adds `email` and `password1` (ACCOUNT_SIGNUP_FORM_CLASS)."""

    field_order = (
        "name",
        "email",
        "job_title",
        "job_category",
        "institution",
        "institution_choice",
        "reasons",
        "reason_other_text",
        "password1",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "email" in self.fields:
            self.fields["email"].help_text = _("You sign in with it, and your plan and certificate go there.")
            self.fields["email"].error_messages["required"] = _("Enter your email address.")
            self.fields["email"].widget.attrs.pop("placeholder", None)
        if program := Program.objects.joined_at(allauth_context.request):
            self.initial.setdefault("institution", str(program.institution or program.institution_name))
            self.initial.setdefault("reasons", ["reason_required"])

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth with the new person, who is saved but not verified.

        A password counts only once the address is verified in this browser (AccountAdapter.login). Otherwise
        somebody could register another person's address, leave a password, and wait for the owner to arrive.
        """
        if user.has_usable_password():
            request.session[PENDING_PASSWORD] = {"user": user.pk, "password": user.password}
            user.set_unusable_password()
        self.apply_to(user)
