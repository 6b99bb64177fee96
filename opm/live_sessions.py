"""A program's own sessions: what was held, for how long, and which members came."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from opm import roster
from opm.evidence import RosterForm
from opm.programs import coordinators_only
from registration.http import AuthenticatedHttpRequest
from registration.models import LiveSession, Program


class SessionForm(forms.ModelForm):
    class Meta:
        model = LiveSession
        fields = ("title", "held_on", "hours")
        labels = {"title": _("What it was"), "held_on": _("Date"), "hours": _("Hours")}
        help_texts = {
            "title": _("For example: Workshop on aligning expectations."),
            "hours": _("As you count them for your funder, for example 1.5."),
        }
        widgets = {
            "held_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "hours": forms.NumberInput(attrs={"step": "0.25", "min": "0.25", "max": "40"}),
        }
        error_messages = {
            "title": {"required": _("Say in a few words what it was.")},
            "held_on": {"required": _("Enter the date.")},
            "hours": {"required": _("Enter how many hours it took.")},
        }

    def clean_hours(self) -> Any:
        hours = self.cleaned_data["hours"]
        if not 0 < hours <= 40:
            raise forms.ValidationError(gettext("A session has more than 0 and at most 40 hours."))
        return hours


@require_http_methods(["GET", "POST"])
@coordinators_only
def sessions(request: AuthenticatedHttpRequest, program: Program) -> HttpResponse:
    form = SessionForm(request.POST or None, instance=LiveSession(program=program))
    if form.is_valid():
        return redirect("program_session", program.pk, form.save().pk)
    held = program.sessions.annotate(came=Count("members"))
    context = {"program": program, "form": form, "sessions": held}
    return render(request, "programs/sessions.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@coordinators_only
def session(request: AuthenticatedHttpRequest, program: Program, session_pk: int) -> HttpResponse:
    """Who came: paste a list; take one off again; or delete the session."""
    held = get_object_or_404(program.sessions, pk=session_pk)
    action = request.POST.get("action", "")
    if action == "delete":
        held.delete()
        messages.success(request, gettext("The session is deleted, and its hours with it."))
        return redirect("program_sessions", program.pk)
    if action.startswith("remove-") and action.removeprefix("remove-").isdecimal():
        held.members.remove(*held.members.filter(pk=action.removeprefix("remove-")))
        return redirect("program_session", program.pk, held.pk)
    form = RosterForm(request.POST or None)
    form.fields["people"].label = _("Who came")
    unknown: list[roster.Match] = []
    if form.is_valid():
        matches = roster.match(program, form.cleaned_data["people"])
        held.members.add(*(match.membership for match in matches if match.membership))
        unknown = [match for match in matches if match.membership is None]
        noted = len(matches) - len(unknown)
        said = ngettext("%(number)s member noted.", "%(number)s members noted.", noted) % {"number": noted}
        messages.success(request, said)
        if not unknown:
            return redirect("program_session", program.pk, held.pk)
    people = held.members.select_related("user").order_by("user__name")
    context = {"program": program, "session": held, "form": form, "people": people, "unknown": unknown}
    return render(request, "programs/session.html", context, status=422 if form.errors else 200)
