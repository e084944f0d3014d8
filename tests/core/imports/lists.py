"""The smallest importer: a text file of `name=value` lines, each a unit; `bad` values are refused, `soon` ones fail."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from core.imports.public import FileRefused, Importer, ImportFile, Line, Mark, Note, Outcome, Source
from core.sdk import Context, ErrorKind, Event, Hooks, Permission, Problem, UnitOfWork

BAD = ErrorKind("lists.bad", 422, "Значение «{value}» не подходит", "The value “{value}” does not do")
BROKEN = ErrorKind("lists.broken", 422, "Строку не разобрать", "The line cannot be read")
CLOSED = ErrorKind("lists.closed", 409, "Сейчас списки не принимаются", "Lists are not taken now")
SEND = Permission("lists.send", "Передача списков", ("Руководитель", "Энергетик"))


class ListsTaken(msgspec.Struct, frozen=True):
    """A value of a list."""

    contract_id: str
    file_id: str
    name: str
    value: str


class ListsWithdrawn(msgspec.Struct, frozen=True):
    """Values that are taken back."""

    facts: list[str]


class Pair(msgspec.Struct, frozen=True):
    """A unit: one line of the file."""

    row: int
    name: str
    value: str


class Switches:
    """What the tests turn: the importer is otherwise plain."""

    closed = False
    offered = True
    crash = 0
    taken: dict[tuple[str, str], str] = {}
    """(contract, name) -> value that was sent: what makes a value unchanged."""


def read(source: Source) -> Iterator[Pair]:
    with source.path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            name, equals, value = line.rstrip("\n").partition("=")
            if not equals:
                raise FileRefused(Note.of(BROKEN, row=number))
            yield Pair(number, name, value)


def judge(ctx: Context, pair: Pair) -> Outcome:
    before = Switches.taken.get((ctx.granted.contract_id, pair.name), "")
    notes = [Note.of(BAD, value=pair.value, column="B")] if pair.value == "bad" else []
    if pair.value == "odd":
        notes = [Note.of(BAD, value=pair.value, column="B", warning=True)]
    line = Line(pair.name, pair.row, item=pair.name, given=pair.value, previous=before, notes=notes)
    if pair.value == "bad":
        return Outcome("refused", pair.name, [line])
    if not pair.value:
        return Outcome("skipped", pair.name, [line])
    return Outcome("unchanged" if before == pair.value else "new", pair.name, [line])


async def check(ctx: Context, file: ImportFile, pairs: Sequence[Pair]) -> list[Outcome]:
    return [judge(ctx, pair) for pair in pairs]


async def commit(ctx: Context, uow: UnitOfWork, file: ImportFile, pairs: Sequence[Pair]) -> list[Outcome]:
    if Switches.crash:
        Switches.crash -= 1
        raise RuntimeError("the disk is full")
    outcomes = []
    for pair in pairs:
        outcome = judge(ctx, pair)
        if outcome.state == "new":
            contract_id = ctx.granted.contract_id
            fact = uow.emit(ListsTaken(contract_id, file.id, pair.name, pair.value), subject=contract_id)
            outcome = msgspec.structs.replace(outcome, state="sent", fact_id=fact)
        outcomes.append(outcome)
    return outcomes


async def withdraw(ctx: Context, uow: UnitOfWork, file: ImportFile, facts: Sequence[str]) -> None:
    uow.emit(ListsWithdrawn(list(facts)), subject=ctx.granted.contract_id)


async def admit(ctx: Context) -> None:
    if Switches.closed:
        raise Problem(CLOSED)


async def offered(ctx: Context) -> bool:
    return Switches.offered


def mark(source: Source, marks: Sequence[Mark], target: Path) -> None:
    lines = source.path.read_text(encoding="utf-8").splitlines()
    for found in marks:
        lines[found.row - 1] += f" <- {found.text}"
    target.write_text("\n".join(lines), encoding="utf-8")


LISTS: Importer[Any] = Importer(
    "lists.pairs",
    title="Списки",
    permission=SEND.name,
    suffixes=(".txt",),
    unit=Pair,
    read=read,
    check=check,
    commit=commit,
    withdraw=withdraw,
    mark=mark,
    offered=offered,
    admit=admit,
    fits=lambda head: b"\x00" not in head,
    max_bytes=1_000_000,
    max_units=5000,
    batch=10,
    ordered="Список отправлен",
    done="Список сохранён",
)


class ListsPlugin(Hooks):
    """Table of contents."""

    name = "lists"

    def permissions(self) -> Sequence[Permission]:
        return (SEND,)

    def errors(self) -> Sequence[ErrorKind]:
        return (BAD, BROKEN, CLOSED)

    def events(self) -> Sequence[Event]:
        return (
            Event("lists.taken", ListsTaken, outgoing=True),
            Event("lists.withdrawn", ListsWithdrawn, outgoing=True),
        )

    def importers(self) -> Sequence[Importer[Any]]:
        return (LISTS,)
