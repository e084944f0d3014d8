"""The client's own file with its wrong places marked."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from core.importing import FileRefused, Line, Mark, Note
from core.imports import errors, store
from core.imports.services import access, batches, showing
from core.imports.store import EntryRow
from core.sdk import Context, Problem

_PIECE = 65_536
_MARKERS = ThreadPoolExecutor(2, thread_name_prefix="marking")
"""Marking a workbook takes up to a gigabyte: so many at once, whoever asks, and nobody else's threads."""


async def marked(ctx: Context, import_id: str) -> tuple[str, AsyncIterator[bytes]]:
    """Name and content of the marked copy. Raises Problem where there is none."""
    row, importer, granted = await access.found(ctx, import_id)
    if importer.mark is None or not row.checked:
        raise Problem(errors.NO_MARKED_COPY)
    entries = await granted.reader.all(store.REMARKED, import_id=import_id)
    marks = [mark for entry in entries for mark in marks_of(entry, granted.language == "en")]
    folder = TemporaryDirectory(prefix="abonent-marked-")
    try:
        source = await batches.fetch(ctx, row, Path(folder.name))
        target = Path(folder.name) / "marked"
        await asyncio.get_running_loop().run_in_executor(_MARKERS, importer.mark, source, marks, target)
    except FileRefused as error:
        folder.cleanup()
        raise Problem(errors.NO_MARKED_COPY) from error
    except BaseException:
        folder.cleanup()
        raise
    return f"{Path(row.file_name).stem} (с пометками).xlsx", _sent(target, folder)


async def _sent(path: Path, folder: "TemporaryDirectory[str]") -> AsyncIterator[bytes]:
    with folder, path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece


def marks_of(entry: EntryRow, english: bool) -> Iterator[Mark]:
    """The places of an entry; what is said of it as a whole stands at its first line."""
    lines = showing.LINES.decode(entry.lines)
    answers = showing.ANSWERS.decode(entry.answers) if entry.answers else {}
    first = lines[0] if lines else Line()
    for note in store.NOTES.decode(entry.notes):
        yield _mark(note, first, english)
    for line in lines:
        for note in line.notes:
            yield _mark(note, line, english)
        refused = answers.get(line.item) if line.item else None
        if refused is not None and refused.outcome == "refused":
            yield Mark(line.sheet, line.row, "", refused.text or refused.code, "error")
    whole = answers.get("")
    if whole is not None and whole.outcome == "refused":
        yield Mark(first.sheet, first.row, "", whole.text or whole.code, "error")


def _mark(note: Note, line: Line, english: bool) -> Mark:
    text = note.en if english else note.ru
    return Mark(note.sheet or line.sheet, note.row or line.row, note.column, text, note.level)
