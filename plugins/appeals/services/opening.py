"""An appeal becomes open: its number, its first messages, the fact for the company."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from core.identity.public import Account
from core.notifications.public import Notify
from core.sdk import Context, UnitOfWork, new_id
from plugins.appeals import domain
from plugins.appeals.models import Appeal, Block, Counter, File, Message
from plugins.appeals.notifications import ANSWERS
from plugins.appeals.public import AppealFiled, AppealFileFact, Registration
from plugins.appeals.services.access import change, values_of
from plugins.appeals.services.files import documents
from plugins.appeals.services.forms import party_of
from plugins.appeals.settings import AppealSettings
from plugins.appeals.settings.kinds import AppealKind
from plugins.appeals.store.appeals import AppealRow, FileRow


def fact(ctx: Context, row: AppealRow, files: Sequence[FileRow]) -> AppealFiled:
    """What the registering side and the company are told."""
    party = party_of(row)
    return AppealFiled(
        appeal_id=row.id,
        attempt=row.attempt,
        kind=row.kind,
        topic=row.topic,
        section=row.section,
        subsection=row.subsection,
        contract_id=row.contract_id,
        inn=party.inn if party else "",
        organisation=party.name if party else "",
        values=values_of(row),
        files=[file_fact(file) for file in files if file.field],
        number="",
        registered_at=None,
        author=f"client:{row.account_id}",
        filed_at=row.created_at,
    )


def file_fact(file: FileRow) -> AppealFileFact:
    """A file as facts name it."""
    return AppealFileFact(file.id, file.field, file.name, file.size, file.sha256)


async def open_appeal(
    ctx: Context,
    uow: UnitOfWork,
    row: AppealRow,
    kind: AppealKind,
    files: Sequence[FileRow],
    filed: AppealFiled,
    registration: Registration,
    evidence: Mapping[str, str],
) -> None:
    """Opens an appeal that has been registered, in the caller's transaction; `evidence`: of its signed documents."""
    at = registration.registered_at or uow.now
    number = registration.number or await next_number(ctx, uow, row, at)
    if row.pending is False:
        told = filed_with(filed, number, at)
        uow.emit(told, subject=row.id)
    await change(
        uow,
        row.id,
        tab="open",
        state="open",
        resolution=domain.ACCEPTED,
        number=number,
        registered_at=at,
        signatures=b"",
        unread=True,
        correspondence=kind.correspondence,
        last_at=uow.now,
        version=row.version + 1,
    )
    await _first_messages(ctx, uow, row, kind, files, number, at)
    if evidence:
        await _signed(uow, row.id, evidence)
    uow.enqueue(
        Notify(
            ANSWERS.name,
            f"Обращение № {number} зарегистрировано",
            f"Обращение «{row.title}» зарегистрировано под номером {number}. {domain.RECEIVED}.",
            accounts=[row.account_id],
        ),
        dedup_key=f"appeals.opened:{row.attempt}",
    )
    uow.audit("appeals.registered", row.id, number=number)


def filed_with(filed: AppealFiled, number: str, at: datetime) -> AppealFiled:
    """The fact of an appeal that the cabinet has numbered itself."""
    values = {name: getattr(filed, name) for name in filed.__struct_fields__}
    return AppealFiled(**{**values, "number": number, "registered_at": at})


async def next_number(ctx: Context, uow: UnitOfWork, row: AppealRow, at: datetime) -> str:
    """The next number of the year, in the supplier's format. The counter's row is the lock."""
    day = at.astimezone(ctx.runtime.zone)
    counted = await uow.execute(
        uow.upsert(Counter)
        .values(year=day.year, last=1)
        .on_conflict_do_update(index_elements=[Counter.year], set_={"last": Counter.last + 1})
        .returning(Counter.last)
    )
    settings = ctx.settings(AppealSettings)
    return domain.number(settings.number, counted.scalar_one(), day, settings.region, row.subsection)


async def _first_messages(
    ctx: Context, uow: UnitOfWork, row: AppealRow, kind: AppealKind, files: Sequence[FileRow], number: str, at: datetime
) -> None:
    """The receipt, the acceptance, and what the client has sent."""
    day = at.astimezone(ctx.runtime.zone)
    supplier = ctx.runtime.supplier
    receipt = ctx.settings(AppealSettings).receipt.format(date=f"{day:%d.%m.%Y}", number=number, supplier=supplier)
    await say(uow, row.id, "company", receipt)
    await say(uow, row.id, "company", domain.RECEIVED)
    text = next((step["text"] for step in values_of(row).values() if step.get("text")), "")
    message_id = await say(uow, row.id, "client", str(text) or (domain.FROM_CLIENT if kind.signed else row.section))
    attached = [file.id for file in documents(kind, files)]
    if attached:
        await uow.execute(sa.update(File).where(File.id.in_(attached)).values(message_id=message_id))


async def say(uow: UnitOfWork, appeal_id: str, side: str, text: str, *, staff: str = "", external_id: str = "") -> str:
    """Adds a message to the dialogue; returns its identifier."""
    message_id = new_id()
    await uow.execute(
        sa.insert(Message).values(
            id=message_id,
            appeal_id=appeal_id,
            side=side,
            author=domain.YOU if side == "client" else domain.COMPANY,
            staff=staff,
            text=text,
            external_id=external_id or None,
            created_at=uow.now,
        )
    )
    return message_id


async def _signed(uow: UnitOfWork, appeal_id: str, evidence: Mapping[str, str]) -> None:
    block_id = await block(uow, appeal_id, "signed")
    for file_id, evidence_id in evidence.items():
        await uow.execute(sa.update(File).where(File.id == file_id).values(evidence_id=evidence_id, block_id=block_id))


async def block(uow: UnitOfWork, appeal_id: str, kind: str) -> str:
    """The block of a kind; of signed documents there is one, of the others each is a new one."""
    if kind == "signed":
        known = await uow.scalar(sa.select(Block.id).where(Block.appeal_id == appeal_id, Block.kind == kind))
        if known:
            return str(known)
    block_id = new_id()
    await uow.execute(sa.insert(Block).values(id=block_id, appeal_id=appeal_id, kind=kind, created_at=uow.now))
    return block_id


async def tell(uow: UnitOfWork, appeal_id: str, topic: str, text: str) -> None:
    """The company has done something: it stands unread, on top of the list, and the author is told."""
    await change(uow, appeal_id, unread=True, last_at=uow.now)
    row = (
        await uow.execute(sa.select(Appeal.account_id, Appeal.title, Appeal.number).where(Appeal.id == appeal_id))
    ).one()
    living = await uow.scalar(sa.select(Account.id).where(Account.id == row.account_id, Account.deleted_at.is_(None)))
    if living:
        name = f"№ {row.number}" if row.number else f"«{row.title}»"
        uow.enqueue(Notify(ANSWERS.name, f"{topic}: обращение {name}", text, accounts=[row.account_id]))
