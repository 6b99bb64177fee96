"""Looking after people, institutions and mail. What people wrote in the course is not shown here."""

from typing import Any

import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401 - both are registered by now, so that they can be taken out below
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from registration.institution_admin import InstitutionAdmin
from registration.models import OutgoingMail, User

__all__ = ["InstitutionAdmin", "OutgoingMailAdmin", "PersonAdmin"]

# Ways in and where somebody is signed in are nobody's business but theirs
admin.site.unregister([Authenticator, UserSession])


class PersonCreationForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name")


@admin.register(User)
class PersonAdmin(UserAdmin):
    add_form = PersonCreationForm
    list_display = (
        "email",
        "name",
        "institution_name",
        "job_category",
        "registered_on",
        "last_login",
        "is_staff",
    )
    list_filter = ("groups", "is_staff", "is_active", "job_category", *User.REASONS, "is_demo")
    list_select_related = ()
    search_fields = ("email", "name", "institution_name")
    date_hierarchy = "registered_on"
    ordering = ("-registered_on", "email")
    autocomplete_fields = ("institution",)
    readonly_fields = ("registered_on", "last_login")
    fieldsets = (
        (None, {"fields": ("email", "password", "name")}),
        (_("Work"), {"fields": ("job_title", "job_category", "institution_name", "institution")}),
        (_("Reasons for registering"), {"fields": (*User.REASONS, "reason_other_text")}),
        (_("Roles"), {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        (_("Dates"), {"fields": ("registered_on", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),)
    filter_horizontal = ("groups",)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """allauth keeps addresses in a table of its own: without a row there, a first sign-in takes two codes."""
        obj.email = obj.email.lower()
        super().save_model(request, obj, form, change)
        EmailAddress.objects.filter(user=obj).exclude(email=obj.email).delete()
        EmailAddress.objects.get_or_create(user=obj, email=obj.email, defaults={"primary": True})


class StateFilter(admin.SimpleListFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", gettext("waiting")), ("sent", gettext("sent")), ("given_up", gettext("given up"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutgoingMail]) -> QuerySet[OutgoingMail]:
        mails = OutgoingMail.objects.all()
        states = {
            "waiting": mails.waiting(),
            "sent": mails.exclude(sent_at=None),
            "given_up": mails.given_up(),
        }
        chosen = states.get(self.value() or "")
        return queryset if chosen is None else queryset & chosen


@admin.register(OutgoingMail)
class OutgoingMailAdmin(admin.ModelAdmin):
    """A log: to whom, what about, and whether it went out. What it says is for its reader; an action sends it again."""

    list_display = ("created_at", "kind", "to_address", "subject", "sent_at", "attempts", "next_attempt_at")
    list_filter = (StateFilter, "kind")
    search_fields = ("to_address", "subject")
    date_hierarchy = "created_at"
    actions = ("send_again",)
    exclude = ("text", "html", "payload")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: OutgoingMail | None = None) -> bool:
        return False

    @admin.action(description=_("Send again"), permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[OutgoingMail]) -> None:
        repeatable = [mail for mail in queryset if mail.is_repeatable]
        for mail in repeatable:
            mail.send_again()
        planned = ngettext(
            "%(number)s planned to go out again.", "%(number)s planned to go out again.", len(repeatable)
        )
        self.message_user(request, planned % {"number": len(repeatable)})
        if left := queryset.count() - len(repeatable):
            unsent = ngettext(
                "%(number)s held a code, which is not kept. The person can ask for a new one.",
                "%(number)s held a code, which is not kept. The person can ask for a new one.",
                left,
            )
            self.message_user(request, unsent % {"number": left}, messages.WARNING)


from registration import program_admin as program_admin  # noqa: E402 - registers the programs
