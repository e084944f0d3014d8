"""Rules of integral readings. Pure: no I/O, no clock; every number is an exact Decimal."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation, localcontext
from functools import lru_cache
from typing import Any

import msgspec

from core.imports.public import Note
from core.sdk import FIELD_REQUIRED, NOT_FOUND, ErrorKind, next_month, plain
from plugins.readings import errors
from plugins.readings.errors import Notice
from plugins.readings.schemas import ReadingsMeterInput, ReadingsValueInput
from plugins.readings.settings import ReadingsSettings

WAITING = "Ожидание"
"""The only status of a device and of its object that lets values in."""
SAVED = "Показания сохранены"
FIXED = "Фиксированный расход (ПУ не установлен)"
NO_WINDOW = errors.NO_WINDOW.ru

MAX_DIGITS = 12
_MAX_CONSUMPTION = Decimal(10) ** 12
_VALUE = re.compile(r"(\d+)(?:[.,](\d+))?", re.ASCII)
_UNIT, _MICRO = Decimal(1), Decimal("0.000001")
_EXACT = Context(prec=120, traps=[Inexact, InvalidOperation])
_ROUND = Context(prec=120, rounding=ROUND_HALF_UP, traps=[InvalidOperation])
_MONTHS = (
    ("январь", "января"),
    ("февраль", "февраля"),
    ("март", "марта"),
    ("апрель", "апреля"),
    ("май", "мая"),
    ("июнь", "июня"),
    ("июль", "июля"),
    ("август", "августа"),
    ("сентябрь", "сентября"),
    ("октябрь", "октября"),
    ("ноябрь", "ноября"),
    ("декабрь", "декабря"),
)


# ---- values
class Reason(msgspec.Struct, frozen=True):
    """Why a device or one of its registers is refused."""

    kind: ErrorKind
    params: dict[str, Any] = {}
    field: str = ""
    register: str | None = None


def parse_reading(text: str | None, digits: int, decimals: int) -> Decimal | Reason:
    """The value that a client typed, for a register of `digits` integer digits.

    A point or a comma separates the fraction; leading zeros are what a meter shows. Spaces, signs, letters,
    exponents and digit groups are refused.
    """
    if text is None or not text.strip():
        return Reason(FIELD_REQUIRED)
    match = _VALUE.fullmatch(text)
    if match is None:
        return Reason(errors.VALUE_FORMAT)
    whole, fraction = match[1].lstrip("0") or "0", (match[2] or "").rstrip("0")
    if len(whole) > min(digits, MAX_DIGITS):
        return Reason(errors.VALUE_TOO_LONG, {"digits": min(digits, MAX_DIGITS)})
    if len(match[2] or "") > decimals:
        return Reason(errors.VALUE_TOO_PRECISE, {"decimals": decimals})
    return Decimal(f"{whole}.{fraction}" if fraction else whole)


def reading_text(value: Decimal, digits: int) -> str:
    """As the register shows it: `016 249,16`. The value is a plain one, without an exponent."""
    whole, _, fraction = str(value).partition(".")
    rest = whole.zfill(digits)
    grouped = rest[-3:]
    while rest := rest[:-3]:
        grouped = f"{rest[-3:]} {grouped}"
    return f"{grouped},{fraction}" if fraction else grouped


@lru_cache(maxsize=64)
def month_text(month: date) -> str:
    """`декабрь 2022`"""
    return f"{_MONTHS[month.month - 1][0]} {month.year}"


def shown(consumption: Decimal | None) -> str | None:
    """In whole units, a half goes up: 317149.84 is shown as 317150."""
    return None if consumption is None else str(consumption.quantize(_UNIT, context=_ROUND))


# ---- consumption
class Scale(msgspec.Struct, frozen=True, gc=False):
    """What turns a difference of readings into energy."""

    coefficient: Decimal
    loss_percent: Decimal
    digits: int
    """The register rolls over at 10^digits."""
    max_power: Decimal | None = None
    """kW"""

    @property
    def capacity(self) -> Decimal:
        return Decimal(10) ** self.digits

    def energy(self, advance: Decimal) -> Decimal:
        """kWh of a register that advanced by `advance`, exact to 10^-6 (there a half goes up)."""
        with localcontext(_EXACT):
            product = advance * self.coefficient * (100 + self.loss_percent)
        return plain(product.scaleb(-2, _EXACT).quantize(_MICRO, context=_ROUND))


class Previous(msgspec.Struct, frozen=True, gc=False):
    """The reading accepted in the last closed period."""

    value: Decimal
    month: date


def assess(
    current: Decimal, previous: Previous | None, scale: Scale, month: date, settings: ReadingsSettings, confirmed: bool
) -> tuple[Decimal | None, Notice | None]:
    """Consumption of a register in `month`, and what to remark on it. None: it cannot be known.

    `confirmed`: the client says that a value below the previous one is a roll-over.
    """
    if previous is None:
        return None, errors.NO_PREVIOUS
    if current > previous.value:
        return scale.energy(current - previous.value), None
    if current == previous.value:
        return Decimal(0), errors.NO_CONSUMPTION
    advance = current - previous.value + scale.capacity
    if advance > 0 and (confirmed or _rolled_over(advance, previous, scale, month, settings)):
        return scale.energy(advance), errors.ROLLED_OVER
    return None, errors.BELOW_PREVIOUS


def _rolled_over(advance: Decimal, previous: Previous, scale: Scale, month: date, settings: ReadingsSettings) -> bool:
    """Whether a roll-over may be taken for granted: close to it before, and plausible since."""
    if previous.value <= Decimal(settings.rollover_after) * scale.capacity:
        return False
    if scale.max_power is None:
        return advance <= Decimal(settings.rollover_within) * scale.capacity
    return scale.energy(advance) <= scale.max_power * _hours(previous.month, month)


def _hours(previous: date, month: date) -> int:
    """From the end of the month of the previous reading to the end of `month`; one month at least."""
    start = min(next_month(previous), month)
    return (next_month(month) - start).days * 24


def active_consumption(registers: Iterable[tuple[str, Decimal | None]]) -> Decimal | None:
    """Active energy that one meter counted, from (register, consumption): its total register, else its zones.

    None while nothing is known. Reactive energy and energy given back are not consumption.
    """
    zones: Decimal | None = None
    for code, consumption in registers:
        energy, _, zone = code.partition(".")
        if energy != "A+" or consumption is None:
            continue
        if zone == "total":
            return consumption
        zones = total(zones, consumption)
    return zones


def total(so_far: Decimal | None, part: Decimal | None) -> Decimal | None:
    """The sum of what is known; None while nothing is."""
    if part is None:
        return so_far
    return part if so_far is None else so_far + part


# ---- windows
class Window(msgspec.Struct, frozen=True):
    """When the readings of `month` are accepted: from `opens_on` to `closes_on`, both included, in business days."""

    month: date
    opens_on: date
    closes_on: date
    closed: bool

    def is_open(self, today: date) -> bool:
        return not self.closed and self.opens_on <= today <= self.closes_on

    @property
    def text(self) -> str:
        return (
            f"Передача показаний за {month_text(self.month)} года доступна "
            f"с {_day_text(self.opens_on)} по {_day_text(self.closes_on)}"
        )


def _day_text(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1][1]} {day.year} года"


# ---- submission
class Register(msgspec.Struct, frozen=True, gc=False):
    """A register as it stands before a submission."""

    code: str
    previous: Previous | None = None
    current: Decimal | None = None
    """What is transmitted for the open period already."""
    consumption: Decimal | None = None
    refused: bool = False
    """Billing has refused `current`."""


class Device(msgspec.Struct, gc=False):
    """A metering device as it stands before a submission."""

    meter_id: str
    metering_point_id: str
    energy_object_id: str
    object_status: str
    meter_status: str
    scale: Scale
    transmission_id: str | None
    """What is transmitted for the open period already."""
    registers: list[Register]

    @property
    def blocking_status(self) -> str | None:
        """The status that forbids input, if one does."""
        return next((status for status in (self.object_status, self.meter_status) if status != WAITING), None)


class Value(msgspec.Struct, frozen=True, gc=False):
    """A register's value that may be saved."""

    register: str
    value: Decimal
    consumption: Decimal | None
    notice: Notice | None


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What is to become of one device of a submission: its values are saved, or it is refused with all reasons."""

    meter_id: str
    device: Device | None = None
    values: tuple[Value, ...] = ()
    reasons: tuple[Reason, ...] = ()
    changed: bool = True
    """False: the same values were transmitted before."""
    remarks: tuple[Note, ...] = ()
    """Warnings of the supplier's own rules."""

    @property
    def saves(self) -> bool:
        return not self.reasons and self.changed


def judge(
    inputs: Sequence[ReadingsMeterInput], devices: Mapping[str, Device], month: date, settings: ReadingsSettings
) -> list[Verdict]:
    """A verdict for every device of the request; `devices` are those of them that the caller may see."""
    seen: set[str] = set()
    verdicts = []
    for index, given in enumerate(inputs):
        path = f"devices[{index}]"
        device = devices.get(given.meter_id)
        if given.meter_id in seen:
            verdicts.append(_refuse(given, Reason(errors.DUPLICATE_METER, field=f"{path}.meter_id")))
        elif device is None:
            verdicts.append(_refuse(given, Reason(NOT_FOUND, field=f"{path}.meter_id")))
        elif status := device.blocking_status:
            verdicts.append(_refuse(given, Reason(errors.STATUS_FORBIDS, {"status": status}, path)))
        else:
            verdicts.append(_judge_values(given, device, path, month, settings))
        seen.add(given.meter_id)
    return verdicts


def _refuse(given: ReadingsMeterInput, *reasons: Reason) -> Verdict:
    return Verdict(given.meter_id, reasons=reasons)


def _judge_values(
    given: ReadingsMeterInput, device: Device, path: str, month: date, settings: ReadingsSettings
) -> Verdict:
    typed: dict[str, tuple[str, ReadingsValueInput]] = {}
    reasons: list[Reason] = []
    known = {register.code for register in device.registers}
    for index, value in enumerate(given.values):
        field = f"{path}.values[{index}]"
        if value.register not in known:
            reasons.append(Reason(errors.UNKNOWN_REGISTER, {}, f"{field}.register", value.register))
        elif value.register in typed:
            reasons.append(Reason(errors.DUPLICATE_REGISTER, {}, f"{field}.register", value.register))
        else:
            typed[value.register] = (f"{field}.value", value)
    values: list[Value] = []
    for register in device.registers:
        judged = _judge_register(register, typed.get(register.code), device.scale, path, month, settings)
        (values if isinstance(judged, Value) else reasons).append(judged)  # type: ignore[arg-type]
    if reasons:
        return _refuse(given, *reasons)
    return Verdict(given.meter_id, device, tuple(values), changed=_changed(device, values))


def _judge_register(
    register: Register,
    typed: tuple[str, ReadingsValueInput] | None,
    scale: Scale,
    path: str,
    month: date,
    settings: ReadingsSettings,
) -> Value | Reason:
    if typed is None:  # all zones and kinds of energy of a device are read together
        return Reason(FIELD_REQUIRED, {}, f"{path}.values[{register.code}]", register.code)
    field, given = typed
    value = parse_reading(given.value, scale.digits, settings.decimals)
    if isinstance(value, Reason):
        return Reason(value.kind, value.params, field, register.code)
    consumption, notice = assess(value, register.previous, scale, month, settings, given.confirm_rollover)
    if consumption is not None and abs(consumption) >= _MAX_CONSUMPTION:
        return Reason(errors.CONSUMPTION_TOO_LARGE, {}, field, register.code)
    return Value(register.code, value, consumption, notice)


def _changed(device: Device, values: Sequence[Value]) -> bool:
    """Whether there is anything to transmit: another value, a consumption known at last, or billing refused before."""
    return any(
        register.current != new.value
        or register.refused
        or (register.consumption is None and new.consumption is not None)
        for register, new in zip(device.registers, values, strict=True)
    )
