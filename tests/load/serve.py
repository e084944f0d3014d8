"""Servers under load: every application is served exactly as `abonent serve` serves the host, pinned to one core.

`python -m tests.load.serve <application> <port> <core>` in a process of its own; `served` starts and stops it.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any

import msgspec

DATABASE_ENV = "ABONENT_BENCH_DATABASE"
APPLICATIONS = {
    "ours": "tests.load.serve:ours",
    "hello": "tests.load.serve:hello",
    "handwritten": "tests.load.peers.handwritten:application",
    "fastapi_orm": "tests.load.peers.fastapi_orm:application",
    "handwritten_callbacks": "tests.load.peers.handwritten_callbacks:application",
    "handwritten_cards": "tests.load.peers.handwritten_cards:application",
}
SERVER_CORE, LOAD_CORE = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))
"""As the first process of a benchmark sees them; the database goes where it likes."""
_TICK = os.sysconf("SC_CLK_TCK")


def ours() -> Any:
    """The host of ABONENT_CONFIG without its worker, as `hosts.asgi` makes it; its plugins need not be installed."""
    from core.app import create_app
    from core.config import load
    from core.host import Host
    from hosts import logs
    from tests.load.seed import AVAILABLE

    logs.configure()
    return create_app(Host(load(Path(os.environ["ABONENT_CONFIG"])), available=AVAILABLE))


def hello() -> Callable[..., Any]:
    """The least that a server can answer: shows what the load generator is able to ask for."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            headers = [(b"content-type", b"application/json"), (b"content-length", b"17")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b'{"hello":"world"}'})

    return application


class Served(msgspec.Struct, frozen=True):
    """A running server."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Processor time of its processes so far."""
        return sum(_cpu_ticks(pid) for pid in (self.pid, *_children(self.pid))) / _TICK


@asynccontextmanager
async def served(application: str, **environment: str) -> AsyncIterator[Served]:
    """Starts an application in a process of its own, waits until it answers, stops it."""
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.load.serve", application, str(port), str(SERVER_CORE)],
        env={**os.environ, **environment},
    )
    try:
        await asyncio.wait_for(_answers(process, port), 30)
        yield Served(port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.to_thread(process.wait, 15)
        except subprocess.TimeoutExpired:
            process.kill()


async def _answers(process: "subprocess.Popen[bytes]", port: int) -> None:
    while True:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), timeout=1)):
            return
        await asyncio.sleep(0.1)


def _free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _children(pid: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            after_name = stat.read_text().rpartition(")")[2].split()
            if int(after_name[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def _cpu_ticks(pid: int) -> int:
    with suppress(OSError):
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(after_name[11]) + int(after_name[12])
    return 0


def main() -> None:
    """The process of one server."""
    from granian import Granian
    from granian.constants import Interfaces

    application, port, core = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    os.sched_setaffinity(0, {core})
    Granian(
        APPLICATIONS[application],
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        factory=True,
        websockets=False,
        log_access=False,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    main()
