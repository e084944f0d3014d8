"""Reads an operator and sends to it until it is killed: `edo_process.py DATABASE FOLDER URL HOURS`; prints "ready"."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from core.host import Host
from core.jobs import drain
from core.testing.cabinet import config_for_tests
from core.testing.clock import MovableClock
from plugins.edo.plugin import EdoPlugin


async def main(url: str, folder: str, operator: str, hours: str) -> None:
    diadoc = {"url": operator, "box_id": "3f2a1c0e-0000-4000-8000-5d0c7d3f1f10", "allow_http": True}
    config = config_for_tests(
        url,
        Path(folder),
        enabled=["edo"],
        plugins={"edo": {"poll_page": 3}},
        ports={"edo_operator": "diadoc"},
        adapters={"edo_operator": {"diadoc": diadoc}},
    )
    clock = MovableClock()
    clock.move(timedelta(hours=float(hours)))
    host = Host(config, clock=clock, available={"edo": lambda: EdoPlugin})
    runtime = await host.open()
    print("ready", flush=True)
    await drain(runtime, host.jobs, config.jobs)
    await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
