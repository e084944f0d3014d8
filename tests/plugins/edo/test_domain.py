"""The state machine of documents."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from plugins.edo import domain
from plugins.edo.domain import Action, Impossible, Side, Standing, State, step

ACTIONS = sorted({action for _, action in domain.TRANSITIONS})
SIDES: tuple[Side, ...] = ("client", "company")


class Life(RuleBasedStateMachine):
    """Any deeds by any side: what is refused changes nothing, what is allowed keeps the rules."""

    def __init__(self) -> None:
        super().__init__()
        self.now = Standing("awaiting", "company")
        self.signed = 0
        self.deeds: list[tuple[Action, Side]] = []

    @rule(origin=st.sampled_from(SIDES))
    @precondition(lambda self: not self.deeds)
    def begins(self, origin: Side) -> None:
        self.now = Standing("awaiting", origin)

    @rule(action=st.sampled_from(ACTIONS), side=st.sampled_from(SIDES))
    def does(self, action: Action, side: Side) -> None:
        before, allowed = self.now, action in domain.possible(self.now, side)
        try:
            self.now = step(before, action, side)
        except Impossible:
            assert not allowed
            return
        assert allowed
        assert before.state not in domain.FINAL
        if action == "sign":
            assert side == "client"
            self.signed += 1
        if action in ("agree", "refuse"):
            assert before.asked_by not in (None, side)
        if action == "withdraw":
            assert side == before.origin
        if action in ("reject", "confirm"):
            assert side != before.origin
        self.deeds.append((action, side))

    @invariant()
    def nobody_signs_twice(self) -> None:
        assert self.signed <= 1
        if self.now.state in ("signed", "annulment_requested", "invalid"):
            assert self.signed == 1

    @invariant()
    def an_annulment_is_asked_for_by_somebody(self) -> None:
        assert (self.now.asked_by is not None) == (self.now.state == "annulment_requested")


TestLife = Life.TestCase


@pytest.mark.parametrize("state", domain.STATES)
@pytest.mark.parametrize("side", SIDES)
def test_what_is_final_stays(state: State, side: Side) -> None:
    doable = domain.possible(Standing(state, "company", "client"), side)
    assert (doable == []) if state in domain.FINAL else True
    assert domain.TITLES[state]


def test_an_invoice_needs_a_qualified_signature_whatever_the_contract_says() -> None:
    assert domain.method_of("счет-фактура", "pep") == "kep"
    assert domain.method_of("УПД", "pep") == "kep"
    assert domain.method_of("акт сверки", "pep") == "pep"
    assert domain.method_of("письмо", "kep") == "kep"
    assert (domain.delivered("none"), domain.delivered("kep")) == ("not_required", "awaiting")
