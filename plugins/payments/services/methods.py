"""Ways to pay: a new card, and the cards that the caller has linked through the acquirer."""

from collections.abc import Sequence

import sqlalchemy as sa

from core.ports.acquirer import Acquirer, AcquirerError, SavedCard
from core.sdk import INVALID, NOT_FOUND, Context, FieldProblem, Problem, UnitOfWork
from plugins.payments.errors import BANK_UNAVAILABLE, NO_CARDS, UNKNOWN_CARD
from plugins.payments.models import Card
from plugins.payments.schemas.paying import PaymentsMethod, PaymentsMethods
from plugins.payments.store import paying as store

_NEW_CARD = "Новая карта"


async def methods(ctx: Context) -> PaymentsMethods:
    """A new card always comes first; without the acquirer's answer its cards are left out."""
    if not ctx.port(Acquirer).takes_cards:
        return PaymentsMethods([])
    try:
        linked = await _linked(ctx)
    except AcquirerError:
        linked = []
    shown = [PaymentsMethod("linked_card", card.card_id, card.mask, card.system, card.expires) for card in linked]
    return PaymentsMethods([PaymentsMethod("new_card", None, _NEW_CARD, "", ""), *shown])


async def _linked(ctx: Context) -> list[store.CardRow]:
    """The caller's cards: as the gateway lists them, or as it told of them with each payment. Raises AcquirerError."""
    listed = await ctx.port(Acquirer).saved_cards(ctx.actor.id)
    if listed is None:
        return await ctx.reader.all(store.CARDS, account_id=ctx.actor.id)
    return _of(listed)


def _of(cards: Sequence[SavedCard]) -> list[store.CardRow]:
    return [store.CardRow(card.id, card.mask, card.expires, card.system) for card in cards]


async def check(ctx: Context, card_id: str | None) -> None:
    """Raises Problem unless the supplier takes cards and this one, if any is named, is the caller's."""
    if not ctx.port(Acquirer).takes_cards:
        raise Problem(NO_CARDS)
    if card_id is None:
        return
    try:
        linked = await _linked(ctx)
    except AcquirerError as error:
        raise Problem(BANK_UNAVAILABLE) from error
    if card_id not in {card.card_id for card in linked}:
        raise Problem(INVALID, errors=[FieldProblem("card_id", UNKNOWN_CARD)])


async def forget(ctx: Context, card_id: str) -> None:
    """Unlinks a card of the caller."""
    try:
        if card_id not in {card.card_id for card in await _linked(ctx)}:
            raise Problem(NOT_FOUND)
        await ctx.port(Acquirer).forget_card(card_id)
    except AcquirerError as error:
        raise Problem(BANK_UNAVAILABLE) from error
    async with ctx.uow() as uow:
        await uow.execute(sa.delete(Card).where(Card.account_id == ctx.actor.id, Card.card_id == card_id))
        uow.audit("payments.card_unlinked", ctx.actor.id)


async def note(uow: UnitOfWork, account_id: str, card: SavedCard) -> None:
    """Keeps the mask of a card that was linked with a payment."""
    shown = {"mask": card.mask, "expires": card.expires, "system": card.system}
    await uow.execute(
        uow.upsert(Card)
        .values(account_id=account_id, card_id=card.id, linked_at=uow.now, **shown)
        .on_conflict_do_update(index_elements=[Card.account_id, Card.card_id], set_=shown)
    )
