"""Payments on the operator's command line."""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from core.clock import SystemClock
from core.contracts.models import Contract
from core.db.engine import Database
from core.testing.cabinet import SECRET_KEY
from hosts.cli import cli
from plugins.payments.models import Executed, Payment
from tests.plugins.payments.test_bank_client_http import PAYEE

NOW = SystemClock().now()
STATEMENT = """1CClientBankExchange
ВерсияФормата=1.03
Кодировка=Windows
СекцияДокумент=Платежное поручение
Номер=77
Дата=25.01.2026
Сумма=100.50
ПлательщикСчет=40702810700000000001
ПлательщикИНН=7830002293
ПолучательСчет=40702810600000000777
ДатаПоступило=26.01.2026
НазначениеПлатежа=Оплата по договору №{number}
КонецДокумента
КонецФайла
"""


def in_database(url: str, *work: tuple[sa.Executable, Any]) -> list[Any]:
    """Rows of the last statement."""

    async def run() -> list[Any]:
        database = Database(url)
        rows: list[Any] = []
        async with database.writer.begin() as connection:
            for statement, values in work:
                result = await connection.execute(statement, values)
                rows = list(result) if result.returns_rows else []
        await database.writer.dispose()
        return rows

    return asyncio.run(run())


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Path:
    """The host file of a supplier with one contract."""
    common = {"name": "ООО «Радуга»", "search": "", "inn": "7830002293", "branch": "", "address": ""}
    in_database(database_url, (sa.insert(Contract), {"id": "c1", "number": "50050002775582", **common}))
    payee = "\n".join(f'{name} = "{value}"' for name, value in PAYEE.items())
    path = tmp_path / "host.toml"
    path.write_text(
        f'[host]\nplugins = ["payments"]\nsecret_key = "{SECRET_KEY}"\ndatabase = "{database_url}"\n'
        f'data_dir = "{tmp_path}"\n[plugins.payments.payee]\n{payee}\n',
        encoding="utf-8",
    )
    return path


def abonent(config: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--config", str(config), *arguments])


def taken(key: str) -> dict[str, Any]:
    """A payment of which only the cabinet knows that it was taken."""
    money = dict.fromkeys(("amount", "total", "advance"), Decimal(100)) | dict.fromkeys(
        ("commission", "returned"), Decimal(0)
    )
    texts = {"mode": "prepayment", "method": "new_card", "card_id": "", "purpose": "", "receipt_email": ""}
    moments = {"created_at": NOW, "expires_at": NOW, "settled_at": NOW}
    return {"id": key, "contract_id": "c1", "save_card": False, "state": "succeeded", **money, **texts, **moments}


def test_the_days_that_agree_and_those_that_do_not(config: Path, database_url: str) -> None:
    quiet = abonent(config, "payments", "reconcile", "--day", "2026-01-25")
    assert (quiet.exit_code, quiet.output.splitlines()[-1]) == (0, "0 differences")
    in_database(database_url, (sa.insert(Payment), taken("p1")))
    assert abonent(config, "payments", "reconcile").exit_code == 0  # yesterday
    day = NOW.astimezone(ZoneInfo("Europe/Moscow")).date()
    found = abonent(config, "payments", "reconcile", "--day", str(day))
    assert found.exit_code == 1
    assert "1 payments, 100.00 taken, 0.00 returned" in found.output
    assert [line.split()[:2] for line in found.output.splitlines()[1:-1]] == [
        ["not_at_acquirer", "p1"],
        ["ledger", "p1"],
    ]
    assert found.output.splitlines()[-1] == "2 differences"


def test_a_statement_is_taken_once(config: Path, database_url: str, tmp_path: Path) -> None:
    good, foreign = tmp_path / "good.txt", tmp_path / "foreign.txt"
    good.write_bytes(STATEMENT.format(number="50050002775582").encode("cp1251"))
    foreign.write_bytes(STATEMENT.format(number="1").replace("7830002293", "7700000000").encode("cp1251"))
    first = abonent(config, "payments", "statement", str(good))
    assert (first.exit_code, first.output) == (0, "1 documents: 1 taken, 0 known, 0 unmatched\n")
    assert "0 taken, 1 known" in abonent(config, "payments", "statement", str(good)).output
    left = abonent(config, "payments", "statement", str(foreign))
    assert left.exit_code == 1
    assert left.output.startswith("no contract: № 77 of 2026-01-25, 100.50")
    rows = in_database(database_url, (sa.select(Executed.contract_id, Executed.amount), None))
    assert [(row.contract_id, str(row.amount)) for row in rows] == [("c1", "100.50")]


def test_what_cannot_be_is_refused_with_a_sentence(config: Path, tmp_path: Path) -> None:
    wrong = abonent(config, "payments", "reconcile", "--day", "25.01.2026")
    assert (wrong.exit_code, "day" in wrong.output) == (2, True)
    assert abonent(config, "payments", "statement", str(tmp_path / "nowhere.txt")).exit_code == 2
    assert abonent(config, "payments", "statement").exit_code == 2
    broken = tmp_path / "broken.txt"
    broken.write_text("no statement")
    assert abonent(config, "payments", "statement", str(broken)).exit_code == 1


def test_the_help_lists_what_the_enabled_plugins_offer(config: Path) -> None:
    listed = abonent(config, "--help").output
    assert "payments" in listed
    assert "readings" not in listed.split("Commands:")[1]
    shown = abonent(config, "payments", "reconcile", "--help").output
    assert "--day DATE" in shown
    assert "Yesterday unless given" in shown
    assert abonent(config, "readings", "peak-hours").exit_code == 2
    assert CliRunner().invoke(cli, ["--config", str(config.with_name("none.toml")), "--help"]).exit_code == 0
