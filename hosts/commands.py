"""The commands of plugins on the command line: `abonent <plugin> <command>`, for those that the host file enables."""

import asyncio
import types
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import click
import msgspec

from core.config import ConfigError, load
from core.context import Context, Runtime
from core.host import Host
from core.sdk import Command, Told

T = TypeVar("T")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_HELP = {"help_option_names": ["-h", "--help"]}


def run_in(host: Host, work: Callable[[Runtime], Awaitable[T]]) -> T:
    """Runs one use case on a runtime of its own."""

    async def inside() -> T:
        runtime = await host.open()
        try:
            return await work(runtime)
        finally:
            await host.close(runtime)

    return asyncio.run(inside())


class PluginGroups(click.Group):
    """A group of the host's own commands, and of a group for each enabled plugin that declares some."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        try:
            _, more = self._of_plugins(ctx)
        except ConfigError as error:  # a host file that is wrong is told, and keeps nobody from reading on
            click.echo(f"abonent: {error}", err=True)
            more = {}
        return sorted({*super().list_commands(ctx), *more})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if (own := super().get_command(ctx, cmd_name)) is not None:
            return own
        host, found = self._of_plugins(ctx)
        if host is None or cmd_name not in found:
            return None
        group = click.Group(cmd_name, help=f"What the plugin {cmd_name} offers.", context_settings=_HELP)
        for command in found[cmd_name]:
            group.add_command(self._click(host, command))
        return group

    def _of_plugins(self, ctx: click.Context) -> tuple[Host | None, dict[str, list[Command[Any]]]]:
        """Plugin -> its commands. Raises ConfigError where one is called like a command of the host."""
        (option,) = [param for param in self.params if param.name == "config"]
        config: Path = ctx.params.get("config") or option.type_cast_value(ctx, option.get_default(ctx))
        if not config.exists():
            return None, {}
        host = Host(load(config))
        found: dict[str, list[Command[Any]]] = {}
        for command in host.manifest.declared[Command]:
            owner = command.name.partition(".")[0]
            if owner in self.commands:
                raise ConfigError(f"plugin {owner!r} declares commands, but `abonent {owner}` is the host's own")
            found.setdefault(owner, []).append(command)
        return host, found

    def _click(self, host: Host, command: Command[Any]) -> click.Command:
        def callback(**given: Any) -> None:
            options = _decoded(command, given)
            told: Told = run_in(host, lambda runtime: command.run(Context(runtime), options))
            for line in told.lines:
                click.echo(line)
            if not told.well:
                raise click.exceptions.Exit(1)

        return click.Command(
            command.name.partition(".")[2].replace("_", "-"),
            callback=callback,
            params=[_param(field) for field in msgspec.structs.fields(command.options)],
            help=command.title,
            context_settings=_HELP,
        )


def _param(field: msgspec.structs.FieldInfo) -> click.Parameter:
    kind, description = _plain(field.type)
    shown: Any = _FILE if kind is Path else click.STRING
    if field.required:
        return click.Argument([field.name], type=shown)
    option = "--" + field.name.replace("_", "-")
    if kind is bool:
        return click.Option([option, field.name], is_flag=True, help=description)
    return click.Option([option, field.name], type=shown, help=description, metavar=kind.__name__.upper())


def _plain(kind: Any) -> tuple[Any, str]:
    """The type without `Annotated` and `| None`, and its description."""
    if get_origin(kind) is Annotated:
        bare, *metas = get_args(kind)
        told = [meta.description for meta in metas if isinstance(meta, msgspec.Meta) and meta.description]
        return _plain(bare)[0], "".join(told)
    if get_origin(kind) in (Union, types.UnionType):
        return _plain(next(one for one in get_args(kind) if one is not types.NoneType))
    return kind, ""


def _decoded(command: Command[Any], given: dict[str, Any]) -> msgspec.Struct:
    """The options as the command's Struct. Raises UsageError for what does not fit."""
    values = {name: value for name, value in given.items() if value is not None and value is not False}
    try:
        decoded: msgspec.Struct = msgspec.convert(
            values, command.options, strict=False, dec_hook=lambda _, value: value
        )
    except msgspec.ValidationError as error:
        raise click.UsageError(str(error)) from error
    return decoded


def _file(_: type, value: Any) -> Any:
    return value  # a path that the command line has checked
