"""The same files with the same names everywhere, none of them long."""

from pathlib import Path

import pytest

from tests.house.repository import ROOT, sources

FILES = {
    "__init__.py",
    "README.md",
    "commands.py",
    "datasets.py",
    "domain.py",
    "errors.py",
    "events.py",
    "importers.py",
    "jobs.py",
    "letters.py",
    "models.py",
    "notifications.py",
    "permissions.py",
    "plugin.py",
    "public.py",
    "pyproject.toml",
    "routes.py",
    "schemas.py",
    "services.py",
    "settings.py",
    "store.py",
}
FOLDERS = {"adapters", "migrations", *(name.removesuffix(".py") for name in FILES if name.endswith(".py"))}
EXEMPT = {
    "core/exchange/loader": "the bulk loader: one machine in six files, called by services",
    "core/imports/workbooks": "readers and writers of Excel's formats, each of them a file",
}
LINES = 400
VAGUE = {"helpers", "helper", "utils", "util", "common", "misc", "tools", "base", "lib"}


def members() -> list[Path]:
    """The folders that have the anatomy of a plugin."""
    found = [path.parent for area in ("core", "plugins") for path in (ROOT / area).glob("*/plugin.py")]
    return sorted(path for path in found if path.name != "testing")  # whose plugin is pytest's


@pytest.mark.parametrize("folder", members(), ids=lambda path: path.name)
def test_a_plugin_holds_only_the_files_of_its_anatomy(folder: Path) -> None:
    strangers = []
    for path in folder.iterdir():
        if path.name == "__pycache__" or path.suffix == ".egg-info" or path.name in ("build", "dist"):
            continue
        known = path.name in (FOLDERS if path.is_dir() else FILES)
        if not known and str(path.relative_to(ROOT)) not in EXEMPT:
            strangers.append(path.name)
    assert not strangers, folder


def test_an_exemption_is_of_something_that_exists() -> None:
    assert all((ROOT / path).exists() for path in EXEMPT)


def test_a_file_and_a_folder_of_one_name_do_not_stand_side_by_side() -> None:
    for path in sources("core", "plugins", "hosts"):
        assert not path.with_suffix("").is_dir(), path


def test_no_file_is_long() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in sources("core", "plugins", "hosts")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LINES
    }
    assert not long


def test_no_module_is_called_nothing_in_particular() -> None:
    assert not [path for path in sources("core", "plugins", "hosts", "tests") if path.stem in VAGUE]


def test_every_module_says_what_it_is() -> None:
    for path in sources("core", "plugins", "hosts", "tests"):
        text = path.read_text(encoding="utf-8")
        assert not text or text.startswith('"""'), path


def test_plugins_is_a_namespace_that_strangers_may_join() -> None:
    assert not (ROOT / "plugins" / "__init__.py").exists()


def test_decisions_are_numbered_once_and_bear_their_number() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))
    numbers = [int(path.name[:4]) for path in decisions]
    assert numbers == list(range(1, len(numbers) + 1))
    for number, path in zip(numbers, decisions, strict=True):
        assert path.read_text(encoding="utf-8").startswith(f"# {number}. "), path
