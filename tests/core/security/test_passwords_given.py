"""The password that a letter brought: for a week, and no longer."""

from datetime import timedelta

import sqlalchemy as sa

from core.context import Context
from core.contracts.public import grant
from core.identity.models import Account, ServiceAccount
from core.sdk import ADMINISTRATOR
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
