"""Guessing and flooding: what one person may ask for in an hour is bounded."""

import asyncio
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from core.config import Config
from core.testing.cabinet import Cabinet, Caller, config_for_tests
from core.testing.clock import MovableClock
from tests.core.security.conftest import MAILBOX, NUMBER

REQUESTS = "/api/v1/roles/contracts/C-1/requests"


@pytest.fixture
def host_config(database_url: str, tmp_path: Path) -> Config:
    """Small numbers."""
    limits = {
        "contracts": {"refusals_per_hour": 3, "letters_per_hour": 2},
        "roles": {"request_messages": 3, "request_files": 2},
        "identity": {"codes_per_hour": 4},
    }
    return config_for_tests(database_url, tmp_path, plugins=limits)


def statuses(answers: list[httpx.Response]) -> list[int]:
    """In order."""
    return sorted(answer.status_code for answer in answers)


async def add(caller: Caller, number: str = NUMBER, email: str = MAILBOX) -> httpx.Response:
    """The form «Новый договор»."""
    return await caller.post("/api/v1/contracts", json={"number": number, "email": email})


async def test_contract_numbers_cannot_be_probed_even_all_at_once(
    cabinet: Cabinet, contract: str, clock: MovableClock
) -> None:
    prober = await cabinet.client()
    guesses = await asyncio.gather(*[add(prober, email=f"guess{number}@romashka.example") for number in range(8)])
    assert statuses(guesses) == [422] * 3 + [429] * 5
    assert (await add(prober)).status_code == 429
    assert (await add(await cabinet.client("honest@example.ru"))).status_code == 202
    clock.move(timedelta(hours=1, seconds=1))
    assert (await add(prober)).status_code == 202


async def test_the_mailbox_of_a_contract_cannot_be_flooded(cabinet: Cabinet, contract: str) -> None:
    for number, expected in enumerate((202, 202, 429)):
        caller = await cabinet.client(f"asker{number}@example.ru")
        assert (await add(caller)).status_code == expected
        assert (await caller.delete(f"/api/v1/contracts/{contract}")).status_code == (204 if expected == 202 else 404)
    assert len(await cabinet.letters(MAILBOX)) == 2


async def test_the_letter_of_an_addition_names_who_asks(cabinet: Cabinet, contract: str) -> None:
    await add(await cabinet.client("asker@example.ru"))
    assert "asker@example.ru" in (await cabinet.letters(MAILBOX))[0].text


async def test_the_address_form_does_not_tell_for_long_who_is_registered(cabinet: Cabinet) -> None:
    await cabinet.client("victim@example.ru")
    prober = await cabinet.client("prober@example.ru")
    answers = await asyncio.gather(
        *[prober.put("/api/v1/profile/email", json={"email": "victim@example.ru"}) for _ in range(9)]
    )
    assert statuses(answers) == [409] * 4 + [429] * 5


async def test_a_request_takes_so_many_messages_and_files(cabinet: Cabinet, contract: str) -> None:
    client = await cabinet.client()
    await cabinet.link(client, NUMBER, MAILBOX)
    request_id = (await client.post(REQUESTS, json={"text": "Прошу"})).json()["id"]
    place = f"/api/v1/roles/requests/{request_id}"
    answers = await asyncio.gather(*[client.post(f"{place}/messages", json={"text": "Ещё"}) for _ in range(6)])
    assert statuses(answers) == [201] * 2 + [409] * 4
    answers = await asyncio.gather(
        *[client.post(f"{place}/files", params={"name": f"{number}.pdf"}, content=b"%PDF-") for number in range(6)]
    )
    assert statuses(answers) == [201] * 2 + [409] * 4
    kept = [path for path in (cabinet.runtime.data_dir / "files" / "roles").rglob("*") if path.is_file()]
    assert len(kept) == 2, "what was refused is not left in the store"
