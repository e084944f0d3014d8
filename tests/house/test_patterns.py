"""Patterns that end in a bare dollar let a line break pass at the end, and `\\d` lets digits of every script pass."""

import ast
from collections.abc import Iterator

import pytest

from tests.house.repository import PACKAGES, ROOT, sources

_LINES = {"MULTILINE", "M"}


def bare(text: str) -> bool:
    """Whether a pattern ends in a dollar that a line break may follow."""
    return text.endswith("$") and not text.endswith(r"\$")


def wrong(source: str) -> Iterator[tuple[int, str]]:
    """Line and fault of every pattern: of `pattern=`, of the calls of `re`, and of all that is written `^…`."""
    tree = ast.parse(source)
    lines = {id(part) for call in calls(tree) if flags(call) & _LINES for part in ast.walk(call)}
    digits = {id(part) for call in calls(tree) if flags(call) & {"ASCII", "A"} for part in ast.walk(call)}
    exact = {id(text) for text in described(tree)}
    named = {id(text) for call in calls(tree) for text in patterns(call)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str | bytes):
            continue
        text = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
        if id(node) not in named and not text.startswith("^"):
            continue
        if bare(text) and id(node) not in lines | exact:
            yield node.lineno, "ends in a bare $"
        if r"\d" in text.replace(r"\W\d", "") and text.startswith("^") and id(node) not in digits:
            yield node.lineno, r"\d"


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Those of `re`, and those with a `pattern`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and any(True for _ in patterns(node)):
            yield node


def patterns(call: ast.Call) -> Iterator[ast.expr]:
    """What a call is given as a pattern; of an f-string its last part."""
    called = call.func
    given = [word.value for word in call.keywords if word.arg == "pattern"]
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "re":
        given += call.args[:1]
    for value in given:
        yield value.values[-1] if isinstance(value, ast.JoinedStr) and value.values else value


def described(tree: ast.AST) -> Iterator[ast.expr]:
    """The patterns of JSON Schema, in which the dollar is the very end (ECMA-262)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            yield from (value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "pattern")


def flags(call: ast.Call) -> set[str]:
    """Names of the flags of `re` that a call is given."""
    return {part.attr for part in ast.walk(call) if isinstance(part, ast.Attribute)}


def test_no_pattern_lets_a_line_break_pass_at_its_end() -> None:
    texts = ((path.relative_to(ROOT), path.read_text(encoding="utf-8")) for path in sources(*PACKAGES))
    found = [f"{path}:{line}: {fault}" for path, text in texts for line, fault in wrong(text)]
    assert not found, found


@pytest.mark.parametrize(
    "source",
    [
        r'Meta(pattern=r"^[0-9]$")',
        r'Parameter(pattern=r"[a-z]$", description="a $")',
        r're.compile(r"^a$")',
        r're.match(r"(b|c)$", text)',
        r're.compile(rf"{a}$")',
        r're.compile(rb"^a$", re.IGNORECASE)',
        r'MONTH = r"^[0-9]$"',
        r'Meta(pattern=r"^\d{5}$(?!\n)")',
    ],
)
def test_such_a_pattern_is_found(source: str) -> None:
    assert len(list(wrong(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        r'Meta(pattern=r"^[0-9]$(?!\n)")',
        r're.compile(r"^a$", re.MULTILINE)',
        r're.compile(r"^\d", re.ASCII)',
        r're.fullmatch(r"a\$", text)',
        r'{"type": "string", "pattern": r"^[0-9]$"}',
        r'print("5 $")',
    ],
)
def test_others_are_not(source: str) -> None:
    assert not list(wrong(source))
