"""A worker that `test_kill_import.py` kills: `import_worker.py DATABASE FOLDER`; prints "ready".

Its units take a moment each, so that a kill finds the work half done.
"""

import asyncio
import sys
from pathlib import Path
from typing import Any

from core.config import JobSettings
from core.host import Host
from core.sdk import Context
from core.testing.cabinet import config_for_tests
from tests.core.imports import lists
from tests.runtimes import worker_of


def slowed(function: Any) -> Any:
    async def slow(ctx: Context, *rest: Any) -> Any:
        found = await function(ctx, *rest)
        await asyncio.sleep(0.01)
        return found

    return slow


def main(url: str, folder: str) -> None:
    lists.LISTS.check, lists.LISTS.commit = slowed(lists.check), slowed(lists.commit)
    host = Host(config_for_tests(url, Path(folder), enabled=["lists"]), available={"lists": lambda: lists.ListsPlugin})

    worker = worker_of(host, JobSettings(threads=2, lease_seconds=1), queue="imports", poll=0.1)
    print("ready", flush=True)
    worker.run_forever(drain_seconds=5)


if __name__ == "__main__":
    main(*sys.argv[1:])
