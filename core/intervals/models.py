"""Tables of intervals: a row holds a day of one channel. See ADR 7 for why not a row for each half-hour."""

from datetime import date, datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.contracts.public import MeteringPoint
from core.sdk import Base, Quantity


class DayRow(Base):
    """What is known now of a metering point, a channel and a day."""

    __tablename__ = "intervals_day"

    point_id: Mapped[str] = mapped_column(sa.ForeignKey(MeteringPoint.id), primary_key=True)
    series: Mapped[str] = mapped_column(primary_key=True)
    """Whose measurements: `80020`, `80040`, ... Series never overwrite one another."""
    channel: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime]
    minutes: Mapped[int] = mapped_column(sa.SmallInteger())
    periods: Mapped[int] = mapped_column(sa.SmallInteger())
    missing: Mapped[int] = mapped_column(sa.SmallInteger())
    doubtful: Mapped[int] = mapped_column(sa.SmallInteger())
    """Values that are not for settlement."""
    total: Mapped[Decimal] = mapped_column(Quantity())
    """Of the values that count, so that a month is summed up without unpacking."""
    packed: Mapped[bytes]
    revision: Mapped[int]
    """1, and one more with each correction."""
    source: Mapped[str]
    """What wrote it: a reference of the writer's own."""
    written_at: Mapped[datetime]


class PastDay(Base):
    """What a correction replaced. Never changed, never deleted."""

    __tablename__ = "intervals_past_day"

    point_id: Mapped[str] = mapped_column(sa.ForeignKey(MeteringPoint.id), primary_key=True)
    series: Mapped[str] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime]
    minutes: Mapped[int] = mapped_column(sa.SmallInteger())
    periods: Mapped[int] = mapped_column(sa.SmallInteger())
    missing: Mapped[int] = mapped_column(sa.SmallInteger())
    doubtful: Mapped[int] = mapped_column(sa.SmallInteger())
    total: Mapped[Decimal] = mapped_column(Quantity())
    packed: Mapped[bytes]
    source: Mapped[str]
    written_at: Mapped[datetime]
    replaced_at: Mapped[datetime]
