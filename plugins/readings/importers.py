"""The files that readings take: workbooks with integral readings and with the consumption of points."""

from collections.abc import Iterator
from typing import Any

from core.imports.public import Importer, Source, fits_workbook, marker, read_table
from plugins.readings.domain.imports import INTEGRAL, POINTS, IntegralUnit, PointUnit, integral_units, point_units
from plugins.readings.permissions import SUBMIT
from plugins.readings.services import files

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
)
