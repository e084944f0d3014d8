"""Random clients: whatever is sent to whatever operation, the answer is one that the description foresees, never a 5xx.

The description is held to by the callers themselves (core.testing.description).
"""

from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.app import create_app
from core.config import Config
from core.host import Host
from core.testing.cabinet import SCOPES, Cabinet, Caller, config_for_tests
from tests.house.repository import known_plugins
from tests.operations import Operation, operations_of

EMAIL = "dogovor@romashka.example"
CONTRACT = {"id": "C-1", "number": "78000000012345", "name": "ООО «Ромашка»", "inn": "7830002293", "kpp": "783001001"}
NASTY = st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "a\x00b",
        "\x1f",
        "\x7f",
        "\ufeff",
        "\u202e",
        "\U0001f600",
        "\ud7ff",
        "9" * 400,
        "-0",
        "1e5",
        "NaN",
        "Infinity",
        "0x10",
        "1_000",
        "٣",
        "12,5",
        "2026-02-30",
        "2026-01-25T09:00:00",
        "9999-12-31",
        "0001-01-01",
        "C-1",
        "78000000012345",
        EMAIL,
        "'; DROP TABLE core_outbox; --",
        "%s%n{0}{{7*7}}",
        "../../etc/passwd",
        "a" * 5000,
    ]
)
LEAF = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | NASTY
    | st.text(st.characters(codec="utf-8"), max_size=20)
)
ANYTHING = st.recursive(
    LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NASTY, inner, max_size=4), max_leaves=12
)
QUERY = ["limit", "cursor", "search", "status", "object_id", "address", "after", "kind", "answers", "token", "x"]
HEADERS = ["If-Match", "Idempotency-Key", "Accept-Language", "X-Request-Id", "User-Agent", "Accept", "X-CSRF-Token"]
HEADER = st.text(st.characters(codec="latin-1", exclude_characters="\r\n\x00"), max_size=60).map(
    lambda text: text.encode("latin-1")
)
QUIET = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def values_of(annotation: Any) -> st.SearchStrategy[Any]:
    """Something like the type, or anything."""
    kind = msgspec.inspect.type_info(annotation)
    return st.one_of(_near(kind), ANYTHING)


def _near(kind: msgspec.inspect.Type) -> st.SearchStrategy[Any]:
    match kind:
        case msgspec.inspect.StructType(fields=fields):
            required = {field.encode_name: _near(field.type) for field in fields if field.required}
            optional = {field.encode_name: _near(field.type) | ANYTHING for field in fields if not field.required}
            return st.fixed_dictionaries(required, optional=optional)
        case msgspec.inspect.ListType(item_type=item):
            return st.lists(_near(item), max_size=3)
        case msgspec.inspect.UnionType(types=types):
            return st.one_of([_near(one) for one in types])
        case msgspec.inspect.LiteralType(values=values):
            return st.sampled_from(values)
        case msgspec.inspect.StrType(pattern=str() as pattern):
            return st.from_regex(pattern) | NASTY
        case msgspec.inspect.StrType():
            return NASTY
        case msgspec.inspect.BoolType():
            return st.booleans()
        case msgspec.inspect.IntType():
            return st.integers(-(2**65), 2**65)
        case _:
            return LEAF


def everything() -> list[Operation]:
    """Every operation of a host with every plugin. Signing out would end the random client's career at once."""
    config = config_for_tests("sqlite:///nowhere.db", Path(), enabled=sorted(known_plugins()))
    app = create_app(Host(config, available=known_plugins())).app
    return [one for one in operations_of(app) if one.id != "sign_out"]


EVERYTHING = everything()


@pytest.fixture
def host_config(host_config: Config) -> Config:
    """As ever, but guessing is not slowed down: here it is the whole point."""
    unhurried = {"identity": {"failures": 10_000_000}}
    return msgspec.structs.replace(host_config, plugins=host_config.plugins | unhurried)


@pytest.fixture
async def crowd(cabinet: Cabinet) -> dict[str, Caller]:
    """Somebody with every right, for each kind of access."""
    await cabinet.load("contracts", CONTRACT)
    await cabinet.load("contract_emails", {"contract_id": "C-1", "email": EMAIL})
    client = await cabinet.client()
    await cabinet.link(client, CONTRACT["number"], EMAIL)
    company = await cabinet.service("random", SCOPES)
    return {
        "public": cabinet.anonymous(),
        "session": client,
        "account": client,
        "permission": client,
        "service": company,
        "staff": await cabinet.staff(scopes=[one.access.name for one in operations_of(cabinet.app.app)]),
    }


async def answered(one: Operation, caller: Caller, url: str, **request: Any) -> None:
    """Sends a request; the caller itself holds the answer to the description."""
    answer = await caller.request(one.method, url, **request)
    assert answer.status_code < 500, f"{one.id} {url} {request}: {answer.text}"
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("one", [one for one in EVERYTHING if one.body], ids=lambda one: one.id)
@QUIET
@given(data=st.data())
async def test_random_bodies(crowd: dict[str, Caller], one: Operation, data: st.DataObject) -> None:
    body = data.draw(values_of(one.body))
    await answered(one, crowd[one.access.kind], one.url(contract_id="C-1"), json=body)


@settings(QUIET, max_examples=300)
@given(data=st.data())
async def test_random_addresses(crowd: dict[str, Caller], data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(EVERYTHING))
    segments = {name: quote(data.draw(NASTY | st.just("C-1")), safe="") or "%20" for name in one.params}
    query = {name: data.draw(NASTY) for name in data.draw(st.lists(st.sampled_from(QUERY), max_size=3))}
    headers = {name: data.draw(HEADER) for name in data.draw(st.lists(st.sampled_from(HEADERS), max_size=2))}
    url = one.url(**segments) + ("?" + urlencode(query) if query else "")
    await answered(one, crowd[one.access.kind], url, headers=headers, **({"json": {}} if one.body else {}))


@settings(QUIET, max_examples=200)
@given(data=st.data(), content=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
async def test_random_bytes(crowd: dict[str, Caller], data: st.DataObject, content: bytes) -> None:
    one = data.draw(st.sampled_from([one for one in EVERYTHING if one.body]))
    headers = {"Content-Type": "application/json"}
    await answered(one, crowd[one.access.kind], one.url(contract_id="C-1"), content=content, headers=headers)
