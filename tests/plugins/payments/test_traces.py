"""What must not remain of a payment by card, whatever the bank sends: the card's number, its code, and our secrets."""

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.config import Config
from core.testing.bank import Bank, BankServer
from core.testing.bank.cards import CARDS
from core.testing.bank.rbs import RbsFace, by_key
from core.testing.bank.web import Answer
from core.testing.bank.yookassa import YooKassaFace
from core.testing.cabinet import Cabinet, Caller, config_for_tests
from core.testing.clock import MovableClock
from core.testing.sockets import Request
from tests.plugins.payments.supplier import C1, PAY, client, found_supplier, start, state
from tests.traces import Logs, stored

PAN = CARDS[0].number
SPACED = f"{PAN[:4]} {PAN[4:8]} {PAN[8:12]} {PAN[12:]}"
PASSWORD, CALLBACK_KEY, SHOP_KEY = "gateway-password-73", "callback-secret-91", "live_shop-secret-55"
HOLDER = "IVAN PETROV"
LIES: dict[str, Any] = {
    "pan": PAN,
    "maskedPan": PAN,
    "cvc": "739",
    "cardholderName": HOLDER,
    "expiration": int(PAN),
    "paymentSystem": f"MIR {PAN}",
    "approvalCode": SPACED,
}
WORDS = f"Карта {SPACED} ({PAN}), CVC 739, отклонена"
NETWORK = "185.71.76.5"


class LyingServer(BankServer):
    """A bank whose replies hold all that it should have kept for itself."""

    refuses = ""
    """The call that is refused, with the number of the card in every word of the refusal."""

    def _answer(self, request: Request, path: str) -> Answer:
        answer = super()._answer(request, path)
        told = json.loads(answer.body)
        rbs = isinstance(self.face, RbsFace)
        if self.refuses and path.endswith(self.refuses) and request.method == "POST":
            refusal = {"errorCode": "5", "errorMessage": WORDS} if rbs else {"code": f"x {PAN}", "description": WORDS}
            return msgspec.structs.replace(answer, status=200 if rbs else 400, body=json.dumps(refusal).encode())
        for part in (told, *told.get("items", ()), *told.get("orderStatuses", ())):
            _lie(part)
        return msgspec.structs.replace(answer, body=json.dumps(told).encode())


def _lie(told: dict[str, Any]) -> None:
    told |= {"pan": PAN, "cvc": "739", "cardholderName": HOLDER}
    if "cardAuthInfo" in told:
        told["cardAuthInfo"] |= LIES
    if "actionCode" in told and told["orderStatus"] == 6:
        told |= {"actionCode": int(PAN), "actionCodeDescription": WORDS}
    if "cancellation_details" in told:
        told["cancellation_details"] = {"party": HOLDER, "reason": f"declined {PAN}"}
    if "payment_method" in told:
        told["payment_method"]["title"] = WORDS
        told["payment_method"]["card"] |= {"number": PAN, "csc": "739", "first6": PAN, "last4": PAN, "card_type": PAN}
    for binding in told.get("bindings", ()):
        binding |= {"maskedPan": PAN, "expiryDate": PAN, "paymentSystem": WORDS}


@pytest.fixture(params=["rbs", "yookassa"])
async def server(
    request: pytest.FixtureRequest, clock: MovableClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[LyingServer]:
    monkeypatch.setenv("TEST_GATEWAY", f"lk-api:{PASSWORD}" if request.param == "rbs" else SHOP_KEY)
    monkeypatch.setenv("TEST_CALLBACKS", CALLBACK_KEY)
    face = RbsFace(password=PASSWORD) if request.param == "rbs" else YooKassaFace(secret_key=SHOP_KEY)
    bank = Bank(tmp_path / "bank.db", clock.now)
    server = LyingServer(bank, face, sign=by_key(CALLBACK_KEY.encode()))
    async with server.running():
        yield server
    bank.close()


@pytest.fixture
def host_config(database_url: str, tmp_path: Path, enabled_plugins: list[str], server: LyingServer) -> Config:
    if isinstance(server.face, RbsFace):
        page = f"{server.url}/payment/page?mdOrder={{order_id}}"
        own = {"base_url": f"{server.url}/payment/rest", "page_url": page}
        settings = own | {"credentials_env": "TEST_GATEWAY", "callback_key_env": "TEST_CALLBACKS"}
    else:
        settings = {"base_url": f"{server.url}/v3", "shop_id": "100500", "secret_key_env": "TEST_GATEWAY"}
    name = "rbs" if isinstance(server.face, RbsFace) else "yookassa"
    adapters = {"acquirer": {name: settings | {"allow_http": True, "timeout": 5.0}}}
    return config_for_tests(
        database_url, tmp_path, enabled=enabled_plugins, ports={"acquirer": name}, adapters=adapters
    )


async def call_back(cabinet: Cabinet, server: LyingServer, order_id: str) -> list[int]:
    """The bank's callbacks with the card in them: genuine ones, then forged ones."""
    answered = []
    bank, order = server.bank, server.bank.order(order_id)
    for callback in bank.callbacks(order_id):
        told = server.callback_of(callback, order)
        if told is not None:
            answered += [await _send(cabinet, told, server, genuine=genuine) for genuine in (True, False)]
    await cabinet.drain()
    return answered


async def _send(cabinet: Cabinet, told: dict[str, Any], server: LyingServer, *, genuine: bool) -> int:
    if isinstance(server.face, YooKassaFace):
        _lie(told["object"])
        caller = cabinet.anonymous(NETWORK if genuine else "203.0.113.7")
        return (await caller.post(f"{PAY}/callback", json=told)).status_code
    fields = {name: value for name, value in told.items() if name != "checksum"}
    fields |= {"maskedPan": PAN, "cardholder": HOLDER, "cvc": "739", "panText": WORDS}
    signed = "".join(f"{name};{fields[name]};" for name in sorted(fields)).encode()
    fields["checksum"] = server.sign(signed) if genuine else CALLBACK_KEY
    return (await cabinet.anonymous().get(f"{PAY}/callback", params=fields)).status_code


async def pay(cabinet: Cabinet, server: LyingServer, payer: Caller, card: Any = "success", **order: Any) -> str:
    """A payment in advance as far as the bank takes it, with its callbacks."""
    started = await start(payer, mode="prepayment", **order)
    assert started.status_code == 201, started.text
    payment_id: str = started.json()["id"]
    paid = next(one for one in server.bank.orders() if one.number == payment_id)
    server.bank.pay(paid.id, card)
    assert set(await call_back(cabinet, server, paid.id)) <= {200, 400}
    cabinet.clock.move(timedelta(minutes=1))
    await cabinet.drain()
    return payment_id


@pytest.mark.requirement("PAY-08")
async def test_no_card_and_no_secret_remains(cabinet: Cabinet, server: LyingServer, logs: Logs) -> None:
    await found_supplier(cabinet)
    payer = await client(cabinet)
    seen = []
    paid = await pay(cabinet, server, payer, amount="100", save_card=True)
    declined = await pay(cabinet, server, payer, "declined", amount="50")
    assert [await state(payer, paid), await state(payer, declined)] == ["succeeded", "failed"]
    seen.append((await payer.get(f"{PAY}/methods")).text)
    assert "2200000004" not in seen[0]
    assert "220000**0004" in seen[0]

    clerk = await cabinet.staff(scopes=["payments.return", "payments.reconcile"])
    place = f"/api/v1/staff/payments/orders/{paid}/returns"
    server.refuses = "refund.do" if isinstance(server.face, RbsFace) else "refunds"
    ordered = (await clerk.post(place, json={"amount": "10", "note": "Возврат"})).json()
    await cabinet.drain(failing=True)
    refused = await clerk.get(f"{place}/{ordered['id']}")
    assert refused.json()["state"] == "refused", refused.text
    seen.append(refused.text)
    server.refuses = "register.do" if isinstance(server.face, RbsFace) else "payments"
    turned_down = await start(payer, mode="prepayment", amount="70")
    assert turned_down.status_code == 409, turned_down.text
    seen.append(turned_down.text)
    server.refuses = ""
    await clerk.post(place, json={"amount": "10", "note": "Возврат"})
    await cabinet.drain()
    seen.append((await clerk.get("/api/v1/staff/payments/reconciliation", params={"day": "2026-01-25"})).text)
    seen.append((await payer.get(f"{C1}/history")).text)

    for call in ("getOrderStatusExtended.do", "GET payments", "register.do", "POST payments"):
        server.bank.plan_fault(call, "garbage", 1)
    await start(payer, mode="prepayment", amount="90")
    cabinet.clock.move(timedelta(minutes=1))
    await cabinet.drain(failing=True)

    forbidden = re.compile(f"{PAN}|{SPACED}|{HOLDER}|{PASSWORD}|{CALLBACK_KEY}|{SHOP_KEY}|cv[cv]\\W{{0,3}}739", re.I)
    found = [f"{where}: {text[:300]}" for where, text in await stored(cabinet) if forbidden.search(text)]
    lines = [line for line in logs.text().splitlines() if "http://cabinet.test" not in line]  # the test's own client
    found += [f"log: {line[:300]}" for line in lines if forbidden.search(line)]
    found += [f"answer: {text}" for text in seen if forbidden.search(text)]
    assert not found, "\n".join(found)
    assert "220000**0004" in str(await stored(cabinet))  # and it was looked for where things are
