"""«Вопрос-ответ» over HTTP: the list, the search, and that both databases find the same."""

import os
from typing import Any

import asyncpg
import pytest
import sqlalchemy as sa

from core.context import Context
from core.contracts.public import grant
from core.testing.cabinet import Cabinet, Caller
from core.testing.databases import POSTGRES_ENV
from tests.core.help.phrases import AS_IT_STANDS, BY_WORDS, GROUPS, IN_ORDER, QUESTIONS

PLACE = "/api/v1/help/questions"
CONTRACT = {"id": "C-1", "number": "78000000000001", "name": "ООО «Ромашка»", "inn": "7830002293"}


async def groups(caller: Caller, **asked: str) -> list[dict[str, Any]]:
    """The groups shown."""
    answer = await caller.get(PLACE, params=asked)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def found(caller: Caller, **asked: str) -> list[str]:
    """The questions shown, in their order."""
    return [question["id"] for group in await groups(caller, **asked) for question in group["questions"]]


@pytest.mark.requirement("HLP-01")
@pytest.mark.usefixtures("answered")
async def test_questions_stand_in_groups_in_a_fixed_order(cabinet: Cabinet) -> None:
    caller = await cabinet.client()  # who has no contract
    shown = await groups(caller)
    assert [group["title"] for group in shown] == ["Приборы учёта", "Оплата", "Личный кабинет"]
    assert tuple(await found(caller)) == IN_ORDER
    first = QUESTIONS[1]
    assert shown[0]["questions"][0] == {name: first[name] for name in ("id", "question", "answer")}
    await cabinet.load("contracts", CONTRACT)
    account = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    await grant(Context(cabinet.runtime), account, "C-1", "Бухгалтер")
    assert await groups(caller) == shown


@pytest.mark.requirement("HLP-01")
@pytest.mark.usefixtures("answered")
async def test_what_the_company_changes_is_seen_at_once(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    await cabinet.load("help_questions", QUESTIONS[0] | {"answer": "До 26-го числа.", "sort": 0})
    await cabinet.load("help_questions", {"id": "Q-zones", "deleted": True})
    await cabinet.load("help_groups", GROUPS[0] | {"title": "Платежи", "sort": 0})
    shown = await groups(caller)
    assert [group["title"] for group in shown] == ["Платежи", "Приборы учёта", "Личный кабинет"]
    assert [question["id"] for question in shown[1]["questions"]] == ["Q-send", "Q-verify"]
    assert shown[1]["questions"][0]["answer"] == "До 26-го числа."
    assert await found(caller, search="26-го") == ["Q-send"]
    assert await found(caller, search="25-е") == []


async def test_a_question_of_no_group_is_refused(cabinet: Cabinet) -> None:
    company = await cabinet.service()
    answer = await company.post("/api/v1/exchange/help_questions", json=QUESTIONS[0])
    assert '"refused"' in answer.text
    assert '"group_id"' in answer.text


@pytest.mark.usefixtures("answered")
async def test_a_group_with_questions_stays(cabinet: Cabinet) -> None:
    company = await cabinet.service()
    answer = await company.post("/api/v1/exchange/help_groups", json={"id": "G-pay", "deleted": True})
    assert (answer.status_code, '"refused"' in answer.text) == (200, True), answer.text
    assert await found(await cabinet.client(), group="G-pay") == ["Q-card", "Q-debt"]


@pytest.mark.requirement("HLP-02")
@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("phrase", AS_IT_STANDS)
async def test_a_phrase_finds_what_holds_it(cabinet: Cabinet, phrase: str) -> None:
    caller = await cabinet.client()
    assert set(await found(caller, search=phrase)) == AS_IT_STANDS[phrase]


@pytest.mark.requirement("HLP-02")
@pytest.mark.usefixtures("answered")
async def test_a_phrase_finds_its_words_in_any_form(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    told = {phrase: set(await found(caller, search=phrase)) for phrase in BY_WORDS}
    assert told == BY_WORDS
    assert len(BY_WORDS) >= 25


@pytest.mark.skipif(POSTGRES_ENV not in os.environ, reason="compares with PostgreSQL's own search")
@pytest.mark.usefixtures("answered")
async def test_postgresql_itself_would_find_the_same_words(cabinet: Cabinet) -> None:
    """An independent judge: the dictionary `russian` of the server. (It keeps `е` and `ё` apart, so `е` is used.)"""
    url = sa.make_url(cabinet.host.config.host.database).render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)
    matches = "to_tsvector('russian', search) @@ plainto_tsquery('russian', $1)"
    try:
        for phrase, expected in BY_WORDS.items():
            rows = await connection.fetch(f"SELECT id FROM help_question WHERE {matches}", phrase.replace("ё", "е"))
            assert {row["id"] for row in rows} == expected, phrase
    finally:
        await connection.close()


@pytest.mark.requirement("HLP-02")
@pytest.mark.usefixtures("answered")
async def test_a_group_narrows_down(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    assert await found(caller, group="G-pay") == ["Q-card", "Q-debt"]
    assert await found(caller, group="G-pay", search="договора") == ["Q-debt"]
    assert await found(caller, group="G-access", search="договора") == ["Q-role"]
    assert await found(caller, search="договора") == ["Q-debt", "Q-role"]
    assert [group["id"] for group in await groups(caller, search="договора")] == ["G-pay", "G-access"]
    assert await groups(caller, group="G-pay", search="показания прибора") == []
    assert await groups(caller, group="no-such-group") == []
    assert await groups(caller, search="ничего подобного") == []


@pytest.mark.requirement("HLP-02")
@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("blank", ["", " ", "\t  \n"])
async def test_a_blank_phrase_finds_everything(cabinet: Cabinet, blank: str) -> None:
    caller = await cabinet.client()
    assert tuple(await found(caller, search=blank)) == IN_ORDER
    assert await found(caller, search=blank, group="G-pay") == ["Q-card", "Q-debt"]


async def test_nothing_is_found_where_nothing_is(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    await cabinet.load("help_groups", *GROUPS)
    assert await groups(caller) == []
    assert (await caller.get(PLACE, params={"search": "я" * 201})).status_code == 422
    assert (await cabinet.anonymous().get(PLACE)).status_code == 401
