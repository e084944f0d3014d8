"""Household accounts in bulk: a workbook read, checked and saved; a page of a large address; a transmission.

    python -m tests.load.bench_household [flats] [rounds] [large] [transmitted]

On SQLite in a temporary folder, and on PostgreSQL (ABONENT_TEST_POSTGRES). The workbook is the cabinet's own template
with a value at every meter. Both sides start from the file on the disk: the pipeline reads it, finds every meter,
applies the rules of entry and stores what each row would change; openpyxl (read_only) merely reads it. Saving the
values with what stood there before is measured by itself.
`large` rows in another workbook (with the heading 100,000, the limit) show whether the time grows with the rows alone.
A transmission is measured from the order to the last fact, and half a minute of billing's answers after it, while
somebody else asks for the cards of another address; with the worker embedded and with one in a process of its own.
"""

import asyncio
import gc
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import sqlalchemy as sa

from core.clock import Clock, SystemClock
from core.contracts.models import Contract, ContractLink
from core.db.engine import Database
from core.host import Host
from core.imports.services import committing, showing, uploading
from core.imports.services.uploading import Upload
from core.jobs import drain
from core.sdk import Actor, Adapter, Context, Hooks, Query, chunks, month_start
from core.testing.billing import BillingSimulator
from core.testing.cabinet import config_for_tests
from core.testing.databases import Databases
from plugins.household.models import (
    Attachment,
    House,
    HouseholdAccount,
    HouseholdEntry,
    HouseholdMeter,
    HouseholdPrevious,
    HouseholdSent,
    Schedule,
)
from plugins.household.plugin import HouseholdPlugin
from plugins.household.schemas import HouseholdScope
from plugins.household.services import cards, templates, transmitting
from tests.load.bench_imports import Taken, now, read_only, since
from tests.runtimes import worker_of

FLATS = 500
"""Of a house: 50,000 flats are 100 houses."""
LARGE_HOUSE, SMALL_HOUSE = 550, 5
PAGES = 30
ANSWERS = 30
"""So many seconds after the last fact its answers are waited for."""
_ROWS = 5000


SENT = Query(
    sa.select(sa.func.count(), sa.func.count(sa.case((HouseholdSent.state == "accepted", 1)))),
    lambda made, accepted: (made, accepted),
)


class Part(msgspec.Struct, frozen=True):
    """A client of his own with so many flats: what he uploads and transmits is his part of the database."""

    name: str
    flats: int
    house_flats: int = FLATS

    def house(self, flat: int) -> str:
        return f"{self.name}H{flat // self.house_flats:05}"

    @property
    def houses(self) -> list[str]:
        return sorted({self.house(flat) for flat in range(0, self.flats, self.house_flats)})


class BenchBilling(Hooks):
    """A billing that takes whatever it is given and accepts it at once."""

    name = "benchbilling"

    def adapters(self) -> Sequence[Adapter]:
        return (Adapter("billing", "bench", lambda _settings, _host: BillingSimulator()),)


def make_host(url: str, folder: Path, clock: Clock | None = None) -> Host:
    config = config_for_tests(url, folder, enabled=["household", "benchbilling"], ports={"billing": "bench"})
    available: dict[str, Any] = {"household": lambda: HouseholdPlugin, "benchbilling": lambda: BenchBilling}
    return Host(config, clock=clock or SystemClock(), available=available)


# ---- the data
async def insert(database: Database, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    async with database.writer.begin() as connection:
        for part in chunks(rows, _ROWS):
            await connection.execute(sa.insert(table), part)


async def seed(database: Database, parts: Sequence[Part], today: date) -> None:
    """Every part's flats with a meter of one zone and an entered value, attached to a contract of the part's client."""
    month = month_start(today)
    window = {"opens_on": today - timedelta(days=9), "closes_on": today + timedelta(days=9)}
    await insert(database, Schedule, [{"branch": "Север", "month": month, **window}])
    for part in parts:
        await _seed_part(database, part, today, month)
    async with database.writer.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(sa.text("ANALYZE"))  # as the database does by itself in time


async def _seed_part(database: Database, part: Part, today: date, month: date) -> None:
    name, many, moment = part.name, range(part.flats), SystemClock().now()
    told = {"name": "УК «Дом»", "inn": "7830002293", "search": "", "branch": "", "address": ""}
    await insert(database, Contract, [{"id": name, "number": name, **told}])
    link = {"contract_id": name, "state": "active", "role": "Энергетик", "all_objects": True, "request_id": name}
    await insert(database, ContractLink, [{"account_id": name, "created_at": moment, **link}])
    places = [(house, f"г. Онегорск, ул. {house}") for house in part.houses]
    rows = [{"id": house, "branch": "Север", "address": text, "search": text.lower()} for house, text in places]
    await insert(database, House, rows)
    flats = [{"house_id": part.house(n), "flat": str(n % part.house_flats + 1)} for n in many]
    accounts = [{"id": f"{name}A{n}", "number": f"{name}{n:08}", "place": n % part.house_flats + 1} for n in many]
    await insert(database, HouseholdAccount, [a | b for a, b in zip(accounts, flats, strict=True)])
    held = [{"id": f"{name}T{n}", "account_id": f"{name}A{n}", "contract_id": name} for n in many]
    await insert(database, Attachment, [row | {"house_id": part.house(n)} for n, row in enumerate(held)])
    kind = {"model": "М", "coefficient": Decimal(1), "zones": 1, "digits": 5, "works": True, "discrepancies": b"[]"}
    meters = [{"id": f"{name}M{n}", "account_id": f"{name}A{n}", "number": f"0{n:07}", **kind} for n in many]
    await insert(database, HouseholdMeter, meters)
    before = {"t1": Decimal(1000), "month": month_start(month - timedelta(days=1))}
    await insert(database, HouseholdPrevious, [{"meter_id": f"{name}M{n}", **before} for n in many])
    state = {"month": month, "taken_on": today, "state": "entered", "ready": True, "faulty": False}
    entries = [{"meter_id": f"{name}M{n}", "t1": Decimal(1001 + n % 500), "changed_at": moment} for n in many]
    await insert(database, HouseholdEntry, [row | state | {"house_id": part.house(n)} for n, row in enumerate(entries)])


# ---- a workbook
async def check(host: Host, ctx: Context, body: bytes, rows: int) -> tuple[str, Taken]:
    """From the uploaded file to the stored dry run."""

    async def content() -> AsyncIterator[bytes]:
        yield body

    wanted = Upload(
        kind="household.readings", contract_id="", name="Шаблон.xlsx", send=False, parts=("all",), replaces=None
    )
    item = await uploading.upload(ctx, wanted, content())
    took = await _drained(host, ctx)
    done = await showing.one(ctx, item.id)
    assert (done.state, done.counts.new) == ("ready", rows), done
    return item.id, took


async def save(host: Host, ctx: Context, import_id: str, rows: int) -> Taken:
    """From «Сохранить показания» to the saved values, with what stood there before."""
    await committing.order(ctx, import_id)
    took = await _drained(host, ctx)
    done = await showing.one(ctx, import_id)
    assert (done.state, done.counts.accepted) == ("accepted", rows), done
    return took


async def _drained(host: Host, ctx: Context) -> Taken:
    gc.collect()
    start = now()
    await drain(ctx.runtime, host.jobs, host.config.jobs, periodic=False)
    return since(start)


def _medians(rows: list[Taken]) -> list[float]:
    return [statistics.median(column) for column in zip(*rows, strict=True)]


async def workbook(host: Host, ctx: Context, part: Part, folder: Path, rounds: int) -> tuple[str, float]:
    """Prints what a workbook costs; returns the last file, and the seconds of all that is done with one."""
    path = folder / f"{part.name}.xlsx"
    file = await templates.filled(ctx, [], every=True)
    await asyncio.to_thread(path.write_bytes, file.read())
    checks, saves, reads, import_id = [], [], [], ""
    for _ in range(rounds):
        import_id, took = await check(host, ctx, path.read_bytes(), part.flats)
        checks.append(took)
        saves.append(await save(host, ctx, import_id, part.flats))
        reads.append(await asyncio.to_thread(read_only, path))
    (checked, cpu), (saved, _), (reading, reading_cpu) = _medians(checks), _medians(saves), _medians(reads)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"workbook of {part.flats} flats: read + check + store {checked:.2f} s, openpyxl read_only only reads it in "
        f"{reading:.2f} s: ratio {checked / reading:.2f} (goal < 1); of this process's processor time "
        f"{cpu / reading_cpu:.2f}; saving the values {saved:.2f} s; peak memory of the process {peak} MB",
        flush=True,
    )
    return import_id, checked + saved


# ---- a page
async def page_of(ctx: Context, house_id: str, limit: int) -> float:
    """Seconds of the cards of an address, encoded."""
    start = time.perf_counter()
    msgspec.json.encode(await cards.cards(ctx, house_id, cards.Filters(), None, limit))
    return time.perf_counter() - start


async def pages(ctx: Context, large: str, small: str) -> None:
    for limit in (50, 500):
        took = {house: [await page_of(ctx, house, limit) for _ in range(PAGES)] for house in (large, small)}
        many, few = (statistics.median(took[house]) * 1000 for house in (large, small))
        print(f"cards, {limit} a page: address of {LARGE_HOUSE} meters {many:.1f} ms, of {SMALL_HOUSE} {few:.1f} ms")


# ---- a transmission
@asynccontextmanager
async def within(host: Host) -> AsyncIterator[None]:
    """The embedded worker, in its thread."""
    worker = worker_of(host)
    await asyncio.to_thread(worker.start)
    try:
        yield
    finally:
        await asyncio.to_thread(worker.stop)


@asynccontextmanager
async def apart(url: str, folder: Path) -> AsyncIterator[None]:
    """A worker in a process of its own."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", __spec__.name, "worker", url, str(folder))
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


def p99(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100)[98] * 1000


class Elsewhere(NamedTuple):
    """Somebody else who looks at an address meanwhile."""

    ctx: Context
    house: str


async def transmission(
    ctx: Context, import_id: str, values: int, other: Elsewhere, working: AbstractAsyncContextManager[None], where: str
) -> None:
    """Prints how fast the values of a file become facts and are answered, and what others notice of it."""
    idle = [await page_of(*other, 50) for _ in range(300)]
    made, accepted, reached, busy = 0, 0, 0.0, []
    start = time.perf_counter()
    before = (await ctx.reader.all(SENT))[0]
    async with working:
        await transmitting.start(ctx, HouseholdScope(import_id=import_id))
        while accepted < values and not (reached and time.perf_counter() > start + reached + ANSWERS):
            for _ in range(20):
                busy.append(await page_of(*other, 50))
                await asyncio.sleep(0.01)
            made, accepted = (count - then for count, then in zip((await ctx.reader.all(SENT))[0], before, strict=True))
            if not reached and made == values:
                reached = time.perf_counter() - start
        took = time.perf_counter() - start
    print(
        f"transmission of {values} values, worker {where}: facts made {values / reached:.0f} a "
        f"second; {accepted} answers noted in {took:.0f} s, {accepted / took:.0f} a second; cards of another address "
        f"meanwhile median {statistics.median(busy) * 1000:.1f}, p99 {p99(busy):.1f} ms, idle "
        f"{statistics.median(idle) * 1000:.1f} and {p99(idle):.1f} ms: ratio {p99(busy) / p99(idle):.1f} (goal < 2)",
        flush=True,
    )


async def measure(url: str, folder: Path, sizes: tuple[int, int, int, int]) -> None:
    flats, rounds, large, transmitted = sizes
    host = make_host(url, folder)
    runtime = await host.open()
    parts = [Part("F", flats), Part("L", large), Part("T", transmitted), Part("A", transmitted)]
    parts += [Part("P", LARGE_HOUSE, LARGE_HOUSE), Part("S", SMALL_HOUSE, SMALL_HOUSE)]
    callers = {part.name: Context(runtime, Actor("client", part.name)) for part in parts}
    print("PostgreSQL" if url.startswith("postgres") else "SQLite", flush=True)
    try:
        await seed(runtime.database, [part for part in parts if part.flats], Context(runtime).today())
        link = {"contract_id": "P", "state": "active", "role": "Энергетик", "all_objects": True, "request_id": "S of P"}
        row = {"account_id": "S", "created_at": SystemClock().now(), **link}
        await insert(runtime.database, ContractLink, [row])  # this client sees both addresses
        gc.collect()
        gc.freeze()  # as the host does when it has started
        await pages(callers["S"], "PH00000", "SH00000")
        _, small = await workbook(host, callers["F"], parts[0], folder, rounds)
        if large:
            _, long = await workbook(host, callers["L"], parts[1], folder, 1)
            print(f"{large / flats:.0f} times the rows take {long / small:.1f} times as long")
        other = Elsewhere(callers["S"], "PH00000")
        for part, working, where in (
            (parts[2], within(host), "in the process"),
            (parts[3], apart(url, folder), "in its own process"),
        ):
            if transmitted:
                import_id, _ = await workbook(host, callers[part.name], part, folder, 1)
                await transmission(callers[part.name], import_id, transmitted, other, working, where)
    finally:
        await host.close(runtime)


def main() -> None:
    if sys.argv[1:2] == ["worker"]:
        worker_of(make_host(sys.argv[2], Path(sys.argv[3]))).run_forever()
        return
    given = [int(text) for text in sys.argv[1:]]
    flats, rounds, large, transmitted = (*given, *(10_000, 3, 99_999, 50_000)[len(given) :])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        async def prepare(url: str) -> None:
            await make_host(url, folder).migrate()

        databases = Databases(folder, prepare)
        databases.open()
        try:
            for url in databases.clone():
                asyncio.run(measure(url, folder, (flats, rounds, large, transmitted)))
        finally:
            databases.close()


if __name__ == "__main__":
    main()
