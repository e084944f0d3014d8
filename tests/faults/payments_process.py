"""The processes that `test_kill_payments.py` kills: `payments_process.py bank|server|worker PORT FOLDER`.

The cabinet's host is `FOLDER/host.toml`, the bank's money `FOLDER/bank.db`.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.sdk import Hooks
from core.testing.bank import Bank, BankServer
from core.testing.bank.rbs import RbsFace, by_key
from plugins.payments.plugin import PaymentsPlugin

AVAILABLE: Mapping[str, Callable[[], type[Hooks]]] = {"payments": lambda: PaymentsPlugin}
KEY = "a key that the bank signs with"


def application() -> Any:
    """The cabinet, without its worker."""
    from core.app import create_app

    return create_app(_host(Path(os.environ["ABONENT_CONFIG"])))


def _host(config: Path) -> Any:
    from core.config import load
    from core.host import Host

    return Host(load(config), available=AVAILABLE)


async def bank(port: int, folder: Path) -> None:
    """The bank, until it is killed."""
    callbacks = (folder / "callbacks").read_text()
    server = BankServer(
        Bank(folder / "bank.db"), RbsFace(), sign=by_key(KEY.encode()), callback_url=callbacks, port=port
    )
    async with server.running():
        await asyncio.Event().wait()


def server(port: int, folder: Path) -> None:
    """The cabinet's web process."""
    from granian import Granian
    from granian.constants import Interfaces

    os.environ["ABONENT_CONFIG"] = str(folder / "host.toml")
    Granian(
        "tests.faults.payments_process:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        factory=True,
        websockets=False,
        log_access=False,
        log_enabled=False,
    ).serve()


def main(role: str, port: str, folder: str) -> None:
    if role == "bank":
        asyncio.run(bank(int(port), Path(folder)))
    elif role == "server":
        server(int(port), Path(folder))
    else:
        from hosts.asgi import worker_of

        worker_of(_host(Path(folder) / "host.toml")).run_forever(drain_seconds=5)


if __name__ == "__main__":
    main(*sys.argv[1:])
