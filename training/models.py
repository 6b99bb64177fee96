"""What a mentor did: pages visited and done, answers, and the action plan."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterable
from functools import cache
from typing import Any

from django.conf import settings
from django.db import connections, models
from django.db.models import Case, When
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from training.certificates import Certificate as Certificate  # a model of this app, in a file of its own
from training.content import Course, Page
from training.two_devices import Over, Stamp, chosen, digest, left_beside, words_beside

# One answer a row. A save made over the stored version replaces it; any other leaves the row as it is, and gets it back.
# `excluded.version` is the version that the save would make: one more than it was written over, 0 to replace any.
KEEP = """
INSERT INTO training_answer ({columns})
VALUES {rows}
ON CONFLICT (user_id, edition, activity_id) DO UPDATE SET
  page_id = excluded.page_id,
  value = CASE WHEN {fresh} THEN excluded.value ELSE training_answer.value END,
  answered_at = CASE
    WHEN NOT {fresh} THEN training_answer.answered_at
    WHEN excluded.answered_at IS NOT NULL THEN COALESCE(training_answer.answered_at, excluded.answered_at) END,
  updated_at = CASE WHEN {fresh} THEN excluded.updated_at ELSE training_answer.updated_at END,
  version = training_answer.version
    + CASE WHEN {fresh} AND training_answer.value <> excluded.value THEN 1 ELSE 0 END
RETURNING {returned}, answered_at = %s
"""


def as_moment(stored: datetime.datetime | str | None) -> datetime.datetime | None:
    """A moment as plain SQL gives it: SQLite keeps it as text without a zone, in UTC."""
    found = parse_datetime(stored) if isinstance(stored, str) else stored
    return found.replace(tzinfo=datetime.UTC) if found and found.tzinfo is None else found


PARAGRAPH = re.compile(r"[a-z0-9-]{0,40}")
# In the order of the model
RETURNED = ["id", "activity_id", "value", "other_value", "version", "answered_at"]
FRESH = "excluded.version IN (0, training_answer.version + 1)"


class PageVisitQuerySet(models.QuerySet["PageVisit"]):
    def open(self, user: Any, page: Page) -> None:
        self._upsert(PageVisit(user=user, edition=page.owner, page_id=page.id), ["opened_at"])

    def finish(self, user: Any, page: Page) -> None:
        now = timezone.now()
        self._upsert(
            PageVisit(user=user, edition=page.owner, page_id=page.id, opened_at=now, done_at=now),
            ["opened_at", "done_at"],
        )

    def remember(self, user: Any, page: Page, paragraph: str) -> None:
        """Where to go on, from the browser; what does not look like an id is not kept."""
        if PARAGRAPH.fullmatch(paragraph):
            ids = [page.id, *page.head.was]
            self.filter(user=user, edition=page.owner, page_id__in=ids).update(paragraph=paragraph)

    def _upsert(self, visit: PageVisit, update_fields: list[str]) -> None:
        PageVisit.objects.bulk_create(
            [visit],
            update_conflicts=True,
            unique_fields=["user", "edition", "page_id"],
            update_fields=update_fields,
        )


class PageVisit(models.Model):
    """That a mentor opened a page, and when they marked it done. Kept under the edition whose file the page is."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="page_visits")
    edition = models.CharField(max_length=40)
    page_id = models.CharField(max_length=80)
    opened_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)
    # The id of the paragraph that was last at the top of the screen: where to go on, on any device
    paragraph = models.CharField(max_length=40, blank=True)

    objects = PageVisitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "edition", "page_id"], name="one_visit_a_page")
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """As Page.key."""
        return f"{self.edition}/{self.page_id}"

    @classmethod
    def export_for(cls, user: Any) -> list[dict[str, Any]]:
        return list(
            cls.objects.filter(user=user).values("edition", "page_id", "opened_at", "done_at", "paragraph")
        )

    @classmethod
    def erase_for(cls, user: Any) -> None:
        cls.objects.filter(user=user).delete()


class AnswerQuerySet(models.QuerySet["Answer"]):
    def keep(
        self,
        user: Any,
        page: Page,
        values: dict[str, dict[str, Any]],
        is_answer: dict[str, bool],
        over: dict[str, Over] | None = None,
    ) -> dict[str, Answer]:
        """Keep the answers to a page's activities, by activity id: one upsert. Returns them as they are now.

        `over` says what each was written over (two_devices.py); without it, it replaces whatever is there. One query,
        and one more for each that another device wrote in between. bulk_create cannot say when to replace.
        """
        over, now = over or {}, timezone.now()
        arrived = {
            id_: Answer(
                user=user,
                edition=page.owner,
                page_id=page.id,
                activity_id=id_,
                value=value,
                answered_at=now if is_answer[id_] else None,
                version=over[id_].stamp.version + 1 if id_ in over else 0,
                updated_at=now,
            )
            for id_, value in values.items()
        }
        if not arrived:
            return {}
        connection = connections[self.db]
        columns, sql = keep_statement(len(arrived))
        params = [
            column.get_db_prep_save(getattr(answer, column.attname), connection)
            for answer in arrived.values()
            for column in columns
        ]
        params.append(Answer._meta.get_field("answered_at").get_db_prep_save(now, connection))
        with connection.cursor() as cursor:  # a third of the time that QuerySet.raw takes
            cursor.execute(sql, params)
            rows = cursor.fetchall()
        stored = {}
        for pk, activity_id, value, other_value, version, answered_at, is_new in rows:
            loaded = json.loads(value), json.loads(other_value) if other_value else None
            row = [pk, activity_id, *loaded, version, as_moment(answered_at)]
            stored[activity_id] = Answer.from_db(self.db, RETURNED, row)
            stored[activity_id].is_newly_answered = bool(is_new)
        return {
            id_: answer._meet(arrived[id_], over[id_]) if id_ in over else answer
            for id_, answer in stored.items()
        }

    def join(self, user: Any, arrived: list[Answer], texts: dict[str, Collection[str]]) -> None:
        """Give an account answers that waited for it; `texts` names the values that somebody typed, by Answer.key.

        What the account has answered itself stays, and words that it lacks are put beside it. Two queries, and one more
        for each of these.
        """
        Answer.objects.bulk_create(arrived, ignore_conflicts=True)
        ids = [answer.activity_id for answer in arrived]
        stored = {answer.key: answer for answer in self.filter(user=user, activity_id__in=ids)}
        for answer in arrived:
            stored[answer.key]._take_in(answer, texts[answer.key])


@cache
def keep_statement(answers: int) -> tuple[list[models.Field[Any, Any]], str]:
    """The upsert of so many answers, and the columns whose values it takes, in turn; last the moment of now."""
    columns = [column for column in Answer._meta.concrete_fields if column.name not in ("id", "other_value")]
    places = f"({', '.join(['%s'] * len(columns))})"
    return columns, KEEP.format(
        columns=", ".join(column.attname for column in columns),
        rows=", ".join([places] * answers),
        fresh=FRESH,
        returned=", ".join(RETURNED),
    )


class Answer(models.Model):
    """What a mentor wrote or chose in one activity. Private: no program and no evaluator ever sees it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="answers")
    edition = models.CharField(max_length=40)
    page_id = models.CharField(max_length=80)
    activity_id = models.CharField(max_length=80)
    value = models.JSONField(default=dict)
    # The value that lost when two devices wrote at once: kept and shown until the mentor has looked at it
    other_value = models.JSONField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    # When it became an answer as its kind counts one; None while there is too little of it
    answered_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(default=timezone.now)

    is_newly_answered = False  # whether keeping it just now made it an answer

    objects = AnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "edition", "activity_id"], name="one_answer_an_activity")
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key(self) -> str:
        """As Page.activity_key."""
        return f"{self.edition}/{self.activity_id}"

    @property
    def is_answered(self) -> bool:
        return self.answered_at is not None

    @property
    def stamp(self) -> Stamp:
        return Stamp.of(self.version, self.value)

    def _meet(self, arrived: Answer, over: Over) -> Answer:
        """This stored answer after another has arrived, which the upsert took or, as written over an older one, did not."""
        stored = self
        while stored.stamp.digest != arrived.stamp.digest:
            beside = left_beside(arrived.value, over, stored.value, stored.other_value)
            if stored._replace(
                value=arrived.value,
                other_value=beside or None,
                answered_at=(stored.answered_at or arrived.answered_at)
                if arrived.answered_at or beside
                else None,
            ):
                break
            stored = Answer.objects.get(pk=stored.pk)
        return stored

    def _take_in(self, arrived: Answer, texts: Collection[str]) -> None:
        """Put the words that this stored answer lacks beside it; in place of an empty one, all of the other."""
        stored = self
        while True:
            stands = arrived if stored.stamp.digest == digest({}) else stored
            words = [stored.other_value or {}, arrived.value, arrived.other_value or {}]
            beside = words_beside(stands.value, words, texts) or None
            if (stands.value, beside) == (stored.value, stored.other_value) or stored._replace(
                value=stands.value, other_value=beside, answered_at=stands.answered_at
            ):
                return
            stored = Answer.objects.get(pk=stored.pk)

    def choose(self, words: str, is_answered: Callable[[dict[str, Any]], bool]) -> None:
        """End a conflict: keep “mine” (the answer), the “other” or “both” of the texts. One query."""
        value = chosen(words, self.value, self.other_value or {})
        answered_at = (self.answered_at or timezone.now()) if is_answered(value) else None
        self._replace(value=value, other_value=None, answered_at=answered_at)

    def _replace(self, **fields: Any) -> bool:
        """Save these fields unless the answer has changed meanwhile; says whether they were saved."""
        fields |= {"version": self.version + 1, "updated_at": timezone.now()}
        is_saved = bool(Answer.objects.filter(pk=self.pk, version=self.version).update(**fields))
        if is_saved:
            for name, value in fields.items():
                setattr(self, name, value)
        return is_saved

    @classmethod
    def export_for(cls, user: Any) -> list[dict[str, Any]]:
        return list(
            cls.objects.filter(user=user).values(
                "edition", "page_id", "activity_id", "value", "other_value", "answered_at", "updated_at"
            )
        )

    @classmethod
    def erase_for(cls, user: Any) -> None:
        cls.objects.filter(user=user).delete()


class PageNoteQuerySet(models.QuerySet["PageNote"]):
    def of(self, user: Any, page: Page) -> PageNoteQuerySet:
        """The note on this page, at most one, also under an id that the page had before."""
        ids = [page.id, *page.head.was]
        is_older = Case(When(page_id=page.id, then=0), default=1)
        found = self.filter(user=user, edition=page.owner, page_id__in=ids)
        return found.order_by(is_older, "-updated_at")[:1]

    def written_by(self, user: Any) -> PageNoteQuerySet:
        """All notes and bookmarks of a person, the oldest first."""
        return self.filter(user=user).order_by("updated_at")

    def mark(self, user: Any, page: Page, is_bookmarked: bool) -> None:
        self._upsert(user, page, "is_bookmarked", is_bookmarked)

    def write(self, user: Any, page: Page, text: str, seen: str) -> str:
        """Keep the note as typed over a text whose PageNote.digest was `seen`; returns what is kept.

        When it has meanwhile changed on another device, what was written there stays, below. Two queries; none when
        nothing changed.
        """
        # What a browser lets one type, and what several devices' notes have grown to
        text = text.replace("\r\n", "\n")[: PageNote.MOST_CHARACTERS * 5]
        if PageNote.digest(text) == seen:
            return text
        kept = self.of(user, page).values_list("text", flat=True).first() or ""
        if PageNote.digest(kept) != seen and kept not in text:
            text = f"{text}\n\n{kept}"
        self._upsert(user, page, "text", text)
        return text

    def _upsert(self, user: Any, page: Page, field: str, value: str | bool) -> None:
        if page.head.was:
            # The page has another id now: its note moves along, unless there is one already
            self.filter(pk__in=self.of(user, page).values("pk")).update(page_id=page.id)
        PageNote.objects.bulk_create(
            [PageNote(user=user, edition=page.owner, page_id=page.id, **{field: value})],
            update_conflicts=True,
            unique_fields=["user", "edition", "page_id"],
            update_fields=[field, "updated_at"],
        )


class PageNote(models.Model):
    """A mentor's bookmark and private note on one page."""

    MOST_CHARACTERS = 10_000

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="page_notes")
    edition = models.CharField(max_length=40)
    page_id = models.CharField(max_length=80)
    text = models.TextField(blank=True)
    is_bookmarked = models.BooleanField(default=False)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = PageNoteQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "edition", "page_id"], name="one_note_a_page")]

    def __str__(self) -> str:
        return self.key

    @staticmethod
    def digest(text: str) -> str:
        """Which text a browser had before it, told in a few characters."""
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def seen(self) -> str:
        return self.digest(self.text)

    @property
    def key(self) -> str:
        """As Page.key."""
        return f"{self.edition}/{self.page_id}"

    @classmethod
    def export_for(cls, user: Any) -> list[dict[str, Any]]:
        fields = ("edition", "page_id", "text", "is_bookmarked", "updated_at")
        return list(cls.objects.filter(user=user).values(*fields))

    @classmethod
    def erase_for(cls, user: Any) -> None:
        cls.objects.filter(user=user).delete()


class CompletionQuerySet(models.QuerySet["Completion"]):
    def record(self, user: Any, courses: Iterable[Course]) -> None:
        """That these editions are complete, under the rule that holds now. The first time stands."""
        Completion.objects.bulk_create(
            [
                Completion(
                    user=user, edition=course.id, content_version=course.version, rule=course.completion
                )
                for course in courses
            ],
            ignore_conflicts=True,
        )


class Completion(models.Model):
    """That a mentor completed an edition: written once, by what completed it, with the rule as it was then."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="completions")
    edition = models.CharField(max_length=40)
    content_version = models.CharField(max_length=20)
    rule = models.TextField()
    completed_at = models.DateTimeField(default=timezone.now)

    objects = CompletionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "edition"], name="one_completion_an_edition")]

    def __str__(self) -> str:
        return f"{self.edition} {self.content_version}"

    @classmethod
    def export_for(cls, user: Any) -> list[dict[str, Any]]:
        fields = ("edition", "content_version", "rule", "completed_at")
        return list(cls.objects.filter(user=user).values(*fields))

    @classmethod
    def erase_for(cls, user: Any) -> None:
        cls.objects.filter(user=user).delete()


class PollTally(models.Model):
    """How people have answered a poll, as of a day: counts by option. Knows nobody."""

    edition = models.CharField(max_length=40)
    activity_id = models.CharField(max_length=80)
    counts = models.JSONField(default=dict)
    answers = models.PositiveIntegerField(default=0)
    counted_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "activity_id"], name="one_tally_a_poll")]

    def __str__(self) -> str:
        return f"{self.edition}/{self.activity_id}"


class ActionPlan(models.Model):
    """The mentoring action plan: what the course is for. Lists keep the mentor's own words and order.

    goals: [str]; commitments: [{"situation": str, "action": str}], read as "If <situation>, then I will <action>".
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="plans")
    edition = models.CharField(max_length=40)
    goals = models.JSONField(default=list)
    commitments = models.JSONField(default=list)
    next_meeting_on = models.DateField(null=True, blank=True)
    check_in_on = models.DateField(null=True, blank=True)
    notes = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "edition"], name="one_plan_an_edition")]

    def __str__(self) -> str:
        return f"Plan {self.pk}, {self.edition}"

    @property
    def is_whole(self) -> bool:
        """At least one goal and one if-then commitment: what completion asks for."""
        return bool(self.goals) and bool(self.commitments)

    CONTENT = ("goals", "commitments", "next_meeting_on", "check_in_on", "notes")

    def differs_from_saved(self) -> bool:
        """Whether there is something to save. Costs one query."""
        saved = type(self).objects.filter(pk=self.pk).values(*self.CONTENT).first()
        return saved != {name: getattr(self, name) for name in self.CONTENT}

    @classmethod
    def export_for(cls, user: Any) -> list[dict[str, Any]]:
        return list(cls.objects.filter(user=user).values("edition", *cls.CONTENT, "updated_at"))

    @classmethod
    def erase_for(cls, user: Any) -> None:
        cls.objects.filter(user=user).delete()


def default_check_in(today: datetime.date) -> datetime.date:
    """Thirty days on: near enough to remember, far enough to have tried."""
    return today + datetime.timedelta(days=30)
