"""How the contract list bears a large client and a large supplier, and what coming in costs.

    python -m tests.load.bench_contracts

One account holds 1,000 contracts: once of 1,000 that the supplier has, once of 100,000. The same page is asked of both
hosts in turn, one request at a time; the ratio of the latencies is what the hundredfold supplier costs (goal: at most
1.2). On PostgreSQL (ABONENT_TEST_POSTGRES or the local server) and on SQLite. Nothing is asserted.
"""

import itertools
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
import sqlalchemy as sa

from core.contracts.public import Contract, ContractLink
from core.sdk import ROLES, Context, chunks
from core.testing.cabinet import PASSWORD, Cabinet
from tests.load.bench import ROUNDS, SERVER, fetch, folder, on_load_core, spread
from tests.load.load import Measured, measure, request
from tests.load.seed import EMAIL, Supplier, founded, token_of
from tests.load.serve import DATABASE_ENV, Served, served

HELD = 1_000
SIZES = {"10^3 contracts": 1_000, "10^5 contracts": 100_000}
SECONDS = 0.7
GOAL = 1.2
_CHUNK = 5_000
Turns = dict[str, list[Measured]]


async def main() -> None:
    """Both databases."""
    for name, server in (("PostgreSQL", SERVER), ("SQLite", "")):
        with folder() as made:
            async with AsyncExitStack() as stack:
                suppliers = {
                    title: await stack.enter_async_context(_founded(server, made, title, size))
                    for title, size in SIZES.items()
                }
                await section(name, suppliers)


def _founded(server: str, made: Path, title: str, size: int) -> Any:
    place = made / str(size)
    place.mkdir()
    return founded(server, place, partial(fill, size=size))


async def fill(cabinet: Cabinet, *, size: int) -> tuple[str, tuple[str, ...]]:
    """`size` contracts, of which one client holds a thousand, spread evenly; everybody else's are held, too."""
    caller = await cabinet.client(EMAIL)
    account = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    blank = {"name": "ООО «Потребитель»", "search": "", "inn": "7830002293", "branch": "", "address": ""}
    step = size // HELD
    async with Context(cabinet.runtime).uow() as uow:
        for part in chunks(range(size), _CHUNK):
            rows = [{"id": f"c{n}", "number": f"{50050002000000 + n * 37}", **blank} for n in part]
            await uow.execute(sa.insert(Contract), rows)
            held = {"state": "active", "all_objects": True, "created_at": uow.now, "confirmed_at": uow.now}
            links = [
                {"account_id": holder, "contract_id": f"c{n}", "role": role, "request_id": f"{holder}-{n}", **held}
                for n in part
                for holder, role in ((f"other{n % 50}", ROLES[n % 2]), *([(account, ROLES[1])] if not n % step else []))
            ]
            await uow.execute(sa.insert(ContractLink), links)
    return token_of(caller), ()


async def section(database: str, suppliers: dict[str, Supplier]) -> None:
    """The list's pages on both suppliers in turn; then what coming in costs at the larger one."""
    async with AsyncExitStack() as stack:
        stack.enter_context(on_load_core())
        servers = {
            title: await stack.enter_async_context(
                served("ours", ABONENT_CONFIG=str(made.config), **{DATABASE_ENV: made.database})
            )
            for title, made in suppliers.items()
        }
        print(f"contract list of an account with {HELD} contracts, {database}, one connection")
        for what, path in _pages(servers, suppliers).items():
            _tell(what, await _take_turns(servers, suppliers, path))
        *_, large = servers
        await _coming_in(servers[large], suppliers[large].token)


def _pages(servers: dict[str, Served], suppliers: dict[str, Supplier]) -> dict[str, dict[str, str]]:
    """The first page of 50, one from the middle, and a page of 500: title -> server -> path."""
    first, large = "/api/v1/contracts?limit=50", "/api/v1/contracts?limit=500"
    middle = {
        title: f"{first}&cursor={msgspec.json.decode(fetch(server.port, large, suppliers[title].token))['next']}"
        for title, server in servers.items()
    }
    return {
        "first page of 50": dict.fromkeys(servers, first),
        "page 11 of 50": middle,
        "first page of 500": dict.fromkeys(servers, large),
    }


async def _take_turns(servers: dict[str, Served], suppliers: dict[str, Supplier], path: dict[str, str]) -> Turns:
    taken: Turns = {title: [] for title in servers}
    for number in range(ROUNDS + 1):
        for title, server in servers.items():
            asked = request("GET", path[title], token=suppliers[title].token)
            measured = await measure(server.port, [itertools.repeat(asked)], SECONDS)
            if number:  # the first one warms up
                taken[title].append(measured)
    return taken


def _tell(what: str, taken: Turns) -> None:
    medians = "   ".join(f"{title} {median(turn.p50 for turn in turns):5.2f} ms" for title, turns in taken.items())
    small, large = taken.values()
    ratio = spread([one.p50 / other.p50 for one, other in zip(large, small, strict=True)])
    print(f"  {what:18} {medians}   ratio {ratio}; goal <= {GOAL}")


async def _coming_in(server: Served, token: str) -> None:
    """Signing in is meant to cost: the password's hash. Who am I is what every page of a client asks first."""
    body = msgspec.json.encode({"email": EMAIL, "password": PASSWORD})
    kinds = {
        "who am I": (request("GET", "/api/v1/sessions/current", token=token), 200),
        "signing in": (request("POST", "/api/v1/sessions", body=body), 201),
    }
    taken: Turns = {what: [] for what in kinds}
    for number in range(max(3, ROUNDS // 2) + 1):
        for what, (asked, status) in kinds.items():
            measured = await measure(server.port, [itertools.repeat(asked)], SECONDS, expect=status)
            if number:
                taken[what].append(measured)
    for what, turns in taken.items():
        print(f"  {what:18} p50 {median(turn.p50 for turn in turns):5.2f} ms")
    print()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main())
