"""The list, the number on the bell, modals and notifications at the top, over HTTP."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from core.notifications.models import Receipt
from core.testing.cabinet import PASSWORD, Cabinet, Caller
from core.testing.clock import MovableClock
from tests.core.notifications.bills import BILL, account_of, close, publish, raise_notice, shown, topics, unread

LONG = "Уважаемые клиенты! " * 500


async def upload(editor: Caller, name: str, content: bytes) -> str:
    answer = await editor.post("/api/v1/staff/notifications/files", params={"name": name}, content=content)
    assert answer.status_code == 201, answer.text
    file_id: str = answer.json()["id"]
    return file_id


@pytest.mark.requirement("NTF-01", "NTF-02")
async def test_a_published_notification_is_in_the_list_with_everything(
    cabinet: Cabinet, editor: Caller, client: Caller, clock: MovableClock
) -> None:
    stranger = await cabinet.client("petrov@example.ru")
    assert (await topics(client), await unread(client)) == ([], 0)
    files = [await upload(editor, "Порядок расчётов.pdf", b"%PDF-1"), await upload(editor, "b.txt", b"")]
    only = {"to": "accounts", "emails": ["Ivanova@example.ru"]}
    await publish(editor, topic="Изменение тарифов", text=LONG, files=files, audience=only)
    (item,) = (await client.get("/api/v1/notifications")).json()["items"]
    assert (item["topic"], item["text"], item["read"], item["form"]) == ("Изменение тарифов", LONG, False, "bell")
    assert datetime.fromisoformat(item["at"]) == clock.now()
    assert [(file["name"], file["size"]) for file in item["files"]] == [("Порядок расчётов.pdf", 6), ("b.txt", 0)]
    assert (await unread(client), await unread(stranger), await topics(stranger)) == (1, 0, [])


@pytest.mark.requirement("NTF-03", "NTF-02")
async def test_unread_ones_come_before_read_ones_across_pages(
    editor: Caller, client: Caller, clock: MovableClock
) -> None:
    ids = []
    for number in (1, 2, 3, 4):
        ids.append(await publish(editor, topic=f"n{number}"))
        clock.move(timedelta(minutes=1))
    for number in (4, 2):
        await client.put(f"/api/v1/notifications/{ids[number - 1]}/read")
    assert await topics(client) == ["n3", "n1", "n4", "n2"]
    assert await unread(client) == 2
    for limit in (1, 2, 3):
        walked, cursor = [], None
        while True:
            page = (
                await client.get(
                    "/api/v1/notifications", params={"limit": limit} | ({"cursor": cursor} if cursor else {})
                )
            ).json()
            walked += [item["topic"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert walked == ["n3", "n1", "n4", "n2"], limit


@pytest.mark.requirement("NTF-03")
async def test_notifications_of_one_moment_have_an_order_too(editor: Caller, client: Caller) -> None:
    for number in range(5):
        await publish(editor, topic=f"n{number}")
    first = (await client.get("/api/v1/notifications", params={"limit": 3})).json()
    assert [item["topic"] for item in first["items"]] == ["n4", "n3", "n2"]
    assert await topics(client, limit=3, cursor=first["next"]) == ["n1", "n0"]


async def test_a_forged_cursor_is_refused_or_finds_nothing(editor: Caller, client: Caller) -> None:
    await publish(editor)
    for cursor in ("nonsense", "WzEsMl0", "W251bGwsbnVsbF0"):
        assert (await client.get("/api/v1/notifications", params={"cursor": cursor})).status_code == 422
    unknown = "WzEsIngiXQ"  # [1,"x"]
    assert await topics(client, cursor=unknown) == []


@pytest.mark.requirement("NTF-04", "NTF-02")
async def test_marking_as_read_is_explicit_and_harmless_to_repeat(
    cabinet: Cabinet, editor: Caller, client: Caller, clock: MovableClock
) -> None:
    stranger = await cabinet.client("petrov@example.ru")
    older = await publish(editor, topic="старое", audience={"to": "accounts", "emails": ["ivanova@example.ru"]})
    clock.move(timedelta(minutes=1))
    newer = await publish(editor, topic="новое", audience={"to": "accounts", "emails": ["ivanova@example.ru"]})
    assert await topics(client) == await topics(client) == ["новое", "старое"]
    assert await unread(client) == 2, "opening the list marks nothing"
    for _ in range(2):
        assert (await client.put(f"/api/v1/notifications/{newer}/read")).status_code == 204
        assert (await topics(client), await unread(client)) == (["старое", "новое"], 1)
    items = (await client.get("/api/v1/notifications")).json()["items"]
    assert [item["read"] for item in items] == [False, True]
    for notice_id in (older, newer, "no-such-id"):
        assert (await stranger.put(f"/api/v1/notifications/{notice_id}/read")).status_code == 404
    assert await unread(client) == 1


@pytest.mark.requirement("NTF-05")
async def test_a_file_is_downloaded_through_the_list(cabinet: Cabinet, editor: Caller, client: Caller) -> None:
    stranger = await cabinet.client("petrov@example.ru")
    content = bytes(range(256)) * 300
    file_id = await upload(editor, "../Счёт «январь».html", content)
    only = {"to": "accounts", "emails": ["ivanova@example.ru"]}
    notice_id = await publish(editor, files=[file_id], audience=only)
    other_id = await publish(editor, topic="без файлов")
    (item,) = [one for one in (await client.get("/api/v1/notifications")).json()["items"] if one["files"]]
    url = f"/api/v1/notifications/{item['id']}/files/{item['files'][0]['id']}"
    got = await client.get(url)
    assert got.content == content
    assert got.headers["content-length"] == str(len(content))
    assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%D0%A1%D1%87")
    assert (got.headers["x-content-type-options"], got.headers["content-type"]) == (
        "nosniff",
        "application/octet-stream",
    )
    assert item["files"][0]["name"] == "Счёт «январь».html"
    assert (await stranger.get(url)).status_code == 404
    assert (await cabinet.anonymous().get(url)).status_code == 401
    assert (await client.get(f"/api/v1/notifications/{other_id}/files/{file_id}")).status_code == 404
    await editor.delete(f"/api/v1/staff/notifications/{notice_id}")
    assert (await client.get(url)).status_code == 404


@pytest.mark.requirement("NTF-06")
async def test_modals_wait_with_their_buttons(editor: Caller, client: Caller) -> None:
    go = {"label": "К договорам", "url": "/contracts"}
    await publish(editor, "modal", "с кнопками", confirm_label="Ознакомлен", go=go)
    await publish(editor, "modal", "без кнопок")
    await publish(editor, "bell", "в колокольчик")
    items = (await client.get("/api/v1/notifications/modals")).json()["items"]
    assert [(item["topic"], item["confirm_label"], item["go"]) for item in items] == [
        ("с кнопками", "Ознакомлен", go),
        ("без кнопок", None, None),
    ]
    assert items[0]["text"] == "Текст: с кнопками"
    assert await topics(client) == ["в колокольчик"]


@pytest.mark.requirement("NTF-07", "NTF-02")
async def test_modals_are_stepped_through_and_confirmed_one_by_one(
    cabinet: Cabinet, editor: Caller, client: Caller, clock: MovableClock
) -> None:
    stranger = await cabinet.client("petrov@example.ru")
    only = {"to": "accounts", "emails": ["ivanova@example.ru"]}
    ids = []
    for number in (1, 2, 3):
        ids.append(await publish(editor, "modal", f"m{number}", confirm_label="Понятно", audience=only))
        clock.move(timedelta(seconds=1))
    assert await shown(client, "modals") == await shown(client, "modals") == ["m1", "m2", "m3"]
    assert (await unread(client), await topics(client)) == (0, [])
    assert await close(stranger, ids[0]) == await close(client, "no-such-id") == 404
    assert await close(client, ids[1]) == 204
    assert await shown(client, "modals") == ["m1", "m3"]
    assert await close(client, ids[1]) == await close(client, ids[1], "dismiss") == 204
    assert await shown(client, "modals") == ["m1", "m3"]
    assert await close(client, ids[0]) == await close(client, ids[2]) == 204
    answer = await cabinet.anonymous().post(
        "/api/v1/sessions", json={"email": "ivanova@example.ru", "password": PASSWORD}
    )
    again = cabinet.anonymous().sign(answer.json()["token"])
    assert await shown(again, "modals") == []
    items = (await again.get("/api/v1/notifications")).json()["items"]
    assert [(item["topic"], item["read"]) for item in items] == [("m3", True), ("m2", True), ("m1", True)]
    assert await unread(again) == 0


@pytest.mark.requirement("NTF-08")
async def test_a_modal_without_a_confirmation_button_can_be_dismissed(editor: Caller, client: Caller) -> None:
    plain = await publish(editor, "modal", "просто")
    going = await publish(editor, "modal", "переход", go={"label": "Перейти", "url": "https://supplier.example/news"})
    strict = await publish(editor, "modal", "строго", confirm_label="Да", go={"label": "Перейти", "url": "/"})
    answer = await client.put(f"/api/v1/notifications/{strict}/closed", json={"by": "dismiss"})
    assert (answer.status_code, answer.json()["code"]) == (409, "notification_confirmation_required")
    assert await close(client, plain, "dismiss") == await close(client, going, "go") == 204
    assert await shown(client, "modals") == ["строго"]
    assert await close(client, strict, "go") == 204
    assert await shown(client, "modals") == []


async def test_only_modals_and_those_at_the_top_are_closed(editor: Caller, client: Caller) -> None:
    bell, modal = await publish(editor), await publish(editor, "modal")
    assert await close(client, bell) == 404
    assert (await client.put(f"/api/v1/notifications/{modal}/read")).status_code == 404
    assert await close(client, modal, "eat") == 422


@pytest.mark.requirement("NTF-09", "NTF-10")
async def test_those_at_the_top_stay_until_closed_or_over(editor: Caller, client: Caller, clock: MovableClock) -> None:
    start, end = clock.now() + timedelta(hours=1), clock.now() + timedelta(hours=3)
    period = {"starts_at": start.isoformat(), "ends_at": end.isoformat()}
    ids = [await publish(editor, "top", f"t{number}", **period) for number in (1, 2, 3)]
    assert (await shown(client, "top"), await topics(client)) == ([], [])
    assert await close(client, ids[0]) == 404, "not shown yet"
    clock.set(start)
    assert await shown(client, "top") == ["t1", "t2", "t3"]
    assert (await topics(client), await unread(client)) == ([], 0)
    assert await close(client, ids[1], "dismiss") == 204
    assert await shown(client, "top") == ["t1", "t3"]
    assert await topics(client) == ["t2"]
    clock.set(end - timedelta(seconds=1))
    assert await shown(client, "top") == ["t1", "t3"]
    clock.set(end)  # no job runs, nobody does anything
    assert await shown(client, "top") == []
    items = (await client.get("/api/v1/notifications")).json()["items"]
    assert [(item["topic"], item["read"]) for item in items] == [("t3", False), ("t1", False), ("t2", True)]
    assert await unread(client) == 2
    assert (await client.put(f"/api/v1/notifications/{ids[0]}/read")).status_code == 204
    assert await unread(client) == 1


async def test_a_newcomer_finds_what_is_shown_and_not_the_old_news(
    cabinet: Cabinet, editor: Caller, clock: MovableClock
) -> None:
    week = (clock.now() + timedelta(days=7)).isoformat()
    await publish(editor, topic="старая новость")
    await publish(editor, "top", "до конца недели", ends_at=week)
    clock.move(timedelta(days=1))
    newcomer = await cabinet.client("novikov@example.ru")
    await publish(editor, topic="свежая новость")
    assert await topics(newcomer) == ["свежая новость"]
    assert await shown(newcomer, "top") == ["до конца недели"]


async def test_a_row_per_account_appears_only_on_reading(cabinet: Cabinet, editor: Caller, client: Caller) -> None:
    await cabinet.client("petrov@example.ru")
    notice_id = await publish(editor)
    await topics(client)

    async def receipts() -> int:
        async with cabinet.runtime.database.writer.connect() as connection:
            return int(await connection.scalar(sa.select(sa.func.count()).select_from(Receipt)) or 0)

    assert await receipts() == 0
    await client.put(f"/api/v1/notifications/{notice_id}/read")
    assert await receipts() == 1
    shown_to_staff = (await editor.get(f"/api/v1/staff/notifications/{notice_id}")).json()
    assert shown_to_staff["receipts"] == 1


async def test_what_is_raised_and_what_is_published_stand_in_one_list(
    cabinet: Cabinet, editor: Caller, client: Caller, clock: MovableClock
) -> None:
    await publish(editor, topic="новость")
    clock.move(timedelta(minutes=1))
    await raise_notice(cabinet, BILL, topic="счёт", accounts=[await account_of(client)])
    assert (await topics(client), await unread(client)) == (["счёт", "новость"], 2)


@pytest.mark.requirement("HLP-08")
async def test_the_menu_counts_what_is_unread(cabinet: Cabinet, editor: Caller, client: Caller) -> None:
    async def counted(caller: Caller) -> int | None:
        sections = (await caller.get("/api/v1/menu")).json()["items"]
        (counter,) = [one["counter"] for one in sections if one["name"] == "notifications"]
        return counter  # type: ignore[no-any-return]

    stranger = await cabinet.client("petrov@example.ru")
    only = {"to": "accounts", "emails": ["ivanova@example.ru"]}
    assert await counted(client) == 0
    ids = [await publish(editor, topic=str(number), audience=only) for number in range(2)]
    await publish(editor, "modal", audience=only)
    await raise_notice(cabinet, BILL, accounts=[await account_of(client)])
    assert (await counted(client), await unread(client), await counted(stranger)) == (3, 3, 0)
    await client.put(f"/api/v1/notifications/{ids[0]}/read")
    assert await counted(client) == 2
