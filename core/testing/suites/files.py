"""What every object store must do."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Protocol

import pytest

from core.ports.files import FileExists, FileKeyRefused, FileMissing, Files, FilesUnavailable, Stored

MEBI = 1024 * 1024
LARGE = 12 * MEBI + 345
"""Bytes: enough that a store must write in parts."""


class FilesHarness(Protocol):
    """An object store and what lies in it."""

    @property
    def adapter(self) -> Files: ...

    async def stored(self) -> set[str]:
        """Everything that somebody could read there, unfinished uploads and other leftovers included."""
        ...

    async def break_off(self) -> None:
        """From now on the store fails."""
        ...

    async def mend(self) -> None:
        """The store works again, with what was in it."""
        ...


def pattern(size: int, seed: int = 0) -> bytes:
    """`size` bytes in which every place can be told from its neighbours."""
    block = hashlib.shake_256(seed.to_bytes(4, "big")).digest(64 * 1024 - 1)
    return (block * (size // len(block) + 1))[:size]


async def stream(data: bytes, chunk: int = 64 * 1024) -> AsyncIterator[bytes]:
    """`data` in chunks, an empty one first."""
    yield b""
    for start in range(0, len(data), chunk):
        yield data[start : start + chunk]


async def failing(data: bytes, error: Exception) -> AsyncIterator[bytes]:
    """`data` and then a failure, as when an upload breaks off."""
    async for chunk in stream(data):
        yield chunk
    raise error


async def read(files: Files, key: str, start: int = 0, end: int | None = None) -> bytes:
    """The content, or a range of it."""
    return b"".join([chunk async for chunk in files.get(key, start=start, end=end)])


class FilesSuite:
    """Fixture: `files`, a FilesHarness over an empty store."""

    @pytest.mark.parametrize("size", [0, 1, 5 * MEBI, 5 * MEBI + 1, LARGE])
    async def test_a_file_comes_back(self, files: FilesHarness, size: int) -> None:
        data = pattern(size)
        stored = await files.adapter.put("readings/2026/photo.jpg", stream(data))
        assert stored == Stored("readings/2026/photo.jpg", size, hashlib.sha256(data).hexdigest())
        assert await read(files.adapter, "readings/2026/photo.jpg") == data
        assert await files.stored() == {"readings/2026/photo.jpg"}

    async def test_the_size_of_the_chunks_does_not_matter(self, files: FilesHarness) -> None:
        data = pattern(LARGE)
        one = await files.adapter.put("one", stream(data, chunk=LARGE))
        many = await files.adapter.put("many", stream(data, chunk=4093))
        assert one.sha256 == many.sha256
        assert await read(files.adapter, "many") == data

    @pytest.mark.parametrize(
        ("start", "end"),
        [
            (0, None),
            (0, 0),
            (0, 1),
            (7, 7),
            (7, 1000),
            (1999, 2000),
            (1999, 5000),
            (2000, None),
            (5000, 6000),
            (5, None),
        ],
    )
    async def test_a_range_is_a_slice(self, files: FilesHarness, start: int, end: int | None) -> None:
        data = pattern(2000)
        await files.adapter.put("a", stream(data))
        assert await read(files.adapter, "a", start, end) == data[start:end]

    async def test_a_range_across_parts(self, files: FilesHarness) -> None:
        data = pattern(LARGE)
        await files.adapter.put("a", stream(data))
        assert await read(files.adapter, "a", 3 * MEBI, 11 * MEBI) == data[3 * MEBI : 11 * MEBI]

    @pytest.mark.parametrize(("start", "end"), [(-1, None), (5, 4), (0, -1)])
    async def test_a_range_that_runs_backwards_is_a_mistake(
        self, files: FilesHarness, start: int, end: int | None
    ) -> None:
        await files.adapter.put("a", stream(b"0123456789"))
        with pytest.raises(ValueError, match="bytes"):
            await read(files.adapter, "a", start, end)

    @pytest.mark.parametrize("first", [10, LARGE])
    @pytest.mark.parametrize("second", [10, LARGE])
    async def test_a_key_is_written_once(self, files: FilesHarness, first: int, second: int) -> None:
        await files.adapter.put("a/b", stream(pattern(first, seed=1)))
        with pytest.raises(FileExists):
            await files.adapter.put("a/b", stream(pattern(second, seed=2)))
        assert await read(files.adapter, "a/b") == pattern(first, seed=1)
        assert await files.stored() == {"a/b"}

    @pytest.mark.parametrize("size", [10, LARGE])
    async def test_of_rivals_for_a_key_one_wins(self, files: FilesHarness, size: int) -> None:
        puts = [files.adapter.put("a", stream(pattern(size, seed))) for seed in range(4)]
        results = await asyncio.gather(*puts, return_exceptions=True)
        winners = [result for result in results if isinstance(result, Stored)]
        assert len(winners) == 1
        assert sum(isinstance(result, FileExists) for result in results) == 3
        assert hashlib.sha256(await read(files.adapter, "a")).hexdigest() == winners[0].sha256
        assert await files.stored() == {"a"}

    @pytest.mark.parametrize("size", [0, 100, LARGE])
    @pytest.mark.parametrize("error", [RuntimeError("upload"), OSError("upload"), FileNotFoundError("upload")])
    async def test_a_failed_stream_leaves_nothing(self, files: FilesHarness, size: int, error: Exception) -> None:
        with pytest.raises(type(error), match="upload"):
            await files.adapter.put("a", failing(pattern(size), error))
        assert await files.stored() == set()
        with pytest.raises(FileMissing):
            await read(files.adapter, "a")
        await files.adapter.put("a", stream(b"second attempt"))
        assert await read(files.adapter, "a") == b"second attempt"

    @pytest.mark.parametrize("size", [100, LARGE])
    async def test_a_cancelled_stream_leaves_nothing(self, files: FilesHarness, size: int) -> None:
        reached = asyncio.Event()

        async def stuck() -> AsyncIterator[bytes]:
            yield pattern(size)
            reached.set()
            await asyncio.sleep(60)

        put = asyncio.create_task(files.adapter.put("a", stuck()))
        await reached.wait()
        put.cancel()
        with pytest.raises(asyncio.CancelledError):
            await put
        with pytest.raises(FileMissing):
            await read(files.adapter, "a")
        await files.adapter.put("a", stream(b"second attempt"))
        assert await read(files.adapter, "a") == b"second attempt"

    async def test_what_is_missing_is_missing(self, files: FilesHarness) -> None:
        await files.adapter.put("a/b", stream(b"1"))
        for key in ("b", "a", "a/b.txt"):
            with pytest.raises(FileMissing):
                await read(files.adapter, key)
            with pytest.raises(FileMissing):
                await read(files.adapter, key, 0, 0)

    async def test_a_deleted_file_is_gone_and_may_be_deleted_again(self, files: FilesHarness) -> None:
        await files.adapter.put("a/b", stream(b"1"))
        await files.adapter.put("a/c", stream(b"2"))
        await files.adapter.delete("a/b")
        await files.adapter.delete("a/b")
        with pytest.raises(FileMissing):
            await read(files.adapter, "a/b")
        assert await files.stored() == {"a/c"}

    @pytest.mark.parametrize(
        "key",
        [
            "",
            "/",
            "/etc/passwd",
            "..",
            "../a",
            "a/../../b",
            "a/./b",
            "a//b",
            "a/",
            ".hidden",
            "a/.staging",
            "-rf",
            "a\\..\\b",
            "a\x00b",
            "a\n",
            "a b",
            "a%2e%2e/b",
            "a#1",
            "C:/a",
            "ключ",
            "a" * 201,
            "a/" * 100 + "a",
        ],
    )
    async def test_an_odd_key_is_refused(self, files: FilesHarness, key: str) -> None:
        with pytest.raises(FileKeyRefused):
            await files.adapter.put(key, stream(b"1"))
        with pytest.raises(FileKeyRefused):
            await read(files.adapter, key)
        with pytest.raises(FileKeyRefused):
            await files.adapter.delete(key)
        assert await files.stored() == set()

    async def test_the_longest_key_is_taken(self, files: FilesHarness) -> None:
        for key in ("k" * 200, "a/" * 99 + "zz", "A_b-c.d/0194a3c2-0000-7000-8000-000000000000"):
            await files.adapter.put(key, stream(b"1"))
            assert await read(files.adapter, key) == b"1"

    @pytest.mark.parametrize("size", [10, LARGE])
    async def test_a_store_that_fails_is_unavailable(self, files: FilesHarness, size: int) -> None:
        await files.adapter.put("kept", stream(b"1"))
        await files.break_off()
        with pytest.raises(FilesUnavailable):
            await files.adapter.put("a", stream(pattern(size)))
        with pytest.raises(FilesUnavailable):
            await read(files.adapter, "kept")
        with pytest.raises(FilesUnavailable):
            await files.adapter.delete("kept")
        await files.mend()
        assert await read(files.adapter, "kept") == b"1"
        await files.adapter.put("a", stream(pattern(size)))
        assert await read(files.adapter, "a") == pattern(size)

    async def test_a_store_that_fails_in_the_middle_leaves_nothing_under_the_key(self, files: FilesHarness) -> None:
        async def breaking() -> AsyncIterator[bytes]:
            yield pattern(LARGE)
            await files.break_off()
            yield pattern(LARGE)

        with pytest.raises(FilesUnavailable):
            await files.adapter.put("a", breaking())
        await files.mend()
        with pytest.raises(FileMissing):
            await read(files.adapter, "a")
        await files.adapter.put("a", stream(pattern(LARGE)))
        assert await read(files.adapter, "a") == pattern(LARGE)

    async def test_many_files_at_once(self, files: FilesHarness) -> None:
        async def round_trip(number: int) -> bool:
            data = pattern(100_000, seed=number)
            await files.adapter.put(f"many/{number}", stream(data))
            return await read(files.adapter, f"many/{number}") == data

        assert all(await asyncio.gather(*[round_trip(number) for number in range(20)]))

    async def test_closing_twice_is_fine(self, files: FilesHarness) -> None:
        await files.adapter.put("a", stream(b"1"))
        await files.adapter.close()
        await files.adapter.close()
