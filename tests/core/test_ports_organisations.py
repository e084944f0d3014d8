"""Directories of organisations: the file and DaData pass one suite; DaData's replies are judged strictly."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.adapters.organisations_dadata import DadataDirectory, DadataSettings, make_dadata
from core.adapters.organisations_registry import RegistryDirectory, RegistrySettings, make_registry
from core.config import ConfigError
from core.ports.organisations import DirectoryUnavailable, Party
from core.sdk import AdapterHost
from core.testing.clock import MovableClock
from core.testing.sockets import read_request, respond
from core.testing.suites.organisations import HEAD, INN, DirectorySuite


@pytest.fixture
def adapter_host(tmp_path: Path, clock: MovableClock) -> AdapterHost:
    return AdapterHost(clock, tmp_path, "https://lk.example.ru", "Тестэнерго")


class FileHarness:
    """A file in a folder."""

    def __init__(self, adapter: RegistryDirectory, path: Path) -> None:
        self.adapter, self._path = adapter, path
        self._lines = b""

    def know(self, parties: Sequence[Party]) -> None:
        self._lines = b"\n".join(msgspec.json.encode(party) for party in parties)
        self._path.write_bytes(self._lines)

    async def break_off(self) -> None:
        self._path.write_bytes(b'{"inn": broken')

    async def mend(self) -> None:
        self._path.write_bytes(self._lines)


class Dadata:
    """A service that answers as DaData does, on 127.0.0.1."""

    def __init__(self) -> None:
        self.known: list[Party] = []
        self.reply: tuple[int, bytes] | None = None
        self.silent = False
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while True:
                    request = await read_request(reader)
                    if self.silent:
                        await asyncio.sleep(60)
                    if request.headers.get("authorization") != "Token t-1":
                        await respond(writer, 401, b"{}")
                    elif self.reply:
                        await respond(writer, *self.reply)
                    else:
                        await respond(writer, 200, self._found(json.loads(request.body)))
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    def _found(self, asked: dict[str, Any]) -> bytes:
        found = [
            {
                "value": party.short_name,
                "data": {
                    "inn": party.inn,
                    "kpp": party.kpp or None,
                    "ogrn": party.ogrn or None,
                    "okpo": party.okpo or None,
                    "branch_type": "BRANCH" if "илиал" in party.name else "MAIN",
                    "name": {"full_with_opf": party.name, "short_with_opf": party.short_name, "latin": None},
                    "address": {"unrestricted_value": party.address} if party.address else None,
                    "management": {"post": party.manager_post, "name": party.manager_name, "disqualified": None},
                    "state": {"status": "ACTIVE"},
                },
            }
            for party in reversed(self.known)
            if party.inn == asked["query"]
        ]
        return json.dumps({"suggestions": found[: asked["count"]]}).encode()


class DadataHarness:
    """The adapter and the service."""

    def __init__(self, adapter: DadataDirectory, service: Dadata) -> None:
        self.adapter, self.service = adapter, service

    def know(self, parties: Sequence[Party]) -> None:
        self.service.known = list(parties)

    async def break_off(self) -> None:
        await self.service.stop()

    async def mend(self) -> None:
        await self.service.start()


class TestFile(DirectorySuite):
    @pytest.fixture
    def directory(self, adapter_host: AdapterHost, tmp_path: Path) -> FileHarness:
        return FileHarness(make_registry(RegistrySettings(), adapter_host), tmp_path / "organisations.ndjson")

    async def test_a_file_that_is_not_there_knows_nobody(self, adapter_host: AdapterHost) -> None:
        assert await make_registry(RegistrySettings(), adapter_host).find(INN) == []


class TestDadata(DirectorySuite):
    @pytest.fixture
    async def directory(
        self, adapter_host: AdapterHost, monkeypatch: pytest.MonkeyPatch
    ) -> AsyncIterator[DadataHarness]:
        service = Dadata()
        await service.start()
        monkeypatch.setenv("DADATA_TOKEN", "t-1")
        settings = DadataSettings(
            f"http://127.0.0.1:{service.port}/find", allow_http=True, timeout=0.5, max_reply=100_000
        )
        adapter = make_dadata(settings, adapter_host)
        yield DadataHarness(adapter, service)
        await adapter.close()
        await service.stop()

    @pytest.mark.parametrize(
        "reply",
        [
            (200, b"not json"),
            (200, b'{"suggestions": null}'),
            (200, b'{"suggestions": [{"data": {}}]}'),
            (200, b"[" * 90_000),
            (200, b" " * 200_000),
            (403, b"{}"),
            (429, b"{}"),
            (500, b""),
            (301, b""),
        ],
    )
    async def test_what_is_no_answer_is_trouble(self, directory: DadataHarness, reply: tuple[int, bytes]) -> None:
        directory.service.reply = reply
        with pytest.raises(DirectoryUnavailable):
            await directory.adapter.find(INN)

    async def test_silence_is_trouble(self, directory: DadataHarness) -> None:
        directory.service.silent = True
        async with asyncio.timeout(5):
            with pytest.raises(DirectoryUnavailable):
                await directory.adapter.find(INN)

    async def test_a_party_of_another_number_is_left_out(self, directory: DadataHarness) -> None:
        other = {"data": {"inn": "7830002293", "name": {"full_with_opf": "Другие"}}}
        directory.service.reply = (200, json.dumps({"suggestions": [other]}).encode())
        assert await directory.adapter.find(INN) == []

    async def test_what_is_not_known_is_empty(self, directory: DadataHarness) -> None:
        directory.service.reply = (200, json.dumps({"suggestions": [{"value": "Мы", "data": {"inn": INN}}]}).encode())
        assert await directory.adapter.find(INN) == [Party(INN, "", "Мы", "Мы")]
        assert HEAD.name


def test_a_host_without_token_or_tls_does_not_start(adapter_host: AdapterHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DADATA_TOKEN", raising=False)
    with pytest.raises(ConfigError, match="DADATA_TOKEN"):
        make_dadata(DadataSettings(), adapter_host)
    monkeypatch.setenv("DADATA_TOKEN", "ключ")
    with pytest.raises(ConfigError, match="header"):
        make_dadata(DadataSettings(), adapter_host)
    with pytest.raises(ConfigError, match="url"):
        make_dadata(DadataSettings(url="http://dadata.example"), adapter_host)
