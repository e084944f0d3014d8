"""What the dialects of card gateways have in common: one way to call, and to tell "no" from "nobody knows"."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

import httpx
import msgspec
from stdnum import luhn

from core.adapters.environment import tls_context
from core.ports.acquirer import ORDER_NUMBER, AcquirerUnavailable, Order, OutcomeUnknown

T = TypeVar("T")
_NUMBER = re.compile(ORDER_NUMBER, re.ASCII)
_MASK = re.compile(r"(\d{0,6})\d*[*xX]+\d*?(\d{0,4})", re.ASCII)
_PAN = re.compile(r"(\d{6})\d+(\d{4})", re.ASCII)
_WRITTEN = re.compile(r"(?<![0-9A-Za-z-])\d(?:[ -]?\d){12,18}(?![0-9A-Za-z-])", re.ASCII)
"""What may be a card's number in a text; an identifier of our own or of a gateway's never is."""
_CODE = re.compile(r"\b(cv[cvpn]2?|csc|ппк2?)(\W{0,3})[0-9]{3,4}\b", re.IGNORECASE)
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_UNDECIDED = 408
"""The one status below 500 by which a gateway may have heard us: it waited for the rest of the request."""


class Reply(msgspec.Struct, frozen=True):
    """A whole reply, whatever its status."""

    status: int
    body: bytes


class GatewayHttp:
    """Calls of one gateway. No secret stands in a URL, so that no log can hold one."""

    def __init__(
        self, base_url: str, *, ca_file: str, timeout: float, max_reply: int, auth: httpx.Auth | None = None
    ) -> None:
        self._base, self._timeout, self._max_reply = base_url.rstrip("/"), timeout, max_reply
        self._client = httpx.AsyncClient(
            verify=tls_context(ca_file),
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
            auth=auth,
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "abonent"},
        )

    async def call(
        self,
        method: str,
        path: str,
        *,
        changes: bool,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Reply:
        """The reply to a call. Statuses that say nothing about what became of it are raised as `doubt` does."""
        url = f"{self._base}/{path}"
        try:
            async with asyncio.timeout(self._timeout):
                reply = await self._read(method, url, changes, content=content, headers=headers, params=params)
        except _NEVER_LEFT as error:
            raise AcquirerUnavailable(f"{path}: {error!r}") from error
        except (httpx.HTTPError, OSError) as error:
            doubt(changes, f"{path}: {error!r}", error)
        if reply.status >= 500 or reply.status == _UNDECIDED:
            doubt(changes, f"{path}: the gateway answered {reply.status}")
        if reply.status in (401, 403, 429) or 300 <= reply.status < 400:
            raise AcquirerUnavailable(f"{path}: the gateway answered {reply.status}")
        return reply

    async def close(self) -> None:
        """Lets go of connections."""
        await self._client.aclose()

    async def _read(self, method: str, url: str, changes: bool, **request: object) -> Reply:
        async with self._client.stream(method, url, **request) as response:  # type: ignore[arg-type]
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > self._max_reply:
                    doubt(changes, f"the gateway's reply exceeds {self._max_reply} bytes")
            return Reply(response.status_code, bytes(body))


def doubt(changes: bool, why: str, cause: BaseException | None = None) -> NoReturn:
    """What an unclear end of a call means: a reading is repeated at leisure, a change until it is clear."""
    raise (OutcomeUnknown if changes else AcquirerUnavailable)(why) from cause


def decoded(body: bytes, decoder: "msgspec.json.Decoder[T]", changes: bool) -> T:
    """The reply as its type; anything else is a doubt. The body is not told: it may hold what no log should."""
    try:
        return read(body, decoder)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        doubt(changes, f"the gateway's reply is malformed: {type(error).__name__}", error)


def read(body: bytes, decoder: "msgspec.json.Decoder[T]") -> T:
    """The reply as its type, without numbers of cards in its texts. Raises what the decoder raises."""
    return msgspec.convert(_without_cards(msgspec.json.decode(body)), decoder.type)


def _without_cards(told: Any) -> Any:
    if isinstance(told, str):
        return without_cards(told)
    if isinstance(told, dict):
        return {name: _without_cards(value) for name, value in told.items()}
    return [_without_cards(one) for one in told] if isinstance(told, list) else told


def without_cards(said: str | int) -> str:
    """A text or a code of a gateway's with the numbers of cards masked and their secret codes left out: what a gateway
    says is stored, logged and shown, and it does say such things in its explanations."""
    return _CODE.sub(r"\1\2***", _WRITTEN.sub(_masked, str(said)))


def _masked(found: "re.Match[str]") -> str:
    digits = re.sub("[ -]", "", found[0])
    return card_mask(digits) if luhn.is_valid(digits) else found[0]


def check_order(order: Order) -> None:
    """Raises ValueError for an order that no gateway could take as we mean it."""
    check_key(order.number)
    if order.amount <= 0:
        raise ValueError(f"order {order.number}: {order.amount} kopecks")
    if order.items and sum(item.amount for item in order.items) != order.amount:
        raise ValueError(f"order {order.number}: the items do not add up to {order.amount}")
    if (order.save_card or order.card_id) and not order.payer_id:
        raise ValueError(f"order {order.number}: a saved card is somebody's")


def check_key(key: str) -> None:
    """Raises ValueError for what is no key of ours."""
    if not _NUMBER.match(key):
        raise ValueError(f"not a number that every gateway takes: {key!r}")


def card_mask(text: str) -> str:
    """A card's number as we may keep it: at most the first six and the last four digits, whatever the gateway sends."""
    found = _MASK.fullmatch(text) or _PAN.fullmatch(text)
    return f"{found[1]}**{found[2]}" if found else ""
