"""Migrations: one Alembic history and one version table per plugin, run in the order of the plugins.

So a plugin can be enabled years later, or disabled and enabled again, without touching anybody else's history.
Each plugin's upgrade is one transaction on both databases; replicas that start together wait for one another.
"""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from core.db.engine import Database
from core.db.types import Base

HOST_MIGRATIONS = Path(__file__).parent / "migrations"
_ALEMBIC = Path(__file__).parent / "alembic"
_LOCK = "abonent.migrate"
_TRUTH: dict[type, str] = {type(sa.false()): "sa.false()", type(sa.true()): "sa.true()"}
# A migration that waits for a lock blocks everybody behind it: better to fail and be run again at a quiet hour.
_TIMEOUTS = ("SET LOCAL lock_timeout = '10s'", "SET LOCAL statement_timeout = '10min'")


class Owner:
    """A plugin's name and the folder of its migrations."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.version_table = f"{name}_version"

    def config(self) -> AlembicConfig:
        """Alembic's configuration for this owner alone."""
        config = AlembicConfig()
        config.set_main_option("script_location", str(_ALEMBIC).replace("%", "%%"))
        config.set_main_option("version_locations", str(self.folder).replace("%", "%%"))
        config.set_main_option("path_separator", "newline")
        return config

    def options(self, connection: sa.Connection) -> dict[str, Any]:
        """How Alembic's context is set up for this owner."""
        return {
            "connection": connection,
            "target_metadata": Base.metadata,
            "version_table": self.version_table,
            "compare_type": True,
            "include_object": self._includes,
        }

    def _includes(self, item: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
        table = name if kind == "table" else getattr(getattr(item, "table", None), "name", "")
        return bool(table and table.startswith(f"{self.name}_") and table != self.version_table)


async def upgrade(database: Database, owners: Sequence[Owner]) -> dict[str, Exception]:
    """Brings every owner's tables to its newest revision. Returns the owners that failed, with the reason."""
    failed: dict[str, Exception] = {}
    for owner in owners:
        try:
            async with database.writer.begin() as connection:
                await connection.run_sync(_upgrade, owner)
        except Exception as error:
            failed[owner.name] = error
    return failed


def _upgrade(connection: sa.Connection, owner: Owner) -> None:
    if connection.dialect.name == "postgresql":
        # The wait for another replica's migrations is bounded by the statement, not by the lock time-out.
        connection.exec_driver_sql("SET LOCAL statement_timeout = '15min'")
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(_LOCK, 0))))
        for statement in _TIMEOUTS:
            connection.exec_driver_sql(statement)
    config = owner.config()
    config.attributes["options"] = owner.options(connection)
    command.upgrade(config, "heads")


async def pending(database: Database, owners: Sequence[Owner]) -> list[str]:
    """The owners whose tables are not at the newest revision."""
    async with database.writer.connect() as connection:
        return await connection.run_sync(lambda sync: [owner.name for owner in owners if not _is_current(sync, owner)])


def _is_current(connection: sa.Connection, owner: Owner) -> bool:
    script = ScriptDirectory.from_config(owner.config())
    context = MigrationContext.configure(connection, opts={"version_table": owner.version_table})
    return set(context.get_current_heads()) == set(script.get_heads())


async def draft(owner: Owner, owners: Sequence[Owner], message: str) -> None:
    """Writes the owner's next migration: the difference between its tables and its history, on a scratch database."""
    owner.folder.mkdir(exist_ok=True)
    number = len(list(owner.folder.glob("*.py"))) + 1

    def write(connection: sa.Connection) -> None:
        config = owner.config()
        config.attributes["options"] = {**owner.options(connection), "render_item": _render}
        revision = f"{owner.name}_{number:04d}"
        command.revision(config, message, autogenerate=True, rev_id=revision, version_path=str(owner.folder))

    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/scratch.db")
        before = [other for other in owners if other.name == owner.name or list(other.folder.glob("*.py"))]
        failed = await upgrade(database, before)
        if failed:
            raise next(iter(failed.values()))
        async with database.writer.begin() as connection:
            await connection.run_sync(write)
        await database.close()


def _render(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Our types by their names in the SDK, which is all that a plugin imports; truth values as both databases take
    them, since the scratch database would write 0 and 1. Everything else is Alembic's own affair."""
    if kind == "type" and type(item).__module__ == "core.db.types":
        context.imports.add(type(item).__name__)
        return f"{type(item).__name__}()"
    if kind == "server_default":
        return _TRUTH.get(type(getattr(item, "arg", None)), False)
    return False
