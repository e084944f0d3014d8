"""Contracts with known numbers, where every case of the form can be seen.

The first is held by the demo's people, the second by nobody: the walk adds it. Both look alike but for their keys.
"""

from datetime import date

import msgspec

from hosts.demo import names
from hosts.demo.devices import DAY_AND_NIGHT, ROUND_THE_CLOCK, WAITING, WITH_REACTIVE, Registers
from hosts.demo.rows import (
    AnnexRow,
    ContactsRow,
    ContractRow,
    EmailRow,
    MeterRow,
    ObjectRow,
    PointRow,
    PreviousRow,
    RegisterRow,
    StateRow,
    Tree,
)


class Fixed(msgspec.Struct, frozen=True):
    """What a person has to know of a contract to add it."""

    id: str
    number: str
    email: str
    name: str
    inn_start: str


SHOWCASE = Fixed("DG-1", "98010000000001", "dogovor@hleb.example", "АО «Онегорский хлебокомбинат»", "980100100")
"""Held by the demo's people."""
WALK = Fixed("DG-2", "98010000000002", "dogovor@sudorem.example", "ООО «Онегорсксудоремонт»", "980100200")
"""Held by nobody at first."""
FIXED = (SHOWCASE, WALK)


def tree(fixed: Fixed, previous_month: date) -> Tree:
    """The rows of a fixed contract: five energy objects, the first two to be submitted, each other a special case."""
    made = Tree()
    made.contracts.append(
        ContractRow(
            fixed.id,
            fixed.number,
            fixed.name,
            names.company_inn(fixed.inn_start),
            "980101001",
            names.BRANCHES[0],
            "980001, г. Онегорск, Центральный р-н, ул. Корабелов, д. 1",
            date(2016, 4, 1),
            signature="pep" if fixed is SHOWCASE else None,
        )
    )
    made.contract_emails.append(EmailRow(fixed.id, fixed.email))
    made.contract_contacts.append(ContactsRow(fixed.id, *names.contacts(0)))
    made.annexes.append(
        AnnexRow(
            f"PR-{fixed.id}-1", fixed.id, "Приложение № 1. Перечень точек учёта", "Приложение 1.pdf", date(2016, 4, 1)
        )
    )
    _bakery(made, fixed, previous_month)
    _workshop(made, fixed, previous_month)
    _dormant(made, fixed, previous_month)
    _lighting(made, fixed)
    _kiosk(made, fixed)
    return made


def _bakery(made: Tree, fixed: Fixed, month: date) -> None:
    """One register, coefficient 1, no losses, six digits."""
    _object(made, fixed, 1, "Проходная", "ул. Корабелов, д. 1", 1, note="Не было расчетов по энергообъекту")
    _meter(made, fixed, 1, 13, "Меркурий 230 AM-03", "1", ROUND_THE_CLOCK, ("16249.16",), month)


def _workshop(made: Tree, fixed: Fixed, month: date) -> None:
    """Day and night with coefficient 20, and active with reactive energy."""
    _object(made, fixed, 2, "Главный корпус", "ул. Корабелов, д. 3", 4)
    readings = ("8412.5", "4390.75")
    _meter(made, fixed, 2, 27, "Меркурий 234 ART-03", "20", DAY_AND_NIGHT, readings, month)
    _meter(made, fixed, 3, 35, "ПСЧ-4ТМ.05МК", "40", WITH_REACTIVE, ("21874.32", "9615.08"), month, of=2)


def _dormant(made: Tree, fixed: Fixed, month: date) -> None:
    """A status that forbids input."""
    _object(made, fixed, 3, "Склад № 2", "Заводская ул., д. 14", 1, "Идёт расчёт", "Расчёт за период ещё не завершён")
    _meter(made, fixed, 4, 48, "ЦЭ6803В", "1", ROUND_THE_CLOCK, ("702.4",), month, of=3)


def _lighting(made: Tree, fixed: Fixed) -> None:
    """A point «по сообщению»."""
    _object(made, fixed, 4, "Освещение территории", "ул. Корабелов, д. 1", 1)
    made.metering_points.append(
        PointRow(f"TU-{fixed.id}-5", f"EO-{fixed.id}-4", "Освещение территории", True, f"ИК-{fixed.number[-4:]}-05")
    )


def _kiosk(made: Tree, fixed: Fixed) -> None:
    """An object without devices."""
    _object(made, fixed, 5, "Киоск", "Вокзальная пл., д. 2", 1)
    made.metering_points.append(PointRow(f"TU-{fixed.id}-6", f"EO-{fixed.id}-5", "Киоск у вокзала"))


def _object(
    made: Tree, fixed: Fixed, place: int, name: str, street: str, category: int, status: str = WAITING, note: str = ""
) -> None:
    key = f"EO-{fixed.id}-{place}"
    number = f"1000000{fixed.number[-1]}_{place}"
    address = f"980001, г. Онегорск, Центральный р-н, {street}"
    made.energy_objects.append(ObjectRow(key, fixed.id, number, name, address, category))
    made.states.append(StateRow("object", key, status, note))


def _meter(
    made: Tree,
    fixed: Fixed,
    place: int,
    serial: int,
    model: str,
    coefficient: str,
    registers: Registers,
    readings: tuple[str, ...],
    month: date,
    of: int = 0,
) -> None:
    """A point with a device under the energy object number `of` (by default: of its own number)."""
    point, key = f"TU-{fixed.id}-{place}", f"PU-{fixed.id}-{place}"
    owner = next(row for row in made.energy_objects if row.id == f"EO-{fixed.id}-{of or place}")
    made.metering_points.append(PointRow(point, owner.id, f"Ввод {place}, {owner.name}"))
    number = f"0560{12 + int(fixed.number[-1])}{serial}"
    digits = 5 if model.startswith("ПСЧ") else 6
    installed, verified = date(2019, 9, 12), date(2035, 9, 12)
    made.meters.append(MeterRow(key, point, number, model, coefficient, "0", digits, installed, verified))
    made.states.append(StateRow("meter", key, WAITING, max_power=str(max(66, 3 * int(coefficient)))))
    for sort, ((code, name, _), value) in enumerate(zip(registers, readings, strict=True)):
        made.registers.append(RegisterRow(key, code, name, sort))
        made.previous.append(PreviousRow(key, code, value, month))
