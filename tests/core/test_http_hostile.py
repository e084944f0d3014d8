"""Clients that mean harm, or are broken: each gets a clear refusal, and nothing of theirs is stored."""

import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from core.db.types import Base
from core.testing.cabinet import PASSWORD, Cabinet, Caller

REGISTRATION = "/api/v1/registration"
JSON = {"Content-Type": "application/json"}
FORM: dict[str, Any] = {"email": "ivanova@example.ru", "password": PASSWORD, "agreement": True}
GOOD = json.dumps(FORM).encode()


async def rows(cabinet: Cabinet) -> dict[str, int]:
    """How many rows each table of the host holds."""
    owners = tuple(f"{owner.name}_" for owner in cabinet.host.owners())
    async with cabinet.runtime.database.writer.connect() as connection:
        return {
            table.name: await connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name.startswith(owners)
        }


def refusal(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem that an answer is; asserts everything that a client counts on."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    problem: dict[str, Any] = answer.json()
    assert (problem["status"], problem["code"]) == (status, code), answer.text
    assert problem["type"] == f"urn:abonent:problem:{code}"
    assert problem["request_id"] == answer.headers["x-request-id"] != ""
    assert problem["title"]
    assert problem["detail"]
    return problem


def wrong(answer: httpx.Response) -> list[tuple[str, str]]:
    """(field, code) of every wrong field of a 422."""
    return [(error["field"], error["code"]) for error in refusal(answer, 422, "invalid")["errors"]]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"  ",
        b'{"email": "a@example.ru"} {}',
        b"{'email': 'a@example.ru'}",
        b'{"email": "a@example.ru",}',
        b'{"email": NaN}',
        b'{"email": Infinity}',
        b'{"email": -Infinity}',
        b'{"email": 1e400}',
        b'{"email": ' + b"9" * 5000 + b"}",
        b'{"email": 01}',
        b'{"email": "a\x00b"}',
        b'{"email": "a\nb"}',
        b'{"email": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"email": "\\x41"}',
        b'{"email": "\xff"}',
        b'{"email": "\xc0\xaf"}',
        b'{"email": "\xed\xa0\x80"}',
        b"\xef\xbb\xbf" + GOOD,
        GOOD.decode().encode("utf-16"),
        b"[" * 100_000,
        b'{"email":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b"email=ivanova%40example.ru",
        b"\x80\x03]q\x00.",
    ],
    ids=lambda body: repr(body[:24]),
)
async def test_what_is_not_json_is_refused(cabinet: Cabinet, body: bytes) -> None:
    before = await rows(cabinet)
    refusal(await cabinet.anonymous().post(REGISTRATION, content=body, headers=JSON), 400, "malformed_json")
    assert await rows(cabinet) == before


@pytest.mark.parametrize(
    "body",
    [
        b'{"email":"ivanova@example.ru","password":"Abcdef12","agreement":true,"email":"petrov@example.ru"}',
        b'{"email":"ivanova@example.ru","password":"Abcdef12","agreement":true,"\\u0065mail":"petrov@example.ru"}',
        b'{"email":"ivanova@example.ru","email":5}',
    ],
)
async def test_a_key_given_twice_is_refused_by_name(cabinet: Cabinet, body: bytes) -> None:
    before = await rows(cabinet)
    answer = await cabinet.anonymous().post(REGISTRATION, content=body, headers=JSON)
    assert refusal(answer, 400, "duplicate_key")["params"] == {"name": "email"}
    assert await rows(cabinet) == before


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"email": 1, "password": [], "agreement": "yes"}, {"email", "password", "agreement"}),
        ({"email": {"$ne": ""}, "password": None, "agreement": 1}, {"email", "password", "agreement"}),
        ({"email": "x" * 255, "password": "x" * 201, "transport": "pigeon"}, {"email", "password", "transport"}),
        ({"email": "a\x00@example.ru", "password": "Abcdef12\x7f"}, {"email", "password"}),
        ({"email": "a\x00@example.ru", "password": 5, "admin": True}, {"email", "password", "admin"}),
        ({"a\x00": "b\x1b", "constructor": {}, "__proto__": {}}, {"a\x00", "constructor", "__proto__"}),
        ({"advertising": "true", "agreement": "true"}, {"advertising", "agreement"}),
    ],
)
async def test_every_wrong_field_is_named_at_once(cabinet: Cabinet, change: dict[str, Any], expected: set[str]) -> None:
    before = await rows(cabinet)
    answer = await cabinet.anonymous().post(REGISTRATION, json=FORM | change)
    assert {field for field, _ in wrong(answer)} == expected
    assert await rows(cabinet) == before


@pytest.mark.parametrize("body", [b"null", b"[]", b"1", b'"text"', b"true", b""])
async def test_a_body_that_is_no_object_is_refused(cabinet: Cabinet, body: bytes) -> None:
    code = "required" if body in (b"null", b"") else "wrong_type"
    assert wrong(await cabinet.anonymous().post(REGISTRATION, content=body, headers=JSON)) == [("", code)]


async def test_at_most_a_hundred_wrong_fields_are_told(cabinet: Cabinet) -> None:
    answer = await cabinet.anonymous().post(REGISTRATION, json={f"field{n}" * 20: n for n in range(5000)})
    found = wrong(answer)
    assert len(found) == 100
    assert max(len(field) for field, _ in found) <= 64


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/msgpack",
        "application/json; charset=utf-16",
        "application/json-seq",
        "application/json, text/plain",
        "nonsense",
    ],
)
async def test_only_json_is_read(cabinet: Cabinet, content_type: str | None) -> None:
    before = await rows(cabinet)
    headers = {} if content_type is None else {"Content-Type": content_type}
    answer = await cabinet.anonymous().post(REGISTRATION, content=GOOD, headers=headers)
    refusal(answer, 415, "unsupported_media_type")
    assert await rows(cabinet) == before


@pytest.mark.parametrize("content_type", ["application/json; charset=UTF-8", "Application/JSON", "application/json"])
async def test_json_is_json_in_any_spelling(cabinet: Cabinet, content_type: str) -> None:
    answer = await cabinet.anonymous().post(REGISTRATION, content=GOOD, headers={"Content-Type": content_type})
    assert answer.status_code == 201


async def test_a_compressed_body_is_refused(cabinet: Cabinet) -> None:
    headers = JSON | {"Content-Encoding": "gzip"}
    for body in (gzip.compress(GOOD), GOOD):
        answer = await cabinet.anonymous().post(REGISTRATION, content=body, headers=headers)
        refusal(answer, 415, "unsupported_media_type")


async def test_a_body_beyond_the_limit_is_refused_however_it_comes(cabinet: Cabinet) -> None:
    before = await rows(cabinet)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100_000):
            sent += 10_000
            yield b" " * 10_000

    caller = cabinet.anonymous()
    big = GOOD + b" " * cabinet.host.config.host.max_body
    refusal(await caller.post(REGISTRATION, content=big, headers=JSON), 413, "too_large")
    refusal(await caller.post(REGISTRATION, content=endless(), headers=JSON), 413, "too_large")
    assert sent < 20_000_000  # what is thrown away, so that the answer arrives, has an end as well
    lying = JSON | {"Content-Length": "99999999"}
    refusal(await caller.post(REGISTRATION, content=GOOD, headers=lying), 413, "too_large")
    assert await rows(cabinet) == before


@pytest.mark.parametrize(
    "segment",
    [
        "%00",
        "C-1%00",
        "%0a",
        "%7F",
        "..",
        "%2e%2e",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "%2F",
        "C-1%2F",
        "C-1/",
        "/C-1",
        "%ff%fe",
        "%ED%A0%80",
        "%F0%9F%98%80",
        "'%20OR%20''%3D'",
        "C-1;a=b",
        "*",
        "x" * 65,
        "x" * 8000,
    ],
)
async def test_tricks_with_the_path_find_nothing(cabinet: Cabinet, segment: str) -> None:
    caller = await cabinet.client()
    before = await rows(cabinet)
    for answer in (
        await caller.get(f"/api/v1/contracts/{segment}"),
        await caller.delete(f"/api/v1/contracts/{segment}"),
    ):
        assert answer.status_code in (404, 405, 422), answer.text
        refusal(answer, answer.status_code, answer.json()["code"])
    assert await rows(cabinet) == before


@pytest.mark.parametrize("path", ["/api/v1/contracts/", "/api//v1/contracts", "//api/v1/contracts", "/health/"])
async def test_a_path_has_one_spelling(cabinet: Cabinet, path: str) -> None:
    caller = await cabinet.client()
    refusal(await caller.get(path), 404, "not_found")


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("limit=-1", "limit", "out_of_range"),
        ("limit=0", "limit", "out_of_range"),
        ("limit=501", "limit", "out_of_range"),
        ("limit=99999999999999999999999", "limit", "out_of_range"),
        ("limit=1e3", "limit", "out_of_range"),
        ("limit=", "limit", "wrong_type"),
        ("limit=NaN", "limit", "wrong_type"),
        ("limit=%D9%A5", "limit", "wrong_type"),
        ("cursor=!!", "cursor", "wrong_format"),
        ("cursor=", "cursor", "wrong_format"),
        ("cursor=%D0%B6", "cursor", "wrong_format"),
        ("cursor=bnVsbA", "cursor", "wrong_format"),  # null
        ("cursor=W10", "cursor", "wrong_format"),  # []
        ("cursor=WzEsMl0", "cursor", "wrong_format"),  # [1,2]
        ("cursor=WyJcdTAwMDAiLCJhIl0", "cursor", "wrong_format"),  # ["\u0000","a"]
        ("cursor=" + "W" * 400, "cursor", "wrong_format"),
        ("cursor=" + "a" * 501, "cursor", "too_long"),
    ],
)
async def test_a_bad_limit_or_a_forged_cursor_is_named(cabinet: Cabinet, query: str, field: str, code: str) -> None:
    caller = await cabinet.client()
    assert wrong(await caller.get(f"/api/v1/contracts?{query}")) == [(field, code)]


async def test_both_wrong_parameters_are_named(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    answer = await caller.get("/api/v1/contracts?limit=x&cursor=" + "a" * 501)
    assert sorted(wrong(answer)) == [("cursor", "too_long"), ("limit", "wrong_type")]


@pytest.mark.parametrize("query", ["cursor=%00", "anything=%1B", "%7f=1", "limit=%1f1"])
async def test_control_characters_in_a_query_are_refused(cabinet: Cabinet, query: str) -> None:
    caller = await cabinet.client()
    refusal(await caller.get(f"/api/v1/contracts?{query}"), 400, "malformed_request")


async def test_huge_headers_and_queries_do_no_harm(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    huge = {f"X-Huge-{n}": "x" * 10_000 for n in range(100)}
    assert (await caller.get("/api/v1/contracts", headers=huge)).status_code == 200
    assert (await caller.get("/api/v1/contracts?" + "a=b&" * 15_000)).status_code == 200
    agent = {"User-Agent": "x" * 100_000}
    answer = await caller.post("/api/v1/sessions", json={"email": FORM["email"], "password": PASSWORD}, headers=agent)
    assert answer.status_code == 201


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "PROPFIND", "BREW", "PATCH"])
async def test_other_methods_are_refused(cabinet: Cabinet, method: str) -> None:
    caller = await cabinet.client()
    for path, status, code in (
        ("/api/v1/contracts", 405, "method_not_allowed"),
        ("/api/v1/nothing", 404, "not_found"),
    ):
        answer = await caller.request(method, path)
        refusal(answer, status, code)
        assert answer.headers.get("allow") == ("GET, HEAD, OPTIONS, POST" if status == 405 else None)


async def test_options_tells_the_methods_and_does_nothing(cabinet: Cabinet) -> None:
    answer = await cabinet.anonymous().options("/api/v1/contracts")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "GET, HEAD" in answer.headers["allow"]


async def test_head_answers_as_get_does_without_the_body(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    for path in ("/api/v1/contracts", "/api/v1/profile", "/health", "/docs", "/api/v1/contracts/nothing"):
        read, asked = await caller.get(path), await caller.head(path)
        assert (asked.status_code, asked.content) == (read.status_code, b""), path
        ignored = {"x-request-id"}
        kept, told = ({k: v for k, v in one.headers.items() if k not in ignored} for one in (read, asked))
        if read.is_success:
            assert told == kept, path
            assert int(told["content-length"]) == len(read.content), path
    refused = await caller.head("/api/v1/recovery")
    assert (refused.status_code, refused.headers["allow"], refused.content) == (405, "OPTIONS, POST", b"")
    assert (await cabinet.anonymous().head("/api/v1/contracts")).status_code == 401


async def test_an_idempotency_key_must_be_short_and_ascii(cabinet: Cabinet) -> None:
    caller = await cabinet.client()
    for key in (b"", b"x" * 256, "ключ".encode()):
        answer = await caller.post(
            "/api/v1/contracts",
            json={"number": "78000000012345", "email": "a@example.ru"},
            headers={b"Idempotency-Key": key},
        )
        assert wrong(answer) == [("Idempotency-Key", "wrong_format")]


@pytest.mark.parametrize("value", ['"99999999999"', "1", '"x"', "x" * 5000, 'W/"1"', '"1", "2"'])
async def test_a_malformed_if_match_changes_nothing(cabinet: Cabinet, value: str) -> None:
    caller = await cabinet.client()
    answer = await caller.put("/api/v1/profile/phone", json={"phone": "+7 921 000-00-00"}, headers={"If-Match": value})
    assert [field for field, _ in wrong(answer)] == ["If-Match"]
    assert (await caller.get("/api/v1/profile")).json()["phone"] == "+79218662294"


@pytest.mark.parametrize(
    ("languages", "english"),
    [("en", True), ("en-GB,ru;q=0.5", True), ("ru,en", False), ("", False), ("de", False), ("x" * 9000, False)],
)
async def test_a_refusal_speaks_the_callers_language(cabinet: Cabinet, languages: str, english: bool) -> None:
    answer = await cabinet.anonymous().post(
        REGISTRATION, json=FORM | {"email": None}, headers={"Accept-Language": languages}
    )
    problem = refusal(answer, 422, "invalid")
    assert problem["title"] == "Some fields are wrong."
    assert problem["detail"] == ("Some fields are wrong." if english else "Проверьте заполнение полей.")
    assert problem["errors"][0]["message"] == ("Fill in this field" if english else "Заполните поле")


async def test_a_request_id_is_taken_over_only_if_it_is_plain(cabinet: Cabinet) -> None:
    async def echoed(value: str) -> str:
        answer = await cabinet.anonymous().get("/health", headers={"X-Request-Id": value})
        return answer.headers["x-request-id"]

    assert await echoed("0123-abcd") == "0123-abcd"
    for forged in ("short", "x" * 65, "<script>alert(1)</script>", "a b c d e f"):
        assert await echoed(forged) != forged


async def exchange(cabinet: Cabinet) -> Caller:
    """A system of the company that may do everything."""
    return await cabinet.service(scopes=("exchange.load", "exchange.load:*", "exchange.feed", "exchange.answers"))


async def test_a_hostile_feed_of_rows_is_refused_row_by_row(cabinet: Cabinet) -> None:
    company = await exchange(cabinet)
    before = await rows(cabinet)
    lines = [b"\xff", b"{}", b"[" * 100_000, b'{"id": "\\u0000"}', b'{"id": "\\ud800"}', b"NaN", b"null"]
    answer = await company.post("/api/v1/exchange/contracts", content=b"\n".join(lines))
    told = [json.loads(line) for line in answer.content.splitlines()]
    assert [row["status"] for row in told[:-1]] == ["refused"] * len(lines)
    assert told[-1]["summary"]["accepted"] == 0
    after = await rows(cabinet)
    assert after | {"core_audit": 0} == before | {"core_audit": 0}
