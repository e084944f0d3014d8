"""The demonstration as it is prepared: loaded through the exchange, peopled through the registration."""

from collections import Counter

import httpx
import msgspec
import sqlalchemy as sa

from core.db.tables import Feed
from core.host import Host
from core.testing.cabinet import Cabinet, running
from core.testing.clock import MovableClock
from hosts.demo.prepare import PASSWORD, prepare
from hosts.demo.rows import DATASETS
from hosts.demo.schemas import DemoGuide


async def prepared(host: Host, contracts: int = 40) -> tuple[DemoGuide, dict[str, str]]:
    """The guide, and what became of each dataset's rows."""
    said: list[str] = []
    guide = await prepare(host, contracts, say=said.append)
    return guide, dict(line.split(": ", 1) for line in said)


async def test_every_row_of_the_default_supplier_is_accepted_and_a_second_load_changes_nothing(host: Host) -> None:
    _, first = await prepared(host, 300)
    assert list(first) == list(DATASETS)
    assert all(outcome.split()[1:] == ["accepted"] for outcome in first.values()), first
    assert first["contracts"] == "300 accepted"
    _, second = await prepared(host, 300)
    for dataset, outcome in second.items():
        count = first[dataset].split()[0]
        # a dataset that its plugin applies itself cannot tell a repeated row from a new one
        assert outcome == f"{count} {'accepted' if dataset.startswith('readings.') else 'unchanged'}"


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
        company = cabinet.anonymous().sign(guide.service_key)
        facts = (await company.get("/api/v1/exchange/feed")).json()["items"]
        assert [fact["kind"] for fact in facts] == ["contracts.linked"] * 4


async def test_preparing_again_doubles_nobody_and_says_nothing_new_to_billing(host: Host, clock: MovableClock) -> None:
    first, _ = await prepared(host)
    second, _ = await prepared(host)
    assert second.sign_ins == first.sign_ins
    async with running(host, clock) as cabinet:
        async with cabinet.runtime.database.writer.begin() as connection:
            assert await connection.scalar(sa.select(sa.func.count()).select_from(Feed)) == 4
        assert len(await cabinet.letters()) == 4
        assert await shown(cabinet) == second


async def shown(cabinet: Cabinet) -> DemoGuide:
    """What the first page tells a program."""
    answer: httpx.Response = await cabinet.anonymous().get("/demo", headers={"Accept": "application/json"})
    return msgspec.json.decode(answer.content, type=DemoGuide)
