"""What a stored answer holds, where it lives, and what it must never hold."""

import pytest
from django.core.management import call_command
from django.db import connections, models

from evaluation import instrument
from evaluation.models import (
    ExportRecord,
    ImportedResponse,
    ImportedText,
    LoadedFile,
    ReleasedResponse,
    ReleasedText,
    ResponseImport,
    TicketFlag,
    field_name,
    stored_variables,
)
from evaluation.routers import EvaluationRouter
from registration.models import User

IN_EVALUATION = [ImportedResponse, ImportedText, LoadedFile, ReleasedResponse, ReleasedText, ResponseImport]


def test_a_column_for_each_variable_of_the_instrument():
    stored = [variable.id for variable in instrument.load("main-1").response_variables]
    for model in (ReleasedResponse, ImportedResponse):
        columns = [field.column for field in model._meta.fields]
        assert [column for column in columns if column in stored] == stored
        assert {model._meta.get_field(field_name(name)).default for name in stored} == {instrument.NOT_SHOWN}


def test_a_released_answer_holds_nothing_else():
    stored = [variable.id for variable in stored_variables()]
    assert [field.column for field in ReleasedResponse._meta.fields] == [
        "id", "instrument", "edition", "quarter", *stored,
    ]  # fmt: skip
    assert [field.column for field in ReleasedText._meta.fields] == [
        "id", "instrument", "edition", "quarter", "variable", "excluded", "text",
    ]  # fmt: skip


def test_released_answers_know_no_time_address_person_or_order():
    forbidden = (
        models.DateField,
        models.TimeField,
        models.GenericIPAddressField,
        models.ForeignKey,
        models.AutoField,
    )
    for model in (ReleasedResponse, ReleasedText):
        assert [field.name for field in model._meta.get_fields() if isinstance(field, forbidden)] == []
        assert model().pk.version == 4


def test_answers_live_in_a_database_of_their_own():
    router = EvaluationRouter()
    assert {router.db_for_read(model) for model in IN_EVALUATION} == {"evaluation"}
    assert {router.db_for_write(model) for model in (ExportRecord, TicketFlag, User)} == {"default"}
    assert router.allow_relation(ReleasedResponse(), User()) is False


def test_migrations_that_run_python_go_to_the_database_they_name():
    router = EvaluationRouter()
    assert [router.allow_migrate(database, "account") for database in ("default", "evaluation")] == [
        True,
        False,
    ]
    hinted = [
        router.allow_migrate(name, "evaluation", database="evaluation") for name in ("default", "evaluation")
    ]
    assert hinted == [False, True]


@pytest.mark.django_db(databases=["default", "evaluation"])
def test_each_database_has_its_own_tables_only():
    ours = {model._meta.db_table for model in IN_EVALUATION}
    tables = {name: set(connections[name].introspection.table_names()) for name in ("default", "evaluation")}
    assert tables["evaluation"] == ours | {"django_migrations"}
    assert tables["default"] & ours == set()


@pytest.mark.django_db(databases=["default", "evaluation"])
def test_the_migrations_are_up_to_date():
    call_command("makemigrations", "evaluation", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db(databases=["default", "evaluation"])
def test_deleting_an_import_undoes_it_and_no_other():
    first, second = (ResponseImport.objects.create(label=name, sha256=name) for name in ("a", "b"))
    for source in (first, second):
        ImportedResponse.objects.create(source=source, instrument="main-1", edition="graduate")
        ImportedText.objects.create(source=source, text="words")
    first.delete()
    assert [response.source for response in ImportedResponse.objects.all()] == [second]
    assert [text.source for text in ImportedText.objects.all()] == [second]


@pytest.mark.django_db(databases=["default", "evaluation"])
def test_insert_takes_any_number_of_rows(monkeypatch):
    monkeypatch.setattr("evaluation.models.BATCH", 3)
    blank = ReleasedText(text="")
    rows = (
        [ReleasedText().pk, "main-1", "", "", "change_text", False, f"text {place}"] for place in range(7)
    )
    columns = [field.column for field in blank._meta.fields[1:]]
    assert ReleasedText.objects.insert(columns, rows) == 7
    assert sorted(ReleasedText.objects.values_list("text", flat=True)) == [
        f"text {place}" for place in range(7)
    ]
    assert ReleasedText.objects.insert(columns, iter(())) == 0
