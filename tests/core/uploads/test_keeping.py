"""Files that nobody uploads: kept with a transaction, or gone."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from core.sdk import NOT_FOUND, Context, Problem
from core.testing.cabinet import Cabinet
from core.uploads.public import Received, drop_file, keep_file, read_file, receive_file
from tests.core.uploads.conftest import PDF, context
from tests.outages import files_silent, lying

FOLDER = "company/acts"


async def body(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def kept(ctx: Context, content: bytes, old: str | None = None, still_read: timedelta = timedelta(0)) -> Received:
    async with receive_file(ctx, FOLDER, body(content)) as file, ctx.uow() as uow:
        await keep_file(uow, file, instead_of=old, still_read=still_read)
    return file


async def refusal(ctx: Context, *pieces: bytes, most: int = 0) -> str:
    with pytest.raises(Problem) as refused:
        async with receive_file(ctx, FOLDER, body(*pieces), most=most):
            raise AssertionError("it was taken")
    return refused.value.kind.code


async def read(ctx: Context, key: str) -> bytes:
    return b"".join([piece async for piece in read_file(ctx, key)])


async def much_later(cabinet: Cabinet) -> None:
    cabinet.clock.move(timedelta(days=2, hours=2))
    await cabinet.drain()


async def test_a_kept_file_lasts_and_is_told_by_its_bytes(cabinet: Cabinet) -> None:
    ctx = context(cabinet)
    async with receive_file(ctx, FOLDER, body(PDF[:3], PDF[3:])) as file, ctx.uow() as uow:
        await keep_file(uow, file)
    assert (file.size, file.sha256, file.media_type) == (len(PDF), hashlib.sha256(PDF).hexdigest(), "application/pdf")
    await much_later(cabinet)
    assert await read(ctx, file.key) == PDF
    assert lying(cabinet, FOLDER) == {file.key}


async def test_the_one_that_is_replaced_goes_when_nobody_reads_it_any_more(cabinet: Cabinet) -> None:
    ctx = context(cabinet)
    first = await kept(ctx, b"first")
    second = await kept(ctx, b"second", first.key, timedelta(days=1))
    await cabinet.drain()
    assert lying(cabinet, FOLDER) == {first.key, second.key}
    cabinet.clock.move(timedelta(days=1, minutes=1))
    await cabinet.drain()
    assert lying(cabinet, FOLDER) == {second.key}
    async with ctx.uow() as uow:
        drop_file(uow, second.key)
        drop_file(uow, second.key)
    assert not (await cabinet.drain()).failed
    with pytest.raises(Problem) as missing:
        await read(ctx, second.key)
    assert missing.value.kind.status == 404


async def test_neither_empty_nor_too_large(cabinet: Cabinet) -> None:
    ctx = context(cabinet)
    assert await refusal(ctx) == await refusal(ctx, b"") == "uploads.empty"
    assert await refusal(ctx, b"12", b"345", most=4) == "uploads.too_large"
    assert lying(cabinet, FOLDER) == set()
    async with receive_file(ctx, FOLDER, body(b"12", b"34"), most=4) as file:
        assert file.size == 4


@pytest.mark.parametrize("failure", [RuntimeError("broken"), Problem(NOT_FOUND), asyncio.CancelledError()])
async def test_a_transaction_that_fails_leaves_nothing(cabinet: Cabinet, failure: BaseException) -> None:
    ctx = context(cabinet)
    old = await kept(ctx, b"old")

    async def fail() -> None:
        async with receive_file(ctx, FOLDER, body(b"new")) as file, ctx.uow() as uow:
            await keep_file(uow, file, instead_of=old.key)
            raise failure

    with pytest.raises(type(failure)):
        await fail()
    if not isinstance(failure, asyncio.CancelledError):  # as good as killed: nobody is there to clean up
        assert lying(cabinet, FOLDER) == {old.key}
    await much_later(cabinet)
    assert lying(cabinet, FOLDER) == {old.key}
    assert await read(ctx, old.key) == b"old"


async def test_what_is_not_kept_goes_at_once_and_what_is_kept_stays_whatever_follows(cabinet: Cabinet) -> None:
    ctx = context(cabinet)
    async with receive_file(ctx, FOLDER, body(b"once more")) as file:
        assert lying(cabinet, FOLDER) == {file.key}
    assert lying(cabinet, FOLDER) == set()

    async def lose_the_answer() -> None:
        async with receive_file(ctx, FOLDER, body(b"new")) as file:
            async with ctx.uow() as uow:
                await keep_file(uow, file)
            raise RuntimeError("the answer to the commit was lost")

    with pytest.raises(RuntimeError):
        await lose_the_answer()
    await much_later(cabinet)
    assert len(lying(cabinet, FOLDER)) == 1


async def test_a_store_that_does_not_answer_is_a_503(cabinet: Cabinet) -> None:
    ctx = context(cabinet)
    file = await kept(ctx, b"there")
    with files_silent(cabinet):
        assert await refusal(ctx, b"new") == "unavailable"
        with pytest.raises(Problem) as raised:
            await read(ctx, file.key)
        assert (raised.value.kind.status, raised.value.retry_after) == (503, 5)
    async with receive_file(ctx, FOLDER, body(b"new")) as unkept:
        silence = files_silent(cabinet)
        silence.__enter__()  # nor can it be cleaned up
    silence.__exit__(None, None, None)
    assert lying(cabinet, FOLDER) == {file.key, unkept.key}
    await much_later(cabinet)
    assert lying(cabinet, FOLDER) == {file.key}
