"""The adapter `rbs` of the port `acquirer`.

A call that ends with an error code is judged by the order's status, read anew: codes alone do not tell "too late" from
"try again", and `7` may mean anything.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import msgspec

from core.adapters.acquirer_http import GatewayHttp, card_mask, check_key, check_order, decoded, doubt, without_cards
from core.adapters.acquirer_rbs import callbacks, wire
from core.adapters.acquirer_rbs.settings import RbsSettings
from core.adapters.environment import check_url, from_environment
from core.clock import Clock
from core.config import ConfigError
from core.ports.acquirer import (
    AcquirerError,
    AcquirerRefused,
    AcquirerUnavailable,
    Callback,
    CallbackRefused,
    Hint,
    Order,
    OrderStatus,
    OutcomeUnknown,
    Refund,
    RefusalReason,
    Registered,
    SavedCard,
)
from core.sdk import AdapterHost

T = TypeVar("T", bound=wire.Outcome)
_WHERE = "[adapters.acquirer.rbs]"
_PAGE = 100
_LIST_STATES = "CREATED,APPROVED,DEPOSITED,DECLINED,REVERSED,REFUNDED"
_TAKEN = ("paid", "partly_refunded", "refunded")


class RbsAcquirer:
    """Speaks form-encoded POST, hears JSON."""

    name = "rbs"
    takes_cards = True

    def __init__(
        self, settings: RbsSettings, credentials: dict[str, str], clock: Clock, check: callbacks.Check | None
    ) -> None:
        self._settings, self._credentials, self._clock, self._check = settings, credentials, clock, check
        self._zone = ZoneInfo(settings.timezone)
        self._http = GatewayHttp(
            settings.base_url, ca_file=settings.ca_file, timeout=settings.timeout, max_reply=settings.max_reply
        )

    # ---- orders
    async def register(self, order: Order) -> Registered:
        check_order(order)
        seconds = int((order.expires_at - self._clock.now()).total_seconds())
        if seconds < 1:
            return await self._registered_before(order)
        call = "registerPreAuth.do" if order.hold else "register.do"
        reply = await self._call(call, self._order_fields(order, seconds), wire.REGISTRATION, changes=True)
        if reply.succeeded:
            if not reply.order_id or not reply.form_url.startswith(("https://", "http://")):
                doubt(True, f"order {order.number}: registered without an id or a page")
            return Registered(reply.order_id, reply.form_url)
        if reply.code == wire.DUPLICATE:
            try:
                return await self._registered_before(order)
            except AcquirerUnavailable as error:
                raise OutcomeUnknown(str(error)) from error
        if reply.code == wire.SYSTEM:
            doubt(True, f"order {order.number}: {reply.error_message}")
        raise AcquirerRefused("other", reply.code, reply.error_message)

    def _order_fields(self, order: Order, seconds: int) -> dict[str, str]:
        fields = {
            "orderNumber": order.number,
            "amount": str(order.amount),
            "currency": "643",
            "returnUrl": order.return_url,
            "failUrl": order.fail_url,
            "description": order.description,
            "language": "ru",
            "sessionTimeoutSecs": str(seconds),
            "email": order.email,
            "clientId": order.payer_id if order.save_card or order.card_id else "",
            "bindingId": order.card_id,
            "features": "FORCE_CREATE_BINDING" if order.save_card and not order.card_id else "",
            "dynamicCallbackUrl": self._settings.callback_url,
            "orderBundle": self._receipt(order),
        }
        return {name: value for name, value in fields.items() if value}

    def _receipt(self, order: Order) -> str:
        settings = self._settings
        if not settings.receipts:
            return ""
        try:
            bundle = wire.receipt_of(order, settings.vat_codes, settings.ffd_version, settings.measure)
        except KeyError as error:
            raise AcquirerRefused("other", "vat", f"vat_codes has no code for {error}") from error
        return msgspec.json.encode(bundle).decode()

    async def _registered_before(self, order: Order) -> Registered:
        """The order that the gateway has under this number; nothing is made."""
        try:
            status = await self._ask({"orderNumber": order.number}, "")
        except AcquirerRefused as refusal:
            if refusal.reason != "not_found":
                raise
            if order.expires_at <= self._clock.now():
                raise AcquirerRefused("expired") from refusal
            raise AcquirerUnavailable(f"order {order.number}: known to one call and unknown to another") from refusal
        if status.amount != order.amount:
            raise AcquirerRefused("conflict", wire.DUPLICATE, f"order {order.number} is for {status.amount} kopecks")
        return Registered(status.order_id, self._settings.page_url.format(order_id=status.order_id))

    async def status(self, order_id: str) -> OrderStatus:
        return await self._ask({"orderId": order_id}, order_id)

    async def _ask(self, which: dict[str, str], order_id: str) -> OrderStatus:
        info = await self._call("getOrderStatusExtended.do", which, wire.ORDER_INFO, changes=False)
        if info.code == wire.NO_ORDER:
            raise AcquirerRefused("not_found", info.code, info.error_message)
        if not info.succeeded:
            raise AcquirerUnavailable(f"order status: {info.code} {info.error_message}")
        return self._status_of(info, order_id)

    def _status_of(self, info: wire.OrderInfo, order_id: str = "") -> OrderStatus:
        known = order_id or info.order_id
        if not known:
            raise AcquirerUnavailable(f"order {info.order_number}: the gateway does not tell its id")
        return wire.status_of(info, known, refunds_lower_deposit=self._settings.refunds_lower_deposit)

    async def orders(self, since: datetime, until: datetime) -> AsyncIterator[OrderStatus]:
        period = {
            "from": self._local(since),
            "to": self._local(until + timedelta(seconds=1)),
            "transactionStates": _LIST_STATES,
            "merchants": "",
            "searchByCreatedDate": "true",
            "size": str(_PAGE),
        }
        page, seen = 0, 0
        while True:
            found = await self._call(
                "getLastOrdersForMerchants.do", {**period, "page": str(page)}, wire.ORDER_LIST, changes=False
            )
            if not found.succeeded:
                raise AcquirerUnavailable(f"orders: {found.code} {found.error_message}")
            for info in found.order_statuses:
                if since <= datetime.fromtimestamp((info.date or 0) / 1000, UTC) < until:
                    yield self._status_of(info)
            page, seen = page + 1, seen + len(found.order_statuses)
            if not found.order_statuses or seen >= found.total_count:
                return

    def _local(self, moment: datetime) -> str:
        return moment.astimezone(self._zone).strftime("%Y%m%d%H%M%S")

    # ---- money
    async def capture(self, order_id: str, amount: int) -> None:
        if (outcome := await self._act("deposit.do", orderId=order_id, amount=str(amount))).succeeded:
            return
        status = await self._after(outcome, order_id)
        if status.state in _TAKEN and status.paid == amount:
            return
        raise _refusal(outcome, "state" if status.state != "held" else "amount" if amount > status.amount else None)

    async def refund(self, order_id: str, key: str, amount: int) -> Refund:
        check_key(key)
        outcome = await self._act("refund.do", orderId=order_id, amount=str(amount), externalRefundId=key)
        if outcome.succeeded:
            return Refund(key, amount, "done")
        status = await self._after(outcome, order_id)
        if status.state not in _TAKEN:
            raise _refusal(outcome, "state")
        raise _refusal(outcome, "amount" if amount > status.paid - status.refunded else None)

    async def reverse(self, order_id: str) -> None:
        if (outcome := await self._act("reverse.do", orderId=order_id)).succeeded:
            return
        status = await self._after(outcome, order_id)
        if status.state != "reversed":
            raise _refusal(
                outcome, None if status.state in ("held", "paid") and outcome.code == wire.SYSTEM else "state"
            )

    async def _act(self, call: str, **fields: str) -> wire.Outcome:
        return await self._call(call, fields, wire.OUTCOME, changes=True)

    async def _after(self, outcome: wire.Outcome, order_id: str) -> OrderStatus:
        """The order as it is after an error code. After the code that may mean anything, not to know is a doubt."""
        try:
            return await self.status(order_id)
        except AcquirerUnavailable as error:
            if outcome.code == wire.SYSTEM:
                raise OutcomeUnknown(str(error)) from error
            raise

    # ---- saved cards
    async def saved_cards(self, payer_id: str) -> Sequence[SavedCard]:
        found = await self._call("getBindings.do", {"clientId": payer_id}, wire.BINDINGS, changes=False)
        if found.code == wire.NOTHING_FOUND:
            return []
        if not found.succeeded:
            raise AcquirerUnavailable(f"saved cards: {found.code} {found.error_message}")
        return [
            SavedCard(
                item.binding_id,
                payer_id,
                card_mask(item.masked_pan),
                without_cards(item.expiry_date),
                item.payment_system,
            )
            for item in found.bindings
        ]

    async def forget_card(self, card_id: str) -> None:
        outcome = await self._act("unBindCard.do", bindingId=card_id)
        if not outcome.succeeded and outcome.code != wire.NOTHING_FOUND:
            raise _refusal(outcome, None)

    # ---- callbacks
    def read_callback(self, callback: Callback) -> Hint:
        if self._check is None:
            raise CallbackRefused("callbacks are switched off")
        return callbacks.read_callback(callback, self._check)

    async def close(self) -> None:
        await self._http.close()

    async def _call(self, call: str, fields: dict[str, str], decoder: "msgspec.json.Decoder[T]", *, changes: bool) -> T:
        content = urlencode({**self._credentials, **fields}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        reply = await self._http.call("POST", call, changes=changes, content=content, headers=headers)
        if not 200 <= reply.status < 300:
            raise AcquirerUnavailable(f"{call}: the gateway answered {reply.status}")
        return decoded(reply.body, decoder, changes)


def _refusal(outcome: wire.Outcome, reason: RefusalReason | None) -> AcquirerError:
    """None: nothing in the order stands against it, so a system error is a doubt and any other code is a no."""
    if reason is None and outcome.code == wire.SYSTEM:
        return OutcomeUnknown(f"{outcome.code} {outcome.error_message}")
    return AcquirerRefused(reason or "other", outcome.code, outcome.error_message)


def make_rbs(settings: RbsSettings, host: AdapterHost) -> RbsAcquirer:
    """The adapter. Raises ConfigError for URLs, secrets, files and tables that it cannot work with."""
    check_url(settings.base_url, f"{_WHERE} base_url", allow_http=settings.allow_http)
    check_url(settings.page_url, f"{_WHERE} page_url", allow_http=settings.allow_http)
    if settings.page_url.replace("{order_id}", "", 1).count("{") or "{order_id}" not in settings.page_url:
        raise ConfigError(f"{_WHERE} page_url: say where the order goes, as {{order_id}}")
    if settings.receipts and not settings.vat_codes:
        raise ConfigError(f"{_WHERE} vat_codes: receipts need the bank's codes of VAT rates")
    try:
        ZoneInfo(settings.timezone)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigError(f"{_WHERE} timezone: no such zone {settings.timezone!r}") from error
    return RbsAcquirer(settings, _credentials(settings), host.clock, _callback_check(settings))


def _credentials(settings: RbsSettings) -> dict[str, str]:
    secret = from_environment(settings.credentials_env, f"{_WHERE} credentials_env")
    if settings.auth == "token":
        return {"token": secret}
    user, colon, password = secret.partition(":")
    if not (user and colon and password):
        raise ConfigError(f"{_WHERE} credentials_env: {settings.credentials_env!r} must hold user:password")
    return {"userName": user, "password": password}


def _callback_check(settings: RbsSettings) -> callbacks.Check | None:
    if settings.callbacks == "off":
        return None
    if settings.callbacks == "rsa":
        return callbacks.by_certificate(settings.callback_certificate, f"{_WHERE} callback_certificate")
    return callbacks.by_hmac(from_environment(settings.callback_key_env, f"{_WHERE} callback_key_env").encode())
