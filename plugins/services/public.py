"""What others may import: the plugin's events."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec

ORDERED = "services.ordered"
"""Name of the event `ServiceOrdered`."""
CANCELLED = "services.cancelled"
"""Name of the event `ServiceOrderCancelled`."""


class ServiceOrdered(msgspec.Struct, frozen=True):
    """A client has ordered a service. The company answers with rows of `services.orders`."""

    order_id: str
    number: str
    service_id: str
    service_name: str
    price: Decimal
    price_from: bool
    contract_id: str
    values: dict[str, Any]
    """field -> value; contract, full_name, email, phone and task are always those of the form."""
    author: str
    """`client:<account>`"""
    ordered_at: datetime


class ServiceOrderCancelled(msgspec.Struct, frozen=True):
    """A client has cancelled an order before its bill was issued."""

    order_id: str
    number: str
    contract_id: str
    at: datetime
