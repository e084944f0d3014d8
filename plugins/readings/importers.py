"""The files that readings take: workbooks of readings and of consumption, and interval data of layout 80020."""

from collections.abc import Iterator
from typing import Any

from core.imports.public import Importer, Source, fits_workbook, marker, read_table
from plugins.readings.domain.imports import INTEGRAL, POINTS, IntegralUnit, PointUnit, integral_units, point_units
from plugins.readings.domain.intervals import KIND, PASSED_ON, words
from plugins.readings.permissions import SUBMIT
from plugins.readings.services import files, intervals

_SUFFIXES = (".xlsx", ".xls")


def read_integral(source: Source) -> Iterator[IntegralUnit]:
    """The devices of a filled «Шаблон интегральных показаний»."""
    yield from integral_units(*read_table(source, INTEGRAL))


def read_points(source: Source) -> Iterator[PointUnit]:
    """The points of a filled template of «Расход ТУ»."""
    yield from point_units(*read_table(source, POINTS))


IMPORTERS: tuple[Importer[Any], ...] = (
    Importer(
        "readings.integral",
        title="Интегральные по договору",
        permission=SUBMIT.name,
        suffixes=_SUFFIXES,
        unit=IntegralUnit,
        read=read_integral,
        check=files.check_devices,
        commit=files.commit_devices,
        finish=files.finish,
        withdraw=files.withdraw,
        mark=marker(INTEGRAL),
        admit=files.admit,
        fits=fits_workbook,
        batch=2500,
        done="Показания сохранены",
    ),
    Importer(
        "readings.consumption",
        title="Расход ТУ по договору",
        permission=SUBMIT.name,
        suffixes=_SUFFIXES,
        unit=PointUnit,
        read=read_points,
        check=files.check_points,
        commit=files.commit_points,
        finish=files.finish,
        withdraw=files.withdraw,
        mark=marker(POINTS),
        offered=files.reports_consumption,
        admit=files.admit,
        fits=fits_workbook,
        ordered="Показания успешно переданы. Данные будут обновлены в течение 10 минут",
    ),
    Importer(
        KIND,
        title="Почасовые",
        permission=SUBMIT.name,
        suffixes=(".xml", ".zip"),
        unit=intervals.IntervalUnit,
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
    ),
)
