"""The same on a bucket as in a folder, and in as little memory whatever the size."""

import hashlib
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from core.config import Config
from core.sdk import Actor, Context
from core.testing.cabinet import Cabinet, Caller, config_for_tests
from core.testing.suites.files import MEBI, pattern
from core.uploads.services import receiving
from tests.core.s3_server import KEY_ID, REGION, SECRET, Bucket, S3Server
from tests.core.uploads.conftest import account_of, announce, send, stored, upload


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    server = S3Server()
    server.start()
    made = Bucket(server.url)
    made.url = server.url  # type: ignore[attr-defined]
    yield made
    made.close()
    server.stop()


@pytest.fixture(params=["local", "s3"])
def host_config(
    request: pytest.FixtureRequest,
    database_url: str,
    tmp_path: Path,
    enabled_plugins: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Config:
    """A cabinet with each store."""
    if request.param == "local":
        return config_for_tests(database_url, tmp_path, enabled=enabled_plugins)
    bucket = request.getfixturevalue("bucket")
    monkeypatch.setenv("TEST_S3_KEY_ID", KEY_ID)
    monkeypatch.setenv("TEST_S3_SECRET", SECRET)
    settings = {"endpoint": bucket.url, "bucket": bucket.name, "region": REGION, "allow_http": True}
    secrets = {"key_id_env": "TEST_S3_KEY_ID", "secret_env": "TEST_S3_SECRET"}
    adapters = {"files": {"s3": {**settings, **secrets}}}
    return config_for_tests(database_url, tmp_path, enabled=enabled_plugins, ports={"files": "s3"}, adapters=adapters)


def lying(cabinet: Cabinet, request: pytest.FixtureRequest) -> set[str]:
    if cabinet.host.config.ports:
        keys: set[str] = request.getfixturevalue("bucket").keys()
        return {key for key in keys if key.startswith("uploads/")}
    return stored(cabinet)


async def test_an_upload_of_several_parts(cabinet: Cabinet, client: Caller, request: pytest.FixtureRequest) -> None:
    content = pattern(11 * MEBI + 345)
    address = await announce(client, len(content))
    assert (await send(client, address, 0, content[: 6 * MEBI])).status_code == 204
    assert (await send(client, address, 6 * MEBI, content[6 * MEBI :])).status_code == 204
    item = (await client.get(address)).json()
    assert (item["state"], item["sha256"]) == ("stored", hashlib.sha256(content).hexdigest())
    assert (await client.get(f"{address}/content")).content == content
    one = (await upload(client, content)).json()
    await cabinet.drain()
    assert len(lying(cabinet, request)) == 2
    for upload_id in (item["id"], one["id"]):
        assert (await client.delete(f"/api/v1/uploads/{upload_id}")).status_code == 204
    await cabinet.drain()
    assert lying(cabinet, request) == set()


@pytest.mark.parametrize("host_config", ["local"], indirect=True)
@pytest.mark.parametrize("in_parts", [False, True])
async def test_two_hundred_megabytes_in_little_memory(cabinet: Cabinet, client: Caller, in_parts: bool) -> None:
    size, piece = 200 * MEBI, pattern(MEBI)
    ctx = Context(cabinet.runtime, Actor("client", await account_of(client)))

    async def body() -> AsyncIterator[bytes]:
        for _ in range(size // MEBI):
            yield piece

    tracemalloc.start()
    try:
        if in_parts:
            row = await receiving.announce(ctx, "large.bin", size)
            await receiving.append(ctx, row.id, 0, body(), size)
            await cabinet.drain()
        else:
            row = await receiving.receive(ctx, "large.bin", body())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40 * MEBI
    item = (await client.get(f"/api/v1/uploads/{row.id}")).json()
    digest = hashlib.sha256()
    for _ in range(size // MEBI):
        digest.update(piece)
    assert (item["state"], item["sha256"]) == ("stored", digest.hexdigest())
