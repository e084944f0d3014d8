"""What an archive is: its type, its period, its file, written as it is read."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import IO, Any

import msgspec

from core.intervals.public import FORMS, Range, export
from core.sdk import (
    FIELD_FORMAT,
    INVALID,
    Cell,
    Context,
    FieldProblem,
    Problem,
    Sheet,
    next_month,
    pieces,
    plain,
    workbook,
)
from plugins.isu import domain, errors, store
from plugins.isu.domain import ARCHIVES, ENERGY, PERIOD_FORMS, SHOWN_CHANNELS
from plugins.isu.schemas import IsuArchiveOrder, IsuArchiveType
from plugins.isu.schemas.names import ArchiveKind, Channel, FileForm
from plugins.isu.services.feeds import series_of
from plugins.isu.services.objects import found_object
from plugins.isu.settings import IsuSettings

_SPOOL = 2_000_000
_FINE = ("profile", "current")
"""Types with many values a day; a day or a month to a line is never large."""


class Wanted(msgspec.Struct, frozen=True):
    """An archive."""

    device_id: str
    name: str
    point_id: str | None
    kind: ArchiveKind
    channel: Channel | None
    form: FileForm
    since: date
    until: date
    """The last day or, of months, the first day of the last month."""

    @property
    def channels(self) -> list[Channel]:
        return [self.channel] if self.channel else list(reversed(SHOWN_CHANNELS))

    @property
    def days(self) -> int:
        last = next_month(self.until) - timedelta(days=1) if PERIOD_FORMS[self.kind] == "months" else self.until
        return (last - self.since).days + 1

    @property
    def file_name(self) -> str:
        months = PERIOD_FORMS[self.kind] == "months"
        since, until = (f"{day:%m.%Y}" if months else f"{day:%d.%m.%Y}" for day in (self.since, self.until))
        about = f"{self.channel} " if self.channel else ""
        name = f"{ARCHIVES[self.kind]} {about}{self.name} {since}-{until}.{FORMS[self.form][1]}"
        return "".join(letter for letter in name if letter.isprintable() and letter not in '/\\"')


def types() -> list[IsuArchiveType]:
    """The list «Тип», and what its period looks like."""
    return [
        IsuArchiveType(
            kind, title, PERIOD_FORMS[kind], ["xlsx", "csv", "green_button"] if kind == "profile" else ["xlsx", "csv"]
        )
        for kind, title in ARCHIVES.items()
    ]


# ---- what is wanted
async def wanted(ctx: Context, device_id: str, order: IsuArchiveOrder) -> Wanted:
    """The archive of a device of the contract in the path. Raises Problem, with every wrong field at once."""
    device = await found_object(ctx, "device", device_id)
    problems: list[FieldProblem] = []
    since, until = _ends(order, problems)
    if order.form == "green_button" and order.type != "profile":
        problems.append(FieldProblem("form", errors.FORM_OF_PROFILES))
    made = Wanted(device_id, device.name, device.metering_point_id, order.type, order.channel, order.form, since, until)
    most = ctx.settings(IsuSettings).most_days
    if not problems and until < since:
        problems.append(FieldProblem("to", errors.PERIOD_REVERSED))
    elif not problems and made.days > most:
        problems.append(FieldProblem("to", errors.PERIOD_TOO_LONG, {"days": str(most)}))
    if problems:
        raise Problem(INVALID, errors=problems)
    return made


def _ends(order: IsuArchiveOrder, problems: list[FieldProblem]) -> tuple[date, date]:
    months = PERIOD_FORMS[order.type] == "months"
    found = []
    for field, text in (("from", order.since), ("to", order.until)):
        day = _parsed(text)
        if day is None:
            problems.append(FieldProblem(field, FIELD_FORMAT))
        elif (len(text) == len("2026-01")) != months:
            problems.append(FieldProblem(field, errors.PERIOD_OF_MONTHS if months else errors.PERIOD_OF_DATES))
        found.append(day or date(2000, 1, 1))
    return found[0], found[1]


def _parsed(text: str) -> date | None:
    """Of `2026-01` or `2026-01-25`, of this and the last century."""
    try:
        day = date.fromisoformat(f"{text}-01" if len(text) == len("2026-01") else text)
    except ValueError:
        return None
    return day if 1900 <= day.year < 2100 and f"{day:%Y-%m-%d}".startswith(text) else None


# ---- at once
async def opened(ctx: Context, device_id: str, order: IsuArchiveOrder) -> tuple[str, str, AsyncIterator[bytes]]:
    """File name, media type and content of an archive that is not large. Raises Problem."""
    found = await wanted(ctx, device_id, order)
    most = ctx.settings(IsuSettings).at_once_days
    if found.kind in _FINE and found.days > most:
        raise Problem(errors.ARCHIVE_TOO_LARGE, days=str(most))
    return found.file_name, FORMS[found.form][0], await content(ctx, found)


async def content(ctx: Context, found: Wanted) -> AsyncIterator[bytes]:
    """The file."""
    if found.kind == "profile":
        about = Range(
            found.point_id or "", found.name, found.channels, found.since, found.until, series_of(found.device_id)
        )
        return await export(ctx, about, found.form)
    rows = _lines(ctx, found)
    if found.form == "csv":
        return _csv(rows)
    spool = await _spooled(rows)
    try:
        sheet = Sheet(ARCHIVES[found.kind], _rows_of(spool, found), (20, 14, 14, 14, 14, 14))
        return pieces(await workbook([sheet]))
    finally:
        spool.close()


Line = tuple[str, str, str | None, str | None, str | None, str | None]
"""When, kind of energy, the zones and their sum."""


async def _lines(ctx: Context, found: Wanted) -> AsyncIterator[list[Line]]:
    """One line for each day, month or reading of the range, channel by channel; what is unknown is empty."""
    params: dict[str, Any] = {
        "device_id": found.device_id,
        "kind": found.kind,
        "since": found.since,
        "until": found.until,
    }
    for channel in found.channels:
        if found.kind == "current":
            moments = params | domain.moments(found.since, found.until, ctx.runtime.zone)
            async for rows in ctx.reader.stream(store.MOMENTS, channels=[channel], **moments):
                yield [_line(_moment(ctx, row), channel, row) for row in rows]
            continue
        stored = ctx.reader.stream(store.ARCHIVED, channels=[channel], **params)
        known = {row.day: row async for rows in stored for row in rows}
        months = PERIOD_FORMS[found.kind] == "months"
        every: Callable[..., Any] = domain.every_month if months else domain.every_day
        yield [
            _line(f"{day:%m.%Y}" if months else f"{day:%d.%m.%Y}", channel, known.get(day))
            for day in every(found.since, found.until)
        ]


def _moment(ctx: Context, row: store.ReadingRow) -> str:
    assert row.at is not None
    return f"{row.at.astimezone(ctx.runtime.zone):%d.%m.%Y %H:%M:%S}"


def _line(when: str, channel: Channel, row: store.ReadingRow | None) -> Line:
    about = f"{channel}, {ENERGY[channel][0]}"
    if row is None:
        return when, about, None, None, None, None
    zones = (row.t1, row.t2, row.t3)
    t1, t2, t3, total = (
        None if value is None else f"{plain(value):f}" for value in (*zones, domain.total(zones, row.total))
    )
    return when, about, t1, t2, t3, total


_HEAD = ("Период", "Вид энергии", "T1", "T2", "T3", "СУММ")


async def _csv(rows: AsyncIterator[list[Line]]) -> AsyncIterator[bytes]:
    """RFC 4180 in UTF-8, with the mark that spreadsheets look for; numbers with a point."""
    yield ("\ufeff" + ",".join(_HEAD) + "\r\n").encode()
    async for lines in rows:
        yield "".join(
            f'{when},"{about}",{",".join(value or "" for value in values)}\r\n' for when, about, *values in lines
        ).encode()


async def _spooled(rows: AsyncIterator[list[Line]]) -> IO[bytes]:
    """The lines on disk: whoever makes a workbook reads them one by one."""
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 - the caller closes it
    try:
        async for lines in rows:
            await asyncio.to_thread(spool.write, msgspec.json.Encoder().encode_lines(lines))
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return spool


def _rows_of(spool: IO[bytes], found: Wanted) -> Iterator[Sequence[Cell]]:
    decode = msgspec.json.Decoder(Line).decode
    yield _HEAD
    for raw in spool:
        when, about, *values = decode(raw)
        yield [when, about, *(None if value is None else Decimal(value) for value in values)]
