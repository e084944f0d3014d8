"""The operator's hand: who has left gets in no more, and a leak ends every session."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.config import Config
from core.context import Context
from core.identity.public import close_staff, create_staff, disable_service_account, end_sessions, set_staff_scopes
from core.sdk import Problem
from core.testing.cabinet import PASSWORD, SECRET_KEY, Cabinet, config_for_tests
from hosts.cli import cli


async def test_who_has_left_the_staff_gets_in_no_more(cabinet: Cabinet) -> None:
    clerk = await cabinet.staff("clerk@supplier.example", ["roles.answer"])
    other = await cabinet.staff("other@supplier.example", ["roles.answer"])
    client = await cabinet.client()
    await close_staff(Context(cabinet.runtime), "Clerk@supplier.example")
    assert (await clerk.get("/api/v1/staff/roles/requests")).status_code == 401
    assert (await other.get("/api/v1/staff/roles/requests")).status_code == 200
    form = {"email": "clerk@supplier.example", "password": PASSWORD}
    assert (await cabinet.anonymous().post("/api/v1/sessions", json=form)).status_code == 401
    with pytest.raises(Problem):  # a client closes his account himself
        await close_staff(Context(cabinet.runtime), "ivanova@example.ru")
    assert (await client.get("/api/v1/sessions/current")).status_code == 200


async def test_what_a_member_of_staff_may_do_is_set_anew(cabinet: Cabinet) -> None:
    clerk = await cabinet.staff("clerk@supplier.example", ["roles.answer"])
    await set_staff_scopes(Context(cabinet.runtime), "Clerk@supplier.example", ["roles.clients"])
    assert (await clerk.get("/api/v1/staff/roles/requests")).status_code == 403
    await set_staff_scopes(Context(cabinet.runtime), "clerk@supplier.example", ["roles.answer"])
    assert (await clerk.get("/api/v1/staff/roles/requests")).status_code == 200
    await cabinet.client()
    with pytest.raises(Problem):  # a client is no staff
        await set_staff_scopes(Context(cabinet.runtime), "ivanova@example.ru", ["roles.answer"])


async def test_a_disabled_key_opens_nothing(cabinet: Cabinet) -> None:
    company = await cabinet.service("billing", ["exchange.feed"])
    crm = await cabinet.service("crm", ["exchange.feed"])
    await disable_service_account(Context(cabinet.runtime), "billing")
    assert (await company.get("/api/v1/exchange/feed")).status_code == 401
    assert (await crm.get("/api/v1/exchange/feed")).status_code == 200
    with pytest.raises(Problem):
        await disable_service_account(Context(cabinet.runtime), "nobody")


async def test_sessions_are_ended_for_one_and_for_all(cabinet: Cabinet) -> None:
    first, second = await cabinet.client("first@example.ru"), await cabinet.client("second@example.ru")
    staff = await cabinet.staff()
    assert await end_sessions(Context(cabinet.runtime), "first@example.ru") == 1
    alive = [(await caller.get("/api/v1/sessions/current")).status_code for caller in (first, second, staff)]
    assert alive == [401, 200, 200]
    assert await end_sessions(Context(cabinet.runtime), None) == 2
    alive = [(await caller.get("/api/v1/sessions/current")).status_code for caller in (first, second, staff)]
    assert alive == [401, 401, 401]
    with pytest.raises(Problem):
        await end_sessions(Context(cabinet.runtime), "nobody@example.ru")


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ABONENT_SECRET_KEY", SECRET_KEY)
    file = tmp_path / "host.toml"
    file.write_text(f'[host]\ndatabase = "sqlite:///{tmp_path}/one.db"\ndata_dir = "{tmp_path}"\n')

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(cli, ["--config", str(file), *arguments])

    assert run("migrate").exit_code == 0
    made = run("staff", "clerk@supplier.example", "--scope", "roles.answer", "--password", PASSWORD)
    assert made.output == "clerk@supplier.example may sign in\n"
    granted = run("staff-scopes", "clerk@supplier.example", "--scope", "roles.clients")
    assert granted.output == "clerk@supplier.example may use: roles.clients\n"
    assert run("end-sessions", "clerk@supplier.example").output == "0 sessions ended\n"
    assert run("end-sessions", "--everybody").output == "0 sessions ended\n"
    assert run("end-sessions").exit_code == 2
    assert run("close-staff", "clerk@supplier.example").output == "clerk@supplier.example is closed\n"
    assert isinstance(run("close-staff", "clerk@supplier.example").exception, Problem)
    assert run("service-account", "billing", "--scope", "exchange.feed").output.startswith("abk_")
    assert run("disable-service-account", "billing").output == "billing is disabled\n"


class TestStrictStaff:
    """A supplier that demands a second factor of its staff."""

    @pytest.fixture
    def host_config(self, database_url: str, tmp_path: Path) -> Config:
        """With the setting."""
        return config_for_tests(database_url, tmp_path, plugins={"identity": {"staff_two_factor": True}})

    async def test_staff_confirms_new_devices_where_that_is_demanded(self, cabinet: Cabinet) -> None:
        await create_staff(Context(cabinet.runtime), "clerk@supplier.example", PASSWORD, [])
        form = {"email": "clerk@supplier.example", "password": PASSWORD}
        asked = await cabinet.anonymous().post("/api/v1/sessions", json=form)
        assert (asked.status_code, asked.json()["status"]) == (202, "confirmation_needed")
        entry = {"challenge": asked.json()["challenge"], "code": await cabinet.code_for("clerk@supplier.example")}
        opened = await cabinet.anonymous().post("/api/v1/sessions/confirmations", json=entry)
        assert opened.status_code == 201
        known = form | {"device": opened.json()["device"]}
        assert (await cabinet.anonymous().post("/api/v1/sessions", json=known)).status_code == 201
        clerk = cabinet.anonymous().sign(opened.json()["token"])
        await clerk.put("/api/v1/profile/two-factor", json={"on": False})
        assert (await cabinet.anonymous().post("/api/v1/sessions", json=form)).status_code == 202
        await cabinet.client()
        client = {"email": "ivanova@example.ru", "password": PASSWORD}
        assert (await cabinet.anonymous().post("/api/v1/sessions", json=client)).status_code == 201
