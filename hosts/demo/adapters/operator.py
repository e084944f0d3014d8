"""The `edo_operator` port over an invented Diadoc in the same process: two documents wait, and the company answers."""

from datetime import date
from pathlib import Path

import httpx
import msgspec

from core.adapters.edo_diadoc import DiadocOperator, DiadocSettings
from core.adapters.edo_diadoc.adapter import Keys
from core.sdk import AdapterHost, Clock
from core.testing.diadoc import KeptDiadoc, NewDocument, NewReply
from hosts.demo.invoice import upd

COMPANY_BOX = "98010000-0000-4000-8000-000000000009"
CLIENT_BOX = "98010000-0000-4000-8000-000000001000"
_LETTER = "Уважаемый абонент! Это письмо пришло через оператора ЭДО.\n"


class DemoOperatorSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.edo_operator.simulator]`: nothing to set."""


class DemoDiadoc(KeptDiadoc):
    """Two documents of the first month wait; the company confirms what comes, and agrees to annulments."""

    def __init__(self, clock: Clock, path: Path) -> None:
        fresh = not path.exists()
        super().__init__({COMPANY_BOX, CLIENT_BOX}, path)
        if fresh:
            self._begin(clock.now().date().replace(day=1))

    def _begin(self, month: date) -> None:
        letter = NewDocument(
            COMPANY_BOX,
            CLIENT_BOX,
            _LETTER,
            number=f"ЭДО-{month:%m-%Y}",
            day=f"{month:%d.%m.%Y}",
            name="Письмо.txt",
            awaits=False,
        )
        invoice = msgspec.structs.replace(
            letter,
            content=upd(month),
            kind="UniversalTransferDocument",
            function="InvoiceAndBasic",
            name=f"УПД {letter.number}.xml",
            awaits=True,
        )
        self.arrive(invoice)
        self.arrive(letter)

    def done(self, operation: str, body: bytes, made: dict[str, object]) -> None:
        super().done(operation, body, made)
        first = msgspec.convert(made["Entities"], list[dict[str, object]])[0]
        if not self.again and ("PatchId" not in made or first.get("AttachmentType") == "RevocationRequest"):
            self.reply(NewReply("sign", COMPANY_BOX, str(made["MessageId"]), str(first["EntityId"])))


def make_operator(_: DemoOperatorSettings, host: AdapterHost) -> DiadocOperator:
    """The real adapter of Diadoc, led to the invented one without a socket."""
    diadoc = DemoDiadoc(host.clock, host.data_dir / "edo-operator.ndjson")
    settings = DiadocSettings(COMPANY_BOX, url="http://diadoc.demo", allow_http=True)
    keys = Keys(diadoc.client_id, diadoc.login, diadoc.password)
    return DiadocOperator(settings, keys, httpx.ASGITransport(app=diadoc))
