"""The page about security answers every requirement of the chapters that it names, and its tests exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/security.md").read_text(encoding="utf-8")
STATUSES = {"met", "in part", "not met", "no concern"}
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+?) \| (.*?) ?\| (.*?) ?\|$", re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(test_\w+)`")
# Section -> how many of its requirements belong to levels 1 and 2; they are the first ones of each section.
ASKED = {
    "1.1": 2,
    "1.2": 9,
    "1.3": 11,
    "1.4": 3,
    "1.5": 2,
    "2.1": 3,
    "2.2": 3,
    "2.3": 4,
    "2.4": 1,
    "6.1": 3,
    "6.2": 12,
    "6.3": 4,
    "6.4": 4,
    "6.5": 5,
    "6.6": 3,
    "6.8": 4,
    "7.1": 3,
    "7.2": 4,
    "7.3": 2,
    "7.4": 5,
    "7.5": 2,
    "7.6": 2,
    "8.1": 2,
    "8.2": 3,
    "8.3": 1,
    "8.4": 1,
}
ROWS = ROW.findall(PAGE)


def test_every_requirement_is_answered_once() -> None:
    assert [row[0] for row in ROWS] == [
        f"{part}.{number}" for part, most in ASKED.items() for number in range(1, most + 1)
    ]
    assert len(ROWS) == len(re.findall(r"^\| \d", PAGE, re.MULTILINE))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_an_answer_has_a_status_and_what_it_rests_on(row: tuple[str, ...]) -> None:
    _, _, status, how, tests = row
    assert status in STATUSES
    assert TEST.sub("", tests).strip() == ""
    if status in ("met", "in part"):
        assert how or tests
    else:
        assert how, "say why"
        assert not tests
    for path, name in TEST.findall(tests):
        assert name in collected(ROOT / "tests" / path)


@cache
def collected(path: Path) -> set[str]:
    """The tests that pytest finds in a file: functions, and methods of test classes, that nothing skips."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        inside = node.body if isinstance(node, ast.ClassDef) and node.name.startswith("Test") else [node]
        for item in inside:
            if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) and not _skipped(item):
                found.add(item.name)
    return found


def _skipped(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any("skip" in ast.unparse(mark) or "xfail" in ast.unparse(mark) for mark in function.decorator_list)
