"""The company's rows: each function handles a batch inside the loader's transaction and answers row by row."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from core.identity.public import normal_email
from core.sdk import RowError, UnitOfWork, any_of, exact
from plugins.household.domain import flat_order
from plugins.household.errors import ATTACHED, ONE_HOLDER, UNKNOWN_ACCOUNT, UNKNOWN_CLIENT
from plugins.household.models import Attachment, HouseholdAccount, HouseholdSent
from plugins.household.schemas.company import (
    HouseholdAccountRow,
    HouseholdAttachmentRow,
    HouseholdBilledRow,
    HouseholdMeterRow,
    HouseholdPreviousRow,
    HouseholdScheduleRow,
    HouseRow,
)
from plugins.household.services import attaching
from plugins.household.store import attaching as attaching_store
from plugins.household.store import transmitting as sent_store

Answers = list[RowError | None]
_Holder = tuple[str, str | None, str | None]
NOT_A_MONTH = RowError("household.not_a_month", "month", "Месяц задаётся своим первым днём")
WINDOW_ORDER = RowError("household.window_order", "closes_on", "Последний день раньше первого")
NEGATIVE = RowError("household.negative", "t1", "Показание не бывает отрицательным")
NOT_SENT = RowError("household.not_sent", "meter_id", "За этот период по прибору ничего не передавали")


def house_values(row: HouseRow) -> dict[str, Any]:
    """The columns of an address."""
    return {"id": row.id, "branch": row.branch, "address": row.address, "search": row.address.lower()}


async def load_accounts(uow: UnitOfWork, rows: Sequence[HouseholdAccountRow]) -> Answers:
    """Sets household accounts; what is attached follows them to another house."""
    fresh = {row.id: row for row in rows}
    await uow.put(
        HouseholdAccount,
        ("id",),
        [
            {
                "id": row.id,
                "house_id": row.house_id,
                "number": row.number,
                "flat": row.flat,
                "place": flat_order(row.flat),
            }
            for row in fresh.values()
        ],
    )
    house_of = sa.select(HouseholdAccount.house_id).where(HouseholdAccount.id == Attachment.account_id)
    await uow.execute(
        sa.update(Attachment)
        .where(any_of(Attachment.account_id, "ids"), Attachment.house_id != house_of.scalar_subquery())
        .values(house_id=house_of.scalar_subquery()),
        {"ids": sorted(fresh)},
    )
    return [None] * len(rows)


def meter_values(row: HouseholdMeterRow) -> dict[str, Any]:
    """The columns of a meter."""
    record = msgspec.structs.asdict(row)
    record["coefficient"] = exact(row.coefficient)
    record["discrepancies"] = msgspec.json.encode(row.discrepancies)
    return record


def check_previous(row: HouseholdPreviousRow) -> RowError | None:
    """Why the row is refused."""
    if row.month is not None and row.month.day != 1:
        return NOT_A_MONTH
    return NEGATIVE if any(text is not None and text.startswith("-") for text in (row.t1, row.t2, row.t3)) else None


def previous_values(row: HouseholdPreviousRow) -> dict[str, Any]:
    """The columns of a last reading."""
    t1, t2, t3 = (None if text is None else exact(text) for text in (row.t1, row.t2, row.t3))
    return {
        "meter_id": row.meter_id,
        "t1": t1,
        "t2": t2,
        "t3": t3,
        "month": row.month,
        "taken_on": row.taken_on,
    }


def check_schedule(row: HouseholdScheduleRow) -> RowError | None:
    """Why the row is refused."""
    if row.month.day != 1:
        return NOT_A_MONTH
    return WINDOW_ORDER if row.closes_on < row.opens_on else None


async def load_attachments(uow: UnitOfWork, rows: Sequence[HouseholdAttachmentRow]) -> Answers:
    """Attaches and detaches accounts. An address of mail means the client who has confirmed it."""
    named = sorted({row.account_id for row in rows if row.account_id})
    select = sa.select(HouseholdAccount.id, HouseholdAccount.house_id).where(any_of(HouseholdAccount.id, "ids"))
    house_of: dict[str, str] = {row[0]: row[1] for row in await uow.execute(select, {"ids": named})}
    clients = await attaching.clients(uow, [row.email for row in rows if row.email])
    ids = sorted({row.id for row in rows})
    standing = await uow.execute(attaching_store.STANDING, {"ids": ids, "accounts": named})
    book = _Book({row[0]: (row[1], row[2], row[3]) for row in standing})
    answers: Answers = []
    for row in rows:
        if row.deleted:
            book.remove(row.id)
            answers.append(None)
        else:
            answers.append(_attach(book, row, house_of, clients))
    if book.gone:
        await uow.execute(sa.delete(Attachment).where(any_of(Attachment.id, "ids")), {"ids": sorted(book.gone)})
    await uow.put(Attachment, ("id",), book.made)
    return answers


class _Book:
    """Who holds which account while the rows of a batch are read: an account and a contract or a client, by key."""

    def __init__(self, holders: dict[str, _Holder]) -> None:
        self._holder = holders
        self._key = {holder: key for key, holder in holders.items()}
        self.gone: set[str] = set()
        self.made: list[dict[str, Any]] = []
        """In the order of the rows, without what is gone again."""

    def remove(self, key: str) -> None:
        """The attachment is taken away, also if a row before has made it."""
        if (holder := self._holder.pop(key, None)) is not None:
            del self._key[holder]
        self.gone.add(key)
        self.made = [record for record in self.made if record["id"] != key]

    def put(self, record: dict[str, Any]) -> bool:
        """False: another attachment is the same."""
        key, holder = record["id"], (record["account_id"], record["contract_id"], record["client_id"])
        if self._key.get(holder, key) != key:
            return False
        if (before := self._holder.get(key)) is not None:
            del self._key[before]
        self._holder[key], self._key[holder] = holder, key
        self.made.append(record)
        return True


def _attach(
    book: _Book, row: HouseholdAttachmentRow, house_of: dict[str, str], clients: dict[str, str]
) -> RowError | None:
    if row.account_id is None or row.account_id not in house_of:
        return RowError(UNKNOWN_ACCOUNT.code, "account_id", UNKNOWN_ACCOUNT.ru)
    if (row.contract_id is None) == (row.email is None):
        return RowError(ONE_HOLDER.code, "contract_id", ONE_HOLDER.ru)
    client_id = clients.get(normal_email(row.email) or "") if row.email else None
    if row.email and client_id is None:
        return RowError(UNKNOWN_CLIENT.code, "email", UNKNOWN_CLIENT.ru)
    record = {
        "id": row.id,
        "account_id": row.account_id,
        "house_id": house_of[row.account_id],
        "contract_id": row.contract_id,
        "client_id": client_id,
    }
    return None if book.put(record) else RowError(ATTACHED.code, "account_id", ATTACHED.ru)


async def load_billed(uow: UnitOfWork, rows: Sequence[HouseholdBilledRow]) -> Answers:
    """«Учтено в счете»: in which month's bill the readings are counted."""
    if not rows:
        return []
    months = sorted({row.month for row in rows})
    named = {"ids": sorted({row.meter_id for row in rows}), "since": months[0], "until": months[-1]}
    sent = {(row[0], row[1]) for row in await uow.execute(sent_store.ACCEPTED, named)}
    found = [row for row in rows if (row.meter_id, row.month) in sent]
    if found:
        await uow.execute(
            _BILLED, [{"of_meter": row.meter_id, "of_month": row.month, "billed": row.billed_month} for row in found]
        )
    return [None if (row.meter_id, row.month) in sent else NOT_SENT for row in rows]


_BILLED = (
    sa.update(HouseholdSent)
    .where(
        HouseholdSent.meter_id == sa.bindparam("of_meter"),
        HouseholdSent.month == sa.bindparam("of_month"),
        HouseholdSent.state == "accepted",
    )
    .values(billed_month=sa.bindparam("billed"))
)
