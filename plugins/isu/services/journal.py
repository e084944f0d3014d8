"""The tab «Журнал»: what happened to a device in a month."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import groupby

from core.sdk import Context, decode_cursor, month_start
from core.sdk import page as cut_page
from plugins.isu.domain import bounds
from plugins.isu.domain.events import KINDS, OBIS, kind_of, kind_title, text_of
from plugins.isu.schemas import IsuEvent, IsuEventKind, IsuJournal
from plugins.isu.schemas.names import Criticality, EventKind
from plugins.isu.services.objects import found_object
from plugins.isu.store import journal as store


def kinds() -> list[IsuEventKind]:
    """The list «Вид события»."""
    return [IsuEventKind(kind, title) for kind, title in KINDS.items()]


async def journal(
    ctx: Context,
    device_id: str,
    month: date | None,
    kind: EventKind | None,
    criticality: Criticality | None,
    cursor: str | None,
    limit: int,
) -> IsuJournal:
    """A page of the month, the present one where none is named, in the order of time. Raises Problem.

    Events of one moment and kind are one line, as long as they are on one page.
    """
    await found_object(ctx, "device", device_id)
    month = month or month_start(ctx.today())
    since, until = bounds(month, ctx.runtime.zone)
    after = decode_cursor(cursor, datetime, str, int, str) or (since, "", -1, "")
    rows = await ctx.reader.all(
        store.EVENTS,
        device_id=device_id,
        since=since,
        until=until,
        every_kind=kind is None,
        journals=[] if kind is None else [OBIS[kind]],
        whatever=criticality is None,
        critical=criticality == "critical",
        **_after(after, since),
        limit=limit + 1,
    )
    page = cut_page(rows, limit, lambda row: (row.at.astimezone(UTC), row.journal, row.code, row.id))
    lines = [_line(ctx, list(alike)) for _, alike in groupby(page.items, lambda row: (row.at, row.journal))]
    return IsuJournal(device_id, f"{month:%Y-%m}", kind, criticality, lines, page.next)


def _after(cursor: tuple[datetime, str, int, str], since: datetime) -> dict[str, object]:
    """Never before the month, so that the index is entered where the month begins."""
    at, journal, code, key = cursor
    if at < since:
        at, journal, code, key = since, "", -1, ""
    return {"after": at, "after_journal": journal, "after_code": max(-1, min(code, 65_536)), "after_id": key}


def _line(ctx: Context, rows: Sequence[store.EventRow]) -> IsuEvent:
    first = rows[0]
    texts = [text_of(row.journal, row.code, row.text) for row in rows]
    return IsuEvent(
        first.at,
        f"{first.at.astimezone(ctx.runtime.zone):%d.%m.%y %H:%M:%S}",
        kind_of(first.journal),
        any(row.critical for row in rows),
        f"{kind_title(first.journal)}: {', '.join(texts)}",
        texts,
    )
