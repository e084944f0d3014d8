"""Whatever breaks, an upload goes on where it stopped."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from core.host import Host
from core.ports.files import Files
from core.sdk import Actor, Context, Problem
from core.testing.cabinet import Cabinet, Caller, running
from core.testing.suites.files import MEBI, pattern
from core.uploads import domain
from core.uploads.services import receiving, writing
from tests.core.uploads.conftest import PART, TUS, account_of, announce, send, stored, upload


class Cut(Exception):
    """The connection is gone."""


async def until_cut(content: bytes, size: int = 64 * 1024) -> AsyncIterator[bytes]:
    """A body of which no more than this comes."""
    for start in range(0, len(content), size):
        yield content[start : start + size]
    raise Cut


async def as_caller(cabinet: Cabinet, caller: Caller) -> Context:
    """The context of a service called by this client."""
    return Context(cabinet.runtime, Actor("client", await account_of(caller)))


async def offset_of(caller: Caller, address: str) -> int:
    return int((await caller.head(address, headers=TUS)).headers["upload-offset"])


async def test_what_came_before_the_connection_broke_is_kept(cabinet: Cabinet, client: Caller) -> None:
    content = pattern(8 * MEBI)
    address = await announce(client, len(content))
    ctx = await as_caller(cabinet, client)
    upload_id = address.rpartition("/")[2]
    with pytest.raises(Cut):
        await receiving.append(ctx, upload_id, 0, until_cut(content[: 6 * MEBI + 77]), None)
    assert await offset_of(client, address) == 6 * MEBI + 77
    assert (await send(client, address, 6 * MEBI + 77, content[6 * MEBI + 77 :])).status_code == 204
    assert (await client.get(f"{address}/content")).content == content


async def test_a_killed_process_costs_one_part_and_leaves_nothing_behind(cabinet: Cabinet, client: Caller) -> None:
    content = pattern(7 * MEBI)
    address = await announce(client, len(content))
    ctx, waits = await as_caller(cabinet, client), asyncio.Event()

    async def hanging() -> AsyncIterator[bytes]:
        yield content[: 6 * MEBI]
        waits.set()
        await asyncio.Event().wait()

    killed = asyncio.create_task(receiving.append(ctx, address.rpartition("/")[2], 0, hanging(), None))
    await waits.wait()
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)
    assert await offset_of(client, address) == 5 * MEBI
    assert (await send(client, address, 5 * MEBI, content[5 * MEBI :])).status_code == 204
    assert (await client.get(f"{address}/content")).content == content
    cabinet.clock.move(timedelta(days=2, minutes=1))
    await cabinet.drain()
    assert len(stored(cabinet)) == 1, "neither parts nor halves lie beside the file"


async def test_what_was_written_but_never_taken_is_swept(cabinet: Cabinet, client: Caller) -> None:
    ctx = await as_caller(cabinet, client)
    await writing.write(ctx, "uploads/left-behind", until_end(b"of a killed process"))
    kept = (await upload(client, b"kept")).json()["id"]
    cabinet.clock.move(timedelta(days=1))
    await cabinet.drain()
    assert len(stored(cabinet)) == 2
    cabinet.clock.move(timedelta(days=1, minutes=1))
    await cabinet.drain()
    assert stored(cabinet) == {f"uploads/{kept}"}
    async with ctx.uow() as uow:
        with pytest.raises(Problem):  # a writer that comes so late must not take what is deleted
            await writing.take(uow, "uploads/left-behind")


async def until_end(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def test_another_replica_goes_on(cabinet: Cabinet, client: Caller) -> None:
    content = pattern(6 * MEBI)
    address = await announce(client, len(content))
    assert (await send(client, address, 0, content[: 2 * MEBI])).status_code == 204
    async with running(Host(cabinet.host.config, clock=cabinet.clock, available={}), cabinet.clock) as other:
        elsewhere = other.anonymous().sign(client.headers["authorization"].removeprefix("Bearer "))
        assert await offset_of(elsewhere, address) == 2 * MEBI
        assert (await send(elsewhere, address, 2 * MEBI, content[2 * MEBI :])).status_code == 204
    assert (await client.get(f"{address}/content")).content == content


async def test_a_wrong_offset_changes_nothing(cabinet: Cabinet, client: Caller) -> None:
    address = await announce(client, 10)
    assert (await send(client, address, 0, b"1234")).status_code == 204
    for offset in (0, 3, 5, 10, 11):
        answer = await send(client, address, offset, b"567890")
        assert (answer.status_code, answer.json()["code"]) == (409, "uploads.wrong_offset"), offset
        assert answer.json()["params"] == {"offset": 4}
    assert (await send(client, address, 4, b"567890")).status_code == 204
    assert (await client.get(f"{address}/content")).content == b"1234567890"
    again = await send(client, address, 10, b"x")
    assert (again.status_code, again.json()["code"]) == (409, "uploads.wrong_offset"), "it is complete"


async def test_more_than_announced_is_refused(cabinet: Cabinet, client: Caller) -> None:
    address = await announce(client, 4)
    told = await send(client, address, 0, b"12345")
    assert (told.status_code, told.json()["code"]) == (413, "uploads.beyond_length")

    async def untold() -> AsyncIterator[bytes]:
        yield b"12"
        yield b"345"

    assert (await send(client, address, 0, untold())).json()["code"] == "uploads.beyond_length"


async def test_of_two_writers_at_once_one_wins(cabinet: Cabinet, client: Caller) -> None:
    length = 6 * MEBI
    contents = [pattern(length, seed) for seed in (1, 2)]
    address = await announce(client, length)
    answers = await asyncio.gather(*[send(client, address, 0, content) for content in contents])
    codes = sorted(answer.status_code for answer in answers)
    assert codes in ([204, 409], [409, 409])
    if 204 in codes:
        winner = contents[[answer.status_code for answer in answers].index(204)]
        assert (await client.get(f"{address}/content")).content == winner
        assert (await client.get(address)).json()["sha256"] == hashlib.sha256(winner).hexdigest()
    await cabinet.drain()
    row = (await client.get(address)).json()
    assert len(stored(cabinet)) == (1 if row["state"] == "stored" else row["received"] // (5 * MEBI))


async def test_a_store_that_fails_costs_nothing_that_was_stored(cabinet: Cabinet, client: Caller) -> None:
    content = pattern(7 * MEBI)
    address = await announce(client, len(content))
    assert (await send(client, address, 0, content[: 2 * MEBI])).status_code == 204
    ports = cabinet.runtime.ports
    whole = ports[Files]
    folder = cabinet.runtime.data_dir / "files"
    aside = folder.rename(folder.with_name("aside"))
    folder.write_text("")
    assert (await send(client, address, 2 * MEBI, content[2 * MEBI :])).status_code == 503
    folder.unlink()
    aside.rename(folder)
    assert ports[Files] is whole
    assert await offset_of(client, address) == 2 * MEBI
    assert (await send(client, address, 2 * MEBI, content[2 * MEBI :])).status_code == 204
    assert (await client.get(f"{address}/content")).content == content


async def test_a_large_file_is_joined_by_a_job(
    cabinet: Cabinet, client: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "AT_ONCE", 1 * MEBI)
    content = pattern(6 * MEBI)
    address = await announce(client, len(content))
    assert (await send(client, address, 0, content)).status_code == 204
    assert (await client.get(address)).json()["state"] == "joining"
    early = await client.get(f"{address}/content")
    assert (early.status_code, early.json()["code"]) == (409, "uploads.unfinished")
    await cabinet.drain()
    assert (await client.get(address)).json()["sha256"] == hashlib.sha256(content).hexdigest()
    assert (await client.get(f"{address}/content")).content == content


async def test_protocol(cabinet: Cabinet, client: Caller) -> None:
    told = await client.request("OPTIONS", "/api/v1/uploads")
    assert told.status_code == 204
    assert (await cabinet.anonymous().request("OPTIONS", "/api/v1/uploads")).status_code == 401
    assert told.headers["tus-version"] == "1.0.0"
    assert told.headers["tus-extension"] == "creation,expiration,termination"
    address = await announce(client, 10)
    refused = await client.patch(
        address, headers={**PART, "Tus-Resumable": "0.2.2", "Upload-Offset": "0"}, content=b"x"
    )
    assert (refused.status_code, refused.headers["tus-version"]) == (412, "1.0.0")
    assert (await client.patch(address, headers={**TUS, "Upload-Offset": "0"}, content=b"x")).status_code == 415
    assert (await client.patch(address, headers=PART, content=b"x")).status_code == 422
    assert (await client.patch(address, headers={**PART, "Upload-Offset": "-1"}, content=b"x")).status_code == 422
    shown = await client.get(address)
    assert shown.headers["upload-length"] == "10"
    assert shown.headers["upload-expires"] == "Wed, 28 Jan 2026 09:00:00 GMT"
    cabinet.clock.move(timedelta(hours=1))
    sent = await send(client, address, 0, b"12345")
    assert sent.headers["upload-expires"] == "Wed, 28 Jan 2026 10:00:00 GMT", "as long as it is sent it does not expire"
    ended = await client.delete(address, headers=TUS)
    assert (ended.status_code, ended.headers["tus-resumable"]) == (204, "1.0.0")
    for answer in (
        await client.head(address, headers=TUS),
        await client.delete(address, headers=TUS),
        await send(client, address, 5, b"67890"),
    ):
        assert answer.status_code == 404
    await cabinet.drain()
    assert stored(cabinet) == set()


@pytest.mark.parametrize(
    "header", ["filename !!!", "filename YQ==,filename YQ==", "имя YQ==", "filename gA==", "a b c"]
)
async def test_malformed_metadata_is_refused(cabinet: Cabinet, client: Caller, header: str) -> None:
    headers = {**TUS, "Upload-Length": "1", "Upload-Metadata": header.encode().decode("latin-1")}
    answer = await client.post(
        "/api/v1/uploads", headers=[(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "uploads.metadata")


async def test_small_parts_have_an_end(cabinet: Cabinet, client: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domain, "MOST_PARTS", 3)
    address = await announce(client, 100)
    for offset in range(3):
        assert (await send(client, address, offset, b"x")).status_code == 204
    answer = await send(client, address, 3, b"x")
    assert (answer.status_code, answer.json()["code"]) == (409, "uploads.too_many_parts")
