"""What every adapter of a metering platform must do: a real one and a simulator alike."""

from typing import Protocol

import msgspec
import pytest

from core.ports.metering import Change, Metering, MeteringUnavailable

LIES = ("hasty", "stuck", "back", "garbage")
"""More than was asked for; changes without a new cursor; a cursor taken back; no page at all."""


class MeteringHarness(Protocol):
    """An adapter, and the platform behind it, which at first knows nothing."""

    @property
    def adapter(self) -> Metering: ...

    def publish(self, number: int) -> None:
        """The platform learns something: `{"number": number}` of the kind `samples`."""
        ...

    def fail(self, times: int) -> None:
        """The next questions go unanswered, so many of them."""
        ...

    def make_trouble(self, kind: str) -> None:
        """down, slow, or one of LIES; empty: all is well again."""
        ...

    @property
    def attempts(self) -> int:
        """How often the adapter itself asks before it gives up."""
        ...


def numbers(items: "list[Change]") -> list[int]:
    """What was published."""
    assert all(item.kind == "samples" for item in items)
    return [msgspec.json.decode(item.row)["number"] for item in items]


async def read_all(adapter: Metering, after: str = "", limit: int = 4) -> tuple[list[int], str]:
    """Everything after a cursor, page by page."""
    found: list[int] = []
    while True:
        page = await adapter.changes(after, limit)
        assert len(page.items) <= limit
        found += numbers(list(page.items))
        after = page.next
        if not page.more:
            return found, after


class MeteringSuite:
    """Fixture: `metering`, a MeteringHarness."""

    def test_it_pulls(self, metering: MeteringHarness) -> None:
        assert metering.adapter.pulls is True

    async def test_nothing_has_happened_yet(self, metering: MeteringHarness) -> None:
        page = await metering.adapter.changes("", 10)
        assert (list(page.items), page.more) == ([], False)

    async def test_changes_come_in_order_and_each_once(self, metering: MeteringHarness) -> None:
        for number in range(11):
            metering.publish(number)
        found, cursor = await read_all(metering.adapter)
        assert found == list(range(11))
        again = await metering.adapter.changes(cursor, 10)
        assert (list(again.items), again.more, again.next) == ([], False, cursor)
        metering.publish(11)
        assert (await read_all(metering.adapter, cursor))[0] == [11]

    async def test_an_old_cursor_gives_the_same_again(self, metering: MeteringHarness) -> None:
        for number in range(6):
            metering.publish(number)
        first = await metering.adapter.changes("", 3)
        second = await metering.adapter.changes(first.next, 3)
        assert numbers(list(second.items)) == [3, 4, 5]
        assert await metering.adapter.changes(first.next, 3) == second

    async def test_an_answer_that_does_not_come_is_told(self, metering: MeteringHarness) -> None:
        metering.publish(1)
        metering.make_trouble("down")
        with pytest.raises(MeteringUnavailable):
            await metering.adapter.changes("", 10)
        metering.make_trouble("")
        assert (await read_all(metering.adapter))[0] == [1]

    async def test_a_stumble_is_made_up_for(self, metering: MeteringHarness) -> None:
        metering.publish(1)
        metering.fail(metering.attempts - 1)
        assert (await read_all(metering.adapter))[0] == [1]
        metering.fail(metering.attempts)
        with pytest.raises(MeteringUnavailable):
            await metering.adapter.changes("", 10)
        assert (await read_all(metering.adapter))[0] == [1]

    async def test_slowness_is_waited_for(self, metering: MeteringHarness) -> None:
        metering.publish(1)
        metering.make_trouble("slow")
        assert (await read_all(metering.adapter))[0] == [1]

    @pytest.mark.parametrize("lie", LIES)
    async def test_a_lie_is_no_page(self, metering: MeteringHarness, lie: str) -> None:
        for number in range(8):
            metering.publish(number)
        first = await metering.adapter.changes("", 2)
        metering.make_trouble(lie)
        with pytest.raises(MeteringUnavailable):
            await metering.adapter.changes(first.next, 2)
        metering.make_trouble("")
        assert (await read_all(metering.adapter, first.next))[0] == [2, 3, 4, 5, 6, 7]

    async def test_closing_twice_is_fine(self, metering: MeteringHarness) -> None:
        await metering.adapter.close()
        await metering.adapter.close()
