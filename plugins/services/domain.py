"""Statuses of an order, the form of an order, and how a price is written. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from core.forms.public import Choice, Email, Field, FileField, PhoneField, Step, Text
from plugins.services.schemas import Status as Status

WORDS: Mapping[Status, str] = MappingProxyType(
    {
        "new": "Новый",
        "in_progress": "В обработке",
        "billed": "Выставлен счёт",
        "paid": "Оплачен",
        "done": "Выполнен",
        "rejected": "Отклонён",
        "cancelled": "Отменён",
    }
)
NEXT: Mapping[Status, frozenset[Status]] = MappingProxyType(
    {
        "new": frozenset[Status]({"in_progress", "billed", "rejected", "cancelled"}),
        "in_progress": frozenset[Status]({"billed", "done", "rejected", "cancelled"}),
        "billed": frozenset[Status]({"paid", "rejected"}),
        "paid": frozenset[Status]({"done"}),
        "done": frozenset[Status](),
        "rejected": frozenset[Status](),
        "cancelled": frozenset[Status](),
    }
)
"""What an order may become. A bill is issued by the company only, and nothing is paid before it is issued (SRV-05)."""
FORM = "order"
CONTRACT, NAME, EMAIL, PHONE, TASK = "contract", "full_name", "email", "phone", "task"
USUAL: tuple[Field, ...] = (
    Choice(name=CONTRACT, title="Договор", source="contracts"),
    Text(name=NAME, title="ФИО", most=200, default="profile.full_name"),
    Email(name=EMAIL, title="Имейл", default="profile.email"),
    PhoneField(name=PHONE, title="Телефон", default="profile.phone"),
    Text(name=TASK, title="Опишите задачу", most=4000, lines=True, required=False),
)
"""What every order says (SRV-03); a service adds its own."""


def may_become(status: Status, wanted: Status) -> bool:
    """Whether the step is one of the table; staying is none."""
    return wanted in NEXT[status]


def form_of(fields: Sequence[Field]) -> Step:
    """The form of a service: the usual fields with its own before the description of the task."""
    return Step(name=FORM, title="Отправить заявку", fields=[*USUAL[:-1], *fields, USUAL[-1]])


def wrong_field(fields: Sequence[Field]) -> int | None:
    """The first field that a service may not have: a name taken, a document, an unknown source or condition."""
    names = {field.name for field in USUAL}
    for index, field in enumerate(fields):
        unknown = isinstance(field, FileField) or bool(field.default) or set(field.when) - names
        if field.name in names or unknown or (isinstance(field, Choice) and (field.source or not field.options)):
            return index
        names.add(field.name)
    return None


def price_text(price: Decimal, at_least: bool) -> str:
    """«от 2 150,90 ₽»"""
    whole, _, cents = f"{price:.2f}".partition(".")
    amount = f"{int(whole):,}".replace(",", "\u00a0")
    return f"{'от ' if at_least else ''}{amount},{cents} ₽"


def number(year: int, count: int) -> str:
    """«У-2026-000012»"""
    return f"У-{year}-{count:06}"
