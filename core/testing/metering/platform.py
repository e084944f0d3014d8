"""The platform inside of the process: an adapter of the port, and a book that tests write into."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from core.ports.metering import Change, Changes, MeteringUnavailable

Trouble = Literal["", "down", "hasty", "stuck", "back", "garbage", "slow"]
"""down: nothing is answered; hasty: more than was asked for; stuck: changes without a new cursor; back: a cursor from
the beginning; garbage: no page at all; slow: after a while."""


class Platform:
    """Keeps changes in order; a cursor is a place among them."""

    pulls = True

    def __init__(self) -> None:
        self.changes_made: list[Change] = []
        self.trouble: Trouble = ""
        self.failures = 0
        """So many of the next questions fail, whatever the trouble."""
        self.repeats = False
        """True: a page begins with the last change of the one before it, as careless platforms do."""
        self.asked: list[str] = []
        """The cursors of all questions."""

    def publish(self, kind: str, *rows: Mapping[str, Any]) -> None:
        """Appends changes."""
        self.changes_made += [Change(kind, msgspec.Raw(msgspec.json.encode(row))) for row in rows]

    def publish_all(self, changes: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Appends changes of several kinds."""
        for kind, row in changes:
            self.publish(kind, row)

    async def changes(self, after: str, limit: int) -> Changes:
        self.asked.append(after)
        if self.failures:
            self.failures -= 1
            raise MeteringUnavailable("the platform is being restarted")
        if self.trouble == "slow":
            await asyncio.sleep(0.05)
        elif self.trouble:
            raise MeteringUnavailable(f"the platform is in trouble: {self.trouble}")
        return self.page(after, limit)

    def page(self, after: str, limit: int) -> Changes:
        """What stands after a cursor."""
        start = int(after or 0)
        end = min(start + limit, len(self.changes_made))
        first = start - 1 if self.repeats and 0 < start < end else start
        end = min(end, first + limit)
        return Changes(self.changes_made[first:end], str(end) if end else "", end < len(self.changes_made))

    async def close(self) -> None:
        """Nothing is open."""
