"""Loads and the feed over HTTP: who may, what is answered, what is refused."""

import gzip
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from core.contracts.models import Contract
from core.db.tables import Audit
from core.exchange.settings import ExchangeSettings
from core.testing.cabinet import Cabinet, Caller
from tests.core.exchange.company import Noted, RowsOf, ndjson

URL = "/api/v1/exchange/company.contracts"


def contract(key: str, **more: Any) -> dict[str, Any]:
    return {"id": key, "number": "00000000000001", "name": "АО «Свет»", **more}


@pytest.fixture
async def erp(cabinet: Cabinet) -> Caller:
    return await cabinet.service("erp", ["exchange.load", "exchange.load:company.contracts", "exchange.feed"])


def answers(response: Any) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    return [msgspec.json.decode(line) for line in response.content.splitlines()]


async def test_a_load_answers_every_row_and_sums_up(erp: Caller, rows_of: RowsOf) -> None:
    body = ndjson(contract("C1"), b"", contract("C2", name=5), contract("C3"))
    first = answers(await erp.post(URL, content=body))
    assert first == [
        {"line": 1, "key": "C1", "status": "accepted"},
        {
            "line": 3,
            "key": "C2",
            "status": "refused",
            "code": "wrong_type",
            "field": "name",
            "message": "Ожидается другой тип значения: str",
        },
        {"line": 4, "key": "C3", "status": "accepted"},
        {"summary": {"accepted": 2, "unchanged": 0, "refused": 1}},
    ]
    again = answers(await erp.post(URL, content=body, params={"answers": "refused"}))
    assert again == [first[1], {"summary": {"accepted": 0, "unchanged": 2, "refused": 1}}]
    audit = [row[1:] for row in await rows_of(Audit.id, Audit.action, Audit.subject) if row[1].startswith("exchange")]
    assert audit == [("exchange.loaded", "company.contracts")] * 2


async def test_an_empty_body_is_an_empty_load(erp: Caller) -> None:
    assert answers(await erp.post(URL)) == [{"summary": {"accepted": 0, "unchanged": 0, "refused": 0}}]


async def test_a_load_may_be_larger_than_other_bodies(cabinet: Cabinet, erp: Caller) -> None:
    body = ndjson(*[contract(f"C{n}", name="n" * 1500) for n in range(1500)])
    assert len(body) > 2 * cabinet.host.config.host.max_body
    assert answers(await erp.post(URL, content=body))[-1]["summary"]["accepted"] == 1500


async def test_a_body_streamed_and_packed(erp: Caller, rows_of: RowsOf) -> None:
    packed = gzip.compress(ndjson(*[contract(f"C{n}") for n in range(300)]) + b"\n")
    packed += gzip.compress(ndjson(*[contract(f"D{n}") for n in range(300)]))  # members may be joined

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(packed), 100):
            yield packed[start : start + 100]

    found = answers(await erp.post(URL, content=pieces(), headers={"content-encoding": "gzip"}))
    assert found[-1] == {"summary": {"accepted": 600, "unchanged": 0, "refused": 0}}
    assert len(await rows_of(Contract.id)) == 600


async def test_a_broken_or_unknown_packing(erp: Caller) -> None:
    packed = gzip.compress(ndjson(*[contract(f"C{n}") for n in range(300)]))
    for broken in (packed[:-3], b"no gzip", packed + b"tail"):
        response = await erp.post(URL, content=broken, headers={"content-encoding": "gzip"})
        assert (response.status_code, response.json()["code"]) == (400, "exchange.broken_gzip")
    response = await erp.post(URL, content=packed, headers={"content-encoding": "br"})
    assert (response.status_code, response.json()["code"]) == (415, "exchange.unknown_encoding")


async def test_a_bomb_is_stopped(cabinet: Cabinet, erp: Caller) -> None:
    small = ExchangeSettings(max_body=1_000_000)
    cabinet.runtime.settings = {**cabinet.runtime.settings, ExchangeSettings: small}
    bomb = gzip.compress(b" " * 50_000_000)
    response = await erp.post(URL, content=bomb, headers={"content-encoding": "gzip"})
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


@pytest.mark.requirement("CTR-15")
async def test_only_the_companys_systems_with_the_scope_may_load(cabinet: Cabinet, erp: Caller) -> None:
    async def code(caller: Caller, url: str = URL) -> tuple[int, str]:
        response = await caller.post(url, content=ndjson(contract("C1")))
        return response.status_code, response.json()["code"]

    assert await code(cabinet.anonymous()) == (401, "unauthenticated")
    assert await code(await cabinet.client()) == (403, "forbidden")
    assert await code(await cabinet.staff(scopes=["exchange.load", "exchange.load:*"])) == (403, "forbidden")
    assert await code(await cabinet.service("a", ["exchange.load"])) == (403, "forbidden")
    assert await code(await cabinet.service("b", ["exchange.load:*"])) == (403, "forbidden")
    assert await code(await cabinet.service("c", ["exchange.feed"])) == (403, "forbidden")
    assert await code(erp, "/api/v1/exchange/company.notes") == (403, "forbidden")
    whole = await cabinet.service("d", ["exchange.load", "exchange.load:*"])
    assert await code(whole, "/api/v1/exchange/nothing") == (404, "exchange.unknown_dataset")
    response = await whole.get("/api/v1/exchange/feed")
    assert response.status_code == 403


async def test_the_feed(cabinet: Cabinet, erp: Caller) -> None:
    async with cabinet.runtime.transaction("test") as uow:
        ids = [uow.emit(Noted(text), subject="S") for text in "abc"]
    page = (await erp.get("/api/v1/exchange/feed", params={"limit": 2})).json()
    assert page == {
        "items": [
            {
                "id": ids[n],
                "position": n + 1,
                "kind": "company.noted",
                "subject": "S",
                "occurred_at": "2026-01-25T09:00:00Z",
                "body": {"text": "ab"[n]},
            }
            for n in range(2)
        ],
        "next": 2,
    }
    done = await erp.post("/api/v1/exchange/feed/acknowledgements", json={"position": page["next"]})
    assert done.status_code == 204
    rest = (await erp.get("/api/v1/exchange/feed", params={"kind": "company."})).json()
    assert ([fact["id"] for fact in rest["items"]], rest["next"]) == (ids[2:], 3)
    for position, status in ((1, 409), (9, 422), (-1, 422), ("3", 422)):
        answer = await erp.post("/api/v1/exchange/feed/acknowledgements", json={"position": position})
        assert answer.status_code == status, answer.text
    for wrong in ({"after": 9}, {"after": -1}, {"after": "x"}, {"limit": 0}, {"limit": 501}, {"kind": "a b"}):
        assert (await erp.get("/api/v1/exchange/feed", params=wrong)).status_code == 422
