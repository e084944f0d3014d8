"""`[adapters.acquirer.yookassa]`"""

from typing import Annotated

import msgspec

from core.ports.acquirer import Vat


class YooKassaSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.acquirer.yookassa]`"""

    shop_id: str
    """Number of the shop."""
    secret_key_env: str
    """The environment variable that holds the secret key."""
    base_url: str = "https://api.yookassa.ru/v3"
    """Where `payments` lies."""
    receipts: bool = False
    """YooKassa makes the fiscal receipt (54-FZ), so payments carry their items."""
    vat_codes: dict[Vat, int] = {}
    """Its codes of VAT rates."""
    callback_networks: tuple[str, ...] = (
        "185.71.76.0/27",
        "185.71.77.0/27",
        "77.75.153.0/25",
        "77.75.154.128/25",
        "77.75.156.11/32",
        "77.75.156.35/32",
        "2a02:5180::/32",
    )
    """Where notifications come from; they are not signed."""
    allow_http: bool = False
    """True: a URL without TLS is all right."""
    ca_file: str = ""
    """PEM file of the authorities to trust instead of the system's."""
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 30.0
    """Seconds for a whole call, the reply included."""
    max_reply: Annotated[int, msgspec.Meta(gt=0)] = 1_000_000
    """Bytes of a reply."""
