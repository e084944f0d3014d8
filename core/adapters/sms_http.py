"""Text messages through a gateway's HTTP interface: a JSON object posted for each message.

Gateways differ in names only, so the names are settings: where the number, the text and the sender go in the object,
how the caller is known, and how a refusal is told from trouble.
"""

import asyncio
from typing import Annotated, Any, Literal

import httpx
import msgspec

from core.adapters.environment import check_url, from_environment, tls_context
from core.adapters.sms_message import check
from core.config import ConfigError
from core.ports.sms import SmsRefused, SmsUnavailable, TextMessage
from core.sdk import AdapterHost

_WHERE = "[adapters.sms.http]"
FieldPath = Annotated[str, msgspec.Meta(pattern=r"^[^.]+(\.[^.]+)*$(?!\n)")]


class HttpSmsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.sms.http]`"""

    url: str
    """Where messages are posted to."""
    auth: Literal["bearer", "basic", "none"] = "bearer"
    """How the gateway knows us; basic: the variable holds `user:password`."""
    credentials_env: str = ""
    """The environment variable that holds the token, or `user:password`."""
    to_field: FieldPath = "to"
    """Where the number goes: a name, or a path such as `messages.0.to`."""
    text_field: FieldPath = "text"
    """Where the text goes."""
    sender_field: FieldPath = "from"
    """Where the sender goes."""
    sender: str = ""
    """The sender's name or number at the gateway; empty: none is sent."""
    id_field: str = ""
    """Where the message's id goes, if the gateway recognises repetitions by one. It is in Idempotency-Key anyway."""
    extra: dict[str, Any] = {}
    """Further fields of every message, as they are."""
    plus: bool = True
    """True: `+79211234567`; false: `79211234567`."""
    refused_statuses: tuple[int, ...] = (400, 404, 422)
    """Replies by which this very message is refused for good. Any other failure is tried again."""
    status_field: str = ""
    """For gateways that answer 200 and tell the outcome in the reply: where it stands."""
    accepted: tuple[str, ...] = ()
    """Outcomes that mean the message was taken."""
    refused: tuple[str, ...] = ()
    """Outcomes that mean it is refused for good; any other is tried again."""
    allow_http: bool = False
    """True: a URL without TLS is all right."""
    ca_file: str = ""
    """PEM file of the authorities to trust instead of the system's."""
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 15.0
    """Seconds for a whole message, the reply included."""
    max_reply: Annotated[int, msgspec.Meta(gt=0)] = 100_000
    """Bytes of a reply."""


class HttpSms:
    """Posts messages. Only a 2xx, and an accepted outcome where one is told, counts as taken."""

    def __init__(self, settings: HttpSmsSettings, credentials: str) -> None:
        self._settings = settings
        user, _, password = credentials.partition(":")
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "abonent"}
        if settings.auth == "bearer":
            headers["Authorization"] = f"Bearer {credentials}"
        self._client = httpx.AsyncClient(
            verify=tls_context(settings.ca_file),
            timeout=settings.timeout,
            follow_redirects=False,
            trust_env=False,
            headers=headers,
            auth=httpx.BasicAuth(user, password) if settings.auth == "basic" else None,
        )

    async def send(self, message: TextMessage) -> None:
        check(message)
        content = msgspec.json.encode(self._body(message))
        headers = {"Content-Type": "application/json", "Idempotency-Key": message.id}
        try:
            async with asyncio.timeout(self._settings.timeout):
                status, reply = await self._post(content, headers)
        except (httpx.HTTPError, OSError) as error:
            raise SmsUnavailable(f"message {message.id}: {error!r}") from error
        self._judge(message, status, reply)

    async def close(self) -> None:
        await self._client.aclose()

    def _body(self, message: TextMessage) -> Any:
        settings = self._settings
        body: Any = msgspec.json.decode(msgspec.json.encode(settings.extra))
        body = place(body, settings.to_field, message.to if settings.plus else message.to[1:])
        body = place(body, settings.text_field, message.text)
        if settings.sender:
            body = place(body, settings.sender_field, settings.sender)
        return place(body, settings.id_field, message.id) if settings.id_field else body

    async def _post(self, content: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        async with self._client.stream("POST", self._settings.url, content=content, headers=headers) as response:
            reply = bytearray()
            async for chunk in response.aiter_raw():
                reply += chunk
                if len(reply) > self._settings.max_reply:
                    raise SmsUnavailable(f"the gateway's reply exceeds {self._settings.max_reply} bytes")
            return response.status_code, bytes(reply)

    def _judge(self, message: TextMessage, status: int, reply: bytes) -> None:
        settings = self._settings
        if status in settings.refused_statuses:
            raise SmsRefused(f"message {message.id}: the gateway answered {status}")
        if not 200 <= status < 300:
            raise SmsUnavailable(f"message {message.id}: the gateway answered {status}")
        if not settings.status_field:
            return
        outcome = _found(reply, settings.status_field)
        if outcome in settings.refused:
            raise SmsRefused(f"message {message.id}: the gateway told {outcome!r}")
        if outcome not in settings.accepted:
            raise SmsUnavailable(f"message {message.id}: the gateway told {outcome!r}")


def place(body: Any, path: str, value: str) -> Any:
    """`body` with `value` at a path; parts that are numbers are indexes of lists, and what is absent is made."""
    name, _, rest = path.partition(".")
    if name.isdecimal():
        items = list(body or [])
        items += [None] * (int(name) + 1 - len(items))
        items[int(name)] = place(items[int(name)], rest, value) if rest else value
        return items
    fields = dict(body or {})
    fields[name] = place(fields.get(name), rest, value) if rest else value
    return fields


def _found(reply: bytes, path: str) -> str | None:
    """The text or number at a path of a JSON reply, None when it is not there."""
    try:
        node = msgspec.json.decode(reply)
        for name in path.split("."):
            node = node[int(name)] if isinstance(node, list) else node[name]
    except (msgspec.MsgspecError, UnicodeDecodeError, LookupError, TypeError, ValueError):
        return None
    return str(node) if isinstance(node, str | int) else None


def make_sms_http(settings: HttpSmsSettings, host: AdapterHost) -> HttpSms:
    """The adapter. Raises ConfigError for a URL that may not be used, and for credentials that are not there."""
    check_url(settings.url, f"{_WHERE} url", allow_http=settings.allow_http)
    if settings.status_field and not settings.accepted:
        raise ConfigError(f"{_WHERE} accepted: say which outcomes in {settings.status_field!r} mean success")
    if settings.auth == "none":
        return HttpSms(settings, "")
    credentials = from_environment(settings.credentials_env, f"{_WHERE} credentials_env")
    if not credentials.isascii() or not credentials.isprintable():
        raise ConfigError(f"{_WHERE} credentials_env: {settings.credentials_env!r} holds what no header can")
    if settings.auth == "basic" and ":" not in credentials:
        raise ConfigError(f"{_WHERE} credentials_env: {settings.credentials_env!r} must hold user:password")
    return HttpSms(settings, credentials)
