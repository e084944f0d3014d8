"""The client's own workbook with its wrong cells marked, and a column with the reasons."""

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from core.importing import FileRefused, Mark, Note, Source
from core.imports.errors import WORKBOOK_BROKEN, WORKBOOK_TOO_LARGE
from core.imports.workbooks import mark_child
from core.imports.workbooks.tables import OLE

_SECONDS = 2 * mark_child.SECONDS


def marker(headings: Sequence[str]) -> Callable[[Source, Sequence[Mark], Path], None]:
    """For `Importer.mark` of workbooks with these headings: the marked copy is a `.xlsx` (of a `.xls`, too).

    A former marking is washed off. Raises FileRefused where the workbook bears no copying: it is held in memory as a
    whole, by a process with a limit.
    """

    def mark(source: Source, marks: Sequence[Mark], target: Path) -> None:
        with source.path.open("rb") as file:
            old = file.read(len(OLE)) == OLE
        order = {"source": str(source.path), "target": str(target), "old": old, "headings": headings, "marks": marks}
        code = _run(msgspec.json.encode(order))
        if code == mark_child.BROKEN:
            raise FileRefused(Note.of(WORKBOOK_BROKEN))
        if code or not target.exists():
            raise FileRefused(Note.of(WORKBOOK_TOO_LARGE))

    return mark


def _run(order: bytes) -> int:
    command = [sys.executable, "-I", mark_child.__file__]
    try:
        done = subprocess.run(  # noqa: S603
            command,
            input=order,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={},  # a stranger's file is read there: our secrets are not
        )
    except subprocess.TimeoutExpired as error:
        raise FileRefused(Note.of(WORKBOOK_TOO_LARGE)) from error
    return done.returncode
