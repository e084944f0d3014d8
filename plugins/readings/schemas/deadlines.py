"""Shapes of the deadline board."""

from datetime import date

import msgspec

from plugins.readings.schemas import ReadingsContract, ReadingsWindow


class ReadingsTodo(msgspec.Struct, frozen=True):
    """Metering devices and points «по сообщению», by what became of them."""

    transmitted: int
    """Sent, and billing has refused nothing."""
    missing: int
    """Still to be sent; those that billing refused are among them."""
    refused: int
    blocked: int
    """Not sent, and their status forbids it."""


class ReadingsTodoObject(msgspec.Struct, frozen=True):
    """An energy object with something missing."""

    id: str
    number: str
    name: str
    address: str
    todo: ReadingsTodo


class ReadingsDeadline(msgspec.Struct, frozen=True):
    """A window of a contract that is open or will open soon."""

    contract: ReadingsContract
    window: ReadingsWindow
    window_text: str
    days_to_open: int
    """Days until the first day; 0 once it has come."""
    days_to_close: int
    """Until the last day; 0 on that day."""
    complete: bool
    """Nothing is missing."""
    todo: ReadingsTodo
    objects: list[ReadingsTodoObject]
    """Those with something missing, by number."""


class ReadingsRemindBatch(msgspec.Struct, frozen=True):
    """Remind of the windows after `contract_id`, `month`, on the business day `day` and on no other."""

    day: date
    edge: str
    """start, end"""
    contract_id: str = ""
    month: date = date(1900, 1, 1)
