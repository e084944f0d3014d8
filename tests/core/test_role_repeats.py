"""Creating calls about roles, repeated with their key; a file by its content."""

import asyncio
from typing import Any

import pytest

from core.sdk import ROLES
from core.testing.cabinet import Cabinet, Caller
from tests.core.test_roles import REQUESTS, SCOPES, holder

CONTRACT = {"id": "C-1", "number": "78000000000001", "name": "ООО «Ромашка»", "inn": "7830002293"}


async def twice(caller: Caller, path: str, text: str) -> dict[str, Any]:
    """Posts a text two times with one key; the answer, which is the same."""
    headers = {"Idempotency-Key": "once"}
    first, second = [await caller.post(path, json={"text": text}, headers=headers) for _ in range(2)]
    assert (first.status_code, second.status_code) == (201, 201), second.text
    assert first.content == second.content
    assert second.headers["idempotency-replayed"] == "true"
    other = await caller.post(path, json={"text": "Другое"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_mismatch")
    answer: dict[str, Any] = first.json()
    return answer


@pytest.mark.repeats("request_administrator", "reply_to_role_request", "staff_answer_role_request")
async def test_a_request_and_its_messages_are_made_once(cabinet: Cabinet) -> None:
    await cabinet.load("contracts", CONTRACT)
    caller = await holder(cabinet, ROLES[1], "director@example.ru")
    staff = await cabinet.staff(scopes=SCOPES)
    request = (await twice(caller, REQUESTS, "Прошу"))["id"]
    await twice(staff, f"/api/v1/staff/roles/requests/{request}/messages", "Пришлите приказ")
    await twice(caller, f"/api/v1/roles/requests/{request}/messages", "Приложен")
    assert len((await caller.get("/api/v1/roles/requests")).json()["items"]) == 1
    shown = (await caller.get(f"/api/v1/roles/requests/{request}")).json()
    assert [message["text"] for message in shown["messages"]] == ["Прошу", "Пришлите приказ", "Приложен"]


async def test_a_file_sent_again_is_there_once(cabinet: Cabinet) -> None:
    await cabinet.load("contracts", CONTRACT)
    caller = await holder(cabinet, ROLES[1], "director@example.ru")
    staff = await cabinet.staff(scopes=SCOPES)
    request = (await caller.post(REQUESTS, json={"text": "Прошу"})).json()["id"]
    path = f"/api/v1/roles/requests/{request}"

    async def send(name: str, content: bytes) -> Any:
        return await caller.post(f"{path}/files", params={"name": name}, content=content)

    copies = await asyncio.gather(*[send("Приказ.pdf", b"order") for _ in range(3)])
    assert [answer.status_code for answer in copies] == [201] * 3
    assert len({answer.text for answer in copies}) == 1
    other = [(await send("Приказ 2.pdf", b"order")).json(), (await send("Приказ.pdf", b"another")).json()]
    shown = (await caller.get(path)).json()["files"]
    assert shown == [copies[0].json(), *other]
    for file, content in zip(shown, (b"order", b"order", b"another"), strict=True):
        assert (await caller.get(f"{path}/files/{file['id']}")).content == content
    decision = {"decision": "refuse", "text": "Нет полномочий"}
    await staff.put(f"/api/v1/staff/roles/requests/{request}/decision", json=decision)
    late = await send("Поздно.pdf", b"late")
    assert (late.status_code, late.json()["code"]) == (409, "role_request_closed")
    assert stored_files(cabinet) == 3


def stored_files(cabinet: Cabinet) -> int:
    """How many files of requests the store keeps: neither copies nor refused ones."""
    found = [path for path in cabinet.runtime.data_dir.rglob("*") if path.is_file() and "requests" in path.parts]
    return len(found)
