"""Who may do what with a file: every step asks for the importer's permission on the file's contract."""

from dataclasses import replace
from typing import Any

from core.errors import EMAIL_NOT_CONFIRMED, FIELD_CHOICE, ROLE_FORBIDS
from core.imports import store
from core.imports.errors import NOT_ADMITTED, PERMISSION_GONE
from core.imports.store import ImportRow
from core.sdk import (
    FIELD_FORMAT,
    FIELD_REQUIRED,
    INVALID,
    NOT_FOUND,
    Actor,
    Context,
    FieldProblem,
    Grant,
    Importer,
    Problem,
)

AnyImporter = Importer[Any]


def importer_of(ctx: Context, kind: str) -> AnyImporter | None:
    """The importer of a kind; None when its plugin is not running."""
    return next((importer for importer in ctx.declared(Importer) if importer.name == kind), None)


def importer_asked(ctx: Context, kind: str) -> AnyImporter:
    """The importer that a caller names."""
    importer = importer_of(ctx, kind)
    if importer is None:
        raise Problem(INVALID, errors=[FieldProblem("kind", FIELD_CHOICE)])
    return importer


async def at_place(ctx: Context, importer: AnyImporter, contract_id: str) -> Context:
    """The caller's context for files of a kind: with his grant on the contract, or as himself."""
    if importer.of_account and not contract_id:
        return ctx
    if importer.of_account or not contract_id:
        wrong = FIELD_FORMAT if importer.of_account else FIELD_REQUIRED
        raise Problem(INVALID, errors=[FieldProblem("contract_id", wrong)])
    return await on_contract(ctx, contract_id)


async def on_contract(ctx: Context, contract_id: str) -> Context:
    """The caller's context with his grant on a contract. A foreign contract is a missing one."""
    granted = replace(ctx, grant=await _grant(ctx, ctx.actor.id, contract_id))
    if granted.grant is None:
        raise Problem(NOT_FOUND)
    return granted


def require(ctx: Context, importer: AnyImporter, *, sending: bool = False) -> None:
    """The permission of the importer on the contract of the grant; whoever sends has confirmed his address, too."""
    if not importer.of_account and not holds(ctx, importer):
        raise Problem(ROLE_FORBIDS, role=ctx.granted.role)
    if sending and not ctx.actor.email_confirmed:
        raise Problem(EMAIL_NOT_CONFIRMED)


def holds(ctx: Context, importer: AnyImporter) -> bool:
    """Whether the role of the grant has the importer's permission."""
    return ctx.granted.role in ctx.runtime.permissions[importer.permission]


async def admit(ctx: Context, importer: AnyImporter) -> None:
    """Raises Problem with the importer's words while it takes no files for the contract."""
    try:
        await importer.admit(ctx)
    except Problem as problem:
        reason = problem.kind.text(ctx.language, problem.params)
        raise Problem(NOT_ADMITTED, reason=reason, reason_code=problem.kind.code) from problem


async def found(ctx: Context, import_id: str, *, sending: bool = False) -> tuple[ImportRow, AnyImporter, Context]:
    """A file that the caller may see, its importer, and his context on the contract."""
    row = await ctx.reader.first(store.IMPORT, import_id=import_id)
    importer = None if row is None else importer_of(ctx, row.kind)
    if row is None or importer is None:
        raise Problem(NOT_FOUND)
    if importer.of_account:
        if row.account_id != ctx.actor.id:
            raise Problem(NOT_FOUND)
        require(ctx, importer, sending=sending)
        return row, importer, ctx
    granted = await on_contract(ctx, row.contract_id)
    if row.account_id != ctx.actor.id and (row.partial or granted.granted.objects is not None):
        raise Problem(NOT_FOUND)
    require(granted, importer, sending=sending)
    return row, importer, granted


async def as_author(ctx: Context, row: ImportRow, importer: AnyImporter) -> Context:
    """A job's context with the author and his grant of this moment. Raises Problem when he may not send any more."""
    actor = Actor("client", row.account_id)
    if importer.of_account:
        return replace(ctx, actor=actor)
    author = replace(ctx, actor=actor, grant=await _grant(ctx, row.account_id, row.contract_id))
    if author.grant is None or not holds(author, importer):
        raise Problem(PERMISSION_GONE)
    return author


async def _grant(ctx: Context, account_id: str, contract_id: str) -> Grant | None:
    key = {"account_id": account_id, "contract_id": contract_id}
    row = await ctx.reader.first(store.GRANT, **key)
    if row is None:
        return None
    objects = None if row.all_objects else tuple(await ctx.reader.all(store.GRANTED_OBJECTS, **key))
    return Grant(contract_id, row.role, objects)
