"""Shapes on the wire. Values are decimal strings; consumption is in kWh (kvarh for reactive energy).

What a form holds by the thousand is a tree without cycles: `gc=False` keeps it out of the collector's way, which would
otherwise take as long as building it.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from core.sdk import DecimalText, Id

TransmissionState = Literal["transmitted", "accepted", "refused"]


# ---- what a client sends
class ReadingsValueInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One register, as typed."""

    register: str
    """`<energy>.<zone>` as the form names it: `A+.T1`."""
    value: str | None = None
    """Digits with at most one point or comma. Empty or null: not filled in."""
    confirm_rollover: bool = False
    """The client confirms that a value below the previous one is a roll-over of the register."""


class ReadingsMeterInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One metering device: all of its registers, or it is refused."""

    meter_id: str
    values: list[ReadingsValueInput]


class ReadingsPointInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The consumption of one metering point «по сообщению»."""

    point_id: str
    value: str | None = None
    """kWh of the month, written like a reading. Empty or null: not filled in."""


class ReadingsSubmission(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What «Передать показания» sends. Good devices and points are saved even if others are refused."""

    devices: Annotated[list[ReadingsMeterInput], msgspec.Meta(max_length=2000)] = []
    points: Annotated[list[ReadingsPointInput], msgspec.Meta(max_length=2000)] = []
    """Points «по сообщению». One device or point at least has to be given."""


# ---- what it is answered
class ReadingsNotice(msgspec.Struct, frozen=True, gc=False):
    """A remark on a saved value."""

    code: str
    text: str


class ReadingsReason(msgspec.Struct, frozen=True):
    """Why a device was refused."""

    field: str
    """Path into the request, `devices[2].values[0].value`; a register that was left out: `devices[2].values[A+.T2]`."""
    register: str | None
    code: str
    message: str


class ReadingsSavedValue(msgspec.Struct, frozen=True):
    """One register as it was understood."""

    register: str
    value: Decimal
    consumption: Decimal | None
    """Exact; null where it cannot be known (see `notice`)."""
    consumption_shown: str | None
    """In whole units."""
    notice: ReadingsNotice | None


class ReadingsMeterOutcome(msgspec.Struct, frozen=True):
    """What became of one device of the request."""

    meter_id: str
    outcome: Literal["saved", "unchanged", "refused"]
    """unchanged: these values were sent before, nothing is transmitted again."""
    values: list[ReadingsSavedValue]
    reasons: list[ReadingsReason]


class ReadingsPointOutcome(msgspec.Struct, frozen=True):
    """What became of the consumption of one point of the request."""

    point_id: str
    outcome: Literal["saved", "unchanged", "refused"]
    value: Decimal | None
    """kWh as it was understood; null where it is refused."""
    reasons: list[ReadingsReason]


class ReadingsReceipt(msgspec.Struct, frozen=True):
    """The answer to a submission of which something could be saved, or that brought nothing new."""

    id: str | None
    """The submission; null when nothing was new."""
    message: str | None
    """«Показания сохранены»; null when nothing was new."""
    month: date
    devices: list[ReadingsMeterOutcome]
    """In the order of the request."""
    points: list[ReadingsPointOutcome] = []
    """Likewise."""


class ReadingsSentValue(msgspec.Struct, frozen=True):
    """One register of a past submission, with billing's answer."""

    register: str
    name: str
    value: Decimal
    consumption: Decimal | None
    consumption_shown: str | None
    notice: ReadingsNotice | None
    state: TransmissionState
    code: str
    """Billing's code of a refusal, else empty."""
    text: str
    """Billing's words."""


class ReadingsSentMeter(msgspec.Struct, frozen=True):
    """One device of a past submission."""

    meter_id: str
    meter_number: str
    energy_object_id: str
    replaced: bool
    """A later submission of the same month took its place."""
    withdrawn_at: datetime | None
    """When the client withdrew it."""
    values: list[ReadingsSentValue]


class ReadingsSentPoint(msgspec.Struct, frozen=True):
    """The consumption of one point in a past submission, with billing's answer."""

    point_id: str
    name: str
    complex_code: str
    energy_object_id: str
    replaced: bool
    withdrawn_at: datetime | None
    value: Decimal
    """kWh"""
    state: TransmissionState
    code: str
    text: str


class ReadingsSent(msgspec.Struct, frozen=True):
    """A past submission."""

    id: str
    month: date
    channel: str
    submitted_at: datetime
    devices: list[ReadingsSentMeter]
    points: list[ReadingsSentPoint]


# ---- the form
class ReadingsContract(msgspec.Struct, frozen=True):
    """A contract that the caller may submit readings for."""

    id: str
    number: str
    name: str


class ReadingsWindow(msgspec.Struct, frozen=True):
    """When readings of a month are accepted; both days included."""

    month: date
    opens_on: date
    closes_on: date
    open: bool


class ReadingsPrevious(msgspec.Struct, frozen=True, gc=False):
    """The reading accepted in the last closed period."""

    value: Decimal
    month: date
    text: str
    """As a meter shows it: «016 249,16 за декабрь 2022»."""


class ReadingsRegister(msgspec.Struct, gc=False):
    """A register («шкала») with its input field."""

    code: str
    name: str
    previous: ReadingsPrevious | None
    current: Decimal | None
    """What was transmitted for the open period."""
    consumption: Decimal | None
    consumption_shown: str | None
    notice: ReadingsNotice | None
    interval_consumption: Decimal = Decimal(0)
    """«Расход интерв.»: the exact sum of the period's interval data that are for settlement; 0 without any. A register
    of one tariff zone has none: interval data know no zones."""
    delta: Decimal | None = None
    """«Дельта»: `consumption` less `interval_consumption`; null without interval data."""
    interval_complete: bool | None = None
    """Whether the interval data cover the whole period; null without interval data."""


class ReadingsTransmission(msgspec.Struct, gc=False):
    """What became of the values transmitted for a device."""

    submission_id: str
    state: TransmissionState
    code: str
    text: str
    submitted_at: datetime


class ReadingsMeter(msgspec.Struct, gc=False):
    """A metering device («ПУ»)."""

    id: str
    number: str
    model: str
    coefficient: Decimal
    loss_percent: Decimal
    digits: int
    installed_on: date | None
    verified_until: date | None
    status: str
    note: str
    accepts: bool
    """Whether values can be entered now: the window is open and both statuses are «Ожидание»."""
    transmission: ReadingsTransmission | None
    registers: list[ReadingsRegister]


class ReadingsEntry(msgspec.Struct, frozen=True, gc=False):
    """The field for the consumption of a point «по сообщению»."""

    accepts: bool
    """Whether a value can be entered now."""
    current: Decimal | None
    """What was transmitted for the open period, kWh."""
    transmission: ReadingsTransmission | None


class ReadingsPoint(msgspec.Struct, gc=False):
    """A metering point («точка учёта»)."""

    id: str
    name: str
    by_message: bool
    """The client reports the consumption itself; there is no device."""
    complex_code: str
    """«Код ИК»"""
    meters: list[ReadingsMeter]
    transmitted: bool = False
    """The check mark: every device (or the consumption) has been transmitted and billing has refused none."""
    consumption: Decimal | None = None
    """Active energy consumed; null while nothing was entered."""
    entry: ReadingsEntry | None = None
    """Of a point «по сообщению» without a device; null elsewhere."""


class ReadingsObject(msgspec.Struct, gc=False):
    """An energy object («энергообъект»)."""

    id: str
    number: str
    name: str
    address: str
    price_category: int
    status: str
    note: str
    """Billing's remark: «Не было расчетов по энергообъекту»."""
    points: list[ReadingsPoint]
    fixed: str | None = None
    """«Фиксированный расход (ПУ не установлен)» where nothing can be entered."""
    transmitted: bool = False
    consumption: Decimal | None = None
    """Sum over the points, exact; null while nothing was entered."""
    consumption_shown: str | None = None


class ReadingsForm(msgspec.Struct):
    """The page «Показания» of one contract."""

    contract: ReadingsContract
    window: ReadingsWindow | None
    window_text: str
    statuses: list[str]
    """The statuses that occur among the contract's energy objects: the choices of the filter."""
    objects: list[ReadingsObject]
    consumption: Decimal | None
    consumption_shown: str | None


# ---- what the company feeds in
class WindowRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `readings.windows`."""

    contract_id: Id
    month: date
    """First day of the month that the readings are for."""
    opens_on: date
    closes_on: date
    """The last day, included."""
    closed: bool = False
    """The billing period is closed: what was transmitted becomes the previous reading."""


class PreviousRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `readings.previous`."""

    meter_id: Id
    register: str
    value: DecimalText
    month: date


class StateRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `readings.states`."""

    kind: Literal["object", "meter"]
    id: Id
    """Of the energy object or of the meter."""
    status: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    """Input is possible only in «Ожидание»."""
    note: Annotated[str, msgspec.Meta(max_length=1000)] = ""
    max_power: DecimalText | None = None
    """kW, of a meter: bounds what a roll-over may amount to."""
