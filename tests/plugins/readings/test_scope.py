"""A role on some energy objects: what the person sees and sends is theirs alone."""

from typing import Any

import pytest

from core.testing.cabinet import Cabinet, Caller
from tests.plugins.readings.supplier import client
from tests.plugins.readings.test_history import HISTORY, load_year
from tests.plugins.readings.test_http import FORM, M1, M2, meters, submit, transmissions
from tests.plugins.readings.workbooks import checked, entries, filled, remarks, template_rows, xlsx

CARD = "/api/v1/contracts/c1"
USERS = "/api/v1/roles/contracts/c1/users"
OF_FIRST, OF_SECOND = "05601313", "05601314"


async def everywhere(caller: Caller) -> dict[str, str]:
    """Place -> all that it says."""
    places = (FORM, HISTORY, CARD, "/api/v1/readings/deadlines", f"{FORM}/templates/integral")
    answers = {place: await caller.get(place) for place in places}
    assert {answer.status_code for answer in answers.values()} == {200}
    told = {place: answer.text for place, answer in answers.items() if "json" in answer.headers["content-type"]}
    return told | {"template": str(await template_rows(caller))}


def objects_in(told: dict[str, str]) -> set[tuple[bool, bool]]:
    """Whether a place tells of the first object and of the second, by number or by device; once for all alike."""
    words = ((OF_FIRST, "86912_1"), (OF_SECOND, "86912_2"))
    return {(any(word in text for word in words[0]), any(word in text for word in words[1])) for text in told.values()}


@pytest.mark.requirement("ROL-30")
async def test_a_role_on_one_object_shows_and_takes_nothing_of_another(supplier: Cabinet) -> None:
    await load_year(supplier)
    whole = await client(supplier, "Администратор", email="director@example.ru")
    limited = await client(supplier, objects=("o1",), email="petrov@example.ru")
    assert objects_in(await everywhere(whole)) == {(True, True)}
    rows = await template_rows(whole)
    assert objects_in(await everywhere(limited)) == {(True, False)}
    for place in ("objects/o2", "meters/m2"):
        assert (await whole.get(f"{HISTORY}/{place}")).status_code == 200
        assert (await limited.get(f"{HISTORY}/{place}")).status_code == 404
    refused = await submit(limited, M2)
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    outcomes = (await submit(limited, M1, M2)).json()["devices"]
    assert [(item["outcome"], [why["code"] for why in item["reasons"]]) for item in outcomes] == [
        ("saved", []),
        ("refused", ["not_found"]),
    ]
    values = {(OF_SECOND, "День"): "110", (OF_SECOND, "Ночь"): "220,5"}
    done = await checked(supplier, limited, xlsx(filled(rows, values)))
    foreign = await checked(supplier, limited, xlsx([row if n == 0 else unknown(row) for n, row in enumerate(rows)]))
    assert [done["counts"][state] for state in ("new", "refused")] == [0, 1]
    codes = [{code for entry in await entries(limited, one["id"], state="refused") for code, _, _ in remarks(entry)}
             for one in (done, foreign)]  # fmt: skip
    assert codes[0] == codes[1]  # as if there were no such device
    assert await transmissions(supplier) == 1


def unknown(row: list[Any]) -> list[Any]:
    """A row of a template of a device that nobody has."""
    return [*row[:3], "99999999", *row[4:8], "5"]


@pytest.mark.requirement("ROL-30")
async def test_another_set_of_objects_takes_effect_at_once(supplier: Cabinet) -> None:
    whole = await client(supplier, "Администратор", email="director@example.ru")
    limited = await client(supplier, objects=("o1",), email="petrov@example.ru")
    account_id = (await limited.get("/api/v1/sessions/current")).json()["account_id"]
    for objects, shown in ((["o2"], {"m2"}), (["o1", "o2"], {"m1", "m2"}), (["o1"], {"m1"})):
        change = {"role": "Энергетик", "energy_objects": objects}
        assert (await whole.put(f"{USERS}/{account_id}", json=change)).status_code == 204
        assert set(await meters(limited)) == shown
        answered = {"m1": (await submit(limited, M1)).status_code, "m2": (await submit(limited, M2)).status_code}
        assert answered == {meter: 201 if meter in shown else 404 for meter in ("m1", "m2")}
