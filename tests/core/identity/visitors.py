"""People at the door: what they send, and what they are told."""

import httpx
import sqlalchemy as sa

from core.db.tables import Audit
from core.db.types import Base
from core.testing.cabinet import PASSWORD, Cabinet, Caller

EMAIL = "ivanova@example.ru"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0.0.0 Safari/537.36"
)
CHROME_UPDATED = CHROME.replace("108.0.0.0", "109.0.5414.74")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"
WRONG = "Wrong123"


def codes(answer: httpx.Response) -> set[tuple[str, str]]:
    """(field, code) of every field error."""
    assert answer.status_code == 422, answer.text
    return {(error["field"], error["code"]) for error in answer.json()["errors"]}


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of a problem."""
    return answer.status_code, answer.json()["code"]


async def try_password(
    cabinet: Cabinet,
    email: str = EMAIL,
    password: str = PASSWORD,
    *,
    agent: str = CHROME,
    device: str = "",
    address: str = "192.0.2.1",
) -> httpx.Response:
    """The answer to a sign-in."""
    body = {"email": email, "password": password, **({"device": device} if device else {})}
    return await cabinet.anonymous(address).post(
        "/api/v1/sessions", json=body, headers=[(b"User-Agent", agent.encode())]
    )


async def sign_in(
    cabinet: Cabinet, email: str = EMAIL, password: str = PASSWORD, *, agent: str = CHROME, device: str = ""
) -> Caller:
    """Somebody who has signed in."""
    answer = await try_password(cabinet, email, password, agent=agent, device=device)
    assert answer.status_code == 201, answer.text
    return cabinet.anonymous().sign(answer.json()["token"])


async def is_in(caller: Caller) -> bool:
    """Whether the session is alive."""
    answer = await caller.get("/api/v1/sessions/current")
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


def another(code: str) -> str:
    """A code of the same length that is wrong."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"


async def everything_stored(cabinet: Cabinet) -> str:
    """All rows of all tables, as text."""
    async with cabinet.runtime.database.writer.connect() as connection:
        tables = [(await connection.execute(sa.select(table))).all() for table in Base.metadata.sorted_tables]
    return repr(tables)


async def deeds(cabinet: Cabinet) -> list[str]:
    """The actions of the audit trail, in order."""
    async with cabinet.runtime.database.writer.connect() as connection:
        return list((await connection.execute(sa.select(Audit.action).order_by(Audit.id))).scalars())
