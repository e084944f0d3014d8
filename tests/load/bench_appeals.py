"""The list of «Открытые»: a hundred thousand appeals of one account, and as many of others, against a thousand each.

    python -m tests.load.bench_appeals [appeals]

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
from tests.load.bench import SERVER, Round, describe, fetch, folder, on_load_core, spread, take_turns
from tests.load.load import request
from tests.load.seed import AVAILABLE, database
from tests.load.serve import served

MANY, FEW = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, 1_000
ROUNDS = int(os.environ.get("ABONENT_BENCH_ROUNDS", "5"))
PATHS = ("/api/v1/appeals?limit=50", "/api/v1/appeals/unread")
GOAL = 1.2
_GROW = """
    INSERT INTO appeals_appeal (
        id, account_id, kind, effect, tab, state, topic, section, subsection, title, contract, object_address, party,
        completed, values, resolution, number, registered_at, version, attempt, signatures, pending, failure,
        failure_text, unread, correspondence, taken_by, created_at, last_at)
    SELECT $1::text || n, $1::text, 'support', '', 'open', 'open', 'Техническая поддержка', 'Оплата через ЛКК', '',
           'ЛКК', 'ООО «Ромашка» (78000000012345)', '', '', 2, '{}', 'Принято', $1::text || n, now(), 1, '', '', false,
           '', '', n <= 20, true, '', now(), timestamptz '2026-01-01' + n * interval '1 second'
    FROM generate_series(1, $2::int) n"""


class Made(msgspec.Struct, frozen=True):
    """A database and who looks into it."""

    config: Path
    database: str
    token: str


async def main() -> None:
    """The same calls on the small and on the large database."""
    async with AsyncExitStack() as stack:
        sizes = {"few": FEW, "many": MANY}
        homes = {
            name: await stack.enter_async_context(made(stack.enter_context(folder()), size))
            for name, size in sizes.items()
        }
        stack.enter_context(on_load_core())
        servers = {
            name: await stack.enter_async_context(served("ours", ABONENT_CONFIG=str(home.config)))
            for name, home in homes.items()
        }
        for path in PATHS:
            bodies = [len(fetch(servers[name].port, path, home.token)) > 10 for name, home in homes.items()]
            assert all(bodies), "a list is empty"
            rounds: dict[str, list[Round]] = {}
            for name, home in homes.items():
                asked = request("GET", path, token=home.token)
                rounds |= await take_turns({name: servers[name]}, asked, ROUNDS)
            print(f"GET {path}\n  {FEW} own {describe(rounds['few'])}\n  {MANY} own {describe(rounds['many'])}")
            pairs = zip(rounds["many"], rounds["few"], strict=True)
            slower = [large.measured.p50 / small.measured.p50 for large, small in pairs]
            print(f"  {MANY} / {FEW}: {spread(slower)} of the time; goal <= {GOAL}\n")


@asynccontextmanager
async def made(place: Path, appeals: int) -> AsyncIterator[Made]:
    """A database with so many appeals of one account, and as many of others."""
    async with database(SERVER, place) as url:
        config = place / "host.toml"
        config.write_text(
            f'[host]\nname = "Тестэнерго"\nplugins = ["appeals"]\ndatabase = "{url}"\ndata_dir = "{place}"\n'
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
            connection = await asyncpg.connect(url)
            try:
                await connection.execute(_GROW, account, appeals)
                await connection.execute(_GROW, "others", appeals)
                await connection.execute("VACUUM ANALYZE")
            finally:
                await connection.close()
        token = str(caller.headers["authorization"]).removeprefix("Bearer ")
        yield Made(config, url, token)


if __name__ == "__main__":
    uvloop.run(main())
