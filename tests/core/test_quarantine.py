"""An optional plugin that fails at the start, as its clients see it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from core.host import Host
from core.plugins import PluginError
from core.sdk import ROLES, Event, Hooks, Permission, Port
from core.testing.cabinet import Cabinet, config_for_tests, running
from core.testing.clock import MovableClock
from tests.core.strangers import (
    Happened,
    Settings,
    Weather,
    answering,
    assembled,
    available,
    config_of,
    job,
    kind,
    plugin,
    weather,
)

HEALTHY = plugin("beta", routes=[answering("/api/v1/beta", "beta_greet")])
FAILING = plugin("alpha", places=("alpha", "forecasts"), routes=RuntimeError("no licence"))


def load_nothing() -> type:
    raise ImportError("libfoo")


@pytest.fixture
async def damaged(database_url: str, tmp_path: Path, clock: MovableClock) -> AsyncIterator[Cabinet]:
    """A cabinet in which two optional plugins of three failed."""
    names = ["alpha", "beta", "missing"]
    config = config_for_tests(database_url, tmp_path, enabled=names, optional=["alpha", "missing"])
    plugins = {**available(HEALTHY, FAILING), "missing": load_nothing}
    async with running(Host(config, clock=clock, available=plugins), clock) as opened:
        yield opened


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/v1/alpha", "alpha"),
        ("/api/v1/alpha/7/parts", "alpha"),
        ("/api/v1/forecasts", "alpha"),
        ("/api/v1/staff/alpha/7", "alpha"),
        ("/api/v1/exchange/alpha", "alpha"),
        ("/alpha/page", "alpha"),
        ("/api/v1/missing", "missing"),
        ("/api/v1/staff/missing", "missing"),
    ],
)
async def test_its_places_answer_503(damaged: Cabinet, path: str, name: str) -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        answer = await damaged.anonymous().request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (503, "plugin_unhealthy"), method
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "60"
        assert answer.json()["params"] == {"plugin": name}
        assert name in answer.json()["detail"]


async def test_the_rest_works(damaged: Cabinet) -> None:
    assert (await damaged.anonymous().get("/api/v1/beta")).status_code == 200
    caller = await damaged.client()
    assert (await caller.get("/api/v1/contracts")).status_code == 200
    await damaged.load("contracts", {"id": "C-1", "number": "1", "name": "ООО", "inn": "7830002293"})
    assert (await damaged.anonymous().get("/api/v1/alphabet")).status_code == 404


async def test_health_names_it_and_its_reason(damaged: Cabinet) -> None:
    health = (await damaged.anonymous().get("/health")).json()
    assert health["plugins"][-1] == "beta"
    assert health["quarantined"] == {"alpha": "RuntimeError", "missing": "ImportError"}  # no more to the public
    assert (await damaged.anonymous().get("/ready")).status_code == 200


async def test_the_description_does_not_promise_it(damaged: Cabinet) -> None:
    paths = (await damaged.anonymous().get("/schema/openapi.json")).json()["paths"]
    assert "/api/v1/beta" in paths
    assert not [path for path in paths if "alpha" in path or "missing" in path]


# ---- as the host sees it
BROKEN = RuntimeError("no licence")


def load_of(error: Exception) -> Any:
    def load() -> type[Hooks]:
        raise error

    return load


@pytest.mark.parametrize("hook", ["settings", "errors", "routes", "jobs", "adapters", "requires", "migrations"])
def test_a_required_plugin_that_fails_stops_the_start(hook: str) -> None:
    with pytest.raises(PluginError, match=r"plugin 'alpha' failed at the start: RuntimeError\('no licence'\)"):
        assembled(plugin("alpha", **{hook: BROKEN}))


def test_a_required_plugin_that_cannot_be_imported_stops_the_start() -> None:
    with pytest.raises(PluginError, match=r"plugin 'alpha' cannot be loaded: ImportError\('libfoo'\)"):
        Host(config_of("alpha"), available={"alpha": load_of(ImportError("libfoo"))})


@pytest.mark.parametrize("hook", ["settings", "errors", "routes", "jobs", "adapters", "requires", "migrations"])
def test_an_optional_plugin_that_fails_takes_everything_of_its_own_along(hook: str) -> None:
    healthy = plugin("beta", permissions=[Permission("beta.view", "Смотреть")], ports=[Port("weather", Weather)])
    declared: dict[str, Any] = {
        "settings": Settings,
        "errors": [kind("alpha.no")],
        "permissions": [Permission("alpha.view", "Смотреть")],
        "routes": [answering("/api/v1/alpha", "alpha")],
        "jobs": [job("alpha.work")],
        "adapters": [weather()],
    }
    manifest = assembled(plugin("alpha", **declared | {hook: BROKEN}), healthy, optional=["alpha"])
    assert manifest.quarantined == {"alpha": "RuntimeError('no licence')"}
    assert [running.name for running in manifest.plugins] == ["beta"]
    assert set(manifest.owners.values()) == {"beta"}
    assert [item.name for item in manifest.declared[Permission]] == ["beta.view"]
    assert manifest.routes == ()
    assert manifest.adapters == {}
    assert manifest.settings == {}
    assert "QUARANTINED: RuntimeError('no licence')" in manifest.report()


def test_whoever_needs_a_failed_plugin_goes_with_it() -> None:
    failing = plugin("alpha", events=[Event("alpha.happened", Happened)], routes=BROKEN)
    dependent = plugin("beta", needs=("alpha",), places=("b1", "b2"), jobs=[job("beta.react", Happened, on=Happened)])
    further = plugin("gamma", needs=("beta",))
    manifest = assembled(failing, dependent, further, optional=["alpha", "beta", "gamma"])
    assert dict(manifest.quarantined) == {
        "alpha": "RuntimeError('no licence')",
        "beta": "needs alpha",
        "gamma": "needs beta",
    }
    assert dict(manifest.closed) == {"alpha": ("alpha",), "beta": ("b1", "b2"), "gamma": ("gamma",)}
    with pytest.raises(PluginError, match="plugin 'beta' needs alpha, which is not running"):
        assembled(failing, dependent, optional=["alpha"])


def test_a_broken_rule_is_never_quarantined() -> None:
    with pytest.raises(PluginError, match="must start with"):
        assembled(plugin("alpha", jobs=[job("other.work")]), optional=["alpha"])


def test_a_host_file_may_name_what_is_quarantined(tmp_path: Path) -> None:
    config = config_for_tests(
        f"sqlite:///{tmp_path}/x.db",
        tmp_path,
        enabled=["alpha"],
        optional=["alpha"],
        roles={"alpha.view": [ROLES[0]]},
        plugins={"alpha": {"days": 3}},
    )
    host = Host(config, available=available(plugin("alpha", permissions=BROKEN, settings=Settings)))
    assert list(host.manifest.quarantined) == ["alpha"]


def test_hooks_are_asked_once_whatever_fails() -> None:
    asked: list[str] = []

    class Counting(Hooks):
        name = "counting"

        def permissions(self) -> list[Permission]:
            asked.append("permissions")
            return []

    assembled(Counting, plugin("alpha", jobs=BROKEN), optional=["alpha"])
    assert asked == ["permissions"]
