"""`[adapters.acquirer.rbs]`: what differs between the banks of the family."""

from typing import Annotated, Literal

import msgspec

from core.ports.acquirer import Vat


class RbsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.acquirer.rbs]`"""

    base_url: str
    """Where `register.do` lies, without it."""
    page_url: str
    """An order's payment page, with `{order_id}` in it: the gateway tells it once only, and a reply can get lost."""
    credentials_env: str
    """The environment variable that holds `user:password` of the API account, or the token."""
    auth: Literal["password", "token"] = "password"
    callbacks: Literal["hmac", "rsa", "off"] = "hmac"
    """How the bank signs; off: callbacks are refused, orders are only asked about."""
    callback_key_env: str = ""
    """For hmac: the environment variable that holds the shared key."""
    callback_certificate: str = ""
    """For rsa: PEM file of the bank's certificate or public key."""
    callback_url: str = ""
    """Sent with every order as `dynamicCallbackUrl`; empty: what the bank has on file."""
    receipts: bool = False
    """The bank makes the fiscal receipt (54-FZ), so orders carry their items."""
    ffd_version: str = "1.2"
    """Format of fiscal documents that the cash register works by."""
    vat_codes: dict[Vat, int] = {}
    """The bank's codes of VAT rates; banks and versions differ."""
    measure: str = "0"
    """The bank's code or name of the unit «шт.»"""
    refunds_lower_deposit: bool = False
    """This bank subtracts refunds from `depositedAmount`."""
    timezone: str = "Europe/Moscow"
    """Of the bank's dates."""
    allow_http: bool = False
    """True: a URL without TLS is all right."""
    ca_file: str = ""
    """PEM file of the authorities to trust instead of the system's."""
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 15.0
    """Seconds for a whole call, the reply included."""
    max_reply: Annotated[int, msgspec.Meta(gt=0)] = 1_000_000
    """Bytes of a reply."""
