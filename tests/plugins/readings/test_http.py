"""What the requirements accept, over HTTP."""

from datetime import timedelta
from typing import Any, Literal, cast

import msgspec
import pytest
import sqlalchemy as sa

from core.contracts.models import Contract
from core.ports.billing import Billing
from core.testing.billing import BillingSimulator
from core.testing.cabinet import Cabinet, Caller
from plugins.readings.models import Transmission
from tests.plugins.readings.supplier import client, contract, insert

FORM = "/api/v1/readings/contracts/c1"
SUBMIT = f"{FORM}/submissions"
LITERAL = "Показания сохранены"


def device(meter_id: str, **values: str | None) -> dict[str, Any]:
    """`device("m2", T1="1", T2="2")`; `total` is the only register of m1."""
    return {
        "meter_id": meter_id,
        "values": [{"register": f"A+.{zone}", "value": text} for zone, text in values.items()],
    }


M1, M2 = device("m1", total="333399"), device("m2", T1="110", T2="220,5")


async def submit(caller: Caller, *devices: dict[str, Any], **headers: str) -> Any:
    return await caller.post(SUBMIT, json={"devices": list(devices)}, headers=headers)


async def meters(caller: Caller, **filters: str) -> dict[str, Any]:
    """The devices of the form by their keys."""
    shown = (await caller.get(FORM, params=filters)).json()
    return {meter["id"]: meter for item in shown["objects"] for point in item["points"] for meter in point["meters"]}


async def feed(cabinet: Cabinet) -> list[dict[str, Any]]:
    """The facts that the company pulls."""
    company = await cabinet.service("puller", ["exchange.feed"])
    answer = await company.get("/api/v1/exchange/feed", params={"after": 0, "kind": "readings."})
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def transmissions(cabinet: Cabinet) -> int:
    async with cabinet.runtime.database.writer.connect() as connection:
        return len((await connection.execute(sa.select(Transmission.id))).all())


@pytest.mark.requirement("RDG-01")
async def test_the_form_shows_the_contract_down_to_the_register(supplier: Cabinet) -> None:
    await supplier.load(
        "readings.states",
        {"kind": "object", "id": "o1", "status": "Ожидание", "note": "Не было расчетов по энергообъекту"},
        {"kind": "meter", "id": "m2", "status": "Принято"},
    )
    caller = await client(supplier)
    shown = (await caller.get(FORM)).json()
    assert shown["contract"] == {"id": "c1", "number": "50050002005584", "name": 'СНТ "Радуга"'}
    first = shown["objects"][0]
    assert (first["number"], first["status"], first["note"]) == (
        "10186912_1",
        "Ожидание",
        "Не было расчетов по энергообъекту",
    )
    assert "Орехово-Зуево" in first["address"]
    point = first["points"][0]
    assert point["complex_code"] == "ИК-p1"
    meter = point["meters"][0]
    assert (meter["number"], meter["model"], meter["coefficient"], meter["loss_percent"], meter["status"]) == (
        "05601313",
        "Меркурий 230",
        "1",
        "0",
        "Ожидание",
    )
    register = meter["registers"][0]
    assert register["name"] == "Круглосуточный"
    assert register["previous"] == {
        "value": "16249.16",
        "month": "2025-12-01",
        "text": "016 249,16 за декабрь 2025",
    }
    assert {key: register[key] for key in ("current", "consumption", "interval_consumption", "delta")} == {
        "current": None,
        "consumption": None,
        "interval_consumption": "0",
        "delta": None,
    }
    second = shown["objects"][1]["points"][0]["meters"][0]
    assert (second["status"], [item["name"] for item in second["registers"]]) == ("Принято", ["День", "Ночь"])
    accountant = await client(supplier, "Бухгалтер", email="petrov@example.ru")
    assert (await accountant.get("/api/v1/readings/contracts")).json()["items"] == []
    assert (await accountant.get(FORM)).status_code == 403


@pytest.mark.requirement("RDG-02")
async def test_the_picker_is_sorted_and_narrows_as_one_types(supplier: Cabinet) -> None:
    await insert(supplier.runtime.database, Contract, contract("c0", "10000000000001", "ИП Ёлкин"))
    caller = await client(supplier, contracts=("c2", "c1", "c0"))

    async def found(**params: str | int) -> list[str]:
        answer = await caller.get("/api/v1/readings/contracts", params=params)
        return [item["number"] for item in answer.json()["items"]]

    assert await found() == ["10000000000001", "50050002005584", "50120002000032"]
    assert await found(search="5005") == ["50050002005584"]
    assert await found(search="рАДУ") == ["50050002005584"]
    assert await found(search="ёлк") == ["10000000000001"]
    assert await found(search="нет такого") == []
    page = (await caller.get("/api/v1/readings/contracts", params={"limit": 2})).json()
    assert await found(limit=2, cursor=page["next"]) == ["50120002000032"]
    chosen = (await caller.get("/api/v1/readings/contracts/c2")).json()
    assert [item["id"] for item in chosen["objects"]] == ["x1"]


@pytest.mark.requirement("RDG-03")
async def test_filters_by_status_and_object_intersect(supplier: Cabinet) -> None:
    await supplier.load("readings.states", {"kind": "object", "id": "o2", "status": "Расчёт"})
    caller = await client(supplier)

    async def found(**params: str) -> list[str]:
        return [item["id"] for item in (await caller.get(FORM, params=params)).json()["objects"]]

    assert (await caller.get(FORM)).json()["statuses"] == ["Ожидание", "Расчёт"]
    assert await found() == ["o1", "o2", "o3", "o4"]
    assert await found(status="Расчёт") == ["o2"]
    assert await found(status="Ожидание") == ["o1", "o3", "o4"]
    assert await found(object_id="o3") == ["o3"]
    assert await found(address="вольная ул., 4") == ["o4"]
    assert await found(address="Вольная", status="Расчёт") == ["o2"]
    assert await found(address="Сосновый", status="Расчёт") == []
    unknown = await caller.get(FORM, params={"status": "Неизвестный"})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "status")


@pytest.mark.requirement("RDG-04")
async def test_the_consumption_of_an_object_is_the_sum_of_its_points(supplier: Cabinet) -> None:
    caller = await client(supplier)

    async def totals() -> list[tuple[str | None, list[str | None]]]:
        shown = (await caller.get(FORM)).json()["objects"]
        return [(item["consumption"], [point["consumption"] for point in item["points"]]) for item in shown[:2]]

    assert await totals() == [(None, [None]), (None, [None])]
    await submit(caller, M2)
    assert await totals() == [(None, [None]), ("600", ["600"])]
    await submit(caller, M1, device("m2", T1="111", T2="220,5"))
    assert await totals() == [("317149.84", ["317149.84"]), ("620", ["620"])]
    limited = await client(supplier, objects=("o2",), email="petrov@example.ru")
    shown = (await limited.get(FORM)).json()
    assert (shown["consumption"], [item["id"] for item in shown["objects"]]) == ("620", ["o2"])


@pytest.mark.requirement("RDG-07")
async def test_only_the_status_of_waiting_lets_values_in(supplier: Cabinet) -> None:
    await supplier.load("readings.states", {"kind": "meter", "id": "m1", "status": "Принято"})
    caller = await client(supplier)
    refused = await submit(caller, M1)
    assert (refused.status_code, refused.json()["code"]) == (409, "readings.status_forbids")
    assert "«Принято»" in refused.json()["detail"]
    mixed = await submit(caller, M1, M2)
    assert mixed.status_code == 201
    assert [item["outcome"] for item in mixed.json()["devices"]] == ["refused", "saved"]
    assert "«Принято»" in mixed.json()["devices"][0]["reasons"][0]["message"]
    await supplier.load(
        "readings.states",
        {"kind": "meter", "id": "m1", "status": "Ожидание"},
        {"kind": "object", "id": "o1", "status": "Расчёт завершён"},
    )
    refused = await submit(caller, M1)
    assert (refused.status_code, "«Расчёт завершён»" in refused.json()["detail"]) == (409, True)
    assert await transmissions(supplier) == 1


@pytest.mark.requirement("RDG-08")
async def test_point_and_comma_separate_the_fraction(supplier: Cabinet) -> None:
    caller = await client(supplier)
    for text in ("333399.5", "333399,5"):
        assert (await submit(caller, device("m1", total=text))).status_code == 201
        assert (await meters(caller))["m1"]["registers"][0]["current"] == "333399.5"
    assert await transmissions(supplier) == 1  # the same value
    for text in ("1.234,5", "12 3", "12а", "-5"):
        refused = await submit(caller, device("m1", total=text))
        assert refused.status_code == 422
        assert refused.json()["errors"] == [
            {
                "field": "devices[0].values[0].value",
                "code": "readings.value_format",
                "message": "Введите число цифрами, без пробелов и знаков; дробную часть отделите точкой или запятой",
            }
        ]
    assert (await submit(caller, device("m1", total=cast(Any, 333399.5)))).status_code == 422  # a number is no string
    assert await transmissions(supplier) == 1


@pytest.mark.requirement("RDG-09")
async def test_reasons_stand_at_their_zones(supplier: Cabinet) -> None:
    caller = await client(supplier)
    refused = await submit(caller, device("m1", total="12 3"), device("m2", T1="", T2="220"))
    assert refused.status_code == 422
    assert [(item["field"], item["message"]) for item in refused.json()["errors"]] == [
        (
            "devices[0].values[0].value",
            "Введите число цифрами, без пробелов и знаков; дробную часть отделите точкой или запятой",
        ),
        ("devices[1].values[0].value", "Заполните поле"),
    ]
    assert await transmissions(supplier) == 0


@pytest.mark.requirement("RDG-10")
async def test_success_is_told_and_marked(supplier: Cabinet) -> None:
    caller = await client(supplier)

    async def marks() -> list[bool]:
        return [item["transmitted"] for item in (await caller.get(FORM)).json()["objects"][:2]]

    refused = await submit(caller, device("m1", total="х"))
    assert LITERAL not in refused.text
    assert await marks() == [False, False]
    saved = await submit(caller, M1)
    assert (saved.status_code, saved.json()["message"]) == (201, LITERAL)
    assert await marks() == [True, False]
    shown = (await caller.get(FORM)).json()["objects"][0]
    assert (shown["status"], shown["points"][0]["transmitted"]) == ("Ожидание", True)


@pytest.mark.requirement("RDG-11")
async def test_only_new_values_are_transmitted_again(supplier: Cabinet) -> None:
    caller = await client(supplier)
    first = (await submit(caller, M1, device("m2", T1="110", T2="много"))).json()
    assert [item["outcome"] for item in first["devices"]] == ["saved", "refused"]
    second = (await submit(caller, M1, M2)).json()
    assert [item["outcome"] for item in second["devices"]] == ["unchanged", "saved"]
    assert [fact["body"]["meter_id"] for fact in await feed(supplier)] == ["m1", "m2"]
    third = await submit(caller, M1, M2)
    assert (third.status_code, third.json()["id"], third.json()["message"]) == (201, None, None)


@pytest.mark.requirement("RDG-12")
async def test_consumption_is_computed(supplier: Cabinet) -> None:
    caller = await client(supplier)
    value = (await submit(caller, M1)).json()["devices"][0]["values"][0]
    assert (value["consumption"], value["consumption_shown"], value["notice"]) == ("317149.84", "317150", None)
    values = (await submit(caller, device("m2", T1="110", T2="200,5"))).json()["devices"][0]["values"]
    assert [item["consumption"] for item in values] == ["200", "0"]  # 10 times the coefficient of 20
    assert values[1]["notice"]["code"] == "readings.no_consumption"


@pytest.mark.requirement("RDG-12")
async def test_a_value_below_the_previous_is_saved_with_a_warning(supplier: Cabinet) -> None:
    caller = await client(supplier)
    saved = await submit(caller, device("m1", total="16000"))
    value = saved.json()["devices"][0]["values"][0]
    assert (saved.status_code, value["consumption"], value["notice"]["code"]) == (201, None, "readings.below_previous")
    register = (await meters(caller))["m1"]["registers"][0]
    assert (register["current"], register["notice"]["code"]) == ("16000", "readings.below_previous")
    confirmed = device("m1", total="16000")
    confirmed["values"][0]["confirm_rollover"] = True
    value = (await submit(caller, confirmed)).json()["devices"][0]["values"][0]
    assert (value["consumption"], value["notice"]["code"]) == ("999750.84", "readings.rolled_over")
    await supplier.load(
        "readings.previous", {"meter_id": "m1", "register": "A+.total", "value": "999950", "month": "2025-12-01"}
    )
    value = (await submit(caller, device("m1", total="120"))).json()["devices"][0]["values"][0]
    assert (value["consumption"], value["notice"]["code"]) == ("170", "readings.rolled_over")


@pytest.mark.requirement("RDG-14")
async def test_values_stay_until_the_period_closes(supplier: Cabinet) -> None:
    caller = await client(supplier)
    await submit(caller, M1)
    supplier.clock.move(timedelta(days=1))
    assert (await meters(caller))["m1"]["registers"][0]["current"] == "333399"
    closed = {"contract_id": "c1", "month": "2026-01-01", "opens_on": "2026-01-22", "closes_on": "2026-02-06"}
    await supplier.load("readings.windows", {**closed, "closed": True})
    register = (await meters(caller))["m1"]["registers"][0]
    assert register["previous"]["text"] == "333 399 за январь 2026"
    assert (await submit(caller, M2)).status_code == 409
    await supplier.load(
        "readings.windows",
        {"contract_id": "c1", "month": "2026-02-01", "opens_on": "2026-01-26", "closes_on": "2026-03-06"},
    )
    register = (await meters(caller))["m1"]["registers"][0]
    assert (register["current"], register["previous"]["value"]) == (None, "333399")


async def test_the_company_receives_each_value_once_and_in_order(supplier: Cabinet) -> None:
    caller = await client(supplier)
    await submit(caller, M1, device("m2", T1="х", T2="1"))
    await submit(caller, device("m1", total="333400"))
    items = await feed(supplier)
    facts = [item["body"] for item in items]
    assert [(fact["meter_id"], fact["values"][0]["value"]) for fact in facts] == [("m1", "333399"), ("m1", "333400")]
    first = facts[0]
    assert {key: first[key] for key in ("contract_id", "energy_object_id", "metering_point_id", "channel")} == {
        "contract_id": "c1",
        "energy_object_id": "o1",
        "metering_point_id": "p1",
        "channel": "screen",
    }
    assert first["values"][0]["register"] == "A+.total"
    assert first["author"].startswith("client:")
    assert first["submitted_at"].startswith("2026-01-25T09:00")
    assert [fact["replaces"] for fact in facts] == [None, items[0]["id"]]
    assert (await caller.get("/api/v1/exchange/feed")).status_code == 403


@pytest.mark.parametrize("trouble", ["before", "after"])
async def test_readings_wait_for_a_billing_that_is_down(supplier: Cabinet, trouble: Literal["before", "after"]) -> None:
    billing = BillingSimulator()
    billing.book.trouble = trouble
    cast(dict[type, Any], supplier.runtime.ports)[Billing] = billing
    caller = await client(supplier)
    assert (await submit(caller, M1)).json()["message"] == LITERAL
    await supplier.drain()
    assert (await meters(caller))["m1"]["transmission"]["state"] == "transmitted"
    billing.book.trouble = ""
    for _ in range(3):
        supplier.clock.move(timedelta(minutes=10))
        await supplier.drain()
    taken = [fact.kind for fact in billing.book.facts.values() if fact.kind.startswith("readings.")]
    assert taken == ["readings.submitted"]
    assert (await meters(caller))["m1"]["transmission"]["state"] == "accepted"


async def test_billings_refusal_comes_back_to_the_device(supplier: Cabinet) -> None:
    caller = await client(supplier)
    receipt = (await submit(caller, M1, M2)).json()
    first, second = [item["id"] for item in await feed(supplier)]
    answers = [
        {"fact_id": first, "outcome": "accepted"},
        {"fact_id": second, "outcome": "refused", "code": "B7", "text": "Скачок расхода", "item": "m2/A+.T2"},
    ]
    company = await supplier.service("billing2", ["exchange.answers"])
    body = b"\n".join(msgspec.json.encode(answer) for answer in answers)
    assert (await company.post("/api/v1/exchange/answers", content=body)).status_code == 200
    await supplier.drain()
    shown = await meters(caller)
    assert shown["m1"]["transmission"]["state"] == "accepted"
    assert {key: shown["m2"]["transmission"][key] for key in ("state", "code", "text")} == {
        "state": "refused",
        "code": "B7",
        "text": "Скачок расхода",
    }
    result = (await caller.get(f"{SUBMIT}/{receipt['id']}")).json()
    assert [[value["state"] for value in item["values"]] for item in result["devices"]] == [
        ["accepted"],
        ["transmitted", "refused"],
    ]


async def test_an_unconfirmed_address_may_look_but_not_submit(supplier: Cabinet) -> None:
    caller = await client(supplier, confirmed=False)
    assert (await caller.get(FORM)).status_code == 200
    refused = await submit(caller, M1)
    assert (refused.status_code, refused.json()["code"]) == (403, "email_not_confirmed")
    assert await transmissions(supplier) == 0
    assert await feed(supplier) == []
    for path in ("/api/v1/contracts", "/api/v1/contracts/c1", "/api/v1/readings/contracts"):
        assert (await caller.get(path)).status_code == 200
    code = {"code": await supplier.code_for("ivanova@example.ru")}
    assert (await caller.post("/api/v1/registration/email-confirmation", json=code)).status_code == 200
    assert (await submit(caller, M1)).status_code == 201


async def test_what_is_foreign_looks_like_what_is_missing(supplier: Cabinet) -> None:
    caller = await client(supplier, objects=("o1",))
    answers = [
        (await caller.get("/api/v1/readings/contracts/c2")),
        (await caller.get("/api/v1/readings/contracts/nothing")),
        (await submit(caller, M2)),
        (await submit(caller, device("nothing", total="1"))),
        (await caller.get(f"{SUBMIT}/nothing")),
    ]
    shapes = {(answer.status_code, answer.json()["code"], str(answer.json().get("errors"))) for answer in answers}
    assert shapes == {(404, "not_found", "[]")}


@pytest.mark.repeats("submit_readings")
async def test_a_retry_with_its_key_is_done_once(supplier: Cabinet) -> None:
    caller = await client(supplier)
    key = {"Idempotency-Key": "one"}
    first, second = await submit(caller, M1, **key), await submit(caller, M1, **key)
    assert first.json() == second.json()
    assert second.json()["message"] == LITERAL
    assert await transmissions(supplier) == 1
    assert (await submit(caller, M2, **key)).status_code == 409
