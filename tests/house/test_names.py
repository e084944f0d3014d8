"""Names and texts of everything declared: prefixes, one meaning each, both languages, and true README pages."""

import re
import string
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import jinja2
import jinja2.meta
import msgspec
import pytest

from core.errors import ErrorKind
from core.host import CORE
from core.plugins import Manifest
from core.sdk import Dataset, Event, Hooks, Job, Letter, Permission
from tests.house.repository import ROOT, all_hooks, package_of, sources

CORE_NAMES = {part.name for part in CORE}
CYRILLIC = re.compile("[А-Яа-яЁё]")
ALL = all_hooks()
each_plugin = pytest.mark.parametrize("hooks", ALL, ids=lambda hooks: hooks.name)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def declared(hooks: Hooks) -> Iterator[tuple[str, str]]:
    """(section of the README, name) of everything that a plugin declares."""
    yield from (("Permissions", item.name) for item in hooks.permissions())
    yield from (("Errors", item.code) for item in hooks.errors())
    yield from (("Events", item.name) for item in hooks.events())
    yield from (("Jobs", item.name) for item in hooks.jobs())
    yield from (("Letters", item.name) for item in hooks.letters())
    yield from (("Notification kinds", item.name) for item in hooks.notification_kinds())
    yield from (("Datasets", item.name) for item in hooks.datasets())
    yield from (("Routes", str(handler.operation_id)) for handler in hooks.routes())
    yield from (("Card sections", item.name) for item in hooks.card_sections())
    yield from (("Menu sections", item.name) for item in hooks.menu_sections())
    yield from (("Month series", item.name) for item in hooks.month_series())
    yield from (("Importers", item.name) for item in hooks.importers())
    yield from (("Validators", item.name) for item in hooks.validators())
    yield from (("Commands", item.name) for item in hooks.commands())
    yield from (("Ports", item.name) for item in hooks.ports())
    yield from (("Adapters", f"{item.port}.{item.name}") for item in hooks.adapters())
    yield from (("Forgetters", item.name) for item in hooks.forgetters())
    settings = hooks.settings()
    if settings:
        yield from (("Settings", field.name) for field in msgspec.structs.fields(settings))


SECTIONS = (
    "Routes",
    "Permissions",
    "Settings",
    "Datasets",
    "Events",
    "Jobs",
    "Letters",
    "Notification kinds",
    "Errors",
    "Card sections",
    "Menu sections",
    "Month series",
    "Importers",
    "Validators",
    "Commands",
    "Ports",
    "Adapters",
    "Forgetters",
)


def written(page: Path) -> Iterator[tuple[str, str]]:
    """(section, name) of every table row of a README whose first cell is a name in backticks."""
    section = ""
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ").strip()
        elif section in SECTIONS and (found := re.match(r"\|\s*`([^`]+)`\s*\|", line)):
            yield section, found[1]


PREFIXED = {
    "Permissions",
    "Errors",
    "Events",
    "Jobs",
    "Letters",
    "Notification kinds",
    "Datasets",
    "Card sections",
    "Menu sections",
    "Month series",
    "Importers",
    "Validators",
    "Commands",
}


def test_every_hook_is_compared() -> None:
    hooks = {name for name, method in vars(Hooks).items() if hasattr(method, "abonent_spec")}
    unnamed = {"requires", "migrations"}  # they declare no names
    assert hooks - unnamed == {section.lower().replace(" ", "_") for section in SECTIONS}


@each_plugin
def test_the_readme_names_what_is_declared_and_nothing_else(hooks: Hooks) -> None:
    if package_of(hooks).parts[-2] == "hosts":
        pytest.skip("a host's own plugin is described with the host")
    page = package_of(hooks) / "README.md"
    names = list(written(page))
    assert sorted(names) == sorted(declared(hooks)), page


@each_plugin
def test_names_start_with_their_owner(hooks: Hooks) -> None:
    for section, name in declared(hooks):
        if section in PREFIXED:
            prefix, dot, rest = name.partition(".")
            bare = hooks.name in CORE_NAMES and not dot
            assert bare or (prefix == hooks.name and rest), f"{section} {name}"
            assert re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)?", name), f"{section} {name}"


@each_plugin
def test_texts_are_in_both_languages_and_hold_the_same_values(hooks: Hooks) -> None:
    for kind in hooks.errors():
        assert kind.en.strip(), kind.code
        only_values = not re.sub(r"\{\w+\}", "", kind.ru)
        assert CYRILLIC.search(kind.ru) or only_values, kind.code
        assert not CYRILLIC.search(kind.en), kind.code
        assert placeholders(kind.ru) == placeholders(kind.en), kind.code
        assert 400 <= kind.status < 600, kind.code


@each_plugin
def test_what_people_read_is_in_russian(hooks: Hooks) -> None:
    titles = [item.title for item in hooks.permissions()] + [item.title for item in hooks.datasets()]
    titles += [item.title for item in hooks.menu_sections()]
    titles += [item.title for item in hooks.notification_kinds()]
    titles += [text for letter in hooks.letters() for text in (letter.subject, letter.text)]
    written_by_us = [title for title in titles if not re.fullmatch(r"{{ \w+ }}", title)]  # the rest is the sender's own
    assert all(CYRILLIC.search(title) for title in written_by_us)


@each_plugin
def test_letters_are_templates(hooks: Hooks) -> None:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    for letter in hooks.letters():
        subject = jinja2.meta.find_undeclared_variables(environment.parse(letter.subject))
        text = jinja2.meta.find_undeclared_variables(environment.parse(letter.text))
        assert subject <= text | {"code"}, letter.name


def test_a_code_means_one_thing(manifest: Manifest) -> None:
    for kind, name in ((ErrorKind, "code"), (Permission, "name"), (Event, "name"), (Job, "name"), (Letter, "name")):
        names = [getattr(item, name) for item in manifest.declared[kind]]
        assert len(names) == len(set(names)), kind
    datasets = [item.name for item in manifest.declared[Dataset]]
    assert len(datasets) == len(set(datasets))


@each_plugin
def test_every_kind_of_an_errors_module_is_declared_and_used(hooks: Hooks) -> None:
    package = package_of(hooks)
    path = package / "errors.py"
    paths = [path] if path.exists() else sorted((package / "errors").glob("*.py"))
    if not paths:
        assert not hooks.errors()
        return
    modules = [import_module(".".join(one.relative_to(ROOT).with_suffix("").parts)) for one in paths]
    found = [(name, item) for module in modules for name, item in vars(module).items() if isinstance(item, ErrorKind)]
    kinds = dict(found)
    assert len(kinds) == len(found), "two modules use one name"
    catalogue = {kind.code for kind in hooks.errors()}
    imported = {name for name, item in kinds.items() if item.code not in catalogue}
    assert not imported, f"{path}: not in errors(): {imported}"
    assert catalogue == {kind.code for kind in kinds.values()}, path
    folders = ("core", "plugins", "hosts") if hooks.name == "core" else (str(package.relative_to(ROOT)),)
    code = "\n".join(file.read_text(encoding="utf-8") for file in sources(*folders) if file not in paths)
    unused = {name for name in kinds if not re.search(rf"\b{name}\b", code)}
    assert not unused, f"{path}: nobody uses {unused}"


def test_the_operations_are_named_alike(manifest: Manifest) -> None:
    for handler in manifest.routes:
        assert re.fullmatch(r"[a-z][a-z0-9_]*", str(handler.operation_id)), handler.operation_id
        assert handler.summary, handler.operation_id
