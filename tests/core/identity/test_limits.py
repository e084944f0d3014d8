"""Limits of a network address: they hold, they pass, and they tell when."""

import asyncio
from datetime import timedelta

import httpx
import msgspec
import pytest
import sqlalchemy as sa

from core.config import Config
from core.identity import domain
from core.identity.models import Limit
from core.testing.cabinet import PASSWORD, Cabinet
from core.testing.clock import MovableClock
from tests.core.identity.visitors import EMAIL, WRONG, refusal, try_password

LOW = {"registrations_per_hour": 3, "failures_per_network": 4, "codes_per_network": 2, "codes_per_hour": 2}


@pytest.fixture
def host_config(host_config: Config) -> Config:
    return msgspec.structs.replace(host_config, plugins={"identity": LOW})


async def register(cabinet: Cabinet, number: int, address: str = "192.0.2.1") -> httpx.Response:
    """The answer to a registration from an address."""
    form = {"email": f"visitor{number}@example.ru", "password": PASSWORD, "agreement": True}
    return await cabinet.anonymous(address).post("/api/v1/registration", json=form)


async def test_one_network_does_not_register_without_end(cabinet: Cabinet, clock: MovableClock) -> None:
    answers = await asyncio.gather(*[register(cabinet, number) for number in range(5)])
    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 429, 429]
    refused = await register(cabinet, 5)
    assert refusal(refused) == (429, "too_many_requests")
    assert refused.headers["retry-after"] == "3601"
    assert (await register(cabinet, 6, "198.51.100.7")).status_code == 201
    clock.move(timedelta(hours=1))
    assert (await register(cabinet, 7)).status_code == 201


async def test_one_network_does_not_try_one_password_on_everybody(cabinet: Cabinet, clock: MovableClock) -> None:
    await cabinet.register(EMAIL)
    for number in range(4):
        assert (await try_password(cabinet, f"visitor{number}@example.ru", WRONG)).status_code == 401
    assert refusal(await try_password(cabinet)) == (429, "too_many_requests")
    assert (await try_password(cabinet, address="198.51.100.7")).status_code == 201
    clock.move(timedelta(minutes=15))
    for _ in range(6):  # the right password is no attempt to guess
        assert (await try_password(cabinet)).status_code == 201


async def test_codes_of_an_account_are_limited_besides_the_pause(cabinet: Cabinet, clock: MovableClock) -> None:
    caller = await cabinet.register(EMAIL)
    for _ in range(2):
        clock.move(timedelta(minutes=1))
        assert (await caller.post("/api/v1/registration/email-code")).status_code == 200
    clock.move(timedelta(minutes=1))
    refused = await caller.post("/api/v1/registration/email-code")
    assert refusal(refused) == (429, "too_many_requests")
    assert refused.headers["retry-after"] == str(60 * 60 - 2 * 60 + 1)
    assert len(await cabinet.letters(EMAIL)) == 3


async def test_counts_that_are_over_are_removed(cabinet: Cabinet, clock: MovableClock) -> None:
    await register(cabinet, 1)
    assert await counts(cabinet) == 1
    clock.move(timedelta(hours=2))
    await cabinet.drain()
    assert await counts(cabinet) == 0


async def counts(cabinet: Cabinet) -> int:
    """How many counts are kept."""
    async with cabinet.runtime.database.writer.connect() as connection:
        return await connection.scalar(sa.select(sa.func.count()).select_from(Limit)) or 0


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
    ],
)
def test_what_counts_as_one_network(address: str, counted: str) -> None:
    assert domain.network(address) == counted
