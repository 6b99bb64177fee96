"""A learner page as everybody sees it, drawn once a process with holes for what is one's own, and filled at each request.

Drawing all of it each time takes Django's templates longer than the database takes to say who reads and what they wrote.
"""

from __future__ import annotations

from django.template.loader import render_to_string

from opm.context_processors import site
from registration.models import User
from training.content import Course, Page
from training.fragments import drawn_once, page_url, with_addresses
from training.holes import Frame, Holes
from training.visitors import VISITOR


class Anybody:
    """Whoever reads, as much of them as a frame may show. Asking for more raises: it would be somebody else's."""

    is_authenticated = True
    Theme = User.Theme
    browser_key = Holes().browser_key

    def __init__(self, theme: str) -> None:
        self.theme = theme

    def __getattr__(self, name: str) -> str:
        raise LookupError(f"user.{name} is not the same for everybody: make it a hole")


class Visitor:
    """Whoever reads an open page without an account."""

    is_authenticated = False
    browser_key = VISITOR


@drawn_once(2048)
def page(course: Course, page: Page, theme: str) -> Frame:
    """The frame of training/page.html in these colors. Its holes are listed in views.show_page."""
    return _drawn(course, page, Anybody(theme))


@drawn_once(256)
def open_page(course: Course, page: Page) -> Frame:
    """The same without an account. Its holes are listed in open_pages.show."""
    return _drawn(course, page, Visitor())


def _drawn(course: Course, page: Page, user: Anybody | Visitor) -> Frame:
    section, holes, following = course.section_of(page), Holes(), course.next_page(page)
    context = {
        **site(),
        "course": course,
        "section": section,
        "page": page,
        "place_in_section": section.pages.index(page) + 1,
        "page_url": page_url((course, section, page)),
        "previous": course.previous_page(page),
        "next": following,
        "next_is_open": following is None or course.is_open(following),
        "user": user,
        "request": {"get_full_path": holes.address},
        "csrf_token": holes.csrf,
        "own": holes,
        "blocks": [
            (block.html, getattr(holes, f"activity-{block.activity.id}") if block.activity else "")
            for block in page.blocks
        ],
    }
    return Frame.of(with_addresses(render_to_string("training/page.html", context), course))
