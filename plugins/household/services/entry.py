"""Entry by hand: a value is checked, stored and gets its status, field by field."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from msgspec import UNSET

from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Problem, UnitOfWork
from plugins.household import domain, schemas, store
from plugins.household.domain import Device, Values, Window
from plugins.household.errors import NUMBER_FORMAT, TRANSMITTED, ZONE_ABSENT
from plugins.household.models import HouseholdEntry
from plugins.household.services import cards, houses
from plugins.household.settings import HouseholdSettings
from plugins.household.store import MeterRow

KEY = ("meter_id", "month")


async def enter(ctx: Context, meter_id: str, wanted: schemas.HouseholdReadingInput) -> schemas.HouseholdMeterItem:
    """Stores what is entered for a meter and says what the check makes of it. Raises Problem.

    Whoever writes the entries of a house holds the house, so that nobody changes what is being sent.
    """
    place = await ctx.reader.first(store.BRANCH_OF, meter_id=meter_id, **store.viewer(ctx))
    if place is None:
        raise Problem(NOT_FOUND)
    house_id, branch = place
    async with ctx.uow() as uow:
        await hold(uow, house_id)
        window = await houses.window_within(ctx, uow, branch)
        row = await meter(uow, meter_id, window.month)
        if row.state in ("sending", "transmitted"):
            raise Problem(TRANSMITTED)
        values = _merged(ctx, row, wanted)
        taken_on = (row.taken_on or ctx.today()) if wanted.taken_on is UNSET else wanted.taken_on
        if not any(value is not None for value in values):
            await _clear(uow, meter_id, window.month)
        elif (values, taken_on) != (row.values, row.taken_on):
            record = entry_row(row.house_id, meter_id, row.device, values, taken_on, window, ctx.today(), uow.now)
            await uow.put(HouseholdEntry, KEY, [record])
        return cards.meter_item(await meter(uow, meter_id, window.month), window, ctx.today())


async def hold(uow: UnitOfWork, house_id: str) -> None:
    """Keeps others from writing the entries of a house until the commit."""
    await uow.lock(f"household:{house_id}")


async def meter(uow: UnitOfWork, meter_id: str, month: date) -> MeterRow:
    """A meter with what is entered for a month, within a transaction."""
    row = await uow.one(store.ONE_METER.statement, {"meter_id": meter_id, "month": month})  # type: ignore[arg-type]
    assert row is not None
    return MeterRow(*row)


def entry_row(
    house_id: str,
    meter_id: str,
    device: Device,
    values: Values,
    taken_on: date,
    window: Window,
    today: date,
    now: datetime,
    import_id: str | None = None,
) -> dict[str, Any]:
    """The columns of a freshly entered reading."""
    judgement = domain.judge(device, values, taken_on, window, today)
    return {
        "meter_id": meter_id,
        "month": window.month,
        "house_id": house_id,
        "t1": values[0],
        "t2": values[1],
        "t3": values[2],
        "taken_on": taken_on,
        "state": "entered",
        "ready": judgement.ready(device.zones),
        "faulty": judgement.faulty,
        "import_id": import_id,
        "changed_at": now,
        "fact_id": None,
        "refused_t1": "",
        "refused_t2": "",
        "refused_t3": "",
    }


def _merged(ctx: Context, row: MeterRow, wanted: schemas.HouseholdReadingInput) -> Values:
    """The values with those that are given. Raises Problem naming every wrong field."""
    decimals = ctx.settings(HouseholdSettings).decimals
    values: list[Decimal | None] = list(row.values)
    wrong = []
    for index, given in enumerate((wanted.t1, wanted.t2, wanted.t3)):
        if given is UNSET:
            continue
        field = f"t{index + 1}"
        if given is None:
            values[index] = None
        elif index >= row.zones:
            wrong.append(FieldProblem(field, ZONE_ABSENT))
        elif (value := domain.parsed(given, decimals)) is None:
            wrong.append(FieldProblem(field, NUMBER_FORMAT, {"decimals": decimals}))
        else:
            values[index] = value
    if wrong:
        raise Problem(INVALID, errors=wrong)
    return (values[0], values[1], values[2])


async def _clear(uow: UnitOfWork, meter_id: str, month: date) -> None:
    await uow.execute(
        sa.delete(HouseholdEntry).where(HouseholdEntry.meter_id == meter_id, HouseholdEntry.month == month)
    )
