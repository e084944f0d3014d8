"""What the bank holds, and its rules. Every change is one transaction of a SQLite file, so killing it loses nothing.

Movements are the bank's truth about money: a charge, a refund or a reversal, in kopecks, each once.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from core.testing.bank.cards import BY_BEHAVIOUR, Behaviour
from core.testing.bank.shapes import (
    SCHEMA,
    BankError,
    BankOrder,
    DueCallback,
    Mood,
    Movement,
    NewOrder,
    Refunded,
    Saved,
    callback_of,
    order_of,
)

RETRIES = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds between the attempts at a callback that is not answered with 2xx."""


def chance(seed: int, *parts: object) -> float:
    """A number from 0 up to 1, the same each time."""
    digest = hashlib.sha256("\0".join(map(str, (seed, *parts))).encode()).digest()
    return int.from_bytes(digest[:7], "big") / (1 << 56)


def fresh_id() -> str:
    """An id as gateways make them."""
    return str(UUID(bytes=os.urandom(16), version=4))


class Bank:
    """The bank on its file. One process uses it; a thread at a time."""

    def __init__(self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._now = now
        self._db = sqlite3.connect(path, isolation_level=None, timeout=15, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + SCHEMA)

    def close(self) -> None:
        """Lets go of the file."""
        self._db.close()

    @property
    def moment(self) -> float:
        """Unix seconds."""
        return self._now().timestamp()

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # ---- orders
    def register(self, new: NewOrder) -> tuple[BankOrder, bool]:
        """The order, and whether it was made just now. Raises BankError: `key` for a key used for something else."""
        content = hashlib.sha256(json.dumps(msgspec.to_builtins(new) | {"seconds": 0}).encode()).hexdigest()
        with self._change():
            known = self._one("SELECT * FROM orders WHERE key = ?", new.key)
            if known:
                order = order_of(known)
                if order.content != content:
                    raise BankError("key")
                return order, False
            if new.card_id and not self._card(new.card_id, new.payer_id):
                raise BankError("card")
            fields = msgspec.to_builtins(new)
            seconds = fields.pop("seconds")
            moment = self.moment
            fields |= {"id": fresh_id(), "content": content, "created_at": moment, "expires_at": moment + seconds}
            names, marks = ", ".join(fields), ", ".join("?" * len(fields))
            self._db.execute(f"INSERT INTO orders ({names}) VALUES ({marks})", list(fields.values()))  # noqa: S608
            return self._order(fields["id"]), True

    def order(self, order_id: str) -> BankOrder:
        """Raises BankError `not_found`. An order whose time is over is declined the moment somebody looks."""
        self._expire("id = ?", order_id)
        return self._order(order_id)

    def by_number(self, number: str) -> BankOrder:
        """As `order`, by the shop's number."""
        self._expire("number = ?", number)
        row = self._one("SELECT * FROM orders WHERE number = ?", number)
        if row is None:
            raise BankError("not_found")
        return order_of(row)

    def orders(self, since: float = 0, until: float = 1e12, limit: int = -1, offset: int = 0) -> list[BankOrder]:
        """By the moment of registration, in [since, until)."""
        self._expire("created_at >= ?", since)
        rows = self._db.execute(
            "SELECT * FROM orders WHERE created_at >= ? AND created_at < ? ORDER BY created_at, id LIMIT ? OFFSET ?",
            (since, until, limit, offset),
        )
        return [order_of(row) for row in rows]

    def count(self, since: float, until: float) -> int:
        """How many `orders` there are."""
        row = self._one("SELECT count(*) FROM orders WHERE created_at >= ? AND created_at < ?", since, until)
        return int(row[0]) if row else 0

    def _expire(self, where: str, value: object) -> None:
        overdue = f"SELECT * FROM orders WHERE state IN ('created', 'confirming') AND expires_at <= ? AND {where}"  # noqa: S608
        if self._one(overdue, self.moment, value) is None:
            return
        with self._change():
            for row in self._db.execute(overdue, (self.moment, value)).fetchall():
                self._set(row["id"], state="declined", action=-2006, reason="Время на оплату истекло")
                self._announce(row["id"], "declinedByTimeout")

    # ---- the payer
    def pay(self, order_id: str, behaviour: Behaviour, *, save: bool = False, confirmed: bool = False) -> BankOrder:
        """The payer pays with a test card. Raises BankError `state` when the order cannot be paid any more."""
        card = BY_BEHAVIOUR[behaviour]
        self._expire("id = ?", order_id)
        with self._change():
            order = self._order(order_id)
            if order.state != "created" and not (confirmed and order.state == "confirming"):
                raise BankError("state")
            if behaviour == "silent":
                return order
            if behaviour == "confirm" and not confirmed:
                self._set(order_id, state="confirming", behaviour=behaviour, save_card=int(save or order.save_card))
                return self._order(order_id)
            if card.action:
                self._set(order_id, state="declined", behaviour=behaviour, action=card.action, reason=card.reason)
                self._announce(order_id, "approved" if order.hold else "deposited", success=False)
            else:
                self._charge(order, behaviour, save=(save or order.save_card) and bool(order.payer_id))
            return self._order(order_id)

    def pay_with_saved(self, order_id: str, card_id: str, *, confirmed: bool = False) -> BankOrder:
        """The payer pays with a card that he saved. Raises BankError `card` when it is not his."""
        order = self.order(order_id)
        card = self._card(card_id, order.payer_id)
        if card is None:
            raise BankError("card")
        return self.pay(order_id, card.behaviour, confirmed=confirmed)

    def answer(self, order_id: str, *, confirm: bool) -> BankOrder:
        """The payer answers his bank's question. Raises BankError `state` when nothing was asked."""
        order = self.order(order_id)
        if order.state != "confirming":
            raise BankError("state")
        if confirm:
            return self.pay(order_id, "confirm", confirmed=True)
        return self.give_up(order_id, action=-2013, reason="Подтверждение не получено")

    def give_up(self, order_id: str, action: int = -2016, reason: str = "Плательщик отказался от оплаты") -> BankOrder:
        """The payer leaves for good."""
        with self._change():
            order = self._order(order_id)
            if order.state not in ("created", "confirming"):
                raise BankError("state")
            self._set(order_id, state="declined", action=action, reason=reason)
            self._announce(order_id, "approved" if order.hold else "deposited", success=False)
            return self._order(order_id)

    def _charge(self, order: BankOrder, behaviour: Behaviour, *, save: bool) -> None:
        rrn = f"{int(hashlib.sha256(order.id.encode()).hexdigest()[:12], 16) % 10**12:012d}"
        self._set(order.id, behaviour=behaviour, rrn=rrn, auth_code=rrn[-6:], paid_at=self.moment)
        if save and not order.card_id:
            card_id = fresh_id()
            self._db.execute("INSERT INTO cards VALUES (?, ?, ?, 1)", (card_id, order.payer_id, behaviour))
            self._set(order.id, saved_card=card_id)
            self._announce(order.id, "bindingCreated", subject=card_id)
        if order.hold:
            self._set(order.id, state="held")
            self._announce(order.id, "approved")
        else:
            self._set(order.id, state="paid", paid=order.amount)
            self._move(order, "charge", order.amount)
            self._announce(order.id, "deposited")

    # ---- the shop
    def capture(self, order_id: str, amount: int) -> BankOrder:
        """Takes held money. Raises BankError `state`, `amount`."""
        with self._change():
            order = self._order(order_id)
            if order.state != "held":
                raise BankError("state")
            if not 0 < amount <= order.amount:
                raise BankError("amount")
            self._set(order_id, state="paid", paid=amount)
            self._move(order, "charge", amount)
            self._announce(order_id, "deposited")
            return self._order(order_id)

    def refund(self, order_id: str, key: str, amount: int, note: str = "") -> Refunded:
        """Gives money back, each key once. Raises BankError `state`, `amount`, and `key` for another amount."""
        with self._change():
            order = self._order(order_id)
            known = self._one("SELECT * FROM refunds WHERE order_id = ? AND key = ?", order_id, key)
            if known:
                refund = Refunded(**known)
                if refund.amount != amount:
                    raise BankError("key")
                return refund
            if order.state not in ("paid", "refunded"):
                raise BankError("state")
            if not 0 < amount <= order.paid - order.refunded:
                raise BankError("amount")
            refund = Refunded(key, order_id, fresh_id(), amount, self.moment, note)
            self._db.execute("INSERT INTO refunds VALUES (?, ?, ?, ?, ?, ?)", msgspec.structs.astuple(refund))
            self._set(order_id, state="refunded", refunded=order.refunded + amount)
            self._move(order, "refund", amount)
            self._announce(order_id, "refunded", subject=refund.id)
            return refund

    def refunds(self, order_id: str) -> list[Refunded]:
        """Of an order, the oldest first."""
        rows = self._db.execute("SELECT * FROM refunds WHERE order_id = ? ORDER BY at, id", (order_id,))
        return [Refunded(**row) for row in rows]

    def reverse(self, order_id: str) -> BankOrder:
        """Lets a hold go or undoes a payment without refunds. Raises BankError `state`."""
        with self._change():
            order = self._order(order_id)
            if order.state not in ("held", "paid"):
                raise BankError("state")
            if order.paid:
                self._move(order, "reversal", order.paid)
            self._set(order_id, state="reversed", paid=0)
            self._announce(order_id, "reversed")
            return self._order(order_id)

    # ---- saved cards
    def saved_cards(self, payer_id: str) -> list[Saved]:
        """Those that can pay."""
        rows = self._db.execute("SELECT * FROM cards WHERE payer_id = ? AND active ORDER BY rowid", (payer_id,))
        return [Saved(row["id"], row["payer_id"], row["behaviour"], bool(row["active"])) for row in rows]

    def forget_card(self, card_id: str) -> None:
        """Raises BankError `not_found` when there is no such card to forget."""
        with self._change():
            if not self._db.execute("UPDATE cards SET active = 0 WHERE id = ? AND active", (card_id,)).rowcount:
                raise BankError("not_found")

    def _card(self, card_id: str, payer_id: str) -> Saved | None:
        return next((card for card in self.saved_cards(payer_id) if card.id == card_id), None)

    # ---- money, callbacks, trouble
    def movements(self) -> list[Movement]:
        """All of them, in order."""
        return [Movement(**row) for row in self._db.execute("SELECT * FROM movements ORDER BY seq")]

    def _move(self, order: BankOrder, kind: str, amount: int) -> None:
        self._db.execute(
            "INSERT INTO movements (order_id, number, kind, amount, at) VALUES (?, ?, ?, ?, ?)",
            (order.id, order.number, kind, amount, self.moment),
        )

    def _announce(self, order_id: str, event: str, *, subject: str = "", success: bool = True) -> None:
        """Plans a callback as the mood has it."""
        mood, number = self.mood(), self._order(order_id).number
        due: float | None = self.moment
        if chance(mood.seed, "late", number, event) < mood.late:
            due = self.moment + mood.late_seconds
        copies = [due]
        if chance(mood.seed, "doubled", number, event) < mood.doubled:
            copies.append(self.moment + mood.late_seconds * chance(mood.seed, "copy", number, event))
        if chance(mood.seed, "missing", number, event) < mood.missing:
            copies = [None]
        for moment in copies:
            self._db.execute(
                "INSERT INTO callbacks (order_id, event, subject, success, due) VALUES (?, ?, ?, ?, ?)",
                (order_id, event, subject, int(success), moment),
            )

    def due_callbacks(self, limit: int = 50) -> list[DueCallback]:
        """Whose time has come."""
        rows = self._db.execute(
            "SELECT * FROM callbacks WHERE due IS NOT NULL AND due <= ? ORDER BY due, seq LIMIT ?", (self.moment, limit)
        )
        return [callback_of(row) for row in rows]

    def callbacks(self, order_id: str) -> list[DueCallback]:
        """All of an order, sent or not."""
        rows = self._db.execute("SELECT * FROM callbacks WHERE order_id = ? ORDER BY seq", (order_id,))
        return [callback_of(row) for row in rows]

    def repeat_callbacks(self, order_id: str) -> int:
        """Sends all callbacks of an order at once, those that were sent and those that went missing."""
        return self._db.execute("UPDATE callbacks SET due = ? WHERE order_id = ?", (self.moment, order_id)).rowcount

    def called_back(self, callback: DueCallback, *, heard: bool) -> None:
        """Notes an attempt; one that was not heard is repeated for a while."""
        last = callback.attempts >= len(RETRIES)
        due = None if heard or last else self.moment + RETRIES[callback.attempts]
        self._db.execute("UPDATE callbacks SET due = ?, attempts = attempts + 1 WHERE seq = ?", (due, callback.seq))

    def mood(self) -> Mood:
        """How the bank calls back."""
        row = self._one("SELECT mood FROM mood")
        return msgspec.json.decode(row["mood"], type=Mood) if row else Mood()

    def set_mood(self, mood: Mood) -> None:
        """From now on."""
        self._db.execute("INSERT OR REPLACE INTO mood VALUES (1, ?)", (msgspec.json.encode(mood).decode(),))

    def plan_fault(self, call: str, kind: str, count: int) -> None:
        """Spoils the next calls of this name (`*`: of any); 0 ends it."""
        self._db.execute("DELETE FROM faults WHERE call = ?", (call,))
        if count:
            self._db.execute("INSERT INTO faults VALUES (?, ?, ?)", (call, kind, count))

    def meet_fault(self, call: str) -> str:
        """The fault that this call runs into, used up by it; empty: none."""
        for name in (call, "*"):
            found = self._db.execute(
                "UPDATE faults SET count = count - 1 WHERE call = ? AND count > 0 RETURNING kind", (name,)
            ).fetchall()
            if found:
                return str(found[0]["kind"])
        return ""

    def _one(self, statement: str, *values: object) -> Any:
        return self._db.execute(statement, values).fetchone()

    def _order(self, order_id: str) -> BankOrder:
        row = self._one("SELECT * FROM orders WHERE id = ?", order_id)
        if row is None:
            raise BankError("not_found")
        return order_of(row)

    def _set(self, order_id: str, **fields: object) -> None:
        changes = ", ".join(f"{name} = ?" for name in fields)
        self._db.execute(f"UPDATE orders SET {changes} WHERE id = ?", [*fields.values(), order_id])  # noqa: S608
