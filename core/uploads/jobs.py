"""Work behind uploads: putting parts together, deleting, housekeeping."""

from datetime import timedelta
from typing import Any

import msgspec

from core.sdk import Context, Every, Job
from core.uploads.services import ending, joining, keeping
from core.uploads.services.ending import CleanUpload
from core.uploads.services.joining import JoinUpload
from core.uploads.services.keeping import DropFile


class ExpireUploads(msgspec.Struct, frozen=True):
    """Remove what nothing was attached to in time."""


async def expire(ctx: Context, _: ExpireUploads) -> None:
    """Runs `ending.expire`."""
    await ending.expire(ctx)


JOBS: tuple[Job[Any], ...] = (
    Job("uploads.join", joining.join_ordered, JoinUpload),
    Job("uploads.clean", ending.clean, CleanUpload),
    Job("uploads.drop_file", keeping.drop, DropFile),
    Job("uploads.expire", expire, ExpireUploads, every=Every(timedelta(hours=1))),
)
