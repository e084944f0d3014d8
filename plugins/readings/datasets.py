"""What the company's systems feed in (RDG-36)."""

from typing import Any

from core.sdk import Dataset
from plugins.readings.schemas import PreviousRow, StateRow, WindowRow
from plugins.readings.services import feeds

DATASETS: tuple[Dataset[Any], ...] = (
    Dataset(
        "readings.windows",
        WindowRow,
        title="Сроки передачи показаний",
        key=("contract_id", "month"),
        apply=feeds.load_windows,
    ),
    Dataset(
        "readings.previous",
        PreviousRow,
        title="Предыдущие показания",
        key=("meter_id", "register"),
        apply=feeds.load_previous,
    ),
    Dataset(
        "readings.states",
        StateRow,
        title="Статусы энергообъектов и приборов учёта",
        key=("kind", "id"),
        apply=feeds.load_states,
    ),
)
