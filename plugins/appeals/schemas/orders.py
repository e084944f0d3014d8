"""Work behind appeals."""

import msgspec


class SendAppeal(msgspec.Struct, frozen=True):
    """Verify, register and open an appeal that the client has sent."""

    appeal_id: str
    attempt: str
