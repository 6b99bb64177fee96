"""The syllabus: what the course covers, how long it takes, and what of others' lists of competencies it serves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from training.activities import KINDS
from training.content import Course, Page
from training.parts import Framework
from training.views import get_course


@dataclass(frozen=True)
class Served:
    """A skill, or an item of a framework, with the pages on which it is worked at."""

    title: str
    pages: tuple[Page, ...]

    @property
    def activities(self) -> int:
        return sum(len(page.activities) for page in self.pages)

    @property
    def sections(self) -> list[str]:
        return list(dict.fromkeys(page.section_id for page in self.pages))


def skills(course: Course) -> list[Served]:
    """The eleven skills in order. Empty where the edition has no competencies.yaml."""
    known = course.competencies.skills if course.competencies else {}
    return [
        Served(known[skill], tuple(page for page in course.pages if skill in page.head.skills))
        for skill in sorted(known)
    ]


def frameworks(course: Course) -> list[tuple[Framework, list[Served]]]:
    """Each framework with its items in its own order; an item without pages is one the edition does not cover."""
    found = course.competencies.frameworks if course.competencies else ()
    return [
        (
            framework,
            [
                Served(item.title, tuple(page for page in course.pages if page.id in item.pages))
                for item in framework.items
            ],
        )
        for framework in found
    ]


@require_safe
def syllabus(request: HttpRequest, edition: str) -> HttpResponse:
    course = get_course(edition)
    kinds = Counter(activity.kind for page in course.pages for activity in page.activities)
    context = {
        "course": course,
        "skills": skills(course),
        "frameworks": frameworks(course),
        "kinds": [(KINDS[kind].kind_label, number) for kind, number in kinds.most_common()],
        "activities": kinds.total(),
        "words": sum(page.words for page in course.pages),
    }
    return render(request, "training/syllabus.html", context)
