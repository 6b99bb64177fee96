"""A look inside without an account: the overview, and the first page of each section to read and to work on.

Each view here is the door to one of views.py or dialogue_views.py, where everybody else goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.contrib.messages import get_messages
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from registration.http import AuthenticatedHttpRequest, HtmxHttpRequest
from training import content, dialogue_views, fragments, frames, views, visitors
from training.activities import Dialogue
from training.content import Course, Place
from training.progress import CourseState, course_state
from training.views import drawn_if, show_activity
from training.visitors import VISITOR
from training.work import Work, errors_in

View = Callable[..., HttpResponse]


@fragments.drawn_once(64)
def nothing_yet(course: Course) -> CourseState:
    return course_state(course, frozenset(), frozenset())


def open_place(request: HttpRequest, edition: str, section: str, page: str) -> Place | None:
    """The open page that a visitor is at; None for everybody and everything else."""
    course = content.load(edition)
    found = course.find(section, page) if course else None
    if request.user.is_authenticated or not course or not found or not course.is_open(found):
        return None
    if request.method == "POST" and request.POST.get("account") != VISITOR:
        return None  # written by somebody whose session has ended: it goes back to them
    return course, course.section_of(found), found


def door(to_accounts: View) -> Callable[[View], View]:
    """Let visitors in at open pages, with the place they are at; all others go on to this view."""

    def decorate(to_visitors: View) -> View:
        @wraps(to_accounts)
        def view(
            request: HtmxHttpRequest, edition: str, section: str, page: str, **rest: str
        ) -> HttpResponse:
            place = open_place(request, edition, section, page)
            if place:
                return to_visitors(request, place, **rest)
            return to_accounts(request, edition, section, page, **rest)

        return view

    return decorate


@never_cache
@require_safe
def course(request: HttpRequest, edition: str) -> HttpResponse:
    found = content.load(edition)
    if request.user.is_authenticated or found is None:
        return views.course(cast(AuthenticatedHttpRequest, request), edition)
    context = {
        "course": found,
        "state": nothing_yet(found),
        "sections": fragments.sections(nothing_yet(found)),
        "page_url": reverse("course", args=[edition]),
    }
    return render(request, "training/course_open.html", context)


@require_safe
def section(request: HttpRequest, edition: str, section: str) -> HttpResponse:
    course = content.load(edition)
    found = course.section(section) if course else None
    if request.user.is_authenticated or not course or not found:
        return views.section(cast(AuthenticatedHttpRequest, request), edition, section)
    return redirect(fragments.page_url((course, found, found.pages[0])))


@door(views.page)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HtmxHttpRequest, place: Place) -> HttpResponse:
    """Read, and with “Done, next page” keep what was typed and go on: the next page asks to register."""
    course, _, this = place
    if request.method != "POST":
        address = fragments.page_url(place)
        return show(request, place) if request.path == address else redirect(address)
    works, is_kept = visitors.keep_answers(request, this, this.activities)
    if not is_kept:
        return show(request, place, works, status=422)
    following = course.next_page(this)
    if following is None:
        return redirect("course", course.id)
    address = fragments.page_url((course, course.section_of(following), following))
    if course.is_open(following):
        return redirect(address)
    return redirect(f"{reverse('account_signup')}?{urlencode({'next': address})}")


@door(views.answer)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HtmxHttpRequest, place: Place, activity: str) -> HttpResponse:
    """Keep one activity's answer. With htmx the activity comes back alone, else the whole page does."""
    _, _, this = place
    found = this.activity(activity)
    if found is None:
        raise Http404("There is no such activity on this page.")
    address = f"{fragments.page_url(place)}#{found.id}"
    if request.method != "POST":
        return redirect(address)
    is_alone = bool(request.htmx)
    works, is_kept = visitors.keep_answers(request, this, (found,) if is_alone else this.activities)
    if is_alone:
        return show_activity(request, place, works[found.id], is_last=False)
    return redirect(address) if is_kept else show(request, place, works, status=422)


@door(dialogue_views.node)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def node(request: HtmxHttpRequest, place: Place, activity: str, node: str) -> HttpResponse:
    """Stand at a turn of the conversation; POST a line to say it and go on to where it leads."""
    dialogue = dialogue_views.get_dialogue(place[2], activity, node)
    if request.method == "POST":
        return say(request, place, dialogue, node)
    if request.htmx and not request.htmx.history_restore_request:
        waits = visitors.waiting_on(request.session, place[2]).get(dialogue.id)
        return HttpResponse(fragments.activity(Work.of(dialogue, waits, is_visitors=True), place, request))
    return show(request, place)


def say(request: HtmxHttpRequest, place: Place, dialogue: Dialogue, node: str) -> HttpResponse:
    _, _, page = place
    waits = visitors.waiting_on(request.session, page).get(dialogue.id)
    works = {dialogue.id: Work(dialogue, dialogue.form({}), waits.value if waits else {}, is_visitors=True)}
    if not request.htmx:
        others = tuple(activity for activity in page.activities if activity.id != dialogue.id)
        typed, is_kept = visitors.keep_answers(request, page, others)
        works |= typed
        if not is_kept:
            return show(request, place, works, status=422)
    said = dialogue_views.line_said(request, dialogue, works[dialogue.id].value, node)
    if said:
        refusal = visitors.keep(request, page, {dialogue.id: {"value": said, "other": None}})
        if refusal:
            works[dialogue.id].form.add_error(None, str(refusal))
            return show(request, place, works, status=422)
    return redirect(dialogue_views.turn_address(place, dialogue, said["at"] if said else node))


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Forget what was typed on open pages, and go back to where that was asked for."""
    if not request.user.is_authenticated:
        visitors.forget(request.session)
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if is_ours else "home")


def show(
    request: HttpRequest, place: Place, works: dict[str, Work] | None = None, status: int = 200
) -> HttpResponse:
    """The page as views.show_page, without what only an account has. At most one query, for the session."""
    course, section, page = place
    waits = visitors.waiting_on(request.session, page)
    works = {
        activity.id: Work.of(activity, waits.get(activity.id), is_visitors=True)
        for activity in page.activities
    } | (works or {})
    own = {
        "csrf": get_token(request),
        "messages": drawn_if("_messages.html", messages=get_messages(request)),
        "errors": drawn_if("training/_errors.html", errors=errors_in(works)),
        "sections": fragments.sections(nothing_yet(course), section.id),
        "tabs": fragments.tabs(nothing_yet(course), page),
    }
    cards = {f"activity-{id_}": fragments.activity(work, place, request) for id_, work in works.items()}
    return HttpResponse(frames.open_page(course, page).fill_encoded(own | cards), status=status)
