"""Shapes on the wire."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec

from core.forms.public import Field, Option
from core.sdk import Id

Status = Literal["new", "in_progress", "billed", "paid", "done", "rejected", "cancelled"]
PriceText = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[0-9]{1,12}(\.[0-9]{1,2})?$(?!\n)", description="Roubles as a string.", examples=["2150.90"]
    ),
]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\S")]
Long = Annotated[str, msgspec.Meta(max_length=8000)]
Link = Annotated[str, msgspec.Meta(max_length=1000, pattern=r"^(https?://\S+)?$(?!\n)")]
Words = Annotated[str, msgspec.Meta(max_length=2000)]
Number = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"\S")]
Fields = Annotated[list[Field], msgspec.Meta(max_length=50)]


# ---- the catalogue
class ServicePrice(msgspec.Struct, frozen=True):
    """An approximate price."""

    amount: str
    at_least: bool
    """«от»"""
    text: str
    """«от 2 150,90 ₽»"""


class ServiceItem(msgspec.Struct, frozen=True):
    """A card in the list."""

    id: str
    name: str
    price: ServicePrice


class ServiceLink(msgspec.Struct, frozen=True):
    """A link of the card."""

    title: str
    url: str


class ServiceCard(msgspec.Struct, frozen=True):
    """A service with the form of its order."""

    id: str
    name: str
    description: str
    price: ServicePrice
    note: str
    link: ServiceLink | None
    fields: list[Field]
    """What the form asks for."""
    choices: dict[str, list[Option]]
    """Field -> what may be chosen: the caller's contracts."""
    defaults: dict[str, Any]
    """Field -> what it is filled with to begin with."""
    form_schema: dict[str, Any]
    """JSON Schema of the values."""


class ServiceForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A service as the company maintains it."""

    name: Name
    description: Long = ""
    price: PriceText
    price_from: bool = False
    fields: Fields = []
    note: Words = ""
    """Empty: the note of the settings."""
    link: Link = ""
    """Empty: the link of the settings."""
    active: bool = True
    sort: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 1000


class ServiceNew(ServiceForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A service to be added."""

    id: Id


class ServiceRow(ServiceForm, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A row of `services.services`."""

    id: Id


class ServiceEntry(ServiceForm, frozen=True, kw_only=True):
    """A service as staff see it."""

    id: str


# ---- orders
class ServiceOrderForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An order to send."""

    values: dict[str, Any]
    """Field -> value."""


class ServiceBill(msgspec.Struct, frozen=True):
    """The bill of an order."""

    id: str
    """As payments call it."""
    number: str
    amount: str
    due_on: date | None


class ServiceOrderItem(msgspec.Struct, frozen=True):
    """An order in the history."""

    id: str
    number: str
    service_id: str
    service_name: str
    """As it was when ordered; so is the price."""
    price: ServicePrice
    contract_id: str
    contract_number: str
    status: Status
    status_title: str
    ordered_on: date
    created_at: datetime
    bill: ServiceBill | None
    actions: list[Literal["cancel", "pay"]]


class ServiceOrderStep(msgspec.Struct, frozen=True):
    """A step of an order."""

    status: Status
    title: str
    text: str
    at: datetime


class ServiceOrderField(msgspec.Struct, frozen=True):
    """What was entered."""

    name: str
    title: str
    value: Any


class ServiceOrder(msgspec.Struct, frozen=True):
    """An order with all that is known of it."""

    order: ServiceOrderItem
    fields: list[ServiceOrderField]
    history: list[ServiceOrderStep]


class ServiceOrderSent(msgspec.Struct, frozen=True):
    """The answer to an order."""

    id: str
    number: str
    message: str


class ServiceOrderStatus(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A step that staff make. A bill is issued by a call of its own."""

    status: Literal["in_progress", "paid", "done", "rejected"]
    text: Words = ""


class ServiceBillForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A bill to issue."""

    number: Number
    amount: PriceText
    due_on: date | None = None
    text: Words = ""


class ServiceOrderRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `services.orders`: what became of an order. The number and the amount belong to `billed`."""

    id: Id
    status: Literal["in_progress", "billed", "paid", "done", "rejected"]
    text: Words = ""
    bill_number: Annotated[str, msgspec.Meta(max_length=64)] = ""
    bill_amount: PriceText | None = None
    bill_due_on: date | None = None
