"""The load generator counts what was answered, and nothing else."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.load.load import measure, request

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


@asynccontextmanager
async def answering(answer: bytes, seen: list[bytes]) -> AsyncIterator[int]:
    """A server that says the same to every request, in two pieces; its port."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not reader.at_eof():
            head = await reader.readuntil(b"\r\n\r\n") if (first := await reader.read(1)) else b""
            if head:
                seen.append(first + head)
                writer.write(answer[:20])
                await asyncio.sleep(0.001)
                writer.write(answer[20:])
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_it_counts_every_complete_answer() -> None:
    seen: list[bytes] = []
    asked = request("GET", "/x", token="abs_1")
    async with answering(GOOD, seen) as port:
        measured = await measure(port, [itertools.repeat(asked, 7), itertools.repeat(asked, 3)], 10)
    assert (measured.requests, len(seen)) == (10, 10)
    assert set(seen) == {asked}
    assert 1 <= measured.p50 <= measured.p99


@pytest.mark.parametrize(
    "answer",
    [GOOD.replace(b"200 OK", b"503 Away"), GOOD.replace(b"Content-Length: 5", b"Transfer-Encoding: chunked")],
)
async def test_another_answer_stops_the_measurement(answer: bytes) -> None:
    async with answering(answer, []) as port:
        with pytest.raises(RuntimeError, match=r"HTTP/1\.1"):
            await measure(port, [itertools.repeat(request("GET", "/x"))], 10)
