"""The company's rows: each function handles a batch inside the loader's transaction and answers row by row."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from core.sdk import RowError, UnitOfWork, exact
from plugins.readings import errors
from plugins.readings.models import Accepted, AcceptedPoint, MeterState, ObjectState, Previous, Window
from plugins.readings.schemas import PreviousRow, StateRow, WindowRow
from plugins.readings.schemas.history import HistoryRow, PointHistoryRow
from plugins.readings.store import feeds as store

Answers = list[RowError | None]
NOT_A_MONTH = RowError.of(errors.NOT_A_MONTH, "month")
NEGATIVE = RowError.of(errors.NEGATIVE, "value")
UNKNOWN_REGISTER = RowError.of(errors.UNKNOWN_REGISTER, "register")
UNKNOWN_ID = RowError.of(errors.UNKNOWN_ID, "id")
WINDOW_ORDER = RowError.of(errors.WINDOW_ORDER, "closes_on")


async def load_windows(uow: UnitOfWork, rows: Sequence[WindowRow]) -> Answers:
    """Sets windows. A month closed for the first time hands its values over to the previous readings."""
    ids = {"ids": sorted({row.contract_id for row in rows})}
    closed = {(contract, month): at for contract, month, at in await uow.execute(store.KNOWN_WINDOWS, ids)}
    answers = [_window_error(row) for row in rows]
    good = [row for row, error in zip(rows, answers, strict=True) if error is None]
    closing = {
        (row.contract_id, row.month) for row in good if row.closed and closed.get((row.contract_id, row.month)) is None
    }
    await uow.put(
        Window,
        ("contract_id", "month"),
        [
            {
                "contract_id": row.contract_id,
                "month": row.month,
                "opens_on": row.opens_on,
                "closes_on": row.closes_on,
                "closed_at": (closed.get((row.contract_id, row.month)) or uow.now) if row.closed else None,
            }
            for row in good
        ],
    )
    await _carry_over(uow, sorted(closing))
    reopening = {
        (row.contract_id, row.month) for row in good if not row.closed and closed.get((row.contract_id, row.month))
    }
    for contract, month in sorted(reopening):
        for statement in store.OUT_OF_HISTORY:
            await uow.execute(statement, {"contract_id": contract, "month": month})
    return answers


def _window_error(row: WindowRow) -> RowError | None:
    if row.month.day != 1:
        return NOT_A_MONTH
    if row.closes_on < row.opens_on:
        return WINDOW_ORDER
    return None


async def _carry_over(uow: UnitOfWork, closing: Sequence[tuple[str, date]]) -> None:
    if not closing:
        return
    closed = [{"contract_id": contract, "month": month} for contract, month in closing]
    insert = uow.upsert(Previous).from_select(["meter_id", "register", "value", "month"], store.CARRIED_OVER)
    later = insert.excluded.month >= Previous.month  # billing may have sent a newer one itself
    await uow.execute(
        insert.on_conflict_do_update(
            index_elements=["meter_id", "register"],
            set_={"value": insert.excluded.value, "month": insert.excluded.month},
            where=later,
        ),
        closed,
    )
    for table, columns, select in (
        (Accepted, ["meter_id", "register", "value", "month", "consumption", "submitted_at"], store.INTO_HISTORY),
        (AcceptedPoint, ["metering_point_id", "month", "value", "submitted_at"], store.POINTS_INTO_HISTORY),
    ):  # what billing has loaded of the month itself stands
        await uow.execute(uow.upsert(table).from_select(columns, select).on_conflict_do_nothing(), closed)


def check_history(row: HistoryRow | PointHistoryRow) -> RowError | None:
    """Why a row of the history is refused, if it is."""
    if row.month.day != 1:
        return NOT_A_MONTH
    return NEGATIVE if row.value.startswith("-") else None


def history_values(row: HistoryRow) -> dict[str, Any]:
    """The columns of a row of `readings.history`."""
    return {
        "meter_id": row.meter_id,
        "month": row.month,
        "register": row.register,
        "value": exact(row.value),
        "consumption": None if row.consumption is None else exact(row.consumption),
        "by_company": True,
    }


def point_history_values(row: PointHistoryRow) -> dict[str, Any]:
    """The columns of a row of `readings.point_history`."""
    return {
        "metering_point_id": row.metering_point_id,
        "month": row.month,
        "value": exact(row.value),
        "by_company": True,
    }


async def load_previous(uow: UnitOfWork, rows: Sequence[PreviousRow]) -> Answers:
    """Sets previous readings."""
    ids = {"ids": sorted({row.meter_id for row in rows})}
    registers = {(meter, code) for meter, code in await uow.execute(store.KNOWN_REGISTERS, ids)}
    answers = [_previous_error(row, registers) for row in rows]
    good = [row for row, error in zip(rows, answers, strict=True) if error is None]
    await uow.put(
        Previous,
        ("meter_id", "register"),
        [
            {"meter_id": row.meter_id, "register": row.register, "value": exact(row.value), "month": row.month}
            for row in good
        ],
    )
    return answers


def _previous_error(row: PreviousRow, registers: set[tuple[str, str]]) -> RowError | None:
    if (row.meter_id, row.register) not in registers:
        return UNKNOWN_REGISTER
    if row.month.day != 1:
        return NOT_A_MONTH
    if row.value.startswith("-"):
        return NEGATIVE
    return None


async def load_states(uow: UnitOfWork, rows: Sequence[StateRow]) -> Answers:
    """Sets statuses of energy objects and of meters."""
    known = {
        kind: set(
            (await uow.execute(statement, {"ids": sorted({row.id for row in rows if row.kind == kind})})).scalars()
        )
        for kind, statement in (("object", store.KNOWN_OBJECTS), ("meter", store.KNOWN_METERS))
    }
    answers = [None if row.id in known[row.kind] else UNKNOWN_ID for row in rows]
    good = [row for row, error in zip(rows, answers, strict=True) if error is None]
    objects = [
        {"energy_object_id": row.id, "status": row.status, "note": row.note} for row in good if row.kind == "object"
    ]
    meters = [
        {
            "meter_id": row.id,
            "status": row.status,
            "note": row.note,
            "max_power": None if row.max_power is None else exact(row.max_power),
        }
        for row in good
        if row.kind == "meter"
    ]
    await uow.put(ObjectState, ("energy_object_id",), objects)
    await uow.put(MeterState, ("meter_id",), meters)
    return answers
