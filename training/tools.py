"""Sheets to print, and the module in brief: open to everybody, as pages and as PDFs."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from opm.pdf import render_pdf
from training.content import Course
from training.fragments import drawn_once, with_addresses
from training.parts import Tool
from training.views import get_course


def get_tool(edition: str, tool_id: str) -> tuple[Course, Tool]:
    course = get_course(edition)
    tool = course.tool(tool_id)
    if tool is None:
        raise Http404("There is no such tool in this course.")
    return course, tool


@require_safe
def tools(request: HttpRequest, edition: str) -> HttpResponse:
    course = get_course(edition)
    return render(request, "training/tools.html", {"course": course})


@require_safe
def tool(request: HttpRequest, edition: str, tool: str) -> HttpResponse:
    course, found = get_tool(edition, tool)
    context = {"course": course, "tool": found, "html": with_addresses(found.html, course)}
    return render(request, "training/tool.html", context)


@require_safe
def tool_pdf(request: HttpRequest, edition: str, tool: str) -> HttpResponse:
    course, found = get_tool(edition, tool)
    return as_pdf(f"{found.id}.pdf", sheet_pdf(course, found))


@require_safe
def brief(request: HttpRequest, edition: str) -> HttpResponse:
    course, found = get_brief(edition)
    context = {"course": course, "tool": found, "html": with_addresses(found.html, course)}
    return render(request, "training/brief.html", context)


@require_safe
def brief_pdf(request: HttpRequest, edition: str) -> HttpResponse:
    course, found = get_brief(edition)
    return as_pdf(f"mentoring-in-brief-{course.id}.pdf", sheet_pdf(course, found))


def get_brief(edition: str) -> tuple[Course, Tool]:
    course = get_course(edition)
    if course.brief is None:
        raise Http404("This edition has no brief.")
    return course, course.brief


@drawn_once(64)
def sheet_pdf(course: Course, tool: Tool) -> bytes:
    """The same for everybody: made once a process."""
    context = {
        "course": course,
        "tool": tool,
        "html": with_addresses(tool.html, course),
        "is_brief": tool is course.brief,
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
    }
    return render_pdf("training/tool_pdf.html", context)


def as_pdf(name: str, document: bytes) -> HttpResponse:
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(document, content_type="application/pdf", headers=headers)
