"""A metering platform behind HTTP: pages of changes by a cursor, asked again where an answer did not come."""

import asyncio
from typing import Annotated

import httpx
import msgspec

from core.adapters.environment import check_url, from_environment, tls_context
from core.ports.metering import Change, Changes, MeteringUnavailable
from core.sdk import AdapterHost

_TOO_MANY, _FAILED = 429, 500
_LONGEST_CURSOR = 500
_LONGEST_PAUSE = 30.0


class HttpMeteringSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.metering.http]`"""

    url: str
    """Where changes are asked for; `?after=<cursor>&limit=<number>` is added."""
    key_env: str
    """The environment variable that holds the key, sent as `Authorization: Bearer`."""
    allow_http: bool = False
    """True: a URL without TLS is all right."""
    ca_file: str = ""
    """PEM file of the authorities to trust instead of the system's."""
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 30.0
    """Seconds for a page, the whole of it."""
    attempts: Annotated[int, msgspec.Meta(ge=1, le=10)] = 3
    """So often a page is asked for before the pull gives up until the next time."""
    pause: Annotated[float, msgspec.Meta(ge=0)] = 0.5
    """Seconds before the second attempt; doubled before each further one. `Retry-After` is heeded."""
    max_reply: Annotated[int, msgspec.Meta(gt=0)] = 20_000_000
    """Bytes of a page."""


class _Page(msgspec.Struct, frozen=True):
    items: list[Change]
    next: Annotated[str, msgspec.Meta(max_length=_LONGEST_CURSOR, pattern=r"^[^\x00]*$(?!\n)")]
    more: bool


class _Again(Exception):
    """This attempt failed, the next one may not."""

    def __init__(self, reason: str, pause: float = 0.0) -> None:
        super().__init__(reason)
        self.pause = pause


_PAGE = msgspec.json.Decoder(_Page)


class HttpMetering:
    """Asks, and believes only what is exactly as agreed: a bad page is no page."""

    pulls = True

    def __init__(self, settings: HttpMeteringSettings, key: str) -> None:
        self._settings = settings
        self._client = httpx.AsyncClient(
            verify=tls_context(settings.ca_file),
            timeout=settings.timeout,
            follow_redirects=False,
            trust_env=False,
            headers={"Authorization": f"Bearer {key}", "Accept": "application/json", "User-Agent": "abonent"},
        )

    async def changes(self, after: str, limit: int) -> Changes:
        pause = self._settings.pause
        for attempt in range(1, self._settings.attempts + 1):
            try:
                return await self._asked(after, limit)
            except _Again as error:
                if attempt == self._settings.attempts:
                    raise MeteringUnavailable(str(error)) from error
                await asyncio.sleep(min(max(pause, error.pause), _LONGEST_PAUSE))
                pause *= 2
        raise AssertionError("there is an attempt")

    async def close(self) -> None:
        await self._client.aclose()

    async def _asked(self, after: str, limit: int) -> Changes:
        try:
            async with asyncio.timeout(self._settings.timeout):
                body = await self._body(after, limit)
        except (httpx.HTTPError, OSError) as error:
            raise _Again(f"metering platform: {error!r}") from error
        try:
            page = _PAGE.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _Again(f"the metering platform's page is malformed: {error}") from error
        if len(page.items) > limit:
            raise MeteringUnavailable(f"the metering platform gave {len(page.items)} changes where {limit} were asked")
        if page.next == after and (page.items or page.more):
            raise MeteringUnavailable("the metering platform gave changes without moving the cursor")
        if not page.next and after:
            raise MeteringUnavailable("the metering platform took the cursor back to the beginning")
        return Changes(page.items, page.next, page.more)

    async def _body(self, after: str, limit: int) -> bytes:
        question = {"after": after, "limit": str(limit)}
        async with self._client.stream("GET", self._settings.url, params=question) as response:
            status = response.status_code
            if status == _TOO_MANY or status >= _FAILED:
                raise _Again(f"the metering platform answered {status}", _seconds(response.headers.get("retry-after")))
            if status != 200:
                raise MeteringUnavailable(f"the metering platform answered {status}")
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self._settings.max_reply:
                    raise MeteringUnavailable(f"the metering platform's page exceeds {self._settings.max_reply} bytes")
            return bytes(body)


def _seconds(retry_after: str | None) -> float:
    return float(retry_after) if retry_after is not None and retry_after.isascii() and retry_after.isdigit() else 0.0


def make_metering_http(settings: HttpMeteringSettings, _: AdapterHost) -> HttpMetering:
    """The adapter. Raises ConfigError for a URL that may not be used and for a missing key."""
    where = "[adapters.metering.http]"
    check_url(settings.url, f"{where} url", allow_http=settings.allow_http)
    return HttpMetering(settings, from_environment(settings.key_env, f"{where} key_env"))
