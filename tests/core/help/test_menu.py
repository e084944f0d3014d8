"""The menu: what is installed, what the caller's roles permit, what waits there."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from core.config import Config
from core.context import Context
from core.contracts.public import ContractLink, grant
from core.host import Host
from core.plugins import PluginError
from core.sdk import HISTORY, MenuSection, Permission, Query
from core.testing.cabinet import Cabinet, Caller, config_for_tests, running
from core.testing.clock import MovableClock
from tests.core.strangers import assembled, available, plugin

PLACE = "/api/v1/menu"
CORE = ["Помощь", "Услуги", "Интеллектуальная система учета", "Обращения", "Профиль", "Уведомления"]
"""What every role is shown: the core's sections and those that all four roles may use."""
EVERYTHING = ["Оплата", "Показания", ("История", ["Документы", "Платежи", "Показания", "Заказы"]), *CORE]
OF_ENERGY = ["Оплата", "Показания", ("История", ["Показания", "Заказы"]), *CORE]
OF_MONEY = ["Оплата", ("История", ["Документы", "Платежи", "Заказы"]), *CORE]
DIRECTOR, ENERGY, ACCOUNTANT = "Руководитель", "Энергетик", "Бухгалтер"
_ANY = Query(sa.select(ContractLink.contract_id).where(ContractLink.account_id == sa.bindparam("account_id")), str)


async def unread(ctx: Context) -> int:
    """Three for the account of the fixture, nothing for anybody else."""
    return 3 if ctx.actor.kind == "client" else 0


async def has_signed(ctx: Context) -> bool:
    """Whether some contract of the caller is signed for: here, whether he has any."""
    return (await ctx.reader.first(_ANY, account_id=ctx.actor.id)) is not None


def contract(number: int) -> dict[str, str]:
    return {"id": f"C-{number}", "number": f"7800000000000{number}", "name": "ООО «Ромашка»", "inn": "7830002293"}


@pytest.fixture(autouse=True)
async def supplied(cabinet: Cabinet) -> None:
    """Two contracts."""
    await cabinet.load("contracts", contract(1), contract(2))


async def hold(cabinet: Cabinet, caller: Caller, role: str, contract_id: str = "C-1") -> None:
    """Gives the caller a role."""
    account = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    await grant(Context(cabinet.runtime), account, contract_id, role)


async def menu(caller: Caller) -> list[dict[str, Any]]:
    """The sections shown."""
    answer = await caller.get(PLACE)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def titles(caller: Caller) -> list[str | tuple[str, list[str]]]:
    """A title for each section; with its tabs, where it has any."""
    return [
        (item["title"], [tab["title"] for tab in item["tabs"]]) if item["tabs"] else item["title"]
        for item in await menu(caller)
    ]


@pytest.mark.requirement("HLP-08", "HLP-09")
async def test_without_a_contract_everything_installed_is_shown(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    assert await titles(caller) == EVERYTHING
    shown = {item["name"]: item for item in await menu(caller)}
    assert shown["help"] == {"name": "help", "title": "Помощь", "counter": None, "tabs": []}
    assert shown["history"]["tabs"][2] == {"name": "readings.history", "title": "Показания", "counter": None}


@pytest.mark.requirement("HLP-08", "HLP-09")
async def test_a_section_that_no_role_permits_is_left_out(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    await hold(cabinet, caller, ACCOUNTANT)
    assert await titles(caller) == OF_MONEY
    await hold(cabinet, caller, ENERGY, "C-2")  # on any contract
    assert await titles(caller) == EVERYTHING
    await hold(cabinet, caller, ENERGY, "C-1")
    assert await titles(caller) == OF_ENERGY
    await hold(cabinet, caller, ACCOUNTANT, "C-1")
    await hold(cabinet, caller, ACCOUNTANT, "C-2")
    assert await titles(caller) == OF_MONEY
    for contract_id in ("C-1", "C-2"):
        assert (await caller.delete(f"/api/v1/contracts/{contract_id}")).status_code == 204
    assert await titles(caller) == EVERYTHING


@pytest.mark.requirement("HLP-08")
async def test_a_contract_that_waits_for_its_confirmation_counts_for_nothing(cabinet: Cabinet) -> None:
    await cabinet.load("contract_emails", {"contract_id": "C-1", "email": "dogovor@romashka.example"})
    caller = await cabinet.client()
    before = await titles(caller)
    await hold(cabinet, caller, ACCOUNTANT, "C-2")
    added = {"number": contract(1)["number"], "email": "dogovor@romashka.example"}
    assert (await caller.post("/api/v1/contracts", json=added)).status_code == 202  # as «Руководитель», once confirmed
    assert await titles(caller) == OF_MONEY
    token = await cabinet.link_token("dogovor@romashka.example")
    await cabinet.anonymous().post("/api/v1/contracts/confirmations", json={"token": token})
    assert await titles(caller) == before


@pytest.mark.requirement("HLP-08")
async def test_nobody_else_has_a_menu(cabinet: Cabinet) -> None:
    assert (await cabinet.anonymous().get(PLACE)).status_code == 401
    assert (await cabinet.anonymous().sign("abs_no-such-token").get(PLACE)).status_code == 401
    assert (await (await cabinet.register("newcomer@example.ru")).get(PLACE)).json()["code"] == "onboarding_incomplete"
    assert (await (await cabinet.staff()).get(PLACE)).status_code == 403
    assert (await (await cabinet.service()).get(PLACE)).status_code == 403


class TestOtherRoles:
    """A host that gives readings and their history to the accountant, payments and documents to the engineer."""

    @pytest.fixture
    def host_config(self, host_config: Config) -> Config:
        return msgspec.structs.replace(
            host_config,
            roles={
                "readings.submit": [ACCOUNTANT],
                "readings.history": [ACCOUNTANT],
                "payments.documents": [ENERGY],
                "payments.history": [ENERGY],
            },
        )

    @pytest.mark.requirement("HLP-08")
    async def test_the_roles_in_force_decide(self, cabinet: Cabinet) -> None:
        caller = await cabinet.client()
        await hold(cabinet, caller, DIRECTOR)
        assert await titles(caller) == ["Оплата", ("История", ["Заказы"]), *CORE]
        await hold(cabinet, caller, ACCOUNTANT)
        assert await titles(caller) == OF_ENERGY


class TestTheWholeMenu:
    """Plugins by strangers that declare the rest of the manual's menu."""

    @pytest.fixture
    async def cabinet(self, database_url: str, tmp_path: Path, clock: MovableClock) -> AsyncIterator[Cabinet]:
        pay = Permission("payments.pay", "Оплата", (DIRECTOR, ACCOUNTANT))
        documents = Permission("payments.documents", "Документы", (ACCOUNTANT,))
        plugins = available(
            plugin(
                "services",
                menu_sections=[
                    MenuSection("services.catalogue", "Услуги", 110),
                    MenuSection("services.orders", "Заказы", 40, parent=HISTORY, counter=unread),
                ],
            ),
            plugin(
                "payments",
                permissions=[pay, documents],
                menu_sections=[
                    MenuSection("payments.payments", "Платежи", 20, parent=HISTORY, permission=pay.name),
                    MenuSection("payments.documents", "Документы", 10, parent=HISTORY, permission=documents.name),
                    MenuSection("payments.pay", "Оплата", 10, permission=pay.name),
                ],
            ),
            plugin("appeals", menu_sections=[MenuSection("appeals.list", "Обращения", 60, counter=unread)]),
            plugin(
                "edo",
                menu_sections=[MenuSection("edo.documents", "Электронный документооборот", 70, available=has_signed)],
            ),
            plugin("odd", menu_sections=[MenuSection("odd.things", "Яблоки"), MenuSection("odd.more", "Груши")]),
        )
        config = config_for_tests(database_url, tmp_path, enabled=list(plugins))
        async with running(Host(config, clock=clock, available=plugins), clock) as opened:
            yield opened

    @pytest.mark.requirement("HLP-08", "HLP-09")
    async def test_sections_and_tabs_stand_in_the_order_of_the_manual(self, cabinet: Cabinet) -> None:
        caller = await cabinet.client()
        assert await titles(caller) == [
            "Оплата",
            ("История", ["Документы", "Платежи", "Заказы"]),
            "Помощь",
            "Обращения",
            "Профиль",
            "Уведомления",
            "Услуги",
            "Груши",  # what the manual does not know
            "Яблоки",
        ]
        shown = {item["name"]: item for item in await menu(caller)}
        assert shown["appeals.list"]["counter"] == 3
        assert [tab["counter"] for tab in shown["history"]["tabs"]] == [None, None, 3]

    @pytest.mark.requirement("HLP-08", "HLP-09")
    async def test_each_is_shown_to_whom_it_is_for(self, cabinet: Cabinet) -> None:
        caller = await cabinet.client()
        await hold(cabinet, caller, ENERGY)
        assert (await titles(caller))[0] == ("История", ["Заказы"])
        assert "Электронный документооборот" in await titles(caller)
        await hold(cabinet, caller, DIRECTOR)
        assert (await titles(caller))[:2] == ["Оплата", ("История", ["Платежи", "Заказы"])]


def test_a_section_asks_for_a_permission_that_somebody_declares() -> None:
    sections = [MenuSection("alpha.page", "Страница", permission="alpha.see")]
    with pytest.raises(PluginError, match=r"menu section 'alpha\.page' asks for 'alpha\.see', which nobody declares"):
        assembled(plugin("alpha", menu_sections=sections))
    assembled(plugin("alpha", menu_sections=sections, permissions=[Permission("alpha.see", "Смотреть")]))
