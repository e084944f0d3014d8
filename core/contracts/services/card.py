"""The contract's card: sections on the screen, sheets in its workbook."""

from datetime import date
from typing import IO

from core.contracts import schemas, store
from core.contracts.services.links import actions
from core.sdk import (
    NOT_FOUND,
    CardBlock,
    CardField,
    CardSection,
    Cell,
    Context,
    Problem,
    Sheet,
    workbook,
)

_SIGNATURES = {"pep": "ПЭП", "kep": "КЭП", None: None}
_KINDS = {True: "по сообщению", False: "по прибору"}
_DEVICE_COLUMNS = [
    "Номер ЭО",
    "Энергообъект",
    "Адрес",
    "Точка учёта",
    "Учёт",
    "Код ИК",
    "Номер ПУ",
    "Модель",
    "Шкалы",
    "Расчётный коэффициент",
    "Потери, %",
    "Значность",
    "Дата установки",
    "Поверен до",
]


async def details(ctx: Context) -> schemas.ContractDetails:
    """Information on the contract of the path, with all sections."""
    grant = ctx.granted
    row = await _contract(ctx)
    shown = {name: getattr(row, name) for name in schemas.ContractDetails.__struct_fields__ if hasattr(row, name)}
    sections = [_shown(section, await section.build(ctx)) for section in ctx.declared(CardSection)]
    return schemas.ContractDetails(**shown, role=grant.role, actions=actions(ctx, grant.role), sections=sections)


async def export(ctx: Context) -> tuple[str, IO[bytes]]:
    """The same sections as a workbook, a sheet each; its name and content."""
    number = (await _contract(ctx)).number
    sheets = [_sheet(section.title, await section.build(ctx)) for section in ctx.declared(CardSection)]
    return f"Договор {number}.xlsx", await workbook(sheets)


async def _contract(ctx: Context) -> store.ContractRow:
    row = await ctx.reader.first(store.CONTRACT, contract_id=ctx.granted.contract_id)
    if row is None:
        raise Problem(NOT_FOUND)
    return row


def _shown(section: CardSection, block: CardBlock) -> schemas.ContractSection:
    return schemas.ContractSection(
        section.name,
        section.title,
        [schemas.ContractSectionField(field.title, _text(field.value)) for field in block.fields],
        block.columns,
        [[_text(value) for value in row] for row in block.rows],
    )


def _text(value: Cell) -> str | None:
    if value is None:
        return None
    return value.isoformat() if isinstance(value, date) else str(value)


def _sheet(title: str, block: CardBlock) -> Sheet:
    rows: list[list[Cell]] = [[field.title, field.value] for field in block.fields]
    if block.columns:
        rows += [[], [*block.columns]] if rows else [[*block.columns]]
    return Sheet(title, [*rows, *block.rows], widths=[28, 40, *[18] * max(0, len(block.columns) - 2)])


# ---- the core's own sections
async def requisites(ctx: Context) -> CardBlock:
    """Information on the contract, requisites and contact data."""
    row = await _contract(ctx)
    return CardBlock(
        [
            CardField("Номер договора", row.number),
            CardField("Дата договора", row.signed_on),
            CardField("Дата расторжения", row.closed_on),
            CardField("Наименование", row.name),
            CardField("ИНН", row.inn),
            CardField("КПП", row.kpp),
            CardField("Отделение", row.branch or None),
            CardField("Электронный документооборот", _SIGNATURES[row.signature]),
        ]
    )


async def contact_data(ctx: Context) -> CardBlock:
    """Contact data of the party."""
    row = await _contract(ctx)
    emails = await ctx.reader.all(store.EMAILS, contract_id=row.id)
    return CardBlock(
        [
            CardField("Адрес", row.address or None),
            CardField("Телефон", row.phone or None),
            CardField("Электронная почта", ", ".join(emails) or None),
        ]
    )


async def bank_details(ctx: Context) -> CardBlock:
    """Bank requisites of the party."""
    row = await _contract(ctx)
    return CardBlock(
        [
            CardField("Банк", row.bank or None),
            CardField("Расчётный счёт", row.bank_account or None),
            CardField("Корреспондентский счёт", row.correspondent_account or None),
            CardField("БИК", row.bic or None),
        ]
    )


async def devices(ctx: Context) -> CardBlock:
    """Metering points and devices that the caller's role covers, with technical and settlement characteristics."""
    grant = ctx.granted
    rows = await ctx.reader.all(
        store.DEVICES,
        contract_id=grant.contract_id,
        everything=grant.objects is None,
        objects=list(grant.objects or ()),
        today=ctx.today(),
    )
    return CardBlock(columns=_DEVICE_COLUMNS, rows=[_device(row) for row in rows])


def _device(row: store.DeviceRow) -> list[Cell]:
    point: list[Cell] = [row.object_number, row.object_name, row.address, row.point, _KINDS[row.by_message]]
    if row.meter is None:
        return [*point, row.complex_code or None, *[None] * (len(_DEVICE_COLUMNS) - len(point) - 1)]
    return [
        *point,
        row.complex_code or None,
        row.meter,
        row.model or None,
        row.registers,
        row.coefficient,
        row.loss_percent,
        row.digits,
        row.installed_on,
        row.verified_until,
    ]


SECTIONS = (
    CardSection("contracts.requisites", "Информация по договору", requisites),
    CardSection("contracts.contact_data", "Контактные данные", contact_data),
    CardSection("contracts.bank_details", "Банковские реквизиты", bank_details),
    CardSection("contracts.devices", "Приборы учёта", devices),
)
