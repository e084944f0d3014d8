"""Electronic documents of the showcase contract: acts to be signed by a code, an invoice by a certificate."""

from datetime import date
from typing import Any

import httpx
import msgspec

from hosts.demo.adapters.operator import CLIENT_BOX
from hosts.demo.invoice import upd
from hosts.demo.showcase import SHOWCASE
from hosts.demo.visitor import Unexpected


async def deliver(http: httpx.AsyncClient, key: str, month: date, paper: bytes) -> None:
    """Announces the documents of a month and delivers their files. Repeated: nothing is doubled."""
    rows = _rows(month)
    said = {"Authorization": f"Bearer {key}"}
    await _load(http, said, "edo.boxes", [{"contract_id": SHOWCASE.id, "operator": "first", "box_id": CLIENT_BOX}])
    await _load(http, said, "edo.documents", rows)
    for row in rows:
        content = upd(month).encode() if row["kind"] == "УПД" else paper
        answer = await http.put(f"/api/v1/exchange/edo/documents/{row['id']}/content", headers=said, content=content)
        if answer.status_code != 200:
            raise Unexpected(f"{row['id']}: {answer.status_code} {answer.text[:500]}")


async def _load(http: httpx.AsyncClient, said: dict[str, str], dataset: str, rows: list[dict[str, Any]]) -> None:
    answer = await http.post(
        f"/api/v1/exchange/{dataset}",
        params={"answers": "refused"},
        headers=said | {"Content-Type": "application/x-ndjson"},
        content=msgspec.json.Encoder().encode_lines(rows),
    )
    if answer.status_code != 200 or len(answer.content.splitlines()) != 1:
        raise Unexpected(f"{dataset}: {answer.status_code} {answer.text[:500]}")


def _rows(month: date) -> list[dict[str, Any]]:
    named = f"{month:%m-%Y}"
    bare = {"contract_id": SHOWCASE.id, "issued_on": month.isoformat()}
    return [
        bare
        | {"id": f"ED-ACT-{named}", "kind": "акт приема-передачи", "number": named, "file_name": f"Акт {named}.pdf"},
        bare | {"id": f"ED-REC-{named}", "kind": "акт сверки", "number": named, "file_name": f"Акт сверки {named}.pdf"},
        bare | {"id": f"ED-UPD-{named}", "kind": "УПД", "number": named, "file_name": f"УПД {named}.xml"},
        bare
        | {
            "id": f"ED-LET-{named}",
            "kind": "письмо",
            "number": "",
            "name": "О порядке ограничения режима потребления",
            "file_name": "Письмо.pdf",
            "signature": "none",
        },
    ]
