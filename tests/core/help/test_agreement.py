"""The user agreement over HTTP: anybody reads it, a registration accepts it, nothing works without it."""

import msgspec
import pytest

from core.config import Config
from core.testing.cabinet import Cabinet, Caller
from tests.core.help.test_documents import FIRST, PLACE, SECOND, STAFF, publisher, upload

CONTRACT = {"id": "C-1", "number": "78000000000001", "name": "ООО «Ромашка»", "inn": "7830002293"}


async def refuses(caller: Caller, paths: tuple[str, ...], step: str) -> None:
    """Every call is a 403 that names the step of the registration."""
    for path in paths:
        answer = await caller.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "onboarding_incomplete"), path
        assert answer.json()["params"] == {"step": step}


async def password_in(cabinet: Cabinet, email: str) -> str:
    """The password of the invitation."""
    text = (await cabinet.letters(email))[0].text
    found = [line.partition("ароль:")[2].strip() for line in text.splitlines() if "ароль:" in line]
    assert found, text
    return found[0]


@pytest.mark.requirement("HLP-06")
async def test_the_agreement_is_read_with_a_session_and_without(cabinet: Cabinet) -> None:
    newcomer = await cabinet.register()  # whose registration is not complete
    read = [(await caller.get(f"{PLACE}/agreement")).json() for caller in (cabinet.anonymous(), newcomer)]
    assert read[0] == read[1]
    assert (read[0]["title"], read[0]["version"]) == ("Пользовательское соглашение", "1")
    assert "Тестэнерго" in read[0]["text"]
    staff = await publisher(cabinet)
    form = {"title": "Пользовательское соглашение", "text": "Новая редакция."}
    assert (await staff.put(f"{STAFF}/agreement/versions/2026-02/text", json=form)).status_code == 200
    for caller in (cabinet.anonymous(), newcomer, staff):
        shown = (await caller.get(f"{PLACE}/agreement")).json()
        assert (shown["version"], shown["text"]) == ("2026-02", "Новая редакция.")
        before = (await caller.get(f"{PLACE}/agreement/versions/1")).json()
        assert before == read[0]


@pytest.mark.requirement("HLP-06")
async def test_registrations_accept_the_version_in_force(cabinet: Cabinet) -> None:
    early, staff = await cabinet.client("early@example.ru"), await publisher(cabinet)
    await upload(staff, "manual", "9", FIRST, "manual.pdf")  # no agreement: changes nothing
    await upload(staff, "agreement", "2", FIRST, "agreement.pdf")
    late = await cabinet.client("late@example.ru")
    accepted = [(await caller.get("/api/v1/profile")).json()["agreement_version"] for caller in (early, late)]
    assert accepted == ["1", "2"]
    assert (await early.get("/api/v1/contracts")).status_code == 200  # whoever has accepted another works on
    await upload(staff, "agreement", "3", SECOND, "agreement.pdf")
    last = await cabinet.client("last@example.ru")
    assert (await last.get("/api/v1/profile")).json()["agreement_version"] == "3"


class TestAnotherFirstVersion:
    """A host that names the version of the agreement that it starts with."""

    @pytest.fixture
    def host_config(self, host_config: Config) -> Config:
        settings = {"identity": {"agreement_version": "2025-12"}}
        return msgspec.structs.replace(host_config, plugins=host_config.plugins | settings)

    @pytest.mark.requirement("HLP-06")
    async def test_it_is_shown_and_accepted(self, cabinet: Cabinet) -> None:
        client = await cabinet.client()
        shown = (await client.get(f"{PLACE}/agreement")).json()["version"]
        accepted = (await client.get("/api/v1/profile")).json()["agreement_version"]
        assert (shown, accepted) == ("2025-12", "2025-12")


@pytest.mark.requirement("HLP-07")
async def test_whoever_was_invited_accepts_the_agreement_before_anything_else(cabinet: Cabinet) -> None:
    await cabinet.load("contracts", CONTRACT)
    await cabinet.load("contract_emails", {"contract_id": "C-1", "email": "dogovor@romashka.example"})
    await cabinet.load("energy_objects", {"id": "O-1", "contract_id": "C-1", "number": "1", "name": "Цех"})
    chief, email = await cabinet.client("chief@example.ru"), "novikov@example.ru"
    await cabinet.link(chief, CONTRACT["number"], "dogovor@romashka.example")
    account = (await chief.get("/api/v1/sessions/current")).json()["account_id"]
    staff = await cabinet.staff(scopes=["roles.grant"])
    made = await staff.put("/api/v1/staff/roles/contracts/C-1/administrator", json={"account_id": account})
    assert made.status_code == 204, made.text
    form = {"role": "Энергетик", "email": email, "energy_objects": ["O-1"]}
    assert (await chief.post("/api/v1/roles/contracts/C-1/users", json=form)).status_code == 201
    invited = cabinet.anonymous()
    opened = await invited.post(
        "/api/v1/sessions", json={"email": email, "password": await password_in(cabinet, email)}
    )
    assert opened.status_code in (200, 201), opened.text
    invited.sign(opened.json()["token"])

    business = ("/api/v1/contracts", "/api/v1/readings/contracts/C-1", "/api/v1/help/questions", "/api/v1/menu")
    await refuses(invited, business, "agreement")
    assert (await invited.get(f"{PLACE}/agreement")).status_code == 200
    refused = await invited.post("/api/v1/registration/agreement", json={"agreement": False})
    assert refused.status_code == 422
    await refuses(invited, business, "agreement")
    agreed = await invited.post("/api/v1/registration/agreement", json={"agreement": True})
    assert agreed.status_code == 200, agreed.text
    assert (await invited.get("/api/v1/profile")).json()["agreement_version"] == "1"
    await refuses(invited, business, "personal_data")
    names = {"surname": "Новиков", "given_name": "Пётр"}
    assert (await invited.put("/api/v1/profile/personal-data", json=names)).status_code == 204
    assert (await invited.put("/api/v1/profile/phone", json={"phone": "+7 921 866-22-95"})).status_code == 204
    assert (await invited.get("/api/v1/contracts")).json()["items"][0]["id"] == "C-1"
    # who registered by himself has accepted already
    assert (await chief.get("/api/v1/profile")).json()["agreement_version"] == "1"
