"""A supplier with household accounts: a managing company, its neighbour, and how they are called over HTTP."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import msgspec
import openpyxl

from core.testing.cabinet import PASSWORD, Cabinet, Caller

COMPANY, OTHER = "78000000012345", "78000000054321"
MAIL, OTHER_MAIL = "uk@dom.example", "tszh@dom.example"
NAVY, GARDEN, FOREIGN = "H-1", "H-2", "H-9"
WINDOW = {"branch": "Север", "month": "2026-01-01", "opens_on": "2026-01-20", "closes_on": "2026-01-28"}


def contract(contract_id: str, number: str, name: str) -> dict[str, Any]:
    return {"id": contract_id, "number": number, "name": name, "inn": "7830002293", "branch": "Север"}


def meter(meter_id: str, account_id: str, number: str, **more: Any) -> dict[str, Any]:
    row = {"id": meter_id, "account_id": account_id, "number": number, "model": "Меркурий 201", "zones": 1, "digits": 5}
    return row | more


async def found_supplier(cabinet: Cabinet) -> None:
    """Two houses of the company's contract, one of somebody else's, and a flat that a client has by himself."""
    await cabinet.load("contracts", contract("C-1", COMPANY, "УК «Дом»"), contract("C-2", OTHER, "ТСЖ «Сад»"))
    await cabinet.load(
        "contract_emails", {"contract_id": "C-1", "email": MAIL}, {"contract_id": "C-2", "email": OTHER_MAIL}
    )
    await cabinet.load(
        "household.houses",
        {"id": NAVY, "branch": "Север", "address": "г. Онегорск, ул. Флотская, д. 1"},
        {"id": GARDEN, "branch": "Север", "address": "г. Онегорск, Садовый пр., д. 5"},
        {"id": FOREIGN, "branch": "Север", "address": "г. Онегорск, ул. Чужая, д. 9"},
    )
    await cabinet.load("household.schedules", WINDOW)
    await cabinet.load(
        "household.accounts",
        {"id": "A-10", "house_id": NAVY, "number": "000010", "flat": "10"},
        {"id": "A-2", "house_id": NAVY, "number": "000002", "flat": "2"},
        {"id": "A-1", "house_id": NAVY, "number": "000001", "flat": "1"},
        {"id": "A-5", "house_id": GARDEN, "number": "000005", "flat": "5"},
        {"id": "A-9", "house_id": FOREIGN, "number": "000009", "flat": "9"},
    )
    await cabinet.load(
        "household.meters",
        meter("M-1", "A-1", "0000111"),
        meter("M-2", "A-2", "0000222", zones=3, digits=6, model="Энергомера СЕ 102"),
        meter("M-10", "A-10", "0001010", works=False, discrepancies=["Истёк срок поверки", "Нет пломбы"]),
        meter("M-5", "A-5", "0000555"),
        meter("M-9", "A-9", "0000999"),
    )
    await cabinet.load(
        "household.previous",
        {"meter_id": "M-1", "t1": "5598", "month": "2022-07-01"},
        {"meter_id": "M-2", "t1": "1000", "t2": "2000", "t3": "3000", "taken_on": "2025-12-24"},
        {"meter_id": "M-5", "t1": "100", "month": "2025-12-01"},
    )
    await cabinet.load(
        "household.attachments",
        *({"id": f"AT-{flat}", "account_id": f"A-{flat}", "contract_id": "C-1"} for flat in (1, 2, 10, 5)),
        {"id": "AT-9", "account_id": "A-9", "contract_id": "C-2"},
    )


async def manager(cabinet: Cabinet) -> Caller:
    """A client who holds the company's contract."""
    caller = await cabinet.client("manager@dom.example")
    await cabinet.link(caller, COMPANY, MAIL)
    return caller


async def sign_in_again(cabinet: Cabinet, caller: Caller, email: str = "manager@dom.example") -> None:
    """Much time has passed: the session is over."""
    answer = await cabinet.anonymous().post("/api/v1/sessions", json={"email": email, "password": PASSWORD})
    caller.sign(answer.json()["token"])


async def cards(caller: Caller, house_id: str | None = NAVY, **params: Any) -> dict[str, Any]:
    asked = params if house_id is None else {"house_id": house_id, **params}
    answer = await caller.get("/api/v1/household/cards", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def meters(caller: Caller, house_id: str = NAVY) -> dict[str, dict[str, Any]]:
    """Every meter of an address, by its key."""
    return {item["id"]: item for card in (await cards(caller, house_id))["items"] for item in card["meters"]}


async def enter(caller: Caller, meter_id: str, **values: Any) -> dict[str, Any]:
    answer = await caller.patch(f"/api/v1/household/meters/{meter_id}/reading", json=values)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def texts(item: Mapping[str, Any]) -> list[str | None]:
    """The literals of a meter's statuses, zone by zone."""
    return [zone["status"] and zone["status"]["text"] for zone in item["zones"]]


async def transmit(caller: Caller, cabinet: Cabinet, **scope: str) -> dict[str, Any]:
    """Orders a transmission and lets the facts leave."""
    answer = await caller.post("/api/v1/household/transmissions", json=scope)
    assert answer.status_code == 202, answer.text
    await cabinet.drain()
    return await transmission(caller, answer.json()["id"])


async def transmission(caller: Caller, transmission_id: str) -> dict[str, Any]:
    answer = await caller.get(f"/api/v1/household/transmissions/{transmission_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def facts(cabinet: Cabinet) -> list[dict[str, Any]]:
    """What the company reads in its feed."""
    company = await cabinet.service(f"reader{len(cabinet._callers)}", ("exchange.feed",))
    answer = await company.get("/api/v1/exchange/feed", params={"kind": "household.", "after": 0, "limit": 500})
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def billing_says(cabinet: Cabinet, *answers: Mapping[str, str]) -> None:
    """Billing's answers to facts."""
    company = await cabinet.service(f"answers{len(cabinet._callers)}", ("exchange.answers",))
    lines = b"\n".join(msgspec.json.encode(one) for one in answers)
    assert (await company.post("/api/v1/exchange/answers", content=lines)).status_code == 200
    await cabinet.drain()


async def accept_all(cabinet: Cabinet) -> None:
    """Billing accepts every fact."""
    await billing_says(cabinet, *({"fact_id": fact["id"], "outcome": "accepted"} for fact in await facts(cabinet)))


# ---- workbooks
async def template(caller: Caller, *house_ids: str, every: bool = False) -> bytes:
    params: list[tuple[str, str]] = [("house_id", house_id) for house_id in house_ids]
    answer = await caller.get("/api/v1/household/template", params=[*params, ("every", str(every).lower())])
    assert answer.status_code == 200, answer.text
    return answer.content


def filled(content: bytes, values: Mapping[str, Sequence[Any]], column: str = "Показание Т1") -> bytes:
    """A template with values from a column on, by the number of the meter."""
    book = openpyxl.load_workbook(BytesIO(content))
    sheet = book.active
    heads = [cell.value for cell in sheet[1]]
    number, first = heads.index("Номер счетчика"), heads.index(column)
    for row in sheet.iter_rows(min_row=2):
        for offset, value in enumerate(values.get(str(row[number].value), ())):
            if value is not None:
                row[first + offset].value = value
    target = BytesIO()
    book.save(target)
    return target.getvalue()


async def upload(
    caller: Caller, content: bytes, *house_ids: str, name: str = "Шаблон.xlsx", send: str = "false"
) -> str:
    params = [("kind", "household.readings"), ("name", name), ("send", send)]
    answer = await caller.post(
        "/api/v1/imports", params=[*params, *(("part", house_id) for house_id in house_ids)], content=content
    )
    assert answer.status_code == 201, answer.text
    import_id: str = answer.json()["id"]
    return import_id


async def save(caller: Caller, cabinet: Cabinet, content: bytes, *house_ids: str, name: str = "Шаблон.xlsx") -> str:
    """Uploads a file and saves what is right in it."""
    import_id = await upload(caller, content, *house_ids, name=name, send="true")
    await cabinet.drain()
    return import_id


async def details(caller: Caller, import_id: str) -> dict[str, Any]:
    answer = await caller.get(f"/api/v1/household/files/{import_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def code(answer: Any) -> str:
    """The first code of a refusal: of a field, else of the whole."""
    body = answer.json()
    return str(body["errors"][0]["code"] if body["errors"] else body["code"])
