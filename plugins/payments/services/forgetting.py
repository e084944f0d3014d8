"""What is kept of a person who has gone: the payments, which the company accounts for, without the person."""

import sqlalchemy as sa

from core.sdk import UnitOfWork
from plugins.payments.models import ActOrder, Card, Payment


async def forget(uow: UnitOfWork, account_id: str) -> None:
    """Erases name and address of the payer, in the transaction that erases the account."""
    nobody = {"account_id": None, "receipt_email": "", "card_id": ""}
    await uow.execute(sa.update(Payment).where(Payment.account_id == account_id).values(**nobody))
    await uow.execute(sa.update(ActOrder).where(ActOrder.account_id == account_id).values(account_id=None))
    await uow.execute(sa.delete(Card).where(Card.account_id == account_id))
