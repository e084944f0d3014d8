"""Reconciliation acts that the cabinet prints: figures that add up, pages that can be read."""

import subprocess
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import Config
from core.testing.cabinet import Cabinet, Caller, config_for_tests
from plugins.payments.domain.acts import Movement, figures, verdict
from tests.plugins.payments.bank import Bank
from tests.plugins.payments.supplier import C1, bill, callback, client, feed, start
from tests.plugins.payments.test_bank_client_http import PAYEE
from tests.plugins.payments.test_documents import executed

YEAR = {"period_from": "2025-01-01", "period_to": "2025-12-31"}
SPACE = "\u00a0"


@pytest.fixture
def host_config(database_url: str, tmp_path: Path, enabled_plugins: list[str]) -> Config:
    payments = {"acts": "embedded", "payee": PAYEE, "news_days": 300}
    return config_for_tests(database_url, tmp_path, enabled=enabled_plugins, plugins={"payments": payments})


# ---- the figures
DAYS = st.dates(date(2025, 1, 1), date(2025, 12, 31))
MONEY = st.integers(1, 10**12).map(lambda kopecks: Decimal(kopecks).scaleb(-2))
MOVED = st.lists(
    st.tuples(DAYS, MONEY, st.booleans()).map(
        lambda made: Movement(made[0], "", debit=made[1]) if made[2] else Movement(made[0], "", credit=made[1])
    ),
    max_size=12,
)


@given(MOVED, MONEY, st.tuples(DAYS, DAYS, DAYS))
def test_an_act_begins_where_the_one_before_it_ended(
    moved: list[Movement], owed: Decimal, days: tuple[date, ...]
) -> None:
    first, middle, last = sorted(days)
    since = [one for one in moved if one.day >= first]
    whole = figures(owed, since, first, last)
    assert whole.opening + whole.debit - whole.credit == whole.closing
    one = figures(owed, since, first, middle)
    two = figures(owed, [one for one in since if one.day > middle], middle + timedelta(days=1), max(last, middle))
    assert (one.opening, one.closing) == (whole.opening, two.opening)
    if last > middle:
        assert two.closing == whole.closing
        assert one.movements + two.movements == whole.movements
    now = figures(owed, since, first, date(2026, 1, 1))
    assert now.closing == owed


def test_the_sentence_names_who_owes_whom() -> None:
    told = [verdict(Decimal(amount), date(2025, 12, 31), "АО", "ООО") for amount in ("0.00", "1234.50", "-0.01")]
    assert told == [
        "Задолженность на 31.12.2025 отсутствует.",
        f"Задолженность на 31.12.2025 в пользу АО составляет 1{SPACE}234,50 руб.",
        "Задолженность на 31.12.2025 в пользу ООО составляет 0,01 руб.",
    ]


# ---- the paper
async def ordered(cabinet: Cabinet, caller: Caller, folder: Path, **period: str) -> tuple[dict[str, Any], list[str]]:
    """The act as it is listed, and the lines of its text."""
    answer = await caller.post(f"{C1}/acts", json=period)
    assert answer.status_code == 201, answer.text
    assert answer.json()["state"] == "ordered"
    await cabinet.drain()
    listed = (await caller.get(f"{C1}/acts")).json()["items"]
    (act,) = [item for item in listed if item["period_from"] == period["period_from"]]
    got = await caller.get(f"{C1}/documents/{act['id']}/content")
    assert got.headers["content-type"] == "application/pdf"
    file = folder / "act.pdf"
    file.write_bytes(got.content)
    return act, lines(file)


def lines(file: Path) -> list[str]:
    done = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], check=True, capture_output=True, text=True, timeout=60
    )
    return [" ".join(line.split()) for line in done.stdout.replace(SPACE, " ").splitlines() if line.strip()]


@pytest.mark.requirement("PAY-23")
async def test_an_ordered_act_is_printed_listed_and_told_of(supplier: Cabinet, tmp_path: Path) -> None:
    await supplier.load(
        "payments.bills",
        bill("old", "1000", issued_on="2024-12-10", due_on=None) | {"remaining": "0"},
        bill("67309", "3269237.58", issued_on="2025-11-10", due_on=None),
        bill("67310", "5000", issued_on="2025-12-10", due_on=None) | {"remaining": "2000"},
        bill("new", "700", issued_on="2026-01-10", due_on=None),
    )
    await supplier.load("payments.balances", {"contract_id": "c1", "advance": "10.50", "overpayment": "0"})
    await supplier.load(
        "payments.executed",
        executed("1", "2025-02-01", amount="1000"),
        executed("2", "2025-12-31", amount="3000"),
        executed("3", "2026-01-15", amount="10.50"),
        executed("x", "2025-06-01", amount="999", contract_id="c2"),
    )
    caller = await client(supplier)
    colleague = await client(supplier, "Руководитель", email="director@raduga.example")
    act, text = await ordered(supplier, caller, tmp_path, **YEAR)
    assert (act["state"], act["number"], act["issued_on"]) == ("issued", "ЛК-1", "2026-01-25")
    assert (act["period_from"], act["period_to"]) == ("2025-01-01", "2025-12-31")
    assert text[:2] == ["Акт сверки № ЛК-1 от 25.01.2026", "взаимных расчётов за период с 01.01.2025 по 31.12.2025"]
    for line in (
        "Договор № 50050002775582",
        "Поставщик АО «Тестэнерго», ИНН 7830002293, КПП 783001001",
        "Покупатель ООО «Радуга», ИНН 7830002293",
        "Сальдо на 01.01.2025 1 000,00",
        "01.02.2025 Оплата БАНК ГПБ (АО) № 1 от 01.02.2025 1 000,00",
        "10.11.2025 Основная реализация № 67309 3 269 237,58",
        "10.12.2025 Основная реализация № 67310 5 000,00",
        "31.12.2025 Оплата БАНК ГПБ (АО) № 2 от 31.12.2025 3 000,00",
        "Обороты за период 3 274 237,58 4 000,00",
        "Сальдо на 31.12.2025 3 271 237,58",
        "Задолженность на 31.12.2025 в пользу АО «Тестэнерго» составляет 3 271 237,58 руб.",
    ):
        assert line in text, f"{line}: " + "; ".join(text)
    assert await feed(supplier) == []
    bells = [(await one.get("/api/v1/notifications")).json()["items"] for one in (caller, colleague)]
    assert ["Готов акт сверки" in [item["topic"] for item in bell] for bell in bells] == [True, False]
    second, text = await ordered(supplier, colleague, tmp_path, period_from="2026-01-01", period_to="2026-01-25")
    assert second["number"] == "ЛК-2"
    assert "Сальдо на 01.01.2026 3 271 237,58" in text
    assert "Сальдо на 25.01.2026 3 271 927,08" in text  # 3269237.58 + 2000 + 700 - 10.50
    sent = await caller.post(f"{C1}/documents/{act['id']}/letters", json={"email": "buh@raduga.example"})
    assert sent.status_code == 202
    (letter,) = [one for one in await supplier.letters("buh@raduga.example") if one.files]
    assert [one.name for one in letter.files] == ["Акт сверки 01.01.2025-31.12.2025.pdf"]


async def test_an_act_of_a_contract_without_movements_and_one_with_a_return(
    supplier: Cabinet, bank: Bank, tmp_path: Path
) -> None:
    caller = await client(supplier)
    _, text = await ordered(supplier, caller, tmp_path, **YEAR)
    assert "Сальдо на 01.01.2025 0,00" in text
    assert "Задолженность на 31.12.2025 отсутствует." in text
    await supplier.load("payments.bills", bill("b1", "100"))
    number = (await start(caller, mode="prepayment", amount="250")).json()["id"]
    bank.pay(number)
    await callback(supplier, number)
    clerk = await supplier.staff(scopes=["payments.return"])
    back = {"note": "ошибка", "amount": "50"}
    assert (await clerk.post(f"/api/v1/staff/payments/orders/{number}/returns", json=back)).status_code == 201
    _, text = await ordered(supplier, caller, tmp_path, period_from="2026-01-01", period_to="2026-01-25")
    for line in (
        "Сальдо на 01.01.2026 0,00",
        "10.01.2026 Основная реализация № b1 100,00",
        "25.01.2026 Оплата от 25.01.2026 250,00",
        "25.01.2026 Возврат оплаты 50,00",
        "Обороты за период 150,00 250,00",
        "Сальдо на 25.01.2026 100,00",
        "Задолженность на 25.01.2026 в пользу ООО «Радуга» составляет 100,00 руб.",
    ):
        assert line in text, f"{line}: " + "; ".join(text)


async def test_acts_ordered_at_once_have_numbers_of_their_own(supplier: Cabinet) -> None:
    caller = await client(supplier)
    for year in (2023, 2024, 2025):
        period = {"period_from": f"{year}-01-01", "period_to": f"{year}-12-31"}
        assert (await caller.post(f"{C1}/acts", json=period)).status_code == 201
    await supplier.drain()
    supplier.clock.move(timedelta(seconds=5))
    await supplier.drain()
    listed = (await caller.get(f"{C1}/acts")).json()["items"]
    assert {(item["state"], item["number"]) for item in listed} == {("issued", f"ЛК-{n}") for n in (1, 2, 3)}


async def test_how_old_a_bill_may_be_to_be_told_of_is_the_suppliers_choice(supplier: Cabinet) -> None:
    caller = await client(supplier)
    await supplier.load(
        "payments.bills", bill("b1", "1", issued_on="2025-06-01"), bill("b2", "1", issued_on="2024-06-01")
    )
    await supplier.drain()
    told = [item["text"] for item in (await caller.get("/api/v1/notifications")).json()["items"]]
    assert ["b1" in text for text in told] == [True]
