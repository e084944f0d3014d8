"""The demonstration's electronic documents."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest

from core.config import Config
from core.host import Host
from core.sdk import Hooks
from core.testing.cabinet import config_for_tests, running
from core.testing.clock import MovableClock
from hosts.demo.adapters.operator import CLIENT_BOX, DemoDiadoc
from hosts.demo.prepare import PASSWORD, prepare
from hosts.demo.signing import director


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


async def test_documents_come_and_go_through_an_operator(
    host_config: Config, clock: MovableClock, demo_plugins: Mapping[str, Callable[[], type[Hooks]]]
) -> None:
    ports = {**host_config.ports, "edo_operator": "simulator"}
    host = Host(msgspec.structs.replace(host_config, ports=ports), clock=clock, available=demo_plugins)
    guide = await prepare(host, 2, say=lambda _: None)
    async with running(host, clock) as cabinet:
        await cabinet.drain()
        director_ = cabinet.anonymous()
        signed = await director_.post("/api/v1/sessions", json={"email": guide.sign_ins[1].email, "password": PASSWORD})
        director_.sign(signed.json()["token"])
        found = (await director_.get("/api/v1/edo/documents", params={"search": "ЭДО-"})).json()["items"]
        assert {one["kind"]: one["state"] for one in found} == {"УПД": "awaiting", "иной документ": "not_required"}
        document = next(one["id"] for one in found if one["kind"] == "УПД")
        content = (await director_.get(f"/api/v1/edo/documents/{document}/content")).content
        signatory = director(cabinet.runtime.data_dir)
        assert signatory is not None
        data = {"documents": [{"id": document, "signature": signatory.sign_base64(content).decode()}]}
        assert (await director_.post("/api/v1/edo/signatures/qualified", json=data)).status_code == 200
        await cabinet.drain()
        assert (await director_.get(f"/api/v1/edo/documents/{document}")).json()["transfer"]["state"] == "sent"
        data_dir = cabinet.runtime.data_dir
    again = DemoDiadoc(clock, data_dir / "edo-operator.ndjson")
    assert (again.posted(), len(again.book.events[CLIENT_BOX])) == (1, 3)
