"""The rules of household readings, whatever is entered."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from plugins.household import domain
from plugins.household.domain import INCOMPLETE, METER_STATE, READY, READY_LESS, TOO_LONG, Device, Window

TODAY = date(2026, 1, 25)
WINDOW = Window(date(2026, 1, 1), date(2026, 1, 20), date(2026, 1, 28))
reading = st.decimals(min_value=0, max_value=10**9, places=2)
zone = st.one_of(st.none(), reading)
zones = st.tuples(zone, zone, zone)
devices = st.builds(Device, st.integers(1, 3), st.integers(1, 9), st.booleans(), zones)
days = st.one_of(st.none(), st.dates(date(2025, 12, 1), date(2026, 3, 1)))


@given(devices, zones, days, st.one_of(st.none(), st.just(WINDOW)))
def test_what_is_ready_passes_every_rule(
    device: Device, values: domain.Values, taken_on: date | None, window: Window | None
) -> None:
    judged = domain.judge(device, values, taken_on, window, TODAY)
    given_values = values[: device.zones]
    if judged.ready(device.zones):
        assert device.works
        assert window is not None
        assert taken_on is not None
        assert window.opens_on <= taken_on <= min(window.closes_on, TODAY)
        assert any(given_values)
        assert all(value is not None and value < 10**device.digits for value in given_values)
        assert not judged.faulty
    elif all(value is not None for value in given_values):
        assert judged.faulty, "what is complete and not ready has a reason"
    assert all(status is None for status in judged.statuses[device.zones :])
    for value, status in zip(given_values, judged.statuses, strict=False):
        assert (status is None) == (value is None), "a status stands where a value stands"


@given(devices, zones, days)
def test_the_gravest_reason_is_told(device: Device, values: domain.Values, taken_on: date | None) -> None:
    judged = domain.judge(device, values, taken_on, WINDOW, TODAY)
    told = [status for status in judged.statuses if status is not None]
    if not device.works:
        assert all(status is METER_STATE for status in told)
    elif any(value is None for value in values[: device.zones]):
        assert all(status in (INCOMPLETE, TOO_LONG) for status in told)


@given(reading, reading)
def test_only_less_than_before_is_a_warning(value: Decimal, previous: Decimal) -> None:
    device = Device(1, 12, True, (previous, None, None))
    status = domain.judge(device, (value + 1, None, None), TODAY, WINDOW, TODAY).statuses[0]
    assert status is (READY_LESS if value + 1 < previous else READY)


@given(st.text(max_size=40), st.integers(0, 6))
def test_any_text_is_a_reading_or_none(text: str, decimals: int) -> None:
    value = domain.parsed(text, decimals)
    if value is not None:
        assert value >= 0
        assert value.as_tuple().exponent >= -decimals  # type: ignore[operator]
        assert value < 10**domain.MAX_DIGITS


@given(reading, st.integers(1, 12))
def test_what_is_shown_is_read_again(value: Decimal, digits: int) -> None:
    assert domain.parsed(domain.value_text(value, digits).replace(" ", ""), 6) == value


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_days_are_read_as_they_are_written(day: date) -> None:
    assert domain.parsed_day(domain.day_text(day)) == day
    assert domain.parsed_day(domain.day_text(day + timedelta(days=1))) != day


@given(st.integers(0, 50), st.integers(0, 50))
def test_the_four_messages(passed: int, failed: int) -> None:
    told = domain.message(passed, failed)
    assert (told == domain.ALL_PASSED) == (passed > 0 and failed == 0)
    assert (told == domain.SOME_PASSED) == (passed > 0 and failed > 0)
    assert (told == domain.NONE_PASSED) == (passed == 0 and failed > 0)
    assert (told == domain.NOTHING_FILLED) == (passed == 0 and failed == 0)


def test_flats_are_in_the_order_of_their_numbers() -> None:
    flats = ["10", "2", "офис", "2а", "1"]
    assert sorted(flats, key=lambda flat: (domain.flat_order(flat), flat)) == ["1", "2", "2а", "10", "офис"]
