"""Layout 80040 by setting: taken where the supplier says so, kept apart, and never counted."""

import io
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.config import Config
from core.contracts.models import EnergyObject, MeteringPoint
from core.testing.cabinet import Cabinet, config_for_tests
from tests.plugins.readings.messages import Message, point
from tests.plugins.readings.supplier import client
from tests.plugins.readings.test_interval_data import PATH, RANGE
from tests.plugins.readings.test_intervals import ONE, entries, facts, register_of, sent
from tests.plugins.readings.test_intervals import intervals as intervals

BOTH = {"interval_layouts": ["80020", "80040"]}


@pytest.fixture
def host_config(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path, enabled_plugins: list[str]
) -> Config:
    readings = getattr(request, "param", BOTH)
    return config_for_tests(database_url, tmp_path, enabled=enabled_plugins, plugins={"readings": readings})


def packed(*layouts: str) -> bytes:
    """An archive with a message of each layout, of days that follow one another."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, layout in enumerate(layouts):
            message = Message([point(ONE, value=number + 1)], layout=layout, day=f"2026012{number}")
            archive.writestr(f"{layout}.xml", message.bytes())
    return out.getvalue()


async def test_where_it_is_taken_it_is_kept_apart(intervals: Cabinet) -> None:
    async with intervals.runtime.database.writer.begin() as connection:  # to a point with a device of the form
        await connection.execute(sa.update(EnergyObject).where(EnergyObject.id == "o1").values(price_category=4))
        await connection.execute(sa.update(MeteringPoint).where(MeteringPoint.id == "i1").values(complex_code="x"))
        await connection.execute(sa.update(MeteringPoint).where(MeteringPoint.id == "p1").values(complex_code=ONE))
    caller = await client(intervals)
    item = await sent(intervals, caller, packed("80020", "80040"), "январь.zip")
    assert item["state_text"] == "Загружен"
    assert [fact["body"]["layout"] for fact in await facts(intervals)] == ["80020", "80040"]
    days = {
        layout: [day["day"] for day in (await caller.get(f"{PATH}/p1", params={**RANGE, **chosen})).json()["days"]]
        for layout, chosen in (("80020", {}), ("80040", {"layout": "80040"}))
    }
    assert days == {"80020": ["2026-01-20"], "80040": ["2026-01-21"]}
    assert (await register_of(caller))["interval_consumption"] == "48"


@pytest.mark.parametrize("host_config", [{}], indirect=True)
async def test_where_it_is_not_taken_it_is_refused_alone(intervals: Cabinet) -> None:
    caller = await client(intervals)
    item = await sent(intervals, caller, packed("80020", "80040"), "январь.zip")
    assert item["state_text"] == "Загружен частично"
    refused = [entry for entry in await entries(caller, item) if entry["state"] == "refused"]
    assert [(entry["title"], entry["notes"][0]["code"]) for entry in refused] == [
        ("80040.xml", "readings.wrong_layout")
    ]
    assert [fact["body"]["layout"] for fact in await facts(intervals)] == ["80020"]
    whole = await sent(intervals, caller, Message([point(ONE)], layout="80040"), "80040.xml")
    assert whole["state_text"] == "Обнаружены ошибки структуры файла"
    assert whole["notes"][0]["message"] == "Ожидается макет 80020, в файле — «80040»"
