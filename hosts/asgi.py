"""The ASGI application of the host file named by ABONENT_CONFIG; one per process of the server."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from core.app import create_app
from core.config import load
from core.context import Runtime
from core.host import Host
from core.http.middleware import Observer
from core.worker import Worker
from hosts import logs

CONFIG_ENV = "ABONENT_CONFIG"


def application() -> Observer:
    """A factory for ASGI servers: `granian --interface asgi --factory hosts.asgi:application`."""
    logs.configure(os.environ.get("ABONENT_LOG_LEVEL", "INFO"))
    host = Host(load(Path(os.environ[CONFIG_ENV])))

    @asynccontextmanager
    async def with_worker(runtime: Runtime) -> AsyncIterator[None]:
        worker = worker_of(host)
        await asyncio.to_thread(worker.start)
        runtime.wakers.append(worker)
        try:
            yield
        finally:
            await asyncio.to_thread(worker.stop)

    app = create_app(host, on_open=with_worker if host.config.jobs.embedded_worker else None)
    gc.freeze()  # what the start has made lives as long as the process: no collection needs to look at it again
    return app


def worker_of(host: Host) -> Worker:
    """The worker of a host, with a runtime of its own on its own event loop."""

    @asynccontextmanager
    async def open_runtime() -> AsyncIterator[Runtime]:
        runtime = await host.open()
        try:
            yield runtime
        finally:
            await host.close(runtime)

    return Worker(open_runtime, host.config.jobs, host.jobs, queue=host.config.jobs.queue)
