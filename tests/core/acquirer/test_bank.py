"""The bank that does not exist: its page, its callbacks, and its file after a kill."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from core.adapters.acquirer_rbs import RbsAcquirer, make_rbs
from core.adapters.acquirer_yookassa import YooKassaAcquirer
from core.config import ConfigError
from core.ports.acquirer import AcquirerUnavailable, Callback, OutcomeUnknown, Registered
from core.sdk import AdapterHost
from core.testing.bank import Bank, BankServer
from core.testing.bank.cards import CARDS
from core.testing.bank.control import FAULTS
from core.testing.bank.rbs import RbsFace
from core.testing.bank.shapes import BankError, Mood, NewOrder
from core.testing.bank.yookassa import YooKassaFace
from core.testing.clock import MovableClock
from core.testing.sockets import Request, read_request, respond
from core.testing.suites.acquirer.harness import AMOUNT, order_of
from hosts.bank import by_rsa
from tests.core.acquirer.setups import KEY, NETWORK, rbs_settings

SUCCESS, CONFIRM, DECLINED, _, SILENT = CARDS


# ---- the page
@pytest.fixture
async def browser(rbs_server: BankServer) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=rbs_server.url, trust_env=False) as client:
        yield client


async def _press(browser: httpx.AsyncClient, registered: Registered, **fields: str) -> httpx.Response:
    return await browser.post("/payment/page", data={"mdOrder": registered.order_id, **fields})


async def test_a_payer_pays_by_the_form(rbs: RbsAcquirer, browser: httpx.AsyncClient, clock: MovableClock) -> None:
    order = order_of(clock, description="<b>Оплата</b>", return_url="https://lk.example.ru/back?payment=1")
    registered = await rbs.register(order)
    page = await browser.get(registered.payment_url)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "3\u00a0452,38" in page.text
    assert "&lt;b&gt;Оплата" in page.text
    assert "<script" not in page.text
    answer = await _press(browser, registered, card=SUCCESS.number, do="pay")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{order.return_url}&orderId={registered.order_id}&lang=ru"
    assert "оплачен" in (await browser.get(registered.payment_url)).text
    assert (await rbs.status(registered.order_id)).paid == AMOUNT
    assert (await _press(browser, registered, card=SUCCESS.number, do="pay")).status_code == 200
    assert (await rbs.status(registered.order_id)).paid == AMOUNT


async def test_a_declined_card_leads_to_the_other_address(
    rbs: RbsAcquirer, browser: httpx.AsyncClient, clock: MovableClock
) -> None:
    registered = await rbs.register(order_of(clock))
    answer = await _press(browser, registered, card=DECLINED.number, do="pay")
    assert answer.headers["location"].startswith("https://lk.example.ru/payments/failed?")
    status = await rbs.status(registered.order_id)
    assert (status.state, status.decline_text) == ("declined", "Отказ банка, выпустившего карту")


async def test_a_code_is_asked_for(rbs: RbsAcquirer, browser: httpx.AsyncClient, clock: MovableClock) -> None:
    registered = await rbs.register(order_of(clock))
    answer = await _press(browser, registered, card=CONFIRM.number, do="pay")
    assert answer.headers["location"] == f"/payment/page?mdOrder={registered.order_id}"
    assert (await rbs.status(registered.order_id)).state == "confirming"
    assert "Код неверный" in (await _press(browser, registered, code="000000", do="confirm")).text
    assert (await rbs.status(registered.order_id)).state == "confirming"
    assert (await _press(browser, registered, code="123456", do="confirm")).status_code == 303
    assert (await rbs.status(registered.order_id)).state == "paid"


async def test_a_silent_card_may_be_followed_by_another(
    rbs: RbsAcquirer, browser: httpx.AsyncClient, clock: MovableClock
) -> None:
    registered = await rbs.register(order_of(clock))
    assert "Банк не отвечает" in (await _press(browser, registered, card=SILENT.number, do="pay")).text
    assert (await rbs.status(registered.order_id)).state == "created"
    await _press(browser, registered, card=SUCCESS.number, do="pay")
    assert (await rbs.status(registered.order_id)).state == "paid"


async def test_a_payer_leaves(rbs: RbsAcquirer, browser: httpx.AsyncClient, clock: MovableClock) -> None:
    registered = await rbs.register(order_of(clock))
    assert (await _press(browser, registered, do="leave")).status_code == 303
    assert (await rbs.status(registered.order_id)).state == "declined"


async def test_a_saved_card_is_offered_and_a_strange_number_is_kept_nowhere(
    rbs: RbsAcquirer, browser: httpx.AsyncClient, clock: MovableClock, tmp_path: Path
) -> None:
    first = await rbs.register(order_of(clock, payer_id="payer-1", save_card=True))
    await _press(browser, first, card="", number="2200 0000 0000 0004", save="1", do="pay")
    [card] = await rbs.saved_cards("payer-1")
    second = await rbs.register(order_of(clock, payer_id="payer-1", card_id=card.id))
    page = (await browser.get(second.payment_url)).text
    assert f"saved:{card.id}" in page
    assert "Другая" not in page
    await _press(browser, second, card=f"saved:{card.id}", do="pay")
    assert (await rbs.status(second.order_id)).state == "paid"
    third = await rbs.register(order_of(clock))
    answer = await _press(browser, third, card="", number="5555 5555 5555 4444", do="pay")
    assert "только карты из списка" in answer.text
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("bank.db*"))
    assert first.order_id.encode() in stored
    for number in (b"5555555555554444", b"5555 5555", SUCCESS.number.encode()):
        assert number not in stored


async def test_other_pages_are_none(browser: httpx.AsyncClient) -> None:
    for path in ("/payment/page", "/payment/page?mdOrder=x", "/elsewhere"):
        assert (await browser.get(path)).status_code == 404
    assert "Вымышленный банк" in (await browser.get("/")).text


# ---- levers
async def test_levers(rbs: RbsAcquirer, browser: httpx.AsyncClient, clock: MovableClock) -> None:
    registered = await rbs.register(order_of(clock))
    order = f"/control/orders/{registered.order_id}"
    assert (await browser.post(f"{order}/pay", json={"card": "gold"})).status_code == 422
    assert (await browser.post(f"{order}/pay", json={"card": "confirm"})).json()["state"] == "confirming"
    assert (await browser.post(f"{order}/confirm", json={"confirm": True})).json()["state"] == "paid"
    assert (await browser.post(f"{order}/pay", json={})).status_code == 409
    assert (await browser.post(f"{order}/refund", json={"key": "r-1", "amount": 100})).json()["amount"] == 100
    assert [item["kind"] for item in (await browser.get("/control/movements")).json()] == ["charge", "refund"]
    assert (await rbs.status(registered.order_id)).refunded == 100
    assert (await browser.put("/control/mood", json={"missing": 1.0})).status_code == 200
    assert (await browser.put("/control/mood", json={"colour": "blue"})).status_code == 422
    assert (await browser.put("/control/faults", json={"call": "*", "kind": "melt"})).status_code == 422
    assert (await browser.put("/control/faults", json={"call": "*", "kind": "drop", "count": 1})).status_code == 200
    with pytest.raises(AcquirerUnavailable):
        await rbs.status(registered.order_id)
    assert (await rbs.status(registered.order_id)).refunded == 100
    assert (await browser.post("/control/nothing", json={})).status_code == 404


async def test_a_hanging_bank_has_done_it(rbs_server: BankServer, host: AdapterHost, clock: MovableClock) -> None:
    hasty = make_rbs(rbs_settings(rbs_server.url, timeout=0.3), host)
    order = order_of(clock)
    rbs_server.bank.plan_fault("register.do", "hang", 1)
    with pytest.raises(OutcomeUnknown):
        await hasty.register(order)
    assert (await hasty.register(order)).order_id == rbs_server.bank.by_number(order.number).id
    await hasty.close()


# ---- callbacks
class Listener:
    """Takes callbacks; `deaf` answers 503."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.deaf = 0
        self.url = ""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Listener"]:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                while True:
                    self.requests.append(await read_request(reader))
                    self.deaf, status = max(0, self.deaf - 1), 503 if self.deaf else 200
                    await respond(writer, status, b"{}")
            except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                writer.transport.abort()

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/callback"
        try:
            yield self
        finally:
            server.close()

    async def heard(self, count: int) -> list[dict[str, str]]:
        """The parameters of the callbacks, once there are so many."""
        async with asyncio.timeout(10):
            while len(self.requests) < count:
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.15)
        return [
            {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}
            for request in self.requests
        ]


async def test_callbacks_are_sent_signed_and_until_they_are_heard(
    rbs: RbsAcquirer, rbs_server: BankServer, clock: MovableClock
) -> None:
    async with Listener().listening() as listener:
        rbs_server.callback_url = listener.url
        listener.deaf = 1
        registered = await rbs.register(order_of(clock))
        rbs_server.bank.pay(registered.order_id, "success")
        await listener.heard(1)
        clock.move(timedelta(seconds=2))
        first, second = await listener.heard(2)
    assert first == second
    assert (first["operation"], first["status"], first["amount"]) == ("deposited", "1", str(AMOUNT))
    query = urlsplit(listener.requests[0].path).query
    assert rbs.read_callback(Callback(query, {}, b"", "127.0.0.1")).order_id == registered.order_id


async def test_callbacks_go_missing_come_twice_and_come_late(rbs_server: BankServer, clock: MovableClock) -> None:
    bank = rbs_server.bank
    async with Listener().listening() as listener:
        rbs_server.callback_url = listener.url

        def paid(number: str, mood: Mood) -> str:
            bank.set_mood(mood)
            order, _ = bank.register(NewOrder(number, number, 100, "", listener.url, "", 600))
            bank.pay(order.id, "success")
            return order.id

        missing = paid("missing", Mood(missing=1))
        late = paid("late", Mood(late=1, late_seconds=30))
        paid("doubled", Mood(doubled=1, late_seconds=0))
        assert [item["orderNumber"] for item in await listener.heard(2)] == ["doubled", "doubled"]
        clock.move(timedelta(seconds=31))
        assert [item["orderNumber"] for item in await listener.heard(3)][2:] == ["late"]
        assert bank.repeat_callbacks(missing) == 1
        assert [item["orderNumber"] for item in await listener.heard(4)][3:] == ["missing"]
        assert bank.repeat_callbacks(late) == 1
        await listener.heard(5)


async def test_notifications_of_yookassa_are_posted(
    yookassa: YooKassaAcquirer, yookassa_server: BankServer, clock: MovableClock
) -> None:
    async with Listener().listening() as listener:
        yookassa_server.callback_url = listener.url
        order = order_of(clock)
        order_id = (await yookassa.register(order)).order_id
        yookassa_server.bank.pay(order_id, "success")
        await listener.heard(1)
        await yookassa.refund(order_id, "r-1", 100)
        await listener.heard(2)
    hints = [yookassa.read_callback(Callback("", item.headers, item.body, NETWORK)) for item in listener.requests]
    assert [(hint.order_id, hint.event) for hint in hints] == [
        (order_id, "payment.succeeded"),
        (order_id, "refund.succeeded"),
    ]
    assert hints[0].number == order.number


def test_the_same_orders_fare_alike(tmp_path: Path, clock: MovableClock) -> None:
    def dues(name: str, seed: int) -> list[list[float | None]]:
        bank = Bank(tmp_path / name, clock.now)
        bank.set_mood(Mood(seed=seed, missing=0.3, doubled=0.3, late=0.3))
        found = []
        for number in range(40):
            order, _ = bank.register(NewOrder(f"n-{number}", f"n-{number}", 100, "", "http://x", "", 600))
            bank.pay(order.id, "success")
            found.append([callback.due for callback in bank.callbacks(order.id)])
        bank.close()
        return found

    first = dues("a.db", 7)
    assert dues("b.db", 7) == first
    assert dues("c.db", 8) != first
    assert any(due == [None] for due in first)
    assert any(len(due) == 2 for due in first)


def test_rules_that_the_shop_cannot_break(tmp_path: Path, clock: MovableClock) -> None:
    bank = Bank(tmp_path / "bank.db", clock.now)
    order, _ = bank.register(NewOrder("k", "n", 100, "", "http://x", "", 600))
    for forbidden in (lambda: bank.capture(order.id, 100), lambda: bank.refund(order.id, "r", 1)):
        with pytest.raises(BankError, match="state"):
            forbidden()
    clock.move(timedelta(seconds=601))
    with pytest.raises(BankError, match="state"):
        bank.pay(order.id, "success")
    assert bank.movements() == []
    bank.close()


# ---- the process
@contextmanager
def process(state: Path, port: int, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`abonent simulate-bank`, ready."""
    command = [sys.executable, "-m", "hosts.cli", "simulate-bank", "--state", str(state), "--port", str(port), *options]
    running = subprocess.Popen(command, cwd=Path(__file__).parents[3], stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield running
    finally:
        if running.poll() is None:
            running.kill()
        running.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_a_killed_bank_remembers_every_kopeck(host: AdapterHost, clock: MovableClock, tmp_path: Path) -> None:
    port, numbers = _free_port(), []
    adapter = make_rbs(rbs_settings(f"http://127.0.0.1:{port}"), host)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as levers:
        for _ in range(2):
            with process(tmp_path / "bank.db", port) as running:
                for number in range(20):
                    registered = await adapter.register(order_of(clock, amount=1000 + number))
                    answer = await levers.post(f"/control/orders/{registered.order_id}/pay", json={})
                    numbers.append(answer.json()["number"])
                os.kill(running.pid, signal.SIGKILL)
                running.wait()
        with process(tmp_path / "bank.db", port) as running:
            moved = (await levers.get("/control/movements")).json()
            running.terminate()
            assert running.wait(10) == 0
    assert [item["number"] for item in moved] == numbers
    assert [item["amount"] for item in moved] == [1000 + number for number in range(20)] * 2
    await adapter.close()


def test_a_bank_ends_with_whoever_started_it(tmp_path: Path) -> None:
    port = _free_port()
    start = (
        "import os, subprocess, sys; subprocess.Popen([sys.executable, '-m', 'hosts.cli', 'simulate-bank', '--port', "
        f"'{port}', '--state', r'{tmp_path / 'bank.db'}', '--with-parent', str(os.getpid())])"
    )
    # The parent is gone before the bank has begun; the pipe closes when the bank ends, too.
    done = subprocess.run(
        [sys.executable, "-c", start], cwd=Path(__file__).parents[3], capture_output=True, timeout=60, check=True
    )
    assert b"the bank listens" in done.stderr
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_a_taken_port_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "hosts.cli", "simulate-bank", "--state", str(tmp_path / "b.db")]
        done = subprocess.run(
            [*command, "--port", str(port)], cwd=Path(__file__).parents[3], capture_output=True, timeout=30, check=False
        )
    assert done.returncode == 1
    assert done.stderr.decode().startswith(f"abonent: the bank cannot listen on port {port}")


def test_the_process_signs_by_certificate_when_told_so(tmp_path: Path) -> None:
    private = rsa.generate_private_key(65537, 2048)
    file = tmp_path / "bank.key"
    file.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    signature = bytes.fromhex(by_rsa(file)(b"text"))
    private.public_key().verify(signature, b"text", PKCS1v15(), SHA512())
    file.write_bytes(b"none")
    with pytest.raises(ConfigError):
        by_rsa(file)


def test_the_shop_is_the_documented_one() -> None:
    page = (Path(__file__).parents[3] / "docs/supplier/bank-simulator.md").read_text(encoding="utf-8")
    rbs, yookassa = RbsFace(), YooKassaFace()
    for name in (f"{rbs.user}:{rbs.password}", yookassa.shop_id, yookassa.secret_key, KEY, *FAULTS):
        assert f"`{name}`" in page
