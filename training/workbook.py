"""The workbook: all that one mentor wrote in the course, with the prompts it answers, as a page and as a PDF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from opm.pdf import render_pdf
from registration.http import AuthenticatedHttpRequest
from registration.models import User
from training.activities import Activity
from training.content import Course, Page, Section
from training.models import ActionPlan, Answer, PageNote
from training.notes import notes_by_page
from training.views import get_course

PLAN_SECTION = "toolkit"


@dataclass(frozen=True)
class Entry:
    """One activity and what the mentor answered; `words` are empty while it is open."""

    activity: Activity
    words: str

    @property
    def options(self) -> tuple[str, ...]:
        """What there is to choose from, while nothing is chosen."""
        return () if self.words else options(self.activity)


@dataclass(frozen=True)
class PagePart:
    page: Page
    entries: tuple[Entry, ...]
    note: str
    is_bookmarked: bool

    @property
    def is_empty(self) -> bool:
        return not (self.entries or self.note or self.is_bookmarked)


@dataclass(frozen=True)
class SectionPart:
    section: Section
    pages: tuple[PagePart, ...]


@dataclass(frozen=True)
class Earlier:
    """Words that answered a question the course no longer asks. They stay the mentor's."""

    activity_id: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Workbook:
    """What page and PDF are both made from. `only` is the one section asked for; `with_open` adds unanswered prompts."""

    course: Course
    person: User
    sections: tuple[SectionPart, ...]
    earlier: tuple[Earlier, ...]
    plan: ActionPlan | None
    only: Section | None
    with_open: bool

    @classmethod
    def of(cls, user: User, course: Course, only: Section | None = None, with_open: bool = False) -> Workbook:
        """Three queries, however much was written."""
        answers = {answer.key: answer for answer in Answer.objects.filter(user=user).order_by("pk")}
        notes = notes_by_page(PageNote.objects.written_by(user), course)
        plan = ActionPlan.objects.filter(user=user, edition=course.id).first()
        wanted = (only,) if only else course.sections
        parts = (
            SectionPart(section, tuple(_page_part(page, answers, notes, with_open) for page in section.pages))
            for section in wanted
        )
        has_plan = plan and (only is None or only.id == PLAN_SECTION)
        return cls(
            course=course,
            person=user,
            sections=tuple(part for part in map(_without_empty_pages, parts) if part.pages),
            earlier=() if only else tuple(_earlier(course, answers.values())),
            plan=plan if has_plan else None,
            only=only,
            with_open=with_open,
        )

    @property
    def is_empty(self) -> bool:
        return not (self.sections or self.plan or self.earlier)

    @property
    def answered(self) -> int:
        return sum(
            bool(entry.words) for part in self.sections for page in part.pages for entry in page.entries
        )


def _page_part(
    page: Page, answers: dict[str, Answer], notes: dict[str, PageNote], with_open: bool
) -> PagePart:
    entries = (
        Entry(activity, _words(activity, answers.get(page.activity_key(activity))))
        for activity in page.activities
    )
    note = notes.get(page.key) or PageNote()
    kept = tuple(entry for entry in entries if entry.words or with_open)
    return PagePart(page, kept, note.text, note.is_bookmarked)


def _without_empty_pages(part: SectionPart) -> SectionPart:
    return SectionPart(part.section, tuple(page for page in part.pages if not page.is_empty))


def options(activity: Activity) -> tuple[str, ...]:
    """What there is to choose from as HTML, without a word on which is best; empty for most kinds."""
    texts = (getattr(option, "text_html", "") for option in getattr(activity, "options", ()))
    return tuple(filter(None, texts))


def _words(activity: Activity, answer: Answer | None) -> str:
    return activity.summary(answer.value).strip() if answer else ""


def _earlier(course: Course, answers: Any) -> list[Earlier]:
    known = {page.activity_key(activity) for page in course.pages for activity in page.activities}
    gone = [answer for answer in answers if answer.edition == course.id and answer.key not in known]
    found = [
        # A word alone is an option's id, which says nothing without its question
        Earlier(
            gone_one.activity_id,
            tuple(text for text in gone_one.value.values() if isinstance(text, str) and " " in text.strip()),
        )
        for gone_one in gone
    ]
    return [one for one in found if one.words]


def get_section(request: HttpRequest, course: Course) -> Section | None:
    """The section that ?section= names; None for the whole course."""
    wanted = request.GET.get("section", "")
    section = course.section(wanted)
    if wanted and section is None:
        raise Http404("There is no such section in this course.")
    return section


def _asked_for(request: AuthenticatedHttpRequest, edition: str) -> Workbook:
    course = get_course(edition)
    return Workbook.of(request.user, course, get_section(request, course), request.GET.get("open") == "1")


@never_cache
@require_safe
@login_required
def workbook(request: AuthenticatedHttpRequest, edition: str) -> HttpResponse:
    book = _asked_for(request, edition)
    return render(request, "training/workbook.html", {"book": book, "course": book.course})


@never_cache
@require_safe
@login_required
def workbook_pdf(request: AuthenticatedHttpRequest, edition: str) -> HttpResponse:
    book = _asked_for(request, edition)
    if book.is_empty:
        nothing = _("There is nothing to print here yet. Your first answer makes the first page.")
        messages.info(request, nothing)
        return redirect(f"{reverse('workbook', args=[edition])}?{request.GET.urlencode()}")
    name = f"mentoring-workbook-{book.only.id}.pdf" if book.only else "mentoring-workbook.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(pdf(book), content_type="application/pdf", headers=headers)


def pdf(book: Workbook) -> bytes:
    context = {
        "book": book,
        "course": book.course,
        "today": timezone.localdate(),
        "SITE_NAME": settings.SITE_NAME,
    }
    return render_pdf("training/workbook_pdf.html", context)
