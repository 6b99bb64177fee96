"""Bookmarks and private notes: on their page, and all together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import reselect, retarget

from registration.http import AuthenticatedHttpRequest
from training.content import Course, Page, Place, Section
from training.models import PageNote
from training.signed_out import sign_in_first
from training.views import get_course, get_place, keep_note, show_page
from training.work import keep_answers


@dataclass(frozen=True)
class Noted:
    """A page with this mentor's bookmark or note."""

    page: Page
    note: PageNote


def notes_by_page(written: Iterable[PageNote], course: Course) -> dict[str, PageNote]:
    """Notes and bookmarks by the key of the page they belong to now, also from pages that moved or merged."""
    notes: dict[str, PageNote] = {}
    for note in written:
        page = course.page_for(note.key)
        if page is None or not (note.text.strip() or note.is_bookmarked):
            continue
        other = notes.get(page.key, PageNote())
        texts = filter(None, (other.text.strip(), note.text.strip()))
        notes[page.key] = PageNote(
            text="\n\n".join(texts), is_bookmarked=note.is_bookmarked or other.is_bookmarked
        )
    return notes


def noted_pages(written: Iterable[PageNote], course: Course) -> list[tuple[Section, list[Noted]]]:
    """The pages of this course with a bookmark or a note, by section, in the order of the course."""
    notes = notes_by_page(written, course)
    listed = [
        (section, [Noted(page, notes[page.key]) for page in section.pages if page.key in notes])
        for section in course.sections
    ]
    return [(section, pages) for section, pages in listed if pages]


@never_cache
@require_safe
@login_required
def bookmarks(request: AuthenticatedHttpRequest, edition: str) -> HttpResponse:
    course = get_course(edition)
    noted = noted_pages(PageNote.objects.written_by(request.user), course)
    context = {"course": course, "sections": noted, "first": course.pages[0]}
    return render(request, "training/bookmarks.html", context)


@require_http_methods(["GET", "POST"])
@sign_in_first
def keep(request: AuthenticatedHttpRequest, edition: str, section: str, page: str) -> HttpResponse:
    """Keep a page's note and bookmark. Without htmx the page's whole form comes, and everything typed in it is kept."""
    place = _, _, this = get_place(edition, section, page)
    address = f"{reverse('page', args=[edition, section, page])}#note"
    if request.method == "GET":
        return redirect(address)
    kept = keep_note(request, this)
    if bookmark := request.POST.get("bookmark"):
        PageNote.objects.mark(request.user, this, bookmark == "on")
    if request.htmx:
        return _fragment(request, place, PageNote(text=kept or "", is_bookmarked=bookmark == "on"))
    if request.POST.get("from") == "list":
        return redirect("bookmarks", edition)
    works, is_kept = keep_answers(request, this, this.activities)
    return redirect(address) if is_kept else show_page(request, place, works, status=422)


def _fragment(request: AuthenticatedHttpRequest, place: Place, note: PageNote) -> HttpResponse:
    """The part that changed: the page picks the button or the status, or all of it when another device's text came in."""
    course, section, page = place
    context = {"course": course, "section": section, "page": page, "note": note}
    response = render(request, "training/_note.html", context)
    response["X-Kept"] = note.seen  # only this tells the script that the words have arrived
    typed = request.POST.get("note-text", "").replace("\r\n", "\n")
    return response if note.text == typed else reselect(retarget(response, "#note-writing"), "#note-writing")
