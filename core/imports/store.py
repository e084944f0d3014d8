"""Queries of imports."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from core.contracts.public import ContractLink, ContractLinkObject
from core.importing import Counts, ImportFile, Note
from core.imports.domain import UNSENT, Life, State
from core.imports.models import Entry, Import
from core.sdk import Moment, Query, UnitOfWork, any_of

NOTES = msgspec.json.Decoder(list[Note])
_PAGE = 1000
_LIMIT = sa.bindparam("limit", type_=sa.Integer())
_ID = sa.bindparam("import_id", type_=sa.Text())
COUNTS = Counts.__struct_fields__


# ---- what the caller holds
class GrantRow(msgspec.Struct, frozen=True):
    """An account's hold on a contract."""

    role: str
    all_objects: bool


GRANT = Query(
    sa.select(ContractLink.role, ContractLink.all_objects).where(
        ContractLink.account_id == sa.bindparam("account_id"),
        ContractLink.contract_id == sa.bindparam("contract_id"),
        ContractLink.state == "active",
    ),
    GrantRow,
)
GRANTED_OBJECTS = Query(
    sa.select(ContractLinkObject.energy_object_id).where(
        ContractLinkObject.account_id == sa.bindparam("account_id"),
        ContractLinkObject.contract_id == sa.bindparam("contract_id"),
    ),
    str,
)


# ---- imports
class ImportRow(msgspec.Struct, frozen=True):
    """A file."""

    id: str
    kind: str
    contract_id: str
    account_id: str
    partial: bool
    parts: str
    file_name: str
    size: int
    sha256: str
    stored_key: str
    state: State
    ordered: bool
    checked: bool
    done: int
    total: int | None
    new: int
    unchanged: int
    skipped: int
    refused: int
    sent: int
    accepted: int
    declined: int
    withdrawn: int
    partly: int
    notes: bytes
    uploaded_at: datetime
    changed_at: datetime
    ordered_at: datetime | None
    committed_at: datetime | None

    @property
    def counts(self) -> Counts:
        return Counts(*(getattr(self, name) for name in COUNTS))

    @property
    def life(self) -> Life:
        return Life(self.state, self.ordered, self.checked, self.counts)

    @property
    def file(self) -> ImportFile:
        parts = msgspec.json.decode(self.parts, type=tuple[str, ...])
        return ImportFile(self.id, self.file_name, self.size, self.sha256, self.uploaded_at, parts)

    @property
    def subject(self) -> str:
        """What the audit trail files it under: the contract, or the file itself."""
        return self.contract_id or self.id

    @property
    def remarks(self) -> list[Note]:
        return NOTES.decode(self.notes)


_COLUMNS = [getattr(Import, name) for name in ImportRow.__struct_fields__]
_ONE = sa.select(*_COLUMNS).where(Import.id == _ID)
IMPORT = Query(_ONE, ImportRow)
IMPORTS = Query(
    sa.select(*_COLUMNS)
    .where(
        Import.contract_id == sa.bindparam("contract_id", type_=sa.Text()),
        any_of(Import.kind, "kinds"),
        any_of(Import.state, "states"),
        sa.or_(
            Import.account_id == sa.bindparam("account_id", type_=sa.Text()),
            sa.and_(sa.bindparam("whole", type_=sa.Boolean()), sa.not_(Import.partial)),
        ),
        Import.id < sa.bindparam("before", type_=sa.Text()),
    )
    .order_by(Import.id.desc())
    .limit(_LIMIT),
    ImportRow,
)
"""Of a contract, the newest first. A file sent by somebody limited to some objects is seen by nobody else, and whoever
is limited himself sees his own only."""

OWN = Query(
    sa.select(*_COLUMNS)
    .where(
        Import.account_id == sa.bindparam("account_id", type_=sa.Text()),
        Import.contract_id == "",
        Import.kind == sa.bindparam("kind", type_=sa.Text()),
        Import.ordered_at.is_not(None),
        Import.uploaded_at >= sa.bindparam("since", type_=Moment()),
        Import.uploaded_at < sa.bindparam("until", type_=Moment()),
        Import.id < sa.bindparam("before", type_=sa.Text()),
    )
    .order_by(Import.id.desc())
    .limit(_LIMIT),
    ImportRow,
)
"""The caller's files of no contract whose sending was ordered, the newest first."""

STALE = Query(
    sa.select(*_COLUMNS)
    .where(
        Import.changed_at < sa.bindparam("before", type_=Moment()),
        any_of(Import.state, "states"),
        Import.sent + Import.accepted + Import.declined + Import.withdrawn <= sa.bindparam("most", type_=sa.Integer()),
    )
    .order_by(Import.changed_at)
    .limit(_LIMIT),
    ImportRow,
)


async def lock(uow: UnitOfWork, import_id: str) -> ImportRow | None:
    """The import, kept from others until the commit."""
    row = await uow.one(_ONE.with_for_update(), {"import_id": import_id})
    return None if row is None else ImportRow(*row)


async def change(uow: UnitOfWork, import_id: str, life: Life, **columns: Any) -> None:
    """Writes where an import stands now."""
    counts = {name: getattr(life.counts, name) for name in COUNTS}
    await uow.execute(
        sa.update(Import)
        .where(Import.id == import_id)
        .values(
            state=life.state,
            ordered=life.ordered,
            checked=life.checked,
            changed_at=uow.now,
            **{**counts, **columns},
        )
    )


async def waiting(uow: UnitOfWork, account_id: str, contract_id: str) -> int:
    """How many unsent files of an account lie at a contract."""
    return int(
        await uow.scalar(
            sa.select(sa.func.count()).where(
                Import.account_id == account_id, Import.contract_id == contract_id, Import.state.in_(UNSENT)
            )
        )
    )


async def remove(uow: UnitOfWork, import_id: str) -> None:
    """Removes an import with its entries."""
    await clear(uow, import_id)
    await uow.execute(sa.delete(Import).where(Import.id == import_id))


# ---- entries
class EntryRow(msgspec.Struct, frozen=True):
    """A unit of a file."""

    number: int
    title: str
    state: str
    warned: bool
    lines: bytes
    notes: bytes
    answers: bytes | None
    fact_id: str | None


_ENTRY = [getattr(Entry, name) for name in EntryRow.__struct_fields__]
ENTRIES = Query(
    sa.select(*_ENTRY)
    .where(
        Entry.import_id == _ID,
        Entry.number > sa.bindparam("after", type_=sa.Integer()),
        any_of(Entry.state, "states"),
        sa.or_(sa.bindparam("any", type_=sa.Boolean()), Entry.warned),
    )
    .order_by(Entry.number)
    .limit(_LIMIT),
    EntryRow,
)
REMARKED = Query(
    sa.select(*_ENTRY)
    .where(Entry.import_id == _ID, sa.or_(Entry.state == "refused", Entry.state == "declined", Entry.warned))
    .order_by(Entry.number),
    EntryRow,
)
"""What a marked copy marks."""

FACTS = Query(
    sa.select(Entry.fact_id, Entry.import_id, Entry.number).where(any_of(Entry.fact_id, "fact_ids")),
    lambda fact_id, import_id, number: (fact_id, import_id, number),
)


async def add_entries(uow: UnitOfWork, rows: Sequence[dict[str, Any]]) -> None:
    """Stores what a check has found."""
    await uow.execute(sa.insert(Entry), list(rows))


async def lines_of(uow: UnitOfWork, import_id: str, state: str) -> AsyncIterator[bytes]:
    """The lines of the entries in a state, as they are stored, a page at a time."""
    after, rows = 0, [(0, b"")]
    while rows:
        select = sa.select(Entry.number, Entry.lines).where(
            Entry.import_id == import_id, Entry.state == state, Entry.number > after
        )
        rows = [(number, lines) for number, lines in await uow.execute(select.order_by(Entry.number).limit(_PAGE))]
        for number, lines in rows:
            after = number
            yield lines


async def clear(uow: UnitOfWork, import_id: str) -> None:
    """Removes the entries of an import."""
    await uow.execute(sa.delete(Entry).where(Entry.import_id == import_id))


async def new_units(uow: UnitOfWork, import_id: str, limit: int) -> list[tuple[int, bytes]]:
    """The first entries that are still to be sent: number and unit."""
    found = await uow.execute(
        sa.select(Entry.number, Entry.unit)
        .where(Entry.import_id == import_id, Entry.state == "new")
        .order_by(Entry.number)
        .limit(limit)
    )
    return [(number, unit) for number, unit in found]


_SETTLE = (
    sa.update(Entry)
    .where(Entry.import_id == sa.bindparam("of_import"), Entry.number == sa.bindparam("of_number"))
    .values({name: sa.bindparam(name) for name in ("title", "state", "warned", "lines", "notes", "fact_id")})
    .values(unit=None)
)


async def settle(uow: UnitOfWork, import_id: str, rows: Sequence[dict[str, Any]]) -> None:
    """Notes what became of entries when they were sent; each row names its `of_number`."""
    await uow.execute(_SETTLE, [{"of_import": import_id, **row} for row in rows])


async def entry(uow: UnitOfWork, import_id: str, number: int) -> EntryRow:
    """One entry, within a transaction that has locked its import."""
    row = await uow.one(sa.select(*_ENTRY).where(Entry.import_id == import_id, Entry.number == number))
    assert row is not None
    return EntryRow(*row)


async def answer(uow: UnitOfWork, import_id: str, number: int, state: str, answers: bytes) -> None:
    """Notes billing's answers at an entry."""
    await uow.execute(
        sa.update(Entry)
        .where(Entry.import_id == import_id, Entry.number == number)
        .values(state=state, answers=answers)
    )


async def sent_facts(uow: UnitOfWork, import_id: str) -> list[str]:
    """The facts of an import that billing has not answered, in the order of the file."""
    found = await uow.execute(
        sa.select(Entry.fact_id)
        .where(Entry.import_id == import_id, Entry.state == "sent", Entry.fact_id.is_not(None))
        .order_by(Entry.number)
    )
    return [str(fact) for fact in found.scalars()]


async def mark_withdrawn(uow: UnitOfWork, import_id: str) -> None:
    """Those that were sent and not answered are withdrawn now."""
    await uow.execute(
        sa.update(Entry).where(Entry.import_id == import_id, Entry.state == "sent").values(state="withdrawn")
    )
