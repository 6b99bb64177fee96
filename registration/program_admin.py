"""Programs for staff: approve, decline, find a new coordinator. Part of admin.py, in a file of its own."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from registration.models import Coordinator, Program


class CoordinatorInline(admin.TabularInline):
    model = Coordinator
    extra = 0
    autocomplete_fields = ("user",)


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [
            ("waiting", str(_("waiting"))),
            ("approved", str(_("approved"))),
            ("declined", str(_("declined"))),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Program]) -> QuerySet[Program]:
        programs = Program.objects.all()
        states = {
            "waiting": programs.waiting(),
            "approved": programs.approved(),
            "declined": programs.exclude(declined_on=None),
        }
        chosen = states.get(self.value() or "")
        return queryset if chosen is None else queryset & chosen


@admin.register(Program)
class ProgramAdmin(admin.ModelAdmin):
    list_display = ("name", "institution_name", "edition", "asked_on", "approved_on", "declined_on")
    list_filter = (StateFilter, "edition")
    search_fields = ("name", "institution_name")
    autocomplete_fields = ("institution",)
    readonly_fields = ("join_code", "asked_on", "approved_on", "declined_on")
    inlines = (CoordinatorInline,)
    actions = ("approve", "decline")

    @admin.action(description=_("Approve, and tell the coordinators"), permissions=["change"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Program]) -> None:
        for program in queryset:
            program.approve()

    @admin.action(description=_("Decline"), permissions=["change"])
    def decline(self, request: HttpRequest, queryset: QuerySet[Program]) -> None:
        for program in queryset:
            program.decline()
