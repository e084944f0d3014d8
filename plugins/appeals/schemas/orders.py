"""Work behind appeals."""

import msgspec


class SendAppeal(msgspec.Struct, frozen=True):
    """Verify, register and open an appeal that the client has sent."""

    appeal_id: str
    attempt: str


class DropFiles(msgspec.Struct, frozen=True):
    """Remove files from the store that nothing refers to any more."""

    keys: list[str]
