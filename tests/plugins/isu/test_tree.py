"""The page «ИСУ»: contracts, trees, filters, search, pages of objects."""

from typing import Any

import pytest

from core.sdk import ROLES
from core.testing.cabinet import Cabinet, Caller
from tests.plugins.isu.supplier import OBJECTS, holder, load_company, load_devices

TREES = "/api/v1/isu/trees"
C1 = "/api/v1/isu/contracts/C-1"


async def trees(caller: Caller, **query: Any) -> dict[str, Any]:
    answer = await caller.get(TREES, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def levels(node: dict[str, Any]) -> list[str]:
    return [node["level"], *(levels(node["children"][0]) if node["children"] else [])]


@pytest.mark.requirement("ISU-01", "ROL-25")
async def test_contracts_with_devices_are_listed_and_nothing_can_be_written(supplier: Cabinet, client: Caller) -> None:
    found = (await client.get("/api/v1/isu/contracts")).json()
    assert [item["title"] for item in found["items"]] == [
        "Стенд МЭС с СКЗИ-3ф ЮЛ (321654988)",
        "Стенд МЭС с СКЗИ-3ф ОДПУ (321654989)",
    ]
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        for path in (TREES, "/api/v1/isu/contracts", f"{C1}/devices/D-1/readings", f"{C1}/objects/device/D-1"):
            answer = await client.request(method, path, json={})
            assert answer.status_code in (404, 405), (method, path)
    for number, role in enumerate(ROLES):
        caller = await holder(supplier, f"r{number}@romashka.example", role, "C-2")
        assert (await trees(caller))["contract"]["id"] == "C-2"


@pytest.mark.requirement("ISU-02")
async def test_an_energy_object_is_a_tree_of_four_levels(client: Caller) -> None:
    found = await trees(client, contract_id="C-1")
    assert [item["name"] for item in found["items"]] == [
        "3216549882 Стенд МЭС с СКЗИ-3ф ЮЛ",
        "3216549883 Котельная",
    ]
    for item in found["items"]:
        assert levels(item) == ["energy_object", "connection_point", "metering_point", "device"]
    device = found["items"][0]["children"][0]["children"][0]["children"][0]
    assert (device["name"], device["has_children"], device["children"]) == ("СЭТ-4ТМ № 22305561", False, [])


@pytest.mark.requirement("ISU-02")
async def test_children_come_on_demand(client: Caller) -> None:
    folded = await trees(client, contract_id="C-1", levels=1)
    assert [(item["has_children"], item["children"]) for item in folded["items"]] == [(True, None)] * 2
    path, node, seen = "energy_object", folded["items"][0], []
    while node["has_children"]:
        found = (await client.get(f"{C1}/objects/{path}/{node['id']}/children")).json()
        (node,) = found["items"]
        path = node["level"]
        seen.append(node["level_title"])
    assert seen == ["Точка подключения", "Точка учёта", "Прибор учёта"]
    two = await trees(client, contract_id="C-1", levels=2)
    assert two["items"][0]["children"][0]["children"] is None


@pytest.mark.requirement("ISU-03")
async def test_without_devices_the_client_is_invited(supplier: Cabinet) -> None:
    for number, contracts in enumerate(((), ("C-0",))):
        caller = await holder(supplier, f"n{number}@romashka.example", "Руководитель", *contracts)
        found = await trees(caller)
        assert found["text"] == "У вас пока нет договора с ИПУ"
        assert found["action"] == {"title": "Добавить договор", "operation": "add_contract"}
        assert (found["items"], found["contract"]) == ([], None)


@pytest.mark.requirement("ISU-04")
async def test_one_contract_is_chosen_and_one_object(supplier: Cabinet, client: Caller) -> None:
    assert (await trees(client))["contract"]["id"] == "C-1"
    assert [item["id"] for item in (await trees(client, contract_id="C-2"))["items"]] == ["O-3"]
    for wrong in ("C-0", "C-404", "%"):
        assert (await client.get(TREES, params={"contract_id": wrong})).status_code == 404
    one = await trees(client, contract_id="C-1", energy_object_id="O-2")
    assert [item["id"] for item in one["items"]] == ["O-2"]
    for wrong in ("O-3", "O-0", "nothing"):
        asked = {"contract_id": "C-1", "energy_object_id": wrong}
        assert (await client.get(TREES, params=asked)).status_code == 404
    neighbour = await holder(supplier, "boris@vasilek.example", "Бухгалтер", "C-2")
    assert (await neighbour.get(TREES, params={"contract_id": "C-1"})).status_code == 404
    for path in ("objects/device/D-1", "devices/D-1/readings", "objects/energy_object/O-1/children"):
        assert (await neighbour.get(f"{C1}/{path}")).status_code == 404
        assert (await neighbour.get(f"/api/v1/isu/contracts/C-2/{path}")).status_code == 404


@pytest.mark.requirement("ISU-04", "ROL-25")
async def test_a_role_on_some_objects_sees_their_trees_only(supplier: Cabinet) -> None:
    caller = await holder(supplier, "part@romashka.example", "Энергетик", "C-1", objects=("O-2",))
    assert [item["id"] for item in (await trees(caller))["items"]] == ["O-2"]
    assert (await caller.get(TREES, params={"energy_object_id": "O-1"})).status_code == 404
    assert (await trees(caller, search="2230556"))["items"][0]["id"] == "O-2"
    for path in ("objects/energy_object/O-1", "objects/device/D-1", "devices/D-1/events", "devices/D-1/profile"):
        assert (await caller.get(f"{C1}/{path}")).status_code == 404
        allowed = path.replace("O-1", "O-2").replace("D-1", "D-2")
        assert (await caller.get(f"{C1}/{allowed}")).status_code == 200


SEARCHES: list[tuple[str, list[str]]] = [
    ("22305561", ["O-1"]),
    ("сэт-4тм", ["O-1", "O-2"]),
    ("КОТЕЛЬ", ["O-2"]),
    ("вру-1", ["O-1"]),
    ("точка учёта 2", ["O-2"]),
    ("3216549883", ["O-2"]),
    ("Кулакова", []),
    ("100%", []),
    ("22305563", []),
]


@pytest.mark.requirement("ISU-05")
async def test_the_search_shows_whole_trees_that_hold_the_name(client: Caller) -> None:
    for text, found in SEARCHES:
        shown = await trees(client, contract_id="C-1", search=text)
        assert [item["id"] for item in shown["items"]] == found, text
        assert all(len(levels(item)) == 4 for item in shown["items"])


async def test_pages_of_trees_and_of_children_are_complete(cabinet: Cabinet) -> None:
    await load_company(cabinet)
    more = [{**OBJECTS[0], "id": f"X-{n}", "number": f"77{n % 3}", "name": f"Объект {n}"} for n in range(7)]
    await cabinet.load("energy_objects", *more)
    points = [
        (
            "nodes",
            {"id": f"K-{n}", "level": "connection_point", "energy_object_id": "O-1", "parent_id": "O-1", "name": "К"},
        )
        for n in range(7)
    ]
    await load_devices(cabinet, points)
    meter = {"level": "metering_point", "energy_object_id": "O-1", "parent_id": "K-0"}
    await cabinet.load("isu.nodes", {**meter, "id": "M", "name": "ТУ"})
    await cabinet.load("isu.nodes", {**meter, "level": "device", "parent_id": "M", "id": "D", "name": "ПУ"})
    client = await holder(cabinet, "anna@romashka.example", "Руководитель", "C-1")
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        found = await trees(client, limit=2, levels=1, **cursor)
        seen += [item["id"] for item in found["items"]]
        if found["next"] is None:
            break
        cursor = {"cursor": found["next"]}
    assert sorted(seen) == sorted(["O-1", "O-2", *(f"X-{n}" for n in range(7))])
    names, path = [], f"{C1}/objects/energy_object/O-1/children"
    found = (await client.get(path, params={"limit": 3})).json()
    while True:
        names += [item["id"] for item in found["items"]]
        if found["next"] is None:
            break
        found = (await client.get(path, params={"limit": 3, "cursor": found["next"]})).json()
    assert names == [f"K-{n}" for n in range(7)]


# ---- pages of objects
def fields(block: dict[str, Any]) -> dict[str, Any]:
    return {field["name"]: field["value"] for field in block["fields"]}


@pytest.mark.requirement("ISU-06", "ISU-08")
@pytest.mark.parametrize(
    ("level", "key", "tabs"),
    [
        ("energy_object", "O-1", ["Информация"]),
        ("connection_point", "CP-1", ["Информация"]),
        ("metering_point", "P-1-isu", ["Информация"]),
        ("device", "D-1", ["Информация", "Показания", "Журнал"]),
    ],
)
async def test_every_level_has_a_page(supplier: Cabinet, client: Caller, level: str, key: str, tabs: list[str]) -> None:
    block = {"energy_object": "energy_object", "device": "identification"}.get(level, level)
    row = {"level": level, "object_id": key, "block": block, "as_of": "2023-12-26T12:05:58Z"}
    told = [{"name": "Напряжение", "value": "0,4 кВ"}]
    await supplier.load("isu.blocks", {**row, "as_of": "2026-01-25T09:00:01Z", "fields": told})
    await supplier.load("isu.blocks", {**row, "fields": []})  # an older state comes late and changes nothing
    page = (await client.get(f"{C1}/objects/{level}/{key}")).json()
    assert page["tabs"] == tabs
    assert page["blocks"][0]["actual"] == "Данные актуальны на 25.01.2026 12:00:01"
    assert fields(page["blocks"][0])["Напряжение"] == "0,4 кВ"
    wrong = "device" if level != "device" else "metering_point"
    assert (await client.get(f"{C1}/objects/{wrong}/{key}")).status_code == 404
    assert (await client.get(f"{C1}/objects/nonsense/{key}")).status_code in (404, 422)
    if level != "device":
        for tab in ("readings", "events", "profile", "archives"):
            assert (await client.get(f"{C1}/devices/{key}/{tab}")).status_code == 404


@pytest.mark.requirement("ISU-07")
async def test_an_energy_object_tells_six_things(supplier: Cabinet, client: Caller) -> None:
    page = (await client.get(f"{C1}/objects/energy_object/O-1")).json()
    (block,) = page["blocks"]
    assert block["title"] == "Характеристики энергообъекта"
    assert block["actual"] is None
    assert list(fields(block).items()) == [
        ("Адрес энергообъекта", "г. Москва, ул. Кулакова, д. 25"),
        ("Наименование энергообъекта", "Стенд МЭС с СКЗИ-3ф ЮЛ"),
        ("Номер энергообъекта", "3216549882"),
        ("Телефон 1", None),
        ("Телефон 2", None),
        ("Электронный адрес", None),
    ]
    row = {"level": "energy_object", "object_id": "O-1", "block": "energy_object", "as_of": "2023-12-26T15:05:58+03:00"}
    await supplier.load("isu.blocks", {**row, "fields": [{"name": "Телефон 1", "value": "+7(495)980-59-00"}]})
    (block,) = (await client.get(f"{C1}/objects/energy_object/O-1")).json()["blocks"]
    assert block["actual"] == "Данные актуальны на 26.12.2023 15:05:58"
    assert fields(block)["Телефон 1"] == "+7(495)980-59-00"
    assert len(fields(block)) == 6


@pytest.mark.requirement("ISU-09")
async def test_a_device_has_eight_blocks(client: Caller) -> None:
    page = (await client.get(f"{C1}/objects/device/D-1")).json()
    assert [block["title"] for block in page["blocks"]] == [
        "Идентификационные данные",
        "Жизненный цикл и состояние ИПУ",
        "Метрологический статус и характеристики ИПУ",
        "Электротехнические и метрологические характеристики модели ИПУ (из паспорта модели)",
        "Данные установки",
        "Характеристики",
        "Характеристики Потребителя",
        "Характеристики договора",
    ]
    first, second, third = (list(fields(block)) for block in page["blocks"][:3])
    assert first == ["Мас-адрес", "Модель", "Серийный(заводской) номер"]
    assert second[:2] == ["Дата ввода в эксплуатацию", "Дата подключения к ИСУ"]
    assert third[:2] == ["Дата и время последней проведённой поверки", "Дата и время следующей поверки"]
    assert page["blocks"][-1]["fields"] == []


@pytest.mark.requirement("HLP-08")
async def test_the_menu_has_the_page(client: Caller) -> None:
    menu = (await client.get("/api/v1/menu")).json()
    assert "Интеллектуальная система учета" in str(menu)
