"""«Вспомнить пароль»: a letter, a link that works once, and every session ended."""

import asyncio
from datetime import timedelta
from time import perf_counter

import httpx
import pytest

from core.testing.cabinet import PASSWORD, Cabinet
from core.testing.clock import MovableClock
from tests.core.identity.visitors import EMAIL, codes, deeds, everything_stored, is_in, refusal, sign_in, try_password

NEW = "Novyi1parol"


async def ask(cabinet: Cabinet, email: str = EMAIL, address: str = "192.0.2.1") -> httpx.Response:
    """Asks for a letter."""
    return await cabinet.anonymous(address).post("/api/v1/recovery", json={"email": email})


async def set_password(cabinet: Cabinet, token: str, password: str = NEW) -> httpx.Response:
    """Follows the link."""
    return await cabinet.anonymous().post("/api/v1/recovery/password", json={"token": token, "password": password})


async def letters(cabinet: Cabinet, email: str = EMAIL) -> int:
    """How many recovery letters an address has got."""
    return sum(letter.subject == "Восстановление пароля" for letter in await cabinet.letters(email))


@pytest.mark.requirement("IDN-16")
async def test_a_registered_address_gets_one_letter_and_an_unknown_one_none(cabinet: Cabinet) -> None:
    session = await cabinet.register()
    known, unknown = await ask(cabinet, "Ivanova@example.ru"), await ask(cabinet, "nobody@example.ru")
    assert (known.status_code, unknown.status_code) == (202, 202)
    assert known.content == unknown.content
    assert known.headers.keys() == unknown.headers.keys()
    assert await letters(cabinet) == 1
    assert await letters(cabinet, "nobody@example.ru") == 0
    token = await cabinet.link_token(EMAIL)
    assert "http://127.0.0.1:8000/recovery?token=" in (await cabinet.letters(EMAIL))[0].text
    assert token not in await everything_stored(cabinet)
    assert await is_in(session)
    assert (await try_password(cabinet)).status_code == 201
    assert codes(await ask(cabinet, "nobody")) == {("email", "email_format")}


@pytest.mark.requirement("IDN-16")
async def test_the_time_of_the_answer_tells_nothing(cabinet: Cabinet) -> None:
    """The two do the same work: whether somebody has the address is looked up by a job afterwards."""
    for number in range(4):
        await cabinet.register(f"known{number}@example.ru")
    seconds: dict[str, list[float]] = {"known": [], "nobody": []}
    for number in range(4):
        for who, taken in seconds.items():
            started = perf_counter()
            assert (await ask(cabinet, f"{who}{number}@example.ru")).status_code == 202
            taken.append(perf_counter() - started)
    assert min(seconds["known"]) < 4 * min(seconds["nobody"])
    assert min(seconds["nobody"]) < 4 * min(seconds["known"])


@pytest.mark.requirement("IDN-17")
async def test_the_link_sets_a_password_once_and_ends_every_session(cabinet: Cabinet) -> None:
    session = await cabinet.register()
    await ask(cabinet)
    token = await cabinet.link_token(EMAIL)
    weak = await set_password(cabinet, token, "weak")
    assert ("password", "password_length") in codes(weak)
    assert await is_in(session)
    assert (await set_password(cabinet, token)).status_code == 204
    assert (await try_password(cabinet, password=PASSWORD)).status_code == 401
    assert (await try_password(cabinet, password=NEW)).status_code == 201
    assert not await is_in(session)
    assert refusal(await set_password(cabinet, token, "Drugoi1parol")) == (404, "recovery_gone")
    assert (await try_password(cabinet, password=NEW)).status_code == 201
    assert (await cabinet.letters(EMAIL))[0].subject == "Изменён пароль"
    assert {"identity.recovery_sent", "identity.password_recovered"} <= set(await deeds(cabinet))


@pytest.mark.requirement("IDN-17")
async def test_an_expired_altered_or_superseded_link_does_nothing(cabinet: Cabinet, clock: MovableClock) -> None:
    await cabinet.register()
    await ask(cabinet)
    old = await cabinet.link_token(EMAIL)
    clock.move(timedelta(minutes=1))
    await ask(cabinet)
    new = await cabinet.link_token(EMAIL)
    altered = [new[:-1] + ("A" if new[-1] != "A" else "B"), "x" + new[1:], new.partition(".")[0], "x", new + "="]
    for token in (old, *altered):
        assert refusal(await set_password(cabinet, token)) == (404, "recovery_gone"), token
    clock.move(timedelta(minutes=60))
    assert refusal(await set_password(cabinet, new)) == (404, "recovery_gone")
    assert (await try_password(cabinet)).status_code == 201


async def test_followed_twice_at_once_it_works_once(cabinet: Cabinet) -> None:
    await cabinet.register()
    await ask(cabinet)
    token = await cabinet.link_token(EMAIL)
    answers = await asyncio.gather(*[set_password(cabinet, token, f"Novyi{n}parol") for n in range(4)])
    assert sorted(answer.status_code for answer in answers) == [204, 404, 404, 404]


async def test_a_link_does_not_outlive_the_address_or_the_password(cabinet: Cabinet) -> None:
    session = await cabinet.register()
    await ask(cabinet)
    token = await cabinet.link_token(EMAIL)
    assert (await session.put("/api/v1/profile/email", json={"email": "new@example.ru"})).status_code == 204
    assert refusal(await set_password(cabinet, token)) == (404, "recovery_gone")
    await ask(cabinet, "new@example.ru")
    token = await cabinet.link_token("new@example.ru")
    change = {"old_password": PASSWORD, "new_password": NEW, "new_password_again": NEW}
    assert (await session.put("/api/v1/profile/password", json=change)).status_code == 204
    assert refusal(await set_password(cabinet, token, "Drugoi1parol")) == (404, "recovery_gone")


async def test_the_link_of_a_deleted_account_does_nothing(cabinet: Cabinet) -> None:
    session = await cabinet.register()
    await ask(cabinet)
    token = await cabinet.link_token(EMAIL)
    await session.post("/api/v1/profile/deletion", json={"password": PASSWORD, "confirmed": True})
    assert refusal(await set_password(cabinet, token)) == (404, "recovery_gone")
    await ask(cabinet)
    assert await letters(cabinet) == 1


async def test_a_mailbox_is_not_flooded(cabinet: Cabinet, clock: MovableClock) -> None:
    await cabinet.register()
    for number in range(5):
        assert (await ask(cabinet, address=f"192.0.2.{number}")).status_code == 202
    for email in (EMAIL, EMAIL.upper()):
        flooded = await ask(cabinet, email, "192.0.2.9")
        assert refusal(flooded) == (429, "too_many_requests")
        assert flooded.headers["retry-after"] == "3601"
    assert await letters(cabinet) == 5
    clock.move(timedelta(hours=1))
    assert (await ask(cabinet)).status_code == 202


async def test_the_limit_tells_nothing_about_an_unknown_address(cabinet: Cabinet) -> None:
    for _ in range(5):
        assert (await ask(cabinet, "nobody@example.ru")).status_code == 202
    assert refusal(await ask(cabinet, "nobody@example.ru")) == (429, "too_many_requests")


async def test_one_network_does_not_flood_many_mailboxes(cabinet: Cabinet) -> None:
    for number in range(50):
        assert (await ask(cabinet, f"nobody{number}@example.ru")).status_code == 202
    assert refusal(await ask(cabinet, "another@example.ru")) == (429, "too_many_requests")
    assert (await ask(cabinet, "another@example.ru", "198.51.100.1")).status_code == 202
    assert (await sign_in_of_new(cabinet)) is True


async def sign_in_of_new(cabinet: Cabinet) -> bool:
    """Whether the same network may still register and sign in."""
    await cabinet.register()
    return await is_in(await sign_in(cabinet))
