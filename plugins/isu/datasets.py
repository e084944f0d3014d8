"""What the company's systems may feed in where the metering platform is not asked (ISU-16)."""

from typing import Any

from core.sdk import Dataset
from plugins.isu.services.feeds import FEEDS

_DECLARED: dict[str, tuple[str, tuple[str, ...]]] = {
    "nodes": ("Объекты дерева ИСУ", ("id",)),
    "blocks": ("Сведения об объектах ИСУ", ("level", "object_id", "block")),
    "readings": ("Показания интеллектуальных приборов учёта", ("device_id", "kind", "channel", "day", "at")),
    "profiles": ("Профили нагрузки", ("device_id", "channel", "day")),
    "events": ("События приборов учёта", ("id",)),
}

DATASETS: tuple[Dataset[Any], ...] = tuple(
    Dataset(f"isu.{kind}", FEEDS[kind].row, title=title, key=key, apply=FEEDS[kind].load)
    for kind, (title, key) in _DECLARED.items()
)
