"""The plugin host: finds the enabled plugins, checks what they declare, freezes it into one manifest.

Every conflict is found here, at the start, and named by both culprits; nothing is decided by the order of loading.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import entry_points
from typing import Any

import msgspec
import pluggy
from litestar.handlers import HTTPRouteHandler

from core.config import Config, ConfigError, decode
from core.db.types import Base
from core.db.uow import EventRoute, Routing
from core.errors import ErrorKind
from core.sdk import Adapter, Dataset, Event, Hooks, Job, Letter, Permission, Port

ENTRY_POINTS = "abonent.plugins"
API = "/api/v1/"
_AREAS = ("staff", "exchange")
_KINDS: tuple[tuple[str, type], ...] = (
    ("errors", ErrorKind),
    ("permissions", Permission),
    ("events", Event),
    ("jobs", Job),
    ("letters", Letter),
    ("datasets", Dataset),
    ("ports", Port),
)


class PluginError(ConfigError):
    """A plugin breaks a rule of the host; the text names the plugin, the thing and the rule."""


class Manifest(msgspec.Struct, frozen=True):
    """Everything that the enabled plugins contribute, checked and in a fixed order. Never changes after the start."""

    plugins: tuple[Hooks, ...]
    quarantined: Mapping[str, str]
    """Optional plugins that failed, with the reason."""
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
            if owner == plugin:
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
    loaded: list[Hooks] = []
    quarantined: dict[str, str] = {}
    for name in config.host.plugins:
        if name not in available:
            known = ", ".join(sorted(available)) or "none"
            raise PluginError(f"plugin {name!r} is enabled in [host] plugins but not installed (installed: {known})")
        try:
            loaded.append(_load(name, available[name]))
        except Exception as error:
            if name not in config.host.optional:
                raise PluginError(f"plugin {name!r} cannot be loaded: {error!r}") from error
            quarantined[name] = repr(error)
    _check_needs(loaded, quarantined, config)
    return _collect([*core, *loaded], frozenset(hooks.name for hooks in core), quarantined, config)


def _load(name: str, load: Callable[[], type[Hooks]]) -> Hooks:
    hooks = load()()
    if hooks.name != name:
        raise PluginError(f"the entry point is called {name!r} but the plugin calls itself {hooks.name!r}")
    return hooks


def _check_needs(loaded: list[Hooks], quarantined: dict[str, str], config: Config) -> None:
    """Drops optional plugins whose needs are not met, until nothing changes; a required one stops the start."""
    while True:
        names = {hooks.name for hooks in loaded}
        lacking = next((hooks for hooks in loaded if set(hooks.needs) - names), None)
        if lacking is None:
            return
        missing = ", ".join(sorted(set(lacking.needs) - names))
        if lacking.name not in config.host.optional:
            raise PluginError(f"plugin {lacking.name!r} needs {missing}, which is not running: enable it too")
        quarantined[lacking.name] = f"needs {missing}"
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

    def __init__(self, core: frozenset[str]) -> None:
        self.manager = _Manager("abonent")
        self.manager.add_hookspecs(Hooks)
        self.core = core
        self.owners: dict[tuple[str, str], str] = {}
        self.declared: dict[type, list[Any]] = {kind: [] for _, kind in _KINDS}

    def ask(self, plugin: Hooks, hook: str) -> Any:
        """The answer of one plugin to one hook, [] when it does not implement it."""
        others = [other for other in self.manager.get_plugins() if other is not plugin]
        answers = self.manager.subset_hook_caller(hook, others)()
        return answers[0] if answers else []

    def claim(self, plugin: Hooks, hook: str, name: str) -> None:
        """Notes that the plugin declares `name`; refuses a second declaration."""
        holder = self.owners.setdefault((hook, name), plugin.name)
        if holder != plugin.name:
            raise PluginError(f"{hook}: {name!r} is declared by both {holder!r} and {plugin.name!r}")

    def check_name(self, plugin: Hooks, hook: str, name: str) -> None:
        prefix, dot, _ = name.partition(".")
        own = prefix == plugin.name and dot
        if not own and not (plugin.name in self.core and not dot):
            raise PluginError(f"plugin {plugin.name!r}: {hook} {name!r} must start with {plugin.name + '.'!r}")


def _collect(plugins: list[Hooks], core: frozenset[str], quarantined: dict[str, str], config: Config) -> Manifest:
    gathering = _Gathering(core)
    for plugin in plugins:
        if gathering.manager.has_plugin(plugin.name):
            raise PluginError(f"plugin {plugin.name!r} is enabled twice")
        gathering.manager.register(plugin, plugin.name)
    routes: list[HTTPRouteHandler] = []
    settings: dict[type[msgspec.Struct], msgspec.Struct] = {}
    adapters: list[Adapter] = []
    running: list[Hooks] = []
    for plugin in plugins:
        try:
            settings |= _settings(gathering, plugin, config)
            _declarations(gathering, plugin)
            routes += _routes(gathering, plugin)
            adapters += _adapters(gathering, plugin)
            _check_tables(plugin, plugins)
            running.append(plugin)
        except PluginError:
            raise  # a broken rule is a mistake of the deployment, never a passing failure
        except Exception as error:
            if plugin.name not in config.host.optional:
                raise PluginError(f"plugin {plugin.name!r} failed at the start: {error!r}") from error
            quarantined[plugin.name] = repr(error)
            _forget(gathering, plugin.name, routes)
    _refuse_strangers(config, [*running, *[p for p in plugins if p.name in quarantined]], quarantined)
    return Manifest(
        plugins=tuple(running),
        quarantined=quarantined,
        declared={kind: tuple(items) for kind, items in gathering.declared.items()},
        owners=gathering.owners,
        routes=tuple(routes),
        settings=settings,
        adapters=_choose_adapters(gathering, running, adapters, config),
        routing=_routing(gathering),
    )


def _settings(gathering: _Gathering, plugin: Hooks, config: Config) -> dict[type[msgspec.Struct], msgspec.Struct]:
    kind = gathering.ask(plugin, "settings")
    raw = config.plugins.get(plugin.name, {})
    if not kind:
        if raw:
            raise PluginError(f"[plugins.{plugin.name}]: the plugin has no settings")
        return {}
    return {kind: decode(raw, kind, f"[plugins.{plugin.name}]")}


def _declarations(gathering: _Gathering, plugin: Hooks) -> None:
    for hook, kind in _KINDS:
        for item in gathering.ask(plugin, hook):
            name = item.code if isinstance(item, ErrorKind) else item.name
            if hook != "ports":
                gathering.check_name(plugin, hook, name)
            gathering.claim(plugin, hook, name)
            gathering.declared[kind].append(item)


def _routes(gathering: _Gathering, plugin: Hooks) -> list[HTTPRouteHandler]:
    handlers = list(gathering.ask(plugin, "routes"))
    for handler in handlers:
        if "access" not in handler.opt:
            raise PluginError(f"plugin {plugin.name!r}: {handler.handler_name} does not say who may call it")
        for path in handler.paths:
            if _place(path) not in (plugin.places or (plugin.name,)):
                places = ", ".join(API + place for place in plugin.places or (plugin.name,))
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


def _forget(gathering: _Gathering, name: str, routes: list[HTTPRouteHandler]) -> None:
    """Takes back what a failing plugin had declared before it failed."""
    lost = [key for key, owner in gathering.owners.items() if owner == name]
    names = {key[1] for key in lost}
    for key in lost:
        del gathering.owners[key]
    for items in gathering.declared.values():
        items[:] = [item for item in items if getattr(item, "name", getattr(item, "code", "")) not in names]
    routes[:] = [handler for handler in routes if handler.operation_id not in names]


def _refuse_strangers(config: Config, plugins: Iterable[Hooks], quarantined: Mapping[str, str]) -> None:
    known = {plugin.name for plugin in plugins} | quarantined.keys()
    for name in config.plugins:
        if name not in known:
            raise PluginError(f"[plugins.{name}]: no such plugin is enabled")


def _choose_adapters(
    gathering: _Gathering, plugins: list[Hooks], adapters: list[Adapter], config: Config
) -> dict[str, Adapter]:
    ports: dict[str, Port] = {port.name: port for port in gathering.declared[Port]}
    by_protocol = {port.protocol: port for port in ports.values()}
    offered = {(adapter.port, adapter.name): adapter for adapter in adapters}
    for name in [*config.ports, *config.adapters]:
        if name not in ports:
            raise PluginError(f"[ports] {name}: no such port (known: {', '.join(sorted(ports))})")
    chosen: dict[str, Adapter] = {}
    for port in ports.values():
        wanted = config.ports.get(port.name, port.default)
        if (port.name, wanted) in offered:
            chosen[port.name] = offered[port.name, wanted]
        elif wanted:
            names = ", ".join(sorted(name for owner, name in offered if owner == port.name)) or "none"
            raise PluginError(f"[ports] {port.name}: no adapter {wanted!r} (known: {names})")
    for plugin in plugins:
        for protocol in gathering.ask(plugin, "requires"):
            if protocol not in by_protocol:
                raise PluginError(
                    f"plugin {plugin.name!r} requires the port {protocol.__name__}, which nobody declares"
                )
            if by_protocol[protocol].name not in chosen:
                port_name = by_protocol[protocol].name
                raise PluginError(f"plugin {plugin.name!r} requires the port {port_name!r}: choose one in [ports]")
    return chosen


def _routing(gathering: _Gathering) -> Routing:
    jobs: list[Job[Any]] = gathering.declared[Job]
    events: list[Event] = gathering.declared[Event]
    published = {event.payload for event in events}
    for job in jobs:
        if job.on is not None and job.on not in published:
            raise PluginError(f"job {job.name!r} waits for {job.on.__name__}, which no enabled plugin publishes")
    commands: dict[type[msgspec.Struct], str] = {}
    for job in jobs:
        if job.on is None and commands.setdefault(job.payload, job.name) != job.name:
            raise PluginError(f"jobs {commands[job.payload]!r} and {job.name!r} take the same payload type")
    return Routing(
        events={
            event.payload: EventRoute(
                event.name, event.outgoing, tuple(job.name for job in jobs if job.on is event.payload)
            )
            for event in events
        },
        jobs=commands,
    )
