"""Files that clients send: how each kind is read, checked and taken over."""

from typing import Any

from core.sdk import Importer
from plugins.readings.domain.intervals import KIND, PASSED_ON, words
from plugins.readings.permissions import SUBMIT
from plugins.readings.services import intervals
from plugins.readings.services.intervals import IntervalUnit

INTERVALS: Importer[Any] = Importer(
    KIND,
    title="Почасовые",
    permission=SUBMIT.name,
    suffixes=(".xml", ".zip"),
    unit=IntervalUnit,
    read=intervals.read,
    check=intervals.check,
    commit=intervals.commit,
    offered=intervals.offered,
    fits=intervals.fits,
    max_bytes=intervals.MOST_BYTES,
    max_units=intervals.MOST_POINTS,
    batch=1000,
    ordered=PASSED_ON,
    words=words,
)

IMPORTERS: tuple[Importer[Any], ...] = (INTERVALS,)
