"""The staff houses of the demonstration: seen by whoever holds the first contract, judged by the invented billing."""

from datetime import timedelta

from core.host import Host
from core.testing.cabinet import Caller, running
from core.testing.clock import MovableClock
from hosts.demo import household
from hosts.demo.prepare import PASSWORD, prepare

REFUSED = "PB-1-11"
"""The meter of the account that billing does not know as one to be billed."""


async def enter(caller: Caller, meter_id: str) -> list[str]:
    """A value for each of its zones; returns the literals of their statuses."""
    cards = (await caller.get("/api/v1/household/cards", params={"house_id": "DB-1"})).json()["items"]
    (meter,) = [meter for card in cards for meter in card["meters"] if meter["id"] == meter_id]
    values = {zone["zone"].lower(): str(int(zone["previous"]) + 10) for zone in meter["zones"]}
    answer = await caller.patch(f"/api/v1/household/meters/{meter_id}/reading", json=values)
    return [zone["status"]["text"] for zone in answer.json()["zones"]]


async def test_readings_of_a_staff_house_go_to_the_invented_billing(host: Host, clock: MovableClock) -> None:
    guide = await prepare(host, 3, say=lambda _: None)
    person = next(one for one in guide.sign_ins if one.role == "Энергетик")
    async with running(host, clock) as cabinet:
        caller = cabinet.anonymous()
        signed = await caller.post("/api/v1/sessions", json={"email": person.email, "password": PASSWORD})
        caller.sign(signed.json()["token"])
        houses = (await caller.get("/api/v1/household/houses")).json()["items"]
        assert [house["id"] for house in houses] == ["DB-3", "DB-1", "DB-2"]
        assert set(await enter(caller, "PB-1-1")) == set(await enter(caller, REFUSED)) == {"Готово к передаче"}
        assert set(await enter(caller, household.FAULTY)) == {"Состояние ПУ не допускает внесение показаний"}
        ordered = await caller.post("/api/v1/household/transmissions", json={"house_id": "DB-1"})
        assert ordered.status_code == 202, ordered.text
        await cabinet.drain()
        clock.move(timedelta(minutes=2))
        await cabinet.drain()
        done = (await caller.get(f"/api/v1/household/transmissions/{ordered.json()['id']}")).json()
        assert (done["message"], done["passed"], done["failed"]) == (
            "Часть показаний не передана, проверьте показания с ошибками",
            1,
            2,
        )
        sent = (await caller.get("/api/v1/household/transmitted", params={"house_id": "DB-1"})).json()["items"]
        said = {zone["in_billing"] for item in sent for zone in item["zones"]}
        assert said == {"Передано", "Абонент не расчетный"}
