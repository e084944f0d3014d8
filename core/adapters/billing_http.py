"""Billing that is pushed: batches of facts posted as signed JSON."""

import asyncio
import hmac
from collections.abc import Sequence
from typing import Annotated

import httpx
import msgspec

from core.adapters.environment import check_url, from_environment, tls_context
from core.config import ConfigError
from core.ports.billing import Answer, BillingUnavailable, Fact
from core.sdk import AdapterHost, Clock

_NO_CONTENT = 204


class HttpBillingSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.billing.http]`"""

    url: str
    """Where batches are posted to."""
    key_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z._-]{1,64}\Z")]
    """Tells billing which key signed, so that keys can be changed without a pause."""
    key_env: str
    """The environment variable that holds the shared key, at least 32 characters."""
    allow_http: bool = False
    """True: a URL without TLS is all right."""
    ca_file: str = ""
    """PEM file of the authorities to trust instead of the system's."""
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 30.0
    """Seconds for a whole batch, the reply included."""
    max_reply: Annotated[int, msgspec.Meta(gt=0)] = 1_000_000
    """Bytes of a reply."""


class _Batch(msgspec.Struct, frozen=True):
    facts: Sequence[Fact]


class _Reply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    answers: list[Answer]


_REPLY = msgspec.json.Decoder(_Reply)


class HttpBilling:
    """Posts facts and reads the answers known at once. Only a 2xx with a sound reply counts as taken."""

    pushes = True

    def __init__(self, settings: HttpBillingSettings, clock: Clock, key: bytes) -> None:
        self._settings, self._clock, self._key = settings, clock, key
        self._client = httpx.AsyncClient(
            verify=tls_context(settings.ca_file),
            timeout=settings.timeout,
            follow_redirects=False,
            trust_env=False,
            headers={"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "abonent"},
        )

    async def deliver(self, facts: Sequence[Fact]) -> Sequence[Answer]:
        if not facts:
            return ()
        body = msgspec.json.encode(_Batch(facts))
        try:
            async with asyncio.timeout(self._settings.timeout):
                reply = await self._post(body, self._headers(facts, body))
        except (httpx.HTTPError, OSError) as error:
            raise BillingUnavailable(f"billing: {error!r}") from error
        return _answers(reply, facts)

    async def close(self) -> None:
        await self._client.aclose()

    def _headers(self, facts: Sequence[Fact], body: bytes) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "Idempotency-Key": f"{facts[0].id}..{facts[-1].id}",
            "X-Abonent-Key-Id": self._settings.key_id,
            "X-Abonent-Signature": signature(self._key, int(self._clock.now().timestamp()), body),
        }

    async def _post(self, body: bytes, headers: dict[str, str]) -> bytes:
        """The body of a 2xx reply, empty for 204."""
        async with self._client.stream("POST", self._settings.url, content=body, headers=headers) as response:
            if not response.is_success:
                raise BillingUnavailable(f"billing answered {response.status_code}")
            if response.headers.get("content-encoding", "identity") != "identity":
                raise BillingUnavailable("billing compressed its reply, which was not asked for")
            reply = bytearray()
            async for chunk in response.aiter_raw():
                reply += chunk
                if len(reply) > self._settings.max_reply:
                    raise BillingUnavailable(f"billing's reply exceeds {self._settings.max_reply} bytes")
            return b'{"answers":[]}' if response.status_code == _NO_CONTENT else bytes(reply)


def signature(key: bytes, moment: int, body: bytes) -> str:
    """The value of `X-Abonent-Signature`: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`."""
    return f"t={moment},v1={hmac.digest(key, b'%d.%b' % (moment, body), 'sha256').hex()}"


def _answers(reply: bytes, facts: Sequence[Fact]) -> list[Answer]:
    """The answers inside a reply. Raises BillingUnavailable for anything that is not exactly as agreed."""
    try:
        answers = _REPLY.decode(reply).answers
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BillingUnavailable(f"billing's reply is malformed: {error}") from error
    sent = {fact.id for fact in facts}
    seen: set[tuple[str, str]] = set()
    for answer in answers:
        if answer.fact_id not in sent:
            raise BillingUnavailable("billing answered a fact that was not in the batch")
        if (answer.fact_id, answer.item) in seen:
            raise BillingUnavailable(f"billing answered the fact {answer.fact_id} twice")
        if answer.delay:
            raise BillingUnavailable("billing set `delay`, which only a simulator may")
        if "\x00" in answer.code + answer.text + answer.item:
            raise BillingUnavailable(f"billing's answer to {answer.fact_id} holds a NUL, which no database keeps")
        seen.add((answer.fact_id, answer.item))
    return answers


def make_http(settings: HttpBillingSettings, host: AdapterHost) -> HttpBilling:
    """The adapter. Raises ConfigError for a URL that may not be used and for a missing or short key."""
    where = "[adapters.billing.http]"
    check_url(settings.url, f"{where} url", allow_http=settings.allow_http)
    key = from_environment(settings.key_env, f"{where} key_env").encode()
    if len(key) < 32:
        raise ConfigError(f"{where} key_env: the key in {settings.key_env!r} is shorter than 32 characters")
    return HttpBilling(settings, host.clock, key)
