"""The catalogue: shown to clients, maintained by staff and by the exchange."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa

from core.forms.public import Option, step_schema
from core.identity.public import contact
from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Page, Problem, RowError, UnitOfWork
from plugins.services import domain, errors, schemas, store
from plugins.services.models import Service
from plugins.services.permissions import ORDER
from plugins.services.settings import ServicesSettings
from plugins.services.store import FIELDS, ServiceLine

BAD_FORM = RowError(errors.BAD_FORM.code, "fields", errors.BAD_FORM.ru)
_KOPECKS = Decimal("0.01")


# ---- by clients
async def listed(ctx: Context) -> Page[schemas.ServiceItem]:
    """What may be ordered, in the company's order."""
    rows = await ctx.reader.all(store.CATALOGUE, all=False)
    return Page([schemas.ServiceItem(row.id, row.name, price_of(row.price, row.price_from)) for row in rows])


async def card(ctx: Context, service_id: str) -> schemas.ServiceCard:
    """A service with its form, filled with what is known of the caller."""
    row = await offered(ctx, service_id)
    settings, step = ctx.settings(ServicesSettings), domain.form_of(FIELDS.decode(row.fields))
    choices = {domain.CONTRACT: await contracts(ctx)}
    url = row.link or settings.link
    return schemas.ServiceCard(
        row.id,
        row.name,
        row.description,
        price_of(row.price, row.price_from),
        row.note or settings.note,
        schemas.ServiceLink(settings.link_title, url) if url else None,
        step.fields,
        choices,
        await _defaults(ctx, choices[domain.CONTRACT]),
        step_schema(step, choices),
    )


async def offered(ctx: Context, service_id: str) -> ServiceLine:
    """A service that may be ordered; one that is switched off is a missing one."""
    row = await ctx.reader.first(store.SERVICE, service_id=service_id)
    if row is None or not row.active:
        raise Problem(NOT_FOUND)
    return row


async def contracts(ctx: Context) -> list[Option]:
    """The contracts for which the caller may order."""
    rows = await ctx.reader.all(store.OFFERED_CONTRACTS, **ctx.visible(ORDER.name))
    return [Option(contract_id, number, {"name": name}) for contract_id, number, name in rows]


async def _defaults(ctx: Context, offered_contracts: Sequence[Option]) -> dict[str, Any]:
    known = await contact(ctx, ctx.actor.id)
    if known is None:
        return {}
    name = " ".join(filter(None, (known.surname, known.given_name, known.patronymic)))
    found = {domain.NAME: name, domain.EMAIL: known.email, domain.PHONE: known.phone}
    if len(offered_contracts) == 1:
        found[domain.CONTRACT] = offered_contracts[0].value
    return {field: value for field, value in found.items() if value}


def price_of(amount: Decimal, at_least: bool) -> schemas.ServicePrice:
    """A price as clients see it."""
    return schemas.ServicePrice(str(amount.quantize(_KOPECKS)), at_least, domain.price_text(amount, at_least))


# ---- by staff
async def entries(ctx: Context) -> Page[schemas.ServiceEntry]:
    """All services, those that are switched off included."""
    return Page([_entry(row) for row in await ctx.reader.all(store.CATALOGUE, all=True)])


async def entry(ctx: Context, service_id: str) -> schemas.ServiceEntry:
    """A service as it is maintained."""
    row = await ctx.reader.first(store.SERVICE, service_id=service_id)
    if row is None:
        raise Problem(NOT_FOUND)
    return _entry(row)


async def add(ctx: Context, data: schemas.ServiceNew) -> schemas.ServiceEntry:
    """A new service."""
    _check(data)
    async with ctx.uow() as uow:
        await uow.lock(f"services:{data.id}")
        if await store.service(uow, data.id) is not None:
            raise Problem(errors.TAKEN)
        await uow.execute(sa.insert(Service).values(row_of(data.id, data)))
        uow.audit("services.added", data.id)
        return await uow.answer(schemas.ServiceEntry(**_plain(data)))


async def change(ctx: Context, service_id: str, data: schemas.ServiceForm) -> schemas.ServiceEntry:
    """Changes a service, or switches it off or on; orders keep what they were placed with."""
    _check(data)
    async with ctx.uow() as uow:
        if await store.service(uow, service_id) is None:
            raise Problem(NOT_FOUND)
        await uow.execute(sa.update(Service).where(Service.id == service_id).values(row_of(service_id, data)))
        uow.audit("services.changed", service_id, active=data.active)
    return schemas.ServiceEntry(id=service_id, **_plain(data))


def _check(data: schemas.ServiceForm) -> None:
    wrong = domain.wrong_field(data.fields)
    if wrong is not None:
        raise Problem(INVALID, errors=[FieldProblem(f"fields[{wrong}]", errors.BAD_FORM)])


def _plain(data: schemas.ServiceForm) -> dict[str, Any]:
    return {name: getattr(data, name) for name in data.__struct_fields__}


def _entry(row: ServiceLine) -> schemas.ServiceEntry:
    return schemas.ServiceEntry(
        id=row.id,
        name=row.name,
        description=row.description,
        price=str(row.price.quantize(_KOPECKS)),
        price_from=row.price_from,
        fields=FIELDS.decode(row.fields),
        note=row.note,
        link=row.link,
        active=row.active,
        sort=row.sort,
    )


def row_of(service_id: str, data: schemas.ServiceForm) -> dict[str, Any]:
    """A service as it is stored."""
    return {
        **_plain(data),
        "id": service_id,
        "price": Decimal(data.price).quantize(_KOPECKS),
        "fields": msgspec.json.encode(data.fields),
    }


# ---- by the exchange
async def load(uow: UnitOfWork, rows: Sequence[schemas.ServiceRow]) -> list[RowError | None]:
    """Sets services."""
    answers = [BAD_FORM if domain.wrong_field(row.fields) is not None else None for row in rows]
    good = {row.id: row_of(row.id, row) for row, error in zip(rows, answers, strict=True) if error is None}
    await uow.put(Service, ("id",), list(good.values()))
    return answers
