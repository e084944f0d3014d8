"""Banks on a port, and adapters set up for them."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from core.adapters.acquirer_rbs import RbsAcquirer, make_rbs
from core.adapters.acquirer_yookassa import YooKassaAcquirer, make_yookassa
from core.sdk import AdapterHost
from core.testing.bank import Bank, BankServer
from core.testing.bank.rbs import RbsFace, by_key
from core.testing.bank.yookassa import YooKassaFace
from core.testing.clock import MovableClock
from tests.core.acquirer.setups import KEY, rbs_settings, yookassa_settings

MakeServer = Callable[..., BankServer]


@pytest.fixture
def host(clock: MovableClock, tmp_path: Path) -> AdapterHost:
    return AdapterHost(clock, tmp_path / "var", "https://lk.example.ru", "Энскэнергосбыт")


@pytest.fixture(autouse=True)
def gateway_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the settings look for them."""
    monkeypatch.setenv("TEST_RBS", "lk-api:lk-password")
    monkeypatch.setenv("TEST_RBS_TOKEN", "a-token")
    monkeypatch.setenv("TEST_RBS_KEY", KEY)
    monkeypatch.setenv("TEST_YOOKASSA", "test_key")


@pytest.fixture
async def rbs_server(clock: MovableClock, tmp_path: Path) -> AsyncIterator[BankServer]:
    bank = Bank(tmp_path / "bank.db", clock.now)
    async with BankServer(bank, RbsFace(token="a-token"), sign=by_key(KEY.encode())).running() as server:
        yield server
    bank.close()


@pytest.fixture
async def rbs(rbs_server: BankServer, host: AdapterHost) -> AsyncIterator[RbsAcquirer]:
    adapter = make_rbs(rbs_settings(rbs_server.url), host)
    yield adapter
    await adapter.close()


@pytest.fixture
async def yookassa_server(clock: MovableClock, tmp_path: Path) -> AsyncIterator[BankServer]:
    bank = Bank(tmp_path / "bank.db", clock.now)
    async with BankServer(bank, YooKassaFace()).running() as server:
        yield server
    bank.close()


@pytest.fixture
async def yookassa(yookassa_server: BankServer, host: AdapterHost) -> AsyncIterator[YooKassaAcquirer]:
    adapter = make_yookassa(yookassa_settings(yookassa_server.url), host)
    yield adapter
    await adapter.close()
