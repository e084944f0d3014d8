"""A person leaves. What was signed stays signed: the evidence names the signer, as a signature on paper does."""

import sqlalchemy as sa

from core.sdk import UnitOfWork
from plugins.edo.models import EdoDocument, EdoSignature, EdoSigning


async def forget(uow: UnitOfWork, account_id: str) -> None:
    """No account stands at documents and signatures any more; a code that waits is void."""
    await uow.execute(sa.delete(EdoSigning).where(EdoSigning.account_id == account_id))
    await uow.execute(sa.update(EdoSignature).where(EdoSignature.account_id == account_id).values(account_id=None))
    await uow.execute(sa.update(EdoDocument).where(EdoDocument.created_by == account_id).values(created_by=None))
