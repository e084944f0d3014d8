"""A few appeals in several states, and the directory of organisations that the demonstration asks."""

from pathlib import Path

import msgspec

from core.ports.organisations import Party
from hosts.demo.rows import ContractRow
from hosts.demo.showcase import SHOWCASE
from hosts.demo.visitor import Visitor

_APPEALS = "/api/v1/appeals"
_STAFF = "/api/v1/staff/appeals"
_SUPPORT = {"contract": SHOWCASE.id, "topic": "Техническая поддержка", "section": "Оплата через ЛКК"}
_NEWCOMER = Party(
    "9801009001",
    "980101001",
    "Общество с ограниченной ответственностью «Онегорская пилорама»",
    "ООО «Онегорская пилорама»",
    "1269800000017",
    "00000000",
    "г Онегорск, ул Лесная, д 4",
    "Генеральный директор",
    "Соснин Егор Ильич",
)
"""Known to the extended search only."""


def write_registry(data_dir: Path, contracts: list[ContractRow]) -> None:
    """The parties of the first contracts, and one more that only the extended search knows."""
    known = [Party(row.inn, row.kpp or "", row.name, row.name, address=row.address) for row in contracts]
    (data_dir / "organisations.ndjson").write_bytes(b"\n".join(msgspec.json.encode(party) for party in known))
    (data_dir / "organisations-extended.ndjson").write_bytes(msgspec.json.encode(_NEWCOMER))


async def file_appeals(client: Visitor) -> list[str]:
    """Three questions to support, unless there are some; returns their identifiers."""
    for tab in ("open", "closed"):
        if (await client.call("GET", f"{_APPEALS}?tab={tab}"))["items"]:
            return []
    texts = (
        "Оплата прошла по банку вчера, а счёт в кабинете всё ещё не оплачен. Когда он изменится?",
        "Не приходит письмо с чеком об оплате.",
        "Как поставить в кабинете оплату с расчётного счёта?",
    )
    return [await _ask(client, text) for text in texts]


async def _ask(client: Visitor, text: str) -> str:
    appeal_id: str = (await client.call("POST", _APPEALS, {"values": _SUPPORT}, expect=201))["id"]
    await client.call("PUT", f"{_APPEALS}/{appeal_id}/steps/information", {"values": {"text": text}})
    await client.call("POST", f"{_APPEALS}/{appeal_id}/submission", {}, expect=202)
    return appeal_id


async def save_draft(client: Visitor, party: ContractRow) -> None:
    """Support without a contract, left at its third step."""
    if (await client.call("GET", f"{_APPEALS}?tab=drafts"))["items"]:
        return
    values = {"contract": "none", "topic": _SUPPORT["topic"]}
    draft = await client.call("POST", _APPEALS, {"values": values}, expect=201)
    found = {"inn": party.inn, "found": f"{party.inn}-{party.kpp or ''}"}
    await client.call("PUT", f"{_APPEALS}/{draft['id']}/steps/inn", {"values": found})
    await client.call("PUT", f"{_APPEALS}/{draft['id']}/draft", expect=204)


async def answer_appeals(staff: Visitor, appeals: list[str]) -> None:
    """One is answered and goes on, one is closed, the third waits."""
    answered, closed, *_ = appeals
    await staff.call("PUT", f"{_STAFF}/{answered}/work", expect=204)
    told = {
        "text": "Банк передаёт платежи раз в сутки: счёт изменится завтра утром. Проверьте, пожалуйста, и напишите нам."
    }
    await staff.call("POST", f"{_STAFF}/{answered}/messages", told, expect=201)
    done = {"text": "Письма с чеками отправлены повторно. Если их снова нет, проверьте папку «Спам»."}
    await staff.call("PUT", f"{_STAFF}/{closed}/closing", done, expect=204)
