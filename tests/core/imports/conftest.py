"""A cabinet with one more plugin, `lists`, and two contracts."""

from collections.abc import Callable, Mapping

import httpx
import pytest

from core.contracts.public import hold
from core.sdk import Context, Hooks
from core.testing.cabinet import Cabinet, Caller
from tests.core.imports.lists import ListsPlugin, Switches

OURS, THEIRS = "C-OURS", "C-THEIRS"


@pytest.fixture(scope="session")
def enabled_plugins() -> list[str]:
    return ["lists"]


@pytest.fixture(scope="session")
def available_plugins() -> Mapping[str, Callable[[], type[Hooks]]]:
    return {"lists": lambda: ListsPlugin}


@pytest.fixture(autouse=True)
def switches() -> type[Switches]:
    """The test importer as it is by default."""
    Switches.closed, Switches.offered, Switches.crash, Switches.taken = False, True, 0, {}
    return Switches


@pytest.fixture
async def contracts(cabinet: Cabinet) -> Cabinet:
    """The cabinet with two contracts; OURS has two energy objects."""
    for number, key in enumerate((OURS, THEIRS)):
        row = {"id": key, "number": f"7800000001234{number}", "name": "ООО «Ромашка»", "inn": "7830002293"}
        await cabinet.load("contracts", row)
    await cabinet.load(
        "energy_objects",
        *[{"id": key, "contract_id": OURS, "number": key, "name": key, "address": key} for key in ("O-1", "O-2")],
    )
    return cabinet


async def client(
    cabinet: Cabinet, role: str = "Энергетик", contract_id: str = OURS, *objects: str, confirmed: bool = True
) -> Caller:
    """Somebody with a role on a contract, on all of it or on some of its energy objects."""
    number = len(cabinet._callers)
    caller = await cabinet.client(f"client{number}@example.ru", confirmed=confirmed)
    account_id = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    async with Context(cabinet.runtime).uow() as uow:
        await hold(uow, account_id, contract_id, role, objects or None)
    return caller


async def upload(
    caller: Caller, content: str | bytes, name: str = "список.txt", *, contract_id: str = OURS, **more: str
) -> httpx.Response:
    """Uploads a list."""
    params = {"kind": "lists.pairs", "contract_id": contract_id, "name": name, **more}
    return await caller.post("/api/v1/imports", params=params, content=content)


async def uploaded(caller: Caller, content: str, **more: str) -> str:
    """The identifier of a list just uploaded."""
    answer = await upload(caller, content, **more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
