"""What a coordinator sends: invitations and reminders, each with a look at them and their number before."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from opm import reminders, roster
from opm.evidence import RosterForm
from opm.programs import coordinators_only
from registration import mail
from registration.http import AuthenticatedHttpRequest
from registration.models import Program


class InvitationForm(RosterForm):
    """A pasted list, of which only the addresses can be written to."""

    def clean_people(self) -> list[roster.Entry]:
        entries = super().clean_people()
        names = [entry.pasted for entry in entries if not entry.email]
        if names:
            message = gettext("No email address in: %(lines)s. Add it, or take the line out.")
            raise forms.ValidationError(message % {"lines": "; ".join(names[:5])})
        return entries


@require_http_methods(["GET", "POST"])
@coordinators_only
def invitations(request: AuthenticatedHttpRequest, program: Program) -> HttpResponse:
    """Paste addresses, see how many mails go out and what they say; then send."""
    form = InvitationForm(request.POST or None)
    new: list[str] | None = None
    if form.is_valid():
        emails = [entry.email for entry in form.cleaned_data["people"]]
        known = set(program.invitations.filter(email__in=emails).values_list("email", flat=True))
        new = [email for email in emails if email not in known]
        if request.POST.get("action") == "send":
            return redirect_after(request, program, program.invite(emails))
    context = {
        "program": program,
        "form": form,
        "new": new,
        "mail": mail.render("email/invitation", {"program": program}),
        "invited": program.invitations.count(),
    }
    return render(request, "programs/invitations.html", context, status=422 if form.errors else 200)


def redirect_after(request: AuthenticatedHttpRequest, program: Program, number: int) -> HttpResponse:
    if program.approved_on:
        said = ngettext(
            "%(number)s invitation is on its way.", "%(number)s invitations are on their way.", number
        )
    else:
        said = ngettext(
            "%(number)s invitation is kept, and goes out when the program opens.",
            "%(number)s invitations are kept, and go out when the program opens.",
            number,
        )
    messages.success(request, said % {"number": number})
    return redirect(program)


@require_http_methods(["GET", "POST"])
@coordinators_only
def remind(request: AuthenticatedHttpRequest, program: Program) -> HttpResponse:
    """Whom a reminder would reach now, and what it says; then send. It is decided again as each mail goes out."""
    today = timezone.localdate()
    due = reminders.due(program, today)
    if request.method == "POST":
        number = due.count()
        transaction.on_commit(lambda: reminders.remind.delay(program.pk, today.isoformat()), robust=True)
        said = ngettext(
            "%(number)s reminder is on its way.", "%(number)s reminders are on their way.", number
        )
        messages.success(request, said % {"number": number})
        return redirect(program)
    context = {
        "program": program,
        "number": due.count(),
        "first": list(due.order_by("user__name")[:20]),
        "mail": mail.render(
            "email/reminder", {"program": program, "status": "under_way", "user": request.user}
        ),
    }
    return render(request, "programs/remind.html", context)
