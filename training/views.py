"""The course: overview, sections, pages and their activities."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from registration.http import AuthenticatedHttpRequest
from training import content, fragments
from training.activities import Activity, Value
from training.content import Block, Course, Page, Section
from training.models import ActionPlan, Answer, PageNote, PageVisit
from training.offline import READ_AHEAD, readable_offline
from training.signed_out import sign_in_first
from training.standing import Kept, Standing
from training.two_devices import Over, Stamp, digest, own_words, with_plain_newlines

Place = tuple[Course, Section, Page]


@dataclass
class Work:
    """One activity on the page as this mentor meets it: their answer, its form, what it says back."""

    activity: Activity
    bound: forms.Form | None  # as it was posted; else the form is filled from the value when it is asked for
    value: Value
    stamp: str = ""
    other_value: Value | None = None
    drawn: SafeString | None = None

    @classmethod
    def of(cls, activity: Activity, kept: Kept | None) -> Work:
        value, version, other = (kept.value or {}, kept.version, kept.other_value) if kept else ({}, 0, None)
        return cls(activity, None, value, str(Stamp.of(version, value)), other)

    @cached_property
    def form(self) -> forms.Form:
        return self.bound or self.activity.form(value=self.value)

    @property
    def other_texts(self) -> list[tuple[str, str]]:
        """What another device wrote at the same time, with the label of its field."""
        fields = self.form.fields
        return [
            (str(fields[name].label or ""), text)
            for name, text in (self.other_value or {}).items()
            if name in fields
        ]

    @property
    def other_seen(self) -> str:
        """So that a choice between two texts cannot drop one that came in after they were shown."""
        return digest(self.other_value or {})

    @property
    def over(self) -> Over | None:
        """What this answer was written over; None from a form that does not tell."""
        stamp = Stamp.read(self.stamp)
        return Over(stamp, own_words(self.form, self.value)) if stamp else None

    def is_new(self, posted: QueryDict, is_alone: bool) -> bool:
        """Whether there is something to keep. A page's form brings all its activities, changed or not."""
        over = self.over
        if not self.form.fields or over is None:
            return any(name.startswith(f"{self.activity.id}-") for name in posted) and bool(self.form.fields)
        is_asked = is_alone and over.stamp.version > 0
        return is_asked or over.stamp.digest != digest(self.value) or f"{self.activity.id}-words" in posted

    @property
    def feedback(self) -> Any:
        return self.activity.feedback(self.value) if hasattr(self.activity, "feedback") else None

    @property
    def is_answered(self) -> bool:
        return self.activity.is_answered(self.value)


def get_course(edition: str) -> Course:
    course = content.load(edition)
    if course is None:
        raise Http404("There is no such edition.")
    return course


def get_place(edition: str, section_id: str, page_id: str) -> Place:
    """The page at this address, or the one it has become since."""
    course = get_course(edition)
    page = course.find(section_id, page_id)
    section = course.section(page.section_id) if page else None
    if section is None or page is None:
        raise Http404("There is no such page in this course.")
    return course, section, page


@readable_offline
@never_cache
@require_safe
@login_required
def course(request: AuthenticatedHttpRequest, edition: str) -> HttpResponse:
    course = get_course(edition)
    standing = Standing.of(request.user, course)
    going_on = course.page_for(standing.last.key) if standing.last else None
    plan = ActionPlan.objects.filter(user=request.user, edition=course.id).first()
    state = replace(standing.state, has_plan=plan is not None and plan.is_whole)
    return render(
        request,
        "training/course.html",
        {
            "course": course,
            "state": state,
            "sections": fragments.sections(state),
            "going_on": going_on,
            "first": course.pages[0],
            "paragraph": standing.last.paragraph if standing.last else "",
        },
    )


@require_safe
@login_required
def section(request: AuthenticatedHttpRequest, edition: str, section: str) -> HttpResponse:
    """Go to where one was in this section, else to its first page."""
    course = get_course(edition)
    found = course.section(section)
    if found is None:
        raise Http404("There is no such section in this course.")
    visits = PageVisit.objects.filter(user=request.user).order_by("-opened_at")
    last = next((visit for visit in visits if course.page_for(visit.key) in found.pages), None)
    page = (last and course.page_for(last.key)) or found.pages[0]
    address = reverse("page", args=[edition, found.id, page.id])
    return redirect(f"{address}#{last.paragraph}" if last and last.paragraph else address)


@readable_offline
@never_cache
@require_http_methods(["GET", "POST"])
@sign_in_first
def page(request: AuthenticatedHttpRequest, edition: str, section: str, page: str) -> HttpResponse:
    """A page to read and work on. Its one form carries all activities, so that “Done, next page” loses nothing typed."""
    place = course, _, this = get_place(edition, section, page)
    if (section, page) != (this.section_id, this.id) and request.method == "GET":
        return redirect("page", edition, this.section_id, this.id)
    if "paragraph" in request.POST:
        PageVisit.objects.remember(request.user, this, request.POST["paragraph"])
        return HttpResponse(status=204)
    if request.method == "POST":
        keep_note(request, this)
        works, is_kept = keep_answers(request, this, this.activities)
        if not is_kept:
            return show_page(request, place, works, status=422)
        PageVisit.objects.finish(request.user, this)
        following = course.next_page(this)
        return (
            redirect("page", edition, following.section_id, following.id)
            if following
            else redirect("course", edition)
        )
    return show_page(request, place)


@never_cache
@require_http_methods(["GET", "POST"])
@sign_in_first
def answer(
    request: AuthenticatedHttpRequest, edition: str, section: str, page: str, activity: str
) -> HttpResponse:
    """Keep one activity's answer. With htmx the activity comes back alone, else the whole page does."""
    place = _, _, this = get_place(edition, section, page)
    found = this.activity(activity)
    if found is None:
        raise Http404("There is no such activity on this page.")
    address = f"{reverse('page', args=[edition, section, page])}#{found.id}"
    if request.method == "GET":
        return redirect(address)
    if not request.htmx:
        keep_note(request, this)
    works, is_kept = keep_answers(request, this, (found,) if request.htmx else this.activities)
    if request.htmx:
        return show_activity(request, place, works[found.id], is_kept)
    return redirect(address) if is_kept else show_page(request, place, works, status=422)


def keep_answers(
    request: AuthenticatedHttpRequest, page: Page, activities: tuple[Activity, ...]
) -> tuple[dict[str, Work], bool]:
    """Keep what was posted for these activities, all or nothing. Returns them as posted, and whether they were kept."""
    works = {}
    for activity in activities:
        form = activity.form(request.POST)
        value = with_plain_newlines(form.cleaned_data) if form.is_valid() else {}
        works[activity.id] = Work(activity, form, value, request.POST.get(f"{activity.id}-version", ""))
    if any(work.form.errors for work in works.values()):
        return works, False
    is_alone = bool(request.htmx)
    new = {id_: work for id_, work in works.items() if work.is_new(request.POST, is_alone)}
    kept = Answer.objects.keep(
        request.user,
        page,
        {id_: work.value for id_, work in new.items()},
        {id_: work.is_answered for id_, work in new.items()},
        {id_: work.over for id_, work in new.items() if work.over},
    )
    for id_, answer in kept.items():
        choose_words(request, works[id_], answer)
        works[id_].stamp, works[id_].other_value = str(answer.stamp), answer.other_value
    return works, True


def choose_words(request: AuthenticatedHttpRequest, work: Work, answer: Answer) -> None:
    """End a conflict between two devices as the mentor chose, if what they saw is still all there is."""
    words, _, seen = request.POST.get(f"{work.activity.id}-words", "").partition(".")
    if words in ("mine", "other", "both") and seen == digest(answer.other_value or {}):
        answer.choose(words, work.activity.is_answered)


def keep_note(request: AuthenticatedHttpRequest, page: Page) -> str | None:
    """Keep the note that came with the page's form; returns what is kept now, None when the form had no note."""
    text, seen = request.POST.get("note-text"), request.POST.get("note-seen", "")
    return None if text is None else PageNote.objects.write(request.user, page, text, seen)


def show_activity(request: AuthenticatedHttpRequest, place: Place, work: Work, is_kept: bool) -> HttpResponse:
    """The activity alone; its foot where the field that saves itself asks for no more, in half the time."""
    activity = work.activity
    # Nothing but its status changes in a reflection; other kinds have more to say back
    is_foot = activity.kind == "reflect" and request.htmx.target == f"{activity.id}-status"
    template = "training/activities/_foot.html" if is_foot else activity.template
    context = {"work": work, "activity": activity, "place": place, "is_kept": is_kept, "button": "Save"}
    response = render(request, template, context | urls(place), status=200 if is_kept else 422)
    if is_kept:
        response["X-Kept"] = work.stamp  # only this tells the script that the words have arrived
    return response


def show_page(
    request: AuthenticatedHttpRequest, place: Place, works: dict[str, Work] | None = None, status: int = 200
) -> HttpResponse:
    course, section, page = place
    standing = Standing.of(request.user, course, page)
    is_opened = READ_AHEAD not in request.headers
    if is_opened and (standing.last is None or standing.last.key != page.key):
        PageVisit.objects.open(request.user, page)
    works = works or {
        activity.id: Work.of(activity, standing.kept.get(activity.id)) for activity in page.activities
    }
    for work in works.values():
        work.drawn = fragments.activity(work, course, page)
    blocks: list[Block | Work] = [
        works[block.activity.id] if block.activity else block for block in page.blocks
    ]
    context = {
        "place": place,
        "course": course,
        "section": section,
        "page": page,
        "blocks": blocks,
        "sections": fragments.sections(standing.state, section.id),
        "tabs": fragments.tabs(standing.state, page),
        "place_in_section": section.pages.index(page) + 1,
        "turn": fragments.turn(course, page),
        "references": fragments.references(page),
        "margin": fragments.margin(course, page),
        "note": standing.note,
        "paragraph": standing.paragraph,
        "errors": [
            (work.activity, error)
            for work in works.values()
            if work.bound
            for error in work.bound.errors.values()
        ],
    }
    return render(request, "training/page.html", context | urls(place), status=status)


def urls(place: Place) -> dict[str, str]:
    course, section, page = place
    return {"page_url": reverse("page", args=[course.id, section.id, page.id])}
