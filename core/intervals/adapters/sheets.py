"""A workbook for people: a row for each period, a column for each channel."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from core.intervals.domain import CHANNELS, DOUBTFUL, MISSING, SUBSTITUTED, UNITS, Stored
from core.sdk import Cell, Sheet

_WORDS = ((MISSING, "нет значения"), (DOUBTFUL, "не для расчётов"), (SUBSTITUTED, "замещено"))


def sheets(days: Sequence[Stored], zone: tzinfo) -> list[Sheet]:
    """One sheet: day, beginning and end in `zone`, values, remarks."""
    channels = [channel for channel in CHANNELS if any(day.channel == channel for day in days)]
    return [Sheet("Интервальные данные", _rows(days, channels, zone), (12, 8, 8, *(14 for _ in channels), 40))]


def _rows(days: Iterable[Stored], channels: Sequence[str], zone: tzinfo) -> Iterator[Sequence[Cell]]:
    yield ["Дата", "Начало", "Конец", *(f"{channel}, {UNITS[channel]}" for channel in channels), "Отметки"]
    by_day: dict[tuple[object, int], list[Stored]] = {}
    for day in days:
        by_day.setdefault((day.day, day.minutes), []).append(day)
    for (_, minutes), alike in sorted(by_day.items(), key=lambda item: str(item[0])):
        yield from _periods({day.channel: day for day in alike}, minutes, channels, zone)


def _periods(found: dict[str, Stored], minutes: int, channels: Sequence[str], zone: tzinfo) -> Iterator[Sequence[Cell]]:
    first = next(iter(found.values()))
    texts = {channel: day.profile().texts() for channel, day in found.items()}
    marks = {channel: day.profile().marks for channel, day in found.items()}
    for index, moment in enumerate(first.moments()):
        values: list[Cell] = []
        remarks = []
        for channel in channels:
            text = texts[channel][index] if channel in texts and index < len(texts[channel]) else None
            values.append(None if text is None else Decimal(text))
            if index < len(marks.get(channel, b"")):
                remarks += [f"{channel}: {word}" for bit, word in _WORDS if marks[channel][index] & bit]
        start = moment.astimezone(zone)
        yield [
            start.date(),
            _clock(start),
            _clock((moment + timedelta(minutes=minutes)).astimezone(zone)),
            *values,
            "; ".join(remarks) or None,
        ]


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M}"
