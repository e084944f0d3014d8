"""Rules of integral readings, with the figures of the manual and of the trade."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.readings import domain, errors
from plugins.readings.domain import Device, Previous, Reason, Register, Scale, Window
from plugins.readings.schemas import ReadingsMeterInput, ReadingsValueInput
from plugins.readings.settings import ReadingsSettings

SETTINGS = ReadingsSettings()
DECEMBER, JANUARY = date(2022, 12, 1), date(2023, 1, 1)
PLAIN = Scale(Decimal(1), Decimal(0), 6)

digits_of = st.integers(1, 12)
readings = st.decimals(0, 999_999, places=3)


def assess(
    current: str,
    previous: str | None,
    scale: Scale = PLAIN,
    *,
    confirmed: bool = False,
    previous_month: date = DECEMBER,
) -> tuple[Decimal | None, errors.Notice | None]:
    before = None if previous is None else Previous(Decimal(previous), previous_month)
    return domain.assess(Decimal(current), before, scale, JANUARY, SETTINGS, confirmed)


# ---- values
@pytest.mark.parametrize(
    ("text", "value"),
    [("333399.5", "333399.5"), ("333399,5", "333399.5"), ("016249,160", "16249.16"), ("0", "0"), ("000,0", "0")],
)
def test_a_point_and_a_comma_separate_the_fraction(text: str, value: str) -> None:
    assert str(domain.parse_reading(text, 6, 3)) == value


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (None, "required"),
        ("", "required"),
        ("  ", "required"),
        ("1.234,5", "readings.value_format"),
        ("1,234,5", "readings.value_format"),
        ("12 3", "readings.value_format"),
        ("12\u00a03", "readings.value_format"),
        (" 12", "readings.value_format"),
        ("12\n", "readings.value_format"),
        ("-5", "readings.value_format"),
        ("+5", "readings.value_format"),
        ("1e3", "readings.value_format"),
        ("1_000", "readings.value_format"),
        ("NaN", "readings.value_format"),
        ("сто", "readings.value_format"),
        ("٣", "readings.value_format"),
        (".5", "readings.value_format"),
        ("5.", "readings.value_format"),
        ("1234567", "readings.value_too_long"),
        ("1.2345", "readings.value_too_precise"),
    ],
)
def test_anything_else_is_refused_with_its_reason(text: str | None, kind: str) -> None:
    reason = domain.parse_reading(text, 6, 3)
    assert isinstance(reason, Reason)
    assert reason.kind.code == kind
    assert "{" not in reason.kind.text("ru", reason.params)


@given(readings, st.sampled_from(".,"))
def test_a_value_comes_back_as_it_was_typed(value: Decimal, separator: str) -> None:
    parsed = domain.parse_reading(f"{value:f}".replace(".", separator), 6, 3)
    assert parsed == value
    assert isinstance(parsed, Decimal)
    assert "E" not in str(parsed)


@given(st.text(max_size=20))
def test_no_text_breaks_the_parser(text: str) -> None:
    parsed = domain.parse_reading(text, 6, 3)
    assert isinstance(parsed, Reason) or 0 <= parsed < 10**6


@given(readings)
def test_the_text_of_a_reading_holds_the_same_value(value: Decimal) -> None:
    text = domain.reading_text(value, 6)
    assert Decimal(text.replace(" ", "").replace(",", ".")) == value


def test_a_reading_is_written_as_the_meter_shows_it() -> None:
    assert domain.reading_text(Decimal("16249.16"), 6) == "016 249,16"
    assert domain.reading_text(Decimal(7), 5) == "00 007"
    assert domain.month_text(DECEMBER) == "декабрь 2022"


# ---- consumption
def test_the_manual_figure_15() -> None:
    consumption, notice = assess("333399", "16249.16")
    assert (str(consumption), notice) == ("317149.84", None)
    assert domain.shown(consumption) == "317150"


@pytest.mark.parametrize(("value", "text"), [("0.5", "1"), ("0.49", "0"), ("2.5", "3"), ("1E+3", "1000")])
def test_display_rounds_a_half_up(value: str, text: str) -> None:
    assert domain.shown(Decimal(value)) == text


def test_coefficient_and_losses_multiply() -> None:
    assert assess("333399", "16249.16", Scale(Decimal(20), Decimal(0), 6))[0] == Decimal("6342996.8")
    assert assess("110", "100", Scale(Decimal(1), Decimal("-2.5"), 6))[0] == Decimal("9.75")


def test_a_roll_over_near_the_end_of_the_scale_is_taken_for_granted() -> None:
    consumption, notice = assess("120", "999950", Scale(Decimal(40), Decimal(2), 6))
    assert (consumption, notice) == (Decimal(6936), errors.ROLLED_OVER)


@pytest.mark.parametrize(
    ("current", "previous"),
    [
        ("120", "900000"),  # at 0.9 of the scale, not beyond
        ("999940", "999950"),  # beyond, but nearly a whole turn: a slip of the finger
        ("100", "500"),
    ],
)
def test_other_values_below_the_previous_wait_for_a_confirmation(current: str, previous: str) -> None:
    assert assess(current, previous) == (None, errors.BELOW_PREVIOUS)
    consumption, notice = assess(current, previous, confirmed=True)
    assert consumption == Decimal(current) - Decimal(previous) + 10**6
    assert notice == errors.ROLLED_OVER


@pytest.mark.parametrize(("power", "known"), [("0.22", False), ("0.23", True)])
def test_the_maximum_power_decides_what_is_plausible(power: str, known: bool) -> None:
    scale = Scale(Decimal(1), Decimal(0), 6, Decimal(power))  # 744 hours: 163.68 or 171.12 kWh
    assert (assess("120", "999950", scale)[0] == 170) is known


def test_an_older_previous_reading_allows_more() -> None:
    scale = Scale(Decimal(1), Decimal(0), 6, Decimal("0.12"))
    assert assess("120", "999950", scale)[0] is None
    assert assess("120", "999950", scale, previous_month=date(2022, 11, 1))[0] == 170


def test_nothing_consumed_and_nothing_known() -> None:
    assert assess("100", "100.0") == (Decimal(0), errors.NO_CONSUMPTION)
    assert assess("100", None) == (None, errors.NO_PREVIOUS)


def test_a_previous_reading_longer_than_the_scale_gives_no_negative_consumption() -> None:
    assert assess("5", "7000000", confirmed=True) == (None, errors.BELOW_PREVIOUS)


@given(readings, readings, st.decimals(1, 40_000, places=2), st.decimals(-50, 50, places=3), digits_of)
def test_consumption_is_exact(a: Decimal, b: Decimal, coefficient: Decimal, loss: Decimal, digits: int) -> None:
    scale = Scale(coefficient, loss, digits)
    low, high = sorted((a, b))
    energy = scale.energy(high - low)
    assert isinstance(energy, Decimal)
    exact = int((high - low) * 1000) * int(coefficient * 100) * int((100 + loss) * 1000)  # in 10^-10
    assert abs(int(energy.scaleb(6)) * 10**4 - exact) * 2 <= 10**4


@given(st.integers(0, 10**9), st.integers(1, 10**9), digits_of)
def test_a_roll_over_is_a_step_in_the_ring_of_the_register(start: int, step: int, digits: int) -> None:
    capacity = 10**digits
    start, step = start % capacity, 1 + step % (capacity - 1) if capacity > 1 else 1
    end = (start + step) % capacity
    scale = Scale(Decimal(1), Decimal(0), digits)
    consumption, _ = domain.assess(
        Decimal(end), Previous(Decimal(start), DECEMBER), scale, JANUARY, SETTINGS, confirmed=True
    )
    assert consumption == step


@given(readings, st.none() | readings, st.booleans())
def test_consumption_is_never_negative_and_always_explained(
    current: Decimal, previous: Decimal | None, confirmed: bool
) -> None:
    before = None if previous is None else Previous(previous, DECEMBER)
    consumption, notice = domain.assess(current, before, PLAIN, JANUARY, SETTINGS, confirmed)
    assert notice is not None or (consumption is not None and consumption > 0)
    assert consumption is None or consumption >= 0


@pytest.mark.parametrize(
    ("registers", "total"),
    [
        ({"A+.T1": "1.5", "A+.T2": "2", "R+.total": "9"}, "3.5"),
        ({"A+.T1": "1", "A+.T2": "2", "A+.total": "3"}, "3"),
        ({"A+.T1": "1", "A+.T2": None}, "1"),
        ({"A-.total": "1"}, None),
        ({}, None),
    ],
)
def test_the_active_energy_of_a_meter_is_counted_once(registers: dict[str, str | None], total: str | None) -> None:
    pairs = [(code, None if value is None else Decimal(value)) for code, value in registers.items()]
    assert domain.active_consumption(pairs) == (None if total is None else Decimal(total))


# ---- windows
WINDOW = Window(JANUARY, date(2023, 1, 22), date(2023, 2, 6), closed=False)


def test_a_window_includes_both_days_and_may_cross_months() -> None:
    days = [WINDOW.opens_on + timedelta(days=shift) for shift in range(-1, 17)]
    assert [day for day in days if WINDOW.is_open(day)] == days[1:-1]
    assert not Window(WINDOW.month, WINDOW.opens_on, WINDOW.closes_on, closed=True).is_open(days[3])


def test_a_window_is_phrased_as_in_figure_17() -> None:
    assert WINDOW.text == "Передача показаний за январь 2023 года доступна с 22 января 2023 года по 6 февраля 2023 года"


# ---- devices
def device(*registers: Register, object_status: str = domain.WAITING, meter_status: str = domain.WAITING) -> Device:
    return Device("m1", "p1", "o1", object_status, meter_status, PLAIN, None, list(registers))


DAY, NIGHT = Register("A+.T1", Previous(Decimal(10), DECEMBER)), Register("A+.T2", Previous(Decimal(20), DECEMBER))


def judge(subject: Device | None, values: dict[str, str | None]) -> domain.Verdict:
    body = ReadingsMeterInput("m1", [ReadingsValueInput(code, value) for code, value in values.items()])
    return domain.judge([body], {} if subject is None else {"m1": subject}, JANUARY, SETTINGS)[0]


def reasons(verdict: domain.Verdict) -> list[tuple[str, str]]:
    return [(reason.field, reason.kind.code) for reason in verdict.reasons]


def test_all_registers_of_a_device_go_together() -> None:
    assert judge(device(DAY, NIGHT), {"A+.T1": "15", "A+.T2": "25"}).saves
    assert reasons(judge(device(DAY, NIGHT), {"A+.T1": "15"})) == [("devices[0].values[A+.T2]", "required")]


def test_every_wrong_register_is_named() -> None:
    verdict = judge(device(DAY, NIGHT), {"A+.T1": "", "A+.T2": "1.2.3", "A+.T3": "5"})
    assert reasons(verdict) == [
        ("devices[0].values[2].register", "readings.unknown_register"),
        ("devices[0].values[0].value", "required"),
        ("devices[0].values[1].value", "readings.value_format"),
    ]
    assert verdict.values == ()


@pytest.mark.parametrize("whose", ["object_status", "meter_status"])
def test_any_other_status_forbids(whose: str) -> None:
    verdict = judge(device(DAY, **{whose: "Расчёт"}), {"A+.T1": "15"})
    assert verdict.reasons[0].kind.text("ru", verdict.reasons[0].params).endswith("статус «Расчёт»")


def test_a_device_out_of_sight_is_missing() -> None:
    assert reasons(judge(None, {"A+.T1": "15"})) == [("devices[0].meter_id", "not_found")]


def test_a_repeated_register_or_device_is_refused() -> None:
    twice = ReadingsMeterInput("m1", [ReadingsValueInput("A+.T1", "15"), ReadingsValueInput("A+.T1", "16")])
    first, second = domain.judge([twice, twice], {"m1": device(DAY)}, JANUARY, SETTINGS)
    assert reasons(first) == [("devices[0].values[1].register", "readings.duplicate_register")]
    assert reasons(second) == [("devices[1].meter_id", "readings.duplicate_meter")]


def sent(value: str, consumption: str | None, *, refused: bool = False) -> Device:
    known = None if consumption is None else Decimal(consumption)
    return device(Register("A+.T1", Previous(Decimal(500), DECEMBER), Decimal(value), known, refused))


def test_what_was_sent_before_is_not_sent_again() -> None:
    assert not judge(sent("515", "15"), {"A+.T1": "515,0"}).saves
    assert judge(sent("515", "15"), {"A+.T1": "516"}).saves


def test_a_refused_or_a_confirmed_value_is_sent_again() -> None:
    assert judge(sent("515", "15", refused=True), {"A+.T1": "515"}).saves
    body = ReadingsMeterInput("m1", [ReadingsValueInput("A+.T1", "100", confirm_rollover=True)])
    assert not judge(sent("100", None), {"A+.T1": "100"}).saves
    assert domain.judge([body], {"m1": sent("100", None)}, JANUARY, SETTINGS)[0].saves


def test_an_impossible_consumption_is_refused() -> None:
    huge = Device("m1", "p1", "o1", "Ожидание", "Ожидание", Scale(Decimal(40_000), Decimal(0), 9), None, [DAY])
    assert reasons(judge(huge, {"A+.T1": "999999999"})) == [
        ("devices[0].values[0].value", "readings.consumption_too_large")
    ]
