"""Rows of the company: a batch is answered row by row, in its order."""

from typing import Any

import msgspec

from core.testing.cabinet import Cabinet, Caller
from tests.plugins.household.supplier import accept_all, enter, transmit


async def load(houses: Cabinet, dataset: str, *rows: dict[str, Any]) -> list[str]:
    """The code of each row's refusal, empty where it was taken."""
    company = await houses.service(f"company{len(houses._callers)}")
    lines = b"\n".join(msgspec.json.encode(row) for row in rows)
    answer = await company.post(f"/api/v1/exchange/household.{dataset}", content=lines)
    assert answer.status_code == 200, answer.text
    return [msgspec.json.decode(line).get("code", "") for line in answer.text.splitlines()[:-1]]


async def standing(houses: Cabinet) -> set[tuple[str, str, str | None]]:
    staff = await houses.staff(f"staff{len(houses._callers)}@supplier.example", scopes=["household.attach"])
    items = (await staff.get("/api/v1/staff/household/attachments")).json()["items"]
    return {(item["id"], item["account_id"], item["contract_id"]) for item in items}


async def test_attachments_of_a_batch_follow_each_other(houses: Cabinet) -> None:
    before = await standing(houses)

    def row(key: str, account: str, contract: str = "C-2") -> dict[str, Any]:
        return {"id": key, "account_id": account, "contract_id": contract}

    def gone(key: str) -> dict[str, Any]:
        return {"id": key, "deleted": True}

    codes = await load(
        houses,
        "attachments",
        row("N-1", "A-1"),
        row("N-2", "A-1"),  # the same once more
        row("N-1", "A-2"),  # moves
        row("N-2", "A-1"),  # takes its place
        gone("N-2"),
        row("N-3", "A-1"),
        row("N-4", "A-9"),  # stands there as AT-9
        gone("AT-9"),
        row("N-4", "A-9"),
        row("N-5", "A-0"),
        row("N-6", "A-5"),
        gone("N-6"),
        {"id": "N-7", "account_id": "A-5"},
        {"id": "N-8", "account_id": "A-5", "email": "nobody@dom.example"},
        row("AT-5", "A-5", "C-1"),  # as it was
    )
    twice = "household.attached"
    assert codes == [
        *("", twice, "", "", "", "", twice, "", "", "household.unknown_account", "", ""),
        *("household.one_holder", "household.unknown_client", ""),
    ]
    made = {("N-1", "A-2", "C-2"), ("N-3", "A-1", "C-2"), ("N-4", "A-9", "C-2")}
    assert await standing(houses) == (before - {("AT-9", "A-9", "C-2")}) | made


async def test_only_what_billing_took_is_in_a_bill(houses: Cabinet, manager: Caller) -> None:
    await enter(manager, "M-1", t1="6000")
    await enter(manager, "M-5", t1="200")
    await transmit(manager, houses, house_id="H-1")
    await accept_all(houses)
    await transmit(manager, houses, house_id="H-2")
    codes = await load(
        houses,
        "billed",
        {"meter_id": "M-1", "month": "2026-01-01", "billed_month": "2026-02-01"},
        {"meter_id": "M-5", "month": "2026-01-01", "billed_month": "2026-02-01"},  # not answered yet
        {"meter_id": "M-1", "month": "2025-12-01", "billed_month": "2026-02-01"},
        {"meter_id": "M-1", "month": "2026-01-01", "billed_month": "2026-03-01"},
    )
    assert codes == ["", "household.not_sent", "household.not_sent", ""]
    found = (await manager.get("/api/v1/household/transmitted", params={"house_id": "H-1"})).json()["items"]
    assert [item["billed_month"] for item in found] == ["2026-03-01"]
