"""Where a mentor stands, and what they wrote on one page: one query on all that is kept of them.

Plain SQL, since every page asks the same: building it from the ORM each time takes Django longer than the database needs to
answer, and four round trips take longer than one.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection

from registration.models import User
from training.content import Course, Page
from training.models import PageNote, as_moment
from training.progress import CourseState, course_state

# Of answers and notes only this page's words are read. Moments as text, which sort as they are in UTC
KEPT = """
SELECT 'visit', edition || '/' || page_id, done_at IS NOT NULL, 0, paragraph, '', CAST(opened_at AS TEXT)
FROM training_pagevisit WHERE user_id = %(user)s
UNION ALL
SELECT 'answer', edition || '/' || activity_id, answered_at IS NOT NULL, version,
    CASE WHEN {here} THEN CAST(value AS TEXT) END, CASE WHEN {here} THEN CAST(other_value AS TEXT) END, ''
FROM training_answer WHERE user_id = %(user)s
UNION ALL
{more}
"""
# A page shows its note; the course as a whole asks for the plan, and whether it was completed
NOTE = """
SELECT 'note', edition || '/' || page_id, is_bookmarked, 0, text, '', CAST(updated_at AS TEXT)
FROM training_pagenote WHERE user_id = %(user)s AND {here}
"""
WHOLE = """
SELECT 'plan', edition, goals <> '[]' AND commitments <> '[]', 0, '', '', CAST(updated_at AS TEXT)
FROM training_actionplan WHERE user_id = %(user)s
UNION ALL
SELECT 'completion', edition, TRUE, 0, '', '', CAST(completed_at AS TEXT)
FROM training_completion WHERE user_id = %(user)s
"""


@dataclass(frozen=True)
class Kept:
    """An answer on the page that is read."""

    value: dict[str, Any]
    version: int
    other_value: dict[str, Any] | None


class Visit(NamedTuple):
    """A page that was opened, and the paragraph that was on top of the screen last."""

    moment: str
    key: str
    paragraph: str


@dataclass(frozen=True)
class Standing:
    """What a page shows of its reader: progress, the answers and the note on this page, and where they were last."""

    state: CourseState
    kept: dict[str, Kept] = field(default_factory=dict)
    last: Visit | None = None
    note: PageNote = field(default_factory=PageNote)
    paragraph: str = ""  # where on this page they were
    completed_at: datetime.datetime | None = None

    @classmethod
    def of(cls, user: User, course: Course, page: Page | None = None) -> Standing:
        """One query."""
        return Record.of(user, page).standing(course, page)


@dataclass
class Record:
    """What is kept of a mentor's way through every edition: with a page its words, without one plans and completions.

    By the keys of pages and activities (Page.key, Page.activity_key), plans and completions by the edition.
    """

    visits: list[Visit] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    kept: dict[str, Kept] = field(default_factory=dict)
    notes: list[tuple[str, str, PageNote]] = field(default_factory=list)
    whole_plans: set[str] = field(default_factory=set)
    plans: dict[str, datetime.datetime | None] = field(default_factory=dict)  # when each was last changed
    completed: dict[str, datetime.datetime | None] = field(default_factory=dict)

    @classmethod
    def of(cls, user: User, page: Page | None = None) -> Record:
        """One query."""
        record = cls()
        sets = {"visit": record.done, "answer": record.answered, "plan": record.whole_plans}
        for kind, key, flag, version, text, other, moment in _rows(user, page):
            if flag and kind in sets:
                sets[kind].add(key)
            if kind == "visit":
                record.visits.append(Visit(moment, key, text))
            elif kind == "answer" and text is not None:
                record.kept[key] = Kept(json.loads(text), version, json.loads(other) if other else None)
            elif kind == "note":
                record.notes.append((moment, key, PageNote(text=text, is_bookmarked=bool(flag))))
            elif kind == "plan":
                record.plans[key] = as_moment(moment)
            elif kind == "completion":
                record.completed[key] = as_moment(moment)
        return record

    def begun(self, courses: Iterable[Course]) -> list[Course]:
        """The editions that the mentor has begun. A visit to a page that several share tells by itself only of the first."""
        visited = {visit.key for visit in self.visits}
        shown = {course: {key for page in course.pages for key in page.keys} for course in courses}
        own = {
            course: keys.difference(*(others for other, others in shown.items() if other is not course))
            for course, keys in shown.items()
        }
        return [course for course in shown if own[course] & visited] or [
            course for course in shown if shown[course] & visited
        ][:1]

    def state(self, course: Course) -> CourseState:
        return course_state(course, self.done, self.answered, course.id in self.whole_plans)

    def standing(self, course: Course, page: Page | None = None) -> Standing:
        here = [visit for visit in self.visits if page and visit.key in page.keys]
        return Standing(
            state=self.state(course),
            kept={key.partition("/")[2]: kept for key, kept in self.kept.items()},
            last=max((visit for visit in self.visits if course.page_for(visit.key)), default=None),
            note=self.note(page) if page else PageNote(),
            paragraph=max(here).paragraph if here else "",
            completed_at=self.completed.get(course.id),
        )

    def note(self, page: Page) -> PageNote:
        """The note under the page's own id, else the latest under an id that it had before."""
        own = [(key == page.key, moment, note) for moment, key, note in self.notes]
        return max(own, key=lambda found: found[:2])[2] if own else PageNote()


def _rows(user: User, page: Page | None) -> Iterable[tuple[Any, ...]]:
    ids = [page.id, *page.head.was] if page else []
    names = {f"page{place}": page_id for place, page_id in enumerate(ids)}
    places = ", ".join(f"%({name})s" for name in names)
    here = f"edition = %(edition)s AND page_id IN ({places})" if page else "1 = 0"
    more = (NOTE if page else WHOLE).format(here=here)
    params: dict[str, int | str] = {"user": user.pk, "edition": page.owner if page else "", **names}
    with connection.cursor() as cursor:
        cursor.execute(KEPT.format(here=here, more=more), params)
        return cursor.fetchall()
