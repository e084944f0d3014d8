"""Loading NDJSON: idempotent, an answer for every row, a broken one never in the way of the good ones."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from core.config import Config, ConfigError
from core.contracts.models import Contract, EnergyObject, Meter, MeteringPoint, MeterRegister
from core.db.engine import Database
from core.db.tables import Feed, Outbox
from core.exchange.loader import load
from core.exchange.loader.columns import Columns
from core.exchange.loader.plan import Plan
from core.exchange.schemas import RowAnswer
from core.sdk import Context, Dataset, Reference
from tests.core.exchange.company import (
    CONTRACTS,
    METERS,
    NOTES,
    OBJECTS,
    REGISTERS,
    CompanyPlugin,
    Loading,
    RowsOf,
    host_of,
)


def statuses(answers: list[RowAnswer]) -> list[str]:
    return [answer.status if answer.status != "refused" else answer.code for answer in answers]


def contract(key: str, name: str = "АО «Свет»", **more: Any) -> dict[str, Any]:
    return {"id": key, "number": "00000000000001", "name": name, **more}


async def test_a_repeated_load_changes_nothing(loading: Loading, rows_of: RowsOf) -> None:
    rows = [contract(f"C{n:04}", closed_on="2025-12-31") for n in range(250)]  # three batches
    assert statuses(await loading(CONTRACTS, *rows)) == ["accepted"] * 250
    before = await rows_of(*Contract.__table__.c)
    assert statuses(await loading(CONTRACTS, *rows)) == ["unchanged"] * 250
    assert await rows_of(*Contract.__table__.c) == before
    assert before[7][0] == "C0007"
    rows[100] = contract("C0100", name="Другое имя")
    found = statuses(await loading(CONTRACTS, *rows))
    assert [index for index, status in enumerate(found) if status == "accepted"] == [100]
    assert (await rows_of(Contract.id, Contract.name, Contract.closed_on))[100] == ("C0100", "Другое имя", None)


@pytest.mark.usefixtures("tree")
async def test_values_arrive_exactly(loading: Loading, rows_of: RowsOf) -> None:
    exact = {"coefficient": "999999999999.999999", "loss_percent": "-1.50", "digits": 8, "installed_on": "2024-02-29"}
    row = {"id": "M3", "metering_point_id": "P1", "number": "Ц6803В", **exact}
    assert statuses(await loading(METERS, row)) == ["accepted"]
    columns = (Meter.id, Meter.coefficient, Meter.loss_percent, Meter.digits, Meter.installed_on, Meter.closed_on)
    found = (await rows_of(*columns))[-1]
    assert found == ("M3", Decimal("999999999999.999999"), Decimal("-1.5"), 8, date(2024, 2, 29), None)
    assert statuses(await loading(METERS, {**row, "loss_percent": "-1.5"})) == ["unchanged"]


BROKEN = [
    (b"not json", "malformed_json", ""),
    (b'{"id": "X"', "malformed_json", ""),
    (b"\xff\xfe\x00", "malformed_json", ""),
    (b'{"id":"X","number":"1","name":"\xff"}', "malformed_json", ""),
    (b'{"id":"X","number":"1","name":"\\ud800"}', "malformed_json", ""),
    (b"[" * 1900, "malformed_json", ""),
    (b"[]", "wrong_type", ""),
    (b'{"id":"X","number":"1"}', "required", "name"),
    (b'{"id":"","number":"1","name":"n"}', "required", "id"),
    (b'{"id":"X","number":1,"name":"n"}', "wrong_type", "number"),
    (b'{"id":"X","number":"1","name":null}', "required", "name"),
    (b'{"id":"X","number":"1","name":"n","extra":1}', "unknown_field", "extra"),
    (b'{"id":"X Y","number":"1","name":"n"}', "wrong_format", "id"),
    (b'{"id":"' + b"X" * 65 + b'","number":"1","name":"n"}', "too_long", "id"),
    (b'{"id":"X","number":"1","name":"n","closed_on":"2025-02-30"}', "wrong_format", "closed_on"),
    (b'{"id":"X","number":"1","name":"n\\u0000"}', "control_character", "name"),
    (b'{"id":"X","number":"1","name":"n\\b"}', "control_character", "name"),
    (b'{"id":"X","number":"1","name":"n\x7f"}', "control_character", "name"),
    (b'{"id":"X","number":"1","name":"n\x01"}', "malformed_json", ""),
    (b'{"id":"X","number":"1","name":"n","inn":"77x"}', "inn", "inn"),
    (b'{"id":"X","number":"1","name":"bug"}', "row_failed", ""),
    (b'{"id":"X","number":"1","name":"' + b"n" * 2000 + b'"}', "line_too_long", ""),
    (b'{"id":"X","deleted":"true"}', "unknown_field", "deleted"),
    (b'{"id":"X","deleted":true,"name":"n"}', "unknown_field", "deleted"),
    (b'{"id":"X\\u0000","deleted":true}', "unknown_field", "deleted"),
]


@pytest.mark.parametrize("size", [7, 100_000])
async def test_broken_rows_stand_between_good_ones(loading: Loading, rows_of: RowsOf, size: int) -> None:
    lines: list[Any] = [contract("C-first")]
    for index, (line, _, _) in enumerate(BROKEN):
        lines += [line, b"  \r", contract(f"C{index:02}")]
    answers = await loading(CONTRACTS, *lines, size=size)
    refused = [(answer.code, answer.field) for answer in answers if answer.status == "refused"]
    assert refused == [(code, field) for _, code, field in BROKEN]
    assert [answer.line for answer in answers if answer.status == "refused"] == list(range(2, 3 * len(BROKEN), 3))
    assert all(answer.message for answer in answers if answer.status == "refused")
    assert len(await rows_of(Contract.id)) == len(BROKEN) + 1


async def test_texts_may_have_lines_and_tabs(loading: Loading, rows_of: RowsOf) -> None:
    name = "один\r\n\tдва \\b"
    assert statuses(await loading(CONTRACTS, contract("C1", name=name))) == ["accepted"]
    assert await rows_of(Contract.id, Contract.name) == [("C1", name)]


async def test_a_byte_order_mark_is_forgiven(loading: Loading) -> None:
    assert statuses(await loading(CONTRACTS, b"\xef\xbb\xbf" + msgspec.json.encode(contract("C1")))) == ["accepted"]
    with_more = await loading(CONTRACTS, b"\xef\xbb\xbf" + msgspec.json.encode(contract("C1")), contract("C2"))
    assert statuses(with_more) == ["unchanged", "accepted"]


async def test_the_key_of_a_broken_row_is_told(loading: Loading) -> None:
    (answer,) = await loading(REGISTERS, {"meter_id": "M1", "code": "A+.T1", "name": 5})
    assert (answer.key, answer.code, answer.field) == ("M1/A+.T1", "wrong_type", "name")


@pytest.mark.usefixtures("tree")
async def test_a_missing_parent_is_named(loading: Loading, rows_of: RowsOf) -> None:
    rows = [{"id": f"E-{parent}", "contract_id": parent, "number": "1"} for parent in ("C1", "C9", "C2", "C8")]
    answers = await loading(OBJECTS, *rows)
    assert statuses(answers) == ["accepted", "unknown_reference", "accepted", "unknown_reference"]
    assert (answers[1].field, "C9" in answers[1].message) == ("contract_id", True)
    assert [row[0] for row in await rows_of(EnergyObject.id)] == ["E-C1", "E-C2", "E1", "E2"]


@pytest.mark.usefixtures("tree")
async def test_what_no_check_foresaw_is_found_row_by_row(loading: Loading, rows_of: RowsOf) -> None:
    rows = [{"meter_id": "M1", "code": f"A+.{n:02}", "name": "День"} for n in range(60)]
    for broken in (0, 13, 14, 59):
        rows[broken]["meter_id"] = "M9"
    answers = await loading(REGISTERS, *rows)
    assert [index for index, status in enumerate(statuses(answers)) if status == "constraint"] == [0, 13, 14, 59]
    assert set(statuses(answers)) == {"accepted", "constraint"}
    assert len(await rows_of(MeterRegister.code)) == 56


@pytest.mark.usefixtures("tree")
async def test_a_number_must_fit_its_column(loading: Loading) -> None:
    row = {"id": "M3", "metering_point_id": "P1", "number": "1"}
    rows = [row | {"id": f"M{digits}", "digits": digits} for digits in (2**31 - 1, 2**31, 10**30)]
    assert statuses(await loading(METERS, *rows)) == ["accepted", "wrong_format", "wrong_format"]


async def test_the_last_row_of_a_key_wins(loading: Loading, rows_of: RowsOf) -> None:
    rows = [contract("C1", name="первое"), contract("C2"), contract("C1", name="второе")]
    assert statuses(await loading(CONTRACTS, *rows)) == ["accepted"] * 3
    assert await rows_of(Contract.id, Contract.name) == [("C1", "второе"), ("C2", "АО «Свет»")]
    assert statuses(await loading(CONTRACTS, *rows)) == ["unchanged"] * 3


@pytest.mark.usefixtures("tree")
async def test_a_refused_last_row_leaves_the_one_before(loading: Loading, rows_of: RowsOf) -> None:
    good = {"id": "E9", "contract_id": "C1", "number": "1", "name": "хорошая"}
    assert statuses(await loading(OBJECTS, good, {**good, "contract_id": "C9"})) == [
        "accepted",
        "unknown_reference",
    ]
    assert ("E9", "хорошая") in await rows_of(EnergyObject.id, EnergyObject.name)


async def test_a_row_that_only_the_database_refuses_leaves_the_one_before(
    loading: Loading, rows_of: RowsOf, database: Database
) -> None:
    async def execute(statement: str) -> None:
        async with database.writer.begin() as connection:
            await connection.execute(sa.text(statement))

    rows = [contract("C1", name="a"), contract("C2", name="b"), contract("C2", name="a"), contract("C3", name="c")]
    await execute("CREATE UNIQUE INDEX only_here ON contracts_contract (name)")
    try:
        assert statuses(await loading(CONTRACTS, *rows)) == ["accepted", "accepted", "constraint", "accepted"]
    finally:
        await execute("DROP INDEX only_here")  # databases are used again
    assert await rows_of(Contract.id, Contract.name) == [("C1", "a"), ("C2", "b"), ("C3", "c")]


@pytest.mark.usefixtures("tree")
async def test_deletions(loading: Loading, rows_of: RowsOf) -> None:
    def gone(key: str) -> dict[str, Any]:
        return {"id": key, "deleted": True}

    answers = await loading(CONTRACTS, contract("C3"), gone("C9"), gone("C1"), contract("C4"), gone("C3"))
    assert statuses(answers) == ["unchanged", "unchanged", "still_referenced", "accepted", "unchanged"]
    assert [row[0] for row in await rows_of(Contract.id)] == ["C1", "C2", "C4"]
    answers = await loading(CONTRACTS, gone("C4"), gone("C2"), contract("C5"))
    assert statuses(answers) == ["accepted", "still_referenced", "accepted"]
    assert [row[0] for row in await rows_of(Contract.id)] == ["C1", "C2", "C5"]


@pytest.mark.usefixtures("tree")
async def test_deletions_by_a_compound_key(loading: Loading, rows_of: RowsOf) -> None:
    row = {"meter_id": "M1", "code": "A+.T1", "name": "День"}
    await loading(REGISTERS, row, {**row, "meter_id": "M2"})
    (answer,) = await loading(REGISTERS, {"meter_id": "M1", "code": "A+.T1", "deleted": True})
    assert (answer.key, answer.status) == ("M1/A+.T1", "accepted")
    assert await rows_of(MeterRegister.meter_id) == [("M2",)]


async def test_a_deletion_that_is_not_one(loading: Loading) -> None:
    assert statuses(await loading(CONTRACTS, {**contract("C1"), "deleted": False})) == ["unknown_field"]
    assert statuses(await loading(NOTES, {"id": "N1", "deleted": True})) == ["unknown_field"]


async def test_a_plugin_applies_its_rows_itself(loading: Loading, rows_of: RowsOf) -> None:
    texts = ["a", "bad", "b", "crash", "c"]
    answers = await loading(NOTES, *[{"id": f"N{n}", "text": text} for n, text in enumerate(texts)])
    assert statuses(answers) == ["accepted", "bad_note", "accepted", "row_failed", "accepted"]
    assert [msgspec.json.decode(row[1])["text"] for row in await rows_of(Feed.id, Feed.body)] == ["a", "b", "c"]
    assert [row[1] for row in await rows_of(Outbox.id, Outbox.job)] == ["exchange.push"]


async def test_a_failing_connection_is_no_fault_of_a_row(ctx: Context, loading: Loading, monkeypatch: Any) -> None:
    """Whatever is not about the rows stops the load; nothing is answered as if it had been refused."""

    def lost(_: Columns) -> str:
        raise OSError("gone")

    monkeypatch.setattr(Columns, "upsert", property(lost, lambda *_: None), raising=False)
    with pytest.raises(OSError, match="gone"):
        await loading(CONTRACTS, contract("C1"))


async def test_a_stream_that_breaks_keeps_the_batches_before(ctx: Context, rows_of: RowsOf) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"".join(msgspec.json.encode(contract(f"C{n:03}")) + b"\n" for n in range(150))
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        [batch async for batch in load(ctx, CONTRACTS, body())]
    assert len(await rows_of(Contract.id)) == 100


def test_a_declaration_that_cannot_work_is_refused(database: Database) -> None:
    class Loose(msgspec.Struct):
        id: str

    class Strange(msgspec.Struct, forbid_unknown_fields=True):
        id: str
        strange: str

    class Named(msgspec.Struct, forbid_unknown_fields=True):
        id: str
        name: str

    dialect = database.writer.dialect
    wrong: list[tuple[Dataset[Any], str]] = [
        (Dataset("x", Loose, title="", table=Contract), "forbid_unknown_fields"),
        (Dataset("x", Strange, title="", table=Contract), "no column"),
        (Dataset("x", Named, title="", table=Contract, key=("code",)), "no field for the key"),
        (Dataset("x", Named, title="", table=Contract, key=("name",)), "no unique constraint"),
        (Dataset("x", Named, title="", table=Contract, references=(Reference("b", MeteringPoint.id),)), "no field"),
        (Dataset("x", Named, title="", table=Contract, references=(Reference("id", Meter.digits),)), "text column"),
        (Dataset("x", Named, title="", table=Contract, references=(Reference("name", Contract.id),)), "itself"),
    ]
    for dataset, reason in wrong:
        with pytest.raises(TypeError, match=reason):
            Plan(dataset, dialect)


def test_a_host_with_such_a_declaration_does_not_start(host_config: Config, company: CompanyPlugin) -> None:
    class Strange(msgspec.Struct, forbid_unknown_fields=True):
        id: str
        strange: str

    company.more = (Dataset("company.strange", Strange, title="", table=Contract),)
    with pytest.raises(ConfigError, match=r"company\.strange: .*'strange'"):
        host_of(host_config, company)


async def test_loads_in_opposite_orders_do_not_lock_each_other_out(loading: Loading, rows_of: RowsOf) -> None:
    async def run(name: str) -> None:
        rows = [contract(f"C{n:03}", name=name) for n in range(100)]
        for turn in range(3):
            assert set(statuses(await loading(CONTRACTS, *(rows[::-1] if turn % 2 else rows)))) <= {
                "accepted",
                "unchanged",
            }

    await asyncio.gather(*[run(f"{n}") for n in range(6)])
    assert len({name for _, name in await rows_of(Contract.id, Contract.name)}) == 1
