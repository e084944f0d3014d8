"""Whatever bytes come: one answer for every line that is not blank, in flat memory."""

import tracemalloc
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.contracts.models import MeteringPoint
from core.exchange.loader import load
from core.exchange.loader.lines import gunzip, lines_of
from core.exchange.schemas import Totals
from core.exchange.settings import ExchangeSettings
from core.sdk import Context, Dataset, Problem
from tests.core.exchange.company import CONTRACTS, METERS, NOTES, POINTS, REGISTERS, RowsOf, chunked

BOM = b"\xef\xbb\xbf"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(["C1", "C2", "C1\x00", "", "a b", "x" * 70])


def objects(dataset: Dataset[Any]) -> st.SearchStrategy[bytes]:
    """JSON objects with the dataset's fields, right and wrong values, perhaps strange ones or a deletion."""
    names = [*dataset.row.__struct_fields__, "deleted", "strange"]
    value = KEYS | JSON | st.sampled_from(["1.5", "-0", "1e3", "2025-01-01", True])
    made = st.dictionaries(st.sampled_from(names), value, max_size=len(names))
    return made.map(msgspec.json.encode)


LINE = st.binary(max_size=60) | st.sampled_from([b"", b" \t\r", BOM, b"[" * 1990, b"x" * 2001, b"{}", b'{"id":'])


@pytest.mark.parametrize("dataset", [CONTRACTS, METERS, REGISTERS, NOTES], ids=lambda dataset: str(dataset.name))
async def test_any_bytes_get_one_answer_a_line(ctx: Context, dataset: Dataset[Any]) -> None:
    limits = ExchangeSettings(batch_rows=4, max_line=2000)
    ctx.runtime.settings = {**ctx.runtime.settings, ExchangeSettings: limits}

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(lines=st.lists(LINE | objects(dataset), max_size=10), size=st.integers(1, 3000))
    def check(lines: list[bytes], size: int) -> None:
        bodies.append((b"\n".join(lines), size))

    bodies: list[tuple[bytes, int]] = []
    check()
    for body, size in bodies:
        answers = [answer async for batch in load(ctx, dataset, chunked(body, size)) for answer in batch]
        lines = body.removeprefix(BOM).split(b"\n")
        assert [answer.line for answer in answers] == [n for n, line in enumerate(lines, 1) if line.strip()], body
        for answer in answers:
            assert (answer.status == "refused") == bool(answer.code) == bool(answer.message), (body, answer)
            msgspec.json.encode(answer)


@settings(deadline=None)
@given(lines=st.lists(st.binary(max_size=30).filter(lambda line: b"\n" not in line)), size=st.integers(1, 50))
async def test_lines_do_not_depend_on_how_the_body_was_cut(lines: list[bytes], size: int) -> None:
    body = b"\n".join(lines)
    found = [line async for part in lines_of(chunked(body, size), 10) for line in part]
    whole = body.removeprefix(BOM).split(b"\n")
    expected = [
        (n, None if len(line) > 10 else line) for n, line in enumerate(whole, 1) if line.strip() or len(line) > 10
    ]
    assert found == expected


@settings(deadline=None)
@given(packed=st.binary(max_size=200), size=st.integers(1, 50))
async def test_no_packed_bytes_crash(packed: bytes, size: int) -> None:
    """Chance hardly ever makes a gzip stream: what is not one is refused by its code."""
    with pytest.raises(Problem, match="broken_gzip"):
        async for _ in gunzip(chunked(b"\x1f\x8b" + packed, size)):
            pass


async def points(count: int) -> AsyncIterator[bytes]:
    """NDJSON made on the way, a few kilobytes at a time."""
    row = b'{"id":"P%d","energy_object_id":"E%d","name":"\xd0\xa2\xd0\xa3 %d","complex_code":"IK"}\n'
    for start in range(0, count, 50):
        yield b"".join(row % (n, 1 + n % 2, n) for n in range(start, min(start + 50, count)))


@pytest.mark.usefixtures("tree")
async def test_memory_stays_flat_over_a_long_load(ctx: Context, rows_of: RowsOf) -> None:
    limits = ExchangeSettings(batch_rows=2000)
    ctx.runtime.settings = {**ctx.runtime.settings, ExchangeSettings: limits}
    totals = Totals()
    peaks: list[int] = []
    tracemalloc.start()
    try:
        async for answers in load(ctx, POINTS, points(200_000)):
            totals.count(answers)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.reset_peak()
    finally:
        tracemalloc.stop()
    assert totals == Totals(accepted=200_000)
    assert len(await rows_of(MeteringPoint.id)) == 200_000  # two of them stood there before
    assert max(peaks[50:]) < max(peaks[:10]) + 2_000_000
    assert max(peaks) < 25_000_000


async def test_a_line_without_an_end_is_not_kept(ctx: Context) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'{"id":"'
        for _ in range(2000):
            yield b"x" * 50_000
        yield b'"}\n{"id":"N1","text":"b"}'

    tracemalloc.start()
    try:
        answers = [answer async for batch in load(ctx, NOTES, endless()) for answer in batch]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [(answer.line, answer.code or answer.status) for answer in answers] == [
        (1, "line_too_long"),
        (2, "accepted"),
    ]
    assert peak < 2_000_000
