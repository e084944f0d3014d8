"""The invented supplier: the same each time, believable, endless."""

import sys
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from stdnum.ru import inn

from core.contracts.datasets import DATASETS as CONTRACT_DATASETS
from hosts.demo import past, seed
from hosts.demo.names import company_inn, person_inn
from hosts.demo.rows import DATASETS, HistoryRow, Row, Tree
from hosts.demo.showcase import SHOWCASE, WALK
from plugins.payments.datasets import DATASETS as PAYMENT_DATASETS
from plugins.readings.datasets import DATASETS as READING_DATASETS

TODAY = date(2026, 1, 25)


def rows_of(trees: list[Tree], dataset: str) -> list[Row]:
    """Rows of a dataset over several contracts."""
    return [row for tree in trees for row in tree.rows(dataset)]


@pytest.fixture(scope="module")
def supplier() -> list[Tree]:
    """A thousand contracts."""
    return list(seed.trees(1000, TODAY))


def test_the_same_seed_gives_the_same_files(tmp_path: Path) -> None:
    first, second = (seed.write(tmp_path / name, 60, TODAY) for name in ("first", "second"))
    other = seed.write(tmp_path / "other", 60, TODAY, seed=7)
    assert list(first) == list(DATASETS)
    for dataset in DATASETS:
        assert first[dataset].read_bytes() == second[dataset].read_bytes()
    assert first["contracts"].read_bytes() != other["contracts"].read_bytes()


def test_a_contract_does_not_depend_on_how_many_there_are() -> None:
    few, many = list(seed.trees(20, TODAY)), list(seed.trees(40, TODAY))
    assert msgspec.to_builtins(few) == msgspec.to_builtins(many[:20])


def test_datasets_come_before_what_refers_to_them() -> None:
    declared = [dataset.name for dataset in (*CONTRACT_DATASETS, *READING_DATASETS, *PAYMENT_DATASETS)]
    assert list(DATASETS) == declared


def test_taxpayer_numbers_are_valid_and_nobodys(supplier: list[Tree]) -> None:
    contracts = [tree.contracts[0] for tree in supplier]
    assert all(inn.is_valid(row.inn) and row.inn.startswith("98") for row in contracts)
    kinds = Counter(len(row.inn) for row in contracts)
    assert kinds[10] > 500
    assert kinds[12] > 150
    assert all((row.kpp is None) == (len(row.inn) == 12) for row in contracts)
    assert company_inn("783000229") == "7830002293"
    assert person_inn("5001007322") == "500100732259"


def test_numbers_are_unique_and_have_14_digits(supplier: list[Tree]) -> None:
    numbers = [tree.contracts[0].number for tree in supplier]
    assert len(set(numbers)) == 1000
    assert all(len(number) == 14 and number.isdecimal() for number in numbers)


def test_the_supplier_has_every_case(supplier: list[Tree]) -> None:
    registers = Counter(
        len([row for row in tree.registers if row.meter_id == m.id]) for tree in supplier for m in tree.meters
    )
    assert registers.keys() == {1, 2, 3}
    coefficients = {meter.coefficient for tree in supplier for meter in tree.meters}
    assert {"1", "20", "40", "60", "80"} <= coefficients
    assert {meter.loss_percent for tree in supplier for meter in tree.meters} >= {"0", "1.5", "-1.2"}
    assert any(point.by_message for tree in supplier for point in tree.metering_points)
    assert {subject.price_category for tree in supplier for subject in tree.energy_objects} == {1, 2, 3, 4, 5, 6}
    statuses = Counter(row.status for tree in supplier for row in tree.states)
    assert statuses["Ожидание"] > sum(statuses.values()) * 0.85
    assert len(statuses) == 5
    addresses = Counter(len(tree.contract_emails) for tree in supplier)
    assert addresses[0] > 0
    assert all(row.email.endswith(".example") for tree in supplier for row in tree.contract_emails)
    assert any(len(tree.energy_objects) >= 10 for tree in supplier)
    parties = Counter(tree.contracts[0].inn for tree in supplier)
    assert max(parties.values()) >= 2


def test_objects_of_670_kilowatts_are_of_the_third_category_or_higher(supplier: list[Tree]) -> None:
    for tree in supplier:
        owners = {point.id: point.energy_object_id for point in tree.metering_points}
        meters = {meter.id: owners[meter.metering_point_id] for meter in tree.meters}
        power: Counter[str] = Counter()
        for state in tree.states:
            if state.kind == "meter" and state.max_power:
                power[meters[state.id]] += int(state.max_power)
        for subject in tree.energy_objects:
            assert subject.price_category >= 3 or power[subject.id] < 670


def test_previous_readings_fit_their_registers(supplier: list[Tree]) -> None:
    for tree in supplier:
        digits = {meter.id: meter.digits for meter in tree.meters}
        for previous in tree.previous:
            assert len(previous.value.partition(".")[0]) <= digits[previous.meter_id]
            assert previous.month == date(2025, 12, 1)


@pytest.mark.parametrize("contract", [SHOWCASE, WALK])
def test_the_fixed_contracts_are_as_documented(supplier: list[Tree], contract: object) -> None:
    tree = next(tree for tree in supplier if tree.contracts[0].id == contract.id)  # type: ignore[attr-defined]
    assert tree.contracts[0].number == contract.number  # type: ignore[attr-defined]
    assert [row.email for row in tree.contract_emails] == [contract.email]  # type: ignore[attr-defined]
    single, zones, reactive, _ = tree.meters
    assert (single.coefficient, single.loss_percent, single.digits) == ("1", "0", 6)
    assert tree.previous[0].value == "16249.16"
    assert zones.coefficient == "20"
    codes = {meter.id: [row.code for row in tree.registers if row.meter_id == meter.id] for meter in tree.meters}
    assert codes[zones.id] == ["A+.T1", "A+.T2"]
    assert codes[reactive.id] == ["A+.total", "R+.total"]


@pytest.mark.parametrize("day", [1, 6, 7, 15, 22, 28, 31])
@pytest.mark.parametrize("month", [1, 3, 12])
def test_the_window_is_open_on_any_day(day: int, month: int) -> None:
    today = date(2026, month, day)
    period = seed.period_of(today)
    assert period.opens_on <= today < today + timedelta(days=7) <= period.closes_on
    assert period.month.day == period.previous_month.day == 1
    assert period.month <= today
    assert period.previous_month < period.month


def test_the_usual_window_is_from_the_22nd_to_the_6th() -> None:
    assert seed.period_of(date(2026, 1, 25)) == seed.Period(date(2026, 1, 1), date(2026, 1, 22), date(2026, 2, 6))
    late = seed.period_of(date(2026, 1, 2))
    assert (late.month, late.opens_on, late.closes_on) == (date(2025, 12, 1), date(2025, 12, 22), date(2026, 1, 9))


def test_contracts_stream_in_flat_memory() -> None:
    blocks = 0
    for count, tree in enumerate(seed.trees(20_000, TODAY), 1):
        if count == 1000:
            blocks = sys.getallocatedblocks()
        if count == 20_000:
            assert tree.contracts[0].number.endswith("0000020000")
    assert sys.getallocatedblocks() - blocks < 2000


def test_a_year_lies_behind_the_previous_readings(supplier: list[Tree]) -> None:
    for tree in supplier:
        behind: dict[tuple[str, str], list[HistoryRow]] = {}
        for row in tree.history:
            behind.setdefault((row.meter_id, row.register), []).append(row)
        assert len(behind) == len(tree.previous)
        factors = {meter.id: Decimal(meter.coefficient) * (100 + Decimal(meter.loss_percent)) for meter in tree.meters}
        for previous in tree.previous:
            rows = behind[previous.meter_id, previous.register]
            assert (rows[0].month, rows[0].value) == (previous.month, previous.value)
            assert len({row.month for row in rows}) == past.MONTHS
            for row, before in pairwise(rows):
                step = (Decimal(row.value) - Decimal(before.value)) * factors[row.meter_id] / 100
                assert step >= 0
                assert abs(Decimal(row.consumption) - step) <= Decimal("0.01")
        assert len(tree.point_history) == past.MONTHS * sum(point.by_message for point in tree.metering_points)


def test_peak_hours_are_of_working_days(supplier: list[Tree]) -> None:
    days = [row.day for row in supplier[0].peak_hours]
    assert len(set(days)) == len(days) > 200
    assert all(day.weekday() < 5 for day in days)
    assert not any(tree.peak_hours for tree in supplier[1:])
