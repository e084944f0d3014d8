"""`[plugins.contracts]`"""

import msgspec


class ContractSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of contracts."""

    number_pattern: str = r"\d{14}"
    """What a client types as the number; numbers that billing delivers may differ."""
    number_hint: str = "Номер договора состоит из 14 цифр"
    confirm_hours: int = 24
    """An addition that nobody confirmed is removed after so long."""
