"""People who upload, and what a test may look at in the store."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from core.sdk import Context
from core.testing.cabinet import Cabinet, Caller

TUS = {"Tus-Resumable": "1.0.0"}
PART = {**TUS, "Content-Type": "application/offset+octet-stream"}
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(200)
PDF = b"%PDF-1.7\n" + bytes(200)


@pytest.fixture(scope="session")
def enabled_plugins() -> list[str]:
    """None: uploads are of the core."""
    return []


@pytest.fixture
async def client(cabinet: Cabinet) -> Caller:
    """Somebody without contracts: files are a person's own."""
    return await cabinet.client()


async def upload(caller: Caller, content: Any, name: str = "акт.pdf", place: str = "/api/v1/uploads") -> httpx.Response:
    """Sends a file in one request."""
    return await caller.post(place, params={"name": name}, content=content)


async def announce(caller: Caller, length: int, metadata: str = "filename 0LDQutGCLnBkZg==", **more: str) -> str:
    """Announces a file as tus clients do; returns its address."""
    headers = {**TUS, "Upload-Length": str(length), "Upload-Metadata": metadata, **more}
    answer = await caller.post("/api/v1/uploads", headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.headers["upload-offset"] == "0"
    return str(answer.headers["location"])


async def send(caller: Caller, address: str, offset: int, content: Any) -> httpx.Response:
    """Sends a part."""
    return await caller.patch(address, headers={**PART, "Upload-Offset": str(offset)}, content=content)


async def account_of(caller: Caller) -> str:
    """The caller's account."""
    return str((await caller.get("/api/v1/sessions/current")).json()["account_id"])


def context(cabinet: Cabinet) -> Context:
    """What a plugin's service would be given."""
    return Context(cabinet.runtime)


def stored(cabinet: Cabinet) -> set[str]:
    """Everything that lies in the local store below the uploads' folder."""
    folder = Path(cabinet.host.config.host.data_dir) / "files"
    return {str(path.relative_to(folder)) for path in folder.glob("uploads/**/*") if path.is_file()}
