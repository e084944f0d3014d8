"""The `metering` port over an invented platform: three devices of the showcase contract, and every day that passes."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from core.ports.metering import Changes
from core.sdk import AdapterHost, Clock
from core.testing.metering import Platform, Site, World, site_rows
from hosts.demo.showcase import SHOWCASE

DAYS = 45
"""Of the past that the devices remember."""
_ZONE = ZoneInfo("Europe/Moscow")


class DemoMeteringSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.metering.simulator]`"""

    seed: int = 1
    """Another one, another world."""


def sites() -> list[Site]:
    """A device at the gate and two in the main building."""
    places = ((1, 1, 12.0), (2, 2, 180.0), (3, 2, 95.0))
    return [
        Site(
            f"EO-{SHOWCASE.id}-{owner}",
            f"TU-{SHOWCASE.id}-{place}",
            f"Ввод {place}",
            f"TP-{SHOWCASE.id}-{place}",
            f"ТП-{100 + place}, РУ-0,4 кВ",
            f"IPU-{SHOWCASE.id}-{place}",
            f"СЭТ-4ТМ.03МК № 2230556{place}",
            f"2230556{place}",
            kilowatts=kilowatts,
        )
        for place, owner, kilowatts in places
    ]


class DemoMetering:
    """Grows with the days; a restart gives the same changes under the same cursors."""

    pulls = True

    def __init__(self, seed: int, clock: Clock, path: Path) -> None:
        self._seed, self._clock, self._path = seed, clock, path
        self._platform = Platform()
        self._world: World | None = None

    async def changes(self, after: str, limit: int) -> Changes:
        await asyncio.to_thread(self._grow)
        return await self._platform.changes(after, limit)

    async def close(self) -> None:
        """Nothing is open."""

    def _grow(self) -> None:
        yesterday = self._clock.now().astimezone(_ZONE).date() - timedelta(days=1)
        if self._world is None:
            since = self._since(yesterday)
            told_at = datetime.combine(since, time(9), UTC)
            for site in sites():
                self._platform.publish_all(site_rows(site, told_at))
            self._world = World(sites(), since, _ZONE, self._seed)
        self._platform.publish_all(self._world.until(yesterday))

    def _since(self, yesterday: date) -> date:
        """The first day, kept in a file so that cursors stay what they are."""
        if self._path.exists():
            return msgspec.json.decode(self._path.read_bytes(), type=date)
        since = yesterday - timedelta(days=DAYS)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_bytes(msgspec.json.encode(since))
        return since


def make_metering(settings: DemoMeteringSettings, host: AdapterHost) -> DemoMetering:
    """The adapter."""
    return DemoMetering(settings.seed, host.clock, host.data_dir / "metering.json")
