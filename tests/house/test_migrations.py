"""Migrations of every owner: they make what the models say, come and go with their plugin, and bear two replicas."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from core.db import migrate
from core.db.engine import Database
from core.db.migrate import Owner
from core.db.types import Base
from core.host import Host
from core.testing.cabinet import config_for_tests
from core.testing.databases import POSTGRES_ENV
from tests.house.repository import all_hooks, known_plugins


async def on_server(server: str, sql: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@pytest.fixture
async def empty_url(tmp_path: Path) -> AsyncIterator[str]:
    """A database in which nothing has ever happened."""
    server = os.environ.get(POSTGRES_ENV)
    if not server:
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    name = f"abonent_empty_{uuid4().hex[:12]}"
    await on_server(server, f'CREATE DATABASE "{name}"')
    yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    await on_server(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def empty(empty_url: str) -> AsyncIterator[Database]:
    opened = Database(empty_url)
    yield opened
    await opened.writer.dispose()


def host(url: str, folder: Path, *plugins: str) -> Host:
    return Host(config_for_tests(url, folder, enabled=list(plugins)), available=known_plugins())


@pytest.fixture
def owners(full_host: Host) -> list[Owner]:
    return full_host.owners()


def differences(connection: sa.Connection, owner: Owner) -> list[Any]:
    options = {name: value for name, value in owner.options(connection).items() if name != "connection"}
    # on SQLite Alembic takes the default '' for a difference from itself
    options["compare_server_default"] = connection.dialect.name == "postgresql"
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, Base.metadata))


async def test_the_migrations_make_what_the_models_say(empty: Database, owners: list[Owner]) -> None:
    assert await migrate.pending(empty, owners) == [owner.name for owner in owners]
    assert await migrate.upgrade(empty, owners) == {}
    assert await migrate.pending(empty, owners) == []
    async with empty.writer.connect() as connection:
        for owner in owners:
            assert await connection.run_sync(differences, owner) == [], owner.name


async def test_a_difference_would_be_noticed(empty: Database, owners: list[Owner]) -> None:
    await migrate.upgrade(empty, owners)
    async with empty.writer.begin() as connection:
        await connection.execute(sa.text("ALTER TABLE identity_session DROP COLUMN browser"))
        await connection.execute(sa.text("DROP INDEX ix_core_audit_subject"))
    (identity,) = [owner for owner in owners if owner.name == "identity"]
    (core,) = [owner for owner in owners if owner.name == "core"]
    async with empty.writer.connect() as connection:
        found = await connection.run_sync(differences, identity) + await connection.run_sync(differences, core)
    assert [difference[0] for difference in found] == ["add_column", "add_index"]


async def test_every_table_has_an_owner(owners: list[Owner]) -> None:
    prefixes = tuple(f"{owner.name}_" for owner in owners)
    names = {type(hooks).__module__.rpartition(".")[0] for hooks in all_hooks()} | {"core.db"}
    for mapper in Base.registry.mappers:
        if mapper.class_.__module__.rpartition(".")[0] in names:
            assert str(mapper.local_table.name).startswith(prefixes), mapper.class_  # type: ignore[attr-defined]


def test_revisions_carry_their_owners_name(owners: list[Owner]) -> None:
    for owner in owners:
        scripts = sorted(path.name for path in owner.folder.glob("*.py"))
        assert scripts, owner.name
        for number, name in enumerate(scripts, start=1):
            assert name.startswith(f"{owner.name}_{number:04d}"), name


async def test_a_plugin_may_come_later_go_and_come_back(empty_url: str, tmp_path: Path) -> None:
    core, full = host(empty_url, tmp_path), host(empty_url, tmp_path, "readings")
    for step in (core, full, core, full):
        await step.migrate()
        database = step.database()
        assert await migrate.pending(database, step.owners()) == []
        await database.writer.dispose()
    database = full.database()
    async with database.writer.connect() as connection:
        tables = set(await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names()))
    await database.writer.dispose()
    assert {"readings_window", "readings_version", "core_outbox", "core_version"} <= tables


async def test_two_replicas_may_migrate_at_once(empty_url: str, owners: list[Owner]) -> None:
    replicas = [Database(empty_url) for _ in range(3)]
    try:
        failed = await asyncio.gather(*[migrate.upgrade(replica, owners) for replica in replicas])
        assert failed == [{}, {}, {}]
        assert await migrate.pending(replicas[0], owners) == []
    finally:
        for replica in replicas:
            await replica.writer.dispose()


async def test_a_failed_migration_leaves_nothing_of_its_owner(empty: Database, tmp_path: Path) -> None:
    scripts = tmp_path / "broken"
    scripts.mkdir()
    (scripts / "broken_0001_initial.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        "revision = 'broken_0001'\ndown_revision = None\n"
        "def upgrade():\n"
        "    op.create_table('broken_half', sa.Column('id', sa.Integer(), primary_key=True))\n"
        "    op.execute('SELECT nonsense FROM nowhere')\n",
        encoding="utf-8",
    )
    broken = Owner("broken", scripts)
    assert list(await migrate.upgrade(empty, [broken])) == ["broken"]
    assert await migrate.pending(empty, [broken]) == ["broken"]
    async with empty.writer.connect() as connection:
        assert "broken_half" not in await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
