"""Callbacks of a bank: taken over HTTP, against a peer written by hand; and the payments that they settle.

    python -m tests.load.bench_callbacks [payments]

On PostgreSQL (ABONENT_TEST_POSTGRES or the local server), in a database of its own; the servers take turns.
"""

import asyncio
import hmac
import itertools
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
import uvloop

from core.config import JobSettings, load
from core.context import Context, Runtime
from core.contracts.models import Contract
from core.db.tables import Outbox
from core.host import Host
from core.ports.acquirer import Acquirer, OrderStatus
from core.worker import Worker
from plugins.payments.models import Entry, Payment
from plugins.payments.services.paying import Check
from tests.load.bench import CONNECTIONS, SECONDS, SERVER, Round, describe, folder, on_load_core, ratios, until
from tests.load.load import measure, request
from tests.load.seed import AVAILABLE, database
from tests.load.serve import DATABASE_ENV, Served, served

PAYMENTS = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
ROUNDS = int(os.environ.get("ABONENT_BENCH_ROUNDS", "5"))
KEY = "a key that the bank knows, too"
PATH = "/api/v1/payments/callback"


class PaidBank:
    """An acquirer that answers at once: every order is paid."""

    name, takes_cards = "paid", False  # so that no job compares its day

    async def status(self, order_id: str) -> OrderStatus:
        return OrderStatus(order_id, order_id.removeprefix("bank-"), "paid", 10_000, paid=10_000)

    async def close(self) -> None:
        """Nothing is open."""


async def main() -> None:
    """Taking, then settling."""
    with folder() as place:
        async with made(place) as (config, url):
            environment = {"ABONENT_CONFIG": str(config), DATABASE_ENV: url, "ABONENT_BENCH_BANK_KEY": KEY}
            with on_load_core():
                async with (
                    served("ours", **environment) as ours,
                    served("handwritten_callbacks", **environment) as peer,
                ):
                    turns = await take_turns({"ours": ours, "handwritten": peer})
            print(f"GET {PATH}: {PAYMENTS} open payments, the signature checked, a job ordered for each callback")
            print(f"  ours          {describe(turns['ours'])}\n  handwritten   {describe(turns['handwritten'])}")
            print(f"  ours / handwritten {ratios(turns['ours'], turns['handwritten'])}")
            await settle(config)


async def take_turns(servers: dict[str, Served]) -> dict[str, list[Round]]:
    """The servers' turns, after one that does not count."""
    taken: dict[str, list[Round]] = {name: [] for name in servers}
    for number in range(ROUNDS + 1):
        for name, server in servers.items():
            before = server.cpu_seconds()
            measured = await measure(server.port, [asked(first) for first in range(CONNECTIONS)], SECONDS)
            if number:
                spent = (server.cpu_seconds() - before) * 1000 / measured.requests
                taken[name].append(Round(measured, spent))
    return taken


def asked(first: int) -> Iterator[bytes]:
    """Genuine callbacks about one payment after the other."""
    ready = [request("GET", f"{PATH}?{signed(number)}") for number in range(first, PAYMENTS, CONNECTIONS)]
    return itertools.cycle(ready)


def signed(number: int) -> str:
    fields = {"mdOrder": f"bank-{number}", "orderNumber": f"{number}", "operation": "deposited", "status": "1"}
    text = "".join(f"{name};{fields[name]};" for name in sorted(fields)).encode()
    return urlencode(fields | {"checksum": hmac.digest(KEY.encode(), text, "sha256").hex().upper()})


async def settle(config: Path) -> None:
    """How many payments a second the embedded worker settles: the gateway read, bills, ledger, history, fact, bell."""
    host = Host(load(config), available=AVAILABLE)
    runtime = await host.open()
    try:
        async with runtime.database.writer.begin() as connection:
            await connection.execute(sa.delete(Outbox))
        async with Context(runtime).uow() as uow:
            for number in range(PAYMENTS):
                uow.enqueue(Check(f"{number}", once=True))
        worker = Worker(lambda: opened(host), JobSettings(), host.jobs)
        started = time.perf_counter()
        await asyncio.to_thread(worker.start)
        await until(lambda: settled(runtime), PAYMENTS)
        spent = time.perf_counter() - started
        await asyncio.to_thread(worker.stop)
    finally:
        await host.close(runtime)
    print(f"  settled in the embedded worker: {PAYMENTS / spent:.0f} payments/s, each in the ledger once\n")


async def settled(runtime: Runtime) -> int:
    """Payments in the ledger."""
    async with runtime.database.writer.connect() as connection:
        found = sa.select(sa.func.count()).select_from(Entry).where(Entry.account == "acquirer")
        return await connection.scalar(found) or 0


@asynccontextmanager
async def opened(host: Host) -> AsyncIterator[Runtime]:
    """A runtime with the bank that answers at once."""
    runtime = await host.open()
    ports: Any = runtime.ports
    ports[Acquirer] = PaidBank()
    try:
        yield runtime
    finally:
        await host.close(runtime)


@asynccontextmanager
async def made(place: Path) -> AsyncIterator[tuple[Path, str]]:
    """The host file and the database, with open payments of 100 roubles, 20 to a contract."""
    os.environ.update({"ABONENT_BENCH_BANK": "api:password", "ABONENT_BENCH_BANK_KEY": KEY})
    async with database(SERVER, place) as url:
        config = place / "host.toml"
        config.write_text(
            f'[host]\nname = "Тестэнерго"\nplugins = ["payments"]\ndatabase = "{url}"\ndata_dir = "{place}"\n'
            'secret_key = "a key for measurements only, 32 and more"\nsecure_cookies = false\n'
            '[jobs]\nembedded_worker = false\n[ports]\nacquirer = "rbs"\n[adapters.acquirer.rbs]\n'
            'base_url = "https://bank.example/rest"\npage_url = "https://bank.example/page?order={order_id}"\n'
            'credentials_env = "ABONENT_BENCH_BANK"\ncallback_key_env = "ABONENT_BENCH_BANK_KEY"\n',
            encoding="utf-8",
        )
        host = Host(load(config), available=AVAILABLE)
        await host.migrate()
        runtime = await host.open()
        await fill(runtime)
        await host.close(runtime)
        yield config, url


async def fill(runtime: Runtime) -> None:
    """Contracts and payments."""
    told = {"name": "ООО «Сеть»", "search": "", "inn": "7830002293", "branch": "", "address": ""}
    contracts = [{"id": f"c{n}", "number": f"{n:014d}", **told} for n in range(PAYMENTS // 20 + 1)]
    hundred, nothing, now = Decimal("100.00"), Decimal("0.00"), datetime.now(UTC)
    common: dict[str, Any] = {
        "account_id": "anna",
        "mode": "prepayment",
        "method": "new_card",
        "card_id": "",
        "save_card": False,
        "amount": hundred,
        "commission": nothing,
        "total": hundred,
        "purpose": "Оплата",
        "receipt_email": "a@example.ru",
        "state": "waiting",
        "created_at": now,
        "expires_at": now + timedelta(hours=1),
        "advance": nothing,
        "returned": nothing,
    }
    payments = [
        {"id": f"{n}", "contract_id": f"c{n // 20}", "order_id": f"bank-{n}", **common} for n in range(PAYMENTS)
    ]
    async with runtime.database.writer.begin() as connection:
        await connection.execute(sa.insert(Contract), contracts)
        await connection.execute(sa.insert(Payment), payments)


if __name__ == "__main__":
    uvloop.run(main())
