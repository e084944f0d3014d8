"""Metering devices that an inspector would believe: models, transformer ratios, registers, readings."""

from datetime import date
from random import Random

import msgspec

from hosts.demo.rows import MeterRow, PreviousRow, RegisterRow, StateRow, Tree

WAITING = "Ожидание"
DAY_AND_NIGHT = (("A+.T1", "День", 0.64), ("A+.T2", "Ночь", 0.36))
THREE_ZONES = (("A+.T1", "Пик", 0.27), ("A+.T2", "Ночь", 0.31), ("A+.T3", "Полупик", 0.42))
ROUND_THE_CLOCK = (("A+.total", "Круглосуточный", 1.0),)
WITH_REACTIVE = (*ROUND_THE_CLOCK, ("R+.total", "Реактивная энергия", 0.44))
Registers = tuple[tuple[str, str, float], ...]
"""Code, name, share of the device's advance."""


class Model(msgspec.Struct, frozen=True, gc=False):
    """A type of device with what it can be wired to."""

    name: str
    digits: int
    ratios: tuple[int, ...]
    """Current times voltage transformer ratios."""
    kilowatts: float
    """The largest power of a ratio of 1."""
    registers: tuple[Registers, ...]


_DIRECT = (1,)
_CURRENT = (20, 20, 30, 40, 40, 60, 80, 120, 160)
_VOLTAGE = (1200, 1800, 2400, 3600)
MODELS = (
    Model("Меркурий 201.5", 5, _DIRECT, 13, (ROUND_THE_CLOCK,)),
    Model("Меркурий 206 RN", 6, _DIRECT, 13, (ROUND_THE_CLOCK, DAY_AND_NIGHT)),
    Model("Нева МТ 324", 6, _DIRECT, 66, (ROUND_THE_CLOCK, DAY_AND_NIGHT, THREE_ZONES)),
    Model("ЦЭ6803В", 6, _DIRECT, 66, (ROUND_THE_CLOCK,)),
    Model("Меркурий 230 AM-03", 6, _CURRENT, 3.3, (ROUND_THE_CLOCK,)),
    Model("Меркурий 234 ART-03", 6, _CURRENT, 3.3, (ROUND_THE_CLOCK, DAY_AND_NIGHT, THREE_ZONES, WITH_REACTIVE)),
    Model("ПСЧ-4ТМ.05МК", 5, _CURRENT, 3.3, (WITH_REACTIVE, DAY_AND_NIGHT)),
    Model("СЭТ-4ТМ.03М", 5, _VOLTAGE, 0.87, (WITH_REACTIVE,)),
)
_WEIGHTS = (14, 22, 16, 12, 12, 14, 7, 3)
_LOSSES = ("0", "0", "0", "0", "1.5", "2.31", "4.07", "-1.2")


class Wiring(msgspec.Struct, frozen=True, gc=False):
    """A device as it hangs."""

    model: Model
    ratio: int
    registers: Registers

    @property
    def max_power(self) -> int:
        """kW"""
        return round(self.model.kilowatts * self.ratio)


def wiring(chance: Random) -> Wiring:
    """A model, and what it is wired to."""
    model = chance.choices(MODELS, _WEIGHTS)[0]
    return Wiring(model, chance.choice(model.ratios), chance.choice(model.registers))


def install(tree: Tree, chance: Random, wired: Wiring, key: str, point_id: str, previous_month: date) -> None:
    """Adds a device with its registers, its previous readings and its state."""
    installed = date(chance.randrange(2013, 2025), chance.randrange(1, 13), chance.randrange(1, 28))
    years = 16 if wired.ratio == 1 else 10
    tree.meters.append(
        MeterRow(
            id=key,
            metering_point_id=point_id,
            number=f"{chance.randrange(1_000_000, 49_999_999):08d}",
            model=wired.model.name,
            coefficient=str(wired.ratio),
            loss_percent="0" if wired.ratio == 1 else chance.choice(_LOSSES),
            digits=wired.model.digits,
            installed_on=installed,
            verified_until=date(installed.year + years, installed.month, installed.day),
        )
    )
    months = max(1, (previous_month.year - installed.year) * 12 + previous_month.month - installed.month)
    advance = months * wired.max_power * 720 * chance.uniform(0.05, 0.35) / wired.ratio
    add_registers(tree, key, wired, advance, previous_month)
    overdue = chance.random() < 0.02
    state = ("Требуется поверка", "Срок поверки прибора учёта истёк") if overdue else (WAITING, "")
    tree.states.append(StateRow("meter", key, *state, max_power=str(wired.max_power)))


def add_registers(tree: Tree, key: str, wired: Wiring, advance: float, month: date) -> None:
    """Adds the registers, each with its share of `advance` (in units of the register), rolled over where it must."""
    for sort, (code, name, share) in enumerate(wired.registers):
        hundredths = int(advance * share * 100) % 10 ** (wired.model.digits + 2)
        value = f"{hundredths // 100}.{hundredths % 100:02d}"
        tree.registers.append(RegisterRow(key, code, name, sort))
        tree.previous.append(PreviousRow(key, code, value, month))
