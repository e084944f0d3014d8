"""Mail that stays at home: each letter becomes an .eml file, for a demonstration or a machine without a mail server."""

import asyncio
import email
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message as ParsedMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from uuid import uuid4

import msgspec

from core.adapters.mail_letter import Sender, compose, plain_id, sender_of
from core.ports.mail import MailFile, MailUnavailable, Message
from core.sdk import AdapterHost, Clock


class FolderSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.mail.folder]`"""

    sender: str = "noreply@abonent.example"
    """Address of the sender."""
    sender_name: str = ""
    """Name of the sender; empty: the supplier's name."""


class FolderLetter(msgspec.Struct, frozen=True):
    """A letter read back."""

    id: str
    """Names the letter to `read`; equal to the message's own id unless that held unusual characters."""
    sent_at: datetime
    sender: str
    to: str
    subject: str
    text: str
    html: str
    """Empty: the letter is plain text only."""
    files: tuple[MailFile, ...] = ()


class FolderMail:
    """Letters as files `<id>.eml`; a letter sent again is the same file."""

    def __init__(self, folder: Path, sender: Sender, clock: Clock) -> None:
        self.folder = folder
        self._sender, self._clock = sender, clock

    async def send(self, message: Message) -> None:
        letter = compose(message, self._sender, self._clock.now())
        try:
            await asyncio.to_thread(self._write, plain_id(message.id), letter)
        except OSError as error:
            raise MailUnavailable(f"letter {message.id}: {error}") from error

    async def close(self) -> None:
        """Nothing stays open."""

    async def read_all(self, limit: int = 100) -> list[FolderLetter]:
        """The letters sent last, the newest first."""
        return await asyncio.to_thread(self._read_newest, limit)

    async def read(self, letter_id: str) -> FolderLetter | None:
        """One letter, None for an unknown id."""
        return await asyncio.to_thread(_read, self._path(plain_id(letter_id)))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.eml"

    def _write(self, name: str, letter: bytes) -> None:
        if self._path(name).exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / f".{uuid4().hex}"
        try:
            with unfinished.open("wb") as file:
                file.write(letter)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self._path(name))
        finally:
            unfinished.unlink(missing_ok=True)

    def _read_newest(self, limit: int) -> list[FolderLetter]:
        written = [(path.stat().st_mtime_ns, path.name, path) for path in self.folder.glob("*.eml")]
        newest = sorted(written, reverse=True)[:limit]
        return [letter for _, _, path in newest if (letter := _read(path))]


def _read(path: Path) -> FolderLetter | None:
    try:
        parsed = email.message_from_bytes(path.read_bytes())
    except FileNotFoundError:
        return None
    return FolderLetter(
        id=path.stem,
        sent_at=parsedate_to_datetime(_header(parsed, "Date")).astimezone(UTC),
        sender=_header(parsed, "From"),
        to=_header(parsed, "To"),
        subject=_header(parsed, "Subject"),
        text=_body(parsed, "text/plain"),
        html=_body(parsed, "text/html"),
        files=tuple(_files(parsed)),
    )


def _header(parsed: ParsedMessage, name: str) -> str:
    return str(make_header(decode_header(parsed[name])))


def _body(parsed: ParsedMessage, content_type: str) -> str:
    for part in parsed.walk():
        if part.get_content_type() == content_type:
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            return content.decode().replace("\r\n", "\n")
    return ""


def _files(parsed: ParsedMessage) -> Iterator[MailFile]:
    for part in parsed.walk():
        if part.get_content_disposition() == "attachment":
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            yield MailFile(part.get_filename() or "", content)


def make_folder(settings: FolderSettings, host: AdapterHost) -> FolderMail:
    """The adapter; its letters lie in `<data_dir>/mail`. Raises ConfigError for a bad sender."""
    sender = sender_of(settings.sender, settings.sender_name, "[adapters.mail.folder]", host)
    return FolderMail(host.data_dir / "mail", sender, host.clock)
