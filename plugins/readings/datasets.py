"""What the company's systems feed in (RDG-36)."""

from typing import Any

from core.contracts.public import Contract, Meter, MeteringPoint
from core.sdk import Dataset, Reference
from plugins.readings.models import Accepted, AcceptedPoint, PeakHour
from plugins.readings.schemas import PreviousRow, StateRow, WindowRow
from plugins.readings.schemas.history import HistoryRow, PointHistoryRow
from plugins.readings.schemas.peaks import PeakHourRow, PeakRangeRow
from plugins.readings.services import feeds, peaks

DATASETS: tuple[Dataset[Any], ...] = (
    Dataset(
        "readings.windows",
        WindowRow,
        title="Сроки передачи показаний",
        key=("contract_id", "month"),
        references=(Reference("contract_id", Contract.id),),
        apply=feeds.load_windows,
    ),
    Dataset(
        "readings.previous",
        PreviousRow,
        title="Предыдущие показания",
        key=("meter_id", "register"),
        references=(Reference("meter_id", Meter.id),),
        apply=feeds.load_previous,
    ),
    Dataset(
        "readings.states",
        StateRow,
        title="Статусы энергообъектов и приборов учёта",
        key=("kind", "id"),
        apply=feeds.load_states,
    ),
    Dataset(
        "readings.history",
        HistoryRow,
        title="История принятых показаний",
        table=Accepted,
        key=("meter_id", "month", "register"),
        references=(Reference("meter_id", Meter.id),),
        check=feeds.check_history,
        values=feeds.history_values,
    ),
    Dataset(
        "readings.point_history",
        PointHistoryRow,
        title="История расхода по точкам «по сообщению»",
        table=AcceptedPoint,
        key=("metering_point_id", "month"),
        references=(Reference("metering_point_id", MeteringPoint.id),),
        check=feeds.check_history,
        values=feeds.point_history_values,
    ),
    Dataset(
        peaks.DATASET,
        PeakHourRow,
        title="Часы максимального совокупного потребления",
        table=PeakHour,
        key=("region", "day"),
    ),
    Dataset(
        "readings.peak_ranges",
        PeakRangeRow,
        title="Плановые часы пиковой нагрузки",
        key=("zone", "month"),
        apply=peaks.load_ranges,
    ),
)
