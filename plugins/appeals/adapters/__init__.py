"""Who registers appeals: the cabinet itself, or the company's CRM through the exchange."""

from core.sdk import AdapterHost
from plugins.appeals.public import AppealFiled, Registration


class BuiltinRegistrar:
    """The staff side of the cabinet is where appeals are worked on: it takes every one, and the cabinet numbers it."""

    async def register(self, appeal: AppealFiled) -> Registration | None:
        return Registration("")

    async def close(self) -> None:
        """Holds nothing."""


class ExchangeRegistrar:
    """The company's CRM reads `appeals.filed` from the feed and answers with a row of `appeals.registrations`."""

    async def register(self, appeal: AppealFiled) -> Registration | None:
        return None

    async def close(self) -> None:
        """Holds nothing."""


def make_builtin(settings: None, host: AdapterHost) -> BuiltinRegistrar:
    """Made without settings."""
    return BuiltinRegistrar()


def make_exchange(settings: None, host: AdapterHost) -> ExchangeRegistrar:
    """Made without settings."""
    return ExchangeRegistrar()
