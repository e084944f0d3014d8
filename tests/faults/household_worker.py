"""A worker that `test_kill_household.py` kills: `household_worker.py DATABASE FOLDER`; prints "ready".

It makes a few facts at a time and takes a moment over them, so that a kill finds the transmission half done.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

from core.config import JobSettings
from plugins.household.services import transmitting
from tests.load.bench_household import make_host
from tests.runtimes import worker_of


def slowed(function: Any) -> Any:
    async def slow(*given: Any) -> Any:
        await asyncio.sleep(0.02)
        return await function(*given)

    return slow


def main(url: str, folder: str) -> None:
    transmitting._BATCH = 20
    transmitting._send = slowed(transmitting._send)
    host = make_host(url, Path(folder))

    worker = worker_of(host, JobSettings(threads=2, lease_seconds=1), queue="household", poll=0.1)
    print("ready", flush=True)
    worker.run_forever(drain_seconds=5)


if __name__ == "__main__":
    main(*sys.argv[1:])
