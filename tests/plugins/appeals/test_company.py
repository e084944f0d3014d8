"""The company's CRM registers appeals through the exchange, and what happens when it does not answer."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.config import Config
from core.context import Context
from core.sdk import Audit
from core.testing.cabinet import Cabinet, Caller, config_for_tests
from core.testing.clock import MovableClock
from core.testing.signing import Signatory
from plugins.appeals.public import (
    AppealFiled,
    Registrar,
    Registration,
    RegistrationRefused,
    RegistrationUnavailable,
)
from tests.plugins.appeals.supplier import (
    APPEALS,
    CHANGE,
    STAFF,
    SUPPORT,
    ask_support,
    begin,
    card,
    fill_signed,
    good,
    send,
    send_signed,
    step,
    tab,
)

SCOPES = ("exchange.load", "exchange.load:*", "exchange.feed", "exchange.answers")
REFUSED = (
    "Произошла ошибка при регистрации обращения. Для решения вопроса направьте в службу технической поддержки на адрес "
    "help@supplier.example информацию об организации, по которой подаете обращение."
)


@pytest.fixture
def host_config(database_url: str, tmp_path: Any, enabled_plugins: list[str]) -> Config:
    """A support address of the supplier's own."""
    settings = {"appeals": {"support_email": "help@supplier.example"}}
    return config_for_tests(database_url, tmp_path, enabled=enabled_plugins, plugins=settings)


class Crm:
    """A CRM that registers each attempt once, loses its answer, is down or refuses, as told."""

    def __init__(self) -> None:
        self.state = "up"
        self.asked = 0
        self.numbers: dict[str, str] = {}

    async def register(self, appeal: AppealFiled) -> Registration | None:
        self.asked += 1
        if self.state == "down":
            raise RegistrationUnavailable("down")
        if self.state == "refusing":
            raise RegistrationRefused("Нет такой организации")
        number = self.numbers.setdefault(appeal.attempt, f"CRM-{len(self.numbers) + 1}")
        if self.state == "losing":
            raise RegistrationUnavailable("the answer was lost")
        return None if self.state == "exchange" else Registration(number, appeal.filed_at)

    async def close(self) -> None:
        pass


@pytest.fixture
def crm(supplier: Cabinet) -> Crm:
    """What registers appeals."""
    crm = Crm()
    ports: Any = supplier.runtime.ports
    ports[Registrar] = crm
    return crm


async def facts(supplier: Cabinet) -> list[Any]:
    """Facts of appeals in the feed, in their order."""
    company = await supplier.service("crm", SCOPES)
    items = good(await company.get("/api/v1/exchange/feed"))["items"]
    return [item for item in items if item["kind"].startswith("appeals.")]


@pytest.mark.requirement("APL-71")
async def test_number_and_date_are_those_of_the_crm(supplier: Cabinet, anna: Caller, crm: Crm) -> None:
    shown = await card(anna, await ask_support(supplier, anna))
    assert (shown["number"], shown["registered_at"]) == ("CRM-1", shown["created_at"])


@pytest.mark.requirement("APL-71", "APL-32")
@pytest.mark.parametrize("state", ["down", "losing"])
async def test_a_crm_that_does_not_answer_is_asked_again(
    supplier: Cabinet, anna: Caller, crm: Crm, clock: MovableClock, state: str
) -> None:
    crm.state = state
    appeal_id = await ask_support(supplier, anna)
    shown = await card(anna, appeal_id)
    assert (shown["state"], shown["number"], shown["sending"]) == ("sending", None, "Идет отправка обращения")
    for _ in range(3):
        clock.move(timedelta(minutes=2))
        await supplier.drain()
    assert crm.asked >= 3
    crm.state = "up"
    clock.move(timedelta(minutes=2))
    await supplier.drain()
    assert (await card(anna, appeal_id))["number"] == "CRM-1"
    assert len(crm.numbers) == len(await tab(anna)) == 1


@pytest.mark.requirement("APL-34", "APL-35")
async def test_a_crm_that_refuses_leaves_a_draft(
    supplier: Cabinet, anna: Caller, crm: Crm, director: Signatory
) -> None:
    crm.state = "refusing"
    form = await fill_signed(anna, CHANGE, director)
    shown = await send_signed(supplier, anna, form, director)
    assert (shown["state"], shown["failure"]["text"]) == ("draft", REFUSED)
    assert ([item["id"] for item in await tab(anna, "drafts")], await tab(anna)) == ([form["id"]], [])
    assert good(await anna.get("/api/v1/signatures/certificates"))["items"] == []
    crm.state = "up"
    assert (await send_signed(supplier, anna, form, director))["number"] == "CRM-1"


@pytest.mark.requirement("APL-34", "APL-36", "APL-57")
async def test_a_refused_question_can_be_sent_again(supplier: Cabinet, anna: Caller, crm: Crm) -> None:
    crm.state = "refusing"
    appeal_id = (await begin(anna, SUPPORT, "Оплата через ЛКК"))["id"]
    good(await step(anna, appeal_id, "information", text="Вопрос"))
    good(await send(anna, appeal_id))
    await supplier.drain()
    form = good(await anna.get(f"{APPEALS}/{appeal_id}/form"))
    assert (form["failure"]["text"], form["values"]["information"]["text"]) == (REFUSED, "Вопрос")
    assert await tab(anna, "drafts") == []
    crm.state = "up"
    good(await send(anna, appeal_id))
    await supplier.drain()
    assert (await card(anna, appeal_id))["number"] == "CRM-1"


@pytest.mark.requirement("APL-71")
@pytest.mark.parametrize("signed", [False, True])
async def test_a_crm_answers_through_the_exchange(
    supplier: Cabinet, anna: Caller, crm: Crm, director: Signatory, signed: bool
) -> None:
    crm.state = "exchange"
    if signed:
        appeal_id = (await send_signed(supplier, anna, await fill_signed(anna, CHANGE, director), director))["id"]
    else:
        appeal_id = await ask_support(supplier, anna)
    assert (await card(anna, appeal_id))["state"] == "sending"
    (fact,) = await facts(supplier)
    assert (fact["kind"], fact["subject"], fact["body"]["number"]) == ("appeals.filed", appeal_id, "")
    company = await supplier.service("crm2", SCOPES)
    for file in fact["body"]["files"]:
        content = await company.get(f"/api/v1/exchange/appeals/{appeal_id}/files/{file['id']}")
        assert len(content.content) == file["size"]
    row = {"attempt": fact["body"]["attempt"], "number": "77-12", "registered_at": "2026-01-25T10:00:00Z"}
    for _ in range(2):
        await supplier.load("appeals.registrations", row)
        await supplier.drain()
    shown = await card(anna, appeal_id)
    assert (shown["state"], shown["number"], shown["registered_at"]) == ("open", "77-12", "2026-01-25T10:00:00Z")
    assert len(shown["messages"]) == 3
    assert len(await facts(supplier)) == 1


@pytest.mark.requirement("APL-34", "APL-71")
async def test_a_refusal_comes_through_the_exchange(
    supplier: Cabinet, anna: Caller, crm: Crm, director: Signatory
) -> None:
    crm.state = "exchange"
    form = await fill_signed(anna, CHANGE, director)
    await send_signed(supplier, anna, form, director)
    (fact,) = await facts(supplier)
    await supplier.load("appeals.registrations", {"attempt": fact["body"]["attempt"], "refused": "Нет такой"})
    await supplier.drain()
    shown = await card(anna, form["id"])
    assert (shown["state"], shown["failure"]["text"]) == ("draft", REFUSED)
    company = await supplier.service("crm2", SCOPES)
    late = b'{"attempt":"%s","number":"1","registered_at":"2026-01-25T10:00:00Z"}' % fact["body"]["attempt"].encode()
    answer = await company.post("/api/v1/exchange/appeals.registrations", content=late)
    assert b"appeals.no_such_attempt" in answer.content


@pytest.mark.requirement("APL-71", "APL-67")
async def test_messages_and_a_withdrawal_leave_once_and_in_order(supplier: Cabinet, anna: Caller) -> None:
    appeal_id = await ask_support(supplier, anna)
    for text in ("раз", "два"):
        good(await anna.post(f"{APPEALS}/{appeal_id}/messages", json={"text": text}))
    good(await anna.put(f"{APPEALS}/{appeal_id}/withdrawal", json={"text": "три"}))
    await supplier.drain()
    told = [(fact["kind"], fact["body"].get("text")) for fact in await facts(supplier)]
    assert told == [
        ("appeals.filed", None),
        ("appeals.message_sent", "раз"),
        ("appeals.message_sent", "два"),
        ("appeals.withdrawn", "три"),
    ]


@pytest.mark.requirement("APL-71", "APL-04", "APL-66", "APL-63")
async def test_what_the_crm_says_appears_once(supplier: Cabinet, anna: Caller) -> None:
    appeal_id = await ask_support(supplier, anna)
    message = {"appeal_id": appeal_id, "id": "m-1", "text": "Пришлите акт"}
    documents = (
        {"appeal_id": appeal_id, "id": "d-1", "name": "образец.pdf", "message_id": "m-1"},
        {"appeal_id": appeal_id, "id": "d-2", "name": "оферта.pdf", "block": "offer"},
    )
    for _ in range(2):
        await supplier.load("appeals.messages", message)
        await supplier.load("appeals.documents", *documents)
    shown = await card(anna, appeal_id)
    assert [one["text"] for one in shown["messages"]].count("Пришлите акт") == 1
    (file,) = shown["messages"][-1]["files"]
    assert (file["name"], file["ready"]) == ("образец.pdf", False)
    assert [one["title"] for one in shown["blocks"]] == ["Проект оферты"]
    path = f"{APPEALS}/{appeal_id}/files/{file['id']}"
    assert (await anna.get(path)).status_code == 409
    company = await supplier.service("crm", SCOPES)
    place = f"/api/v1/exchange/appeals/{appeal_id}/documents"
    for content in (b"%PDF-1.7 old", b"%PDF-1.7 new"):
        good(await company.put(f"{place}/d-1/content", content=content))
    assert (await company.put(f"{place}/d-9/content", content=b"x")).status_code == 404
    await supplier.drain()
    assert (await anna.get(path, params={"preview": "true"})).content == b"%PDF-1.7 new"
    await supplier.load("appeals.states", {"appeal_id": appeal_id, "resolution": "Решается", "correspondence": False})
    shown = await card(anna, appeal_id)
    assert (shown["resolution"], shown["correspondence"]) == ("Решается", False)
    for _ in range(2):
        await supplier.load("appeals.states", {"appeal_id": appeal_id, "closed": True})
    assert (await card(anna, appeal_id))["state"] == "closed"


async def bell(caller: Caller) -> list[tuple[str, str]]:
    """Topics and texts, the newest first."""
    return [(one["topic"], one["text"]) for one in good(await caller.get("/api/v1/notifications"))["items"]]


@pytest.mark.requirement("APL-66")
async def test_documents_that_come_together_are_one_block_and_told_of_once(supplier: Cabinet, anna: Caller) -> None:
    appeal_id = await ask_support(supplier, anna)
    before = len(await bell(anna))
    rows = [{"appeal_id": appeal_id, "id": f"d-{n}", "name": f"{n}.pdf", "block": "offer"} for n in (1, 2, 3)]
    for _ in range(2):
        await supplier.load("appeals.documents", *rows, {**rows[0], "id": "l-1", "block": "letter"})
    await supplier.drain()
    blocks = (await card(anna, appeal_id))["blocks"]
    assert [(one["kind"], [file["name"] for file in one["files"]]) for one in blocks] == [
        ("offer", ["1.pdf", "2.pdf", "3.pdf"]),
        ("letter", ["1.pdf"]),
    ]
    assert len(await bell(anna)) == before, "there is nothing to read yet"
    company = await supplier.service("crm", SCOPES)
    place = f"/api/v1/exchange/appeals/{appeal_id}/documents"
    for number, told in ((1, 0), (3, 0), (2, 1), (2, 1)):
        good(await company.put(f"{place}/d-{number}/content", content=b"%%PDF-1.7 %d" % number))
        await supplier.drain()
        assert len(await bell(anna)) == before + told
    assert (await bell(anna))[0][0].startswith("Проект оферты")
    assert (await tab(anna))[0]["unread"] is True


@pytest.mark.requirement("APL-70")
async def test_the_companys_deeds_are_recorded_and_a_closing_is_one_notice(supplier: Cabinet, anna: Caller) -> None:
    appeal_id = await ask_support(supplier, anna)
    before = len(await bell(anna))
    await supplier.load("appeals.messages", {"appeal_id": appeal_id, "id": "m-1", "text": "Пришлите акт"})
    await supplier.load("appeals.states", {"appeal_id": appeal_id, "resolution": "Решается", "correspondence": False})
    final = {"appeal_id": appeal_id, "resolution": "Удовлетворено", "closed": True}
    for _ in range(2):
        await supplier.load("appeals.states", final)
    await supplier.drain()
    told = (await bell(anna))[: len(await bell(anna)) - before]
    assert len(told) == 3
    assert told[0][1] == "Статус обращения: «Удовлетворено». Работа по обращению завершена."
    statement = sa.select(Audit.action).where(Audit.subject == appeal_id).order_by(Audit.id)
    async with Context(supplier.runtime).uow() as uow:
        deeds = (await uow.execute(statement)).scalars().all()
    assert [deed for deed in deeds if deed not in ("appeals.filed", "appeals.registered")][-4:] == [
        "appeals.answered",
        "appeals.correspondence",
        "appeals.resolved",
        "appeals.closed",
    ]


async def test_a_wrong_row_is_answered(supplier: Cabinet, anna: Caller) -> None:
    appeal_id = await ask_support(supplier, anna)
    company = await supplier.service("crm", SCOPES)
    for dataset, row, code in (
        ("registrations", {"attempt": "x"}, "appeals.number_needed"),
        ("messages", {"appeal_id": "x", "id": "m", "text": "а"}, "appeals.no_such_appeal"),
        ("documents", {"appeal_id": appeal_id, "id": "d", "name": "а"}, "appeals.message_or_block"),
        ("documents", {"appeal_id": appeal_id, "id": "d", "name": "а", "message_id": "m"}, "appeals.no_such_message"),
        ("registrations", {"attempt": "x", "number": "1", "registered_at": "2026-01-25T10:00:00"}, "wrong_format"),
    ):
        answer = await company.post(f"/api/v1/exchange/appeals.{dataset}", json=row)
        assert code in answer.text, answer.text
    support = await supplier.staff(scopes=["appeals.answer"])
    good(await support.put(f"{STAFF}/{appeal_id}/closing", json={"text": "Всё"}))
    answer = await company.post(
        "/api/v1/exchange/appeals.messages", json={"appeal_id": appeal_id, "id": "m", "text": "а"}
    )
    assert "appeals.closed" in answer.text
