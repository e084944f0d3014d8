"""Rules of the readings of household accounts. Pure: no I/O, no clock; every number is an exact Decimal."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import msgspec

from core.sdk import plain

ZONES = ("T1", "T2", "T3")
KINDS = {1: "Однотарифный", 2: "Двухтарифный", 3: "Трехтарифный"}
"""What the number of zones of a meter is called."""
WORKING = "Работает, нет несоответствия"
"""The normal state of a meter."""
MAX_DIGITS = 12
_VALUE = re.compile(r"(\d{1,15})(?:[.,](\d{1,15}))?", re.ASCII)
_DAY = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})", re.ASCII)
_MONTHS = (
    "Январь",
    "Февраль",
    "Март",
    "Апрель",
    "Май",
    "Июнь",
    "Июль",
    "Август",
    "Сентябрь",
    "Октябрь",
    "Ноябрь",
    "Декабрь",
)
Values = tuple[Decimal | None, Decimal | None, Decimal | None]
EMPTY: Values = (None, None, None)


class Status(msgspec.Struct, frozen=True):
    """What is said of a value: the literal that the screen shows, how grave it is, and why."""

    code: str
    text: str
    severity: Literal["ok", "warning", "error"] = "error"
    hint: str = ""
    """Empty: the literal says it all."""
    in_billing: bool = False
    stage: Literal["local", "billing"] = "local"
    """Who says so."""


READY_TEXT = "Готово к передаче"
READY = Status("ready", READY_TEXT, "ok", "Проверка пройдена, показание ещё не передано")
READY_LESS = Status(
    "ready_less", READY_TEXT, "warning", "Показание меньше предыдущего. Проверьте его; передать можно и такое"
)
SENDING = Status("sending", READY_TEXT, "ok", "Показание передаётся, ответа биллинга ещё нет", stage="billing")
TRANSMITTED = Status("transmitted", "Передано", "ok", "", in_billing=True, stage="billing")
INCOMPLETE = Status("incomplete", "Для многотарифного ПУ введены показания не по всем зонам")
TOO_LONG = Status("too_long", "Не соответствует значности ПУ")
METER_STATE = Status("meter_state", "Состояние ПУ не допускает внесение показаний")
WRONG_DATE = Status("wrong_date", "Невозможна передача показаний на указанную дату")
ALL_ZERO = Status("all_zero", "Показания по всем зонам одновременно равны 0")


def refusal(text: str) -> Status:
    """Billing's refusal, in billing's own words."""
    return Status("refused", text, "error", "", stage="billing")


class Window(msgspec.Struct, frozen=True):
    """The period of acceptance of a branch, both days included."""

    month: date
    opens_on: date
    closes_on: date

    def is_open(self, today: date) -> bool:
        """Whether readings are accepted on that day."""
        return self.opens_on <= today <= self.closes_on


class Device(msgspec.Struct, frozen=True):
    """What the rules know of a meter."""

    zones: int
    digits: int
    """Of the whole part."""
    works: bool
    previous: Values = EMPTY


class Judgement(msgspec.Struct, frozen=True):
    """The status of each zone (None: nothing is entered there), and what follows for the meter as a whole."""

    statuses: tuple[Status | None, Status | None, Status | None]

    @property
    def faulty(self) -> bool:
        """Something is wrong."""
        return any(status is not None and status.severity == "error" for status in self.statuses)

    def ready(self, zones: int) -> bool:
        """Every zone may be transmitted."""
        return all(status in (READY, READY_LESS) for status in self.statuses[:zones])


def judge(device: Device, values: Values, taken_on: date | None, window: Window | None, today: date) -> Judgement:
    """The local check of what is entered for a meter; the gravest remark of each zone counts."""
    given = values[: device.zones]
    common = _common(device, given, taken_on, window, today)
    statuses: list[Status | None] = [None, None, None]
    for index, value in enumerate(given):
        if value is not None:
            statuses[index] = _of_zone(device, index, value, common)
    return Judgement((statuses[0], statuses[1], statuses[2]))


def _common(
    device: Device, given: Sequence[Decimal | None], taken_on: date | None, window: Window | None, today: date
) -> Status | None:
    if not device.works:
        return METER_STATE
    if any(value is None for value in given):
        return INCOMPLETE
    if taken_on is None or window is None or taken_on > today or not window.is_open(taken_on):
        return WRONG_DATE
    if not any(given):
        return ALL_ZERO
    return None


def _of_zone(device: Device, index: int, value: Decimal, common: Status | None) -> Status:
    if common is METER_STATE:
        return METER_STATE
    if value >= Decimal(10) ** device.digits:
        return TOO_LONG
    if common is not None:
        return common
    previous = device.previous[index]
    return READY_LESS if previous is not None and value < previous else READY


# ---- texts
def parsed(text: str, decimals: int) -> Decimal | None:
    """The value that a client writes, with a comma or a point; None if it is none."""
    found = _VALUE.fullmatch(text.strip())
    if found is None or len((found[2] or "").rstrip("0")) > decimals or len(found[1]) > MAX_DIGITS:
        return None
    return plain(Decimal(f"{found[1]}.{found[2] or '0'}"))


def parsed_day(text: str) -> date | None:
    """The day that a client writes: ДД.ММ.ГГГГ; None if it is none."""
    found = _DAY.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None


def day_text(day: date) -> str:
    """ДД.ММ.ГГГГ"""
    return f"{day:%d.%m.%Y}"


def moment_text(moment: datetime) -> str:
    """ДД.ММ.ГГГГ ЧЧ:ММ:СС, in the zone that the moment is given in."""
    return f"{moment:%d.%m.%Y %H:%M:%S}"


def value_text(value: Decimal, digits: int) -> str:
    """As the register shows it: «05 598», «05 598,5»."""
    whole, point, rest = format(value, "f").partition(".")
    padded = whole.zfill(digits)
    first = len(padded) % 3
    groups = [padded[:first]] if first else []
    groups += [padded[start : start + 3] for start in range(first, len(padded), 3)]
    return " ".join(groups) + ("," + rest if point else "")


def previous_text(value: Decimal, digits: int, month: date | None, taken_on: date | None) -> str:
    """The last transmitted value with its month or its day: «05 598 за Июль 2022»."""
    shown = value_text(value, digits)
    if month is not None:
        return f"{shown} за {_MONTHS[month.month - 1]} {month.year}"
    return f"{shown} от {day_text(taken_on)}" if taken_on is not None else shown


def flat_order(flat: str) -> int:
    """By what flats are sorted: 2 before 10; what has no number comes last."""
    found = re.match(r"\d{1,9}", flat)
    return int(found[0]) if found else 10**9


def oldest_month(today: date) -> date:
    """No period that may still be entered begins before this."""
    return date(today.year - 1, today.month, 1)


# ---- the outcome of a transmission
ALL_PASSED = "Показания успешно переданы"
SOME_PASSED = "Часть показаний не передана, проверьте показания с ошибками"
NONE_PASSED = "Показания не переданы, проверьте показания с ошибками"
NOTHING_FILLED = "Нет показаний для передачи, заполните показания"


def message(passed: int, failed: int) -> str:
    """What the client is told in the end. `failed` counts what was filled in and did not reach billing."""
    if passed:
        return SOME_PASSED if failed else ALL_PASSED
    return NONE_PASSED if failed else NOTHING_FILLED
