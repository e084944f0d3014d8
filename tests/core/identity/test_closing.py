"""«Удалить аккаунт»: closed at once, free again, erased after the grace period."""

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from core.config import Config
from core.context import Context
from core.contracts.public import grant
from core.identity.models import Account
from core.identity.public import contact
from core.sdk import Forgetter, UnitOfWork
from core.testing.cabinet import PASSWORD, Cabinet, Caller
from core.testing.clock import MovableClock
from tests.core.identity.visitors import (
    EMAIL,
    WRONG,
    codes,
    deeds,
    everything_stored,
    is_in,
    refusal,
    sign_in,
    try_password,
)

DELETION = "/api/v1/profile/deletion"
YES = {"password": PASSWORD, "confirmed": True}
CONTRACT = {"id": "C-1", "number": "78000000012345", "name": "ООО «Ромашка»", "inn": "7830002293", "kpp": "783001001"}

PENDING = {**CONTRACT, "id": "C-2", "number": "78000000012346"}


async def delete(caller: Caller) -> None:
    """Deletes the caller's account."""
    answer = await caller.post(DELETION, json=YES)
    assert answer.status_code == 204, answer.text


async def account_id(caller: Caller) -> str:
    """Whose session this is."""
    found: str = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    return found


async def contract_ids(caller: Caller) -> list[str]:
    """The contracts in the caller's list."""
    return [item["id"] for item in (await caller.get("/api/v1/contracts")).json()["items"]]


@pytest.mark.requirement("IDN-25")
async def test_deleting_ends_every_access(cabinet: Cabinet) -> None:
    first = await cabinet.client()
    second = await sign_in(cabinet)
    await delete(first)
    assert not await is_in(first)
    assert not await is_in(second)
    unknown = await try_password(cabinet, "nobody@example.ru")
    deleted = await try_password(cabinet)
    assert {**deleted.json(), "request_id": ""} == {**unknown.json(), "request_id": ""}
    assert deleted.status_code == 401
    assert "identity.account_closed" in await deeds(cabinet)


@pytest.mark.requirement("IDN-25")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"password": PASSWORD}, {("confirmed", "deletion_not_confirmed")}),
        ({"password": PASSWORD, "confirmed": False}, {("confirmed", "deletion_not_confirmed")}),
        ({"confirmed": True}, {("password", "required")}),
        ({"password": WRONG, "confirmed": True}, {("password", "password_wrong")}),
        ({"password": PASSWORD, "confirmed": True, "account_id": "other"}, {("account_id", "unknown_field")}),
    ],
)
async def test_without_an_explicit_confirmation_nothing_is_deleted(
    cabinet: Cabinet, body: dict[str, Any], expected: set[tuple[str, str]]
) -> None:
    caller = await cabinet.client()
    assert codes(await caller.post(DELETION, json=body)) == expected
    assert await is_in(caller)
    assert (await try_password(cabinet)).status_code == 201


@pytest.mark.requirement("IDN-25")
async def test_nobody_deletes_another_account(cabinet: Cabinet) -> None:
    caller, other = await cabinet.client(), await cabinet.client("petrov@example.ru")
    await delete(caller)
    assert await is_in(other)
    assert (await cabinet.anonymous().post(DELETION, json=YES)).status_code == 401
    staff = await cabinet.staff()
    assert refusal(await staff.post(DELETION, json=YES)) == (403, "forbidden")


@pytest.mark.requirement("IDN-26")
async def test_the_address_registers_again_as_somebody_new(cabinet: Cabinet) -> None:
    await cabinet.load("contracts", CONTRACT)
    before = await cabinet.client()
    former = await account_id(before)
    await grant(Context(cabinet.runtime), former, "C-1", "Администратор")
    await before.put("/api/v1/profile/two-factor", json={"on": True})
    await before.patch("/api/v1/notifications/preferences", json={"advertising": True, "magazine": True})
    await delete(before)
    after = await cabinet.register(EMAIL)
    me = (await after.get("/api/v1/sessions/current")).json()
    assert me["account_id"] != former
    assert (me["email_confirmed"], me["step"]) == (False, "personal_data")
    profile = (await after.get("/api/v1/profile")).json()
    assert (profile["surname"], profile["phone"], profile["two_factor"]) == ("", "", False)
    assert len((await after.get("/api/v1/sessions")).json()["items"]) == 1
    await after.put("/api/v1/profile/personal-data", json={"surname": "Иванова", "given_name": "Анна"})
    await after.put("/api/v1/profile/phone", json={"phone": "+7 921 866-22-94"})
    assert await contract_ids(after) == []
    assert (await after.get("/api/v1/contracts/C-1")).status_code == 404
    for empty in ("/api/v1/roles/requests", "/api/v1/notifications", "/api/v1/notifications/preferences/contracts"):
        assert (await after.get(empty)).json()["items"] == [], empty
    switches = (await after.get("/api/v1/notifications/preferences")).json()
    assert (switches["advertising"], switches["magazine"]["on"]) == (False, False)
    await cabinet.drain()
    assert await contract_ids(after) == []


@pytest.mark.requirement("IDN-27")
async def test_contracts_and_roles_are_released(cabinet: Cabinet, clock: MovableClock) -> None:
    await cabinet.load("contracts", CONTRACT, PENDING)
    await cabinet.load("contract_emails", {"contract_id": "C-2", "email": "dogovor@romashka.example"})
    leaving, staying = await cabinet.client(), await cabinet.client("petrov@example.ru")
    ctx = Context(cabinet.runtime)
    await grant(ctx, await account_id(leaving), "C-1", "Администратор")
    await grant(ctx, await account_id(staying), "C-1", "Бухгалтер")
    asked = await leaving.post(
        "/api/v1/contracts", json={"number": PENDING["number"], "email": "dogovor@romashka.example"}
    )
    assert asked.status_code == 202
    link = await cabinet.link_token("dogovor@romashka.example")
    requests = "/api/v1/roles/contracts/C-1/requests"
    assert refusal(await staying.post(requests, json={"text": "Прошу роль"})) == (409, "contract_administrator_exists")
    sent = len(await cabinet.letters(EMAIL))
    await delete(leaving)
    await cabinet.drain()
    (item,) = (await staying.get("/api/v1/contracts")).json()["items"]
    assert (item["id"], item["role"], item["administrator_requestable"]) == ("C-1", "Бухгалтер", True)
    assert (await staying.post(requests, json={"text": "Прошу роль"})).status_code == 201
    opened = await cabinet.anonymous().post("/api/v1/contracts/confirmations", json={"token": link})
    assert refusal(opened) == (404, "confirmation_gone")
    clock.move(timedelta(days=40))
    assert await contract_ids(await sign_in(cabinet, "petrov@example.ru")) == ["C-1"]
    assert len(await cabinet.letters(EMAIL)) == sent


async def test_a_link_that_came_while_the_account_was_closing_is_erased(cabinet: Cabinet, clock: MovableClock) -> None:
    await cabinet.load("contracts", CONTRACT)
    leaving, staying = await cabinet.client(), await cabinet.client("petrov@example.ru")
    former = await account_id(leaving)
    await delete(leaving)
    await cabinet.drain()
    ctx = Context(cabinet.runtime)
    await grant(ctx, former, "C-1", "Администратор")
    clock.move(timedelta(days=31))
    await cabinet.drain()
    staying = await sign_in(cabinet, "petrov@example.ru")
    await grant(ctx, await account_id(staying), "C-1", "Администратор")
    assert await contract_ids(staying) == ["C-1"]


async def test_nobody_writes_to_a_closed_account(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    former = await account_id(caller)
    ctx = Context(cabinet.runtime)
    found = await contact(ctx, former)
    assert found is not None
    assert (found.email, found.email_confirmed, found.surname) == (EMAIL, True, "Иванова")
    await delete(caller)
    assert await contact(ctx, former) is None


async def test_deleted_twice_at_once_it_is_deleted_once(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    answers = await asyncio.gather(*[caller.post(DELETION, json=YES) for _ in range(3)])
    assert sorted(answer.status_code for answer in answers) == [204, 401, 401]
    assert (await deeds(cabinet)).count("identity.account_closed") == 1


# ---- erasure
async def test_personal_data_are_erased_after_the_grace_period(cabinet: Cabinet, clock: MovableClock) -> None:
    caller = await cabinet.client()
    former = await account_id(caller)
    other = await cabinet.client("petrov@example.ru")
    await delete(caller)
    await cabinet.drain()
    clock.move(timedelta(days=30) - timedelta(seconds=1))
    await cabinet.drain()
    assert "+79218662294" in (await stored_of(cabinet, former))
    clock.move(timedelta(hours=1))
    await cabinet.drain()
    left = await stored_of(cabinet, former)
    for personal in (EMAIL, "+79218662294", "Иванова", "argon2", "192.0.2.1"):
        assert personal not in left
    assert EMAIL not in await everything_stored(cabinet)
    assert (await deeds(cabinet)).count("identity.account_erased") == 1
    assert (await sign_in(cabinet, "petrov@example.ru")) is not None
    assert not await is_in(other)  # its session is simply older than thirty days
    clock.move(timedelta(hours=1))
    await cabinet.drain()
    assert (await deeds(cabinet)).count("identity.account_erased") == 1


async def stored_of(cabinet: Cabinet, account: str) -> str:
    """Whatever rows of identity say about an account."""
    async with cabinet.runtime.database.writer.connect() as connection:
        row = (await connection.execute(sa.select(Account).where(Account.id == account))).one()
    return repr(row)


class TestForgetters:
    """Parts and plugins erase their own."""

    @pytest.fixture
    def host_config(self, host_config: Config) -> Config:
        return msgspec.structs.replace(host_config, plugins={"identity": {"grace_days": 0}})

    async def test_one_that_fails_keeps_its_account_and_no_other(self, cabinet: Cabinet, clock: MovableClock) -> None:
        stubborn, willing = await cabinet.client(), await cabinet.client("petrov@example.ru")
        kept, forgotten = await account_id(stubborn), await account_id(willing)
        asked: list[str] = []
        trouble = True

        async def forget(uow: UnitOfWork, account: str) -> None:
            asked.append(account)
            if account == kept and trouble:
                raise RuntimeError("not now")

        await delete(stubborn)
        await delete(willing)
        known = cabinet.runtime.contributions
        cabinet.runtime.contributions = {**known, Forgetter: (*known[Forgetter], Forgetter("test.all", forget))}
        clock.move(timedelta(hours=1))
        drained = await cabinet.drain(failing=True)
        assert drained.failed["identity.erase_closed"] == 1
        assert sorted(asked) == sorted([kept, forgotten])
        assert EMAIL in await stored_of(cabinet, kept)
        assert "petrov@example.ru" not in await stored_of(cabinet, forgotten)
        trouble = False
        clock.move(timedelta(minutes=1))
        await cabinet.drain()
        assert EMAIL not in await stored_of(cabinet, kept)
