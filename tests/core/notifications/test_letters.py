"""Letters: their HTML, the supplier's own templates, and the account of what became of each."""

import re
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.config import Config, ConfigError
from core.context import Context
from core.host import Host
from core.notifications.models import Delivery, Notice, NoticeAudience, Preferences, Receipt
from core.notifications.public import SendLetter
from core.ports.files import FileMissing, Files
from core.testing.cabinet import PASSWORD, Cabinet, Caller, config_for_tests, running
from core.testing.clock import MovableClock
from tests.core.notifications.bills import DOCUMENT, RECEIPT, BillsPlugin, Post, account_of, publish, raise_notice

LETTERS = "/api/v1/staff/letters"
TO = "buh@company.example"
AVAILABLE = {"bills": lambda: BillsPlugin}


@pytest.fixture
async def clerk(cabinet: Cabinet) -> Caller:
    """A member of staff who looks after letters."""
    return await cabinet.staff("clerk@supplier.example", ["notifications.letters"])


async def order(cabinet: Cabinet, number: str = "1", to: str = TO) -> str:
    letter = SendLetter(RECEIPT.name, to, {"number": number})
    async with Context(cabinet.runtime).uow() as uow:
        uow.enqueue(letter)
    return letter.id


async def listed(clerk: Caller, **params: Any) -> list[dict[str, Any]]:
    answer = await clerk.get(LETTERS, params=params)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def templated(host_config: Config, folder: Path) -> Host:
    """A host with the supplier's own templates."""
    config = config_for_tests(
        host_config.host.database,
        folder.parent,
        enabled=["bills"],
        plugins={"notifications": {"templates": str(folder)}},
    )
    return Host(config, available=AVAILABLE)


# ---- what a letter looks like
async def test_every_letter_says_the_same_in_html(cabinet: Cabinet) -> None:
    await order(cabinet, "<b>7 & 8</b>")
    (letter,) = await cabinet.letters(TO)
    assert letter.subject == "Квитанция <b>7 & 8</b>"
    assert letter.text.startswith("Квитанция <b>7 & 8</b>, Тестэнерго")
    assert "&lt;b&gt;7 &amp; 8&lt;/b&gt;, Тестэнерго" in letter.html
    assert "<b>7" not in letter.html
    assert '<a href="http://127.0.0.1:8000"' in letter.html
    assert letter.html.count("Тестэнерго") == 2, "in the heading and in the text"


async def test_a_notification_is_no_template(cabinet: Cabinet) -> None:
    client = await cabinet.client()
    text = "{{ code }} {% raw %}\n\n<script>alert(1)</script> https://supplier.example/x"
    await raise_notice(cabinet, DOCUMENT, accounts=[await account_of(client)], topic="А\nБ {{ x }}", text=text)
    (letter,) = [one for one in await cabinet.letters() if "{{ x }}" in one.subject]
    assert letter.subject == "А Б {{ x }}"
    assert text in letter.text
    assert "<script" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert '<a href="https://supplier.example/x"' in letter.html


@pytest.mark.requirement("HLP-13")
async def test_letters_of_a_plugin_that_is_missing_are_unknown(host_config: Config, tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "bills.receipt.txt").write_text("№{{ number }}", encoding="utf-8")
    templated(host_config, folder)
    config = config_for_tests(
        host_config.host.database, tmp_path, enabled=[], plugins={"notifications": {"templates": str(folder)}}
    )
    with pytest.raises(ConfigError, match=r"templates: bills\.receipt\.txt: no such template"):
        Host(config, available=AVAILABLE)


@pytest.mark.requirement("HLP-12")
async def test_the_suppliers_own_templates_take_the_place(
    host_config: Config, clock: MovableClock, tmp_path: Path
) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / "bills.receipt.subject.txt").write_text("Ваша квитанция №{{ number }}\n", encoding="utf-8")
    (folder / "bills.receipt.txt").write_text("Здравствуйте! №{{ number }} — {{ supplier }}", encoding="utf-8")
    (folder / "wrapper.html").write_text("<h1>{{ supplier }}</h1>{{ paragraphs[0][0] }}", encoding="utf-8")
    config = templated(host_config, folder).config
    async with running(Host(config, clock=clock, available=AVAILABLE), clock) as cabinet:
        await order(cabinet, "5<")
        (letter,) = await cabinet.letters(TO)
    assert (letter.subject, letter.text) == ("Ваша квитанция №5<", "Здравствуйте! №5< — Тестэнерго")
    assert letter.html == "<h1>Тестэнерго</h1>Здравствуйте! №5&lt; — Тестэнерго"


@pytest.mark.requirement("HLP-12")
async def test_one_letter_may_have_html_of_its_own(host_config: Config, clock: MovableClock, tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    own = "<p>{{ subject }}: {{ number }} ({{ supplier }}, {{ base_url }})</p>"
    (folder / "bills.receipt.html").write_text(own, encoding="utf-8")
    config = templated(host_config, folder).config
    async with running(Host(config, clock=clock, available=AVAILABLE), clock) as cabinet:
        await order(cabinet, "5<")
        (letter,) = await cabinet.letters(TO)
        await cabinet.client()
        (other, *_) = await cabinet.letters("ivanova@example.ru")
    assert letter.text.startswith("Квитанция 5<, Тестэнерго")
    assert letter.html == "<p>Квитанция 5&lt;: 5&lt; (Тестэнерго, http://127.0.0.1:8000)</p>"
    assert other.html.startswith("<!doctype html>"), "the others keep theirs"


@pytest.mark.requirement("HLP-12")
@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("bills.receipt.txt", "{{ number ", "unexpected end of template"),
        ("bills.receipt.txt", "{{ amount }}", "no such value: amount"),
        ("bills.receipt.txt", "{{ number | shout }}", "shout"),
        ("bills.receipt.txt", "{{ number.__class__.mro() }}", "unsafe"),
        ("bills.recipe.txt", "текст", "no such template"),
        ("wrapper.html", "{{ text }}", "no such value: text"),
        ("bills.receipt.html", "<p>{{ amount }}</p>", "no such value: amount"),
        ("bills.recipe.html", "<p></p>", "no such template"),
    ],
)
async def test_a_wrong_template_stops_the_start(
    host_config: Config, tmp_path: Path, name: str, text: str, reason: str
) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"templates: {re.escape(name)}: .*{re.escape(reason)}"):
        templated(host_config, folder)


async def test_a_missing_folder_of_templates_stops_the_start(host_config: Config, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="templates"):
        templated(host_config, tmp_path / "nowhere")


# ---- what became of it
async def test_a_sent_letter_is_accounted_for(cabinet: Cabinet, clerk: Caller, clock: MovableClock) -> None:
    letter_id = await order(cabinet)
    await cabinet.drain()
    moment = clock.now().isoformat().replace("+00:00", "Z")
    assert await listed(clerk, email=TO.upper()) == [
        {
            "id": letter_id,
            "letter": RECEIPT.name,
            "email": TO,
            "state": "sent",
            "attempts": 1,
            "answer": "",
            "again_of": None,
            "created_at": moment,
            "settled_at": moment,
        }
    ]


async def test_a_letter_is_queued_from_its_order_on(cabinet: Cabinet, clerk: Caller) -> None:
    """In the same transaction: neither without the other, and a suppressed order leaves no trace."""
    letters = [SendLetter(RECEIPT.name, TO, {"number": str(number)}) for number in range(6)]
    with suppress(ZeroDivisionError):
        async with Context(cabinet.runtime).uow() as uow:
            uow.enqueue(letters[0])
            raise ZeroDivisionError
    async with Context(cabinet.runtime).uow() as uow:
        uow.enqueue(letters[1])
        uow.enqueue(letters[2], dedup_key="once")
        uow.enqueue(letters[3], dedup_key="once")
        with suppress(ZeroDivisionError):
            async with uow.savepoint():
                uow.enqueue(letters[4])
                raise ZeroDivisionError
    async with Context(cabinet.runtime).uow() as uow:
        uow.enqueue(letters[5], dedup_key="once")
    queued = await listed(clerk, state="queued", email=TO)
    assert [item["id"] for item in queued] == [letters[2].id, letters[1].id]
    assert {(item["attempts"], item["settled_at"]) for item in queued} == {(0, None)}
    refused = await clerk.post(f"{LETTERS}/{letters[1].id}/sendings")
    assert (refused.status_code, refused.json()["code"]) == (409, "letter_waiting")
    assert len(await cabinet.letters(TO)) == 2
    sent = await listed(clerk, email=TO)
    assert [(item["id"], item["state"], item["attempts"]) for item in sent] == [
        (letters[2].id, "sent", 1),
        (letters[1].id, "sent", 1),
    ]


async def test_a_letter_waits_for_the_mail_server(
    cabinet: Cabinet, clerk: Caller, clock: MovableClock, post_office: Post
) -> None:
    post_office.down = "421 Service not available"
    letter_id = await order(cabinet)
    await cabinet.drain(failing=True)
    (waiting,) = await listed(clerk, state="queued")
    assert (waiting["attempts"], waiting["answer"]) == (1, "MailUnavailable: 421 Service not available")
    assert waiting["settled_at"] is None
    refused = await clerk.post(f"{LETTERS}/{letter_id}/sendings")
    assert (refused.status_code, refused.json()["code"]) == (409, "letter_waiting")
    clock.move(timedelta(minutes=1))
    await cabinet.drain(failing=True)
    post_office.down = ""
    clock.move(timedelta(minutes=5))
    await cabinet.drain()
    (sent,) = await listed(clerk, email=TO)
    assert (sent["state"], sent["attempts"], sent["answer"]) == ("sent", 3, "")
    assert [message.id for message in post_office.taken] == [letter_id]


async def test_a_letter_is_given_up_in_the_end(
    cabinet: Cabinet, clerk: Caller, clock: MovableClock, post_office: Post
) -> None:
    post_office.down = "421 Service not available"
    await order(cabinet)
    for _ in range(12):
        await cabinet.drain(failing=True)
        clock.move(timedelta(hours=2))
    (given_up,) = await listed(clerk, email=TO)
    assert (given_up["state"], given_up["attempts"]) == ("failed", 10)
    assert given_up["settled_at"] is not None


@pytest.mark.repeats("send_letter_again")
async def test_a_refused_letter_shows_why_and_is_sent_again(cabinet: Cabinet, clerk: Caller, post_office: Post) -> None:
    post_office.refused[TO] = "550 No such mailbox"
    letter_id = await order(cabinet, "77")
    await cabinet.drain()
    (refused,) = await listed(clerk, state="refused", email=TO)
    assert (refused["attempts"], refused["answer"]) == (1, "550 No such mailbox")
    post_office.refused.clear()
    answers = [
        await clerk.post(f"{LETTERS}/{letter_id}/sendings", headers={"Idempotency-Key": "again"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    (letter,) = await cabinet.letters(TO)
    assert (letter.subject, letter.id) == ("Квитанция 77", answers[0].json()["id"])
    again, first = await listed(clerk, email=TO)
    assert (again["state"], again["again_of"], first["state"]) == ("sent", letter_id, "refused")
    assert (await clerk.post(f"{LETTERS}/no-such/sendings")).status_code == 404


async def test_no_code_is_kept_and_the_same_code_is_sent_again(cabinet: Cabinet, clerk: Caller) -> None:
    newcomer = await cabinet.register()
    code = await cabinet.code_for("ivanova@example.ru")
    (delivery,) = await listed(clerk, email="ivanova@example.ru")
    async with cabinet.runtime.database.writer.connect() as connection:
        row = (await connection.execute(sa.select(Delivery))).one()
    assert not [value for value in row if code in str(value)]
    await clerk.post(f"{LETTERS}/{delivery['id']}/sendings")
    assert len(await cabinet.letters("ivanova@example.ru")) == 2
    assert await cabinet.code_for("ivanova@example.ru") == code
    confirmed = await newcomer.post("/api/v1/registration/email-confirmation", json={"code": code})
    assert confirmed.status_code == 200


async def test_letters_are_listed_by_page_and_filter(cabinet: Cabinet, clerk: Caller, post_office: Post) -> None:
    post_office.refused["bad@company.example"] = "550"
    ids = [await order(cabinet, str(number)) for number in range(3)]
    ids.append(await order(cabinet, to="bad@company.example"))
    await cabinet.drain()
    assert [item["id"] for item in await listed(clerk)] == ids[::-1]
    first = (await clerk.get(LETTERS, params={"email": TO, "state": "sent", "limit": 2})).json()
    assert [item["id"] for item in first["items"]] == [ids[2], ids[1]]
    params = {"email": TO, "state": "sent", "cursor": first["next"]}
    assert [item["id"] for item in await listed(clerk, **params)] == [ids[0]]
    assert [item["id"] for item in await listed(clerk, state="refused")] == [ids[3]]
    assert (await clerk.get(LETTERS, params={"state": "eaten"})).status_code == 422


async def test_only_staff_with_the_scope_sees_letters(cabinet: Cabinet, editor: Caller, client: Caller) -> None:
    for caller in (editor, client):
        for answer in (await caller.get(LETTERS), await caller.post(f"{LETTERS}/x/sendings")):
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_the_account_of_letters_is_kept_for_a_while(cabinet: Cabinet, clock: MovableClock, clerk: Caller) -> None:
    await order(cabinet)
    await cabinet.drain()
    clock.move(timedelta(days=89))
    await cabinet.drain()
    clock.move(timedelta(days=2))
    clerk = await cabinet.staff("second@supplier.example", ["notifications.letters"])
    assert len(await listed(clerk)) == 1
    await cabinet.drain()
    assert await listed(clerk) == []


async def test_a_closed_account_leaves_nothing_of_the_person(
    cabinet: Cabinet, clerk: Caller, editor: Caller, clock: MovableClock
) -> None:
    client, other = await cabinet.client(), await cabinet.client("petrov@example.ru")
    account_id, me = await account_of(client), "ivanova@example.ru"
    await client.patch("/api/v1/notifications/preferences", json={"magazine": True})
    both = [account_id, await account_of(other)]
    await raise_notice(cabinet, DOCUMENT, topic="Только ей", accounts=[account_id])
    await raise_notice(cabinet, DOCUMENT, topic="Обоим", accounts=both)
    uploaded = await editor.post("/api/v1/staff/notifications/files", params={"name": "a.txt"}, content=b"a")
    only = {"to": "accounts", "emails": [me]}
    notice_id = await publish(editor, topic="Лично", files=[uploaded.json()["id"]], audience=only)
    await client.put(f"/api/v1/notifications/{notice_id}/read")
    assert await listed(clerk, email=me)
    await client.post("/api/v1/profile/deletion", json={"password": PASSWORD, "confirmed": True})
    await cabinet.drain()
    clock.move(timedelta(days=31))
    await cabinet.drain()
    clerk = await cabinet.staff("second@supplier.example", ["notifications.letters"])
    assert await listed(clerk, email=me) == []
    assert await listed(clerk, email="petrov@example.ru")
    async with cabinet.runtime.database.writer.connect() as connection:
        for table in (Preferences, Receipt):
            assert await connection.scalar(sa.select(sa.func.count()).select_from(table)) == 0
        topics = await connection.scalars(sa.select(Notice.topic).order_by(Notice.topic))
        assert list(topics) == ["", "", "Обоим"]
        assert account_id not in str((await connection.execute(sa.select(NoticeAudience))).all())
    with pytest.raises(FileMissing):
        await anext(cabinet.runtime.ports[Files].get(f"notifications/{uploaded.json()['id']}"))
