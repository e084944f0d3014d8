"""«Передать показания»: what is ready becomes facts for billing, house by house, and billing's answers come back.

The order is stored first; a job makes the facts, each in the transaction that marks its entry, so that none is lost or
made twice wherever the job is killed. Facts wait in the feed while billing is away; a transmission then ends without
them, and their answers still count whenever they come.
"""

from datetime import timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from core.imports.public import one as import_of
from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Problem, UnitOfWork, finishing, new_id
from plugins.household import domain, schemas, store
from plugins.household.domain import ZONES, Window
from plugins.household.errors import HOUSE_NEEDED, TRANSMITTING
from plugins.household.models import HouseholdEntry, HouseholdSent, HouseholdTransmission
from plugins.household.public import HouseholdSubmitted, HouseholdValue
from plugins.household.services import houses
from plugins.household.services.entry import hold
from plugins.household.services.files import KIND
from plugins.household.settings import HouseholdSettings
from plugins.household.store import MeterRow
from plugins.household.store import transmitting as sent_store
from plugins.household.store.transmitting import Ready, Standing, TransmissionRow

_BATCH = 1000


class Transmit(msgspec.Struct, frozen=True):
    """Make facts of what is ready in the scope of a transmission."""

    transmission_id: str


class _Scope(msgspec.Struct, frozen=True):
    house_id: str | None
    import_id: str | None


# ---- the order
async def start(ctx: Context, wanted: schemas.HouseholdScope) -> schemas.HouseholdTransmissionItem:
    """Orders the transmission of an address or of a file. Raises Problem outside of the period."""
    scope = await _scope(ctx, wanted)
    standing = await _standing(ctx, scope, store.viewer(ctx))
    transmission_id = new_id()
    async with ctx.uow() as uow:
        await uow.lock(f"household:transmission:{scope.house_id or scope.import_id}")
        if await uow.one(sent_store.UNCOLLECTED.statement, _uncollected(ctx, scope)):  # type: ignore[arg-type]
            raise Problem(TRANSMITTING)
        await uow.execute(
            sa.insert(HouseholdTransmission).values(
                id=transmission_id,
                client_id=ctx.actor.id,
                house_id=scope.house_id,
                import_id=scope.import_id,
                started_at=uow.now,
                collected=not standing.ready,
                failed=standing.not_ready + standing.waiting,
            )
        )
        if standing.ready:
            uow.enqueue(Transmit(transmission_id))
        uow.audit("household.transmission", scope.house_id or scope.import_id or "", ready=standing.ready)
        row = TransmissionRow(
            transmission_id,
            ctx.actor.id,
            scope.house_id,
            scope.import_id,
            uow.now,
            not standing.ready,
            standing.not_ready + standing.waiting,
        )
        return await uow.answer(_shown(ctx, row, {}), 202)


def _uncollected(ctx: Context, scope: _Scope) -> dict[str, str | None]:
    return {"client_id": ctx.actor.id, "house_id": scope.house_id, "import_id": scope.import_id}


async def _scope(ctx: Context, wanted: schemas.HouseholdScope) -> _Scope:
    if wanted.import_id is None:
        house = await houses.chosen(ctx, wanted.house_id)
        houses.require_open(ctx, await houses.window(ctx, house.branch))
        return _Scope(house.id, None)
    if wanted.house_id is not None:
        raise Problem(INVALID, errors=[FieldProblem("house_id", HOUSE_NEEDED)])
    if (await import_of(ctx, wanted.import_id)).kind != KIND:
        raise Problem(NOT_FOUND)
    branches = await ctx.reader.all(sent_store.BRANCHES_OF_FILE, import_id=wanted.import_id)
    windows = [await houses.window(ctx, branch) for branch in branches]
    if windows and not any(window and window.is_open(ctx.today()) for window in windows):
        houses.require_open(ctx, windows[0])
    return _Scope(None, wanted.import_id)


async def _standing(ctx: Context, scope: _Scope, viewer: dict[str, Any]) -> Standing:
    query = sent_store.OF_HOUSE if scope.house_id else sent_store.OF_FILE
    named = {"house_id": scope.house_id} if scope.house_id else {"import_id": scope.import_id}
    found = await ctx.reader.first(query, today=ctx.today(), **named, **viewer)
    assert found is not None
    return found


# ---- the job
async def transmit(ctx: Context, order: Transmit) -> None:
    """Makes the facts, house by house; killed at any moment, it goes on with what is still ready."""
    row = await ctx.reader.first(sent_store.TRANSMISSION, transmission_id=order.transmission_id)
    if row is None or row.collected:
        return
    while await _send_some(ctx, row):
        pass
    async with finishing(ctx) as uow:
        await uow.execute(
            sa.update(HouseholdTransmission).where(HouseholdTransmission.id == row.id).values(collected=True)
        )


async def _send_some(ctx: Context, row: TransmissionRow) -> bool:
    """False when nothing is left."""
    asked = {"today": ctx.today(), **store.viewer(ctx, client_id=row.client_id)}
    of_house = row.house_id is not None
    following = sent_store.NEXT_OF_HOUSE if of_house else sent_store.NEXT_OF_FILE
    named = {"house_id": row.house_id} if of_house else {"import_id": row.import_id}
    async with ctx.uow() as uow:
        found = await uow.one(following, {**named, **asked})
        if found is None or found[0] is None:
            return False
        house_id = found[0]
        await hold(uow, house_id)
        scope = {"house_id": house_id, "any_file": of_house, "import_id": row.import_id or "", "limit": _BATCH}
        ready = [
            Ready(MeterRow(*columns[:-3]), *columns[-3:])
            for columns in await uow.execute(sent_store.READY, {**asked, **scope})
        ]
        await _send(ctx, uow, row, ready)
        return True


async def _send(ctx: Context, uow: UnitOfWork, row: TransmissionRow, ready: list[Ready]) -> None:
    """What still passes the check becomes facts; the rest is in error from now on."""
    good: list[Ready] = []
    bad: list[Ready] = []
    for one in ready:
        window = Window(one.month, one.opens_on, one.closes_on)
        judged = domain.judge(one.meter.device, one.meter.values, one.meter.taken_on, window, ctx.today())
        (good if judged.ready(one.meter.zones) else bad).append(one)
    facts = [(one, uow.emit(_fact(uow, row, one), subject=one.meter.account_id)) for one in good]
    if facts:
        await uow.execute(sa.insert(HouseholdSent), [_sent(uow, row, one, fact_id) for one, fact_id in facts])
    marks: list[dict[str, Any]] = [
        {"of_meter": one.meter.id, "of_month": one.month, "state": "sending", "ready": False, "fact_id": fact_id}
        for one, fact_id in facts
    ]
    marks += [
        {"of_meter": one.meter.id, "of_month": one.month, "state": "entered", "ready": False, "fact_id": None}
        for one in bad
    ]
    if marks:
        await uow.execute(_MARK, marks)
    if bad:
        failed = HouseholdTransmission.failed + len(bad)
        await uow.execute(
            sa.update(HouseholdTransmission).where(HouseholdTransmission.id == row.id).values(failed=failed)
        )


_MARK = (
    sa.update(HouseholdEntry)
    .where(HouseholdEntry.meter_id == sa.bindparam("of_meter"), HouseholdEntry.month == sa.bindparam("of_month"))
    .values({name: sa.bindparam(name) for name in ("state", "ready", "fact_id")})
    .values(faulty=sa.bindparam("state") == "entered")
)


def _fact(uow: UnitOfWork, row: TransmissionRow, one: Ready) -> HouseholdSubmitted:
    meter = one.meter
    assert meter.taken_on is not None
    values = zip(ZONES, meter.values, strict=True)
    return HouseholdSubmitted(
        row.id,
        meter.account_id,
        meter.account_number,
        meter.id,
        meter.number,
        one.month,
        meter.taken_on,
        [HouseholdValue(zone, value) for zone, value in values if value is not None],
        _source(meter),
        f"client:{row.client_id}",
        uow.now,
    )


def _source(meter: MeterRow) -> str:
    return "file" if meter.import_id else "screen"


def _sent(uow: UnitOfWork, row: TransmissionRow, one: Ready, fact_id: str) -> dict[str, Any]:
    return {
        "id": fact_id,
        "transmission_id": row.id,
        "meter_id": one.meter.id,
        "house_id": one.meter.house_id,
        "month": one.month,
        "t1": one.meter.t1,
        "t2": one.meter.t2,
        "t3": one.meter.t3,
        "taken_on": one.meter.taken_on,
        "source": _source(one.meter),
        "sent_at": uow.now,
    }


# ---- the result
async def show(ctx: Context, transmission_id: str) -> schemas.HouseholdTransmissionItem:
    """Where a transmission of the caller's stands."""
    row = await ctx.reader.first(sent_store.TRANSMISSION, transmission_id=transmission_id)
    if row is None or row.client_id != ctx.actor.id:
        raise Problem(NOT_FOUND)
    return _shown(ctx, row, dict(await ctx.reader.all(sent_store.ANSWERED, transmission_id=transmission_id)))


def _shown(ctx: Context, row: TransmissionRow, answered: dict[str, int]) -> schemas.HouseholdTransmissionItem:
    waiting, passed = answered.get("sent", 0), answered.get("accepted", 0)
    failed = row.failed + answered.get("refused", 0)
    patience = timedelta(seconds=ctx.settings(HouseholdSettings).answer_seconds)
    done = row.collected and (not waiting or ctx.now() >= row.started_at + patience)
    return schemas.HouseholdTransmissionItem(
        row.id,
        "done" if done else "running",
        sum(answered.values()),
        passed,
        failed,
        waiting,
        domain.message(passed, failed + waiting) if done else None,
        row.started_at,
    )
