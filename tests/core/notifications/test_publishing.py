"""What staff publishes and mails, and what plugins raise: who gets it, and who does not."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.context import Context
from core.contracts.public import ContractLink, ContractLinkObject, grant
from core.db.tables import Audit, Outbox
from core.errors import FIELD_UNKNOWN
from core.host import Host
from core.jobs import Runner
from core.notifications.models import NoticeFile
from core.ports.files import FileMissing, Files
from core.testing.cabinet import PASSWORD, Cabinet, Caller, config_for_tests, running
from core.testing.clock import MovableClock
from tests.core.notifications.bills import (
    BILL,
    DOCUMENT,
    QUIET,
    account_of,
    close,
    contract,
    link,
    publish,
    raise_notice,
    shown,
    stored_file,
    topics,
    unread,
)

STAFF = "/api/v1/staff/notifications"
BODY: dict[str, Any] = {"form": "bell", "topic": "Тема", "text": "Текст", "audience": {"to": "all"}}


async def fields(caller: Caller, **changes: Any) -> list[tuple[str, str]]:
    """The refused fields of a publication."""
    answer = await caller.post(STAFF, json=BODY | changes)
    assert answer.status_code == 422, answer.text
    return [(error["field"], error["code"]) for error in answer.json()["errors"]]


@pytest.mark.requirement("NTF-19")
async def test_each_form_reaches_its_audience_and_nobody_else(cabinet: Cabinet, editor: Caller) -> None:
    await contract(cabinet, 1, "Север")
    await contract(cabinet, 2, "Юг")
    north, south = await cabinet.client("north@example.ru"), await cabinet.client("south@example.ru")
    await link(cabinet, north, 1)
    await link(cabinet, south, 2)
    audiences = {
        "всем": {"to": "all"},
        "договору": {"to": "contracts", "ids": ["C-1"]},
        "филиалу": {"to": "branches", "names": ["Север"]},
        "клиенту": {"to": "accounts", "emails": ["NORTH@example.ru"]},
    }
    for form, place in (("bell", ""), ("modal", "modals"), ("top", "top")):
        for topic, audience in audiences.items():
            await publish(editor, form, topic, audience=audience)
        seen = [(await shown(one, place)) if place else (await topics(one)) for one in (north, south)]
        assert sorted(seen[0]) == ["всем", "договору", "клиенту", "филиалу"], form
        assert seen[1] == ["всем"], form
    assert (await unread(north), await unread(south)) == (4, 1)


@pytest.mark.requirement("NTF-19")
async def test_only_staff_with_the_scope_publishes(cabinet: Cabinet, client: Caller) -> None:
    powerless = await cabinet.staff("other@supplier.example", ["notifications.letters"])
    for caller in (client, powerless, await cabinet.service()):
        for answer in (
            await caller.post(STAFF, json=BODY),
            await caller.post(f"{STAFF}/files", params={"name": "a.txt"}, content=b"a"),
            await caller.get(STAFF),
            await caller.delete(f"{STAFF}/x"),
            await caller.post("/api/v1/staff/mailings", json={"kind": "magazine", "topic": "т", "text": "т"}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert await topics(client) == []


async def test_two_contracts_of_one_client_bring_one_entry(cabinet: Cabinet, editor: Caller, client: Caller) -> None:
    for number in (1, 2):
        await contract(cabinet, number, "Север")
        await link(cabinet, client, number)
    await publish(editor, topic="договорам", audience={"to": "contracts", "ids": ["C-1", "C-2", "C-1"]})
    await publish(editor, topic="филиалу", audience={"to": "branches", "names": ["Север"]})
    assert (sorted(await topics(client)), await unread(client)) == (["договорам", "филиалу"], 2)
    for number in (1, 2):
        await client.delete(f"/api/v1/contracts/C-{number}")
    assert (await topics(client), await unread(client)) == ([], 0)


async def test_every_wrong_field_of_a_publication_is_named(editor: Caller, clock: MovableClock) -> None:
    past, future = [(clock.now() + timedelta(hours=hours)).isoformat() for hours in (-1, 1)]
    button = {"label": "Перейти", "url": "/contracts"}
    assert await fields(editor, confirm_label="Да", go=button, ends_at=future) == [
        ("confirm_label", "notification_field_not_for_kind"),
        ("go", "notification_field_not_for_kind"),
        ("ends_at", "notification_field_not_for_kind"),
    ]
    assert await fields(editor, form="top", starts_at=past, ends_at=past) == [
        ("ends_at", "out_of_range"),
        ("starts_at", "out_of_range"),
    ]
    assert await fields(editor, form="top", starts_at=future, ends_at=future) == [("ends_at", "out_of_range")]
    assert await fields(editor, topic="", text="", form="sky") == [
        ("form", "not_a_choice"),
        ("topic", "required"),
        ("text", "required"),
    ]
    assert await fields(editor, starts_at="2027-01-01T00:00:00") == [("starts_at", "wrong_format")]
    unknown = "notification_addressee_unknown"
    assert await fields(editor, audience={"to": "contracts", "ids": ["C-9"]}) == [("audience.ids[0]", unknown)]
    assert await fields(editor, audience={"to": "branches", "names": ["Луна"]}) == [("audience.names[0]", unknown)]
    staff_too = {"to": "accounts", "emails": ["nobody@example.ru", "editor@supplier.example"]}
    assert await fields(editor, files=["no-such"], audience=staff_too) == [
        ("audience.emails[0]", unknown),
        ("audience.emails[1]", unknown),
        ("files[0]", "notification_file_unknown"),
    ]
    assert (await editor.get(STAFF)).json()["items"] == [], "nothing is left of a refused one"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "//evil.example", "/\\evil.example", "http://plain.example", "contracts", "https:///x"],
)
async def test_a_button_leads_to_a_page_and_to_nothing_else(editor: Caller, url: str) -> None:
    assert await fields(editor, form="modal", go={"label": "Да", "url": url}) == [("go.url", "wrong_format")]


@pytest.mark.repeats("publish_notification")
async def test_publishing_is_done_once_for_a_key(editor: Caller, client: Caller) -> None:
    answers = [await editor.post(STAFF, json=BODY, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["idempotency-replayed"] == "true"
    assert await unread(client) == 1
    assert (await editor.get(f"{STAFF}/{answers[0].json()['id']}")).json() == answers[0].json()


async def test_publications_are_listed_and_withdrawn(
    cabinet: Cabinet, editor: Caller, client: Caller, clock: MovableClock
) -> None:
    ids = [await publish(editor, topic=f"n{number}") for number in (1, 2, 3)]
    await raise_notice(cabinet, BILL, accounts=[await account_of(client)])
    first = (await editor.get(STAFF, params={"limit": 2})).json()
    last = (await editor.get(STAFF, params={"cursor": first["next"]})).json()
    assert [item["topic"] for item in first["items"] + last["items"]] == ["n3", "n2", "n1"]
    await client.put(f"/api/v1/notifications/{ids[1]}/read")
    assert (await editor.delete(f"{STAFF}/{ids[1]}")).status_code == 204
    again = await editor.delete(f"{STAFF}/{ids[1]}")
    assert (again.status_code, again.json()["code"]) == (409, "notification_withdrawn_already")
    assert sorted(await topics(client)) == ["n1", "n3", "О счетах"]
    assert await unread(client) == 3
    withdrawn = (await editor.get(f"{STAFF}/{ids[1]}")).json()
    assert withdrawn["withdrawn_at"] == clock.now().isoformat().replace("+00:00", "Z")
    (raised,) = [item for item in (await client.get("/api/v1/notifications")).json()["items"] if item["kind"]]
    for stranger in (raised["id"], "no-such"):
        assert (await editor.delete(f"{STAFF}/{stranger}")).status_code == 404
        assert (await editor.get(f"{STAFF}/{stranger}")).status_code == 404
    async with cabinet.runtime.database.writer.connect() as connection:
        deeds = await connection.scalars(sa.select(Audit.action).where(Audit.subject == ids[1]).order_by(Audit.id))
        assert list(deeds) == ["notifications.published", "notifications.withdrawn"]


async def test_a_withdrawn_modal_is_shown_no_more(editor: Caller, client: Caller) -> None:
    notice_id = await publish(editor, "modal", "ошибка")
    await editor.delete(f"{STAFF}/{notice_id}")
    assert await shown(client, "modals") == []
    assert await close(client, notice_id) == 404


# ---- files
async def test_an_upload_is_limited_and_serves_one_publication(
    cabinet: Cabinet, editor: Caller, clock: MovableClock
) -> None:
    answer = await editor.post(f"{STAFF}/files", params={"name": "big.bin"}, content=b"x" * 100_001)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    most = await editor.post(f"{STAFF}/files", params={"name": "most.bin"}, content=b"x" * 100_000)
    file_id = most.json()["id"]
    await publish(editor, files=[file_id])
    assert await fields(editor, files=[file_id]) == [("files[0]", "notification_file_unknown")]
    twice = (await editor.post(f"{STAFF}/files", params={"name": "a.txt"}, content=b"a")).json()["id"]
    assert await fields(editor, files=[twice, twice]) == [("files[1]", "notification_file_unknown")]
    clock.move(timedelta(days=1))
    assert await fields(editor, files=[twice]) == [("files[0]", "notification_file_unknown")]


async def test_uploads_that_nobody_published_are_removed(
    cabinet: Cabinet, editor: Caller, client: Caller, clock: MovableClock
) -> None:
    used, unused = [
        (await editor.post(f"{STAFF}/files", params={"name": name}, content=b"abc")).json()["id"] for name in "ab"
    ]
    await publish(editor, files=[used])
    await cabinet.drain()
    clock.move(timedelta(days=1, hours=12))
    await cabinet.drain()
    async with cabinet.runtime.database.writer.connect() as connection:
        assert list(await connection.scalars(sa.select(NoticeFile.id))) == [used]
    with pytest.raises(FileMissing):
        await anext(cabinet.runtime.ports[Files].get(f"notifications/{unused}"))
    assert await anext(cabinet.runtime.ports[Files].get(f"notifications/{used}")) == b"abc"


# ---- what plugins raise
@pytest.mark.requirement("NTF-20")
async def test_what_plugins_raise_outlives_them(
    cabinet: Cabinet, client: Caller, clock: MovableClock, host_config: Any
) -> None:
    account_id = await account_of(client)
    file = await stored_file(cabinet, "bills/1", "Счёт.pdf", b"%PDF")
    for kind in (BILL, DOCUMENT, QUIET):
        await raise_notice(cabinet, kind, accounts=[account_id], files=[file] if kind is BILL else [])
        clock.move(timedelta(seconds=1))
    everything = ["Файл проверен", "Заказанный документ готов", "О счетах"]
    assert (await topics(client), await unread(client)) == (everything, 3)
    without = config_for_tests(host_config.host.database, cabinet.runtime.data_dir, enabled=[])
    async with running(Host(without, clock=clock, available={}), clock) as bare:
        same = bare.anonymous()
        same.headers["Authorization"] = client.headers["Authorization"]
        assert (await topics(same), await unread(same)) == (everything, 3)
        items = (await same.get("/api/v1/notifications")).json()["items"]
        assert [item["kind"] for item in items] == [QUIET.name, DOCUMENT.name, BILL.name]
        await same.put(f"/api/v1/notifications/{items[0]['id']}/read")
        assert await unread(same) == 2
        (attached,) = items[2]["files"]
        got = await same.get(f"/api/v1/notifications/{items[2]['id']}/files/{attached['id']}")
        assert (got.content, attached["name"]) == (b"%PDF", "Счёт.pdf")
        preferences = (await same.get("/api/v1/notifications/preferences")).json()
        assert (preferences["kinds"], preferences["readings_start"], preferences["readings_end"]) == ([], None, None)
        refused = await same.patch("/api/v1/notifications/preferences", json={"readings_end": {"on": True}})
        assert [(error["field"], error["code"]) for error in refused.json()["errors"]] == [
            ("readings_end", FIELD_UNKNOWN.code)
        ]
        await raise_notice(bare, BILL, topic="последнее", accounts=[account_id])
        assert (await topics(same))[0] == "последнее", "orders that the plugin left behind still arrive"


async def test_a_contracts_notification_reaches_the_roles_that_may_see_it(cabinet: Cabinet, client: Caller) -> None:
    engineer, accountant = await cabinet.client("engineer@example.ru"), await cabinet.client("accountant@example.ru")
    stranger = await cabinet.client("stranger@example.ru")
    await contract(cabinet, 1)
    await link(cabinet, client, 1)
    for caller, role in ((engineer, "Энергетик"), (accountant, "Бухгалтер")):
        await grant(Context(cabinet.runtime), await account_of(caller), "C-1", role)
    await raise_notice(cabinet, BILL, contract_id="C-1")
    told = [await unread(one) for one in (client, accountant, engineer, stranger)]
    assert told == [1, 1, 0, 0]
    mailed = {letter.to for letter in await cabinet.letters() if letter.subject == BILL.title}
    assert mailed == {"ivanova@example.ru", "accountant@example.ru"}
    await raise_notice(cabinet, BILL, contract_id="C-1", accounts=[await account_of(accountant)])
    assert [await unread(one) for one in (client, accountant, engineer, stranger)] == [1, 2, 0, 0]
    await client.delete("/api/v1/contracts/C-1")
    assert (await topics(client), await unread(client)) == ([], 0), "it tells of a contract that is no longer his"


async def test_a_role_over_some_objects_hears_of_those(cabinet: Cabinet, client: Caller) -> None:
    await contract(cabinet, 1)
    await link(cabinet, client, 1)
    row = {"contract_id": "C-1", "number": "1", "name": "Цех", "address": "СПб", "price_category": 1}
    await cabinet.load("energy_objects", row | {"id": "E-1"}, row | {"id": "E-2"})
    async with Context(cabinet.runtime).uow() as uow:
        await uow.execute(sa.update(ContractLink).values(all_objects=False))
        covered = {"account_id": await account_of(client), "contract_id": "C-1", "energy_object_id": "E-1"}
        await uow.execute(sa.insert(ContractLinkObject).values(covered))
    await raise_notice(cabinet, BILL, contract_id="C-1", energy_object_id="E-2")
    assert await unread(client) == 0
    await raise_notice(cabinet, BILL, contract_id="C-1", energy_object_id="E-1")
    assert await unread(client) == 1


# ---- mailings
@pytest.mark.repeats("order_mailing")
@pytest.mark.requirement("NTF-13")
async def test_a_mailing_in_batches_sends_each_letter_once(cabinet: Cabinet, editor: Caller) -> None:
    emails = [f"client{number}@example.ru" for number in range(5)]
    for email in emails:
        one = await cabinet.client(email)
        await one.patch("/api/v1/notifications/preferences", json={"advertising": True})
    body = {"kind": "advertising", "topic": "Скидка", "text": "Платите <вовремя>"}
    for _ in range(2):
        answer = await editor.post("/api/v1/staff/mailings", json=body, headers={"Idempotency-Key": "m"})
        assert answer.status_code == 202
    drained = await cabinet.drain()
    assert drained.done["notifications.mail_batch"] == 3, "two letters a batch"
    assert sorted(one.to for one in await cabinet.letters() if one.subject == "Скидка") == emails
    (mailing,) = (await editor.get("/api/v1/staff/mailings")).json()["items"]
    assert (mailing["letters"], mailing["kind"], mailing["id"]) == (5, "advertising", answer.json()["id"])
    assert mailing["finished_at"] is not None


async def test_a_batch_that_is_repeated_orders_nothing_twice(cabinet: Cabinet, editor: Caller) -> None:
    for number in range(3):
        one = await cabinet.client(f"client{number}@example.ru")
        await one.patch("/api/v1/notifications/preferences", json={"magazine": True})
    await cabinet.drain()
    await editor.post("/api/v1/staff/mailings", json={"kind": "magazine", "topic": "Номер 1", "text": "т"})
    runner = Runner(cabinet.runtime, cabinet.host.jobs, cabinet.host.config.jobs)
    (ticket,) = await runner.claim(100)
    await runner.run(ticket)
    # the worker's message comes twice, and the row is driven again by hand
    assert (await runner.run(ticket)).outcome == "stale"
    async with cabinet.runtime.database.writer.begin() as connection:
        order = (await connection.execute(sa.select(Outbox.id, Outbox.dedup_key).where(Outbox.id == ticket.id))).one()
        assert order.dedup_key is None
        mailing_id = (await connection.execute(sa.text("SELECT id FROM notifications_mailing"))).scalar_one()
        payload = f'{{"mailing_id":"{mailing_id}","kind":"magazine","after":""}}'.encode()
        again = sa.update(Outbox).where(Outbox.id == ticket.id).values(state="new", payload=payload)
        await connection.execute(again)
    await cabinet.drain()
    received = [one.to for one in await cabinet.letters() if one.subject == "Номер 1"]
    assert sorted(received) == [f"client{number}@example.ru" for number in range(3)]
    (mailing,) = (await editor.get("/api/v1/staff/mailings")).json()["items"]
    assert (mailing["letters"], mailing["finished_at"] is None) == (3, False)


async def test_a_mailing_may_be_for_some_contracts_or_branches(cabinet: Cabinet, editor: Caller) -> None:
    for number, branch in ((1, "Север"), (2, "Юг"), (3, "Юг")):
        await contract(cabinet, number, branch)
    for number in (1, 2, 3):
        one = await cabinet.client(f"client{number}@example.ru")
        await link(cabinet, one, number)
        await one.patch("/api/v1/notifications/preferences", json={"advertising": number != 3})
    await cabinet.client("nobody@example.ru")
    audiences: dict[str, dict[str, Any]] = {
        "филиалу": {"to": "branches", "names": ["Юг"]},
        "договорам": {"to": "contracts", "ids": ["C-1", "C-3"]},
        "всем": {"to": "all"},
    }
    for topic, audience in audiences.items():
        body = {"kind": "advertising", "topic": topic, "text": "т", "audience": audience}
        answer = await editor.post("/api/v1/staff/mailings", json=body)
        assert (answer.status_code, answer.json()["audience"]) == (202, audience["to"])
    received = sorted((one.subject, one.to) for one in await cabinet.letters() if one.subject in audiences)
    assert received == [
        ("всем", "client1@example.ru"),
        ("всем", "client2@example.ru"),
        ("договорам", "client1@example.ru"),
        ("филиалу", "client2@example.ru"),
    ]
    before = (await editor.get("/api/v1/staff/mailings")).json()
    assert [one["letters"] for one in before["items"]] == [2, 1, 1]
    strange = {"to": "branches", "names": ["Юг", "Луна"]}
    answer = await editor.post("/api/v1/staff/mailings", json=body | {"audience": strange})
    assert [error["field"] for error in answer.json()["errors"]] == ["audience.names[1]"]
    people = {"to": "accounts", "emails": ["nobody@example.ru"]}
    assert (await editor.post("/api/v1/staff/mailings", json=body | {"audience": people})).status_code == 422
    assert (await editor.get("/api/v1/staff/mailings")).json() == before


async def test_notifications_of_long_ago_are_removed(
    cabinet: Cabinet, editor: Caller, client: Caller, clock: MovableClock
) -> None:
    kept = (await editor.post(f"{STAFF}/files", params={"name": "a"}, content=b"abc")).json()["id"]
    end = (clock.now() + timedelta(days=10)).isoformat()
    old = await publish(editor, topic="старая", files=[kept])
    await publish(editor, "top", "срочная", ends_at=end)
    await publish(editor, "modal", "до закрытия")
    await raise_notice(cabinet, BILL, topic="счёт", accounts=[await account_of(client)])
    await client.put(f"/api/v1/notifications/{old}/read")
    clock.move(timedelta(days=1094))
    await cabinet.drain()
    editor, client = [await sign_in_again(cabinet, one) for one in ("editor@supplier.example", "ivanova@example.ru")]
    assert sorted(await topics(client)) == ["срочная", "старая", "счёт"]
    clock.move(timedelta(days=2))
    await cabinet.drain()
    assert (await topics(client), await shown(client, "modals")) == (["срочная"], ["до закрытия"])
    assert (await editor.get(f"{STAFF}/{old}")).status_code == 404
    await cabinet.drain()
    with pytest.raises(FileMissing):
        await anext(cabinet.runtime.ports[Files].get(f"notifications/{kept}"))


async def sign_in_again(cabinet: Cabinet, email: str) -> Caller:
    caller = cabinet.anonymous()
    answer = await caller.post("/api/v1/sessions", json={"email": email, "password": PASSWORD})
    return caller.sign(answer.json()["token"])
