"""`[plugins.contracts]`"""

from typing import Annotated

import msgspec


class ContractSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of contracts."""

    number_pattern: str = r"\d{14}"
    """What a client types as the number; numbers that billing delivers may differ."""
    number_hint: str = "Номер договора состоит из 14 цифр"
    confirm_hours: int = 24
    """An addition that nobody confirmed is removed after so long."""
    refusals_per_hour: Annotated[int, msgspec.Meta(ge=1)] = 30
    """Additions by one account whose number and address do not fit, until further ones are refused."""
    refusals_per_network: Annotated[int, msgspec.Meta(ge=1)] = 100
    """The same from one network address."""
    letters_per_hour: Annotated[int, msgspec.Meta(ge=1)] = 10
    """Letters to one address of a contract, whoever asks for them."""
