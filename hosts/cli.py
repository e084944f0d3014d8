"""`abonent`: the operator's command line."""

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import click

from core.config import ConfigError, load
from core.context import Context, Runtime
from core.db import migrate as migrations
from core.db import outbox
from core.errors import Problem
from core.exchange.loader import load as load_rows
from core.host import Host
from core.identity.public import (
    close_staff,
    create_service_account,
    create_staff,
    disable_service_account,
    end_sessions,
    set_staff_scopes,
)
from core.sdk import Dataset
from hosts import logs
from hosts.asgi import CONFIG_ENV, worker_of
from hosts.bank import simulate_bank
from hosts.commands import PluginGroups, run_in
from hosts.demo import commands as demo_commands
from hosts.operator import simulate_operator


@click.group(cls=PluginGroups, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    envvar=CONFIG_ENV,
    type=click.Path(path_type=Path),
    default=Path("abonent.toml"),
    show_default=True,
    is_eager=True,  # --help lists what it enables
    help="The host's TOML.",
)
@click.pass_context
def cli(context: click.Context, config: Path) -> None:
    """Abonent: the personal account of an electricity supplier's business clients."""
    context.obj = config


def host_of(context: click.Context) -> Host:
    """The host of the file given on the command line."""
    return Host(load(context.obj))


@cli.command()
@click.pass_context
def check(context: click.Context) -> None:
    """Assemble the host and print what it would run; nothing is opened."""
    click.echo(host_of(context).manifest.report())


@cli.command()
@click.pass_context
def migrate(context: click.Context) -> None:
    """Bring the database up to date. Safe to run by several replicas at once."""
    asyncio.run(host_of(context).migrate())
    click.echo("the database is up to date")


@cli.command()
@click.argument("plugin")
@click.argument("message")
@click.pass_context
def migration(context: click.Context, plugin: str, message: str) -> None:
    """Draft a migration of a plugin from its tables (for plugin developers); read and correct it before use."""
    host = host_of(context)
    owner = next((owner for owner in host.owners() if owner.name == plugin), None)
    if owner is None:
        raise ConfigError(f"no enabled plugin {plugin!r} has migrations")
    asyncio.run(migrations.draft(owner, host.owners(), message))


@cli.command()
@click.option("--address", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=1, show_default=True, help="Processes; more than one needs PostgreSQL.")
@click.option("--migrate/--no-migrate", "migrating", default=False, help="Bring the database up to date first.")
@click.pass_context
def serve(context: click.Context, address: str, port: int, workers: int, migrating: bool) -> None:
    """Serve HTTP; with `[jobs] embedded_worker` the jobs run in the same process. SIGTERM drains."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    host = host_of(context)
    if workers > 1 and host.database().is_sqlite:
        raise ConfigError("several workers need PostgreSQL: set [host] database")
    if migrating:
        asyncio.run(host.migrate())
    behind = asyncio.run(migrations.pending(host.database(), host.owners()))
    if behind:
        raise ConfigError(f"the database is behind for {', '.join(behind)}: run `abonent migrate`")
    click.echo(host.manifest.report(), err=True)
    os.environ[CONFIG_ENV] = str(context.obj.resolve())
    Granian(
        "hosts.asgi:application",
        address=address,
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        factory=True,
        websockets=False,
        log_access=False,
        log_level=LogLevels(os.environ.get("ABONENT_LOG_LEVEL", "INFO").lower()),
        workers_kill_timeout=30,
    ).serve()


@cli.command()
@click.pass_context
def worker(context: click.Context) -> None:
    """Run jobs in a process of its own; needs a broker in `[jobs]`. SIGTERM drains."""
    host = host_of(context)
    if host.config.jobs.broker == "embedded":
        raise ConfigError("[jobs] broker is embedded: the web process runs the jobs, or name redis:// or amqp://")
    logs.configure()
    gc.freeze()  # as in the web process: what the start has made lives as long as the process
    worker_of(host).run_forever()


@cli.command("service-account")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help="For example exchange.load:*; repeatable.")
@click.pass_context
def service_account(context: click.Context, name: str, scopes: tuple[str, ...]) -> None:
    """Make or renew the key of one of the company's systems; it is printed this once."""
    key = run_in(host_of(context), lambda runtime: create_service_account(Context(runtime), name, list(scopes)))
    click.echo(key)


@cli.command()
@click.argument("email")
@click.option("--scope", "scopes", multiple=True, help="Repeatable.")
@click.password_option()
@click.pass_context
def staff(context: click.Context, email: str, scopes: tuple[str, ...], password: str) -> None:
    """Make an account of the supplier's staff."""
    run_in(host_of(context), lambda runtime: create_staff(Context(runtime), email, password, list(scopes)))
    click.echo(f"{email} may sign in")


@cli.command("staff-scopes")
@click.argument("email")
@click.option("--scope", "scopes", multiple=True, help="Repeatable; those that are not named are taken away.")
@click.pass_context
def staff_scopes(context: click.Context, email: str, scopes: tuple[str, ...]) -> None:
    """Set what a member of staff may do."""
    run_in(host_of(context), lambda runtime: set_staff_scopes(Context(runtime), email, list(scopes)))
    click.echo(f"{email} may use: {', '.join(scopes) or 'nothing'}")


@cli.command("close-staff")
@click.argument("email")
@click.pass_context
def staff_close(context: click.Context, email: str) -> None:
    """End the access of a member of staff, sessions included."""
    run_in(host_of(context), lambda runtime: close_staff(Context(runtime), email))
    click.echo(f"{email} is closed")


@cli.command("disable-service-account")
@click.argument("name")
@click.pass_context
def service_account_disable(context: click.Context, name: str) -> None:
    """End the access of one of the company's systems."""
    run_in(host_of(context), lambda runtime: disable_service_account(Context(runtime), name))
    click.echo(f"{name} is disabled")


@cli.command("end-sessions")
@click.argument("email", required=False)
@click.option("--everybody", is_flag=True, help="Of all accounts: after a leak.")
@click.pass_context
def sessions_end(context: click.Context, email: str | None, everybody: bool) -> None:
    """Sign somebody out everywhere, or everybody."""
    if everybody == (email is not None):
        raise click.UsageError("give an address or --everybody")
    ended = run_in(host_of(context), lambda runtime: end_sessions(Context(runtime), email))
    click.echo(f"{ended} sessions ended")


@cli.group()
def exchange() -> None:
    """The company's data."""


@exchange.command("load")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def exchange_load(context: click.Context, files: tuple[Path, ...]) -> None:
    """Load NDJSON files; a file's name without its ending is the dataset (`contracts.ndjson`). Order matters."""
    host = host_of(context)
    datasets = {dataset.name: dataset for dataset in host.manifest.declared[Dataset]}
    for file in files:
        if file.stem not in datasets:
            raise ConfigError(f"{file}: no dataset {file.stem!r} (known: {', '.join(sorted(datasets))})")

    async def load_all(runtime: Runtime) -> int:
        return sum([await _load_file(runtime, datasets[file.stem], file) for file in files])

    refused = run_in(host, load_all)
    if refused:
        raise ConfigError(f"{refused} rows were refused; the others are loaded")


async def _load_file(runtime: Runtime, dataset: Dataset[Any], file: Path) -> int:
    """Loads one file with a progress bar; prints refused rows and the summary. Returns how many were refused."""
    totals: dict[str, int] = {"accepted": 0, "unchanged": 0, "refused": 0}
    size = (await asyncio.to_thread(file.stat)).st_size
    with click.progressbar(length=size, label=file.stem) as bar:
        async for answers in load_rows(Context(runtime), dataset, _pieces(file, bar.update)):
            for answer in answers:
                totals[answer.status] += 1
                if answer.status == "refused":
                    click.echo(f"\n{file.name}:{answer.line} {answer.key} {answer.code} {answer.field}", err=True)
    click.echo(f"{file.stem}: " + ", ".join(f"{count} {status}" for status, count in totals.items()))
    return totals["refused"]


async def _pieces(file: Path, progress: Callable[[int], None]) -> AsyncIterator[bytes]:
    with file.open("rb") as opened:
        while piece := await asyncio.to_thread(opened.read, 1_000_000):
            yield piece
            progress(len(piece))


@cli.group()
def jobs() -> None:
    """Jobs that wait, failed, or are dead."""


@jobs.command("list")
@click.pass_context
def jobs_list(context: click.Context) -> None:
    """Count jobs by state, and list the dead ones with their errors."""
    host = host_of(context)

    async def read(runtime: Runtime) -> None:
        for count in await outbox.counts(runtime.database.reader):
            click.echo(f"{count.job:32} {count.state:9} {count.count}")
        for dead in await outbox.dead_jobs(runtime.database.reader):
            click.echo(f"dead #{dead.id} {dead.job} after {dead.attempts} attempts: {dead.error}")

    run_in(host, read)


@jobs.command("redrive")
@click.argument("target")
@click.pass_context
def jobs_redrive(context: click.Context, target: str) -> None:
    """Give a dead job (its number) or all dead jobs of a name another series of attempts."""
    host = host_of(context)

    async def redrive(runtime: Runtime) -> int:
        async with runtime.database.writer.begin() as connection:
            if target.isdigit():
                return int(await outbox.redrive(connection, int(target), runtime.clock.now()))
            return await outbox.redrive_all(connection, target, runtime.clock.now())

    click.echo(f"{run_in(host, redrive)} jobs will run again")


@jobs.command("dismiss")
@click.argument("target")
@click.option("--reason", required=True, help="For the audit trail; no personal data.")
@click.pass_context
def jobs_dismiss(context: click.Context, target: str, reason: str) -> None:
    """Give a dead job (its number) or all dead jobs of a name up for good; what they were to do is erased."""
    host = host_of(context)

    async def dismiss(runtime: Runtime) -> int:
        async with Context(runtime).uow() as uow:
            gone = await outbox.dismiss(uow.connection, int(target) if target.isdigit() else target, uow.now)
            for number, job in gone:
                uow.audit("core.job_dismissed", str(number), job=job, reason=reason)
        return len(gone)

    click.echo(f"{run_in(host, dismiss)} jobs are given up")


cli.add_command(demo_commands.demo)
cli.add_command(demo_commands.demo_sign)
cli.add_command(demo_commands.walk)
cli.add_command(simulate_bank)
cli.add_command(simulate_operator)


def main(argv: list[str] | None = None) -> Any:
    """Runs the command line; mistakes of the configuration are one line, not a trace."""
    try:
        return cli.main(argv, standalone_mode=True)
    except ConfigError as error:
        click.echo(f"abonent: {error}", err=True)
    except Problem as problem:
        fields = "; ".join(f"{item.field}: {item.kind.en}" for item in problem.errors)
        click.echo(f"abonent: {problem.kind.en.format_map(problem.params)} {fields}".rstrip(), err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
