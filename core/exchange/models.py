"""Tables of the exchange (the feed itself is `core.db.tables`: units of work write it)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.sdk import Base


class FactAnswer(Base):
    """What billing said of a fact, each outcome once; `id` gives the order in which it was said."""

    __tablename__ = "exchange_answer"

    id: Mapped[int] = mapped_column(sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True)
    fact_id: Mapped[str]
    item: Mapped[str]
    """Part of the fact; empty: all of it."""
    outcome: Mapped[str]
    """accepted, refused"""
    code: Mapped[str]
    text: Mapped[str]
    answered_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("fact_id", "item", "outcome"),)
