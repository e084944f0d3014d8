"""The acquirer port: both dialects against the simulated bank over real connections."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.adapters.acquirer_rbs import RbsAcquirer, RbsSettings, make_rbs
from core.adapters.acquirer_yookassa import YooKassaSettings, make_yookassa
from core.sdk import AdapterHost
from core.testing.bank import Bank, BankServer
from core.testing.bank.harness import BankHarness
from core.testing.bank.rbs import RbsFace, by_key
from core.testing.bank.yookassa import YooKassaFace
from core.testing.clock import MovableClock
from core.testing.suites.acquirer import AcquirerHarness, AcquirerSuite

KEY = "test-secret-key"
NETWORK = "185.71.76.5"


@pytest.fixture
def host(clock: MovableClock, tmp_path: Path) -> AdapterHost:
    return AdapterHost(clock, tmp_path / "var", "https://lk.example.ru", "Энскэнергосбыт")


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_RBS", "lk-api:lk-password")
    monkeypatch.setenv("TEST_RBS_TOKEN", "a-token")
    monkeypatch.setenv("TEST_RBS_KEY", KEY)
    monkeypatch.setenv("TEST_YOOKASSA", "test_key")


def rbs_settings(url: str, **more: Any) -> RbsSettings:
    usual = {
        "base_url": f"{url}/payment/rest",
        "page_url": f"{url}/payment/page?mdOrder={{order_id}}",
        "credentials_env": "TEST_RBS",
        "callback_key_env": "TEST_RBS_KEY",
        "allow_http": True,
        "timeout": 5.0,
    }
    return msgspec.convert(usual | more, RbsSettings)


def yookassa_settings(url: str, **more: Any) -> YooKassaSettings:
    usual = {"base_url": f"{url}/v3", "shop_id": "100500", "secret_key_env": "TEST_YOOKASSA", "allow_http": True}
    return msgspec.convert(usual | {"timeout": 5.0} | more, YooKassaSettings)


@pytest.fixture
def make_server(clock: MovableClock, tmp_path: Path) -> Callable[..., BankServer]:
    def make(face: RbsFace | YooKassaFace, **more: Any) -> BankServer:
        return BankServer(Bank(tmp_path / "bank.db", clock.now), face, **more)

    return make


class TestRbs(AcquirerSuite):
    @pytest.fixture
    async def bank(
        self, host: AdapterHost, clock: MovableClock, make_server: Callable[..., BankServer]
    ) -> AsyncIterator[AcquirerHarness]:
        async with make_server(RbsFace(), sign=by_key(KEY.encode())).running() as server:
            adapter = make_rbs(rbs_settings(server.url), host)
            yield BankHarness(adapter, server, clock)
            await adapter.close()
        server.bank.close()


class TestYooKassa(AcquirerSuite):
    reverses_payments = False

    @pytest.fixture
    async def bank(
        self, host: AdapterHost, clock: MovableClock, make_server: Callable[..., BankServer]
    ) -> AsyncIterator[AcquirerHarness]:
        async with make_server(YooKassaFace()).running() as server:
            adapter = make_yookassa(yookassa_settings(server.url), host)
            yield BankHarness(adapter, server, clock, NETWORK)
            await adapter.close()
        server.bank.close()


def test_an_adapter_is_an_acquirer(host: AdapterHost) -> None:
    assert isinstance(make_rbs(rbs_settings("http://127.0.0.1:1"), host), RbsAcquirer)
