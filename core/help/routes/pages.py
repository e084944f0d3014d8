"""What a client sees: questions and answers, the supplier, the menu."""

from typing import Annotated

from litestar.params import QueryParameter

from core.help import schemas
from core.help.services import questions
from core.help.services.company import company
from core.help.services.menu import menu
from core.sdk import ACCOUNT, PUBLIC, Ctx, Page, get

Phrase = Annotated[
    str, QueryParameter(max_length=200, description="«Поисковая фраза»: as it stands, or its words in any form.")
]
ChosenGroup = Annotated[str | None, QueryParameter(max_length=64, description="Only this group; absent: every group.")]


@get("/api/v1/help/questions", access=ACCOUNT, operation_id="help_questions", tags=["help"])
async def help_questions(ctx: Ctx, search: Phrase = "", group: ChosenGroup = None) -> Page[schemas.HelpGroup]:
    """List questions with their answers, by groups, in the order that staff gave them."""
    return Page(await questions.shown(ctx, search, group))


@get("/api/v1/help/company", access=PUBLIC, operation_id="help_company", tags=["help"])
async def help_company(ctx: Ctx) -> schemas.HelpCompany:
    """Read who the supplier is, where the portal is and where to ask for help."""
    return company(ctx)


@get("/api/v1/menu", access=ACCOUNT, operation_id="menu", tags=["help"])
async def read_menu(ctx: Ctx) -> schemas.Menu:
    """Read the menu: the sections and tabs that the caller may use on this host, with their counters."""
    return await menu(ctx)


ROUTES = (help_questions, help_company, read_menu)
