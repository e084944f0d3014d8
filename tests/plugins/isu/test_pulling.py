"""The metering platform is read: exactly once, resumed, whatever it does."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.config import Config
from core.context import Context
from core.jobs import Drained
from core.ports.metering import Change, Changes, Metering
from core.testing.cabinet import Cabinet, config_for_tests
from core.testing.clock import MovableClock
from core.testing.metering import Platform, history, site_rows
from plugins.isu.jobs import Pull
from plugins.isu.models import Block, DeviceEvent, Node, Parked, Reading
from plugins.isu.services import pulling
from plugins.isu.services.feeds import FEEDS
from tests.plugins.isu.supplier import MOSCOW, NOW, OBJECTS, SITES, holder, load_company

D1 = "/api/v1/isu/contracts/C-1/devices/D-1"


@pytest.fixture
def host_config(database_url: str, tmp_path: Any, enabled_plugins: list[str]) -> Config:
    """Small pages, so that there are many."""
    return config_for_tests(database_url, tmp_path, enabled=enabled_plugins, plugins={"isu": {"page": 7}})


@pytest.fixture
async def platform(cabinet: Cabinet) -> Platform:
    """The platform that the cabinet reads; the company's own data are loaded."""
    await load_company(cabinet)
    simulated = Platform()
    ports: Any = cabinet.runtime.ports
    ports[Metering] = simulated
    return simulated


async def pull(cabinet: Cabinet) -> Drained:
    """A run of the periodic job."""
    async with Context(cabinet.runtime).uow() as uow:
        uow.enqueue(Pull())
    return await cabinet.drain()


async def count(cabinet: Cabinet, table: Any) -> int:
    async with Context(cabinet.runtime).uow() as uow:
        return int(await uow.scalar(sa.select(sa.func.count()).select_from(table)))


async def state(cabinet: Cabinet) -> dict[str, Any]:
    staff = await cabinet.staff(f"s{len(cabinet._callers)}@supplier.example", ["isu.platform"])
    found: dict[str, Any] = (await staff.get("/api/v1/staff/isu/platform")).json()
    parked = (await staff.get("/api/v1/staff/isu/parked")).json()["items"]
    return {**found, "list": parked}


def publish_week(platform: Platform) -> int:
    for site in SITES[:2]:
        platform.publish_all(site_rows(site, NOW))
    platform.publish_all(history(SITES[0], date(2026, 1, 22), date(2026, 1, 24), MOSCOW, seed=5))
    return len(platform.changes_made)


@pytest.mark.requirement("ISU-16")
async def test_what_the_platform_has_appears_with_its_moment(cabinet: Cabinet, platform: Platform) -> None:
    published = publish_week(platform)
    await pull(cabinet)
    told = await state(cabinet)
    assert (told["taken"], told["parked"], told["failure"]) == (published, 0, "")
    client = await holder(cabinet, "anna@romashka.example", "Руководитель", "C-1")
    page = (await client.get("/api/v1/isu/contracts/C-1/objects/device/D-1")).json()
    assert page["blocks"][0]["actual"] == "Данные актуальны на 25.01.2026 12:00:00"
    readings = (await client.get(f"{D1}/readings")).json()
    assert readings["blocks"][0]["actual"] == "Данные актуальны на 24.01.2026"
    profile = (await client.get(f"{D1}/profile")).json()
    assert (len(profile["labels"]), profile["series"][0]["missing"]) == (48, 0)

    platform.trouble = "down"
    platform.publish_all(history(SITES[0], date(2026, 1, 25), date(2026, 1, 25), MOSCOW))
    await pull(cabinet)
    assert (await client.get(f"{D1}/profile")).json() == profile
    told = await state(cabinet)
    assert "down" in told["failure"]
    assert told["taken"] == published
    platform.trouble = ""
    await pull(cabinet)
    assert (await state(cabinet))["taken"] == len(platform.changes_made)


async def counts(cabinet: Cabinet) -> list[int]:
    return [await count(cabinet, table) for table in (Node, Block, Reading, DeviceEvent, Parked)]


@pytest.mark.requirement("ISU-16")
async def test_nothing_is_lost_or_doubled_by_failures_and_repeats(cabinet: Cabinet, platform: Platform) -> None:
    publish_week(platform)
    await pull(cabinet)
    expected = await counts(cabinet)
    careless = Platform()
    careless.repeats = True
    careless.changes_made = platform.changes_made
    ports: Any = cabinet.runtime.ports
    ports[Metering] = careless
    async with Context(cabinet.runtime).uow() as uow:
        await uow.execute(sa.text("UPDATE isu_pull SET cursor = ''"))
    for number in range(8):  # it breaks off again and again, and goes on where it was
        if number % 2 == 0:
            cut = _Cut(careless, pages=3)
            ports[Metering] = cut
        else:
            ports[Metering] = careless
        await pull(cabinet)
    assert await counts(cabinet) == expected
    assert (await state(cabinet))["cursor"] == str(len(careless.changes_made))


class _Cut:
    """A platform whose line breaks after some pages."""

    pulls = True

    def __init__(self, platform: Platform, pages: int) -> None:
        self._platform, self._pages = platform, pages

    async def changes(self, after: str, limit: int) -> Changes:
        if not self._pages:
            self._platform.failures = 1
        self._pages -= 1
        return await self._platform.changes(after, limit)

    async def close(self) -> None:
        """Nothing is open."""


async def test_two_pulls_at_once_take_a_page_once(cabinet: Cabinet, platform: Platform) -> None:
    publish_week(platform)
    changes = await platform.changes("", 7)
    await pulling._take(Context(cabinet.runtime), "", changes)
    with pytest.raises(pulling._Moved):
        await pulling._take(Context(cabinet.runtime), "", changes)
    assert (await state(cabinet))["taken"] == 7


async def test_cursors_in_a_circle_are_noticed(cabinet: Cabinet, platform: Platform) -> None:
    class Circle(Platform):
        async def changes(self, after: str, limit: int) -> Changes:
            return Changes([], {"": "a", "a": "b", "b": "c", "c": "a"}[after], more=True)

    ports: Any = cabinet.runtime.ports
    ports[Metering] = Circle()
    await pull(cabinet)
    assert "circle" in (await state(cabinet))["failure"]


async def test_what_comes_too_early_waits_for_its_object(cabinet: Cabinet, platform: Platform) -> None:
    late = {**OBJECTS[0], "id": "O-9", "number": "99", "name": "Новый цех"}
    node = {"id": "K", "level": "connection_point", "energy_object_id": "O-9", "parent_id": "O-9", "name": "ВРУ"}
    block = {"level": "connection_point", "object_id": "K", "block": "connection_point", "as_of": NOW, "fields": []}
    platform.publish("blocks", {**block, "fields": [{"name": "Мощность", "value": "1"}]}, block)
    platform.publish("nodes", node)
    await pull(cabinet)
    told = await state(cabinet)
    assert [(item["kind"], item["code"], item["needs"]) for item in told["list"]] == [
        ("nodes", "isu.unknown_object", "O-9"),
        ("blocks", "isu.unknown_object", "K"),
        ("blocks", "isu.unknown_object", "K"),
    ]
    await cabinet.load("energy_objects", late)
    await pull(cabinet)
    assert (await state(cabinet))["parked"] == 0
    async with Context(cabinet.runtime).uow() as uow:
        assert (await uow.execute(sa.select(Block.fields).where(Block.object_id == "K"))).scalar_one() == b"[]"


async def test_what_is_wrong_never_stops_the_rest(cabinet: Cabinet, platform: Platform) -> None:
    platform.publish_all(site_rows(SITES[0], NOW))
    good = {"device_id": "D-1", "kind": "day_end", "channel": "A+", "day": "2026-01-24", "t1": "1"}
    platform.publish("readings", {**good, "t1": "1e9"}, {"nothing": True}, {**good, "device_id": "CP-1"}, good)
    platform.publish("weather", {"rain": True})
    platform.changes_made.append(Change("events", msgspec.Raw(b'"\\ud800"')))
    await pull(cabinet)
    told = await state(cabinet)
    assert sorted(item["code"] for item in told["list"]) == [
        "isu.malformed",
        "isu.malformed",
        "isu.malformed",
        "isu.unknown_kind",
        "isu.unknown_object",
    ]
    assert await count(cabinet, Reading) == 1
    await pull(cabinet)  # what misses an object that is there and does not help is not tried on and on
    await pulling.retry(Context(cabinet.runtime))
    assert (await state(cabinet))["parked"] == 5


async def test_what_was_wrong_may_be_right_later(cabinet: Cabinet, platform: Platform, clock: MovableClock) -> None:
    platform.publish_all(site_rows(SITES[0], NOW))
    reading = {"device_id": "D-1", "kind": "day_end", "channel": "A+", "day": "2026-01-28", "t1": "1"}
    platform.publish("readings", reading)
    await pull(cabinet)
    assert [item["code"] for item in (await state(cabinet))["list"]] == ["isu.future"]
    clock.move(timedelta(days=3))
    await pulling.retry(Context(cabinet.runtime))
    assert (await count(cabinet, Reading), await count(cabinet, Parked)) == (1, 0)


async def test_a_row_that_the_database_refuses_is_parked_alone(
    cabinet: Cabinet, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.publish_all(site_rows(SITES[0], NOW))
    event = {"device_id": "D-1", "at": NOW, "journal": "0.0.99.98.0.255"}
    platform.publish("events", *[{**event, "id": f"e{number}", "code": number} for number in range(5)])
    feed = FEEDS["events"]

    async def failing(uow: Any, rows: Any) -> Any:
        if any(row.id == "e3" for row in rows):
            await uow.execute(sa.insert(DeviceEvent).values(id="e3", device_id="nobody", at=NOW))
        return await feed.take(uow, rows)

    monkeypatch.setitem(FEEDS, "events", msgspec.structs.replace(feed, take=failing))
    await pull(cabinet)
    assert [item["code"] for item in (await state(cabinet))["list"]] == ["isu.not_stored"]
    assert await count(cabinet, DeviceEvent) == 4


async def test_without_a_platform_staff_is_told_so(cabinet: Cabinet) -> None:
    await pull(cabinet)
    told = await state(cabinet)
    assert (told["connected"], told["taken"], told["asked_at"]) == (False, 0, None)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
async def test_whatever_the_order_of_arrival_the_tree_is_the_same(
    cabinet: Cabinet, platform: Platform, chance: Any
) -> None:
    async with Context(cabinet.runtime).uow() as uow:
        for table in ("isu_parked", "isu_block", "isu_pull", "isu_node"):
            await uow.execute(sa.text(f"DELETE FROM {table}"))
    rows = [change for site in SITES for change in site_rows(site, NOW)]
    chance.shuffle(rows)
    platform.changes_made = []
    platform.publish_all(rows)
    await pull(cabinet)
    assert await counts(cabinet) == [9, 21, 0, 0, 0]


async def test_a_platform_of_which_nothing_can_be_taken_is_not_read_on_and_on(
    cabinet: Cabinet, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "MOST_PARKED", 1)
    platform.publish("weather", *[{"rain": number} for number in range(3)])
    await pull(cabinet)
    platform.publish("weather", {"rain": 9})
    await pull(cabinet)
    told = await state(cabinet)
    assert (told["taken"], told["parked"]) == (3, 3)
    assert "look at them" in told["failure"]
