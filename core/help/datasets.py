"""Questions and answers, for a company that keeps them in a system of its own."""

from typing import Any

import msgspec

from core.help.domain import words
from core.help.models import Group, Question
from core.help.schemas import Line, Prose, Sort, Title
from core.sdk import Dataset, Id, Reference


class HelpGroupRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A group of questions; groups stand by `sort`."""

    id: Id
    title: Title
    sort: Sort = 0


class HelpQuestionRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A question; within its group it stands by `sort`."""

    id: Id
    group_id: Id
    question: Line
    answer: Prose
    sort: Sort = 0


def question_values(row: HelpQuestionRow) -> dict[str, Any]:
    """The columns of a question."""
    return {
        **{name: getattr(row, name) for name in row.__struct_fields__},
        "search": words.searchable(row.question, row.answer),
        "stems": words.stems(row.question, row.answer),
    }


DATASETS: tuple[Dataset[Any], ...] = (
    Dataset("help_groups", HelpGroupRow, title="Группы вопросов", table=Group),
    Dataset(
        "help_questions",
        HelpQuestionRow,
        title="Вопросы и ответы",
        table=Question,
        references=(Reference("group_id", Group.id),),
        values=question_values,
    ),
)
