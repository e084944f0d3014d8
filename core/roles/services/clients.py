"""Staff finds the client whose authority it has checked. Who was looked for by whom is on record."""

import msgspec

from core.identity.public import folded_name, normal_email, normal_phone
from core.roles import errors, schemas, store
from core.sdk import (
    FIELD_FORMAT,
    INVALID,
    NOT_FOUND,
    Context,
    ErrorKind,
    FieldProblem,
    Page,
    Problem,
    Query,
    decode_cursor,
    page,
)


class Wanted(msgspec.Struct, frozen=True):
    """What staff knows of a client: one of these."""

    email: str | None = None
    phone: str | None = None
    name: str | None = None
    """How the full name begins, surname first, in any case."""
    contract: str | None = None
    """The number of a contract that the client holds."""


async def find(ctx: Context, wanted: Wanted, cursor: str | None, limit: int) -> Page[schemas.RoleClient]:
    """Live client accounts that fit, by name."""
    by, query, params = _search(wanted)
    after_name, after_id = decode_cursor(cursor, str, str) or (params.get("prefix", ""), "")
    rows = await ctx.reader.all(query, **params, after_name=after_name, after_id=after_id, limit=limit + 1)
    cut = page(rows, limit, lambda row: (row.folded_name, row.account_id))
    async with ctx.uow() as uow:
        uow.audit("roles.clients_searched", ctx.actor.id, by=by, found=len(cut.items))
        for row in cut.items:
            uow.audit("roles.client_found", row.account_id, by=by)
    return Page([_client(row) for row in cut.items], cut.next)


def _search(wanted: Wanted) -> tuple[str, Query[store.ClientRow], dict[str, str]]:
    given = {name: value for name in wanted.__struct_fields__ if (value := getattr(wanted, name)) is not None}
    if len(given) != 1:
        named = given or wanted.__struct_fields__
        raise Problem(INVALID, errors=[FieldProblem(name, errors.SEARCH_BY_ONE) for name in named])
    [(by, text)] = given.items()
    if by == "contract":
        return by, store.CLIENTS_OF_CONTRACT, {"number": text.strip()}
    if by == "email":
        return by, store.CLIENT_BY_EMAIL, {"email": _normal(by, normal_email(text.strip()), errors.EMAIL_MALFORMED)}
    if by == "phone":
        return by, store.CLIENTS_BY_PHONE, {"phone": _normal(by, normal_phone(text.strip()), FIELD_FORMAT)}
    name = folded_name(text)
    return by, store.CLIENTS_BY_NAME, {"prefix": _normal(by, name if len(name) > 1 else None, FIELD_FORMAT)}


def _normal(field: str, value: str | None, refusal: ErrorKind) -> str:
    if value is None:
        raise Problem(INVALID, errors=[FieldProblem(field, refusal)])
    return value


def _client(row: store.ClientRow) -> schemas.RoleClient:
    name = " ".join(part for part in (row.surname, row.given_name, row.patronymic) if part)
    return schemas.RoleClient(row.account_id, row.email, name, row.contracts)


async def contracts(ctx: Context, account_id: str, cursor: str | None, limit: int) -> Page[schemas.RoleClientContract]:
    """The contracts that a live client holds, by number."""
    if await ctx.reader.first(store.CLIENT_ID, account_id=account_id) is None:
        raise Problem(NOT_FOUND)
    number, contract_id = decode_cursor(cursor, str, str) or ("", "")
    rows = await ctx.reader.all(
        store.CLIENT_CONTRACTS, account_id=account_id, number=number, contract_id=contract_id, limit=limit + 1
    )
    async with ctx.uow() as uow:
        uow.audit("roles.client_contracts_read", account_id)
    return page(rows, limit, lambda row: (row.number, row.contract_id))
