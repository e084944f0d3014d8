"""Broken connections, lost replies, callbacks that lie: what an acquirer makes of them."""

from datetime import timedelta

import pytest

from core.ports.acquirer import (
    AcquirerUnavailable,
    Callback,
    CallbackRefused,
    OutcomeUnknown,
)
from core.testing.suites.acquirer.harness import (
    AMOUNT,
    DONE_ALL_THE_SAME,
    UNCLEAR,
    AcquirerCases,
    AcquirerHarness,
    Fault,
    order_of,
)
from core.values import new_id


class TroubleCases(AcquirerCases):
    """Unknown outcomes and callbacks."""

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
        order_id, key = await self.paid(bank), new_id()
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
        order_id = await self.paid(bank, hold=True)
        bank.spoil("capture", fault)
        with pytest.raises(OutcomeUnknown):
            await bank.adapter.capture(order_id, AMOUNT)
        await bank.adapter.capture(order_id, AMOUNT)
        assert [item[1:] for item in bank.movements()] == [("charge", AMOUNT)]

    @pytest.mark.parametrize("fault", UNCLEAR)
    async def test_an_unclear_reversal_is_made_up_for(self, bank: AcquirerHarness, fault: Fault) -> None:
        order_id = await self.paid(bank, hold=True)
        bank.spoil("reverse", fault)
        with pytest.raises(OutcomeUnknown):
            await bank.adapter.reverse(order_id)
        await bank.adapter.reverse(order_id)
        assert (await bank.adapter.status(order_id)).state == "reversed"

    @pytest.mark.parametrize("fault", UNCLEAR)
    async def test_a_status_that_cannot_be_read_says_nothing(self, bank: AcquirerHarness, fault: Fault) -> None:
        order_id = await self.paid(bank)
        bank.spoil("status", fault)
        with pytest.raises(AcquirerUnavailable):
            await bank.adapter.status(order_id)
        assert (await bank.adapter.status(order_id)).state == "paid"

    async def test_nobody_there_means_that_nothing_happened(self, bank: AcquirerHarness) -> None:
        order_id, order = await self.paid(bank), order_of(bank.clock)
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
        order_id = await self.paid(bank)
        [callback] = bank.callbacks(order_id)
        first = bank.adapter.read_callback(callback)
        bank.pass_time(timedelta(days=1))
        assert bank.adapter.read_callback(callback) == first
        assert [item[1:] for item in bank.movements()] == [("charge", AMOUNT)]

    async def test_an_altered_callback_is_refused_or_believed_in_nothing(self, bank: AcquirerHarness) -> None:
        order_id = await self.paid(bank)
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
        order_id = await self.paid(bank)
        [callback] = bank.callbacks(order_id)
        with pytest.raises(CallbackRefused):
            bank.adapter.read_callback(Callback("", callback.headers, body, callback.address))
