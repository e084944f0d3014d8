"""The dialect `yookassa`, from its side: payments and refunds as JSON objects, notifications without a signature."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from core.testing.bank.book import Bank
from core.testing.bank.cards import EXPIRES
from core.testing.bank.shapes import BankError, BankOrder, DueCallback, NewOrder, Refunded
from core.testing.bank.web import Answer, fields_of, json_answer, json_of
from core.testing.sockets import Request

Json = dict[str, Any]
_STATUS = {
    "created": "pending",
    "confirming": "pending",
    "held": "waiting_for_capture",
    "paid": "succeeded",
    "refunded": "succeeded",
    "reversed": "canceled",
    "declined": "canceled",
}
_REASONS = {
    -2007: "general_decline",
    116: "insufficient_funds",
    -2006: "expired_on_confirmation",
    -2013: "3d_secure_failed",
    -2016: "general_decline",
}
_SECONDS = 3600
"""How long a payment can be confirmed."""


class YooKassaFace(msgspec.Struct, frozen=True):
    """How it knows the shop."""

    shop_id: str = "100500"
    secret_key: str = "test_key"  # noqa: S105 - of a bank that does not exist
    page: str = "/payment/page"


class Refusal(Exception):
    """Status, code and words."""

    def __init__(self, status: int, code: str, description: str) -> None:
        super().__init__(description)
        self.status, self.code, self.description = status, code, description


def call_name(request: Request, path: str) -> str:
    """What faults call it: `POST payments`, `POST capture`, `GET refunds`."""
    parts = path.removeprefix("/v3/").split("/")
    return f"{request.method} {parts[2] if len(parts) > 2 else parts[0]}"


def respond(request: Request, path: str, bank: Bank, face: YooKassaFace, base_url: str) -> Answer:
    """The answer to a call under `/v3/`."""
    try:
        _check_shop(request, face)
        return json_answer(_dispatch(request, path.removeprefix("/v3/").split("/"), bank, f"{base_url}{face.page}"))
    except BankError as error:
        refusal = _REFUSALS[error.code]
    except Refusal as found:
        refusal = found
    body = {"type": "error", "id": "0", "code": refusal.code, "description": refusal.description}
    return json_answer(body, refusal.status)


_REFUSALS = {
    "key": Refusal(400, "invalid_request", "Idempotence key is used for a different request"),
    "not_found": Refusal(404, "not_found", "Object not found"),
    "state": Refusal(400, "invalid_request", "Wrong status of the payment"),
    "amount": Refusal(400, "invalid_request", "Wrong amount"),
    "card": Refusal(400, "invalid_request", "Payment method not found"),
}


def _check_shop(request: Request, face: YooKassaFace) -> None:
    expected = base64.b64encode(f"{face.shop_id}:{face.secret_key}".encode()).decode()
    if request.headers.get("authorization") != f"Basic {expected}":
        raise Refusal(401, "invalid_credentials", "Wrong shop or key")


def _dispatch(request: Request, parts: list[str], bank: Bank, page: str) -> Json:
    match (request.method, *parts):
        case ("POST", "payments"):
            return _create(request, bank, page)
        case ("GET", "payments"):
            return _list(fields_of(request), bank, page)
        case ("GET", "payments", order_id):
            return payment(bank.order(order_id), page)
        case ("POST", "payments", order_id, "capture"):
            return payment(bank.capture(order_id, _kopecks(json_of(request)["amount"])), page)
        case ("POST", "payments", order_id, "cancel"):
            if bank.order(order_id).state != "held":
                raise BankError("state")
            return payment(bank.reverse(order_id), page)
        case ("POST", "refunds"):
            body = json_of(request)
            found = bank.refund(
                body["payment_id"], _key(request), _kopecks(body["amount"]), body.get("description", "")
            )
            return refund(found)
        case ("GET", "refunds"):
            return {
                "type": "list",
                "items": [refund(item) for item in bank.refunds(fields_of(request)["payment_id"])],
            }
    raise Refusal(404, "not_found", "No such call")


def _key(request: Request) -> str:
    key = request.headers.get("idempotence-key", "")
    if not 0 < len(key) <= 64:
        raise Refusal(400, "invalid_request", "Idempotence key is missing")
    return key


def _kopecks(amount: Mapping[str, str]) -> int:
    roubles, _, rest = amount["value"].partition(".")
    if amount["currency"] != "RUB" or len(rest) != 2:
        raise Refusal(400, "invalid_request", "Wrong amount")
    return int(roubles) * 100 + int(rest)


def _roubles(kopecks: int) -> Json:
    return {"value": f"{kopecks // 100}.{kopecks % 100:02d}", "currency": "RUB"}


def _create(request: Request, bank: Bank, page: str) -> Json:
    body = json_of(request)
    order, fresh = bank.register(
        NewOrder(
            key=_key(request),
            number=body.get("metadata", {}).get("order_number", ""),
            amount=_kopecks(body["amount"]),
            description=body.get("description", ""),
            return_url=body["confirmation"]["return_url"],
            fail_url="",
            seconds=_SECONDS,
            email=body.get("receipt", {}).get("customer", {}).get("email", ""),
            payer_id=body.get("merchant_customer_id", ""),
            save_card=body.get("save_payment_method", False),
            card_id=body.get("payment_method_id", ""),
            hold=not body.get("capture", False),
            receipt=json.dumps({"receipt": body.get("receipt"), "metadata": body.get("metadata", {})}),
        )
    )
    if fresh and order.card_id:
        order = bank.pay_with_saved(order.id, order.card_id)
    return payment(order, page)


def _list(fields: Mapping[str, str], bank: Bank, page: str) -> Json:
    since, until = (datetime.fromisoformat(fields[f"created_at.{end}"]).timestamp() for end in ("gte", "lt"))
    limit, offset = int(fields.get("limit", "10")), int(fields.get("cursor", "0"))
    found = bank.orders(since, until, limit, offset)
    told: Json = {"type": "list", "items": [payment(order, page) for order in found]}
    if offset + len(found) < bank.count(since, until):
        told["next_cursor"] = str(offset + len(found))
    return told


def payment(order: BankOrder, page: str) -> Json:
    """A payment object."""
    status = _STATUS[order.state]
    told: Json = {
        "id": order.id,
        "status": status,
        "paid": status in ("waiting_for_capture", "succeeded"),
        "amount": _roubles(order.paid or order.amount),
        "refunded_amount": _roubles(order.refunded),
        "created_at": _moment(order.created_at),
        "description": order.description,
        "metadata": json.loads(order.receipt or "{}").get("metadata", {}),
        "refundable": status == "succeeded" and order.refunded < order.paid,
        "test": True,
    }
    if status == "pending":
        told["confirmation"] = {"type": "redirect", "confirmation_url": f"{page}?mdOrder={order.id}"}
    if status == "canceled":
        merchant = order.state == "reversed"
        told["cancellation_details"] = {
            "party": "merchant" if merchant else "yoo_money",
            "reason": "canceled_by_merchant" if merchant else _REASONS[order.action],
        }
    if status == "succeeded" and order.paid_at:
        told["captured_at"] = _moment(order.paid_at)
    if order.behaviour:
        mask = order.mask
        told["payment_method"] = {
            "type": "bank_card",
            "id": order.saved_card or order.card_id or order.id,
            "saved": bool(order.saved_card or order.card_id),
            "card": {
                "first6": mask[:6],
                "last4": mask[-4:],
                "expiry_year": EXPIRES[:4],
                "expiry_month": EXPIRES[4:],
                "card_type": "Mir",
            },
        }
        if order.rrn:
            told["authorization_details"] = {"rrn": order.rrn, "auth_code": order.auth_code}
    return told


def refund(item: Refunded) -> Json:
    """A refund object."""
    return {
        "id": item.id,
        "payment_id": item.order_id,
        "status": "succeeded",
        "amount": _roubles(item.amount),
        "created_at": _moment(item.at),
        "description": item.note,
    }


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def notification(callback: DueCallback, order: BankOrder, bank: Bank, page: str) -> Json | None:
    """The notification of what happened; None where this dialect has none."""
    if callback.event == "bindingCreated":
        return None
    if callback.event == "refunded":
        found = next(item for item in bank.refunds(order.id) if item.id == callback.subject)
        return {"type": "notification", "event": "refund.succeeded", "object": refund(found)}
    event = "payment.canceled"
    if callback.success and callback.event in ("deposited", "approved"):
        event = "payment.succeeded" if callback.event == "deposited" else "payment.waiting_for_capture"
    return {"type": "notification", "event": event, "object": payment(order, page)}
