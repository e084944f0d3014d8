"""Passwords that somebody else knows: those of a letter, and those that are tried first."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.context import Context
from core.contracts.public import grant
from core.identity.domain import broken_password_lines, common_passwords
from core.identity.models import Account, ServiceAccount
from core.identity.public import create_staff
from core.identity.settings import IdentitySettings
from core.sdk import ADMINISTRATOR, Problem
from core.testing.cabinet import PASSWORD, Cabinet
from core.testing.clock import MovableClock

NEWCOMER = "novikov@romashka.example"


async def invited(cabinet: Cabinet) -> dict[str, str]:
    """The credentials in the letter."""
    giver = await cabinet.client("admin@romashka.example")
    account = (await giver.get("/api/v1/sessions/current")).json()["account_id"]
    await grant(Context(cabinet.runtime), account, "C-1", ADMINISTRATOR)
    body = {"role": "Бухгалтер", "email": NEWCOMER, "energy_objects": ["O-1"]}
    answer = await giver.post("/api/v1/roles/contracts/C-1/users", json=body)
    assert answer.status_code == 201, answer.text
    text = (await cabinet.letters(NEWCOMER))[0].text
    return {"email": NEWCOMER, "password": text.partition("Пароль: ")[2].split()[0]}


async def test_the_password_of_an_invitation_does_not_become_a_lasting_one(
    cabinet: Cabinet, contract: str, clock: MovableClock
) -> None:
    credentials = await invited(cabinet)
    clock.move(timedelta(days=7) - timedelta(seconds=1))
    assert (await cabinet.anonymous().post("/api/v1/sessions", json=credentials)).status_code == 201
    clock.move(timedelta(seconds=1))
    refused = await cabinet.anonymous().post("/api/v1/sessions", json=credentials)
    assert (refused.status_code, refused.json()["code"]) == (401, "sign_in_refused")
    assert (await cabinet.anonymous().post("/api/v1/recovery", json={"email": NEWCOMER})).status_code == 202
    token = await cabinet.link_token(NEWCOMER)
    chosen = {"token": token, "password": PASSWORD}
    assert (await cabinet.anonymous().post("/api/v1/recovery/password", json=chosen)).status_code == 204
    own = {"email": NEWCOMER, "password": PASSWORD}
    assert (await cabinet.anonymous().post("/api/v1/sessions", json=own)).status_code == 201


async def test_a_long_password_is_taken_whole(cabinet: Cabinet) -> None:
    long = PASSWORD * 25
    form = {"email": "long@example.ru", "password": long}
    assert (await cabinet.anonymous().post("/api/v1/registration", json=form | {"agreement": True})).status_code == 201
    assert (await cabinet.anonymous().post("/api/v1/sessions", json=form)).status_code == 201
    cut = form | {"password": long[:-1]}
    assert (await cabinet.anonymous().post("/api/v1/sessions", json=cut)).status_code == 401


async def test_a_fresh_host_has_no_accounts(cabinet: Cabinet) -> None:
    async with cabinet.runtime.database.writer.connect() as connection:
        for table in (Account, ServiceAccount):
            assert await connection.scalar(sa.select(sa.func.count()).select_from(table)) == 0


@pytest.mark.parametrize(
    "password",
    ["Password1", "Qwerty123", "1qaz2wsX", "Trustno1", "Abonent2026", "Energo-2026", "2026Ivanova", "Iva.nova1"],
)
async def test_what_is_tried_first_is_no_password(cabinet: Cabinet, password: str) -> None:
    form = {"email": "ivanova@example.ru", "password": password, "agreement": True}
    refused = await cabinet.anonymous().post("/api/v1/registration", json=form)
    told = [(error["field"], error["code"]) for error in refused.json()["errors"]]
    assert told == [("password", "password_common")]
    client = await cabinet.client("ivanova@example.ru")
    change = {"old_password": PASSWORD, "new_password": password, "new_password_again": password}
    assert "password_common" in (await client.put("/api/v1/profile/password", json=change)).text
    await cabinet.anonymous().post("/api/v1/recovery", json={"email": "ivanova@example.ru"})
    body = {"token": await cabinet.link_token("ivanova@example.ru"), "password": password}
    assert "password_common" in (await cabinet.anonymous().post("/api/v1/recovery/password", json=body)).text
    with pytest.raises(Problem):
        await create_staff(Context(cabinet.runtime), "ivanova@supplier.example", password, [])


def test_the_manuals_examples_stay_passwords() -> None:
    assert len(common_passwords()) == 3000
    for password in ("Abcdef12", "Abcdef1!"):
        assert not list(broken_password_lines(password, "ivanova@example.ru", IdentitySettings().password_words))
