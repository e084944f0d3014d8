"""What the company's systems feed in (PAY-27)."""

from typing import Any

from core.contracts.public import Contract
from core.sdk import Dataset, Reference
from plugins.payments.schemas.company import BalanceRow, BillRow, DocumentRow, ExecutedRow
from plugins.payments.services import feeds

_OF_A_CONTRACT = (Reference("contract_id", Contract.id),)

DATASETS: tuple[Dataset[Any], ...] = (
    Dataset(
        "payments.bills",
        BillRow,
        title="Счета на оплату",
        references=_OF_A_CONTRACT,
        apply=feeds.load_bills,
    ),
    Dataset(
        "payments.balances",
        BalanceRow,
        title="Авансы и переплаты",
        key=("contract_id",),
        references=_OF_A_CONTRACT,
        apply=feeds.load_balances,
    ),
    Dataset(
        "payments.documents",
        DocumentRow,
        title="Документы",
        references=_OF_A_CONTRACT,
        apply=feeds.load_documents,
    ),
    Dataset(
        "payments.executed",
        ExecutedRow,
        title="История платежей",
        references=_OF_A_CONTRACT,
        apply=feeds.load_executed,
    ),
)
