"""The rules of electronic documents: their states, who may do what, which signature is needed, what is signed."""

from datetime import date
from typing import Final, NamedTuple, get_args

from core.ports.edo_operator import DocumentKind
from plugins.edo.schemas import Action as Action
from plugins.edo.schemas import ClientKind as ClientKind
from plugins.edo.schemas import Kind as Kind
from plugins.edo.schemas import Method as Method
from plugins.edo.schemas import OperatorName as OperatorName
from plugins.edo.schemas import Side as Side
from plugins.edo.schemas import State as State
from plugins.edo.schemas import Transfer as Transfer

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
CLIENT_KINDS: Final[tuple[ClientKind, ...]] = get_args(ClientKind)
STATES: Final[tuple[State, ...]] = get_args(State)
TITLES: Final[dict[State, str]] = {
    "coming": "Ожидается файл",
    "awaiting": "На подписании",
    "not_required": "Подпись не требуется",
    "signed": "Подписан",
    "rejected": "Отклонён",
    "annulment_requested": "Аннулирование запрошено",
    "annulled": "Аннулирован",
    "invalid": "Подпись недействительна",
}
FINAL: Final[frozenset[State]] = frozenset({"rejected", "annulled", "invalid"})
"""Nothing more happens to them."""
_QUALIFIED: Final[frozenset[str]] = frozenset({"счет-фактура", "УПД"})
"""Invoices of the tax law: a simple signature is not enough."""
_CLIENT: Final[frozenset[Side]] = frozenset({"client"})
_COMPANY: Final[frozenset[Side]] = frozenset({"company"})
_BOTH: Final[frozenset[Side]] = _CLIENT | _COMPANY
_ONE_SIDED: Final[frozenset[Action]] = frozenset({"confirm", "reject", "withdraw"})
TRANSITIONS: Final[dict[tuple[State, Action], tuple[State, frozenset[Side]]]] = {
    ("coming", "withdraw"): ("annulled", _COMPANY),
    ("awaiting", "sign"): ("signed", _CLIENT),
    ("awaiting", "reject"): ("rejected", _CLIENT),
    ("awaiting", "withdraw"): ("annulled", _BOTH),
    ("awaiting", "invalidate"): ("invalid", _COMPANY),
    ("not_required", "withdraw"): ("annulled", _COMPANY),
    ("not_required", "request_annulment"): ("annulment_requested", _BOTH),
    ("not_required", "invalidate"): ("invalid", _COMPANY),
    ("signed", "confirm"): ("signed", _COMPANY),
    ("signed", "reject"): ("rejected", _COMPANY),
    ("signed", "invalidate"): ("invalid", _COMPANY),
    ("signed", "withdraw"): ("annulled", _CLIENT),
    ("signed", "request_annulment"): ("annulment_requested", _BOTH),
    ("annulment_requested", "agree"): ("annulled", _BOTH),
    ("annulment_requested", "refuse"): ("signed", _BOTH),
    ("annulment_requested", "invalidate"): ("invalid", _COMPANY),
}
"""(state, what is done) -> the next state, and whose deed it may be; `deliver` goes by the signature (`delivered`).

`step` narrows it; a refused annulment leads back to where it was asked for.
"""


class Standing(NamedTuple):
    """Where a document stands."""

    state: State
    origin: Side
    """Whose document it is."""
    asked_by: Side | None = None
    """Who has requested its annulment."""
    confirmed: bool = False
    """Whether the company has signed a document of the client's, too."""
    method: Method = "kep"

    @property
    def mutual(self) -> bool:
        """Whether neither side can take it back alone. A document of the company's was signed by it when it came."""
        return self.origin == "company" or self.confirmed


class Impossible(Exception):
    """The state does not allow that deed, or not to this side."""


def step(now: Standing, action: Action, side: Side) -> Standing:
    """What a deed makes of a document. Raises Impossible."""
    found = TRANSITIONS.get((now.state, action))
    if found is None or side not in found[1]:
        raise Impossible
    state, _ = found
    if action in ("confirm", "reject") and side == now.origin:
        raise Impossible  # each of these is the other side's answer
    if action == "withdraw" and side != now.origin:
        raise Impossible
    if action in ("agree", "refuse") and side == now.asked_by:
        raise Impossible  # nobody answers his own request
    if now.state == "signed" and _settled(now, action):
        raise Impossible
    if action == "refuse":
        state = "not_required" if now.method == "none" else "signed"
    asked_by = side if action == "request_annulment" else None
    return Standing(state, now.origin, asked_by, now.confirmed or action == "confirm", now.method)


def _settled(now: Standing, action: Action) -> bool:
    """What the company has confirmed is neither answered again nor taken back; until then there is no annulment."""
    return not now.mutual if action == "request_annulment" else now.mutual and action in _ONE_SIDED


def possible(now: Standing, side: Side) -> list[Action]:
    """What a side may do now, in the order of the table."""
    return [action for state, action in TRANSITIONS if state == now.state and _may(now, action, side)]


def _may(now: Standing, action: Action, side: Side) -> bool:
    try:
        step(now, action, side)
    except Impossible:
        return False
    return True


def delivered(method: Method) -> State:
    """The state of a document whose file has come."""
    return "not_required" if method == "none" else "awaiting"


def method_of(kind: str, agreement: str) -> Method:
    """The signature that a document needs under the contract's agreement (pep or kep)."""
    return "kep" if agreement == "kep" or kind in _QUALIFIED else "pep"


KIND_OF: Final[dict[DocumentKind, Kind]] = {
    "invoice": "счет-фактура",
    "transfer": "УПД",
    "acceptance": "акт приема-передачи",
    "reconciliation": "акт сверки",
    "contract": "договор",
    "agreement": "соглашение",
    "statement": "ведомость",
    "other": "иной документ",
}
"""The operator's kind -> ours."""
TRANSFERS: Final[dict[Transfer, str]] = {
    "none": "",
    "sending": "Передаётся оператору ЭДО",
    "sent": "Передано оператору ЭДО",
    "refused": "Не принято оператором ЭДО",
}


def kind_sent(kind: str) -> DocumentKind:
    """Our kind -> the operator's."""
    return next((theirs for theirs, ours in KIND_OF.items() if ours == kind), "other")


def title(kind: str, number: str, issued_on: date) -> str:
    """«акт сверки № 12 от 31.01.2026»"""
    return f"{kind} {f'№ {number} ' if number else ''}от {issued_on:%d.%m.%Y}"


def statement(signer: str, document: str, contract: str, file_name: str, sha256: str) -> str:
    """The text that somebody signs by a simple signature."""
    return (
        f"Я, {signer}, подписываю простой электронной подписью документ: {document}, договор № {contract}, "
        f"файл «{file_name}», SHA-256 {sha256}."
    )
