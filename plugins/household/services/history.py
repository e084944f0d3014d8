"""«История показаний бытовых потребителей»: loaded files and transmitted readings."""

from datetime import date, datetime, time, timedelta

from core.imports.public import ImportEntry, ImportItem, entries, own
from core.imports.public import one as import_of
from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Page, Problem, decode_cursor, month_start, page
from plugins.household import domain, schemas, store
from plugins.household.domain import ZONES
from plugins.household.domain.rows import ACCOUNT, METER
from plugins.household.errors import PERIOD_REVERSED, PERIOD_TOO_EARLY
from plugins.household.permissions import HISTORY
from plugins.household.services import houses
from plugins.household.services.answering import ACCEPTED
from plugins.household.services.files import DAY, KIND, NOT_LOADED
from plugins.household.settings import HouseholdSettings
from plugins.household.store import files as files_store
from plugins.household.store import transmitting as sent_store
from plugins.household.store.files import FileRow
from plugins.household.store.transmitting import HistoryRow

SOURCES = {"screen": "Введено на странице", "file": "Загружено файлом"}
IN_BILLING = {"": "Передаётся", ACCEPTED: "Передано"}
_FAR = datetime(9999, 1, 1)  # noqa: DTZ001 - made aware where it is used


def period(ctx: Context, date_from: date | None, date_to: date | None) -> tuple[datetime, datetime]:
    """The moments between which the history is shown. Raises Problem for a period that it does not reach."""
    first = month_start(ctx.today())
    for _ in range(ctx.settings(HouseholdSettings).months_back):
        first = month_start(first - timedelta(days=1))
    since, until = date_from or first, date_to or ctx.today()
    wrong = []
    if since < first:
        wrong.append(FieldProblem("date_from", PERIOD_TOO_EARLY, {"first": domain.day_text(first)}))
    if until < since:
        wrong.append(FieldProblem("date_to", PERIOD_REVERSED))
    if wrong:
        raise Problem(INVALID, errors=wrong)
    zone = ctx.runtime.zone
    return (
        datetime.combine(since, time(), zone),
        datetime.combine(min(until, ctx.today()) + timedelta(days=1), time(), zone),
    )


# ---- files
async def files(
    ctx: Context, date_from: date | None, date_to: date | None, cursor: str | None, limit: int
) -> Page[schemas.HouseholdFile]:
    """«Загруженные файлы» of the caller, the newest first."""
    since, until = period(ctx, date_from, date_to)
    found = await own(ctx, KIND, since, until, cursor, limit)
    rows = await ctx.reader.all(files_store.FILES, ids=[item.id for item in found.items])
    counts = {row.import_id: row for row in rows}
    return Page([_file(ctx, item, counts.get(item.id)) for item in found.items], found.next)


async def details(ctx: Context, import_id: str, cursor: str | None, limit: int) -> schemas.HouseholdFileDetails:
    """«Детализация загруженных показаний»: as it was when the file was loaded."""
    item = await import_of(ctx, import_id)
    if item.kind != KIND:
        raise Problem(NOT_FOUND)
    row = await ctx.reader.first(files_store.FILES, ids=[import_id])
    found = await entries(ctx, import_id, None, False, cursor, limit)
    rows = [_file_row(entry) for entry in found.items if entry.state != "skipped"]
    return schemas.HouseholdFileDetails(_file(ctx, item, row), rows, found.next)


def _file(ctx: Context, item: ImportItem, row: FileRow | None) -> schemas.HouseholdFile:
    loaded, faulty, lost = (row.loaded, row.faulty, row.not_loaded) if row else (0, 0, 0)
    uploaded = item.uploaded_at.astimezone(ctx.runtime.zone)
    return schemas.HouseholdFile(
        item.id,
        item.name,
        item.state_text,
        loaded,
        faulty,
        lost,
        row is not None and row.undone,
        item.uploaded_at,
        domain.moment_text(uploaded),
    )


def _file_row(entry: ImportEntry) -> schemas.HouseholdFileRow:
    zones = [line for line in entry.lines if line.title in ZONES]
    given = {line.title: line.given for line in entry.lines}
    width = max((ZONES.index(line.title) + 1 for line in zones), default=0)
    values, results = [""] * width, [""] * width
    for line in zones:
        index = ZONES.index(line.title)
        values[index] = line.given
        reasons = [note.message for note in line.notes if note.level == "error"]
        results[index] = "; ".join([NOT_LOADED, *reasons]) if line.result in ("", NOT_LOADED) else line.result
    return schemas.HouseholdFileRow(
        entry.number,
        given.get(ACCOUNT, ""),
        given.get(METER, ""),
        values,
        results,
        given.get(DAY, ""),
        [note.message for note in entry.notes],
    )


# ---- what was transmitted
async def sent(
    ctx: Context,
    house_id: str | None,
    meter_id: str | None,
    date_from: date | None,
    date_to: date | None,
    cursor: str | None,
    limit: int,
) -> Page[schemas.HouseholdSentItem]:
    """«Переданные показания» of an address, the newest first."""
    house = await houses.chosen(ctx, house_id, HISTORY.name)
    since, until = period(ctx, date_from, date_to)
    viewer = store.viewer(ctx, HISTORY.name)
    if meter_id is not None:
        asked = {"meter_id": meter_id, "house_id": house.id, **viewer}
        if await ctx.reader.first(sent_store.METER_OF_HOUSE, **asked) is None:
            raise Problem(NOT_FOUND)
    before, before_id = decode_cursor(cursor, datetime, str) or (_FAR.replace(tzinfo=ctx.runtime.zone), "")
    rows = await ctx.reader.all(
        sent_store.HISTORY,
        house_id=house.id,
        any_meter=meter_id is None,
        meter_id=meter_id or "",
        since=since,
        until=until,
        before=before,
        before_id=before_id,
        limit=limit + 1,
        **viewer,
    )
    cut = page(rows, limit, lambda row: (row.sent_at, row.id))
    return Page([_sent_item(row) for row in cut.items], cut.next)


def _sent_item(row: HistoryRow) -> schemas.HouseholdSentItem:
    answers, values = (row.answer_t1, row.answer_t2, row.answer_t3), (row.t1, row.t2, row.t3)
    return schemas.HouseholdSentItem(
        row.id,
        row.meter_number,
        row.model,
        row.flat,
        row.account_number,
        row.taken_on,
        domain.day_text(row.taken_on),
        domain.KINDS[row.zones],
        [
            schemas.HouseholdSentZone(zone, format(value, "f"), IN_BILLING.get(answer, answer))
            for zone, value, answer in zip(ZONES, values, answers, strict=True)
            if value is not None
        ],
        row.billed_month,
        SOURCES[row.source],
        row.sent_at,
    )
