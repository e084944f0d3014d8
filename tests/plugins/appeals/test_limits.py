"""What may be repeated is counted, what is full says so, and what people leave behind is erased."""

from base64 import b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.config import Config
from core.context import Context
from core.ports.signatures import SignatureVerifier, VerifierUnavailable
from core.testing.cabinet import PASSWORD, Cabinet, Caller, config_for_tests
from core.testing.clock import MovableClock
from core.testing.signing import Authority, Signatory, power_of_attorney
from plugins.appeals.models import Appeal
from tests.plugins.appeals.supplier import (
    APPEALS,
    CHANGE,
    ENTITY,
    INN,
    STAFF,
    SUPPORT,
    ask_support,
    attach,
    begin,
    card,
    fill_certificate,
    fill_rest,
    fill_signed,
    good,
    send,
    send_signed,
    signatures,
    tab,
    upload,
    wrong,
)


@pytest.fixture
def host_config(database_url: str, tmp_path: Path, enabled_plugins: list[str]) -> Config:
    """A supplier who allows little."""
    appeals = {
        "per_hour": 3,
        "messages_per_hour": 3,
        "searches_per_hour": 2,
        "messages": 6,
        "files": 12,
        "templates": [{"name": "Акт", "text": "Пришлите акт."}],
    }
    return config_for_tests(database_url, tmp_path, enabled=enabled_plugins, plugins={"appeals": appeals})


async def test_beginning_and_searching_are_counted(supplier: Cabinet, anna: Caller) -> None:
    values = {"contract": "C-1", "topic": SUPPORT, "section": "Оплата через ЛКК"}
    for _ in range(3):
        good(await anna.post(APPEALS, json={"values": values}))
    refused = await anna.post(APPEALS, json={"values": values})
    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
    for _ in range(2):
        good(await anna.get(f"{APPEALS}/organisations", params={"inn": INN}))
    assert (await anna.get(f"{APPEALS}/organisations/extended", params={"inn": INN})).status_code == 429


async def test_writing_is_counted_and_a_dialogue_ends(supplier: Cabinet, anna: Caller, support: Caller) -> None:
    appeal_id = await ask_support(supplier, anna)
    path = f"{APPEALS}/{appeal_id}/messages"
    other = await ask_support(supplier, anna)
    good(await anna.post(f"{APPEALS}/{other}/messages", json={"text": "а"}))
    for _ in range(2):
        good(await anna.post(path, json={"text": "а"}))
    assert (await anna.post(path, json={"text": "а"})).status_code == 429
    for status in (201, 409):
        answer = await support.post(f"{STAFF}/{appeal_id}/messages", json={"text": "б"})
        assert answer.status_code == status
    assert answer.json()["code"] == "appeals.dialogue_full"
    templates = good(await support.get(f"{STAFF}/templates"))["items"]
    assert templates == [{"name": "Акт", "text": "Пришлите акт."}]


async def test_an_appeal_takes_only_so_many_files(supplier: Cabinet, anna: Caller, director: Signatory) -> None:
    form = await fill_signed(anna, CHANGE, director)
    for number in range(10):
        good(await attach(anna, form["id"], "documents.more", str(number).encode(), f"{number}.txt"))
    refused = await attach(anna, form["id"], "documents.more", b"x", "x.txt")
    assert wrong(refused, 409) == {"": "appeals.too_many_files"}
    shown = good(await anna.get(f"{APPEALS}/{form['id']}/form", params={"step": "documents"}))
    twice = await anna.put(
        f"{APPEALS}/{form['id']}/files/{shown['files'][-1]['id']}", params={"field": "documents.more"}
    )
    assert good(twice)["id"] == shown["files"][-1]["id"]
    moved = await anna.put(
        f"{APPEALS}/{form['id']}/files/{shown['files'][0]['id']}", params={"field": "documents.more"}
    )
    assert wrong(moved) == {"file_id": "appeals.file_unknown"}


@pytest.mark.requirement("APL-31", "APL-15")
async def test_a_person_signs_by_a_power_of_attorney(supplier: Cabinet, anna: Caller, ca: Authority) -> None:
    person, principal = ca.issue(), ca.issue(inn=INN)
    appeal_id = (await begin(anna, CHANGE, subsection=ENTITY))["id"]
    await fill_certificate(anna, appeal_id, person, power="Менее 150 кВт", addresses=["г Москва, ул Мира, д 1"])
    form = await fill_rest(anna, appeal_id, CHANGE)
    made = await signatures(anna, appeal_id, form["to_sign"], person)
    good(await send(anna, appeal_id, made))
    await supplier.drain()
    assert (await card(anna, appeal_id))["failure"]["code"] == "appeals.key_mismatch"
    xml = power_of_attorney(inn=INN)
    power = {"xml": b64encode(xml).decode(), "signature": b64encode(principal.sign(xml)).decode()}
    path = f"{APPEALS}/{appeal_id}/submission"
    broken = {"signatures": made, "power": {"xml": "не base64", "signature": "AA=="}}
    assert wrong(await anna.post(path, json=broken)) == {"power": "appeals.power_malformed"}
    good(await anna.post(path, json={"signatures": made, "power": power}))
    await supplier.drain()
    assert (await card(anna, appeal_id))["state"] == "open"


class Down:
    """A verifier that cannot be reached."""

    async def verify(self, *args: Any, **more: Any) -> Any:
        raise VerifierUnavailable("down")

    async def close(self) -> None:
        pass


@pytest.mark.requirement("APL-32", "APL-71")
async def test_a_verifier_that_is_down_is_asked_again(
    supplier: Cabinet, clock: MovableClock, anna: Caller, director: Signatory
) -> None:
    ports: Any = supplier.runtime.ports
    working = ports[SignatureVerifier]
    form = await fill_signed(anna, CHANGE, director)
    ports[SignatureVerifier] = Down()
    assert (await send_signed(supplier, anna, form, director))["state"] == "sending"
    ports[SignatureVerifier] = working
    clock.move(timedelta(minutes=2))
    await supplier.drain()
    assert (await card(anna, form["id"]))["state"] == "open"


async def test_what_an_erased_account_said_and_sent_goes(
    supplier: Cabinet, clock: MovableClock, anna: Caller, director: Signatory, support: Caller
) -> None:
    question = await ask_support(supplier, anna, "Личное")
    file_id = await upload(anna, b"%PDF-1.7 secret", "личное.pdf")
    good(await anna.post(f"{APPEALS}/{question}/messages", json={"text": "Тайна", "files": [file_id]}))
    form = await fill_signed(anna, CHANGE, director)
    await send_signed(supplier, anna, form, director)
    draft = await fill_signed(anna, CHANGE, director)
    good(await anna.put(f"{APPEALS}/{draft['id']}/draft"))
    assert len(await tab(anna, "drafts")) == 1
    about = sa.select(Appeal.party, Appeal.object_address).where(Appeal.id.in_([question, form["id"]]))
    async with Context(supplier.runtime).uow() as uow:
        await uow.execute(sa.update(Appeal).where(Appeal.id == question).values(object_address="ул. Садовая, д. 5"))
        before = (await uow.execute(about)).all()
    assert (any(party for party, _ in before), any(address for _, address in before)) == (True, True)
    closing = await anna.post("/api/v1/profile/deletion", json={"password": PASSWORD, "confirmed": True})
    assert closing.status_code == 204, closing.text
    clock.move(timedelta(days=400))
    await supplier.drain()
    support = await supplier.staff("later@supplier.example", scopes=["appeals.answer"])
    shown = good(await support.get(f"{STAFF}/{question}"))
    told = [message["text"] for message in shown["card"]["messages"] if message["own"]]
    assert (told, shown["author"]["email"]) == (["", ""], shown["author"]["email"])
    assert not any(message["files"] for message in shown["card"]["messages"])
    signed = good(await support.get(f"{STAFF}/{form['id']}"))["card"]
    assert [block["title"] for block in signed["blocks"]] == ["Подписанные документы"]
    assert all(file["signed"] for file in signed["blocks"][0]["files"])
    assert (await support.get(f"{STAFF}/{draft['id']}")).status_code == 404
    async with Context(supplier.runtime).uow() as uow:
        assert {tuple(row) for row in await uow.execute(about)} == {(b"", "")}
