"""Tables of roles: requests of «Администратор» and the dialogue about each."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.sdk import Base


class Request(Base):
    """A client's request of the role «Администратор» on a contract."""

    __tablename__ = "roles_request"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(index=True)
    contract_id: Mapped[str] = mapped_column(index=True)
    topic: Mapped[str]
    section: Mapped[str]
    state: Mapped[str]
    """open, granted, refused"""
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "uq_roles_request_open",
            "account_id",
            "contract_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index("ix_roles_request_queue", "state", "id"),
    )


class RequestMessage(Base):
    """What was said about a request."""

    __tablename__ = "roles_request_message"

    id: Mapped[str] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(sa.ForeignKey(Request.id), index=True)
    by_staff: Mapped[bool]
    author: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[datetime]


class RequestFile(Base):
    """A file that the client sent with a request."""

    __tablename__ = "roles_request_file"

    id: Mapped[str] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(sa.ForeignKey(Request.id), index=True)
    name: Mapped[str]
    stored_key: Mapped[str]
    size: Mapped[int] = mapped_column(sa.BigInteger())
    sha256: Mapped[str] = mapped_column(server_default="")
    """Of the content: the same file sent again is recognised by it. Empty: it came before this was kept."""
    created_at: Mapped[datetime]
