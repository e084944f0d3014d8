"""The pytest option `--requirements=FILE`: which tests of which requirements passed and failed, as JSON."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

CATALOGUE = Path(__file__).parents[2] / "docs/requirements.toml"


def catalogue() -> list[dict[str, str]]:
    """Every requirement: `id`, `owner`, `level` (must, implied, client), `text`, `accept`."""
    found: list[dict[str, str]] = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["requirement"]
    return found


def named_by(item: pytest.Item) -> list[str]:
    """The requirements that a test claims to prove."""
    return [str(name) for marker in item.iter_markers("requirement") for name in marker.args]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--requirements", default="", help="write the outcome of every requirement's tests to this file")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--requirements"):
        config.pluginmanager.register(Recorder(Path(config.getoption("--requirements"))), "requirements")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that names a requirement nobody wrote down is a mistake, whatever is run."""
    known = {requirement["id"] for requirement in catalogue()}
    unknown = sorted({f"{name} ({item.nodeid})" for item in items for name in named_by(item) if name not in known})
    if unknown:
        raise pytest.UsageError(f"no such requirement: {', '.join(unknown)}")


class Recorder:
    """Collects outcomes while the tests run, writes them at the end."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._passed: dict[str, set[str]] = {}
        self._failed: dict[str, set[str]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Iterator[None]:
        report: Any = yield
        for name in named_by(item):
            if report.failed:
                self._failed.setdefault(name, set()).add(item.nodeid)
            elif report.when == "call" and report.passed:
                self._passed.setdefault(name, set()).add(item.nodeid)
        return report  # type: ignore[no-any-return]

    def pytest_sessionfinish(self) -> None:
        names = sorted(self._passed.keys() | self._failed.keys())
        outcome = {
            name: {"passed": sorted(self._passed.get(name, ())), "failed": sorted(self._failed.get(name, ()))}
            for name in names
        }
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(json.dumps(outcome, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
