"""Months in queries: `month`, or `month_from` and `month_to`, both included; `2026-01`, the same for every list."""

from datetime import date
from typing import Annotated, overload

from litestar.params import QueryParameter

MONTH = r"^(19|20|21)[0-9][0-9]-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?$(?!\n)"
_FORM = "`2026-01`; a day of it will do, too."

Month = Annotated[str, QueryParameter(pattern=MONTH, description=f"The month, {_FORM}")]
MonthFrom = Annotated[str | None, QueryParameter(pattern=MONTH, description=f"The first month, {_FORM}")]
MonthTo = Annotated[str | None, QueryParameter(pattern=MONTH, description=f"The last month, included: {_FORM}")]


@overload
def month_of(text: str) -> date: ...
@overload
def month_of(text: None) -> None: ...
@overload
def month_of(text: str | None) -> date | None: ...
def month_of(text: str | None) -> date | None:
    """The first day of the month that a query names."""
    return None if text is None else date.fromisoformat(f"{text[:7]}-01")
