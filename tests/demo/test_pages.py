"""The demonstration's pages: mail, the letter's link, billing."""

import re
from datetime import date
from html import escape

import msgspec
import pytest

from core.ports.mail import Mail, Message
from core.testing.cabinet import Cabinet
from hosts.demo.pages import curl_lines
from hosts.demo.schemas import DemoGuide, DemoSignIn

HOSTILE = "<script>alert(1)</script>\" onmouseover='x' & «№ 1»"
JSON = {"Accept": "application/json"}


async def send(cabinet: Cabinet, letter_id: str = "letter-1", **fields: str) -> None:
    """Puts a letter into the mailbox."""
    message = {"id": letter_id, "to": "anna@example.ru", "subject": "Тема", "text": "Текст"} | fields
    await cabinet.runtime.ports[Mail].send(msgspec.convert(message, Message))


async def test_a_hostile_letter_stays_text(cabinet: Cabinet) -> None:
    await send(cabinet, subject=HOSTILE, text=f'{HOSTILE}\nhttp://x.example/"><img src=x onerror=alert(1)>')
    for path in ("/demo/mail", "/demo/mail/letter-1"):
        answer = await cabinet.anonymous().get(path)
        assert answer.headers["content-type"].startswith("text/html")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "script" not in answer.headers["content-security-policy"]
        assert escape(HOSTILE) in answer.text
        assert "<script" not in answer.text
        assert "<img" not in answer.text


async def test_the_same_letters_as_json(cabinet: Cabinet) -> None:
    await send(cabinet, subject=HOSTILE)
    await send(cabinet, "letter-2", to="boris@example.ru")
    listed = (await cabinet.anonymous().get("/demo/mail", headers=JSON)).json()["items"]
    assert {(item["id"], item["to"]) for item in listed} == {
        ("letter-1", "anna@example.ru"),
        ("letter-2", "boris@example.ru"),
    }
    one = (await cabinet.anonymous().get("/demo/mail/letter-1", headers=JSON)).json()
    assert (one["subject"], one["text"].strip()) == (HOSTILE, "Текст")


async def test_a_letter_that_is_not_there(cabinet: Cabinet) -> None:
    for letter_id in ("nothing", "..%2F..%2Fetc%2Fpasswd", "%2E%2E", "%00"):
        assert (await cabinet.anonymous().get(f"/demo/mail/{letter_id}")).status_code == 404


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Перейдите: https://x.example/a?b=1&c=2.", "https://x.example/a?b=1&c=2"),
        ("(http://127.0.0.1:8000/demo)", "http://127.0.0.1:8000/demo"),
    ],
)
async def test_links_can_be_clicked(cabinet: Cabinet, text: str, address: str) -> None:
    await send(cabinet, text=text)
    page = (await cabinet.anonymous().get("/demo/mail/letter-1")).text
    assert f'href="{escape(address)}"' in page
    await send(cabinet, "letter-2", text="javascript:alert(1) data:text/html,x")
    assert page.count("href=") - 1 == (await cabinet.anonymous().get("/demo/mail/letter-2")).text.count("href=")


@pytest.mark.requirement("CTR-03")
async def test_the_link_of_a_letter_leads_to_a_button_that_adds_the_contract(cabinet: Cabinet) -> None:
    await cabinet.load(
        "contracts", {"id": "C-1", "number": "98010000000001", "name": "ООО «Онегорснаб»", "inn": "9801001002"}
    )
    await cabinet.load("contract_emails", {"contract_id": "C-1", "email": "dogovor@onegor.example"})
    caller, visitor = await cabinet.client(), cabinet.anonymous()
    form = {"number": "98010000000001", "email": "dogovor@onegor.example"}
    assert (await caller.post("/api/v1/contracts", json=form)).status_code == 202
    token = await cabinet.link_token("dogovor@onegor.example")
    page = await visitor.get("/demo/contracts/confirm", params={"token": token})
    assert f'value="{token}"' in page.text
    listed = (await caller.get("/api/v1/contracts")).json()["items"]
    assert listed[0]["state"] == "pending"  # reading the page is not confirming
    assert "98010000000001" in (await visitor.post("/demo/contracts/confirm", data={"token": token})).text
    listed = (await caller.get("/api/v1/contracts")).json()["items"]
    assert listed[0]["state"] == "active"
    assert "недействительна" in (await visitor.post("/demo/contracts/confirm", data={"token": token})).text


async def test_a_forged_link_is_refused_in_words(cabinet: Cabinet) -> None:
    visitor = cabinet.anonymous()
    page = await visitor.get("/demo/contracts/confirm", params={"token": '"><script>'})
    assert "<script" not in page.text
    for body in ({"token": "x"}, {"token": "x" * 5000}, {}):
        assert "недействительна" in (await visitor.post("/demo/contracts/confirm", data=body)).text


async def test_the_first_page_works_before_anything_is_loaded(cabinet: Cabinet) -> None:
    answer = await cabinet.anonymous().get("/demo")
    assert "Данные ещё не загружены" in answer.text
    assert (await cabinet.anonymous().get("/demo", headers=JSON)).json() is None


async def test_billing_shows_facts_and_takes_orders_for_trouble(cabinet: Cabinet) -> None:
    visitor = cabinet.anonymous()
    assert (await visitor.get("/demo/billing", headers=JSON)).json() == {"items": [], "trouble": None}
    for wrong in ({"kind": "fire"}, {"kind": "hang", "deliveries": -1}, {}):
        assert (await visitor.post("/demo/billing/trouble", json=wrong)).status_code == 422
    order = {"kind": "unavailable", "deliveries": 2}
    assert (await visitor.post("/demo/billing/trouble", json=order)).status_code == 204
    assert (await visitor.get("/demo/billing", headers=JSON)).json()["trouble"] == order
    assert "unavailable" in (await visitor.get("/demo/billing")).text
    order = {"kind": "unavailable", "deliveries": 0}
    assert (await visitor.post("/demo/billing/trouble", json=order)).status_code == 204
    assert (await visitor.get("/demo/billing", headers=JSON)).json()["trouble"] is None


def test_the_three_calls_name_the_showcase() -> None:
    people = [DemoSignIn("energetik@demo.example", "secret", "Энергетик")]
    guide = DemoGuide(people, "abk_1", "DG-1", "98010000000001", "98010000000002", "d@x.example", 300, date(2026, 1, 1))
    lines = curl_lines(guide, "http://127.0.0.1:1")
    assert len(lines) == 3
    assert all(re.search(r"curl -s http://127\.0\.0\.1:1/api/v1/\S+", line) for line in lines)
