"""Jobs of identity."""

from datetime import timedelta

import msgspec
import structlog

from core.identity.events import SendCodeMessage, SendRecovery
from core.identity.letters import CODE_MESSAGE
from core.identity.services import closing, codes, passwords
from core.ports.sms import Sms, SmsRefused, TextMessage
from core.sdk import Context, Every, Job

_log = structlog.get_logger("abonent.sms")


class EraseClosed(msgspec.Struct, frozen=True):
    """Erase the personal data of accounts whose grace period is over."""


class ForgetStale(msgspec.Struct, frozen=True):
    """Remove counts, challenges and links whose time is over."""


async def erase_closed(ctx: Context, _: EraseClosed) -> None:
    """Runs `closing.erase_closed`."""
    await closing.erase_closed(ctx)


async def forget_stale(ctx: Context, _: ForgetStale) -> None:
    """Runs `closing.forget_stale`."""
    await closing.forget_stale(ctx)


async def send_recovery(ctx: Context, order: SendRecovery) -> None:
    """Runs `passwords.send_recovery`."""
    await passwords.send_recovery(ctx, order.email)


async def send_code_message(ctx: Context, order: SendCodeMessage) -> None:
    """Hands the code to the SMS port. A phone that refuses it for good ends the job."""
    code = ctx.secrets.code(codes.secret_purpose("device"), order.code_id)
    text = CODE_MESSAGE.format(supplier=ctx.runtime.supplier, code=code)
    try:
        await ctx.port(Sms).send(TextMessage(order.code_id, order.phone, text))
    except SmsRefused:
        _log.warning("message refused", id=order.code_id)


JOBS = (
    Job("identity.send_recovery", send_recovery, SendRecovery),
    Job("identity.send_code_message", send_code_message, SendCodeMessage),
    Job("identity.erase_closed", erase_closed, EraseClosed, every=Every(timedelta(hours=1))),
    Job("identity.forget_stale", forget_stale, ForgetStale, every=Every(timedelta(hours=1))),
)
