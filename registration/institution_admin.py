"""Institutions in the admin pages: looking after them, and merging what is there twice."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from registration import duplicates
from registration.institution_search import search
from registration.institutions import Institution, InstitutionName, words_of
from registration.models import User

DUPLICATES = "admin:registration_institution_duplicates"


class NameInline(admin.TabularInline):
    """All names but its own, which stands in the form."""

    model = InstitutionName
    fields = ("name", "kind")
    extra = 1
    verbose_name_plural = _("other names")

    def get_queryset(self, request: HttpRequest) -> QuerySet[InstitutionName]:
        return super().get_queryset(request).exclude(kind=InstitutionName.Kind.NAME)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "kind":
            kwargs["choices"] = [
                choice for choice in db_field.choices if choice[0] != InstitutionName.Kind.NAME
            ]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


@admin.register(Institution)
class InstitutionAdmin(admin.ModelAdmin):
    list_display = (
        "name",
        "city",
        "country_code",
        "ror_id",
        "is_home",
        "is_ctsa",
        "registered",
        "merged_into",
    )
    list_filter = ("is_home", "is_ctsa", "is_known", ("merged_into", admin.EmptyFieldListFilter))
    list_select_related = ("merged_into",)
    search_fields = ("name",)
    search_help_text = _("Beginnings of words, in any of its names")
    inlines = (NameInline,)
    readonly_fields = ("merged_into",)
    change_list_template = "admin/registration/institution/change_list.html"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Institution]:
        people = User.objects.filter(institution=OuterRef("pk")).order_by().values("institution")
        count = Subquery(people.annotate(count=Count("pk")).values("count"))
        return super().get_queryset(request).annotate(people_count=Coalesce(count, 0))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Institution], search_term: str
    ) -> tuple[QuerySet[Institution], bool]:
        """By words, as the registration form does; a person is linked to current ones only."""
        if "autocomplete" in request.path:
            queryset = queryset.filter(merged_into=None)
        words = words_of(search_term)
        return queryset.filter(pk__in=Institution.objects.with_words(words)) if words else queryset, False

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Names are written all at once: of equal ones the first counts, and the words to find it by follow."""
        formset.save(commit=False)  # tells it what the log of changes will say
        rows = [row.cleaned_data for row in formset.forms if row.cleaned_data.get("name")]
        if form.instance.merged_into_id is None:
            form.instance.set_names((row["kind"], row["name"]) for row in rows if not row.get("DELETE"))

    @admin.display(description=_("people registered"), ordering="people_count")
    def registered(self, institution: Any) -> int:
        return int(institution.people_count)

    def get_urls(self) -> list[URLPattern]:
        views = [("duplicates", self.duplicates), ("merge", self.merge), ("link", self.link)]
        return [
            path(
                "duplicates/" if name == "duplicates" else f"duplicates/{name}/",
                self.admin_site.admin_view(view),
                name=f"registration_institution_{name}",
            )
            for name, view in views
        ] + super().get_urls()

    def page(self, request: HttpRequest, name: str, title: str, **more: Any) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, **more}
        return render(request, f"admin/registration/institution/{name}.html", context)

    def duplicates(self, request: HttpRequest) -> HttpResponse:
        """What may be there twice, what people typed, and a search to compare any two."""
        self.require_change(request)
        query = request.GET.get("q", "")
        return self.page(
            request,
            "duplicates",
            gettext("Duplicate institutions"),
            pairs=duplicates.pairs(),
            typed=duplicates.typed_texts(request.GET.get("page", 1)),
            query=query,
            hits=search(query, 30) if query else [],
        )

    def merge(self, request: HttpRequest) -> HttpResponse:
        """Two institutions side by side; a POST makes them one."""
        self.require_change(request)
        form = MergeForm(request.POST or request.GET)
        if not form.is_valid():
            messages.error(request, gettext("Choose two institutions that are not merged already."))
            return redirect(DUPLICATES)
        keep, other = form.cleaned_data["keep"], form.cleaned_data["other"]
        if request.method != "POST":
            return self.page(request, "merge", gettext("Merge two institutions"), keep=keep, other=other)
        with transaction.atomic():
            moved = keep.absorb(other)
            names = {"keep": keep.name, "other": other.name, "number": moved}
            done = ngettext(
                "Merged “%(other)s” into “%(keep)s”: %(number)s person moved.",
                "Merged “%(other)s” into “%(keep)s”: %(number)s people moved.",
                moved,
            )
            for institution in (keep, other):
                self.log_change(request, institution, done % names)
        messages.success(request, done % names)
        return redirect(DUPLICATES)

    def link(self, request: HttpRequest) -> HttpResponse:
        """What people typed, and the institution it means; a POST links them."""
        self.require_change(request)
        given = request.POST or request.GET
        typed = given.get("typed", "")
        number = given.get("institution", "")
        if not number.isdecimal():
            messages.error(request, gettext("Choose the institution that the text means."))
            return redirect(DUPLICATES)
        institution = get_object_or_404(Institution.objects.current(), pk=number)
        people = User.objects.filter(institution=None, institution_name__iexact=typed)
        if not typed or not people.exists():
            raise Http404
        if request.method != "POST":
            facts = {"typed": typed, "institution": institution, "people_count": people.count()}
            return self.page(request, "link", gettext("Link people to an institution"), **facts)
        with transaction.atomic():
            linked = institution.adopt_spelling(typed, remember="remember" in request.POST)
            done = ngettext(
                "Linked %(number)s person who typed “%(typed)s” to “%(name)s”.",
                "Linked %(number)s people who typed “%(typed)s” to “%(name)s”.",
                linked,
            ) % {"number": linked, "typed": typed, "name": institution.name}
            self.log_change(request, institution, done)
        messages.success(request, done)
        return redirect(DUPLICATES)

    def require_change(self, request: HttpRequest) -> None:
        if not self.has_change_permission(request):
            raise PermissionDenied


class MergeForm(forms.Form):
    """Which institution stays, and which becomes it."""

    keep = forms.ModelChoiceField(Institution.objects.current())
    other = forms.ModelChoiceField(Institution.objects.current())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("keep") and cleaned.get("keep") == cleaned.get("other"):
            raise forms.ValidationError(gettext("These are the same."))
        return cleaned
