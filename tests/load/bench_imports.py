"""An integral workbook of 10,000 devices: read + check + store, against openpyxl (read_only) merely reading it.

    python -m tests.load.bench_imports [devices] [rounds]

On SQLite in a temporary folder, or on PostgreSQL (ABONENT_TEST_POSTGRES). Both start from the file on the disk. The
pipeline copies it out of the store, parses it, finds every device, applies the rules of the form, and stores what each
would change. Its extra memory is the highest resident size of the process above that before the first round.
"""

import asyncio
import gc
import io
import resource
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


async def workbook(ctx: Context) -> bytes:
    """The template, filled in."""
    book = openpyxl.load_workbook(io.BytesIO((await templates.integral(ctx)).read()))
    for number, row in enumerate(book.active.iter_rows(min_row=2), 1):
        row[8].value = f"{1001 + number % 500},5"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_only(path: Path) -> float:
    """Seconds that openpyxl takes to read every cell."""
    gc.collect()
    start = time.perf_counter()
    book = openpyxl.load_workbook(path, read_only=True)
    count = sum(1 for row in book.active.iter_rows(values_only=True) for value in row if value is not None)
    book.close()
    assert count
    return time.perf_counter() - start


async def pipeline(host: Host, ctx: Context, body: bytes, devices: int) -> float:
    """Seconds from the uploaded file to the stored dry run."""

    async def content() -> Any:
        yield body

    item = await uploading.upload(ctx, Upload("readings.integral", "C", "показания.xlsx", False, None), content())
    gc.collect()
    start = time.perf_counter()
    await drain(ctx.runtime, host.jobs, host.config.jobs, periodic=False)
    took = time.perf_counter() - start
    done = await showing.one(ctx, item.id)
    assert (done.state, done.counts.new) == ("ready", devices), done
    return took


def highest() -> int:
    """Megabytes: the highest resident size so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


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
        theirs, ours = [], []
        for _ in range(rounds):
            ours.append(await pipeline(host, ctx, path.read_bytes(), devices))
            theirs.append(await asyncio.to_thread(read_only, path))
        ratio = statistics.median(ours) / statistics.median(theirs)
        name = "PostgreSQL" if url.startswith("postgres") else "SQLite"
        print(
            f"integral workbook of {devices} devices, {name}: read + check + store {statistics.median(ours):.2f} s, "
            f"openpyxl read_only only reads it in {statistics.median(theirs):.2f} s: ratio {ratio:.2f} (goal < 1)"
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
