"""What every directory of organisations must do."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import pytest

from core.ports.organisations import DirectoryUnavailable, OrganisationDirectory, Party

INN, OTHER_INN, PERSON_INN = "7707083893", "7830002293", "500100732259"
HEAD = Party(
    INN,
    "773601001",
    "Публичное акционерное общество «Василёк»",
    "ПАО «Василёк»",
    "1027700132195",
    "00032537",
    "117997, г Москва, ул Вавилова, д 19",
    "Президент",
    "Петров Пётр Петрович",
)
BRANCH = Party(INN, "784243001", "Северо-Западный филиал ПАО «Василёк»", "СЗФ ПАО «Василёк»", "1027700132195")
PERSON = Party(
    PERSON_INN, "", "Индивидуальный предприниматель Иванова Анна Петровна", "ИП Иванова А. П.", "304500116000157"
)


class DirectoryHarness(Protocol):
    """A directory and what it knows."""

    @property
    def adapter(self) -> OrganisationDirectory: ...

    def know(self, parties: Sequence[Party]) -> None:
        """These and no others, in this order."""
        ...

    async def break_off(self) -> None:
        """From now on it cannot be asked."""
        ...

    async def mend(self) -> None:
        """It can be asked again."""
        ...


class DirectorySuite:
    """Fixture: `directory`, a DirectoryHarness."""

    async def test_a_party_is_found_with_all_that_is_known(self, directory: DirectoryHarness) -> None:
        directory.know([HEAD, PERSON])
        assert await directory.adapter.find(INN) == [HEAD]
        assert await directory.adapter.find(PERSON_INN) == [PERSON]

    async def test_branches_follow_the_head_office(self, directory: DirectoryHarness) -> None:
        directory.know([HEAD, BRANCH])
        assert await directory.adapter.find(INN) == [HEAD, BRANCH]
        assert HEAD.key != BRANCH.key

    async def test_nobody_is_an_answer(self, directory: DirectoryHarness) -> None:
        directory.know([HEAD])
        assert await directory.adapter.find(OTHER_INN) == []

    async def test_many_parties_are_cut(self, directory: DirectoryHarness) -> None:
        directory.know([Party(INN, f"{kpp:09}", f"Филиал {kpp}", f"Ф. {kpp}") for kpp in range(60)])
        assert len(await directory.adapter.find(INN)) == 50

    async def test_one_that_is_down_says_so_and_comes_back(self, directory: DirectoryHarness) -> None:
        directory.know([HEAD])
        await directory.break_off()
        with pytest.raises(DirectoryUnavailable):
            await directory.adapter.find(INN)
        await directory.mend()
        assert await directory.adapter.find(INN) == [HEAD]

    async def test_many_ask_at_once(self, directory: DirectoryHarness) -> None:
        directory.know([HEAD, PERSON])
        found = await asyncio.gather(*[directory.adapter.find(inn) for inn in [INN, PERSON_INN] * 10])
        assert found == [[HEAD], [PERSON]] * 10

    async def test_closing_twice_is_fine(self, directory: DirectoryHarness) -> None:
        await directory.adapter.close()
        await directory.adapter.close()
