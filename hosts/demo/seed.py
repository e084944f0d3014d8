"""A believable supplier as exchange files: the same seed gives the same rows, any number of contracts in flat memory.

Each contract is made from its number alone, so that nothing has to be remembered of the ones before it.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from random import Random

import msgspec

from core.sdk import month_start, next_month
from hosts.demo import devices, money, names, past, showcase
from hosts.demo.rows import DATASETS, ContactsRow, ContractRow, EmailRow, ObjectRow, PointRow, StateRow, Tree, WindowRow

CONTRACTS = 300
"""Loaded in a few seconds."""
SEED = 2026
WITH_HISTORY = 1000
"""So many contracts have a year of readings behind them; a larger supplier is there to be large."""
_OBJECTS = (
    "Магазин",
    "Склад",
    "Административное здание",
    "Производственный цех",
    "Котельная",
    "Насосная станция",
    "Гараж",
    "Кафе",
    "Базовая станция связи",
    "Нежилое помещение",
    "Автомойка",
    "Пекарня",
    "Причал",
    "Лесопильный участок",
)
_STATES = (
    ("Показания приняты", ""),
    ("Идёт расчёт", "Расчёт за период ещё не завершён"),
    ("Введено ограничение", "Подача ограничена по акту"),
)
_NO_CALCULATION = "Не было расчетов по энергообъекту"


class Period(msgspec.Struct, frozen=True):
    """The billing period whose readings are accepted today, and its window (both days included)."""

    month: date
    opens_on: date
    closes_on: date

    @property
    def previous_month(self) -> date:
        return month_start(self.month - timedelta(days=1))


def period_of(today: date) -> Period:
    """From the 22nd of a month to the 6th of the next one, stretched so that it is open today and for a week more."""
    month = month_start(today) if today.day > 6 else month_start(month_start(today) - timedelta(days=1))
    return Period(
        month,
        min(month.replace(day=22), today),
        max(next_month(month).replace(day=6), today + timedelta(days=7)),
    )


def trees(contracts: int, today: date, seed: int = SEED, closing: date | None = None) -> Iterator[Tree]:
    """The contracts of a supplier, one at a time; the fixed ones come first, the first of all with the market's data.

    `closing`: the periods from this month on that are over now are closed.
    """
    period = period_of(today)
    for fixed in showcase.FIXED:
        made = showcase.tree(fixed, period.previous_month)
        if fixed is showcase.SHOWCASE:
            past.add_peaks(made, period.previous_month)
        past.add_history(made)
        _open(made, period, closing)
        money.add(made, today, seed)
        yield made
    for index in range(len(showcase.FIXED) + 1, contracts + 1):
        made = contract(index, period, seed)
        if index <= WITH_HISTORY:
            past.add_history(made)
        _open(made, period, closing)
        money.add(made, today, seed)
        yield made


def write(folder: Path, contracts: int, today: date, seed: int = SEED, closing: date | None = None) -> dict[str, Path]:
    """Writes `<dataset>.ndjson` for each dataset; returns the files in the order in which they are to be loaded."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {dataset: folder / f"{dataset}.ndjson" for dataset in DATASETS}
    encoder = msgspec.json.Encoder()
    with ExitStack() as opened:
        files = {dataset: opened.enter_context(path.open("wb")) for dataset, path in paths.items()}
        for tree in trees(contracts, today, seed, closing):
            for dataset, file in files.items():
                file.write(encoder.encode_lines(tree.rows(dataset)))
    return paths


def contract(index: int, period: Period, seed: int = SEED) -> Tree:
    """The contract number `index`. Every eleventh belongs to the party of the one before it."""
    owner = index - 1 if index % 11 == 5 else index
    party = names.party(Random(f"{seed}:party:{owner}"))  # noqa: S311 - makes data, guards nothing
    chance = Random(f"{seed}:contract:{index}")  # noqa: S311
    branch = chance.randrange(len(names.BRANCHES))
    key = f"DG-{index}"
    made = Tree()
    made.contracts.append(
        ContractRow(
            key,
            f"{names.REGION}{branch + 1:02d}{index:010d}",
            party.name,
            party.inn,
            party.kpp,
            names.BRANCHES[branch],
            names.address(chance, branch),
            date(chance.randrange(2008, 2025), chance.randrange(1, 13), chance.randrange(1, 29)),
        )
    )
    _emails(made, chance, key, party.domain)
    made.contract_contacts.append(ContactsRow(key, *names.contacts(branch)))
    for place in range(1, _how_many(chance) + 1):
        _energy_object(made, chance, index, place, branch, period)
    return made


def _open(made: Tree, period: Period, closing: date | None) -> None:
    key, month = made.contracts[0].id, closing or period.month
    while month < period.month:
        following = next_month(month)
        made.windows.append(WindowRow(key, month, month.replace(day=22), following.replace(day=6), closed=True))
        month = following
    made.windows.append(WindowRow(made.contracts[0].id, period.month, period.opens_on, period.closes_on))


def _emails(made: Tree, chance: Random, key: str, domain: str) -> None:
    """Up to three recorded addresses; few contracts have none and cannot be added online."""
    count = chance.choices((0, 1, 2, 3), (6, 62, 24, 8))[0]
    for box in ("dogovor", "energetik", "buh")[:count]:
        made.contract_emails.append(EmailRow(key, f"{box}@{domain}.example"))


def _how_many(chance: Random) -> int:
    """Energy objects of a contract: mostly one; a chain of shops has dozens."""
    share = chance.random()
    if share < 0.72:
        return 1
    if share < 0.92:
        return chance.randrange(2, 4)
    return chance.randrange(4, 9) if share < 0.99 else chance.randrange(10, 40)


def _energy_object(made: Tree, chance: Random, index: int, place: int, branch: int, period: Period) -> None:
    key, number = f"EO-{index}-{place}", f"{10_000_000 + index}_{place}"
    name, address = chance.choice(_OBJECTS), names.address(chance, branch)
    if chance.random() < 0.03:  # nothing is measured here
        made.energy_objects.append(ObjectRow(key, f"DG-{index}", number, name, address))
        made.metering_points.append(PointRow(f"TU-{index}-{place}-1", key, f"{number}-{name}"))
        return
    wired = [devices.wiring(chance) for _ in range(chance.choices((1, 2, 3), (86, 11, 3))[0])]
    category = _price_category(chance, wired)
    made.energy_objects.append(ObjectRow(key, f"DG-{index}", number, name, address, category))
    for count, wiring in enumerate(wired, 1):
        point = f"TU-{index}-{place}-{count}"
        made.metering_points.append(PointRow(point, key, f"{number}-{name}, ввод {count}"))
        devices.install(made, chance, wiring, f"PU-{index}-{place}-{count}", point, period.previous_month)
    if chance.random() < 0.04:
        made.metering_points.append(
            PointRow(f"TU-{index}-{place}-0", key, "Наружное освещение", True, f"ИК-{index}-{place}")
        )
    _state(made, chance, key)


def _price_category(chance: Random, wired: list[devices.Wiring]) -> int:
    """From 670 kW only III to VI; zones mean II."""
    power = sum(wiring.max_power for wiring in wired)
    if power >= 670:
        return chance.choice((3, 4, 4, 5, 6))
    if any(len(wiring.registers) > 1 and wiring.registers is not devices.WITH_REACTIVE for wiring in wired):
        return 2
    return 3 if power > 150 and chance.random() < 0.2 else 1


def _state(made: Tree, chance: Random, key: str) -> None:
    share = chance.random()
    if share < 0.06:
        made.states.append(StateRow("object", key, *chance.choice(_STATES)))
    elif share < 0.16:
        made.states.append(StateRow("object", key, devices.WAITING, _NO_CALCULATION))
