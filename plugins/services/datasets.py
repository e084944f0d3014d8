"""What the company's systems feed in."""

from typing import Any

from core.sdk import Dataset
from plugins.services.schemas import ServiceOrderRow, ServiceRow
from plugins.services.services import catalogue, processing

DATASETS: tuple[Dataset[Any], ...] = (
    Dataset("services.services", ServiceRow, title="Услуги", apply=catalogue.load),
    Dataset("services.orders", ServiceOrderRow, title="Ход заказов услуг", apply=processing.load),
)
