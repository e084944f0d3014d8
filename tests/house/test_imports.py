"""The import rules of pyproject.toml hold, and know every plugin."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from tests.house.repository import ROOT

LINTER: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
CONTRACTS: dict[str, dict[str, Any]] = {contract["id"]: contract for contract in LINTER["contracts"]}


def test_the_import_rules_hold() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_import_rules_know_every_plugin() -> None:
    plugins = {f"plugins.{path.parent.name}" for path in ROOT.glob("plugins/*/plugin.py")}
    assert plugins
    assert plugins <= set(LINTER["root_packages"])
    assert plugins <= set(CONTRACTS["anatomy"]["containers"])
    assert plugins == set(CONTRACTS["plugins-independent"]["modules"])
    layer = CONTRACTS["hosts-on-top"]["layers"][1]
    assert plugins == {name.strip() for name in layer.split("|")}


def test_the_import_rules_know_every_part_of_the_core() -> None:
    parts = {f"core.{path.parent.name}" for path in ROOT.glob("core/*/plugin.py")} - {"core.testing"}
    assert parts == set(CONTRACTS["core-parts-are-closed"]["protected_modules"])
    assert parts <= set(CONTRACTS["anatomy"]["containers"])
