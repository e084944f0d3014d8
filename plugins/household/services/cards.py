"""The screen of entry: cards of an address, their meters, what is entered and what is said of it."""

from datetime import date

import msgspec

from core.sdk import INVALID, Context, FieldProblem, Page, Problem, containing, decode_cursor, page
from plugins.household import domain, schemas, store
from plugins.household.domain import ZONES, Status, Window
from plugins.household.errors import NO_SCHEDULE, ONE_FILTER
from plugins.household.services import houses
from plugins.household.store import AccountRow, HouseRead, MeterRow

OPTIONS = 50
_TEXTS = msgspec.json.Decoder(list[str])


class Filters(msgspec.Struct, frozen=True):
    """What of an address is shown. Of flat, meter and account at most one."""

    order: schemas.Order = "all"
    shown: schemas.Shown = "all"
    flat: str | None = None
    meter: str | None = None
    account: str | None = None


async def cards(
    ctx: Context, house_id: str | None, filters: Filters, cursor: str | None, limit: int
) -> schemas.HouseholdCards:
    """The cards of an address with their meters: four queries, however many there are."""
    given = [name for name in ("flat", "meter", "account") if getattr(filters, name) is not None]
    if len(given) > 1:
        raise Problem(INVALID, errors=[FieldProblem(name, ONE_FILTER) for name in given])
    house = await houses.chosen(ctx, house_id)
    window = await houses.window(ctx, house.branch)
    month = window.month if window else store.NEVER
    rank, place, flat, after_id = decode_cursor(cursor, int, int, str, str) or (-1, -1, "", "")
    rows = await ctx.reader.all(
        store.ACCOUNTS[filters.order],
        house_id=house.id,
        month=month,
        any_flat=filters.flat is None,
        flat=filters.flat or "",
        any_meter=filters.meter is None,
        meter=filters.meter or "",
        any_account=filters.account is None,
        account=filters.account or "",
        any_state=filters.shown == "all",
        rank=_int32(rank),
        place=_int32(place),
        after_flat=flat,
        after_id=after_id,
        limit=limit + 1,
        **store.viewer(ctx),
    )
    cut = page(rows, limit, lambda row: (row.rank, row.place, row.flat, row.id))
    found = await _meters(ctx, [row.id for row in cut.items], month)
    items = [_card(ctx, house, row, found.get(row.id, []), window) for row in cut.items]
    return await _screen(ctx, house, window, items, cut.next)


def _int32(number: int) -> int:
    return max(min(number, 2**31 - 1), -(2**31))


async def _meters(ctx: Context, account_ids: list[str], month: date) -> dict[str, list[MeterRow]]:
    found: dict[str, list[MeterRow]] = {}
    for row in await ctx.reader.all(store.METERS, account_ids=account_ids, month=month):
        found.setdefault(row.account_id, []).append(row)
    return found


async def _screen(
    ctx: Context, house: HouseRead, window: Window | None, items: list[schemas.HouseholdCard], following: str | None
) -> schemas.HouseholdCards:
    month = window.month if window else store.NEVER
    totals = await ctx.reader.first(store.TOTALS, house_id=house.id, month=month, **store.viewer(ctx))
    assert totals is not None
    waiting = totals.meters - totals.passed_on
    return schemas.HouseholdCards(
        schemas.HouseholdHouse(house.id, house.address),
        totals.meters,
        f"Всего {totals.meters} ПУ",
        waiting,
        f"Ожидают передачи показаний по {waiting} ПУ",
        houses.shown(ctx, window),
        _window_text(window),
        window is not None and window.is_open(ctx.today()) and ctx.actor.email_confirmed,
        items,
        following,
    )


def _window_text(window: Window | None) -> str:
    if window is None:
        return NO_SCHEDULE.ru
    opens, closes = domain.day_text(window.opens_on), domain.day_text(window.closes_on)
    return f"Передача показаний доступна с {opens} по {closes}"


async def options(ctx: Context, house_id: str | None, field: schemas.Field, part: str) -> Page[schemas.HouseholdOption]:
    """The first values of a filter that contain `part`."""
    house = await houses.chosen(ctx, house_id)
    rows = await ctx.reader.all(
        store.OPTIONS[field], house_id=house.id, pattern=containing(part), limit=OPTIONS, **store.viewer(ctx)
    )
    return Page(rows)


# ---- shapes
def _card(
    ctx: Context, house: HouseRead, row: AccountRow, meters: list[MeterRow], window: Window | None
) -> schemas.HouseholdCard:
    return schemas.HouseholdCard(
        row.id,
        f"Квартира {row.flat}" if row.flat else house.address,
        row.flat,
        house.address,
        row.number,
        f"ЛС №{row.number}",
        [meter_item(meter, window, ctx.today()) for meter in meters],
    )


def statuses(row: MeterRow, window: Window | None, today: date) -> tuple[Status | None, ...]:
    """What is said of each zone: by us, or by billing where it has the values."""
    if row.state in ("sending", "transmitted"):
        said = domain.SENDING if row.state == "sending" else domain.TRANSMITTED
        return tuple(None if value is None else said for value in row.values)
    local = domain.judge(row.device, row.values, row.taken_on, window, today).statuses
    if row.state == "refused":
        return tuple(
            domain.refusal(words) if words and status is not None else status
            for words, status in zip(row.refusals, local, strict=True)
        )
    return local


def meter_item(row: MeterRow, window: Window | None, today: date) -> schemas.HouseholdMeterItem:
    """A meter on the wire."""
    discrepancies = _TEXTS.decode(row.discrepancies)
    found = statuses(row, window, today)
    return schemas.HouseholdMeterItem(
        row.id,
        row.number,
        row.model,
        format(row.coefficient, "f"),
        domain.KINDS[row.zones],
        row.digits,
        discrepancies[0] if discrepancies else domain.WORKING if row.works else domain.METER_STATE.text,
        discrepancies,
        [_zone(row, index, found[index]) for index in range(row.zones)],
        row.taken_on,
        domain.day_text(row.taken_on) if row.taken_on else "",
        row.state not in ("sending", "transmitted"),
    )


def _zone(row: MeterRow, index: int, status: Status | None) -> schemas.HouseholdZone:
    before, value = row.device.previous[index], row.values[index]
    return schemas.HouseholdZone(
        ZONES[index],
        None if before is None else format(before, "f"),
        "" if before is None else domain.previous_text(before, row.digits, row.before_month, row.before_on),
        None if value is None else format(value, "f"),
        None if status is None else status_shown(status),
    )


def status_shown(status: Status) -> schemas.HouseholdStatus:
    """A status on the wire; every one has a hint."""
    return schemas.HouseholdStatus(
        status.code, status.text, status.severity, status.hint or status.text, status.in_billing, status.stage
    )
