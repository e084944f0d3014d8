"""Work behind files: reading and checking, sending, billing's answers, housekeeping."""

from datetime import time
from typing import Any

import msgspec

from core.exchange.public import FactsAnswered
from core.imports import errors
from core.imports.services import committing, ending, reading, uploading
from core.imports.services.committing import CommitFile
from core.imports.services.uploading import ForgetFile, ReadFile
from core.sdk import Context, ErrorKind, Every, Job, Later, Superseded

ATTEMPTS = 10
PATIENCE = 4
"""After so many attempts the client is told that the cabinet has failed; a file not yet checked is tried further."""


class PurgeFiles(msgspec.Struct, frozen=True):
    """Remove what is too old."""


async def read(ctx: Context, order: ReadFile) -> None:
    """Reads and checks a file."""
    try:
        await reading.read(ctx, order)
    except (Later, Superseded):
        raise
    except Exception:
        await _give_up(ctx, order.import_id, errors.READING_FAILED)
        raise


async def commit(ctx: Context, order: CommitFile) -> None:
    """Sends what is new in a file."""
    try:
        await committing.commit(ctx, order)
    except (Later, Superseded):
        raise
    except Exception:
        await _give_up(ctx, order.import_id, errors.SENDING_FAILED)
        raise


async def _give_up(ctx: Context, import_id: str, kind: ErrorKind) -> None:
    if ctx.job is not None and ctx.job.attempt >= PATIENCE:
        await ending.fail(ctx, import_id, kind)


async def purge(ctx: Context, _: PurgeFiles) -> None:
    """Runs `ending.purge`."""
    await ending.purge(ctx)


JOBS: tuple[Job[Any], ...] = (
    Job("imports.read", read, ReadFile, attempts=ATTEMPTS),
    Job("imports.commit", commit, CommitFile, attempts=ATTEMPTS),
    Job("imports.apply_answers", ending.answered, FactsAnswered, on=FactsAnswered),
    Job("imports.forget_file", uploading.forget_file, ForgetFile),
    Job("imports.purge", purge, PurgeFiles, every=Every(at=time(4, 10))),
)
