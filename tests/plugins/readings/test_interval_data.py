"""Interval data read out again over HTTP: days, corrections, coverage, exports, receipts."""

import csv
import io
from base64 import urlsafe_b64decode
from typing import Any

import msgspec
import openpyxl
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from lxml import etree

from core.testing.cabinet import Cabinet, Caller
from tests.plugins.readings.messages import Message, PointText, Reading, point, readings
from tests.plugins.readings.supplier import client
from tests.plugins.readings.test_intervals import ONE, TWO, sent, wrong
from tests.plugins.readings.test_intervals import intervals as intervals

PATH = "/api/v1/readings/contracts/c1/intervals"
RANGE = {"since": "2026-01-01", "until": "2026-01-31"}
ESPI = {"a": "http://www.w3.org/2005/Atom", "e": "http://naesb.org/espi"}


@pytest.fixture
async def caller(intervals: Cabinet) -> Caller:
    """A client who has sent two days of one point, and corrected the second."""
    made = await client(intervals)
    found = readings([1] * 48)
    found[0] = Reading("0000", "0030", "", ' status="1"')
    found[1] = Reading("0030", "0100", "7,5", ' status="1"')
    await sent(intervals, made, Message([PointText(ONE, [("01", found), ("03", readings([2] * 48))])], day="20260119"))
    await sent(intervals, made, Message([point(ONE, value=3)], day="20260121", number="18"))
    await sent(intervals, made, Message([point(ONE, value=4)], day="20260121", number="19"))
    return made


async def test_days_are_shown_exactly(caller: Caller) -> None:
    shown = (await caller.get(f"{PATH}/i1", params={**RANGE, "channel": "A+"})).json()
    first, second = shown["days"]
    assert (first["day"], first["starts_at"], first["minutes"], first["total"]) == (
        "2026-01-19",
        "2026-01-18T21:00:00Z",
        30,
        "46",
    )
    assert first["values"][:3] == [None, "7.5", "1"]
    assert first["not_for_settlement"] == [0, 1]
    assert second["values"] == ["4"] * 48
    everything = (await caller.get(f"{PATH}/i1", params=RANGE)).json()["days"]
    assert [day["channel"] for day in everything] == ["A+", "A+", "R+"]


async def test_corrections_stay_visible(caller: Caller) -> None:
    found = (await caller.get(f"{PATH}/i1/revisions", params={"day": "2026-01-21"})).json()["items"]
    assert [(state["revision"], state["total"], state["replaced_at"] is None) for state in found] == [
        (2, "192", True),
        (1, "144", False),
    ]


async def test_coverage_names_gaps_and_days_that_are_not_there(caller: Caller) -> None:
    active, _ = (await caller.get(PATH, params={"month": "2026-01"})).json()["items"]
    assert (active["point_id"], active["complex_code"], active["channel"]) == ("i1", ONE, "A+")
    assert [(day["day"], day["missing"], day["not_for_settlement"]) for day in active["days"]] == [
        ("2026-01-19", 1, 1),
        ("2026-01-21", 0, 0),
    ]
    assert "2026-01-20" in active["absent"]
    assert active["absent"][-1] == "2026-01-24"
    assert len(active["absent"]) == 22


async def test_exports_hold_what_is_shown(caller: Caller) -> None:
    book = await caller.get(f"{PATH}/i1/workbook", params=RANGE)
    rows = list(openpyxl.load_workbook(io.BytesIO(book.content), read_only=True).active.iter_rows(values_only=True))
    assert len(rows) == 1 + 2 * 48
    assert rows[2][1:5] == ("00:30", "01:00", 7.5, 2)
    text = await caller.get(f"{PATH}/i1/csv", params=RANGE)
    lines = list(csv.DictReader(io.StringIO(text.text)))
    assert len(lines) == 3 * 48
    assert (lines[1]["value"], lines[1]["mark"]) == ("7.5", "not_for_settlement")
    feed = await caller.get(f"{PATH}/i1/green-button", params=RANGE)
    tree = etree.fromstring(feed.content)
    assert len(tree.xpath("//e:IntervalBlock", namespaces=ESPI)) == 3
    assert len(tree.xpath("//e:IntervalReading", namespaces=ESPI)) == 3 * 48 - 1


async def test_what_is_not_the_callers_is_not_there(intervals: Cabinet, caller: Caller) -> None:
    assert (await caller.get(f"{PATH}/i9", params=RANGE)).status_code == 404
    stranger = await client(intervals, contracts=("c2",), email="petrov@example.ru")
    accountant = await client(intervals, "Бухгалтер", email="sidorova@example.ru")
    for path in ("", "/i1", "/i1/revisions", "/i1/workbook", "/i1/csv", "/i1/green-button"):
        params = {**RANGE, "month": "2026-01", "day": "2026-01-19"}
        assert (await stranger.get(PATH + path, params=params)).status_code == 404
        assert (await accountant.get(PATH + path, params=params)).status_code == 403
    for wrong_range in ({"since": "2026-02-01", "until": "2026-01-01"}, {"since": "2020-01-01", "until": "2026-01-01"}):
        assert (await caller.get(f"{PATH}/i1", params=wrong_range)).status_code == 422


def payload(jws: str, keys: list[dict[str, str]]) -> dict[str, Any]:
    """What a program of the client's would do: verify with the published key."""
    head, body, signature = jws.split(".")
    decoded = [urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in (head, body, signature)]
    key = next(item for item in keys if item["kid"] == msgspec.json.decode(decoded[0])["kid"])
    public = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(key["x"] + "="))
    public.verify(decoded[2], f"{head}.{body}".encode())
    found: dict[str, Any] = msgspec.json.decode(decoded[1])
    return found


async def test_every_file_gets_a_signed_receipt(intervals: Cabinet, caller: Caller) -> None:
    item = await sent(
        intervals,
        caller,
        Message([point(ONE, value=9), PointText(TWO, [("01", wrong("&lt;&amp;&gt;"))])], day="20260122"),
    )
    path = f"/api/v1/readings/contracts/c1/interval-files/{item['id']}"
    answer = (await caller.get(f"{path}/receipt")).json()
    keys = (await intervals.anonymous().get("/api/v1/readings/receipt-keys")).json()["keys"]
    receipt = payload(answer["jws"], keys)
    assert receipt == answer["receipt"]
    assert (receipt["status"], receipt["loaded"], receipt["refused"]) == ("Загружен частично", 1, 1)
    assert (receipt["sha256"], receipt["issuer"]) == (item["sha256"], "Тестэнерго")
    assert receipt["refused_points"] == [
        {"title": f"ТП-1 ввод ({TWO})", "reasons": ["Период 0230: «<&>» — не число от нуля"]}
    ]
    head, body, signature = answer["jws"].split(".")
    with pytest.raises(InvalidSignature):
        payload(f"{head}.{body[:-4]}AAAA.{signature}", keys)
    tree = etree.fromstring((await caller.get(f"{path}/receipt.xml")).content)
    assert (tree.get("class"), tree.findtext("file/status")) == ("60091", "Загружен частично")
    assert tree.findtext("file/measuringpoint/error") == "Период 0230: «<&>» — не число от нуля"
    stranger = await client(intervals, contracts=("c2",), email="petrov@example.ru")
    assert (await stranger.get(f"{path}/receipt")).status_code == 404
    assert (await caller.get(path.replace("c1", "c2") + "/receipt")).status_code == 404


async def test_a_broken_file_gets_a_receipt_and_one_in_work_does_not(intervals: Cabinet, caller: Caller) -> None:
    item = await sent(intervals, caller, b"<html/>")
    base = "/api/v1/readings/contracts/c1/interval-files"
    receipt = (await caller.get(f"{base}/{item['id']}/receipt")).json()["receipt"]
    assert receipt["status"] == "Обнаружены ошибки структуры файла"
    assert receipt["reasons"] == ["Ожидается макет 80020, в файле — «html»"]
    params = {"kind": "readings.intervals", "contract_id": "c1", "name": "1.xml"}
    waiting = (await caller.post("/api/v1/imports", params=params, content=Message([point(ONE)]).bytes())).json()
    answer = await caller.get(f"{base}/{waiting['id']}/receipt")
    assert (answer.status_code, answer.json()["code"]) == (409, "readings.no_receipt_yet")
