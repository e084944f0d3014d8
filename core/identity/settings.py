"""`[plugins.identity]`"""

import msgspec


class IdentitySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of identity."""

    session_days: int = 30
    """A session ends so long after the sign-in."""
    agreement_version: str = "1"
    """Version of the user agreement that a registration accepts."""
    failures: int = 10
    """Failed sign-ins of one address, or from one network address times ten, until further ones are refused."""
    failure_minutes: int = 15
    """For so long."""
