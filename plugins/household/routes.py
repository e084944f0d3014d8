"""HTTP of household accounts."""

from datetime import date
from typing import Annotated

from litestar.params import QueryParameter
from litestar.response import Stream

from core.sdk import (
    ACCOUNT,
    INVALID,
    NOT_FOUND,
    XLSX,
    Ctx,
    Cursor,
    JSONBody,
    Limit,
    Page,
    PathId,
    delete,
    download,
    get,
    patch,
    permission,
    pieces,
    post,
    staff,
)
from plugins.household import errors, schemas
from plugins.household.permissions import ENTER
from plugins.household.services import attaching, cards, entry, history, houses, templates, transmitting, undoing

_TAGS = ["household"]
_STAFF = staff("household.attach")
HouseId = Annotated[
    str | None,
    QueryParameter(name="house_id", min_length=1, max_length=64, description="An address; absent: the only one."),
]
HouseIds = Annotated[
    list[str] | None, QueryParameter(name="house_id", max_items=1000, description="Addresses; absent: the only one.")
]
Part = Annotated[str, QueryParameter(name="search", max_length=200, description="A part of the text, in any case.")]
Value = Annotated[str | None, QueryParameter(max_length=50, description="Shows the cards with exactly this value.")]
Day = Annotated[date | None, QueryParameter(description="A day of the period, included.")]
FieldName = Annotated[schemas.Field, QueryParameter(name="field", description="Which filter.")]
OrderBy = Annotated[schemas.Order, QueryParameter(name="order", description="The first «Сортировка».")]
ShownOnly = Annotated[schemas.Shown, QueryParameter(name="shown", description="The second «Сортировка»: a filter.")]


@get("/api/v1/household/notice", access=ACCOUNT, operation_id="household_notice", tags=_TAGS)
async def household_notice(ctx: Ctx) -> schemas.HouseholdNotice:
    """Show what the supplier says of the previous version of the cabinet."""
    return await houses.notice(ctx)


@get("/api/v1/household/houses", access=ACCOUNT, operation_id="household_houses", tags=_TAGS)
async def household_houses(
    ctx: Ctx, search: Part = "", cursor: Cursor = None, limit: Limit = 50
) -> Page[schemas.HouseholdHouse]:
    """List the addresses of the caller's household accounts, by the alphabet."""
    return await houses.houses(ctx, search, cursor, limit)


@get(
    "/api/v1/household/cards",
    access=ACCOUNT,
    operation_id="household_cards",
    raises=[errors.NO_ACCOUNTS, NOT_FOUND, INVALID],
    tags=_TAGS,
)
async def household_cards(
    ctx: Ctx,
    house_id: HouseId = None,
    order: OrderBy = "all",
    shown: ShownOnly = "all",
    flat: Value = None,
    meter: Value = None,
    account: Value = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> schemas.HouseholdCards:
    """Show the household accounts of an address with their meters and what is entered for them."""
    return await cards.cards(ctx, house_id, cards.Filters(order, shown, flat, meter, account), cursor, limit)


@get(
    "/api/v1/household/options",
    access=ACCOUNT,
    operation_id="household_options",
    raises=[errors.NO_ACCOUNTS, NOT_FOUND, INVALID],
    tags=_TAGS,
)
async def household_options(
    ctx: Ctx, field: FieldName, house_id: HouseId = None, search: Part = ""
) -> Page[schemas.HouseholdOption]:
    """List the first values of a filter that contain a text."""
    return await cards.options(ctx, house_id, field, search)


@patch(
    "/api/v1/household/meters/{meter_id:str}/reading",
    access=ACCOUNT,
    operation_id="enter_household_reading",
    raises=[NOT_FOUND, errors.NO_SCHEDULE, errors.TRANSMITTED],
    tags=_TAGS,
)
async def enter_household_reading(
    ctx: Ctx, meter_id: PathId, data: JSONBody[schemas.HouseholdReadingInput]
) -> schemas.HouseholdMeterItem:
    """Check and store what is entered for a meter; nothing is transmitted by it."""
    return await entry.enter(ctx, meter_id, data)


@get(
    "/api/v1/household/template",
    access=ACCOUNT,
    operation_id="household_template",
    media_type=XLSX,
    raises=[errors.NO_ACCOUNTS, NOT_FOUND, INVALID],
    tags=_TAGS,
)
async def household_template(
    ctx: Ctx,
    house_ids: HouseIds = None,
    every: Annotated[bool, QueryParameter(name="every", description="All addresses: «Выбрать все».")] = False,
) -> Stream:
    """Download the workbook to fill in: a row for each meter of the addresses."""
    file = await templates.filled(ctx, house_ids or [], every=every)
    return await download(pieces(file), templates.NAME, media_type=XLSX)


@post(
    "/api/v1/household/transmissions",
    access=permission(ENTER.name, confirmed_email=True),
    operation_id="transmit_household",
    creating=True,
    status_code=202,
    raises=[errors.NO_ACCOUNTS, NOT_FOUND, INVALID, errors.NO_SCHEDULE, errors.PERIOD_CLOSED, errors.TRANSMITTING],
    tags=_TAGS,
)
async def transmit_household(ctx: Ctx, data: JSONBody[schemas.HouseholdScope]) -> schemas.HouseholdTransmissionItem:
    """Transmit what is ready: of an address, or of what a file has loaded."""
    return await transmitting.start(ctx, data)


@get(
    "/api/v1/household/transmissions/{transmission_id:str}",
    access=ACCOUNT,
    operation_id="household_transmission",
    raises=[NOT_FOUND],
    tags=_TAGS,
)
async def household_transmission(ctx: Ctx, transmission_id: PathId) -> schemas.HouseholdTransmissionItem:
    """Show where a transmission stands, and in the end its message."""
    return await transmitting.show(ctx, transmission_id)


# ---- history
@get(
    "/api/v1/household/files",
    access=ACCOUNT,
    operation_id="household_files",
    raises=[INVALID],
    tags=_TAGS,
)
async def household_files(
    ctx: Ctx, date_from: Day = None, date_to: Day = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[schemas.HouseholdFile]:
    """List the caller's loaded files, the newest first."""
    return await history.files(ctx, date_from, date_to, cursor, limit)


@get(
    "/api/v1/household/files/{import_id:str}",
    access=ACCOUNT,
    operation_id="household_file",
    raises=[NOT_FOUND],
    tags=_TAGS,
)
async def household_file(
    ctx: Ctx, import_id: PathId, cursor: Cursor = None, limit: Limit = 50
) -> schemas.HouseholdFileDetails:
    """Show what became of a file, meter by meter."""
    return await history.details(ctx, import_id, cursor, limit)


@post(
    "/api/v1/household/files/{import_id:str}/undo",
    access=ACCOUNT,
    operation_id="undo_household_file",
    status_code=200,
    raises=[NOT_FOUND, errors.FILE_TRANSMITTED, errors.NO_SCHEDULE],
    tags=_TAGS,
)
async def undo_household_file(ctx: Ctx, import_id: PathId) -> schemas.HouseholdFile:
    """Take back what a file has loaded, as long as nothing of it is transmitted."""
    return await undoing.undo(ctx, import_id)


@get(
    "/api/v1/household/transmitted",
    access=ACCOUNT,
    operation_id="household_transmitted",
    raises=[errors.NO_ACCOUNTS, NOT_FOUND, INVALID],
    tags=_TAGS,
)
async def household_transmitted(
    ctx: Ctx,
    house_id: HouseId = None,
    meter_id: Annotated[
        str | None, QueryParameter(name="meter_id", min_length=1, max_length=64, description="A meter.")
    ] = None,
    date_from: Day = None,
    date_to: Day = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[schemas.HouseholdSentItem]:
    """List the transmitted readings of an address, the newest first."""
    return await history.sent(ctx, house_id, meter_id, date_from, date_to, cursor, limit)


# ---- staff
@get("/api/v1/staff/household/attachments", access=_STAFF, operation_id="household_attachments", tags=["staff"])
async def household_attachments(
    ctx: Ctx, cursor: Cursor = None, limit: Limit = 50
) -> Page[schemas.HouseholdAttachmentItem]:
    """List who works with which household accounts."""
    return await attaching.attachments(ctx, cursor, limit)


@post(
    "/api/v1/staff/household/attachments",
    access=_STAFF,
    operation_id="attach_household_account",
    creating=True,
    raises=[errors.ATTACHED],
    tags=["staff"],
)
async def attach_household_account(
    ctx: Ctx, data: JSONBody[schemas.HouseholdAttach]
) -> schemas.HouseholdAttachmentItem:
    """Attach a household account to a contract or to a client."""
    return await attaching.attach(ctx, data)


@delete(
    "/api/v1/staff/household/attachments/{attachment_id:str}",
    access=_STAFF,
    operation_id="detach_household_account",
    status_code=204,
    raises=[NOT_FOUND],
    tags=["staff"],
)
async def detach_household_account(ctx: Ctx, attachment_id: PathId) -> None:
    """Take a household account away again."""
    await attaching.detach(ctx, attachment_id)


ROUTES = (
    household_notice,
    household_houses,
    household_cards,
    household_options,
    enter_household_reading,
    household_template,
    transmit_household,
    household_transmission,
    household_files,
    household_file,
    undo_household_file,
    household_transmitted,
    household_attachments,
    attach_household_account,
    detach_household_account,
)
