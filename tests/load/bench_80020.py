"""`python -m tests.load.bench_80020 [megabytes]`: files of layout 80020 against lxml alone, in one run on one machine.

- parse + validate + store (days, facts, messages) in the batches of the import job, against a bare iterparse of the
  same file that only steps from metering point to metering point, and against one that reads every value;
- how much more memory a file of 500 MB takes than one of 20 MB;
- three years of half-hours of one metering point, read and written as JSON, and its exports.

Nothing is asserted but that everything was stored. PostgreSQL, and SQLite beside it.
"""

import asyncio
import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

import msgspec
from lxml import etree

from core.context import Actor, Context, Grant
from core.contracts.models import Contract, EnergyObject, MeteringPoint
from core.host import Host
from core.imports.public import ImportFile, Source
from core.intervals.adapters.delimited import delimited
from core.intervals.adapters.green_button import green_button
from core.intervals.public import CHANNELS, compare, day_of, profile, write
from core.testing.cabinet import config_for_tests
from core.testing.clock import MovableClock
from plugins.readings.services import interval_data, intervals
from plugins.readings.services.intervals import IntervalUnit
from tests.load.bench import SERVER
from tests.load.seed import AVAILABLE, database
from tests.plugins.readings.messages import write_large
from tests.plugins.readings.supplier import contract, energy_object, insert, point

BATCH = 1000
_SAFE: dict[str, Any] = {"resolve_entities": False, "load_dtd": False, "no_network": True, "huge_tree": False}


def bare(path: Path, *, values: bool) -> int:
    """The peer: lxml alone, with the tree freed on the way."""
    count = 0
    for _, element in etree.iterparse(str(path), events=("end",), tag="measuringpoint", **_SAFE):
        if values:
            for channel in element:
                for period in channel:
                    count += 1
                    period.get("start"), period.get("end"), period[0].text
        else:
            count += 1
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
    return count


def timed(work: Callable[[], Any]) -> float:
    """Seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


@asynccontextmanager
async def cabinet(server: str, folder: Path, codes: list[str]) -> AsyncIterator[Context]:
    """A context of a client on a contract that has these metering points."""
    async with database(server, folder) as url:
        host = Host(
            config_for_tests(url, folder, enabled=["readings"]),
            clock=MovableClock(datetime(2026, 1, 25, 9, tzinfo=UTC)),
            available=AVAILABLE,
        )
        await host.migrate()
        runtime = await host.open()
        await insert(runtime.database, Contract, contract("c1", "1", "ООО"))
        await insert(runtime.database, EnergyObject, energy_object("o1", "c1", "1", "Тула") | {"price_category": 3})
        rows = [point(code, "o1", "Ввод") | {"complex_code": code} for code in codes]
        for start in range(0, len(rows), 2000):
            await insert(runtime.database, MeteringPoint, *rows[start : start + 2000])
        try:
            yield Context(runtime, Actor("client", "anna"), Grant("c1", "Энергетик"))
        finally:
            await host.close(runtime)


async def load(ctx: Context, path: Path, import_id: str) -> int:
    """What the job of an import does with a file: read in a thread, commit batch by batch."""
    file = ImportFile(import_id, path.name, 0, "", ctx.now())
    units = intervals.read(Source(path, path.name, ".xml", 0, path.parent))
    stored = 0
    following = asyncio.ensure_future(asyncio.to_thread(take, units))
    while batch := await following:
        following = asyncio.ensure_future(asyncio.to_thread(take, units))  # reads on while the batch is stored
        async with ctx.uow() as uow:
            outcomes = await intervals.commit(ctx, uow, file, batch)
        assert all(outcome.state == "sent" for outcome in outcomes)
        stored += len(outcomes)
    return stored


def take(units: Iterator[IntervalUnit]) -> list[IntervalUnit]:
    """The next batch."""
    return list(islice(units, BATCH))


async def throughput(title: str, server: str, megabytes: int, rounds: int) -> None:
    """Prints the ratios for one database."""
    times: dict[str, list[float]] = {"bare": [], "values": [], "ours": []}
    with tempfile.TemporaryDirectory(prefix="abonent-80020-") as made:
        folder = Path(made)
        path = folder / "large.xml"
        for number in range(rounds):
            with path.open("wb") as file:
                codes = write_large(file, megabytes * 1_000_000, seed=number)
            (folder / "db").mkdir(exist_ok=True)
            async with cabinet(server, folder, codes) as ctx:
                times["bare"].append(timed(lambda: bare(path, values=False)))
                started = time.perf_counter()
                assert await load(ctx, path, f"f{number}") == len(codes)
                times["ours"].append(time.perf_counter() - started)
                times["values"].append(timed(lambda: bare(path, values=True)))
            for left in folder.glob("bench.db*"):
                left.unlink()
    first, second, ours = (median(times[kind]) for kind in ("bare", "values", "ours"))
    print(f"80020, {megabytes} MB, {title}, median of {rounds}")
    print(f"  bare iterparse, points only   {megabytes / first:6.1f} MB/s")
    print(f"  bare iterparse, every value   {megabytes / second:6.1f} MB/s")
    ratios = f"{first / ours:.2f} and {second / ours:.2f} of these"
    print(f"  parse + validate + store      {megabytes / ours:6.1f} MB/s   {ratios}")


async def peak_of_loading(path: Path) -> None:
    """In a process of its own: how much the resident memory grows over the loading of a file."""
    small = path.with_name("small.xml")
    with small.open("wb") as file:
        write_large(file, 20_000_000, day=date(2026, 1, 19))
    codes = [unit.point.code for unit in read_through(path) if unit.point]
    async with cabinet(SERVER, path.parent, codes) as ctx:
        await load(ctx, small, "small")
        before = peak()
        count = await load(ctx, path, "large")
        grown = (peak() - before) / 1024
    print(f"  {path.stat().st_size / 1e6:.0f} MB, {count} metering points: {grown:.1f} MB more than for 20 MB")


def peak() -> int:
    """Kilobytes. (`ru_maxrss` would begin with the peak of the process that started this one.)"""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0])


def read_through(path: Path) -> Iterator[IntervalUnit]:
    """The units of a file."""
    return intervals.read(Source(path, path.name, ".xml", 0, path.parent))


def memory(megabytes: int) -> None:
    """Prints the growth over a large file."""
    print(f"80020, {megabytes} MB, memory of parse + validate + store")
    with tempfile.TemporaryDirectory(prefix="abonent-80020-") as made:
        path = Path(made) / "large.xml"
        with path.open("wb") as file:
            write_large(file, megabytes * 1_000_000)
        program = "import asyncio, sys; from pathlib import Path; from tests.load.bench_80020 import peak_of_loading"
        call = "asyncio.run(peak_of_loading(Path(sys.argv[1])))"
        subprocess.run([sys.executable, "-c", f"{program}; {call}", str(path)], check=True)


async def history(title: str, server: str) -> None:
    """Prints what three years of one metering point cost."""
    chance, first, count = Random(1), date(2023, 1, 20), 1096
    with tempfile.TemporaryDirectory(prefix="abonent-80020-") as made:
        async with cabinet(server, Path(made), ["1" * 15]) as ctx:
            days = [
                day_of(
                    "1" * 15,
                    channel,
                    first + timedelta(days=offset),
                    datetime(2023, 1, 19, 21, tzinfo=UTC) + timedelta(days=offset),
                    30,
                    profile([Decimal(chance.randrange(10**6)).scaleb(-2) for _ in range(48)]),
                )
                for channel in CHANNELS
                for offset in range(count)
            ]
            async with ctx.uow() as uow:
                await write(uow, "80020", [(item, "f") for item in await compare(uow, "80020", days)])
            last = first + timedelta(days=count - 1)
            print(f"{count} days of half-hours of one metering point, {title}")
            for label, channel in (("one channel", "A+"), ("four channels", None)):
                wanted = interval_data.Wanted("1" * 15, first, last, channel, "80020")
                seconds, size = [], 0
                for _ in range(9):
                    started = time.perf_counter()
                    size = len(msgspec.json.encode(await interval_data.days(ctx, wanted)))
                    seconds.append(time.perf_counter() - started)
                print(f"  {label}: {median(seconds) * 1000:.0f} ms, {size / 1e6:.1f} MB of JSON")
            _, stored = await interval_data._stored(ctx, wanted)
            csv = timed(lambda: sum(map(len, delimited(stored, ctx.runtime.zone))))
            green = timed(lambda: sum(map(len, green_button(stored, point_id="1", title="t", now=ctx.now()))))
            print(f"  four channels as CSV {csv * 1000:.0f} ms, as Green Button {green * 1000:.0f} ms")


async def main(megabytes: int = 50, rounds: int = 3, large: int = 500) -> None:
    """All sections."""
    gc.freeze()  # as a worker does when it has started
    for title, server in (("PostgreSQL", SERVER), ("SQLite", "")):
        await throughput(title, server, megabytes, rounds)
        await history(title, server)
    memory(large)


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:])))
