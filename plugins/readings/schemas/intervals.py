"""Shapes of interval data and of the receipts for files of them."""

from datetime import date, datetime
from typing import Literal

import msgspec

IntervalLayout = Literal["80020", "80040"]
IntervalChannelName = Literal["A+", "A-", "R+", "R-"]


class IntervalDay(msgspec.Struct, frozen=True):
    """A day of one channel."""

    channel: str
    day: date
    starts_at: datetime
    """UTC, of the first period; the others follow without a gap."""
    minutes: int
    """Length of a period: 30 or 60."""
    total: str
    """kWh or kvarh of what counts: neither missing nor not for settlement."""
    values: list[str | None]
    """Exact decimals; null: missing."""
    not_for_settlement: list[int]
    """Indexes of periods."""
    substituted: list[int]
    """Indexes of periods measured by a substitute."""


class IntervalDays(msgspec.Struct, frozen=True):
    """Interval data of a metering point."""

    point_id: str
    name: str
    days: list[IntervalDay]
    """By channel and day."""


class IntervalState(msgspec.Struct, frozen=True):
    """A day of one channel as it is or was known."""

    channel: str
    revision: int
    """1, and one more with each correction."""
    minutes: int
    total: str
    values: list[str | None]
    written_at: datetime
    replaced_at: datetime | None
    """Null: this is what is known now."""


class IntervalCoveredDay(msgspec.Struct, frozen=True):
    """How complete a day of one channel is."""

    day: date
    periods: int
    missing: int
    not_for_settlement: int
    revision: int


class IntervalCoverage(msgspec.Struct, frozen=True):
    """A month of one channel of a metering point. A day that is not listed is not known at all."""

    point_id: str
    complex_code: str
    """«Код ИК»"""
    name: str
    channel: str
    days: list[IntervalCoveredDay]
    absent: list[date]
    """Days of the month, up to yesterday, of which nothing is known."""


class IntervalReceiptPoint(msgspec.Struct, frozen=True):
    """A metering point of the file that was not loaded."""

    title: str
    reasons: list[str]


class IntervalReceipt(msgspec.Struct, frozen=True):
    """What became of a file."""

    file_id: str
    file_name: str
    size: int
    sha256: str
    contract_id: str
    received_at: datetime
    issued_at: datetime
    issuer: str
    """The supplier's name."""
    status: str
    """«Загружен», «Загружен частично», «Обнаружены ошибки структуры файла»"""
    loaded: int
    """Metering points."""
    unchanged: int
    """Loaded before with the same values."""
    refused: int
    reasons: list[str]
    """Why the file as a whole was refused."""
    refused_points: list[IntervalReceiptPoint]
    """The first 500 of them."""


class SignedIntervalReceipt(msgspec.Struct, frozen=True):
    """A receipt with its signature."""

    receipt: IntervalReceipt
    jws: str
    """Compact JWS (RFC 7515) over the JSON of `receipt`, EdDSA with Ed25519 (RFC 8037)."""


class IntervalReceiptKey(msgspec.Struct, frozen=True):
    """The key that verifies receipts, as a JWK (RFC 8037)."""

    x: str
    kid: str
    kty: str = "OKP"
    crv: str = "Ed25519"
    alg: str = "EdDSA"
    use: str = "sig"


class IntervalReceiptKeys(msgspec.Struct, frozen=True):
    """A JWK set."""

    keys: list[IntervalReceiptKey]
