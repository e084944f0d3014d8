"""`[plugins.exchange]`"""

import msgspec


class ExchangeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Limits of a load and the pace of the push."""

    batch_rows: int = 5000
    """Rows of one transaction."""
    batch_bytes: int = 8_000_000
    """Bytes of one transaction's lines; whichever limit is met first closes the batch."""
    max_line: int = 256_000
    """Bytes of one row. A longer line is refused and never held in memory."""
    max_body: int = 4_000_000_000
    """Bytes of one load after unpacking."""
    push_batch: int = 500
    """Facts handed to billing at once."""
    push_seconds: float = 20
    """How long billing may take for them. The pusher's lease is twice as long."""
    retry_from: float = 5
    """Seconds until billing is tried again after a failure; the pause grows with the age of the first fact waiting."""
    retry_to: float = 300
    """The longest pause."""
