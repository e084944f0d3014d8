"""Queries of help."""

from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core.contracts.public import ContractLink
from core.help.models import Document, Group, Question
from core.help.schemas import HelpGroupEntry, HelpQuestionEntry
from core.sdk import Query

_ENTRY = (Question.id, Question.group_id, Question.question, Question.answer, Question.sort)
_ORDER = (Group.sort, Group.id, Question.sort, Question.id)
_IN_GROUP = sa.or_(sa.bindparam("every_group", type_=sa.Boolean()), Group.id == sa.bindparam("group"))


class FoundRow(msgspec.Struct, frozen=True):
    """A question with its group."""

    group_id: str
    group_title: str
    id: str
    question: str
    answer: str


FOUND = Query(
    sa.select(Group.id, Group.title, Question.id, Question.question, Question.answer)
    .join(Question, Question.group_id == Group.id)
    .where(
        _IN_GROUP,
        sa.or_(
            sa.bindparam("every_question", type_=sa.Boolean()),
            Question.search.like(sa.bindparam("phrase", type_=sa.Text()), escape="\\"),
            Question.stems.like(sa.bindparam("stems", type_=sa.Text())),
        ),
    )
    .order_by(*_ORDER),
    FoundRow,
)
GROUPS = Query(sa.select(Group.id, Group.title, Group.sort).order_by(Group.sort, Group.id), HelpGroupEntry)
QUESTIONS = Query(
    sa.select(*_ENTRY).join(Group, Group.id == Question.group_id).where(_IN_GROUP).order_by(*_ORDER), HelpQuestionEntry
)


def group(group_id: str) -> sa.Select[str, str, int]:
    """A group; held until the transaction ends, so that nobody puts a question into one that is being removed."""
    return sa.select(Group.id, Group.title, Group.sort).where(Group.id == group_id).with_for_update()


def question(question_id: str) -> sa.Select[str, str, str, str, int]:
    """A question, held until the transaction ends."""
    return sa.select(*_ENTRY).where(Question.id == question_id).with_for_update()


GROUP = Query(sa.select(Group.id, Group.title, Group.sort).where(Group.id == sa.bindparam("group_id")), HelpGroupEntry)
QUESTION = Query(sa.select(*_ENTRY).where(Question.id == sa.bindparam("question_id")), HelpQuestionEntry)


def first_question(group_id: str) -> sa.Select[str]:
    """Some question of a group."""
    return sa.select(Question.id).where(Question.group_id == group_id).limit(1)


class DocumentRow(msgspec.Struct, frozen=True):
    """A version of a document as it is stored."""

    kind: str
    title: str
    version: str
    published_at: datetime
    file_name: str
    size: int
    link: str | None
    text: str | None
    stored_key: str | None


_DOCUMENT = sa.select(*[getattr(Document, name) for name in DocumentRow.__struct_fields__])
_Other = aliased(Document)
_IS_NEWEST = Document.number == (
    sa.select(sa.func.max(_Other.number)).where(_Other.kind == Document.kind).scalar_subquery()
)
_KIND = Document.kind == sa.bindparam("kind")
NEWEST_OF_ALL = Query(_DOCUMENT.where(_IS_NEWEST).order_by(Document.kind), DocumentRow)
NEWEST = Query(_DOCUMENT.where(_KIND, _IS_NEWEST), DocumentRow)
VERSIONS = Query(_DOCUMENT.where(_KIND).order_by(Document.number.desc()), DocumentRow)
VERSION = Query(_DOCUMENT.where(_KIND, Document.version == sa.bindparam("version")), DocumentRow)


def last_number(kind: str) -> sa.Select[int | None]:
    """Number of the newest version of a kind."""
    return sa.select(sa.func.max(Document.number)).where(Document.kind == kind)


def published(kind: str, version: str) -> sa.Select[str]:
    """The version, if it was published."""
    return sa.select(Document.id).where(Document.kind == kind, Document.version == version)


ROLES_HELD = Query(
    sa.select(ContractLink.role)
    .where(ContractLink.account_id == sa.bindparam("account_id"), ContractLink.state == "active")
    .distinct(),
    str,
)
