"""What every acquirer must do, over a real connection to a gateway that misbehaves on demand."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal, Protocol

import pytest

from core.clock import Clock
from core.ports.acquirer import (
    Acquirer,
    AcquirerRefused,
    AcquirerUnavailable,
    Callback,
    CallbackRefused,
    Order,
    OutcomeUnknown,
    RefusalReason,
    Registered,
)
from core.values import new_id

Call = Literal["register", "status", "capture", "refund", "reverse"]
Fault = Literal["drop", "lost", "error", "error_after", "garbage"]
Behaviour = Literal["success", "declined", "insufficient", "confirm"]
UNCLEAR: tuple[Fault, ...] = ("drop", "lost", "error", "error_after", "garbage")
DONE_ALL_THE_SAME = ("lost", "error_after", "garbage")
AMOUNT = 345_238
"""3 452,38 roubles, the total of the manual's figure."""


class AcquirerHarness(Protocol):
    """An adapter and the gateway behind it, both by the same clock."""

    @property
    def adapter(self) -> Acquirer: ...

    @property
    def clock(self) -> Clock: ...

    def pay(self, order_id: str, behaviour: Behaviour = "success") -> None:
        """The payer pays on the page. With `confirm` his bank asks, and he has not answered yet."""
        ...

    def answer(self, order_id: str, *, confirm: bool) -> None:
        """The payer answers his bank."""
        ...

    def pass_time(self, delta: timedelta) -> None:
        """Moves the clock."""
        ...

    def movements(self) -> Sequence[tuple[str, str, int]]:
        """(our number, charge | refund | reversal, kopecks): the money that moved."""
        ...

    def order_count(self) -> int:
        """How many orders the gateway holds."""
        ...

    def spoil(self, call: Call, fault: Fault, count: int = 1) -> None:
        """The next calls of this kind go wrong."""
        ...

    async def break_off(self) -> None:
        """Nobody listens any more."""
        ...

    async def mend(self) -> None:
        """The gateway listens again."""
        ...

    def callbacks(self, order_id: str) -> Sequence[Callback]:
        """What the gateway sends about an order, in order, genuine."""
        ...

    def forge(self, callback: Callback, fields: Mapping[str, Any]) -> Callback:
        """The same callback with altered fields (`number`, `amount`) and nothing else."""
        ...


def order_of(clock: Clock, **changes: Any) -> Order:
    """An order to register, with a number of its own."""
    now = clock.now()
    usual: dict[str, Any] = {
        "number": new_id(),
        "amount": AMOUNT,
        "description": "Оплата по договору №98010000000001",
        "return_url": "https://lk.example.ru/payments/back",
        "fail_url": "https://lk.example.ru/payments/failed",
        "placed_at": now,
        "expires_at": now + timedelta(minutes=20),
        "email": "buhgalter@hleb.example",
    }
    return Order(**usual | changes)


class AcquirerSuite:
    """Fixture: `bank`, an AcquirerHarness."""

    reverses_payments = True
    """False: only a hold can be reversed here."""

    async def _registered(self, bank: AcquirerHarness, **changes: Any) -> Registered:
        return await bank.adapter.register(order_of(bank.clock, **changes))

    async def _paid(self, bank: AcquirerHarness, **changes: Any) -> str:
        order_id = (await self._registered(bank, **changes)).order_id
        bank.pay(order_id)
        return order_id

    def test_it_takes_cards(self, bank: AcquirerHarness) -> None:
        assert bank.adapter.takes_cards is True

    # ---- orders
    async def test_an_order_is_registered_and_not_paid(self, bank: AcquirerHarness) -> None:
        order = order_of(bank.clock)
        registered = await bank.adapter.register(order)
        assert registered.payment_url.startswith("http")
        assert registered.order_id in registered.payment_url
        status = await bank.adapter.status(registered.order_id)
        assert (status.order_id, status.number, status.state) == (registered.order_id, order.number, "created")
        assert (status.amount, status.paid, status.refunded, status.paid_at) == (AMOUNT, 0, 0, None)
        assert list(bank.movements()) == []

    @pytest.mark.parametrize("amount", [1, 99, 100, 101, 99_999_999_999])
    async def test_amounts_are_exact(self, bank: AcquirerHarness, amount: int) -> None:
        order_id = await self._paid(bank, amount=amount)
        status = await bank.adapter.status(order_id)
        assert (status.amount, status.paid) == (amount, amount)

    async def test_an_order_registered_again_is_the_same_order(self, bank: AcquirerHarness) -> None:
        order = order_of(bank.clock)
        first = await bank.adapter.register(order)
        bank.pass_time(timedelta(minutes=3))
        assert await bank.adapter.register(order) == first
        assert bank.order_count() == 1

    async def test_registrations_at_once_make_one_order(self, bank: AcquirerHarness) -> None:
        order = order_of(bank.clock)
        found = await asyncio.gather(*[bank.adapter.register(order) for _ in range(8)])
        assert len(set(found)) == 1
        assert bank.order_count() == 1

    async def test_a_number_is_of_one_amount(self, bank: AcquirerHarness) -> None:
        order = order_of(bank.clock)
        await bank.adapter.register(order)
        with pytest.raises(AcquirerRefused) as refused:
            await bank.adapter.register(order_of(bank.clock, number=order.number, amount=AMOUNT + 1))
        assert refused.value.reason == "conflict"
        assert bank.order_count() == 1

    @pytest.mark.parametrize(
        "change",
        [{"number": ""}, {"number": "a" * 37}, {"number": "№ 1"}, {"amount": 0}, {"amount": -1}, {"card_id": "x"}],
    )
    async def test_an_impossible_order_is_not_sent(self, bank: AcquirerHarness, change: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"number|kopecks|somebody"):
            await self._registered(bank, **change)
        assert bank.order_count() == 0

    async def test_an_expired_order_is_not_made_any_more_but_found(self, bank: AcquirerHarness) -> None:
        order = order_of(bank.clock)
        first = await bank.adapter.register(order)
        bank.pass_time(timedelta(hours=25))
        assert (await bank.adapter.register(order)).order_id == first.order_id
        late = order_of(bank.clock)
        bank.pass_time(timedelta(hours=25))
        with pytest.raises(AcquirerRefused) as refused:
            await bank.adapter.register(late)
        assert refused.value.reason == "expired"
        assert bank.order_count() == 1

    async def test_an_unknown_order_is_not_found(self, bank: AcquirerHarness) -> None:
        with pytest.raises(AcquirerRefused) as refused:
            await bank.adapter.status("00000000-0000-4000-8000-000000000000")
        assert refused.value.reason == "not_found"

    # ---- the payer
    async def test_a_payment_is_told_with_its_traces_and_without_the_card(self, bank: AcquirerHarness) -> None:
        order_id = await self._paid(bank)
        status = await bank.adapter.status(order_id)
        assert (status.state, status.paid, status.paid_at) == ("paid", AMOUNT, bank.clock.now())
        assert status.rrn
        assert status.auth_code
        assert status.mask == "220000**0004"
        assert [item[1:] for item in bank.movements()] == [("charge", AMOUNT)]

    @pytest.mark.parametrize("behaviour", ["declined", "insufficient"])
    async def test_a_declined_card_says_why(self, bank: AcquirerHarness, behaviour: Behaviour) -> None:
        order_id = (await self._registered(bank)).order_id
        bank.pay(order_id, behaviour)
        status = await bank.adapter.status(order_id)
        assert (status.state, status.paid) == ("declined", 0)
        assert status.decline_code
        assert list(bank.movements()) == []

    @pytest.mark.parametrize(("confirm", "state"), [(True, "paid"), (False, "declined")])
    async def test_a_bank_may_ask_its_card_holder(self, bank: AcquirerHarness, confirm: bool, state: str) -> None:
        order_id = (await self._registered(bank)).order_id
        bank.pay(order_id, "confirm")
        assert (await bank.adapter.status(order_id)).state in ("confirming", "created")
        bank.answer(order_id, confirm=confirm)
        assert (await bank.adapter.status(order_id)).state == state

    async def test_time_runs_out(self, bank: AcquirerHarness) -> None:
        order_id = (await self._registered(bank)).order_id
        bank.pass_time(timedelta(hours=2))
        status = await bank.adapter.status(order_id)
        assert (status.state, status.paid) == ("declined", 0)

    # ---- holds
    async def test_held_money_is_taken_once(self, bank: AcquirerHarness) -> None:
        order_id = await self._paid(bank, hold=True)
        status = await bank.adapter.status(order_id)
        assert (status.state, status.paid) == ("held", 0)
        assert list(bank.movements()) == []
        await bank.adapter.capture(order_id, AMOUNT - 100)
        await bank.adapter.capture(order_id, AMOUNT - 100)
        status = await bank.adapter.status(order_id)
        assert (status.state, status.amount, status.paid) == ("paid", AMOUNT, AMOUNT - 100)
        assert [item[1:] for item in bank.movements()] == [("charge", AMOUNT - 100)]

    async def test_no_more_is_taken_than_held(self, bank: AcquirerHarness) -> None:
        order_id = await self._paid(bank, hold=True)
        await self._refused("amount", bank.adapter.capture(order_id, AMOUNT + 1))
        unpaid = (await self._registered(bank, hold=True)).order_id
        await self._refused("state", bank.adapter.capture(unpaid, AMOUNT))
        assert list(bank.movements()) == []

    async def test_a_hold_is_let_go(self, bank: AcquirerHarness) -> None:
        order_id = await self._paid(bank, hold=True)
        await bank.adapter.reverse(order_id)
        await bank.adapter.reverse(order_id)
        assert (await bank.adapter.status(order_id)).state == "reversed"
        assert list(bank.movements()) == []

    async def test_a_payment_is_undone_where_the_gateway_can(self, bank: AcquirerHarness) -> None:
        order_id = await self._paid(bank)
        if not self.reverses_payments:
            await self._refused("state", bank.adapter.reverse(order_id))
            return
        await bank.adapter.reverse(order_id)
        await bank.adapter.reverse(order_id)
        status = await bank.adapter.status(order_id)
        assert (status.state, status.paid) == ("reversed", 0)
        assert [item[1:] for item in bank.movements()] == [("charge", AMOUNT), ("reversal", AMOUNT)]

    async def test_what_is_not_paid_is_not_undone(self, bank: AcquirerHarness) -> None:
        await self._refused("state", bank.adapter.reverse((await self._registered(bank)).order_id))

    # ---- refunds
    async def test_refunds_add_up(self, bank: AcquirerHarness) -> None:
        order_id = await self._paid(bank)
        first, second = new_id(), new_id()
        assert (await bank.adapter.refund(order_id, first, 100)).amount == 100
        status = await bank.adapter.status(order_id)
        assert (status.state, status.paid, status.refunded) == ("partly_refunded", AMOUNT, 100)
        await bank.adapter.refund(order_id, second, AMOUNT - 100)
        status = await bank.adapter.status(order_id)
        assert (status.state, status.paid, status.refunded) == ("refunded", AMOUNT, AMOUNT)
        await self._refused("amount", bank.adapter.refund(order_id, new_id(), 1))

    async def test_a_refund_repeated_is_one_refund(self, bank: AcquirerHarness) -> None:
        order_id, key = await self._paid(bank), new_id()
        first = await bank.adapter.refund(order_id, key, AMOUNT)
        bank.pass_time(timedelta(hours=30))
        assert await bank.adapter.refund(order_id, key, AMOUNT) == first
        assert [item[1:] for item in bank.movements()] == [("charge", AMOUNT), ("refund", AMOUNT)]

    async def test_no_more_is_given_back_than_was_taken(self, bank: AcquirerHarness) -> None:
        order_id, key = await self._paid(bank), new_id()
        await self._refused("amount", bank.adapter.refund(order_id, new_id(), AMOUNT + 1))
        await bank.adapter.refund(order_id, key, 100)
        with pytest.raises(AcquirerRefused):
            await bank.adapter.refund(order_id, key, 200)
        unpaid = (await self._registered(bank)).order_id
        await self._refused("state", bank.adapter.refund(unpaid, new_id(), 1))
        assert [item[1:] for item in bank.movements()] == [("charge", AMOUNT), ("refund", 100)]

    async def _refused(self, reason: RefusalReason, call: Any) -> None:
        with pytest.raises(AcquirerRefused) as refused:
            await call
        assert refused.value.reason == reason

    # ---- saved cards
    async def test_a_card_is_saved_when_the_payer_agrees(self, bank: AcquirerHarness) -> None:
        order_id = await self._paid(bank, payer_id="payer-1", save_card=True)
        saved = (await bank.adapter.status(order_id)).card
        assert saved is not None
        assert (saved.payer_id, saved.mask, saved.expires) == ("payer-1", "220000**0004", "203412")
        listed = await bank.adapter.saved_cards("payer-1")
        assert listed is None or [card.id for card in listed] == [saved.id]
        assert not await bank.adapter.saved_cards("payer-2")
        plain = await self._paid(bank, payer_id="payer-1")
        assert (await bank.adapter.status(plain)).card is None

    async def test_a_saved_card_pays_for_its_owner_only(self, bank: AcquirerHarness) -> None:
        order_id = await self._paid(bank, payer_id="payer-1", save_card=True)
        saved = (await bank.adapter.status(order_id)).card
        assert saved is not None
        again = await self._registered(bank, payer_id="payer-1", card_id=saved.id)
        if again.payment_url:
            bank.pay(again.order_id)
        assert (await bank.adapter.status(again.order_id)).state == "paid"
        with pytest.raises(AcquirerRefused):
            await self._registered(bank, payer_id="payer-2", card_id=saved.id)

    async def test_a_card_is_forgotten(self, bank: AcquirerHarness) -> None:
        order_id = await self._paid(bank, payer_id="payer-1", save_card=True)
        saved = (await bank.adapter.status(order_id)).card
        assert saved is not None
        await bank.adapter.forget_card(saved.id)
        await bank.adapter.forget_card(saved.id)
        assert not await bank.adapter.saved_cards("payer-1")

    # ---- reconciliation
    async def test_all_orders_of_a_time_are_told(self, bank: AcquirerHarness) -> None:
        before = bank.clock.now()
        order_id = await self._paid(bank)
        await bank.adapter.refund(order_id, new_id(), 100)
        bank.pass_time(timedelta(minutes=1))
        middle = bank.clock.now()
        many = [(await self._registered(bank)).order_id for _ in range(105)]
        bank.pass_time(timedelta(minutes=1))
        first = [status async for status in bank.adapter.orders(before, middle)]
        assert first == [await bank.adapter.status(order_id)]
        second = [status async for status in bank.adapter.orders(middle, bank.clock.now())]
        assert sorted(status.order_id for status in second) == sorted(many)

    # ---- trouble
    @pytest.mark.parametrize("fault", UNCLEAR)
    async def test_an_unclear_registration_is_made_up_for(self, bank: AcquirerHarness, fault: Fault) -> None:
        order = order_of(bank.clock)
        bank.spoil("register", fault)
        with pytest.raises(OutcomeUnknown):
            await bank.adapter.register(order)
        assert bank.order_count() == (1 if fault in DONE_ALL_THE_SAME else 0)
        registered = await bank.adapter.register(order)
        assert registered.payment_url
        assert (await bank.adapter.status(registered.order_id)).number == order.number
        assert bank.order_count() == 1

    @pytest.mark.parametrize("fault", UNCLEAR)
    async def test_an_unclear_refund_is_made_up_for(self, bank: AcquirerHarness, fault: Fault) -> None:
        order_id, key = await self._paid(bank), new_id()
        bank.spoil("refund", fault, 2)
        for _ in range(2):
            with pytest.raises(OutcomeUnknown):
                await bank.adapter.refund(order_id, key, 100)
            if fault in DONE_ALL_THE_SAME:
                break
        bank.spoil("refund", fault, 0)
        await bank.adapter.refund(order_id, key, 100)
        assert [item[1:] for item in bank.movements()] == [("charge", AMOUNT), ("refund", 100)]

    @pytest.mark.parametrize("fault", UNCLEAR)
    async def test_an_unclear_capture_is_made_up_for(self, bank: AcquirerHarness, fault: Fault) -> None:
        order_id = await self._paid(bank, hold=True)
        bank.spoil("capture", fault)
        with pytest.raises(OutcomeUnknown):
            await bank.adapter.capture(order_id, AMOUNT)
        await bank.adapter.capture(order_id, AMOUNT)
        assert [item[1:] for item in bank.movements()] == [("charge", AMOUNT)]

    @pytest.mark.parametrize("fault", UNCLEAR)
    async def test_an_unclear_reversal_is_made_up_for(self, bank: AcquirerHarness, fault: Fault) -> None:
        order_id = await self._paid(bank, hold=True)
        bank.spoil("reverse", fault)
        with pytest.raises(OutcomeUnknown):
            await bank.adapter.reverse(order_id)
        await bank.adapter.reverse(order_id)
        assert (await bank.adapter.status(order_id)).state == "reversed"

    @pytest.mark.parametrize("fault", UNCLEAR)
    async def test_a_status_that_cannot_be_read_says_nothing(self, bank: AcquirerHarness, fault: Fault) -> None:
        order_id = await self._paid(bank)
        bank.spoil("status", fault)
        with pytest.raises(AcquirerUnavailable):
            await bank.adapter.status(order_id)
        assert (await bank.adapter.status(order_id)).state == "paid"

    async def test_nobody_there_means_that_nothing_happened(self, bank: AcquirerHarness) -> None:
        order_id, order = await self._paid(bank), order_of(bank.clock)
        await bank.break_off()
        with pytest.raises(AcquirerUnavailable):
            await bank.adapter.register(order)
        with pytest.raises(AcquirerUnavailable):
            await bank.adapter.status(order_id)
        with pytest.raises(AcquirerUnavailable):
            await bank.adapter.refund(order_id, new_id(), 100)
        await bank.mend()
        assert bank.order_count() == 1
        await bank.adapter.register(order)
        assert bank.order_count() == 2

    # ---- callbacks
    async def test_a_callback_names_the_order_and_is_no_proof(self, bank: AcquirerHarness) -> None:
        order = order_of(bank.clock)
        order_id = (await bank.adapter.register(order)).order_id
        bank.pay(order_id)
        await bank.adapter.refund(order_id, new_id(), 100)
        hints = [bank.adapter.read_callback(callback) for callback in bank.callbacks(order_id)]
        assert len(hints) == 2
        assert {hint.order_id for hint in hints} == {order_id}
        assert {hint.number for hint in hints} <= {order.number, ""}
        assert all(hint.event for hint in hints)

    async def test_a_replayed_callback_means_the_same(self, bank: AcquirerHarness) -> None:
        order_id = await self._paid(bank)
        [callback] = bank.callbacks(order_id)
        first = bank.adapter.read_callback(callback)
        bank.pass_time(timedelta(days=1))
        assert bank.adapter.read_callback(callback) == first
        assert [item[1:] for item in bank.movements()] == [("charge", AMOUNT)]

    async def test_an_altered_callback_is_refused_or_believed_in_nothing(self, bank: AcquirerHarness) -> None:
        order_id = await self._paid(bank)
        [callback] = bank.callbacks(order_id)
        for fields in ({"amount": 1}, {"number": "another"}):
            try:
                hint = bank.adapter.read_callback(bank.forge(callback, fields))
            except CallbackRefused:
                continue
            status = await bank.adapter.status(hint.order_id)
            assert (status.amount, status.paid) == (AMOUNT, AMOUNT)
            assert status.number != "another"

    @pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b"[" * 10_000, b"a=1&a=2", b"mdOrder=1"])
    async def test_noise_is_no_callback(self, bank: AcquirerHarness, body: bytes) -> None:
        order_id = await self._paid(bank)
        [callback] = bank.callbacks(order_id)
        with pytest.raises(CallbackRefused):
            bank.adapter.read_callback(Callback("", callback.headers, body, callback.address))

    async def test_closing_twice_is_fine(self, bank: AcquirerHarness) -> None:
        await self._registered(bank)
        await bank.adapter.close()
        await bank.adapter.close()
