"""Smart metering: the first level of large trees, journals among a million events, archives of five years.

    python -m tests.load.bench_isu [events]

On PostgreSQL (ABONENT_TEST_POSTGRES or the local server), HTTP and session checks included, one request at a time. Each
figure is a ratio of two answers of the same host, so that it says something on any machine. A part of `make bench`.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
import uvloop

from core.contracts.public import hold
from core.host import Host
from core.intervals.public import day_of, profile
from core.intervals.store import add as add_days
from core.ports.metering import Metering
from core.sdk import Context
from core.testing.cabinet import Cabinet, Caller, config_for_tests, running
from core.testing.clock import MovableClock
from core.testing.metering import Platform, Site, World, site_rows
from plugins.isu.services import pulling
from plugins.isu.services.archive_files import Wanted, content
from plugins.isu.services.feeds import series_of
from tests.load.bench import SERVER
from tests.load.seed import AVAILABLE, database

NOW = datetime(2026, 1, 25, 9, tzinfo=UTC)
EVENTS = int(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 1_000_000
ASKED, ROUNDS = 40, 5
GOAL_OF_SIZE, GOAL_OF_MEMORY = 1.2, 64
CHANNELS = ("A+", "A-", "R+", "R-")

# contracts: `few` with 2 objects of 5 devices, `deep` with 20 objects of 500, `wide` with 10,000 objects of one device
_TREES = (
    """INSERT INTO contracts_contract (id, number, name, search, inn, branch, address)
       VALUES ($1::text, $1::text, 'ООО ' || $1::text, $1::text, '', '', '')""",
    """INSERT INTO contracts_energy_object (id, contract_id, number, name, address, search, price_category)
       SELECT $1::text || o, $1::text, lpad(o::text, 8, '0'), 'Объект', '', lpad(o::text, 8, '0') || ' объект ', 1
       FROM generate_series(1, $2::int) o WHERE $3::int > 0""",
    """INSERT INTO contracts_metering_point (id, energy_object_id, name, by_message, complex_code)
       SELECT $1::text || o || '-' || d, $1::text || o, 'Ввод', false, ''
       FROM generate_series(1, $2::int) o, generate_series(1, $3::int) d""",
    """INSERT INTO isu_node (id, contract_id, energy_object_id, level, parent_id, name, search, metering_point_id)
       SELECT l || $1::text || o || '-' || d, $1::text, $1::text || o, l,
              CASE WHEN l = 1 THEN $1::text || o ELSE (l - 1) || $1::text || o || '-' || d END,
              'Прибор ' || d, 'прибор ' || d, CASE WHEN l > 1 THEN $1::text || o || '-' || d END
       FROM generate_series(1, $2::int) o, generate_series(1, $3::int) d, generate_series(1, 3) l""",
)
_JOURNAL = """INSERT INTO isu_event (id, device_id, at, journal, code, critical, text)
    SELECT $1::text || e, $1::text, timestamptz '2026-01-24 20:00+00' - e * interval '1 minute' * $3::float,
           '0.0.99.98.' || e % 9 || '.255', e % 28 + 1, e % 7 = 0, ''
    FROM generate_series(1, $2::int) e"""


async def main() -> None:
    """All figures."""
    with tempfile.TemporaryDirectory() as folder:
        async with database(SERVER, Path(folder)) as url, opened(url, Path(folder)) as cabinet:
            await fill(url)
            client = await cabinet.client()
            account_id = (await client.get("/api/v1/sessions/current")).json()["account_id"]
            async with Context(cabinet.runtime).uow() as uow:
                for contract in ("few", "deep", "wide"):
                    await hold(uow, account_id, contract, "Энергетик", None)
            client.event_hooks = {}  # answers are not held to the description here
            await trees(client)
            await journals(client, url)
            await archives(cabinet, url, Path(folder))
            await pulled(cabinet)


@asynccontextmanager
async def opened(url: str, folder: Path) -> AsyncIterator[Cabinet]:
    """A cabinet on the database."""
    clock = MovableClock(NOW)
    host = Host(config_for_tests(url, folder, enabled=["isu"]), clock=clock, available=AVAILABLE)
    await host.migrate()
    async with running(host, clock) as cabinet:
        yield cabinet


async def fill(url: str) -> None:
    """Trees and journals, made by the database itself."""
    connection = await asyncpg.connect(url)
    try:
        for key, objects, devices in (("few", 2, 5), ("deep", 20, 500), ("wide", 10_000, 1)):
            for statement in _TREES:
                arguments = [key, objects, devices]
                await connection.execute(statement, *arguments[: 1 if "$2" not in statement else 3])
        await connection.execute(_JOURNAL, "3few1-1", 500, 80.0)
        await connection.execute(_JOURNAL, "3deep1-1", EVENTS, 80.0 * 500 / EVENTS)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


async def timed(client: Caller, path: str, size: int) -> float:
    """Milliseconds of an answer: the median of many."""
    spent = []
    for _ in range(ASKED):
        before = time.perf_counter()
        answer = await client.get(path)
        spent.append((time.perf_counter() - before) * 1000)
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["items"]) == size, answer.text[:300]
    return median(spent)


async def compared(client: Caller, title: str, small: tuple[str, int], large: tuple[str, int]) -> None:
    """Two questions in turn, and what the large one costs more."""
    rounds = [(await timed(client, *small), await timed(client, *large)) for _ in range(ROUNDS + 1)][1:]
    ratios = sorted(two / one for one, two in rounds)
    first, second = (median(values) for values in zip(*rounds, strict=True))
    print(
        f"{title}: {first:.2f} ms, {second:.2f} ms, ratio {median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f});"
        f" goal <= {GOAL_OF_SIZE}"
    )


async def trees(client: Caller) -> None:
    """The first level."""
    path = "/api/v1/isu/trees?levels=1&limit=2&contract_id="
    few = (f"{path}few", 2)
    await compared(client, "two trees, folded, of 10 devices and of 10,000 under 20 objects", few, (f"{path}deep", 2))
    await compared(client, "the same of 10,000 under 10,000 objects", few, (f"{path}wide", 2))
    whole = await timed(client, "/api/v1/isu/trees?levels=4&limit=1&contract_id=deep", 1)
    print(f"one whole tree of 500 devices: {whole:.1f} ms")
    found = await timed(client, "/api/v1/isu/trees?levels=1&contract_id=wide&search=00009999", 1)
    print(f"a search through 10,000 devices: {found:.1f} ms")


async def journals(client: Caller, url: str) -> None:
    """A page of a month among few events and among very many."""
    path = "/api/v1/isu/contracts/{}/devices/{}/events?limit=50&month=2026-01"
    few, many = (path.format(*names) for names in (("few", "3few1-1"), ("deep", "3deep1-1")))
    size = len((await client.get(few)).json()["items"])
    await compared(client, f"50 events of a month, of 500 and of {EVENTS}", (few, size), (many, size))
    picked = await timed(client, f"{many}&kind=influences&criticality=critical", size)
    print(f"the same, critical ones of one kind, of {EVENTS}: {picked:.1f} ms")


async def pulled(cabinet: Cabinet) -> None:
    """Ten days of a hundred devices, read from the simulated platform and stored."""
    sites = [
        Site(f"wide{number}", f"wide{number}-1", "ТУ", f"KP{number}", "ТП", f"PU{number}", "ПУ", f"{number}")
        for number in range(1, 101)
    ]
    platform = Platform()
    for site in sites:
        platform.publish_all(site_rows(site, NOW))
    platform.publish_all(World(sites, date(2026, 1, 15), cabinet.runtime.zone).until(date(2026, 1, 24)))
    ports: Any = cabinet.runtime.ports
    ports[Metering] = platform
    before = time.perf_counter()
    await pulling.pull(Context(cabinet.runtime))
    rate = len(platform.changes_made) / (time.perf_counter() - before)
    assert (await pulling.platform(Context(cabinet.runtime))).taken == len(platform.changes_made)
    print(f"the metering platform: {len(platform.changes_made)} changes, {rate:.0f} a second")


# ---- archives
async def archives(cabinet: Cabinet, url: str, folder: Path) -> None:
    """Five years of half-hours against one, in processes of their own: time, and memory beyond that of one year."""
    await measure_days(cabinet, 5 * 365)
    for form in ("csv", "xlsx", "green_button"):
        made = {years: built(url, folder, years, form) for years in (1, 5)}
        more = (made[5][1] - made[1][1]) / 1024
        print(
            f"five years of half-hours, four channels, as {form}: {made[5][2] / 1e6:.0f} MB in {made[5][0]:.1f} s,"
            f" {more:.0f} MB of memory more than one year; goal < {GOAL_OF_MEMORY}"
        )


async def measure_days(cabinet: Cabinet, days: int) -> None:
    """Stores the days of a device."""
    async with Context(cabinet.runtime).uow() as uow:
        for channel in CHANNELS:
            made = []
            for offset in range(days):
                day = date(2026, 1, 24) - timedelta(days=offset)
                starts = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=3)
                numbers = [(offset * 48 + half) * 7919 % 60_000 for half in range(48)]
                found = profile(Decimal(number).scaleb(-3) for number in numbers)
                made.append((day_of("few1-1", channel, day, starts, 30, found), "bench"))
            await add_days(uow, series_of("3few1-1"), made)


def built(url: str, folder: Path, years: int, form: str) -> tuple[float, int, int]:
    """Seconds, kilobytes of memory at the peak, bytes of the file."""
    command = [sys.executable, "-m", "tests.load.bench_isu", "archive", url, str(folder), str(years), form]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(told[0]), int(told[1]), int(told[2])


async def archive(url: str, folder: Path, years: int, form: str) -> None:
    """Makes an archive as the job does, and tells what it took."""
    async with opened(url, folder) as cabinet:
        since = date(2026, 1, 24) - timedelta(days=365 * years - 1)
        wanted = Wanted("3few1-1", "Прибор", "few1-1", "profile", None, form, since, date(2026, 1, 24))  # type: ignore[arg-type]
        before, size = time.perf_counter(), 0
        async for piece in await content(Context(cabinet.runtime), wanted):
            size += len(piece)
        spent = time.perf_counter() - before
    print(spent, peak(), size)


def peak() -> int:
    """Kilobytes of this process at its peak."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(found.split()[1])


if __name__ == "__main__":
    if sys.argv[1:2] == ["archive"]:
        asyncio.run(archive(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), sys.argv[5]))
    else:
        uvloop.run(main())
