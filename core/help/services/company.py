"""Who the supplier is."""

from core.help import schemas
from core.help.settings import HelpSettings
from core.sdk import Context


def company(ctx: Context) -> schemas.HelpCompany:
    """The supplier as the host's configuration names it."""
    settings = ctx.settings(HelpSettings)
    return schemas.HelpCompany(
        ctx.runtime.supplier, ctx.runtime.base_url, settings.support_email or None, settings.application_form or None
    )


def filled(ctx: Context, text: str) -> str:
    """A text of the program's own with the supplier's data in it."""
    about = company(ctx)
    support = about.support_email or f"раздел «Помощь» личного кабинета {about.portal_url}"
    return text.format(supplier=about.name, portal=about.portal_url, support=support)
