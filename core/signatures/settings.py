"""`[plugins.signatures]`"""

import msgspec


class SignatureSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom the supplier lets sign by a power of attorney."""

    power_codes: tuple[str, ...] = ()
    """Codes of powers (КодПолн) of which a power of attorney must hold one; empty: any power of attorney will do."""
