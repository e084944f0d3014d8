"""The machine behind a file, walked at random: whatever is tried in whatever order, what it promises holds."""

from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from core.importing import Counts
from core.imports import domain
from core.imports.domain import Impossible, Life

FINAL = {"cancelled", "withdrawn", "rejected"}


class AnImport(RuleBasedStateMachine):
    """Tries every move at any time; keeps its own account of what must have been sent."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life()
        self.orders = 0
        self.seen: list[str] = ["stored"]

    def move(self, move: Any, *args: Any, **kwargs: Any) -> bool:
        before = self.life
        try:
            self.life = move(before, *args, **kwargs)
        except Impossible:
            assert self.life is before
            return False
        if before.state in FINAL:
            assert self.life == before
        if self.life.state != before.state:
            self.seen.append(self.life.state)
        return True

    @rule()
    def begin(self) -> None:
        was_checked = self.life.checked
        assert not (self.move(domain.begin) and was_checked)

    @rule()
    def read(self) -> None:
        self.move(domain.read)

    @rule()
    def reject(self) -> None:
        self.move(domain.reject)

    @rule(new=st.integers(0, 5), refused=st.integers(0, 3))
    def checked(self, new: int, refused: int) -> None:
        ordered = self.life.ordered
        if self.move(domain.checked, Counts(new=new, refused=refused)):
            assert (self.life.state == "committing") == (ordered and new > 0)

    @rule()
    def order(self) -> None:
        if self.move(domain.order):
            self.orders += 1

    @rule(taken=st.integers(0, 5), done=st.booleans())
    def send(self, taken: int, done: bool) -> None:
        if self.life.state != "committing":
            assert not self.move(domain.committed, self.life.counts)
            return
        counts = self.life.counts
        taken = min(taken, counts.new)
        sent = msgspec.structs.replace(counts, new=counts.new - taken, sent=counts.sent + taken)
        self.life = msgspec.structs.replace(self.life, counts=sent)
        if done:
            assert self.move(domain.committed, sent)
            assert (self.life.state == "ready") == (self.life.taken == 0)

    @rule(accepted=st.booleans())
    def answer(self, accepted: bool) -> None:
        counts = self.life.counts
        if not counts.sent or self.life.state not in domain.ANSWERABLE:
            return
        key = "accepted" if accepted else "declined"
        counts = msgspec.structs.replace(counts, sent=counts.sent - 1, **{key: getattr(counts, key) + 1})
        assert self.move(domain.answered, counts)

    @rule()
    def cancel(self) -> None:
        self.move(domain.cancel)

    @rule()
    def withdraw(self) -> None:
        counts, before = self.life.counts, self.life
        gone = msgspec.structs.replace(counts, sent=0, withdrawn=counts.withdrawn + counts.sent)
        if self.move(domain.withdraw, gone):
            assert before.state == "committed"
            assert not before.counts.accepted

    @rule()
    def fail(self) -> None:
        self.move(domain.fail)

    @initialize()
    def start(self) -> None:
        self.life = Life()

    @invariant()
    def nothing_leaves_without_an_order_and_a_check(self) -> None:
        if self.life.taken or self.life.counts.withdrawn:
            assert self.orders
            assert self.life.checked
            assert "checking" in self.seen

    @invariant()
    def a_cancelled_or_rejected_file_has_sent_nothing(self) -> None:
        if self.life.state in ("cancelled", "rejected", "ready"):
            assert not self.life.taken

    @invariant()
    def final_states_say_what_billing_said(self) -> None:
        counts = self.life.counts
        if self.life.state == "accepted":
            assert counts.accepted
            assert not counts.declined
            assert not counts.sent
        if self.life.state == "refused":
            assert counts.declined
            assert not counts.accepted

    @invariant()
    def what_is_offered_is_possible(self) -> None:
        moves = {"commit": domain.order, "cancel": domain.cancel, "delete": domain.delete}
        for action in domain.actions(self.life, withdrawable=True):
            if action == "withdraw":
                domain.withdraw(self.life, self.life.counts)
            else:
                moves[action](self.life)

    @invariant()
    def a_file_that_was_sent_is_never_deleted_by_its_author(self) -> None:
        if self.life.taken or self.life.counts.withdrawn:
            assert "delete" not in domain.actions(self.life, withdrawable=True)


AnImport.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestLife = AnImport.TestCase


def test_every_state_has_words_and_can_be_reached() -> None:
    assert set(domain.WORDS) == set(domain.State.__args__)  # type: ignore[attr-defined]
