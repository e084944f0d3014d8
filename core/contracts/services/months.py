"""What a contract consumes and costs, month by month: plugins bring the figures, the role decides which are shown."""

from datetime import date
from typing import Literal

from core.contracts.errors import MONTHS_ORDER, MONTHS_TOO_MANY
from core.contracts.schemas import ContractMonths, ContractSeries
from core.errors import ROLE_FORBIDS
from core.printing.public import Chart, Series, svg
from core.sdk import INVALID, Context, FieldProblem, MonthSeries, Problem, month_start, next_month

Unit = Literal["money", "energy"]
UNITS: dict[Unit, Literal["руб.", "кВт·ч"]] = {"money": "руб.", "energy": "кВт·ч"}
_TITLES: dict[Unit, str] = {"money": "Начисления и оплата", "energy": "Расход электроэнергии"}
_USUAL, _MOST = 12, 60


async def months(ctx: Context, month_from: date | None, month_to: date | None) -> ContractMonths:
    """All series that the caller's role may see, on the contract in the path; the last year unless told otherwise."""
    places = _places(ctx, month_from, month_to)
    return ContractMonths(places, [await _read(ctx, one, places) for one in _shown(ctx)])


async def chart(ctx: Context, unit: Unit | None, month_from: date | None, month_to: date | None) -> str:
    """The series of one unit as an SVG picture; without a unit, of the first that the role may see. Raises Problem."""
    places = _places(ctx, month_from, month_to)
    shown = _shown(ctx)
    unit = unit or (shown[0].unit if shown else "money")
    drawn = [one for one in shown if one.unit == unit]
    if not drawn and any(one.unit == unit for one in ctx.declared(MonthSeries)):
        raise Problem(ROLE_FORBIDS, role=ctx.granted.role)
    series = [await _read(ctx, one, places) for one in drawn]
    return svg(
        Chart(
            _TITLES[unit],
            [f"{month:%m.%Y}" for month in places],
            [Series(one.title, one.values) for one in series],
            UNITS[unit],
        )
    )


def _places(ctx: Context, month_from: date | None, month_to: date | None) -> list[date]:
    """The months from the first to the last."""
    last = month_to or max(month_start(ctx.today()), month_from or date.min)
    first = month_from or _back(last, _USUAL - 1)
    if first > last:
        raise Problem(INVALID, errors=[FieldProblem("month_to", MONTHS_ORDER)])
    if (last.year - first.year) * 12 + last.month - first.month >= _MOST:
        raise Problem(INVALID, errors=[FieldProblem("month_from", MONTHS_TOO_MANY, {"months": _MOST})])
    places = [first]
    while places[-1] < last:
        places.append(next_month(places[-1]))
    return places


def _back(month: date, count: int) -> date:
    year, index = divmod(month.year * 12 + month.month - 1 - count, 12)
    return date(year, index + 1, 1)


def _shown(ctx: Context) -> list[MonthSeries]:
    role = ctx.granted.role
    return [one for one in ctx.declared(MonthSeries) if role in ctx.runtime.permissions[one.permission]]


async def _read(ctx: Context, series: MonthSeries, places: list[date]) -> ContractSeries:
    found = await series.read(ctx, places[0], places[-1])
    return ContractSeries(series.name, series.title, UNITS[series.unit], [found.get(month) for month in places])
