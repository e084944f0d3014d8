"""Queries of uploads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from core.sdk import Moment, Query, UnitOfWork, any_of
from core.uploads.domain import State
from core.uploads.models import Part, Upload, Writing

LAST = "~"
"""Greater than every identifier."""
_LIMIT = sa.bindparam("limit", type_=sa.Integer())


class UploadRow(msgspec.Struct, frozen=True):
    """A file."""

    id: str
    account_id: str
    owner: str
    name: str
    length: int
    received: int
    parts: int
    state: State
    media_type: str
    sha256: str | None
    stored_key: str | None
    created_at: datetime
    expires_at: datetime | None

    def waits(self, account_id: str, now: datetime) -> bool:
        """Whether it is the account's own: neither attached nor expired nor gone."""
        alive = self.expires_at is not None and self.expires_at > now and self.state != "gone"
        return alive and not self.owner and self.account_id == account_id


class PartRow(msgspec.Struct, frozen=True):
    """A stretch of a file."""

    start: int
    size: int
    sha256: str
    stored_key: str


_COLUMNS = [getattr(Upload, name) for name in UploadRow.__struct_fields__]
_PART = [getattr(Part, name) for name in PartRow.__struct_fields__]
_ONE = sa.select(*_COLUMNS).where(Upload.id == sa.bindparam("upload_id", type_=sa.Text()))
UPLOAD = Query(_ONE, UploadRow)
WAITING = Query(
    sa.select(*_COLUMNS)
    .where(
        Upload.account_id == sa.bindparam("account_id", type_=sa.Text()),
        Upload.owner == "",
        Upload.state != "gone",
        Upload.expires_at > sa.bindparam("now", type_=Moment()),
        Upload.id < sa.bindparam("before", type_=sa.Text()),
    )
    .order_by(Upload.id.desc())
    .limit(_LIMIT),
    UploadRow,
)
"""Of an account, not attached, the newest first."""
ATTACHED = Query(
    sa.select(*_COLUMNS).where(any_of(Upload.owner, "owners"), Upload.state == "stored").order_by(Upload.id), UploadRow
)
EXPIRED = Query(
    sa.select(Upload.id)
    .where(Upload.expires_at <= sa.bindparam("now", type_=Moment()))
    .order_by(Upload.expires_at)
    .limit(_LIMIT),
    str,
)
PARTS = Query(
    sa.select(*_PART).where(Part.upload_id == sa.bindparam("upload_id", type_=sa.Text())).order_by(Part.start), PartRow
)
ABANDONED = Query(
    sa.select(Writing.stored_key)
    .where(sa.or_(Writing.begun_at <= sa.bindparam("before", type_=Moment()), Writing.given_up))
    .order_by(Writing.begun_at)
    .limit(_LIMIT),
    str,
)


# ---- files
async def lock(uow: UnitOfWork, upload_id: str) -> UploadRow | None:
    """A file, kept from others until the commit."""
    row = await uow.one(_ONE.with_for_update(), {"upload_id": upload_id})
    return None if row is None else UploadRow(*row)


async def add(uow: UnitOfWork, row: dict[str, Any]) -> None:
    """Stores a new file."""
    await uow.execute(sa.insert(Upload).values(row))


async def change(uow: UnitOfWork, upload_id: str, **columns: Any) -> None:
    """Writes where a file stands now."""
    await uow.execute(sa.update(Upload).where(Upload.id == upload_id).values(changed_at=uow.now, **columns))


async def waiting(uow: UnitOfWork, account_id: str) -> tuple[int, int]:
    """How many files of an account wait to be attached, and their bytes."""
    row = await uow.one(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Upload.length), 0)).where(
            Upload.account_id == account_id, Upload.owner == "", Upload.state != "gone", Upload.expires_at > uow.now
        )
    )
    assert row is not None
    return int(row[0]), int(row[1])


async def owned(uow: UnitOfWork, owners: Sequence[str]) -> list[str]:
    """The files attached to any of these."""
    found = await uow.execute(sa.select(Upload.id).where(Upload.owner.in_(owners), Upload.owner != ""))
    return [str(upload_id) for upload_id in found.scalars()]


async def unattached(uow: UnitOfWork, account_id: str) -> list[str]:
    """The files of an account that nothing was attached to."""
    found = await uow.execute(
        sa.select(Upload.id).where(Upload.account_id == account_id, Upload.owner == "", Upload.state != "gone")
    )
    return [str(upload_id) for upload_id in found.scalars()]


async def leave(uow: UnitOfWork, account_id: str) -> None:
    """What is attached names its uploader no more."""
    await uow.execute(sa.update(Upload).where(Upload.account_id == account_id).values(account_id=""))


async def erase(uow: UnitOfWork, upload_id: str) -> None:
    """Removes a file that is gone from the store."""
    await drop_parts(uow, upload_id)
    await uow.execute(sa.delete(Upload).where(Upload.id == upload_id))


# ---- parts
async def add_part(uow: UnitOfWork, upload_id: str, part: PartRow) -> None:
    """Notes a stretch that has come."""
    await uow.execute(sa.insert(Part).values(upload_id=upload_id, **msgspec.structs.asdict(part)))


async def drop_parts(uow: UnitOfWork, upload_id: str) -> None:
    """Removes the stretches of a file."""
    await uow.execute(sa.delete(Part).where(Part.upload_id == upload_id))


# ---- keys being written
async def begin(uow: UnitOfWork, key: str) -> None:
    """Notes a key before it is written."""
    await uow.execute(sa.insert(Writing).values(stored_key=key, begun_at=uow.now))


async def take(uow: UnitOfWork, key: str) -> bool:
    """The key becomes somebody's; False when it was given up meanwhile."""
    taken = await uow.execute(sa.delete(Writing).where(Writing.stored_key == key, sa.not_(Writing.given_up)))
    return taken.rowcount == 1


async def give_up(uow: UnitOfWork, keys: Sequence[str]) -> int:
    """From now on nobody takes these keys; returns how many of them nobody had taken before."""
    given_up = await uow.execute(sa.update(Writing).where(Writing.stored_key.in_(keys)).values(given_up=True))
    return given_up.rowcount


async def forget_keys(uow: UnitOfWork, keys: Sequence[str]) -> None:
    """The keys are deleted."""
    await uow.execute(sa.delete(Writing).where(Writing.stored_key.in_(keys)))
