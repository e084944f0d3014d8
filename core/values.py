"""Small exact values: identifiers, decimals, months. Pure: no I/O, no clock of its own."""

import os
import re
import time
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import msgspec

DECIMAL_PATTERN = r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$(?!\n)"
_DECIMAL = re.compile(DECIMAL_PATTERN, re.ASCII)
_EMAIL = re.compile(r"^[^\s@<>()\[\],;:\\\"]{1,64}@(?=.{4,253}$)([^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}$(?!\n)")

_MAILBOX = re.compile(r"[^\s<>()\[\]@:;,\"'=]{1,64}@[^\s<>()\[\]@:;,\"'=]{1,255}")

DecimalText = Annotated[
    str,
    msgspec.Meta(
        pattern=DECIMAL_PATTERN,
        description="An exact decimal as a string: up to 12 digits before the point, up to 6 after it.",
        examples=["16249.16"],
    ),
]
"""A decimal on the wire. A JSON number would pass through a binary float somewhere; a string never does."""

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z][0-9A-Za-z._:/-]*$(?!\n)")]
"""A key given by the company, or one of ours (UUID version 7). Opaque to clients."""

Aware = Annotated[datetime, msgspec.Meta(tz=True)]
"""An instant on the wire: a date and a time with an offset; one without it would mean another instant everywhere."""


def new_id() -> str:
    """A UUID version 7: unguessable in its tail of 62 bits, ordered by the moment of creation.

    Lists and dialogues are read in the order of identifiers, so the twelve bits after the millisecond hold its
    fraction (RFC 9562, method 3): two identifiers made one after the other in a process are in order.
    """
    millis, fraction = divmod(time.time_ns(), 1_000_000)
    tail = int.from_bytes(os.urandom(8), "big") & (1 << 62) - 1
    value = (millis & (1 << 48) - 1) << 80 | 0x7 << 76 | (fraction << 12) // 1_000_000 << 64 | 0b10 << 62 | tail
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def exact(text: str) -> Decimal:
    """The decimal that a `DecimalText` means, without trailing zeros, so that equal values are written alike.

    Raises ValueError for anything else: NaN, exponents, underscores and spaces are not numbers here.
    """
    if not _DECIMAL.match(text):
        raise ValueError(text)
    return plain(Decimal(text))


def plain(value: Decimal) -> Decimal:
    """The same value without trailing zeros and without an exponent (100, never 1E+2)."""
    stripped = value.normalize()
    return stripped.quantize(Decimal(1)) if stripped.as_tuple().exponent > 0 else stripped  # type: ignore[operator]


def month_start(day: date) -> date:
    """A billing period is named by the first day of its month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after `month`."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def containing(text: str) -> str:
    """The LIKE pattern (escape character: backslash) of what contains `text`; compare it with what is in lower case."""
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def normal_email(text: str) -> str | None:
    """The address in lower case, None when it is malformed."""
    return text.lower() if _EMAIL.match(text) and len(text) <= 254 else None


def without_addresses(text: str) -> str:
    """A text for the log, with the addresses of mailboxes blotted out."""
    return _MAILBOX.sub("…", text)


def normal_phone(text: str) -> str | None:
    """`+7XXXXXXXXXX` for any usual way of writing it, None for anything else."""
    if not re.fullmatch(r"\+?[\d\s()-]{10,24}", text, re.ASCII):
        return None
    digits = re.sub(r"\D", "", text)
    if len(digits) == 11 and digits[0] in "78":
        digits = digits[1:]
    elif text.startswith("+"):
        return None
    return f"+7{digits}" if len(digits) == 10 else None
