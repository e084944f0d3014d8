"""Small plugins by strangers, each built on the spot."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.config import Config
from core.errors import ErrorKind
from core.plugins import Manifest, assemble
from core.sdk import PUBLIC, Adapter, Context, Hooks, Job, get
from core.testing.cabinet import config_for_tests


class Happened(msgspec.Struct, frozen=True):
    """An event."""

    what: str


class DoIt(msgspec.Struct, frozen=True):
    """An order."""


class DoThat(msgspec.Struct, frozen=True):
    """Another order."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings."""

    days: int = 1


class Row(msgspec.Struct, frozen=True):
    """A row of a dataset."""

    id: str


class Weather(Protocol):
    """A port."""

    async def close(self) -> None: ...


class Tides(Protocol):
    """Another port."""


def plugin(name: str, **answers: Any) -> type[Hooks]:
    """A plugin whose hooks give these answers; `needs` and `places` are attributes. An exception is raised."""
    attributes: dict[str, Any] = {"name": name, "__module__": f"strangers.{name}.plugin"}
    for hook, answer in answers.items():
        attributes[hook] = answer if hook in ("needs", "places") else _answering(answer)
    return type(name.title(), (Hooks,), attributes)


def _answering(answer: Any) -> Callable[[Hooks], Any]:
    def hook(_: Hooks) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return hook


def available(*plugins: type[Hooks]) -> Mapping[str, Callable[[], type[Hooks]]]:
    """As `Host(available=...)` takes them."""
    return {hooks.name: lambda hooks=hooks: hooks for hooks in plugins}  # type: ignore[misc]


def assembled(*plugins: type[Hooks], core: tuple[type[Hooks], ...] = (), **changes: Any) -> Manifest:
    """The manifest of these plugins, all of them enabled."""
    config = config_for_tests(
        "sqlite:///nowhere.db", Path(), enabled=changes.pop("enabled", [hooks.name for hooks in plugins]), **changes
    )
    return assemble(config, [part() for part in core], available(*plugins))


def answering(path: str, operation_id: str, **options: Any) -> HTTPRouteHandler:
    """A public route that answers «здравствуйте»."""

    async def handler() -> str:
        """Greet."""
        return "здравствуйте"

    return get(path, **{"access": PUBLIC, "operation_id": operation_id, **options})(handler)


async def nothing(_: Context, __: Any) -> None:
    """The deed of a job."""


def job(name: str, payload: type[msgspec.Struct] = DoIt, **options: Any) -> Job[Any]:
    """A job that does nothing."""
    return Job(name, nothing, payload, **options)


def kind(code: str) -> ErrorKind:
    """A problem."""
    return ErrorKind(code, 409, "Нет", "No")


def weather(name: str = "sunny", port: str = "weather") -> Adapter:
    """An adapter of the port `weather`."""
    return Adapter(port, name, lambda settings, host: None)


def config_of(*enabled: str) -> Config:
    """A host file that enables these plugins."""
    return config_for_tests("sqlite:///nowhere.db", Path(), enabled=list(enabled))
