"""Charts as SVG: bars or lines over labelled places, for the web, letters and paper. Pure, without a dependency.

The same chart is always the same text, so that it can be compared and cached. Axes and texts are of the colour of the
page's text (`currentColor`), so a chart fits a light page and a dark one; nothing in it runs or loads anything.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import ceil, floor, log10
from typing import Literal

import msgspec

from core.printing.markup import escaped
from core.printing.numbers import number

SVG = "image/svg+xml"
COLOURS = ("#1f77b4", "#e07b00", "#2a9d5c", "#b5408f", "#7a6ff0", "#8c6d31")
"""Told apart by people who do not tell red from green."""
_CHARACTER = 6.6
"""Width of a digit of the small font, in units of the picture."""
_LEFT_LEAST, _RIGHT, _TOP, _BOTTOM, _LEGEND = 34, 14, 54, 26, 20
_TICKS = 5
_HOVERED = 400
"""Up to so many values are told when the pointer rests on them."""
_DOTTED = 62
"""Lines of up to so many places show each of them."""


class Series(msgspec.Struct, frozen=True):
    """Values of one colour."""

    title: str
    values: Sequence[Decimal | None]
    """One for each label; None: unknown, which is a gap and never a zero."""


class Chart(msgspec.Struct, frozen=True):
    """What is drawn."""

    title: str
    labels: Sequence[str]
    """Of the places on the horizontal axis, in order."""
    series: Sequence[Series]
    unit: str = ""
    """Of the values: «кВт·ч», «руб.»"""
    kind: Literal["bars", "lines"] = "bars"
    empty: str = "Нет данных"
    """Shown in place of a chart without a single value."""


def svg(chart: Chart, width: int = 720, height: int = 320) -> str:
    """The picture, `width` by `height` units. Raises ValueError for a series of another length than the labels."""
    for series in chart.series:
        if len(series.values) != len(chart.labels):
            raise ValueError(f"{series.title}: {len(series.values)} values for {len(chart.labels)} labels")
    return "".join(_picture(chart, width, height))


def _picture(chart: Chart, width: int, height: int) -> Iterator[str]:
    name = f"{chart.title}, {chart.unit}" if chart.unit else chart.title
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" font-family="Roboto, Arial, sans-serif" font-size="12" fill="currentColor">'
        f"<title>{escaped(name)}</title>"
        f'<text x="{_RIGHT}" y="20" font-size="15" font-weight="600">{escaped(chart.title)}</text>'
    )
    known = [float(value) for series in chart.series for value in series.values if value is not None]
    if known:
        yield from _plotted(_Plot(chart, width, height, min(known), max(known)))
    else:
        centre = f'x="{width // 2}" y="{height // 2}" text-anchor="middle"'
        yield f'<text {centre} opacity="0.7">{escaped(chart.empty)}</text>'
    yield "</svg>"


class _Plot:
    """Where things stand: the scale of the values and the places of the labels."""

    def __init__(self, chart: Chart, width: int, height: int, least: float, most: float) -> None:
        self.chart, self.width, self.height = chart, width, height
        self.step = _step(max(most, 0.0) - min(least, 0.0))
        self.low, self.high = floor(min(least, 0.0) / self.step), ceil(max(most, 0.0) / self.step)
        if self.low == self.high:
            self.high += 1
        self.decimals = max(0, -floor(log10(self.step) + 1e-9))
        if self.step * 10**self.decimals % 1 > 1e-9:
            self.decimals += 1  # steps of 2.5 show their half
        self.ticks = [(tick * self.step, number(_tick(tick * self.step), self.decimals)) for tick in self.range()]
        self.left = max(_LEFT_LEAST, round(max(len(text) for _, text in self.ticks) * _CHARACTER) + 12)
        self.right, self.top = width - _RIGHT, _TOP
        self.bottom = height - _BOTTOM - (_LEGEND if len(chart.series) > 1 else 0)
        self.slot = (self.right - self.left) / max(len(chart.labels), 1)

    def range(self) -> range:
        return range(self.low, self.high + 1)

    def y(self, value: float) -> float:
        share = (value / self.step - self.low) / (self.high - self.low)
        return self.bottom - share * (self.bottom - self.top)

    def x(self, place: int) -> float:
        return self.left + (place + 0.5) * self.slot


def _step(span: float) -> float:
    """The distance of the ticks: 1, 2, 2.5 or 5 times a power of ten, about five of them over the span."""
    raw = (span or 1.0) / _TICKS
    power = 10.0 ** floor(log10(raw))
    return next(factor * power for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if factor * power >= raw * 0.999)


def _tick(value: float) -> Decimal:
    return Decimal(f"{value:.9f}")


def _plotted(plot: _Plot) -> Iterator[str]:
    if plot.chart.unit:
        yield f'<text x="{_RIGHT}" y="38" opacity="0.7">{escaped(plot.chart.unit)}</text>'
    yield from _grid(plot)
    drawn = _bars if plot.chart.kind == "bars" else _lines
    for index in range(len(plot.chart.series)):
        yield from drawn(plot, index)
    zero = plot.y(0)
    yield f'<path d="M{plot.left} {zero:.1f}H{plot.right}" stroke="currentColor"/>'
    if len(plot.chart.series) > 1:
        yield from _legend(plot)


def _grid(plot: _Plot) -> Iterator[str]:
    for value, text in plot.ticks:
        y = plot.y(value)
        yield f'<path d="M{plot.left} {y:.1f}H{plot.right}" stroke="currentColor" opacity="0.15"/>'
        yield f'<text x="{plot.left - 6}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
    longest = max(len(label) for label in plot.chart.labels)
    every = max(1, ceil((longest + 1.5) * _CHARACTER / plot.slot))
    for place in range(0, len(plot.chart.labels), every):
        label = escaped(plot.chart.labels[place])
        yield f'<text x="{plot.x(place):.1f}" y="{plot.bottom + 18}" text-anchor="middle">{label}</text>'


def _bars(plot: _Plot, index: int) -> Iterator[str]:
    series, room = plot.chart.series[index], plot.slot * 0.8
    wide = room / len(plot.chart.series)
    told = len(series.values) <= _HOVERED
    yield f'<g fill="{_colour(index)}">'
    for place, value in enumerate(series.values):
        if value is None:
            continue
        start, end = sorted((plot.y(float(value)), plot.y(0)))
        x = plot.x(place) - room / 2 + index * wide
        box = f'<rect x="{x:.2f}" y="{start:.1f}" width="{max(wide - 0.5, 0.5):.2f}" height="{end - start:.1f}"'
        yield f"{box}><title>{_told(plot, series, place, value)}</title></rect>" if told else f"{box}/>"
    yield "</g>"


def _lines(plot: _Plot, index: int) -> Iterator[str]:
    series, colour = plot.chart.series[index], _colour(index)
    points = {
        place: (f"{plot.x(place):.1f}", f"{plot.y(float(value)):.1f}", value)
        for place, value in enumerate(series.values)
        if value is not None
    }
    path = "".join(f"{'L' if place - 1 in points else 'M'}{x} {y}" for place, (x, y, _) in points.items())
    if path:
        yield f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"/>'
    alone = {place for place in points if place - 1 not in points and place + 1 not in points}
    yield f'<g fill="{colour}">'
    for place, (x, y, value) in points.items():
        if place not in alone and len(series.values) > _HOVERED:
            continue
        seen = "" if place in alone or len(series.values) <= _DOTTED else ' opacity="0"'
        told = _told(plot, series, place, value)
        yield f'<circle cx="{x}" cy="{y}" r="3"{seen}><title>{told}</title></circle>'
    yield "</g>"


def _legend(plot: _Plot) -> Iterator[str]:
    x, y = float(plot.left), plot.height - 8
    for index, series in enumerate(plot.chart.series):
        yield f'<rect x="{x:.1f}" y="{y - 10}" width="11" height="11" fill="{_colour(index)}"/>'
        yield f'<text x="{x + 16:.1f}" y="{y}">{escaped(series.title)}</text>'
        x += 36 + len(series.title) * (_CHARACTER + 0.6)


def _told(plot: _Plot, series: Series, place: int, value: Decimal) -> str:
    unit = f" {plot.chart.unit}" if plot.chart.unit else ""
    before = f"{series.title}, " if len(plot.chart.series) > 1 else ""
    return escaped(f"{before}{plot.chart.labels[place]}: {number(value)}{unit}")


def _colour(index: int) -> str:
    return COLOURS[index % len(COLOURS)]
