"""Rules of the consumption that a client reports for points «по сообщению»."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from core.sdk import NOT_FOUND
from plugins.readings import errors
from plugins.readings.domain import MAX_DIGITS, WAITING, Reason, parse_reading
from plugins.readings.schemas import ReadingsPointInput
from plugins.readings.settings import ReadingsSettings


class Point(msgspec.Struct, frozen=True):
    """A metering point as it stands before a submission."""

    metering_point_id: str
    energy_object_id: str
    complex_code: str
    object_status: str
    by_message: bool
    metered: bool
    """A device is in use here."""
    transmission_id: str | None = None
    """What is transmitted for the open period already."""
    current: Decimal | None = None
    state: str | None = None

    @property
    def refusal(self) -> Reason | None:
        """Why no consumption can be reported here at all."""
        if self.metered:
            return Reason(errors.METERED_POINT)
        if not self.by_message:
            return Reason(errors.FIXED_CONSUMPTION)
        if self.object_status != WAITING:
            return Reason(errors.STATUS_FORBIDS, {"status": self.object_status})
        return None


class PointVerdict(msgspec.Struct, frozen=True):
    """What is to become of one point of a submission."""

    point_id: str
    point: Point | None = None
    value: Decimal | None = None
    """kWh"""
    reasons: tuple[Reason, ...] = ()
    changed: bool = True
    """False: the same consumption was transmitted before."""

    @property
    def saves(self) -> bool:
        return not self.reasons and self.changed


def judge_points(
    inputs: Sequence[ReadingsPointInput], points: Mapping[str, Point], settings: ReadingsSettings
) -> list[PointVerdict]:
    """A verdict for every point of the request; `points` are those of them that the caller may see."""
    seen: set[str] = set()
    verdicts = []
    for index, given in enumerate(inputs):
        path = f"points[{index}]"
        point = points.get(given.point_id)
        if given.point_id in seen:
            verdicts.append(_refuse(given, Reason(errors.DUPLICATE_POINT), f"{path}.point_id"))
        elif point is None:
            verdicts.append(_refuse(given, Reason(NOT_FOUND), f"{path}.point_id"))
        elif refusal := point.refusal:
            verdicts.append(_refuse(given, refusal, path))
        else:
            verdicts.append(_judge(given, point, path, settings))
        seen.add(given.point_id)
    return verdicts


def _refuse(given: ReadingsPointInput, reason: Reason, field: str) -> PointVerdict:
    return PointVerdict(given.point_id, reasons=(msgspec.structs.replace(reason, field=field),))


def _judge(given: ReadingsPointInput, point: Point, path: str, settings: ReadingsSettings) -> PointVerdict:
    value = parse_reading(given.value, MAX_DIGITS, settings.decimals)
    if isinstance(value, Reason):
        too_long = value.kind is errors.VALUE_TOO_LONG  # there is no register whose length one could name
        return _refuse(given, Reason(errors.CONSUMPTION_TOO_LARGE) if too_long else value, f"{path}.value")
    changed = point.current != value or point.state == "refused"
    return PointVerdict(given.point_id, point, value, changed=changed)
