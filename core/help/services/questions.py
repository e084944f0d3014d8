"""«Вопрос-ответ» as clients read it."""

from itertools import groupby

from core.help import schemas, store
from core.help.domain import words
from core.sdk import Context


async def shown(ctx: Context, phrase: str, group: str | None) -> list[schemas.HelpGroup]:
    """Groups with the questions that hold the phrase, or its words in any form; a blank phrase finds everything."""
    rows = await ctx.reader.all(
        store.FOUND,
        every_group=group is None,
        group=group or "",
        every_question=not phrase.strip(),
        phrase=words.phrase_pattern(phrase),
        stems=words.stems_pattern(phrase),
    )
    return [
        schemas.HelpGroup(
            group_id, title, [schemas.HelpQuestion(row.id, row.question, row.answer) for row in questions]
        )
        for (group_id, title), questions in groupby(rows, key=lambda row: (row.group_id, row.group_title))
    ]
