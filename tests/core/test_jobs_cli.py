"""What an operator does about dead jobs on the command line."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from core.clock import SystemClock
from core.db.engine import Database
from core.db.tables import Audit, Outbox
from core.testing.cabinet import SECRET_KEY
from hosts.cli import cli

NOW = SystemClock().now()


def in_database(
    url: str, statement: sa.Executable, rows: list[dict[str, object]] | None = None
) -> list[tuple[Any, ...]]:
    """Runs one statement."""

    async def run() -> list[tuple[Any, ...]]:
        database = Database(url)
        async with database.writer.begin() as connection:
            result = await connection.execute(statement, rows)
            found = [tuple(row) for row in result] if result.returns_rows else []
        await database.writer.dispose()
        return found

    return asyncio.run(run())


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Path:
    """The host file of a database with three dead jobs."""
    row = {"payload": b'{"to":"a@example.ru"}', "due": NOW, "created_at": NOW, "finished_at": NOW, "error": "no"}
    names = ("mail.send", "mail.send", "other.job")
    in_database(database_url, sa.insert(Outbox), [{**row, "job": name, "state": "dead"} for name in names])
    path = tmp_path / "host.toml"
    text = f'[host]\nsecret_key = "{SECRET_KEY}"\ndatabase = "{database_url}"\ndata_dir = "{tmp_path}"\n'
    path.write_text(text, encoding="utf-8")
    return path


def abonent(config: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and output of a command."""
    done = CliRunner().invoke(cli, ["--config", str(config), "jobs", *arguments])
    return done.exit_code, done.output


def test_dead_jobs_are_given_up_with_a_reason_on_record(config: Path, database_url: str) -> None:
    assert abonent(config, "dismiss", "mail.send")[0] == 2  # without a reason
    assert abonent(config, "dismiss", "mail.send", "--reason", "заявка 17") == (0, "2 jobs are given up\n")
    assert abonent(config, "dismiss", "mail.send", "--reason", "ещё раз") == (0, "0 jobs are given up\n")
    listed = abonent(config, "list")[1]
    assert "dismissed" in listed
    assert listed.count("dead #") == 1
    kept = in_database(database_url, sa.select(Outbox.job, Outbox.state, Outbox.payload).order_by(Outbox.id))
    assert kept[:2] == [("mail.send", "dismissed", None)] * 2
    assert kept[2][:2] == ("other.job", "dead")
    assert kept[2][2] is not None
    wanted = sa.select(Audit.action, Audit.details).where(Audit.action == "core.job_dismissed")
    deeds = in_database(database_url, wanted)
    told = {"job": "mail.send", "reason": "заявка 17"}
    assert [msgspec.json.decode(details) for _, details in deeds] == [told, told]


def test_one_dead_job_is_given_up_by_its_number(config: Path, database_url: str) -> None:
    ((number,),) = in_database(database_url, sa.select(Outbox.id).where(Outbox.job == "other.job"))
    assert abonent(config, "dismiss", str(number), "--reason", "дубль") == (0, "1 jobs are given up\n")
    assert abonent(config, "redrive", str(number)) == (0, "0 jobs will run again\n")
