"""The reconciliation act that the cabinet prints itself."""

from datetime import date
from decimal import Decimal

import msgspec

from core.printing.public import Pairs, Paper, Table, Text
from plugins.payments.domain import roubles
from plugins.payments.domain.acts import Figures, verdict

_HEAD = ("Дата", "Документ", "Дебет, руб.", "Кредит, руб.")
_SHARES = (12, 54, 17, 17)
_MONEY = frozenset({2, 3})


class Party(msgspec.Struct, frozen=True):
    """One of the two."""

    name: str
    inn: str
    kpp: str


class ActHead(msgspec.Struct, frozen=True):
    """What stands above the figures."""

    number: str
    issued_on: date
    contract: str
    """Number of the contract."""
    period_from: date
    period_to: date
    supplier: Party
    client: Party


def paper(head: ActHead, figures: Figures) -> Paper:
    """The act as pages: who with whom, the table, what is owed, where to sign."""
    debit, credit = _sides(figures.opening)
    opening = ("", f"Сальдо на {head.period_from:%d.%m.%Y}", debit, credit)
    rows = [(f"{one.day:%d.%m.%Y}", one.title, _amount(one.debit), _amount(one.credit)) for one in figures.movements]
    turnover = ("", "Обороты за период", roubles(figures.debit), roubles(figures.credit))
    debit, credit = _sides(figures.closing)
    closing = ("", f"Сальдо на {head.period_to:%d.%m.%Y}", debit, credit)
    period = f"за период с {head.period_from:%d.%m.%Y} по {head.period_to:%d.%m.%Y}"
    return Paper(
        f"Акт сверки № {head.number} от {head.issued_on:%d.%m.%Y}",
        (
            Pairs(
                (
                    ("Договор", f"№ {head.contract}"),
                    ("Поставщик", _party(head.supplier)),
                    ("Покупатель", _party(head.client)),
                )
            ),
            Text(f"По данным {head.supplier.name}:"),
            Table(_HEAD, (opening, *rows, turnover, closing), _SHARES, _MONEY, totals=2),
            Text(verdict(figures.closing, head.period_to, head.supplier.name, head.client.name)),
            Pairs((("От поставщика", "____________________"), ("От покупателя", "____________________"))),
            Text("Акт сформирован в личном кабинете по данным, загруженным поставщиком.", "small"),
        ),
        subtitle=f"взаимных расчётов {period}",
        footer=f"Договор № {head.contract}",
        author=head.supplier.name,
    )


def _party(party: Party) -> str:
    details = [f"{title} {value}" for title, value in (("ИНН", party.inn), ("КПП", party.kpp)) if value]
    return ", ".join([party.name, *details])


def _sides(balance: Decimal) -> tuple[str, str]:
    """The balance on its side of the table."""
    return (roubles(balance), "") if balance >= 0 else ("", roubles(-balance))


def _amount(value: Decimal) -> str:
    return roubles(value) if value else ""
