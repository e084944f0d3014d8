"""Lists, cards and the dialogue of the author."""

from typing import Annotated

from litestar.params import QueryParameter

from core.sdk import ACCOUNT, TOO_MANY_REQUESTS, Ctx, Cursor, JSONBody, Limit, Page, PathId, get, post, put
from plugins.appeals import errors
from plugins.appeals.schemas.dialogue import (
    AppealCard,
    AppealItem,
    AppealMessage,
    AppealReply,
    AppealSigned,
    AppealText,
    AppealUnread,
)
from plugins.appeals.schemas.forms import Tab
from plugins.appeals.services import dialogue, reading

TabName = Annotated[Tab, QueryParameter(name="tab", description="«Открытые», «Черновики», «Закрытые»")]
_TAGS = ["appeals"]


@get("/api/v1/appeals", access=ACCOUNT, operation_id="appeals", tags=_TAGS)
async def appeals(ctx: Ctx, wanted: TabName = "open", cursor: Cursor = None, limit: Limit = 50) -> Page[AppealItem]:
    """List the caller's appeals of a tab, the one with the latest message first."""
    return await reading.tab(ctx, wanted, cursor, limit)


@get("/api/v1/appeals/unread", access=ACCOUNT, operation_id="appeals_unread", tags=_TAGS)
async def appeals_unread(ctx: Ctx) -> AppealUnread:
    """Count the appeals with unread messages."""
    return await reading.unread(ctx)


@get("/api/v1/appeals/{appeal_id:str}", access=ACCOUNT, operation_id="appeal", tags=_TAGS)
async def appeal(ctx: Ctx, appeal_id: PathId) -> AppealCard:
    """Open an appeal: heading, form, dialogue. Its unread mark is cleared."""
    return await reading.opened(ctx, appeal_id)


@post(
    "/api/v1/appeals/{appeal_id:str}/messages",
    access=ACCOUNT,
    operation_id="write_to_appeal",
    creating=True,
    raises=[errors.CLOSED_CORRESPONDENCE, errors.DIALOGUE_FULL, errors.FILES_FULL, TOO_MANY_REQUESTS],
    tags=_TAGS,
)
async def write_to_appeal(ctx: Ctx, appeal_id: PathId, data: JSONBody[AppealReply]) -> AppealMessage:
    """Write to the company, with files that were uploaded before."""
    return await dialogue.write(ctx, appeal_id, data)


@put(
    "/api/v1/appeals/{appeal_id:str}/withdrawal",
    access=ACCOUNT,
    operation_id="withdraw_appeal",
    status_code=204,
    raises=[errors.SENDING, errors.NOT_OPEN, errors.NOT_WITHDRAWABLE],
    tags=_TAGS,
)
async def withdraw_appeal(ctx: Ctx, appeal_id: PathId, data: JSONBody[AppealText]) -> None:
    """Withdraw an open appeal («Отклонить заявку»)."""
    await dialogue.withdraw(ctx, appeal_id, data.text)


@put(
    "/api/v1/appeals/{appeal_id:str}/signatures",
    access=ACCOUNT,
    operation_id="sign_appeal_documents",
    status_code=204,
    raises=[errors.NOT_OPEN, errors.NOTHING_TO_SIGN, errors.KEY_MISMATCH, errors.CHANGED, errors.VERIFIER_DOWN],
    tags=_TAGS,
)
async def sign_appeal_documents(ctx: Ctx, appeal_id: PathId, data: JSONBody[AppealSigned]) -> None:
    """Sign every document of «На подписание»."""
    await dialogue.sign(ctx, appeal_id, data)


ROUTES = (appeals, appeals_unread, appeal, write_to_appeal, withdraw_appeal, sign_appeal_documents)
