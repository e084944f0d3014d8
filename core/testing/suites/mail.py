"""What every mail adapter must do, and what one that talks to a server must do besides."""

import asyncio
import email
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from email.policy import default
from typing import Literal, Protocol

import msgspec
import pytest

from core.ports.mail import Mail, MailFile, MailRefused, MailUnavailable, Message
from core.values import new_id

Stage = Literal["mail", "rcpt", "data", "quit"]
"""Where a server does something unexpected: on MAIL, on RCPT, after the whole letter, on QUIT."""


class MailHarness(Protocol):
    """A mail adapter and the place where its letters arrive."""

    @property
    def adapter(self) -> Mail: ...

    async def inbox(self) -> Sequence[bytes]:
        """The letters as they arrived, the oldest first."""
        ...

    async def break_off(self) -> None:
        """From now on the other side cannot be reached."""
        ...

    async def mend(self) -> None:
        """Everything works again."""
        ...


class MailServerHarness(MailHarness, Protocol):
    """The same with a server that can be told to misbehave until `mend`. The adapter's time-out is at most 1 s."""

    def answer(self, stage: Stage, code: int) -> None:
        """The server answers with `code` at `stage`."""
        ...

    def drop(self, stage: Stage) -> None:
        """The server closes the connection at `stage` without a reply."""
        ...

    def stall(self, stage: Stage) -> None:
        """The server falls silent at `stage`."""
        ...


def letter(
    subject: str = "Показания приняты", to: str = "anna@client.example", text: str = "Спасибо.\n", html: str = ""
) -> Message:
    """A letter to send, with an identifier of its own."""
    return Message(new_id(), to, subject, text, html)


async def received(mail: MailHarness) -> list[EmailMessage]:
    """The inbox, parsed."""
    return [email.message_from_bytes(raw, policy=default) for raw in await mail.inbox()]


async def only(mail: MailHarness) -> EmailMessage:
    """The one letter that arrived."""
    letters = await received(mail)
    assert len(letters) == 1
    return letters[0]


def content(message: EmailMessage, kind: Literal["plain", "html"]) -> str:
    """The text of a part, lines ended by LF."""
    part = message.get_body((kind,))
    assert part is not None
    text = part.get_content()
    assert isinstance(text, str)
    return text.replace("\r\n", "\n")


class MailSuite:
    """Fixture: `mail`, a MailHarness."""

    async def test_a_letter_arrives_as_written(self, mail: MailHarness) -> None:
        text = "Здравствуйте, Анна!\n.\n..две точки\nFrom здесь\n" + "очень длинная строка " * 100 + "\n"
        await mail.adapter.send(letter(text=text))
        got = await only(mail)
        assert got["To"] == "anna@client.example"
        assert got["Subject"] == "Показания приняты"
        assert got["From"].addresses[0].addr_spec.count("@") == 1
        assert got["Date"].datetime.utcoffset() is not None
        assert got["Auto-Submitted"] == "auto-generated"
        assert got.get_content_type() == "text/plain"
        assert content(got, "plain") == text

    async def test_html_goes_beside_the_text(self, mail: MailHarness) -> None:
        await mail.adapter.send(letter(text="Счёт готов.", html="<p>Счёт <b>готов</b>.</p>"))
        got = await only(mail)
        assert got.get_content_type() == "multipart/alternative"
        assert content(got, "plain") == "Счёт готов."
        assert content(got, "html") == "<p>Счёт <b>готов</b>.</p>"

    async def test_files_are_attached(self, mail: MailHarness) -> None:
        files = (MailFile("Счёт № 5.pdf", b"%PDF-1.7 \x00\xff\r\n.\r\n" * 100), MailFile('a"b;c\r\nX: 1.xml', b""))
        await mail.adapter.send(msgspec.structs.replace(letter(text="Счёт готов."), files=files))
        got = await only(mail)
        assert content(got, "plain") == "Счёт готов."
        attached = list(got.iter_attachments())
        assert [part.get_filename() for part in attached] == ["Счёт № 5.pdf", 'a"b;c X: 1.xml']
        assert [part.get_payload(decode=True) for part in attached] == [file.content for file in files]
        assert attached[0].get_content_type() == "application/pdf"

    @pytest.mark.parametrize(
        "subject",
        [
            "Показания по договору № 12345 за январь 2026 года приняты, спасибо за своевременную передачу показаний",
            "Bill " + "слово word " * 20 + "end",
            "х" * 500,
            "плюс + подчёркивание _ знак ? равно = и «ёлочки»",
            "💡",
        ],
    )
    async def test_any_subject_arrives_whole(self, mail: MailHarness, subject: str) -> None:
        await mail.adapter.send(letter(subject))
        assert (await only(mail))["Subject"] == subject
        assert max(len(line) for line in (await mail.inbox())[0].splitlines()) <= 78

    async def test_the_message_id_is_the_same_each_time(self, mail: MailHarness) -> None:
        message = letter()
        await mail.adapter.send(message)
        await mail.adapter.send(message)
        await mail.adapter.send(letter())
        ids = [got["Message-ID"] for got in await received(mail)]
        assert len(set(ids)) == 2
        assert ids[0].startswith(f"<{message.id}@")

    @pytest.mark.parametrize(
        ("subject", "seen"),
        [
            ("Счёт\r\nBcc: spy@evil.example", "Счёт Bcc: spy@evil.example"),
            ("Счёт\n\nтело", "Счёт тело"),
            ("Счёт\rBcc: spy@evil.example", "Счёт Bcc: spy@evil.example"),
            ("a\x00b\x0bc\x85d\u2028e", "a b c d e"),
            ("=?utf-8?q?x=0D=0ABcc:_spy@evil.example=0D=0A?=", "=?utf-8?q?x=0D=0ABcc:_spy@evil.example=0D=0A?="),
            ("a\ud800b", "a b"),
        ],
    )
    async def test_a_subject_adds_no_header(self, mail: MailHarness, subject: str, seen: str) -> None:
        await mail.adapter.send(letter("Обычная"))
        await mail.adapter.send(letter(subject))
        plain, hostile = await received(mail)
        assert sorted(hostile.keys()) == sorted(plain.keys())
        assert hostile["Subject"] == seen
        assert content(hostile, "plain") == content(plain, "plain")

    async def test_an_identifier_adds_no_header(self, mail: MailHarness) -> None:
        await mail.adapter.send(letter())
        await mail.adapter.send(Message("../1>\r\nBcc: spy@evil.example", "anna@client.example", "Тема", "Текст"))
        plain, hostile = await received(mail)
        assert sorted(hostile.keys()) == sorted(plain.keys())
        assert hostile["Message-ID"].count(">") == 1

    @pytest.mark.parametrize(
        "address",
        [
            "",
            "anna",
            "@client.example",
            "anna@",
            "anna@client",
            "anna@client.example\r\nBcc: spy@evil.example",
            "anna@client.example\n",
            "anna@client.example, spy@evil.example",
            "Анна <anna@client.example>",
            "<anna@client.example>",
            "anna@client.example> SIZE=1",
            "an na@client.example",
            "anna\x00@client.example",
            "анна@client.example",
            "anna@-client.example",
            "anna@client..example",
            f"{'a' * 65}@client.example",
            f"anna@{'long.' * 60}example",
        ],
    )
    async def test_a_wrong_address_is_refused(self, mail: MailHarness, address: str) -> None:
        with pytest.raises(MailRefused):
            await mail.adapter.send(letter(to=address))
        assert list(await mail.inbox()) == []

    async def test_a_cyrillic_host_is_written_in_punycode(self, mail: MailHarness) -> None:
        await mail.adapter.send(letter(to="info@Почта.рф"))
        assert (await only(mail))["To"] == "info@xn--80a1acny.xn--p1ai"

    async def test_a_text_that_is_not_unicode_is_refused(self, mail: MailHarness) -> None:
        with pytest.raises(MailRefused):
            await mail.adapter.send(letter(text="a\udcffb"))
        assert list(await mail.inbox()) == []

    async def test_an_unreachable_side_loses_nothing(self, mail: MailHarness) -> None:
        message = letter()
        await mail.break_off()
        with pytest.raises(MailUnavailable):
            await mail.adapter.send(message)
        await mail.mend()
        await mail.adapter.send(message)
        assert (await only(mail))["Message-ID"].startswith(f"<{message.id}@")

    async def test_many_letters_at_once(self, mail: MailHarness) -> None:
        messages = [letter(f"Письмо {number}") for number in range(20)]
        await asyncio.gather(*[mail.adapter.send(message) for message in messages])
        assert {got["Subject"] for got in await received(mail)} == {message.subject for message in messages}

    async def test_closing_twice_is_fine(self, mail: MailHarness) -> None:
        await mail.adapter.send(letter())
        await mail.adapter.close()
        await mail.adapter.close()


class MailServerSuite(MailSuite):
    """For an adapter that talks to a server. Fixture: `mail`, a MailServerHarness."""

    @pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
    @pytest.mark.parametrize("code", [550, 552, 554])
    async def test_a_permanent_refusal_is_final(self, mail: MailServerHarness, stage: Stage, code: int) -> None:
        mail.answer(stage, code)
        with pytest.raises(MailRefused, match=str(code)):
            await mail.adapter.send(letter())
        assert list(await mail.inbox()) == []

    @pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
    @pytest.mark.parametrize("code", [421, 451, 452])
    async def test_a_passing_refusal_is_tried_again(self, mail: MailServerHarness, stage: Stage, code: int) -> None:
        await self._fails_and_recovers(mail, lambda: mail.answer(stage, code))

    async def test_a_demand_for_another_login_condemns_no_letter(self, mail: MailServerHarness) -> None:
        await self._fails_and_recovers(mail, lambda: mail.answer("mail", 530))

    @pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
    async def test_a_dropped_connection_is_tried_again(self, mail: MailServerHarness, stage: Stage) -> None:
        await self._fails_and_recovers(mail, lambda: mail.drop(stage))

    @pytest.mark.parametrize("stage", ["mail", "data"])
    async def test_silence_is_tried_again(self, mail: MailServerHarness, stage: Stage) -> None:
        async with asyncio.timeout(5):
            await self._fails_and_recovers(mail, lambda: mail.stall(stage))

    async def test_a_letter_taken_is_sent_whatever_follows(self, mail: MailServerHarness) -> None:
        mail.drop("quit")
        await mail.adapter.send(letter("Первое"))
        mail.answer("quit", 451)
        await mail.adapter.send(letter("Второе"))
        assert [got["Subject"] for got in await received(mail)] == ["Первое", "Второе"]

    async def _fails_and_recovers(self, mail: MailServerHarness, misbehave: Callable[[], None]) -> None:
        message = letter()
        misbehave()
        with pytest.raises(MailUnavailable):
            await mail.adapter.send(message)
        assert list(await mail.inbox()) == []
        await mail.mend()
        await mail.adapter.send(message)
        assert (await only(mail))["Message-ID"].startswith(f"<{message.id}@")
