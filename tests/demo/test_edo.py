"""The demonstration's electronic documents."""

from pathlib import Path

import pytest

from core.config import Config
from core.host import Host
from core.testing.cabinet import config_for_tests, running
from core.testing.clock import MovableClock
from hosts.demo.prepare import PASSWORD, prepare


@pytest.fixture
def host_config(database_url: str, tmp_path: Path) -> Config:
    """With electronic documents, and with what the seed is for."""
    return config_for_tests(database_url, tmp_path, enabled=["readings", "payments", "household", "edo", "demo"])


async def test_documents_wait_for_a_signature(host: Host, clock: MovableClock) -> None:
    await prepare(host, 3, say=lambda _: None)
    guide = await prepare(host, 3, say=lambda _: None)  # nothing is doubled
    async with running(host, clock) as cabinet:
        caller = cabinet.anonymous()
        accountant = guide.sign_ins[3]
        signed = await caller.post("/api/v1/sessions", json={"email": accountant.email, "password": PASSWORD})
        caller.sign(signed.json()["token"])
        found = (await caller.get("/api/v1/edo/documents", params={"filter": "to_sign"})).json()
        assert sorted((one["kind"], one["method"]) for one in found["items"]) == [
            ("УПД", "kep"),
            ("акт приема-передачи", "pep"),
            ("акт сверки", "pep"),
        ]
        assert [one["count"] for one in found["filters"]][:2] == [4, 3]
        (invoice,) = (one["id"] for one in found["items"] if one["kind"] == "УПД")
        view = (await caller.get(f"/api/v1/edo/documents/{invoice}/view")).json()
        assert view["total"] == "104400.00"
