"""My details: what was asked at registration, to change at any time."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registration.forms import DetailsForm
from registration.http import AuthenticatedHttpRequest
from registration.models import User


class MyDetailsForm(DetailsForm):
    """What was asked at registration, without address and password, which have pages of their own."""

    field_order = ("name", "job_title", "job_category", "institution", "reasons", "reason_other_text")

    @classmethod
    def for_person(cls, user: User, data: Any = None) -> MyDetailsForm:
        initial: dict[str, Any] = {
            name: getattr(user, name) for name in ("name", "job_title", "job_category", "reason_other_text")
        }
        initial["institution"] = user.institution.name if user.institution else user.institution_name
        initial["reasons"] = [reason for reason in User.REASONS if getattr(user, reason)]
        form = cls(data, initial=initial)
        form.kept = (initial["institution"], user.institution)
        return form

    def apply_to(self, user: User) -> None:
        """What an older list said of the person's institution does not hold for a new one."""
        if "institution" in self.changed_data:
            user.at_ctsa = None
        super().apply_to(user)


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def details(request: AuthenticatedHttpRequest) -> HttpResponse:
    form = MyDetailsForm.for_person(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        form.apply_to(request.user)
        messages.success(request, gettext("Your details are saved."))
        return redirect("me")
    return render(request, "registration/details.html", {"form": form}, status=422 if form.errors else 200)
