"""An integral workbook of 10,000 devices: read + check + store, against openpyxl (read_only) merely reading it.

    python -m tests.load.bench_imports [devices] [rounds]

On SQLite in a temporary folder, or on PostgreSQL (ABONENT_TEST_POSTGRES). Both start from the file on the disk. The
pipeline copies it out of the store, parses it, finds every device, applies the rules of the form, and stores what each
would change.
"""

import asyncio
import gc
import io
import statistics
import sys
import tempfile
import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import sqlalchemy as sa

from core.contracts.models import Contract, ContractLink, EnergyObject, Meter, MeteringPoint, MeterRegister
from core.db.engine import Database
from core.host import Host
from core.imports.services import showing, uploading
from core.imports.services.uploading import Upload
from core.jobs import drain
from core.sdk import Actor, Context, Grant
from core.testing.cabinet import config_for_tests
from core.testing.clock import MovableClock
from core.testing.databases import Databases
from plugins.readings.models import Previous, Window
from plugins.readings.plugin import ReadingsPlugin
from plugins.readings.services import templates

_DECEMBER, _JANUARY = date(2025, 12, 1), date(2026, 1, 1)


async def insert(database: Database, table: Any, rows: list[dict[str, Any]]) -> None:
    async with database.writer.begin() as connection:
        await connection.execute(sa.insert(table), rows)


async def seed(database: Database, devices: int) -> None:
    """One contract with so many meters of one register each."""
    many = range(devices)
    told = {"search": "", "branch": "", "address": ""}
    await insert(database, Contract, [{"id": "C", "number": "1", "name": "ООО «Сеть»", "inn": "7830002293", **told}])
    link = {"account_id": "anna", "contract_id": "C", "state": "active", "role": "Энергетик", "all_objects": True}
    await insert(database, ContractLink, [{**link, "request_id": "r", "created_at": MovableClock().now()}])
    place = {"contract_id": "C", "address": "Москва", "search": "", "price_category": 1}
    await insert(
        database, EnergyObject, [{"id": f"O{n}", "number": f"E{n}", "name": f"Объект {n}", **place} for n in many]
    )
    kind = {"by_message": False, "complex_code": ""}
    await insert(
        database,
        MeteringPoint,
        [{"id": f"P{n}", "energy_object_id": f"O{n}", "name": f"Ввод {n}", **kind} for n in many],
    )
    ratio = {"model": "М", "coefficient": Decimal(40), "loss_percent": Decimal(2), "digits": 6}
    await insert(
        database, Meter, [{"id": f"M{n}", "metering_point_id": f"P{n}", "number": f"0{n:07}", **ratio} for n in many]
    )
    await insert(
        database,
        MeterRegister,
        [{"meter_id": f"M{n}", "code": "A+.total", "name": "Круглосуточный", "sort": 0} for n in many],
    )
    before = {"register": "A+.total", "value": Decimal("1000.5"), "month": _DECEMBER}
    await insert(database, Previous, [{"meter_id": f"M{n}", **before} for n in many])
    window = {"contract_id": "C", "month": _JANUARY, "opens_on": date(2026, 1, 20), "closes_on": date(2026, 2, 5)}
    await insert(database, Window, [window])
    async with database.writer.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(sa.text("ANALYZE"))  # as the database does by itself in time


async def workbook(ctx: Context) -> bytes:
    """The template, filled in."""
    book = openpyxl.load_workbook(io.BytesIO((await templates.integral(ctx)).read()))
    for number, row in enumerate(book.active.iter_rows(min_row=2), 1):
        row[8].value = f"{1001 + number % 500},5"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


Taken = tuple[float, float]
"""Seconds by the clock, and of processor time."""


def now() -> Taken:
    return time.perf_counter(), time.process_time()


def since(start: Taken) -> Taken:
    return time.perf_counter() - start[0], time.process_time() - start[1]


def read_only(path: Path) -> Taken:
    """What openpyxl takes to read every cell."""
    gc.collect()
    start = now()
    book = openpyxl.load_workbook(path, read_only=True)
    count = sum(1 for row in book.active.iter_rows(values_only=True) for value in row if value is not None)
    book.close()
    assert count
    return since(start)


async def pipeline(host: Host, ctx: Context, body: bytes, devices: int) -> Taken:
    """From the uploaded file to the stored dry run."""

    async def content() -> Any:
        yield body

    item = await uploading.upload(ctx, Upload("readings.integral", "C", "показания.xlsx", False, None), content())
    gc.collect()
    start = now()
    await drain(ctx.runtime, host.jobs, host.config.jobs, periodic=False)
    took = since(start)
    done = await showing.one(ctx, item.id)
    assert (done.state, done.counts.new) == ("ready", devices), done
    return took


async def measure(url: str, folder: Path, devices: int, rounds: int) -> None:
    config = config_for_tests(url, folder, enabled=["readings"])
    clock = MovableClock()
    host = Host(config, clock=clock, available={"readings": lambda: ReadingsPlugin})
    runtime = await host.open()
    try:
        await seed(runtime.database, devices)
        ctx = Context(runtime, Actor("client", "anna"), Grant("C", "Энергетик"))
        body = await workbook(ctx)
        path = folder / "workbook.xlsx"
        path.write_bytes(body)
        del body
        gc.collect()
        gc.freeze()  # as the host does when it has started
        theirs, ours = [], []
        for _ in range(rounds):
            ours.append(await pipeline(host, ctx, path.read_bytes(), devices))
            theirs.append(await asyncio.to_thread(read_only, path))
        name = "PostgreSQL" if url.startswith("postgres") else "SQLite"
        (ours_wall, ours_cpu), (theirs_wall, theirs_cpu) = (
            [statistics.median(column) for column in zip(*rows, strict=True)] for rows in (ours, theirs)
        )
        print(
            f"integral workbook of {devices} devices, {name}: read + check + store {ours_wall:.2f} s, openpyxl "
            f"read_only only reads it in {theirs_wall:.2f} s: ratio {ours_wall / theirs_wall:.2f} (goal < 1); of this "
            f"process's processor time {ours_cpu / theirs_cpu:.2f}"
        )
    finally:
        await host.close(runtime)


def main() -> None:
    devices, rounds = int(([*sys.argv, "", ""])[1] or 10_000), int(([*sys.argv, "", "", ""])[2] or 3)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        async def prepare(url: str) -> None:
            config = config_for_tests(url, folder, enabled=["readings"])
            await Host(config, available={"readings": lambda: ReadingsPlugin}).migrate()

        databases = Databases(folder, prepare)
        databases.open()
        try:
            for url in databases.clone():
                asyncio.run(measure(url, folder, devices, rounds))
        finally:
            databases.close()


if __name__ == "__main__":
    main()
