"""YooKassa's objects, and what they mean in the port's words."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec

from core.ports.acquirer import AcquirerRefused, AcquirerUnavailable, OrderState, OrderStatus, Refund, SavedCard


class Amount(msgspec.Struct, frozen=True):
    value: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,12}\.[0-9][0-9]\Z")]
    currency: str

    @property
    def kopecks(self) -> int:
        if self.currency != "RUB":
            raise AcquirerUnavailable(f"currency {self.currency!r}")
        return int(self.value.replace(".", ""))


class Confirmation(msgspec.Struct, frozen=True):
    confirmation_url: str = ""


class Card(msgspec.Struct, frozen=True):
    first6: str = ""
    last4: str = ""
    expiry_year: str = ""
    expiry_month: str = ""
    card_type: str = ""


class Method(msgspec.Struct, frozen=True):
    id: str = ""
    saved: bool = False
    card: Card = Card()


class Authorization(msgspec.Struct, frozen=True):
    rrn: str = ""
    auth_code: str = ""


class Cancellation(msgspec.Struct, frozen=True):
    party: str = ""
    reason: str = ""


class Payment(msgspec.Struct, frozen=True):
    id: str
    status: str
    amount: Amount
    created_at: datetime
    metadata: dict[str, str] = {}
    refunded_amount: Amount | None = None
    captured_at: datetime | None = None
    confirmation: Confirmation = Confirmation()
    payment_method: Method = Method()
    authorization_details: Authorization = Authorization()
    cancellation_details: Cancellation = Cancellation()


class PaymentList(msgspec.Struct, frozen=True):
    items: list[Payment]
    next_cursor: str = ""


class RefundObject(msgspec.Struct, frozen=True):
    id: str
    status: str
    amount: Amount
    description: str = ""


class RefundList(msgspec.Struct, frozen=True):
    items: list[RefundObject]
    next_cursor: str = ""


class ErrorObject(msgspec.Struct, frozen=True):
    code: str = ""
    description: str = ""


class NotifiedObject(msgspec.Struct, frozen=True):
    id: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z-]{1,64}\Z")]
    payment_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z-]{0,64}\Z")] = ""
    metadata: dict[str, str] = {}


class Notification(msgspec.Struct, frozen=True):
    event: Annotated[str, msgspec.Meta(pattern=r"^[a-z_.]{1,64}\Z")]
    object: NotifiedObject


PAYMENT, PAYMENTS = msgspec.json.Decoder(Payment), msgspec.json.Decoder(PaymentList)
REFUND, REFUNDS = msgspec.json.Decoder(RefundObject), msgspec.json.Decoder(RefundList)
ERROR, NOTIFICATION = msgspec.json.Decoder(ErrorObject), msgspec.json.Decoder(Notification)


def status_of(payment: Payment) -> OrderStatus:
    """What the gateway says of a payment. Raises AcquirerUnavailable for a status that nobody knows."""
    refunded = payment.refunded_amount.kopecks if payment.refunded_amount else 0
    taken = payment.amount.kopecks if payment.status == "succeeded" else 0
    canceled = payment.cancellation_details
    state: OrderState
    match payment.status:
        case "pending":
            state = "created"
        case "waiting_for_capture":
            state = "held"
        case "succeeded":
            state = "paid" if not refunded else "refunded" if refunded >= taken else "partly_refunded"
        case "canceled":
            state = "reversed" if canceled.reason == "canceled_by_merchant" else "declined"
        case _:
            raise AcquirerUnavailable(f"payment {payment.id}: status {payment.status!r}")
    card = payment.payment_method.card
    mask = f"{card.first6[:6]}**{card.last4[-4:]}" if card.last4 else ""
    return OrderStatus(
        order_id=payment.id,
        number=payment.metadata.get("order_number", ""),
        state=state,
        amount=ordered(payment),
        paid=taken,
        refunded=refunded if taken else 0,
        paid_at=(payment.captured_at or payment.created_at) if taken else None,
        mask=mask,
        system=card.card_type,
        rrn=payment.authorization_details.rrn,
        auth_code=payment.authorization_details.auth_code,
        decline_code=canceled.reason if state == "declined" else "",
        card=_saved(payment, mask),
    )


def ordered(payment: Payment) -> int:
    """Kopecks that we ordered."""
    noted = payment.metadata.get("order_amount", "")
    return int(noted) if noted.isascii() and noted.isdecimal() else payment.amount.kopecks


def _saved(payment: Payment, mask: str) -> SavedCard | None:
    method = payment.payment_method
    if not method.saved:
        return None
    expires = f"{method.card.expiry_year}{method.card.expiry_month:0>2}" if method.card.expiry_year else ""
    return SavedCard(method.id, payment.metadata.get("payer_id", ""), mask, expires, method.card.card_type)


def refund_of(item: RefundObject) -> Refund:
    if item.status == "canceled":
        raise AcquirerRefused("other", item.status)
    return Refund(item.id, item.amount.kopecks, "done" if item.status == "succeeded" else "pending")


def roubles(kopecks: int) -> dict[str, str]:
    return {"value": f"{kopecks // 100}.{kopecks % 100:02d}", "currency": "RUB"}


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
