"""A supplier's own rule, in a plugin of its own: it holds on screen and in files."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from core.config import Config
from core.context import Context
from core.host import Host
from core.imports.public import Note, Validator
from core.sdk import ErrorKind, Hooks
from core.testing.cabinet import Cabinet, config_for_tests, running
from core.testing.clock import MovableClock
from plugins.readings.public import ReadingsProposed
from tests.plugins.readings.supplier import client, found_supplier
from tests.plugins.readings.workbooks import checked, entries, filled, remarks, sent, template_rows, xlsx

TOO_MUCH = ErrorKind("thrift.too_much", 422, "Расход больше {most} кВт·ч {так}", "More than {most} kWh {so}")
ODD = ErrorKind("thrift.odd", 422, "Расход подозрительно мал", "Suspiciously little")


async def check(ctx: Context, things: Sequence[ReadingsProposed]) -> list[list[Note]]:
    """Nobody may consume more than 300 in a zone; less than 10 is remarked on."""
    found = []
    for thing in things:
        most = max(value.consumption or 0 for value in thing.values)
        notes = [Note.of(TOO_MUCH, most=300, так="{так}", so="{so}")] if most > 300 else []
        found.append(notes or ([Note.of(ODD, warning=True)] if most < 10 else []))
    return found


class ThriftPlugin(Hooks):
    """A supplier's plugin."""

    name = "thrift"
    needs = ("readings",)

    def errors(self) -> Sequence[ErrorKind]:
        return (TOO_MUCH, ODD)

    def validators(self) -> Sequence[Validator[Any]]:
        return (Validator("thrift.limit", of=ReadingsProposed, check=check),)


@pytest.fixture
def host_config(database_url: str, tmp_path: Path) -> Config:
    return config_for_tests(database_url, tmp_path, enabled=["readings", "thrift"])


@pytest.fixture
async def cabinet(
    host_config: Config, clock: MovableClock, available_plugins: Mapping[str, Callable[[], type[Hooks]]]
) -> AsyncIterator[Cabinet]:
    available: dict[str, Callable[[], type[Hooks]]] = {**available_plugins, "thrift": lambda: ThriftPlugin}
    async with running(Host(host_config, clock=clock, available=available), clock) as opened:
        await found_supplier(opened)
        yield opened


async def test_a_rule_of_the_supplier_holds_in_every_channel(cabinet: Cabinet) -> None:
    caller = await client(cabinet)
    values = {("05601313", "Круглосуточный"): "16250", ("05601314", "День"): "200", ("05601314", "Ночь"): "201"}
    done = await checked(cabinet, caller, xlsx(filled(await template_rows(caller), values)))
    few, much = await entries(caller, done["id"])
    assert (few["state"], remarks(few)) == ("new", [("thrift.odd", None, None)])
    assert (much["state"], [code for code, _, _ in remarks(much)]) == ("refused", ["thrift.too_much"])
    assert much["notes"][0]["message"] == "Расход больше 300 кВт·ч {так}"
    assert (await sent(cabinet, caller, done["id"]))["counts"]["sent"] == 1
    values_of = [{"register": code, "value": value} for code, value in (("A+.T1", "200"), ("A+.T2", "201"))]
    answer = await caller.post(
        "/api/v1/readings/contracts/c1/submissions", json={"devices": [{"meter_id": "m2", "values": values_of}]}
    )
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "thrift.too_much")
