"""The course: overview, sections, pages and their activities."""

from __future__ import annotations

from collections.abc import Sized

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.messages import get_messages
from django.http import Http404, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from registration.http import AuthenticatedHttpRequest, HtmxHttpRequest
from registration.models import User
from training import content, fragments, frames
from training.certificates import Certificate
from training.completion import newly_complete
from training.content import Course, Page, Place
from training.models import Completion, PageNote, PageVisit
from training.offline import READ_AHEAD, readable_offline
from training.signed_out import sign_in_first
from training.standing import Standing
from training.work import Work, errors_in, keep_answers

LAST_PIECE = _("That was the last open piece. The course is complete: see its overview.")


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
    if standing.state.is_complete and standing.completed_at is None and newly_complete(request.user):
        return redirect("complete", edition)  # what completed it could not say so
    return render(
        request,
        "training/course.html",
        {
            "course": course,
            "standing": standing,
            "state": standing.state,
            "sections": fragments.sections(standing.state),
            "going_on": course.page_for(standing.last.key) if standing.last else None,
            "first": course.pages[0],
            "paragraph": standing.last.paragraph if standing.last else "",
        },
    )


@never_cache
@require_safe
@login_required
def complete(request: AuthenticatedHttpRequest, edition: str) -> HttpResponse:
    """The page for the moment when the course is complete, and for coming back to it."""
    course = get_course(edition)
    completion = Completion.objects.filter(user=request.user, edition=edition).first()
    if completion is None:
        return redirect("course", edition)
    certificate = Certificate.objects.filter(user=request.user, edition=edition).first()
    context = {"course": course, "completion": completion, "certificate": certificate}
    return render(request, "training/complete.html", context)


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
        return redirect(*after_done(request.user, course, this))
    return show_page(request, place)


def after_done(user: User, course: Course, page: Page) -> tuple[str, ...]:
    """Where “Done” leads: on, and to the end where this was all that was missing."""
    following = course.next_page(page)
    if course in newly_complete(user):
        return "complete", course.id
    return ("page", course.id, following.section_id, following.id) if following else ("course", course.id)


@never_cache
@require_http_methods(["GET", "POST"])
@sign_in_first
def answer(
    request: AuthenticatedHttpRequest, edition: str, section: str, page: str, activity: str
) -> HttpResponse:
    """Keep one activity's answer. With htmx the activity comes back alone, else the whole page does."""
    place = course, _, this = get_place(edition, section, page)
    found = this.activity(activity)
    if found is None:
        raise Http404("There is no such activity on this page.")
    if request.method == "GET":
        return redirect(f"{fragments.page_url(place)}#{found.id}")
    if not request.htmx:
        keep_note(request, this)
    works, is_kept = keep_answers(request, this, (found,) if request.htmx else this.activities)
    is_new = any(work.is_newly_answered for work in works.values())
    is_last = is_new and course in newly_complete(request.user)
    if request.htmx:
        return show_activity(request, place, works[found.id], is_last)
    if is_last:
        messages.success(request, LAST_PIECE)
    if is_kept:
        return redirect(f"{fragments.page_url(place)}#{found.id}")
    return show_page(request, place, works, status=422)


def keep_note(request: AuthenticatedHttpRequest, page: Page) -> str | None:
    """Keep the note that came with the page's form; returns what is kept now, None when the form had no note."""
    text, seen = request.POST.get("note-text"), request.POST.get("note-seen", "")
    return None if text is None else PageNote.objects.write(request.user, page, text, seen)


def show_activity(request: HtmxHttpRequest, place: Place, work: Work, is_last: bool) -> HttpResponse:
    """The activity alone; only that it is saved, where the field that saves itself asks for no more."""
    id_ = work.activity.id
    # Nothing but its status changes in a reflection; other kinds have more to say back
    is_status = work.activity.kind == "reflect" and request.htmx.target == f"{id_}-status"
    is_plain = is_status and work.is_kept and not work.other_value
    html = fragments.saved(id_, work.is_visitors) if is_plain else fragments.card(work, place, request)
    if is_last:
        html += render_to_string("training/_moment.html", {"course": place[0]})
    response = HttpResponse(html, status=200 if work.is_kept else 422)
    if work.is_kept:
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
    own = {
        "csrf": get_token(request),
        "browser-key": request.user.browser_key,
        "address": escape(request.get_full_path()),
        "messages": drawn_if("_messages.html", messages=get_messages(request)),
        "errors": drawn_if("training/_errors.html", errors=errors_in(works)),
        "sections": fragments.sections(standing.state, section.id),
        "tabs": fragments.tabs(standing.state, page),
        "paragraph": standing.paragraph,
        "note": fragments.note(standing.note, course, page),
    }
    cards = {f"activity-{id_}": fragments.activity(work, place, request) for id_, work in works.items()}
    html = frames.page(course, page, request.user.theme).fill_encoded(own | cards)
    return HttpResponse(html, status=status)


def drawn_if(template: str, **context: Sized) -> str:
    """The template where it has something to say."""
    return render_to_string(template, context) if any(map(len, context.values())) else ""
