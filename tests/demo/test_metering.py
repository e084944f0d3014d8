"""The demonstration's metering platform: the showcase contract has devices, and they go on measuring."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import msgspec

from core.config import Config
from core.context import Context
from core.host import Host
from core.sdk import Hooks
from core.testing.cabinet import running
from core.testing.clock import MovableClock
from hosts.demo.adapters.metering import DAYS, DemoMetering
from hosts.demo.prepare import PASSWORD, prepare
from plugins.isu.jobs import Pull


async def test_the_showcase_has_devices_that_measure(
    host_config: Config, clock: MovableClock, demo_plugins: Mapping[str, Callable[[], type[Hooks]]]
) -> None:
    plugins = [*host_config.host.plugins, "isu"]
    settings = msgspec.structs.replace(host_config.host, plugins=plugins)
    ports = {**host_config.ports, "metering": "simulator"}
    host = Host(msgspec.structs.replace(host_config, host=settings, ports=ports), clock=clock, available=demo_plugins)
    guide = await prepare(host, 2, say=lambda _: None)
    async with running(host, clock) as cabinet:
        async with Context(cabinet.runtime).uow() as uow:
            uow.enqueue(Pull())
        await cabinet.drain()
        person = cabinet.anonymous()
        signed = await person.post("/api/v1/sessions", json={"email": guide.sign_ins[0].email, "password": PASSWORD})
        person.sign(signed.json()["token"])
        trees = (await person.get("/api/v1/isu/trees")).json()
        assert [tree["has_children"] for tree in trees["items"]] == [True, True, False, False, False]
        device = trees["items"][0]["children"][0]["children"][0]["children"][0]["id"]
        path = f"/api/v1/isu/contracts/{guide.contract_id}/devices/{device}"
        month = {"from": str(clock.now().date() - timedelta(days=DAYS)), "step": "day", "to": str(clock.now().date())}
        active = (await person.get(f"{path}/profile", params=month)).json()["series"][0]
        assert (len(active["values"]), active["missing"]) == (DAYS + 1, 1)  # today is not over yet
        blocks = (await person.get(f"{path}/readings")).json()["blocks"]
        assert all(block["actual"] for block in blocks)


async def test_a_restart_gives_the_same_under_the_same_cursors(tmp_path: Path, clock: MovableClock) -> None:
    path = tmp_path / "metering.json"
    first = await DemoMetering(1, clock, path).changes("40", 20)
    clock.move(timedelta(days=3))
    again = DemoMetering(1, clock, path)
    assert (await again.changes("40", 20)).items == first.items
    end = (await again.changes("", 10**6)).next
    clock.move(timedelta(days=1))
    assert (await again.changes(end, 10**6)).items
