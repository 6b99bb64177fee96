"""Parts of a page that look the same for many people: drawn once a process, by what decides how they look.

A course is read once a process (with DEBUG, again after an edit), so its objects are keys by identity.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from training.content import Course, Page
from training.progress import CourseState

if TYPE_CHECKING:
    from training.views import Work

# These change with what others answered, and with the address of the request
NEVER_COMMON = {"poll", "dialogue"}


def sections(state: CourseState, section_id: str = "") -> SafeString:
    """The top bar of seven sections, with a check where one is complete."""
    return _sections(state.course, section_id, tuple(item.is_complete for item in state.sections))


@lru_cache(maxsize=4096)
def _sections(course: Course, section_id: str, complete: tuple[bool, ...]) -> SafeString:
    items = list(zip(course.sections, complete, strict=True))
    return render_to_string(
        "training/_sections.html", {"course": course, "items": items, "section_id": section_id}
    )


def tabs(state: CourseState, page: Page) -> SafeString:
    """The pages of this page's section, with a check where one is done."""
    return _tabs(state.course, page, tuple(item.is_done for item in state.section(page.section_id).pages))


@lru_cache(maxsize=8192)
def _tabs(course: Course, page: Page, done: tuple[bool, ...]) -> SafeString:
    section = course.section(page.section_id)
    items = list(zip(section.pages if section else (), done, strict=True))
    return render_to_string("training/_tabs.html", {"course": course, "page": page, "items": items})


@lru_cache(maxsize=2048)
def references(page: Page) -> SafeString:
    """The works that this page cites."""
    return render_to_string("training/_references.html", {"page": page})


@lru_cache(maxsize=2048)
def margin(course: Course, page: Page) -> SafeString:
    """Key words, time, and the way to the plan."""
    return render_to_string("training/_margin.html", {"course": course, "page": page})


@lru_cache(maxsize=2048)
def turn(course: Course, page: Page) -> SafeString:
    """The way back, and “Done, next page”."""
    context = {
        "course": course,
        "section": course.section(page.section_id),
        "previous": course.previous_page(page),
        "next": course.next_page(page),
    }
    return render_to_string("training/_turn.html", context)


def activity(work: Work, course: Course, page: Page) -> SafeString | None:
    """A card as many people see it: not answered yet, or with one option chosen. None for one's own words."""
    kind, is_touched = work.activity.kind, bool(work.value)
    if kind in NEVER_COMMON or work.bound or work.other_value or (is_touched and kind != "choice"):
        return None
    return _activity(course, page, work.activity.id, str(work.value.get("choice", "")), work.stamp)


@lru_cache(maxsize=8192)
def _activity(course: Course, page: Page, activity_id: str, chosen: str, stamp: str) -> SafeString | None:
    from training.views import Work, urls  # it draws its pages with what is defined here

    found, section = page.activity(activity_id), course.section(page.section_id)
    if found is None or section is None:
        return None
    place = (course, section, page)
    work = Work(found, None, {"choice": chosen} if chosen else {}, stamp)
    return render_to_string(found.template, {"work": work, "place": place, **urls(place)})
