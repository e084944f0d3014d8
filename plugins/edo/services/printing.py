"""The printed form of a document."""

import os
from collections.abc import AsyncIterator
from decimal import Decimal

from core.printing.public import Pairs, Paper, Table, Text, number, pdf
from core.sdk import Context, pieces
from plugins.edo import domain, store
from plugins.edo.schemas.documents import EdoInvoice, EdoParty, EdoReconciliation, EdoView
from plugins.edo.services import viewing
from plugins.edo.store import DocumentRow, SignatureRow

Block = Text | Pairs | Table
NAME = "Печатная форма.pdf"
_METHODS = {"pep": "Простая электронная подпись", "kep": "Усиленная квалифицированная электронная подпись"}
_CONFIRMED = "Подтверждено энергосбытовой компанией"
"""All that is known of a confirmation that nothing proves here."""
_SIDES = {"client": "Клиент", "company": "Энергосбытовая компания"}


async def printed(ctx: Context, row: DocumentRow) -> tuple[int, AsyncIterator[bytes]]:
    """Size and content of the printed form."""
    found = await viewing.view(ctx, row) if row.file_name.lower().endswith(".xml") else ""
    signatures = await ctx.reader.all(store.SIGNATURES, document_id=row.id)
    blocks: list[Block] = [_particulars(row), *_said(found)]
    blocks += [Text("Подписи", "heading")] if signatures else []
    blocks += [_stamp(ctx, one) for one in signatures]
    title = domain.title(row.kind, row.number, row.issued_on)
    file = await pdf(Paper(title[:1].upper() + title[1:], blocks, footer=f"Документ {row.id}"))
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return size, pieces(file)


def _particulars(row: DocumentRow) -> Pairs:
    rows = [
        ("Договор", row.contract_number),
        ("Состояние", domain.TITLES[row.state]),
        ("Наименование", row.name),
        ("Комментарий", row.comment),
        ("Файл", row.file_name),
        ("SHA-256 файла", row.sha256),
    ]
    return Pairs([(name, value) for name, value in rows if value])


def _said(found: EdoView | str) -> list[Block]:
    if isinstance(found, str):
        return []
    return _invoice(found) if isinstance(found, EdoInvoice) else _reconciliation(found)


def _invoice(said: EdoInvoice) -> list[Block]:
    rows = [
        [
            one.name,
            one.unit,
            _shown(one.quantity),
            _shown(one.price, 2),
            _shown(one.without_tax, 2),
            one.rate,
            _shown(one.tax, 2),
            _shown(one.total, 2),
        ]
        for one in said.rows
    ]
    rows.append(
        ["Всего к оплате", "", "", "", _shown(said.without_tax, 2), "", _shown(said.tax, 2), _shown(said.total, 2)]
    )
    head = ["Наименование", "Ед.", "Кол-во", "Цена", "Без налога", "Ставка", "Налог", "С налогом"]
    parties = Pairs([("Продавец", _party(said.seller)), ("Покупатель", _party(said.buyer)), ("Валюта", said.currency)])
    return [parties, Table(head, rows, (4, 1, 1.5, 1.5, 2, 1.2, 1.8, 2), frozenset({2, 3, 4, 6, 7}), 1)]


def _reconciliation(said: EdoReconciliation) -> list[Block]:
    period = f"{said.begins_on:%d.%m.%Y} — {said.ends_on:%d.%m.%Y}"
    sides = [("По данным", _party(said.sender)), ("Контрагент", _party(said.recipient)), ("Период сверки", period)]
    head = ["Дата", "Операция", "Документ", "Дебет", "Кредит"]
    blocks: list[Block] = [Pairs(sides)]
    for contract in said.contracts:
        if contract.number:
            signed = f" от {contract.signed_on:%d.%m.%Y}" if contract.signed_on else ""
            blocks.append(Text(f"Договор № {contract.number}{signed}", "heading"))
        balances = contract.balances
        rows = [_sums("Сальдо на начало периода", balances.opening_debit, balances.opening_credit)]
        rows += [
            [f"{one.on:%d.%m.%Y}", one.operation, one.document, _shown(one.debit, 2), _shown(one.credit, 2)]
            for one in contract.rows
        ]
        rows.append(_sums("Обороты за период", balances.debit, balances.credit))
        rows.append(_sums("Сальдо на конец периода", balances.closing_debit, balances.closing_credit))
        blocks.append(Table(head, rows, (1.6, 4, 4, 2, 2), frozenset({3, 4}), 2))
    return blocks


def _sums(name: str, debit: Decimal | None, credit: Decimal | None) -> list[str]:
    return ["", name, "", _shown(debit, 2), _shown(credit, 2)]


def _party(one: EdoParty) -> str:
    return ", ".join(part for part in (one.name, one.inn and f"ИНН {one.inn}", one.kpp and f"КПП {one.kpp}") if part)


def _shown(value: Decimal | None, decimals: int | None = None) -> str:
    return "—" if value is None else number(value, decimals)


def _stamp(ctx: Context, one: SignatureRow) -> Pairs:
    proven = one.side == "client" or one.evidence_id is not None or one.proof
    rows = [
        (_SIDES[one.side], one.signer),
        ("Вид подписи", _METHODS[one.method] if proven else _CONFIRMED),
        ("Подписано", f"{one.signed_at.astimezone(ctx.runtime.zone):%d.%m.%Y %H:%M:%S}"),
        ("SHA-256", one.sha256),
        ("Текст", one.statement),
    ]
    return Pairs([(name, value) for name, value in rows if value], boxed=True)
