"""The description of the API: valid, complete, true, and the page that shows it."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import httpx
import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from core.app import create_app
from core.host import Host
from core.http.bodies import decoder
from core.http.openapi import problems_of
from core.plugins import PluginError
from core.sdk import PUBLIC, ErrorKind, Hooks, JSONBody, post
from core.testing.cabinet import Cabinet, config_for_tests, running
from core.testing.clock import MovableClock
from core.testing.description import Description
from tests.core.strangers import available, plugin
from tests.operations import operations_of

Document = dict[str, Any]
UNDESCRIBED = {"openapi", "docs", "docs_asset"}


@pytest.fixture
async def document(cabinet: Cabinet) -> Document:
    answer = await cabinet.anonymous().get("/schema/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    served: Document = answer.json()
    return served


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def nodes(node: Any) -> Iterator[Document]:
    """Every object of the document."""
    if isinstance(node, dict):
        yield node
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(value)


async def test_it_is_valid_openapi_3_1(document: Document) -> None:
    assert document["openapi"].startswith("3.1.")
    errors = [str(error.message) for error in OpenAPIV31SpecValidator(document).iter_errors()]
    assert errors == []


async def test_patterns_are_those_that_every_engine_understands(document: Document) -> None:
    patterns = [node["pattern"] for node in nodes(document) if isinstance(node.get("pattern"), str)]
    assert len(patterns) > 10
    assert [pattern for pattern in patterns if "(?" in pattern or r"\Z" in pattern] == []


async def test_every_operation_is_described(cabinet: Cabinet, document: Document) -> None:
    described = {operation["operationId"] for _, _, operation in operations(document)}
    assert described == {one.id for one in operations_of(cabinet.app.app)} - UNDESCRIBED
    for method, path, operation in operations(document):
        assert operation["summary"], f"{method} {path}"
        assert operation["tags"], f"{method} {path}"
        assert operation["description"], f"{method} {path}"
        assert any(status.startswith("2") for status in operation["responses"]), f"{method} {path}"


async def test_every_operation_names_its_problems(cabinet: Cabinet, document: Document) -> None:
    described = {operation["operationId"]: operation for _, _, operation in operations(document)}
    for one in operations_of(cabinet.app.app):
        if one.id in UNDESCRIBED:
            continue
        told: set[str] = set()
        for status, response in described[one.id]["responses"].items():
            if status.startswith(("4", "5")):
                (media_type,) = response["content"]
                assert media_type == "application/problem+json"
                told |= set(response["content"][media_type]["schema"]["allOf"][1]["properties"]["code"]["enum"])
        assert told == {kind.code for kind in problems_of(one.handler, one.method)}, one.id
        assert {"unavailable", "malformed_request"} <= told
        assert ("unauthenticated" in told) == (one.access.kind != "public"), one.id
        assert ("invalid" in told) >= (one.body is not None), one.id


async def test_a_problem_that_an_operation_declares_is_in_a_catalogue(cabinet: Cabinet) -> None:
    catalogue = set(cabinet.host.manifest.declared[ErrorKind])
    for one in operations_of(cabinet.app.app):
        assert set(one.handler.opt["raises"]) <= catalogue, one.id


async def test_names_of_schemas_are_unique_and_can_be_generated_from(document: Document) -> None:
    names = document["components"]["schemas"]
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]*", name) for name in names)  # a clash would bear its module's path
    titles = Counter(schema.get("title") for schema in names.values())
    assert [title for title, count in titles.items() if count > 1] == []


async def test_unions_of_objects_say_which_is_which(document: Document) -> None:
    for node in nodes(document):
        for word in ("oneOf", "anyOf"):
            alternatives = [option for option in node.get(word, ()) if "$ref" in option]
            assert len(alternatives) < 2 or "discriminator" in node, node


async def test_numbers_that_must_be_exact_are_strings(document: Document) -> None:
    assert not [node for node in nodes(document["components"]) if node.get("type") == "number"]


# ---- a host with more to describe
class OctopusFish(msgspec.Struct, frozen=True, tag="fish"):
    """A fish."""

    name: str


class OctopusSquid(msgspec.Struct, frozen=True, tag="squid"):
    """A squid."""

    name: str


class OctopusCatch(msgspec.Struct, frozen=True):
    """What came up."""

    catch: OctopusFish | OctopusSquid


@post("/api/v1/octopus", access=PUBLIC, operation_id="octopus", tags=["octopus"], status_code=200)
async def octopus(data: JSONBody[OctopusCatch]) -> OctopusCatch:
    """Give back what came up."""
    return data


@pytest.fixture
async def octopus_cabinet(database_url: str, tmp_path: Path, clock: MovableClock) -> AsyncIterator[Cabinet]:
    config = config_for_tests(database_url, tmp_path, enabled=["octopus"])
    plugins = available(plugin("octopus", routes=[octopus]))
    async with running(Host(config, clock=clock, available=plugins), clock) as opened:
        yield opened


async def test_a_tagged_union_is_discriminated(octopus_cabinet: Cabinet) -> None:
    caller = octopus_cabinet.anonymous()
    document = (await caller.get("/schema/openapi.json")).json()
    catch = document["components"]["schemas"]["OctopusCatch"]["properties"]["catch"]
    assert catch["discriminator"]["propertyName"] == "type"
    assert set(catch["discriminator"]["mapping"]) == {"fish", "squid"}
    answer = await caller.post("/api/v1/octopus", json={"catch": {"type": "squid", "name": "Иван"}})
    assert answer.json() == {"catch": {"type": "squid", "name": "Иван"}}
    wrong = await caller.post("/api/v1/octopus", json={"catch": {"type": "whale", "name": "Иван"}})
    assert wrong.status_code == 422


# ---- what cannot be described or decoded
def body_of(annotation: Any) -> type[Hooks]:
    struct = msgspec.defstruct("WhaleBody", [("amount", annotation)])

    async def whale(data: Any) -> None:
        """Take a body."""

    whale.__annotations__ = {"data": JSONBody[struct], "return": None}  # type: ignore[misc, valid-type]
    handler = post("/api/v1/whale", access=PUBLIC, operation_id="whale", tags=["whale"])(whale)
    return plugin("whale", routes=[handler])


@pytest.mark.parametrize("annotation", [Annotated[Decimal, msgspec.Meta(ge=0)], dict[str, int] | dict[int, str]])
def test_a_body_that_cannot_be_decoded_stops_the_start(tmp_path: Path, annotation: Any) -> None:
    config = config_for_tests(f"sqlite:///{tmp_path}/x.db", tmp_path, enabled=["whale"])
    with pytest.raises((TypeError, PluginError)):
        create_app(Host(config, available=available(body_of(annotation))))


async def test_every_body_has_a_decoder(cabinet: Cabinet) -> None:
    bodies = [one.body for one in operations_of(cabinet.app.app) if one.body]
    assert bodies
    for body in bodies:
        with pytest.raises(msgspec.ValidationError):
            decoder(body).decode(b"[]")
        assert body.__struct_config__.forbid_unknown_fields, body


# ---- the checker that every test's caller goes through
@pytest.mark.parametrize(
    ("method", "path", "status", "body", "said"),
    [
        ("GET", "/health", 200, {"status": "ok", "plugins": [], "quarantined": {}}, None),
        ("GET", "/health", 200, {"status": "ok", "plugins": [1], "quarantined": {}}, "unlike its description"),
        ("GET", "/health", 200, {"status": "ok"}, "unlike its description"),
        ("GET", "/health", 201, {}, "not described"),
        ("GET", "/health", 500, {"code": "internal"}, "not described"),
        ("GET", "/api/v1/profile", 401, {"code": "forbidden"}, "unlike its description"),
        ("GET", "/api/v1/nothing", 404, {"code": "forbidden"}, "unlike its description"),
    ],
)
async def test_an_answer_unlike_its_description_is_noticed(
    document: Document, method: str, path: str, status: int, body: Any, said: str | None
) -> None:
    media_type = "application/json" if status < 400 else "application/problem+json"
    answer = httpx.Response(
        status,
        json=body,
        headers={"Content-Type": media_type},
        request=httpx.Request(method, f"http://cabinet.test{path}"),
    )
    if said is None:
        Description(document).check(answer)
        return
    with pytest.raises(AssertionError, match=said):
        Description(document).check(answer)


async def test_a_code_that_the_operation_does_not_declare_is_noticed(document: Document) -> None:
    def answer(code: str) -> httpx.Response:
        problem = {"type": "t", "title": "t", "status": 409, "code": code, "detail": "d", "request_id": "r"}
        headers = {"Content-Type": "application/problem+json"}
        request = httpx.Request("POST", "http://cabinet.test/api/v1/registration")
        return httpx.Response(409, json=problem, headers=headers, request=request)

    Description(document).check(answer("email_taken"))
    with pytest.raises(AssertionError, match="not one of"):
        Description(document).check(answer("contract_linked_already"))


# ---- the page
_LOADED = re.compile(r"""(?:src|href)\s*=\s*["']([^"']+)["']""")


async def test_the_page_loads_only_from_this_host(cabinet: Cabinet) -> None:
    caller = cabinet.anonymous()
    page = await caller.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    loaded = _LOADED.findall(page.text)
    assert len(loaded) == 3
    for address in loaded:
        asset = await caller.get(address)
        assert address.startswith("/docs/assets/")
        assert asset.status_code == 200
        assert asset.headers["content-type"].startswith(("text/javascript", "text/css"))
        assert "@import" not in asset.text
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["connect-src"] == policy["script-src"] == "'self'"
    assert not [source for sources in policy.values() for source in sources.split() if "://" in source]


async def test_the_page_starts_with_our_description(cabinet: Cabinet) -> None:
    start = (await cabinet.anonymous().get("/docs/assets/start.js")).text
    assert 'url: "/schema/openapi.json"' in start
    assert "validatorUrl: null" in start
    assert "://" not in start


async def test_styles_fetch_nothing_from_elsewhere(cabinet: Cabinet) -> None:
    styles = (await cabinet.anonymous().get("/docs/assets/swagger-ui.css")).text
    assert not [
        address for address in re.findall(r"url\(([^)]+)\)", styles) if not address.strip("\"'").startswith("data:")
    ]


@pytest.mark.parametrize("name", ["app.py", "..%2f..%2fapp.py", "%2e%2e", "swagger-ui.LICENSE", "x" * 65])
async def test_nothing_else_is_served_beside_the_page(cabinet: Cabinet, name: str) -> None:
    assert (await cabinet.anonymous().get(f"/docs/assets/{name}")).status_code in (404, 422)
