"""What they thought: answers without a name, in a database that knows nobody.

Released answers come from the survey's ballot box and are replaced as a whole at every load (loading.py).
Imported ones are older answers read from a file; each belongs to its import, so that an import can be
undone.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connections, models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluation import instrument
from evaluation.ticket_flags import TicketFlag

__all__ = [
    "Answers",
    "ExportRecord",
    "ImportedResponse",
    "ImportedText",
    "LoadedFile",
    "ReleasedResponse",
    "ReleasedText",
    "ResponseImport",
    "TicketFlag",
]

SURVEY = "main"
BATCH = 1000


def field_name(variable_id: str) -> str:
    """The model field of a variable: Django reserves the double underscore for look-ups."""
    return variable_id.replace("__", "_")


def stored_variables() -> tuple[instrument.Variable, ...]:
    """The columns of a stored response: those of every version of the main survey, in form order."""
    try:
        versions = [version for version in instrument.load_all() if version.survey == SURVEY]
    except instrument.InstrumentError:
        return ()  # the system check evaluation.E001 says what is wrong; no command goes on after it
    return tuple({v.id: v for version in versions for v in version.response_variables}.values())


def rule_of(edition: str) -> Q:
    """Which responses the tables of this edition leave out, each by the rule of its own instrument."""
    rule = Q(pk__in=[])
    for version in instrument.load_all():
        if edition in version.editions:
            for variable in version.exclusion(edition).variables:
                rule |= Q(instrument=version.name, **{field_name(variable): instrument.TICKED})
    return rule


class RowsQuerySet(models.QuerySet[Any]):
    def insert(self, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Add rows of plain values and return how many: a fresh or given UUID first, then one value a column.

        With some 95 columns bulk_create puts only ten rows into a statement on SQLite, and takes many times as
        long as a prepared statement there and COPY on PostgreSQL.
        """
        connection = connections[self.db]
        quote = connection.ops.quote_name
        table = quote(self.model._meta.db_table)
        names = ", ".join(quote(column) for column in ("id", *columns))
        places = ", ".join(["%s"] * (len(columns) + 1))
        count = 0
        rows = iter(rows)
        with connection.cursor() as cursor:
            while batch := list(islice(rows, BATCH)):
                if connection.vendor == "postgresql":
                    with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                        for row in batch:
                            copy.write_row(row)
                else:
                    statement = f"INSERT INTO {table} ({names}) VALUES ({places})"  # noqa: S608 - our own names
                    cursor.executemany(statement, [(key.hex, *row) for key, *row in batch])
                count += len(batch)
        return count


class Answers(models.Model):
    """One response. Beside the answers it holds the instrument, the edition and the quarter, and nothing
    else.

    The columns of the answers are added below, one for each variable of the main survey: the column bears the
    variable's id, the field the same with a single underscore (gender__male: gender_male). Values are codes,
    or LEFT_BLANK, or NOT_SHOWN.
    """

    database = "evaluation"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    instrument = models.CharField(max_length=40)
    edition = models.CharField(max_length=40)
    quarter = models.CharField(_("quarter of release"), max_length=6, blank=True)

    objects = RowsQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return gettext("a response to %(survey)s") % {"survey": self.instrument}


for _variable in stored_variables():
    Answers.add_to_class(
        field_name(_variable.id),
        models.SmallIntegerField(_variable.label[:150], default=instrument.NOT_SHOWN, db_column=_variable.id),
    )


class ReleasedResponse(Answers):
    """An answer from an opened pile of the ballot box. All rows are replaced, shuffled, at every load."""


class LoadedFile(models.Model):
    """The fingerprint of the released file that was loaded last: one row, so that nothing is loaded twice."""

    database = "evaluation"

    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.sha256


class ResponseImport(models.Model):
    """One imported file, or the made-up demo data. Deleting it undoes the import."""

    database = "evaluation"

    label = models.CharField(max_length=200)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(_("fingerprint of the file"), max_length=64, unique=True)
    imported_on = models.DateField(default=timezone.localdate)
    count = models.PositiveIntegerField(_("responses"), default=0)
    text_count = models.PositiveIntegerField(_("texts"), default=0)
    is_demo = models.BooleanField(_("made-up demo data"), default=False)

    class Meta:
        ordering = ["-imported_on", "-pk"]

    def __str__(self) -> str:
        return self.label

    def count_rows(self) -> None:
        self.count = self.responses.count()
        self.text_count = self.texts.count()
        self.save(update_fields=["count", "text_count"])


class ImportedResponse(Answers):
    """An older answer, read from a file."""

    source = models.ForeignKey(ResponseImport, models.CASCADE, related_name="responses")


class Text(models.Model):
    """What somebody wrote. Nothing here or in the ratings says which response it came with.

    `id` stays the same at every load, so that codes given to a text stay. `excluded` tells that the
    exclusion rule dropped its respondent.
    """

    database = "evaluation"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    instrument = models.CharField(max_length=40)
    edition = models.CharField(max_length=40)
    quarter = models.CharField(_("quarter of release"), max_length=6, blank=True)
    variable = models.CharField(max_length=60)
    excluded = models.BooleanField(default=False)
    text = models.TextField()

    objects = RowsQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.text[:60]


class ReleasedText(Text):
    """A text from an opened pile of the ballot box."""


class ImportedText(Text):
    """An older text, read from a file. `row_id` is the file's own, by which coded texts name it."""

    source = models.ForeignKey(ResponseImport, models.CASCADE, related_name="texts")
    row_id = models.CharField(max_length=100, blank=True)


class ExportRecord(models.Model):
    """Who took response data out of the site, and what for. It lives with the people, not with the answers."""

    profile = models.CharField(max_length=20)
    edition = models.CharField(max_length=40)
    count = models.PositiveIntegerField(_("responses"))
    analyst = models.CharField(max_length=200)
    reason = models.TextField(blank=True)
    exported_on = models.DateField(default=timezone.localdate)

    class Meta:
        ordering = ["-exported_on", "-pk"]

    def __str__(self) -> str:
        return gettext("%(profile)s to %(analyst)s") % {"profile": self.profile, "analyst": self.analyst}


def answer_tables() -> tuple[RowsQuerySet, RowsQuerySet]:
    """The two tables that every report counts over: counts add up."""
    return ReleasedResponse.objects.all(), ImportedResponse.objects.all()
