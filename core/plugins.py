"""The plugin host: finds the enabled plugins, checks what they declare, freezes it into one manifest.

Every conflict is found here, at the start, and named by both culprits; nothing is decided by the order of loading.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import entry_points
from typing import Any

import msgspec
import pluggy
from litestar.handlers import HTTPRouteHandler

from core.config import Config, ConfigError, decode
from core.db.types import Base
from core.db.uow import Routing
from core.errors import ErrorKind
from core.sdk import (
    Adapter,
    CardSection,
    Command,
    Dataset,
    Event,
    Forgetter,
    Hooks,
    Importer,
    Job,
    Letter,
    MenuSection,
    MonthSeries,
    NotificationKind,
    Permission,
    Port,
    Validator,
)
from core.wiring import PluginError as PluginError
from core.wiring import (
    check_importers,
    check_kinds,
    check_permissions,
    check_required,
    check_shown,
    choose_adapters,
    route_events,
)

ENTRY_POINTS = "abonent.plugins"
API = "/api/v1/"
_AREAS = ("staff", "exchange")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_KINDS: tuple[tuple[str, type], ...] = (
    ("errors", ErrorKind),
    ("permissions", Permission),
    ("events", Event),
    ("jobs", Job),
    ("letters", Letter),
    ("notification_kinds", NotificationKind),
    ("datasets", Dataset),
    ("card_sections", CardSection),
    ("menu_sections", MenuSection),
    ("month_series", MonthSeries),
    ("importers", Importer),
    ("validators", Validator),
    ("commands", Command),
    ("ports", Port),
    ("forgetters", Forgetter),
)


class Manifest(msgspec.Struct, frozen=True):
    """Everything that the enabled plugins contribute, checked and in a fixed order. Never changes after the start."""

    plugins: tuple[Hooks, ...]
    quarantined: Mapping[str, str]
    """Optional plugins that failed, with the reason."""
    closed: Mapping[str, tuple[str, ...]]
    """Those plugins, with the places that are closed while they are away."""
    declared: Mapping[type, tuple[Any, ...]]
    """Declarations by their type: `declared[Permission]`."""
    owners: Mapping[tuple[str, str], str]
    """(hook, name) -> the plugin that declared it."""
    routes: tuple[HTTPRouteHandler, ...]
    settings: Mapping[type[msgspec.Struct], msgspec.Struct]
    adapters: Mapping[str, Adapter]
    """Port -> the adapter that the host chose."""
    routing: Routing

    def report(self) -> str:
        """The start-up report: one line a plugin, one a port."""
        lines = [f"plugin {plugin.name:14} {self._summary(plugin.name)}" for plugin in self.plugins]
        lines += [f"plugin {name:14} QUARANTINED: {reason}" for name, reason in self.quarantined.items()]
        lines += [f"port   {port:14} {adapter.name}" for port, adapter in self.adapters.items()]
        return "\n".join(lines)

    def _summary(self, plugin: str) -> str:
        counts: dict[str, int] = {}
        for (hook, _), owner in self.owners.items():
            if owner == plugin and hook not in ("operations", "places", "protocols"):
                counts[hook] = counts.get(hook, 0) + 1
        return ", ".join(f"{count} {hook}" for hook, count in counts.items())


def installed() -> dict[str, Callable[[], type[Hooks]]]:
    """Plugins installed in this environment: name -> how to load the class. Nothing is imported yet."""
    return {point.name: point.load for point in entry_points(group=ENTRY_POINTS)}


def assemble(
    config: Config,
    core: Sequence[Hooks],
    available: Mapping[str, Callable[[], type[Hooks]]] | None = None,
) -> Manifest:
    """The manifest of the core and of the plugins that `config` enables. Raises PluginError."""
    available = installed() if available is None else available
    for name in config.host.optional:
        if name not in config.host.plugins:
            raise PluginError(f"[host] optional: {name!r} is not among [host] plugins")
    loaded: list[Hooks] = []
    quarantined: dict[str, str] = {}
    for name in config.host.plugins:
        if name not in available:
            known = ", ".join(sorted(available)) or "none"
            raise PluginError(f"plugin {name!r} is enabled in [host] plugins but not installed (installed: {known})")
        try:
            loaded.append(_load(name, available[name]))
        except PluginError:
            raise
        except Exception as error:
            if name not in config.host.optional:
                raise PluginError(f"plugin {name!r} cannot be loaded: {error!r}") from error
            quarantined[name] = repr(error)
    answers: dict[tuple[str, str], Any] = {}
    closed: dict[str, tuple[str, ...]] = {name: (name,) for name in quarantined}
    while True:  # whatever a plugin had declared before it failed, and whoever needs it, goes with it
        closed |= _check_needs(loaded, quarantined, config)
        try:
            return _collect([*core, *loaded], core, answers, quarantined, closed, config)
        except _Failed as failed:
            if failed.plugin.name not in config.host.optional:
                raise PluginError(f"plugin {failed.plugin.name!r} failed at the start: {failed.error!r}") from failed
            quarantined[failed.plugin.name] = repr(failed.error)
            closed[failed.plugin.name] = places_of(failed.plugin)
            loaded.remove(failed.plugin)


class _Failed(Exception):
    """A hook of a plugin raised."""

    def __init__(self, plugin: Hooks, error: Exception) -> None:
        super().__init__(plugin.name)
        self.plugin, self.error = plugin, error


def places_of(plugin: Hooks) -> tuple[str, ...]:
    """First path segments that belong to the plugin."""
    return plugin.places or (plugin.name,)


def _load(name: str, load: Callable[[], type[Hooks]]) -> Hooks:
    hooks = load()()
    if hooks.name != name:
        raise PluginError(f"the entry point is called {name!r} but the plugin calls itself {hooks.name!r}")
    if not _NAME.fullmatch(name) or name in _AREAS:
        raise PluginError(f"plugin {name!r}: not a name for a plugin (small letters, digits, underscores)")
    return hooks


def _check_needs(loaded: list[Hooks], quarantined: dict[str, str], config: Config) -> dict[str, tuple[str, ...]]:
    """Drops optional plugins whose needs are not met, until nothing changes; a required one stops the start.

    Returns the dropped ones with their places.
    """
    closed: dict[str, tuple[str, ...]] = {}
    while True:
        names = {hooks.name for hooks in loaded}
        lacking = next((hooks for hooks in loaded if set(hooks.needs) - names), None)
        if lacking is None:
            return closed
        missing = ", ".join(sorted(set(lacking.needs) - names))
        if lacking.name not in config.host.optional:
            raise PluginError(f"plugin {lacking.name!r} needs {missing}, which is not running: enable it too")
        quarantined[lacking.name] = f"needs {missing}"
        closed[lacking.name] = places_of(lacking)
        loaded.remove(lacking)


class _Manager(pluggy.PluginManager):
    """A pluggy manager in which every method that overrides one of `Hooks` is an implementation, without a marker."""

    def parse_hookimpl_opts(self, plugin: object, name: str) -> pluggy.HookimplOpts | None:
        own, base = getattr(type(plugin), name, None), getattr(Hooks, name, None)
        if base is None or own is base or not hasattr(base, "abonent_spec"):
            return None
        return {
            "wrapper": False,
            "hookwrapper": False,
            "optionalhook": False,
            "tryfirst": False,
            "trylast": False,
            "specname": None,
        }


class _Gathering:
    """Asks one plugin after the other and remembers who declared what."""

    def __init__(self, core: Sequence[Hooks], answers: dict[tuple[str, str], Any]) -> None:
        self.manager = _Manager("abonent")
        self.manager.add_hookspecs(Hooks)
        self.core = frozenset(hooks.name for hooks in core)
        self.answers = answers
        self.owners: dict[tuple[str, str], str] = {}
        self.declared: dict[type, list[Any]] = {kind: [] for _, kind in _KINDS}

    def ask(self, plugin: Hooks, hook: str) -> Any:
        """The answer of one plugin to one hook, [] when it does not implement it; each is called once."""
        key = (plugin.name, hook)
        if key not in self.answers:
            others = [other for other in self.manager.get_plugins() if other is not plugin]
            answers = self.manager.subset_hook_caller(hook, others)()
            self.answers[key] = answers[0] if answers else []
        return self.answers[key]

    def claim(self, plugin: Hooks, hook: str, name: str) -> None:
        """Notes that the plugin declares `name`; refuses a second declaration."""
        holder = self.owners.get((hook, name))
        if holder == plugin.name:
            raise PluginError(f"{hook}: {name!r} is declared twice by {holder!r}")
        if holder is not None:
            raise PluginError(f"{hook}: {name!r} is declared by both {holder!r} and {plugin.name!r}")
        self.owners[hook, name] = plugin.name

    def check_name(self, plugin: Hooks, hook: str, name: str) -> None:
        prefix, dot, _ = name.partition(".")
        own = prefix == plugin.name and dot
        if not own and not (plugin.name in self.core and not dot):
            raise PluginError(f"plugin {plugin.name!r}: {hook} {name!r} must start with {plugin.name + '.'!r}")


def _collect(
    plugins: list[Hooks],
    core: Sequence[Hooks],
    answers: dict[tuple[str, str], Any],
    quarantined: Mapping[str, str],
    closed: Mapping[str, tuple[str, ...]],
    config: Config,
) -> Manifest:
    gathering = _Gathering(core, answers)
    for plugin in plugins:
        if gathering.manager.has_plugin(plugin.name):
            raise PluginError(f"plugin {plugin.name!r} is enabled twice")
        gathering.manager.register(plugin, plugin.name)
    routes: list[HTTPRouteHandler] = []
    settings: dict[type[msgspec.Struct], msgspec.Struct] = {}
    adapters: list[Adapter] = []
    for plugin in plugins:
        try:
            settings |= _settings(gathering, plugin, config)
            _declarations(gathering, plugin)
            routes += _routes(gathering, plugin)
            adapters += _adapters(gathering, plugin)
            gathering.ask(plugin, "requires")
            gathering.ask(plugin, "migrations")
            _check_tables(plugin, plugins)
        except ConfigError:
            raise  # a broken rule is a mistake of the deployment, never a passing failure
        except Exception as error:
            raise _Failed(plugin, error) from error
    _refuse_strangers(config, plugins, quarantined)
    declared = {kind: tuple(items) for kind, items in gathering.declared.items()}
    check_permissions(declared[Permission], routes)
    check_shown([*declared[MenuSection], *declared[MonthSeries]], declared[Permission])
    check_kinds(declared[NotificationKind], declared[Permission])
    check_importers(declared[Importer], declared[Permission])
    chosen = choose_adapters(declared[Port], adapters, config)
    for plugin in plugins:
        check_required(plugin.name, gathering.ask(plugin, "requires"), declared[Port], chosen)
    return Manifest(
        plugins=tuple(plugins),
        quarantined=dict(quarantined),
        closed=dict(closed),
        declared=declared,
        owners=gathering.owners,
        routes=tuple(routes),
        settings=settings,
        adapters=chosen,
        routing=route_events(declared[Event], declared[Job]),
    )


def _settings(gathering: _Gathering, plugin: Hooks, config: Config) -> dict[type[msgspec.Struct], msgspec.Struct]:
    kind = gathering.ask(plugin, "settings")
    raw = config.plugins.get(plugin.name, {})
    if not kind:
        if raw:
            raise PluginError(f"[plugins.{plugin.name}]: the plugin has no settings")
        return {}
    gathering.claim(plugin, "settings", kind.__qualname__)
    return {kind: decode(raw, kind, f"[plugins.{plugin.name}]")}


def _declarations(gathering: _Gathering, plugin: Hooks) -> None:
    for hook, kind in _KINDS:
        for item in gathering.ask(plugin, hook):
            name = item.code if isinstance(item, ErrorKind) else item.name
            if hook != "ports":
                gathering.check_name(plugin, hook, name)
            else:
                gathering.claim(plugin, "protocols", item.protocol.__qualname__)
            gathering.claim(plugin, hook, name)
            gathering.declared[kind].append(item)


def _routes(gathering: _Gathering, plugin: Hooks) -> list[HTTPRouteHandler]:
    handlers = list(gathering.ask(plugin, "routes"))
    for place in places_of(plugin):
        gathering.claim(plugin, "places", place)
    for handler in handlers:
        if "access" not in handler.opt:
            raise PluginError(f"plugin {plugin.name!r}: {handler.handler_name} does not say who may call it")
        for path in handler.paths:
            if _place(path) not in places_of(plugin):
                places = ", ".join(API + place for place in places_of(plugin))
                raise PluginError(f"plugin {plugin.name!r}: route {path!r} is outside of {places}")
            for method in handler.http_methods:
                gathering.claim(plugin, "routes", f"{method} {path}")
        gathering.claim(plugin, "operations", str(handler.operation_id))
    return handlers


def _place(path: str) -> str:
    """The segment of a path that says whose it is."""
    if not path.startswith(API):
        return path.strip("/").partition("/")[0]
    first, _, rest = path.removeprefix(API).partition("/")
    return rest.partition("/")[0] if first in _AREAS and rest and not rest.startswith("{") else first


def _adapters(gathering: _Gathering, plugin: Hooks) -> list[Adapter]:
    adapters = list(gathering.ask(plugin, "adapters"))
    for adapter in adapters:
        gathering.claim(plugin, "adapters", f"{adapter.port} {adapter.name}")
    return adapters


def _check_tables(plugin: Hooks, plugins: Sequence[Hooks]) -> None:
    """A table belongs to the plugin whose package holds its module (the innermost one)."""
    packages = {_package(other): other.name for other in plugins}
    for mapper in Base.registry.mappers:
        table = getattr(mapper.class_, "__tablename__", "")
        holders = [package for package in packages if mapper.class_.__module__.startswith(package)]
        owner = packages[max(holders, key=len)] if holders else None
        if owner == plugin.name and not table.startswith(f"{plugin.name}_"):
            raise PluginError(f"plugin {plugin.name!r}: table {table!r} must start with {plugin.name + '_'!r}")


def _package(plugin: Hooks) -> str:
    return type(plugin).__module__.rpartition(".")[0] + "."


def _refuse_strangers(config: Config, plugins: Iterable[Hooks], quarantined: Mapping[str, str]) -> None:
    known = {plugin.name for plugin in plugins} | quarantined.keys()
    for name in config.plugins:
        if name not in known:
            raise PluginError(f"[plugins.{name}]: no such plugin is enabled")
