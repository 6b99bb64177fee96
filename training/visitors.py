"""A look inside: what somebody without an account answers on an open page waits in their session until they have one.

A mere reader has no session. What waits is one entry, small because it is read and written as a whole, in a session that
ends with the browser. Whoever signs in in this browser then gets it: it was typed here before (docs/mentor.md says so).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import TypedDict

from allauth.core.ratelimit import consume
from django.contrib import messages
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registration.arrivals import at_sign_in
from registration.models import User
from training import content
from training.activities import Activity, Value
from training.completion import newly_complete
from training.content import Page
from training.models import Answer
from training.standing import Kept
from training.two_devices import Stamp, chosen, digest, left_beside, own_words
from training.work import Work, posted_works

VISITOR = "visitor"  # the account that an open page's forms name
WAITING = "visitor_answers"  # the session's entry: what waits, by Page.activity_key
MOST_ANSWERS, MOST_CHARACTERS = 60, 40_000  # in all; characters of JSON, some 5,000 words
TOO_MUCH = _(
    "Without an account about 5,000 words can wait, and this would be more. Nothing you wrote before is lost. Register or "
    "sign in in a new tab, come back to this one, and save again."
)
TOO_MANY = _("Many people are trying the open pages right now. Wait a minute, then save again.")
JOINED = _("What you answered before you signed in is in your account now.")
NOTHING = digest({})


class Waits(TypedDict):
    """An answer that waits, and what another window wrote meanwhile."""

    value: Value
    other: Value | None


def waiting_on(session: SessionBase, page: Page) -> dict[str, Kept]:
    """What waits of this page, by activity id. Of version 0: no account has it yet."""
    waiting: dict[str, Waits] = session.get(WAITING, {})
    keys = {activity.id: page.activity_key(activity) for activity in page.activities}
    return {
        id_: Kept(waiting[key]["value"], 0, waiting[key]["other"])
        for id_, key in keys.items()
        if key in waiting
    }


def keep_answers(
    request: HttpRequest, page: Page, activities: tuple[Activity, ...]
) -> tuple[dict[str, Work], bool]:
    """As work.keep_answers, in the session."""
    works = posted_works(request.POST, activities)
    for work in works.values():
        work.is_visitors = True
    if any(work.form.errors for work in works.values()):
        return works, False
    before = waiting_on(request.session, page)
    new = {}
    for id_, work in works.items():
        # Also what the page has shown as kept, in case that the session has ended since
        is_missing = id_ not in before and digest(work.value) != NOTHING
        if is_missing or work.is_new(request.POST, is_alone=False):
            new[id_] = _met(request, work, before.get(id_))
    if refusal := keep(request, page, new):
        works[next(iter(new))].form.add_error(None, str(refusal))
        return works, False
    for id_, work in works.items():
        work.is_kept = True
        if id_ in new:
            work.stamp, work.other_value = str(Stamp.of(0, new[id_]["value"])), new[id_]["other"]
    return works, True


def _met(request: HttpRequest, work: Work, before: Kept | None) -> Waits:
    """An arriving answer with what another window wrote in between, as in an account (two_devices.py)."""
    value, other = work.value, before.other_value if before else None
    if before and work.over:
        other = left_beside(value, work.over, before.value, other) or None
    if words := work.choice_of_words(request.POST, other):
        value, other = chosen(words, value, other or {}), None
    return {"value": value, "other": other}


def keep(request: HttpRequest, page: Page, new: Mapping[str, Waits]) -> str | Promise:
    """Let these wait, by activity id. Returns why they cannot, where there is too much already."""
    session = request.session
    waiting = dict(session.get(WAITING, {}))
    for id_, answer in new.items():
        waiting[f"{page.owner}/{id_}"] = answer
    waiting = {
        key: answer
        for key, answer in waiting.items()
        if digest(answer["value"]) != NOTHING or answer["other"]
    }
    if waiting == session.get(WAITING, {}):
        return ""
    if len(waiting) > MOST_ANSWERS or len(json.dumps(waiting)) > MOST_CHARACTERS:
        return TOO_MUCH
    if not waiting:
        forget(session)
        return ""
    if session.session_key is None and not consume(request, action="visit"):
        return TOO_MANY
    session[WAITING] = waiting
    session.set_expiry(0)  # with the browser: the next at a shared computer is somebody else
    return ""


def forget(session: SessionBase) -> None:
    """What waits goes, and the session with it where it holds nothing else."""
    session.pop(WAITING, None)
    if not set(session.keys()) - {"_session_expiry"}:
        session.flush()


@at_sign_in
def join(request: HttpRequest, user: User) -> None:
    """What waits becomes the account's, as if answered now; what the account has already stays (Answer.objects.join)."""
    waiting: dict[str, Waits] = request.session.pop(WAITING, {})
    if not waiting:
        return
    now = timezone.now()
    answers: list[Answer] = []
    texts: dict[str, Collection[str]] = {}
    for key, (page, activity) in _activities().items():
        if found := waiting.get(key):
            value, other = found["value"], found["other"]
            is_answered = activity.is_answered(value)
            texts[key] = own_words(activity.form(value=value), value)
            answers.append(
                Answer(
                    user=user,
                    edition=page.owner,
                    page_id=page.id,
                    activity_id=activity.id,
                    value=value,
                    other_value=other,
                    answered_at=now if is_answered else None,
                )
            )
    Answer.objects.join(user, answers, texts)
    newly_complete(user)
    messages.success(request, JOINED)


def _activities() -> dict[str, tuple[Page, Activity]]:
    """Every activity of every edition with its page, by Page.activity_key."""
    return {
        page.activity_key(activity): (page, activity)
        for course in content.load_all().values()
        for page in course.pages
        for activity in page.activities
    }
