"""The ballot box: answers wait in it, shuffled, until ten or more of a kind can be released together.

Two SQLite files in one directory. `box.sqlite` holds what waits: answers, free texts and follow-up codes,
each in a table of its own without a common key, and the hashes of used tickets. `released.sqlite` holds what
was released; the training site reads it. Neither knows a time, an address or an order: every write rewrites
all rows shuffled, under fresh random keys (docs/adr/0001-anonymity.md). Plain sqlite3, as the survey process
has no other database.

Releasing touches both files and must lose and double nothing, whenever it is cut off. So the new released
file is written beside the old one first (`released.next`), then one transaction of the box takes out what
goes and notes the new file's checksum: that commit decides. Whoever uses the box next puts a decided file in
its place.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import SystemRandom

from opm.tickets import Ticket

FLOOR = 10
"""The least number of answers that are released together."""
ALL_SECTIONS = ("sections_completed", 4)
"""The answer that says that all seven sections were completed: a pile of its own."""
LOCK_SECONDS = 30

BOX = (
    """CREATE TABLE IF NOT EXISTS answers (
        id TEXT PRIMARY KEY, instrument TEXT, edition TEXT, pile TEXT, answers TEXT) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS texts (
        id TEXT PRIMARY KEY, instrument TEXT, edition TEXT, pile TEXT, variable TEXT,
        excluded INTEGER, text TEXT) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS codes (
        id TEXT PRIMARY KEY, instrument TEXT, edition TEXT, code TEXT, ratings TEXT) WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS used (hash TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS opened (pile TEXT PRIMARY KEY, edition TEXT, month TEXT) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID",
)
RELEASED = """
CREATE TABLE responses (
    id TEXT PRIMARY KEY, instrument TEXT, edition TEXT, quarter TEXT, answers TEXT) WITHOUT ROWID;
CREATE TABLE texts (
    id TEXT PRIMARY KEY, instrument TEXT, edition TEXT, quarter TEXT, variable TEXT,
    excluded INTEGER, text TEXT) WITHOUT ROWID;
CREATE TABLE used (hash TEXT PRIMARY KEY) WITHOUT ROWID;
"""

random = SystemRandom()


class UsedTicketError(Exception):
    """Answers were already given with this ticket."""


@dataclass(frozen=True)
class PileResult:
    """What became of a pile; `opened` is the number of its rows released, 0 where it stayed closed."""

    pile: str
    state: str
    opened: int = 0

    def __str__(self) -> str:
        return f"{self.pile}: {self.state}"


class BallotBox:
    def __init__(self, directory: str | os.PathLike[str]) -> None:
        self.directory = Path(directory)
        self.box = self.directory / "box.sqlite"
        self.released = self.directory / "released.sqlite"
        self.next = self.directory / "released.next"

    def is_used(self, ticket: Ticket) -> bool:
        with self._locked() as box:
            return self._is_used(box, ticket)

    def drop(
        self,
        ticket: Ticket,
        answers: Mapping[str, int],
        texts: Mapping[str, str],
        excluded: bool,
        code: str = "",
    ) -> None:
        """Put one person's answers into the box, or raise UsedTicketError.

        answers: variable id -> code, missing codes included. texts: variable id -> words; blank ones are left
        out. excluded: does the edition's exclusion rule leave this respondent out? code: the follow-up code.
        """
        stamp = (ticket.instrument, ticket.edition)
        with self._locked() as box:
            if self._is_used(box, ticket):
                raise UsedTicketError
            box.execute("INSERT INTO used VALUES (?)", (ticket.digest(),))
            pile = answers_pile(ticket, answers)
            _insert(box, "answers", [(_key(), *stamp, pile, _json(answers))])
            for variable, text in texts.items():
                if text.strip():
                    pile = texts_pile(ticket, variable, excluded)
                    _insert(box, "texts", [(_key(), *stamp, pile, variable, excluded, text.strip())])
            if code.strip():
                # Matched with the follow-up later: only the ratings that it asks again
                ratings = {name: rating for name, rating in answers.items() if name.endswith("_after")}
                _insert(box, "codes", [(_key(), *stamp, _hash_code(box, code), _json(ratings))])
            _shuffle(box)
        self._tidy()

    def open(self, edition: str | None = None, today: date | None = None) -> list[PileResult]:
        """Release each pile of FLOOR or more, unless it was opened in this month already.

        edition: only this edition's piles. Returns a result for each pile there ever was, by name.
        """
        day = today or datetime.now(UTC).date()
        with self._locked() as box:
            results = [_judge(*pile, month=f"{day:%Y-%m}") for pile in _piles(box, edition)]
            opening = [result.pile for result in results if result.opened]
            if opening:
                checksum = self._write_next(box, opening, day)
                for pile in opening:
                    _empty(box, pile, month=f"{day:%Y-%m}")
                box.execute("DELETE FROM used")
                box.execute("REPLACE INTO state VALUES ('decided', ?)", (checksum,))
                _shuffle(box)
        with self._locked():
            pass  # which publishes what was decided
        self._tidy()
        return results

    @contextmanager
    def _locked(self) -> Iterator[sqlite3.Connection]:
        """The box in one transaction of its only writer, with a released file that is up to date."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as box:
            box.execute("BEGIN IMMEDIATE")
            try:
                for table in BOX:
                    box.execute(table)
                self._publish_decided(box)
                yield box
            except BaseException:
                box.execute("ROLLBACK")
                raise
            box.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        # SQLite gives its journal the same mode: nobody else reads what waits
        os.close(os.open(self.box, os.O_CREAT | os.O_RDWR, 0o600))
        box = sqlite3.connect(self.box, timeout=LOCK_SECONDS, isolation_level=None)
        box.execute("PRAGMA journal_mode = DELETE")
        box.execute("PRAGMA secure_delete = ON")
        box.execute("PRAGMA temp_store = MEMORY")
        return box

    def _publish_decided(self, box: sqlite3.Connection) -> None:
        if not self.next.exists():
            return
        decided = box.execute("SELECT value FROM state WHERE name = 'decided'").fetchone()
        if decided and hashlib.sha256(self.next.read_bytes()).hexdigest() == decided[0]:
            os.replace(self.next, self.released)
        else:
            self.next.unlink()  # left by a run that was cut off before it decided anything
        _sync(self.directory)

    def _is_used(self, box: sqlite3.Connection, ticket: Ticket) -> bool:
        lookup = "SELECT 1 FROM used WHERE hash = ?"
        if box.execute(lookup, (ticket.digest(),)).fetchone():
            return True
        with self._reading_released() as released:
            return released.execute(lookup, (ticket.digest(),)).fetchone() is not None

    @contextmanager
    def _reading_released(self) -> Iterator[sqlite3.Connection]:
        """The released file as it is now. Opened anew each time, as an open one stays the one replaced."""
        if self.released.exists():
            connection = sqlite3.connect(f"{self.released.absolute().as_uri()}?mode=ro", uri=True)
        else:
            connection = sqlite3.connect(":memory:")
            connection.executescript(RELEASED)
        with closing(connection):
            yield connection

    def _write_next(self, box: sqlite3.Connection, opening: list[str], day: date) -> str:
        """Write released.next: what was released before and the piles `opening`. Returns its checksum."""
        quarter = f"{day.year}Q{(day.month + 2) // 3}"
        with self._reading_released() as released:
            responses = released.execute(
                "SELECT instrument, edition, quarter, answers FROM responses"
            ).fetchall()
            texts = released.execute("SELECT * FROM texts").fetchall()
            used = released.execute("SELECT hash FROM used").fetchall()
        for pile in opening:
            responses += box.execute(
                "SELECT instrument, edition, ?, answers FROM answers WHERE pile = ?", (quarter, pile)
            )
            texts += [
                (_key(), *row)
                for row in box.execute(
                    "SELECT instrument, edition, ?, variable, excluded, text FROM texts WHERE pile = ?",
                    (quarter, pile),
                )
            ]
        used += box.execute("SELECT hash FROM used")
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as new:
            new.executescript(RELEASED)
            _insert(new, "responses", [(_key(), *row) for row in responses])
            _insert(new, "texts", texts)
            new.executemany("INSERT INTO used VALUES (?)", sorted(used))
            new.execute("VACUUM")
            content = new.serialize()
        with open(self.next, "wb") as file:
            file.write(content)
            file.flush()
            _set_quarter(self.next, day)
            os.fsync(file.fileno())
        _sync(self.directory)
        return hashlib.sha256(content).hexdigest()

    def _tidy(self) -> None:
        """Leave no bytes where they were first written, and no time on the files finer than the quarter."""
        # The commit has shuffled the rows and overwritten the old ones, so in a busy box this may fail
        with suppress(sqlite3.OperationalError), closing(self._connect()) as box:
            box.execute("VACUUM")
        today = datetime.now(UTC).date()
        _set_quarter(self.box, today)
        _set_quarter(self.directory, today)


def answers_pile(ticket: Ticket, answers: Mapping[str, int]) -> str:
    """Which answers wait and are released together: apart by all that the training side could match."""
    sections = "all" if answers.get(ALL_SECTIONS[0]) == ALL_SECTIONS[1] else "fewer"
    return f"{ticket.instrument} {ticket.edition}, {sections} sections"


def texts_pile(ticket: Ticket, variable: str, excluded: bool) -> str:
    return f"{ticket.instrument} {ticket.edition}, {variable}, {'excluded' if excluded else 'kept'}"


def _piles(box: sqlite3.Connection, edition: str | None) -> list[tuple[str, int, str]]:
    """Each pile's name, rows waiting, and month of its last opening ("" for none), by name."""
    return box.execute(
        """
        SELECT pile, sum(waiting), max(month) FROM (
            SELECT pile, edition, 1 AS waiting, '' AS month FROM answers
            UNION ALL SELECT pile, edition, 1, '' FROM texts
            UNION ALL SELECT pile, edition, 0, month FROM opened)
        WHERE edition = coalesce(?, edition) GROUP BY pile ORDER BY pile
        """,
        (edition,),
    ).fetchall()


def _judge(pile: str, waiting: int, last_opened: str, month: str) -> PileResult:
    if last_opened >= month:
        return PileResult(pile, "opened this month")
    if waiting < FLOOR:
        return PileResult(pile, f"fewer than {FLOOR} waiting")
    return PileResult(pile, f"{waiting} opened", waiting)


def _empty(box: sqlite3.Connection, pile: str, month: str) -> None:
    for table in ("answers", "texts"):
        box.execute(
            f"REPLACE INTO opened SELECT DISTINCT pile, edition, ? FROM {table} WHERE pile = ?",  # noqa: S608 - our names
            (month, pile),
        )
        box.execute(f"DELETE FROM {table} WHERE pile = ?", (pile,))  # noqa: S608 - our names


def _shuffle(box: sqlite3.Connection) -> None:
    """Rewrite every row: in random order and under fresh keys, the hashes by value."""
    for table in ("answers", "texts", "codes"):
        rows = box.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - our names
        box.execute(f"DELETE FROM {table}")  # noqa: S608 - our names
        _insert(box, table, [(_key(), *row[1:]) for row in rows])
    hashes = box.execute("SELECT hash FROM used ORDER BY hash").fetchall()
    box.execute("DELETE FROM used")
    box.executemany("INSERT INTO used VALUES (?)", hashes)


def _insert(database: sqlite3.Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    random.shuffle(rows)
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our names


def _hash_code(box: sqlite3.Connection, code: str) -> str:
    """The code, however spaced and cased, hashed with a key that only this box holds."""
    box.execute("INSERT OR IGNORE INTO state VALUES ('code key', ?)", (secrets.token_hex(32),))
    (key,) = box.execute("SELECT value FROM state WHERE name = 'code key'").fetchone()
    return hmac.new(bytes.fromhex(key), "".join(code.split()).casefold().encode(), "sha256").hexdigest()


def _json(answers: Mapping[str, int]) -> str:
    return json.dumps(answers, separators=(",", ":"))


def _key() -> str:
    return str(uuid.uuid4())


def _set_quarter(path: Path, day: date) -> None:
    start = datetime(day.year, (day.month - 1) // 3 * 3 + 1, 1, tzinfo=UTC).timestamp()
    os.utime(path, (start, start))


def _sync(directory: Path) -> None:
    """Make a rename or a removal in this directory outlast a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
