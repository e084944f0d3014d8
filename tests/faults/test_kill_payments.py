"""kill -9 of the cabinet, its worker and the bank during payments: every kopeck that the bank took is in the ledger
exactly once, and nothing else is."""

import asyncio
import os
import random
import signal
import socket
import sys
import time
from asyncio.subprocess import Process
from collections import Counter
from contextlib import closing, suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
import sqlalchemy as sa

from core.config import load
from core.context import Context
from core.contracts.public import hold
from core.db.engine import Database
from core.db.tables import Feed
from core.host import Host
from core.testing.bank import Bank
from core.testing.cabinet import SECRET_KEY, running
from core.testing.clock import MovableClock
from plugins.payments.models import Entry, Payment
from tests.faults.payments_process import AVAILABLE, KEY

ROOT = Path(__file__).parents[2]
PAYMENTS = int(os.environ.get("ABONENT_TEST_PAYMENTS", "24"))
KILLS = int(os.environ.get("ABONENT_TEST_KILLS", "6"))
PAYERS = 4
CONTRACTS = 8
_GONE = (httpx.TransportError, httpx.InvalidURL)


class City:
    """The bank, the cabinet and its worker, each in a process group of its own, that come back after every kill."""

    def __init__(self, folder: Path, ports: dict[str, int]) -> None:
        self.folder, self.ports = folder, ports
        self.processes: dict[str, Process] = {}

    def url(self, role: str) -> str:
        return f"http://127.0.0.1:{self.ports[role]}"

    async def begin(self, role: str) -> None:
        command = (sys.executable, "-m", "tests.faults.payments_process", role, str(self.ports[role]), str(self.folder))
        environment = os.environ | {"TEST_RBS": "lk-api:lk-password", "TEST_RBS_KEY": KEY}
        self.processes[role] = await asyncio.create_subprocess_exec(
            *command, cwd=ROOT, env=environment, start_new_session=True
        )

    async def kill(self, role: str) -> None:
        process = self.processes[role]
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


@pytest.mark.timeout(900)
async def test_kill_9_neither_loses_nor_doubles_money(database_url: str, database: Database, tmp_path: Path) -> None:
    seed = int(os.environ.get("ABONENT_TEST_SEED", str(time.time_ns() % 10**6)))
    print(f"repeat with ABONENT_TEST_SEED={seed}")
    chance = random.Random(seed)
    city = City(tmp_path, {role: free_port() for role in ("bank", "server", "worker")})
    (tmp_path / "host.toml").write_text(toml(database_url, tmp_path, city), encoding="utf-8")
    (tmp_path / "callbacks").write_text(f"{city.url('server')}/api/v1/payments/callback")
    token, clerk = await found(tmp_path / "host.toml")
    try:
        for role in city.ports:
            await city.begin(role)
        await until_up(city)
        await mood(city, chance)
        quiet = asyncio.Event()
        payers = [payer(city, token, random.Random(f"{seed}:{number}"), quiet) for number in range(PAYERS)]
        paying = asyncio.gather(*payers)
        kills = await killing(city, chance, quiet)
        await paying
        await until_settled(city, database, clerk)
    finally:
        for role in city.processes:
            await city.kill(role)
    print(f"kills: {dict(kills)}")
    await check(database, tmp_path)


def free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def toml(database_url: str, folder: Path, city: City) -> str:
    bank = city.url("bank")
    return f"""[host]
name = "Тестэнерго"
plugins = ["payments"]
database = "{database_url}"
data_dir = "{folder}"
secret_key = "{SECRET_KEY}"
secure_cookies = false
base_url = "{city.url("server")}"
[jobs]
embedded_worker = false
lease_seconds = 2
[ports]
acquirer = "rbs"
[adapters.acquirer.rbs]
base_url = "{bank}/payment/rest"
page_url = "{bank}/payment/page?mdOrder={{order_id}}"
credentials_env = "TEST_RBS"
callback_key_env = "TEST_RBS_KEY"
allow_http = true
timeout = 3.0
[plugins.payments]
orders_per_hour = 100000
[plugins.payments.commission.new_card]
percent = "1"
"""


async def found(config: Path) -> tuple[str, str]:
    """Contracts with bills; returns the tokens of a payer and of a clerk."""
    os.environ |= {"TEST_RBS": "lk-api:lk-password", "TEST_RBS_KEY": KEY}
    clock = MovableClock()
    clock.set(datetime.now(UTC))
    async with running(Host(load(config), clock=clock, available=AVAILABLE), clock) as cabinet:
        ids = [f"c{number}" for number in range(CONTRACTS)]
        contracts = [
            {"id": key, "number": f"5005000277558{key[1:]}", "name": "ООО", "inn": "7830002293"} for key in ids
        ]
        await cabinet.load("contracts", *contracts)
        bills = [
            {"id": f"{key}-{number}", "contract_id": key, "number": f"{number}", "kind": "Основная реализация"}
            | {
                "issued_on": "2020-01-01",
                "amount": f"{100 + number}.{number:02}",
                "remaining": f"{100 + number}.{number:02}",
            }
            for key in ids
            for number in range(12)
        ]
        await cabinet.load("payments.bills", *bills)
        caller = await cabinet.client()
        account_id = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
        async with Context(cabinet.runtime).uow() as uow:
            for key in ids:
                await hold(uow, account_id, key, "Бухгалтер", None)
        clerk = await cabinet.staff(scopes=["payments.reconcile"])
        return str(caller.headers["Authorization"]), str(clerk.headers["Authorization"])


async def until_up(city: City) -> None:
    async with asyncio.timeout(60), httpx.AsyncClient() as http:
        for url in (f"{city.url('server')}/health", city.url("bank")):
            while True:
                with suppress(*_GONE):
                    if (await http.get(url)).is_success:
                        break
                await asyncio.sleep(0.1)


async def mood(city: City, chance: random.Random) -> None:
    """Callbacks go missing, come twice and late."""
    moods = {"seed": chance.randrange(1000), "missing": 0.25, "doubled": 0.3, "late": 0.3, "late_seconds": 2.0}
    async with httpx.AsyncClient() as http:
        assert (await http.put(f"{city.url('bank')}/control/mood", json=moods)).is_success


async def killing(city: City, chance: random.Random, quiet: asyncio.Event) -> Counter[str]:
    """Kills somebody at random moments; the dead come back a little later."""
    kills: Counter[str] = Counter()
    while kills.total() < KILLS:
        await asyncio.sleep(chance.uniform(0.1, 1.5))
        role = chance.choice(list(city.ports))
        await city.kill(role)
        kills[role] += 1
        await asyncio.sleep(chance.uniform(0.0, 0.5))
        await city.begin(role)
        if chance.random() < 0.5:
            await until_up(city)
    quiet.set()
    return kills


async def payer(city: City, token: str, chance: random.Random, quiet: asyncio.Event) -> None:
    """Pays again and again until nobody is killed any more, as patient as a client with an Idempotency-Key can be."""
    made = 0
    async with httpx.AsyncClient(timeout=10) as http:
        while made < PAYMENTS // PAYERS or not quiet.is_set():
            await pay_once(city, http, token, chance)
            made += 1


async def pay_once(city: City, http: httpx.AsyncClient, token: str, chance: random.Random) -> None:
    contract = f"c{chance.randrange(CONTRACTS)}"
    order: dict[str, Any] = {"mode": "prepayment", "amount": f"{chance.randrange(1, 900)}.{chance.randrange(100):02}"}
    if chance.random() < 0.5:
        order = {"mode": "bills", "bills": [f"{contract}-{chance.randrange(12)}"]}
    headers = {"Authorization": token, "Idempotency-Key": str(uuid4())}
    url = f"{city.url('server')}/api/v1/payments/contracts/{contract}/payments"
    started = await patiently(lambda: http.post(url, json=order, headers=headers), {201, 409, 422})
    if started.status_code != 201:
        return  # another payer is at these bills, or they are paid
    payment_id = started.json()["id"]
    place = f"{city.url('server')}/api/v1/payments/orders/{payment_id}"
    shown = started.json()
    async with asyncio.timeout(120):
        while shown["state"] == "waiting" and shown["pay_url"] is None:
            await asyncio.sleep(0.5)
            shown = (await patiently(lambda: http.get(place, headers={"Authorization": token}), {200})).json()
    if shown["pay_url"] is None:
        return
    bank_order = f"{city.url('bank')}/control/orders/{shown['pay_url'].rpartition('=')[2]}"
    mind = chance.random()
    if mind < 0.1:
        await patiently(lambda: http.post(f"{bank_order}/leave", json={}), {200, 409})
    elif mind < 0.2:
        await patiently(lambda: http.post(f"{bank_order}/pay", json={"card": "declined"}), {200, 409})
    else:
        await patiently(lambda: http.post(f"{bank_order}/pay", json={}), {200, 409})
        if mind > 0.9:
            back = {"key": str(uuid4()), "amount": 77}
            await patiently(lambda: http.post(f"{bank_order}/refund", json=back), {200, 409})


async def patiently(call: Any, wanted: set[int]) -> httpx.Response:
    """Calls until it is answered with one of the wanted statuses; the dead come back. 503 and 500 are tried again."""
    async with asyncio.timeout(120):
        while True:
            with suppress(*_GONE):
                answer: httpx.Response = await call()
                if answer.status_code in wanted:
                    return answer
                assert answer.status_code in (500, 502, 503), answer.text
            await asyncio.sleep(0.2)


async def until_settled(city: City, database: Database, clerk: str) -> None:
    """Waits until whatever the bank has ended has ended here, then has the day reconciled, twice: found, and mended."""
    await until_up(city)
    ended = {order.number for order in Bank(city.folder / "bank.db").orders() if order.state != "created"}
    open_here = sa.select(Payment.id).where(Payment.state.in_(("new", "waiting")))
    async with asyncio.timeout(120):
        while True:
            async with database.writer.connect() as connection:
                left = set((await connection.execute(open_here)).scalars())
            if not left & ended:
                break
            await asyncio.sleep(0.5)
    day = str(datetime.now(ZoneInfo("Europe/Moscow")).date())
    url = f"{city.url('server')}/api/v1/staff/payments/reconciliation"
    async with asyncio.timeout(120), httpx.AsyncClient(timeout=30) as http:
        while True:
            told = await patiently(lambda: http.get(url, params={"day": day}, headers={"Authorization": clerk}), {200})
            differences = told.json()["differences"]
            if not differences:
                return
            print("reconciliation:", Counter(one["code"] for one in differences))
            await asyncio.sleep(2)


async def check(database: Database, folder: Path) -> None:
    """The bank's movements against the ledger, payment by payment."""
    sign = {"charge": 1, "refund": -1, "reversal": -1}
    truth: dict[str, int] = {}
    for movement in Bank(folder / "bank.db").movements():
        truth[movement.number] = truth.get(movement.number, 0) + sign[movement.kind] * movement.amount
    held: dict[str, Decimal] = {}
    postings: dict[tuple[str, str], Decimal] = {}
    async with database.writer.connect() as connection:
        for payment_id, cause, account, amount in await connection.execute(
            sa.select(Entry.payment_id, Entry.cause, Entry.account, Entry.amount)
        ):
            postings[payment_id, cause] = postings.get((payment_id, cause), Decimal(0)) + amount
            if account == "acquirer":
                held[payment_id] = held.get(payment_id, Decimal(0)) + amount
        states = (await connection.execute(sa.select(Payment.state, sa.func.count()).group_by(Payment.state))).all()
        facts = await connection.scalar(sa.select(sa.func.count()).where(Feed.kind == "payments.paid"))
    print(f"{len(truth)} payments took money, {sum(truth.values()) / 100:.2f} roubles; {dict(map(tuple, states))}")  # type: ignore[arg-type]
    assert truth
    assert {number: int(amount * 100) for number, amount in held.items()} == truth
    assert set(postings.values()) == {Decimal(0)}
    assert facts == len(truth)
