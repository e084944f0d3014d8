"""The rules of payments, among them: whatever order observations come in, they end in the same state and ledger."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from plugins.payments import domain
from plugins.payments.domain import Due, Known, Mismatch, Move, Seen, State
from plugins.payments.settings import CommissionRule

amounts = st.integers(1, 10**12).map(lambda kopecks: Decimal(kopecks).scaleb(-2))


def money(text: str) -> Decimal:
    return Decimal(text)


@pytest.mark.parametrize(
    ("amount", "rule", "expected"),
    [
        ("3418.20", CommissionRule("1"), "34.18"),
        ("0.50", CommissionRule("1"), "0.01"),
        ("0.49", CommissionRule("1"), "0.00"),
        ("100", CommissionRule("0.85"), "0.85"),
        ("100", CommissionRule("1", minimum="5"), "5.00"),
        ("100000", CommissionRule("1", maximum="50"), "50.00"),
        ("100", CommissionRule(), "0.00"),
    ],
)
def test_commission(amount: str, rule: CommissionRule, expected: str) -> None:
    assert str(domain.commission(money(amount), rule)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("100", "100.00"), ("3418.2", "3418.20"), ("3418,20", "3418.20"), ("0.01", "0.01"), ("007", "7.00")],
)
def test_an_amount_is_understood(text: str, expected: str) -> None:
    assert str(domain.parse_amount(text)) == expected


@pytest.mark.parametrize("text", ["", "0", "0.00", "-1", "1.234", "1e3", "1 000", "NaN", "٣", "1.", ".5", "1_0", "1\n"])
def test_anything_else_is_no_amount(text: str) -> None:
    assert domain.parse_amount(text) is None


def test_texts() -> None:
    assert domain.roubles(money("3269237.58")) == "3\u00a0269\u00a0237,58"
    assert domain.payer_text("БАНК ГПБ (АО)", "113", date(2022, 12, 17)) == ("БАНК ГПБ (АО) № 113 от 17.12.2022")


@given(amounts, st.lists(amounts, max_size=6))
def test_a_spread_loses_nothing(amount: Decimal, bills: list[Decimal]) -> None:
    shares, rest = domain.spread(amount, [(str(index), bill) for index, bill in enumerate(bills)])
    assert domain.total(shares.values()) + rest == amount
    assert all(0 < share <= bills[int(key)] for key, share in shares.items())
    assert rest == max(amount - domain.total(bills), domain.NOTHING)


@given(st.sampled_from(["bills", "debt", "prepayment"]), st.none() | amounts, st.lists(amounts, max_size=5))
def test_a_plan_accounts_for_its_amount(mode: Any, amount: Decimal | None, bills: list[Decimal]) -> None:
    dues = [Due(str(index), "", bill) for index, bill in enumerate(bills)]
    plan = domain.plan(mode, amount, dues, [due.id for due in dues[:2]])
    if plan is not None:
        assert domain.total(plan.shares.values()) + plan.advance == plan.amount
        assert amount is None or plan.amount == amount


@given(amounts, st.lists(amounts, max_size=5), amounts, st.data())
def test_what_goes_back_is_taken_off_exactly(advance: Decimal, shares: list[Decimal], fee: Decimal, data: Any) -> None:
    credited = {str(index): share for index, share in enumerate(shares)}
    whole = advance + domain.total(shares) + fee
    back = data.draw(st.integers(1, int(whole * 100)).map(lambda kopecks: Decimal(kopecks).scaleb(-2)))
    returned = domain.split_return(back, advance, credited)
    assert domain.total(returned.bills.values()) + returned.advance + returned.fee == back
    assert domain.total(returned.posting.values()) == 0
    assert returned.fee <= fee
    assert not returned.fee or (returned.advance == advance and returned.bills == credited)


def test_an_open_payment_is_looked_at_again_and_again() -> None:
    for age in range(0, 10_000, 7):
        pause = domain.next_look(timedelta(seconds=age), timedelta(minutes=20) - timedelta(seconds=age))
        assert timedelta(seconds=5) <= pause <= timedelta(hours=1)


class Payments(RuleBasedStateMachine):
    """A gateway with one order lives its life; the cabinet sees its moments in any order, any number of times."""

    total = Decimal("100.00")

    def __init__(self) -> None:
        super().__init__()
        self.truth = Seen("pending")
        self.moments = [self.truth]
        self.state: State = "new"
        self.returned = domain.NOTHING
        self.posted: list[dict[domain.Account, Decimal]] = []
        self.path: list[State] = ["new"]
        self.takings = 0

    def _becomes(self, seen: Seen) -> None:
        self.truth = seen
        self.moments.append(seen)

    # ---- the gateway
    @precondition(lambda self: self.truth.outcome == "pending")
    @rule()
    def is_paid(self) -> None:
        self._becomes(Seen("taken", self.total))

    @precondition(lambda self: self.truth.outcome == "pending")
    @rule(outcome=st.sampled_from(["failed", "expired"]))
    def ends(self, outcome: Any) -> None:
        self._becomes(Seen(outcome))

    @precondition(lambda self: self.truth.outcome == "taken" and self.truth.returned < self.total)
    @rule(kopecks=st.integers(1, 10_000))
    def gives_back(self, kopecks: int) -> None:
        back = min(self.truth.returned + Decimal(kopecks).scaleb(-2), self.total)
        self._becomes(Seen("taken", self.total, back))

    # ---- the cabinet
    @rule(data=st.data())
    def looks_at_some_moment(self, data: Any) -> None:
        self._follow(data.draw(st.sampled_from(self.moments)))

    @rule()
    def looks_at_the_truth(self) -> None:
        self._follow(self.truth)
        expected = {"pending": {"waiting"}, "failed": {"failed"}, "expired": {"expired"}}
        took = {"refunded"} if self.truth.returned == self.total else {"succeeded"}
        assert self.state in expected.get(self.truth.outcome, took)
        assert self.returned == self.truth.returned

    @rule(wrong=amounts.filter(lambda amount: amount != Decimal("100.00")))
    def is_shown_another_sum(self, wrong: Decimal) -> None:
        known = Known(self.state, self.total, self.returned)
        assert isinstance(domain.follow(known, Seen("taken", wrong)), Mismatch)

    def _follow(self, seen: Seen) -> None:
        move = domain.follow(Known(self.state, self.total, self.returned), seen)
        assert not isinstance(move, Mismatch)
        if move is None:
            return
        assert isinstance(move, Move)
        if move.took:
            self.takings += 1
            self.posted.append(domain.posting_of_taken(Decimal(90), Decimal(20), Decimal(10)))
        if move.gave_back:
            left = domain.split_return(self.returned, Decimal(20), {"b": Decimal(70)})
            credited = {"b": Decimal(70) - left.bills.get("b", Decimal(0))}
            back = domain.split_return(move.gave_back, Decimal(20) - left.advance, credited)
            self.posted.append(back.posting)
            self.returned += move.gave_back
        self.state = move.state
        self.path.append(move.state)

    # ---- always
    @invariant()
    def no_state_is_entered_twice(self) -> None:
        changes = [state for index, state in enumerate(self.path) if not index or state != self.path[index - 1]]
        assert len(changes) == len(set(changes))

    @invariant()
    def the_ledger_holds_what_was_seen_to_be_taken(self) -> None:
        assert all(domain.total(posting.values()) == 0 for posting in self.posted)
        held = domain.total(posting.get("acquirer", domain.NOTHING) for posting in self.posted)
        took = self.state in ("succeeded", "refunded")
        assert self.takings == int(took)
        assert held == (self.total - self.returned if took else 0)


TestPayments = Payments.TestCase
