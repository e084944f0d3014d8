"""The cabinet with a plugin, without it, and with it again."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.config import ConfigError
from core.context import Context
from core.contracts.public import grant
from core.host import Host
from core.sdk import Hooks
from core.testing.cabinet import Cabinet, Caller, config_for_tests, running
from core.testing.clock import MovableClock
from tests.plugins.readings.supplier import found_supplier

FORM = "/api/v1/readings/contracts/c1"
SUBMISSION = {"devices": [{"meter_id": "m1", "values": [{"register": "A+.total", "value": "333399"}]}]}
WINDOW = {"contract_id": "c1", "month": "2026-01-01", "opens_on": "2026-01-23", "closes_on": "2026-01-25"}
OTHERS = (
    "/api/v1/contracts",
    "/api/v1/contracts/contacts",
    "/api/v1/contracts/c1/annexes",
    "/api/v1/help/questions",
    "/api/v1/help/company",
    "/api/v1/documents",
    "/api/v1/profile",
    "/api/v1/roles/requests",
)
"""What a cabinet of the core alone serves."""


class Deployment:
    """One database and one folder, on which hosts with different plugins are started."""

    def __init__(
        self,
        url: str,
        folder: Path,
        clock: MovableClock,
        available: Mapping[str, Callable[[], type[Hooks]]] | None,
    ) -> None:
        self.url, self.folder, self.clock, self.available = url, folder, clock, available
        self.token = ""

    def host(self, *plugins: str, **changes: Any) -> Host:
        """A host of these plugins."""
        config = config_for_tests(self.url, self.folder, enabled=list(plugins), **changes)
        return Host(config, clock=self.clock, available=self.available)

    @asynccontextmanager
    async def running(self, *plugins: str) -> AsyncIterator[tuple[Cabinet, Caller]]:
        """The cabinet of these plugins, migrated as at any start, with the same client as before."""
        host = self.host(*plugins)
        await host.migrate()
        async with running(host, self.clock) as cabinet:
            if not self.token:
                await found_supplier(cabinet)
                self.token = await self._newcomer(cabinet)
            yield cabinet, cabinet.anonymous().sign(self.token)

    async def _newcomer(self, cabinet: Cabinet) -> str:
        client = await cabinet.client()
        account = (await client.get("/api/v1/sessions/current")).json()["account_id"]
        await grant(Context(cabinet.runtime), account, "c1", "Энергетик")
        return client.headers["Authorization"].removeprefix("Bearer ")


@pytest.fixture
def deployment(
    database_url: str,
    tmp_path: Path,
    clock: MovableClock,
    available_plugins: Mapping[str, Callable[[], type[Hooks]]] | None,
) -> Deployment:
    return Deployment(database_url, tmp_path, clock, available_plugins)


async def menu(caller: Caller) -> list[str]:
    """Names of the sections."""
    return [item["name"] for item in (await caller.get("/api/v1/menu")).json()["items"]]


async def permissions(caller: Caller) -> set[str]:
    """What the table of roles speaks of."""
    return {row["permission"] for row in (await caller.get("/api/v1/roles/matrix")).json()["items"]}


async def others(caller: Caller) -> list[tuple[int, str]]:
    """What everything outside of the plugin answers."""
    answers: list[httpx.Response] = [await caller.get(path) for path in OTHERS]
    return [(answer.status_code, answer.text) for answer in answers]


@pytest.mark.requirement("HLP-13")
async def test_a_plugin_goes_and_comes_back(deployment: Deployment) -> None:
    async with deployment.running("readings") as (cabinet, client):
        company = await cabinet.service()
        assert (await company.post("/api/v1/exchange/readings.windows", json=WINDOW)).status_code == 200
        assert (await client.post(f"{FORM}/submissions", json=SUBMISSION)).status_code == 201
        await cabinet.drain()
        with_it = (await menu(client), await permissions(client), (await client.get(FORM)).json(), await others(client))
        assert "333399" in str(with_it[2])
        assert {"readings.form", "history", "help"} <= set(with_it[0])
        assert "readings.submit" in with_it[1]

    async with deployment.running() as (cabinet, client):
        assert await menu(client) == ["help", "profile", "notifications"]
        assert await permissions(client) == with_it[1] - {"readings.submit", "readings.history"}
        for method, path in (("GET", FORM), ("POST", f"{FORM}/submissions"), ("GET", "/api/v1/readings/contracts")):
            answer = await client.request(method, path, json=SUBMISSION if method == "POST" else None)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
        company = await cabinet.service()
        assert (await company.post("/api/v1/exchange/readings.windows", json=WINDOW)).status_code == 404
        actions = (await client.get("/api/v1/contracts")).json()["items"][0]["actions"]
        assert "readings.submit" not in actions
        assert "contracts.view" in actions
        for now, before in zip(await others(client), with_it[3], strict=True):
            assert now[0] == 200
            assert now[1] == before[1].replace(',"readings.submit"', "").replace(
                ',"readings.history"', ""
            )  # what the role may do here
        described = (await client.get("/schema/openapi.json")).json()["paths"]
        assert not [path for path in described if "readings" in path]

    async with deployment.running("readings") as (_, client):
        again = (await menu(client), await permissions(client), (await client.get(FORM)).json(), await others(client))
        assert again == with_it


@pytest.mark.requirement("HLP-13")
async def test_settings_and_roles_of_a_plugin_that_does_not_run_stop_the_start(deployment: Deployment) -> None:
    for changes in ({"plugins": {"readings": {"decimals": 2}}}, {"roles": {"readings.submit": ["Бухгалтер"]}}):
        deployment.host("readings", **changes)
        with pytest.raises(ConfigError, match="readings"):
            deployment.host(**changes)
