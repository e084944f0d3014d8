"""Levels of the tree, blocks of information, kinds of readings and archives. Pure: no I/O, no clock."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Literal

import msgspec

from core.sdk import next_month
from plugins.isu.schemas.names import ArchiveKind, Channel, Level, ReadingKind

LEVELS: tuple[Level, ...] = ("energy_object", "connection_point", "metering_point", "device")
LEVEL_TITLES: dict[Level, str] = {
    "energy_object": "Энергообъект",
    "connection_point": "Точка подключения",
    "metering_point": "Точка учёта",
    "device": "Прибор учёта",
}
DEVICE = LEVELS.index("device")

SHOWN_CHANNELS: tuple[Channel, ...] = ("R-", "R+", "A-", "A+")
"""In the order of the manual's tables."""
ENERGY: dict[Channel, tuple[str, str]] = {
    "A+": ("кВт*ч", "активная потреблённая, [кВт*ч]"),
    "A-": ("кВт*ч", "активная отпущенная, [кВт*ч]"),
    "R+": ("кВар*ч", "реактивная потреблённая, [кВар*ч]"),
    "R-": ("кВар*ч", "реактивная отпущенная, [кВар*ч]"),
}
"""Unit and explanation."""

READING_BLOCKS: dict[ReadingKind, str] = {
    "day_end": "Показания на конец суток",
    "month_end": "Показания на конец расчетного периода",
    "consumption": "Расход э/энергии суммарный за интервал",
    "current": "Текущие значение показаний ПУ",
}
"""In the order of the manual, in its words."""
ARCHIVES: dict[ArchiveKind, str] = {
    "day_end": "На конец суток",
    "month_end": "На конец месяца",
    "consumption": "Расход за интервал",
    "current": "Текущие показания",
    "profile": "Профиль нагрузки",
}
PERIOD_FORMS: dict[ArchiveKind, Literal["months", "dates"]] = {
    kind: "months" if kind == "month_end" else "dates" for kind in ARCHIVES
}

BLOCKS: dict[Level, dict[str, str]] = {
    "energy_object": {"energy_object": "Характеристики энергообъекта"},
    "connection_point": {"connection_point": "Характеристики точки подключения"},
    "metering_point": {"metering_point": "Характеристики точки учёта"},
    "device": {
        "identification": "Идентификационные данные",
        "life_cycle": "Жизненный цикл и состояние ИПУ",
        "metrology": "Метрологический статус и характеристики ИПУ",
        "passport": "Электротехнические и метрологические характеристики модели ИПУ (из паспорта модели)",
        "installation": "Данные установки",
        "characteristics": "Характеристики",
        "consumer": "Характеристики Потребителя",
        "contract": "Характеристики договора",
    },
}
"""Level -> code and title of its blocks of information, in their order."""
ADDRESS, NAME, NUMBER = "Адрес энергообъекта", "Наименование энергообъекта", "Номер энергообъекта"
OBJECT_FIELDS = (ADDRESS, NAME, NUMBER, "Телефон 1", "Телефон 2", "Электронный адрес")
"""Always shown, in this order."""


def total(zones: Iterable[Decimal | None], told: Decimal | None) -> Decimal | None:
    """«СУММ»: the sum of the zones where there are any, else what the device says; None: nothing is known."""
    given = [value for value in zones if value is not None]
    return sum(given, Decimal(0)) if given else told


def actual(kind: ReadingKind, day: date, at: datetime | None, zone: tzinfo) -> str:
    """«Данные актуальны на 19.12.2023»: the end of a month is the first day of the next one, as the manual has it."""
    if at is not None and kind == "current":
        return shown_moment(at, zone)
    return f"Данные актуальны на {next_month(day) if kind == 'month_end' else day:%d.%m.%Y}"


def shown_moment(at: datetime, zone: tzinfo) -> str:
    """«Данные актуальны на 26.12.2023 15:57:42»"""
    return f"Данные актуальны на {at.astimezone(zone):%d.%m.%Y %H:%M:%S}"


def bounds(month: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """A month as instants, the second one excluded."""
    since, until = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (month, next_month(month)))
    return since, until


def moments(since: date, until: date, zone: tzinfo) -> dict[str, date | datetime]:
    """Business days, both included: where they start and end (excluded), and the days in UTC that they touch."""
    starts_at, ends_at = (
        datetime.combine(day, time(), zone).astimezone(UTC) for day in (since, until + timedelta(days=1))
    )
    return {"since": starts_at.date(), "until": ends_at.date(), "starts_at": starts_at, "ends_at": ends_at}


class Step(msgspec.Struct, frozen=True):
    """A period of a profile: when it begins, and the value of each channel."""

    starts_at: datetime
    values: tuple[Decimal | None, ...]


def gathered(steps: Sequence[Step], keys: Sequence[object]) -> list[Step]:
    """Sums of consecutive steps with equal keys (an hour, a day). One unknown part makes the sum unknown."""
    made: list[Step] = []
    last: object = None
    for step, key in zip(steps, keys, strict=True):
        if made and key == last:
            sums = tuple(
                None if one is None or other is None else one + other
                for one, other in zip(made[-1].values, step.values, strict=True)
            )
            made[-1] = Step(made[-1].starts_at, sums)
        else:
            made.append(step)
        last = key
    return made


def every_day(since: date, until: date) -> Iterable[date]:
    """Both ends included."""
    return (since + timedelta(days=offset) for offset in range((until - since).days + 1))


def every_month(since: date, until: date) -> Iterable[date]:
    """First days, both months included."""
    while since <= until:
        yield since
        since = next_month(since)
