"""The mentoring action plan: its form, and the pages, PDF and mail made from it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from opm.pdf import render_pdf
from registration.http import AuthenticatedHttpRequest
from registration.models import OutgoingMail, User
from training.activities.writing import IfThen
from training.completion import newly_complete
from training.content import Course, Page
from training.models import ActionPlan, Answer, default_check_in
from training.views import get_course

PLACES = (1, 2, 3)
LONGEST = 2000
TOO_LONG = {
    "max_length": ngettext_lazy(
        "This has %(show_value)d character; a plan keeps %(limit_value)d here. Please shorten it.",
        "This has %(show_value)d characters; a plan keeps %(limit_value)d here. Please shorten it.",
        "show_value",
    )
}


@dataclass(frozen=True)
class Proposal:
    """A commitment that the mentor wrote on a page of the course, proposed for the plan."""

    situation: str
    action: str
    page: Page
    activity: IfThen


def proposals(user: User, course: Course) -> list[Proposal]:
    """Commitments written in the course, the last pages first: as many as a plan has places. One query.

    The last pages ask for the plan itself; what was written earlier fills the places that are left.
    """
    written = [
        (page, activity)
        for page in reversed(course.pages)
        for activity in page.activities
        if isinstance(activity, IfThen)
    ]
    kept = Answer.objects.filter(user=user, activity_id__in=[activity.id for _, activity in written])
    values = {
        f"{edition}/{id_}": value
        for edition, id_, value in kept.values_list("edition", "activity_id", "value")
    }
    found = [
        Proposal(**commitment, page=page, activity=activity)
        for page, activity in written
        for commitment in activity.feedback(values.get(page.activity_key(activity), {}))
    ]
    return found[: len(PLACES)]


class PlanForm(forms.Form):
    """Three goals, three if-then commitments, two dates. Nothing is required: a plan may grow over several sittings."""

    next_meeting_on = forms.DateField(required=False, label=_("My next meeting with a mentee"))
    check_in_on = forms.DateField(required=False, label=_("The day I look at this plan again"))
    notes = forms.CharField(required=False, max_length=LONGEST, label=_("Anything else I want to remember"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.proposed: dict[int, Proposal] = {}
        for place in PLACES:
            number = {"number": place}
            self.fields[f"goal_{place}"] = _text(gettext("Goal %(number)s") % number)
            self.fields[f"situation_{place}"] = _text(gettext("Commitment %(number)s: if …") % number)
            self.fields[f"action_{place}"] = _text(gettext("Commitment %(number)s: … then I will …") % number)

    @classmethod
    def for_plan(cls, plan: ActionPlan, today: datetime.date) -> PlanForm:
        initial: dict[str, Any] = {
            "next_meeting_on": plan.next_meeting_on,
            "check_in_on": plan.check_in_on or (default_check_in(today) if plan.pk is None else None),
            "notes": plan.notes,
        }
        for place, goal in enumerate(plan.goals, start=1):
            initial[f"goal_{place}"] = goal
        for place, commitment in enumerate(plan.commitments, start=1):
            initial[f"situation_{place}"] = commitment["situation"]
            initial[f"action_{place}"] = commitment["action"]
        return cls(initial=initial)

    def propose(self, found: list[Proposal]) -> None:
        """Fill the places for commitments with what was written in the course. Nothing is kept before it is saved."""
        self.proposed = dict(zip(PLACES, found, strict=False))
        for place, proposal in self.proposed.items():
            self.initial[f"situation_{place}"] = proposal.situation
            self.initial[f"action_{place}"] = proposal.action

    def clean(self) -> dict[str, Any]:
        """An “if” without its “then” is no commitment yet: say so at the field that is missing."""
        cleaned: dict[str, Any] = super().clean() or {}
        for place in PLACES:
            situation, action = cleaned.get(f"situation_{place}"), cleaned.get(f"action_{place}")
            if situation and not action:
                self.add_error(f"action_{place}", gettext("Say what you will do when this happens."))
            if action and not situation:
                missing = gettext("Say when you will do this: the moment that should remind you.")
                self.add_error(f"situation_{place}", missing)
        return cleaned

    def fill(self, plan: ActionPlan) -> None:
        cleaned = self.cleaned_data
        plan.goals = [cleaned[f"goal_{place}"] for place in PLACES if cleaned[f"goal_{place}"]]
        plan.commitments = [
            {"situation": cleaned[f"situation_{place}"], "action": cleaned[f"action_{place}"]}
            for place in PLACES
            if cleaned[f"action_{place}"]
        ]
        plan.next_meeting_on = cleaned["next_meeting_on"]
        plan.check_in_on = cleaned["check_in_on"]
        plan.notes = cleaned["notes"]

    @property
    def goals(self) -> list[forms.BoundField]:
        return [self[f"goal_{place}"] for place in PLACES]

    @property
    def commitments(self) -> list[tuple[forms.BoundField, forms.BoundField, Proposal | None]]:
        return [
            (self[f"situation_{place}"], self[f"action_{place}"], self.proposed.get(place))
            for place in PLACES
        ]


def _text(label: str) -> forms.CharField:
    return forms.CharField(
        required=False,
        label=label,
        max_length=LONGEST,
        error_messages=TOO_LONG,
    )


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def plan(request: AuthenticatedHttpRequest, edition: str) -> HttpResponse:
    course = get_course(edition)
    plan = ActionPlan.objects.filter(user=request.user, edition=edition).first() or ActionPlan(
        user=request.user, edition=edition
    )
    form = (
        PlanForm(request.POST) if request.method == "POST" else PlanForm.for_plan(plan, timezone.localdate())
    )
    if request.method == "GET" and not plan.commitments:
        form.propose(proposals(request.user, course))
    if request.method == "POST" and form.is_valid():
        form.fill(plan)
        wants_mail = request.POST.get("action") == "mail"
        if wants_mail and not plan.goals and not plan.commitments:
            nothing = gettext("Write a goal or a commitment first: there is nothing to send yet.")
            form.add_error("goal_1", nothing)
        else:
            keep_plan(plan, course, with_mail=wants_mail)
            messages.success(request, _what_happens(plan, wants_mail))
            return redirect("complete" if course in newly_complete(request.user) else "plan", edition)
    status = 422 if form.errors else 200
    return render(
        request, "training/plan.html", {"course": course, "plan": plan, "form": form}, status=status
    )


@transaction.atomic
def keep_plan(plan: ActionPlan, course: Course, with_mail: bool) -> None:
    """Save the plan and, in the same transaction, the mail that was asked for: at most one a version and day."""
    if plan.pk is not None:
        plan.revision += 1 if plan.differs_from_saved() else 0
    plan.updated_at = timezone.now()
    plan.save()
    if with_mail:
        OutgoingMail.record(
            key=f"plan/{plan.pk}/{plan.revision}/{timezone.localdate()}",
            kind="plan",
            user=plan.user,
            to=plan.user.email,
            template="email/plan",
            context={"plan": plan, "course": course},
            payload={"plan": plan.pk},
        )


def _what_happens(plan: ActionPlan, is_mailed: bool) -> str:
    if is_mailed:
        told = gettext("Saved. Your plan is on its way to %(address)s, with the PDF attached.")
        return told % {"address": plan.user.email}
    return gettext("Your plan is saved.")


@never_cache
@require_safe
@login_required
def plan_pdf(request: AuthenticatedHttpRequest, edition: str) -> HttpResponse:
    get_course(edition)
    plan = ActionPlan.objects.filter(user=request.user, edition=edition).first()
    if plan is None:
        nothing = gettext(
            "There is no plan to print yet. Write a first goal here; you can change it any time."
        )
        messages.info(request, nothing)
        return redirect("plan", edition)
    headers = {"Content-Disposition": f'inline; filename="{FILE_NAME}"'}
    return HttpResponse(pdf(plan), content_type="application/pdf", headers=headers)


FILE_NAME = "mentoring-action-plan.pdf"


def pdf(plan: ActionPlan) -> bytes:
    context = {"plan": plan, "course": get_course(plan.edition), "SITE_NAME": settings.SITE_NAME}
    return render_pdf("training/plan_pdf.html", context)
