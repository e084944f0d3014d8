"""What the company receives, whatever way readings come, over HTTP."""

from datetime import timedelta
from typing import Any, cast

import pytest

from core.ports.billing import Billing
from core.testing.billing import BillingSimulator
from core.testing.cabinet import Cabinet, Caller
from tests.plugins.readings.messages import Message, PointText, readings
from tests.plugins.readings.supplier import client
from tests.plugins.readings.test_access import CODE, HOURLY, hourly
from tests.plugins.readings.test_http import M1, device, feed, meters
from tests.plugins.readings.test_points import report
from tests.plugins.readings.workbooks import CONSUMPTION, INTEGRAL, checked, filled, template_rows, xlsx

SCREEN_FACT, POINT_FACT, HOURLY_FACT = (
    "readings.submitted",
    "readings.consumption_submitted",
    "readings.intervals_submitted",
)


async def send(supplier: Cabinet, caller: Caller, content: bytes, name: str, kind: str) -> None:
    """A file, uploaded and sent, unless there is nothing new in it."""
    done = await checked(supplier, caller, content, name, kind=kind, send="true")
    assert done["state"] == "committed" or done["counts"]["new"] == 0, done


async def submit_every_way(supplier: Cabinet, caller: Caller, reading: str, zone: str, consumption: str) -> None:
    """m1 on the screen, m2 by the integral file, p4 by the file of points; each with something that is refused."""
    await report(caller, ("p4", "много"), devices=(device("m1", total=reading), device("m2", T1="х", T2="1")))
    rows = await template_rows(caller)
    values = {("05601313", "Круглосуточный"): "", ("05601314", "День"): zone, ("05601314", "Ночь"): "220.5"}
    await send(supplier, caller, xlsx(filled(rows, values)), "показания.xlsx", INTEGRAL)
    points = await template_rows(caller, "consumption")
    points[1][-1] = consumption
    await send(supplier, caller, xlsx(points), "расход.xlsx", CONSUMPTION)


@pytest.mark.requirement("RDG-37")
async def test_every_way_brings_each_value_once_and_corrections_behind(supplier: Cabinet) -> None:
    caller = await client(supplier)
    day = await hourly(supplier)
    for _ in range(2):  # whoever sends the same again sends nothing
        await submit_every_way(supplier, caller, "333399", "110", "1500.5")
        await send(supplier, caller, day, "80020_1.xml", HOURLY)
    items = await feed(supplier)
    assert [item["kind"] for item in items] == [SCREEN_FACT, SCREEN_FACT, POINT_FACT, HOURLY_FACT]
    screen, file, point, interval = bodies = [item["body"] for item in items]
    assert [(body["contract_id"], body["energy_object_id"], body["metering_point_id"]) for body in bodies] == [
        ("c1", "o1", "p1"),
        ("c1", "o2", "p2"),
        ("c1", "o4", "p4"),
        ("c1", "o2", "i1"),
    ]
    assert {body["author"][:7] for body in bodies} == {"client:"}
    assert {body["submitted_at"][:10] for body in bodies} == {"2026-01-25"}
    assert [(body["meter_id"], body["channel"]) for body in (screen, file)] == [("m1", "screen"), ("m2", "file")]
    assert [(value["register"], value["value"]) for value in file["values"]] == [("A+.T1", "110"), ("A+.T2", "220.5")]
    assert (point["value"], point["channel"], point["complex_code"]) == ("1500.5", "file", "ИК-p4")
    assert (interval["complex_code"], interval["day"], len(interval["channels"])) == (CODE, "2026-01-20", 1)
    await submit_every_way(supplier, caller, "333400", "111", "1501")
    await send(supplier, caller, _other_day_values(), "80020_2.xml", HOURLY)
    later = (await feed(supplier))[4:]
    assert [item["kind"] for item in later] == [SCREEN_FACT, SCREEN_FACT, POINT_FACT, HOURLY_FACT]
    assert [item["body"]["replaces"] for item in later[:3]] == [item["id"] for item in items[:3]]
    corrected = later[3]["body"]["channels"][0]
    assert corrected["replaces"] == items[3]["id"]
    assert (await caller.get("/api/v1/exchange/feed")).status_code == 403
    assert (await caller.post("/api/v1/exchange/answers", content=b"{}")).status_code == 403


def _other_day_values() -> bytes:
    """The same day, corrected."""
    return Message([PointText(CODE, [("01", readings(["2"] * 48))])], number="18").bytes()


@pytest.mark.requirement("RDG-37")
async def test_billing_may_be_down_meanwhile(supplier: Cabinet) -> None:
    billing = BillingSimulator()
    billing.book.trouble = "after"  # it takes the facts, and the reply is lost
    cast(dict[type, Any], supplier.runtime.ports)[Billing] = billing
    caller = await client(supplier)
    day = await hourly(supplier)
    saved = await report(caller, devices=(M1,))
    assert (saved.status_code, saved.json()["message"]) == (201, "Показания сохранены")
    await submit_every_way(supplier, caller, "333399", "110", "1500.5")
    await send(supplier, caller, day, "80020_1.xml", HOURLY)
    assert (await meters(caller))["m1"]["transmission"]["state"] == "transmitted"
    billing.book.trouble = ""
    for _ in range(3):
        supplier.clock.move(timedelta(minutes=10))
        await supplier.drain()
    taken = [fact.kind for fact in billing.book.facts.values() if fact.kind.startswith("readings.")]
    assert sorted(taken) == sorted([SCREEN_FACT, SCREEN_FACT, POINT_FACT, HOURLY_FACT])
    assert (await meters(caller))["m1"]["transmission"]["state"] == "accepted"
