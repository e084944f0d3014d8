"""The metering port: the HTTP adapter and the simulator, held to one suite."""

from collections.abc import AsyncIterator

import pytest

from core.adapters.metering_http import HttpMetering, HttpMeteringSettings, make_metering_http
from core.adapters.metering_off import MeteringOff
from core.config import ConfigError
from core.ports.metering import Metering, MeteringUnavailable
from core.testing.metering import Platform, PlatformServer
from core.testing.suites.metering import MeteringSuite

KEY = "the platform's key"


class Harness:
    """A simulated platform, reached by an adapter."""

    def __init__(self, platform: Platform, adapter: Metering, attempts: int) -> None:
        self.platform, self.adapter, self.attempts = platform, adapter, attempts

    def publish(self, number: int) -> None:
        self.platform.publish("samples", {"number": number})

    def fail(self, times: int) -> None:
        self.platform.failures = times

    def make_trouble(self, kind: str) -> None:
        self.platform.trouble = kind  # type: ignore[assignment]


class TestSimulator(MeteringSuite):
    @pytest.fixture
    def metering(self) -> Harness:
        platform = Platform()
        return Harness(platform, platform, 1)


@pytest.fixture
async def server() -> AsyncIterator[PlatformServer]:
    async with PlatformServer(Platform(), KEY).running() as running:
        yield running


def settings(server: PlatformServer, **changes: object) -> HttpMeteringSettings:
    told: dict[str, object] = {
        "url": server.url,
        "key_env": "METERING_KEY",
        "allow_http": True,
        "pause": 0.0,
        **changes,
    }
    return HttpMeteringSettings(**told)  # type: ignore[arg-type]


class TestHttp(MeteringSuite):
    @pytest.fixture
    async def metering(self, server: PlatformServer) -> AsyncIterator[Harness]:
        adapter = HttpMetering(settings(server), KEY)
        yield Harness(server.platform, adapter, 3)
        await adapter.close()


async def test_a_wrong_key_is_not_tried_again(server: PlatformServer) -> None:
    adapter = HttpMetering(settings(server), "another key")
    with pytest.raises(MeteringUnavailable, match="401"):
        await adapter.changes("", 10)
    assert len(server.requests) == 1
    await adapter.close()


async def test_a_page_has_a_largest_size_and_a_longest_time(server: PlatformServer) -> None:
    server.platform.publish("samples", {"text": "x" * 5000})
    small = HttpMetering(settings(server, max_reply=1000), KEY)
    with pytest.raises(MeteringUnavailable, match="exceeds 1000 bytes"):
        await small.changes("", 10)
    server.platform.trouble = "slow"
    hasty = HttpMetering(settings(server, timeout=0.01, attempts=1), KEY)
    with pytest.raises(MeteringUnavailable):
        await hasty.changes("", 10)
    await small.close()
    await hasty.close()


def test_settings_that_cannot_work_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    host: object = None
    with pytest.raises(ConfigError, match="https"):
        make_metering_http(HttpMeteringSettings("http://platform.example/changes", "METERING_KEY"), host)  # type: ignore[arg-type]
    monkeypatch.delenv("METERING_KEY", raising=False)
    with pytest.raises(ConfigError, match="METERING_KEY"):
        make_metering_http(HttpMeteringSettings("https://platform.example/changes", "METERING_KEY"), host)  # type: ignore[arg-type]


async def test_without_a_platform_nothing_is_pulled() -> None:
    adapter = MeteringOff()
    assert adapter.pulls is False
    assert (await adapter.changes("7", 10)).next == "7"
    await adapter.close()
