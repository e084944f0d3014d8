"""Use cases of readings on both databases."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

import msgspec
import pytest
import sqlalchemy as sa

from core.context import Context, Runtime
from core.contracts.models import Meter, MeterRegister
from core.db.tables import Feed
from core.exchange.public import FactAnswered
from core.sdk import Problem
from core.testing.clock import MovableClock
from plugins.readings.jobs import apply_answer
from plugins.readings.models import MeterState, ObjectState, Previous, Transmission, Value, Window
from plugins.readings.public import ReadingsSubmitted
from plugins.readings.schemas import (
    PreviousRow,
    ReadingsMeterInput,
    ReadingsReceipt,
    ReadingsSubmission,
    ReadingsValueInput,
    StateRow,
    WindowRow,
)
from plugins.readings.services import feeds
from plugins.readings.services.form import FormFilter, contracts, form
from plugins.readings.services.submission import sent, submit
from tests.plugins.readings.supplier import JANUARY, insert, meter, register, window

Make = Callable[..., Context]


def body(**devices: Mapping[str, str | None]) -> ReadingsSubmission:
    return ReadingsSubmission(
        [
            ReadingsMeterInput(
                meter, [ReadingsValueInput(code.replace("_", "+."), value) for code, value in values.items()]
            )
            for meter, values in devices.items()
        ]
    )


GOOD = {"m1": {"A_total": "333399"}, "m2": {"A_T1": "110", "A_T2": "220,5"}}


async def rows(runtime: Runtime, statement: sa.Select[*tuple[Any, ...]]) -> list[Any]:
    async with runtime.database.writer.connect() as connection:
        return list((await connection.execute(statement)).all())


async def facts(runtime: Runtime) -> list[ReadingsSubmitted]:
    found = await rows(runtime, sa.select(Feed.body).where(Feed.kind == "readings.submitted").order_by(Feed.id))
    return [msgspec.json.decode(row.body, type=ReadingsSubmitted) for row in found]


def outcomes(receipt: ReadingsReceipt) -> dict[str, str]:
    return {device.meter_id: device.outcome for device in receipt.devices}


async def refusal(ctx: Context, asked: ReadingsSubmission) -> tuple[int, str, list[tuple[str, str]]]:
    with pytest.raises(Problem) as caught:
        await submit(ctx, asked)
    problem = caught.value
    return problem.kind.status, problem.kind.code, [(field.field, field.kind.code) for field in problem.errors]


# ---- the picker
async def test_the_picker_shows_contracts_by_number_where_the_role_may_submit(runtime: Runtime, context: Make) -> None:
    anna = context()
    listed = await contracts(anna, "", None, 50)
    assert [item.number for item in listed.items] == ["50050002005584", "50120002000032"]
    first = await contracts(anna, "", None, 1)
    assert [item.id for item in (await contracts(anna, "", first.next, 1)).items] == ["c2"]
    accountant = Context(runtime, msgspec.structs.replace(anna.actor, id="boris"))
    assert (await contracts(accountant, "", None, 50)).items == []


@pytest.mark.parametrize(
    ("search", "found"), [("радУ", ["c1"]), ("000032", ["c2"]), ("5", ["c1", "c2"]), ("%", []), ("_", []), ("\\", [])]
)
async def test_the_picker_narrows_by_any_part_of_number_and_name(context: Make, search: str, found: list[str]) -> None:
    assert [item.id for item in (await contracts(context(), search, None, 50)).items] == found


# ---- the form
async def test_the_form_shows_everything_of_figure_15(context: Make) -> None:
    shown = await form(context(), FormFilter())
    assert shown.window is not None
    assert shown.window.open
    assert shown.window_text == (
        "Передача показаний за январь 2026 года доступна с 22 января 2026 года по 6 февраля 2026 года"
    )
    subject = shown.objects[0]
    assert (subject.number, subject.status, subject.fixed) == ("10186912_1", "Ожидание", None)
    device = subject.points[0].meters[0]
    assert (device.number, device.coefficient, device.loss_percent, device.accepts) == (
        "05601313",
        Decimal(1),
        Decimal(0),
        True,
    )
    shown_register = device.registers[0]
    assert shown_register.previous is not None
    assert (shown_register.name, shown_register.previous.text) == ("Круглосуточный", "016 249,16 за декабрь 2025")
    assert (shown_register.current, shown_register.consumption, shown_register.delta) == (None, None, None)
    assert shown_register.interval_consumption == 0
    assert [item.fixed for item in shown.objects] == [None, None, "Фиксированный расход (ПУ не установлен)", None]
    assert shown.objects[3].points[0].complex_code == "ИК-p4"
    assert [item.name for item in shown.objects[1].points[0].meters[0].registers] == ["День", "Ночь"]


async def test_the_form_of_a_limited_role_shows_its_objects_only(context: Make) -> None:
    assert [item.id for item in (await form(context(objects=("o2",)), FormFilter())).objects] == ["o2"]
    assert (await form(context(objects=("x1",)), FormFilter())).objects == []


async def test_filters_intersect_and_an_unknown_status_is_refused(runtime: Runtime, context: Make) -> None:
    await insert(runtime.database, ObjectState, {"energy_object_id": "o2", "status": "Расчёт", "note": "Н"})

    async def found(**conditions: str) -> list[str]:
        return [item.id for item in (await form(context(), FormFilter(**conditions))).objects]

    assert await found(status="Расчёт") == ["o2"]
    assert await found(address="вольная") == ["o2", "o3", "o4"]
    assert await found(address="ВОЛЬНАЯ", status="Ожидание") == ["o3", "o4"]
    assert await found(object_id="o1") == ["o1"]
    assert await found(object_id="x1") == []
    assert (await form(context(), FormFilter())).statuses == ["Ожидание", "Расчёт"]
    with pytest.raises(Problem, match="invalid"):
        await found(status="Нет такого")


async def test_a_contract_without_a_window_says_so(runtime: Runtime, context: Make) -> None:
    async with runtime.database.writer.begin() as connection:
        await connection.execute(sa.delete(Window))
    shown = await form(context(), FormFilter())
    assert (shown.window, shown.window_text) == (None, "Срок передачи показаний по договору не установлен")
    assert not shown.objects[0].points[0].meters[0].accepts
    assert await refusal(context(), body(**GOOD)) == (409, "readings.no_window", [])


# ---- submitting
async def test_good_values_are_saved_and_shown(context: Make) -> None:
    receipt = await submit(context(), body(**GOOD))
    assert receipt.message == "Показания сохранены"
    assert receipt.devices[0].values[0].consumption == Decimal("317149.84")
    assert receipt.devices[0].values[0].consumption_shown == "317150"
    assert [value.consumption for value in receipt.devices[1].values] == [200, 400]
    shown = await form(context(), FormFilter())
    assert [item.transmitted for item in shown.objects] == [True, True, False, False]
    assert [item.consumption for item in shown.objects] == [Decimal("317149.84"), 600, None, None]
    assert shown.consumption == Decimal("317749.84")
    first = shown.objects[0].points[0].meters[0].registers[0]
    assert (first.current, first.consumption_shown) == (Decimal(333399), "317150")


async def test_a_fact_for_each_device_leaves_for_the_company(runtime: Runtime, context: Make) -> None:
    receipt = await submit(context(), body(**GOOD))
    first, second = await facts(runtime)
    assert (first.meter_id, first.metering_point_id, first.energy_object_id, first.contract_id) == (
        "m1",
        "p1",
        "o1",
        "c1",
    )
    assert (first.author, first.month, first.replaces, first.submission_id) == (
        "client:anna",
        JANUARY,
        None,
        receipt.id,
    )
    assert [(value.register, str(value.value)) for value in second.values] == [("A+.T1", "110"), ("A+.T2", "220.5")]


async def test_a_bad_device_does_not_hold_up_a_good_one(runtime: Runtime, context: Make) -> None:
    receipt = await submit(context(), body(m1={"A_total": "333399"}, m2={"A_T1": "110"}))
    assert outcomes(receipt) == {"m1": "saved", "m2": "refused"}
    assert [(reason.field, reason.register, reason.message) for reason in receipt.devices[1].reasons] == [
        ("devices[1].values[A+.T2]", "A+.T2", "Заполните поле")
    ]
    again = await submit(context(), body(m1={"A_total": "333399"}, m2={"A_T1": "110", "A_T2": "220.5"}))
    assert outcomes(again) == {"m1": "unchanged", "m2": "saved"}
    assert [fact.meter_id for fact in await facts(runtime)] == ["m1", "m2"]


async def test_nothing_good_stores_nothing(runtime: Runtime, context: Make) -> None:
    assert await refusal(context(), body(m1={"A_total": "1.234,5"}, m2={"A_T1": "110", "A_T2": ""})) == (
        422,
        "readings.nothing_saved",
        [("devices[0].values[0].value", "readings.value_format"), ("devices[1].values[1].value", "required")],
    )
    assert await rows(runtime, sa.select(Transmission.id)) == []
    assert await facts(runtime) == []


async def test_only_unchanged_values_are_no_submission(context: Make) -> None:
    await submit(context(), body(m1={"A_total": "333399"}))
    again = await submit(context(), body(m1={"A_total": "333399,0"}))
    assert (again.id, again.message, outcomes(again)) == (None, None, {"m1": "unchanged"})


async def test_a_corrected_value_replaces_the_first(runtime: Runtime, context: Make) -> None:
    first = await submit(context(), body(m1={"A_total": "333399"}))
    await submit(context(), body(m1={"A_total": "16300"}))
    before, after = await facts(runtime)
    kept = await rows(runtime, sa.select(Transmission.id, Transmission.replaced).order_by(Transmission.replaced.desc()))
    assert [replaced for _, replaced in kept] == [True, False]
    assert (before.replaces, after.replaces) == (None, kept[0].id)
    assert first.id is not None
    assert (await sent(context(), first.id)).devices[0].replaced
    assert (await form(context(), FormFilter())).objects[0].points[0].meters[0].registers[0].current == 16300


async def test_parallel_submissions_of_a_device_leave_one_current(runtime: Runtime, context: Make) -> None:
    await asyncio.gather(*[submit(context(), body(m1={"A_total": str(16300 + index)})) for index in range(8)])
    kept = await rows(runtime, sa.select(Transmission.id, Transmission.replaces, Transmission.replaced))
    assert len(kept) == len(await facts(runtime)) == 8
    current = [row for row in kept if not row.replaced]
    assert len(current) == 1
    assert len({row.replaces for row in kept}) == 8  # a chain: nobody replaces the same one twice
    last = (await facts(runtime))[-1]
    assert (await form(context(), FormFilter())).objects[0].points[0].meters[0].registers[0].current == (
        last.values[0].value
    )


@pytest.mark.parametrize(
    ("moment", "open_then"),
    [
        (datetime(2026, 1, 21, 20, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 1, 21, 21, 0, tzinfo=UTC), True),
        (datetime(2026, 2, 6, 20, 59, 59, tzinfo=UTC), True),
        (datetime(2026, 2, 6, 21, 0, tzinfo=UTC), False),
    ],
)
async def test_the_window_is_counted_in_days_of_moscow(
    context: Make, clock: MovableClock, moment: datetime, open_then: bool
) -> None:
    clock.set(moment)
    if open_then:
        assert outcomes(await submit(context(), body(**GOOD))) == {"m1": "saved", "m2": "saved"}
        return
    with pytest.raises(Problem) as caught:
        await submit(context(), body(**GOOD))
    assert caught.value.kind.code == "readings.window_closed"
    assert "6 февраля 2026" in caught.value.kind.text("ru", caught.value.params)


async def test_another_status_forbids(runtime: Runtime, context: Make) -> None:
    await insert(runtime.database, MeterState, {"meter_id": "m1", "status": "Принято", "note": ""})
    await insert(runtime.database, ObjectState, {"energy_object_id": "o2", "status": "Расчёт", "note": ""})
    status, code, fields = await refusal(context(), body(**GOOD))
    assert (status, code) == (409, "readings.status_forbids")
    assert [field for field, _ in fields] == ["devices[0]", "devices[1]"]
    shown = await form(context(), FormFilter())
    assert [shown.objects[index].points[0].meters[0].accepts for index in (0, 1)] == [False, False]


async def test_what_is_not_the_callers_is_missing(context: Make) -> None:
    missing = await refusal(context(), body(nothing={"A_total": "1"}))
    assert missing == (404, "not_found", [])
    assert await refusal(context(), body(mx={"A_total": "1"})) == missing
    assert await refusal(context(objects=("o1",)), body(m2=GOOD["m2"])) == missing
    receipt = await submit(context(objects=("o1",)), body(**GOOD))
    assert outcomes(receipt) == {"m1": "saved", "m2": "refused"}
    assert receipt.devices[1].reasons[0].code == "not_found"


async def test_a_past_submission_is_shown_within_the_callers_objects(context: Make) -> None:
    receipt = await submit(context(), body(**GOOD))
    assert receipt.id is not None
    assert [device.meter_id for device in (await sent(context(), receipt.id)).devices] == ["m1", "m2"]
    assert [device.meter_id for device in (await sent(context(objects=("o1",)), receipt.id)).devices] == ["m1"]
    for stranger in (context("c2"), context(objects=("o3",))):
        with pytest.raises(Problem, match="not_found"):
            await sent(stranger, receipt.id)


async def test_a_submission_takes_as_many_statements_for_500_devices_as_for_one(
    runtime: Runtime, context: Make
) -> None:
    many = {f"n{index}": {"A_total": "1"} for index in range(500)}
    await insert(runtime.database, Meter, *[meter(key, "p1", key) for key in many])
    await insert(runtime.database, MeterRegister, *[register(key, "A+.total", "Круглосуточный") for key in many])
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    counted = []
    for devices in ({"m1": {"A_total": "333399"}}, many):
        statements.clear()
        sa.event.listen(runtime.database.writer.sync_engine, "before_cursor_execute", note)
        receipt = await submit(context(), body(**devices))
        sa.event.remove(runtime.database.writer.sync_engine, "before_cursor_execute", note)
        assert set(outcomes(receipt).values()) == {"saved"}
        counted.append(len(statements))
    assert counted[0] == counted[1] < 10


# ---- the company's rows
async def test_closing_a_period_hands_the_values_over(runtime: Runtime, context: Make, clock: MovableClock) -> None:
    await submit(context(), body(**GOOD))
    february = WindowRow("c1", date(2026, 2, 1), date(2026, 2, 22), date(2026, 3, 6))
    closing = WindowRow("c1", JANUARY, date(2026, 1, 22), date(2026, 2, 6), closed=True)
    async with runtime.transaction("test") as uow:
        assert await feeds.load_windows(uow, [closing, february]) == [None, None]
    shown = await form(context(), FormFilter())
    assert shown.window is not None
    assert shown.window.month == date(2026, 2, 1)
    first = shown.objects[0].points[0].meters[0].registers[0]
    assert first.previous is not None
    assert (first.current, first.previous.text) == (None, "333 399 за январь 2026")
    clock.move(timedelta(days=1))
    async with runtime.transaction("test") as uow:
        await feeds.load_previous(uow, [PreviousRow("m1", "A+.total", "333400", JANUARY)])
        await feeds.load_windows(uow, [closing])
    kept = await rows(runtime, sa.select(Previous.value).where(Previous.meter_id == "m1"))
    assert kept[0].value == 333400  # closing twice does nothing more


async def test_a_submission_is_either_before_the_closing_or_refused(runtime: Runtime, context: Make) -> None:
    closing = WindowRow("c1", JANUARY, date(2026, 1, 22), date(2026, 2, 6), closed=True)

    async def close() -> None:
        async with runtime.transaction("test") as uow:
            await feeds.load_windows(uow, [closing])

    tried = [submit(context(), body(m1={"A_total": str(20_000 + index)})) for index in range(6)]
    ended = await asyncio.gather(*tried[:3], close(), *tried[3:], return_exceptions=True)
    assert all(end is None or isinstance(end, ReadingsReceipt | Problem) for end in ended)
    last = (await facts(runtime))[-1:]
    kept = await rows(runtime, sa.select(Previous.value).where(Previous.meter_id == "m1"))
    assert kept[0].value == (last[0].values[0].value if last else Decimal("16249.16"))


async def test_values_stay_until_the_period_is_closed(context: Make, clock: MovableClock) -> None:
    await submit(context(), body(**GOOD))
    clock.move(timedelta(days=20))
    shown = await form(context(), FormFilter())
    assert shown.window is not None
    assert (shown.window.open, shown.objects[0].points[0].meters[0].registers[0].current) == (False, Decimal(333399))


async def test_the_month_of_the_form(runtime: Runtime, context: Make, clock: MovableClock) -> None:
    await insert(
        runtime.database,
        Window,
        window("c1", date(2026, 2, 1), date(2026, 2, 1), date(2026, 3, 6)),
        window("c1", date(2025, 12, 1), date(2025, 12, 22), date(2026, 1, 6)),
        window("c1", date(2026, 4, 1), date(2026, 4, 22), date(2026, 5, 6)),
    )
    seen = []
    for day in (25, 40, 50, 90, 130):  # of January
        clock.set(datetime(2026, 1, 1, 9, tzinfo=UTC) + timedelta(days=day - 1))
        shown = await form(context(), FormFilter())
        assert shown.window is not None
        seen.append((shown.window.month.month, shown.window.open))
    assert seen == [(1, True), (2, True), (2, True), (2, False), (4, False)]


async def test_a_change_of_status_or_window_takes_effect_at_once(runtime: Runtime, context: Make) -> None:
    async with runtime.transaction("test") as uow:
        assert await feeds.load_states(uow, [StateRow("meter", "m1", "Принято"), StateRow("object", "o9", "Х")]) == [
            None,
            feeds.UNKNOWN_ID,
        ]
    assert (await refusal(context(), body(m1=GOOD["m1"])))[1] == "readings.status_forbids"
    async with runtime.transaction("test") as uow:
        await feeds.load_states(uow, [StateRow("meter", "m1", "Ожидание", "Н", "15")])
    await submit(context(), body(m1=GOOD["m1"]))
    async with runtime.transaction("test") as uow:
        await feeds.load_windows(uow, [WindowRow("c1", JANUARY, date(2026, 2, 1), date(2026, 2, 6))])
    assert (await refusal(context(), body(m2=GOOD["m2"])))[1] == "readings.window_closed"


async def test_a_bad_row_of_the_company_is_answered_and_blocks_nobody(runtime: Runtime) -> None:
    day = date(2026, 1, 22)
    async with runtime.transaction("test") as uow:
        windows = await feeds.load_windows(
            uow,
            [
                WindowRow("c1", day, day, day),
                WindowRow("c1", JANUARY, day, JANUARY),
                WindowRow("c2", JANUARY, day, day),
            ],
        )
        readings = await feeds.load_previous(
            uow,
            [
                PreviousRow("m1", "A+.T9", "1", JANUARY),
                PreviousRow("m1", "A+.total", "-1", JANUARY),
                PreviousRow("m1", "A+.total", "17000.50", JANUARY),
            ],
        )
    assert [error and error.field for error in windows] == ["month", "closes_on", None]
    assert [error and error.field for error in readings] == ["register", "value", None]
    kept = await rows(runtime, sa.select(Previous.value).where(Previous.meter_id == "m1"))
    assert str(kept[0].value) == "17000.5"


# ---- billing's answers
def answer(fact_id: str, outcome: Literal["accepted", "refused"], item: str = "") -> FactAnswered:
    code, text = ("B7", "Скачок расхода") if outcome == "refused" else ("", "")
    return FactAnswered(fact_id, "readings.submitted", "c1", outcome, code, text, item)


async def test_billing_answers_register_by_register(runtime: Runtime, context: Make) -> None:
    receipt = await submit(context(), body(**GOOD))
    assert receipt.id is not None
    by_meter = {row.meter_id: row.id for row in await rows(runtime, sa.select(Transmission.meter_id, Transmission.id))}
    for _ in range(2):  # at least once
        await apply_answer(context(), answer(by_meter["m1"], "accepted"))
        await apply_answer(context(), answer(by_meter["m2"], "refused", "m2/A+.T2"))
    shown = await sent(context(), receipt.id)
    assert [(value.state, value.code, value.text) for device in shown.devices for value in device.values] == [
        ("accepted", "", ""),
        ("transmitted", "", ""),
        ("refused", "B7", "Скачок расхода"),
    ]
    page = await form(context(), FormFilter())
    states = [item.points[0].meters[0].transmission for item in page.objects[:2]]
    assert [(state.state, state.text) for state in states if state] == [
        ("accepted", ""),
        ("refused", "Скачок расхода"),
    ]
    assert [item.transmitted for item in page.objects[:2]] == [True, False]
    again = await submit(context(), body(**GOOD))
    assert outcomes(again) == {"m1": "unchanged", "m2": "saved"}


async def test_an_answer_to_somebody_elses_fact_changes_nothing(runtime: Runtime, context: Make) -> None:
    await submit(context(), body(**GOOD))
    await apply_answer(context(), answer("another-fact", "refused"))
    own = (await rows(runtime, sa.select(Transmission.id)))[0].id
    await apply_answer(context(), msgspec.structs.replace(answer(own, "refused"), kind="payments.paid"))
    assert {row.state for row in await rows(runtime, sa.select(Value.state))} == {"transmitted"}
