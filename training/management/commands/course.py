"""Print the course: what there is to read, do and hear, and how long it takes."""

import datetime
import json
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand

from training import content
from training.content import Course, Page, Section


class Command(BaseCommand):
    help = "Print the course: its editions, sections and pages with words, minutes, skills, activities and media."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument(
            "--changed-since",
            type=_date,
            metavar="DATE",
            help="only what changed on this day or later (2026-10-01)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        courses = list(content.load_all().values())
        since = options["changed_since"]
        if options["format"] == "json":
            described = [_changes(course, since) if since else _course(course) for course in courses]
            self.stdout.write(json.dumps({"editions": described}, ensure_ascii=False, indent=2))
        else:
            lines = [
                line for course in courses for line in (_news(course, since) if since else _outline(course))
            ]
            self.stdout.write("\n".join(lines))


def _date(text: str) -> datetime.date:
    if not content.is_date(text):
        raise ArgumentTypeError(f"“{text}” is no date; expected one such as 2026-10-01")
    return datetime.date.fromisoformat(text)


def _course(course: Course) -> dict[str, Any]:
    return {
        "id": course.id,
        "title": course.title,
        "version": course.version,
        "core_minutes": list(course.core_minutes),
        "sections": [_section(section) for section in course.sections],
    }


def _section(section: Section) -> dict[str, Any]:
    return {"id": section.id, "title": section.title, "pages": [_page(page) for page in section.pages]}


def _page(page: Page) -> dict[str, Any]:
    return {
        "id": page.id,
        "title": page.head.title,
        "depth": page.head.depth,
        "words": page.words,
        "minutes": list(page.minutes),
        "skills": list(page.head.skills),
        "activities": [
            {"id": activity.id, "kind": activity.kind, "depth": activity.depth}
            for activity in page.activities
        ],
        "media": [{"kind": media.kind, "seconds": media.duration} for media in page.media],
    }


def _changes(course: Course, since: datetime.date) -> dict[str, Any]:
    pages = [
        {
            "section": page.section_id,
            "id": page.id,
            "title": page.head.title,
            "changed": page.head.changed,
            "note": page.head.change_note,
        }
        for page in course.changed_since(since)
    ]
    return {"id": course.id, "title": course.title, "version": course.version, "changed": pages}


def _outline(course: Course) -> list[str]:
    low, high = course.core_minutes
    lines = [f"{course.title} ({course.id} {course.version}): {low} to {high} minutes, core pages"]
    for section in course.sections:
        lines += ["", f"{section.number}. {section.title}"]
        for page in section.pages:
            things = [item.kind for item in (*page.activities, *page.media)]
            depth = "" if page.is_core else ", deeper"
            minutes = f"{page.minutes[0]} to {page.minutes[1]} min"
            lines.append(f"   {page.id}: {page.head.title} ({page.words} words, {minutes}{depth})")
            lines.append(f"      {', '.join([*things, *page.head.skills]) or 'nothing to do'}")
    return [*lines, ""]


def _news(course: Course, since: datetime.date) -> list[str]:
    lines = [f"{course.title} ({course.id} {course.version}), changed since {since}:"]
    for page in course.changed_since(since):
        note = f": {page.head.change_note}" if page.head.change_note else ""
        lines.append(f"   {page.head.changed} {page.section_id}/{page.id}, {page.head.title}{note}")
    return [*lines, *([] if len(lines) > 1 else ["   nothing"]), ""]
