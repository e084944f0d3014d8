"""Sign-ins of one account at once: their transactions must not wait for each other in a circle."""

import asyncio

import asyncpg
import pytest

from core.identity.services.limits import Attempt
from core.testing.cabinet import PASSWORD, Cabinet
from tests.locks import on_postgres, waited_for

ADDRESS = "192.0.2.1"


def key(rule: str, subject: str) -> str:
    return Attempt(rule, subject, 1, None).key  # type: ignore[arg-type]


def counts_the_network_first(email: str) -> bool:
    """Whether an attempt of this address takes the network's count before its own: the order is by their keys."""
    return key("sign_in.network", ADDRESS) < key("sign_in", email)


@on_postgres
@pytest.mark.requirement("IDN-20")
@pytest.mark.parametrize("network_first", [True, False])
async def test_a_sign_in_and_an_attempt_do_not_wait_for_each_other(
    cabinet: Cabinet, database_url: str, network_first: bool
) -> None:
    emails = (f"user{number}@example.ru" for number in range(100))
    email = next(email for email in emails if counts_the_network_first(email) is network_first)
    caller = await cabinet.client(email)
    account_id = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    take = "UPDATE identity_limit SET taken = taken + 1 WHERE key = $1"
    first, second = sorted((key("sign_in.network", ADDRESS), key("sign_in", email)))
    attempt, gate = await asyncpg.connect(database_url), await asyncpg.connect(database_url)
    try:
        async with attempt.transaction():
            async with gate.transaction():  # the sign-in stops after its own count, before it opens the session
                await gate.execute("SELECT FROM identity_account WHERE id = $1 FOR UPDATE", account_id)
                entry = {"email": email, "password": PASSWORD}
                sign_in = asyncio.create_task(cabinet.anonymous(ADDRESS).post("/api/v1/sessions", json=entry))
                await waited_for(gate)
                await attempt.execute(take, first)  # another attempt is being counted
            await waited_for(attempt)
            await attempt.execute(take, second)
        answer = await sign_in
    finally:
        await attempt.close()
        await gate.close()
    assert answer.status_code == 201, answer.text
