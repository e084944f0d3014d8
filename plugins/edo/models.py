"""Tables of electronic documents."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.contracts.public import Contract
from core.sdk import Base


class EdoDocument(Base):
    """A document of the company's for the client, or the other way round."""

    __tablename__ = "edo_document"

    id: Mapped[str] = mapped_column(primary_key=True)
    contract_id: Mapped[str] = mapped_column(sa.ForeignKey(Contract.id))
    origin: Mapped[str]
    """company, client"""
    kind: Mapped[str]
    number: Mapped[str]
    issued_on: Mapped[date]
    name: Mapped[str]
    comment: Mapped[str]
    search: Mapped[str]
    """Number, name and name of the file in lower case."""
    method: Mapped[str]
    """pep, kep, none: the signature that it needs."""
    state: Mapped[str]
    file_name: Mapped[str]
    stored_key: Mapped[str | None]
    """Null: the file is still to be delivered."""
    size: Mapped[int | None] = mapped_column(sa.BigInteger())
    sha256: Mapped[str | None]
    media_type: Mapped[str]
    created_at: Mapped[datetime]
    created_by: Mapped[str | None]
    """The client who created it; null: the company, or somebody forgotten."""
    asked_by: Mapped[str | None]
    """The side that requests the annulment."""
    confirmed: Mapped[bool] = mapped_column(server_default=sa.false())
    """The company has signed a document of the client's."""

    __table_args__ = (
        sa.Index("ix_edo_document_contract", "contract_id", "issued_on", "id"),
        sa.Index("ix_edo_document_state", "contract_id", "state"),
        sa.Index(
            "ix_edo_document_created_by",
            "created_by",
            sqlite_where=sa.text("created_by IS NOT NULL"),
            postgresql_where=sa.text("created_by IS NOT NULL"),
        ),
    )


class EdoSignature(Base):
    """A signature of a document, with what proves it."""

    __tablename__ = "edo_signature"

    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(sa.ForeignKey(EdoDocument.id), index=True)
    side: Mapped[str]
    method: Mapped[str]
    account_id: Mapped[str | None] = mapped_column(index=True)
    """Who signed; null: the company, or somebody forgotten."""
    signer: Mapped[str]
    """The name as it was when it was signed."""
    signed_at: Mapped[datetime]
    sha256: Mapped[str]
    """Of the bytes that were signed."""
    statement: Mapped[str]
    """ПЭП: the text that was confirmed by the code; empty otherwise."""
    proof: Mapped[str]
    """ПЭП: where the code went and to which request it belonged; empty otherwise."""
    evidence_id: Mapped[str | None]
    """КЭП: the evidence that `core.signatures` keeps."""


class EdoDeed(Base):
    """What happened to a document, in order."""

    __tablename__ = "edo_deed"

    id: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(sa.ForeignKey(EdoDocument.id))
    at: Mapped[datetime]
    side: Mapped[str]
    action: Mapped[str]
    state: Mapped[str]
    """Afterwards."""
    text: Mapped[str]
    """The reason, in the words of whoever did it."""

    __table_args__ = (sa.Index("ix_edo_deed_document", "document_id", "id"),)


class EdoEvent(Base):
    """An event of the company's that was applied: it is never applied again."""

    __tablename__ = "edo_event"

    id: Mapped[str] = mapped_column(primary_key=True)
    applied_at: Mapped[datetime]


class EdoSigning(Base):
    """A code that was sent to sign certain documents by ПЭП. One live code for an account."""

    __tablename__ = "edo_signing"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(unique=True)
    documents: Mapped[bytes]
    """JSON of `list[Pledge]`: what exactly the code confirms."""
    email: Mapped[str]
    sent_at: Mapped[datetime]
    wrong_attempts: Mapped[int]


class EdoBox(Base):
    """The box that the client of a contract has at an operator."""

    __tablename__ = "edo_box"

    contract_id: Mapped[str] = mapped_column(sa.ForeignKey(Contract.id), primary_key=True)
    operator: Mapped[str]
    """first, second"""
    box_id: Mapped[str]

    __table_args__ = (sa.Index("ix_edo_box_operator", "operator", "box_id"),)


class EdoHome(Base):
    """Where a document lives that goes through an operator. One without a row lives in the exchange."""

    __tablename__ = "edo_home"

    document_id: Mapped[str] = mapped_column(sa.ForeignKey(EdoDocument.id), primary_key=True)
    operator: Mapped[str]
    box_id: Mapped[str]
    """The client's."""
    message_id: Mapped[str | None]
    """The operator's; null with the next one: it was not taken yet."""
    entity_id: Mapped[str | None]
    annulment_id: Mapped[str | None]
    """The newest request for its annulment."""

    __table_args__ = (
        sa.UniqueConstraint("operator", "entity_id"),
        sa.Index("ix_edo_home_message", "operator", "message_id"),
    )


class EdoSending(Base):
    """A deed of a client's on its way to the operator. Its identifier is the operation's: the same on every try."""

    __tablename__ = "edo_sending"

    id: Mapped[str] = mapped_column(primary_key=True)
    """Of the deed."""
    document_id: Mapped[str] = mapped_column(sa.ForeignKey(EdoDocument.id))
    operator: Mapped[str]
    action: Mapped[str]
    """deliver: the document itself with its signature; otherwise the deed."""
    text: Mapped[str]
    """The reason that was given."""
    evidence_id: Mapped[str | None]
    """Of the signature that is sent."""
    state: Mapped[str]
    """sending, sent, refused"""
    failure: Mapped[str]
    """Why it was refused, or why the last try failed."""
    tries: Mapped[int]
    ordered_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("ix_edo_sending_document", "document_id", "id"),
        sa.Index(
            "ix_edo_sending_open",
            "id",
            sqlite_where=sa.text("state <> 'sent'"),
            postgresql_where=sa.text("state <> 'sent'"),
        ),
    )


class EdoOperatorEvent(Base):
    """Something that happened in the company's box and was taken: it is never taken again."""

    __tablename__ = "edo_operator_event"

    operator: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    """The operator's."""
    kind: Mapped[str]
    document_id: Mapped[str | None]
    trouble: Mapped[str]
    """Why it has no effect; empty: it has."""
    text: Mapped[str]
    taken_at: Mapped[datetime]

    __table_args__ = (
        sa.Index(
            "ix_edo_operator_event_trouble",
            "operator",
            "taken_at",
            "id",
            sqlite_where=sa.text("trouble <> ''"),
            postgresql_where=sa.text("trouble <> ''"),
        ),
    )


class EdoPolling(Base):
    """How far an operator was read."""

    __tablename__ = "edo_polling"

    operator: Mapped[str] = mapped_column(primary_key=True)
    cursor: Mapped[str]
    taken: Mapped[int] = mapped_column(sa.BigInteger())
    """Events so far."""
    strange: Mapped[int] = mapped_column(sa.BigInteger())
    """Those of them that concern no client of the cabinet."""
    asked_at: Mapped[datetime]
    succeeded_at: Mapped[datetime | None]
    """When everything that there was had been read."""
    failure: Mapped[str]
    """Why the last try failed; empty: it did not."""
