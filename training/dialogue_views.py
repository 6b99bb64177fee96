"""Conversations to try out: each turn of a dialogue has its own address, so that Back, links and bookmarks work."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from registration.http import AuthenticatedHttpRequest
from training import fragments
from training.activities.common import Value
from training.activities.dialogue import Dialogue
from training.completion import newly_complete
from training.content import Page, Place
from training.models import Answer
from training.signed_out import sign_in_first
from training.views import LAST_PIECE, get_place, keep_note, show_page
from training.work import Work, keep_answers


@never_cache
@require_http_methods(["GET", "POST"])
@sign_in_first
def node(
    request: AuthenticatedHttpRequest, edition: str, section: str, page: str, activity: str, node: str
) -> HttpResponse:
    """Stand at a turn of the conversation; POST a line to say it and go on to where it leads."""
    place = _, _, this = get_place(edition, section, page)
    dialogue = get_dialogue(this, activity, node)
    if request.method == "POST":
        return say(request, place, dialogue, node)
    if request.htmx and not request.htmx.history_restore_request:
        value = kept_value(request, this, dialogue)
        work = Work(dialogue, dialogue.form(value=value), value)
        return HttpResponse(fragments.activity(work, place, request))
    return show_page(request, place)


def get_dialogue(page: Page, activity: str, node: str) -> Dialogue:
    dialogue = page.activity(activity)
    if not isinstance(dialogue, Dialogue) or node not in dialogue.nodes:
        raise Http404("There is no such turn in a conversation on this page.")
    return dialogue


def say(request: AuthenticatedHttpRequest, place: Place, dialogue: Dialogue, node: str) -> HttpResponse:
    """Keep the line that was chosen. Without htmx the page's whole form came, and everything typed in it is kept too."""
    course, _, page = place
    value = kept_value(request, page, dialogue)
    if not request.htmx:
        keep_note(request, page)
        others = tuple(activity for activity in page.activities if activity.id != dialogue.id)
        works, is_kept = keep_answers(request, page, others)
        if not is_kept:
            works[dialogue.id] = Work(dialogue, dialogue.form(value=value), value)
            return show_page(request, place, works, status=422)
    chosen = line_said(request, dialogue, value, node)
    if chosen:
        is_answer = {dialogue.id: dialogue.is_answered(chosen)}
        kept = Answer.objects.keep(request.user, page, {dialogue.id: chosen}, is_answer)
        if kept[dialogue.id].is_newly_answered and course in newly_complete(request.user):
            messages.success(request, LAST_PIECE)
    return redirect(turn_address(place, dialogue, chosen["at"] if chosen else node))


def line_said(request: HttpRequest, dialogue: Dialogue, value: Value, node: str) -> Value | None:
    """The value once the posted line is said; None when there is no such line."""
    turn = request.GET.get("turn", "")
    return dialogue.choose(value, node, request.POST.get("line", ""), int(turn) if turn.isdecimal() else None)


def turn_address(place: Place, dialogue: Dialogue, node: str) -> str:
    course, section, page = place
    address = reverse("dialogue_node", args=[course.id, section.id, page.id, dialogue.id, node])
    return f"{address}#{dialogue.id}-now"


def kept_value(request: AuthenticatedHttpRequest, page: Page, dialogue: Dialogue) -> Value:
    """One query."""
    kept = Answer.objects.filter(user=request.user, edition=page.owner, activity_id=dialogue.id)
    return kept.values_list("value", flat=True).first() or {}
