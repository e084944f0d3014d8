"""The state machine of documents."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from plugins.edo import domain
from plugins.edo.domain import Action, Impossible, Method, Side, Standing, State, step

ACTIONS = sorted({action for _, action in domain.TRANSITIONS})
SIDES: tuple[Side, ...] = ("client", "company")


class Life(RuleBasedStateMachine):
    """Any deeds by any side: what is refused changes nothing, what is allowed keeps the rules."""

    def __init__(self) -> None:
        super().__init__()
        self.now = Standing("awaiting", "company")
        self.signed = self.confirmed = 0
        self.deeds: list[tuple[Action, Side]] = []

    @rule(origin=st.sampled_from(SIDES), method=st.sampled_from(("pep", "kep", "none")))
    @precondition(lambda self: not self.deeds)
    def begins(self, origin: Side, method: Method) -> None:
        method = "kep" if origin == "client" and method == "none" else method
        self.now = Standing(domain.delivered(method), origin, method=method)

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
        assert (self.now.origin, self.now.method) == (before.origin, before.method)
        if action == "sign":
            assert side == "client"
            self.signed += 1
        if action == "confirm":
            self.confirmed += 1
        if action in ("agree", "refuse"):
            assert before.asked_by not in (None, side)
        if action == "request_annulment":
            assert before.origin == "company" or before.confirmed
        if action == "withdraw":
            assert side == before.origin
            assert not (self.signed and (before.origin == "company" or before.confirmed))
        if action in ("reject", "confirm"):
            assert side != before.origin
            assert not before.confirmed
        if action == "refuse":
            assert self.now.state == ("not_required" if before.method == "none" else "signed")
        self.deeds.append((action, side))

    @invariant()
    def nobody_signs_twice(self) -> None:
        assert self.signed <= 1
        assert self.confirmed <= 1
        assert self.now.confirmed == bool(self.confirmed)
        if self.now.state in ("signed", "annulment_requested"):
            assert self.signed == (0 if self.now.method == "none" else 1)

    @invariant()
    def an_annulment_is_asked_for_by_somebody(self) -> None:
        assert (self.now.asked_by is not None) == (self.now.state == "annulment_requested")

    @invariant()
    def nothing_is_stuck(self) -> None:
        ends = self.now.state in domain.FINAL
        assert ends == (not any(domain.possible(self.now, side) for side in SIDES))


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


def test_a_clients_document_is_taken_back_until_the_company_confirms_it_and_annulled_afterwards() -> None:
    signed = Standing("signed", "client")
    assert domain.possible(signed, "client") == ["withdraw"]
    assert domain.possible(signed, "company") == ["confirm", "reject", "invalidate"]
    confirmed = step(signed, "confirm", "company")
    assert domain.possible(confirmed, "client") == ["request_annulment"]
    assert domain.possible(confirmed, "company") == ["invalidate", "request_annulment"]
    asked = step(confirmed, "request_annulment", "client")
    assert step(asked, "refuse", "company") == confirmed


def test_what_needs_no_signature_is_annulled_by_both_or_withdrawn_by_the_company() -> None:
    sent = Standing("not_required", "company", method="none")
    assert domain.possible(sent, "client") == ["request_annulment"]
    assert domain.possible(sent, "company") == ["withdraw", "request_annulment", "invalidate"]
    assert step(step(sent, "request_annulment", "client"), "refuse", "company") == sent
    assert step(step(sent, "request_annulment", "company"), "agree", "client").state == "annulled"


@pytest.mark.parametrize("state", ["awaiting", "not_required", "signed", "annulment_requested"])
def test_a_signature_may_turn_out_to_be_invalid_at_any_time(state: State) -> None:
    assert step(Standing(state, "company"), "invalidate", "company").state == "invalid"


def test_the_kinds_of_operators() -> None:
    assert set(domain.KIND_OF.values()) <= set(domain.KINDS)
    assert domain.kind_sent("акт сверки") == "reconciliation"
    assert domain.kind_sent("письмо") == "other"
