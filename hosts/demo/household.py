"""The staff houses of the first contract: their flats, meters and last readings, and what billing says of them."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from random import Random

import msgspec

from core.ports.billing import Answer, Fact
from hosts.demo import names
from hosts.demo.rows import Row
from hosts.demo.seed import SEED, Period, period_of
from hosts.demo.showcase import SHOWCASE
from plugins.household.public import HouseholdSubmitted

_HOUSES = (("ул. Корабелов, д. 3", 0, 24), ("ул. Ледокольная, д. 12, корп. 2", 0, 12), ("Заводская ул., д. 7", 1, 8))
"""Address, branch, flats."""
_MODELS = ("Меркурий 201.8", "Энергомера СЕ 102", "Нева МТ 124")
_BEGUN = date(2020, 1, 1)
_SHARES = {1: (100,), 2: (70, 30), 3: (30, 20, 50)}
"""Percent of the consumption by zone."""
FAULTY = "PB-1-6"
"""A meter whose state admits no readings."""
NOT_BILLED = "9800101011"
"""The household account that billing does not know as one to be billed."""
_REFUSAL = "Абонент не расчетный"
_SUBMITTED = msgspec.json.Decoder(HouseholdSubmitted)


class HouseRow(Row, frozen=True, gc=False):
    """`household.houses`"""

    id: str
    branch: str
    address: str


class FlatRow(Row, frozen=True, gc=False):
    """`household.accounts`"""

    id: str
    house_id: str
    number: str
    flat: str


class FlatMeterRow(Row, frozen=True):
    """`household.meters`"""

    id: str
    account_id: str
    number: str
    model: str
    zones: int
    digits: int
    works: bool = True
    discrepancies: list[str] = []


class FlatPreviousRow(Row, frozen=True, gc=False):
    """`household.previous`"""

    meter_id: str
    month: date
    t1: str
    t2: str | None = None
    t3: str | None = None


class AttachmentRow(Row, frozen=True, gc=False):
    """`household.attachments`"""

    id: str
    account_id: str
    contract_id: str


class ScheduleRow(Row, frozen=True, gc=False):
    """`household.schedules`"""

    branch: str
    month: date
    opens_on: date
    closes_on: date


DATASETS: dict[str, type[Row]] = {
    "household.houses": HouseRow,
    "household.accounts": FlatRow,
    "household.meters": FlatMeterRow,
    "household.previous": FlatPreviousRow,
    "household.attachments": AttachmentRow,
    "household.schedules": ScheduleRow,
}
"""In the order in which they are loaded."""


def write(folder: Path, today: date, seed: int = SEED) -> dict[str, Path]:
    """Writes `<dataset>.ndjson` for each dataset; returns the files in the order in which they are to be loaded."""
    made = list(rows(period_of(today), seed))
    paths = {dataset: folder / f"{dataset}.ndjson" for dataset in DATASETS}
    for dataset, path in paths.items():
        path.write_bytes(msgspec.json.Encoder().encode_lines([row for row in made if type(row) is DATASETS[dataset]]))
    return paths


def rows(period: Period, seed: int = SEED) -> Iterator[Row]:
    """The rows of every house. A meter's last reading grows from month to month."""
    for branch in sorted({branch for _, branch, _ in _HOUSES}):
        yield ScheduleRow(names.BRANCHES[branch], period.month, period.opens_on, period.closes_on)
    for house, (address, branch, flats) in enumerate(_HOUSES, 1):
        yield HouseRow(f"DB-{house}", names.BRANCHES[branch], f"г. {names.CITY}, {address}")
        for flat in range(1, flats + 1):
            yield from _flat(house, flat, period, seed)


def _flat(house: int, flat: int, period: Period, seed: int) -> Iterator[Row]:
    key = f"{house}-{flat}"
    chance = Random(f"{seed}:household:{key}")  # noqa: S311 - makes data, guards nothing
    account, meter, zones = f"LS-{key}", f"PB-{key}", chance.choices((1, 2, 3), (7, 2, 1))[0]
    yield FlatRow(account, f"DB-{house}", f"98001{house:02}{flat:03}", f"{flat}")
    yield AttachmentRow(f"PR-{key}", account, SHOWCASE.id)
    number, model = f"{chance.randrange(10**8):08}", chance.choice(_MODELS)
    if meter == FAULTY:
        yield FlatMeterRow(meter, account, number, model, zones, 5, False, ["Истёк срок поверки", "Нет пломбы"])
    else:
        yield FlatMeterRow(meter, account, number, model, zones, 5)
    monthly, last = chance.randrange(90, 320), period.previous_month
    months = (last.year - _BEGUN.year) * 12 + last.month
    shown = [f"{monthly * months * share // 100}" for share in _SHARES[zones]]
    yield FlatPreviousRow(meter, last, *shown)


def answers(fact: Fact) -> Sequence[Answer]:
    """What the invented billing says of the readings of a flat. Raises MsgspecError for what is none."""
    submitted = _SUBMITTED.decode(fact.body)
    if submitted.account_number == NOT_BILLED:
        return [Answer(fact.id, "refused", "not_billed", _REFUSAL)]
    return [Answer(fact.id, "accepted")]
