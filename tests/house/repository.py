"""What this repository holds: the parts of the core and every plugin, found by their folders."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from core.host import CORE
from core.sdk import Hooks

ROOT = Path(__file__).parents[2]
PACKAGES = ("core", "plugins", "hosts")


def known_plugins() -> dict[str, Callable[[], type[Hooks]]]:
    """Every plugin in `plugins/` and `hosts/`, as `Host(available=...)` takes them."""
    found = [_hooks_of(path) for path in sorted([*ROOT.glob("plugins/*/plugin.py"), *ROOT.glob("hosts/*/plugin.py")])]
    return {hooks.name: lambda hooks=hooks: hooks for hooks in found}  # type: ignore[misc]


def _hooks_of(path: Path) -> type[Hooks]:
    module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    own = [item for item in vars(module).values() if isinstance(item, type) and item.__module__ == module.__name__]
    (hooks,) = [item for item in own if issubclass(item, Hooks)]
    return hooks


def all_hooks() -> list[Hooks]:
    """One of each: the parts of the core, then the plugins."""
    return [part() for part in CORE] + [load()() for load in known_plugins().values()]


def package_of(hooks: Hooks) -> Path:
    """The folder of a plugin."""
    return ROOT.joinpath(*type(hooks).__module__.split(".")[:-1])


def sources(*folders: str) -> list[Path]:
    """Python files under the given folders of the repository, without generated ones."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py") if "build" not in path.parts)
