"""An optional plugin that fails at the start, as its clients see it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.host import Host
from core.testing.cabinet import Cabinet, config_for_tests, running
from core.testing.clock import MovableClock
from tests.core.strangers import answering, available, plugin

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
    assert health["quarantined"] == {"alpha": "RuntimeError('no licence')", "missing": "ImportError('libfoo')"}
    assert (await damaged.anonymous().get("/ready")).status_code == 200


async def test_the_description_does_not_promise_it(damaged: Cabinet) -> None:
    paths = (await damaged.anonymous().get("/schema/openapi.json")).json()["paths"]
    assert "/api/v1/beta" in paths
    assert not [path for path in paths if "alpha" in path or "missing" in path]
