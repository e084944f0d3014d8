"""The invented billing's own database: facts taken, answers given, readings accepted, trouble to come.

A file of its own, so that billing outlives a restart of the cabinet as a real one does, and so that the page of the
web process and the pusher in the worker's thread look at the same billing. A connection serves one call.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal, get_args

import msgspec

from core.ports.billing import Answer, Fact

TroubleKind = Literal["unavailable", "lost_reply", "hang"]
"""unavailable: nothing is taken; lost_reply: the facts are taken, the reply is lost; hang: no reply comes."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (
    arrival INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, fact BLOB NOT NULL, answers BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS reading (
    meter TEXT, register TEXT, month TEXT, value TEXT NOT NULL, PRIMARY KEY (meter, register, month)
);
CREATE TABLE IF NOT EXISTS refusal (fact_id TEXT PRIMARY KEY, code TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS trouble (kind TEXT PRIMARY KEY, deliveries INTEGER NOT NULL);
"""
_ANSWERS = msgspec.json.Decoder(list[Answer])
_FACT = msgspec.json.Decoder(Fact)


class Taken(msgspec.Struct, frozen=True):
    """A fact that billing holds, with what it said of it."""

    fact: Fact
    answers: list[Answer]


class Book:
    """The file. Its folder is made when something is first written."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def open(self) -> Iterator["Ledger"]:
        """One transaction; committed at the end of the block."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self._path, timeout=15, isolation_level=None)) as connection:
            connection.executescript(_SCHEMA)
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Ledger(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def newest(self, limit: int = 100) -> list[Taken]:
        """The facts that arrived last, the newest first."""
        with self.open() as ledger:
            return ledger.taken("ORDER BY arrival DESC LIMIT ?", limit)

    def everything(self) -> list[Taken]:
        """All facts in the order of their arrival."""
        with self.open() as ledger:
            return ledger.taken("ORDER BY arrival LIMIT ?", -1)

    def refuse(self, fact_id: str, code: str, text: str) -> None:
        """Has a fact refused when it comes."""
        with self.open() as ledger:
            ledger.connection.execute("INSERT OR REPLACE INTO refusal VALUES (?, ?, ?)", (fact_id, code, text))

    def make_trouble(self, kind: TroubleKind, deliveries: int) -> None:
        """Spoils the next deliveries; 0 ends the trouble."""
        with self.open() as ledger:
            ledger.connection.execute("DELETE FROM trouble")
            if deliveries:
                ledger.connection.execute("INSERT INTO trouble VALUES (?, ?)", (kind, deliveries))

    def trouble(self) -> tuple[TroubleKind, int] | None:
        """What spoils the next deliveries, and how many of them."""
        with self.open() as ledger:
            found = ledger.connection.execute("SELECT kind, deliveries FROM trouble").fetchone()
        return found if found and found[0] in get_args(TroubleKind) else None


class Ledger:
    """The book, opened."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def meet_trouble(self) -> TroubleKind | None:
        """The trouble that this delivery runs into, used up by it."""
        found = self.connection.execute(
            "UPDATE trouble SET deliveries = deliveries - 1 WHERE deliveries > 0 RETURNING kind"
        ).fetchall()
        self.connection.execute("DELETE FROM trouble WHERE deliveries <= 0")
        return found[0][0] if found else None

    def answers(self, fact_id: str) -> list[Answer] | None:
        """What was said of a fact, None if it has not come yet."""
        found = self.connection.execute("SELECT answers FROM fact WHERE id = ?", (fact_id,)).fetchone()
        return _ANSWERS.decode(found[0]) if found else None

    def refusal(self, fact_id: str) -> tuple[str, str] | None:
        """Code and text of an ordered refusal."""
        found: tuple[str, str] | None = self.connection.execute(
            "SELECT code, text FROM refusal WHERE fact_id = ?", (fact_id,)
        ).fetchone()
        return found

    def take(self, fact: Fact, answers: Sequence[Answer]) -> None:
        """Keeps a new fact."""
        self.connection.execute(
            "INSERT INTO fact (id, fact, answers) VALUES (?, ?, ?)",
            (fact.id, msgspec.json.encode(fact), msgspec.json.encode(answers)),
        )

    def known(self, meter: str, before: date) -> Mapping[str, Decimal]:
        """Register -> the last value accepted for a month before `before`."""
        rows = self.connection.execute(
            "SELECT register, value FROM reading WHERE meter = ? AND month < ? ORDER BY month",
            (meter, before.isoformat()),
        )
        return {register: Decimal(value) for register, value in rows}

    def accept(self, meter: str, register: str, month: date, value: Decimal) -> None:
        """Keeps an accepted reading; a correction takes the place of the one before it."""
        self.connection.execute(
            "INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?)", (meter, register, month.isoformat(), str(value))
        )

    def taken(self, order: str, limit: int) -> list[Taken]:
        """Facts in an order given as SQL."""
        rows = self.connection.execute(f"SELECT fact, answers FROM fact {order}", (limit,))  # noqa: S608 - our own text
        return [Taken(_FACT.decode(fact), _ANSWERS.decode(answers)) for fact, answers in rows]
