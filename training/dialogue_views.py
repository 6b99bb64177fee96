"""Conversations to try out: each turn of a dialogue has its own address, so that Back, links and bookmarks work."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
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
    dialogue = this.activity(activity)
    if not isinstance(dialogue, Dialogue) or node not in dialogue.nodes:
        raise Http404("There is no such turn in a conversation on this page.")
    if request.method == "POST":
        return say(request, place, dialogue, node)
    if request.htmx and not request.htmx.history_restore_request:
        value = kept_value(request, this, dialogue)
        work = Work(dialogue, dialogue.form(value=value), value)
        return HttpResponse(fragments.activity(work, place, request))
    return show_page(request, place)


def say(request: AuthenticatedHttpRequest, place: Place, dialogue: Dialogue, node: str) -> HttpResponse:
    """Keep the line that was chosen. Without htmx the page's whole form came, and everything typed in it is kept too."""
    course, section, page = place
    value = kept_value(request, page, dialogue)
    if not request.htmx:
        keep_note(request, page)
        others = tuple(activity for activity in page.activities if activity.id != dialogue.id)
        works, is_kept = keep_answers(request, page, others)
        if not is_kept:
            works[dialogue.id] = Work(dialogue, dialogue.form(value=value), value)
            return show_page(request, place, works, status=422)
    turn = request.GET.get("turn", "")
    chosen = dialogue.choose(
        value, node, request.POST.get("line", ""), int(turn) if turn.isdecimal() else None
    )
    if chosen:
        is_answer = {dialogue.id: dialogue.is_answered(chosen)}
        kept = Answer.objects.keep(request.user, page, {dialogue.id: chosen}, is_answer)
        if kept[dialogue.id].is_newly_answered and course in newly_complete(request.user):
            messages.success(request, LAST_PIECE)
    here = chosen["at"] if chosen else node
    address = reverse("dialogue_node", args=[course.id, section.id, page.id, dialogue.id, here])
    return redirect(f"{address}#{dialogue.id}-now")


def kept_value(request: AuthenticatedHttpRequest, page: Page, dialogue: Dialogue) -> Value:
    """One query."""
    kept = Answer.objects.filter(user=request.user, edition=page.owner, activity_id=dialogue.id)
    return kept.values_list("value", flat=True).first() or {}
