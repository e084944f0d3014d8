"""`abonent demo` and `abonent walk`."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import httpx

from core.config import ConfigError, load
from core.host import Host
from hosts import logs
from hosts.demo import prepare, seed, signing
from hosts.demo.schemas import DemoGuide
from hosts.demo.services import guide_of
from hosts.demo.walk import walk as walk_through

WALK_CONTRACTS = 20
_START_SECONDS = 30
_BANK = 10
"""The bank's port is so much above the cabinet's."""


@click.command()
@click.option("--port", default=8000, show_default=True)
@click.option("--contracts", default=seed.CONTRACTS, show_default=True, help="How large a supplier.")
@click.option("--bank/--no-bank", default=True, show_default=True, help="A simulated bank on the tenth port above.")
@click.pass_context
def demo(context: click.Context, port: int, contracts: int, bank: bool) -> None:
    """Prepare a supplier with data and people, and serve it on 127.0.0.1."""
    folder = Path("var/demo")
    logs.configure("WARNING")
    for taken in (port, port + _BANK) if bank else (port,):
        if _in_use(taken):
            raise ConfigError(f"port {taken} is in use: give another one (make demo PORT=8001)")
    with _finished(folder):
        config = _settled(context.obj, folder, port, port + _BANK)
        if bank:
            _start_bank(folder, port + _BANK)  # it ends when we do
        started = time.monotonic()
        guide = asyncio.run(prepare.prepare(Host(load(config)), contracts, say=click.echo))
    click.echo(f"ready after {time.monotonic() - started:.0f} s\n")
    click.echo(_invitation(guide, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port + _BANK}" if bank else ""))
    os.environ["ABONENT_LOG_LEVEL"] = "WARNING"
    os.execv(sys.executable, _server(config, port))  # noqa: S606 - the server takes this process over, signals included


@click.command()
@click.pass_context
def walk(context: click.Context) -> None:
    """Start a demo host on a free port and do the main job over HTTP, printing every step."""
    logs.configure("WARNING")
    with TemporaryDirectory() as folder, started_demo(context.obj, Path(folder)) as base_url:
        asyncio.run(walk_through(base_url, click.echo))


@click.command("demo-sign")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--data-dir", default=Path("var/demo"), show_default=True, type=click.Path(path_type=Path))
def demo_sign(file: Path, data_dir: Path) -> None:
    """Sign a file as the demo's director: prints a detached signature, base64, as a browser's plug-in gives it."""
    found = signing.director(data_dir)
    if found is None:
        raise ConfigError(f"no demonstration was prepared in {data_dir}: run make demo first")
    click.echo(found.sign_base64(file.read_bytes(), at=datetime.now(UTC)).decode(), nl=False)


@contextmanager
def started_demo(template: Path, folder: Path, contracts: int = WALK_CONTRACTS) -> Iterator[str]:
    """A demo host with its own data in `folder` and its own process; yields its address, stops it by SIGTERM."""
    port, bank_port = _free_port(), _free_port()
    config = _settled(template, folder, port, bank_port)
    bank = _start_bank(folder, bank_port)
    try:
        asyncio.run(prepare.prepare(Host(load(config)), contracts, say=lambda _: None))
        with _served(config, port):
            yield f"http://127.0.0.1:{port}"
    finally:
        bank.terminate()
        bank.wait(timeout=60)


@contextmanager
def _finished(folder: Path) -> Iterator[None]:
    """A first preparation that was cut off is begun anew: what it left may wait for a job that died with it."""
    mark = folder / "unfinished"
    if mark.exists() and guide_of(folder) is None:
        click.echo("the last preparation was not finished: beginning anew")
        shutil.rmtree(folder)
    if guide_of(folder) is None:
        folder.mkdir(parents=True, exist_ok=True)
        mark.touch()
    yield
    mark.unlink(missing_ok=True)


@contextmanager
def _served(config: Path, port: int) -> Iterator[None]:
    """The host in its own process, ready; what it logged goes to our own stderr in the end."""
    env = {**os.environ, "ABONENT_LOG_LEVEL": "WARNING"}
    process = subprocess.Popen(_server(config, port), env=env, stderr=subprocess.PIPE)  # noqa: S603 - ourselves
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}", process)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=60)
        sys.stderr.buffer.write(b"".join(line for line in log.splitlines(True) if b'"level"' in line))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _settled(template: Path, folder: Path, port: int, bank_port: int) -> Path:
    """The demo's host file with its data in `folder`, its links on `port` and its bank on `bank_port`."""
    text = template.read_text(encoding="utf-8").replace("var/demo", folder.as_posix())
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "demo.toml"
    text = text.replace("127.0.0.1:8010", f"127.0.0.1:{bank_port}")
    config.write_text(text.replace("127.0.0.1:8000", f"127.0.0.1:{port}"), encoding="utf-8")
    return config


def _start_bank(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    """The simulated bank, with its money in `folder`; it ends when this process does."""
    command = [sys.executable, "-m", "hosts.cli", "simulate-bank", "--with-parent", str(os.getpid())]
    command += ["--port", str(port), "--state", str(folder / "bank.db")]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - ourselves


def _server(config: Path, port: int) -> list[str]:
    return [sys.executable, "-m", "hosts.cli", "--config", str(config), "serve", "--port", str(port)]


def _wait_until_ready(base_url: str, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{base_url}/ready", timeout=1, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise ConfigError(f"the demo host does not answer at {base_url}")


def _in_use(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _invitation(guide: DemoGuide, base_url: str, bank_url: str) -> str:
    people = "\n".join(f"  {person.role:16} {person.email:26} {person.password}" for person in guide.sign_ins)
    first = guide.sign_ins[1]
    body = f'{{"email": "{first.email}", "password": "{first.password}"}}'
    return f"""Abonent demo: {guide.contracts} contracts of an invented supplier
  {base_url}/demo        what this is; letters at {base_url}/demo/mail
  {base_url}/docs        the API, to try
  {bank_url or "no bank"}             the bank: what was paid

Sign-ins
{people}

Try
  TOKEN=$(curl -s {base_url}/api/v1/sessions -H 'Content-Type: application/json' \\
    -d '{body}' | sed 's/.*"token":"//; s/".*//')
  curl -s {base_url}/api/v1/contracts -H "Authorization: Bearer $TOKEN"
  curl -s {base_url}/api/v1/readings/contracts/{guide.contract_id} -H "Authorization: Bearer $TOKEN"

Ctrl+C stops it; `make clean` removes its data.
"""
