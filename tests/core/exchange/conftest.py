"""A cabinet with the company's plugin and a billing that is pushed to."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.config import Config
from core.db.engine import Database
from core.exchange.loader import load
from core.exchange.schemas import RowAnswer
from core.host import Host
from core.sdk import Actor, Context, Dataset
from core.testing.cabinet import SCOPES, Cabinet, config_for_tests, running
from core.testing.clock import MovableClock
from core.testing.flaky_billing import FlakyBilling
from tests.core.exchange.company import (
    CONTRACTS,
    METERS,
    OBJECTS,
    POINTS,
    CompanyPlugin,
    Loading,
    RowsOf,
    chunked,
    host_of,
    ndjson,
)


@pytest.fixture
def billing() -> FlakyBilling:
    return FlakyBilling()


@pytest.fixture
def company(billing: FlakyBilling) -> CompanyPlugin:
    return CompanyPlugin(billing)


@pytest.fixture
def host_config(database_url: str, tmp_path: Path) -> Config:
    limits = {"batch_rows": 100, "max_line": 2000}
    return config_for_tests(
        database_url, tmp_path, enabled=["company"], ports={"billing": "flaky"}, plugins={"exchange": limits}
    )


@pytest.fixture
def host(host_config: Config, clock: MovableClock, company: CompanyPlugin) -> Host:
    return host_of(host_config, company, clock)


@pytest.fixture
async def cabinet(host: Host, clock: MovableClock) -> AsyncIterator[Cabinet]:
    async with running(host, clock) as opened:
        yield opened


@pytest.fixture
async def ctx(host: Host) -> AsyncIterator[Context]:
    """The company's ERP on a runtime without HTTP."""
    runtime = await host.open()
    yield Context(runtime, Actor("service", "erp", scopes=frozenset(SCOPES)))
    await host.close(runtime)


@pytest.fixture
def loading(ctx: Context) -> Loading:
    """`await loading(DATASET, row, row, b"raw line")` -> the answers."""

    async def run(dataset: Dataset[Any], *rows: Any, size: int = 1000) -> list[RowAnswer]:
        return [answer async for batch in load(ctx, dataset, chunked(ndjson(*rows), size)) for answer in batch]

    return run


@pytest.fixture
async def tree(loading: Loading) -> None:
    """Two contracts with an energy object, a point and a meter each."""
    await loading(CONTRACTS, *[{"id": f"C{n}", "number": f"{n}", "name": "ООО «Ромашка»"} for n in (1, 2)])
    await loading(OBJECTS, *[{"id": f"E{n}", "contract_id": f"C{n}", "number": "1"} for n in (1, 2)])
    await loading(POINTS, *[{"id": f"P{n}", "energy_object_id": f"E{n}", "name": "Ввод"} for n in (1, 2)])
    await loading(METERS, *[{"id": f"M{n}", "metering_point_id": f"P{n}", "number": "42"} for n in (1, 2)])


@pytest.fixture
def rows_of(database: Database) -> RowsOf:
    """`await rows_of(Contract.id, Contract.name)` -> the rows in the order of the first column."""

    async def run(*columns: Any) -> list[tuple[Any, ...]]:
        async with database.writer.connect() as connection:
            found = await connection.execute(sa.select(*columns).order_by(columns[0]))
            return [tuple(row) for row in found]

    return run
