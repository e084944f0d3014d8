"""The host's TOML: which plugins run, which adapter answers for each port, and everybody's settings."""

import os
import tomllib
from pathlib import Path
from typing import Any, TypeVar

import msgspec

S = TypeVar("S", bound=msgspec.Struct)


class ConfigError(Exception):
    """The host cannot start; the text says what to change and where."""


class HostSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[host]`"""

    name: str = "Abonent"
    """The supplier's name as letters show it."""
    plugins: list[str] = []
    """The plugins to run. Installed is not enabled."""
    optional: list[str] = []
    """Those of them whose failure at the start quarantines them (503) instead of stopping the host."""
    base_url: str = "http://127.0.0.1:8000"
    """The client portal; links in letters start with it."""
    database: str = "sqlite:///var/abonent.db"
    pool_size: int = 10
    """Connections to PostgreSQL, of the writer and of the reader each."""
    lock_seconds: float = 15
    """How long a change waits for another process that holds SQLite's file, until it is answered 503."""
    data_dir: str = "var"
    """Folder of the embedded adapters: files, letters."""
    timezone: str = "Europe/Moscow"
    """Business time: windows open and days end by it."""
    secret_key: str = ""
    """At least 32 characters; the environment's ABONENT_SECRET_KEY goes before it. A change voids the codes sent."""
    trusted_proxies: list[str] = []
    """Network addresses of the proxies in front; only from them X-Forwarded-For names the client."""
    secure_cookies: bool = True
    """False only where the cabinet is served without TLS (a demonstration)."""
    max_body: int = 1_000_000
    """Bytes of a JSON body."""
    body_seconds: float = 60
    """How long a body may keep the host waiting, and a second more for each 1000 bytes that have come."""


class JobSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[jobs]`"""

    broker: str = "embedded"
    """embedded, redis://... or amqp://..."""
    embedded_worker: bool = True
    """Run jobs inside the web process. With a broker, set it to false and start `abonent worker`."""
    threads: int = 8
    """Jobs running at once in one worker."""
    lease_seconds: float = 30
    """A worker that has not renewed its lease for so long has lost the job."""
    queue: str = "abonent"
    """Name of the broker's queue; deployments that share a broker need different ones."""
    attempts: int = 10
    """Failed runs until a job is dead."""


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file. Unknown keys stop the start."""

    host: HostSettings = msgspec.field(default_factory=HostSettings)
    jobs: JobSettings = msgspec.field(default_factory=JobSettings)
    ports: dict[str, str] = {}
    """`[ports]`: port = "adapter"."""
    adapters: dict[str, dict[str, dict[str, Any]]] = {}
    """`[adapters.<port>.<adapter>]`: settings of an adapter."""
    roles: dict[str, list[str]] = {}
    """`[roles]`: permission = ["role", ...] replaces the roles that hold a permission by default."""
    plugins: dict[str, dict[str, Any]] = {}
    """`[plugins.<name>]`: settings of a plugin or of a part of the core."""

    @property
    def secret_key(self) -> bytes:
        """The key of codes and link tokens. Raises ConfigError when it is missing or short."""
        key = os.environ.get("ABONENT_SECRET_KEY", self.host.secret_key).encode()
        if len(key) < 32:
            raise ConfigError("set ABONENT_SECRET_KEY or [host] secret_key to at least 32 characters")
        return key


def load(path: Path) -> Config:
    """Reads and checks a host file. Raises ConfigError naming the file and the key."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    return decode(raw, Config, str(path))


def decode(raw: dict[str, Any], kind: type[S], where: str) -> S:
    """`raw` as a Struct; strict, unknown keys refused."""
    try:
        return msgspec.convert(raw, kind, strict=True)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{where}: {error}") from error
