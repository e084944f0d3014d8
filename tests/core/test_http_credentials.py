"""Malformed and contradictory credentials are no credentials."""

import pytest

from core.testing.cabinet import Cabinet
from tests.core.test_http_hostile import FORM, REGISTRATION, refusal


@pytest.mark.parametrize(
    "value",
    [
        "Bearer",
        "Bearer ",
        "Bearer abs_",
        "Bearer abk_",
        "Bearer abs_%00",
        "Bearer abs_\xff\xfe",
        "Bearer abs_" + "x" * 100_000,
        "Bearer abs_a, Bearer abs_b",
        "Bearer null",
        "Basic YTpi",
        "Digest username=a",
        "abs_token",
        ", ,",
        "",
    ],
    ids=lambda value: value[:20],
)
async def test_a_malformed_authorization_is_no_session(cabinet: Cabinet, value: str) -> None:
    headers = {"Authorization": value.encode("latin-1")}
    answer = await cabinet.anonymous().get("/api/v1/contracts", headers=headers)  # type: ignore[arg-type]
    refusal(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "cookie", ["abonent_session=", "abonent_session=abs_x", "abonent_session", ";;=;", "\xff=\xff"]
)
async def test_a_malformed_cookie_is_no_session(cabinet: Cabinet, cookie: str) -> None:
    headers = {"Cookie": cookie.encode("latin-1")}
    answer = await cabinet.anonymous().get("/api/v1/contracts", headers=headers)  # type: ignore[arg-type]
    refusal(answer, 401, "unauthenticated")


async def test_a_bearer_token_goes_before_a_cookie(cabinet: Cabinet) -> None:
    browser = cabinet.anonymous()
    await browser.post(REGISTRATION, json=FORM | {"transport": "cookie"})
    other = await cabinet.register("petrov@example.ru")
    token = other.headers["Authorization"]
    both = await browser.get("/api/v1/sessions/current", headers={"Authorization": token})
    assert both.json()["email"] == "petrov@example.ru"
    bad = await browser.get("/api/v1/sessions/current", headers={"Authorization": "Bearer abs_wrong"})
    refusal(bad, 401, "unauthenticated")
