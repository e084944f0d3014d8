"""Shapes of household accounts on the wire."""

from datetime import date, datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

Order = Literal["all", "filled", "unfilled"]
Shown = Literal["all", "errors"]
Field = Literal["flat", "meter", "account"]


class HouseholdNotice(msgspec.Struct, frozen=True):
    """What is shown at the menu entry about the previous version of the cabinet; null: nothing."""

    text: str | None
    title: str | None
    link: str | None


class HouseholdHouse(msgspec.Struct, frozen=True):
    """An address."""

    id: str
    address: str


class HouseholdStatus(msgspec.Struct, frozen=True):
    """What is said of a value. `text` is what the screen shows, `hint` explains it."""

    code: str
    text: str
    severity: Literal["ok", "warning", "error"]
    hint: str
    in_billing: bool
    stage: Literal["local", "billing"]


class HouseholdZone(msgspec.Struct, frozen=True):
    """A zone of a meter: what was read last and what is entered now."""

    zone: str
    """T1, T2, T3"""
    previous: str | None
    previous_text: str
    """«05 598 за Июль 2022»"""
    value: str | None
    """«Текущие показания»"""
    status: HouseholdStatus | None
    """Null: nothing is entered."""


class HouseholdMeterItem(msgspec.Struct, frozen=True):
    """A meter with what is entered for the current period."""

    id: str
    number: str
    model: str
    """«Марка счетчика»"""
    coefficient: str
    """«Коэффициент трансформации»"""
    kind: str
    """«Однотарифный»"""
    digits: int
    state: str
    """«Работает, нет несоответствия», or the first discrepancy."""
    discrepancies: list[str]
    zones: list[HouseholdZone]
    taken_on: date | None
    """«Дата съема показаний»"""
    taken_on_text: str
    editable: bool


class HouseholdCard(msgspec.Struct, frozen=True):
    """A household account."""

    id: str
    title: str
    """«Квартира 12»"""
    flat: str
    address: str
    number: str
    number_text: str
    """«ЛС №…»"""
    meters: list[HouseholdMeterItem]


class HouseholdWindow(msgspec.Struct, frozen=True):
    """The period of the branch, both days included."""

    month: date
    opens_on: date
    closes_on: date
    open: bool


class HouseholdCards(msgspec.Struct, frozen=True):
    """The cards of an address. The numbers of meters are of the whole address, whatever is filtered."""

    house: HouseholdHouse
    meters: int
    meters_text: str
    """«Всего N ПУ»"""
    waiting: int
    waiting_text: str
    """«Ожидают передачи показаний по N ПУ»"""
    window: HouseholdWindow | None
    window_text: str
    can_transmit: bool
    items: list[HouseholdCard]
    next: str | None


class HouseholdOption(msgspec.Struct, frozen=True):
    """A value to filter by, and the account it leads to."""

    value: str
    account_id: str


class HouseholdReadingInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is entered for a meter. An absent zone stays as it is; null clears it."""

    t1: str | UnsetType | None = UNSET
    t2: str | UnsetType | None = UNSET
    t3: str | UnsetType | None = UNSET
    taken_on: date | UnsetType = UNSET
    """Absent: as it was, or today."""


class HouseholdScope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to transmit: an address (absent: the only one), or what a file has loaded."""

    house_id: str | None = None
    import_id: str | None = None


class HouseholdTransmissionItem(msgspec.Struct, frozen=True):
    """A transmission. While it is `running`, ask again; `message` comes with the end. Numbers are of meters."""

    id: str
    state: Literal["running", "done"]
    sent: int
    passed: int
    failed: int
    """Refused by billing, or filled in and not ready."""
    waiting: int
    """Billing has not answered yet; it may still do so after the end."""
    message: str | None
    started_at: datetime


class HouseholdFile(msgspec.Struct, frozen=True):
    """A file of the history. The original is downloaded as `download_import`."""

    id: str
    name: str
    """Without its extension."""
    status: str
    """«Загружен», «Загружен частично», «Не загружен»; while it is read: what happens with it."""
    loaded: int
    faulty: int
    """Loaded with errors."""
    not_loaded: int
    undone: bool
    uploaded_at: datetime
    uploaded_text: str
    """ДД.ММ.ГГГГ ЧЧ:ММ:СС"""


class HouseholdFileRow(msgspec.Struct, frozen=True):
    """A meter of a file, as it was when the file was loaded. Lists are by zone: T1, T2, T3 as far as it has them."""

    number: int
    account_number: str
    meter_number: str
    values: list[str]
    results: list[str]
    """«Результат загрузки»"""
    taken_on: str
    remarks: list[str]
    """On the row as a whole."""


class HouseholdFileDetails(msgspec.Struct, frozen=True):
    """«Детализация загруженных показаний»"""

    file: HouseholdFile
    items: list[HouseholdFileRow]
    next: str | None


class HouseholdSentZone(msgspec.Struct, frozen=True):
    """A transmitted value and whether billing has it."""

    zone: str
    value: str
    in_billing: str
    """«В Биллинге»"""


class HouseholdSentItem(msgspec.Struct, frozen=True):
    """A record of «Переданные показания»."""

    id: str
    meter_number: str
    """«Прибор учета»"""
    model: str
    """«Марка счётчика»"""
    flat: str
    account_number: str
    taken_on: date
    taken_on_text: str
    kind: str
    """«Тарифная зона»"""
    zones: list[HouseholdSentZone]
    billed_month: date | None
    """«Учтено в счете»"""
    source: str
    """«Источник»"""
    sent_at: datetime


# ---- staff
class HouseholdAttach(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Give a household account to whoever holds a contract, or to one client."""

    account_id: str
    contract_id: str | None = None
    email: str | None = None


class HouseholdAttachmentItem(msgspec.Struct, frozen=True):
    """An attachment."""

    id: str
    account_id: str
    account_number: str
    contract_id: str | None
    email: str | None
