"""The catalogue of requirements, and the counting of those that have passing tests."""

import json
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

from tests.house.recorder import catalogue
from tests.house.repository import ROOT
from tests.house.requirements import lines

TESTS = """
import pytest

@pytest.mark.requirement("IDN-01", "IDN-02")
def test_good() -> None:
    pass

@pytest.mark.requirement("IDN-02", "IDN-03")
def test_bad() -> None:
    raise AssertionError

@pytest.mark.requirement("IDN-04")
@pytest.mark.skip
def test_skipped() -> None:
    pass

@pytest.fixture
def broken() -> None:
    yield
    raise AssertionError

@pytest.mark.requirement("IDN-05")
def test_left_badly(broken: None) -> None:
    pass
"""


def run(folder: Path, code: str, *options: str) -> subprocess.CompletedProcess[str]:
    """pytest in a process of its own, with the recorder."""
    (folder / "test_sample.py").write_text(code, encoding="utf-8")
    installed = any(point.value == "core.testing.plugin" for point in entry_points(group="pytest11"))
    plugins = ["tests.house.recorder"] if installed else ["core.testing.plugin", "tests.house.recorder"]
    command = [sys.executable, "-m", "pytest", "-q", *[part for name in plugins for part in ("-p", name)]]
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", f"--rootdir={folder}", *options, str(folder / "test_sample.py")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_catalogue_is_sound() -> None:
    names = [requirement["id"] for requirement in catalogue()]
    assert len(names) == len(set(names)) > 300
    for requirement in catalogue():
        assert requirement["level"] in ("must", "implied", "client"), requirement["id"]
        assert requirement["text"], requirement["id"]
        assert requirement["accept"] or requirement["level"] == "client", requirement["id"]


def test_what_passed_and_what_failed_is_recorded(tmp_path: Path) -> None:
    file = tmp_path / "var" / "outcome.json"
    run(tmp_path, TESTS, f"--requirements={file}")
    outcome = json.loads(file.read_text(encoding="utf-8"))
    counted = {name: (len(tests["passed"]), len(tests["failed"])) for name, tests in outcome.items()}
    assert counted == {"IDN-01": (1, 0), "IDN-02": (1, 1), "IDN-03": (0, 1), "IDN-05": (1, 1)}


def test_only_what_passed_counts() -> None:
    requirements = [
        {"id": "A-1", "owner": "core", "level": "must"},
        {"id": "A-2", "owner": "core", "level": "implied"},
        {"id": "A-3", "owner": "core", "level": "client"},
        {"id": "B-1", "owner": "edo", "level": "must"},
    ]
    outcome = {
        "A-1": {"passed": ["t"], "failed": []},
        "A-2": {"passed": ["t"], "failed": ["u"]},
        "A-3": {"passed": ["t"], "failed": []},
    }
    assert lines(requirements, outcome) == [
        "core         1 of   2  missing: A-2 (failed)",
        "edo          0 of   1  missing: B-1",
        "together     1 of   3",
    ]


def test_a_requirement_that_nobody_wrote_down_stops_the_tests(tmp_path: Path) -> None:
    done = run(tmp_path, TESTS.replace("IDN-03", "IDN-99"))
    assert done.returncode == 4
    assert "no such requirement: IDN-99" in done.stderr
