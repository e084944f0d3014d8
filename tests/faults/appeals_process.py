"""The worker that `test_kill_appeals.py` kills: `appeals_process.py FOLDER`; the host is `FOLDER/host.toml`.

Its registering side writes each attempt into `FOLDER/crm` before it answers, and takes its time before and after that.
"""

import asyncio
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.config import load
from core.host import Host
from core.jobs import drain
from core.sdk import Adapter, AdapterHost, Hooks
from plugins.appeals.plugin import AppealsPlugin
from plugins.appeals.public import AppealFiled, Registration


class SlowCrm:
    """A folder in which every attempt is a file with its number."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    async def register(self, appeal: AppealFiled) -> Registration | None:
        await asyncio.sleep(random.uniform(0, 0.05))
        path = self._folder / appeal.attempt
        if not path.exists():
            fresh = self._folder.with_name(f"{appeal.attempt}.new")
            fresh.write_text(f"CRM-{appeal.attempt}")
            fresh.replace(path)  # whole or not at all: a kill must not leave an attempt without its number
        await asyncio.sleep(random.uniform(0, 0.05))
        return Registration(path.read_text(), appeal.filed_at)

    async def close(self) -> None:
        pass


def make(settings: None, host: AdapterHost) -> SlowCrm:
    return SlowCrm(host.data_dir / "crm")


class CrmPlugin(Hooks):
    """Brings the CRM."""

    name = "crm"

    def adapters(self) -> Sequence[Adapter]:
        return (Adapter("appeal_registrar", "slow", make),)


AVAILABLE: Mapping[str, Callable[[], type[Hooks]]] = {"appeals": lambda: AppealsPlugin, "crm": lambda: CrmPlugin}


async def work(folder: Path) -> None:
    """Runs jobs until it is killed."""
    host = Host(load(folder / "host.toml"), available=AVAILABLE)
    runtime: Any = await host.open()
    print("ready", flush=True)
    while True:
        await drain(runtime, host.jobs, host.config.jobs, periodic=False)
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1])))
