"""Query parameters that the lists share."""

from datetime import date
from typing import Annotated

from litestar.params import QueryParameter

MonthFrom = Annotated[date | None, QueryParameter(description="Any day of the first month; absent: the current month.")]
MonthTo = Annotated[date | None, QueryParameter(description="Any day of the last month, included.")]
