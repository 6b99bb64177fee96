"""For whoever reviews the course for an institution or a program: one page, and samples of what mentors get."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from registration.models import User
from training import action_plan, certificate_views, content, discussion_pack, workbook
from training.certificates import CODE_LENGTH, Certificate
from training.content import Course
from training.discussion_pack import DiscussionPack
from training.made_up import made_up
from training.models import ActionPlan, default_check_in
from training.workbook import Entry, PagePart, SectionPart, Workbook

SEED = 3  # which made-up answers the sample workbook holds
STATEMENTS = (
    ("privacy", _("Privacy"), _("what is kept, for how long, who sees it, and how to erase it")),
    ("accessibility", _("Accessibility"), _("what was tested, with what, and what is known to be wrong")),
    ("security", _("Security"), _("how accounts and data are protected, and how to report a fault")),
)


@require_safe
def for_institutions(request: HttpRequest) -> HttpResponse:
    courses = sorted(content.load_all().values(), key=lambda course: course.id != "graduate")
    context = {"courses": courses, "hours": courses[0].whole_hours, "statements": STATEMENTS}
    return render(request, "for_institutions.html", context)


@require_safe
def sample(request: HttpRequest, name: str) -> HttpResponse:
    """A PDF of the kind that mentors get, with made-up words; the same bytes all day, because making one is work."""
    if name not in SAMPLES:
        raise Http404(f"There is no sample {name}")
    course = content.load_all()["graduate"]
    document = sample_pdf(name, course.version, timezone.localdate())
    headers = {"Content-Disposition": f'inline; filename="sample-{name}.pdf"'}
    return HttpResponse(document, content_type="application/pdf", headers=headers)


@lru_cache(maxsize=6)
def sample_pdf(name: str, version: str, today: datetime.date) -> bytes:
    return SAMPLES[name](content.load_all()["graduate"], today)


def mentor() -> User:
    """Made up, and never saved."""
    return User(name=gettext("Sample Mentor"), institution_name=gettext("A made-up example"))


def plan(course: Course, today: datetime.date) -> bytes:
    example = ActionPlan(
        user=mentor(),
        edition=course.id,
        goals=[
            gettext(
                "Each of my mentees can say what I expect of them this semester, and I what they expect of me."
            ),
            gettext("Comments on drafts come within a week, or I say on the first day when they will."),
        ],
        commitments=[
            {
                "situation": gettext("a draft reaches me on a Friday"),
                "action": gettext("answer the same day with one line on when my comments will come"),
            },
            {
                "situation": gettext("a meeting is about to be canceled"),
                "action": gettext("offer fifteen minutes by phone in the same week instead"),
            },
        ],
        next_meeting_on=today + datetime.timedelta(days=5),
        check_in_on=default_check_in(today),
    )
    return action_plan.pdf(example)


def book(course: Course, today: datetime.date) -> bytes:
    """The first section, with answers such as a mentor might give."""
    chance = random.Random(SEED)  # noqa: S311 - made-up answers
    section = course.sections[0]
    pages = tuple(
        PagePart(
            page,
            tuple(Entry(each, each.summary(made_up(each, chance)).strip()) for each in page.activities),
            note="",
            is_bookmarked=False,
        )
        for page in section.pages
        if page.activities
    )
    parts = (SectionPart(section, pages),)
    example = Workbook(course, mentor(), parts, earlier=(), plan=None, only=section, with_open=False)
    return workbook.pdf(example)


def pack(course: Course, today: datetime.date) -> bytes:
    return discussion_pack.pdf(DiscussionPack.of(course, course.section("case-studies")))


def certificate(course: Course, today: datetime.date) -> bytes:
    """Its code is not one of those that are issued: it has a letter that these never have."""
    return certificate_views.pdf(
        Certificate.of(mentor(), course, today, code="SAMPLE".ljust(CODE_LENGTH, "U"))
    )


SAMPLES: dict[str, Callable[[Course, datetime.date], bytes]] = {
    "plan": plan,
    "certificate": certificate,
    "workbook": book,
    "discussion-pack": pack,
}
