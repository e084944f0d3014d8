"""HTTP of notifications for clients: /api/v1/notifications."""

from litestar.response import Stream

from core.notifications import errors, schemas
from core.notifications.services import bell, preferences
from core.sdk import ACCOUNT, Ctx, Cursor, JSONBody, Limit, Page, PathId, download, get, patch, permission, put


@get("/api/v1/notifications", access=ACCOUNT, operation_id="notifications", tags=["notifications"])
async def notifications(ctx: Ctx, cursor: Cursor = None, limit: Limit = 50) -> Page[schemas.NotificationItem]:
    """List «Уведомления»: unread ones first, then read ones, each from the latest to the earliest.

    Modals and notifications at the top enter it when they are closed or when their period is over.
    """
    return await bell.listed(ctx, cursor, limit)


@get("/api/v1/notifications/counter", access=ACCOUNT, operation_id="notifications_counter", tags=["notifications"])
async def notifications_counter(ctx: Ctx) -> schemas.NotificationCounter:
    """Count the unread entries of the list: the number on the bell."""
    return await bell.counter(ctx)


@get("/api/v1/notifications/modals", access=ACCOUNT, operation_id="notification_modals", tags=["notifications"])
async def notification_modals(ctx: Ctx) -> schemas.NotificationsShown:
    """Read the modal windows to show after sign-in; reading marks nothing."""
    return await bell.pending(ctx, "modal")


@get("/api/v1/notifications/top", access=ACCOUNT, operation_id="notifications_top", tags=["notifications"])
async def notifications_top(ctx: Ctx) -> schemas.NotificationsShown:
    """Read the notifications to show at the top, one under another."""
    return await bell.pending(ctx, "top")


@put(
    "/api/v1/notifications/{notice_id:str}/read",
    access=ACCOUNT,
    operation_id="read_notification",
    status_code=204,
    tags=["notifications"],
)
async def read_notification(ctx: Ctx, notice_id: PathId) -> None:
    """Mark an entry of the list as read. Again changes nothing."""
    await bell.mark_read(ctx, notice_id)


@put(
    "/api/v1/notifications/{notice_id:str}/closed",
    access=ACCOUNT,
    operation_id="close_notification",
    status_code=204,
    raises=[errors.CONFIRMATION_REQUIRED],
    tags=["notifications"],
)
async def close_notification(ctx: Ctx, notice_id: PathId, data: JSONBody[schemas.NotificationClosing]) -> None:
    """Close a modal window or a notification at the top: it enters the list as read. Again changes nothing.

    A modal with a confirmation button is closed by it or by going, not by dismissing.
    """
    await bell.close(ctx, notice_id, data.by)


@get(
    "/api/v1/notifications/{notice_id:str}/files/{file_id:str}",
    access=ACCOUNT,
    operation_id="download_notification_file",
    media_type="application/octet-stream",
    tags=["notifications"],
)
async def download_notification_file(ctx: Ctx, notice_id: PathId, file_id: PathId) -> Stream:
    """Download a file attached to a notification."""
    file, content = await bell.open_file(ctx, notice_id, file_id)
    return await download(content, file.name, size=file.size)


# ---- settings
@get(
    "/api/v1/notifications/preferences",
    access=ACCOUNT,
    operation_id="notification_preferences",
    tags=["notifications"],
)
async def notification_preferences(ctx: Ctx) -> schemas.NotificationPreferences:
    """Read «Управление уведомлениями»."""
    return await preferences.read(ctx)


@patch(
    "/api/v1/notifications/preferences",
    access=ACCOUNT,
    operation_id="change_notification_preferences",
    tags=["notifications"],
)
async def change_notification_preferences(
    ctx: Ctx, data: JSONBody[schemas.NotificationPreferencesChange]
) -> schemas.NotificationPreferences:
    """Set switches; what is absent or null keeps its value."""
    return await preferences.change(ctx, data)


@get(
    "/api/v1/notifications/preferences/contracts",
    access=ACCOUNT,
    operation_id="notification_contracts",
    tags=["notifications"],
)
async def notification_contracts(
    ctx: Ctx, cursor: Cursor = None, limit: Limit = 50
) -> Page[schemas.NotificationContract]:
    """List the switches of each contract of the account, by number."""
    return await preferences.contracts(ctx, cursor, limit)


@patch(
    "/api/v1/notifications/preferences/contracts/{contract_id:str}",
    access=permission("contracts.view"),
    operation_id="switch_contract_notifications",
    tags=["notifications"],
)
async def switch_contract_notifications(
    ctx: Ctx, contract_id: PathId, data: JSONBody[schemas.NotificationSwitches]
) -> schemas.NotificationContract:
    """Set switches of one contract; the others keep their values."""
    return await preferences.switch(ctx, contract_id, data)


ROUTES = (
    notifications,
    notifications_counter,
    notification_modals,
    notifications_top,
    read_notification,
    close_notification,
    download_notification_file,
    notification_preferences,
    change_notification_preferences,
    notification_contracts,
    switch_contract_notifications,
)
