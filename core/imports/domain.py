"""The life of an import, as a machine without memory of its own: a move turns one `Life` into the next, or is refused.

    stored -> reading -> checking -> ready -> committing -> committed -> accepted | partly_accepted | refused
                 |           |         ^          |             |
              rejected    rejected     |__________|         withdrawn        (cancelled: before committing)

Sending may be ordered before the check is over; it then begins by itself. `failed` is the cabinet's own fault.
"""

import msgspec

from core.importing import Counts
from core.imports.schemas import Action as Action
from core.imports.schemas import State as State

WORDS: dict[State, str] = {
    "stored": "файл ожидает обработки",
    "reading": "файл читается",
    "checking": "файл проверяется",
    "ready": "файл проверен",
    "committing": "данные передаются",
    "committed": "данные переданы",
    "accepted": "данные приняты",
    "partly_accepted": "данные приняты частично",
    "refused": "данные отклонены",
    "rejected": "файл отклонён",
    "cancelled": "загрузка отменена",
    "withdrawn": "данные отозваны",
    "failed": "обработка прервана",
}
UNCHECKED: tuple[State, ...] = ("stored", "reading", "checking")
ANSWERABLE: tuple[State, ...] = ("committing", "committed", "accepted", "partly_accepted", "refused", "failed")
"""In which billing may answer what was sent."""
UNSENT: tuple[State, ...] = ("stored", "reading", "checking", "ready", "rejected", "cancelled")


class Impossible(Exception):
    """The move does not lead from this state to anywhere."""

    def __init__(self, move: str, state: State) -> None:
        super().__init__(f"{move} from {state}")
        self.move, self.state = move, state


class Life(msgspec.Struct, frozen=True):
    """Where an import stands."""

    state: State = "stored"
    ordered: bool = False
    """Sending was ordered."""
    checked: bool = False
    counts: Counts = Counts()

    @property
    def taken(self) -> int:
        """Units that have left for billing, answered or not."""
        return self.counts.sent + self.counts.accepted + self.counts.declined


def begin(life: Life) -> Life:
    """The job starts, or starts again after it was interrupted."""
    if life.checked or life.state not in (*UNCHECKED, "failed"):
        raise Impossible("begin", life.state)
    return life if life.state == "checking" else _to(life, "reading")


def read(life: Life) -> Life:
    """The whole file is read; its units are known."""
    if life.state not in ("reading", "checking"):
        raise Impossible("read", life.state)
    return _to(life, "checking")


def reject(life: Life) -> Life:
    """The file as a whole cannot be used."""
    if life.state not in ("reading", "checking"):
        raise Impossible("reject", life.state)
    return _to(life, "rejected", ordered=False)


def checked(life: Life, counts: Counts) -> Life:
    """Every unit is checked. What was ordered before begins now, if there is anything to send."""
    if life.state != "checking":
        raise Impossible("checked", life.state)
    sends = life.ordered and counts.new > 0
    return _to(life, "committing" if sends else "ready", ordered=sends, checked=True, counts=counts)


def order(life: Life) -> Life:
    """«Передать показания»; ordered twice is ordered."""
    if life.state in UNCHECKED:
        return _to(life, life.state, ordered=True)
    if life.state in ("committing", "committed", "accepted", "partly_accepted", "refused"):
        return life
    if life.state not in ("ready", "failed") or not life.checked or life.counts.new == 0:
        raise Impossible("order", life.state)
    return _to(life, "committing", ordered=True)


def committed(life: Life, counts: Counts) -> Life:
    """Every unit was taken or refused. Where none could be taken, nothing was sent and the file is only checked."""
    if life.state != "committing":
        raise Impossible("committed", life.state)
    ended = _to(life, "committed", counts=counts)
    return answered(ended, counts) if ended.taken else _to(life, "ready", ordered=False, counts=counts)


def answered(life: Life, counts: Counts) -> Life:
    """Billing has said something. While it owes an answer, or while more is being sent, the state stays."""
    if life.state not in ANSWERABLE:
        raise Impossible("answered", life.state)
    if life.state in ("committing", "failed"):
        return _to(life, life.state, counts=counts)
    if counts.sent:
        return _to(life, "committed", counts=counts)
    if not counts.declined:
        return _to(life, "accepted", counts=counts)
    return _to(life, "partly_accepted" if counts.accepted else "refused", counts=counts)


def cancel(life: Life) -> Life:
    """Nothing of the file is to be sent; cancelled twice is cancelled."""
    if life.state == "cancelled":
        return life
    if life.state not in (*UNCHECKED, "ready"):
        raise Impossible("cancel", life.state)
    return _to(life, "cancelled", ordered=False)


def withdraw(life: Life, counts: Counts) -> Life:
    """What was sent is taken back; only as long as billing has accepted none of it. `counts` are those after it."""
    if life.state != "committed" or life.counts.accepted or not life.counts.sent:
        raise Impossible("withdraw", life.state)
    return _to(life, "withdrawn", counts=counts)


def fail(life: Life) -> Life:
    """The cabinet gave up after several attempts."""
    if life.state not in (*UNCHECKED, "committing"):
        raise Impossible("fail", life.state)
    return _to(life, "failed", ordered=False)


def delete(life: Life) -> None:
    """Forgetting the file altogether; not once anything has been sent."""
    if life.taken or life.counts.withdrawn or life.state in ("committing", "committed"):
        raise Impossible("delete", life.state)


def actions(life: Life, *, withdrawable: bool) -> list[Action]:
    """What may be done now."""
    found: list[Action] = []
    if (life.state in UNCHECKED and not life.ordered) or (
        life.state in ("ready", "failed") and life.checked and life.counts.new > 0
    ):
        found.append("commit")
    if life.state in (*UNCHECKED, "ready"):
        found.append("cancel")
    if withdrawable and life.state == "committed" and life.counts.sent and not life.counts.accepted:
        found.append("withdraw")
    try:
        delete(life)
    except Impossible:
        return found
    return [*found, "delete"]


def _to(life: Life, state: State, **changes: object) -> Life:
    return msgspec.structs.replace(life, state=state, **changes)
