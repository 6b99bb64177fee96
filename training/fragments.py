"""Parts of a page that look the same for many people: drawn once a process, by what decides how they look.

A course is read once a process (with DEBUG, again after an edit), so its objects are keys by identity.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from training.content import Course, Page, Place
from training.holes import Frame, Holes
from training.models import PageNote
from training.progress import CourseState
from training.work import Work

Arguments = ParamSpec("Arguments")
Drawn = TypeVar("Drawn")

INNER_LINK = re.compile(r'href="(page|tool|plan):([a-z0-9-]*)"')
# These change with what others answered, and with the address of the request
NEVER_COMMON = {"poll", "dialogue"}


def drawn_once(most: int) -> Callable[[Callable[Arguments, Drawn]], Callable[Arguments, Drawn]]:
    """Keep what was drawn, at most so many; under DEBUG draw it each time, so that an edited template shows."""

    def decorate(draw: Callable[Arguments, Drawn]) -> Callable[Arguments, Drawn]:
        keep = lru_cache(maxsize=most)(draw)

        @wraps(draw)
        def drawn(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Drawn:
            return draw(*args, **kwargs) if settings.DEBUG else keep(*args, **kwargs)  # type: ignore[arg-type] # all of them can be hashed

        return drawn

    return decorate


def sections(state: CourseState, section_id: str = "") -> SafeString:
    """The top bar of seven sections, with a check where one is complete."""
    return _sections(state.course, section_id, tuple(item.is_complete for item in state.sections))


@drawn_once(4096)
def _sections(course: Course, section_id: str, complete: tuple[bool, ...]) -> SafeString:
    items = list(zip(course.sections, complete, strict=True))
    return render_to_string(
        "training/_sections.html", {"course": course, "items": items, "section_id": section_id}
    )


def tabs(state: CourseState, page: Page) -> SafeString:
    """The pages of this page's section, with a check where one is done."""
    return _tabs(state.course, page, tuple(item.is_done for item in state.section(page.section_id).pages))


@drawn_once(8192)
def _tabs(course: Course, page: Page, done: tuple[bool, ...]) -> SafeString:
    items = list(zip(course.section_of(page).pages, done, strict=True))
    return render_to_string("training/_tabs.html", {"course": course, "page": page, "items": items})


def note(note: PageNote, course: Course, page: Page) -> SafeString:
    """The mentor's bookmark and note on this page; without words of their own it looks the same for many."""
    return _note(course, page, note) if note.text else _empty_note(course, page, note.is_bookmarked)


@drawn_once(4096)
def _empty_note(course: Course, page: Page, is_bookmarked: bool) -> SafeString:
    return _note(course, page, PageNote(is_bookmarked=is_bookmarked))


def _note(course: Course, page: Page, note: PageNote) -> SafeString:
    return render_to_string("training/_note.html", {"course": course, "page": page, "note": note})


def activity(work: Work, place: Place, request: HttpRequest) -> SafeString:
    """An activity's card."""
    course, _, page = place
    kind, is_undisputed = work.activity.kind, not work.bound and not work.other_value
    if kind == "reflect" and is_undisputed and work.is_answered:
        words = {"text": escape(work.value["text"]), "stamp": work.stamp}
        return mark_safe(_reflection(course, page, work.activity.id, work.is_visitors).fill(words))
    is_common = is_undisputed and (not work.value or kind == "choice")
    if kind in NEVER_COMMON or not is_common:
        return card(work, place, request)
    chosen = str(work.value.get("choice", ""))
    return _common_card(course, page, work.activity.id, chosen, work.stamp, work.is_visitors)


@drawn_once(8192)
def _common_card(
    course: Course, page: Page, activity_id: str, chosen: str, stamp: str, is_visitors: bool
) -> SafeString:
    """A card as many people see it: not answered yet, or with one option chosen."""
    found = next(activity for activity in page.activities if activity.id == activity_id)
    work = Work(found, None, {"choice": chosen} if chosen else {}, stamp, is_visitors=is_visitors)
    return card(work, (course, course.section_of(page), page))


@drawn_once(1024)
def _reflection(course: Course, page: Page, activity_id: str, is_visitors: bool) -> Frame:
    """The card of an answered reflection, the commonest of all, around the words."""
    found = next(activity for activity in page.activities if activity.id == activity_id)
    work = Work(found, None, {"text": Holes().text}, Holes().stamp, is_visitors=is_visitors)
    return Frame.of(card(work, (course, course.section_of(page), page)))


def card(work: Work, place: Place, request: HttpRequest | None = None) -> SafeString:
    context = {"work": work, "activity": work.activity, "place": place, "page_url": page_url(place)}
    return render_to_string(work.activity.template, context | {"request": request})


@drawn_once(4096)
def saved(activity_id: str, is_visitors: bool) -> SafeString:
    """The status of an activity that was kept just now."""
    context = {"id": activity_id, "is_kept": True, "work": {"is_visitors": is_visitors}}
    return render_to_string("training/activities/_status.html", context)


def with_addresses(html: str, course: Course) -> SafeString:
    """Links inside the course, `page:first-meeting`, with the addresses they have in this edition."""

    def address(match: re.Match[str]) -> str:
        kind, target = match.groups()
        page = course.find_anywhere(target) if kind == "page" else None
        if page:
            return f'href="{page_url((course, course.section_of(page), page))}"'
        return f'href="{reverse(kind, args=[course.id, *([target] if target else [])])}"'

    return mark_safe(INNER_LINK.sub(address, html))


def page_url(place: Place) -> str:
    course, section, page = place
    return reverse("page", args=[course.id, section.id, page.id])
