"""Tables of appeals."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.sdk import Base

_OPEN_REQUEST = sa.text("effect = 'administrator' AND tab = 'open'")


class Appeal(Base):
    """An appeal from its first step to its end."""

    __tablename__ = "appeals_appeal"

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str]
    kind: Mapped[str]
    effect: Mapped[str]
    """administrator: a request of that role; empty: none."""
    tab: Mapped[str]
    """none (being filled in), drafts, open, closed"""
    state: Mapped[str]
    """filling, draft, sending, open, closed"""
    topic: Mapped[str]
    section: Mapped[str]
    subsection: Mapped[str]
    title: Mapped[str]
    contract_id: Mapped[str | None] = mapped_column(index=True)
    contract: Mapped[str]
    """Name and number of the contract as they were."""
    object_address: Mapped[str]
    party: Mapped[bytes]
    """The organisation that the appeal is for, JSON of `Party`; empty: none was asked."""
    completed: Mapped[int]
    """How many steps are done."""
    values: Mapped[bytes]
    """JSON: step -> field -> value, of the steps that are done."""
    resolution: Mapped[str]
    number: Mapped[str | None] = mapped_column(unique=True)
    registered_at: Mapped[datetime | None]
    version: Mapped[int]
    """Grows with every change of what is filled in: two windows do not overwrite each other."""
    attempt: Mapped[str]
    """Of the last sending: the registering side tells retries by it."""
    signatures: Mapped[bytes]
    """Of the last sending, JSON of `AppealSubmission`, until it has been judged."""
    pending: Mapped[bool]
    """The company's CRM has been told and will answer through the exchange."""
    failure: Mapped[str]
    """Code of the reason for which the last sending failed."""
    failure_text: Mapped[str]
    unread: Mapped[bool]
    correspondence: Mapped[bool]
    taken_by: Mapped[str]
    """The member of staff who works on it."""
    created_at: Mapped[datetime]
    last_at: Mapped[datetime]
    """Of the last message, or of the last step of a draft."""
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("ix_appeals_appeal_list", "account_id", "tab", "last_at", "id"),
        sa.Index(
            "ix_appeals_appeal_unread",
            "account_id",
            sqlite_where=sa.text("unread IS 1"),
            postgresql_where=sa.text("unread IS true"),
        ),
        sa.Index("ix_appeals_appeal_queue", "tab", "resolution", "last_at", "id"),
        sa.Index("ix_appeals_appeal_filling", "tab", "last_at"),
        sa.Index(
            "uq_appeals_appeal_administrator",
            "account_id",
            "contract_id",
            unique=True,
            sqlite_where=_OPEN_REQUEST,
            postgresql_where=_OPEN_REQUEST,
        ),
    )


class Message(Base):
    """What was said in the dialogue."""

    __tablename__ = "appeals_message"

    id: Mapped[str] = mapped_column(primary_key=True)
    appeal_id: Mapped[str] = mapped_column(sa.ForeignKey(Appeal.id))
    side: Mapped[str]
    """client, company"""
    author: Mapped[str]
    """«Вы», «Администратор», «Обращение от клиента личного кабинета»"""
    staff: Mapped[str]
    """Account of the member of staff; empty: a system or the client."""
    text: Mapped[str]
    external_id: Mapped[str | None]
    """The company's key: a message delivered twice appears once."""
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.Index("ix_appeals_message_dialogue", "appeal_id", "id"),
        sa.UniqueConstraint("appeal_id", "external_id", name="uq_appeals_message_external"),
    )


class Block(Base):
    """Documents that stand at the end of the dialogue."""

    __tablename__ = "appeals_block"

    id: Mapped[str] = mapped_column(primary_key=True)
    appeal_id: Mapped[str] = mapped_column(sa.ForeignKey(Appeal.id))
    kind: Mapped[str]
    """signed, offer, to_sign, letter"""
    created_at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_appeals_block_appeal", "appeal_id", "id"),)


class File(Base):
    """A file of an appeal: of a field of the form, of a message or of a block; of none while it waits for one."""

    __tablename__ = "appeals_file"

    id: Mapped[str] = mapped_column(primary_key=True)
    appeal_id: Mapped[str] = mapped_column(sa.ForeignKey(Appeal.id))
    side: Mapped[str]
    """client, company"""
    field: Mapped[str]
    """`<step>.<field>`; empty: it is of a message or of a block."""
    message_id: Mapped[str | None]
    block_id: Mapped[str | None]
    external_id: Mapped[str | None]
    """The company's key."""
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int] = mapped_column(sa.BigInteger())
    sha256: Mapped[str]
    stored_key: Mapped[str]
    """Empty: the company has named the file and not sent it yet."""
    evidence_id: Mapped[str]
    """Of the signature; empty: not signed."""
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.Index("ix_appeals_file_appeal", "appeal_id", "id"),
        sa.UniqueConstraint("appeal_id", "external_id", name="uq_appeals_file_external"),
    )


class Counter(Base):
    """The last number given in a year."""

    __tablename__ = "appeals_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
