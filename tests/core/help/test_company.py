"""The supplier's own data are configuration, wherever they are shown."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from core.config import Config, ConfigError
from core.host import Host
from core.sdk import Letter
from core.testing.cabinet import Cabinet, config_for_tests

COMPANY = "/api/v1/help/company"
NAME, PORTAL = "Северэнергосбыт", "https://lk.sever.example"
SUPPORT, FORM = "help@sever.example", "https://sever.example/application"
HINT = "Номер договора Северэнергосбыта: СЭ и 6 цифр"
FOREIGN = re.compile("мосэнерго|mosenergo|московская энергосбытовая", re.IGNORECASE)
ROOT = Path(__file__).parents[3]


async def test_what_is_not_configured_is_null(cabinet: Cabinet) -> None:
    assert (await cabinet.anonymous().get(COMPANY)).json() == {
        "name": "Тестэнерго",
        "portal_url": "http://127.0.0.1:8000",
        "support_email": None,
        "application_form": None,
    }


@pytest.mark.parametrize("settings", [{"support_email": "nobody"}, {"application_form": "ftp://x"}, {"logo": "x"}])
def test_a_wrong_setting_stops_the_start(tmp_path: Path, settings: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"\[plugins\.help\]"):
        Host(config_for_tests("sqlite:///nowhere.db", tmp_path, plugins={"help": settings}))


class TestAnotherCompany:
    """Another supplier's host file."""

    @pytest.fixture
    def host_config(self, host_config: Config) -> Config:
        host = msgspec.structs.replace(host_config.host, name=NAME, base_url=PORTAL)
        plugins: dict[str, dict[str, Any]] = {
            "help": {"support_email": SUPPORT, "application_form": FORM},
            "contracts": {"number_pattern": r"СЭ\d{6}", "number_hint": HINT},
        }
        return msgspec.structs.replace(host_config, host=host, plugins=plugins)

    @pytest.mark.requirement("HLP-12")
    async def test_help_shows_it(self, cabinet: Cabinet) -> None:
        anybody = cabinet.anonymous()
        assert (await anybody.get(COMPANY)).json() == {
            "name": NAME,
            "portal_url": PORTAL,
            "support_email": SUPPORT,
            "application_form": FORM,
        }
        kinds = [item["kind"] for item in (await anybody.get("/api/v1/documents")).json()["items"]]
        assert len(kinds) == 4
        for kind in kinds:
            text = (await anybody.get(f"/api/v1/documents/{kind}")).json()["text"]
            assert SUPPORT in text, kind
            assert NAME in text or PORTAL in text, kind
            assert not re.search(r"[{}]|127\.0\.0\.1|Тестэнерго", text), kind

    @pytest.mark.requirement("HLP-12")
    async def test_letters_show_it(self, cabinet: Cabinet) -> None:
        contract = {"id": "C-1", "number": "СЭ000001", "name": "ООО «Ромашка»", "inn": "7830002293"}
        await cabinet.load("contracts", contract)
        await cabinet.load("contract_emails", {"contract_id": "C-1", "email": "dogovor@romashka.example"})
        client = await cabinet.client()
        form = {"number": "СЭ000001", "email": "dogovor@romashka.example"}
        assert (await client.post("/api/v1/contracts", json=form)).status_code == 202
        assert (await cabinet.anonymous().post("/api/v1/recovery", json={"email": "ivanova@example.ru"})).is_success
        letters = await cabinet.letters()
        assert len(letters) == 3
        for letter in letters:
            assert NAME in letter.text, letter.subject
            assert not FOREIGN.search(letter.subject + letter.text)
        links = re.findall(r"https?://[^/\s]+", "".join(letter.text for letter in letters))
        assert links == [PORTAL, PORTAL]

    @pytest.mark.requirement("HLP-12")
    async def test_errors_show_it(self, cabinet: Cabinet) -> None:
        client = await cabinet.client()
        answer = await client.post("/api/v1/contracts", json={"number": "7", "email": "a@b.example"})
        assert (answer.status_code, answer.json()["errors"][0]["message"]) == (422, HINT)

    @pytest.mark.requirement("HLP-12")
    async def test_every_letter_is_free_of_other_companies(self, cabinet: Cabinet) -> None:
        declared = cabinet.host.manifest.declared[Letter]
        assert len(declared) > 5
        assert not [letter.name for letter in declared if FOREIGN.search(letter.subject + letter.text)]


@pytest.mark.requirement("HLP-12")
def test_no_text_of_another_company_is_in_the_program() -> None:
    files = [
        path
        for folder in ("core", "plugins", "hosts")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".md", ".toml", ".js", ".html", ".json") and "static" not in path.parts
    ]
    assert len(files) > 100
    assert not [path for path in files if FOREIGN.search(path.read_text(encoding="utf-8"))]
