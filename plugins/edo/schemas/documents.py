"""Shapes of the page and of documents."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from core.sdk import Id
from plugins.edo.schemas import Action, ClientKind, Kind, Method, Side, State, Transfer

Filter = Literal["all", "to_sign", "signed", "rejected", "annulment"]
Agreement = Literal["pep", "kep"]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=1000, pattern=r"\S")]


class EdoContract(msgspec.Struct, frozen=True):
    """A contract with electronic documents."""

    id: str
    number: str
    name: str
    inn: str
    kpp: str
    agreement: Agreement


class EdoLink(msgspec.Struct, frozen=True):
    """A help document."""

    title: str
    url: str


class EdoPage(msgspec.Struct, frozen=True):
    """What the section shows: `certificate` asks to register one, `full` is everything."""

    page: Literal["certificate", "full"]
    registered: bool
    """Whether the caller has a certificate that is valid now."""
    contracts: Sequence[EdoContract]
    kinds: Sequence[Kind]
    """Of the extended filter."""
    client_kinds: Sequence[ClientKind]
    """What «Создать документ» offers."""
    instructions: Sequence[EdoLink]
    """How to export a certificate, how to install the plug-in."""
    notice: str
    """What to know of the keys and of the browser (EDO-09)."""


class EdoFilter(msgspec.Struct, frozen=True):
    """A predefined filter."""

    name: Filter
    title: str
    count: int
    """Documents in it, whatever else is filtered by."""


class EdoItem(msgspec.Struct, frozen=True):
    """A line of the list."""

    id: str
    contract_id: str
    contract_number: str
    origin: Side
    kind: Kind
    number: str
    issued_on: date
    name: str
    method: Method
    state: State
    status: str
    """The state in Russian."""
    file_name: str
    size: int
    """Bytes."""


class EdoList(msgspec.Struct, frozen=True):
    """A page of documents, the newest first, and the filters with their counts."""

    items: Sequence[EdoItem]
    next: str | None
    filters: Sequence[EdoFilter]


class EdoSignatureItem(msgspec.Struct, frozen=True):
    """A signature of a document."""

    id: str
    side: Side
    method: Method
    """`none`: a confirmation of the company's; which signature it bears is not known here."""
    signer: str
    signed_at: datetime
    sha256: str
    statement: str
    """The text that a simple signature confirmed; empty otherwise."""


class EdoDeedItem(msgspec.Struct, frozen=True):
    """What happened to a document."""

    at: datetime
    side: Side
    action: Action
    state: State
    text: str


class EdoTransfer(msgspec.Struct, frozen=True):
    """Whether the operator has what the client did."""

    state: Transfer
    title: str
    """The state in Russian; empty for `none`."""
    text: str
    """Of `refused`: the operator's reason."""


class EdoDetails(msgspec.Struct, frozen=True):
    """A document with its signatures and its history."""

    document: EdoItem
    comment: str
    sha256: str
    preview: bool
    """Whether its content can be shown in the browser."""
    actions: Sequence[Action]
    """What the caller may do now."""
    signatures: Sequence[EdoSignatureItem]
    history: Sequence[EdoDeedItem]
    transfer: EdoTransfer


class EdoNew(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """«Создать документ»"""

    contract_id: Id
    kind: ClientKind
    file: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    """An upload of the caller's."""
    number: Annotated[str, msgspec.Meta(max_length=64)] = ""
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    comment: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class EdoReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why."""

    reason: Reason


class EdoAnnulmentAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer to the company's request to annul a document."""

    agree: bool
    reason: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class EdoParty(msgspec.Struct, frozen=True):
    """The seller or the buyer of an invoice; what is unknown is empty."""

    name: str
    inn: str
    kpp: str


class EdoInvoiceRow(msgspec.Struct, frozen=True):
    """A row of an invoice; money in its currency."""

    name: str
    unit: str
    quantity: Decimal | None
    price: Decimal | None
    without_tax: Decimal | None
    rate: str
    """«20%», «без НДС»"""
    tax: Decimal | None
    total: Decimal | None


class EdoInvoice(msgspec.Struct, frozen=True, tag_field="form", tag="invoice"):
    """A «УПД» or a «счет-фактура» as its XML says it."""

    function: str
    """СЧФ, СЧФДОП, ДОП"""
    number: str
    issued_on: date
    seller: EdoParty
    buyer: EdoParty
    currency: str
    rows: Sequence[EdoInvoiceRow]
    without_tax: Decimal | None
    tax: Decimal | None
    total: Decimal | None


class EdoBalances(msgspec.Struct, frozen=True):
    """Roubles; null: not written."""

    opening_debit: Decimal | None
    opening_credit: Decimal | None
    debit: Decimal | None
    credit: Decimal | None
    closing_debit: Decimal | None
    closing_credit: Decimal | None


class EdoReconciliationRow(msgspec.Struct, frozen=True):
    """An operation."""

    on: date
    operation: str
    document: str
    """«Счёт № 17 от 31.01.2026»"""
    debit: Decimal | None
    credit: Decimal | None


class EdoReconciliationContract(msgspec.Struct, frozen=True):
    """What an act says of a contract."""

    number: str
    signed_on: date | None
    rows: Sequence[EdoReconciliationRow]
    balances: EdoBalances


class EdoReconciliation(msgspec.Struct, frozen=True, tag_field="form", tag="reconciliation"):
    """An «акт сверки» as its XML says it; the sums are the sender's."""

    number: str
    issued_on: date
    begins_on: date
    ends_on: date
    """The last day of the period, included."""
    sender: EdoParty
    recipient: EdoParty
    contracts: Sequence[EdoReconciliationContract]
    balances: EdoBalances
    """Of all contracts."""


EdoView = EdoInvoice | EdoReconciliation
