"""A letter as bytes (RFC 5322), the same for every mail adapter.

Headers are encoded with `email.header.Header`, not with `email.message.EmailMessage`: the latter decodes an encoded
word inside a given value, and in the Python releases before CVE-2024-6923 was closed the line breaks decoded from it
reached the wire as new headers.
"""

import hashlib
import re
from datetime import datetime
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

from core.config import ConfigError
from core.ports.mail import MailFile, MailRefused, Message
from core.sdk import AdapterHost

_POLICY = compat32.clone(linesep="\r\n")
_LOCAL_PART = re.compile(r"[0-9A-Za-z.!#$%&'*+/=?^_`{|}~-]{1,64}", re.ASCII)
_DOMAIN = re.compile(r"[0-9a-z]([0-9a-z-]*[0-9a-z])?(\.[0-9a-z]([0-9a-z-]*[0-9a-z])?)+", re.ASCII)
_URL = re.compile(r"https?://[!-;=?-~]+", re.ASCII)
_PLAIN_ID = re.compile(r"[0-9A-Za-z_-]{1,100}", re.ASCII)


class Sender(msgspec.Struct, frozen=True):
    """Who the letters come from, and the host name in their Message-ID. Made by `sender_of`."""

    name: str
    address: str
    """As `ascii_address` gives it."""
    host: str


def compose(message: Message, sender: Sender, at: datetime) -> bytes:
    """The letter with its headers, lines ended by CRLF. Raises MailRefused for what no server would deliver."""
    try:
        (message.text + message.html).encode()
    except UnicodeEncodeError as error:
        raise MailRefused(f"letter {message.id}: the text is not Unicode: {error}") from error
    letter: MIMENonMultipart | MIMEMultipart = _part(message.text, "plain")
    if message.html:
        letter = MIMEMultipart("alternative", _subparts=[letter, _part(message.html, "html")])
    if message.files:
        letter = MIMEMultipart("mixed", _subparts=[letter, *map(_attached, message.files)])
    letter["Date"] = format_datetime(at)
    letter["From"] = _mailbox(sender)  # type: ignore[assignment]
    letter["To"] = ascii_address(message.to)
    letter["Subject"] = _subject(message.subject)  # type: ignore[assignment]
    letter["Message-ID"] = f"<{plain_id(message.id)}@{sender.host}>"
    letter["Auto-Submitted"] = "auto-generated"  # keeps out-of-office replies away (RFC 3834)
    if message.unsubscribe:
        letter["List-Unsubscribe"] = f"<{_url(message)}>"
        letter["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return letter.as_bytes(policy=_POLICY)


def ascii_address(address: str) -> str:
    """The address as SMTP takes it: its host in lower case, Cyrillic as Punycode. Raises MailRefused."""
    local, _, domain = address.rpartition("@")
    try:
        host = domain.encode("idna").decode().lower()
    except UnicodeError:
        host = ""
    if len(address) > 254 or not _LOCAL_PART.fullmatch(local) or not _DOMAIN.fullmatch(host):
        raise MailRefused(f"not an e-mail address: {address[:254]!r}")
    return f"{local}@{host}"


def plain_id(message_id: str) -> str:
    """The identifier as it may stand in a header and in a file's name; an unusual one is replaced by its digest."""
    if _PLAIN_ID.fullmatch(message_id):
        return message_id
    return hashlib.sha256(message_id.encode(errors="backslashreplace")).hexdigest()


def mail_host(base_url: str) -> str:
    """How this host names itself to other mail servers: by the portal's address; an IP address goes into brackets."""
    host = urlsplit(base_url).hostname or "localhost"
    try:
        address = ip_address(host)
    except ValueError:
        return host.encode("idna").decode()
    return f"[{host}]" if address.version == 4 else f"[IPv6:{host}]"


def sender_of(address: str, name: str, where: str, host: AdapterHost) -> Sender:
    """The sender that the settings at `where` describe. Raises ConfigError."""
    try:
        return Sender(name or host.supplier, ascii_address(address), mail_host(host.base_url))
    except MailRefused as error:
        raise ConfigError(f"{where} sender: {error}") from error


def _part(text: str, subtype: str) -> MIMEText:
    # Base64 keeps the text away from every rule about lines: lengths, leading dots, bare line feeds.
    return MIMEText(text.replace("\r\n", "\n").replace("\n", "\r\n"), subtype, "utf-8")


def _attached(file: MailFile) -> MIMEApplication:
    subtype = "pdf" if file.name.lower().endswith(".pdf") else "octet-stream"
    part = MIMEApplication(file.content, subtype)
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", _one_line(file.name)))
    return part


def _url(message: Message) -> str:
    if not _URL.fullmatch(message.unsubscribe):
        raise MailRefused(f"letter {message.id}: not a URL: {message.unsubscribe[:254]!r}")
    return message.unsubscribe


def _subject(text: str) -> Header:
    return Header(_one_line(text), "utf-8", maxlinelen=75, header_name="Subject")


def _mailbox(sender: Sender) -> Header:
    header = Header(maxlinelen=75, header_name="From")
    if sender.name:
        header.append(_one_line(sender.name), "utf-8")
    header.append(f"<{sender.address}>", "us-ascii")
    return header


def _one_line(text: str) -> str:
    """The text without line breaks, control characters and lone surrogates: spaces stand in their place."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
