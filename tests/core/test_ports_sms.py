"""The SMS port: the folder, and gateways of several dialects over a real HTTP connection."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.adapters.sms_folder import FolderSms, SmsFolderSettings, make_sms_folder
from core.adapters.sms_http import HttpSms, HttpSmsSettings, make_sms_http, place
from core.config import ConfigError
from core.ports.sms import SmsRefused, SmsUnavailable, TextMessage
from core.sdk import AdapterHost
from core.testing.clock import MovableClock
from core.testing.sockets import respond
from core.testing.suites.sms import SmsGatewayHarness, SmsGatewaySuite, SmsHarness, SmsSuite, text
from tests.core.sms_gateway import SmsGateway

TOKEN = "gateway-token"
FLAT: dict[str, Any] = {}
NESTED: dict[str, Any] = {
    "to_field": "messages.0.to.msisdn",
    "text_field": "messages.0.content.text",
    "sender_field": "messages.0.from",
    "sender": "ONEGA",
    "id_field": "messages.0.external_id",
    "extra": {"messages": [{"channel": "sms"}], "priority": 5},
    "plus": False,
}


@pytest.fixture
def host(clock: MovableClock, tmp_path: Path) -> AdapterHost:
    return AdapterHost(clock, tmp_path / "var", "https://lk.example.ru", "Тестэнерго")


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_SMS_TOKEN", TOKEN)
    monkeypatch.setenv("TEST_SMS_LOGIN", "lk:pass:word")


class FolderHarness:
    """The folder; broken off, a file stands in its place."""

    def __init__(self, adapter: FolderSms) -> None:
        self.adapter = adapter

    async def inbox(self) -> Sequence[TextMessage]:
        written = [] if self.adapter.folder.is_file() else await self.adapter.read_all()
        return [TextMessage(one.id, one.to, one.text) for one in reversed(written)]

    async def break_off(self) -> None:
        self.adapter.folder.parent.mkdir(parents=True, exist_ok=True)
        self.adapter.folder.write_text("")

    async def mend(self) -> None:
        self.adapter.folder.unlink()


class GatewayHarness:
    """A gateway in the same loop; `read` turns a body of its dialect back into (number, text)."""

    def __init__(self, adapter: HttpSms, gateway: SmsGateway, dialect: dict[str, Any]) -> None:
        self.adapter, self.gateway, self._dialect = adapter, gateway, dialect

    async def inbox(self) -> Sequence[TextMessage]:
        return [TextMessage(key, *self._read(body)) for key, body in self.gateway.bodies.items()]

    def _read(self, body: Any) -> tuple[str, str]:
        if not self._dialect:
            assert set(body) == {"to", "text"}
            return body["to"], body["text"]
        (message,) = body["messages"]
        assert (body["priority"], message["channel"], message["from"]) == (5, "sms", "ONEGA")
        assert message["external_id"] in self.gateway.bodies
        return "+" + message["to"]["msisdn"], message["content"]["text"]

    async def break_off(self) -> None:
        await self.gateway.stop()

    async def mend(self) -> None:
        if self.gateway.trouble:
            self.gateway.trouble, self.gateway.takes_first = None, False
        else:
            await self.gateway.start()

    def answer(self, status: int) -> None:
        self.gateway.trouble = lambda writer: respond(writer, status, b"{}", "Location: http://127.0.0.1:9/")

    def drop(self) -> None:
        async def close(writer: asyncio.StreamWriter) -> None:
            raise ConnectionAbortedError

        self.gateway.trouble, self.gateway.takes_first = close, True

    def stall(self) -> None:
        async def wait(writer: asyncio.StreamWriter) -> None:
            await asyncio.Event().wait()

        self.gateway.trouble = wait

    def flood(self) -> None:
        async def pour(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
            while True:
                writer.write(b"x" * 10_000)
                await writer.drain()

        self.gateway.trouble = pour


def settings(gateway: SmsGateway, **more: Any) -> HttpSmsSettings:
    given = {"url": gateway.url, "allow_http": True, "timeout": 0.5, "credentials_env": "TEST_SMS_TOKEN", **more}
    return msgspec.convert(given, HttpSmsSettings)


class TestFolder(SmsSuite):
    @pytest.fixture
    def sms(self, host: AdapterHost) -> SmsHarness:
        return FolderHarness(make_sms_folder(SmsFolderSettings(), host))


class TestHttp(SmsGatewaySuite):
    @pytest.fixture(params=[FLAT, NESTED], ids=["flat", "nested"])
    async def sms(self, host: AdapterHost, request: pytest.FixtureRequest) -> AsyncIterator[SmsGatewayHarness]:
        async with SmsGateway(f"Bearer {TOKEN}").running() as gateway:
            adapter = make_sms_http(settings(gateway, **request.param), host)
            yield GatewayHarness(adapter, gateway, request.param)
            await adapter.close()


async def test_a_gateway_may_ask_for_a_login(host: AdapterHost) -> None:
    async with SmsGateway(f"Basic {b64encode(b'lk:pass:word').decode()}").running() as gateway:
        adapter = make_sms_http(settings(gateway, auth="basic", credentials_env="TEST_SMS_LOGIN"), host)
        await adapter.send(text())
        assert len(gateway.bodies) == 1
        await adapter.close()


async def test_a_gateway_in_the_own_network_may_ask_for_nothing(host: AdapterHost) -> None:
    async with SmsGateway(None).running() as gateway:
        adapter = make_sms_http(settings(gateway, auth="none", credentials_env=""), host)
        await adapter.send(text())
        assert "authorization" not in gateway.requests[0].headers
        await adapter.close()


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (b'{"result":{"status":"ok"}}', None),
        (b'{"result":{"status":100}}', None),
        (b'{"result":{"status":"bad_number"}}', SmsRefused),
        (b'{"result":{"status":"no_money"}}', SmsUnavailable),
        (b'{"result":{}}', SmsUnavailable),
        (b'{"result":[]}', SmsUnavailable),
        (b'{"result":{"status":null}}', SmsUnavailable),
        (b'["result"]', SmsUnavailable),
        (b"OK", SmsUnavailable),
        (b"\xff", SmsUnavailable),
        (b"", SmsUnavailable),
    ],
)
async def test_a_gateway_may_tell_the_outcome_in_its_reply(
    host: AdapterHost, reply: bytes, outcome: type[Exception] | None
) -> None:
    telling = {"status_field": "result.status", "accepted": ["ok", "100"], "refused": ["bad_number"]}
    async with SmsGateway(f"Bearer {TOKEN}").running() as gateway:
        gateway.reply = (200, reply)
        adapter = make_sms_http(settings(gateway, **telling), host)
        if outcome is None:
            await adapter.send(text())
        else:
            with pytest.raises(outcome):
                await adapter.send(text())
        await adapter.close()


async def test_an_error_tells_neither_the_number_nor_the_code(host: AdapterHost) -> None:
    async with SmsGateway("nobody").running() as gateway:
        adapter = make_sms_http(settings(gateway), host)
        with pytest.raises(SmsUnavailable) as failure:
            await adapter.send(text())
        assert "9218662294" not in str(failure.value)
        assert "04417" not in str(failure.value)
        await adapter.close()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"url": "http://sms.example.ru/send", "allow_http": False}, "not https"),
        ({"url": "sms.example.ru"}, "not the URL"),
        ({"credentials_env": ""}, "credentials_env"),
        ({"credentials_env": "TEST_SMS_NOWHERE"}, "TEST_SMS_NOWHERE"),
        ({"auth": "basic"}, "user:password"),
        ({"status_field": "status"}, "accepted"),
        ({"ca_file": "/nowhere.pem"}, "ca_file"),
    ],
)
def test_settings_that_cannot_work_stop_the_start(host: AdapterHost, change: dict[str, Any], told: str) -> None:
    given = {"url": "https://sms.example.ru/send", "credentials_env": "TEST_SMS_TOKEN", **change}
    with pytest.raises(ConfigError, match=told):
        make_sms_http(msgspec.convert(given, HttpSmsSettings), host)


@pytest.mark.parametrize(
    ("body", "path", "expected"),
    [
        ({}, "to", {"to": "v"}),
        ({"a": 1}, "b.c", {"a": 1, "b": {"c": "v"}}),
        ({}, "m.0.to", {"m": [{"to": "v"}]}),
        ({"m": [{"a": 1}]}, "m.0.to", {"m": [{"a": 1, "to": "v"}]}),
        ({}, "numbers.0", {"numbers": ["v"]}),
        ({"numbers": ["u"]}, "numbers.2", {"numbers": ["u", None, "v"]}),
    ],
)
def test_a_value_is_put_where_the_path_says(body: Any, path: str, expected: Any) -> None:
    assert place(body, path, "v") == expected


def test_identifiers_stay_in_the_folder(host: AdapterHost, tmp_path: Path) -> None:
    folder = make_sms_folder(SmsFolderSettings(), host)
    asyncio.run(folder.send(TextMessage("../../odd", "+79218662294", "Текст")))
    assert [path.parent for path in tmp_path.rglob("*.json")] == [folder.folder]
