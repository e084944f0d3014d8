"""A file's way over HTTP: uploaded, checked, shown, sent, answered."""

from datetime import timedelta

import pytest

from core.testing.cabinet import Cabinet, Caller
from tests.core.imports.conftest import OURS, THEIRS, client, upload, uploaded
from tests.core.imports.lists import Switches

LIST = "a=1\nb=bad\nc=\nd=odd\n"


async def entries(caller: Caller, import_id: str, **params: str) -> list[dict[str, object]]:
    answer = await caller.get(f"/api/v1/imports/{import_id}/entries", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, object]] = answer.json()["items"]
    return found


async def facts(cabinet: Cabinet) -> list[dict[str, object]]:
    """What the company reads in its feed."""
    company = await cabinet.service(f"reader{len(cabinet._callers)}", ("exchange.feed",))
    answer = await company.get("/api/v1/exchange/feed", params={"kind": "lists.", "after": 0})
    found: list[dict[str, object]] = answer.json()["items"]
    return found


async def answer_facts(cabinet: Cabinet, outcomes: dict[str, str]) -> None:
    """Billing's answers by the names of the values."""
    company = await cabinet.service(f"answers{len(cabinet._callers)}", ("exchange.answers",))
    lines = [
        f'{{"fact_id": "{fact["id"]}", "outcome": "{outcomes[fact["body"]["name"]]}", "text": "Так"}}'  # type: ignore[index]
        for fact in await facts(cabinet)
        if fact["kind"] == "lists.taken"
    ]
    assert (await company.post("/api/v1/exchange/answers", content="\n".join(lines))).status_code == 200
    await cabinet.drain()


@pytest.mark.repeats("commit_import")
async def test_a_file_is_checked_shown_and_sent_once(contracts: Cabinet) -> None:
    caller = await client(contracts)
    import_id = await uploaded(caller, LIST)
    url = f"/api/v1/imports/{import_id}"
    assert (await caller.get(url)).json()["state"] == "stored"
    await contracts.drain()
    ready = (await caller.get(url)).json()
    assert ready["state"] == "ready"
    assert ready["progress"] == {"done": 4, "total": 4}
    assert {name: number for name, number in ready["counts"].items() if number} == {
        "new": 2,
        "skipped": 1,
        "refused": 1,
    }
    assert ready["actions"] == ["commit", "cancel", "delete"]
    assert await facts(contracts) == []
    (refused,) = await entries(caller, import_id, state="refused")
    assert refused["title"] == "b"
    assert refused["lines"][0]["row"] == 2  # type: ignore[index]
    assert refused["lines"][0]["notes"][0] == {  # type: ignore[index]
        "level": "error",
        "code": "lists.bad",
        "message": "Значение «bad» не подходит",
        "row": None,
        "column": "B",
        "sheet": None,
    }
    (warned,) = await entries(caller, import_id, warned="true")
    assert (warned["title"], warned["state"]) == ("d", "new")
    sending = [await caller.post(f"{url}/commit", headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert [one.status_code for one in sending] == [202, 202]
    assert sending[0].json() == sending[1].json()
    assert (sending[0].json()["state"], sending[0].json()["message"]) == ("committing", "Список отправлен")
    await contracts.drain()
    sent = (await caller.get(url)).json()
    assert (sent["state"], sent["message"], sent["counts"]["sent"]) == ("committed", "Список сохранён", 2)
    assert [fact["body"]["name"] for fact in await facts(contracts)] == ["a", "d"]  # type: ignore[index]
    await answer_facts(contracts, {"a": "accepted", "d": "refused"})
    answered = (await caller.get(url)).json()
    assert (answered["state"], answered["counts"]["accepted"], answered["counts"]["declined"]) == (
        "partly_accepted",
        1,
        1,
    )
    (declined,) = await entries(caller, import_id, state="declined")
    assert declined["answer"] == {"outcome": "refused", "code": "", "text": "Так"}
    again = await caller.post(f"{url}/commit")
    assert (again.status_code, again.json()["state"]) == (202, "partly_accepted")
    await contracts.drain()
    assert len(await facts(contracts)) == 2


async def test_sending_ordered_with_the_upload_begins_after_the_check(contracts: Cabinet) -> None:
    caller = await client(contracts)
    import_id = await uploaded(caller, "a=1\n", send="true")
    await contracts.drain()
    assert (await caller.get(f"/api/v1/imports/{import_id}")).json()["state"] == "committed"


async def test_a_file_that_cannot_be_read_is_rejected_with_the_place(contracts: Cabinet) -> None:
    caller = await client(contracts)
    import_id = await uploaded(caller, "a=1\nnonsense\n", send="true")
    await contracts.drain()
    rejected = (await caller.get(f"/api/v1/imports/{import_id}")).json()
    assert rejected["state"] == "rejected"
    assert [(note["code"], note["row"]) for note in rejected["notes"]] == [("lists.broken", 2)]
    empty = await uploaded(caller, "a=\n")
    await contracts.drain()
    assert (await caller.get(f"/api/v1/imports/{empty}")).json()["notes"][0]["code"] == "imports.nothing_filled"
    assert await facts(contracts) == []


@pytest.mark.repeats("withdraw_import")
async def test_what_was_sent_is_withdrawn_until_something_is_accepted(contracts: Cabinet) -> None:
    caller = await client(contracts)
    first, second = await uploaded(caller, "a=1\n", send="true"), await uploaded(caller, "b=1\n", send="true")
    await contracts.drain()
    for _ in range(2):
        gone = await caller.post(f"/api/v1/imports/{first}/withdrawal", headers={"Idempotency-Key": "w"})
        assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")
    assert [fact["kind"] for fact in await facts(contracts)] == ["lists.taken", "lists.taken", "lists.withdrawn"]
    await answer_facts(contracts, {"a": "refused", "b": "accepted"})
    late = await caller.post(f"/api/v1/imports/{second}/withdrawal")
    assert (late.status_code, late.json()["code"]) == (409, "imports.not_withdrawable")
    assert (await caller.get(f"/api/v1/imports/{first}")).json()["state"] == "withdrawn"


async def test_an_unsent_file_is_listed_replaced_cancelled_and_deleted(contracts: Cabinet) -> None:
    caller = await client(contracts)
    first = await uploaded(caller, "a=1\n", name="первый.txt")
    second = await uploaded(caller, "a=2\n", name="второй.txt", replaces=first)
    listed = (await caller.get("/api/v1/imports", params={"contract_id": OURS})).json()["items"]
    assert [(one["file_name"], one["size"]) for one in listed] == [("второй.txt", 4)]
    assert (await caller.get(f"/api/v1/imports/{first}")).status_code == 404
    assert (await caller.post(f"/api/v1/imports/{second}/cancel")).json()["state"] == "cancelled"
    await contracts.drain()
    assert (await caller.get(f"/api/v1/imports/{second}")).json()["state"] == "cancelled"
    refused = await caller.post(f"/api/v1/imports/{second}/commit")
    assert (refused.status_code, refused.json()["code"]) == (409, "imports.not_now")
    assert (await caller.delete(f"/api/v1/imports/{second}")).status_code == 204
    assert (await caller.get("/api/v1/imports", params={"contract_id": OURS})).json()["items"] == []
    sent = await uploaded(caller, "a=1\n", send="true")
    await contracts.drain()
    assert (await caller.delete(f"/api/v1/imports/{sent}")).json()["code"] == "imports.not_now"
    assert len(await facts(contracts)) == 1


async def test_a_refused_upload_leaves_nothing(contracts: Cabinet) -> None:
    caller = await client(contracts)
    for content, name, code in (
        ("", "a.txt", "imports.empty_file"),
        ("a=1", "a.csv", "imports.wrong_suffix"),
        ("a=1", "../..", "invalid"),
        ("a=\x00", "a.txt", "imports.wrong_content"),
        ("a" * 1_000_001, "a.txt", "imports.file_too_large"),
    ):
        assert (await upload(caller, content, name)).json()["code"] == code
    Switches.offered = False
    assert (await upload(caller, LIST)).json()["code"] == "imports.not_offered"
    kinds = await caller.get("/api/v1/import-kinds", params={"contract_id": OURS})
    assert kinds.json()["items"] == []
    Switches.offered, Switches.closed = True, True
    closed = (await upload(caller, LIST)).json()
    assert (closed["code"], closed["params"]["reason_code"]) == ("imports.not_admitted", "lists.closed")
    assert (await caller.get("/api/v1/imports", params={"contract_id": OURS})).json()["items"] == []
    files = contracts.runtime.data_dir / "files" / "imports"
    assert not files.exists() or not list(files.iterdir())


async def test_a_file_name_is_only_a_name(contracts: Cabinet) -> None:
    caller = await client(contracts)
    shown = (await upload(caller, LIST, "C:\\Users\\Анна\\../\u202eсписок.TXT")).json()
    assert shown["file_name"] == "список.TXT"


async def test_others_do_not_see_it(contracts: Cabinet) -> None:
    author, colleague = await client(contracts), await client(contracts, "Руководитель")
    limited, stranger = await client(contracts, "Энергетик", OURS, "O-1"), await client(contracts, "Энергетик", THEIRS)
    accountant = await client(contracts, "Бухгалтер")
    whole, partial = await uploaded(author, "a=1\n"), await uploaded(limited, "b=1\n")
    assert (await upload(stranger, LIST)).status_code == 404
    assert (await upload(accountant, LIST)).json()["code"] == "role_forbids"
    for caller, import_id, status in (
        (author, whole, 200),
        (colleague, whole, 200),
        (limited, whole, 404),
        (stranger, whole, 404),
        (accountant, whole, 403),
        (limited, partial, 200),
        (author, partial, 404),
    ):
        for path in ("", "/entries", "/original"):
            assert (await caller.get(f"/api/v1/imports/{import_id}{path}")).status_code == status
        if status != 200:
            for path in ("/commit", "/cancel", "/withdrawal"):
                assert (await caller.post(f"/api/v1/imports/{import_id}{path}")).status_code == status
            assert (await caller.delete(f"/api/v1/imports/{import_id}")).status_code == status
    unconfirmed = await client(contracts, confirmed=False)
    assert (await upload(unconfirmed, LIST)).json()["code"] == "email_not_confirmed"


async def test_the_original_and_the_marked_copy(contracts: Cabinet) -> None:
    caller = await client(contracts)
    import_id = await uploaded(caller, LIST)
    assert (await caller.get(f"/api/v1/imports/{import_id}/marked")).json()["code"] == "imports.no_marked_copy"
    await contracts.drain()
    assert (await caller.get(f"/api/v1/imports/{import_id}/original")).text == LIST
    marked = (await caller.get(f"/api/v1/imports/{import_id}/marked")).text.splitlines()
    assert marked == ["a=1", "b=bad <- Значение «bad» не подходит", "c=", "d=odd <- Значение «odd» не подходит"]


async def test_an_error_of_the_cabinet_interrupts_and_nothing_is_sent_twice(contracts: Cabinet) -> None:
    caller = await client(contracts)
    import_id = await uploaded(caller, "".join(f"v{number}=1\n" for number in range(25)), send="true")
    Switches.crash = 1
    await contracts.drain(failing=True)
    assert (await caller.get(f"/api/v1/imports/{import_id}")).json()["state"] == "committing"
    contracts.clock.move(timedelta(minutes=5))
    await contracts.drain()
    assert (await caller.get(f"/api/v1/imports/{import_id}")).json()["state"] == "committed"
    names = [fact["body"]["name"] for fact in await facts(contracts)]  # type: ignore[index]
    assert names == [f"v{number}" for number in range(25)]


async def test_what_is_too_old_goes(contracts: Cabinet) -> None:
    caller = await client(contracts)
    unsent, sent = await uploaded(caller, "a=1\n"), await uploaded(caller, "b=1\n", send="true")
    await contracts.drain()
    contracts.clock.move(timedelta(days=9))
    caller = await client(contracts)
    await contracts.drain()
    assert (await caller.get(f"/api/v1/imports/{unsent}")).status_code == 404
    assert (await caller.get(f"/api/v1/imports/{sent}")).status_code == 200
    assert len(list((contracts.runtime.data_dir / "files" / "imports").iterdir())) == 1
