"""What the supplier's staff do with appeals."""

from typing import Annotated, Literal

from litestar.params import QueryParameter
from litestar.response import Stream

from core.contracts.public import ADMINISTRATOR_EXISTS
from core.roles.public import NOT_HELD
from core.sdk import INLINE, Ctx, Cursor, JSONBody, Limit, Page, PathId, get, post, put, staff
from core.uploads.public import NO_PREVIEW
from plugins.appeals import errors
from plugins.appeals.domain import ACCEPTED
from plugins.appeals.routes.files import Preview, evidence, given
from plugins.appeals.schemas.dialogue import (
    AppealBlock,
    AppealCorrespondence,
    AppealDecision,
    AppealForStaff,
    AppealMessage,
    AppealNewBlock,
    AppealQueueItem,
    AppealReply,
    AppealResolution,
    AppealTemplateItem,
    AppealText,
)
from plugins.appeals.services import staff as services
from plugins.appeals.services.access import sent

ANSWER, DECIDE = staff("appeals.answer"), staff("appeals.decide")
TabName = Annotated[Literal["open", "closed"], QueryParameter(name="tab", description="Open or closed ones.")]
Resolution = Annotated[str, QueryParameter(max_length=100, description="«Принято», «Решается», or your own.")]
_TAGS = ["staff"]
_OPEN = [errors.NOT_OPEN]


@get("/api/v1/staff/appeals", access=ANSWER, operation_id="staff_appeals", tags=_TAGS)
async def staff_appeals(
    ctx: Ctx, wanted: TabName = "open", resolution: Resolution = ACCEPTED, cursor: Cursor = None, limit: Limit = 50
) -> Page[AppealQueueItem]:
    """List appeals with a resolution, the one that waits longest first."""
    return await services.queue(ctx, wanted, resolution, cursor, limit)


@get("/api/v1/staff/appeals/templates", access=ANSWER, operation_id="staff_appeal_templates", tags=_TAGS)
async def staff_appeal_templates(ctx: Ctx) -> Page[AppealTemplateItem]:
    """List the texts that an answer may start from."""
    return services.templates(ctx)


@get("/api/v1/staff/appeals/{appeal_id:str}", access=ANSWER, operation_id="staff_appeal", tags=_TAGS)
async def staff_appeal(ctx: Ctx, appeal_id: PathId) -> AppealForStaff:
    """Read an appeal with its dialogue and its author's profile as it is now."""
    return await services.details(ctx, appeal_id)


@put(
    "/api/v1/staff/appeals/{appeal_id:str}/work",
    access=ANSWER,
    operation_id="take_appeal",
    status_code=204,
    raises=_OPEN,
    tags=_TAGS,
)
async def take_appeal(ctx: Ctx, appeal_id: PathId) -> None:
    """Take an appeal into work («Решается»)."""
    await services.take(ctx, appeal_id)


@post(
    "/api/v1/staff/appeals/{appeal_id:str}/messages",
    access=ANSWER,
    operation_id="answer_appeal",
    creating=True,
    raises=[*_OPEN, errors.DIALOGUE_FULL, errors.FILES_FULL],
    tags=_TAGS,
)
async def answer_appeal(ctx: Ctx, appeal_id: PathId, data: JSONBody[AppealReply]) -> AppealMessage:
    """Write to the author, with files that were uploaded before."""
    return await services.answer(ctx, appeal_id, data)


@get(
    "/api/v1/staff/appeals/{appeal_id:str}/files/{file_id:str}",
    access=ANSWER,
    operation_id="staff_download_appeal_file",
    media_type="application/octet-stream",
    also_as=sorted(INLINE),
    raises=[errors.FILE_AWAITED, NO_PREVIEW],
    tags=_TAGS,
)
async def staff_download_appeal_file(ctx: Ctx, appeal_id: PathId, file_id: PathId, preview: Preview = False) -> Stream:
    """Download a file of an appeal."""
    await sent(ctx, appeal_id)
    return await given(ctx, appeal_id, file_id, preview=preview)


@get(
    "/api/v1/staff/appeals/{appeal_id:str}/files/{file_id:str}/evidence",
    access=ANSWER,
    operation_id="staff_download_appeal_evidence",
    media_type="application/zip",
    tags=_TAGS,
)
async def staff_download_appeal_evidence(ctx: Ctx, appeal_id: PathId, file_id: PathId) -> Stream:
    """Download the evidence of a document's signature."""
    await sent(ctx, appeal_id)
    return await evidence(ctx, appeal_id, file_id)


@post(
    "/api/v1/staff/appeals/{appeal_id:str}/blocks",
    access=ANSWER,
    operation_id="add_appeal_block",
    creating=True,
    raises=[*_OPEN, errors.FILES_FULL],
    tags=_TAGS,
)
async def add_appeal_block(ctx: Ctx, appeal_id: PathId, data: JSONBody[AppealNewBlock]) -> AppealBlock:
    """Add «Проект оферты», «На подписание» or «Письмо»."""
    return await services.add_block(ctx, appeal_id, data)


@put(
    "/api/v1/staff/appeals/{appeal_id:str}/correspondence",
    access=ANSWER,
    operation_id="allow_appeal_correspondence",
    status_code=204,
    raises=_OPEN,
    tags=_TAGS,
)
async def allow_appeal_correspondence(ctx: Ctx, appeal_id: PathId, data: JSONBody[AppealCorrespondence]) -> None:
    """Allow the author to write, or forbid it."""
    await services.correspondence(ctx, appeal_id, allowed=data.allowed)


@put(
    "/api/v1/staff/appeals/{appeal_id:str}/resolution",
    access=ANSWER,
    operation_id="resolve_appeal",
    status_code=204,
    raises=_OPEN,
    tags=_TAGS,
)
async def resolve_appeal(ctx: Ctx, appeal_id: PathId, data: JSONBody[AppealResolution]) -> None:
    """Give the appeal a resolution in the company's words."""
    await services.resolve(ctx, appeal_id, data.text)


@put(
    "/api/v1/staff/appeals/{appeal_id:str}/closing",
    access=ANSWER,
    operation_id="close_appeal",
    status_code=204,
    raises=_OPEN,
    tags=_TAGS,
)
async def close_appeal(ctx: Ctx, appeal_id: PathId, data: JSONBody[AppealText]) -> None:
    """Answer for the last time and close the appeal."""
    await services.close(ctx, appeal_id, data.text)


@put(
    "/api/v1/staff/appeals/{appeal_id:str}/decision",
    access=DECIDE,
    operation_id="decide_appeal",
    status_code=204,
    raises=[*_OPEN, errors.NOT_A_REQUEST, ADMINISTRATOR_EXISTS, NOT_HELD],
    tags=_TAGS,
)
async def decide_appeal(ctx: Ctx, appeal_id: PathId, data: JSONBody[AppealDecision]) -> None:
    """Grant the role «Администратор» that an appeal requests, or refuse it."""
    await services.decide(ctx, appeal_id, data)


ROUTES = (
    staff_appeals,
    staff_appeal_templates,
    staff_appeal,
    take_appeal,
    answer_appeal,
    staff_download_appeal_file,
    staff_download_appeal_evidence,
    add_appeal_block,
    allow_appeal_correspondence,
    resolve_appeal,
    close_appeal,
    decide_appeal,
)
