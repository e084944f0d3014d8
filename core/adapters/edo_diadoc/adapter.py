"""Diadoc's HTTP API: a token renewed when it ends, events by their index key, operations by their identifier."""

import asyncio
import base64
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from math import ceil
from typing import Any

import httpx
import msgspec

from core.adapters.edo_diadoc import wire
from core.adapters.edo_diadoc.settings import DiadocSettings
from core.adapters.environment import check_url, from_environment, tls_context
from core.ports.edo_operator import (
    MOST_EVENTS,
    OperatorEvent,
    OperatorEvents,
    OperatorRefused,
    OperatorUnavailable,
    Outgoing,
    Patch,
    Sent,
)
from core.sdk import AdapterHost

_LATER = frozenset({408, 425, 429})
_LONGEST_PAUSE = 30.0
_LONGEST_WORDS = 64_000
"""Bytes of a rejection, a request for annulment, a report that are read."""
_LONGEST_KEY = 500
_PIECE = 48 * 1024
"""Bytes that are put into base64 at once; divisible by three."""
_PAGE, _PLACE = msgspec.json.Decoder(wire.Page), msgspec.json.Decoder(wire.Place)
_STEP = msgspec.json.Decoder(wire.Step)
_MESSAGE, _REPORT = msgspec.json.Decoder(wire.Message), msgspec.json.Decoder(wire.Report)
_BROKEN = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class Keys(msgspec.Struct, frozen=True):
    """What the account is known by."""

    client_id: str
    login: str
    password: str


class DiadocOperator:
    """Reads and posts; whatever is not exactly as agreed is no answer."""

    works = True

    def __init__(self, settings: DiadocSettings, keys: Keys, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.box_id = wire.box(settings.box_id)
        self._settings, self._keys = settings, keys
        self._token, self._entering = "", asyncio.Lock()
        self._client = httpx.AsyncClient(
            base_url=settings.url,
            transport=transport,
            verify=tls_context(settings.ca_file),
            timeout=settings.timeout,
            follow_redirects=False,
            trust_env=False,
            headers={"Accept": "application/json", "User-Agent": "abonent"},
        )

    async def close(self) -> None:
        await self._client.aclose()

    # ---- what happened
    async def events(self, after: str, limit: int) -> OperatorEvents:
        asked = {"boxId": self.box_id, "limit": str(min(limit, MOST_EVENTS))}
        if after:
            asked["afterIndexKey"] = after
        body = await self._patiently(lambda: self._read("/V8/GetNewEvents", asked, self._settings.max_reply))
        try:
            raws = _PAGE.decode(body).events or []
            places = [_PLACE.decode(raw) for raw in raws]
        except _BROKEN as error:
            raise OperatorUnavailable(f"the operator's page is malformed: {error}") from error
        if len(raws) > min(limit, MOST_EVENTS):
            raise OperatorUnavailable(f"the operator gave {len(raws)} events where {limit} were asked")
        if not raws:
            return OperatorEvents((), after, more=False)
        cursor = places[-1].index_key
        if cursor == after or not 0 < len(cursor) <= _LONGEST_KEY:
            raise OperatorUnavailable("the operator gave events without moving the index key")
        items: list[OperatorEvent] = []
        for raw, place in zip(raws, places, strict=True):
            items += await self._understood(raw, place)
        return OperatorEvents(items, cursor, more=len(raws) == min(limit, MOST_EVENTS))

    async def _understood(self, raw: msgspec.Raw, place: wire.Place) -> list[OperatorEvent]:
        """What a step means; what cannot be read is said to be so and does not hold up what follows."""
        try:
            found = wire.events_of(_STEP.decode(raw))
        except (*_BROKEN, ValueError, OverflowError) as error:
            return [wire.not_understood(place, str(error)[:300])]
        events = [event if entity is None else await self._told(event, entity) for event, entity in found]
        return [event for event in events if event is not None]

    async def _told(self, event: OperatorEvent, entity: wire.Entity) -> OperatorEvent | None:
        """The event with what its content says; None: a report that finds nothing wrong."""
        content = await self._words(event.message_id, entity)
        if event.kind != "verdict":
            return msgspec.structs.replace(event, text=wire.reason(content))
        try:
            return None if _REPORT.decode(content).is_valid else event
        except _BROKEN:
            return msgspec.structs.replace(event, kind="other", text="the report on a signature cannot be read")

    async def _words(self, message_id: str, entity: wire.Entity) -> bytes:
        """A small content; empty where there is none."""
        if entity.content is not None and entity.content.data:
            try:
                return base64.b64decode(entity.content.data)
            except ValueError:
                return b""
        asked = self._where(message_id, entity.entity_id)
        return await self._patiently(lambda: self._read("/V4/GetEntityContent", asked, _LONGEST_WORDS, missing=b""))

    def _where(self, message_id: str, entity_id: str) -> dict[str, str]:
        return {"boxId": self.box_id, "messageId": message_id, "entityId": entity_id}

    async def content(self, message_id: str, entity_id: str) -> AsyncGenerator[bytes, None]:
        deadline = time.monotonic() + self._settings.content_timeout
        asked = self._where(message_id, entity_id)
        try:
            async with self._asked("GET", "/V4/GetEntityContent", asked) as response:
                if response.status_code != 200:
                    raise _not_now(response)
                async for piece in response.aiter_bytes():
                    if time.monotonic() > deadline:
                        raise OperatorUnavailable("the operator gives a document too slowly")
                    yield piece
        except (httpx.HTTPError, OSError) as error:
            raise OperatorUnavailable(f"operator: {error!r}") from error

    # ---- what is sent
    async def send(self, operation_id: str, message: Outgoing) -> Sent:
        gap = f"<the content of {operation_id}>"
        before, after = wire.message_frame(operation_id, message, gap).split(gap.encode(), 1)
        length = len(before) + 4 * ceil(message.size / 3) + len(after)

        async def body() -> AsyncIterator[bytes]:
            yield before
            async for piece in _in_base64(message.content()):
                yield piece
            yield after

        seconds = self._settings.content_timeout
        return await self._post("/V3/PostMessage", operation_id, body, seconds, {"Content-Length": str(length)})

    async def patch(self, operation_id: str, patch: Patch) -> Sent:
        body = wire.patch_body(operation_id, patch)
        return await self._post("/V4/PostMessagePatch", operation_id, lambda: body, self._settings.timeout, {})

    async def _post(
        self, path: str, operation_id: str, body: Callable[[], Any], seconds: float, headers: Mapping[str, str]
    ) -> Sent:
        try:
            async with (
                asyncio.timeout(seconds),
                self._asked("POST", path, {"operationId": operation_id}, body, headers) as response,
            ):
                answer = await self._whole(response, self._settings.max_reply)
        except (httpx.HTTPError, OSError) as error:
            raise OperatorUnavailable(f"operator: {error!r}") from error
        status = response.status_code
        if status == 409:
            return Sent("", "", duplicate=True)
        if 400 <= status < 500 and status != 401 and status not in _LATER:
            code = response.headers.get("x-diadoc-errorcode") or str(status)
            raise OperatorRefused(code[:100], answer.decode(errors="replace")[:1000])
        if status != 200:
            raise _not_now(response)
        try:
            taken = _MESSAGE.decode(answer)
        except _BROKEN as error:
            raise OperatorUnavailable(f"the operator's answer is malformed: {error}") from error
        return Sent(taken.message_id, wire.entity_sent(taken, operation_id))

    # ---- asking
    async def _patiently(self, ask: Callable[[], Any]) -> bytes:
        pause = self._settings.pause
        for attempt in range(1, self._settings.attempts + 1):
            try:
                answer: bytes = await ask()
            except OperatorUnavailable as error:
                if attempt == self._settings.attempts:
                    raise
                await asyncio.sleep(min(max(pause, error.retry_after), _LONGEST_PAUSE))
                pause *= 2
            else:
                return answer
        raise AssertionError("there is an attempt")

    async def _read(self, path: str, asked: Mapping[str, str], most: int, missing: bytes | None = None) -> bytes:
        try:
            async with asyncio.timeout(self._settings.timeout), self._asked("GET", path, asked) as response:
                if response.status_code == 404 and missing is not None:
                    return missing
                if response.status_code != 200:
                    raise _not_now(response)
                return await self._whole(response, most)
        except (httpx.HTTPError, OSError) as error:
            raise OperatorUnavailable(f"operator: {error!r}") from error

    async def _whole(self, response: httpx.Response, most: int) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > most:
                raise OperatorUnavailable(f"the operator's answer exceeds {most} bytes")
        return bytes(body)

    @asynccontextmanager
    async def _asked(
        self,
        method: str,
        path: str,
        asked: Mapping[str, str],
        body: Callable[[], Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[httpx.Response]:
        """The answer, not yet read; asked once more with a new token where the old one has ended."""
        ended = ""
        for last in (False, True):
            token = await self._entered(ended)
            sent = {"Authorization": self._credentials(token), **(headers or {})}
            if body is not None:
                sent["Content-Type"] = "application/json; charset=utf-8"
            request = self._client.build_request(
                method, path, params=dict(asked), content=body() if body else None, headers=sent
            )
            response = await self._client.send(request, stream=True)
            try:
                if response.status_code != 401 or last:
                    yield response
                    return
                ended = token
            finally:
                await response.aclose()

    async def _entered(self, ended: str) -> str:
        """A token; another one than `ended`. Raises OperatorUnavailable, httpx.HTTPError."""
        async with self._entering:
            if not self._token or self._token == ended:
                login = {"login": self._keys.login, "password": self._keys.password}
                async with (
                    asyncio.timeout(self._settings.timeout),
                    self._client.stream(
                        "POST",
                        "/V3/Authenticate",
                        params={"type": "password"},
                        content=msgspec.json.encode(login),
                        headers={"Authorization": self._credentials(), "Content-Type": "application/json"},
                    ) as response,
                ):
                    token = (await self._whole(response, _LONGEST_WORDS)).decode("latin-1").strip()
                if response.status_code != 200 or not token or not token.isascii() or not token.isprintable():
                    raise _not_now(response)
                self._token = token
            return self._token

    def _credentials(self, token: str = "") -> str:
        known = f"DiadocAuth ddauth_api_client_id={self._keys.client_id}"
        return f"{known},ddauth_token={token}" if token else known


def _not_now(response: httpx.Response) -> OperatorUnavailable:
    after = response.headers.get("retry-after", "")
    seconds = float(after) if after.isascii() and after.isdigit() else 0.0
    return OperatorUnavailable(f"the operator answered {response.status_code}", seconds)


async def _in_base64(content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A stream in base64, without ever holding more than a piece of it."""
    left = bytearray()
    async for piece in content:
        left += piece
        whole = len(left) // _PIECE * _PIECE
        if whole:
            yield base64.b64encode(left[:whole])
            del left[:whole]
    yield base64.b64encode(left)


def make_diadoc(settings: DiadocSettings, _: AdapterHost) -> DiadocOperator:
    """The adapter. Raises ConfigError for a URL that may not be used and for a missing secret."""
    where = "[adapters.edo_operator.diadoc]"
    check_url(settings.url, f"{where} url", allow_http=settings.allow_http)
    keys = Keys(
        from_environment(settings.client_id_env, f"{where} client_id_env"),
        from_environment(settings.login_env, f"{where} login_env"),
        from_environment(settings.password_env, f"{where} password_env"),
    )
    return DiadocOperator(settings, keys)
