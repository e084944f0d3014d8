"""Shapes of the peak hours."""

from datetime import date
from typing import Annotated, Literal

import msgspec

Show = Literal["month", "year"]
Hour = Annotated[int, msgspec.Meta(ge=1, le=24)]
Region = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z_-]+$(?!\n)")]


class ReadingsRegion(msgspec.Struct, frozen=True):
    """A region of the market."""

    code: str
    """The market operator's."""
    title: str
    """As the supplier calls it; the code where no name is set."""


class ReadingsPeaksAvailability(msgspec.Struct, frozen=True):
    """Whether the caller may look at peak hours, and what there is to choose from."""

    available: bool
    """There are contracts with energy objects of price categories III to VI."""
    regions: list[ReadingsRegion]
    months: list[date]
    """Months with data by their first days, the newest first; empty where nothing is available."""


class ReadingsPeakHour(msgspec.Struct, frozen=True):
    """The hour of a working day with the largest consumption of a region, in local time."""

    region: ReadingsRegion
    day: date
    hour: int
    """1 to 24: the hour that ends then."""
    text: str
    """«17:00–18:00»"""


class ReadingsPeakRange(msgspec.Struct, frozen=True):
    """Hours that the system operator plans as peak hours, on all working days of a month."""

    zone: int
    """Price zone of the wholesale market."""
    month: date
    first_hour: int
    last_hour: int
    """Included, as the operator publishes them: by the hour of Moscow."""


class ReadingsPeaks(msgspec.Struct, frozen=True):
    """Peak hours of a month or of a year."""

    show: Show
    hours: list[ReadingsPeakHour]
    """By day."""
    planned: list[ReadingsPeakRange]


# ---- what the company feeds in
class PeakHourRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `readings.peak_hours`."""

    region: Region
    day: date
    hour: Hour
    """Of Moscow: hour 1 begins at midnight."""


class PeakSpan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hours in a row."""

    first_hour: Hour
    last_hour: Hour
    """Included."""


class PeakRangeRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of `readings.peak_ranges`: all ranges of a month; an empty list removes them."""

    zone: Annotated[int, msgspec.Meta(ge=1, le=2)]
    month: date
    ranges: Annotated[list[PeakSpan], msgspec.Meta(max_length=12)]


class ReadingsPeaksLoaded(msgspec.Struct, frozen=True):
    """What a file of the market operator brought."""

    region: str
    months: list[date]
    """Replaced as a whole."""
    days: int
