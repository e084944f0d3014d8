"""A file of a gigabyte through a real server: how fast, and in how much memory; a cut connection and a killed server.

    python -m tests.load.bench_uploads [megabytes]

One worker on SQLite and the local store in a temporary folder. The client is in this process and checks the digest of
what it downloads. Linux only (/proc is read).
"""

import asyncio
import contextlib
import hashlib
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx

from core.config import load
from core.host import Host
from core.testing.cabinet import SECRET_KEY, running
from core.testing.clock import MovableClock
from tests.load.serve import Served, served

MEBI = 1024 * 1024
PIECE = hashlib.shake_256(b"a file").digest(MEBI)
PATCH_BYTES = 100 * MEBI
TUS = {"Tus-Resumable": "1.0.0"}
_TOML = """[host]
name = "Тестэнерго"
database = "sqlite:///{folder}/host.db"
data_dir = "{folder}"
secret_key = "{key}"
secure_cookies = false
plugins = []
"""


def pieces(start: int, stop: int) -> Iterator[bytes]:
    """The file's bytes between two offsets; each mebibyte begins with its number."""
    while start < stop:
        number, within = divmod(start, MEBI)
        piece = (number.to_bytes(8, "big") + PIECE[8:])[within : within + stop - start]
        yield piece
        start += len(piece)


async def body(start: int, stop: int) -> AsyncIterator[bytes]:
    for piece in pieces(start, stop):
        yield piece


def peak(server: Served) -> float:
    """Mebibytes: the most that any process of the server has held."""
    pids = [server.pid, *_children(server.pid)]
    return max(_kilobytes(pid) for pid in pids) / 1024


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found] + [grand for child in found for grand in _children(int(child))]


def _kilobytes(pid: int) -> int:
    """(`ru_maxrss` would begin with the peak of the process that started this one.)"""
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2].split()[0])


async def main(megabytes: int) -> None:
    with tempfile.TemporaryDirectory(prefix="abonent-uploads-") as made:
        config = Path(made) / "host.toml"
        config.write_text(_TOML.format(folder=made, key=SECRET_KEY), encoding="utf-8")
        clock = MovableClock(datetime.now(UTC))
        host = Host(load(config), clock=clock, available={})
        await host.migrate()
        async with running(host, clock) as cabinet:
            token = (await cabinet.client()).headers["authorization"]
        headers = {"Authorization": token}
        size = megabytes * MEBI
        digest = hashlib.sha256()
        for piece in pieces(0, size):
            digest.update(piece)
        print(f"a file of {megabytes} MiB, one worker, SQLite and the local store")
        async with served("ours", ABONENT_CONFIG=str(config)) as server, client(server, headers) as caller:
            await caller.get("/api/v1/uploads")
            idle = peak(server)
            await in_one_request(caller, size, digest.hexdigest())
            print(f"    memory: {idle:.0f} MiB idle, {peak(server):.0f} MiB at most")
        async with served("ours", ABONENT_CONFIG=str(config)) as server, client(server, headers) as caller:
            address = await in_parts(caller, size)
            print(f"    memory: {peak(server):.0f} MiB at most")
        await joined(host, clock, headers, address, digest.hexdigest())
        async with served("ours", ABONENT_CONFIG=str(config)) as server, client(server, headers) as caller:
            address = await cut(caller, server, headers, size)
        async with served("ours", ABONENT_CONFIG=str(config)) as server, client(server, headers) as caller:
            await after_the_kill(caller, address)


@contextlib.asynccontextmanager
async def client(server: Served, headers: dict[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    base = f"http://127.0.0.1:{server.port}"
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=120) as made:
        yield made


async def in_one_request(caller: httpx.AsyncClient, size: int, digest: str) -> None:
    started = time.perf_counter()
    content = body(0, size)
    answer = await caller.post("/api/v1/uploads", params={"name": "a.bin"}, content=content)
    assert answer.status_code == 201, answer.text
    assert answer.json()["sha256"] == digest
    rate(f"one request {size // MEBI} MiB", started, size)
    address = answer.headers["location"]
    await download(caller, address, size, digest)
    assert (await caller.delete(address)).status_code == 204


async def in_parts(caller: httpx.AsyncClient, size: int) -> str:
    started = time.perf_counter()
    headers = {**TUS, "Upload-Length": str(size)}
    address = (await caller.post("/api/v1/uploads", params={"name": "a.bin"}, headers=headers)).headers["location"]
    for start in range(0, size, PATCH_BYTES):
        await patch(caller, address, start, min(start + PATCH_BYTES, size))
    rate(f"tus, {PATCH_BYTES // MEBI} MiB a request", started, size)
    return str(address)


async def joined(host: Host, clock: MovableClock, headers: dict[str, str], address: str, digest: str) -> None:
    """The job, run here: how long a large file takes to be put together."""
    clock.set(datetime.now(UTC))
    async with running(host, clock) as cabinet:
        started = time.perf_counter()
        await cabinet.drain()
        caller = cabinet.anonymous().sign(headers["Authorization"].removeprefix("Bearer "))
        item = (await caller.get(address)).json()
        assert (item["state"], item["sha256"]) == ("stored", digest)
        rate("joining by the job", started, item["size"])
        assert (await caller.delete(address)).status_code == 204
        await cabinet.drain()


async def cut(caller: httpx.AsyncClient, server: Served, headers: dict[str, str], size: int) -> str:
    """A connection that is cut keeps its half; then the server is killed in the middle of a request."""
    announced = {**TUS, "Upload-Length": str(size)}
    created = await caller.post("/api/v1/uploads", params={"name": "a.bin"}, headers=announced)
    address = str(created.headers["location"])
    await half(server, headers, address, 0, size, 33 * MEBI + 5)
    offset = 0
    for _ in range(100):
        offset = int((await caller.head(address, headers=TUS)).headers["upload-offset"])
        if offset == 33 * MEBI + 5:
            break
        await asyncio.sleep(0.05)
    print(f"  cut after 33 MiB and 5 bytes: the server has {offset - 33 * MEBI} bytes more than 33 MiB")
    assert 30 * MEBI <= offset <= 33 * MEBI + 5
    await half(server, headers, address, offset, size, 44 * MEBI, kill=True)
    return address


async def after_the_kill(caller: httpx.AsyncClient, address: str) -> None:
    item = (await caller.get(address)).json()
    print(f"  killed after 44 MiB more: the next server has {item['received'] / MEBI:.1f} MiB and goes on")
    await patch(caller, address, item["received"], min(item["received"] + MEBI, item["size"]))


async def half(
    server: Served, headers: dict[str, str], address: str, start: int, stop: int, size: int, *, kill: bool = False
) -> None:
    """Announces a whole body, sends some of it and goes away."""
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    told = {**headers, **TUS, "Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream"}
    told |= {"Host": "127.0.0.1", "Content-Length": str(stop - start)}
    lines = [f"PATCH {address} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items()), "", ""]
    writer.write("\r\n".join(lines).encode())
    for piece in pieces(start, start + size):
        writer.write(piece)
        await writer.drain()
    if kill:
        for pid in [*_children(server.pid), server.pid]:
            os.kill(pid, signal.SIGKILL)
    transport = writer.transport
    own = transport.get_extra_info("socket")
    with contextlib.suppress(OSError):
        own.shutdown(socket.SHUT_WR)
    await asyncio.sleep(0.3)
    transport.abort()


async def patch(caller: httpx.AsyncClient, address: str, start: int, stop: int) -> None:
    headers = {**TUS, "Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream"}
    answer = await caller.patch(address, headers=headers, content=body(start, stop))
    assert answer.status_code == 204, answer.text
    assert answer.headers["upload-offset"] == str(stop)


async def download(caller: httpx.AsyncClient, address: str, size: int, digest: str) -> None:
    started, found = time.perf_counter(), hashlib.sha256()
    async with caller.stream("GET", f"{address}/content") as answer:
        async for piece in answer.aiter_raw():
            found.update(piece)
    assert found.hexdigest() == digest
    rate("download", started, size)


def rate(what: str, started: float, size: int) -> None:
    seconds = time.perf_counter() - started
    print(f"  {what:32} {seconds:6.1f} s  {size / MEBI / seconds:6.0f} MiB/s")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1024))
