"""kill -9 while an operator is read and sent to: the next one goes on, nothing is lost, nothing is doubled."""

import asyncio
import os
import random
import sys
import time
from asyncio.subprocess import PIPE, Process
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.context import Context
from core.testing.cabinet import Cabinet, Caller
from core.testing.diadoc import DiadocServer
from core.testing.signing import Authority, Signatory
from plugins.edo.models import EdoDeed, EdoDocument, EdoOperatorEvent, EdoSending
from tests.plugins.edo.operators import KEP, Operators, certified, own
from tests.plugins.edo.supplier import INN, client, found_supplier

ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("edo_process.py")
KILLS, COMING, GOING = 4, 40, 5
SECRETS = {"DIADOC_CLIENT_ID": "developer", "DIADOC_LOGIN": "company", "DIADOC_PASSWORD": "password"}


@pytest.fixture
async def anna(cabinet: Cabinet, tmp_path: Path) -> tuple[Caller, Signatory]:
    """A client who has signed documents of his own, which nobody has sent yet."""
    await found_supplier(cabinet)
    authority = Authority()
    director = authority.issue(inn=INN)
    authority.trust(tmp_path)
    caller = await certified(await client(cabinet, "C-KEP"), director)
    await cabinet.load("edo.boxes", {"contract_id": "C-KEP", "operator": "first", "box_id": KEP})
    for _ in range(GOING):
        await own(caller, director)
    return caller, director


async def begin(url: str, folder: Path, operator: str, hours: int) -> Process:
    command = (sys.executable, str(SCRIPT), url, str(folder), operator, str(hours))
    environment = os.environ | SECRETS | {"PYTHONPATH": "."}
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, cwd=ROOT, env=environment)
    assert process.stdout
    assert await process.stdout.readline() == b"ready\n"
    return process


async def number(cabinet: Cabinet, statement: Any) -> int:
    async with Context(cabinet.runtime).uow() as uow:
        return int(await uow.scalar(statement) or 0)


def counted(table: Any, *where: Any) -> Any:
    return sa.select(sa.func.count()).select_from(table).where(*where)


@pytest.mark.requirement("EDO-13")
@pytest.mark.usefixtures("anna")
async def test_kill_9_while_an_operator_is_read_and_sent_to(
    cabinet: Cabinet, database_url: str, tmp_path: Path
) -> None:
    seed = int(os.environ.get("ABONENT_TEST_SEED", str(time.time_ns() % 10**6)))
    print(f"repeat with ABONENT_TEST_SEED={seed}")
    moments = random.Random(seed)
    operators = Operators(cabinet)
    diadoc, places = operators.first, list[tuple[int, int]]()
    for one in range(COMING):
        message_id, document_id = operators.arrive(str(one))
        operators.book.sign(KEP, message_id, document_id)
    diadoc.trouble = "slow"
    async with DiadocServer(diadoc).running() as server:
        for kill in range(KILLS):
            process = await begin(database_url, tmp_path, server.url, kill + 1)
            await asyncio.sleep(moments.uniform(0.4, 2.0))
            process.kill()
            await process.wait()
            places.append((await number(cabinet, counted(EdoOperatorEvent)), diadoc.posted()))
        print(f"events and operations when killed: {places}")
        diadoc.trouble = ""
        adapters = operators.connect(server.url, server.url)
        for _ in range(3):
            cabinet.clock.move(timedelta(hours=KILLS + 2))
            await cabinet.drain()
        for adapter in adapters:
            await adapter.close()
    assert max(places) > (0, 0), "nothing was done before the kills: the test has shown nothing"
    assert places[0] < (3 * COMING, GOING), "no kill hit anything: the test has shown nothing"
    assert places == sorted(places)

    assert diadoc.posted() == GOING
    assert [message["FromBoxId"][:8] for message in diadoc.book.messages.values()].count(KEP[:8]) == GOING
    assert await number(cabinet, counted(EdoSending, EdoSending.state == "sent")) == GOING
    assert await number(cabinet, counted(EdoDocument)) == COMING + GOING
    assert await number(cabinet, counted(EdoDocument, EdoDocument.state == "signed")) == COMING + GOING
    assert await number(cabinet, counted(EdoDocument, EdoDocument.stored_key.is_(None))) == 0
    assert await number(cabinet, counted(EdoDeed)) == 2 * (COMING + GOING)
    assert await number(cabinet, counted(EdoOperatorEvent, EdoOperatorEvent.trouble != "")) == 0
