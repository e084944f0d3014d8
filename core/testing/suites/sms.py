"""What every SMS adapter must do, and what one that talks to a gateway must do besides."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

import pytest

from core.ports.sms import Sms, SmsRefused, SmsUnavailable, TextMessage
from core.values import new_id


class SmsHarness(Protocol):
    """An SMS adapter and the place where its messages arrive."""

    @property
    def adapter(self) -> Sms: ...

    async def inbox(self) -> Sequence[TextMessage]:
        """The messages as they arrived, the oldest first, each id once."""
        ...

    async def break_off(self) -> None:
        """From now on the other side cannot be reached."""
        ...

    async def mend(self) -> None:
        """Everything works again."""
        ...


class SmsGatewayHarness(SmsHarness, Protocol):
    """The same with a gateway that can be told to misbehave until `mend`. The adapter's time-out is at most 1 s."""

    def answer(self, status: int) -> None:
        """The gateway takes nothing and answers with a status."""
        ...

    def drop(self) -> None:
        """The gateway takes the message and closes the connection without a reply."""
        ...

    def stall(self) -> None:
        """The gateway falls silent."""
        ...

    def flood(self) -> None:
        """The gateway replies without end."""
        ...


def text(words: str = "Код для входа: 04417.", to: str = "+79218662294") -> TextMessage:
    """A message to send, with an id of its own."""
    return TextMessage(new_id(), to, words)


class SmsSuite:
    """Fixture: `sms`, an SmsHarness."""

    @pytest.mark.parametrize(
        "words",
        ["Код для входа: 04417.", "Latin only", '«Ёлочки» "quotes" \\ / {braces} 💡', "две\nстроки", "я" * 1000],
    )
    async def test_a_message_arrives_as_written(self, sms: SmsHarness, words: str) -> None:
        message = text(words)
        await sms.adapter.send(message)
        assert list(await sms.inbox()) == [message]

    @pytest.mark.parametrize(
        "number",
        [
            "",
            "+",
            "79218662294",
            "+7921866",
            "+7 921 866-22-94",
            "+79218662294\n",
            "+7921866229४",
            "+0" * 9,
            "+" + "7" * 16,
        ],
    )
    async def test_a_wrong_number_is_refused(self, sms: SmsHarness, number: str) -> None:
        with pytest.raises(SmsRefused):
            await sms.adapter.send(text(to=number))
        assert list(await sms.inbox()) == []

    @pytest.mark.parametrize("words", ["", " \n", "a\udcffb", "я" * 1001])
    async def test_a_text_that_nobody_could_read_is_refused(self, sms: SmsHarness, words: str) -> None:
        with pytest.raises(SmsRefused):
            await sms.adapter.send(text(words))
        assert list(await sms.inbox()) == []

    async def test_a_message_sent_again_is_recognised(self, sms: SmsHarness) -> None:
        first, second = text("Первое"), text("Второе")
        for message in (first, first, second, first):
            await sms.adapter.send(message)
        assert list(await sms.inbox()) == [first, second]

    async def test_an_unreachable_side_loses_nothing(self, sms: SmsHarness) -> None:
        message = text()
        await sms.break_off()
        with pytest.raises(SmsUnavailable):
            await sms.adapter.send(message)
        await sms.mend()
        await sms.adapter.send(message)
        assert list(await sms.inbox()) == [message]

    async def test_many_messages_at_once(self, sms: SmsHarness) -> None:
        messages = [text(f"Код: {number:05d}") for number in range(20)]
        await asyncio.gather(*[sms.adapter.send(message) for message in messages])
        assert {message.id for message in await sms.inbox()} == {message.id for message in messages}

    async def test_closing_twice_is_fine(self, sms: SmsHarness) -> None:
        await sms.adapter.send(text())
        await sms.adapter.close()
        await sms.adapter.close()


class SmsGatewaySuite(SmsSuite):
    """For an adapter that talks to a gateway. Fixture: `sms`, an SmsGatewayHarness."""

    @pytest.mark.parametrize("status", [400, 422])
    async def test_a_permanent_refusal_is_final(self, sms: SmsGatewayHarness, status: int) -> None:
        sms.answer(status)
        with pytest.raises(SmsRefused):
            await sms.adapter.send(text())
        assert list(await sms.inbox()) == []

    @pytest.mark.parametrize("status", [301, 401, 403, 408, 429, 500, 503])
    async def test_trouble_that_is_not_the_message_s_is_tried_again(self, sms: SmsGatewayHarness, status: int) -> None:
        await self._fails_and_recovers(sms, lambda: sms.answer(status))

    async def test_a_reply_that_is_lost_sends_no_second_message(self, sms: SmsGatewayHarness) -> None:
        message = text()
        sms.drop()
        with pytest.raises(SmsUnavailable):
            await sms.adapter.send(message)
        await sms.mend()
        await sms.adapter.send(message)
        assert list(await sms.inbox()) == [message]

    async def test_silence_is_tried_again(self, sms: SmsGatewayHarness) -> None:
        async with asyncio.timeout(5):
            await self._fails_and_recovers(sms, sms.stall)

    async def test_a_reply_without_end_is_cut_off(self, sms: SmsGatewayHarness) -> None:
        async with asyncio.timeout(5):
            await self._fails_and_recovers(sms, sms.flood)

    async def _fails_and_recovers(self, sms: SmsGatewayHarness, misbehave: Callable[[], None]) -> None:
        message = text()
        misbehave()
        with pytest.raises(SmsUnavailable):
            await sms.adapter.send(message)
        assert list(await sms.inbox()) == []
        await sms.mend()
        await sms.adapter.send(message)
        assert list(await sms.inbox()) == [message]
