"""Reads a metering platform until the test kills it: `pull_process.py DATABASE FOLDER URL`; prints "ready"."""

import asyncio
import sys
from pathlib import Path

from core.context import Context
from core.host import Host
from core.testing.cabinet import config_for_tests
from core.testing.clock import MovableClock
from plugins.isu.plugin import IsuPlugin
from plugins.isu.services import pulling


async def main(url: str, folder: str, platform: str) -> None:
    http = {"url": platform, "key_env": "METERING_KEY", "allow_http": True}
    config = config_for_tests(
        url,
        Path(folder),
        enabled=["isu"],
        plugins={"isu": {"page": 10}},
        ports={"metering": "http"},
        adapters={"metering": {"http": http}},
    )
    runtime = await Host(config, clock=MovableClock(), available={"isu": lambda: IsuPlugin}).open()
    print("ready", flush=True)
    await pulling.pull(Context(runtime))
    await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
