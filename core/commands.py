"""Commands of a plugin for the operator's command line, declared without any library of command lines."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

import msgspec

from core.context import Context

O = TypeVar("O", bound=msgspec.Struct)  # noqa: E741 - options


class Told(msgspec.Struct, frozen=True):
    """What a command has to say: the lines to print."""

    lines: Sequence[str]
    well: bool = True
    """False: the process ends with status 1, for whoever runs it by a timetable."""


class Command(Generic[O]):
    """`abonent <plugin> <name>`, in a process of its own beside the running host; `name` is `<plugin>.<name>`.

    `options` is a Struct: a field without a default is an argument, one with a default an option (`bool`: a flag), all
    of them described by `msgspec.Meta(description=...)`. A `Path` must be of a file that exists. `run(ctx, options)`
    acts as the system; a Problem that it raises is printed in one line, with status 1.
    """

    def __init__(
        self, name: str, run: Callable[[Context, Any], Awaitable[Told]], options: type[O], *, title: str
    ) -> None:
        """`title` is the English line of `--help`."""
        self.name, self.run, self.options, self.title = name, run, options, title
