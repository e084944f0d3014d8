"""The files port: a local folder, and S3 against a real server."""

import hashlib
import os
import re
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from obstore.store import LocalStore

from core.adapters.files_store import LocalSettings, S3Settings, StoredFiles, make_local, make_s3
from core.config import ConfigError
from core.ports.files import FilesUnavailable
from core.sdk import AdapterHost
from core.testing.clock import MovableClock
from core.testing.suites.files import LARGE, MEBI, FilesHarness, FilesSuite, failing, pattern, stream
from tests.core.s3_server import KEY_ID, REGION, SECRET, Bucket, S3Server


@pytest.fixture
def host(clock: MovableClock, tmp_path: Path) -> AdapterHost:
    return AdapterHost(clock, tmp_path / "var", "https://lk.example.ru", "Энскэнергосбыт")


class LocalHarness:
    """A folder; broken off, a file stands in its place."""

    def __init__(self, adapter: StoredFiles, folder: Path) -> None:
        self.adapter, self.folder = adapter, folder
        self._aside = folder.with_name("aside")

    async def stored(self) -> set[str]:
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}

    async def break_off(self) -> None:
        self.folder.rename(self._aside)
        self.folder.write_text("")

    async def mend(self) -> None:
        self.folder.unlink()
        self._aside.rename(self.folder)


class TestLocal(FilesSuite):
    @pytest.fixture
    def files(self, host: AdapterHost) -> FilesHarness:
        return LocalHarness(make_local(LocalSettings(), host), host.data_dir / "files")


class S3Harness:
    """A bucket of its own on the module's server."""

    def __init__(self, adapter: StoredFiles, bucket: Bucket, server: S3Server) -> None:
        self.adapter, self.bucket, self.server = adapter, bucket, server

    async def stored(self) -> set[str]:
        return self.bucket.keys()

    async def break_off(self) -> None:
        self.server.failing = re.compile("")

    async def mend(self) -> None:
        self.server.failing = None


@pytest.fixture(scope="module")
def s3_server() -> Iterator[S3Server]:
    server = S3Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def s3_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """The secrets, where the settings look for them."""
    monkeypatch.setenv("TEST_S3_KEY_ID", KEY_ID)
    monkeypatch.setenv("TEST_S3_SECRET", SECRET)


@pytest.fixture
def s3(s3_server: S3Server, host: AdapterHost, s3_keys: None) -> Iterator[S3Harness]:
    s3_server.failing = None
    bucket = Bucket(s3_server.url)
    yield S3Harness(make_s3(s3_settings(bucket=bucket.name, endpoint=s3_server.url), host), bucket, s3_server)
    bucket.close()


def s3_settings(**more: Any) -> S3Settings:
    usual = {
        "endpoint": "http://127.0.0.1:1",
        "bucket": "files",
        "region": REGION,
        "key_id_env": "TEST_S3_KEY_ID",
        "secret_env": "TEST_S3_SECRET",
        "allow_http": True,
        "retry_seconds": 0.2,
    }
    return msgspec.convert(usual | more, S3Settings)


class TestS3(FilesSuite):
    @pytest.fixture
    def files(self, s3: S3Harness) -> FilesHarness:
        return s3


async def test_a_failed_upload_in_parts_is_given_up(s3: S3Harness) -> None:
    with pytest.raises(RuntimeError, match="upload"):
        await s3.adapter.put("a", failing(pattern(LARGE), RuntimeError("upload")))
    assert s3.bucket.unfinished() == 0


async def test_a_staging_place_that_cannot_be_cleared_fails_no_upload(s3: S3Harness) -> None:
    s3.server.failing = re.compile(r"^DELETE|\?delete")
    stored = await s3.adapter.put("a", stream(pattern(LARGE)))
    assert stored.size == LARGE
    assert "a" in await s3.stored()


async def test_a_copy_that_fails_leaves_nothing(s3: S3Harness) -> None:
    s3.server.failing = re.compile(r"/a\?.*(uploads|uploadId)")
    with pytest.raises(FilesUnavailable):
        await s3.adapter.put("a", stream(pattern(LARGE)))
    assert s3.bucket.keys() == set()


async def test_no_server_at_all_is_unavailable(host: AdapterHost, s3_keys: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    files = make_s3(s3_settings(endpoint=f"http://127.0.0.1:{port}"), host)
    with pytest.raises(FilesUnavailable):
        await files.put("a", stream(b"1"))


async def test_a_missing_bucket_is_unavailable(host: AdapterHost, s3_server: S3Server, s3_keys: None) -> None:
    files = make_s3(s3_settings(bucket="no-such-bucket", endpoint=s3_server.url), host)
    with pytest.raises(FilesUnavailable):
        await files.put("a", stream(b"1"))


def resident() -> int:
    """Bytes of memory that this process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="the measure is Linux's")
async def test_a_large_file_passes_in_bounded_memory(host: AdapterHost) -> None:
    files = make_local(LocalSettings(), host)
    block = pattern(MEBI)
    before = resident()
    peak = before

    async def blocks() -> AsyncIterator[bytes]:
        nonlocal peak
        for _ in range(128):
            peak = max(peak, resident())
            yield block

    stored = await files.put("large", blocks())
    assert stored.size == 128 * MEBI
    digest = hashlib.sha256()
    async for chunk in files.get("large"):
        digest.update(chunk)
        peak = max(peak, resident())
    assert digest.hexdigest() == stored.sha256
    assert peak - before < 64 * MEBI


async def test_what_cannot_be_made_lasting_is_not_stored(tmp_path: Path) -> None:
    def full_disk(key: str) -> None:
        raise OSError("no space left")

    harness = LocalHarness(StoredFiles(LocalStore(tmp_path / "files", mkdir=True), full_disk), tmp_path / "files")
    with pytest.raises(FilesUnavailable, match="no space left"):
        await harness.adapter.put("a", stream(b"1"))
    assert await harness.stored() == set()


async def test_an_absolute_folder_is_taken_as_it_is(host: AdapterHost, tmp_path: Path) -> None:
    files = make_local(LocalSettings(folder=str(tmp_path / "elsewhere")), host)
    await files.put("a/b", stream(b"1"))
    assert (tmp_path / "elsewhere" / "a" / "b").read_bytes() == b"1"


def test_a_folder_that_cannot_be_made_stops_the_start(host: AdapterHost, tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("")
    with pytest.raises(ConfigError, match=r"\[adapters.files.local\] folder"):
        make_local(LocalSettings(folder=str(tmp_path / "occupied")), host)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"allow_http": False}, "endpoint: not https"),
        ({"key_id_env": "TEST_NO_SUCH"}, "key_id_env: the environment variable 'TEST_NO_SUCH' is not set"),
        ({"secret_env": "TEST_NO_SUCH"}, "secret_env: the environment variable 'TEST_NO_SUCH' is not set"),
    ],
)
def test_wrong_s3_settings_stop_the_start(host: AdapterHost, s3_keys: None, change: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        make_s3(s3_settings(**change), host)
