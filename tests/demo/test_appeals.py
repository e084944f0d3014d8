"""The demonstration's appeals."""

from core.host import Host
from core.testing.cabinet import running
from core.testing.clock import MovableClock
from hosts.demo.prepare import PASSWORD, prepare


async def test_appeals_stand_in_several_states(host: Host, clock: MovableClock) -> None:
    await prepare(host, 3, say=lambda _: None)
    guide = await prepare(host, 3, say=lambda _: None)  # nothing is doubled
    async with running(host, clock) as cabinet:
        caller = cabinet.anonymous()
        accountant = guide.sign_ins[3]
        signed = await caller.post("/api/v1/sessions", json={"email": accountant.email, "password": PASSWORD})
        caller.sign(signed.json()["token"])
        found = {}
        for tab in ("open", "drafts", "closed"):
            items = (await caller.get("/api/v1/appeals", params={"tab": tab})).json()["items"]
            found[tab] = sorted(item["resolution"] for item in items)
        assert found == {"open": ["Принято", "Решается"], "drafts": ["Черновик"], "closed": ["Закрыто"]}
        assert (await caller.get("/api/v1/appeals/unread")).json()["appeals"] == 3
