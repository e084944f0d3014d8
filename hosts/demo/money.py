"""What the contracts of the invented supplier owe and have paid: bills, advances, documents, payments of the past."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from core.sdk import month_start, next_month
from hosts.demo.rows import BalanceRow, BillRow, DocumentRow, ExecutedRow, Tree

MONTHS = 3
"""So many months have documents and payments."""
_BANKS = ("АО «Онегорский банк»", "ПАО «Северный кредит»", "АО «Корабел-Банк»")
_PAPERS = (("акт приема-передачи", "A"), ("ведомость приема-передачи", "V"), ("счет-фактура", "F"))
_PENALTIES = 0.2


def add(made: Tree, today: date, seed: int) -> None:
    """Adds the money of a contract: the last month is unpaid, those before it are paid. A month is always the same."""
    contract = made.contracts[0]
    usual = Decimal(Random(f"{seed}:money:{contract.id}").randrange(500_000, 40_000_000)) / 100  # noqa: S311
    months = list(_months(today))
    for month in months:
        chance = Random(f"{seed}:money:{contract.id}:{month}")  # noqa: S311
        amount = (usual * chance.randrange(85, 116) / 100).quantize(Decimal("0.01"))
        _month(made, chance, month, amount, today, paid=month != months[-1])
        if month == months[-1] and chance.random() < _PENALTIES:
            _penalties(made, chance, month, today)
    made.balances.append(BalanceRow(contract.id, f"{int(usual) % 3 * 10_000}", "0"))


def _months(today: date) -> Iterator[date]:
    """The last full months, the oldest first."""
    month = month_start(today)
    for _ in range(MONTHS):
        month = month_start(month - timedelta(days=1))
    for _ in range(MONTHS):
        yield month
        month = next_month(month)


def _month(made: Tree, chance: Random, month: date, amount: Decimal, today: date, *, paid: bool) -> None:
    contract, stamp = made.contracts[0].id, f"{month:%y%m}"
    key, issued_on = f"S-{contract}-{stamp}", min(next_month(month).replace(day=5), today)
    number = f"{stamp}/{chance.randrange(10_000, 99_999)}"
    made.bills.append(
        BillRow(
            key,
            contract,
            number,
            "Основная реализация",
            issued_on,
            f"{amount}",
            "0" if paid else f"{amount}",
            next_month(month).replace(day=18),
            month,
        )
    )
    made.documents.append(
        DocumentRow(f"D-{key}", contract, "счет на оплату", number, issued_on, f"Счет {stamp}.pdf", month, key)
    )
    for kind, letter in _PAPERS:
        name = f"{kind.capitalize()} {stamp}.pdf"
        made.documents.append(
            DocumentRow(f"D-{letter}-{contract}-{stamp}", contract, kind, number, issued_on, name, month)
        )
    if paid:
        made.executed.append(
            ExecutedRow(
                f"P-{key}",
                contract,
                issued_on + timedelta(days=chance.randrange(1, 12)),
                f"{chance.randrange(1, 900)}",
                f"{amount}",
                "Проведён",
                f"Оплата за электроэнергию по договору № {made.contracts[0].number} по счёту № {number}, в т.ч. НДС",
                chance.choice(_BANKS),
            )
        )


def _penalties(made: Tree, chance: Random, month: date, today: date) -> None:
    contract, amount = made.contracts[0].id, f"{Decimal(chance.randrange(10_000, 900_000)) / 100:.2f}"
    number, issued_on = f"Э-{month:%y%m}-{chance.randrange(100, 999)}", min(next_month(month).replace(day=9), today)
    key = f"N-{contract}-{month:%y%m}"
    made.bills.append(BillRow(key, contract, number, "Пени", issued_on, amount, amount, None, month, True))


def paper(row: DocumentRow) -> bytes:
    """A PDF that says which document it stands for, in Latin letters: the demonstration has no fonts to embed."""
    text = f"{row.id}  {row.issued_on.isoformat()}".encode("ascii", "replace")
    page = b"BT /F1 14 Tf 60 780 Td (" + text + b") Tj 0 -24 Td (Demonstration document) Tj ET"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(page), page),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    made, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return made + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        table,
        size,
        len(made),
    )
