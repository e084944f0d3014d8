"""The form of a contract as one would write it by hand for speed: raw ASGI, one query on an asyncpg pool, Structs.

No framework, no authentication, nothing but this one answer. It is the bar for the cost of everything around it.
"""

import os
from collections.abc import Callable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from tests.load.serve import DATABASE_ENV

SQL = """
WITH w AS (
    SELECT month, opens_on, closes_on, closed_at IS NOT NULL AS closed
    FROM readings_window
    WHERE contract_id = $1
    ORDER BY
        CASE
            WHEN closed_at IS NULL AND opens_on <= $2 AND closes_on >= $2 THEN 0
            WHEN closed_at IS NULL AND opens_on <= $2 THEN 1
            WHEN closed_at IS NULL THEN 2
            ELSE 3
        END,
        CASE WHEN closed_at IS NOT NULL OR closes_on < $2 THEN month END DESC,
        month
    LIMIT 1
)
SELECT c.number, c.name, w.month, w.opens_on, w.closes_on, w.closed,
       o.id, o.number, o.name, o.address, o.price_category, os.status, os.note,
       p.id, p.name, p.by_message, p.complex_code,
       m.id, m.number, m.model, m.coefficient, m.loss_percent, m.digits, m.installed_on, m.verified_until,
       ms.status, ms.note,
       r.code, r.name, b.value, b.month,
       coalesce(s.id, x.submission_id), coalesce(s.submitted_at, x.submitted_at), coalesce(v.value, x.value),
       v.consumption, v.notice, coalesce(v.state, x.state), coalesce(v.code, x.code), coalesce(v.text, x.text)
FROM contracts_contract c
LEFT JOIN w ON true
LEFT JOIN contracts_energy_object o ON o.contract_id = c.id AND (o.closed_on IS NULL OR o.closed_on > $2)
LEFT JOIN readings_object_state os ON os.energy_object_id = o.id
LEFT JOIN contracts_metering_point p ON p.energy_object_id = o.id AND (p.closed_on IS NULL OR p.closed_on > $2)
LEFT JOIN contracts_meter m ON m.metering_point_id = p.id AND (m.closed_on IS NULL OR m.closed_on > $2)
LEFT JOIN readings_meter_state ms ON ms.meter_id = m.id
LEFT JOIN contracts_register r ON r.meter_id = m.id
LEFT JOIN readings_previous b ON b.meter_id = r.meter_id AND b.register = r.code
LEFT JOIN readings_transmission t ON t.meter_id = m.id AND t.month = w.month AND NOT t.replaced
LEFT JOIN readings_submission s ON s.id = t.submission_id
LEFT JOIN readings_value v ON v.transmission_id = t.id AND v.register = r.code
LEFT JOIN readings_point_transmission x ON x.metering_point_id = CASE WHEN m.id IS NULL THEN p.id END
    AND x.month = w.month AND NOT x.replaced
WHERE c.id = $1
ORDER BY o.number, o.id, p.name, p.id, m.number, m.id, r.sort, r.code
"""
WAITING = "Ожидание"
NOTICES = {
    "readings.no_previous": "Предыдущее показание неизвестно: расход рассчитает сбытовая компания",
    "readings.no_consumption": "Показание равно предыдущему: расход равен 0",
    "readings.rolled_over": "Показание меньше предыдущего: расход рассчитан с переходом счётчика через ноль",
    "readings.below_previous": (
        "Показание меньше предыдущего: исправьте его или подтвердите переход счётчика через ноль"
    ),
}
MONTHS = [
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
]
MONTHS_OF = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]
ONE = Decimal(1)
ZONE = ZoneInfo("Europe/Moscow")


class Contract(msgspec.Struct):
    id: str
    number: str
    name: str


class Window(msgspec.Struct):
    month: date
    opens_on: date
    closes_on: date
    open: bool


class Notice(msgspec.Struct):
    code: str
    text: str


class Previous(msgspec.Struct):
    value: Decimal
    month: date
    text: str


class Register(msgspec.Struct):
    code: str
    name: str
    previous: Previous | None
    current: Decimal | None
    consumption: Decimal | None
    consumption_shown: str | None
    notice: Notice | None
    interval_consumption: Decimal = Decimal(0)
    delta: Decimal | None = None
    interval_complete: bool | None = None


class Transmission(msgspec.Struct):
    submission_id: str
    state: str
    code: str
    text: str
    submitted_at: datetime


class Meter(msgspec.Struct):
    id: str
    number: str
    model: str
    coefficient: Decimal
    loss_percent: Decimal
    digits: int
    installed_on: date | None
    verified_until: date | None
    status: str
    note: str
    accepts: bool
    transmission: Transmission | None
    registers: list[Register]


class Entry(msgspec.Struct):
    accepts: bool
    current: Decimal | None
    transmission: Transmission | None


class Point(msgspec.Struct):
    id: str
    name: str
    by_message: bool
    complex_code: str
    meters: list[Meter]
    transmitted: bool = False
    consumption: Decimal | None = None
    entry: Entry | None = None


class EnergyObject(msgspec.Struct):
    id: str
    number: str
    name: str
    address: str
    price_category: int
    status: str
    note: str
    points: list[Point]
    fixed: str | None = None
    transmitted: bool = False
    consumption: Decimal | None = None
    consumption_shown: str | None = None


class Form(msgspec.Struct):
    contract: Contract
    window: Window | None
    window_text: str
    statuses: list[str]
    objects: list[EnergyObject]
    consumption: Decimal | None
    consumption_shown: str | None


def build(contract_id: str, rows: list[Any], today: date) -> Form:
    number, name, month, opens_on, closes_on, closed = rows[0][:6]
    window, window_text = None, "Срок передачи показаний по договору не установлен"
    if month is not None:
        window = Window(month, opens_on, closes_on, not closed and opens_on <= today <= closes_on)
        window_text = (
            f"Передача показаний за {MONTHS[month.month - 1]} {month.year} года доступна "
            f"с {day_text(opens_on)} по {day_text(closes_on)}"
        )
    is_open = window is not None and window.open
    objects: list[EnergyObject] = []
    statuses: set[str] = set()
    subject = point = meter = None
    for (
        _, _, _, _, _, _,
        object_id, object_number, object_name, address, price_category, object_status, object_note,
        point_id, point_name, by_message, complex_code,
        meter_id, meter_number, model, coefficient, loss_percent, digits, installed_on, verified_until,
        meter_status, meter_note,
        code, register_name, before, before_month,
        submission_id, submitted_at, value, consumption, notice, state, answer_code, answer_text,
    ) in rows:  # fmt: skip
        if object_id is None:
            continue
        if subject is None or subject.id != object_id:
            subject = EnergyObject(
                object_id, object_number, object_name, address, price_category,
                object_status or WAITING, object_note or "", [],
            )  # fmt: skip
            objects.append(subject)
            statuses.add(subject.status)
        if point_id is None:
            continue
        if point is None or point.id != point_id:
            point = Point(point_id, point_name, by_message, complex_code, [])
            subject.points.append(point)
        if meter_id is None:
            if by_message:
                told = None
                if submission_id is not None:
                    told = Transmission(submission_id, state, answer_code, answer_text, submitted_at)
                point.entry = Entry(is_open and subject.status == WAITING, value, told)
            continue
        if meter is None or meter.id != meter_id:
            status = meter_status or WAITING
            meter = Meter(
                meter_id, meter_number, model, coefficient, loss_percent, digits, installed_on, verified_until,
                status, meter_note or "", is_open and status == WAITING and subject.status == WAITING, None, [],
            )  # fmt: skip
            point.meters.append(meter)
        if code is None:
            continue
        previous = None
        if before is not None:
            previous = Previous(before, before_month, previous_text(before, digits, before_month))
        remark = Notice(notice, NOTICES[notice]) if notice else None
        meter.registers.append(Register(code, register_name, previous, value, consumption, shown(consumption), remark))
        if state is not None:
            sent = meter.transmission
            if sent is None:
                meter.transmission = Transmission(submission_id, state, answer_code, answer_text, submitted_at)
            elif sent.state != "refused" and (state == "refused" or sent.state == "accepted"):
                sent.state, sent.code, sent.text = state, answer_code, answer_text
    total = None
    for subject in objects:
        sum_up(subject)
        total = add(total, subject.consumption)
    return Form(
        Contract(contract_id, number, name), window, window_text, sorted(statuses), objects, total, shown(total)
    )


def sum_up(subject: EnergyObject) -> None:
    entered, transmitted = False, True
    for point in subject.points:
        if not point.meters and point.entry is None:
            continue
        entered, sent = True, True
        if point.entry is not None:
            told = point.entry.transmission
            sent = told is not None and told.state != "refused"
            point.consumption = point.entry.current
        for meter in point.meters:
            sent = sent and meter.transmission is not None and meter.transmission.state != "refused"
            point.consumption = add(point.consumption, active(meter))
        point.transmitted = sent
        transmitted = transmitted and sent
        subject.consumption = add(subject.consumption, point.consumption)
    subject.transmitted = entered and transmitted
    subject.consumption_shown = shown(subject.consumption)
    if not entered:
        subject.fixed = "Фиксированный расход (ПУ не установлен)"


def active(meter: Meter) -> Decimal | None:
    zones = None
    for register in meter.registers:
        if register.consumption is not None and register.code.startswith("A+"):
            if register.code == "A+.total":
                return register.consumption
            zones = add(zones, register.consumption)
    return zones


def add(total: Decimal | None, part: Decimal | None) -> Decimal | None:
    if total is None or part is None:
        return part if total is None else total
    return total + part


def shown(value: Decimal | None) -> str | None:
    return None if value is None else str(value.quantize(ONE, ROUND_HALF_UP))


def previous_text(value: Decimal, digits: int, month: date) -> str:
    whole, point, fraction = str(value).partition(".")
    whole = whole.zfill(digits)
    grouped = whole[-3:]
    while whole := whole[:-3]:
        grouped = f"{whole[-3:]} {grouped}"
    return f"{grouped}{',' if point else ''}{fraction} за {MONTHS[month.month - 1]} {month.year}"


def day_text(day: date) -> str:
    return f"{day.day} {MONTHS_OF[day.month - 1]} {day.year} года"


async def no_reset(connection: Any) -> None:
    """One select leaves nothing behind in a session; the default costs another round trip for each."""


def application() -> Callable[..., Any]:
    pool: asyncpg.Pool[asyncpg.Record]
    encoder = msgspec.json.Encoder()
    prefix = "/api/v1/readings/contracts/"

    async def live(receive: Any, send: Any) -> None:
        nonlocal pool
        await receive()
        pool = await asyncpg.create_pool(os.environ[DATABASE_ENV], min_size=1, max_size=10, reset=no_reset)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await pool.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def answer(send: Any, status: int, body: bytes) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await live(receive, send)
            return
        path = scope["path"]
        contract_id = path[len(prefix) :]
        today = datetime.now(ZONE).date()
        rows = await pool.fetch(SQL, contract_id, today) if path.startswith(prefix) else []
        if rows:
            await answer(send, 200, encoder.encode(build(contract_id, rows, today)))
        else:
            await answer(send, 404, b"{}")

    return app
