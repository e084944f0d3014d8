"""The mail port: SMTP against a real server, and the folder."""

import email
import ssl
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.adapters.mail_folder import FolderMail, FolderSettings, make_folder
from core.adapters.mail_letter import Sender, compose, mail_host
from core.adapters.mail_smtp import SmtpMail, SmtpSettings, make_smtp
from core.config import ConfigError
from core.ports.mail import MailUnavailable, Message
from core.sdk import AdapterHost
from core.testing.clock import MovableClock
from core.testing.suites.mail import (
    MailHarness,
    MailServerHarness,
    MailServerSuite,
    MailSuite,
    Stage,
    letter,
    only,
)
from tests.core.certificates import write_server_certificate
from tests.core.smtp_server import DROP, PASSWORD, SILENCE, USER, SmtpServer

SUPPLIER = 'АО «Энскэнергосбыт», филиал "Север"'


@pytest.fixture
def host(clock: MovableClock, tmp_path: Path) -> AdapterHost:
    return AdapterHost(clock, tmp_path / "var", "https://lk.example.ru", SUPPLIER)


class FolderHarness:
    """The folder; broken off, a file stands in its place."""

    def __init__(self, adapter: FolderMail) -> None:
        self.adapter = adapter

    async def inbox(self) -> Sequence[bytes]:
        folder = self.adapter.folder
        written = folder.iterdir() if folder.is_dir() else ()
        return [path.read_bytes() for path in sorted(written, key=lambda path: (path.stat().st_mtime_ns, path.name))]

    async def break_off(self) -> None:
        self.adapter.folder.parent.mkdir(parents=True, exist_ok=True)
        self.adapter.folder.write_text("")

    async def mend(self) -> None:
        self.adapter.folder.unlink()


class SmtpHarness:
    """A server in the same loop."""

    def __init__(self, adapter: SmtpMail, server: SmtpServer) -> None:
        self.adapter, self.server = adapter, server

    async def inbox(self) -> Sequence[bytes]:
        return self.server.letters

    async def break_off(self) -> None:
        await self.server.stop()

    async def mend(self) -> None:
        if self.server.trouble:
            self.server.trouble.clear()
        else:
            await self.server.start()

    def answer(self, stage: Stage, code: int) -> None:
        self.server.trouble[stage] = f"{code} as told"

    def drop(self, stage: Stage) -> None:
        self.server.trouble[stage] = DROP

    def stall(self, stage: Stage) -> None:
        self.server.trouble[stage] = SILENCE


def smtp_settings(server: SmtpServer, **more: Any) -> SmtpSettings:
    return msgspec.convert(
        {
            "host": "127.0.0.1",
            "port": server.port,
            "tls": "none",
            "sender": "noreply@example.ru",
            "timeout": 5,
            **more,
        },
        SmtpSettings,
    )


class TestFolder(MailSuite):
    @pytest.fixture
    def mail(self, host: AdapterHost) -> MailHarness:
        return FolderHarness(make_folder(FolderSettings(), host))


class TestSmtp(MailServerSuite):
    @pytest.fixture
    async def mail(self, host: AdapterHost) -> AsyncIterator[MailServerHarness]:
        async with SmtpServer().running() as server:
            yield SmtpHarness(make_smtp(smtp_settings(server, timeout=1), host), server)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """The file to trust, and the server's side."""
    certificate_file, key_file = write_server_certificate(tmp_path_factory.mktemp("certificates"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate_file, key_file)
    return certificate_file, context


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> str:
    """The variable that holds the right password."""
    monkeypatch.setenv("TEST_SMTP_PASSWORD", PASSWORD.decode())
    return "TEST_SMTP_PASSWORD"


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_a_login_over_tls(
    host: AdapterHost, certificate: tuple[Path, ssl.SSLContext], password: str, tls: str
) -> None:
    ca_file, context = certificate
    async with SmtpServer(context, implicit=tls == "tls", login=True).running() as server:
        chosen = smtp_settings(
            server, tls=tls, ca_file=str(ca_file), user=USER.decode(), password_env=password, timeout=5
        )
        await make_smtp(chosen, host).send(letter(to="info@Почта.рф"))
    assert server.encrypted == [True]
    assert server.envelopes == [("noreply@example.ru", ["info@xn--80a1acny.xn--p1ai"])]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_an_unknown_certificate_is_not_trusted(
    host: AdapterHost, certificate: tuple[Path, ssl.SSLContext], tls: str
) -> None:
    async with SmtpServer(certificate[1], implicit=tls == "tls").running() as server:
        adapter = make_smtp(smtp_settings(server, tls=tls, timeout=5), host)
        with pytest.raises(MailUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            await adapter.send(letter())
    assert server.letters == []


async def test_a_server_without_starttls_gets_nothing(host: AdapterHost, password: str) -> None:
    async with SmtpServer().running() as server:
        chosen = smtp_settings(server, tls="starttls", user=USER.decode(), password_env=password)
        with pytest.raises(MailUnavailable):
            await make_smtp(chosen, host).send(letter())
    assert server.letters == []


async def test_a_wrong_password_condemns_no_letter(
    host: AdapterHost, certificate: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_SMTP_PASSWORD", "wrong")
    ca_file, context = certificate
    async with SmtpServer(context, implicit=True, login=True).running() as server:
        chosen = smtp_settings(
            server, tls="tls", ca_file=str(ca_file), user=USER.decode(), password_env="TEST_SMTP_PASSWORD", timeout=5
        )
        with pytest.raises(MailUnavailable, match="535"):
            await make_smtp(chosen, host).send(letter())


async def test_the_sender_is_the_supplier(host: AdapterHost) -> None:
    async with SmtpServer().running() as server:
        harness = SmtpHarness(make_smtp(smtp_settings(server), host), server)
        await harness.adapter.send(letter())
    # `EmailMessage` puts a space between the encoded words of a long name; RFC 2047 does not, nor does decode_header.
    raw = email.message_from_bytes((await harness.inbox())[0])
    assert str(make_header(decode_header(raw["From"]))) == f"{SUPPLIER} <noreply@example.ru>"
    got = await only(harness)
    assert got["Message-ID"].endswith("@lk.example.ru>")
    assert got["Date"].datetime == host.clock.now()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"sender": "Энергосбыт"}, "sender: not an e-mail address"),
        ({"user": "u", "password_env": "TEST_SMTP_PASSWORD"}, "in the clear"),
        ({"user": "u", "tls": "tls"}, "both user and password_env"),
        ({"password_env": "TEST_SMTP_PASSWORD", "tls": "tls"}, "both user and password_env"),
        ({"user": "u", "password_env": "TEST_NO_SUCH", "tls": "tls"}, "'TEST_NO_SUCH' is not set"),
        ({"tls": "tls", "ca_file": "/nowhere.pem"}, "ca_file '/nowhere.pem'"),
    ],
)
def test_wrong_settings_stop_the_start(host: AdapterHost, password: str, change: dict[str, str], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        make_smtp(smtp_settings(SmtpServer(), **change), host)


@pytest.mark.parametrize(
    ("base_url", "name"),
    [
        ("https://lk.example.ru/path", "lk.example.ru"),
        ("http://127.0.0.1:8000", "[127.0.0.1]"),
        ("http://[::1]:8000", "[IPv6:::1]"),
        ("https://кабинет.рф", "xn--80acmlhv0b.xn--p1ai"),
    ],
)
def test_how_the_host_names_itself(base_url: str, name: str) -> None:
    assert mail_host(base_url) == name


TEXT = st.text(st.characters(codec="utf-8") | st.sampled_from("\r\n:=?<>@ \ud800"), max_size=80)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subject=TEXT, name=TEXT, message_id=TEXT)
def test_no_value_adds_a_header_or_breaks_a_line(clock: MovableClock, subject: str, name: str, message_id: str) -> None:
    sender = Sender(name, "noreply@example.ru", "lk.example.ru")
    raw = compose(Message(message_id, "anna@client.example", subject, "Текст"), sender, clock.now())
    head, _, _ = raw.partition(b"\r\n\r\n")
    assert head.isascii()
    lines = head.split(b"\r\n")
    assert not any(set(line) & {0, 10, 13} for line in lines)
    names = [line.split(b":")[0] for line in lines if not line.startswith((b" ", b"\t"))]
    ours = {b"Date", b"From", b"To", b"Subject", b"Message-ID", b"Auto-Submitted"}
    assert len(names) == len(set(names))
    assert set(names) == ours | {b"Content-Type", b"MIME-Version", b"Content-Transfer-Encoding"}


@pytest.fixture
def folder(host: AdapterHost) -> FolderMail:
    return make_folder(FolderSettings(sender="robot@example.ru", sender_name="Кабинет"), host)


async def test_the_folder_is_read_newest_first(folder: FolderMail, clock: MovableClock) -> None:
    assert await folder.read_all() == []
    sent = [letter(f"Письмо {number}", html="<p>Да</p>" * (number % 2)) for number in range(5)]
    for message in sent:
        await folder.send(message)
        clock.move(timedelta(minutes=1))
    letters = await folder.read_all()
    assert [got.id for got in letters] == [message.id for message in reversed(sent)]
    assert [got.id for got in await folder.read_all(limit=2)] == [sent[4].id, sent[3].id]
    newest = letters[0]
    assert newest.sent_at == clock.now() - timedelta(minutes=1)
    assert newest.sender == "Кабинет <robot@example.ru>"
    assert (newest.to, newest.subject) == ("anna@client.example", "Письмо 4")
    assert (newest.text, newest.html) == ("Спасибо.\n", "")
    assert letters[1].html == "<p>Да</p>"
    assert await folder.read(newest.id) == newest


async def test_a_letter_sent_again_stays_what_it_was(folder: FolderMail, clock: MovableClock) -> None:
    message = letter()
    await folder.send(message)
    first = await folder.read(message.id)
    clock.move(timedelta(hours=1))
    await folder.send(message)
    assert [path.name for path in folder.folder.iterdir()] == [f"{message.id}.eml"]
    assert await folder.read(message.id) == first


@pytest.mark.parametrize("odd", ["../../../etc/passwd", "a/b", ".", "", "x" * 500, "a\x00b", "Имя"])
async def test_an_odd_identifier_stays_in_the_folder(folder: FolderMail, tmp_path: Path, odd: str) -> None:
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert await folder.read(odd) is None
    await folder.send(Message(odd, "anna@client.example", "Тема", "Текст"))
    made = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert {path.parent for path in made} == {folder.folder}
    got = await folder.read(odd)
    assert got is not None
    assert await folder.read(got.id) == got
