"""Rules of smart metering."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from plugins.isu import domain
from plugins.isu.domain import Step
from plugins.isu.domain.events import KINDS, OBIS, is_critical, kind_of, kind_title, text_of
from plugins.isu.domain.spodes import JOURNALS

NUMBER = st.decimals(0, 10**6, allow_nan=False, allow_infinity=False, places=3)


@given(st.lists(st.none() | NUMBER, min_size=3, max_size=3), st.none() | NUMBER)
def test_the_sum_is_of_the_zones_where_there_are_any(zones: list[Decimal | None], told: Decimal | None) -> None:
    found = domain.total(zones, told)
    given_zones = [zone for zone in zones if zone is not None]
    assert found == (sum(given_zones) if given_zones else told)


def test_the_sum_of_the_manual() -> None:
    assert domain.total((Decimal("1.384"), Decimal("0.027"), Decimal(0)), None) == Decimal("1.411")


@given(st.lists(st.tuples(st.integers(0, 3), st.none() | NUMBER), max_size=40))
def test_gathering_loses_nothing_and_makes_up_nothing(periods: list[tuple[int, Decimal | None]]) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    keys = sorted(key for key, _ in periods)
    steps = [Step(start + index * timedelta(minutes=30), (value,)) for index, (_, value) in enumerate(periods)]
    made = domain.gathered(steps, keys)
    assert [step.starts_at for step in made] == [
        step.starts_at for index, step in enumerate(steps) if index == 0 or keys[index] != keys[index - 1]
    ]
    for key, step in zip(sorted(set(keys)), made, strict=True):
        parts = [steps[index].values[0] for index, other in enumerate(keys) if other == key]
        known = [part for part in parts if part is not None]
        assert step.values[0] == (sum(known) if len(known) == len(parts) else None)


def test_a_month_has_bounds_where_the_supplier_is() -> None:
    since, until = domain.bounds(date(2025, 12, 1), ZoneInfo("Europe/Moscow"))
    assert (since, until) == (datetime(2025, 11, 30, 21, tzinfo=UTC), datetime(2025, 12, 31, 21, tzinfo=UTC))


def test_the_table_of_the_standard_is_sound() -> None:
    assert len(JOURNALS) == 9
    assert sum(len(journal.texts) for journal in JOURNALS.values()) == 280
    for obis, journal in JOURNALS.items():
        assert re.fullmatch(r"0\.0\.99\.98\.[0-8]\.255", obis)
        assert journal.critical <= journal.texts.keys()
        assert (kind_of(obis), OBIS[journal.kind], KINDS[journal.kind]) == (journal.kind, obis, journal.title)
        for text in journal.texts.values():
            assert text == " ".join(text.split())
            assert text[0].isupper()
    assert kind_title("other") == "Прочие события"
    assert text_of("0.0.99.98.4.255", 1, "") == "Магнитное поле - начало"
    assert text_of("0.0.99.98.4.255", 999, "") == "Событие с кодом 999"
    assert text_of("other", 0, "Осмотр") == "Осмотр"
    assert is_critical("0.0.99.98.4.255", 1)
    assert not is_critical("0.0.99.98.4.255", 2)
    assert not is_critical("other", 1)
