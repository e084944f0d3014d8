"""The host files of the repository, and every kind of subset of the plugins: each starts and serves."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from core.config import Config, load
from core.host import Host
from core.sdk import Hooks
from core.testing.cabinet import SECRET_KEY, config_for_tests, running
from core.testing.clock import MovableClock
from hosts.cli import cli
from hosts.demo.plugin import DemoPlugin
from tests.house.repository import ROOT

FILES = sorted((ROOT / "hosts").glob("*/*.toml"))
PLUGINS = sorted(path.parent.name for path in (ROOT / "plugins").glob("*/pyproject.toml"))
SUBSETS = [
    [],
    *([name] for name in PLUGINS),
    ["readings", "payments"],
    ["household", "isu"],
    ["appeals", "edo", "services"],
    [name for name in PLUGINS if name not in ("readings", "payments")],
]
Available = Mapping[str, Callable[[], type[Hooks]]]
BASICS = ("/api/v1/menu", "/api/v1/contracts", "/api/v1/notifications", "/api/v1/roles", "/api/v1/help/company")


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a host file looks for in the environment."""
    monkeypatch.setenv("ABONENT_SECRET_KEY", SECRET_KEY)
    for path in FILES:
        for name in re.findall(r'_env = "(\w+)"', path.read_text(encoding="utf-8")):
            monkeypatch.setenv(name, "user:a secret of thirty-two letters and more")


def here(config: Config, database_url: str, folder: Path) -> Config:
    """The same host on the database of the test."""
    host = msgspec.structs.replace(config.host, database=database_url, data_dir=str(folder))
    return msgspec.structs.replace(config, host=host)


def test_there_is_one_folder_for_each_deployment() -> None:
    assert {path.parent.name for path in FILES} == {"demo", "full", "small"}
    assert sorted(load(ROOT / "hosts/full/abonent.toml").host.plugins) == PLUGINS


@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
async def test_a_host_file_starts_a_cabinet(
    path: Path, database_url: str, tmp_path: Path, clock: MovableClock, available_plugins: Available
) -> None:
    report = CliRunner().invoke(cli, ["--config", str(path), "check"])
    assert report.exit_code == 0, report.output
    assert "QUARANTINED" not in report.output
    config = here(load(path), database_url, tmp_path)
    available: Available = {**available_plugins, "demo": lambda: DemoPlugin}
    host = Host(config, clock=clock, available=available)
    await host.migrate()
    async with running(host, clock) as cabinet:
        assert (await cabinet.anonymous().get("/ready")).status_code == 200
        newcomer = await cabinet.register()
        assert (await newcomer.get("/api/v1/sessions/current")).json()["step"] == "personal_data"


@pytest.mark.parametrize("plugins", SUBSETS, ids="+".join)
async def test_any_subset_of_the_plugins_boots_and_works(
    plugins: list[str], tmp_path: Path, clock: MovableClock, available_plugins: Available
) -> None:
    config = config_for_tests(f"sqlite:///{tmp_path}/abonent.db", tmp_path, enabled=plugins)
    host = Host(config, clock=clock, available=available_plugins)
    await host.migrate()
    async with running(host, clock) as cabinet:
        contract = {"id": "C-1", "number": "78000000012345", "name": "ООО «Ромашка»", "inn": "7830002293"}
        await cabinet.load("contracts", contract)
        await cabinet.load("contract_emails", {"contract_id": "C-1", "email": "dogovor@romashka.example"})
        client = await cabinet.client()
        assert await cabinet.link(client, "78000000012345", "dogovor@romashka.example") == "C-1"
        card: Any = await client.get("/api/v1/contracts/C-1")
        assert card.status_code == 200
        for path in BASICS:
            assert (await client.get(path)).status_code == 200, path
        described = (await cabinet.anonymous().get("/schema/openapi.json")).json()["paths"]
        for name in set(PLUGINS) - set(plugins):
            assert not [path for path in described if path.startswith(f"/api/v1/{name}/")], name
        await cabinet.drain()
