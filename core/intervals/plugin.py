"""Intervals as a part of the core: a store for plugins, without routes of its own."""

from pathlib import Path

from core.intervals import models as models
from core.sdk import Hooks, Migrations


class IntervalsPlugin(Hooks):
    """Table of contents."""

    name = "intervals"

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
