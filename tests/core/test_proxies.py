"""Whose address a call counts for."""

from pathlib import Path

import msgspec
import pytest

from core.config import Config
from core.host import Host
from core.testing.cabinet import Cabinet, config_for_tests, running
from core.testing.clock import MovableClock


@pytest.mark.parametrize(
    ("trusted", "forwarded", "counted"),
    [
        ([], "203.0.113.9", "192.0.2.1"),
        (["192.0.2.1"], "203.0.113.9", "203.0.113.9"),
        (["192.0.2.1"], "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (["192.0.2.1", "192.0.2.2"], "203.0.113.9, 192.0.2.2", "203.0.113.9"),
        (["192.0.2.1"], "", "192.0.2.1"),
        (["198.51.100.1"], "203.0.113.9", "192.0.2.1"),
    ],
)
async def test_a_forwarded_address_is_believed_from_our_proxies_only(
    database_url: str, tmp_path: Path, trusted: list[str], forwarded: str, counted: str
) -> None:
    config: Config = config_for_tests(database_url, tmp_path)
    config = msgspec.structs.replace(config, host=msgspec.structs.replace(config.host, trusted_proxies=trusted))
    clock = MovableClock()
    async with running(Host(config, clock=clock), clock) as cabinet:
        assert await address_of_a_sign_in(cabinet, forwarded) == counted


async def address_of_a_sign_in(cabinet: Cabinet, forwarded: str) -> str:
    """The address that a session remembers."""
    import sqlalchemy as sa

    from core.identity.models import Session

    caller = cabinet.anonymous()
    form = {"email": "ivanova@example.ru", "password": "Abcdef12", "agreement": True}
    answer = await caller.post("/api/v1/registration", json=form, headers={"X-Forwarded-For": forwarded})
    assert answer.status_code == 201
    async with cabinet.runtime.database.writer.connect() as connection:
        return str(await connection.scalar(sa.select(Session.address)))
