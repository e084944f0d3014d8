"""What plugins contribute to screens: sections of the contract's card and of the menu."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from core.context import Context
from core.workbooks import Cell


class CardField(msgspec.Struct, frozen=True):
    """A titled value of a card."""

    title: str
    value: Cell


class CardBlock(msgspec.Struct, frozen=True):
    """What a section shows: titled values, or a table with a row per thing, or both."""

    fields: list[CardField] = []
    columns: list[str] = []
    rows: list[list[Cell]] = []


class CardSection(msgspec.Struct, frozen=True):
    """A section of the contract's card, on the screen and in its workbook. `build` reads for `ctx.granted`."""

    name: str
    title: str
    """In Russian; at most 31 characters, since it also names a sheet."""
    build: Callable[[Context], Awaitable[CardBlock]]


class MonthSeries(msgspec.Struct, frozen=True):
    """Figures of a contract by month, for the picture of what it consumes and costs; shown by the permission."""

    name: str
    title: str
    """In Russian: «Начислено»."""
    unit: Literal["money", "energy"]
    """Roubles, or kilowatt-hours."""
    permission: str
    read: Callable[[Context, date, date], Awaitable[Mapping[date, Decimal]]]
    """`read(ctx, first, last)` for `ctx.granted`: months by their first days, both included; absent: unknown."""


class MenuSection(msgspec.Struct, frozen=True):
    """A section of the cabinet's menu, or a tab of one: shown to whoever may use it, by `order` and then by title."""

    name: str
    title: str
    """In Russian."""
    order: int = 1000
    """The manual's menu counts in tens: payments 10, readings 30, history 40, and so on; others come last."""
    parent: "MenuSection | None" = None
    """The section whose tab this is; it is shown while it has a tab to show."""
    permission: str | None = None
    """Not shown to whoever has contracts and holds this on none of them."""
    counter: Callable[[Context], Awaitable[int]] | None = None
    """How many things wait there for the caller: unread notifications, answered appeals."""
    available: Callable[[Context], Awaitable[bool]] | None = None
    """A further condition of the caller's, where the permission does not say everything."""


HISTORY = MenuSection("history", "История", 40)
"""«История»: plugins declare its tabs with `parent=HISTORY`."""
