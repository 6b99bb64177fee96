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

# Of answers and notes only this page's words are read. Who has not written yet costs an empty branch
KEPT = """
SELECT 'visit' AS kind, edition, page_id AS id, done_at IS NOT NULL AS flag, 0 AS version, paragraph AS text, '' AS other,
    opened_at AS moment
FROM training_pagevisit WHERE user_id = %(user)s
UNION ALL
SELECT 'answer', edition, activity_id, answered_at IS NOT NULL, version,
    CASE WHEN {here} THEN CAST(value AS TEXT) END, CASE WHEN {here} THEN CAST(other_value AS TEXT) END, updated_at
FROM training_answer WHERE user_id = %(user)s
UNION ALL
SELECT 'note', edition, page_id, is_bookmarked, 0, text, '', updated_at
FROM training_pagenote WHERE user_id = %(user)s AND {here}
UNION ALL
SELECT 'plan', edition, '', goals <> '[]' AND commitments <> '[]', 0, '', '', updated_at
FROM training_actionplan WHERE user_id = %(user)s
UNION ALL
SELECT 'completion', edition, content_version, TRUE, 0, '', '', completed_at
FROM training_completion WHERE user_id = %(user)s
ORDER BY moment
"""


class Row(NamedTuple):
    """One thing kept: `flag` says that a page is done, a question answered, a page bookmarked, a plan whole."""

    kind: str
    edition: str
    id: str
    flag: bool
    version: int
    text: str | None
    other: str | None
    moment: datetime.datetime | str

    @property
    def key(self) -> str:
        """As Page.key and Page.activity_key."""
        return f"{self.edition}/{self.id}"


@dataclass(frozen=True)
class Kept:
    """An answer on the page that is read."""

    value: dict[str, Any]
    version: int
    other_value: dict[str, Any] | None

    @classmethod
    def of(cls, row: Row) -> Kept:
        """JSON comes as text from both databases."""
        return cls(json.loads(row.text or "{}"), row.version, json.loads(row.other) if row.other else None)


@dataclass(frozen=True)
class Visit:
    """A page that was opened, and the paragraph that was on top of the screen last."""

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


@dataclass(frozen=True)
class Record:
    """All that is kept of a mentor's way through every edition, the earliest first; words only of one page."""

    rows: dict[str, list[Row]]

    @classmethod
    def of(cls, user: User, page: Page | None = None) -> Record:
        rows: dict[str, list[Row]] = {"visit": [], "answer": [], "note": [], "plan": [], "completion": []}
        for row in map(Row._make, _rows(user, page)):
            rows[row.kind].append(row)
        return cls(rows)

    def state(self, course: Course) -> CourseState:
        return course_state(
            course,
            done={row.key for row in self.rows["visit"] if row.flag},
            answered={row.key for row in self.rows["answer"] if row.flag},
            has_plan=any(row.flag and row.edition == course.id for row in self.rows["plan"]),
        )

    def standing(self, course: Course, page: Page | None = None) -> Standing:
        visits = [row for row in reversed(self.rows["visit"]) if course.page_for(row.key)]
        here = next((row for row in visits if page and row.key in page.keys), None)
        return Standing(
            state=self.state(course),
            kept={row.id: Kept.of(row) for row in self.rows["answer"] if row.text is not None},
            last=Visit(visits[0].key, visits[0].text or "") if visits else None,
            note=_note(self.rows["note"], page) if page else PageNote(),
            paragraph=(here.text or "") if here else "",
            completed_at=self.completed_at(course),
        )

    def completed_at(self, course: Course) -> datetime.datetime | None:
        moments = (row.moment for row in self.rows["completion"] if row.edition == course.id)
        return next(map(as_moment, moments), None)


def _rows(user: User, page: Page | None) -> Iterable[tuple[Any, ...]]:
    ids = [page.id, *page.head.was] if page else []
    names = {f"page{place}": page_id for place, page_id in enumerate(ids)}
    places = ", ".join(f"%({name})s" for name in names)
    here = f"edition = %(edition)s AND page_id IN ({places})" if page else "1 = 0"
    with connection.cursor() as cursor:
        cursor.execute(
            KEPT.format(here=here), {"user": user.pk, "edition": page.owner if page else "", **names}
        )
        return cursor.fetchall()


def _note(rows: list[Row], page: Page) -> PageNote:
    """The note under the page's own id, else the latest under an id that it had before."""
    own = [row for row in rows if row.id == page.id]
    return next(
        (PageNote(text=row.text or "", is_bookmarked=bool(row.flag)) for row in (own or rows)[-1:]),
        PageNote(),
    )
