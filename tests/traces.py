"""What a cabinet leaves behind: lines of its logs, and everything in its database."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from core.testing.cabinet import Cabinet


class Logs:
    """Everything that was logged since the beginning, of every logger and level, with the traces of errors."""

    def __init__(self, records: pytest.LogCaptureFixture, printed: pytest.CaptureFixture[str]) -> None:
        self._records, self._printed, self._lines = records, printed, ""

    def text(self, *names: str) -> str:
        """All of it; of the standard library's loggers only those whose names begin so, if any are given."""
        self._lines += "".join(self._printed.readouterr())  # where structlog writes unless it is told otherwise
        form = self._records.handler.format
        kept = [form(one) for one in self._records.get_records("call") if not names or one.name.startswith(names)]
        return "\n".join([self._lines, *kept])


@pytest.fixture
def logs(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> Logs:
    """The logs of the test."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, "aiosqlite")  # below, it says what is stored, and that is looked at itself
    return Logs(caplog, capsys)


async def stored(cabinet: Cabinet) -> list[tuple[str, str]]:
    """(table.column, value as text) of every value in the database."""
    async with cabinet.runtime.database.writer.begin() as connection:
        return await connection.run_sync(lambda own: list(_values(own)))


def _values(connection: sa.Connection) -> Iterator[tuple[str, str]]:
    tables = sa.MetaData()
    tables.reflect(connection)
    for table in tables.sorted_tables:
        for row in connection.execute(sa.select(*[sa.type_coerce(one, _Raw()) for one in table.c])):
            for column, value in zip(table.c, row, strict=True):
                yield f"{table.name}.{column.name}", _text(value)


class _Raw(sa.types.NullType):
    """Values as the driver gives them."""


def _text(value: Any) -> str:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)
