"""Which version of the user agreement a registration accepts."""

from core.identity.models import Agreement
from core.identity.settings import IdentitySettings
from core.identity.store import AGREEMENT
from core.sdk import Context, UnitOfWork

_ONLY = 1


async def agreement_version(ctx: Context) -> str:
    """The version in force: the one published last, or the setting's while none was."""
    return await ctx.reader.first(AGREEMENT) or initial_agreement_version(ctx)


def initial_agreement_version(ctx: Context) -> str:
    """The version of the agreement that the host starts with."""
    return ctx.settings(IdentitySettings).agreement_version


async def publish_agreement(uow: UnitOfWork, version: str) -> None:
    """Registrations accept this version from now on; what others have accepted stays as it is."""
    fresh = {"version": version, "published_at": uow.now}
    statement = uow.upsert(Agreement).values(id=_ONLY, **fresh)
    await uow.execute(statement.on_conflict_do_update(index_elements=[Agreement.id], set_=fresh))
