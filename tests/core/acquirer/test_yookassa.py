"""What is particular about YooKassa: keys that live a day, addresses in place of signatures, receipts."""

import json
from datetime import timedelta
from typing import Any

import pytest

from core.adapters.acquirer_yookassa import YooKassaAcquirer, make_yookassa
from core.config import ConfigError
from core.ports.acquirer import AcquirerRefused, AcquirerUnavailable, Callback, CallbackRefused, ReceiptItem
from core.sdk import AdapterHost
from core.testing.bank import BankServer
from core.testing.bank.harness import BankHarness
from core.testing.clock import MovableClock
from core.testing.suites.acquirer import order_of
from core.values import new_id
from tests.core.acquirer.setups import NETWORK, yookassa_settings


@pytest.fixture
def bank(yookassa: YooKassaAcquirer, yookassa_server: BankServer, clock: MovableClock) -> BankHarness:
    return BankHarness(yookassa, yookassa_server, clock, NETWORK)


async def test_what_a_payment_says(bank: BankHarness, yookassa_server: BankServer, clock: MovableClock) -> None:
    order = order_of(clock, payer_id="payer-1", amount=5)
    await bank.adapter.register(order)
    request = yookassa_server.requests[-1]
    assert (request.method, request.path) == ("POST", "/v3/payments")
    assert request.headers["idempotence-key"] == order.number
    assert json.loads(request.body) == {
        "amount": {"value": "0.05", "currency": "RUB"},
        "capture": True,
        "description": order.description,
        "confirmation": {"type": "redirect", "return_url": order.return_url},
        "metadata": {"order_number": order.number, "order_amount": "5", "payer_id": "payer-1"},
        "merchant_customer_id": "payer-1",
        "payment_method_data": {"type": "bank_card"},
        "save_payment_method": False,
    }


async def test_the_receipt(yookassa_server: BankServer, host: AdapterHost, clock: MovableClock) -> None:
    adapter = make_yookassa(yookassa_settings(yookassa_server.url, receipts=True, vat_codes={"22": 11}), host)
    await adapter.register(order_of(clock, items=(ReceiptItem("Электроэнергия", 345_238, "22", "prepayment"),)))
    assert json.loads(yookassa_server.requests[-1].body)["receipt"] == {
        "customer": {"email": "buhgalter@hleb.example"},
        "items": [
            {
                "description": "Электроэнергия",
                "quantity": "1.00",
                "amount": {"value": "3452.38", "currency": "RUB"},
                "vat_code": 11,
                "payment_mode": "partial_prepayment",
                "payment_subject": "service",
            }
        ],
    }
    with pytest.raises(AcquirerRefused, match="vat_codes has no code"):
        await adapter.register(order_of(clock, items=(ReceiptItem("Электроэнергия", 345_238, "none"),)))
    await adapter.close()


async def test_a_wrong_key_changes_nothing(
    yookassa_server: BankServer, host: AdapterHost, clock: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_YOOKASSA", "another")
    adapter = make_yookassa(yookassa_settings(yookassa_server.url), host)
    with pytest.raises(AcquirerUnavailable, match="401"):
        await adapter.register(order_of(clock))
    assert yookassa_server.bank.orders() == []
    await adapter.close()


async def test_a_registration_older_than_the_keys_is_looked_for(
    bank: BankHarness, yookassa_server: BankServer, clock: MovableClock
) -> None:
    order = order_of(clock, expires_at=clock.now() + timedelta(days=30))
    first = await bank.adapter.register(order)
    for _ in range(120):
        await bank.adapter.register(order_of(clock))
    bank.pass_time(timedelta(hours=24))
    posted = sum(request.method == "POST" for request in yookassa_server.requests)
    assert (await bank.adapter.register(order)).order_id == first.order_id
    assert sum(request.method == "POST" for request in yookassa_server.requests) == posted


async def test_a_refund_older_than_the_keys_is_looked_for(
    bank: BankHarness, yookassa_server: BankServer, clock: MovableClock
) -> None:
    order_id = (await bank.adapter.register(order_of(clock))).order_id
    bank.pay(order_id)
    key = new_id()
    await bank.adapter.refund(order_id, key, 100)
    posted = sum(request.path == "/v3/refunds" for request in yookassa_server.requests)
    bank.pass_time(timedelta(days=3))
    await bank.adapter.refund(order_id, key, 100)
    assert sum(request.path == "/v3/refunds" for request in yookassa_server.requests) == posted


@pytest.mark.parametrize("address", ["127.0.0.1", "185.71.76.32", "::1", "", "185.71.76.5, 1.1.1.1", "::ffff:1.2.3.4"])
async def test_a_stranger_is_not_heard(bank: BankHarness, clock: MovableClock, address: str) -> None:
    order_id = (await bank.adapter.register(order_of(clock))).order_id
    bank.pay(order_id)
    [genuine] = bank.callbacks(order_id)
    assert bank.adapter.read_callback(genuine).order_id == order_id
    with pytest.raises(CallbackRefused):
        bank.adapter.read_callback(Callback("", {}, genuine.body, address))


@pytest.mark.parametrize(
    "change",
    [
        {"event": 1},
        {"event": "a\nb"},
        {"object": None},
        {"object": {"id": "a/b"}},
        {"object": {"id": ""}},
        {"event": "refund.succeeded", "object": {"id": "r-1"}},
    ],
)
def test_a_malformed_notification_is_refused(host: AdapterHost, change: dict[str, Any]) -> None:
    adapter = make_yookassa(yookassa_settings("http://127.0.0.1:1"), host)
    note = {"type": "notification", "event": "payment.succeeded", "object": {"id": "p-1"}}
    assert adapter.read_callback(Callback("", {}, json.dumps(note).encode(), NETWORK)).order_id == "p-1"
    with pytest.raises(CallbackRefused):
        adapter.read_callback(Callback("", {}, json.dumps(note | change).encode(), NETWORK))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"base_url": "yookassa"}, "base_url: not the URL"),
        ({"allow_http": False}, "base_url: not https"),
        ({"secret_key_env": "TEST_NO_SUCH"}, "secret_key_env"),
        ({"callback_networks": ["somewhere"]}, "callback_networks"),
        ({"receipts": True}, "vat_codes"),
    ],
)
def test_wrong_settings_stop_the_start(host: AdapterHost, change: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        make_yookassa(yookassa_settings("http://127.0.0.1:1", **change), host)
