"""The demonstration as it is prepared: loaded through the exchange, peopled through the registration."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import httpx
import msgspec
import sqlalchemy as sa

from core.db.tables import Feed
from core.host import Host
from core.testing.cabinet import Cabinet, running
from core.testing.clock import MovableClock
from hosts.demo import household
from hosts.demo.prepare import PASSWORD, prepare
from hosts.demo.rows import DATASETS
from hosts.demo.schemas import DemoGuide
from plugins.household.datasets import DATASETS as HOUSEHOLD_DATASETS
from plugins.readings.datasets import DATASETS as READING_DATASETS

APPLIED = {dataset.name for dataset in (*READING_DATASETS, *HOUSEHOLD_DATASETS) if dataset.apply}


async def prepared(host: Host, contracts: int = 12) -> tuple[DemoGuide, dict[str, str]]:
    """The guide, and what became of each dataset's rows."""
    said: list[str] = []
    guide = await prepare(host, contracts, say=said.append)
    return guide, dict(line.split(": ", 1) for line in said)


async def test_every_row_of_the_default_supplier_is_accepted_and_a_second_load_changes_nothing(host: Host) -> None:
    _, first = await prepared(host, 300)
    assert list(first) == [*DATASETS, *household.DATASETS]
    assert all(outcome.split()[1:] == ["accepted"] for outcome in first.values()), first
    assert first["contracts"] == "300 accepted"
    _, second = await prepared(host, 300)
    for dataset, outcome in second.items():
        count = first[dataset].split()[0]
        # a dataset that its plugin applies itself cannot tell a repeated row from a new one
        assert outcome == f"{count} {'accepted' if dataset in APPLIED else 'unchanged'}"


async def test_somebody_of_every_role_holds_the_showcase_contract(host: Host, clock: MovableClock) -> None:
    guide, _ = await prepared(host)
    roles: Counter[str] = Counter()
    async with running(host, clock) as cabinet:
        for person in guide.sign_ins[:-1]:
            caller = cabinet.anonymous()
            signed = await caller.post("/api/v1/sessions", json={"email": person.email, "password": PASSWORD})
            me = signed.json()["me"]
            assert (me["email_confirmed"], me["step"]) == (True, "done")
            details = await caller.sign(signed.json()["token"]).get(f"/api/v1/contracts/{guide.contract_id}")
            assert details.json()["number"] == guide.number
            assert details.json()["role"] == person.role
            roles[person.role] += 1
            form = await caller.get(f"/api/v1/readings/contracts/{guide.contract_id}")
            assert form.status_code == (403 if person.role == "Бухгалтер" else 200)
    assert roles == Counter(["Администратор", "Руководитель", "Энергетик", "Бухгалтер"])


async def test_staff_and_billings_key_work(host: Host, clock: MovableClock) -> None:
    guide, _ = await prepared(host)
    async with running(host, clock) as cabinet:
        staff = guide.sign_ins[-1]
        signed = await cabinet.anonymous().post(
            "/api/v1/sessions", json={"email": staff.email, "password": staff.password}
        )
        assert signed.json()["me"]["kind"] == "staff"
        operator = cabinet.anonymous().sign(signed.json()["token"])
        for place in ("roles/requests", "letters", "roles/clients?email=direktor@demo.example"):
            assert (await operator.get(f"/api/v1/staff/{place}")).status_code == 200, place
        company = cabinet.anonymous().sign(guide.service_key)
        facts = (await company.get("/api/v1/exchange/feed")).json()["items"]
        kinds = Counter(fact["kind"] for fact in facts)
        assert kinds == {"contracts.linked": 4, "appeals.filed": 3}


async def test_preparing_again_doubles_nobody_and_says_nothing_new_to_billing(host: Host, clock: MovableClock) -> None:
    first, _ = await prepared(host)
    said = await told(host, clock)
    second, _ = await prepared(host)
    assert second.sign_ins == first.sign_ins
    assert said == await told(host, clock)
    async with running(host, clock) as cabinet:
        assert await shown(cabinet) == second


async def told(host: Host, clock: MovableClock) -> tuple[int, int]:
    """How many facts and letters there are."""
    async with running(host, clock) as cabinet:
        letters = len(await cabinet.letters())
        async with cabinet.runtime.database.writer.begin() as connection:
            facts = await connection.scalar(sa.select(sa.func.count()).select_from(Feed))
    assert facts
    assert letters
    return int(facts), letters


async def shown(cabinet: Cabinet) -> DemoGuide:
    """What the first page tells a program."""
    answer: httpx.Response = await cabinet.anonymous().get("/demo", headers={"Accept": "application/json"})
    return msgspec.json.decode(answer.content, type=DemoGuide)


async def test_in_a_later_month_readings_go_on_from_what_was_submitted(host: Host, clock: MovableClock) -> None:
    guide, _ = await prepared(host, 3)
    meter, register = f"PU-{guide.contract_id}-1", "A+.total"
    place = f"/api/v1/readings/contracts/{guide.contract_id}"

    async def person(cabinet: Cabinet) -> httpx.AsyncClient:
        energetik = next(one for one in guide.sign_ins if one.role == "Энергетик")
        caller = cabinet.anonymous()
        signed = await caller.post("/api/v1/sessions", json={"email": energetik.email, "password": PASSWORD})
        return caller.sign(signed.json()["token"])

    def first(form: httpx.Response) -> dict[str, Any]:
        found: dict[str, Any] = form.json()["objects"][0]["points"][0]["meters"][0]["registers"][0]
        return found

    async with running(host, clock) as cabinet:
        caller = await person(cabinet)
        body = {"devices": [{"meter_id": meter, "values": [{"register": register, "value": "17000"}]}]}
        assert (await caller.post(f"{place}/submissions", json=body)).status_code == 201
    clock.move(timedelta(days=65))  # to the window of March
    again, loaded = await prepared(host, 3)
    assert "readings.previous" not in loaded
    assert again.month == date(2026, 3, 1)
    async with running(host, clock) as cabinet:
        caller = await person(cabinet)
        form = await caller.get(place)
        assert form.json()["window"]["month"] == "2026-03-01"
        assert (first(form)["current"], first(form)["previous"]["text"]) == (None, "017 000 за январь 2026")
        values = (await caller.get(f"{place}/history/meters/{meter}")).json()["items"]
        assert [value["month"][:7] for value in values[:3]] == ["2026-01", "2025-12", "2025-11"]
        assert values[1]["value"] == "16249.16"
