"""A demonstration that is killed while it is prepared for the first time starts all the same."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.house.repository import ROOT

DEMO = ROOT / "hosts/demo/demo.toml"


@contextmanager
def started(folder: Path) -> Iterator[tuple[str, Iterator[str]]]:
    """`abonent demo` in a folder: its address, and its lines as they come. Killed in the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-u", "-m", "hosts.cli", "--config", str(DEMO), "demo", "--no-bank"]
    command += ["--port", str(port), "--contracts", "3"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # so that the server that it starts goes with it
    )
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{port}", iter(process.stdout)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def ready(lines: Iterator[str]) -> list[str]:
    """What is said until the demonstration is prepared."""
    said = []
    for line in lines:
        said.append(line)
        if line.startswith("ready after"):
            return said
    raise AssertionError("".join(said))


@pytest.mark.parametrize("last", ["contracts:", "payments.executed:", "household."])
def test_a_first_preparation_that_was_killed_is_begun_anew(tmp_path: Path, last: str) -> None:
    with started(tmp_path) as (_, lines):
        assert any(line.startswith(last) for line in lines)
    left = tmp_path / "var/demo"
    assert (left / "abonent.db").exists()
    (left / "files").mkdir(exist_ok=True)
    (left / "files/of-the-first").touch()
    with started(tmp_path) as (_, lines):
        assert any("beginning anew" in line for line in ready(lines))
    assert not (left / "files/of-the-first").exists()


def test_what_was_prepared_is_kept_however_the_host_ends(tmp_path: Path) -> None:
    with started(tmp_path) as (_, lines):
        ready(lines)
    kept = (tmp_path / "var/demo/demo.json").stat().st_size
    (tmp_path / "var/demo/files/of-a-visitor").touch()
    with started(tmp_path) as (address, lines):
        assert not any("anew" in line for line in ready(lines))
        transport = httpx.HTTPTransport(retries=50)
        with httpx.Client(transport=transport, trust_env=False, timeout=20) as http:
            assert http.get(f"{address}/demo").status_code == 200
    assert (tmp_path / "var/demo/files/of-a-visitor").exists()
    assert kept
