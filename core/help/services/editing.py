"""Staff keeps the questions and answers."""

from hashlib import sha256
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa

from core.errors import PRECONDITION_FAILED
from core.help import errors, schemas, store
from core.help.domain import words
from core.help.models import Group, Question
from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Problem, UnitOfWork, new_id

E = TypeVar("E", schemas.HelpGroupEntry, schemas.HelpQuestionEntry)


def etag(entry: msgspec.Struct) -> str:
    """The entity tag of what an entry says: it changes when the entry does, whoever changed it."""
    return f'"{sha256(msgspec.json.encode(entry)).hexdigest()[:24]}"'


def _check_fresh(entry: msgspec.Struct, if_match: str | None) -> None:
    if if_match not in (None, "*", etag(entry)):
        raise Problem(PRECONDITION_FAILED)


# ---- groups
async def groups(ctx: Context) -> list[schemas.HelpGroupEntry]:
    """All groups in their order, empty ones too."""
    return await ctx.reader.all(store.GROUPS)


async def group(ctx: Context, group_id: str) -> schemas.HelpGroupEntry:
    """A group."""
    entry = await ctx.reader.first(store.GROUP, group_id=group_id)
    return _found(entry)


async def add_group(ctx: Context, form: schemas.HelpGroupForm) -> schemas.HelpGroupEntry:
    """Makes a group."""
    entry = schemas.HelpGroupEntry(new_id(), form.title, form.sort)
    async with ctx.uow() as uow:
        await uow.execute(sa.insert(Group).values(**msgspec.structs.asdict(entry)))
        uow.audit("help.group_added", entry.id, title=entry.title)
        return await uow.answer(entry)


async def change_group(
    ctx: Context, group_id: str, form: schemas.HelpGroupForm, if_match: str | None
) -> schemas.HelpGroupEntry:
    """Renames a group or moves it."""
    async with ctx.uow() as uow:
        _check_fresh(await _locked_group(uow, group_id), if_match)
        await uow.execute(sa.update(Group).where(Group.id == group_id).values(title=form.title, sort=form.sort))
        uow.audit("help.group_changed", group_id, title=form.title, sort=form.sort)
    return schemas.HelpGroupEntry(group_id, form.title, form.sort)


async def remove_group(ctx: Context, group_id: str, if_match: str | None) -> None:
    """Removes a group that has no questions."""
    async with ctx.uow() as uow:
        entry = await _locked_group(uow, group_id)
        _check_fresh(entry, if_match)
        if await uow.scalar(store.first_question(group_id)) is not None:
            raise Problem(errors.GROUP_NOT_EMPTY)
        await uow.execute(sa.delete(Group).where(Group.id == group_id))
        uow.audit("help.group_removed", group_id, title=entry.title)


async def _locked_group(uow: UnitOfWork, group_id: str) -> schemas.HelpGroupEntry:
    row = await uow.one(store.group(group_id))
    return _found(None if row is None else schemas.HelpGroupEntry(*row))


# ---- questions
async def questions(ctx: Context, group_id: str | None) -> list[schemas.HelpQuestionEntry]:
    """All questions in their order, or those of a group."""
    return await ctx.reader.all(store.QUESTIONS, every_group=group_id is None, group=group_id or "")


async def question(ctx: Context, question_id: str) -> schemas.HelpQuestionEntry:
    """A question."""
    entry = await ctx.reader.first(store.QUESTION, question_id=question_id)
    return _found(entry)


async def add_question(ctx: Context, form: schemas.HelpQuestionForm) -> schemas.HelpQuestionEntry:
    """Makes a question."""
    entry = _entry(new_id(), form)
    async with ctx.uow() as uow:
        await _check_group(uow, form.group_id)
        await uow.execute(sa.insert(Question).values(id=entry.id, **_columns(form)))
        uow.audit("help.question_added", entry.id, group=form.group_id)
        return await uow.answer(entry)


async def change_question(
    ctx: Context, question_id: str, form: schemas.HelpQuestionForm, if_match: str | None
) -> schemas.HelpQuestionEntry:
    """Rewrites a question, moves it within its group or to another one."""
    async with ctx.uow() as uow:
        await _check_group(uow, form.group_id)
        _check_fresh(await _locked_question(uow, question_id), if_match)
        await uow.execute(sa.update(Question).where(Question.id == question_id).values(**_columns(form)))
        uow.audit("help.question_changed", question_id, group=form.group_id, sort=form.sort)
    return _entry(question_id, form)


async def remove_question(ctx: Context, question_id: str, if_match: str | None) -> None:
    """Removes a question."""
    async with ctx.uow() as uow:
        entry = await _locked_question(uow, question_id)
        _check_fresh(entry, if_match)
        await uow.execute(sa.delete(Question).where(Question.id == question_id))
        uow.audit("help.question_removed", question_id, group=entry.group_id)


async def _locked_question(uow: UnitOfWork, question_id: str) -> schemas.HelpQuestionEntry:
    row = await uow.one(store.question(question_id))
    return _found(None if row is None else schemas.HelpQuestionEntry(*row))


async def _check_group(uow: UnitOfWork, group_id: str) -> None:
    if await uow.one(store.group(group_id)) is None:
        raise Problem(INVALID, errors=[FieldProblem("group_id", errors.GROUP_UNKNOWN)])


def _columns(form: schemas.HelpQuestionForm) -> dict[str, Any]:
    return {
        **msgspec.structs.asdict(form),
        "search": words.searchable(form.question, form.answer),
        "stems": words.stems(form.question, form.answer),
    }


def _entry(question_id: str, form: schemas.HelpQuestionForm) -> schemas.HelpQuestionEntry:
    return schemas.HelpQuestionEntry(question_id, **msgspec.structs.asdict(form))


def _found(entry: E | None) -> E:
    if entry is None:
        raise Problem(NOT_FOUND)
    return entry
