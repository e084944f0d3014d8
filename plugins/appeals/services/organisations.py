"""«Другая» organisation is found by its INN."""

from stdnum.exceptions import ValidationError
from stdnum.ru import inn as taxpayer

from core.identity.public import limits
from core.sdk import FIELD_FORMAT, INVALID, Context, FieldProblem, Problem
from plugins.appeals.schemas.forms import AppealOrganisations
from plugins.appeals.services.sources import find_parties
from plugins.appeals.settings import AppealSettings

NOBODY = "Организация не найдена. Воспользуйтесь расширенным поиском."
NOBODY_AT_ALL = "Организация не найдена и в расширенном поиске. Проверьте ИНН."


async def find(ctx: Context, inn: str, *, extended: bool) -> AppealOrganisations:
    """Every party with this number; nobody is an answer, too. Raises Problem for a wrong INN, and when unreachable."""
    try:
        number = taxpayer.validate(inn.strip()) if inn.strip().isascii() and inn.strip().isdigit() else None
    except ValidationError:
        number = None
    if number is None:
        raise Problem(INVALID, errors=[FieldProblem("inn", FIELD_FORMAT)])
    most = ctx.settings(AppealSettings).searches_per_hour
    await limits.take(ctx, limits.hourly("appeals.searches", ctx.actor.id, most))
    found = await find_parties(ctx, number, extended=extended)
    text = "" if found else NOBODY_AT_ALL if extended else NOBODY
    return AppealOrganisations(found, text)
