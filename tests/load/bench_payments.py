"""The cards of «Оплата»: an account with 200 contracts and 2,000 unpaid bills, against a peer written by hand, and with
a thousand bills more in the database against very many.

    python -m tests.load.bench_payments [bills]

On PostgreSQL (ABONENT_TEST_POSTGRES or the local server), in two databases of its own; the servers take turns.
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import msgspec
import uvloop

from core.config import load
from core.host import Host
from core.testing.cabinet import running
from core.testing.clock import MovableClock
from tests.load.bench import SERVER, describe, fetch, folder, on_load_core, ratios, spread, take_turns
from tests.load.load import request
from tests.load.seed import AVAILABLE, database
from tests.load.serve import DATABASE_ENV, Served, served

CONTRACTS, BILLS = 200, 10
MORE, FEW = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, 1_000
ROUNDS = int(os.environ.get("ABONENT_BENCH_ROUNDS", "5"))
PATH = "/api/v1/payments/contracts?limit=500"
GOAL_OF_PEER, GOAL_OF_SIZE = 0.7, 1.2

# contracts `<prefix><n>` with so many bills each; the last $4 of them unpaid
_GROW = (
    """INSERT INTO contracts_contract (id, number, name, search, inn, branch, address)
       SELECT p || c, p || lpad(c::text, 12, '0'), 'ООО ' || c, 'ооо ' || c, '', 'Восточный', ''
       FROM generate_series(1, $2::int) c, (SELECT $1::text p) x WHERE $3::int + $4::int > 0""",
    """INSERT INTO payments_bill (
           id, contract_id, number, kind, penalty, month, issued_on, due_on, amount, billed, remaining)
       SELECT p || c || '-' || b, p || c, c || '/' || b, 'Основная реализация', b % 7 = 0, '2025-12-01', '2026-01-10',
              CASE WHEN b % 7 = 0 THEN NULL ELSE date '2026-01-10' + b END, 1000.25 + b, u, u
       FROM generate_series(1, $2::int) c, generate_series(1, $3::int) b, (SELECT $1::text p) x,
            LATERAL (SELECT CASE WHEN b > $3::int - $4::int THEN 1000.25 + b ELSE 0.00 END u) y""",
    """INSERT INTO payments_balance (contract_id, billed_advance, advance, overpayment)
       SELECT p || c, 5.00, 5.00, 0.50 FROM generate_series(1, $2::int, 2) c, (SELECT $1::text p) x
       WHERE $3::int + $4::int > 0""",
)
_LINKS = """INSERT INTO contracts_link (account_id, contract_id, state, role, all_objects, request_id, created_at)
            SELECT $1, 'own' || c, 'active', 'Бухгалтер', true, 'r' || c, now() FROM generate_series(1, $2::int) c"""


class Made(msgspec.Struct, frozen=True):
    """A database and who looks into it."""

    config: Path
    database: str
    token: str
    account: str


async def main() -> None:
    """Ours against the peer, then the small database against the large one."""
    async with AsyncExitStack() as stack:
        few = await stack.enter_async_context(made(stack.enter_context(folder()), FEW))
        many = await stack.enter_async_context(made(stack.enter_context(folder()), MORE))
        asked = request("GET", PATH, token=few.token)
        stack.enter_context(on_load_core())
        servers = {
            "ours": await serving(stack, "ours", few),
            "handwritten": await serving(stack, "handwritten_cards", few),
            "large": await serving(stack, "ours", many),
        }
        bodies = {
            name: msgspec.json.decode(fetch(servers[name].port, PATH, few.token)) for name in ("ours", "handwritten")
        }
        assert bodies["ours"] == bodies["handwritten"], "the peer answers otherwise"
        large = msgspec.json.decode(fetch(servers["large"].port, PATH, many.token))
        assert large == bodies["ours"], "the large database answers otherwise"
        print(f"GET {PATH}: {CONTRACTS} contracts, {CONTRACTS * BILLS} unpaid bills")
        own = {name: servers[name] for name in ("ours", "handwritten")}
        rounds = await take_turns(own, asked, ROUNDS)
        print(f"  ours          {describe(rounds['ours'])}\n  handwritten   {describe(rounds['handwritten'])}")
        print(f"  ours / handwritten {ratios(rounds['ours'], rounds['handwritten'])}; goal >= {GOAL_OF_PEER}")
        small = (await take_turns({"ours": servers["ours"]}, asked, ROUNDS))["ours"]
        big = (await take_turns({"large": servers["large"]}, request("GET", PATH, token=many.token), ROUNDS))["large"]
        slower = [one.measured.p50 / other.measured.p50 for one, other in zip(big, small, strict=True)]
        print(f"  with {MORE} other bills / with {FEW}: {spread(slower)} of the time; goal <= {GOAL_OF_SIZE}\n")


async def serving(stack: AsyncExitStack, application: str, of: Made) -> Served:
    """A server on one of the databases."""
    environment = {"ABONENT_CONFIG": str(of.config), DATABASE_ENV: of.database, "ABONENT_BENCH_ACCOUNT": of.account}
    return await stack.enter_async_context(served(application, **environment))


@asynccontextmanager
async def made(place: Path, more: int) -> AsyncIterator[Made]:
    """A database with the account's bills and so many of others, 20 to a contract, one of them unpaid."""
    async with database(SERVER, place) as url:
        config = place / "host.toml"
        config.write_text(
            f'[host]\nname = "Тестэнерго"\nplugins = ["payments"]\ndatabase = "{url}"\ndata_dir = "{place}"\n'
            'secret_key = "a key for measurements only, 32 and more"\nsecure_cookies = false\n'
            "[jobs]\nembedded_worker = false\n",
            encoding="utf-8",
        )
        clock = MovableClock(datetime.now(UTC))
        host = Host(load(config), clock=clock, available=AVAILABLE)
        await host.migrate()
        async with running(host, clock) as cabinet:
            caller = await cabinet.client()
            account = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
            await fill(url, account, more)
        token = str(caller.headers["authorization"]).removeprefix("Bearer ")
        yield Made(config, url, token, account)


async def fill(url: str, account: str, more: int) -> None:
    """The rows, made by the database itself."""
    connection = await asyncpg.connect(url)
    try:
        for statement in _GROW:
            await connection.execute(statement, "own", CONTRACTS, BILLS, BILLS)
            await connection.execute(statement, "x", more // 20, 20, 1)
        await connection.execute(_LINKS, account, CONTRACTS)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


if __name__ == "__main__":
    uvloop.run(main())
