"""Staff keeps the questions and answers over HTTP."""

from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from core.db.tables import Audit
from core.testing.cabinet import Cabinet, Caller

STAFF = "/api/v1/staff/help"
QUESTION = {"question": "Как оплатить?", "answer": "Картой.", "sort": 1}


async def editor(cabinet: Cabinet) -> Caller:
    """Somebody who may edit."""
    return await cabinet.staff(scopes=["help.edit"])


async def made(staff: Caller, what: str, **form: Any) -> str:
    """Makes a group or a question; returns its id."""
    answer = await staff.post(f"{STAFF}/{what}", json=form)
    assert answer.status_code == 201, answer.text
    identifier: str = answer.json()["id"]
    return identifier


async def shown(caller: Caller) -> list[tuple[str, list[str]]]:
    """What a client reads."""
    items = (await caller.get("/api/v1/help/questions")).json()["items"]
    return [(group["title"], [one["question"] for one in group["questions"]]) for group in items]


async def deeds(cabinet: Cabinet) -> list[tuple[str, str, dict[str, Any]]]:
    """The audit trail of help: action, actor's kind, details."""
    async with cabinet.runtime.database.writer.connect() as connection:
        rows = await connection.execute(
            sa.select(Audit.action, Audit.actor, Audit.details).where(Audit.action.like("help.%")).order_by(Audit.id)
        )
        return [(action, actor.partition(":")[0], msgspec.json.decode(details)) for action, actor, details in rows]


@pytest.mark.requirement("HLP-01")
async def test_staff_makes_changes_orders_and_removes(cabinet: Cabinet) -> None:
    staff, client = await editor(cabinet), await cabinet.client()
    pay = await made(staff, "groups", title="Оплата", sort=20)
    meters = await made(staff, "groups", title="Счётчики", sort=10)
    first = await made(staff, "questions", group_id=pay, **QUESTION)
    second = await made(staff, "questions", group_id=pay, question="Где чек?", answer="В письме.", sort=0)
    assert await shown(client) == [("Оплата", ["Где чек?", "Как оплатить?"])]
    assert [item["title"] for item in (await staff.get(f"{STAFF}/groups")).json()["items"]] == ["Счётчики", "Оплата"]

    moved = QUESTION | {"group_id": meters, "question": "Как передать показания?", "answer": "На странице «Показания»."}
    answer = await staff.put(f"{STAFF}/questions/{first}", json=moved)
    assert (answer.status_code, answer.json()) == (200, {"id": first, **moved})
    assert await shown(client) == [("Счётчики", ["Как передать показания?"]), ("Оплата", ["Где чек?"])]
    assert (await client.get("/api/v1/help/questions", params={"search": "картой"})).json()["items"] == []
    renamed = await staff.put(f"{STAFF}/groups/{pay}", json={"title": "Платежи", "sort": 0})
    assert renamed.json() == {"id": pay, "title": "Платежи", "sort": 0}
    assert [title for title, _ in await shown(client)] == ["Платежи", "Счётчики"]
    listed = (await staff.get(f"{STAFF}/questions", params={"group": pay})).json()["items"]
    assert [item["id"] for item in listed] == [second]

    assert (await staff.delete(f"{STAFF}/groups/{pay}")).json()["code"] == "help_group_not_empty"
    assert (await staff.delete(f"{STAFF}/questions/{second}")).status_code == 204
    assert (await staff.delete(f"{STAFF}/groups/{pay}")).status_code == 204
    assert await shown(client) == [("Счётчики", ["Как передать показания?"])]
    for gone in (f"groups/{pay}", f"questions/{second}"):
        assert (await staff.get(f"{STAFF}/{gone}")).status_code == 404
        assert (await staff.delete(f"{STAFF}/{gone}")).status_code == 404
    assert (await staff.put(f"{STAFF}/groups/{pay}", json={"title": "Снова"})).status_code == 404

    trail = await deeds(cabinet)
    assert {actor for _, actor, _ in trail} == {"staff"}
    assert [action.removeprefix("help.") for action, _, _ in trail] == [
        "group_added",
        "group_added",
        "question_added",
        "question_added",
        "question_changed",
        "group_changed",
        "question_removed",
        "group_removed",
    ]
    assert trail[-1][2] == {"title": "Платежи"}


@pytest.mark.requirement("HLP-01")
async def test_only_staff_with_the_scope_edits(cabinet: Cabinet) -> None:
    staff = await editor(cabinet)
    group = await made(staff, "groups", title="Оплата")
    question = await made(staff, "questions", group_id=group, **QUESTION)
    client = await cabinet.client()
    before = await shown(client)
    strangers = [client, await cabinet.staff("other@supplier.example", ["roles.answer"]), await cabinet.service()]
    for stranger in strangers:
        for path, form in (("groups", {"title": "Чужое"}), ("questions", QUESTION | {"group_id": group})):
            one = f"{path}/{group if path == 'groups' else question}"
            answers = [
                await stranger.get(f"{STAFF}/{path}"),
                await stranger.post(f"{STAFF}/{path}", json=form),
                await stranger.put(f"{STAFF}/{one}", json=form),
                await stranger.delete(f"{STAFF}/{one}"),
            ]
            assert [answer.status_code for answer in answers] == [403] * 4
    assert await shown(client) == before
    assert (await cabinet.anonymous().get(f"{STAFF}/groups")).status_code == 401


async def test_a_stale_edit_is_refused(cabinet: Cabinet) -> None:
    staff = await editor(cabinet)
    group = await made(staff, "groups", title="Оплата")
    question = await made(staff, "questions", group_id=group, **QUESTION)
    for place, form in (
        (f"{STAFF}/groups/{group}", {"title": "Платежи", "sort": 1}),
        (f"{STAFF}/questions/{question}", QUESTION | {"group_id": group, "answer": "Любой картой."}),
    ):
        old = (await staff.get(place)).headers["etag"]
        changed = await staff.put(place, json=form, headers={"If-Match": old})
        assert changed.status_code == 200, changed.text
        new = changed.headers["etag"]
        assert new != old
        assert new == (await staff.get(place)).headers["etag"]
        for headers in ({"If-Match": old}, {"If-Match": "nonsense"}):
            again = await staff.put(place, json=form | {"sort": 9}, headers=headers)
            assert (again.status_code, again.json()["code"]) == (412, "precondition_failed")
            assert (await staff.delete(place, headers=headers)).status_code == 412
        assert (await staff.get(place)).headers["etag"] == new
        assert (await staff.put(place, json=form, headers={"If-Match": "*"})).status_code == 200
    # the company's own load changes the tag, too
    place = f"{STAFF}/groups/{group}"
    old = (await staff.get(place)).headers["etag"]
    await cabinet.load("help_groups", {"id": group, "title": "Из 1С"})
    assert (await staff.put(place, json={"title": "Моё"}, headers={"If-Match": old})).status_code == 412


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"question": ""}, "question", "required"),
        ({"question": "  "}, "question", "wrong_format"),
        ({"question": "я" * 1001}, "question", "too_long"),
        ({"answer": "я" * 20_001}, "answer", "too_long"),
        ({"sort": -1}, "sort", "out_of_range"),
        ({"colour": "red"}, "colour", "unknown_field"),
        ({"group_id": "no-such-group"}, "group_id", "help_group_unknown"),
    ],
)
async def test_a_wrong_question_is_refused(cabinet: Cabinet, change: dict[str, Any], field: str, code: str) -> None:
    staff = await editor(cabinet)
    group = await made(staff, "groups", title="Оплата")
    question = await made(staff, "questions", group_id=group, **QUESTION)
    wrong = QUESTION | {"group_id": group} | change
    for answer in (
        await staff.post(f"{STAFF}/questions", json=wrong),
        await staff.put(f"{STAFF}/questions/{question}", json=wrong),
    ):
        assert answer.status_code == 422, answer.text
        assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [(field, code)]
    assert len((await staff.get(f"{STAFF}/questions")).json()["items"]) == 1


@pytest.mark.repeats("staff_add_help_group", "staff_add_help_question")
async def test_what_is_made_is_made_once(cabinet: Cabinet) -> None:
    staff = await editor(cabinet)
    group = await made(staff, "groups", title="Оплата")
    for what, form in (("groups", {"title": "Счётчики"}), ("questions", QUESTION | {"group_id": group})):
        headers = {"Idempotency-Key": "once"}
        first, second = [await staff.post(f"{STAFF}/{what}", json=form, headers=headers) for _ in range(2)]
        assert (first.status_code, second.content) == (201, first.content)
        assert second.headers["idempotency-replayed"] == "true"
        other = await staff.post(f"{STAFF}/{what}", json=form | {"sort": 7}, headers=headers)
        assert (other.status_code, other.json()["code"]) == (409, "idempotency_mismatch")
        made_so = [
            item for item in (await staff.get(f"{STAFF}/{what}")).json()["items"] if item.items() >= form.items()
        ]
        assert len(made_so) == 1
