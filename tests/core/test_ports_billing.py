"""The billing port: HTTP against a real server, the simulator in memory, and the queue."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.adapters.billing_http import HttpBilling, HttpBillingSettings, make_http, signature
from core.adapters.billing_queue import QueueSettings, make_queue
from core.config import ConfigError
from core.ports.billing import Answer, BillingUnavailable
from core.sdk import AdapterHost
from core.testing.billing import BillingBook, BillingSimulator, BookHarness, sample_fact
from core.testing.billing_server import BillingServer, Misbehaviour
from core.testing.clock import MovableClock
from core.testing.sockets import respond
from core.testing.suites.billing import BillingHarness, BillingSuite
from tests.core.certificates import write_server_certificate

KEY = b"a-key-shared-with-billing-0123456789"
FACT = sample_fact(1)


@pytest.fixture
def host(clock: MovableClock, tmp_path: Path) -> AdapterHost:
    return AdapterHost(clock, tmp_path / "var", "https://lk.example.ru", "Энскэнергосбыт")


@pytest.fixture
def billing_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shared key, where the settings look for it."""
    monkeypatch.setenv("TEST_BILLING_KEY", KEY.decode())


@pytest.fixture
async def server(clock: MovableClock) -> AsyncIterator[BillingServer]:
    async with BillingServer(clock, {"2026-01": KEY}).running() as running:
        yield running


def http_settings(url: str, **more: Any) -> HttpBillingSettings:
    usual = {"url": url, "key_id": "2026-01", "key_env": "TEST_BILLING_KEY", "allow_http": True, "timeout": 5.0}
    return msgspec.convert(usual | more, HttpBillingSettings)


async def test_https_is_spoken_with_a_known_authority_only(
    clock: MovableClock, host: AdapterHost, billing_key: None, tmp_path: Path
) -> None:
    certificate, key = write_server_certificate(tmp_path)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    async with BillingServer(clock, {"2026-01": KEY}, tls=tls).running() as server:
        trusting = make_http(http_settings(server.url, allow_http=False, ca_file=str(certificate)), host)
        assert len(await trusting.deliver([FACT])) == 1
        await trusting.close()
        stranger = make_http(http_settings(server.url, allow_http=False), host)
        with pytest.raises(BillingUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            await stranger.deliver([FACT])
        await stranger.close()


@pytest.fixture
async def adapter(server: BillingServer, host: AdapterHost, billing_key: None) -> AsyncIterator[HttpBilling]:
    made = make_http(http_settings(server.url, max_reply=100_000), host)
    yield made
    await made.close()


class TestHttp(BillingSuite):
    @pytest.fixture
    async def billing(
        self, server: BillingServer, host: AdapterHost, billing_key: None
    ) -> AsyncIterator[BillingHarness]:
        adapter = make_http(http_settings(server.url), host)
        yield BookHarness(adapter, server.book)
        await adapter.close()


class TestSimulator(BillingSuite):
    @pytest.fixture
    def billing(self) -> BillingHarness:
        simulator = BillingSimulator()
        return BookHarness(simulator, simulator.book)


async def test_the_queue_pushes_nothing(host: AdapterHost) -> None:
    queue = make_queue(QueueSettings(), host)
    assert queue.pushes is False
    with pytest.raises(RuntimeError, match="pulls the feed"):
        await queue.deliver([FACT])
    await queue.close()


# ---- what goes out
def test_the_signature_is_the_one_described() -> None:
    # printf '1700000000.{"facts":[]}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
    signed = signature(b"0123456789abcdef0123456789abcdef", 1700000000, b'{"facts":[]}')
    assert signed == "t=1700000000,v1=2e70d65074c489df50245d5dbf4ae1f4fd10db74d5407288a0dc3354c0ae0678"


async def test_what_the_request_says(adapter: HttpBilling, server: BillingServer, clock: MovableClock) -> None:
    await adapter.deliver([FACT, sample_fact(2)])
    [request] = server.requests
    assert (request.method, request.path) == ("POST", "/facts")
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-abonent-key-id"] == "2026-01"
    assert request.headers["x-abonent-signature"].startswith(f"t={int(clock.now().timestamp())},v1=")
    assert request.headers["idempotency-key"] == f"{FACT.id}..{sample_fact(2).id}"
    facts = msgspec.json.decode(request.body)["facts"]
    assert facts[0] == {
        "id": FACT.id,
        "position": 1,
        "kind": "sample.happened",
        "subject": "contract-1",
        "occurred_at": "2026-01-25T09:00:01.123456Z",
        "body": {"value": "16249.160", "note": "«№ 1»"},
    }


async def test_the_same_batch_has_the_same_key_later(
    adapter: HttpBilling, server: BillingServer, clock: MovableClock
) -> None:
    await adapter.deliver([FACT])
    clock.move(timedelta(hours=1))
    await adapter.deliver([FACT])
    first, second = server.requests
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert first.headers["x-abonent-signature"] != second.headers["x-abonent-signature"]
    assert first.body == second.body


async def test_a_wrong_key_takes_nothing(
    server: BillingServer, host: AdapterHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_BILLING_KEY", "another-key-0123456789-0123456789-01")
    adapter = make_http(http_settings(server.url), host)
    with pytest.raises(BillingUnavailable, match="401"):
        await adapter.deliver([FACT])
    assert server.book.facts == {}
    await adapter.close()


async def test_connections_are_used_again(adapter: HttpBilling, server: BillingServer) -> None:
    for position in range(1, 6):
        await adapter.deliver([sample_fact(position)])
    assert (len(server.requests), server.connections) == (5, 1)
    server.disconnect()
    await asyncio.sleep(0.01)
    await adapter.deliver([sample_fact(6)])
    assert (len(server.book.facts), server.connections) == (6, 2)


# ---- what comes back
@pytest.mark.parametrize("status", [200, 201, 202])
async def test_any_2xx_means_taken(adapter: HttpBilling, server: BillingServer, status: int) -> None:
    server.misbehave = replying(status, b'{"answers":[]}')
    assert list(await adapter.deliver([FACT])) == []


async def test_204_has_no_answers(adapter: HttpBilling, server: BillingServer) -> None:
    server.misbehave = replying(204, b"")
    assert list(await adapter.deliver([FACT])) == []


@pytest.mark.parametrize("status", [300, 304, 400, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503])
async def test_any_other_status_means_not_taken(adapter: HttpBilling, server: BillingServer, status: int) -> None:
    server.misbehave = replying(status, b'{"answers":[]}')
    with pytest.raises(BillingUnavailable, match=str(status)):
        await adapter.deliver([FACT])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(adapter: HttpBilling, server: BillingServer, status: int) -> None:
    server.misbehave = replying(status, b"", f"Location: {server.url}/elsewhere")
    with pytest.raises(BillingUnavailable, match=str(status)):
        await adapter.deliver([FACT])
    assert len(server.requests) == 1


async def test_a_part_of_a_fact_may_be_answered(adapter: HttpBilling, server: BillingServer) -> None:
    parts = [answer(item="meter-1/A+.T1"), answer(item="meter-1/A+.T2", outcome="refused", code="late", text="Поздно")]
    server.misbehave = replying(200, msgspec.json.encode({"answers": parts}))
    assert list(await adapter.deliver([FACT])) == [
        Answer(FACT.id, "accepted", item="meter-1/A+.T1"),
        Answer(FACT.id, "refused", "late", "Поздно", "meter-1/A+.T2"),
    ]


def answer(**more: Any) -> dict[str, Any]:
    """An answer as JSON has it, right unless told otherwise."""
    return {"fact_id": FACT.id, "outcome": "accepted", **more}


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"OK",
        b"null",
        b"[]",
        b"{}",
        b'{"answers":null}',
        b'{"answers":[',
        b'{"answers":[]}{"answers":[]}',
        b'{"answers":["\xff"]}',
        b'{"answers":[{"fact_id":"\xff","outcome":"accepted"}]}',
        b'{"answers":[{"fact_id":"\\ud800","outcome":"accepted"}]}',
        b"[" * 50_000,
        msgspec.json.encode({"answers": [], "more": 1}),
        msgspec.json.encode({"answers": [answer(outcome="maybe")]}),
        msgspec.json.encode({"answers": [answer(outcome=None)]}),
        msgspec.json.encode({"answers": [answer(fact_id=1)]}),
        msgspec.json.encode({"answers": [answer(code=500)]}),
        msgspec.json.encode({"answers": [answer(amount=1.5)]}),
        msgspec.json.encode({"answers": [answer(text="a\x00b")]}),
        msgspec.json.encode({"answers": [answer(delay="PT5M")]}),
        msgspec.json.encode({"answers": [{"outcome": "accepted"}]}),
        msgspec.json.encode({"answers": [answer(fact_id="of somebody else")]}),
        msgspec.json.encode({"answers": [answer(), answer(outcome="refused")]}),
    ],
)
async def test_a_malformed_reply_means_not_taken(adapter: HttpBilling, server: BillingServer, reply: bytes) -> None:
    server.misbehave = replying(200, reply)
    with pytest.raises(BillingUnavailable):
        await adapter.deliver([FACT])


async def test_a_reply_without_end_is_cut_off(adapter: HttpBilling, server: BillingServer) -> None:
    written = 0

    async def pour(writer: asyncio.StreamWriter) -> None:
        nonlocal written
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
            await writer.drain()
            written += 0x10000

    server.misbehave = pour
    with pytest.raises(BillingUnavailable, match="exceeds 100000 bytes"):
        await adapter.deliver([FACT])
    assert written < 20_000_000  # what the sockets hold; without the bound, it would pour until the time-out


async def test_a_compressed_reply_is_refused(adapter: HttpBilling, server: BillingServer) -> None:
    server.misbehave = replying(200, b"\x1f\x8b", "Content-Encoding: gzip")
    with pytest.raises(BillingUnavailable, match="compressed"):
        await adapter.deliver([FACT])


async def silent(writer: asyncio.StreamWriter) -> None:
    """Reads the request and says nothing."""
    await asyncio.sleep(60)


async def dripping(writer: asyncio.StreamWriter) -> None:
    """Sends a byte now and then, so that no single reading times out."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def breaking(writer: asyncio.StreamWriter) -> None:
    """Breaks off in the middle of the reply."""
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"answers":[]}')
    await writer.drain()
    raise ConnectionAbortedError


async def babbling(writer: asyncio.StreamWriter) -> None:
    """Does not speak HTTP."""
    writer.write(b"220 mail.example.ru ESMTP\r\n" * 10)
    await writer.drain()
    raise ConnectionAbortedError


@pytest.mark.parametrize("misbehave", [silent, dripping, breaking, babbling])
async def test_a_broken_reply_means_not_taken(
    server: BillingServer, host: AdapterHost, billing_key: None, misbehave: Misbehaviour
) -> None:
    adapter = make_http(http_settings(server.url, timeout=0.7), host)
    server.misbehave = misbehave
    async with asyncio.timeout(3):
        with pytest.raises(BillingUnavailable):
            await adapter.deliver([FACT])
    server.misbehave = None
    assert len(await adapter.deliver([FACT])) == 1
    await adapter.close()


async def test_nobody_there_means_not_taken(host: AdapterHost, billing_key: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    adapter = make_http(http_settings(f"http://127.0.0.1:{port}/facts"), host)
    with pytest.raises(BillingUnavailable):
        await adapter.deliver([FACT])
    await adapter.close()


def replying(status: int, body: bytes, *headers: str) -> Misbehaviour:
    """A server that answers this whatever it is asked."""

    async def reply(writer: asyncio.StreamWriter) -> None:
        await respond(writer, status, body, *headers)

    return reply


# ---- settings
@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"url": "ftp://billing.example.ru"}, "url: not the URL of a web service"),
        ({"url": "https:///facts"}, "url: not the URL of a web service"),
        ({"allow_http": False}, "url: not https"),
        ({"key_env": "TEST_NO_SUCH"}, "key_env: the environment variable 'TEST_NO_SUCH' is not set"),
        ({"key_env": "TEST_SHORT_KEY"}, "shorter than 32"),
        ({"ca_file": "/nowhere.pem"}, "ca_file '/nowhere.pem'"),
    ],
)
def test_wrong_settings_stop_the_start(
    host: AdapterHost, billing_key: None, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], text: str
) -> None:
    monkeypatch.setenv("TEST_SHORT_KEY", "short")
    with pytest.raises(ConfigError, match=text):
        make_http(http_settings(**({"url": "http://127.0.0.1:1/facts"} | change)), host)


@pytest.mark.parametrize("key_id", ["", "a\r\nX: y", "a\n", "ключ", "a" * 65])
def test_a_key_id_is_fit_for_a_header(key_id: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        http_settings("https://billing.example.ru", key_id=key_id)


async def test_a_book_may_look_inside(host: AdapterHost) -> None:
    class Strict(BillingBook):
        def judge(self, fact: Any) -> list[Answer]:
            return [Answer(fact.id, "refused", "unknown", item=fact.subject)]

    simulator = BillingSimulator(Strict())
    assert await simulator.deliver([FACT]) == [Answer(FACT.id, "refused", "unknown", item="contract-1")]
