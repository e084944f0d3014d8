"""The services that the demonstration's supplier offers, and two orders: one waits, the other has its bill."""

from pathlib import Path
from typing import Any

import msgspec

from hosts.demo.showcase import SHOWCASE
from hosts.demo.visitor import Visitor

_SERVICES: tuple[dict[str, Any], ...] = (
    {
        "id": "connection",
        "name": "Технологическое присоединение",
        "description": "Подготовим заявку, согласуем технические условия и доведём присоединение до акта.",
        "price": "2150.90",
        "price_from": True,
        "sort": 10,
        "fields": [
            {
                "type": "choice",
                "name": "phases",
                "title": "Число фаз",
                "options": [{"value": "1", "title": "Одна"}, {"value": "3", "title": "Три"}],
            },
            {"type": "text", "name": "power", "title": "Мощность, кВт", "most": 20},
        ],
    },
    {
        "id": "meter",
        "name": "Замена прибора учёта",
        "description": "Заменим прибор учёта на интеллектуальный и опломбируем его.",
        "price": "8900",
        "price_from": True,
        "sort": 20,
    },
    {
        "id": "audit",
        "name": "Энергетическое обследование",
        "description": "Найдём, где теряется энергия, и посчитаем, что окупится.",
        "price": "45000",
        "sort": 30,
    },
)
_TASKS = {
    "meter": "Прибор в цехе № 2 показывает ошибку, нужна замена на трёхфазный.",
    "audit": "Обследовать офис и склад.",
}


def write_services(folder: Path) -> Path:
    """The catalogue as the company feeds it in."""
    path = folder / "services.services.ndjson"
    path.write_bytes(b"\n".join(msgspec.json.encode(row) for row in _SERVICES))
    return path


async def order_services(client: Visitor) -> list[str]:
    """Two orders, unless there are some; returns their identifiers."""
    if (await client.call("GET", "/api/v1/service-orders"))["items"]:
        return []
    sent = []
    for service_id, task in _TASKS.items():
        filled = (await client.call("GET", f"/api/v1/services/{service_id}"))["defaults"]
        values = {**filled, "contract": SHOWCASE.id, "task": task}
        answer = await client.call("POST", f"/api/v1/services/{service_id}/orders", {"values": values}, expect=201)
        sent.append(answer["id"])
    return sent


async def process(staff: Visitor, orders: list[str]) -> None:
    """The first one is agreed and billed."""
    place = f"/api/v1/staff/service-orders/{orders[0]}"
    await staff.call("POST", f"{place}/status", {"status": "in_progress", "text": "Мастер свяжется с вами сегодня."})
    await staff.call("POST", f"{place}/bill", {"number": "У-118", "amount": "11450.00"})
