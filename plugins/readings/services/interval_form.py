"""«Расход интерв.» and «Дельта» of the form (RDG-38)."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from core.intervals.public import Consumed, consumption
from core.sdk import Context, next_month
from plugins.readings.domain.layout_80020 import COUNTED
from plugins.readings.schemas import ReadingsObject, ReadingsRegister
from plugins.readings.store.intervals import CATEGORY


async def add_to_form(ctx: Context, objects: Sequence[ReadingsObject], month: date) -> None:
    """Fills in what the interval data of a month say. Only price categories with hourly metering cost a query."""
    registers = dict(_registers(objects))
    if not registers:
        return
    last = next_month(month) - timedelta(days=1)
    points = sorted({point_id for point_id, _ in registers})
    for found in await consumption(ctx, points, month, last, series=COUNTED):
        register = registers.get((found.point_id, found.channel))
        if register is not None:
            _fill(register, found, last.day)


def _registers(objects: Sequence[ReadingsObject]) -> Iterator[tuple[tuple[str, str], ReadingsRegister]]:
    """(point, channel) -> the register that measures all of it, where one device does."""
    for subject in objects:
        if subject.price_category < CATEGORY:
            continue
        for point in subject.points:
            if len(point.meters) == 1:
                for register in point.meters[0].registers:
                    channel, _, zone = register.code.partition(".")
                    if zone == "total":
                        yield (point.id, channel), register


def _fill(register: ReadingsRegister, found: Consumed, days: int) -> None:
    register.interval_consumption = found.total
    register.interval_complete = found.days == days and not found.uncounted
    if register.consumption is not None:
        register.delta = register.consumption - found.total
