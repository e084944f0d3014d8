"""A contract that its client has removed: every operation of every plugin answers as for one that never was."""

from typing import Any

import httpx
import pytest

from core.sdk import ROLES
from core.testing.cabinet import Cabinet, Caller
from tests.operations import Operation, call, operations_of
from tests.plugins.readings.supplier import client

REMOVED, MISSING = "c1", "never-was"
OWN = {"notifications", "notification_modals", "notifications_top", "role_requests"}
"""What stays readable to its author (the note of CTR-12); here there is none of it."""
SUBMISSION = {"devices": [{"meter_id": "m1", "values": [{"register": "A+.total", "value": "333399"}]}]}
TOLD = ('"c1"', "50050002005584", "Радуга", "05601313", "10186912", "Орехово")
"""What only those who hold the contract know of it."""
BODIES: dict[str, dict[str, Any]] = {"submit_readings": SUBMISSION}
"""Bodies that were good before; the others are refused by the contract before anybody looks at them."""


async def ask(caller: Caller, one: Operation, contract_id: str, **params: str) -> httpx.Response:
    if one.id in BODIES:
        return await caller.request(one.method, one.url(contract_id=contract_id), json=BODIES[one.id])
    return await call(caller, one, contract_id=contract_id, **params)


def shape(answer: httpx.Response) -> tuple[int, dict[str, Any]]:
    """An answer without what differs from call to call."""
    problem: dict[str, Any] = answer.json()
    return answer.status_code, {**problem, "request_id": ""}


def reads_for_clients(cabinet: Cabinet) -> list[Operation]:
    """Lists and pages of a client that name no contract in their path."""
    return [
        one
        for one in operations_of(cabinet.app.app)
        if one.method == "GET"
        and not one.params
        and one.access.kind in ("session", "account", "permission")
        and one.id not in OWN
    ]


@pytest.mark.requirement("CTR-12")
@pytest.mark.parametrize("role", ROLES)
async def test_nothing_is_left_of_a_removed_contract(supplier: Cabinet, role: str) -> None:
    caller = await client(supplier, role)
    other = await client(supplier, "Энергетик", email="petrov@example.ru")
    on_contract = [one for one in operations_of(supplier.app.app) if "contract_id" in one.params]
    submit = "/api/v1/readings/contracts/c1/submissions"
    sent = (await (caller if role != "Бухгалтер" else other).post(submit, json=SUBMISSION)).json()["id"]
    before = {one.id: await ask(caller, one, REMOVED, submission_id=sent) for one in on_contract if one.method == "GET"}
    assert {"contract", "download_contract_card", "contract_annexes"} <= {
        name for name, answer in before.items() if answer.status_code == 200
    }
    forms = {name for name, answer in before.items() if name.startswith("readings") and answer.status_code == 200}
    assert forms == (set() if role == "Бухгалтер" else {"readings_form", "readings_submission", "readings_history"})
    lists = {one.id: (await call(caller, one)).text for one in reads_for_clients(supplier)}
    told = {name for name, text in lists.items() if any(word in text for word in TOLD)}
    assert {"contracts", "contract_contacts", "notification_contracts"} <= told

    assert (await caller.delete("/api/v1/contracts/c1")).status_code == 204
    for one in on_contract:
        gone = await ask(caller, one, REMOVED, submission_id=sent)
        never = await ask(caller, one, MISSING, submission_id=sent)
        assert gone.status_code == 404, one.id
        assert shape(gone) == shape(never), one.id
    for one in reads_for_clients(supplier):
        text = (await call(caller, one)).text
        assert not [word for word in TOLD if word in text], one.id
    assert (await caller.get("/api/v1/readings/contracts", params={"search": "Радуга"})).json()["items"] == []
    chosen = await caller.get("/api/v1/contracts/contacts", params={"contract_id": "c1"})
    assert (chosen.status_code, chosen.json()["code"]) == (404, "not_found")
    assert (await other.get("/api/v1/readings/contracts/c1")).status_code == 200
    assert (await other.post(submit, json=SUBMISSION)).status_code == 201
