"""What an invented device measures: believable days, outages, power quality, events. The same seed, the same world.

Rows are written as the exchange documents them, without the plugin's classes.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

Changed = tuple[str, Mapping[str, Any]]
"""Kind and row."""
CHANNELS = ("A+", "A-", "R+", "R-")
_SHARES = {"A+": 1.0, "A-": 0.002, "R+": 0.37, "R-": 0.03}
_PEAK, _NIGHT = {*range(7, 10), *range(17, 21)}, {23, *range(7)}
_VOLTAGES, _SWITCHING, _TAMPERING, _LINKS = (f"0.0.99.98.{number}.255" for number in (0, 2, 4, 5))


class Site(msgspec.Struct, frozen=True):
    """A device and what stands above it. The first three keys are the company's, the others the platform's."""

    energy_object_id: str
    metering_point_id: str
    point_name: str
    connection_id: str
    connection_name: str
    device_id: str
    device_name: str
    serial: str
    model: str = "СЭТ-4ТМ.03МК"
    kilowatts: float = 60.0
    installed_on: date = date(2023, 4, 24)


def site_rows(site: Site, now: datetime) -> Iterator[Changed]:
    """The tree of a device, and what is told of each of its levels."""
    above = {"energy_object_id": site.energy_object_id}
    point = f"{site.metering_point_id}-isu"
    nodes: tuple[tuple[str, str, str, str, dict[str, str]], ...] = (
        ("connection_point", site.connection_id, site.energy_object_id, site.connection_name, {}),
        ("metering_point", point, site.connection_id, site.point_name, {"metering_point_id": site.metering_point_id}),
        ("device", site.device_id, point, site.device_name, {"metering_point_id": site.metering_point_id}),
    )
    for level, key, parent, name, more in nodes:
        yield "nodes", {**above, **more, "id": key, "level": level, "parent_id": parent, "name": name}
    verified = site.installed_on.replace(day=1)
    told = {
        "identification": {
            "Мас-адрес": f"8DC80DFE{int(site.serial) % 2**32:08X}",
            "Модель": site.model,
            "Серийный(заводской) номер": site.serial,
        },
        "life_cycle": {
            "Дата ввода в эксплуатацию": f"{site.installed_on:%d.%m.%Y}",
            "Дата подключения к ИСУ": f"{site.installed_on:%d.%m.%Y}",
            "Состояние": "В работе",
        },
        "metrology": {
            "Дата и время последней проведённой поверки": f"{verified:%d.%m.%Y}",
            "Дата и время следующей поверки": f"{verified.replace(year=verified.year + 16):%d.%m.%Y}",
            "Класс точности": "0,5S/1,0",
        },
        "passport": {"Номинальное напряжение": "3x230/400 В", "Номинальный (максимальный) ток": "5 (10) А"},
        "installation": {"Место установки": "ВРУ, щит учёта"},
        "characteristics": _quality(Random(site.device_id)),  # noqa: S311 - makes data, guards nothing
    }
    for block, fields in told.items():
        yield "blocks", _block("device", site.device_id, block, now, fields)
    yield "blocks", _block("connection_point", site.connection_id, "connection_point", now, {"Напряжение": "0,4 кВ"})


def _quality(chance: Random) -> dict[str, str]:
    """Power quality as the device saw it last."""
    volts = {f"Напряжение фазы {phase}": f"{chance.gauss(230, 3):.1f} В" for phase in "АВС"}
    shown = {**volts, "Частота сети": f"{chance.gauss(50, 0.02):.2f} Гц", "Коэффициент мощности": "0,94"}
    return {name: value.replace(".", ",") for name, value in shown.items()}


def _block(level: str, key: str, block: str, now: datetime, fields: Mapping[str, str]) -> dict[str, Any]:
    listed = [{"name": name, "value": value} for name, value in fields.items()]
    return {"level": level, "object_id": key, "block": block, "as_of": now, "fields": listed}


class World:
    """Devices that measure day after day. What was told once is told the same by another world of the same seed."""

    def __init__(self, sites: Sequence[Site], since: date, zone: ZoneInfo, seed: int = 1) -> None:
        self._sites, self._next, self._zone, self._seed = sites, since, zone, seed
        self._registers = {
            site.device_id: {(channel, tariff): Decimal(0) for channel in CHANNELS for tariff in ("t1", "t2", "t3")}
            for site in sites
        }

    def until(self, last: date) -> Iterator[Changed]:
        """The days that have passed since the last call: profiles, readings, consumption, events, in their order."""
        while self._next <= last:
            for site in self._sites:
                chance = Random(f"{self._seed}:{site.device_id}:{self._next}")  # noqa: S311
                registers = self._registers[site.device_id]
                yield from _day(site, self._next, self._zone, chance, registers)
                yield from _current(site, datetime.combine(self._next, time(23, 45), self._zone), registers)
            self._next += timedelta(days=1)


def history(site: Site, since: date, until: date, zone: ZoneInfo, seed: int = 1) -> Iterator[Changed]:
    """The days of a device, both ends included."""
    return World([site], since, zone, seed).until(until)


def _current(site: Site, at: datetime, registers: Mapping[tuple[str, str], Decimal]) -> Iterator[Changed]:
    for channel in CHANNELS:
        about = {"device_id": site.device_id, "kind": "current", "channel": channel, "at": at}
        yield "readings", about | {tariff: f"{registers[channel, tariff]}" for tariff in ("t1", "t2", "t3")}


def _day(
    site: Site, day: date, zone: ZoneInfo, chance: Random, registers: dict[tuple[str, str], Decimal]
) -> Iterator[Changed]:
    starts = datetime.combine(day, time(), zone).astimezone(UTC)
    ends = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    moments = [
        starts + number * timedelta(minutes=30) for number in range(int((ends - starts).total_seconds()) // 1800)
    ]
    dark, silent = _gap(chance, 0.03, len(moments)), _gap(chance, 0.02, len(moments))
    load = [0.0 if number in dark else _load(site, at.astimezone(zone), chance) for number, at in enumerate(moments)]
    tomorrow = day + timedelta(days=1)
    for channel in CHANNELS:
        values = [Decimal(f"{kilowatts / 2 * _SHARES[channel]:.3f}") for kilowatts in load]
        yield (
            "profiles",
            {
                "device_id": site.device_id,
                "channel": channel,
                "day": day,
                "starts_at": starts,
                "minutes": 30,
                "values": [None if number in silent else f"{value}" for number, value in enumerate(values)],
            },
        )
        used = {"t1": Decimal(0), "t2": Decimal(0), "t3": Decimal(0)}
        for at, value in zip(moments, values, strict=True):
            hour = at.astimezone(zone).hour
            used["t1" if hour in _PEAK else "t2" if hour in _NIGHT else "t3"] += value
        for tariff, value in used.items():
            registers[channel, tariff] += value
        about = {"device_id": site.device_id, "channel": channel}
        shown = {tariff: f"{registers[channel, tariff]}" for tariff in used}
        yield "readings", {**about, "kind": "consumption", "day": day, **{name: f"{v}" for name, v in used.items()}}
        yield "readings", {**about, "kind": "day_end", "day": day, **shown}
        if tomorrow.day == 1:
            yield "readings", {**about, "kind": "month_end", "day": day.replace(day=1), **shown}
    yield from _events(site, moments, dark, silent, chance)


def _load(site: Site, at: datetime, chance: Random) -> float:
    """Two humps on a working day, a base load otherwise."""
    hour, working = at.hour + at.minute / 60, at.weekday() < 5
    hump = max(0.0, 1 - abs(hour - 10.5) / 4) + max(0.0, 1 - abs(hour - 15) / 4) if working else 0.0
    return site.kilowatts * (0.18 + 0.5 * min(hump, 1.2) + 0.05 * chance.random())


def _gap(chance: Random, share: float, periods: int) -> range:
    """Some days have one."""
    if chance.random() >= share:
        return range(0)
    start = chance.randrange(periods - 4)
    return range(start, start + chance.randrange(1, 5))


def _events(site: Site, moments: list[datetime], dark: range, silent: range, chance: Random) -> Iterator[Changed]:
    found: list[tuple[datetime, str, int]] = []
    if dark:
        found += [(moments[dark.start] + timedelta(seconds=30), _VOLTAGES, code) for code in (1, 3, 5)]
        found.append((moments[dark.start] + timedelta(seconds=31), _SWITCHING, 29))
        found += [(moments[dark.stop] + timedelta(seconds=4), _VOLTAGES, code) for code in (2, 4, 6)]
        found.append((moments[dark.stop] + timedelta(seconds=5), _SWITCHING, 2))
    if silent:
        found += [(moments[silent.start], _LINKS, 1), (moments[silent.stop], _LINKS, 2)]
    if chance.random() < 0.15:
        start = chance.choice(moments) + timedelta(seconds=chance.randrange(1700))
        begin, end = chance.choice(((7, 8), (9, 10)))
        found += [(start, _VOLTAGES, begin), (start + timedelta(seconds=chance.randrange(5, 90)), _VOLTAGES, end)]
    if chance.random() < 0.01:
        found.append((chance.choice(moments), _TAMPERING, 3))
    for at, journal, code in sorted(found):
        key = f"{site.device_id}:{at:%Y%m%dT%H%M%S}:{journal.split('.')[4]}:{code}"
        yield "events", {"id": key, "device_id": site.device_id, "at": at, "journal": journal, "code": code}
