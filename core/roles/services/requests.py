"""A client asks for «Администратор»; staff answers in the dialogue, grants or refuses."""

from collections.abc import AsyncIterator

import sqlalchemy as sa

from core.contracts.public import ADMINISTRATOR_EXISTS, administrator, hold
from core.notifications.public import SendLetter
from core.ports.files import Files, Stored
from core.roles import errors, schemas, store
from core.roles.letters import ANSWERED
from core.roles.models import Request, RequestFile, RequestMessage
from core.roles.settings import OwnRequestsSettings, RoleSettings
from core.sdk import (
    ADMINISTRATOR,
    NOT_FOUND,
    ROLES,
    AdapterHost,
    Context,
    Page,
    Problem,
    UnitOfWork,
    decode_cursor,
    new_id,
    page,
)

INITIAL_ROLE = ROLES[1]
"""What everybody begins with (ROL-07)."""
TOPIC, SECTION = "ЛКК ЮЛ", "Права доступа"
"""What the form «Направить обращение» is filled with (ROL-27)."""


class OwnRequests:
    """Requests of «Администратор» kept by the core itself: the adapter `roles` of `administrator_requests`."""

    async def ask(self, ctx: Context, contract_id: str, text: str) -> schemas.RoleRequestItem:
        return await ask(ctx, contract_id, text)

    async def close(self) -> None:
        """Holds nothing."""


def make_own_requests(settings: OwnRequestsSettings, host: AdapterHost) -> OwnRequests:
    """The adapter."""
    return OwnRequests()


# ---- the client
async def ask(ctx: Context, contract_id: str, text: str) -> schemas.RoleRequestItem:
    """Asks for the role on a contract. Nothing changes by the request alone."""
    async with ctx.uow() as uow:
        if await uow.scalar(administrator(contract_id)) is not None:
            raise Problem(ADMINISTRATOR_EXISTS)
        request_id = new_id()
        made = await uow.execute(
            uow.upsert(Request)
            .values(
                id=request_id,
                account_id=ctx.actor.id,
                contract_id=contract_id,
                topic=TOPIC,
                section=SECTION,
                state="open",
                created_at=uow.now,
            )
            .on_conflict_do_nothing()
        )
        if made.rowcount == 0:
            raise Problem(errors.REQUEST_OPEN)
        await _say(uow, request_id, ctx.actor.id, text, by_staff=False)
        uow.audit("roles.requested", contract_id, request=request_id)
        number = str(await uow.scalar(store.contract_number(contract_id)))
        item = schemas.RoleRequestItem(request_id, contract_id, number, TOPIC, SECTION, "open", uow.now, None)
        return await uow.answer(item)


async def own(ctx: Context, cursor: str | None, limit: int) -> Page[schemas.RoleRequestItem]:
    """The caller's requests, the newest first."""
    (before,) = decode_cursor(cursor, str) or ("",)
    rows = await ctx.reader.all(
        store.OWN_REQUESTS, account_id=ctx.actor.id, first=not before, before=before, limit=limit + 1
    )
    return page(rows, limit, lambda row: (row.id,))


async def own_details(ctx: Context, request_id: str) -> schemas.RoleRequestDetails:
    """A request of the caller with its dialogue."""
    row = await _own(ctx, request_id)
    messages, files = await _dialogue(ctx, request_id)
    item = {name: getattr(row, name) for name in schemas.RoleRequestItem.__struct_fields__}
    return schemas.RoleRequestDetails(**item, messages=messages, files=files)


async def reply(ctx: Context, request_id: str, text: str) -> schemas.RoleRequestMessage:
    """The caller says more about his open request."""
    await _own(ctx, request_id)
    async with ctx.uow() as uow:
        await _open(uow, request_id)
        await _room(uow, RequestMessage, request_id, ctx.settings(RoleSettings).request_messages)
        await _say(uow, request_id, ctx.actor.id, text, by_staff=False)
        return await uow.answer(schemas.RoleRequestMessage(False, text, uow.now))


async def attach(ctx: Context, request_id: str, name: str, content: AsyncIterator[bytes]) -> schemas.RoleRequestFile:
    """The caller adds a file to his open request; the same file sent again is there once."""
    await _own(ctx, request_id)
    stored = await ctx.port(Files).put(f"roles/requests/{new_id()}", content)
    try:
        async with ctx.uow() as uow:
            await _open(uow, request_id)  # locks the request: of two copies at once the second finds the first
            known = await uow.scalar(store.same_file(request_id, name, stored.sha256))
            file_id = known or await _keep(ctx, uow, request_id, name, stored)
    except Problem:
        await ctx.port(Files).delete(stored.key)
        raise
    if known is not None:
        await ctx.port(Files).delete(stored.key)
    return schemas.RoleRequestFile(file_id, name, stored.size)


async def _keep(ctx: Context, uow: UnitOfWork, request_id: str, name: str, stored: Stored) -> str:
    await _room(uow, RequestFile, request_id, ctx.settings(RoleSettings).request_files)
    file_id = new_id()
    await uow.execute(
        sa.insert(RequestFile).values(
            id=file_id,
            request_id=request_id,
            name=name,
            stored_key=stored.key,
            size=stored.size,
            sha256=stored.sha256,
            created_at=uow.now,
        )
    )
    return file_id


async def _own(ctx: Context, request_id: str) -> store.RequestRow:
    row = await ctx.reader.first(store.REQUEST, request_id=request_id)
    if row is None or row.account_id != ctx.actor.id:
        raise Problem(NOT_FOUND)
    return row


# ---- staff
async def queue(ctx: Context, state: str, cursor: str | None, limit: int) -> Page[schemas.RoleRequestItem]:
    """Requests in a state, the oldest first."""
    (after,) = decode_cursor(cursor, str) or ("",)
    rows = await ctx.reader.all(store.QUEUE, state=state, after=after, limit=limit + 1)
    return page(rows, limit, lambda row: (row.id,))


async def details(ctx: Context, request_id: str) -> schemas.RoleRequestForStaff:
    """A request with its dialogue and who asks."""
    row = await ctx.reader.first(store.REQUEST, request_id=request_id)
    if row is None:
        raise Problem(NOT_FOUND)
    messages, files = await _dialogue(ctx, request_id)
    item = {name: getattr(row, name) for name in schemas.RoleRequestItem.__struct_fields__}
    return schemas.RoleRequestForStaff(
        **item,
        messages=messages,
        files=files,
        account_id=row.account_id,
        email=row.email,
        name=f"{row.surname} {row.given_name}".strip(),
    )


async def answer(ctx: Context, request_id: str, text: str) -> schemas.RoleRequestMessage:
    """Staff writes to the client, for example for more documents."""
    row = await _known(ctx, request_id)
    async with ctx.uow() as uow:
        await _open(uow, request_id)
        await _say(uow, request_id, ctx.actor.id, text, by_staff=True)
        await _letter(uow, row)
        return await uow.answer(schemas.RoleRequestMessage(True, text, uow.now))


async def decide(ctx: Context, request_id: str, data: schemas.RoleDecision) -> None:
    """Grants the role or refuses it; the text is the last message of the dialogue."""
    row = await _known(ctx, request_id)
    async with ctx.uow() as uow:
        await _open(uow, request_id)
        if data.decision == "grant":
            await make_administrator(uow, row.account_id, row.contract_id)
        state = "granted" if data.decision == "grant" else "refused"
        await uow.execute(sa.update(Request).where(Request.id == request_id).values(state=state, closed_at=uow.now))
        await _say(uow, request_id, ctx.actor.id, data.text, by_staff=True)
        await _letter(uow, row)
        uow.audit(f"roles.request_{state}", row.contract_id, request=request_id, account=row.account_id)


async def make_administrator(uow: UnitOfWork, account_id: str, contract_id: str) -> None:
    """Makes somebody who holds the contract its «Администратор»."""
    if await uow.scalar(store.holds(account_id, contract_id)) is None:
        raise Problem(errors.NOT_HELD)
    await hold(uow, account_id, contract_id, ADMINISTRATOR, None)


async def _known(ctx: Context, request_id: str) -> store.RequestRow:
    row = await ctx.reader.first(store.REQUEST, request_id=request_id)
    if row is None:
        raise Problem(NOT_FOUND)
    return row


# ---- both
async def file(ctx: Context, request_id: str, file_id: str, *, own_only: bool) -> tuple[str, int, AsyncIterator[bytes]]:
    """Name, size and content of a file of a request."""
    if own_only:
        await _own(ctx, request_id)
    row = await ctx.reader.first(store.FILE, request_id=request_id, file_id=file_id)
    if row is None:
        raise Problem(NOT_FOUND)
    return row.name, row.size, ctx.port(Files).get(row.stored_key)


async def _dialogue(
    ctx: Context, request_id: str
) -> tuple[list[schemas.RoleRequestMessage], list[schemas.RoleRequestFile]]:
    messages = await ctx.reader.all(store.MESSAGES, request_id=request_id)
    return messages, await ctx.reader.all(store.FILES, request_id=request_id)


async def _open(uow: UnitOfWork, request_id: str) -> None:
    row = await uow.one(store.open_request(request_id))
    if row is None or row.state != "open":
        raise Problem(errors.REQUEST_CLOSED)


async def _room(
    uow: UnitOfWork, table: type[RequestMessage] | type[RequestFile], request_id: str, allowed: int
) -> None:
    """The caller has locked the request."""
    if await uow.scalar(store.rows_of(table, request_id)) >= allowed:
        raise Problem(errors.REQUEST_FULL)


async def _say(uow: UnitOfWork, request_id: str, author: str, text: str, *, by_staff: bool) -> None:
    await uow.execute(
        sa.insert(RequestMessage).values(
            id=new_id(), request_id=request_id, by_staff=by_staff, author=author, text=text, created_at=uow.now
        )
    )


async def _letter(uow: UnitOfWork, row: store.RequestRow) -> None:
    uow.enqueue(SendLetter(ANSWERED.name, row.email, {"contract": f"№ {row.contract_number}"}))


async def grant(ctx: Context, contract_id: str, account_id: str) -> None:
    """Makes somebody «Администратор» without a request, after a check of his authority on paper."""
    async with ctx.uow() as uow:
        await make_administrator(uow, account_id, contract_id)
        uow.audit("roles.administrator_made", contract_id, account=account_id)


async def strip(ctx: Context, contract_id: str) -> None:
    """Takes «Администратор» away; nobody else is promoted."""
    async with ctx.uow() as uow:
        account_id = await uow.scalar(administrator(contract_id))
        if account_id is None:
            raise Problem(NOT_FOUND)
        await hold(uow, account_id, contract_id, INITIAL_ROLE, None)
        uow.audit("roles.administrator_stripped", contract_id, account=account_id)


async def forget(uow: UnitOfWork, account_id: str) -> None:
    """Erases what an account said and sent in its requests; that it asked, and what was decided, remains."""
    own = sa.select(Request.id).where(Request.account_id == account_id)
    files = await uow.execute(
        sa.delete(RequestFile).where(RequestFile.request_id.in_(own)).returning(RequestFile.stored_key)
    )
    keys = list(files.scalars())
    await uow.execute(sa.update(RequestMessage).where(RequestMessage.request_id.in_(own)).values(text=""))
    if keys:
        uow.enqueue(schemas.ForgetFiles(keys))
