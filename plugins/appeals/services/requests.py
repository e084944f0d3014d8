"""A request of the role «Администратор» is an appeal, when this plugin is there (ROL-27)."""

import msgspec
import sqlalchemy as sa

from core.roles.public import RoleRequestItem
from core.sdk import FIELD_REQUIRED, INVALID, NOT_FOUND, AdapterHost, Context, FieldProblem, Problem, new_id
from plugins.appeals.models import Appeal
from plugins.appeals.schemas.forms import AppealSubmission
from plugins.appeals.services import sending
from plugins.appeals.services.access import locked
from plugins.appeals.services.sources import held_contract
from plugins.appeals.settings import AppealSettings
from plugins.appeals.settings.kinds import CONTRACT, TYPE, AppealKind


class AppealRequests:
    """The adapter `appeals` of the port `administrator_requests`."""

    async def ask(self, ctx: Context, contract_id: str, text: str) -> RoleRequestItem:
        return await ask(ctx, contract_id, text)

    async def close(self) -> None:
        """Holds nothing."""


def make_requests(settings: None, host: AdapterHost) -> AppealRequests:
    """Made without settings."""
    return AppealRequests()


async def ask(ctx: Context, contract_id: str, text: str) -> RoleRequestItem:
    """Files the appeal with topic, section and contract filled in; it is sent at once."""
    kind = _kind(ctx)
    held = await held_contract(ctx, ctx.actor.id, contract_id)
    if held is None:
        raise Problem(NOT_FOUND)
    if not text.strip():
        raise Problem(INVALID, errors=[FieldProblem("text", FIELD_REQUIRED)])
    section, step = kind.sections[0], kind.steps[1].name
    first = {CONTRACT: contract_id, "topic": kind.topic, "section": section}
    appeal_id = new_id()
    async with ctx.uow() as uow:
        await sending.allow_request(uow, ctx.actor.id, contract_id)
        await uow.execute(
            sa.insert(Appeal).values(
                id=appeal_id,
                account_id=ctx.actor.id,
                kind=kind.name,
                effect=kind.effect,
                tab="none",
                state="filling",
                topic=kind.topic,
                section=section,
                subsection="",
                title=kind.title,
                contract_id=contract_id,
                contract=held.title,
                object_address="",
                party=b"",
                completed=len(kind.steps),
                values=msgspec.json.encode({TYPE: first, step: {"text": text.strip()}}),
                resolution="",
                version=1,
                attempt="",
                signatures=b"",
                pending=False,
                failure="",
                failure_text="",
                unread=False,
                correspondence=False,
                taken_by="",
                created_at=uow.now,
                last_at=uow.now,
            )
        )
        await sending.begin_sending(uow, await locked(uow, appeal_id), AppealSubmission())
        uow.audit("roles.requested", contract_id, request=appeal_id)
        item = RoleRequestItem(appeal_id, contract_id, held.number, kind.topic, section, "open", uow.now, None)
        return await uow.answer(item)


def _kind(ctx: Context) -> AppealKind:
    kinds = ctx.settings(AppealSettings).catalogue.values()
    found = next((kind for kind in kinds if kind.effect == sending.ADMINISTRATOR), None)
    if found is None:
        raise Problem(NOT_FOUND)
    return found
