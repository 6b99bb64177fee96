"""The released file: all of it goes in, or nothing changes."""

import json
import sqlite3
import uuid
from contextlib import closing

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections

from evaluation import tasks
from evaluation.ballot_box import RELEASED
from evaluation.loading import Loaded, LoadError, load
from evaluation.models import LoadedFile, ReleasedResponse, ReleasedText
from tests.evaluation.made_up import MAIN, make_answers

pytestmark = pytest.mark.django_db(databases=["default", "evaluation"])


@pytest.fixture
def write(tmp_path):
    """write(responses, texts) -> a released file; rows may be changed by keyword for every response."""

    def write(people=(), texts=(), name="released.sqlite", **changed):
        path = tmp_path / name
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as file:
            file.executescript(RELEASED)
            for person in people:
                row = {
                    "id": str(uuid.uuid4()), "instrument": "main-1", "edition": "graduate", "quarter": "2026Q4",
                    "answers": json.dumps(person), **changed,
                }  # fmt: skip
                file.execute(
                    "INSERT INTO responses VALUES (:id, :instrument, :edition, :quarter, :answers)", row
                )
            for text in texts:
                file.execute("INSERT INTO texts VALUES (?, ?, ?, ?, ?, ?, ?)", text)
            file.commit()
        return path

    return write


def text(words, **changed):
    row = {
        "id": str(uuid.uuid4()), "instrument": "main-1", "edition": "graduate", "quarter": "2026Q4",
        "variable": "change_text", "excluded": 0, "text": words, **changed,
    }  # fmt: skip
    return tuple(row.values())


def test_everything_released_is_loaded(write):
    people = make_answers(12)
    assert load(write(people, [text("first"), text("second", excluded=1)])) == Loaded(12, 2)
    columns = [variable.id for variable in MAIN.response_variables]
    fields = [name.replace("__", "_") for name in columns]
    loaded = sorted(ReleasedResponse.objects.values_list(*fields))
    assert loaded == sorted(tuple(person[name] for name in columns) for person in people)
    assert set(ReleasedResponse.objects.values_list("instrument", "edition", "quarter")) == {
        ("main-1", "graduate", "2026Q4")
    }
    assert sorted(ReleasedText.objects.values_list("text", "excluded")) == [
        ("first", False),
        ("second", True),
    ]


def test_what_the_ballot_box_releases_can_be_loaded(ballot_box, make_ticket):
    people = [person | {"sections_completed": 4} for person in make_answers(10)]
    for person in people:
        ballot_box.drop(make_ticket(), person, {"change_text": "I will listen."}, excluded=False)
    ballot_box.open()
    assert load(ballot_box.released) == Loaded(10, 10)
    loaded = sorted(ReleasedResponse.objects.values_list("skill_01_before", "quality_after"))
    assert loaded == sorted((person["skill_01_before"], person["quality_after"]) for person in people)


def test_a_load_replaces_the_one_before(write):
    load(write(make_answers(12), [text("first")]))
    load(write(make_answers(11, seed=2), [text("second")]))
    assert ReleasedResponse.objects.count() == 11
    assert [row.text for row in ReleasedText.objects.all()] == ["second"]


def test_texts_keep_their_id(write):
    key = str(uuid.uuid4())
    load(write([], [text("first", id=key)]))
    load(write([], [text("first", id=key), text("second")]))
    assert str(ReleasedText.objects.get(text="first").pk) == key


def test_what_the_instrument_did_not_ask_is_not_shown(write):
    load(write([{"years": 3}]))
    response = ReleasedResponse.objects.get()
    assert (response.years, response.recommend, response.gender_male) == (3, -98, -98)


def test_rows_are_written_in_random_order(write):
    people = [{"skill_01_before": place % 7 + 1, "years": place // 7 % 5 + 1} for place in range(35)]
    path = write(people)
    place = "rowid" if connections["evaluation"].vendor == "sqlite" else "ctid"
    orders = set()
    for _ in range(3):
        load(path)
        rows = ReleasedResponse.objects.raw(f"SELECT * FROM evaluation_releasedresponse ORDER BY {place}")
        orders.add(tuple((row.skill_01_before, row.years) for row in rows))
    assert len(orders) == 3


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"instrument": "main-7"}, "responses: there is no instrument main-7"),
        ({"edition": "doctoral"}, "responses: main-1 knows no edition doctoral"),
        ({"quarter": "2026-11"}, "responses: 2026-11 is no quarter such as 2026Q4"),
        ({"quarter": None}, "responses: None is no quarter such as 2026Q4"),
        ({"id": "17"}, "responses: badly formed hexadecimal UUID string"),
        ({"id": str(uuid.uuid1())}, "responses: an id is no random UUID (version 4)"),
        ({"answers": '{"years": 6}'}, "responses: years has no code 6"),
        ({"answers": '{"years": true}'}, "responses: years has no code True"),
        ({"answers": '{"years": "3"}'}, "responses: years has no code '3'"),
        ({"answers": '{"years": -99}'}, "responses: years has no code -99"),
        ({"answers": '{"name": 1}'}, "responses: main-1 stores no variable name"),
        ({"answers": '{"change_text": 1}'}, "responses: main-1 stores no variable change_text"),
        ({"answers": '{"follow_up_code": 1}'}, "responses: main-1 stores no variable follow_up_code"),
        ({"answers": "[]"}, "responses: answers must be a JSON object of variable ids and codes"),
    ],
)
def test_a_fault_in_a_response_changes_nothing(write, changed, fault):
    load(write(make_answers(12)))
    before = set(ReleasedResponse.objects.values_list("pk", flat=True))
    with pytest.raises(LoadError) as error:
        load(write([{"years": 3}], **changed))
    assert str(error.value) == fault
    assert set(ReleasedResponse.objects.values_list("pk", flat=True)) == before


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"variable": "years"}, "texts: main-1 asks for no text years"),
        ({"excluded": 2}, "texts: excluded must be 0 or 1, and text must be text"),
        ({"text": b"\xff"}, "texts: excluded must be 0 or 1, and text must be text"),
    ],
)
def test_a_fault_in_a_text_changes_nothing(write, changed, fault):
    load(write(make_answers(12), [text("kept")]))
    with pytest.raises(LoadError) as error:
        load(write([], [text("words", **changed)]))
    assert str(error.value) == fault
    assert (ReleasedResponse.objects.count(), ReleasedText.objects.get().text) == (12, "kept")


def test_many_faults_are_counted_not_all_listed(write):
    with pytest.raises(LoadError) as error:
        load(write([{"years": 9}] * 25))
    assert str(error.value).splitlines()[19:] == ["responses: years has no code 9", "and 5 more faults"]


def test_other_files_are_refused(tmp_path):
    (tmp_path / "letter.txt").write_text("Dear colleague, " * 100)
    empty = tmp_path / "empty.sqlite"
    sqlite3.connect(empty).close()
    empty.touch()
    messages = []
    for name in ("nowhere.sqlite", "letter.txt", "empty.sqlite"):
        with pytest.raises(LoadError) as error:
            load(tmp_path / name)
        messages.append(str(error.value).replace(str(tmp_path), "…"))
    assert messages == [
        "There is no file …/nowhere.sqlite.",
        "…/letter.txt cannot be read as a released file: file is not a database.",
        "…/empty.sqlite cannot be read as a released file: no such table: responses.",
    ]


def test_the_command_reports(write, capsys):
    call_command("load_released", str(write(make_answers(12), [text("first")])))
    assert capsys.readouterr().out == "Loaded 12 responses and 1 texts.\n"
    with pytest.raises(CommandError) as error:
        call_command("load_released", str(write([{"years": 9}])))
    assert (str(error.value), error.value.returncode) == (
        "Nothing was loaded.\nresponses: years has no code 9",
        1,
    )


def test_the_task_loads_new_files_only(write, settings, monkeypatch):
    loads = []
    monkeypatch.setattr(tasks.loading, "load", lambda path: (loads.append(path), load(path))[1])
    settings.RELEASED_FILE = str(write(make_answers(12)))
    tasks.load_released()
    tasks.load_released()
    assert (len(loads), ReleasedResponse.objects.count(), LoadedFile.objects.count()) == (1, 12, 1)
    write(make_answers(13))
    tasks.load_released()
    assert (len(loads), ReleasedResponse.objects.count(), LoadedFile.objects.count()) == (2, 13, 1)


def test_the_task_bears_a_missing_or_faulty_file(write, settings, tmp_path, caplog):
    load(write(make_answers(12)))
    settings.RELEASED_FILE = str(tmp_path / "nowhere")
    tasks.load_released()
    assert caplog.messages == []
    settings.RELEASED_FILE = str(write([{"years": 9}]))
    tasks.load_released()
    assert caplog.messages == ["The released file was not loaded; everything stays as it was"]
    assert ReleasedResponse.objects.count() == 12
