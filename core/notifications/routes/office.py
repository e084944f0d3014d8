"""HTTP of notifications for the supplier's staff: publications, mailings, letters."""

from typing import Annotated, Any, Literal

from litestar import Request
from litestar.params import QueryParameter

from core.errors import TOO_LARGE
from core.notifications import errors, schemas
from core.notifications.services import delivery, mailings, publishing
from core.sdk import Ctx, Cursor, JSONBody, Limit, Page, PathId, delete, get, post, staff

PUBLISH = staff("notifications.publish")
LETTERS = staff("notifications.letters")
FileName = Annotated[
    str, QueryParameter(name="name", min_length=1, max_length=255, description="Name of the file, as clients see it.")
]
Email = Annotated[str | None, QueryParameter(name="email", max_length=254, description="Letters to this address.")]
State = Annotated[
    Literal["queued", "sent", "refused", "failed"] | None,
    QueryParameter(name="state", description="Letters in this state."),
]


@post(
    "/api/v1/staff/notifications/files",
    access=PUBLISH,
    operation_id="upload_notification_file",
    raises=[TOO_LARGE],
    request_max_body_size=None,
    tags=["notifications"],
)
async def upload_notification_file(
    request: Request[Any, Any, Any], ctx: Ctx, name: FileName
) -> schemas.NotificationFile:
    """Upload a file: the body is its content. Refer to it in a publication within a day."""
    return await publishing.upload(ctx, name, request.stream())


@post(
    "/api/v1/staff/notifications",
    access=PUBLISH,
    operation_id="publish_notification",
    creating=True,
    tags=["notifications"],
)
async def publish_notification(
    ctx: Ctx, data: JSONBody[schemas.NotificationPublication]
) -> schemas.NotificationPublished:
    """Publish a notification: to the bell, as a modal window, or at the top."""
    return await publishing.publish(ctx, data)


@get("/api/v1/staff/notifications", access=PUBLISH, operation_id="published_notifications", tags=["notifications"])
async def published_notifications(
    ctx: Ctx, cursor: Cursor = None, limit: Limit = 50
) -> Page[schemas.NotificationPublished]:
    """List what was published, the newest first."""
    return await publishing.publications(ctx, cursor, limit)


@get(
    "/api/v1/staff/notifications/{notice_id:str}",
    access=PUBLISH,
    operation_id="published_notification",
    tags=["notifications"],
)
async def published_notification(ctx: Ctx, notice_id: PathId) -> schemas.NotificationPublished:
    """Read one publication, with the number of those who have read or closed it."""
    return await publishing.publication(ctx, notice_id)


@delete(
    "/api/v1/staff/notifications/{notice_id:str}",
    access=PUBLISH,
    operation_id="withdraw_notification",
    status_code=204,
    raises=[errors.WITHDRAWN_ALREADY],
    tags=["notifications"],
)
async def withdraw_notification(ctx: Ctx, notice_id: PathId) -> None:
    """Withdraw a publication: nobody sees it any more."""
    await publishing.withdraw(ctx, notice_id)


@post(
    "/api/v1/staff/mailings",
    access=PUBLISH,
    operation_id="order_mailing",
    status_code=202,
    creating=True,
    tags=["notifications"],
)
async def order_mailing(ctx: Ctx, data: JSONBody[schemas.NotificationMailingOrder]) -> schemas.NotificationMailing:
    """Mail advertising or the magazine to everybody who wants it."""
    return await mailings.order(ctx, data)


@get("/api/v1/staff/mailings", access=PUBLISH, operation_id="mailings", tags=["notifications"])
async def list_mailings(ctx: Ctx, cursor: Cursor = None, limit: Limit = 50) -> Page[schemas.NotificationMailing]:
    """List mailings, the newest first."""
    return await mailings.listed(ctx, cursor, limit)


@get("/api/v1/staff/letters", access=LETTERS, operation_id="letters", tags=["notifications"])
async def letters(
    ctx: Ctx, email: Email = None, letter_state: State = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[schemas.LetterDelivery]:
    """List letters and what became of them, the newest first."""
    return await delivery.deliveries(ctx, email, letter_state, cursor, limit)


@post(
    "/api/v1/staff/letters/{letter_id:str}/sendings",
    access=LETTERS,
    operation_id="send_letter_again",
    status_code=202,
    creating=True,
    raises=[errors.LETTER_WAITING],
    tags=["notifications"],
)
async def send_letter_again(ctx: Ctx, letter_id: PathId) -> schemas.LetterOrdered:
    """Send a letter again, to the same address. A code in it is the same, and may be too old by now."""
    return await delivery.send_again(ctx, letter_id)


ROUTES = (
    upload_notification_file,
    publish_notification,
    published_notifications,
    published_notification,
    withdraw_notification,
    order_mailing,
    list_mailings,
    letters,
    send_letter_again,
)
