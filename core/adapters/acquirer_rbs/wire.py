"""The RBS dialect's shapes: replies, and what they mean in the port's words."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from core.adapters.acquirer_http import card_mask, without_cards
from core.ports.acquirer import AcquirerUnavailable, Order, OrderState, OrderStatus, SavedCard, Vat

DUPLICATE, DENIED, NO_ORDER, SYSTEM = "1", "5", "6", "7"
NOTHING_FOUND = "2"
"""Of the calls about saved cards."""
_ROUBLE = ("643", "810", "RUB", "RUR", "")
_STATES: dict[int, OrderState] = {
    0: "created",
    1: "held",
    2: "paid",
    3: "reversed",
    4: "refunded",
    5: "confirming",
    6: "declined",
}
_METHODS = {"full_prepayment": 1, "prepayment": 2, "advance": 3, "full_payment": 4}
"""54-FZ, tag 1214."""
_SUBJECTS = {"commodity": 1, "service": 4, "payment": 10, "another": 13}
"""54-FZ, tag 1212."""


class Outcome(msgspec.Struct, frozen=True, rename="camel"):
    """How a call ended; absent or 0 is success."""

    error_code: str | int = "0"
    error_message: str = ""

    @property
    def code(self) -> str:
        """As text: old versions send a number."""
        return without_cards(self.error_code)

    @property
    def succeeded(self) -> bool:
        return self.code in ("0", "")


class Registration(Outcome, frozen=True, rename="camel"):
    """register.do, registerPreAuth.do"""

    order_id: str = ""
    form_url: str = ""


class Attribute(msgspec.Struct, frozen=True):
    """`mdOrder` is among them: the gateway's own id of the order."""

    name: str = ""
    value: str = ""


class CardInfo(msgspec.Struct, frozen=True, rename="camel"):
    """The card that paid."""

    masked_pan: str = ""
    pan: str = ""
    """Masked, too: the older name."""
    expiration: str | int = ""
    approval_code: str = ""
    payment_system: str = ""


class BindingInfo(msgspec.Struct, frozen=True, rename="camel"):
    """The card that was saved."""

    client_id: str = ""
    binding_id: str = ""


class AmountInfo(msgspec.Struct, frozen=True, rename="camel"):
    """Kopecks."""

    approved_amount: int = 0
    deposited_amount: int = 0
    refunded_amount: int = 0


class OrderInfo(Outcome, frozen=True, rename="camel"):
    """getOrderStatusExtended.do, and an item of getLastOrdersForMerchants.do"""

    order_number: str = ""
    order_status: int | None = None
    action_code: int | str = 0
    action_code_description: str = ""
    amount: int = 0
    currency: str | int = ""
    date: int | None = None
    auth_date_time: int | None = None
    deposited_date: int | None = None
    auth_ref_num: str = ""
    card_auth_info: CardInfo | None = None
    binding_info: BindingInfo | None = None
    payment_amount_info: AmountInfo | None = None
    attributes: list[Attribute] = []

    @property
    def order_id(self) -> str:
        return next((item.value for item in self.attributes if item.name == "mdOrder"), "")


class OrderList(Outcome, frozen=True, rename="camel"):
    """getLastOrdersForMerchants.do"""

    order_statuses: list[OrderInfo] = []
    total_count: int = 0


class Binding(msgspec.Struct, frozen=True, rename="camel"):
    """A saved card."""

    binding_id: str
    masked_pan: str = ""
    expiry_date: str | int = ""
    payment_system: str = ""


class Bindings(Outcome, frozen=True, rename="camel"):
    """getBindings.do"""

    bindings: list[Binding] = []


OUTCOME = msgspec.json.Decoder(Outcome)
REGISTRATION = msgspec.json.Decoder(Registration)
ORDER_INFO = msgspec.json.Decoder(OrderInfo)
ORDER_LIST = msgspec.json.Decoder(OrderList)
BINDINGS = msgspec.json.Decoder(Bindings)


def status_of(info: OrderInfo, order_id: str, *, refunds_lower_deposit: bool) -> OrderStatus:
    """What the gateway says of an order. Raises AcquirerUnavailable for a state or a currency that nobody knows."""
    state = _STATES.get(-1 if info.order_status is None else info.order_status)
    if state is None or str(info.currency) not in _ROUBLE:
        raise AcquirerUnavailable(f"order {order_id}: status {info.order_status!r}, currency {info.currency!r}")
    card, amounts = info.card_auth_info or CardInfo(), info.payment_amount_info or AmountInfo()
    state, paid, refunded = _money(state, amounts, info.amount, refunds_lower_deposit)
    return OrderStatus(
        order_id=order_id,
        number=info.order_number,
        state=state,
        amount=info.amount,
        paid=paid,
        refunded=refunded,
        paid_at=_moment(info.deposited_date or info.auth_date_time or info.date) if paid else None,
        mask=card_mask(card.masked_pan or card.pan),
        system=card.payment_system,
        rrn=info.auth_ref_num,
        auth_code=card.approval_code,
        decline_code=without_cards(info.action_code) if state == "declined" else "",
        decline_text=info.action_code_description if state == "declined" else "",
        card=_saved(info.binding_info, card),
    )


def _money(
    state: OrderState, amounts: AmountInfo, amount: int, refunds_lower_deposit: bool
) -> tuple[OrderState, int, int]:
    """State, kopecks taken, kopecks given back: partial refunds are seen from the amounts only."""
    if state not in ("paid", "refunded"):
        return state, 0, 0
    refunded = amounts.refunded_amount
    paid = amounts.deposited_amount + (refunded if refunds_lower_deposit else 0)
    if not paid:  # old gateways tell no amounts
        paid, refunded = amount, amount if state == "refunded" else 0
    if not refunded:
        return "paid", paid, 0
    return ("refunded" if refunded >= paid else "partly_refunded"), paid, refunded


def _moment(millis: int | None) -> datetime | None:
    return None if millis is None else datetime.fromtimestamp(millis / 1000, UTC)


def _saved(binding: BindingInfo | None, card: CardInfo) -> SavedCard | None:
    if binding is None or not binding.binding_id:
        return None
    mask = card_mask(card.masked_pan or card.pan)
    return SavedCard(binding.binding_id, binding.client_id, mask, without_cards(card.expiration), card.payment_system)


def receipt_of(order: Order, vat_codes: dict[Vat, int], ffd_version: str, measure: str) -> dict[str, Any]:
    """`orderBundle`: the items of the fiscal receipt. Raises KeyError for a VAT rate without a code."""
    items = [
        {
            "positionId": position,
            "name": item.name,
            "quantity": {"value": 1, "measure": measure},
            "itemCode": str(position),
            "itemAmount": item.amount,
            "itemPrice": item.amount,
            "tax": {"taxType": vat_codes[item.vat]},
            "itemAttributes": {
                "attributes": [
                    {"name": "paymentMethod", "value": str(_METHODS[item.method])},
                    {"name": "paymentObject", "value": str(_SUBJECTS[item.subject])},
                ]
            },
        }
        for position, item in enumerate(order.items, 1)
    ]
    return {"ffdVersion": ffd_version, "customerDetails": {"email": order.email}, "cartItems": {"items": items}}
