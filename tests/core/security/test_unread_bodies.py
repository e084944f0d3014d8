"""Bodies that are refused before they are read, on real connections: the answer arrives, and the connection goes on."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from core.testing.cabinet import SECRET_KEY
from core.testing.databases import Databases
from tests.house.repository import ROOT

JSON = {"Content-Type": "application/json"}
PLACES = (
    ("POST", "/api/v1/contracts", 401),
    ("PUT", "/api/v1/profile/personal-data", 401),
    ("POST", "/api/v1/exchange/contracts", 401),
    ("POST", "/api/v1/nowhere", 404),
    ("POST", "/api/v1/registration", 413),
)


@pytest.fixture(scope="module")
def served(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a host in a process of its own."""
    for url in databases.clone():
        yield from serve(url, tmp_path_factory.mktemp("host"))


def serve(database_url: str, folder: Path) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    config = folder / "host.toml"
    text = f'[host]\nsecret_key = "{SECRET_KEY}"\ndatabase = "{database_url}"\ndata_dir = "{folder}"\n'
    config.write_text(text + "max_body = 500_000\n", encoding="utf-8")
    command = [sys.executable, "-m", "hosts.cli", "--config", str(config), "serve", "--port", str(port)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "ABONENT_LOG_LEVEL": "WARNING"}
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        try:
            httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("the host does not answer")


def test_an_answer_is_not_lost_with_the_body_that_nobody_reads(served: int) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{served}", trust_env=False, timeout=20, headers=JSON) as caller:
        for size in (100_000, 700_000, 4_000_000) * 4:
            for method, place, status in PLACES:
                answer = caller.request(method, place, content=b'{"text":"' + b"a" * size + b'"}')
                assert answer.status_code == (422 if (status, size) == (413, 100_000) else status)


def talk(port: int, head: str, body: bytes = b"", *, again: bytes = b"") -> bytes:
    """What comes back on one connection: until it is closed, or until `again` was answered, too."""
    received = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as wire:
        wire.sendall(head.replace("\n", "\r\n").encode() + b"\r\n" + body + again)
        while received.count(b"HTTP/1.1 ") < 1 + bool(again) or not received.endswith(b"}"):
            piece = wire.recv(65_536)
            if not piece:
                break
            received += piece
    return received


HEAD = "POST /api/v1/contracts HTTP/1.1\nHost: cabinet.test\nContent-Type: application/json\n"


def test_the_connection_goes_on(served: int) -> None:
    received = talk(
        served,
        f"{HEAD}Content-Length: 3000000\n",
        b"a" * 3_000_000,
        again=b"GET /api/v1/contracts HTTP/1.1\r\nHost: cabinet.test\r\n\r\n",
    )
    assert received.count(b"HTTP/1.1 401") == 2


def test_a_body_that_is_too_long_to_be_taken_is_not_waited_for(served: int) -> None:
    started = time.monotonic()
    assert talk(served, f"{HEAD}Content-Length: 20000000\n").startswith(b"HTTP/1.1 401")
    assert time.monotonic() - started < 10


def test_who_waits_to_be_asked_for_the_body_is_not_asked(served: int) -> None:
    received = talk(served, f"{HEAD}Content-Length: 3000000\nExpect: 100-continue\n")
    assert received.startswith(b"HTTP/1.1 401")
