"""Leaving a mailing by the link of its letter, without signing in (RFC 8058).

The link names the mailing and the account, and is signed by the host: it works for good and for nothing else. Opening
it changes nothing, since mail scanners open links; a POST, from the mail program or from the page's button, does.
"""

from html import escape

import sqlalchemy as sa

from core.identity.public import Account, set_advertising
from core.notifications.models import Preferences
from core.notifications.settings import NotificationsSettings
from core.sdk import NOT_FOUND, Context, Problem, UnitOfWork

PATH = "/api/v1/mailings/unsubscriptions"
_PURPOSE = "unsubscribe"
_KINDS = ("advertising", "magazine")
_PAGE = """<!doctype html>
<html lang="ru">
<head><meta charset="utf-8"><meta name="robots" content="noindex"><title>{title}</title></head>
<body><h1>{title}</h1><p>{words}</p>{form}</body>
</html>
"""
_FORM = (
    '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">'
    "<button>Отписаться</button></form>"
)


def link(ctx: Context, subject: str) -> str:
    """The URL that ends a subscription; `subject` as in `SendLetter.leave`."""
    return f"{ctx.runtime.base_url.rstrip('/')}{PATH}/{ctx.secrets.token(_PURPOSE, subject)}"


def ask(ctx: Context, token: str) -> str:
    """The page with the button; nothing is changed."""
    kind, _ = _subject(ctx, token)
    return _page(ctx, f"Чтобы больше не получать письма этой рассылки, нажмите кнопку: {_title(ctx, kind)}.", _FORM)


async def leave(ctx: Context, token: str) -> str:
    """Ends the subscription; again changes nothing."""
    kind, account_id = _subject(ctx, token)
    async with ctx.uow() as uow:
        alive = sa.select(Account.advertising).where(Account.id == account_id, Account.deleted_at.is_(None))
        advertising = await uow.scalar(alive.with_for_update())
        if kind == "advertising" and advertising:
            await set_advertising(uow, account_id, False)
        if kind == "magazine":
            await _leave_magazine(uow, account_id)
    return _page(ctx, f"Вы больше не получаете письма этой рассылки: {_title(ctx, kind)}.", "")


async def _leave_magazine(uow: UnitOfWork, account_id: str) -> None:
    on = sa.update(Preferences).where(Preferences.account_id == account_id, Preferences.magazine.is_(True))
    if (await uow.execute(on.values(magazine=False))).rowcount:
        uow.audit("notifications.magazine_left", account_id)


def _subject(ctx: Context, token: str) -> tuple[str, str]:
    kind, _, account_id = (ctx.secrets.subject_of(_PURPOSE, token) or "").partition(":")
    if kind not in _KINDS:
        raise Problem(NOT_FOUND)
    return kind, account_id


def _title(ctx: Context, kind: str) -> str:
    return "Рекламная рассылка" if kind == "advertising" else ctx.settings(NotificationsSettings).magazine


def _page(ctx: Context, words: str, form: str) -> str:
    return _PAGE.format(title=escape(ctx.runtime.supplier), words=escape(words), form=form)
