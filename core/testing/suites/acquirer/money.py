"""Orders, payments, holds, refunds, saved cards: what an acquirer does when all goes well."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from core.ports.acquirer import AcquirerRefused
from core.testing.suites.acquirer.harness import AMOUNT, AcquirerCases, AcquirerHarness, Behaviour, order_of
from core.values import new_id


class MoneyCases(AcquirerCases):
    """Orders, payments, holds, refunds, saved cards."""

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
        order_id = await self.paid(bank, amount=amount)
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
            await self.registered(bank, **change)
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
        order_id = await self.paid(bank)
        status = await bank.adapter.status(order_id)
        assert (status.state, status.paid, status.paid_at) == ("paid", AMOUNT, bank.clock.now())
        assert status.rrn
        assert status.auth_code
        assert status.mask == "220000**0004"
        assert [item[1:] for item in bank.movements()] == [("charge", AMOUNT)]

    @pytest.mark.parametrize("behaviour", ["declined", "insufficient"])
    async def test_a_declined_card_says_why(self, bank: AcquirerHarness, behaviour: Behaviour) -> None:
        order_id = (await self.registered(bank)).order_id
        bank.pay(order_id, behaviour)
        status = await bank.adapter.status(order_id)
        assert (status.state, status.paid) == ("declined", 0)
        assert status.decline_code
        assert list(bank.movements()) == []

    @pytest.mark.parametrize(("confirm", "state"), [(True, "paid"), (False, "declined")])
    async def test_a_bank_may_ask_its_card_holder(self, bank: AcquirerHarness, confirm: bool, state: str) -> None:
        order_id = (await self.registered(bank)).order_id
        bank.pay(order_id, "confirm")
        assert (await bank.adapter.status(order_id)).state in ("confirming", "created")
        bank.answer(order_id, confirm=confirm)
        assert (await bank.adapter.status(order_id)).state == state

    async def test_time_runs_out(self, bank: AcquirerHarness) -> None:
        order_id = (await self.registered(bank)).order_id
        bank.pass_time(timedelta(hours=2))
        status = await bank.adapter.status(order_id)
        assert (status.state, status.paid) == ("declined", 0)

    # ---- holds
    async def test_held_money_is_taken_once(self, bank: AcquirerHarness) -> None:
        order_id = await self.paid(bank, hold=True)
        status = await bank.adapter.status(order_id)
        assert (status.state, status.paid) == ("held", 0)
        assert list(bank.movements()) == []
        await bank.adapter.capture(order_id, AMOUNT - 100)
        await bank.adapter.capture(order_id, AMOUNT - 100)
        status = await bank.adapter.status(order_id)
        assert (status.state, status.amount, status.paid) == ("paid", AMOUNT, AMOUNT - 100)
        assert [item[1:] for item in bank.movements()] == [("charge", AMOUNT - 100)]

    async def test_no_more_is_taken_than_held(self, bank: AcquirerHarness) -> None:
        order_id = await self.paid(bank, hold=True)
        await self.refused("amount", bank.adapter.capture(order_id, AMOUNT + 1))
        unpaid = (await self.registered(bank, hold=True)).order_id
        await self.refused("state", bank.adapter.capture(unpaid, AMOUNT))
        assert list(bank.movements()) == []

    async def test_a_hold_is_let_go(self, bank: AcquirerHarness) -> None:
        order_id = await self.paid(bank, hold=True)
        await bank.adapter.reverse(order_id)
        await bank.adapter.reverse(order_id)
        assert (await bank.adapter.status(order_id)).state == "reversed"
        assert list(bank.movements()) == []

    async def test_a_payment_is_undone_where_the_gateway_can(self, bank: AcquirerHarness) -> None:
        order_id = await self.paid(bank)
        if not self.reverses_payments:
            await self.refused("state", bank.adapter.reverse(order_id))
            return
        await bank.adapter.reverse(order_id)
        await bank.adapter.reverse(order_id)
        status = await bank.adapter.status(order_id)
        assert (status.state, status.paid) == ("reversed", 0)
        assert [item[1:] for item in bank.movements()] == [("charge", AMOUNT), ("reversal", AMOUNT)]

    async def test_what_is_not_paid_is_not_undone(self, bank: AcquirerHarness) -> None:
        await self.refused("state", bank.adapter.reverse((await self.registered(bank)).order_id))

    # ---- refunds
    async def test_refunds_add_up(self, bank: AcquirerHarness) -> None:
        order_id = await self.paid(bank)
        first, second = new_id(), new_id()
        assert (await bank.adapter.refund(order_id, first, 100)).amount == 100
        status = await bank.adapter.status(order_id)
        assert (status.state, status.paid, status.refunded) == ("partly_refunded", AMOUNT, 100)
        await bank.adapter.refund(order_id, second, AMOUNT - 100)
        status = await bank.adapter.status(order_id)
        assert (status.state, status.paid, status.refunded) == ("refunded", AMOUNT, AMOUNT)
        await self.refused("amount", bank.adapter.refund(order_id, new_id(), 1))

    async def test_a_refund_repeated_is_one_refund(self, bank: AcquirerHarness) -> None:
        order_id, key = await self.paid(bank), new_id()
        first = await bank.adapter.refund(order_id, key, AMOUNT)
        bank.pass_time(timedelta(hours=30))
        assert await bank.adapter.refund(order_id, key, AMOUNT) == first
        assert [item[1:] for item in bank.movements()] == [("charge", AMOUNT), ("refund", AMOUNT)]

    async def test_no_more_is_given_back_than_was_taken(self, bank: AcquirerHarness) -> None:
        order_id, key = await self.paid(bank), new_id()
        await self.refused("amount", bank.adapter.refund(order_id, new_id(), AMOUNT + 1))
        await bank.adapter.refund(order_id, key, 100)
        with pytest.raises(AcquirerRefused):
            await bank.adapter.refund(order_id, key, 200)
        unpaid = (await self.registered(bank)).order_id
        await self.refused("state", bank.adapter.refund(unpaid, new_id(), 1))
        assert [item[1:] for item in bank.movements()] == [("charge", AMOUNT), ("refund", 100)]

    # ---- saved cards
    async def test_a_card_is_saved_when_the_payer_agrees(self, bank: AcquirerHarness) -> None:
        order_id = await self.paid(bank, payer_id="payer-1", save_card=True)
        saved = (await bank.adapter.status(order_id)).card
        assert saved is not None
        assert (saved.payer_id, saved.mask, saved.expires) == ("payer-1", "220000**0004", "203412")
        listed = await bank.adapter.saved_cards("payer-1")
        assert listed is None or [card.id for card in listed] == [saved.id]
        assert not await bank.adapter.saved_cards("payer-2")
        plain = await self.paid(bank, payer_id="payer-1")
        assert (await bank.adapter.status(plain)).card is None

    async def test_a_saved_card_pays_for_its_owner_only(self, bank: AcquirerHarness) -> None:
        order_id = await self.paid(bank, payer_id="payer-1", save_card=True)
        saved = (await bank.adapter.status(order_id)).card
        assert saved is not None
        again = await self.registered(bank, payer_id="payer-1", card_id=saved.id)
        if again.payment_url:
            bank.pay(again.order_id)
        assert (await bank.adapter.status(again.order_id)).state == "paid"
        with pytest.raises(AcquirerRefused):
            await self.registered(bank, payer_id="payer-2", card_id=saved.id)

    async def test_a_card_is_forgotten(self, bank: AcquirerHarness) -> None:
        order_id = await self.paid(bank, payer_id="payer-1", save_card=True)
        saved = (await bank.adapter.status(order_id)).card
        assert saved is not None
        await bank.adapter.forget_card(saved.id)
        await bank.adapter.forget_card(saved.id)
        assert not await bank.adapter.saved_cards("payer-1")

    # ---- reconciliation
    async def test_all_orders_of_a_time_are_told(self, bank: AcquirerHarness) -> None:
        before = bank.clock.now()
        order_id = await self.paid(bank)
        await bank.adapter.refund(order_id, new_id(), 100)
        bank.pass_time(timedelta(minutes=1))
        middle = bank.clock.now()
        many = [(await self.registered(bank)).order_id for _ in range(105)]
        bank.pass_time(timedelta(minutes=1))
        first = [status async for status in bank.adapter.orders(before, middle)]
        assert first == [await bank.adapter.status(order_id)]
        second = [status async for status in bank.adapter.orders(middle, bank.clock.now())]
        assert sorted(status.order_id for status in second) == sorted(many)

    async def test_closing_twice_is_fine(self, bank: AcquirerHarness) -> None:
        await self.registered(bank)
        await bank.adapter.close()
        await bank.adapter.close()
