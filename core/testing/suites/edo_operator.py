"""What every adapter of an operator of electronic documents must do."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Protocol

import pytest

from core.ports.edo_operator import (
    EdoOperator,
    OperatorEvent,
    OperatorRefused,
    OperatorUnavailable,
    Outgoing,
    Paper,
    Patch,
)

LIES = ("garbage", "hasty", "stuck")
"""No JSON; more than was asked for; events without a new cursor."""


class OperatorHarness(Protocol):
    """An adapter, and the operator behind it, whose two boxes are empty at first."""

    @property
    def adapter(self) -> EdoOperator: ...

    @property
    def client_box(self) -> str:
        """The other side's box."""
        ...

    @property
    def attempts(self) -> int:
        """How often the adapter itself asks for events before it gives up."""
        ...

    def arrive(self, number: str, content: bytes = b"content") -> tuple[str, str]:
        """The company sends the client a document by other means; its message and the document."""
        ...

    def reject(self, message_id: str, document_id: str, text: str) -> None:
        """The client rejects it by other means."""
        ...

    def strange(self) -> None:
        """Something happens that no adapter knows."""
        ...

    def fail(self, times: int) -> None:
        """The next requests go unanswered, so many of them."""
        ...

    def lose_answers(self, times: int) -> None:
        """The next operations are done, and their answers get lost."""
        ...

    def delay(self, times: int) -> None:
        """The next operations are not done yet when they are answered."""
        ...

    def refuse(self, status: int) -> None:
        """Operations are refused: 402 for good, 409 as duplicates; 0: no longer."""
        ...

    def expire(self) -> None:
        """What the adapter has been let in with is no longer valid."""
        ...

    def hide(self, entity_id: str, hidden: bool) -> None:
        """The content of a document is not there yet."""
        ...

    def repeat(self, events: int) -> None:
        """Each page begins with so many events of the one before it."""
        ...

    def make_trouble(self, kind: str) -> None:
        """down, slow, or one of LIES; empty: all is well again."""
        ...

    def sent(self) -> int:
        """Operations that the operator has done."""
        ...


async def whole(content: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in content])


async def read_all(adapter: EdoOperator, after: str = "", limit: int = 4) -> tuple[list[OperatorEvent], str]:
    """Everything after a cursor, page by page."""
    found: list[OperatorEvent] = []
    while True:
        page = await adapter.events(after, limit)
        found += page.items
        after = page.next
        if not page.more:
            return found, after


def documents(events: Sequence[OperatorEvent]) -> list[str]:
    """Numbers of the documents among events."""
    return [one.paper.number for one in events if one.kind == "document" and one.paper is not None]


def outgoing(operator: OperatorHarness, content: bytes = b"a letter") -> Outgoing:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 7):
            yield content[start : start + 7]

    paper = Paper("other", "7", date(2026, 1, 10), "письмо.pdf", awaits=True, comment="Срочно", contract="C-1")
    return Outgoing(operator.client_box, operator.adapter.box_id, paper, len(content), pieces, b"\x30\x82signature")


class OperatorSuite:
    """Fixture: `operator`, an OperatorHarness."""

    def test_it_works(self, operator: OperatorHarness) -> None:
        assert operator.adapter.works is True
        assert operator.adapter.box_id

    async def test_nothing_has_happened_yet(self, operator: OperatorHarness) -> None:
        page = await operator.adapter.events("", 10)
        assert (list(page.items), page.more) == ([], False)

    async def test_events_of_one_moment_come_in_order_and_each_once(self, operator: OperatorHarness) -> None:
        for number in range(11):
            operator.arrive(str(number))
        found, cursor = await read_all(operator.adapter)
        assert documents(found) == [str(number) for number in range(11)]
        assert len({one.at for one in found}) == 1
        assert len({one.id for one in found}) == len(found)
        again = await operator.adapter.events(cursor, 10)
        assert (list(again.items), again.more, again.next) == ([], False, cursor)
        operator.arrive("11")
        assert documents((await read_all(operator.adapter, cursor))[0]) == ["11"]

    async def test_an_old_cursor_gives_the_same_again(self, operator: OperatorHarness) -> None:
        for number in range(6):
            operator.arrive(str(number))
        first = await operator.adapter.events("", 3)
        second = await operator.adapter.events(first.next, 3)
        assert await operator.adapter.events(first.next, 3) == second

    async def test_what_is_repeated_has_the_same_identifiers(self, operator: OperatorHarness) -> None:
        for number in range(8):
            operator.arrive(str(number))
        once, _ = await read_all(operator.adapter)
        operator.repeat(2)
        overlapping, _ = await read_all(operator.adapter)
        assert len(overlapping) > len(once)
        assert list(dict.fromkeys(one.id for one in overlapping)) == [one.id for one in once]

    async def test_a_document_and_its_senders_signature(self, operator: OperatorHarness) -> None:
        message_id, document_id = operator.arrive("15", b"bytes of it")
        (document, signature), _ = await read_all(operator.adapter)
        assert (document.id, document.message_id, document.to_box) == (document_id, message_id, operator.client_box)
        assert (document.box_id, signature.box_id) == (operator.adapter.box_id,) * 2
        assert (signature.kind, signature.parent_id) == ("signature", document_id)
        assert document.paper is not None
        assert (document.paper.awaits, document.paper.sound) == (True, True)
        assert await whole(operator.adapter.content(message_id, document_id)) == b"bytes of it"

    async def test_a_rejection_has_its_reason(self, operator: OperatorHarness) -> None:
        message_id, document_id = operator.arrive("15")
        operator.reject(message_id, document_id, "Сумма не та")
        event = (await read_all(operator.adapter))[0][-1]
        assert (event.kind, event.parent_id, event.text) == ("rejection", document_id, "Сумма не та")
        assert event.box_id in ("", operator.client_box)

    async def test_what_is_not_understood_holds_up_nothing(self, operator: OperatorHarness) -> None:
        operator.arrive("1")
        operator.strange()
        operator.arrive("2")
        found, _ = await read_all(operator.adapter)
        assert documents(found) == ["1", "2"]
        assert [one.kind for one in found].count("other") == 1

    async def test_content_that_is_not_there_yet(self, operator: OperatorHarness) -> None:
        message_id, document_id = operator.arrive("15")
        operator.hide(document_id, True)
        with pytest.raises(OperatorUnavailable):
            await whole(operator.adapter.content(message_id, document_id))
        operator.hide(document_id, False)
        assert await whole(operator.adapter.content(message_id, document_id)) == b"content"

    # ---- sending
    async def test_a_document_is_sent_and_comes_back_with_its_tag(self, operator: OperatorHarness) -> None:
        content = bytes(range(256)) * 600
        sent = await operator.adapter.send("operation-1", outgoing(operator, content))
        document, signature = (await read_all(operator.adapter))[0]
        assert (document.id, document.message_id) == (sent.entity_id, sent.message_id)
        assert (document.tag, signature.tag) == ("operation-1",) * 2
        assert (document.box_id, document.to_box) == (operator.client_box, operator.adapter.box_id)
        assert document.paper is not None
        assert (document.paper.number, document.paper.issued_on) == ("7", date(2026, 1, 10))
        assert (document.paper.file_name, document.paper.contract) == ("письмо.pdf", "C-1")
        assert await whole(operator.adapter.content(sent.message_id, sent.entity_id)) == content

    async def test_an_answer_that_got_lost_doubles_nothing(self, operator: OperatorHarness) -> None:
        operator.lose_answers(1)
        with pytest.raises(OperatorUnavailable):
            await operator.adapter.send("operation-1", outgoing(operator))
        sent = await operator.adapter.send("operation-1", outgoing(operator))
        assert operator.sent() == 1
        assert documents((await read_all(operator.adapter))[0]) == ["7"]
        assert await operator.adapter.send("operation-1", outgoing(operator)) == sent
        assert operator.sent() == 1

    async def test_patches_come_back_with_their_tag(self, operator: OperatorHarness) -> None:
        message_id, document_id = operator.arrive("15")
        _, cursor = await read_all(operator.adapter)
        box = operator.client_box
        signed = await operator.adapter.patch("o-1", Patch(box, message_id, document_id, "sign", signature=b"cms"))
        asked = await operator.adapter.patch("o-2", Patch(box, message_id, document_id, "revoke", "Ошибка"))
        back = Patch(operator.adapter.box_id, message_id, asked.entity_id, "reject", "Нет")
        refused = await operator.adapter.patch("o-3", back)
        found, _ = await read_all(operator.adapter, cursor)
        assert [(one.kind, one.id, one.tag) for one in found] == [
            ("signature", signed.entity_id, "o-1"),
            ("revocation", asked.entity_id, "o-2"),
            ("rejection", refused.entity_id, "o-3"),
        ]
        assert [one.parent_id for one in found] == [document_id, document_id, asked.entity_id]
        assert [one.text for one in found] == ["", "Ошибка", "Нет"]
        assert (found[0].box_id, found[1].box_id) == (box, box)

    async def test_what_is_not_done_yet_says_when_to_ask(self, operator: OperatorHarness) -> None:
        operator.delay(1)
        with pytest.raises(OperatorUnavailable) as caught:
            await operator.adapter.send("operation-1", outgoing(operator))
        assert caught.value.retry_after > 0
        assert operator.sent() == 0
        await operator.adapter.send("operation-1", outgoing(operator))
        assert operator.sent() == 1

    async def test_what_is_refused_is_refused(self, operator: OperatorHarness) -> None:
        operator.refuse(402)
        with pytest.raises(OperatorRefused) as caught:
            await operator.adapter.send("operation-1", outgoing(operator))
        assert caught.value.code
        operator.refuse(409)
        assert (await operator.adapter.send("operation-1", outgoing(operator))).duplicate
        assert operator.sent() == 0

    async def test_entering_again(self, operator: OperatorHarness) -> None:
        operator.arrive("1")
        await read_all(operator.adapter)
        operator.expire()
        assert documents((await read_all(operator.adapter))[0]) == ["1"]
        operator.expire()
        await operator.adapter.send("operation-1", outgoing(operator))
        assert operator.sent() == 1

    # ---- trouble
    async def test_an_answer_that_does_not_come_is_told(self, operator: OperatorHarness) -> None:
        message_id, document_id = operator.arrive("1")
        operator.make_trouble("down")
        with pytest.raises(OperatorUnavailable):
            await operator.adapter.events("", 10)
        with pytest.raises(OperatorUnavailable):
            await operator.adapter.send("operation-1", outgoing(operator))
        with pytest.raises(OperatorUnavailable):
            await whole(operator.adapter.content(message_id, document_id))
        operator.make_trouble("")
        assert documents((await read_all(operator.adapter))[0]) == ["1"]

    async def test_a_stumble_is_made_up_for(self, operator: OperatorHarness) -> None:
        operator.arrive("1")
        operator.fail(operator.attempts - 1)
        assert documents((await read_all(operator.adapter))[0]) == ["1"]
        operator.fail(operator.attempts)
        with pytest.raises(OperatorUnavailable):
            await operator.adapter.events("", 10)

    async def test_slowness_is_waited_for(self, operator: OperatorHarness) -> None:
        operator.arrive("1")
        operator.make_trouble("slow")
        assert documents((await read_all(operator.adapter))[0]) == ["1"]

    @pytest.mark.parametrize("lie", LIES)
    async def test_a_lie_is_no_page(self, operator: OperatorHarness, lie: str) -> None:
        for number in range(8):
            operator.arrive(str(number))
        first = await operator.adapter.events("", 2)
        operator.make_trouble(lie)
        with pytest.raises(OperatorUnavailable):
            await operator.adapter.events(first.next, 2)
        operator.make_trouble("")
        assert documents((await read_all(operator.adapter, first.next))[0]) == [str(one) for one in range(2, 8)]

    async def test_closing_twice_is_fine(self, operator: OperatorHarness) -> None:
        await operator.adapter.close()
        await operator.adapter.close()
