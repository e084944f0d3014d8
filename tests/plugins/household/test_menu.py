"""Sections of the menu are shown to whom their pages are open."""

from pathlib import Path

import pytest

from core.config import Config
from core.testing.cabinet import Cabinet, Caller, config_for_tests

ENTRY, TAB = "household.entry", "household.history"


@pytest.fixture
def host_config(database_url: str, tmp_path: Path, enabled_plugins: list[str]) -> Config:
    """Who enters readings does not see their history here; a role of its own does."""
    roles = {"household.history": ["Бухгалтер"]}
    return config_for_tests(database_url, tmp_path, enabled=enabled_plugins, roles=roles)


@pytest.mark.requirement("HHD-33", "HHD-37")
async def test_the_tab_is_for_whom_the_history_is(houses: Cabinet, manager: Caller) -> None:
    menu = (await manager.get("/api/v1/menu")).json()["items"]
    shown = {name for item in menu for name in (item["name"], *(one["name"] for one in item.get("items", [])))}
    history = (await manager.get("/api/v1/household/transmitted", params={"house_id": "H-1"})).status_code
    assert (ENTRY in shown, TAB in shown, history) == (True, False, 404)
    await houses.load("household.attachments", {"id": "AT-F", "account_id": "A-9", "email": "manager@dom.example"})
    menu = (await manager.get("/api/v1/menu")).json()["items"]
    assert TAB in str(menu), "his own accounts need no role"
