"""Workbooks as clients have them: filled templates, in both formats."""

import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpx
import openpyxl
import xlwt

from core.testing.cabinet import Cabinet, Caller

INTEGRAL, CONSUMPTION = "readings.integral", "readings.consumption"
Rows = list[list[Any]]


async def template_rows(caller: Caller, which: str = "integral", contract_id: str = "c1") -> Rows:
    """The rows of a template as it is downloaded, headings included."""
    answer = await caller.get(f"/api/v1/readings/contracts/{contract_id}/templates/{which}")
    assert answer.status_code == 200, answer.text
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    return [["" if value is None else value for value in row] for row in sheet.iter_rows(values_only=True)]


def filled(rows: Rows, values: dict[tuple[str, str], Any]) -> Rows:
    """The rows of an integral template with present readings by (meter, scale)."""
    return [rows[0], *[[*row[:8], values.get((row[3], row[6]), row[8])] for row in rows[1:]]]


def xlsx(rows: Iterable[Sequence[Any]], edit: Callable[[Any], None] | None = None) -> bytes:
    """A workbook of rows; `edit` does what it likes with the sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append([None if value == "" else value for value in row])
    if edit is not None:
        edit(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xls(rows: Iterable[Sequence[Any]]) -> bytes:
    """The same in the format of 1997."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Показания")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if value != "":
                sheet.write(number, column, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def upload(
    caller: Caller,
    content: bytes,
    name: str = "показания.xlsx",
    *,
    kind: str = INTEGRAL,
    contract_id: str = "c1",
    **more: str,
) -> httpx.Response:
    """Uploads a workbook."""
    params = {"kind": kind, "contract_id": contract_id, "name": name, **more}
    return await caller.post("/api/v1/imports", params=params, content=content)


async def checked(cabinet: Cabinet, caller: Caller, content: bytes, name: str = "показания.xlsx", **more: str) -> Any:
    """The import of a workbook, uploaded and checked."""
    answer = await upload(caller, content, name, **more)
    assert answer.status_code == 201, answer.text
    await cabinet.drain()
    return (await caller.get(f"/api/v1/imports/{answer.json()['id']}")).json()


async def sent(cabinet: Cabinet, caller: Caller, import_id: str) -> Any:
    """The import after it was ordered and everything has run."""
    answer = await caller.post(f"/api/v1/imports/{import_id}/commit")
    assert answer.status_code == 202, answer.text
    await cabinet.drain()
    return (await caller.get(f"/api/v1/imports/{import_id}")).json()


async def entries(caller: Caller, import_id: str, **params: str) -> list[Any]:
    """What became of the units."""
    answer = await caller.get(f"/api/v1/imports/{import_id}/entries", params=params)
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["items"]
    return found


def remarks(entry: Any) -> list[tuple[str, int | None, str | None]]:
    """(code, row, column) of every note of an entry."""
    notes = [(note["code"], note["row"], note["column"]) for note in entry["notes"]]
    return notes + [
        (note["code"], note["row"] or line["row"], note["column"]) for line in entry["lines"] for note in line["notes"]
    ]
