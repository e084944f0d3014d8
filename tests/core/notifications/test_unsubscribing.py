"""Leaving a mailing by its letter: the headers of a letter that went through SMTP, and the link in them (RFC 8058)."""

import email
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path

import pytest
import sqlalchemy as sa
from httpx import Response

from core.config import Config
from core.context import Context
from core.db.tables import Audit
from core.host import Host
from core.notifications.public import SendLetter
from core.testing.cabinet import Cabinet, Caller, config_for_tests, running
from core.testing.clock import MovableClock
from tests.core.notifications.bills import DOCUMENT, RECEIPT, BillsPlugin, account_of, raise_notice
from tests.core.smtp_server import SmtpServer

ME = "ivanova@example.ru"
PREFERENCES = "/api/v1/notifications/preferences"


@pytest.fixture
async def server() -> AsyncIterator[SmtpServer]:
    async with SmtpServer().running() as started:
        yield started


@pytest.fixture
async def mailing_host(
    cabinet: Cabinet, host_config: Config, clock: MovableClock, server: SmtpServer, tmp_path: Path
) -> AsyncIterator[Cabinet]:
    """The same cabinet, whose letters go through an SMTP server."""
    smtp = {"host": "127.0.0.1", "port": server.port, "tls": "none", "sender": "noreply@example.ru", "timeout": 5}
    config = config_for_tests(
        host_config.host.database,
        tmp_path,
        enabled=["bills"],
        ports={"mail": "smtp"},
        adapters={"mail": {"smtp": smtp}},
    )
    async with running(Host(config, clock=clock, available={"bills": lambda: BillsPlugin}), clock) as opened:
        yield opened


async def mail(cabinet: Cabinet, editor: Caller, kind: str) -> None:
    body = {"kind": kind, "topic": "Рассылка", "text": "Новости"}
    assert (await editor.post("/api/v1/staff/mailings", json=body)).status_code == 202
    await cabinet.drain()


async def press(caller: Caller, link: str) -> Response:
    """What the mail program sends when its button is pressed."""
    return await caller.post(link, data={"List-Unsubscribe": "One-Click"})


def only(server: SmtpServer) -> Message:
    (content,) = server.letters
    return email.message_from_bytes(content)


def link_of(letter: Message) -> str:
    unfolded = letter["List-Unsubscribe"].strip()  # the line may begin after the header's name, and is never broken
    found = re.fullmatch(r"<http://127\.0\.0\.1:8000(/api/v1/mailings/unsubscriptions/\S+)>", unfolded)
    assert found
    return found[1]


async def subscribed(client: Caller) -> tuple[bool, bool]:
    """To advertising, to the magazine."""
    read = (await client.get(PREFERENCES)).json()
    return read["advertising"], read["magazine"]["on"]


@pytest.mark.parametrize(("kind", "left"), [("advertising", (False, True)), ("magazine", (True, False))])
async def test_one_click_leaves_the_mailing_and_nothing_else(
    cabinet: Cabinet,
    mailing_host: Cabinet,
    server: SmtpServer,
    client: Caller,
    editor: Caller,
    kind: str,
    left: tuple[bool, bool],
) -> None:
    await client.patch(PREFERENCES, json={"advertising": True, "magazine": True})
    await mail(mailing_host, editor, kind)
    letter = only(server)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = link_of(letter)
    parts = [part.get_payload(decode=True) for part in letter.walk() if not part.is_multipart()]
    body = b"".join(part for part in parts if isinstance(part, bytes))
    assert body.decode().count(link) >= 2, "readers find it in the text, plain and HTML"
    stranger = cabinet.anonymous()
    for _ in range(2):  # a scanner of the mail server follows links
        page = await stranger.get(link)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert '<form method="post">' in page.text
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert (await stranger.head(link)).status_code in (200, 405)
    assert await subscribed(client) == (True, True)
    for _ in range(2):
        assert (await press(stranger, link)).status_code == 200
        assert await subscribed(client) == left
    async with cabinet.runtime.database.writer.connect() as connection:
        deeds = list(await connection.scalars(sa.select(Audit.action).where(Audit.actor == "anonymous")))
    expected = "identity.advertising_switched" if kind == "advertising" else "notifications.magazine_left"
    assert deeds.count(expected) == 1, "the second press changes nothing"
    server.letters.clear()
    await mail(mailing_host, editor, kind)
    assert server.letters == []
    await client.patch(PREFERENCES, json={"advertising": True, "magazine": True})
    assert (await stranger.post(link)).status_code == 200, "an old letter's link works, too, whatever the body"
    assert await subscribed(client) == left


async def test_a_link_that_we_did_not_sign_leads_nowhere(
    cabinet: Cabinet, mailing_host: Cabinet, server: SmtpServer, client: Caller, editor: Caller
) -> None:
    other = await cabinet.client("petrov@example.ru")
    for one in (client, other):
        await one.patch(PREFERENCES, json={"advertising": True, "magazine": True})
    place = "/api/v1/mailings/unsubscriptions/"
    mac = cabinet.runtime.secrets.token("unsubscribe", f"advertising:{await account_of(client)}").rpartition(".")[2]
    elsewhere = cabinet.runtime.secrets.token("recovery", f"advertising:{await account_of(client)}")
    stranger = cabinet.anonymous()
    for token in (
        f"advertising:{await account_of(other)}.{mac}",
        f"magazine:{await account_of(client)}.{mac}",
        f"advertising:{await account_of(client)}.{mac[:-1]}",
        elsewhere,
        cabinet.runtime.secrets.token("unsubscribe", f"letters:{await account_of(client)}"),
        "x",
    ):
        for method in ("GET", "POST"):
            answer = await stranger.request(method, place + token)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), token
    assert [await subscribed(one) for one in (client, other)] == [(True, True), (True, True)]


async def test_letters_that_nobody_subscribes_to_have_no_such_header(
    mailing_host: Cabinet, server: SmtpServer, client: Caller
) -> None:
    await raise_notice(mailing_host, DOCUMENT, accounts=[await account_of(client)])
    await mailing_host.anonymous().post("/api/v1/recovery", json={"email": ME})
    async with Context(mailing_host.runtime).uow() as uow:
        uow.enqueue(SendLetter(RECEIPT.name, ME, {"number": "1"}))
    await mailing_host.drain()
    letters = [email.message_from_bytes(content) for content in server.letters]
    assert len(letters) == 3
    assert not [one for one in letters if "List-Unsubscribe" in one or "List-Unsubscribe-Post" in one]


async def test_a_closed_account_has_nothing_to_leave(cabinet: Cabinet, client: Caller) -> None:
    token = cabinet.runtime.secrets.token("unsubscribe", f"advertising:{await account_of(client)}")
    await client.patch(PREFERENCES, json={"advertising": True})
    await client.post("/api/v1/profile/deletion", json={"password": "Abcdef12", "confirmed": True})
    await cabinet.drain()
    answer = await press(cabinet.anonymous(), f"/api/v1/mailings/unsubscriptions/{token}")
    assert answer.status_code == 200


# ---- the account of letters over a real server
async def test_the_account_follows_a_letter_through_the_mail_server(
    cabinet: Cabinet, mailing_host: Cabinet, server: SmtpServer, clock: MovableClock
) -> None:
    clerk = await cabinet.staff("clerk@supplier.example", ["notifications.letters"])

    async def account() -> list[tuple[str, int, str]]:
        items = (await clerk.get("/api/v1/staff/letters", params={"email": "buh@company.example"})).json()["items"]
        return [(item["state"], item["attempts"], item["answer"]) for item in items]

    order = SendLetter(RECEIPT.name, "buh@company.example", {"number": "1"})
    async with Context(mailing_host.runtime).uow() as uow:
        uow.enqueue(order)
    assert await account() == [("queued", 0, "")], "from the commit of the use case on"
    await server.stop()
    await mailing_host.drain(failing=True)
    ((state, attempts, answer),) = await account()
    assert (state, attempts) == ("queued", 1)
    assert answer.startswith("MailUnavailable")
    await server.start()
    server.trouble["rcpt"] = "550 No such mailbox"
    clock.move(timedelta(minutes=1))
    await mailing_host.drain()
    ((state, attempts, answer),) = await account()
    assert (state, attempts) == ("refused", 2)
    assert "550 No such mailbox" in answer
    server.trouble.clear()
    again = await clerk.post(f"/api/v1/staff/letters/{order.id}/sendings", headers={"Idempotency-Key": "k"})
    assert again.status_code == 202
    assert [state for state, *_ in await account()] == ["queued", "refused"]
    await mailing_host.drain()
    assert await account() == [("sent", 1, ""), ("refused", 2, answer)]
    letter = only(server)
    assert str(make_header(decode_header(letter["Subject"]))) == "Квитанция 1"
    assert letter["Message-ID"] == f"<{again.json()['id']}@[127.0.0.1]>"
