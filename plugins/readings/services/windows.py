"""The window that a submission needs, held until its transaction ends."""

from core.sdk import Context, Problem, UnitOfWork
from plugins.readings import errors, store
from plugins.readings.domain import Window


async def open_window(ctx: Context, uow: UnitOfWork) -> Window:
    """The open window of the contract in the path. Raises Problem when there is none, or none now."""
    row = await uow.one(store.WINDOW, {"contract_id": ctx.granted.contract_id, "today": ctx.today()})
    if row is None:
        raise Problem(errors.NO_WINDOW)
    window = Window(*row)
    if not window.is_open(ctx.today()):
        raise Problem(errors.WINDOW_CLOSED, window=window.text)
    return window
