"""Jobs of notifications."""

from datetime import time

import msgspec

from core.notifications.public import Notify, SendLetter
from core.notifications.services import delivery, forgetting, mailings, publishing, raising
from core.sdk import Context, Every, Job


class Forget(msgspec.Struct, frozen=True):
    """Remove uploads that nobody published, letters of long ago, and notifications of long ago."""


async def forget(ctx: Context, _: Forget) -> None:
    """One after the other."""
    await publishing.forget_uploads(ctx)
    await delivery.forget(ctx)
    await forgetting.forget_notices(ctx)


JOBS = (
    Job(
        "notifications.send_letter", delivery.send, SendLetter, attempts=delivery.ATTEMPTS, record=delivery.note_orders
    ),
    Job("notifications.notify", raising.notify, Notify),
    Job("notifications.mail_batch", mailings.send_batch, mailings.MailBatch),
    Job("notifications.forget_files", forgetting.forget_files, forgetting.ForgetFiles),
    Job("notifications.forget", forget, Forget, every=Every(at=time(3, 50))),
)
