"""Pages that need several apps: the landing page and everything about me."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from opm import personal_data, program_status, take_out
from registration.http import AuthenticatedHttpRequest
from training import content
from training.models import PageNote
from training.notes import noted_pages
from training.standing import Record


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    courses = sorted(content.load_all().values(), key=lambda course: course.id != "graduate")
    return render(request, "home.html", {"courses": courses})


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether this process can serve learners: the course loads and the database answers. Raises what is wrong."""
    content.load_all()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ready", content_type="text/plain")


@never_cache
@require_safe
@login_required
def me(request: AuthenticatedHttpRequest) -> HttpResponse:
    """My page: where I stand in each edition I have opened, my plans, my data."""
    courses = content.load_all()
    record = Record.of(request.user)
    begun = [record.standing(course) for course in record.begun(courses.values())]
    written = list(PageNote.objects.written_by(request.user)) if begun else []
    context = {
        "begun": begun,
        "plans": [
            (courses[edition], changed) for edition, changed in record.plans.items() if edition in courses
        ],
        "shelves": [
            (standing.state.course, noted_pages(written, standing.state.course)) for standing in begun
        ],
        "courses": list(courses.values()),
        "certificates": request.user.certificates.all() if record.completed else [],
        "memberships": program_status.of_person(
            request.user, record.completed, bool(record.visits), timezone.localdate()
        ),
        "person": request.user,
    }
    return render(request, "me.html", context)


@never_cache
@require_safe
@login_required
def export(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Everything about me: a ZIP, or with ?format=json the data alone."""
    name = f"my-data-{timezone.localdate()}"
    if request.GET.get("format") == "json":
        content, suffix, kind = take_out.as_json(request.user), "json", "application/json"
    else:
        content, suffix, kind = take_out.as_zip(request.user), "zip", "application/zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}.{suffix}"'}
    return HttpResponse(content, content_type=kind, headers=headers)


class EraseForm(forms.Form):
    """Typing one's address is a pause for thought, and works with a keyboard, a switch or a voice."""

    email = forms.CharField(label=_("Type your email address to confirm"), max_length=254)

    def __init__(self, *args: object, address: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type] # passed through to Form unchanged
        self.address = address

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if email.strip().lower() != self.address.lower():
            message = gettext("That is not the address of this account, which is %(address)s.")
            raise forms.ValidationError(message % {"address": self.address})
        return email


@never_cache
@require_http_methods(["GET", "POST"])
@login_required
def erase(request: AuthenticatedHttpRequest) -> HttpResponse:
    form = EraseForm(request.POST or None, address=request.user.email)
    if request.method == "POST" and form.is_valid():
        personal_data.erase(request.user)
        logout(request)
        messages.success(request, gettext("Everything the site held about you is erased."))
        response = redirect("home")
        response["Clear-Site-Data"] = '"storage"'  # and what this browser held
        return response
    return render(request, "erase.html", {"form": form}, status=422 if form.errors else 200)
