"""The database or the mail server is away: a clear answer, nothing half done, and all is well again by itself."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import sqlalchemy as sa

from core.config import Config
from core.db.tables import Outbox
from core.host import Host
from core.testing.cabinet import PASSWORD, Cabinet, config_for_tests, running
from core.testing.clock import MovableClock
from core.testing.databases import POSTGRES_ENV
from tests.core.smtp_server import SmtpServer

FORM = {"email": "ivanova@example.ru", "password": PASSWORD, "agreement": True}
on_postgres = pytest.mark.skipif(not os.environ.get(POSTGRES_ENV), reason=f"needs {POSTGRES_ENV}")
on_sqlite = pytest.mark.skipif(bool(os.environ.get(POSTGRES_ENV)), reason="about SQLite's file")


def unavailable(answer: httpx.Response) -> None:
    """Asserts the one answer to a database that is away."""
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) >= 1


# ---- PostgreSQL behind a wire that can be cut
class Wire:
    """A TCP proxy in front of PostgreSQL."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self.port = 0

    async def join(self) -> None:
        """Lets connections through, on the same port as before."""
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Breaks every connection and refuses new ones."""
        assert self._server is not None
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        await self._server.wait_closed()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._target)
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            self._open.add(sink)
            pump = asyncio.create_task(self._pump(source, sink))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65_536):
                sink.write(data)
                await sink.drain()
        sink.close()
        self._open.discard(sink)


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[Wire]:
    url = sa.make_url(database_url)
    made = Wire(url.host or "127.0.0.1", url.port or 5432)
    await made.join()
    yield made
    await made.cut()


@pytest.fixture
async def wired(wire: Wire, database_url: str, tmp_path: Path, clock: MovableClock) -> AsyncIterator[Cabinet]:
    """A cabinet whose PostgreSQL is at the far end of the wire."""
    url = sa.make_url(database_url).set(host="127.0.0.1", port=wire.port).render_as_string(hide_password=False)
    async with running(Host(config_for_tests(url, tmp_path), clock=clock), clock) as opened:
        yield opened


@on_postgres
async def test_postgresql_goes_away_and_comes_back(wire: Wire, wired: Cabinet) -> None:
    caller = await wired.client("before@example.ru")
    anonymous = wired.anonymous()
    await wire.cut()
    for _ in range(3):
        unavailable(await anonymous.get("/ready"))
        unavailable(await caller.get("/api/v1/contracts"))
        unavailable(await anonymous.post("/api/v1/registration", json=FORM))
        unavailable(await caller.put("/api/v1/profile/phone", json={"phone": "+7 921 000-00-00"}))
    assert (await anonymous.get("/health")).status_code == 200  # the process is alive all the same
    await wire.join()
    assert (await anonymous.get("/ready")).status_code == 200
    assert (await caller.get("/api/v1/profile")).json()["phone"] == "+79218662294"
    assert (await anonymous.post("/api/v1/registration", json=FORM)).status_code == 201


@on_postgres
async def test_a_connection_lost_between_two_calls_costs_nothing_or_one_503(wire: Wire, wired: Cabinet) -> None:
    caller = await wired.client("before@example.ru")
    await wire.cut()
    await wire.join()
    changed = [
        (await caller.put("/api/v1/profile/phone", json={"phone": f"+7 921 000-00-0{n}"})).status_code for n in range(4)
    ]
    assert set(changed) <= {204, 503}
    assert changed[-1] == 204
    assert (await caller.get("/api/v1/profile")).json()["phone"] == "+79210000003"


@on_postgres
async def test_a_host_does_not_start_without_its_database(database_url: str, tmp_path: Path) -> None:
    nowhere = sa.make_url(database_url).set(host="127.0.0.1", port=9).render_as_string(hide_password=False)
    with pytest.raises(OSError, match=r"refused|Connect"):
        await Host(config_for_tests(nowhere, tmp_path)).open()


# ---- SQLite's file held by another process
HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
connection.execute("ROLLBACK")
connection.close()
"""


@contextmanager
def held(path: str) -> Iterator[None]:
    """Another process keeps the file's write lock."""
    command = [sys.executable, "-c", HOLD, path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield
        finally:
            process.communicate("\n", timeout=20)


@pytest.fixture
async def impatient(host_config: Config, clock: MovableClock, available_plugins: Any) -> AsyncIterator[Cabinet]:
    """A cabinet that waits for a lock no longer than a quarter of a second."""
    host = msgspec.structs.replace(host_config.host, lock_seconds=0.25)
    config = msgspec.structs.replace(host_config, host=host)
    async with running(Host(config, clock=clock, available=available_plugins), clock) as opened:
        yield opened


@on_sqlite
async def test_a_held_file_refuses_changes_and_serves_reads(impatient: Cabinet) -> None:
    caller = await impatient.client()
    path = impatient.host.config.host.database.removeprefix("sqlite:///")
    with held(path):
        unavailable(await impatient.anonymous().post("/api/v1/registration", json=FORM | {"email": "b@example.ru"}))
        unavailable(await caller.put("/api/v1/profile/phone", json={"phone": "+7 921 000-00-00"}))
        assert (await caller.get("/api/v1/profile")).json()["phone"] == "+79218662294"
        assert (await impatient.anonymous().get("/ready")).status_code == 200
    assert (await caller.put("/api/v1/profile/phone", json={"phone": "+7 921 000-00-00"})).status_code == 204
    assert (await caller.get("/api/v1/profile")).json()["phone"] == "+79210000000"
    again = await impatient.anonymous().post("/api/v1/registration", json=FORM | {"email": "b@example.ru"})
    assert again.status_code == 201


@on_sqlite
async def test_a_lock_that_is_let_go_in_time_is_only_waited_for(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    path = cabinet.host.config.host.database.removeprefix("sqlite:///")
    with held(path):
        change = asyncio.create_task(caller.put("/api/v1/profile/phone", json={"phone": "+7 921 000-00-00"}))
        await asyncio.sleep(0.3)
        assert not change.done()
    assert (await change).status_code == 204


@on_sqlite  # which calls it an OperationalError, too; the test database is used once only
async def test_a_mistake_in_a_statement_is_not_taken_for_an_absence(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    async with cabinet.runtime.database.writer.begin() as connection:
        await connection.execute(sa.text("DROP TABLE contracts_link_object"))
        await connection.execute(sa.text("ALTER TABLE contracts_link RENAME TO contracts_lost"))
    with pytest.raises(AssertionError, match="answered 500"):  # which no operation may describe
        await caller.get("/api/v1/contracts")


# ---- the mail server
@pytest.fixture
async def smtp() -> AsyncIterator[SmtpServer]:
    async with SmtpServer().running() as server:
        yield server


@pytest.fixture
async def mailing(
    smtp: SmtpServer, host_config: Config, clock: MovableClock, available_plugins: Any
) -> AsyncIterator[Cabinet]:
    """A cabinet that sends letters by SMTP."""
    settings = {"host": "127.0.0.1", "port": smtp.port, "sender": "noreply@supplier.example", "tls": "none"}
    config = msgspec.structs.replace(host_config, ports={"mail": "smtp"}, adapters={"mail": {"smtp": settings}})
    async with running(Host(config, clock=clock, available=available_plugins), clock) as opened:
        yield opened


async def waiting(cabinet: Cabinet) -> list[tuple[str, str]]:
    """(job, state) of the letters in the outbox."""
    async with cabinet.runtime.database.writer.connect() as connection:
        rows = await connection.execute(
            sa.select(Outbox.job, Outbox.state).where(Outbox.job == "notifications.send_letter")
        )
        return [(row.job, row.state) for row in rows]


@pytest.mark.parametrize("trouble", ["away", "451 Try later", "421 Shutting down"])
async def test_a_letter_waits_for_the_mail_server(
    mailing: Cabinet, smtp: SmtpServer, clock: MovableClock, trouble: str
) -> None:
    if trouble == "away":
        await smtp.stop()
    else:
        smtp.trouble["rcpt"] = trouble
    answer = await mailing.anonymous().post("/api/v1/registration", json=FORM)
    assert answer.status_code == 201  # the client's work does not wait for the mail server
    for _ in range(3):
        drained = await mailing.drain(failing=True)
        assert drained.failed["notifications.send_letter"] == 1
        clock.move(timedelta(minutes=5))
    assert await waiting(mailing) == [("notifications.send_letter", "new")]
    assert smtp.letters == []
    if trouble == "away":
        await smtp.start()
    smtp.trouble.clear()
    drained = await mailing.drain()
    assert drained.done["notifications.send_letter"] == 1
    assert [to for _, to in smtp.envelopes] == [["ivanova@example.ru"]]
    clock.move(timedelta(hours=1))
    await mailing.drain()
    assert len(smtp.letters) == 1


async def test_a_mailbox_that_refuses_for_good_ends_the_matter(mailing: Cabinet, smtp: SmtpServer) -> None:
    smtp.trouble["rcpt"] = "550 No such mailbox"
    assert (await mailing.anonymous().post("/api/v1/registration", json=FORM)).status_code == 201
    await mailing.drain()
    assert await waiting(mailing) == [("notifications.send_letter", "done")]
    assert smtp.letters == []
