"""Who may not file appeals for a contract is offered nothing of it."""

from pathlib import Path

import pytest

from core.config import Config
from core.context import Context
from core.contracts.public import hold
from core.sdk import ROLES
from core.testing.cabinet import Cabinet, config_for_tests
from tests.plugins.appeals.supplier import CHANGE, ENTITY, account_of, begin, client


@pytest.fixture
def host_config(database_url: str, tmp_path: Path, enabled_plugins: list[str]) -> Config:
    """Appeals are for the head alone."""
    return config_for_tests(database_url, tmp_path, enabled=enabled_plugins, roles={"appeals.file": [ROLES[1]]})


@pytest.mark.requirement("APL-16")
async def test_organisations_are_those_of_contracts_to_file_for(supplier: Cabinet) -> None:
    caller = await client(supplier, role=ROLES[1])
    async with Context(supplier.runtime).uow() as uow:
        await hold(uow, await account_of(caller), "C-2", ROLES[3], None)
    form = await begin(caller, CHANGE, subsection=ENTITY)
    assert [one["title"] for one in form["choices"]["organisation"]] == ["ООО «Ромашка»", "Другая"]
    async with Context(supplier.runtime).uow() as uow:
        await hold(uow, await account_of(caller), "C-2", ROLES[1], None)
    form = await begin(caller, CHANGE, subsection=ENTITY)
    assert len(form["choices"]["organisation"]) == 3
