"""Keyset lists: `{"items": [...], "next": cursor | null}`."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from litestar.params import QueryParameter

from core.errors import FIELD_FORMAT, INVALID, FieldProblem, Problem
from core.values import Aware

T = TypeVar("T")
# Whoever forges a cursor must not reach what the database cannot take: a zero byte, a number of more than 64 bits, a
# moment without an offset.
_BOUNDED: dict[type, Any] = {
    str: Annotated[str, msgspec.Meta(pattern=r"^[^\x00]*$(?!\n)")],
    int: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)],
    datetime: Aware,
}

Limit = Annotated[int, QueryParameter(ge=1, le=500, description="At most so many items.")]
Cursor = Annotated[str | None, QueryParameter(max_length=500, description="`next` of the page before; absent: start.")]


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A page of a list. `next` asks for the following page; null: this is the last one."""

    items: Sequence[T]
    next: str | None = None


def page(rows: list[T], limit: int, key: Callable[[T], tuple[Any, ...]]) -> Page[T]:
    """Cuts `limit + 1` rows that were read to a page; `key` gives the order columns of a row."""
    more = len(rows) > limit
    items = rows[:limit]
    return Page(items, encode_cursor(*key(items[-1])) if more else None)


def encode_cursor(*key: Any) -> str:
    """An opaque cursor holding the order columns of the last row."""
    return urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def decode_cursor(cursor: str | None, *types: type) -> tuple[Any, ...] | None:
    """The order columns inside a cursor; None without one. A forged or foreign cursor is a 422."""
    if cursor is None:
        return None
    bounded = tuple(_BOUNDED.get(kind, kind) for kind in types)
    try:
        raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        key: tuple[Any, ...] = msgspec.json.decode(raw, type=tuple[bounded])  # type: ignore[valid-type]
        return tuple(one.astimezone(UTC) if isinstance(one, datetime) else one for one in key)
    except (binascii.Error, msgspec.MsgspecError, ValueError, OverflowError) as error:  # OverflowError: of the year 0
        raise Problem(INVALID, errors=[FieldProblem("cursor", FIELD_FORMAT)]) from error
