"""How the screens of readings scale: with the devices of a contract, and with everything else in the database.

    python -m tests.load.bench_readings_form [devices]

On PostgreSQL (ABONENT_TEST_POSTGRES or the local server). Two databases, alike but that one of them holds a million
devices of other contracts more; the servers take turns, and every answer must be the same from both.
"""

import sys
import time
from contextlib import AsyncExitStack

import asyncpg
import uvloop

from tests.load.bench import (
    CONNECTIONS,
    SERVER,
    Round,
    describe,
    fetch,
    folder,
    on_load_core,
    ratios,
    running_all,
    same_answer,
    spread,
    take_turns,
    turn,
)
from tests.load.load import request
from tests.load.seed import Supplier, supplier
from tests.load.serve import DATABASE_ENV, served

LARGE, OBJECTS = "large", 100
DEVICES_OF_LARGE = 2000
MORE = 1_000_000
ROUNDS = 5
GOAL = 1.2

# Contracts `<prefix><n>` with so many devices each, 20 to an energy object, and a year of history for none of them.
_GROW = (
    """INSERT INTO contracts_contract (id, number, name, search, inn, branch, address)
       SELECT p || c, '7' || lpad(c::text, 13, '0'), 'ООО ' || c, 'ооо ' || c, '', 'Восточный', ''
       FROM generate_series(1, $2::int) c, (SELECT $1::text p) x WHERE $3::int > 0""",
    """INSERT INTO contracts_energy_object (id, contract_id, number, name, address, search, price_category)
       SELECT p || c || '-o' || o, p || c, c || '_' || o, 'Цех', 'Сосновый пр., ' || o, 'цех ' || o, 1 + o % 6
       FROM generate_series(1, $2::int) c, generate_series(0, ($3::int - 1) / 20) o, (SELECT $1::text p) x""",
    """INSERT INTO contracts_metering_point (id, energy_object_id, name, by_message, complex_code)
       SELECT p || c || '-p' || d, p || c || '-o' || (d / 20), 'Ввод ' || d, false, 'ИК-' || d
       FROM generate_series(1, $2::int) c, generate_series(0, $3::int - 1) d, (SELECT $1::text p) x""",
    """INSERT INTO contracts_meter (id, metering_point_id, number, model, coefficient, loss_percent, digits)
       SELECT p || c || '-m' || d, p || c || '-p' || d, lpad((c * 100 + d)::text, 8, '0'), 'Меркурий 230', 20, 0, 6
       FROM generate_series(1, $2::int) c, generate_series(0, $3::int - 1) d, (SELECT $1::text p) x""",
    """INSERT INTO contracts_register (meter_id, code, name, sort)
       SELECT p || c || '-m' || d, 'A+.total', 'Круглосуточный', 0
       FROM generate_series(1, $2::int) c, generate_series(0, $3::int - 1) d, (SELECT $1::text p) x""",
    """INSERT INTO readings_previous (meter_id, register, value, month)
       SELECT p || c || '-m' || d, 'A+.total', 1000 + d, (SELECT min(month) - interval '1 month' FROM readings_window)
       FROM generate_series(1, $2::int) c, generate_series(0, $3::int - 1) d, (SELECT $1::text p) x""",
    """INSERT INTO readings_accepted (meter_id, month, register, value, consumption)
       SELECT p || c || '-m' || d, (SELECT min(month) - interval '1 month' FROM readings_window), 'A+.total', 1000, 20
       FROM generate_series(1, $2::int) c, generate_series(0, $3::int - 1) d, (SELECT $1::text p) x""",
    """INSERT INTO readings_window (contract_id, month, opens_on, closes_on)
       SELECT $1::text || c, w.month, w.opens_on, w.closes_on FROM generate_series(1, $2::int) c,
       (SELECT month, opens_on, closes_on FROM readings_window LIMIT 1) w WHERE $3::int > 0""",
)
_LINK = """
INSERT INTO contracts_link (account_id, contract_id, state, role, all_objects, request_id, created_at)
SELECT account_id, $1, state, role, true, $1, created_at FROM contracts_link WHERE contract_id = $2 AND state = 'active'
"""


async def grow(database: str, prefix: str, contracts: int, devices: int) -> float:
    """Adds contracts; returns how long it took."""
    started = time.perf_counter()
    connection = await asyncpg.connect(database)
    try:
        for statement in _GROW:
            await connection.execute(statement, prefix, contracts, devices)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
    return time.perf_counter() - started


async def hold_large(made: Supplier) -> str:
    """Gives the client a contract with two thousand devices; returns its id."""
    await grow(made.database, LARGE, 1, DEVICES_OF_LARGE)
    connection = await asyncpg.connect(made.database)
    try:
        await connection.execute(_LINK, f"{LARGE}1", made.contracts[0])
    finally:
        await connection.close()
    return f"{LARGE}1"


async def large_section(made: Supplier, contract: str) -> None:
    """The form of a contract with two thousand devices."""
    path = f"/api/v1/readings/contracts/{contract}"
    asked = request("GET", path, token=made.token)
    async with running_all(made, ("ours", "handwritten")) as servers:
        size = len(same_answer(servers, path, made.token))
        rounds = await take_turns(servers, asked, ROUNDS)
    print(f"GET {path}: {DEVICES_OF_LARGE} metering devices, {size} bytes, {CONNECTIONS} connections, one worker")
    for name, turns in rounds.items():
        print(f"  {name:12} {describe(turns)}")
    print(f"  ours / handwritten {ratios(rounds['ours'], rounds['handwritten'])}\n")


async def growth_section(small: Supplier, large: Supplier, devices: int) -> None:
    """The same calls with and without a million devices of others around."""
    contract = small.contracts[0]
    form = f"/api/v1/readings/contracts/{contract}"
    calls = {
        "form of 50 devices": form,
        "history of a device": f"{form}/history/meters/{contract}-m1",
        "objects with a history": f"{form}/history?month_from=2020-01",
        "deadlines of 9 contracts": "/api/v1/readings/deadlines",
        "peak hours": "/api/v1/readings/peaks",
    }
    async with AsyncExitStack() as stack:
        stack.enter_context(on_load_core())
        servers = {
            name: await stack.enter_async_context(
                served("ours", ABONENT_CONFIG=str(made.config), **{DATABASE_ENV: made.database})
            )
            for name, made in (("small", small), ("large", large))
        }
        print(f"some 3000 devices against {devices} more, PostgreSQL; goal: the time grows to at most {GOAL}")
        for title, path in calls.items():
            for made, name in ((small, "small"), (large, "large")):
                fetch(servers[name].port, path, made.token)
            rounds: dict[str, list[Round]] = {"small": [], "large": []}
            for number in range(ROUNDS + 1):
                for made, name in ((small, "small"), (large, "large")):
                    taken = await turn(servers[name], request("GET", path, token=made.token))
                    rounds[name] += [taken] if number else []
            pairs = zip(rounds["small"], rounds["large"], strict=True)
            longer = spread([one.measured.rate / other.measured.rate for one, other in pairs])
            print(f"  {title:26} {describe(rounds['large'])}   {longer} times as long")
    print()


async def main() -> None:
    """Both sections."""
    devices = int(sys.argv[1]) if len(sys.argv) > 1 else MORE
    with folder() as one, folder() as other:
        async with supplier(SERVER, one) as small, supplier(SERVER, other) as large:
            contract = await hold_large(small)
            await large_section(small, contract)
            await hold_large(large)
            seconds = await grow(large.database, "more", devices // 50, 50)
            print(f"({devices} devices made in {seconds:.0f} s)")
            await growth_section(small, large, devices)


if __name__ == "__main__":
    uvloop.run(main())
