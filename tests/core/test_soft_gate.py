"""The soft gate of the unconfirmed address: neither paying nor transmitting, through any door; all else is usable."""

from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from core.contracts.models import MeteringPoint
from core.contracts.public import hold
from core.db.tables import Feed
from core.imports.models import Import
from core.ports.acquirer import Acquirer
from core.sdk import Context
from core.testing.cabinet import Cabinet, Caller
from plugins.payments.models import Payment
from plugins.readings.models import PointTransmission, Transmission
from tests.operations import call, operations_of
from tests.plugins.payments.bank import Bank
from tests.plugins.readings.messages import Message, PointText, readings
from tests.plugins.readings.supplier import found_supplier, insert, point
from tests.plugins.readings.test_http import M1, SUBMIT
from tests.plugins.readings.test_peaks import set_category
from tests.plugins.readings.workbooks import CONSUMPTION, INTEGRAL, filled, template_rows, upload, xlsx

CODE = "500000000000001"
EMAIL = "ivanova@example.ru"
WRITTEN = (Payment, Transmission, PointTransmission, Import, Feed)
ELSEWHERE = (
    "/api/v1/contracts",
    "/api/v1/contracts/c1",
    "/api/v1/payments/contracts",
    "/api/v1/payments/contracts/c1/bills",
    "/api/v1/payments/contracts/c1/history",
    "/api/v1/readings/contracts/c1",
    "/api/v1/readings/contracts/c1/history",
    "/api/v1/roles/requests",
    "/api/v1/notifications",
)


async def files(cabinet: Cabinet, caller: Caller) -> dict[str, tuple[str, bytes]]:
    """Kind -> name and content of a good file."""
    await insert(cabinet.runtime.database, MeteringPoint, point("i1", "o2", "Ввод А") | {"complex_code": CODE})
    await set_category(cabinet, 3, "o2")
    integral = filled(await template_rows(caller), {("05601314", "День"): "110", ("05601314", "Ночь"): "220,5"})
    points = await template_rows(caller, "consumption")
    points[1][-1] = "15"
    hourly = Message([PointText(CODE, [("01", readings(["1"] * 48))])]).bytes()
    return {
        INTEGRAL: ("показания.xlsx", xlsx(integral)),
        CONSUMPTION: ("расход.xlsx", xlsx(points)),
        "readings.intervals": ("80020_1.xml", hourly),
    }


async def attempts(caller: Caller, prepared: dict[str, tuple[str, bytes]]) -> list[httpx.Response]:
    """A payment, readings, consumption, and a file of each kind."""
    pay = {"mode": "prepayment", "amount": "10"}
    answers = [
        await caller.post("/api/v1/payments/contracts/c1/payments", json=pay),
        await caller.post(SUBMIT, json={"devices": [M1]}),
        await caller.post(SUBMIT, json={"points": [{"point_id": "p4", "value": "100"}]}),
    ]
    return answers + [await upload(caller, body, name, kind=kind) for kind, (name, body) in prepared.items()]


async def written(cabinet: Cabinet) -> list[int]:
    """Rows of everything that paying and transmitting leave behind."""
    async with cabinet.runtime.database.writer.connect() as connection:
        counts = [await connection.scalar(sa.select(sa.func.count()).select_from(table)) for table in WRITTEN]
    return [count or 0 for count in counts]


@pytest.mark.requirement("IDN-12")
async def test_without_a_confirmed_address_one_looks_but_neither_pays_nor_transmits(cabinet: Cabinet) -> None:
    await found_supplier(cabinet)
    ports: Any = cabinet.runtime.ports
    ports[Acquirer] = Bank()
    caller = await cabinet.client(EMAIL, confirmed=False)
    account_id = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    async with Context(cabinet.runtime).uow() as uow:
        await hold(uow, account_id, "c1", "Руководитель", None)
    prepared = await files(cabinet, caller)
    before = await written(cabinet)
    for refused in await attempts(caller, prepared):
        assert (refused.status_code, refused.json()["code"]) == (403, "email_not_confirmed"), refused.request.url
    await cabinet.drain()
    assert await written(cabinet) == before
    for path in ELSEWHERE:
        assert (await caller.get(path)).status_code == 200, path
    code = {"code": await cabinet.code_for(EMAIL)}
    assert (await caller.post("/api/v1/registration/email-confirmation", json=code)).status_code == 200
    for taken in await attempts(caller, prepared):
        assert taken.status_code == 201, taken.text
    assert all(now > then for now, then in zip(await written(cabinet), before, strict=True))


@pytest.mark.requirement("IDN-12")
async def test_every_plugin_closes_the_gate_where_it_says_so(cabinet: Cabinet) -> None:
    gated = [one for one in operations_of(cabinet.app.app) if one.access.confirmed_email]
    assert {"start_payment", "submit_readings"} <= {one.id for one in gated}
    await found_supplier(cabinet)
    caller = await cabinet.client(EMAIL, confirmed=False)
    account_id = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    async with Context(cabinet.runtime).uow() as uow:
        await hold(uow, account_id, "c1", "Администратор", None)
    for one in gated:
        refused = await call(caller, one, contract_id="c1")
        assert (refused.status_code, refused.json()["code"]) == (403, "email_not_confirmed"), one.id
