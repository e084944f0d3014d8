"""What operators do with readings on the command line."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any

import msgspec

from core.sdk import Command, Context, Told
from plugins.readings.services import peaks


class PeakHours(msgspec.Struct, frozen=True):
    """Options of `abonent readings peak-hours`."""

    file: Path
    region: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z_-]{1,64}$(?!\n)")]
    """The market operator's code, as in the file's name."""


async def peak_hours(ctx: Context, options: PeakHours) -> Told:
    """How much was taken."""
    loaded = await peaks.load_file(ctx, options.region, _content(options.file))
    months = ", ".join(f"{month:%Y-%m}" for month in loaded.months)
    return Told([f"region {loaded.region}: {loaded.days} days of {months}"])


async def _content(file: Path) -> AsyncIterator[bytes]:
    yield await asyncio.to_thread(file.read_bytes)


COMMANDS: tuple[Command[Any], ...] = (
    Command(
        "readings.peak_hours",
        peak_hours,
        PeakHours,
        title="Take the market operator's monthly XLS of peak hours of a region; its months are replaced.",
    ),
)
