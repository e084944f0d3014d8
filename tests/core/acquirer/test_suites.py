"""The acquirer port: both dialects against the simulated bank over real connections."""

import pytest

from core.adapters.acquirer_off import AcquirerOff, AcquirerOffSettings, make_acquirer_off
from core.adapters.acquirer_rbs import RbsAcquirer
from core.adapters.acquirer_yookassa import YooKassaAcquirer
from core.ports.acquirer import AcquirerRefused, Callback, CallbackRefused
from core.sdk import AdapterHost
from core.testing.bank import BankServer
from core.testing.bank.harness import BankHarness
from core.testing.clock import MovableClock
from core.testing.suites.acquirer import AcquirerHarness, AcquirerSuite, order_of
from tests.core.acquirer.setups import NETWORK


class TestRbs(AcquirerSuite):
    @pytest.fixture
    def bank(self, rbs: RbsAcquirer, rbs_server: BankServer, clock: MovableClock) -> AcquirerHarness:
        return BankHarness(rbs, rbs_server, clock)


class TestYooKassa(AcquirerSuite):
    reverses_payments = False

    @pytest.fixture
    def bank(self, yookassa: YooKassaAcquirer, yookassa_server: BankServer, clock: MovableClock) -> AcquirerHarness:
        return BankHarness(yookassa, yookassa_server, clock, NETWORK)


async def test_without_acquiring_everything_is_refused(host: AdapterHost, clock: MovableClock) -> None:
    off: AcquirerOff = make_acquirer_off(AcquirerOffSettings(), host)
    assert off.takes_cards is False
    with pytest.raises(AcquirerRefused):
        await off.register(order_of(clock))
    with pytest.raises(AcquirerRefused):
        await off.refund("order", "key", 1)
    assert [status async for status in off.orders(clock.now(), clock.now())] == []
    assert list(await off.saved_cards("payer") or ()) == []
    with pytest.raises(CallbackRefused):
        off.read_callback(Callback("", {}, b"", "127.0.0.1"))
    await off.close()
