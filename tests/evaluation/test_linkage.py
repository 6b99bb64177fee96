"""Somebody who holds every file tries to say which answers are whose, by any order that is stored.

People are ranked by everything that the training side stores about them, answers by everything that the survey side
stores, and the ranks are paired, forwards and backwards. Blind guessing pairs one person in a group rightly, with a
standard deviation of one. The same attack must pair everybody where answers are kept naively: else it proves nothing.
"""

import json
import random
import sqlite3
from collections import Counter
from contextlib import closing
from datetime import date

import pytest
from django.db import connection

from evaluation.ballot_box import BallotBox
from evaluation.ticket_flags import TicketFlag
from opm import tickets

PEOPLE = 60
PEOPLE_SIDE = "registration_user", "evaluation_ticketflag"


def orders(database, table, marker_of):
    """Each order of the people or answers that this table holds: name -> markers. marker_of(row) -> marker or None."""
    columns = [name for (name,) in database.execute(f"SELECT name FROM pragma_table_info('{table}')")]
    rows = [dict(zip(columns, row, strict=True)) for row in database.execute(f"SELECT * FROM {table}")]
    found = {"as read": rows}
    for column in columns:
        found[column] = sorted(rows, key=lambda row: (str(type(row[column])), row[column]))
    try:
        numbered = database.execute(f"SELECT rowid, * FROM {table} ORDER BY rowid").fetchall()
        found["rowid"] = [dict(zip(columns, row[1:], strict=True)) for row in numbered]
    except sqlite3.OperationalError:
        pass  # a table WITHOUT ROWID
    content = database.serialize()
    dump = "\n".join(line for line in database.iterdump() if f'"{table}"' in line)
    for name, text in (("bytes", content), ("last bytes", content[::-1]), ("dump", dump.encode())):
        step = -1 if name == "last bytes" else 1
        places = [(text.find(str(row[columns[0]]).encode()[::step]), row) for row in rows]
        found[name] = [row for place, row in sorted(places, key=lambda pair: pair[0]) if place >= 0]
    marked = {name: [marker_of(row) for row in order] for name, order in found.items()}
    return {name: [marker for marker in order if marker is not None] for name, order in marked.items()}


def orders_of_people(table, marker_of):
    """Each order in which the training side holds its people, on the database that the tests run on."""
    if connection.vendor == "sqlite":
        return orders(connection.connection, table, marker_of)
    with connection.cursor() as cursor:
        # Where a row lies, and which transaction wrote it: PostgreSQL keeps both for every row
        cursor.execute(
            f"SELECT *, ctid::text AS place, xmin::text::bigint AS writer FROM {table} ORDER BY ctid"
        )
        columns = [column.name for column in cursor.description]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    found = {"rowid": rows}
    for column in columns:
        if column != "place":
            found[column] = sorted(rows, key=lambda row: (str(type(row[column])), str(row[column]).rjust(20)))
    return {name: [marker_of(row) for row in order] for name, order in found.items()}


def score(people, answers):
    """How many people each pair of orders links rightly: (order of people, order of answers, direction) -> count."""
    return {
        (person_order, answer_order, step): sum(map(int.__eq__, ranked_people, ranked_answers[::step]))
        for person_order, ranked_people in people.items()
        for answer_order, ranked_answers in answers.items()
        for step in (1, -1)
    }


def limit(groups):
    """Blind guessing links one a group. Hundreds of pairs are tried, so that 4 standard deviations happen by chance:
    10 do not, and are still far from everybody."""
    return groups + 10 * groups**0.5


@pytest.fixture
def people(make_user, settings, ticket_keys, client):
    """Sixty people who register, and take tickets in another order: [(marker, ticket text)] and all orders stored."""
    settings.TICKET_SIGNING_KEY = ticket_keys.signing
    users = [make_user(f"person{number:02}@example.org") for number in range(PEOPLE)]
    # Marked at random: the answers a person gives must not come in the order of registration by themselves
    markers = dict(zip([user.pk for user in users], random.sample(range(PEOPLE), PEOPLE), strict=True))
    takers = random.sample(users, PEOPLE)
    held = []
    for user in takers:
        assert TicketFlag.take(user, "main", "graduate")
        held.append((markers[user.pk], tickets.sign(ticket_keys.signing, "main", "graduate", "1")))
    found = {}
    for table, key in zip(PEOPLE_SIDE, ("id", "user_id"), strict=True):
        for name, order in orders_of_people(table, lambda row, key=key: markers.get(row[key])).items():
            found[f"{table} {name}"] = order
    return held, found


def marker_in(answers):
    """The form has no field for a name: two codes of seven values and one of two tell sixty people apart."""
    values = json.loads(answers)
    return (values["time_spent"] - 1) * 14 + (values["skill_01_before"] - 1) * 2 + values["prior_training"]


def fields(marker):
    return {
        "time_spent": 1 + marker // 14,
        "skill_01_before": 1 + marker % 14 // 2,
        "prior_training": marker % 2,
        "sections_completed": "4",
    }


def send(client, text, marker):
    response = client.post("/", {"ticket": text, **fields(marker), "action": "send"})
    assert response.status_code == 200


def orders_of_file(path, table, only=lambda row: True):
    with closing(sqlite3.connect(path)) as database:
        return orders(database, table, lambda row: marker_in(row["answers"]) if only(row) else None)


def test_the_attack_links_everybody_where_answers_are_kept_naively(people, tmp_path):
    """A table of answers with a random key and no date, as most would build it: its hidden rowid tells."""
    held, found = people
    with closing(sqlite3.connect(tmp_path / "naive.sqlite")) as naive:
        naive.execute("CREATE TABLE answers (id TEXT PRIMARY KEY, answers TEXT)")
        for marker, _ in held:
            values = {name: int(value) for name, value in fields(marker).items()}
            row = (str(random.random()), json.dumps(values))
            naive.execute("INSERT INTO answers VALUES (?, ?)", row)
            naive.commit()
    linked = score(found, orders_of_file(tmp_path / "naive.sqlite", "answers"))
    assert linked["evaluation_ticketflag rowid", "rowid", 1] == PEOPLE


def test_the_attack_links_everybody_without_the_shuffle(people, tmp_path, monkeypatch, ticket_keys):
    """Our own box with its shuffling taken out and keys in order."""
    held, found = people
    counter = iter(range(10**6))
    monkeypatch.setattr("evaluation.ballot_box._key", lambda: f"{next(counter):08}")
    monkeypatch.setattr("evaluation.ballot_box.random.shuffle", lambda rows: None)
    monkeypatch.setattr("evaluation.ballot_box._shuffle", lambda box: None)
    box = BallotBox(tmp_path / "unshuffled")
    for marker, text in held:
        values = {name: int(value) for name, value in fields(marker).items()}
        box.drop(tickets.verify([ticket_keys.verify], text), values, {}, False)
    linked = score(found, orders_of_file(box.box, "answers"))
    assert linked["evaluation_ticketflag rowid", "id", 1] == PEOPLE


def test_what_waits_is_linked_by_chance_only(people, survey_process, ballot_box):
    held, found = people
    for marker, text in held:
        send(survey_process, text, marker)
    linked = score(found, orders_of_file(ballot_box.box, "answers"))
    assert {pair: count for pair, count in linked.items() if count > limit(1)} == {}


def test_what_was_released_is_linked_by_chance_only(people, survey_process, ballot_box):
    """The adversary knows from backups in which quarter's batch each person must be, and tries batch by batch."""
    held, found = people
    for start in range(0, PEOPLE, 20):
        for marker, text in held[start : start + 20]:
            send(survey_process, text, marker)
        ballot_box.open(today=date(2026, 1 + start // 20 * 3, 1))
    linked = Counter()
    for start in range(0, PEOPLE, 20):
        batch = {marker for marker, _ in held[start : start + 20]}
        inside = {name: [one for one in order if one in batch] for name, order in found.items()}
        answers = orders_of_file(
            ballot_box.released,
            "responses",
            lambda row, end=f"Q{1 + start // 20}": row["quarter"].endswith(end),
        )
        assert {len(order) for order in answers.values()} == {20}
        linked.update(score(inside, answers))
    assert {pair: count for pair, count in linked.items() if count > limit(3)} == {}
