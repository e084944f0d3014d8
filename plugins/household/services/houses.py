"""Addresses: the list, the one that is meant, the period of its branch."""

from collections.abc import Sequence

from core.sdk import (
    INVALID,
    NOT_FOUND,
    Context,
    FieldProblem,
    Page,
    Problem,
    UnitOfWork,
    containing,
    decode_cursor,
    page,
)
from plugins.household import store
from plugins.household.domain import Window, day_text
from plugins.household.errors import HOUSE_NEEDED, NO_ACCOUNTS, NO_SCHEDULE, PERIOD_CLOSED
from plugins.household.permissions import ENTER, HISTORY
from plugins.household.schemas import HouseholdHouse, HouseholdNotice, HouseholdWindow
from plugins.household.settings import HouseholdSettings
from plugins.household.store import HouseRead


async def notice(ctx: Context) -> HouseholdNotice:
    """What the supplier says of the previous version of the cabinet."""
    settings = ctx.settings(HouseholdSettings)
    if not settings.notice_text:
        return HouseholdNotice(None, None, None)
    return HouseholdNotice(settings.notice_text, settings.notice_title, settings.notice_link or None)


async def houses(ctx: Context, part: str, cursor: str | None, limit: int) -> Page[HouseholdHouse]:
    """The addresses of the caller whose text contains `part`, by the alphabet."""
    after, after_id = decode_cursor(cursor, str, str) or ("", "")
    rows = await ctx.reader.all(
        store.HOUSES, pattern=containing(part), after=after, after_id=after_id, limit=limit + 1, **store.viewer(ctx)
    )
    return page(rows, limit, lambda row: (row.address.lower(), row.id))


async def holds_any(ctx: Context) -> bool:
    """Whether the caller enters readings of any household account."""
    return bool(await ctx.reader.all(store.FIRST_HOUSES, **store.viewer(ctx)))


async def sees_any(ctx: Context) -> bool:
    """Whether the caller may see the history of any household account."""
    return bool(await ctx.reader.all(store.FIRST_HOUSES, **store.viewer(ctx, HISTORY.name)))


async def chosen(ctx: Context, house_id: str | None, permission: str = ENTER.name) -> HouseRead:
    """The address that is meant: the one named, or the only one. Raises Problem."""
    asked = store.viewer(ctx, permission)
    if house_id is not None:
        house = await ctx.reader.first(store.ONE_HOUSE, house_id=house_id, **asked)
        if house is None:
            raise Problem(NOT_FOUND)
        return house
    found = await ctx.reader.all(store.FIRST_HOUSES, **asked)
    if not found:
        raise Problem(NO_ACCOUNTS)
    if len(found) > 1:
        raise Problem(INVALID, errors=[FieldProblem("house_id", HOUSE_NEEDED)])
    return found[0]


async def several(ctx: Context, house_ids: Sequence[str], *, every: bool, field: str) -> list[HouseRead]:
    """The addresses that are meant: those named, every one, or the only one. One foreign address is 404 for all."""
    asked = store.viewer(ctx)
    if every:
        found = await ctx.reader.all(store.EVERY_HOUSE, **asked)
    elif house_ids:
        wanted = set(house_ids)
        found = await ctx.reader.all(store.SOME_HOUSES, house_ids=sorted(wanted), **asked)
        if len(found) < len(wanted):
            raise Problem(NOT_FOUND)
    else:
        found = await ctx.reader.all(store.FIRST_HOUSES, **asked)
        if len(found) > 1:
            raise Problem(INVALID, errors=[FieldProblem(field, HOUSE_NEEDED)])
    if not found:
        raise Problem(NO_ACCOUNTS)
    return found


async def window(ctx: Context, branch: str) -> Window | None:
    """The period of a branch that is on or comes next, else its last one."""
    return await ctx.reader.first(store.WINDOW, branch=branch, today=ctx.today())


async def window_within(ctx: Context, uow: UnitOfWork, branch: str) -> Window:
    """The same within a transaction. Raises Problem where the branch has no schedule."""
    row = await uow.one(store.WINDOW.statement, {"branch": branch, "today": ctx.today()})  # type: ignore[arg-type]
    if row is None:
        raise Problem(NO_SCHEDULE)
    return Window(*row)


def require_open(ctx: Context, found: Window | None) -> Window:
    """Raises Problem outside of the period."""
    if found is None:
        raise Problem(NO_SCHEDULE)
    if not found.is_open(ctx.today()):
        raise Problem(PERIOD_CLOSED, opens=day_text(found.opens_on), closes=day_text(found.closes_on))
    return found


def shown(ctx: Context, found: Window | None) -> HouseholdWindow | None:
    """A period on the wire."""
    if found is None:
        return None
    return HouseholdWindow(found.month, found.opens_on, found.closes_on, found.is_open(ctx.today()))
