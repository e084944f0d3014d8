"""A host: a configuration, the manifest assembled from it, and the runtimes opened on it (one per event loop)."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from core.clock import Clock, SystemClock
from core.config import Config, ConfigError, decode
from core.context import Runtime
from core.contracts.plugin import ContractsPlugin
from core.db import migrate
from core.db.engine import Database
from core.exchange.jobs import feed_waker
from core.exchange.loader import plan_of
from core.exchange.plugin import ExchangePlugin
from core.help.plugin import HelpPlugin
from core.identity.plugin import IdentityPlugin
from core.imports.plugin import ImportsPlugin
from core.intervals.plugin import IntervalsPlugin
from core.notifications.plugin import NotificationsPlugin
from core.notifications.services.templates import templates_of
from core.notifications.settings import NotificationsSettings
from core.plugin import CorePlugin
from core.plugins import Manifest, assemble
from core.ports.billing import Billing
from core.roles.plugin import RolesPlugin
from core.sdk import ROLES, AdapterHost, Dataset, Hooks, Job, Letter, Permission, Port
from core.secrets import Secrets
from core.signatures.plugin import SignaturesPlugin
from core.uploads.plugin import UploadsPlugin

CORE = (
    CorePlugin,
    IdentityPlugin,
    ContractsPlugin,
    RolesPlugin,
    NotificationsPlugin,
    HelpPlugin,
    ExchangePlugin,
    IntervalsPlugin,
    ImportsPlugin,
    UploadsPlugin,
    SignaturesPlugin,
)


class Host:
    """Assembled once; then `open()` gives what requests and jobs run with."""

    def __init__(
        self,
        config: Config,
        *,
        clock: Clock | None = None,
        available: Mapping[str, Callable[[], type[Hooks]]] | None = None,
    ) -> None:
        self.config = config
        self.clock = clock or SystemClock()
        self.manifest: Manifest = assemble(config, [part() for part in CORE], available)
        check_roles(config, self.manifest)
        check_datasets(self.manifest)
        check_letters(self.manifest)
        self.secrets = Secrets(config.secret_key)
        self.zone = ZoneInfo(config.host.timezone)

    @property
    def jobs(self) -> tuple[Job[Any], ...]:
        """Every job of the core and of the plugins."""
        return self.manifest.declared[Job]

    def database(self) -> Database:
        """The host's database, not opened yet."""
        host = self.config.host
        return Database(host.database, pool_size=host.pool_size, lock_seconds=host.lock_seconds)

    def owners(self) -> list[migrate.Owner]:
        """Whose migrations run, in order."""
        found = [(plugin.name, plugin.migrations()) for plugin in self.manifest.plugins]
        return [migrate.Owner(name, migrations.folder) for name, migrations in found if migrations]

    async def migrate(self) -> None:
        """Brings the database up to date. Raises ConfigError naming the plugins that failed."""
        database = self.database()
        try:
            failed = await migrate.upgrade(database, self.owners())
        finally:
            await database.close()
        if failed:
            reasons = "; ".join(f"{name}: {error!r}" for name, error in failed.items())
            raise ConfigError(f"migrations failed: {reasons}") from next(iter(failed.values()))

    async def open(self) -> Runtime:
        """A runtime on the current event loop."""
        database, ports = self.database(), self._ports()
        await database.open()
        return Runtime(
            database=database,
            clock=self.clock,
            secrets=self.secrets,
            zone=self.zone,
            base_url=self.config.host.base_url,
            supplier=self.config.host.name,
            secure_cookies=self.config.host.secure_cookies,
            data_dir=Path(self.config.host.data_dir),
            routing=msgspec.structs.replace(self.manifest.routing, wake_feed=feed_waker(ports[Billing])),
            permissions=self._permissions(),
            settings=self.manifest.settings,
            ports=ports,
            contributions=self.manifest.declared,
        )

    async def close(self, runtime: Runtime) -> None:
        """Closes what `open` opened."""
        for adapter in runtime.ports.values():
            await adapter.close()
        await runtime.database.close()

    def _permissions(self) -> dict[str, frozenset[str]]:
        declared: tuple[Permission, ...] = self.manifest.declared[Permission]
        return {item.name: frozenset(self.config.roles.get(item.name, item.roles)) for item in declared}

    def _ports(self) -> dict[type, Any]:
        adapter_host = AdapterHost(
            self.clock, Path(self.config.host.data_dir), self.config.host.base_url, self.config.host.name
        )
        protocols: dict[str, type] = {port.name: port.protocol for port in self.manifest.declared[Port]}
        made: dict[type, Any] = {}
        for port, adapter in self.manifest.adapters.items():
            raw = self.config.adapters.get(port, {}).get(adapter.name, {})
            settings: msgspec.Struct | None = None
            if adapter.settings:
                settings = decode(raw, adapter.settings, f"[adapters.{port}.{adapter.name}]")
            elif raw:
                raise ConfigError(f"[adapters.{port}.{adapter.name}]: the adapter has no settings")
            made[protocols[port]] = adapter.make(settings, adapter_host)
        return made


def check_datasets(manifest: Manifest) -> None:
    """Every dataset must fit its table. Raises ConfigError naming the dataset and what does not fit."""
    for dataset in manifest.declared[Dataset]:
        try:
            plan_of(dataset, is_sqlite=True)
        except TypeError as error:
            raise ConfigError(f"dataset {dataset.name}: {error}") from error


def check_letters(manifest: Manifest) -> None:
    """The supplier's own templates must fit the letters. Raises ConfigError naming the file."""
    settings = manifest.settings[NotificationsSettings]
    assert isinstance(settings, NotificationsSettings)
    templates_of(settings.templates, manifest.declared[Letter])


def check_roles(config: Config, manifest: Manifest) -> None:
    """`[roles]` may only name declared permissions and the four roles."""
    known = {item.name for item in manifest.declared[Permission]}
    for name, roles in config.roles.items():
        if name not in known and name.partition(".")[0] not in manifest.quarantined:
            raise ConfigError(f"[roles] {name}: no such permission")
        if strangers := set(roles) - set(ROLES):
            raise ConfigError(f"[roles] {name}: no such role: {', '.join(sorted(strangers))}")
