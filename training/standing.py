"""Where a mentor stands, and what they wrote on one page: one query on their visits, one on their answers.

Plain SQL, since every page asks the same two questions: building them from the ORM each time takes Django longer than
the database needs to answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection

from registration.models import User
from training.content import Course, Page
from training.models import PageNote
from training.progress import CourseState, course_state

ANSWERS = """
SELECT edition, activity_id, is_answered, version,
    CASE WHEN {here} THEN value END, CASE WHEN {here} THEN other_value END
FROM training_answer WHERE user_id = %(user)s
"""
VISITS = """
SELECT edition, page_id, done_at IS NOT NULL, paragraph
FROM training_pagevisit WHERE user_id = %(user)s ORDER BY opened_at
"""
# With the note on this page, also one under an id that the page had before
VISITS_AND_NOTE = """
SELECT visit.edition, visit.page_id, visit.done_at IS NOT NULL, visit.paragraph, note.text, note.is_bookmarked
FROM training_pagevisit visit
LEFT JOIN (
    SELECT text, is_bookmarked FROM training_pagenote WHERE user_id = %(user)s AND {here}
    ORDER BY CASE WHEN page_id = %(page0)s THEN 0 ELSE 1 END, updated_at DESC LIMIT 1
) note ON visit.edition = %(edition)s AND visit.page_id IN ({pages})
WHERE visit.user_id = %(user)s ORDER BY visit.opened_at
"""


class Kept(NamedTuple):
    """One answer, as much of it as a page needs: values of this page's activities only."""

    edition: str
    activity_id: str
    is_answered: bool
    version: int
    value: dict[str, Any] | None
    other_value: dict[str, Any] | None

    @property
    def key(self) -> str:
        """As Page.activity_key."""
        return f"{self.edition}/{self.activity_id}"


class Visit(NamedTuple):
    """One visit, as much of it as a page needs. The note is that on the page being shown."""

    edition: str
    page_id: str
    is_done: bool
    paragraph: str
    note: str | None = None
    is_bookmarked: bool | None = None

    @property
    def key(self) -> str:
        """As Page.key."""
        return f"{self.edition}/{self.page_id}"


@dataclass
class Standing:
    """What a page shows of its reader: progress, the answers and the note on this page, and where they were last."""

    state: CourseState
    kept: dict[str, Kept]
    last: Visit | None
    note: PageNote
    paragraph: str = ""  # where on this page they were

    @classmethod
    def of(cls, user: User, course: Course, page: Page | None = None) -> Standing:
        answers, visits = _answers(user, page), _visits(user, page)
        state = course_state(
            course,
            {visit.key for visit in visits if visit.is_done},
            {answer.key for answer in answers if answer.is_answered},
        )
        kept = {answer.activity_id: answer for answer in answers if answer.value is not None}
        last = next((visit for visit in reversed(visits) if course.page_for(visit.key)), None)
        here = next((visit for visit in reversed(visits) if page and visit.key in page.keys), None)
        note = PageNote(text=here.note or "", is_bookmarked=bool(here.is_bookmarked)) if here else PageNote()
        return cls(state, kept, last, note, here.paragraph if here else "")


def _answers(user: User, page: Page | None) -> list[Kept]:
    return [
        Kept(edition, activity_id, is_answered, version, _value(value), _value(other_value))
        for edition, activity_id, is_answered, version, value, other_value in _rows(ANSWERS, user, page)
    ]


def _visits(user: User, page: Page | None) -> list[Visit]:
    return [Visit(*row) for row in _rows(VISITS_AND_NOTE if page else VISITS, user, page)]


def _rows(sql: str, user: User, page: Page | None) -> list[tuple[Any, ...]]:
    ids = [page.id, *page.head.was] if page else []
    names = {f"page{place}": page_id for place, page_id in enumerate(ids)}
    pages = ", ".join(f"%({name})s" for name in names)
    here = f"edition = %(edition)s AND page_id IN ({pages})" if page else "1 = 0"
    with connection.cursor() as cursor:
        cursor.execute(
            sql.format(here=here, pages=pages),
            {"user": user.pk, "edition": page.owner if page else "", **names},
        )
        return cursor.fetchall()


def _value(stored: str | None) -> dict[str, Any] | None:
    """JSON comes as text from both databases."""
    value: dict[str, Any] | None = json.loads(stored) if stored is not None else None
    return value
