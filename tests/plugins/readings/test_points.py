"""Points «по сообщению», objects without devices, and the withdrawal of what was submitted, over HTTP."""

import asyncio
from datetime import timedelta
from typing import Any, cast

import msgspec
import pytest
import sqlalchemy as sa

from core.contracts.models import Meter, MeterRegister
from core.ports.billing import Billing
from core.testing.billing import BillingSimulator
from core.testing.cabinet import Cabinet, Caller
from plugins.readings.models import PointTransmission
from tests.plugins.readings.supplier import client, insert, meter, register
from tests.plugins.readings.test_http import FORM, M1, M2, SUBMIT, device, feed, meters, submit

FIXED = "Фиксированный расход (ПУ не установлен)"


async def report(
    caller: Caller, *values: tuple[str, str | None], devices: tuple[Any, ...] = (), key: str | None = None
) -> Any:
    """Submits consumption of points, with readings of devices."""
    points = [{"point_id": point, "value": value} for point, value in values]
    headers = {} if key is None else {"Idempotency-Key": key}
    return await caller.post(SUBMIT, json={"devices": list(devices), "points": points}, headers=headers)


async def lighting(caller: Caller) -> dict[str, Any]:
    """The object with the point «по сообщению»."""
    item: dict[str, Any] = (await caller.get(FORM)).json()["objects"][3]
    return item


async def stored(cabinet: Cabinet) -> list[str]:
    async with cabinet.runtime.database.writer.connect() as connection:
        found = await connection.execute(sa.select(PointTransmission.value).order_by(PointTransmission.id))
        return [str(row.value) for row in found]


async def answer(cabinet: Cabinet, *answers: dict[str, Any]) -> None:
    """Billing answers facts."""
    company = await cabinet.service(f"billing-{answers[0]['fact_id']}", ["exchange.answers"])
    body = b"\n".join(msgspec.json.encode(item) for item in answers)
    assert (await company.post("/api/v1/exchange/answers", content=body)).status_code == 200
    await cabinet.drain()


@pytest.mark.requirement("RDG-05")
async def test_an_object_without_devices_has_a_fixed_consumption(supplier: Cabinet) -> None:
    await supplier.load("metering_points", {"id": "p3", "energy_object_id": "o3", "name": "Киоск"})
    caller = await client(supplier)
    shown = (await caller.get(FORM)).json()["objects"]
    assert [item["fixed"] for item in shown] == [None, None, FIXED, None]
    assert shown[2]["points"][0]["meters"] == []
    assert shown[2]["points"][0]["entry"] is None
    assert shown[3]["points"][0]["entry"]["accepts"] is True
    refused = await report(caller, ("p3", "100"))
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "readings.fixed_consumption")
    assert FIXED in refused.json()["errors"][0]["message"]
    assert (await submit(caller, device("p3", total="100"))).status_code == 404
    assert await stored(supplier) == []
    assert (await report(caller, ("p4", "100"))).status_code == 201


@pytest.mark.requirement("RDG-06")
async def test_a_point_by_message_takes_a_consumption(supplier: Cabinet) -> None:
    caller = await client(supplier)
    point = (await lighting(caller))["points"][0]
    assert (point["by_message"], point["complex_code"]) == (True, "ИК-p4")
    assert point["entry"] == {"accepts": True, "current": None, "transmission": None}
    saved = (await report(caller, ("p4", "1250,5"))).json()
    assert saved["message"] == "Показания сохранены"
    assert saved["points"] == [{"point_id": "p4", "outcome": "saved", "value": "1250.5", "reasons": []}]
    item = await lighting(caller)
    assert (item["transmitted"], item["consumption"], item["consumption_shown"]) == (True, "1250.5", "1251")
    assert item["points"][0]["entry"]["current"] == "1250.5"
    assert item["points"][0]["entry"]["transmission"]["state"] == "transmitted"
    assert (await caller.get(FORM)).json()["consumption"] == "1250.5"
    assert (await submit(caller, device("p4", total="5"))).status_code == 404  # a point is no device
    metered = await report(caller, ("p1", "100"))
    assert (metered.status_code, metered.json()["errors"][0]["code"]) == (422, "readings.metered_point")
    assert await stored(supplier) == ["1250.5"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "required"),
        ("", "required"),
        ("-5", "readings.value_format"),
        ("1.234,5", "readings.value_format"),
        ("12 3", "readings.value_format"),
        ("сто", "readings.value_format"),
        ("1.2345", "readings.value_too_precise"),
        ("1" * 13, "readings.consumption_too_large"),
    ],
)
async def test_a_wrong_consumption_is_named_at_its_field(supplier: Cabinet, text: str | None, code: str) -> None:
    refused = await report(await client(supplier), ("p4", text))
    assert refused.status_code == 422
    assert [(item["field"], item["code"]) for item in refused.json()["errors"]] == [("points[0].value", code)]
    assert await stored(supplier) == []


async def test_nothing_consumed_is_a_report_too(supplier: Cabinet) -> None:
    caller = await client(supplier)
    assert (await report(caller, ("p4", "0"))).json()["points"][0]["outcome"] == "saved"
    assert (await lighting(caller))["points"][0]["entry"]["current"] == "0"
    assert (await report(caller, ("p4", "0,0"))).json()["points"][0]["outcome"] == "unchanged"
    assert (await caller.post(SUBMIT, json={})).status_code == 422


async def test_good_points_and_devices_do_not_wait_for_bad_ones(supplier: Cabinet) -> None:
    caller = await client(supplier)
    body = await report(caller, ("p4", "много"), ("p4", "1"), ("px", "1"), devices=(M1, device("m2", T1="х", T2="1")))
    assert body.status_code == 201
    answered = body.json()
    assert [item["outcome"] for item in answered["devices"]] == ["saved", "refused"]
    assert [[reason["code"] for reason in item["reasons"]] for item in answered["points"]] == [
        ["readings.value_format"],
        ["readings.duplicate_point"],
        ["not_found"],
    ]
    answered = (await report(caller, ("p4", "7"), devices=(device("m2", T1="", T2="1"),))).json()
    assert (answered["devices"][0]["outcome"], answered["points"][0]["outcome"]) == ("refused", "saved")
    assert [fact["body"].get("meter_id", "p4") for fact in await feed(supplier)] == ["m1", "p4"]


async def test_the_company_gets_the_consumption_once_and_its_correction_marked(supplier: Cabinet) -> None:
    caller = await client(supplier)
    for text in ("100", "100", "х", "120"):
        await report(caller, ("p4", text))
    items = await feed(supplier)
    assert [item["kind"] for item in items] == ["readings.consumption_submitted"] * 2
    first, second = [item["body"] for item in items]
    assert (first["value"], second["value"], second["replaces"]) == ("100", "120", items[0]["id"])
    assert {key: first[key] for key in ("contract_id", "energy_object_id", "metering_point_id", "complex_code")} == {
        "contract_id": "c1",
        "energy_object_id": "o4",
        "metering_point_id": "p4",
        "complex_code": "ИК-p4",
    }
    assert (first["month"], first["channel"], first["replaces"]) == ("2026-01-01", "screen", None)
    assert first["author"].startswith("client:")


async def test_billings_answer_to_a_consumption_comes_back(supplier: Cabinet) -> None:
    caller = await client(supplier)
    receipt = (await report(caller, ("p4", "100"))).json()
    fact = (await feed(supplier))[0]["id"]
    await answer(supplier, {"fact_id": fact, "outcome": "refused", "code": "B9", "text": "Слишком мало"})
    item = await lighting(caller)
    told = item["points"][0]["entry"]["transmission"]
    assert (item["transmitted"], told["state"], told["code"], told["text"]) == (False, "refused", "B9", "Слишком мало")
    assert (await report(caller, ("p4", "100"))).json()["points"][0]["outcome"] == "saved"  # sent anew
    shown = (await caller.get(f"{SUBMIT}/{receipt['id']}")).json()
    assert shown["devices"] == []
    assert [(one["point_id"], one["value"], one["state"], one["replaced"]) for one in shown["points"]] == [
        ("p4", "100", "refused", True)
    ]


async def test_a_consumption_waits_for_a_billing_that_is_down(supplier: Cabinet) -> None:
    billing = BillingSimulator()
    billing.book.trouble = "before"
    cast(dict[type, Any], supplier.runtime.ports)[Billing] = billing
    caller = await client(supplier)
    assert (await report(caller, ("p4", "100"))).json()["message"] == "Показания сохранены"
    await supplier.drain()
    billing.book.trouble = ""
    supplier.clock.move(timedelta(minutes=10))
    await supplier.drain()
    assert [fact.kind for fact in billing.book.facts.values() if fact.kind.startswith("readings.")] == [
        "readings.consumption_submitted"
    ]
    assert (await lighting(caller))["points"][0]["entry"]["transmission"]["state"] == "accepted"


async def test_statuses_windows_and_scopes_hold_for_points(supplier: Cabinet) -> None:
    caller = await client(supplier)
    limited = await client(supplier, objects=("o1",), email="petrov@example.ru")
    assert (await report(limited, ("p4", "1"))).status_code == 404
    assert (await report(caller, ("px", "1"))).status_code == 404
    await supplier.load("readings.states", {"kind": "object", "id": "o4", "status": "Расчёт"})
    refused = await report(caller, ("p4", "1"))
    assert (refused.status_code, "«Расчёт»" in refused.json()["detail"]) == (409, True)
    assert (await lighting(caller))["points"][0]["entry"]["accepts"] is False
    await supplier.load("readings.states", {"kind": "object", "id": "o4", "status": "Ожидание"})
    accountant = await client(supplier, "Бухгалтер", email="sidorov@example.ru")
    assert (await report(accountant, ("p4", "1"))).status_code == 403
    await insert(supplier.runtime.database, Meter, meter("m4", "p4", "7"))
    await insert(
        supplier.runtime.database,
        MeterRegister,
        register("m4", "A+.total", "Круглосуточный"),
    )
    assert (await report(caller, ("p4", "1"))).json()["errors"][0]["code"] == "readings.metered_point"
    assert (await lighting(caller))["points"][0]["entry"] is None
    assert await stored(supplier) == []


async def test_a_retry_with_its_key_reports_once(supplier: Cabinet) -> None:
    caller = await client(supplier)
    first, second = [await report(caller, ("p4", "1"), key="one") for _ in range(2)]
    assert first.json() == second.json()
    assert await stored(supplier) == ["1"]


async def test_parallel_reports_of_a_point_leave_one_current(supplier: Cabinet) -> None:
    caller = await client(supplier)
    answers = await asyncio.gather(*[report(caller, ("p4", str(100 + index))) for index in range(6)])
    assert {item.status_code for item in answers} == {201}
    facts = [item["body"] for item in await feed(supplier)]
    assert len({fact["replaces"] for fact in facts}) == len(facts) == 6
    assert (await lighting(caller))["points"][0]["entry"]["current"] == facts[-1]["value"]


# ---- withdrawal
async def test_what_billing_has_not_accepted_can_be_taken_back(supplier: Cabinet) -> None:
    caller = await client(supplier)
    receipt = (await report(caller, ("p4", "100"), devices=(M1, M2))).json()
    facts = {item["body"].get("meter_id", "p4"): item["id"] for item in await feed(supplier)}
    await answer(supplier, {"fact_id": facts["m1"], "outcome": "accepted"})
    for _ in range(2):  # repeating it changes nothing
        withdrawn = await caller.delete(f"{SUBMIT}/{receipt['id']}")
        assert withdrawn.status_code == 200
        sent = withdrawn.json()
        assert [item["withdrawn_at"] is not None for item in (*sent["devices"], *sent["points"])] == [False, True, True]
    shown = await meters(caller)
    assert (shown["m1"]["transmission"]["state"], shown["m2"]["transmission"]) == ("accepted", None)
    assert (await lighting(caller))["points"][0]["entry"]["current"] is None
    told = [item["body"] for item in await feed(supplier) if item["kind"] == "readings.withdrawn"]
    assert [(item["fact_id"], item["meter_id"], item["metering_point_id"]) for item in told] == [
        (facts["m2"], "m2", "p2"),
        (facts["p4"], None, "p4"),
    ]
    again = (await report(caller, ("p4", "100"), devices=(M2,))).json()
    assert [item["outcome"] for item in (*again["devices"], *again["points"])] == ["saved", "saved"]


async def test_what_is_accepted_replaced_foreign_or_late_stays(supplier: Cabinet) -> None:
    caller = await client(supplier)
    first = (await submit(caller, M1)).json()["id"]
    second = (await submit(caller, device("m1", total="333400"))).json()["id"]
    refused = await caller.delete(f"{SUBMIT}/{first}")
    assert (refused.status_code, refused.json()["code"]) == (409, "readings.nothing_to_withdraw")
    limited = await client(supplier, objects=("o2",), email="petrov@example.ru")
    assert (await limited.delete(f"{SUBMIT}/{second}")).status_code == 404
    accountant = await client(supplier, "Бухгалтер", email="sidorov@example.ru")
    assert (await accountant.delete(f"{SUBMIT}/{second}")).status_code == 403
    assert (await caller.delete(f"{SUBMIT}/nothing")).status_code == 404
    supplier.clock.move(timedelta(days=20))
    late = await client(supplier, email="late@example.ru")
    refused = await late.delete(f"{SUBMIT}/{second}")
    assert (refused.status_code, refused.json()["code"]) == (409, "readings.window_closed")
    assert not [item for item in await feed(supplier) if item["kind"] == "readings.withdrawn"]
