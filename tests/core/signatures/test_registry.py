"""Certificates of accounts: bound with a filing, listed, removed, never anybody else's."""

import asyncio
from datetime import timedelta

import pytest

from core.sdk import Context, Problem
from core.signatures.public import (
    CertificateInfo,
    Organisation,
    candidates,
    read_certificate,
    register,
    registered,
)
from core.signatures.services.registry import forget_account
from core.testing.cabinet import Cabinet, Caller
from core.testing.signing import Authority, Signatory
from tests.core.signatures.conftest import INN, OTHER_INN

ROMASHKA = Organisation(INN, "783001001", "ООО «Ромашка»")
SISTER = Organisation(OTHER_INN, "770701001", "ООО «Сестра»")
URL = "/api/v1/signatures/certificates"


async def account_of(caller: Caller) -> str:
    found: str = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    return found


async def bind(
    cabinet: Cabinet, account_id: str, signatory: Signatory, organisation: Organisation = ROMASHKA, **more: bool
) -> str:
    async with Context(cabinet.runtime).uow() as uow:
        return await register(uow, account_id, organisation, read_certificate(signatory.certificate), **more)


async def refused(
    cabinet: Cabinet, account_id: str, signatory: Signatory, organisation: Organisation = ROMASHKA
) -> str:
    with pytest.raises(Problem) as caught:
        await bind(cabinet, account_id, signatory, organisation)
    return caught.value.kind.code


@pytest.mark.requirement("EDO-07")
async def test_a_certificate_is_listed_with_its_organisations(cabinet: Cabinet, authority: Authority) -> None:
    caller, stranger = await cabinet.client(), await cabinet.client("other@example.ru")
    account_id = await account_of(caller)
    assert (await caller.get(URL)).json() == {"items": [], "next": None}
    director = authority.issue(inn=INN)
    certificate_id = await bind(cabinet, account_id, director)
    info = read_certificate(director.certificate)
    (item,) = (await caller.get(URL)).json()["items"]
    assert item == {
        "id": certificate_id,
        "inn": INN,
        "kpp": "783001001",
        "organisation": "ООО «Ромашка»",
        "by_power": False,
        "subject": "ООО «Ромашка»",
        "person": "Иванова Анна Петровна",
        "holder": "organisation",
        "serial": info.serial,
        "fingerprint": info.fingerprint,
        "issuer": "Тестовый удостоверяющий центр",
        "valid_from": "2025-10-17T09:00:00Z",
        "valid_until": "2026-10-17T09:00:00Z",
        "registered_at": "2026-01-25T09:00:00Z",
    }
    assert (await stranger.get(URL)).json()["items"] == []


@pytest.mark.requirement("APL-15")
async def test_one_certificate_for_several_organisations_of_one_account(cabinet: Cabinet, authority: Authority) -> None:
    caller, other = await cabinet.client(), await cabinet.client("other@example.ru")
    account_id, other_id = await account_of(caller), await account_of(other)
    director = authority.issue(person_inn="500100732259")
    first = await bind(cabinet, account_id, director, by_power=True)
    assert await bind(cabinet, account_id, director, SISTER, by_power=True) == first
    assert await bind(cabinet, account_id, director, ROMASHKA, by_power=True) == first
    items = (await caller.get(URL)).json()["items"]
    assert [(item["inn"], item["by_power"]) for item in items] == [(OTHER_INN, True), (INN, True)]
    page = (await caller.get(URL, params={"limit": 1})).json()
    rest = (await caller.get(URL, params={"limit": 1, "cursor": page["next"]})).json()
    assert [page["items"][0]["inn"], rest["items"][0]["inn"], rest["next"]] == [OTHER_INN, INN, None]
    own = authority.issue(inn=INN)
    await bind(cabinet, account_id, own)
    assert await refused(cabinet, other_id, own) == "signatures.certificate_taken"
    assert (await other.get(URL)).json()["items"] == []


@pytest.mark.requirement("APL-15")
async def test_of_two_accounts_at_once_one_wins(cabinet: Cabinet, authority: Authority) -> None:
    callers = [await cabinet.client(f"client{number}@example.ru") for number in range(4)]
    accounts = [await account_of(caller) for caller in callers]
    for _ in range(3):
        director = authority.issue(inn=INN)
        outcomes = await asyncio.gather(*[bind(cabinet, one, director) for one in accounts], return_exceptions=True)
        assert sum(isinstance(one, str) for one in outcomes) == 1
        lost = [one for one in outcomes if not isinstance(one, str)]
        assert all(isinstance(one, Problem) and one.kind.code == "signatures.certificate_taken" for one in lost)
    held = [len((await caller.get(URL)).json()["items"]) for caller in callers]
    assert sum(held) == 3


@pytest.mark.requirement("APL-20")
async def test_a_filing_that_fails_registers_nothing(cabinet: Cabinet, authority: Authority) -> None:
    caller = await cabinet.client()
    account_id = await account_of(caller)
    certificate = read_certificate(authority.issue(inn=INN).certificate)

    async def fail() -> None:
        async with Context(cabinet.runtime).uow() as uow:
            await register(uow, account_id, ROMASHKA, certificate)
            raise RuntimeError("the appeal was not filed")

    with pytest.raises(RuntimeError):
        await fail()
    assert (await caller.get(URL)).json()["items"] == []
    assert await candidates(Context(cabinet.runtime), account_id) == []


async def test_what_may_not_be_registered(cabinet: Cabinet, authority: Authority) -> None:
    account_id = await account_of(await cabinet.client())
    person = authority.issue()
    now = cabinet.clock.now()
    expired = authority.issue(inn=INN, valid_until=now)
    future = authority.issue(inn=INN, valid_from=now + timedelta(seconds=1))
    assert await refused(cabinet, account_id, person) == "signatures.power_needed"
    assert await refused(cabinet, account_id, authority.issue(inn=OTHER_INN)) == "signatures.wrong_inn"
    assert await refused(cabinet, account_id, expired) == "signatures.certificate_expired"
    assert await refused(cabinet, account_id, future) == "signatures.certificate_not_yet_valid"
    entrepreneur = Organisation("500100732259", "", "ИП Иванова А. П.")
    assert await refused(cabinet, account_id, person, entrepreneur) == "signatures.not_entrepreneur"
    with pytest.raises(Problem):
        await bind(cabinet, account_id, person, entrepreneur, by_power=True)
    await bind(cabinet, account_id, authority.issue(ogrnip="304500116000157"), entrepreneur)


@pytest.mark.requirement("APL-14")
async def test_only_current_certificates_of_the_organisation_are_offered(
    cabinet: Cabinet, authority: Authority
) -> None:
    account_id = await account_of(await cabinet.client())
    ctx = Context(cabinet.runtime)
    short = await bind(cabinet, account_id, authority.issue(inn=INN, valid_until=cabinet.clock.now() + timedelta(1)))
    sister = await bind(cabinet, account_id, authority.issue(inn=OTHER_INN), SISTER)
    assert [item.id for item in await candidates(ctx, account_id, INN)] == [short]
    assert [item.id for item in await candidates(ctx, account_id)] == [sister, short]
    assert await candidates(ctx, account_id, "500100732259") == []
    found = await registered(ctx, account_id, short, INN)
    assert found
    assert found.organisation == "ООО «Ромашка»"
    assert await registered(ctx, account_id, short, OTHER_INN) is None
    assert await registered(ctx, "somebody", short, INN) is None
    cabinet.clock.move(timedelta(days=1))
    assert [item.id for item in await candidates(ctx, account_id)] == [sister]


async def test_the_owner_removes_a_certificate_and_nobody_else_gets_it(cabinet: Cabinet, authority: Authority) -> None:
    caller, other = await cabinet.client(), await cabinet.client("other@example.ru")
    account_id = await account_of(caller)
    director = authority.issue()
    certificate_id = await bind(cabinet, account_id, director, by_power=True)
    await bind(cabinet, account_id, director, SISTER, by_power=True)
    url = f"{URL}/{certificate_id}"
    assert (await other.delete(url)).status_code == 404
    assert (await cabinet.anonymous().delete(url)).status_code == 401
    assert (await caller.delete(f"{URL}/nothing")).status_code == 404
    assert (await caller.delete(url, params={"inn": "1"})).status_code == 404
    assert (await caller.delete(url, params={"inn": INN})).status_code == 204
    assert [item["inn"] for item in (await caller.get(URL)).json()["items"]] == [OTHER_INN]
    assert (await caller.delete(url)).status_code == 204
    assert (await caller.delete(url)).status_code == 404
    assert (await caller.get(URL)).json()["items"] == []
    assert await refused_by_power(cabinet, await account_of(other), director) == "signatures.certificate_taken"
    assert await bind(cabinet, account_id, director, by_power=True) == certificate_id
    (item,) = (await caller.get(URL)).json()["items"]
    assert item["person"] == "Иванова Анна Петровна"


async def refused_by_power(cabinet: Cabinet, account_id: str, signatory: Signatory) -> str:
    with pytest.raises(Problem) as caught:
        await bind(cabinet, account_id, signatory, by_power=True)
    return caught.value.kind.code


async def test_an_erased_account_holds_nothing(cabinet: Cabinet, authority: Authority) -> None:
    caller, other = await cabinet.client(), await cabinet.client("other@example.ru")
    account_id, other_id = await account_of(caller), await account_of(other)
    director = authority.issue(inn=INN)
    await bind(cabinet, account_id, director)
    async with Context(cabinet.runtime).uow() as uow:
        await forget_account(uow, account_id)
    assert (await caller.get(URL)).json()["items"] == []
    await bind(cabinet, other_id, director)  # whoever exists no more binds nothing


def test_what_is_public_is_typed() -> None:
    assert CertificateInfo.__struct_fields__[0] == "der"
