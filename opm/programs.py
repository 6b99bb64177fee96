"""Programs: asking for one, looking after it, joining and leaving."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from opm import program_status
from opm.spreadsheet import XLSX, csv_lines, xlsx
from registration.http import AuthenticatedHttpRequest
from registration.models import Institution, Program, User
from registration.programs import CODE_LENGTH, read_join_code
from training import content

Arguments = ParamSpec("Arguments")
A_PAGE = 100


class ProgramForm(forms.ModelForm):
    """What a program is and what it asks for. The edition's choices are the courses that are here."""

    class Meta:
        model = Program
        fields = ("name", "institution_name", "edition", "due_on", "valid_years", "extras")
        labels = {
            "name": _("Name of the program"),
            "institution_name": _("Institution"),
            "edition": _("Course"),
        }
        help_texts = {
            "name": _("As your mentors know it. For example: T32 in Cardiovascular Research."),
            "due_on": _(
                "Leave it empty if there is no date. Nobody is ever called late; reminders name the date."
            ),
            "valid_years": _("After that, a member counts as expired until they have done the refresher."),
            "extras": _(
                "In plain words, as members should read it. For example: two facilitated sessions of 90 minutes each year."
            ),
        }
        widgets = {
            "due_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "extras": forms.Textarea(attrs={"rows": 4}),
        }
        error_messages = {
            "name": {"required": _("Enter the name of the program.")},
            "institution_name": {"required": _("Enter the institution that the program belongs to.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        courses = [(course.id, course.title) for course in content.load_all().values()]
        self.fields["edition"] = forms.ChoiceField(
            label=_("Course"), choices=courses, widget=forms.RadioSelect, initial=courses[0][0]
        )

    def save(self, commit: bool = True) -> Program:
        self.instance.institution = Institution.objects.named(self.cleaned_data["institution_name"])
        return super().save(commit)


class CoordinatorForm(forms.Form):
    email = forms.EmailField(
        label=_("Email address of another coordinator"),
        help_text=_("They need an account here. They see the members’ status, as you do."),
        error_messages={"required": _("Enter an email address.")},
    )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        self.user = User.objects.filter(email=email, is_active=True).first()
        if self.user is None:
            raise forms.ValidationError(
                gettext("Nobody with this address coordinates here yet. Ask them to register first.")
            )
        return email


class JoinForm(forms.Form):
    code = forms.CharField(
        label=_("Code of the program"),
        max_length=20,
        help_text=_("Eight letters and digits, from your coordinator."),
        error_messages={"required": _("Enter the code that your program gave you.")},
    )

    def clean_code(self) -> str:
        code = read_join_code(self.cleaned_data["code"])
        if len(code) != CODE_LENGTH or not Program.objects.approved().filter(join_code=code).exists():
            raise forms.ValidationError(
                gettext("No program has this code. Check it, or ask your coordinator for the link.")
            )
        return code


def coordinators_only(
    view: Callable[Concatenate[AuthenticatedHttpRequest, Program, Arguments], HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """The program, if the person coordinates it; for everybody else there is no such page. One query."""

    @wraps(view)
    def guarded(
        request: AuthenticatedHttpRequest, pk: int, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponseBase:
        programs = (
            Program.objects.all() if request.user.is_superuser else Program.objects.run_by(request.user)
        )
        return view(request, get_object_or_404(programs, pk=pk), *args, **kwargs)

    return login_required(never_cache(guarded))


@never_cache
@require_http_methods(["GET", "POST"])
def programs(request: HttpRequest) -> HttpResponse:
    """What a program is, for anybody; for whoever is signed in, those they look after, and asking for a new one."""
    if not request.user.is_authenticated:
        return render(request, "programs/programs_signed_out.html")
    return own_programs(cast(AuthenticatedHttpRequest, request))


def own_programs(request: AuthenticatedHttpRequest) -> HttpResponse:
    form = ProgramForm(request.POST or None, initial={"institution_name": request.user.institution_name})
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            program = form.save()
            program.add_coordinator(request.user)
        messages.success(
            request, gettext("Thank you. We look at it, usually within two working days, and email you.")
        )
        return redirect(program)
    context = {"programs": Program.objects.run_by(request.user), "form": form}
    return render(request, "programs/programs.html", context, status=422 if form.errors else 200)


@require_safe
@coordinators_only
def program(request: AuthenticatedHttpRequest, program: Program) -> HttpResponse:
    """Who stands how."""
    today = timezone.localdate()
    status, words = chosen(request)
    counts = program_status.counts(program, today)
    rows = program_status.listed(program, today, status, words)
    page = paginated(rows, request, total=None if words else counts.get(status, sum(counts.values())))
    context = {
        "program": program,
        "counts": [(name, label, counts[name]) for name, label in program_status.STATUSES.items()],
        "members": sum(counts.values()),
        "page": page,
        "standings": list(program_status.standings(program, page.object_list)),
        "status": status,
        "words": words,
    }
    return render(request, "programs/program.html", context)


def chosen(request: HttpRequest) -> tuple[str, str]:
    """The filter of the list: a status, and words to look for."""
    status = request.GET.get("status", "")
    return status if status in program_status.STATUSES else "", request.GET.get("q", "").strip()[:100]


def paginated(rows: Any, request: HttpRequest, total: int | None) -> Any:
    """A page of the list. The number of all is known from the counts, where no words are looked for."""
    paginator = Paginator(rows, A_PAGE)
    if total is not None:
        paginator.count = total
    return paginator.get_page(request.GET.get("page"))


@require_safe
@coordinators_only
def members_csv(request: AuthenticatedHttpRequest, program: Program) -> StreamingHttpResponse:
    """The list as filtered, as CSV, streamed."""
    rows = program_status.listed(program, timezone.localdate(), *chosen(request))
    standings = program_status.standings(program, rows.iterator(2000))  # type: ignore[arg-type] # rows as they come

    def lines() -> Any:
        yield [str(heading) for heading in program_status.HEADINGS]
        yield from (standing.row for standing in standings)

    headers = as_file(program, "csv")
    return StreamingHttpResponse(csv_lines(lines()), content_type="text/csv; charset=utf-8", headers=headers)


@require_safe
@coordinators_only
def members_xlsx(request: AuthenticatedHttpRequest, program: Program) -> HttpResponse:
    """The list as filtered, as a workbook."""
    rows = program_status.listed(program, timezone.localdate(), *chosen(request))
    table = [[str(heading) for heading in program_status.HEADINGS]]
    table += [standing.row for standing in program_status.standings(program, rows)]
    return HttpResponse(xlsx(table, program.name), content_type=XLSX, headers=as_file(program, "xlsx"))


def as_file(program: Program, suffix: str) -> dict[str, str]:
    """The header that makes a download of it, named after the program and the day."""
    name = f"{slugify(program.name) or 'program'}-{timezone.localdate().isoformat()}.{suffix}"
    return {"Content-Disposition": f'attachment; filename="{name}"'}


@require_http_methods(["GET", "POST"])
@coordinators_only
def settings(request: AuthenticatedHttpRequest, program: Program) -> HttpResponse:
    """Change what the program asks for, and who looks after it."""
    if request.POST.get("action") == "digest":
        program.coordinations.filter(user=request.user).update(
            wants_digest=request.POST.get("digest") == "on"
        )
        messages.success(request, gettext("Saved."))
        return redirect("program_settings", program.pk)
    is_coordinator = request.POST.get("action") == "coordinator"
    form = ProgramForm(request.POST if request.POST and not is_coordinator else None, instance=program)
    coordinator = CoordinatorForm(request.POST if is_coordinator else None)
    if is_coordinator and coordinator.is_valid() and coordinator.user:
        program.add_coordinator(coordinator.user)
        messages.success(
            request, gettext("%(name)s looks after this program too now.") % {"name": coordinator.user}
        )
        return redirect("program_settings", program.pk)
    if form.is_bound and form.is_valid():
        form.save()
        messages.success(request, gettext("Saved."))
        return redirect(program)
    context = {
        "program": program,
        "form": form,
        "coordinator_form": coordinator,
        "people": program.coordinators.all(),
        "own": program.coordinations.filter(user=request.user).first(),
    }
    status = 422 if form.errors or coordinator.errors else 200
    return render(request, "programs/settings.html", context, status=status)


@never_cache
@require_http_methods(["GET", "POST"])
def join_by_code(request: HttpRequest) -> HttpResponse:
    form = JoinForm(request.POST or None)
    if form.is_valid():
        return redirect("join_program", form.cleaned_data["code"])
    return render(request, "programs/join_code.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, code: str) -> HttpResponse:
    """What the program asks for and what it will see; then, with a button, yes."""
    program = get_object_or_404(Program.objects.approved(), join_code=read_join_code(code))
    user = request.user
    if request.method == "POST":
        if not user.is_authenticated:
            return redirect(f"{request.path}")
        program.join(user)
        joined = gettext("You are a member of %(program)s. What you have completed counts already.")
        messages.success(request, joined % {"program": program})
        return redirect("course", program.edition)
    is_member = user.is_authenticated and user.memberships.filter(program=program).exists()
    course = content.load(program.edition)
    return render(
        request, "programs/join.html", {"program": program, "course": course, "is_member": is_member}
    )


@never_cache
@require_POST
@login_required
def leave(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(request.user.memberships.select_related("program"), pk=pk)
    membership.delete()
    left = gettext(
        "You have left %(program)s. It sees nothing of you any more; your work and certificates stay."
    )
    messages.success(request, left % {"program": membership.program})
    return redirect("me")


@never_cache
@require_POST
@login_required
def choose_reminders(request: AuthenticatedHttpRequest, pk: int) -> HttpResponse:
    """Reminders of one program on or off, from My page."""
    membership = get_object_or_404(request.user.memberships.select_related("program"), pk=pk)
    membership.wants_reminders = request.POST.get("reminders") == "on"
    membership.save(update_fields=["wants_reminders"])
    messages.success(request, gettext("Saved."))
    return redirect("me")
