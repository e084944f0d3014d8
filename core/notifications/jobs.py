"""Sending letters."""

import jinja2
import structlog

from core.notifications.public import Secret, SendLetter
from core.ports.mail import Mail, MailRefused, Message
from core.sdk import Context, Job, Letter

_log = structlog.get_logger("abonent.mail")
_TEMPLATES = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True)  # noqa: S701 - plain text


async def send_letter(ctx: Context, order: SendLetter) -> None:
    """Renders a letter and hands it to the mail port. A mailbox that refuses it for good ends the job."""
    letter = next(letter for letter in ctx.declared(Letter) if letter.name == order.letter)
    params = {"base_url": ctx.runtime.base_url, "supplier": ctx.runtime.supplier, **order.params}
    if order.secret:
        params[order.secret.form] = _reveal(ctx, order.secret)
    message = Message(
        id=order.id,
        to=order.to,
        subject=_TEMPLATES.from_string(letter.subject).render(params),
        text=_TEMPLATES.from_string(letter.text).render(params),
    )
    try:
        await ctx.port(Mail).send(message)
    except MailRefused:
        _log.warning("letter refused", letter=letter.name, id=order.id)


def _reveal(ctx: Context, secret: Secret) -> str:
    derive = {"code": ctx.secrets.code, "token": ctx.secrets.token, "password": ctx.secrets.password}[secret.form]
    return derive(secret.purpose, secret.subject)


JOBS = (Job("notifications.send_letter", send_letter, SendLetter),)
