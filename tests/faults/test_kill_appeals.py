"""kill -9 of the worker while appeals are verified, registered and opened: each is opened once, with all it has, or it
stands where it was; the registering side has every attempt once, and nobody's certificate is registered by halves."""

import asyncio
import os
import random
import sys
import time
from asyncio.subprocess import PIPE, Process
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.config import load
from core.db.tables import Feed
from core.host import Host
from core.testing.cabinet import SECRET_KEY, Cabinet, Caller, running
from core.testing.clock import MovableClock
from core.testing.signing import Authority
from tests.faults.appeals_process import AVAILABLE
from tests.plugins.appeals.supplier import (
    CHANGE,
    INN,
    SUPPORT,
    begin,
    card,
    client,
    fill_signed,
    found_supplier,
    good,
    send,
    signatures,
    step,
    tab,
)

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("ABONENT_TEST_KILLS", "5"))
QUESTIONS = 8


async def worker(folder: Path) -> Process:
    command = (sys.executable, "-m", "tests.faults.appeals_process", str(folder))
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def kill(process: Process) -> None:
    process.kill()
    await process.communicate()


async def questions(caller: Caller) -> list[str]:
    """Questions to support that are being sent."""
    made = []
    for number in range(QUESTIONS):
        form = await begin(caller, SUPPORT, "Оплата через ЛКК")
        good(await step(caller, form["id"], "information", text=f"Вопрос {number}"))
        good(await send(caller, form["id"]))
        made.append(form["id"])
    return made


async def signed(caller: Caller, authority: Authority, now: datetime) -> tuple[str, str]:
    """A signed appeal that is being sent, and one whose signatures are by another key."""
    since, until = now - timedelta(days=1), now + timedelta(days=1)
    director = authority.issue(inn=INN, valid_from=since, valid_until=until)
    other = authority.issue(inn=INN, valid_from=since, valid_until=until)
    sent = []
    for signatory in (director, other):
        form = await fill_signed(caller, CHANGE, director)
        good(await send(caller, form["id"], await signatures(caller, form["id"], form["to_sign"], signatory)))
        sent.append(form["id"])
    return sent[0], sent[1]


@pytest.mark.timeout(300)
@pytest.mark.requirement("APL-71", "APL-35", "APL-32", "APL-20")
async def test_kill_9_neither_loses_nor_doubles_appeals(database_url: str, database: Any, tmp_path: Path) -> None:
    seed = int(os.environ.get("ABONENT_TEST_SEED", str(time.time_ns() % 10**6)))
    print(f"repeat with ABONENT_TEST_SEED={seed}")
    chance = random.Random(seed)
    (tmp_path / "host.toml").write_text(
        f'[host]\nname = "Тестэнерго"\nplugins = ["appeals", "crm"]\ndatabase = "{database_url}"\n'
        f'data_dir = "{tmp_path}"\nsecret_key = "{SECRET_KEY}"\nsecure_cookies = false\n'
        '[ports]\nappeal_registrar = "slow"\n[jobs]\nembedded_worker = false\nlease_seconds = 0.5\nattempts = 100\n',
        encoding="utf-8",
    )
    host = Host(load(tmp_path / "host.toml"), clock=MovableClock(datetime.now(UTC)), available=AVAILABLE)
    await host.migrate()
    now = datetime.now(UTC)
    authority = Authority(valid_from=now - timedelta(days=9), valid_until=now + timedelta(days=9)).trust(tmp_path)
    async with running(host, MovableClock(now)) as cabinet:
        await found_supplier(cabinet)
        caller = await client(cabinet)
        asked = await questions(caller)
        authentic, forged = await signed(caller, authority, now)
        await _killing(tmp_path, chance)
        await _settled(tmp_path, caller, len(asked) + 1)
        await _judge(cabinet, caller, tmp_path, {*asked, authentic}, forged)


async def _killing(folder: Path, chance: random.Random) -> None:
    for _ in range(KILLS):
        process = await worker(folder)
        await asyncio.sleep(chance.uniform(0.02, 0.3))
        await kill(process)


async def _settled(folder: Path, caller: Caller, wanted: int) -> None:
    """A last worker brings everything to its end."""
    process = await worker(folder)
    try:
        async with asyncio.timeout(180):
            while [item["state"] for item in await tab(caller)] != ["open"] * wanted:
                await asyncio.sleep(0.2)
    finally:
        await kill(process)


async def _judge(cabinet: Cabinet, caller: Caller, folder: Path, expected: set[str], forged: str) -> None:
    opened = await tab(caller)
    assert {item["id"] for item in opened} == expected
    numbers = [item["number"] for item in opened]
    assert len(set(numbers)) == len(expected)
    assert {path.read_text() for path in (folder / "crm").iterdir()} == set(numbers)
    for appeal_id in expected:
        assert len((await card(caller, appeal_id))["messages"]) == 3
    (draft,) = await tab(caller, "drafts")
    assert draft["id"] == forged
    assert len(good(await caller.get("/api/v1/signatures/certificates"))["items"]) == 1
    async with cabinet.runtime.database.writer.connect() as connection:
        told = (await connection.execute(sa.select(Feed.subject).where(Feed.kind == "appeals.filed"))).scalars().all()
    assert sorted(told) == sorted(expected)
