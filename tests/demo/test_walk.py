"""The walk against a demonstration host that really runs: a process of its own, a port, a worker, the mail folder."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from core.config import load
from core.host import Host
from core.testing.databases import Databases
from hosts.demo.pages import curl_lines
from hosts.demo.prepare import prepare
from hosts.demo.schemas import DemoGuide
from hosts.demo.visitor import Unexpected
from hosts.demo.walk import walk
from tests.demo.conftest import Available

ROOT = Path(__file__).parents[2]
POINTS = """[abonent.plugins]
payments = plugins.payments.plugin:PaymentsPlugin
readings = plugins.readings.plugin:ReadingsPlugin
demo = hosts.demo.plugin:DemoPlugin
"""
_START = "import sys; from hosts.cli import main; main(sys.argv[1:])"


@pytest.fixture(scope="module")
def ports() -> tuple[int, int]:
    """Of the cabinet and of the bank."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


@pytest.fixture(scope="module")
def host_file(databases: Databases, tmp_path_factory: pytest.TempPathFactory, ports: tuple[int, int]) -> Iterator[Path]:
    """`demo.toml` with a database and a folder of its own, and a billing that makes up its mind at once."""
    folder = tmp_path_factory.mktemp("demo")
    for url in databases.clone():
        text = (ROOT / "hosts/demo/demo.toml").read_text(encoding="utf-8")
        text = text.replace("sqlite:///var/demo/abonent.db", url).replace("var/demo", str(folder))
        text = text.replace("127.0.0.1:8000", f"127.0.0.1:{ports[0]}").replace(
            "127.0.0.1:8010", f"127.0.0.1:{ports[1]}"
        )
        text = text.replace("delay_seconds = 2", "delay_seconds = 0.2") + "\n[plugins.exchange]\nretry_from = 0.2\n"
        (folder / "demo.toml").write_text(text, encoding="utf-8")
        yield folder / "demo.toml"


@pytest.fixture(scope="module")
def guide(host_file: Path, demo_plugins: Available) -> DemoGuide:
    """What the prepared host tells its visitors."""
    return asyncio.run(prepare(Host(load(host_file), available=demo_plugins), 20, say=lambda _: None))


@pytest.fixture(scope="module")
def bank(host_file: Path, ports: tuple[int, int]) -> Iterator[None]:
    """The bank's process."""
    state = ["--port", str(ports[1]), "--state", str(host_file.with_name("bank.db"))]
    process = subprocess.Popen([sys.executable, "-m", "hosts.cli", "simulate-bank", *state], cwd=ROOT)
    yield
    process.terminate()
    process.wait(30)


@pytest.fixture(scope="module")
def address(host_file: Path, guide: DemoGuide, bank: None, ports: tuple[int, int]) -> Iterator[str]:
    """Where the host listens."""
    port = ports[0]
    points = host_file.parent / "points" / "demo_points.dist-info"  # as if the distributions were installed
    points.mkdir(parents=True)
    (points / "METADATA").write_text("Metadata-Version: 2.1\nName: demo-points\nVersion: 0\n")
    (points / "entry_points.txt").write_text(POINTS)
    log = host_file.with_suffix(".log")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", _START, "--config", str(host_file), "serve", "--port", str(port)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": os.pathsep.join((str(ROOT), str(points.parent)))},
            stdout=output,
            stderr=output,
        )
    try:
        _wait(f"http://127.0.0.1:{port}/ready", process, log)
        yield f"http://127.0.0.1:{port}"
        assert process.poll() is None, log.read_text()
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(url, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the host did not start:\n{log.read_text()}")


@pytest.mark.requirement("RDG-10", "RDG-12")
async def test_the_main_job_from_the_registration_to_billings_answer(address: str) -> None:
    said: list[str] = []
    await walk(address, said.append)
    told = "\n".join(said)
    assert "Заполните поле" in told
    assert "PU-DG-2-1 A+.total: 333399, расход 317150" in told  # the figures of the manual
    assert "PU-DG-2-3: refused Расход 2 800 000 кВт·ч за месяц невозможен" in told
    assert "Progulka2026" not in told
    assert said[-1].strip().startswith("Готово")


async def test_it_can_be_repeated_and_billing_may_be_down_meanwhile(address: str) -> None:
    async with httpx.AsyncClient(base_url=address, trust_env=False) as http:
        for kind in ("lost_reply", "unavailable"):
            order = {"kind": kind, "deliveries": 2}
            assert (await http.post("/demo/billing/trouble", json=order)).status_code == 204
            await walk(address, lambda _: None)
            billing = (await http.get("/demo/billing", headers={"Accept": "application/json"})).json()
            assert billing["trouble"] is None
    positions = [fact["position"] for fact in billing["items"]]
    assert positions == sorted(set(positions), reverse=True)


async def test_it_does_not_pass_over_what_is_wrong(address: str) -> None:
    with pytest.raises(httpx.HTTPError):
        await walk("http://127.0.0.1:9", lambda _: None)
    with pytest.raises(Unexpected):
        await walk(f"{address}/nowhere/", lambda _: None)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_three_calls_of_the_first_page_work(address: str, guide: DemoGuide) -> None:
    script = "\n".join(["set -e", *curl_lines(guide, address)])
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, timeout=30)
    assert '"text":"016 249,16 за' in done.stdout
    assert "Показания сохранены" in done.stdout
