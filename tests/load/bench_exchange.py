"""How fast the loader is, as a share of a raw COPY of the same rows into the same table.

    python -m tests.load.bench_exchange [rows] [rounds]

On PostgreSQL (ABONENT_TEST_POSTGRES or the local server), in a database of its own. The loader starts from NDJSON bytes
in memory and does all that it does for the company: strict decoding, checks, references, upsert, an answer per row.
COPY starts from ready tuples and does nothing else. Indexes and foreign keys are the same for both.
"""

import asyncio
import gc
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import sqlalchemy as sa

from core.context import SYSTEM
from core.contracts.datasets import DATASETS
from core.exchange.loader import load
from core.exchange.schemas import Totals
from core.host import Host
from core.sdk import Context, Dataset
from core.testing.cabinet import config_for_tests

SERVER = os.environ.get("ABONENT_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
BY_NAME: dict[str, Dataset[Any]] = {dataset.name: dataset for dataset in DATASETS}
_CHUNK = 64 * 1024


def points(count: int) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Metering points, four to an energy object."""
    columns = ["id", "energy_object_id", "name", "by_message", "complex_code", "closed_on"]
    rows = [
        (f"MP-{n:08}", f"EO-{n // 4:07}", f"Ввод {n % 4 + 1} РУ-0,4 кВ", False, f"IK-{n:08}", None)
        for n in range(count)
    ]
    return columns, rows


def registers(count: int) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Registers, four to a meter."""
    columns = ["meter_id", "code", "name", "sort"]
    zones = [("A+.T1", "День"), ("A+.T2", "Ночь"), ("A-.total", "Отдача"), ("R+.total", "Реактивная")]
    return columns, [(f"M-{n // 4:07}", *zones[n % 4], n % 4) for n in range(count)]


async def parents(connection: "asyncpg.Connection[Any]", count: int) -> None:
    """What the rows refer to."""
    many = range(count // 4 + 1)
    told = dict.fromkeys(["branch", "address", "phone", "bank", "bank_account", "correspondent_account", "bic"], "")
    contract = {"id": "C-1", "number": "1", "name": "n", "search": "s", "inn": "7830002293", **told}
    energy_object = {"contract_id": "C-1", "number": "1", "name": "n", "address": "a", "search": "s"}
    point = {"name": "n", "by_message": False, "complex_code": ""}
    meter = {"number": "1", "model": "m", "coefficient": 1, "loss_percent": 0, "digits": 6}
    await copy(connection, "contracts_contract", [contract])
    objects = [{"id": f"EO-{n:07}", **energy_object, "price_category": 1} for n in many]
    await copy(connection, "contracts_energy_object", objects)
    points = [{"id": f"P-{n:07}", "energy_object_id": f"EO-{n:07}", **point} for n in many]
    await copy(connection, "contracts_metering_point", points)
    await copy(
        connection, "contracts_meter", [{"id": f"M-{n:07}", "metering_point_id": f"P-{n:07}", **meter} for n in many]
    )


async def copy(connection: "asyncpg.Connection[Any]", table: str, rows: list[dict[str, Any]]) -> None:
    """COPY of rows that all have the same columns."""
    records = [tuple(row.values()) for row in rows]
    await connection.copy_records_to_table(table, records=records, columns=list(rows[0]))


async def body(data: bytes) -> AsyncIterator[bytes]:
    """The pieces a server would hand over."""
    for start in range(0, len(data), _CHUNK):
        yield data[start : start + _CHUNK]


async def by_loader(ctx: Context, dataset: Dataset[Any], data: bytes) -> tuple[float, Totals]:
    """Seconds, and what was answered."""
    encoder, totals = msgspec.json.Encoder(), Totals()
    started = time.perf_counter()
    async for answers in load(ctx, dataset, body(data)):
        totals.count(answers)
        encoder.encode_lines(answers)
    return time.perf_counter() - started, totals


async def compare(ctx: Context, connection: "asyncpg.Connection[Any]", name: str, count: int, rounds: int) -> None:
    """Prints the medians for one dataset."""
    columns, rows = {"metering_points": points, "registers": registers}[name](count)
    data = b"".join(msgspec.json.encode(dict(zip(columns, row, strict=True))) + b"\n" for row in rows)
    table = BY_NAME[name].table.__table__.name  # type: ignore[union-attr]
    clear = f"DELETE FROM {table} WHERE {columns[0]} LIKE 'M%'"
    gc.collect()
    gc.freeze()  # the rows that this program holds are no garbage of the loader's
    times: dict[str, list[float]] = {"copy": [], "load": [], "again": []}
    for _ in range(rounds):
        await connection.execute(clear)
        await connection.execute(f"VACUUM ANALYZE {table}")
        started = time.perf_counter()
        await connection.copy_records_to_table(table, records=rows, columns=columns)
        times["copy"].append(time.perf_counter() - started)
        await connection.execute(clear)
        await connection.execute(f"VACUUM ANALYZE {table}")
        seconds, totals = await by_loader(ctx, BY_NAME[name], data)
        assert totals == Totals(accepted=count), totals
        times["load"].append(seconds)
        seconds, totals = await by_loader(ctx, BY_NAME[name], data)
        assert totals == Totals(unchanged=count), totals
        times["again"].append(seconds)
    copy, first, again = (statistics.median(times[kind]) for kind in ("copy", "load", "again"))
    print(f"{name}: {count} rows, {len(data) / 1e6:.0f} MB, median of {rounds}")
    print(f"  COPY         {count / copy:9,.0f} rows/s")
    print(f"  load         {count / first:9,.0f} rows/s   {copy / first:.2f} of COPY")
    print(f"  load again   {count / again:9,.0f} rows/s   {copy / again:.2f} of COPY (all unchanged)")


async def main(count: int, rounds: int) -> None:
    """Makes the database, compares, removes it."""
    name = f"abonent_bench_{uuid4().hex[:12]}"
    server = await asyncpg.connect(SERVER)
    await server.execute(f'CREATE DATABASE "{name}"')
    url = sa.make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            host = Host(config_for_tests(url, Path(folder)))
            await host.migrate()
            runtime = await host.open()
            connection = await asyncpg.connect(url)
            await parents(connection, count)
            for dataset in ("metering_points", "registers"):
                await compare(Context(runtime, SYSTEM), connection, dataset, count, rounds)
            await connection.close()
            await host.close(runtime)
    finally:
        await server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await server.close()


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:]] + [100_000, 5][len(sys.argv) - 1 :]
    asyncio.run(main(*arguments))
