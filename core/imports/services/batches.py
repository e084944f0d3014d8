"""What reading and sending share: files on the local disk, units in a spool, outcomes as rows."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import msgspec

from core.importing import Counts, FileRefused, Note, Outcome, Source
from core.imports.errors import TOO_MANY_UNITS
from core.imports.services.access import AnyImporter
from core.imports.services.uploading import suffix_of
from core.imports.store import ImportRow
from core.ports.files import Files, FilesUnavailable
from core.sdk import Context, Later, Problem

_LENGTH = 4  # bytes before each unit of the spool
_ENCODER = msgspec.json.Encoder()
_UNITS = msgspec.msgpack.Encoder()
_STORE_AWAY = timedelta(seconds=30)


class Stopped(Exception):
    """The import was cancelled or deleted meanwhile, or another worker has taken it over."""


async def fetch(ctx: Context, row: ImportRow, folder: Path) -> Source:
    """The stored file on the local disk. Raises Later while the store is away."""
    suffix = suffix_of(row.file_name)
    path = folder / f"file{suffix}"
    try:
        with path.open("wb") as local:
            async for piece in ctx.port(Files).get(row.stored_key):
                await asyncio.to_thread(local.write, piece)
    except FilesUnavailable as error:
        raise Later(_STORE_AWAY) from error
    return Source(path, row.file_name, suffix, row.size, folder, ctx.runtime.settings)


class Collecting:
    """Reads a whole file into a spool, in a thread; `count` is how far it is, `stop` ends it at the next unit."""

    def __init__(self, importer: AnyImporter, source: Source, spool: IO[bytes]) -> None:
        self._importer, self._source, self._spool = importer, source, spool
        self.count = 0
        self.stop = threading.Event()

    def run(self) -> None:
        """Raises what the importer raises, and FileRefused for too many units."""
        for unit in self._importer.read(self._source):
            if self.stop.is_set():
                raise Stopped
            self.count += 1
            if self.count > self._importer.max_units:
                raise FileRefused(Note.of(TOO_MANY_UNITS, most=self._importer.max_units))
            encoded = _UNITS.encode(unit)
            self._spool.write(len(encoded).to_bytes(_LENGTH, "big") + encoded)


def spooled(spool: IO[bytes], size: int, after: int) -> Iterator[list[bytes]]:
    """The units of a spool in batches, without the first `after`."""
    spool.seek(0)
    batch: list[bytes] = []
    number = 0
    while head := spool.read(_LENGTH):
        unit = spool.read(int.from_bytes(head, "big"))
        number += 1
        if number <= after:
            continue
        batch.append(unit)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def decoded(importer: AnyImporter, units: Sequence[bytes]) -> list[Any]:
    """Units as the importer knows them."""
    decode = msgspec.msgpack.Decoder(importer.unit).decode
    return [decode(unit) for unit in units]


def row_of(outcome: Outcome) -> dict[str, Any]:
    """The columns of an entry."""
    notes = [*outcome.notes, *(note for line in outcome.lines for note in line.notes)]
    return {
        "title": outcome.title,
        "state": outcome.state,
        "warned": any(note.level == "warning" for note in notes),
        "lines": _ENCODER.encode(outcome.lines),
        "notes": _ENCODER.encode(outcome.notes),
        "fact_id": outcome.fact_id or None,
    }


def counted(counts: Counts, outcomes: Sequence[Outcome]) -> Counts:
    """The counts with more outcomes."""
    more: Counter[str] = Counter(outcome.state for outcome in outcomes)
    more["partly"] = sum(outcome.state in ("sent", "accepted") and _left_out(outcome) for outcome in outcomes)
    return msgspec.structs.replace(counts, **{name: getattr(counts, name) + number for name, number in more.items()})


def _left_out(outcome: Outcome) -> bool:
    return any(note.level == "error" for line in outcome.lines for note in line.notes)


def encoded(notes: Sequence[Note]) -> bytes:
    """Remarks on a file, as they are stored."""
    return _ENCODER.encode(list(notes))


def notes_of(problem: Problem) -> list[Note]:
    """A refusal of the plugin's own rules as remarks: on everything, and on each field that it names."""
    details = [Note.of(error.kind, **error.params) for error in problem.errors]
    return [Note.of(problem.kind, **problem.params), *details]
