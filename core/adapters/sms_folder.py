"""Text messages that stay at home: each becomes a JSON file, for a demonstration or a host without a gateway."""

import asyncio
import os
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import msgspec

from core.adapters.sms_message import check, plain_id
from core.ports.sms import SmsUnavailable, TextMessage
from core.sdk import AdapterHost, Clock


class SmsFolderSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.sms.folder]`: nothing to set."""


class FolderText(msgspec.Struct, frozen=True):
    """A message read back."""

    id: str
    sent_at: datetime
    to: str
    text: str


class FolderSms:
    """Messages as files `<id>.json`; a message sent again is the same file."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self._clock = clock

    async def send(self, message: TextMessage) -> None:
        check(message)
        content = msgspec.json.encode(FolderText(message.id, self._clock.now(), message.to, message.text))
        try:
            await asyncio.to_thread(self._write, plain_id(message.id), content)
        except OSError as error:
            raise SmsUnavailable(f"message {message.id}: {error}") from error

    async def close(self) -> None:
        """Nothing stays open."""

    async def read_all(self, limit: int = 100) -> list[FolderText]:
        """The messages sent last, the newest first."""
        return await asyncio.to_thread(self._read_newest, limit)

    def _write(self, name: str, content: bytes) -> None:
        path = self.folder / f"{name}.json"
        if path.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f".{uuid4().hex}"
        try:
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    def _read_newest(self, limit: int) -> list[FolderText]:
        written = [(path.stat().st_mtime_ns, path.name, path) for path in self.folder.glob("*.json")]
        newest = sorted(written, reverse=True)[:limit]
        return [msgspec.json.decode(path.read_bytes(), type=FolderText) for _, _, path in newest]


def make_sms_folder(settings: SmsFolderSettings, host: AdapterHost) -> FolderSms:
    """The adapter; its messages lie in `<data_dir>/sms`."""
    return FolderSms(host.data_dir / "sms", host.clock)
