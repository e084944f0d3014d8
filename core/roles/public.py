"""What plugins use of roles: the port behind which «Администратор» is requested, and the giving of that role."""

from typing import Protocol

from core.roles.errors import NOT_HELD as NOT_HELD
from core.roles.errors import REQUEST_OPEN as REQUEST_OPEN
from core.roles.schemas import RoleRequestItem as RoleRequestItem
from core.roles.services.requests import make_administrator as make_administrator
from core.sdk import Context


class AdministratorRequests(Protocol):
    """Takes a client's request of the role «Администратор» and shows it to the company's staff.

    The core keeps requests of its own (`roles`); with the plugin of appeals the request is an appeal (`appeals`), and
    what is said about it, its files and its decision are there.
    """

    async def ask(self, ctx: Context, contract_id: str, text: str) -> RoleRequestItem:
        """Files the request in one transaction, its answer passed through `uow.answer`; nothing else changes by it.

        Raises Problem: ADMINISTRATOR_EXISTS, REQUEST_OPEN.
        """
        ...

    async def close(self) -> None:
        """Lets go of connections; may be called twice."""
        ...
