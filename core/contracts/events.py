"""Events of contracts; others import them from `public`."""

import msgspec


class ContractLinked(msgspec.Struct, frozen=True):
    """An account may work with a contract from now on, in this role."""

    account_id: str
    contract_id: str
    role: str
