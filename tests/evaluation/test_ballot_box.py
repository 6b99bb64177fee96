import hashlib
import json
import sqlite3
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime

import pytest

from evaluation.ballot_box import FLOOR, BallotBox, UsedTicketError
from tests.evaluation import kill_cases

JANUARY, LATER_IN_JANUARY, FEBRUARY, JULY = (
    date(2026, 1, 5),
    date(2026, 1, 31),
    date(2026, 2, 1),
    date(2026, 7, 9),
)


def rows(file, query):
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        return database.execute(query).fetchall()


def released(box):
    """The markers of all released answers, sorted."""
    if not box.released.exists():
        return []
    return sorted(
        json.loads(answers)["marker"] for (answers,) in rows(box.released, "SELECT answers FROM responses")
    )


def waiting(box):
    return sorted(
        json.loads(answers)["marker"] for (answers,) in rows(box.box, "SELECT answers FROM answers")
    )


@pytest.fixture
def drop(ballot_box, make_ticket):
    """drop(marker, ...) puts one person's answers into the box; returns the ticket."""

    def put(marker, edition="graduate", version="1", sections=4, text="", excluded=False, code=""):
        ticket = make_ticket(edition, version)
        answers = {
            "marker": marker,
            "sections_completed": sections,
            "skill_01_after": 5,
            "skill_01_before": 2,
        }
        ballot_box.drop(ticket, answers, {"change_text": text}, excluded, code)
        return ticket

    return put


def said(box, today=JANUARY, edition=None):
    return [str(result) for result in box.open(edition, today)]


def test_nine_stay_and_the_tenth_opens_the_pile(ballot_box, drop):
    for marker in range(FLOOR - 1):
        drop(marker)
    assert said(ballot_box) == ["main-1 graduate, all sections: fewer than 10 waiting"]
    assert (released(ballot_box), waiting(ballot_box)) == ([], list(range(9)))
    drop(9)
    assert said(ballot_box) == ["main-1 graduate, all sections: 10 opened"]
    assert (released(ballot_box), waiting(ballot_box)) == (list(range(10)), [])


def test_the_whole_pile_goes(ballot_box, drop):
    for marker in range(17):
        drop(marker)
    assert said(ballot_box) == ["main-1 graduate, all sections: 17 opened"]
    assert (released(ballot_box), waiting(ballot_box)) == (list(range(17)), [])


def test_a_pile_is_opened_once_a_month(ballot_box, drop):
    for marker in range(10):
        drop(marker)
    ballot_box.open(today=JANUARY)
    for marker in range(10, 20):
        drop(marker)
    assert said(ballot_box, LATER_IN_JANUARY) == ["main-1 graduate, all sections: opened this month"]
    assert released(ballot_box) == list(range(10))
    assert said(ballot_box, FEBRUARY) == ["main-1 graduate, all sections: 10 opened"]
    assert released(ballot_box) == list(range(20))


def test_a_clock_that_runs_backwards_opens_nothing(ballot_box, drop):
    for marker in range(10):
        drop(marker)
    ballot_box.open(today=FEBRUARY)
    for marker in range(10, 20):
        drop(marker)
    assert said(ballot_box, JANUARY) == ["main-1 graduate, all sections: opened this month"]


@pytest.mark.parametrize(
    ("odd_one", "pile"),
    [
        ({"sections": 3}, "main-1 graduate, fewer sections"),
        ({"sections": -97}, "main-1 graduate, fewer sections"),
        ({"edition": "undergraduate"}, "main-1 undergraduate, all sections"),
        ({"version": "2"}, "main-2 graduate, all sections"),
    ],
)
def test_whom_the_training_site_could_pick_out_waits_apart(ballot_box, drop, odd_one, pile):
    """A single non-finisher, undergraduate respondent, or first one after a change of version."""
    for marker in range(5):
        drop(marker)
    drop(99, **odd_one)
    for marker in range(5, 12):
        drop(marker)
    assert sorted(said(ballot_box)) == sorted(
        ["main-1 graduate, all sections: 12 opened", f"{pile}: fewer than 10 waiting"]
    )
    assert (released(ballot_box), waiting(ballot_box)) == (list(range(12)), [99])


def test_only_the_edition_asked_for_is_opened(ballot_box, drop):
    for marker in range(10):
        drop(marker)
        drop(100 + marker, edition="undergraduate")
    assert said(ballot_box, edition="undergraduate") == ["main-1 undergraduate, all sections: 10 opened"]
    assert (released(ballot_box), waiting(ballot_box)) == (list(range(100, 110)), list(range(10)))


def test_texts_wait_in_piles_of_their_own(ballot_box, drop):
    for marker in range(20):
        drop(
            marker,
            text=f"words {marker}" if marker < 14 else "  ",
            excluded=marker < 4,
            sections=1 + marker % 4,
        )
    assert said(ballot_box) == [
        "main-1 graduate, all sections: fewer than 10 waiting",
        "main-1 graduate, change_text, excluded: fewer than 10 waiting",
        "main-1 graduate, change_text, kept: 10 opened",
        "main-1 graduate, fewer sections: 15 opened",
    ]
    texts = rows(
        ballot_box.released, "SELECT instrument, edition, quarter, variable, excluded, text FROM texts"
    )
    assert sorted(texts) == sorted(
        ("main-1", "graduate", "2026Q1", "change_text", 0, f"words {marker}") for marker in range(4, 14)
    )


def test_nothing_ties_a_text_to_its_answers(ballot_box, drop):
    for marker in range(10):
        drop(marker, text=f"words {marker}", code=f"code {marker}")
    ids = [
        key
        for table in ("answers", "texts", "codes")
        for (key,) in rows(ballot_box.box, f"SELECT id FROM {table}")
    ]
    assert len(set(ids)) == 30
    columns = [name for (name,) in rows(ballot_box.box, "SELECT name FROM pragma_table_info('texts')")]
    assert columns == ["id", "instrument", "edition", "pile", "variable", "excluded", "text"]
    answers = json.loads(rows(ballot_box.box, "SELECT answers FROM answers LIMIT 1")[0][0])
    assert set(answers) == {"marker", "sections_completed", "skill_01_after", "skill_01_before"}


def test_the_released_file_is_as_its_loader_expects(ballot_box, drop):
    for marker in range(10):
        drop(marker, text="words")
    ballot_box.open(today=JULY)
    schema = rows(ballot_box.released, "SELECT name, sql FROM sqlite_master ORDER BY name")
    assert {name: " ".join(sql.split()) for name, sql in schema} == {
        "responses": "CREATE TABLE responses ( id TEXT PRIMARY KEY, instrument TEXT, edition TEXT, quarter TEXT, "
        "answers TEXT) WITHOUT ROWID",
        "texts": "CREATE TABLE texts ( id TEXT PRIMARY KEY, instrument TEXT, edition TEXT, quarter TEXT, "
        "variable TEXT, excluded INTEGER, text TEXT) WITHOUT ROWID",
        "used": "CREATE TABLE used (hash TEXT PRIMARY KEY) WITHOUT ROWID",
    }
    assert rows(ballot_box.released, "SELECT DISTINCT instrument, edition, quarter FROM responses") == [
        ("main-1", "graduate", "2026Q3")
    ]
    keys = rows(ballot_box.released, "SELECT id FROM responses UNION ALL SELECT id FROM texts")
    assert {uuid.UUID(key).version for (key,) in keys} == {4}


def test_answers_get_new_keys_at_each_opening_and_texts_keep_theirs(ballot_box, drop):
    for marker in range(10):
        drop(marker, text=f"words {marker}")
    ballot_box.open(today=JANUARY)
    answers = set(rows(ballot_box.released, "SELECT id FROM responses"))
    texts = set(rows(ballot_box.released, "SELECT id, text FROM texts"))
    for marker in range(10, 20):
        drop(marker, text=f"words {marker}")
    ballot_box.open(today=FEBRUARY)
    assert answers & set(rows(ballot_box.released, "SELECT id FROM responses")) == set()
    assert texts < set(rows(ballot_box.released, "SELECT id, text FROM texts"))


def test_the_keys_of_what_waits_change_with_every_drop(ballot_box, drop):
    drop(1)
    before = rows(ballot_box.box, "SELECT id FROM answers")
    drop(2)
    assert before[0] not in rows(ballot_box.box, "SELECT id FROM answers")


def test_no_file_tells_a_day(ballot_box, drop):
    for marker in range(10):
        drop(marker)
    ballot_box.open(today=JULY)
    now = datetime.now(UTC)
    this_quarter = datetime(now.year, (now.month - 1) // 3 * 3 + 1, 1, tzinfo=UTC).timestamp()
    assert ballot_box.released.stat().st_mtime == datetime(2026, 7, 1, tzinfo=UTC).timestamp()
    assert ballot_box.box.stat().st_mtime == this_quarter
    assert ballot_box.directory.stat().st_mtime == this_quarter


def test_no_other_user_reads_what_waits(ballot_box, drop):
    drop(1)
    assert ballot_box.box.stat().st_mode & 0o777 == 0o600


def test_nothing_of_an_opened_pile_stays_behind(ballot_box, drop):
    for marker in range(10):
        drop(marker, text=f"canary words {marker}")
    ballot_box.open(today=JANUARY)
    assert sorted(path.name for path in ballot_box.directory.iterdir()) == ["box.sqlite", "released.sqlite"]
    content = ballot_box.box.read_bytes()
    assert (b"canary" in content, b"marker" in content, b"sections_completed" in content) == (
        False,
        False,
        False,
    )
    assert b"canary" in ballot_box.released.read_bytes()


def test_a_ticket_counts_once(ballot_box, drop):
    ticket = drop(1)
    assert ballot_box.is_used(ticket)
    with pytest.raises(UsedTicketError):
        ballot_box.drop(ticket, {"marker": 2}, {"change_text": "again"}, False)
    assert waiting(ballot_box) == [1]
    assert rows(ballot_box.box, "SELECT * FROM texts") == []


def test_a_ticket_counts_once_however_many_threads_bring_it(ballot_box, make_ticket):
    ticket = make_ticket()

    def bring(marker):
        try:
            BallotBox(ballot_box.directory).drop(ticket, {"marker": marker}, {}, False)
        except UsedTicketError:
            return "refused"
        return "taken"

    with ThreadPoolExecutor(8) as pool:
        outcomes = sorted(pool.map(bring, range(8)))
    assert outcomes == ["refused"] * 7 + ["taken"]
    assert len(waiting(ballot_box)) == 1


def test_many_at_once_lose_nothing_while_the_box_is_opened(ballot_box, make_ticket):
    pairs = [(marker, make_ticket()) for marker in range(40)]

    def act(pair):
        box = BallotBox(ballot_box.directory)
        box.drop(pair[1], {"marker": pair[0], "sections_completed": 4}, {}, False)
        if pair[0] % 8 == 0:
            box.open(today=date(2026, 1 + pair[0] // 8, 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, pairs))
    assert sorted(released(ballot_box) + waiting(ballot_box)) == list(range(40))


def test_a_ticket_stays_used_after_its_answers_were_released(ballot_box, drop):
    used = [drop(marker) for marker in range(10)]
    ballot_box.open(today=JANUARY)
    assert rows(ballot_box.box, "SELECT * FROM used") == []
    assert rows(ballot_box.released, "SELECT hash FROM used") == sorted((ticket.digest(),) for ticket in used)
    with pytest.raises(UsedTicketError):
        ballot_box.drop(used[0], {"marker": 99}, {}, False)


def test_released_tickets_stay_used_when_the_box_is_lost(ballot_box, drop):
    used = [drop(marker) for marker in range(10)]
    ballot_box.open(today=JANUARY)
    ballot_box.box.unlink()
    assert [ballot_box.is_used(ticket) for ticket in used] == [True] * 10


def test_the_box_keeps_hashes_and_no_tickets(ballot_box, drop):
    ticket = drop(1)
    assert rows(ballot_box.box, "SELECT hash FROM used") == [
        (hashlib.sha256(ticket.text.encode()).hexdigest(),)
    ]
    content = ballot_box.box.read_bytes()
    assert (ticket.text.encode() in content, ticket.nonce.encode() in content) == (False, False)


def test_follow_up_codes_are_hashed_with_the_key_of_this_box(ballot_box, drop, make_ticket, tmp_path):
    drop(1, code="MaRe 07")
    drop(2, code="mare07 ")
    drop(3, code=" ")
    other = BallotBox(tmp_path / "other")
    other.drop(make_ticket(), {"skill_01_after": 5}, {}, False, "mare07")
    mine = rows(ballot_box.box, "SELECT code, ratings FROM codes")
    assert [json.loads(ratings) for _, ratings in mine] == [{"skill_01_after": 5}] * 2
    assert mine[0][0] == mine[1][0]
    assert mine[0][0] != rows(other.box, "SELECT code FROM codes")[0][0]
    assert b"mare07" not in ballot_box.box.read_bytes().lower()


def test_follow_up_codes_are_not_released(ballot_box, drop):
    for marker in range(10):
        drop(marker, code=f"code {marker}")
    ballot_box.open(today=JANUARY)
    assert len(rows(ballot_box.box, "SELECT * FROM codes")) == 10
    hashes = [code.encode() for (code,) in rows(ballot_box.box, "SELECT code FROM codes")]
    assert [code for code in hashes if code in ballot_box.released.read_bytes()] == []


def test_an_empty_box_opens_to_nothing(ballot_box):
    assert ballot_box.open(today=JANUARY) == []
    assert not ballot_box.released.exists()


def kill_at_each_line(directory, statement):
    """The directories left by killing `statement` at each line of ballot_box.py, by line."""
    command = [sys.executable, "-m", "tests.evaluation.kill_at_each_line", str(directory), statement]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {line: BallotBox(f"{directory}-{line}") for line in done.stdout.split()}


def stored(box):
    """All numbers in the released file and the box: of answers, of texts."""
    answers, texts = [], []
    for file, table in ((box.box, "answers"), (box.released, "responses")):
        answers += [json.loads(row)["time_spent"] for (row,) in rows(file, f"SELECT answers FROM {table}")]
        texts += [int(text.split()[1]) for (text,) in rows(file, "SELECT text FROM texts")]
    return sorted(answers), sorted(texts)


@pytest.fixture
def box_with_history(ballot_box):
    """Ten were released, ten wait."""
    for number in range(20):
        kill_cases.drop(ballot_box, number)
        if number == 9:
            ballot_box.open(today=kill_cases.FIRST_DAY)
    return ballot_box


def test_an_opening_that_is_killed_anywhere_loses_and_doubles_nothing(box_with_history):
    boxes = kill_at_each_line(box_with_history.directory, "box.open(today=SECOND_DAY)")
    assert len(boxes) > 60
    for line, box in boxes.items():
        box.open(today=kill_cases.SECOND_DAY)
        assert stored(box) == (list(range(20)), list(range(20))), f"killed at line {line}"
        assert len(rows(box.released, "SELECT * FROM responses")) == 20, f"killed at line {line}"
        assert [box.is_used(kill_cases.ticket(number)) for number in range(20)] == [True] * 20
        assert sorted(path.name for path in box.directory.iterdir()) == ["box.sqlite", "released.sqlite"]


def test_a_drop_that_is_killed_anywhere_counts_whole_or_not_at_all(box_with_history):
    boxes = kill_at_each_line(box_with_history.directory, "drop(box, 20)")
    assert len(boxes) > 30
    for line, box in boxes.items():
        is_used = box.is_used(kill_cases.ticket(20))
        expected = list(range(21 if is_used else 20))
        assert stored(box) == (expected, expected), f"killed at line {line}"


def test_a_drop_after_a_killed_opening_finds_the_opening_done(box_with_history):
    boxes = kill_at_each_line(box_with_history.directory, "box.open(today=SECOND_DAY)")
    for line, box in boxes.items():
        kill_cases.drop(box, 20)
        assert stored(box) == (list(range(21)), list(range(21))), f"killed at line {line}"


def test_a_half_written_file_of_a_killed_opening_is_thrown_away(box_with_history):
    before = box_with_history.released.read_bytes()
    box_with_history.next.write_bytes(b"half a file")
    assert not box_with_history.is_used(kill_cases.ticket(99))
    assert (box_with_history.next.exists(), box_with_history.released.read_bytes()) == (False, before)
