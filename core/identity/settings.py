"""`[plugins.identity]`"""

from typing import Annotated, Literal

import msgspec

Count = Annotated[int, msgspec.Meta(ge=1)]


class IdentitySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of identity."""

    session_days: Count = 30
    """A session ends so long after the sign-in."""
    idle_days: Count = 14
    """A session that nobody has used for so long is over."""
    verified_minutes: Count = 15
    """After a sign-in, or the password given again, so long for changing how the account is entered."""
    agreement_version: str = "1"
    """Version of the user agreement that a registration accepts until staff publishes another."""
    failures: Count = 10
    """Failed sign-ins of one e-mail address until further ones are refused."""
    failures_per_network: Count = 100
    """The same from one network address."""
    failure_minutes: Count = 15
    """For so long."""
    device_failures: Count = 10
    """Wrong codes of a new device, for one account in a day, until further ones are refused."""
    registrations_per_hour: Count = 100
    """From one network address."""
    codes_per_hour: Count = 10
    """Letters and messages with codes to one account; the one of the registration does not count."""
    codes_per_network: Count = 100
    """The same from one network address."""
    recoveries_per_hour: Count = 5
    """Recovery letters to one e-mail address."""
    recoveries_per_network: Count = 50
    """The same from one network address."""
    recovery_minutes: Count = 60
    """A link to a new password works for so long."""
    password_words: tuple[str, ...] = (
        *("abonent", "admin", "cabinet", "client", "dogovor", "elektro", "energo", "energy", "kabinet", "parol"),
        *("password", "passwd", "pass", "qwerty", "qwertyui", "qwertyuiop", "supplier", "tarif", "user", "welcome"),
    )
    """Words that do not become a password by adding digits; add the supplier's names in Latin letters."""
    invitation_days: Count = 7
    """The password of an invitation signs in for so long; after that its owner sets one by a letter."""
    grace_days: Annotated[int, msgspec.Meta(ge=0)] = 30
    """The personal data of a closed account are erased after so long."""
    staff_two_factor: bool = False
    """Staff confirms every new device, whatever their profile says."""
    code_channels: tuple[Literal["email", "phone"], ...] = ("email", "phone")
    """Where a device's confirmation code may be sent; without a contract with an SMS gateway leave the phone out."""
