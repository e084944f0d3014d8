"""What the simulators have in common: a process that serves until it is told to end."""

import asyncio
import os
import signal
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import click

from core.config import ConfigError

_PARENT_SECONDS = 0.5


class Server(Protocol):
    """Something that listens."""

    @property
    def url(self) -> str: ...

    def running(self) -> AbstractAsyncContextManager[Any]: ...


def serve(server: Server, name: str, port: int, parent: int) -> None:
    """Until a signal comes, or `parent` (0: nobody) is not our parent any more. Raises ConfigError for a taken port."""
    try:
        asyncio.run(_serve(server, name, parent))
    except OSError as error:
        raise ConfigError(f"the {name} cannot listen on port {port}: {error.strerror}") from error


async def _serve(server: Server, name: str, parent: int) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with server.running():
        click.echo(f"the {name} listens at {server.url}", err=True)
        while not ended.is_set() and parent in (0, os.getppid()):
            try:
                await asyncio.wait_for(ended.wait(), _PARENT_SECONDS)
            except TimeoutError:
                continue
