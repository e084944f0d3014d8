"""Two operators, the company's boxes in them, and what happens there."""

from datetime import timedelta
from typing import Any

from core.adapters.edo_diadoc import DiadocOperator, DiadocSettings
from core.adapters.edo_diadoc.adapter import Keys
from core.ports.edo_operator import EdoOperator, SecondEdoOperator
from core.testing.cabinet import PASSWORD, Cabinet, Caller
from core.testing.diadoc import Book, Diadoc
from core.testing.signing import Signatory
from plugins.edo.settings import EdoSettings
from tests.plugins.edo.supplier import DOCUMENTS, MAIL, add_certificate, create, good, listed, shown, sign_qualified

COMPANY, COMPANY_TOO = "3f2a1c0e-0000-4000-8000-5d0c7d3f1f10", "3f2a1c0e-0000-4000-8000-5d0c7d3f1f11"
ANNA, KEP, STRANGER = (f"7b1d4e55-0000-4000-8000-00000000000{number}" for number in (1, 2, 3))
"""Boxes: of the company in the first and in the second operator, of C-PEP, of C-KEP, of somebody else."""
PDF = b"%PDF-1.7 from an operator"


class Operators:
    """The cabinet with both operators."""

    def __init__(self, cabinet: Cabinet) -> None:
        self.cabinet = cabinet
        self.first, self.second = Diadoc(Book("first")), Diadoc(Book("second"))
        for diadoc in (self.first, self.second):
            diadoc.book.boxes |= {COMPANY, COMPANY_TOO, ANNA, KEP, STRANGER}

    @property
    def book(self) -> Book:
        """Of the first."""
        return self.first.book

    def connect(self, first_url: str, second_url: str) -> list[DiadocOperator]:
        """Makes the host's ports lead to them."""
        made = [adapter(first_url, COMPANY), adapter(second_url, COMPANY_TOO)]
        ports: Any = self.cabinet.runtime.ports
        ports[EdoOperator], ports[SecondEdoOperator] = made
        return made

    def arrive(self, number: str = "15", content: bytes = PDF, **more: Any) -> tuple[str, str]:
        """A document of the company's for C-KEP, in the first operator; its message and itself."""
        return self.book.post(COMPANY, KEP, content, number=number, name=f"Акт {number}.pdf", **more)

    async def poll(self, minutes: float = 6, *, failing: bool = False) -> None:
        """Time passes, the operators are read, and everything that follows is done."""
        self.cabinet.clock.move(timedelta(minutes=minutes))
        await self.cabinet.drain(failing=failing)

    async def staff(self, path: str) -> Any:
        """What the supplier's staff sees."""
        name = f"s{len(self.cabinet._callers)}@supplier.example"
        caller = await self.cabinet.staff(name, ["edo.operators"])
        return good(await caller.get(f"/api/v1/staff/edo/{path}"))

    async def troubles(self) -> list[str]:
        """Why events had no effect, the oldest first."""
        return [one["trouble"] for one in (await self.staff("troubles"))["items"]][::-1]


def adapter(url: str, box_id: str) -> DiadocOperator:
    settings = DiadocSettings(box_id, url=url, allow_http=True, pause=0.0, timeout=5.0)
    return DiadocOperator(settings, Keys("developer", "company", "password"))


async def numbers(caller: Caller) -> dict[str, str]:
    """Number of a document -> its identifier."""
    return {(await shown(caller, one))["document"]["number"]: one for one in await listed(caller)}


def tune(cabinet: Cabinet, **changes: int) -> None:
    """Other settings of the plugin."""
    settings: Any = cabinet.runtime.settings
    settings[EdoSettings] = EdoSettings(**changes)


async def again(caller: Caller) -> None:
    """Signs in once more, after the session has ended."""
    answer = await caller.post("/api/v1/sessions", json={"email": MAIL, "password": PASSWORD})
    caller.sign(answer.json()["token"])


async def only(caller: Caller) -> str:
    """The identifier of the only document in the list."""
    (document_id,) = await listed(caller)
    return document_id


async def state(caller: Caller, document_id: str) -> tuple[str, str]:
    """The document's state, and that of what was sent."""
    found = await shown(caller, document_id)
    return found["document"]["state"], found["transfer"]["state"]


async def signed(caller: Caller, director: Signatory, document_id: str) -> None:
    """The client signs by a certificate that he has registered."""
    good(await sign_qualified(caller, director, document_id))


async def own(caller: Caller, director: Signatory) -> str:
    """A document of the client's for C-KEP, signed."""
    made: str = good(await create(caller, "C-KEP"))["id"]
    await signed(caller, director, made)
    return made


async def certified(caller: Caller, director: Signatory) -> Caller:
    good(await add_certificate(caller, director))
    return caller


async def answer(caller: Caller, document_id: str, path: str, **data: Any) -> None:
    good(await caller.post(f"{DOCUMENTS}/{document_id}/{path}", json=data))
