"""Callbacks of the acquirer: hints that something happened. They start a look and are believed in nothing."""

import logging

from core.ports.acquirer import Acquirer, Callback, CallbackRefused
from core.sdk import NOT_FOUND, Context, Problem
from plugins.payments.errors import CALLBACK_FORGED
from plugins.payments.services.paying import Check
from plugins.payments.store import paying as store

_LOG = logging.getLogger("abonent.payments")


async def take(ctx: Context, callback: Callback) -> None:
    """Orders a look at the payment that a genuine callback is about. Raises Problem for any other."""
    try:
        hint = ctx.port(Acquirer).read_callback(callback)
    except CallbackRefused as refused:
        _LOG.warning("callback from %s refused: %s", callback.address, refused)
        raise Problem(CALLBACK_FORGED) from refused
    payment_id = await ctx.reader.first(store.BY_ORDER, number=hint.number, order_id=hint.order_id)
    if payment_id is None:
        _LOG.warning("callback from %s about an unknown order: %s", callback.address, hint.event)
        raise Problem(NOT_FOUND)
    async with ctx.uow() as uow:
        uow.enqueue(Check(payment_id, once=True))
