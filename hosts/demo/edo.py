"""Electronic documents of the showcase contract: acts to be signed by a code, an invoice by a certificate."""

from datetime import date
from typing import Any

import httpx
import msgspec

from hosts.demo.showcase import SHOWCASE
from hosts.demo.visitor import Unexpected

_DATASET = "edo.documents"


async def deliver(http: httpx.AsyncClient, key: str, month: date, paper: bytes) -> None:
    """Announces the documents of a month and delivers their files. Repeated: nothing is doubled."""
    rows = _rows(month)
    said = {"Authorization": f"Bearer {key}"}
    answer = await http.post(
        f"/api/v1/exchange/{_DATASET}",
        params={"answers": "refused"},
        headers=said | {"Content-Type": "application/x-ndjson"},
        content=msgspec.json.Encoder().encode_lines(rows),
    )
    if answer.status_code != 200 or len(answer.content.splitlines()) != 1:
        raise Unexpected(f"{_DATASET}: {answer.status_code} {answer.text[:500]}")
    for row in rows:
        content = _upd(month).encode() if row["kind"] == "УПД" else paper
        answer = await http.put(f"/api/v1/exchange/edo/documents/{row['id']}/content", headers=said, content=content)
        if answer.status_code != 200:
            raise Unexpected(f"{row['id']}: {answer.status_code} {answer.text[:500]}")


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


def _upd(month: date) -> str:
    """A УПД of the tax service's format, as far as people look at it."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Файл ИдФайл="ON_NSCHFDOPPR_DEMO_{month:%Y%m}" ВерсФорм="5.03" ВерсПрог="Abonent">
  <Документ КНД="1115131" Функция="СЧФДОП">
    <СвСчФакт НомерДок="{month:%m-%Y}" ДатаДок="{month:%d.%m.%Y}">
      <СвПрод><ИдСв><СвЮЛУч НаимОрг="АО «Онегорскэнергосбыт»" ИННЮЛ="9801000009" КПП="980101001"/></ИдСв></СвПрод>
      <СвПокуп><ИдСв><СвЮЛУч НаимОрг="{SHOWCASE.name}" ИННЮЛ="9801001000" КПП="980101001"/></ИдСв></СвПокуп>
      <ДенИзм КодОКВ="643" НаимОКВ="Российский рубль"/>
    </СвСчФакт>
    <ТаблСчФакт>
      <СведТов НомСтр="1" НаимТов="Электрическая энергия" НаимЕдИзм="кВт·ч" КолТов="12000" ЦенаТов="7.25"
        СтТовБезНДС="87000.00" НалСт="20%" СтТовУчНал="104400.00"><СумНал><СумНал>17400.00</СумНал></СумНал></СведТов>
      <ВсегоОпл СтТовБезНДСВсего="87000.00" СтТовУчНалВсего="104400.00">
        <СумНалВсего><СумНал>17400.00</СумНал></СумНалВсего></ВсегоОпл>
    </ТаблСчФакт>
  </Документ>
</Файл>
"""
