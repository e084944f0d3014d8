"""Bodies that drip: a request does not stay open for as long as its sender likes."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.config import Config
from core.testing.cabinet import PASSWORD, Cabinet, config_for_tests

FORM = json.dumps({"email": "ivanova@example.ru", "password": PASSWORD}).encode()


@pytest.fixture
def host_config(database_url: str, tmp_path: Path) -> Config:
    """Little patience."""
    config = config_for_tests(database_url, tmp_path)
    return msgspec.structs.replace(config, host=msgspec.structs.replace(config.host, body_seconds=0.3))


async def dripped(pieces: list[bytes], pause: float) -> AsyncIterator[bytes]:
    """A body with a pause before each piece."""
    for piece in pieces:
        await asyncio.sleep(pause)
        yield piece


async def send(cabinet: Cabinet, pieces: list[bytes], pause: float) -> tuple[int, Any]:
    """Signs in with a body that comes so."""
    answer = await cabinet.anonymous().post(
        "/api/v1/sessions", content=dripped(pieces, pause), headers={"Content-Type": "application/json"}
    )
    return answer.status_code, answer.json().get("code")


async def test_a_body_that_drips_is_refused(cabinet: Cabinet) -> None:
    await cabinet.client()
    drops = [FORM[index : index + 1] for index in range(len(FORM))]
    assert await send(cabinet, drops, 0.02) == (408, "slow_body")
    assert await send(cabinet, [FORM], 5) == (408, "slow_body")


async def test_a_body_in_pieces_is_taken(cabinet: Cabinet) -> None:
    await cabinet.client()
    assert (await send(cabinet, [FORM[:20], FORM[20:]], 0.05))[0] == 201


async def test_a_long_upload_may_take_its_time(cabinet: Cabinet) -> None:
    company = await cabinet.service()
    line = json.dumps({"id": "C-1", "number": "1", "name": "Имя" * 60, "inn": "7830002293"}).encode() + b"\n"
    answer = await company.post("/api/v1/exchange/contracts", content=dripped([line * 4] * 6, 0.1))
    assert answer.status_code == 200
