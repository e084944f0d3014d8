"""Somebody registers with an address that is another's, and waits for what its owner will be given."""

from typing import Any

from core.context import Context
from core.contracts.public import grant
from core.identity.public import find_client
from core.sdk import ADMINISTRATOR
from core.testing.cabinet import Cabinet, Caller

VICTIM = "buhgalter@romashka.example"
USERS = "/api/v1/roles/contracts/C-1/users"


def assignment(email: str = VICTIM) -> dict[str, Any]:
    """The form «Добавить роль»."""
    return {"role": "Бухгалтер", "email": email, "energy_objects": ["O-1"]}


async def administrator(cabinet: Cabinet) -> Caller:
    """«Администратор» of the contract."""
    caller = await cabinet.client("admin@romashka.example")
    account = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    await grant(Context(cabinet.runtime), account, "C-1", ADMINISTRATOR)
    return caller


async def test_an_unproven_address_is_given_no_role(cabinet: Cabinet, contract: str) -> None:
    squatter = await cabinet.client(VICTIM, confirmed=False)
    giver = await administrator(cabinet)
    answer = await giver.post(USERS, json=assignment())
    assert (answer.status_code, answer.json()["code"]) == (409, "address_not_proven")
    assert (await squatter.get("/api/v1/contracts")).json()["items"] == []
    assert not [letter for letter in await cabinet.letters(VICTIM) if "роль" in letter.subject]
    code = await cabinet.code_for(VICTIM)
    assert (await squatter.post("/api/v1/registration/email-confirmation", json={"code": code})).status_code == 200
    assert (await giver.post(USERS, json=assignment())).status_code == 201
    assert len((await squatter.get("/api/v1/contracts")).json()["items"]) == 1


async def test_an_address_taken_over_in_the_profile_is_given_no_role(cabinet: Cabinet, contract: str) -> None:
    thief = await cabinet.client("thief@elsewhere.example")
    assert (await thief.put("/api/v1/profile/email", json={"email": VICTIM})).status_code == 204
    answer = await (await administrator(cabinet)).post(USERS, json=assignment())
    assert answer.json()["code"] == "address_not_proven"
    assert (await thief.get(f"/api/v1/contracts/{contract}")).status_code == 404


async def test_staff_are_given_no_role(cabinet: Cabinet, contract: str) -> None:
    await cabinet.staff("support@supplier.example")
    answer = await (await administrator(cabinet)).post(USERS, json=assignment("support@supplier.example"))
    assert answer.json()["code"] == "address_not_proven"


async def test_nobody_is_found_by_an_unproven_address(cabinet: Cabinet) -> None:
    await cabinet.client(VICTIM, confirmed=False)
    await cabinet.client("own@example.ru")
    async with Context(cabinet.runtime).uow() as uow:
        assert await find_client(uow, VICTIM) is None
        assert await find_client(uow, "Own@example.ru") is not None
