"""Events of identity, which others import from `public`, and orders of its own jobs."""

import msgspec


class AccountClosed(msgspec.Struct, frozen=True):
    """An account was closed by its owner: whatever it held is free again. Its personal data are erased later."""

    account_id: str


class SendCodeMessage(msgspec.Struct, frozen=True):
    """Send the code of a new device to a phone (E.164). The code itself is derived when the message leaves."""

    code_id: str
    phone: str


class SendRecovery(msgspec.Struct, frozen=True):
    """Send a recovery link to an address, if somebody is registered with it."""

    email: str
