"""Drafts: when they are kept, what they hold, how they go."""

from datetime import timedelta

import pytest

from core.testing.cabinet import Cabinet, Caller
from core.testing.clock import MovableClock
from core.testing.signing import Signatory
from tests.plugins.appeals.supplier import (
    APPEALS,
    BRANCH,
    CHANGE,
    CONCLUSION,
    CONTACT,
    ENTITY,
    OTHER_INN,
    PARTY,
    POWER,
    SUPPORT,
    attach,
    begin,
    client,
    fill_certificate,
    fill_rest,
    good,
    registry,
    send_signed,
    step,
    tab,
    wrong,
)


@pytest.mark.requirement("APL-58", "APL-57", "APL-01")
async def test_a_draft_is_kept_from_the_third_step_on(anna: Caller, director: Signatory) -> None:
    appeal_id = (await begin(anna, CHANGE, subsection=ENTITY))["id"]
    assert wrong(await anna.put(f"{APPEALS}/{appeal_id}/draft"), 409) == {"": "appeals.draft_too_early"}
    assert await tab(anna, "drafts") == []
    await fill_certificate(anna, appeal_id, director, **POWER)
    assert await tab(anna, "drafts") == []
    good(await anna.put(f"{APPEALS}/{appeal_id}/draft"))
    (item,) = await tab(anna, "drafts")
    assert (item["id"], item["resolution"], item["title"], item["number"]) == (appeal_id, "Черновик", CHANGE, None)
    form = good(await anna.get(f"{APPEALS}/{appeal_id}/form"))
    assert set(form["values"]) == {"type", "certificate"}


@pytest.mark.requirement("APL-58")
async def test_declining_leaves_nothing(supplier: Cabinet, anna: Caller, director: Signatory) -> None:
    appeal_id = (await begin(anna, CHANGE, subsection=ENTITY))["id"]
    await fill_certificate(anna, appeal_id, director, **POWER)
    good(await anna.delete(f"{APPEALS}/{appeal_id}"))
    assert (await anna.get(f"{APPEALS}/{appeal_id}/form")).status_code == 404
    await supplier.drain()


@pytest.mark.requirement("APL-59", "APL-58")
async def test_a_step_is_stored_when_it_is_complete(anna: Caller, director: Signatory) -> None:
    appeal_id = (await begin(anna, CONCLUSION, subsection=ENTITY))["id"]
    await fill_certificate(anna, appeal_id, director, **POWER)
    good(await step(anna, appeal_id, "branch", branch=BRANCH))
    assert wrong(await step(anna, appeal_id, "contact", surname="Петрова"))
    good(await anna.put(f"{APPEALS}/{appeal_id}/draft"))
    form = good(await anna.get(f"{APPEALS}/{appeal_id}/form"))
    assert set(form["values"]) == {"type", "certificate", "branch"}
    assert (form["current"], form["step"]["name"]) == (4, "contact")
    assert form["defaults"]["surname"] == "Иванова"


@pytest.mark.requirement("APL-59")
async def test_files_of_a_step_that_was_not_completed_are_not_kept(anna: Caller, director: Signatory) -> None:
    appeal_id = (await begin(anna, CHANGE, subsection=ENTITY))["id"]
    await fill_certificate(anna, appeal_id, director, **POWER)
    good(await step(anna, appeal_id, "contact", **CONTACT))
    good(await attach(anna, appeal_id, "documents.more"))
    good(await anna.put(f"{APPEALS}/{appeal_id}/draft"))
    form = good(await anna.get(f"{APPEALS}/{appeal_id}/form"))
    assert [file["name"] for file in form["files"]] == ["aaa.cer"]


@pytest.mark.requirement("APL-60")
async def test_a_draft_is_taken_up_changed_and_sent(supplier: Cabinet, anna: Caller, director: Signatory) -> None:
    appeal_id = (await begin(anna, CHANGE, subsection=ENTITY))["id"]
    await fill_certificate(anna, appeal_id, director, **POWER)
    form = await fill_rest(anna, appeal_id, CHANGE)
    good(await anna.put(f"{APPEALS}/{appeal_id}/draft"))
    stranger = await client(supplier, "boris@example.ru")
    assert (await stranger.get(f"{APPEALS}/{appeal_id}/form")).status_code == 404
    resumed = good(await anna.get(f"{APPEALS}/{appeal_id}/form"))
    assert (resumed["values"], resumed["files"], resumed["state"]) == (form["values"], form["files"], "draft")
    form = good(await step(anna, appeal_id, "contact", **{**CONTACT, "given_name": "Нина"}))
    shown = await send_signed(supplier, anna, good(await anna.get(f"{APPEALS}/{appeal_id}/form")), director)
    assert shown["state"] == "open"
    contact = next(group for group in shown["groups"] if group["name"] == "contact")
    assert {"name": "Имя", "value": "Нина"} in contact["values"]
    assert [item["id"] for item in await tab(anna)] == [appeal_id]
    assert await tab(anna, "drafts") == []


@pytest.mark.requirement("APL-57", "APL-18")
async def test_a_directory_that_is_down_costs_no_draft(supplier: Cabinet) -> None:
    newcomer = await supplier.client("novikov@example.ru")
    appeal_id = (await begin(newcomer, SUPPORT, contract="none"))["id"]
    path = supplier.runtime.data_dir / "organisations.ndjson"
    path.write_bytes(b"{broken")
    search = await newcomer.get(f"{APPEALS}/organisations", params={"inn": OTHER_INN})
    assert wrong(search, 503) == {"": "appeals.directory_unavailable"}
    key = f"{OTHER_INN}-773601001"
    refused = await step(newcomer, appeal_id, "inn", inn=OTHER_INN, found=key)
    assert wrong(refused, 503) == {"": "appeals.directory_unavailable"}
    by_hand = {"inn": OTHER_INN, "found": "manual", "organisation_name": "ПАО «Василёк»"}
    assert wrong(await step(newcomer, appeal_id, "inn", inn=OTHER_INN, found="manual")) == {
        "organisation_name": "required"
    }
    good(await step(newcomer, appeal_id, "inn", **by_hand))
    good(await step(newcomer, appeal_id, "organisation"))
    good(await newcomer.put(f"{APPEALS}/{appeal_id}/draft"))
    registry(supplier, PARTY)
    form = good(await newcomer.get(f"{APPEALS}/{appeal_id}/form"))
    assert (form["party"]["name"], form["current"]) == ("ПАО «Василёк»", 4)
    other = {**by_hand, "organisation_name": "Кто угодно"}
    assert wrong(await step(newcomer, appeal_id, "inn", **other)) == {"found": "not_a_choice"}
    good(await step(newcomer, appeal_id, "inn", inn=OTHER_INN, found=key))


@pytest.mark.requirement("APL-18", "APL-17")
async def test_the_extended_search_is_another_directory(supplier: Cabinet) -> None:
    newcomer = await supplier.client("novikov@example.ru")
    ask = {"inn": OTHER_INN}
    nobody = good(await newcomer.get(f"{APPEALS}/organisations", params=ask))
    assert (nobody["items"], "расширенным поиском" in nobody["text"]) == ([], True)
    nobody = good(await newcomer.get(f"{APPEALS}/organisations/extended", params=ask))
    assert (nobody["items"], "Проверьте ИНН" in nobody["text"]) == ([], True)
    registry(supplier, PARTY, name="organisations-extended.ndjson")
    assert good(await newcomer.get(f"{APPEALS}/organisations/extended", params=ask))["items"] == [PARTY]
    appeal_id = (await begin(newcomer, SUPPORT, contract="none"))["id"]
    good(await step(newcomer, appeal_id, "inn", inn=OTHER_INN, found=f"{OTHER_INN}-773601001"))
    for inn in ("77070838", "7707083894", "٧٧٠٧٠٨٣٨٩٣", "770708389X"):
        assert wrong(await newcomer.get(f"{APPEALS}/organisations", params={"inn": inn})) == {"inn": "wrong_format"}


async def test_what_was_left_unsaved_goes(supplier: Cabinet, clock: MovableClock, anna: Caller) -> None:
    appeal_id = (await begin(anna, SUPPORT, "Оплата через ЛКК"))["id"]
    good(await attach(anna, appeal_id, "information.files"))
    clock.move(timedelta(days=3))
    await supplier.drain()
    assert (await anna.get(f"{APPEALS}/{appeal_id}/form")).status_code in (401, 404)


async def test_two_windows_do_not_overwrite_each_other(anna: Caller, director: Signatory) -> None:
    appeal_id = (await begin(anna, CHANGE, subsection=ENTITY))["id"]
    missing = await anna.put(f"{APPEALS}/{appeal_id}/steps/nowhere", json={"values": {}})
    assert wrong(missing, 404) == {"": "appeals.no_such_step"}
    assert wrong(await attach(anna, appeal_id, "documents.more"), 409) == {"": "appeals.step_not_reached"}
    assert wrong(await attach(anna, appeal_id, "documents.unknown")) == {"field": "appeals.no_such_document"}
    assert wrong(await step(anna, appeal_id, "certificate", unknown=1))["unknown"] == "unknown_field"
