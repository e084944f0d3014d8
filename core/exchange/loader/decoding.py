"""One line -> one decoded row, or the reason why not."""

import re
from collections.abc import Iterator
from operator import attrgetter
from typing import Any, Generic, TypeVar

import msgspec

from core.errors import (
    FIELD_CHOICE,
    FIELD_CONTROL,
    FIELD_FORMAT,
    FIELD_RANGE,
    FIELD_REQUIRED,
    FIELD_TOO_LONG,
    FIELD_TOO_SHORT,
    FIELD_TYPE,
    FIELD_UNKNOWN,
    MALFORMED_JSON,
    ErrorKind,
)
from core.sdk import Dataset, RowError

P = TypeVar("P", bound=msgspec.Struct)

BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What reading a line may raise."""
# Texts may have lines and tabs; no other control character, and never NUL, which PostgreSQL cannot store.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# A raw control character below 0x20 is malformed JSON already; an escape needs a closer look.
_MAYBE_CONTROL = re.compile(rb"\\[bfu]|\x7f|\xc2[\x80-\x9f]")
_MESSAGES: tuple[tuple[re.Pattern[str], ErrorKind], ...] = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"^Object missing required field", FIELD_REQUIRED),
        (r"^Object contains unknown field", FIELD_UNKNOWN),
        (r"of length <=", FIELD_TOO_LONG),
        (r"of length >= 1\b", FIELD_REQUIRED),
        (r"of length >=", FIELD_TOO_SHORT),
        (r"^Invalid enum value", FIELD_CHOICE),
        (r"matching regex|^Invalid|timezone component", FIELD_FORMAT),
        (r"^Expected `\w+` (<|>)", FIELD_RANGE),
    )
)


class Decoding(Generic[P]):
    """The decoders of a dataset."""

    def __init__(self, dataset: Dataset[P]) -> None:
        kind = dataset.row
        if not kind.__struct_config__.forbid_unknown_fields:
            raise TypeError(f"dataset {dataset.name}: {kind.__name__} must have forbid_unknown_fields")
        fields = {field.name: field for field in msgspec.structs.fields(kind)}
        if missing := set(dataset.key) - fields.keys():
            raise TypeError(f"dataset {dataset.name}: no field for the key {sorted(missing)}")
        self.decode = msgspec.json.Decoder(kind).decode
        key = [(name, fields[name].type) for name in dataset.key]
        names = {name: fields[name].encode_name for name in dataset.key}
        self._deletion = msgspec.json.Decoder(
            msgspec.defstruct("Deletion", [*key, ("deleted", bool)], rename=names, forbid_unknown_fields=True)
        )
        loose = [(name, Any, None) for name in dataset.key]
        self._loose_key = msgspec.json.Decoder(msgspec.defstruct("LooseKey", loose, rename=names))
        self._key = attrgetter(*dataset.key)
        self._compound = len(dataset.key) > 1
        self._deletable = dataset.table is not None and "deleted" not in fields

    def key_text(self, row: Any) -> str:
        """The key of a decoded row as answers show it."""
        key: Any = self._key(row)
        if type(key) is str:
            return key
        return "/".join(map(_text, key if self._compound else (key,)))

    def deletion(self, line: bytes) -> Any:
        """The key (as an object with its fields) that the line asks to remove, None if it is not a deletion."""
        if not self._deletable or b'"deleted"' not in line:
            return None
        try:
            asked: Any = self._deletion.decode(line)
        except BROKEN:
            return None
        return asked if asked.deleted is True else None

    def readable_key(self, line: bytes) -> str:
        """As much of the key as a broken line shows, to help its sender find the row."""
        try:
            return self.key_text(self._loose_key.decode(line))[:200]
        except BROKEN:
            return ""


def explain(error: Exception) -> RowError:
    """What the decoder said, as a code and a field."""
    if not isinstance(error, msgspec.ValidationError):
        return RowError(MALFORMED_JSON.code, "", MALFORMED_JSON.ru)
    text, _, where = str(error).partition(" - at `$")
    path = where.removesuffix("`").lstrip(".")
    kind = next((kind for pattern, kind in _MESSAGES if pattern.search(text)), FIELD_TYPE)
    if kind in (FIELD_REQUIRED, FIELD_UNKNOWN) and (named := re.search(r"field `(.*)`$", text, re.DOTALL)):
        path = f"{path}.{named[1]}" if path else named[1]
    expected = re.search(r"Expected `([^`]+)`", text)
    return RowError(kind.code, path[:200], kind.text("ru", {"expected": expected[1] if expected else "?"}))


def control_character(line: bytes) -> RowError | None:
    """Refuses a line whose texts hold control characters other than line ends and tabs."""
    if not _MAYBE_CONTROL.search(line):
        return None
    path = next(_controls(msgspec.json.decode(line), ""), None)
    return None if path is None else RowError(FIELD_CONTROL.code, path, FIELD_CONTROL.ru)


def _controls(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, str):
        if _CONTROL.search(value):
            yield path
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _controls(name, path)
            yield from _controls(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _controls(inner, f"{path}[{index}]")


def _text(part: Any) -> str:
    return part if isinstance(part, str) else str(msgspec.to_builtins(part))
