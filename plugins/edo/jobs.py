"""Work that follows orders."""

from typing import Any

from core.sdk import Job
from plugins.edo.services import files

JOBS: tuple[Job[Any], ...] = (Job("edo.drop_file", files.drop, files.DropEdoFile),)
