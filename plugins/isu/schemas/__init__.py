"""What clients read of smart metering."""

from datetime import date, datetime
from typing import Literal

import msgspec

from core.sdk import DecimalText
from plugins.isu.schemas.names import ArchiveKind, Channel, Criticality, EventKind, FileForm, Level, ReadingKind


# ---- the tree
class IsuContract(msgspec.Struct, frozen=True):
    """A contract with intelligent devices."""

    id: str
    number: str
    name: str
    title: str
    """«Стенд МЭС (321654988)»"""


class IsuNode(msgspec.Struct, frozen=True):
    """An object of a tree."""

    level: Level
    level_title: str
    id: str
    name: str
    """As the contract has it; of an energy object with its number before it."""
    has_children: bool
    children: list["IsuNode"] | None
    """Null: not asked for."""


class IsuAction(msgspec.Struct, frozen=True):
    """What the client can do about an empty page."""

    title: str
    operation: str
    """`operation_id` of the call."""


class IsuTrees(msgspec.Struct, frozen=True):
    """The page «ИСУ»: the trees of one contract, one for each energy object."""

    contract: IsuContract | None
    """The one that the trees are of; null: the account has no contract with devices."""
    text: str | None
    """What to say instead of trees."""
    action: IsuAction | None
    items: list[IsuNode]
    next: str | None
    """Cursor of the next page; null: this is the last one."""


# ---- pages of objects
class IsuField(msgspec.Struct, frozen=True):
    """A named value."""

    name: str
    value: str | None


class IsuBlock(msgspec.Struct, frozen=True):
    """A block of information."""

    code: str
    title: str
    as_of: datetime | None
    """The moment that the values are valid for; null: nothing was told yet."""
    actual: str | None
    """«Данные актуальны на 26.12.2023 15:57:42»"""
    fields: list[IsuField]


class IsuObject(msgspec.Struct, frozen=True):
    """The page of an object."""

    level: Level
    level_title: str
    id: str
    name: str
    tabs: list[str]
    blocks: list[IsuBlock]


class IsuReadingRow(msgspec.Struct, frozen=True):
    """A kind of energy. Null: unknown, which is not zero."""

    channel: Channel
    title: str
    """«R-, [кВар*ч]»"""
    unit: str
    explanation: str
    t1: DecimalText | None
    t2: DecimalText | None
    t3: DecimalText | None
    total: DecimalText | None
    """«СУММ»: of the zones where they are known, else as the device counts it."""


class IsuReadingBlock(msgspec.Struct, frozen=True):
    """A block of the tab «Показания»."""

    kind: ReadingKind
    title: str
    day: date | None
    """The day; of a month its first day; null: nothing is known."""
    at: datetime | None
    actual: str | None
    """«Данные актуальны на 19.12.2023»"""
    rows: list[IsuReadingRow]


class IsuReadings(msgspec.Struct, frozen=True):
    """The tab «Показания»."""

    device_id: str
    name: str
    blocks: list[IsuReadingBlock]


# ---- the journal
class IsuEvent(msgspec.Struct, frozen=True):
    """What happened at one moment, of one kind."""

    at: datetime
    shown_at: str
    """«01.12.23 00:00:30» in the supplier's time"""
    kind: EventKind
    critical: bool
    """One of the events is."""
    description: str
    """«События питания: …, …»"""
    events: list[str]


class IsuEventKind(msgspec.Struct, frozen=True):
    """A choice of the list «Вид события»."""

    kind: EventKind
    title: str


class IsuJournal(msgspec.Struct, frozen=True):
    """A page of the tab «Журнал»."""

    device_id: str
    month: str
    """`2026-01`"""
    kind: EventKind | None
    criticality: Criticality | None
    items: list[IsuEvent]
    next: str | None


# ---- profiles
class IsuProfileSeries(msgspec.Struct, frozen=True):
    """The values of a channel, one for each label."""

    channel: Channel
    unit: str
    values: list[DecimalText | None]
    total: DecimalText
    """Of what is known."""
    missing: int


class IsuProfile(msgspec.Struct, frozen=True):
    """A load profile, ready to be plotted."""

    device_id: str
    title: str
    step: Literal["half_hour", "hour", "day"]
    labels: list[str]
    """Of the horizontal axis, in the supplier's time."""
    starts_at: list[datetime]
    series: list[IsuProfileSeries]


# ---- archives
class IsuArchiveType(msgspec.Struct, frozen=True):
    """A choice of the list «Тип»."""

    type: ArchiveKind
    title: str
    period: Literal["months", "dates"]
    """months: `2026-01`; dates: `2026-01-25`"""
    forms: list[FileForm]


class IsuArchiveOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from", "until": "to"}):
    """An archive to be made."""

    type: ArchiveKind
    since: str
    until: str
    channel: Channel | None = None
    """Null: all kinds of energy."""
    form: FileForm = "xlsx"


class IsuArchive(msgspec.Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """An ordered archive."""

    id: str
    device_id: str
    type: ArchiveKind
    channel: Channel | None
    form: FileForm
    since: date
    until: date
    state: Literal["waiting", "ready"]
    file_name: str
    size: int | None
    created_at: datetime
    ready_at: datetime | None
    kept_until: datetime
