"""A directory of organisations that speaks as DaData does: `findById/party` by INN, the token in a header."""

import asyncio
from typing import Annotated

import httpx
import msgspec

from core.adapters.environment import check_url, from_environment, tls_context
from core.config import ConfigError
from core.ports.organisations import DirectoryUnavailable, Party
from core.sdk import AdapterHost

MOST = 50


class DadataSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.organisations.dadata]`, `[adapters.organisations_extended.dadata]`"""

    url: str = "https://suggestions.dadata.ru/suggestions/api/4_1/rs/findById/party"
    """Where a search is posted to."""
    token_env: str = "DADATA_TOKEN"  # noqa: S105 - the name of a variable
    """The environment variable that holds the token."""
    allow_http: bool = False
    """True: a URL without TLS is all right."""
    ca_file: str = ""
    """PEM file of the authorities to trust instead of the system's."""
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 5.0
    """Seconds for a whole search."""
    max_reply: Annotated[int, msgspec.Meta(gt=0)] = 2_000_000
    """Bytes of a reply."""


class _Name(msgspec.Struct):
    full_with_opf: str | None = None
    short_with_opf: str | None = None


class _Address(msgspec.Struct):
    value: str | None = None
    unrestricted_value: str | None = None


class _Management(msgspec.Struct):
    name: str | None = None
    post: str | None = None


class _Data(msgspec.Struct):
    inn: str
    kpp: str | None = None
    ogrn: str | None = None
    okpo: str | None = None
    branch_type: str | None = None
    name: _Name | None = None
    address: _Address | None = None
    management: _Management | None = None


class _Suggestion(msgspec.Struct):
    data: _Data
    value: str | None = None


class _Reply(msgspec.Struct):
    suggestions: list[_Suggestion]


class DadataDirectory:
    """Asks each time: who stands behind a number changes, and searches are few."""

    def __init__(self, settings: DadataSettings, token: str) -> None:
        self._settings = settings
        self._client = httpx.AsyncClient(
            verify=tls_context(settings.ca_file),
            timeout=settings.timeout,
            follow_redirects=False,
            trust_env=False,
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "identity",
                "Authorization": f"Token {token}",
                "User-Agent": "abonent",
            },
        )

    async def find(self, inn: str) -> list[Party]:
        try:
            async with asyncio.timeout(self._settings.timeout):
                reply = msgspec.json.decode(await self._post(inn), type=_Reply)
        except (httpx.HTTPError, OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise DirectoryUnavailable(f"{error!r}") from error
        heads_first = sorted(reply.suggestions, key=lambda one: one.data.branch_type == "BRANCH")
        return [_party(one) for one in heads_first if one.data.inn == inn][:MOST]

    async def close(self) -> None:
        await self._client.aclose()

    async def _post(self, inn: str) -> bytes:
        query = {"query": inn, "count": MOST}
        async with self._client.stream("POST", self._settings.url, json=query) as response:
            if response.status_code != 200:
                raise DirectoryUnavailable(f"the directory answered {response.status_code}")
            reply = bytearray()
            async for chunk in response.aiter_raw():
                reply += chunk
                if len(reply) > self._settings.max_reply:
                    raise DirectoryUnavailable(f"the reply exceeds {self._settings.max_reply} bytes")
            return bytes(reply)


def _party(found: _Suggestion) -> Party:
    data = found.data
    name, address, management = data.name or _Name(), data.address or _Address(), data.management or _Management()
    short = name.short_with_opf or found.value or ""
    return Party(
        inn=data.inn,
        kpp=data.kpp or "",
        name=name.full_with_opf or short,
        short_name=short,
        ogrn=data.ogrn or "",
        okpo=data.okpo or "",
        address=address.unrestricted_value or address.value or "",
        manager_post=management.post or "",
        manager_name=management.name or "",
    )


def make_dadata(settings: DadataSettings, host: AdapterHost) -> DadataDirectory:
    """The adapter. Raises ConfigError for a URL that may not be used, and for a token that is not there."""
    check_url(settings.url, "[adapters.organisations.dadata] url", allow_http=settings.allow_http)
    token = from_environment(settings.token_env, "[adapters.organisations.dadata] token_env")
    if not token.isascii() or not token.isprintable():
        raise ConfigError(f"[adapters.organisations.dadata] token_env: {settings.token_env!r} holds what no header can")
    return DadataDirectory(settings, token)
