"""One line -> one decoded row, or the reason why not."""

import re
from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Generic, TypeVar

import msgspec

from core.http.bodies import decode_body
from core.sdk import Dataset, Problem, RowError

P = TypeVar("P", bound=msgspec.Struct)

_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_MAYBE_CONTROL = re.compile(rb"\\u00[01]|\\u007[fF]|\\[bf]|\x7f")  # rare: only such lines get a closer look


class Decoding(Generic[P]):
    """The decoders of a dataset. Refusals are those of any JSON body: codes, fields and control characters alike."""

    def __init__(self, dataset: Dataset[P]) -> None:
        kind = dataset.row
        if not kind.__struct_config__.forbid_unknown_fields:
            raise TypeError(f"{kind.__name__} must have forbid_unknown_fields")
        fields = {field.name: field for field in msgspec.structs.fields(kind)}
        if missing := set(dataset.key) - fields.keys():
            raise TypeError(f"no field for the key {sorted(missing)}")
        self._kind = kind
        self._decode = msgspec.json.Decoder(kind).decode
        self._key: Any = attrgetter(*dataset.key)
        self._compound = len(dataset.key) > 1
        names = {name: fields[name].encode_name for name in dataset.key}
        deletion = [*[(name, fields[name].type) for name in dataset.key], ("deleted", bool)]
        self._deletion = msgspec.defstruct("Deletion", deletion, rename=names, forbid_unknown_fields=True)
        self._deletable = dataset.table is not None and "deleted" not in fields
        loose = msgspec.defstruct("LooseKey", [(name, Any, None) for name in dataset.key], rename=names)
        self._loose = msgspec.json.Decoder(loose)

    def row(self, line: bytes) -> P:
        """The row of a line. Raises Problem."""
        try:
            row = self._decode(line)
        except _BROKEN:
            return decode_body(line, self._kind)  # fails again, and says why
        return decode_body(line, self._kind) if _MAYBE_CONTROL.search(line) else row

    def rows(self, lines: Sequence[bytes]) -> list[P]:
        """The rows of lines that are all right. Raises anything otherwise."""
        if _MAYBE_CONTROL.search(b"\n".join(lines)):
            return list(map(self.row, lines))
        return list(map(self._decode, lines))

    def deletion(self, line: bytes) -> Any:
        """An object with the key's fields if the line asks to remove a row, None otherwise. Raises Problem."""
        if not self._deletable or b'"deleted"' not in line:
            return None
        try:
            asked: Any = msgspec.json.decode(line, type=self._deletion)
        except _BROKEN:
            return None
        if not asked.deleted:
            return None
        return decode_body(line, self._deletion)

    def key_text(self, row: Any) -> str:
        """The key of a decoded row as answers show it."""
        key = self._key(row)
        if type(key) is str:
            return key
        try:
            return "/".join(key)
        except TypeError:
            return "/".join(map(_text, key if self._compound else (key,)))

    def readable_key(self, line: bytes) -> str:
        """As much of the key as a broken line shows, to help its sender find the row."""
        try:
            return self.key_text(self._loose.decode(line))[:200]
        except _BROKEN:
            return ""


def first_error(problem: Problem) -> RowError:
    """A problem as the refusal of a row."""
    if problem.errors:
        error = problem.errors[0]
        return RowError(error.kind.code, error.field, error.kind.text("ru", error.params))
    return RowError(problem.kind.code, "", problem.kind.text("ru", problem.params))


def _text(part: Any) -> str:
    return part if isinstance(part, str) else str(msgspec.to_builtins(part))
