"""What plugins do with files: attach them to something of theirs, and read what is attached."""

from collections.abc import AsyncIterator, Sequence

import msgspec

from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Problem, UnitOfWork
from core.uploads import domain, errors, store
from core.uploads.services.keeping import read_file
from core.uploads.store import UploadRow


class Attached(msgspec.Struct, frozen=True):
    """A file that is complete: what a plugin may note of it, and what `content` reads by."""

    id: str
    owner: str
    name: str
    size: int
    """Bytes."""
    sha256: str
    media_type: str
    """By its first bytes: image/png, image/jpeg, application/pdf, or application/octet-stream for all others."""
    stored_key: str

    @property
    def preview(self) -> bool:
        """Whether it may be shown in a browser."""
        return domain.previewable(self.media_type)


def attached_of(row: UploadRow) -> Attached:
    """A stored row as others see it."""
    assert row.sha256 is not None
    assert row.stored_key is not None
    return Attached(row.id, row.owner, row.name, row.length, row.sha256, row.media_type, row.stored_key)


async def adopt(
    uow: UnitOfWork, account_id: str, upload_ids: Sequence[str], *, owner: str, field: str = "files"
) -> list[Attached]:
    """Attaches files of an account to `owner` (`<plugin>.<what>:<id>`), if the transaction commits; in their order.

    Each belongs to its account until then, and to `owner` afterwards: it no longer expires, and its uploader reads it
    through the plugin only. Raises Problem 422 naming every wrong one, `field[2]`: unknown, somebody else's or attached
    to something else; not complete yet; named twice. What is attached to this owner already stays so.
    """
    if not owner:
        raise ValueError("what are the files attached to?")
    rows = {upload_id: await store.lock(uow, upload_id) for upload_id in sorted(set(upload_ids))}
    wrong, seen, attached = list[FieldProblem](), set[str](), list[Attached]()
    for index, upload_id in enumerate(upload_ids):
        row, path = rows[upload_id], f"{field}[{index}]"
        own = row is not None and (row.waits(account_id, uow.now) or (row.owner, row.account_id) == (owner, account_id))
        if row is None or not own:
            wrong.append(FieldProblem(path, errors.UNKNOWN))
        elif upload_id in seen:
            wrong.append(FieldProblem(path, errors.REPEATED))
        elif row.state != "stored":
            wrong.append(FieldProblem(path, errors.INCOMPLETE))
        else:
            attached.append(attached_of(msgspec.structs.replace(row, owner=owner)))
        seen.add(upload_id)
    if wrong:
        raise Problem(INVALID, errors=wrong)
    for upload_id in rows:
        await store.change(uow, upload_id, owner=owner, expires_at=None, attached_at=uow.now)
        uow.audit("uploads.attached", upload_id, owner=owner)
    return attached


async def attached(ctx: Context, owners: Sequence[str]) -> list[Attached]:
    """What is attached to any of these, the oldest first: one query however many they are."""
    rows = await ctx.reader.all(store.ATTACHED, owners=[owner for owner in owners if owner])
    return [attached_of(row) for row in rows]


async def found(ctx: Context, owner: str, upload_id: str) -> Attached:
    """One file that is attached to `owner`. Raises Problem 404 for any other."""
    row = await ctx.reader.first(store.UPLOAD, upload_id=upload_id)
    if row is None or not owner or row.owner != owner or row.state != "stored":
        raise Problem(NOT_FOUND)
    return attached_of(row)


def content(ctx: Context, file: Attached, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
    """The bytes of a file, with problems instead of the store's errors."""
    return read_file(ctx, file.stored_key, start=start, end=end)
