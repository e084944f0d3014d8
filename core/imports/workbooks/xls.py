"""`.xls`: read by `xls_child.py`, whose lines come back through a pipe."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

import msgspec

from core.importing import FileRefused, Note
from core.imports.errors import TOO_MANY_ROWS, WORKBOOK_BROKEN, WORKBOOK_ENCRYPTED, WORKBOOK_TOO_LARGE
from core.imports.workbooks import xls_child
from core.imports.workbooks.cells import MOST_COLUMNS, MOST_ROWS, Cell, DateCell, ErrorCell, SheetRow, number_text

_ROOM = BoundedSemaphore(2)
"""A book takes up to 700 MB: so many are read at once, the others wait."""
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_DECODER = msgspec.json.Decoder(tuple[int, int, bool, list[tuple[int, int, str]]])
_REFUSALS = {
    xls_child.ENCRYPTED: Note.of(WORKBOOK_ENCRYPTED),
    xls_child.TOO_LARGE: Note.of(TOO_MANY_ROWS, most=MOST_ROWS),
    -9: Note.of(WORKBOOK_TOO_LARGE),
    -24: Note.of(WORKBOOK_TOO_LARGE),
}
"""What the child's exit says; killed, it wanted more than it may have."""


def is_encrypted_xlsx(path: Path) -> bool:
    """A `.xlsx` with a password is a container of the old format that holds the encrypted zip."""
    with path.open("rb") as file:
        tail = b""
        while piece := file.read(1_000_000):
            if _ENCRYPTED_PACKAGE in tail + piece:
                return True
            tail = piece[-64:]
    return False


def xls_sheets(path: Path) -> Iterator[tuple[str, Iterator[SheetRow]]]:
    """Title and rows of each sheet that holds anything, in their order; a sheet must be read before the next is asked
    for. Raises FileRefused.
    """
    if is_encrypted_xlsx(path):
        raise FileRefused(Note.of(WORKBOOK_ENCRYPTED))
    with _ROOM:
        yield from _read(path)


def _read(path: Path) -> Iterator[tuple[str, Iterator[SheetRow]]]:
    command = [sys.executable, "-I", xls_child.__file__, str(path), str(MOST_COLUMNS), str(MOST_ROWS)]
    # Our own program, but a stranger's file: it is not given our environment, where the secrets are.
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={})  # noqa: S603
    assert child.stdout is not None
    try:
        titles: list[Any] = msgspec.json.decode(child.stdout.readline() or b"[]")
        for sheet, rows in groupby(map(_DECODER.decode, child.stdout), key=lambda row: row[0]):
            yield str(titles[sheet]), (_row(row) for row in rows)
        if code := child.wait():
            raise FileRefused(_REFUSALS.get(code, Note.of(WORKBOOK_BROKEN)))
    except (msgspec.DecodeError, IndexError) as error:
        code = child.wait()
        raise FileRefused(_REFUSALS.get(code, Note.of(WORKBOOK_BROKEN))) from error
    finally:
        child.kill()  # nothing, when it has ended
        child.stdout.close()
        child.wait()


def _row(row: tuple[int, int, bool, list[tuple[int, int, str]]]) -> SheetRow:
    return SheetRow(row[1], row[2], {column: _cell(kind, text) for column, kind, text in row[3]})


def _cell(kind: int, text: str) -> Cell:
    if kind == xls_child.TEXT:
        return Cell(text.strip())
    if kind == xls_child.NUMBER:
        return number_text(text)
    return DateCell(text) if kind == xls_child.DATE else ErrorCell(text)
