"""A value that ends in a line break is not the value: no key of the company's is stored that nobody can ask for."""

from typing import Any

import msgspec
import pytest

from core.testing.cabinet import Cabinet

CONTRACT = {"id": "c1", "number": "78000000012345", "name": "ООО «Ромашка»", "inn": "7830002293"}
METER = {"id": "m1", "metering_point_id": "p1", "number": "1"}


@pytest.mark.parametrize(
    ("dataset", "row", "field"),
    [
        ("contracts", CONTRACT | {"id": "c2\n"}, "id"),
        ("contracts", CONTRACT | {"inn": "7830002293\n"}, "inn"),
        ("contracts", CONTRACT | {"kpp": "783001001\n"}, "kpp"),
        ("contracts", CONTRACT | {"bic": "044030001\n"}, "bic"),
        ("contracts", CONTRACT | {"bank_account": "٤٠٧٠٢٨١٠٧٠٠٠٠٠٠٠٠٠٠١"}, "bank_account"),
        ("contract_emails", {"contract_id": "c1", "email": "dogovor@romashka.example\n"}, "email"),
        ("annexes", {"id": "a1", "contract_id": "c1", "name": "№ 1", "file_name": "1.pdf\n"}, "file_name"),
        ("meters", METER | {"coefficient": "1.5\n"}, "coefficient"),
    ],
)
async def test_a_line_break_at_the_end_is_refused(
    cabinet: Cabinet, dataset: str, row: dict[str, Any], field: str
) -> None:
    await cabinet.load("contracts", CONTRACT)
    company = await cabinet.service()
    answer = await company.post(f"/api/v1/exchange/{dataset}", content=msgspec.json.encode(row))
    told = msgspec.json.decode(answer.content.splitlines()[0])
    assert (told["status"], told.get("field"), told.get("code")) == ("refused", field, "wrong_format")
