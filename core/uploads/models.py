"""Tables of uploads: the files, their parts, and what is being written."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.sdk import Base


class Upload(Base):
    """A file, from its first byte on."""

    __tablename__ = "uploads_upload"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str]
    """Who uploaded it; empty once the account is erased or the file is gone."""
    owner: Mapped[str] = mapped_column(server_default="")
    """What it is attached to, `<plugin>.<what>:<id>`; empty: nothing yet."""
    name: Mapped[str]
    length: Mapped[int] = mapped_column(sa.BigInteger())
    """Bytes, as announced."""
    received: Mapped[int] = mapped_column(sa.BigInteger())
    parts: Mapped[int] = mapped_column(server_default="0")
    state: Mapped[str]
    media_type: Mapped[str] = mapped_column(server_default="application/octet-stream")
    sha256: Mapped[str | None]
    stored_key: Mapped[str | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    """When it goes unless something is attached to it by then."""
    attached_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("ix_uploads_upload_account", "account_id", "id"),
        sa.Index("ix_uploads_upload_owner", "owner", "id"),
        sa.Index("ix_uploads_upload_expires", "expires_at"),
    )


class Part(Base):
    """A stretch of a file that came in one piece and lies under a key of its own."""

    __tablename__ = "uploads_part"

    upload_id: Mapped[str] = mapped_column(sa.ForeignKey(Upload.id), primary_key=True)
    start: Mapped[int] = mapped_column(sa.BigInteger(), primary_key=True)
    size: Mapped[int] = mapped_column(sa.BigInteger())
    sha256: Mapped[str]
    stored_key: Mapped[str]


class Writing(Base):
    """A key that is about to be written: noted before, erased in the transaction that makes the key somebody's.

    What a killed process had written is found here and deleted.
    """

    __tablename__ = "uploads_writing"

    stored_key: Mapped[str] = mapped_column(primary_key=True)
    begun_at: Mapped[datetime] = mapped_column(index=True)
    given_up: Mapped[bool] = mapped_column(server_default=sa.false())
    """Nobody may take the key any more: it is being deleted."""
