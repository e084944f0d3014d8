"""The contract's card, its workbook, annexes and contacts, over HTTP."""

import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from core.context import Context
from core.contracts.public import grant
from core.sdk import ROLES
from core.testing.cabinet import Cabinet, Caller

NUMBER, EMAIL = "78000000012345", "dogovor@romashka.example"
CONTRACT = {
    "id": "C-1",
    "number": NUMBER,
    "name": "ООО «Ромашка»",
    "inn": "7830002293",
    "kpp": "783001001",
    "branch": "Невский филиал",
    "address": "Санкт-Петербург, Невский пр., 1",
    "phone": "+7 812 000-00-00",
    "bank": "=Банк «Северный»",
    "bank_account": "40702810000000000001",
    "correspondent_account": "30101810000000000002",
    "bic": "044030001",
    "signature": "kep",
    "signed_on": "2020-02-01",
}
FILE = b"%PDF-1.7 an annex" * 1000


async def supplied(cabinet: Cabinet) -> None:
    """A contract with two energy objects, three devices and an annex."""
    await cabinet.load("contracts", CONTRACT, CONTRACT | {"id": "C-2", "number": "78000000000002"})
    await cabinet.load("contract_emails", *[{"contract_id": key, "email": EMAIL} for key in ("C-1", "C-2")])
    await cabinet.load(
        "energy_objects",
        {"id": "O-1", "contract_id": "C-1", "number": "1", "name": "Цех", "address": "ул. Заводская, 3"},
        {"id": "O-2", "contract_id": "C-1", "number": "2", "name": "Склад"},
    )
    await cabinet.load(
        "metering_points",
        {"id": "P-1", "energy_object_id": "O-1", "name": "Ввод 1"},
        {"id": "P-2", "energy_object_id": "O-1", "name": "Ввод 2", "by_message": True, "complex_code": "ИК-2"},
        {"id": "P-3", "energy_object_id": "O-2", "name": "Ввод 1"},
    )
    await cabinet.load(
        "meters",
        {
            "id": "M-1",
            "metering_point_id": "P-1",
            "number": "05601413",
            "model": "Меркурий 230",
            "coefficient": "40",
            "loss_percent": "1.5",
            "digits": 6,
            "installed_on": "2019-09-12",
        },
        {"id": "M-3", "metering_point_id": "P-3", "number": "05601499"},
    )
    await cabinet.load(
        "registers",
        {"meter_id": "M-1", "code": "A+.T1", "name": "День", "sort": 0},
        {"meter_id": "M-1", "code": "A+.T2", "name": "Ночь", "sort": 1},
    )


async def holder(cabinet: Cabinet, role: str = "Руководитель", email: str = "ivanova@example.ru") -> Caller:
    """A client who holds C-1 in a role."""
    caller = await cabinet.client(email)
    account = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    await grant(Context(cabinet.runtime), account, "C-1", role)
    return caller


def shown(details: Any) -> dict[str, list[list[str | None]]]:
    """Section title -> its rows, fields first, as the screen shows them."""
    return {
        section["title"]: [
            *[[field["title"], field["value"]] for field in section["fields"]],
            *([section["columns"]] if section["columns"] else []),
            *section["rows"],
        ]
        for section in details["sections"]
    }


def printed(value: Any) -> str | None:
    """A cell of the workbook, written as the screen writes it."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float):
        return str(Decimal(repr(value)))
    return None if value is None else str(value)


@pytest.mark.requirement("CTR-09", "CTR-15")
async def test_the_card_shows_requisites_bank_and_devices(cabinet: Cabinet) -> None:
    await supplied(cabinet)
    sections = shown((await (await holder(cabinet)).get("/api/v1/contracts/C-1")).json())
    assert ["ИНН", "7830002293"] in sections["Информация по договору"]
    assert ["Дата договора", "2020-02-01"] in sections["Информация по договору"]
    assert ["Электронный документооборот", "КЭП"] in sections["Информация по договору"]
    assert ["Электронная почта", EMAIL] in sections["Контактные данные"]
    assert ["БИК", "044030001"] in sections["Банковские реквизиты"]
    heading, *devices = sections["Приборы учёта"]
    first = dict(zip(heading, devices[0], strict=True))
    assert (first["Номер ПУ"], first["Модель"], first["Расчётный коэффициент"], first["Потери, %"]) == (
        "05601413",
        "Меркурий 230",
        "40",
        "1.5",
    )
    assert first["Шкалы"] == "День, Ночь"
    by_message = dict(zip(heading, devices[1], strict=True))
    assert (by_message["Учёт"], by_message["Код ИК"], by_message["Номер ПУ"]) == ("по сообщению", "ИК-2", None)
    assert len(devices) == 3


@pytest.mark.requirement("CTR-10")
async def test_the_workbook_equals_the_screen(cabinet: Cabinet) -> None:
    await supplied(cabinet)
    caller = await holder(cabinet)
    details = shown((await caller.get("/api/v1/contracts/C-1")).json())
    answer = await caller.get("/api/v1/contracts/C-1/card")
    assert answer.headers["content-type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert ".xlsx" in answer.headers["content-disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    for title, rows in details.items():
        cells = [list(row) for row in book[title].iter_rows(values_only=True)]
        read = [[printed(value) for value in row] for row in cells if any(value is not None for value in row)]
        assert [[cell for cell in row if cell] for row in read] == [[cell for cell in row if cell] for row in rows]
    assert book["Банковские реквизиты"]["B1"].data_type == "s"  # never a formula
    assert book["Информация по договору"]["B2"].value.date() == date(2020, 2, 1)


@pytest.mark.requirement("CTR-09", "CTR-10", "CTR-13", "CTR-05")
async def test_a_contract_that_is_not_held_shows_nothing(cabinet: Cabinet) -> None:
    await supplied(cabinet)
    caller = await holder(cabinet)
    await caller.post("/api/v1/contracts", json={"number": "78000000000002", "email": EMAIL})
    await cabinet.load("contracts", CONTRACT | {"id": "C-3", "number": "78000000000003"})
    stranger = await holder(cabinet, email="stranger@example.ru")
    await grant(Context(cabinet.runtime), await account_of(stranger), "C-3", "Руководитель")
    assert (await stranger.get("/api/v1/contracts/C-3")).status_code == 200
    assert (await caller.get("/api/v1/readings/contracts")).json()["items"][0]["id"] == "C-1"
    assert len((await caller.get("/api/v1/readings/contracts")).json()["items"]) == 1
    for key in ("C-2", "C-3", "C-9"):  # pending, foreign and unknown
        assert (await caller.get(f"/api/v1/readings/contracts/{key}")).status_code == 404
        for path in ("", "/card", "/annexes", "/annexes/A-1/content"):
            assert (await caller.get(f"/api/v1/contracts/{key}{path}")).status_code == 404
        assert (await caller.get("/api/v1/contracts/contacts", params={"contract_id": key})).status_code == 404


@pytest.mark.requirement("CTR-10")
async def test_a_role_limited_to_an_object_sees_its_devices_only(cabinet: Cabinet) -> None:
    await supplied(cabinet)
    caller = await holder(cabinet)
    await limit(cabinet, "O-2")
    heading, *devices = shown((await caller.get("/api/v1/contracts/C-1")).json())["Приборы учёта"]
    assert [row[heading.index("Номер ПУ")] for row in devices] == ["05601499"]
    book = openpyxl.load_workbook(io.BytesIO((await caller.get("/api/v1/contracts/C-1/card")).content))
    assert "05601413" not in str([*book["Приборы учёта"].iter_rows(values_only=True)])


async def account_of(caller: Caller) -> str:
    """Who calls."""
    account: str = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    return account


async def limit(cabinet: Cabinet, energy_object_id: str) -> None:
    """Limits every link to one energy object."""
    import sqlalchemy as sa

    from core.contracts.models import ContractLink, ContractLinkObject

    async with cabinet.runtime.transaction("test") as uow:
        links = (await uow.execute(sa.select(ContractLink.account_id, ContractLink.contract_id))).all()
        await uow.execute(sa.update(ContractLink).values(all_objects=False))
        for account_id, contract_id in links:
            row = {"account_id": account_id, "contract_id": contract_id, "energy_object_id": energy_object_id}
            await uow.execute(sa.insert(ContractLinkObject).values(row))


@pytest.mark.requirement("CTR-13", "ROL-11", "ROL-12", "ROL-10", "CTR-11")
@pytest.mark.parametrize("role", ROLES)
async def test_each_role_sees_the_card_and_the_annexes_and_may_remove(cabinet: Cabinet, role: str) -> None:
    await supplied(cabinet)
    caller = await holder(cabinet, role)
    other = await holder(cabinet, "Бухгалтер", "petrov@example.ru")
    assert (await caller.get("/api/v1/contracts/C-1/annexes")).json()["items"] == []
    row = {"id": "A-1", "contract_id": "C-1", "name": "Приложение № 1", "file_name": "Приложение 1.pdf"}
    await cabinet.load("annexes", row | {"signed_on": "2021-03-01"})
    missing = await caller.get("/api/v1/contracts/C-1/annexes/A-1/content")
    assert (missing.status_code, missing.json()["code"]) == (404, "annex_without_file")
    company = await cabinet.service()
    stored = await company.put("/api/v1/exchange/contract-annexes/A-1/content", content=FILE)
    assert stored.json()["size"] == len(FILE)
    listed = (await caller.get("/api/v1/contracts/C-1/annexes")).json()["items"]
    assert [(item["name"], item["signed_on"], item["size"]) for item in listed] == [
        ("Приложение № 1", "2021-03-01", len(FILE))
    ]
    file = await caller.get("/api/v1/contracts/C-1/annexes/A-1/content")
    assert file.content == FILE
    assert "attachment" in file.headers["content-disposition"]
    assert (await caller.get("/api/v1/contracts/C-1/card")).status_code == 200
    assert (await caller.delete("/api/v1/contracts/C-1")).status_code == 204
    for path in ("", "/card", "/annexes", "/annexes/A-1/content"):
        assert (await caller.get(f"/api/v1/contracts/C-1{path}")).status_code == 404
        assert (await other.get(f"/api/v1/contracts/C-1{path}")).status_code == 200


async def test_only_the_company_delivers_annexes(cabinet: Cabinet) -> None:
    await supplied(cabinet)
    caller = await holder(cabinet)
    place = "/api/v1/exchange/contract-annexes/A-1/content"
    assert (await caller.put(place, content=FILE)).status_code == 403
    company = await cabinet.service()
    assert (await company.put(place, content=FILE)).status_code == 404
    narrow = await cabinet.service("crm", ["exchange.load", "exchange.load:contracts"])
    assert (await narrow.put(place, content=FILE)).status_code == 403


@pytest.mark.requirement("HLP-03", "HLP-04")
async def test_contacts_of_chosen_and_of_all_contracts(cabinet: Cabinet) -> None:
    await supplied(cabinet)
    await cabinet.load(
        "contract_contacts",
        {
            "contract_id": "C-1",
            "branch_head": "Орлов Пётр Ильич",
            "branch_phone": "+7 812 111-11-11",
            "branch_address": "Невский пр., 10",
            "curator": "Белова Мария",
            "curator_phone": "+7 812 222-22-22",
            "curator_email": "belova@supplier.example",
        },
        {"contract_id": "C-2", "curator": "Белова Мария"},
    )
    caller = await holder(cabinet)
    assert [block["contract_id"] for block in (await contacts(caller))] == ["C-1"]
    account = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    await grant(Context(cabinet.runtime), account, "C-2", "Энергетик")
    both = await contacts(caller, "C-1", "C-2")
    assert [block["contract_id"] for block in both] == ["C-2", "C-1"]  # by number
    assert both[1]["branch_head"] == "Орлов Пётр Ильич"
    assert both[1]["curator_email"] == "belova@supplier.example"
    assert (both[0]["branch_head"], both[0]["branch_phone"], both[0]["curator"]) == (None, None, "Белова Мария")
    assert len(await contacts(caller)) == 2


async def contacts(caller: Caller, *chosen: str) -> list[Any]:
    """The page «Контакты»."""
    answer = await caller.get("/api/v1/contracts/contacts", params={"contract_id": list(chosen)})
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items
