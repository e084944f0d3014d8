"""Documents of a contract (6.1)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

DocumentType = Literal["акт приема-передачи", "ведомость приема-передачи", "счет-фактура", "счет на оплату"]
DocumentFilter = Literal["все", "акт приема-передачи", "ведомость приема-передачи", "счет-фактура", "счет на оплату"]


class PaymentsPeriod(msgspec.Struct, frozen=True):
    """Months from the first to the last, both included; each by its first day."""

    month_from: date
    month_to: date


class PaymentsDocument(msgspec.Struct, frozen=True):
    """An issued document."""

    id: str
    contract_id: str
    contract_number: str
    type: DocumentType
    number: str
    issued_on: date
    month: date
    file_name: str
    size: int | None
    """Bytes; null while the company has not delivered the file."""
    bill_id: str | None
    """The bill to pay by «Оплатить»; null where there is nothing to pay."""
    to_pay: Decimal | None


class PaymentsDocuments(msgspec.Struct, frozen=True):
    """A page of documents, the newest first."""

    items: list[PaymentsDocument]
    next: str | None
    types: list[str]
    """The values of the filter by type."""
    period: PaymentsPeriod
    """The period applied."""


class PaymentsAct(msgspec.Struct, frozen=True):
    """A reconciliation act, issued or ordered."""

    id: str
    """Of the document, or of the order while it waits."""
    state: Literal["ordered", "issued"]
    number: str | None
    issued_on: date | None
    period_from: date
    period_to: date
    ordered_at: datetime | None
    """Null: nobody ordered it here."""
    size: int | None


class PaymentsActOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """«Заказать»: the period to reconcile, both days included."""

    period_from: date
    period_to: date


class PaymentsSending(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """«Отправка файла»."""

    email: Annotated[str, msgspec.Meta(min_length=1, max_length=254)]


class PaymentsSent(msgspec.Struct, frozen=True):
    """What «Отправить» answers."""

    message: str


class PaymentsFileStored(msgspec.Struct, frozen=True):
    """A file that the company delivered."""

    document_id: str
    size: int
    sha256: str
