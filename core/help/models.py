"""Tables of help."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.sdk import Base


class Group(Base):
    """A group of questions."""

    __tablename__ = "help_group"

    id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    sort: Mapped[int] = mapped_column(server_default="0")


class Question(Base):
    """A question with its answer."""

    __tablename__ = "help_question"

    id: Mapped[str] = mapped_column(primary_key=True)
    group_id: Mapped[str] = mapped_column(sa.ForeignKey("help_group.id"), index=True)
    question: Mapped[str]
    answer: Mapped[str]
    sort: Mapped[int] = mapped_column(server_default="0")
    search: Mapped[str]
    """Question and answer as phrases are compared with them (`domain.words.searchable`)."""
    stems: Mapped[str]
    """Their words without endings (`domain.words.stems`)."""


class Document(Base):
    """A published version of a document: a text, or a file in the object store. Never changed, never removed."""

    __tablename__ = "help_document"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    version: Mapped[str]
    number: Mapped[int]
    """1, 2, 3 within the kind, in the order of publication; the greatest is the newest."""
    title: Mapped[str]
    link: Mapped[str | None]
    file_name: Mapped[str]
    size: Mapped[int] = mapped_column(sa.BigInteger)
    """Bytes of the file, or of the text in UTF-8."""
    text: Mapped[str | None]
    stored_key: Mapped[str | None]
    sha256: Mapped[str]
    published_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("kind", "version"), sa.UniqueConstraint("kind", "number"))
