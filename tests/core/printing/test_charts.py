"""Charts: exact axes, gaps that stay gaps, texts that cannot break out."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from core.printing.public import Chart, Series, number, svg

SVG = "{http://www.w3.org/2000/svg}"
VALUES = st.none() | st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=6)


def picture(chart: Chart) -> etree._Element:
    return etree.fromstring(svg(chart).encode())


def texts(root: etree._Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (Decimal("1234567.50"), None, "1\u00a0234\u00a0567,5"),
        (Decimal("-0.005"), 2, "\u22120,01"),
        (Decimal("-0.004"), 2, "0,00"),
        (Decimal("999.995"), 2, "1\u00a0000,00"),
        (1000, None, "1\u00a0000"),
        (Decimal("1E+3"), None, "1\u00a0000"),
        (Decimal(0), 0, "0"),
        (
            Decimal("123456789012345678901234567890.125"),
            2,
            "123\u00a0456\u00a0789\u00a0012\u00a0345\u00a0678\u00a0901\u00a0234\u00a0567\u00a0890,13",
        ),
    ],
)
def test_numbers_are_printed_in_russian(value: Decimal | int, decimals: int | None, text: str) -> None:
    assert number(value, decimals) == text


def test_bars_stand_for_their_values_and_unknown_ones_are_left_out() -> None:
    values = (Decimal(100), None, Decimal(-50), Decimal(200))
    root = picture(Chart("Расход", ("янв", "фев", "мар", "апр"), (Series("A+", values),), "кВт·ч"))
    bars = list(root.iter(f"{SVG}rect"))
    heights = [float(bar.get("height") or 0) for bar in bars]
    assert [round(height / heights[0], 1) for height in heights] == [1, 0.5, 2]
    assert [bar[0].text for bar in bars] == ["янв: 100 кВт·ч", "мар: \u221250 кВт·ч", "апр: 200 кВт·ч"]
    assert {"янв", "фев", "мар", "апр", "\u221250", "0", "200"} <= set(texts(root))


def test_a_gap_breaks_the_line_and_a_lonely_value_is_seen() -> None:
    values = (Decimal(1), Decimal(2), None, Decimal(3), None)
    root = picture(Chart("Профиль", tuple("12345"), (Series("A+", values),), kind="lines"))
    line = next(path for path in root.iter(f"{SVG}path") if path.get("fill") == "none")
    assert (line.get("d") or "").count("M") == 2
    assert len(list(root.iter(f"{SVG}circle"))) == 3


def test_nothing_to_show_is_said() -> None:
    for series in ((), (Series("A+", (None, None)),)):
        assert "Нет данных" in texts(picture(Chart("Расход", ("1", "2"), series)))


def test_several_series_are_named_and_coloured() -> None:
    series = tuple(Series(title, (Decimal(1),)) for title in ("Начислено", "Оплачено"))
    root = picture(Chart("Расходы", ("янв",), series, "руб."))
    assert texts(root)[-2:] == ["Начислено", "Оплачено"]
    assert len({group.get("fill") for group in root.iter(f"{SVG}g")}) == 2


def test_texts_never_become_markup() -> None:
    evil = '</text><script>alert("x")</script>\x00&\x1b'
    root = picture(Chart(evil, (evil,), (Series(evil, (Decimal(1),)), Series(evil, (Decimal(1),))), evil))
    assert not list(root.iter(f"{SVG}script"))
    assert '</text><script>alert("x")</script>\ufffd&\ufffd' in texts(root)


def test_labels_never_overlap() -> None:
    labels = tuple(f"{day:02d}.01.2026" for day in range(1, 32))
    root = picture(Chart("Сутки", labels, (Series("A+", (Decimal(1),) * 31),)))
    shown = [float(e.get("x") or 0) for e in root.iter(f"{SVG}text") if e.text in labels]
    assert 2 <= len(shown) < 31
    assert min(after - before for before, after in pairwise(shown)) > 60


def test_a_series_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="2 values for 1 labels"):
        svg(Chart("x", ("1",), (Series("A+", (Decimal(1), Decimal(2))),)))


@given(values=st.lists(VALUES, min_size=1, max_size=60).filter(any), kind=st.sampled_from(["bars", "lines"]))
@settings(max_examples=80, deadline=None)
def test_whatever_the_values_everything_lies_within_the_picture(values: list[Decimal | None], kind: str) -> None:
    chart = Chart("x", tuple(map(str, range(len(values)))), (Series("a", values), Series("b", values)), kind=kind)  # type: ignore[arg-type]
    drawn = svg(chart)
    assert drawn == svg(chart)
    root = etree.fromstring(drawn.encode())
    for box in root.iter(f"{SVG}rect", f"{SVG}circle"):
        top = float(box.get("y") or box.get("cy") or 0)
        left = float(box.get("x") or box.get("cx") or 0)
        assert 53.9 <= top <= 320
        assert 0 <= left <= 720
        assert top + float(box.get("height") or 0) <= 320
    ticks = [element for element in root.iter(f"{SVG}text") if element.get("text-anchor") == "end"]
    assert 2 <= len(ticks) <= 12
    assert len({tick.text for tick in ticks}) == len(ticks)
