"""The discussion pack: the course's prompts without answers, with timings and notes for whoever leads the talk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from opm.pdf import render_pdf
from registration.http import AuthenticatedHttpRequest
from training.activities import Activity
from training.content import Course, Page, Section
from training.markdown import render_inline
from training.views import get_course
from training.workbook import get_section, options

# How a group works with what was made for one person alone
WAYS = {
    "choice": _("Show hands before anyone argues. Then hear one reason for each answer, the rarest first."),
    "poll": _(
        "Show hands before anyone argues, and count. Ask someone from each side what they had in mind."
    ),
    "sort": _("Sort aloud, card by card. Stay with the card you disagree on: that is where the talk is."),
    "rank": _(
        "Rank in pairs, then compare only the first and the last place. Ask what would change the order."
    ),
    "scale": _("For each alone. Nobody tells a number; say which line made you think, and why."),
    "matrix": _(
        "For each alone, with a relationship of their own. Then in pairs: where would you like it to be in a year?"
    ),
    "dialogue": _(
        "Two people read the parts aloud. Before each reply, stop and let the group choose what to say."
    ),
    "reflect": _(
        "Two minutes of writing in silence, then pairs, then one thought a pair. Nobody has to read theirs out."
    ),
    "checklist": _("For each alone. Then collect: what do you already do that others could copy?"),
    "table": _("For each alone. Then in pairs: which gap would you fill first, and whom could you ask?"),
    "if_then": _(
        "Write one, read it to a neighbor, make it smaller. Agree when you will ask each other about it."
    ),
}
ANY_WAY = _("A minute of silence to think, then pairs, then the whole group.")


@dataclass(frozen=True)
class Talk:
    """One prompt for a group. `plan` is the author's own, which cases have: minutes, steps and notes."""

    activity: Activity

    @property
    def plan(self) -> Any:
        return getattr(self.activity, "discussion", None)

    @property
    def minutes(self) -> int:
        """The author's, else twice the time one person takes, in steps of five minutes."""
        return self.plan.minutes if self.plan else max(5, 5 * round(self.activity.minutes * 2 / 5))

    @property
    def notes(self) -> str:
        return render_inline(self.plan.notes) if self.plan else ""

    @property
    def options(self) -> tuple[str, ...]:
        return options(self.activity)


@dataclass(frozen=True)
class PageTalk:
    page: Page
    talks: tuple[Talk, ...]

    @property
    def note(self) -> str:
        """The author's note for groups in the front matter, if there is one."""
        return str(getattr(self.page.head, "discussion", ""))

    @property
    def minutes(self) -> int:
        return sum(talk.minutes for talk in self.talks)


@dataclass(frozen=True)
class SectionTalk:
    section: Section
    pages: tuple[PageTalk, ...]

    @property
    def minutes(self) -> int:
        return sum(page.minutes for page in self.pages)


@dataclass(frozen=True)
class DiscussionPack:
    """What page and PDF are both made from. `only` is the one section asked for."""

    course: Course
    sections: tuple[SectionTalk, ...]
    only: Section | None
    opening: ClassVar[int] = 5
    closing: ClassVar[int] = 10

    @classmethod
    def of(cls, course: Course, only: Section | None = None) -> DiscussionPack:
        sections = tuple(
            SectionTalk(
                section,
                tuple(
                    PageTalk(page, tuple(map(Talk, page.activities)))
                    for page in section.pages
                    if page.activities
                ),
            )
            for section in ((only,) if only else course.sections)
        )
        return cls(course, sections, only)

    @property
    def ways(self) -> dict[str, str]:
        """How a group works with each kind of activity in this pack, by the kind's name; cases have plans of their own."""
        talks = (talk for section in self.sections for page in section.pages for talk in page.talks)
        found = {talk.activity.kind: talk.activity.kind_label for talk in talks if not talk.plan}
        return {str(label): str(WAYS.get(kind, ANY_WAY)) for kind, label in found.items()}


@require_safe
@login_required
def pack(request: AuthenticatedHttpRequest, edition: str) -> HttpResponse:
    course = get_course(edition)
    found = DiscussionPack.of(course, get_section(request, course))
    return render(request, "training/discussion_pack.html", {"pack": found, "course": course})


@require_safe
@login_required
def pack_pdf(request: AuthenticatedHttpRequest, edition: str) -> HttpResponse:
    course = get_course(edition)
    found = DiscussionPack.of(course, get_section(request, course))
    name = f"discussion-pack-{found.only.id}.pdf" if found.only else "discussion-pack.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(pdf(found), content_type="application/pdf", headers=headers)


def pdf(pack: DiscussionPack) -> bytes:
    context = {
        "pack": pack,
        "course": pack.course,
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
    }
    return render_pdf("training/discussion_pack_pdf.html", context)
