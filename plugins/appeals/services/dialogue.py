"""What the author does with an open appeal: he writes, signs what he is asked to sign, withdraws."""

import sqlalchemy as sa

from core.identity.public import limits
from core.ports.files import FilesUnavailable
from core.sdk import INVALID, Context, FieldProblem, Problem, UnitOfWork
from core.signatures.public import SignedDocument, Signer, Verdict, VerifierUnavailable, keep, verify
from plugins.appeals import domain, errors
from plugins.appeals.models import Block, File
from plugins.appeals.public import AppealDocumentsSigned, AppealMessageSent, AppealWithdrawn
from plugins.appeals.schemas.dialogue import AppealMessage, AppealReply, AppealSigned
from plugins.appeals.services import opening
from plugins.appeals.services.access import change, locked, own
from plugins.appeals.services.files import all_of, shown, take
from plugins.appeals.services.forms import party_of
from plugins.appeals.services.sending import check_signatures, decoded_power
from plugins.appeals.services.sources import held_contract
from plugins.appeals.settings import AppealSettings
from plugins.appeals.store import appeals as store
from plugins.appeals.store.appeals import AppealRow, FileRow


async def write(ctx: Context, appeal_id: str, data: AppealReply) -> AppealMessage:
    """Adds the author's message at the end of the dialogue."""
    await own(ctx, appeal_id)
    settings = ctx.settings(AppealSettings)
    async with ctx.uow() as uow:
        row = await locked(uow, appeal_id)
        if row.state != "open" or not row.correspondence:
            raise Problem(errors.CLOSED_CORRESPONDENCE)
        await limits.count(uow, limits.hourly("appeals.messages", ctx.actor.id, settings.messages_per_hour))
        await room(uow, row.id, settings.messages)
        message_id = await opening.say(uow, row.id, "client", data.text)
        files = await take(ctx, uow, row.id, data.files, "client", message=message_id)
        await change(uow, row.id, last_at=uow.now)
        facts = [opening.file_fact(file) for file in files]
        uow.emit(AppealMessageSent(row.id, message_id, data.text, facts, uow.now), subject=row.id)
        return await uow.answer(
            AppealMessage(message_id, True, domain.YOU, data.text, uow.now, [shown(file) for file in files])
        )


async def room(uow: UnitOfWork, appeal_id: str, most: int) -> None:
    """The caller holds the appeal's lock."""
    count = (await uow.execute(store.MESSAGE_COUNT, {"appeal_id": appeal_id})).scalar_one()
    if count >= most:
        raise Problem(errors.DIALOGUE_FULL)


async def withdraw(ctx: Context, appeal_id: str, text: str) -> None:
    """«Отказаться от заявки»: the appeal is closed for good, the company is told, its letter stands in the dialogue."""
    row = await own(ctx, appeal_id)
    kind = ctx.settings(AppealSettings).catalogue.get(row.kind)
    async with ctx.uow() as uow:
        row = await locked(uow, row.id)
        if row.state != "open":
            raise Problem(errors.SENDING if row.state == "sending" else errors.NOT_OPEN)
        if kind and not kind.withdrawable:
            raise Problem(errors.NOT_WITHDRAWABLE)
        await opening.say(uow, row.id, "client", text)
        letter = ctx.settings(AppealSettings).withdrawn.format(number=row.number)
        await opening.say(uow, row.id, "company", letter)
        await close(uow, row.id)
        uow.emit(AppealWithdrawn(row.id, row.number or "", text, uow.now), subject=row.id)
        uow.audit("appeals.withdrawn", row.id)


async def close(uow: UnitOfWork, appeal_id: str) -> None:
    """The appeal is finished."""
    await change(
        uow,
        appeal_id,
        tab="closed",
        state="closed",
        resolution=domain.CLOSED,
        correspondence=False,
        closed_at=uow.now,
        last_at=uow.now,
    )


# ---- «На подписание»
async def sign(ctx: Context, appeal_id: str, data: AppealSigned) -> None:
    """Verifies the signatures of everything that the company asks to be signed, and keeps the evidence."""
    row = await own(ctx, appeal_id)
    if row.state != "open":
        raise Problem(errors.NOT_OPEN)
    documents = await _to_sign(ctx, row)
    if not documents:
        raise Problem(errors.NOTHING_TO_SIGN)
    check_signatures(documents, data.signatures)
    verdicts = await _verdicts(ctx, row, documents, data)
    wrong = [verdict for verdict in verdicts if not verdict.valid]
    if wrong:
        raise Problem(errors.KEY_MISMATCH)
    async with ctx.uow() as uow:
        now = await locked(uow, row.id)
        unsigned = {file.id for file in await all_of(uow, row.id) if not file.evidence_id}
        if now.state != "open" or any(document.id not in unsigned for document in documents):
            raise Problem(errors.CHANGED)
        evidence = await keep(uow, row.account_id, verdicts)
        block_id = await opening.block(uow, row.id, "signed")
        for document, evidence_id in zip(documents, evidence, strict=True):
            await uow.execute(
                sa.update(File).where(File.id == document.id).values(evidence_id=evidence_id, block_id=block_id)
            )
        left = sa.exists().where(File.block_id == Block.id)
        await uow.execute(sa.delete(Block).where(Block.appeal_id == row.id, Block.kind == "to_sign", ~left))
        await change(uow, row.id, last_at=uow.now)
        facts = [opening.file_fact(document) for document in documents]
        uow.emit(AppealDocumentsSigned(row.id, facts, uow.now), subject=row.id)
        uow.audit("appeals.signed", row.id, files=[document.id for document in documents])


async def _to_sign(ctx: Context, row: AppealRow) -> list[FileRow]:
    blocks = {block.id for block in await ctx.reader.all(store.BLOCKS, appeal_id=row.id) if block.kind == "to_sign"}
    files = await ctx.reader.all(store.FILES, appeal_id=row.id)
    return [file for file in files if file.block_id in blocks and file.stored_key]


async def _verdicts(ctx: Context, row: AppealRow, documents: list[FileRow], data: AppealSigned) -> list[Verdict]:
    party = party_of(row)
    held = await held_contract(ctx, row.account_id, row.contract_id) if row.contract_id else None
    inn = party.inn if party else held.inn if held else ""
    if not inn:
        raise Problem(INVALID, errors=[FieldProblem("signatures", errors.CONTRACT_UNKNOWN)])
    signatures = {one.file_id: one.signature.encode() for one in data.signatures}
    signed = [SignedDocument(one.id, one.stored_key, signatures[one.id]) for one in documents]
    try:
        return await verify(ctx, Signer(row.account_id, inn, power=decoded_power(data.power)), signed)
    except (VerifierUnavailable, FilesUnavailable) as error:
        raise Problem(errors.VERIFIER_DOWN) from error
