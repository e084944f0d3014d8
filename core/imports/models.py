"""Tables of imports: the files, and what each of their units came to."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.sdk import Base


class Import(Base):
    """A file that a client sent."""

    __tablename__ = "imports_import"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """Name of its importer."""
    contract_id: Mapped[str]
    """Empty: the file is for no contract in particular, and nobody sees it but its author."""
    account_id: Mapped[str]
    """Whose file it is; empty once the account is erased."""
    parts: Mapped[str] = mapped_column(server_default="[]")
    """JSON of `list[str]`: what the file was said to be about."""
    partial: Mapped[bool] = mapped_column(server_default=sa.false())
    """The author's role covered some energy objects only: then nobody else sees the file."""
    file_name: Mapped[str]
    size: Mapped[int] = mapped_column(sa.BigInteger())
    sha256: Mapped[str]
    stored_key: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="stored")
    ordered: Mapped[bool] = mapped_column(server_default=sa.false())
    checked: Mapped[bool] = mapped_column(server_default=sa.false())
    done: Mapped[int] = mapped_column(server_default="0")
    """Units that the present step has dealt with."""
    total: Mapped[int | None]
    new: Mapped[int] = mapped_column(server_default="0")
    unchanged: Mapped[int] = mapped_column(server_default="0")
    skipped: Mapped[int] = mapped_column(server_default="0")
    refused: Mapped[int] = mapped_column(server_default="0")
    sent: Mapped[int] = mapped_column(server_default="0")
    accepted: Mapped[int] = mapped_column(server_default="0")
    declined: Mapped[int] = mapped_column(server_default="0")
    withdrawn: Mapped[int] = mapped_column(server_default="0")
    partly: Mapped[int] = mapped_column(server_default="0")
    notes: Mapped[bytes]
    """JSON of `list[Note]`: on the file as a whole."""
    uploaded_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    ordered_at: Mapped[datetime | None]
    committed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("ix_imports_import_contract", "contract_id", "id"),
        sa.Index("ix_imports_import_own", "account_id", "contract_id", "id"),
        sa.Index("ix_imports_import_changed", "changed_at"),
    )


class Entry(Base):
    """A unit of a file: taken as a whole or refused as a whole."""

    __tablename__ = "imports_entry"

    import_id: Mapped[str] = mapped_column(sa.ForeignKey(Import.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    """In the order of the file, from 1."""
    title: Mapped[str]
    state: Mapped[str]
    """new, unchanged, skipped, refused, sent, accepted, declined, withdrawn"""
    warned: Mapped[bool]
    """Something was remarked on it that does not refuse it."""
    lines: Mapped[bytes]
    """JSON of `list[Line]`."""
    notes: Mapped[bytes]
    """JSON of `list[Note]`: on the unit as a whole."""
    answers: Mapped[bytes | None]
    """JSON of `dict[item, answer]`: what billing said, by the part that it said it of."""
    unit: Mapped[bytes | None]
    """MessagePack of the importer's unit; erased once nothing can be sent of it any more."""
    fact_id: Mapped[str | None]

    __table_args__ = (
        sa.Index("ix_imports_entry_state", "import_id", "state", "number"),
        sa.Index(
            "uq_imports_entry_fact",  # of facts only: most entries have none while they are checked
            "fact_id",
            unique=True,
            sqlite_where=sa.text("fact_id IS NOT NULL"),
            postgresql_where=sa.text("fact_id IS NOT NULL"),
        ),
    )
