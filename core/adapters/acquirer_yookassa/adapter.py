"""Card payments through YooKassa.

Its idempotence keys live for a day. What must not happen twice is therefore looked for first when it may be older, and
a payment carries our number and amount in its metadata, since a partial capture changes the amount itself.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from core.adapters.acquirer_http import GatewayHttp, Reply, check_key, check_order, decoded, read
from core.adapters.acquirer_yookassa import wire
from core.adapters.acquirer_yookassa.settings import YooKassaSettings
from core.adapters.environment import check_url, from_environment
from core.clock import Clock
from core.config import ConfigError
from core.ports.acquirer import (
    AcquirerRefused,
    Callback,
    CallbackRefused,
    Hint,
    Order,
    OrderStatus,
    Refund,
    RefusalReason,
    Registered,
    SavedCard,
)
from core.sdk import AdapterHost

T = TypeVar("T")
_WHERE = "[adapters.acquirer.yookassa]"
_KEY_LIFE = timedelta(hours=23)
"""A day, less an hour for clocks that disagree."""
_CLOCKS = timedelta(minutes=10)
_PAGE = "100"
_MODES = {
    "full_prepayment": "full_prepayment",
    "prepayment": "partial_prepayment",
    "advance": "advance",
    "full_payment": "full_payment",
}
_REFUND_NOTE = "Возврат {key}"
Network = IPv4Network | IPv6Network


class YooKassaAcquirer:
    """Speaks JSON. `fail_url` and `expires_at` of an order are not known there: it has one return and its own hour."""

    name = "yookassa"
    takes_cards = True

    def __init__(self, settings: YooKassaSettings, secret: str, clock: Clock, networks: Sequence[Network]) -> None:
        self._settings, self._clock, self._networks = settings, clock, networks
        self._http = GatewayHttp(
            settings.base_url,
            ca_file=settings.ca_file,
            timeout=settings.timeout,
            max_reply=settings.max_reply,
            auth=httpx.BasicAuth(settings.shop_id, secret),
        )

    # ---- orders
    async def register(self, order: Order) -> Registered:
        check_order(order)
        now = self._clock.now()
        if now >= min(order.expires_at, order.placed_at + _KEY_LIFE):
            return await self._registered_before(order)
        try:
            payment = await self._post("payments", self._payment_fields(order), order.number, wire.PAYMENT)
        except AcquirerRefused as refusal:
            if "dempotence" in refusal.text:  # the same key with another content
                raise AcquirerRefused("conflict", refusal.code, refusal.text) from refusal
            raise
        return Registered(payment.id, payment.confirmation.confirmation_url)

    def _payment_fields(self, order: Order) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "amount": wire.roubles(order.amount),
            "capture": not order.hold,
            "description": order.description[:128],
            "confirmation": {"type": "redirect", "return_url": order.return_url},
            "metadata": {"order_number": order.number, "order_amount": str(order.amount)},
        }
        if order.payer_id:
            fields["merchant_customer_id"] = fields["metadata"]["payer_id"] = order.payer_id
        if order.card_id:
            fields["payment_method_id"] = order.card_id
        else:
            fields |= {"payment_method_data": {"type": "bank_card"}, "save_payment_method": order.save_card}
        if self._settings.receipts:
            fields["receipt"] = self._receipt(order)
        return fields

    def _receipt(self, order: Order) -> dict[str, Any]:
        try:
            items = [
                {
                    "description": item.name[:128],
                    "quantity": "1.00",
                    "amount": wire.roubles(item.amount),
                    "vat_code": self._settings.vat_codes[item.vat],
                    "payment_mode": _MODES[item.method],
                    "payment_subject": item.subject,
                }
                for item in order.items
            ]
        except KeyError as error:
            raise AcquirerRefused("other", "vat", f"vat_codes has no code for {error}") from error
        return {"customer": {"email": order.email}, "items": items}

    async def _registered_before(self, order: Order) -> Registered:
        """The payment of this order, made when its key was still known; nothing is made."""
        async for payment in self._payments(order.placed_at - _CLOCKS, order.placed_at + _KEY_LIFE + _CLOCKS):
            if payment.metadata.get("order_number") == order.number:
                if wire.ordered(payment) != order.amount:
                    raise AcquirerRefused(
                        "conflict", "", f"order {order.number} is for {wire.ordered(payment)} kopecks"
                    )
                return Registered(payment.id, payment.confirmation.confirmation_url)
        raise AcquirerRefused("expired")

    async def status(self, order_id: str) -> OrderStatus:
        return wire.status_of(await self._payment(order_id))

    async def _payment(self, order_id: str) -> wire.Payment:
        return await self._get(f"payments/{quote(order_id, safe='')}", {}, wire.PAYMENT)

    async def orders(self, since: datetime, until: datetime) -> AsyncIterator[OrderStatus]:
        async for payment in self._payments(since, until):
            yield msgspec.structs.replace(wire.status_of(payment), card=None)

    async def _payments(self, since: datetime, until: datetime) -> AsyncIterator[wire.Payment]:
        period = {"created_at.gte": wire.iso(since), "created_at.lt": wire.iso(until), "limit": _PAGE}
        cursor: dict[str, str] = {}
        while True:
            found = await self._get("payments", period | cursor, wire.PAYMENTS)
            for payment in found.items:
                yield payment
            if not found.next_cursor:
                return
            cursor = {"cursor": found.next_cursor}

    # ---- money
    async def capture(self, order_id: str, amount: int) -> None:
        payment = await self._payment(order_id)
        status = wire.status_of(payment)
        if status.paid == amount:
            return
        if status.state != "held" or amount > status.amount:
            raise AcquirerRefused("amount" if status.state == "held" else "state")
        await self._post(
            f"payments/{quote(order_id, safe='')}/capture",
            {"amount": wire.roubles(amount)},
            f"{order_id[:40]}-capture",
            wire.PAYMENT,
        )

    async def refund(self, order_id: str, key: str, amount: int) -> Refund:
        check_key(key)
        known = await self._refund_before(order_id, key)
        if known:
            if known.amount.kopecks != amount:
                raise AcquirerRefused("conflict", "", f"refund {key} is of {known.amount.kopecks} kopecks")
            return wire.refund_of(known)
        status = await self.status(order_id)
        if status.state not in ("paid", "partly_refunded"):
            raise AcquirerRefused("amount" if status.state == "refunded" else "state")
        if amount > status.paid - status.refunded:
            raise AcquirerRefused("amount")
        fields = {
            "payment_id": order_id,
            "amount": wire.roubles(amount),
            "description": _REFUND_NOTE.format(key=key),
        }
        return wire.refund_of(await self._post("refunds", fields, key, wire.REFUND))

    async def _refund_before(self, order_id: str, key: str) -> wire.RefundObject | None:
        cursor: dict[str, str] = {}
        while True:
            found = await self._get("refunds", {"payment_id": order_id, "limit": _PAGE, **cursor}, wire.REFUNDS)
            for item in found.items:
                if item.description == _REFUND_NOTE.format(key=key) and item.status != "canceled":
                    return item
            if not found.next_cursor:
                return None
            cursor = {"cursor": found.next_cursor}

    async def reverse(self, order_id: str) -> None:
        status = await self.status(order_id)
        if status.state == "reversed":
            return
        if status.state != "held":
            raise AcquirerRefused("state")
        await self._post(f"payments/{quote(order_id, safe='')}/cancel", {}, f"{order_id[:40]}-cancel", wire.PAYMENT)

    # ---- saved cards
    async def saved_cards(self, payer_id: str) -> Sequence[SavedCard] | None:
        return None

    async def forget_card(self, card_id: str) -> None:
        """There is no such call: a payment method that is never named again never pays again."""

    # ---- callbacks
    def read_callback(self, callback: Callback) -> Hint:
        try:
            address = ip_address(callback.address)
        except ValueError as error:
            raise CallbackRefused("the sender's address cannot be read") from error
        if not any(address in network for network in self._networks):
            raise CallbackRefused(f"{address} is not an address of the gateway")
        try:
            note = wire.NOTIFICATION.decode(callback.body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise CallbackRefused("not a notification") from error
        if not note.event.startswith("refund."):
            return Hint(note.object.id, note.object.metadata.get("order_number", ""), note.event)
        if not note.object.payment_id:
            raise CallbackRefused("a refund of no payment")
        return Hint(note.object.payment_id, "", note.event)

    async def close(self) -> None:
        await self._http.close()

    # ---- calls
    async def _get(self, path: str, params: dict[str, str], decoder: "msgspec.json.Decoder[T]") -> T:
        reply = await self._http.call("GET", path, changes=False, params=params)
        return decoded(_accepted(path, reply), decoder, False)

    async def _post(self, path: str, fields: dict[str, Any], key: str, decoder: "msgspec.json.Decoder[T]") -> T:
        headers = {"Content-Type": "application/json", "Idempotence-Key": key}
        content = msgspec.json.encode(fields, order="sorted")
        reply = await self._http.call("POST", path, changes=True, content=content, headers=headers)
        return decoded(_accepted(path, reply), decoder, True)


def _accepted(path: str, reply: Reply) -> bytes:
    """The body of a 200. A 202 tells that the work goes on: decoding it fails as a doubt, which is what it is."""
    if reply.status < 300:
        return reply.body
    try:
        error = read(reply.body, wire.ERROR)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        error = wire.ErrorObject(str(reply.status))
    reason: RefusalReason = "not_found" if reply.status == 404 else "other"
    raise AcquirerRefused(reason, error.code, error.description)


def make_yookassa(settings: YooKassaSettings, host: AdapterHost) -> YooKassaAcquirer:
    """The adapter. Raises ConfigError for URLs, secrets, networks and tables that it cannot work with."""
    check_url(settings.base_url, f"{_WHERE} base_url", allow_http=settings.allow_http)
    if settings.receipts and not settings.vat_codes:
        raise ConfigError(f"{_WHERE} vat_codes: receipts need the gateway's codes of VAT rates")
    try:
        networks = [ip_network(text) for text in settings.callback_networks]
    except ValueError as error:
        raise ConfigError(f"{_WHERE} callback_networks: {error}") from error
    secret = from_environment(settings.secret_key_env, f"{_WHERE} secret_key_env")
    return YooKassaAcquirer(settings, secret, host.clock, networks)
