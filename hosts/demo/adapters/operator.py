"""The `edo_operator` port over an invented Diadoc in the same process: two documents wait, and the company answers."""

from datetime import date
from pathlib import Path

import httpx
import msgspec

from core.adapters.edo_diadoc import DiadocOperator, DiadocSettings
from core.adapters.edo_diadoc.adapter import Keys
from core.sdk import AdapterHost, Clock
from core.testing.diadoc import Book, Diadoc
from hosts.demo.invoice import upd

COMPANY_BOX = "98010000-0000-4000-8000-000000000009"
CLIENT_BOX = "98010000-0000-4000-8000-000000001000"
_LETTER = "Уважаемый абонент! Это письмо пришло через оператора ЭДО.\n".encode()


class DemoOperatorSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.edo_operator.simulator]`: nothing to set."""


class _Kept(msgspec.Struct, frozen=True):
    """What outlives a restart: the month of the first start, or an operation."""

    month: date | None = None
    operation: str = ""
    body: bytes = b""


class DemoDiadoc(Diadoc):
    """The same story after a restart: what was posted is kept in a file and done again."""

    def __init__(self, clock: Clock, path: Path) -> None:
        super().__init__(Book("demo"))
        self.book.boxes |= {COMPANY_BOX, CLIENT_BOX}
        self._path, self._again = path, True
        kept = (
            [msgspec.json.decode(line, type=_Kept) for line in path.read_bytes().splitlines()] if path.exists() else []
        )
        month = next((one.month for one in kept if one.month), clock.now().date().replace(day=1))
        if not kept:
            self._keep(_Kept(month))
        self._begin(month)
        for one in kept:
            if one.operation:
                self.do(one.operation, one.body)
        self._again = False

    def _begin(self, month: date) -> None:
        named, day = f"ЭДО-{month:%m-%Y}", f"{month:%d.%m.%Y}"
        self.book.post(
            COMPANY_BOX,
            CLIENT_BOX,
            upd(month).encode(),
            number=named,
            day=day,
            kind="UniversalTransferDocument",
            function="InvoiceAndBasic",
            name=f"УПД {named}.xml",
        )
        self.book.post(COMPANY_BOX, CLIENT_BOX, _LETTER, number=named, day=day, name="Письмо.txt", awaits=False)

    def done(self, operation: str, body: bytes, made: dict[str, object]) -> None:
        """The company confirms what comes, and agrees to annulments."""
        if not self._again:
            self._keep(_Kept(None, operation, body))
        message_id = str(made["MessageId"])
        first = msgspec.convert(made["Entities"], list[dict[str, object]])[0]
        if "PatchId" not in made or first.get("AttachmentType") == "RevocationRequest":
            self.book.sign(COMPANY_BOX, message_id, str(first["EntityId"]))

    def _keep(self, one: _Kept) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(one) + b"\n")


def make_operator(_: DemoOperatorSettings, host: AdapterHost) -> DiadocOperator:
    """The real adapter of Diadoc, led to the invented one without a socket."""
    diadoc = DemoDiadoc(host.clock, host.data_dir / "edo-operator.ndjson")
    settings = DiadocSettings(COMPANY_BOX, url="http://diadoc.demo", allow_http=True)
    keys = Keys(diadoc.client_id, diadoc.login, diadoc.password)
    return DiadocOperator(settings, keys, httpx.ASGITransport(app=diadoc))
