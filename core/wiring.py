"""Joins what the plugins declared: permissions to roles and routes, adapters to ports, jobs to events."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.config import Config, ConfigError
from core.db.uow import EventRoute, Routing
from core.http.access import Access
from core.sdk import ROLES, Adapter, Event, Importer, Job, MenuSection, MonthSeries, NotificationKind, Permission, Port


class PluginError(ConfigError):
    """A plugin breaks a rule of the host; the text names the plugin, the thing and the rule."""


def check_permissions(permissions: Sequence[Permission], routes: Iterable[HTTPRouteHandler]) -> None:
    """A permission is held by roles that there are, and a route asks for one that is declared."""
    for item in permissions:
        if strangers := set(item.roles) - set(ROLES):
            raise PluginError(f"permission {item.name!r}: no such role: {', '.join(sorted(strangers))}")
    known = {item.name for item in permissions}
    for handler in routes:
        access: Access = handler.opt["access"]
        if access.kind == "permission" and access.name not in known:
            raise PluginError(f"operation {handler.operation_id!r} asks for {access.name!r}, which nobody declares")


def check_shown(shown: Iterable[MenuSection | MonthSeries], permissions: Iterable[Permission]) -> None:
    """What is shown by a permission asks for one that is declared."""
    known = {item.name for item in permissions}
    for item in shown:
        if item.permission is not None and item.permission not in known:
            what = "menu section" if isinstance(item, MenuSection) else "month series"
            raise PluginError(f"{what} {item.name!r} asks for {item.permission!r}, which nobody declares")


def check_kinds(kinds: Iterable[NotificationKind], permissions: Iterable[Permission]) -> None:
    """A kind of notifications asks for a permission that is declared."""
    known = {item.name for item in permissions}
    for kind in kinds:
        if kind.permission and kind.permission not in known:
            raise PluginError(f"notification kind {kind.name!r} asks for {kind.permission!r}, which nobody declares")


def check_importers(importers: Iterable[Importer[Any]], permissions: Iterable[Permission]) -> None:
    """An importer asks for a permission that is declared, and names extensions as it compares them."""
    known = {item.name for item in permissions}
    for importer in importers:
        if importer.permission not in known:
            raise PluginError(f"importer {importer.name!r} asks for {importer.permission!r}, which nobody declares")
        if strange := [
            suffix for suffix in importer.suffixes if not suffix.startswith(".") or suffix != suffix.lower()
        ]:
            raise PluginError(f"importer {importer.name!r}: not an extension in small letters: {strange[0]!r}")


def choose_adapters(declared: Sequence[Port], adapters: Sequence[Adapter], config: Config) -> dict[str, Adapter]:
    """Port -> the adapter that `[ports]` names, or the port's default."""
    ports = {port.name: port for port in declared}
    offered = {(adapter.port, adapter.name): adapter for adapter in adapters}
    for port, name in offered:
        if port not in ports:
            raise PluginError(f"adapter {name!r} is for the port {port!r}, which nobody declares")
    for table, named in (("ports", config.ports), ("adapters", config.adapters)):
        for port in named:
            if port not in ports:
                raise PluginError(f"[{table}] {port}: no such port (known: {', '.join(sorted(ports))})")
    for port, settings in config.adapters.items():
        for name in settings:
            if (port, name) not in offered:
                raise PluginError(f"[adapters.{port}.{name}]: no such adapter (known: {_names(offered, port)})")
    chosen: dict[str, Adapter] = {}
    for item in ports.values():
        preferred = (name for name in item.preferred if (item.name, name) in offered)
        wanted = config.ports.get(item.name) or next(preferred, item.default)
        if (item.name, wanted) in offered:
            chosen[item.name] = offered[item.name, wanted]
        elif wanted:
            raise PluginError(f"[ports] {item.name}: no adapter {wanted!r} (known: {_names(offered, item.name)})")
    return chosen


def _names(offered: Iterable[tuple[str, str]], port: str) -> str:
    return ", ".join(sorted(name for owner, name in offered if owner == port)) or "none"


def check_required(plugin: str, protocols: Iterable[type], ports: Sequence[Port], chosen: Iterable[str]) -> None:
    """Every port that a plugin calls is declared and has an adapter."""
    by_protocol = {port.protocol: port.name for port in ports}
    for protocol in protocols:
        if protocol not in by_protocol:
            raise PluginError(f"plugin {plugin!r} requires the port {protocol.__name__}, which nobody declares")
        if by_protocol[protocol] not in chosen:
            raise PluginError(f"plugin {plugin!r} requires the port {by_protocol[protocol]!r}: choose one in [ports]")


def route_events(events: Sequence[Event], jobs: Sequence[Job[Any]]) -> Routing:
    """Which jobs an event starts, and which job an order is for, by the type of the payload."""
    published: dict[type[msgspec.Struct], str] = {}
    for event in events:
        if published.setdefault(event.payload, event.name) != event.name:
            raise PluginError(f"events {published[event.payload]!r} and {event.name!r} have the same payload type")
    commands: dict[type[msgspec.Struct], str] = {}
    for job in jobs:
        if job.on is not None and job.on not in published:
            raise PluginError(f"job {job.name!r} waits for {job.on.__name__}, which no enabled plugin publishes")
        if job.on is None and commands.setdefault(job.payload, job.name) != job.name:
            raise PluginError(f"jobs {commands[job.payload]!r} and {job.name!r} take the same payload type")
    return Routing(
        recorders={job.payload: job.record for job in jobs if job.record is not None},
        events={
            event.payload: EventRoute(
                event.name, event.outgoing, tuple((job.name, job.wants) for job in jobs if job.on is event.payload)
            )
            for event in events
        },
        jobs=commands,
    )
