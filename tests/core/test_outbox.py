"""The outbox on both databases: who may move a row, and when; what survives failures; what a purge keeps."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core.config import ConfigError, JobSettings
from core.context import Context
from core.db import outbox
from core.db.engine import Database
from core.db.outbox import JobRun, Ticket
from core.db.tables import Audit, Outbox
from core.jobs import PURGE, Purge, backoff, check_schedules, describe, drain, slot
from core.sdk import Every, Job, Later, Superseded, finishing
from core.testing.clock import MovableClock
from tests.runtimes import bare_runtime

LEASE = timedelta(seconds=30)
LIMITS = {"t.work": 3}


class Work(msgspec.Struct, frozen=True):
    """The payload of these tests."""

    text: str = ""


async def order(database: Database, clock: MovableClock, job: str = "t.work", **values: Any) -> int:
    row = {"job": job, "payload": b'{"text":"x"}', "due": clock.now(), "created_at": clock.now()} | values
    async with database.writer.begin() as connection:
        return int((await connection.execute(sa.insert(Outbox).returning(Outbox.id), row)).scalar_one())


async def claim(database: Database, clock: MovableClock, window: int = 100) -> list[Ticket]:
    async with database.writer.begin() as connection:
        return await outbox.claim(connection, clock.now(), LEASE, LIMITS, window)


async def start(database: Database, clock: MovableClock, ticket: Ticket) -> JobRun | None:
    async with database.writer.begin() as connection:
        started = await outbox.start(connection, ticket, clock.now(), LEASE)
    return started[0] if started else None


async def row(database: Database, job_id: int) -> Any:
    async with database.writer.connect() as connection:
        return (await connection.execute(sa.select(Outbox.__table__).where(Outbox.id == job_id))).one()


async def ids(database: Database) -> list[int]:
    """Every order, the earliest first. (A database may have been used before, so numbers need not begin with 1.)"""
    async with database.writer.connect() as connection:
        return list((await connection.execute(sa.select(Outbox.id).order_by(Outbox.id))).scalars())


async def effects(database: Database, subject: str) -> int:
    async with database.writer.connect() as connection:
        count = sa.select(sa.func.count()).where(Audit.action == "effect", Audit.subject == subject)
        return int(await connection.scalar(count) or 0)


# ---- claims and leases
async def test_a_claim_takes_what_is_due_and_only_once(database: Database, clock: MovableClock) -> None:
    first = await order(database, clock)
    await order(database, clock, due=clock.now() + timedelta(seconds=1))
    assert await claim(database, clock) == [Ticket(first, 1)]
    assert await claim(database, clock) == []


async def test_the_window_limits_what_waits_in_the_broker(database: Database, clock: MovableClock) -> None:
    for _ in range(5):
        await order(database, clock)
    tickets = await claim(database, clock, window=3)
    assert len(tickets) == 3
    assert await claim(database, clock, window=3) == []
    await start(database, clock, tickets[0])
    assert len(await claim(database, clock, window=3)) == 1


async def test_an_expired_lease_is_claimed_under_a_new_number(database: Database, clock: MovableClock) -> None:
    job_id = await order(database, clock)
    (lost,) = await claim(database, clock)
    clock.move(LEASE)
    (again,) = await claim(database, clock)
    assert again == Ticket(job_id, 2)
    assert await start(database, clock, lost) is None
    assert await start(database, clock, again) is not None
    assert await start(database, clock, again) is None, "a message delivered twice must not run twice"


async def test_a_renewed_lease_is_not_claimed(database: Database, clock: MovableClock) -> None:
    await order(database, clock)
    (ticket,) = await claim(database, clock)
    run = await start(database, clock, ticket)
    assert run
    clock.move(LEASE - timedelta(seconds=1))
    async with database.writer.begin() as connection:
        assert await outbox.renew(connection, run, clock.now(), LEASE)
    clock.move(LEASE - timedelta(seconds=1))
    assert await claim(database, clock) == []


async def test_a_job_that_kills_its_worker_dies_at_last(database: Database, clock: MovableClock) -> None:
    job_id = await order(database, clock)
    for attempt in (1, 2, 3):
        (ticket,) = await claim(database, clock)
        run = await start(database, clock, ticket)
        assert run
        assert run.attempt == attempt
        clock.move(LEASE)
    assert await claim(database, clock) == []
    found = await row(database, job_id)
    assert (found.state, found.attempts, found.payload) == ("dead", 3, b'{"text":"x"}')


async def test_lost_messages_do_not_count_as_attempts(database: Database, clock: MovableClock) -> None:
    await order(database, clock)
    for _ in range(10):
        (ticket,) = await claim(database, clock)
        clock.move(LEASE)
    assert ticket.sends == 10
    assert len(await claim(database, clock)) == 1


async def test_what_was_given_back_is_due_at_once(database: Database, clock: MovableClock) -> None:
    await order(database, clock)
    (ticket,) = await claim(database, clock)
    async with database.writer.begin() as connection:
        await outbox.give_back(connection, [ticket], clock.now())
    assert await start(database, clock, ticket) is None, "its message may have arrived nevertheless"
    assert [again.sends for again in await claim(database, clock)] == [2]


async def test_concurrent_claims_share_nothing(database: Database, clock: MovableClock) -> None:
    orders = [await order(database, clock) for _ in range(20)]
    if database.is_sqlite:
        pytest.skip("one writer at a time")
    async with database.writer.begin() as one, database.writer.begin() as other:
        first = await outbox.claim(one, clock.now(), LEASE, LIMITS, 10)
        second = await outbox.claim(other, clock.now(), LEASE, LIMITS, 100)
    assert sorted(ticket.id for ticket in first + second) == orders


async def test_a_claim_never_scans_the_history(database: Database, clock: MovableClock) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL prefers a scan of so small a table")
    seen: list[str] = []
    sa.event.listen(database.writer.sync_engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    await claim(database, clock)
    bury, waiting, take = [text for text in seen if "core_outbox" in text]
    for statement, index in (
        (bury, "ix_core_outbox_state"),
        (waiting, "ix_core_outbox_state"),
        (take, "ix_core_outbox_open"),
    ):
        async with database.writer.connect() as connection:
            arguments = (0,) * statement.count("?")
            plan = str((await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", arguments)).all())
        assert index in plan
        assert "SCAN core_outbox" not in plan


# ---- fencing
@dataclass
class Model:
    """What must be true of one row, whatever a few workers with old and new tickets do to it."""

    latest: int = 0
    done: bool = False
    tickets: list[Ticket] = field(default_factory=list)
    runs: list[JobRun] = field(default_factory=list)


STEPS = ["take", "wait"] * 3 + ["claim", "start"] * 2  # the way to a state where the other actions mean something
MOVES = ["renew", "done", "finishing", "failed", "postpone", "give_back"]
ACTIONS = st.lists(st.tuples(st.sampled_from(STEPS + MOVES), st.integers(0, 2)), min_size=10, max_size=40)


@given(ACTIONS)
@settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes on a real database
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_a_stale_worker_never_changes_anything(database: Database, actions: list[tuple[str, int]]) -> None:
    clock = MovableClock()
    async with database.writer.begin() as connection:
        await connection.execute(sa.delete(Outbox))
    job_id = await order(database, clock)
    model = Model()
    for action, which in actions:
        before = await row(database, job_id)
        changed = await act(database, clock, model, action, which)
        after = await row(database, job_id)
        assert after.sends >= before.sends
        if changed is not None:
            assert (before != after) == changed
        assert not (model.done and after.state != "done"), "done is for ever"
    assert await effects(database, str(job_id)) <= 1
    if model.done:
        assert (await row(database, job_id)).payload is None


async def act(database: Database, clock: MovableClock, model: Model, action: str, which: int) -> bool | None:
    """Does one thing as the `which`-th latest holder; returns whether it changed the row (None: it may have)."""
    if action == "wait":
        clock.move(LEASE)
        return False
    if action == "take":
        await act(database, clock, model, "claim", which)
        await act(database, clock, model, "start", 0)
        return None
    if action == "claim":
        async with database.writer.begin() as connection:
            tickets = await outbox.claim(connection, clock.now(), LEASE, {"t.work": 10**6}, 100)
        model.tickets += tickets
        model.latest = max([model.latest, *(ticket.sends for ticket in tickets)])
        return bool(tickets)
    holders: list[Any] = model.tickets if action in ("start", "give_back") else model.runs
    if not holders:
        return False
    holder = holders[-1 - which % len(holders)]
    if action == "start":
        run = await start(database, clock, holder)
        assert run is None or holder.sends == model.latest
        model.runs += [run] if run else []
        return run is not None
    if action == "give_back":
        async with database.writer.begin() as connection:
            await outbox.give_back(connection, [holder], clock.now())
        return None if holder.sends == model.latest else False
    return await act_as_worker(database, clock, model, action, holder)


async def act_as_worker(database: Database, clock: MovableClock, model: Model, action: str, run: JobRun) -> bool | None:
    now = clock.now()
    if action == "finishing":
        context = Context(bare_runtime(database, clock=clock), job=JobRun(run.id, run.sends, run.job, run.attempt))
        try:
            async with finishing(context) as uow:
                uow.audit("effect", str(run.id))
        except Superseded:
            return False
        moved = True
    else:
        async with database.writer.begin() as connection:
            match action:
                case "renew":
                    moved = await outbox.renew(connection, run, now, LEASE)
                case "done":
                    moved = await outbox.done(connection, run, now)
                case "failed":
                    moved = await outbox.failed(connection, run, now + LEASE, "error")
                case _:
                    moved = await outbox.postpone(connection, run, now)
    if moved:
        assert run.sends == model.latest, "a stale worker moved the row"
        assert not model.done, "a job ended twice"
        model.done = action in ("done", "finishing")
    return None if moved else False


@pytest.mark.parametrize("move", [outbox.renew, outbox.done, outbox.failed, outbox.dead, outbox.postpone])
async def test_a_stale_run_moves_nothing(database: Database, clock: MovableClock, move: Any) -> None:
    job_id = await order(database, clock)
    (ticket,) = await claim(database, clock)
    stale = await start(database, clock, ticket)
    clock.move(LEASE)
    (again,) = await claim(database, clock)
    assert await start(database, clock, again)
    before = await row(database, job_id)
    arguments: dict[Any, list[Any]] = {outbox.renew: [LEASE], outbox.failed: ["error"], outbox.dead: ["error"]}
    async with database.writer.begin() as connection:
        assert not await move(connection, stale, clock.now(), *arguments.get(move, []))
        await outbox.give_back(connection, [ticket], clock.now())
    assert await row(database, job_id) == before


async def test_a_superseded_run_rolls_its_effects_back(database: Database, clock: MovableClock) -> None:
    job_id = await order(database, clock)
    runs = []
    for _ in range(2):
        (ticket,) = await claim(database, clock)
        run = await start(database, clock, ticket)
        assert run
        runs.append(run)
        clock.move(LEASE)
    for run in runs[::-1]:
        context = Context(bare_runtime(database, clock=clock), job=run)
        if run is runs[0]:
            with pytest.raises(Superseded):
                await leave_effect(context)
        else:
            await leave_effect(context)
    assert await effects(database, str(job_id)) == 1


async def leave_effect(context: Context) -> None:
    assert context.job
    async with finishing(context) as uow:
        uow.audit("effect", str(context.job.id))


# ---- the code that the worker and `drain` share
def job(run: Any, **options: Any) -> Job[Work]:
    return Job("t.work", run, Work, **options)


async def enqueue(database: Database, clock: MovableClock, made: Job[Any], command: msgspec.Struct) -> None:
    async with bare_runtime(database, [made], clock).transaction("test") as uow:
        uow.enqueue(command)


async def test_drain_runs_orders_and_what_they_order(database: Database, clock: MovableClock) -> None:
    seen: list[str] = []

    async def run(ctx: Context, command: Work) -> None:
        seen.append(command.text)
        if len(command.text) < 3:
            async with finishing(ctx) as uow:
                uow.enqueue(Work(command.text + "a"))

    made = job(run)
    await enqueue(database, clock, made, Work("a"))
    drained = await drain(bare_runtime(database, [made], clock), [made])
    assert seen == ["a", "aa", "aaa"]
    assert drained.done == {"t.work": 3}
    assert drained.errors == []
    assert [(await row(database, job_id)).payload for job_id in await ids(database)] == [None] * 3


async def test_a_failing_job_waits_longer_and_longer_and_dies(database: Database, clock: MovableClock) -> None:
    async def run(_: Context, command: Work) -> None:
        raise ValueError(f"no meter {command.text} here")

    made = job(run, attempts=3)
    runtime = bare_runtime(database, [made], clock)
    await enqueue(database, clock, made, Work("№ 123456"))
    for wait in (7.5, 22.5):
        drained = await drain(runtime, [made])
        assert [ran.outcome for ran in drained.runs] == ["failed"]
        assert drained.errors[0].startswith("ValueError: no meter … here (test_outbox.py:")
        assert (await drain(runtime, [made])).runs == []
        clock.move(timedelta(seconds=wait))
    drained = await drain(runtime, [made])
    assert [ran.outcome for ran in drained.runs] == ["dead"]
    assert drained.failed == {"t.work": 1}
    (dead,) = await outbox.dead_jobs(database.reader)
    assert (dead.job, dead.attempts, dead.error) == ("t.work", 3, drained.errors[0])


async def test_later_is_no_failure(database: Database, clock: MovableClock) -> None:
    async def run(_: Context, command: Work) -> None:
        raise Later(timedelta(minutes=5))

    made = job(run, attempts=1)
    runtime = bare_runtime(database, [made], clock)
    await enqueue(database, clock, made, Work())
    for _ in range(3):
        assert [ran.outcome for ran in (await drain(runtime, [made])).runs] == ["later"]
        assert (await drain(runtime, [made])).runs == []
        clock.move(timedelta(minutes=5))
    (job_id,) = await ids(database)
    assert (await row(database, job_id)).attempts == 0


async def test_a_payload_of_another_shape_is_a_failure(database: Database, clock: MovableClock) -> None:
    async def run(_: Context, command: Work) -> None:
        raise AssertionError("must not run")

    await order(database, clock, payload=b'{"text": 12345}')
    drained = await drain(bare_runtime(database, [job(run)], clock), [job(run)])
    assert drained.errors[0].startswith("ValidationError: Expected `str`, got `int`")


async def test_what_follows_finishing_does_not_bring_the_job_back(database: Database, clock: MovableClock) -> None:
    async def run(ctx: Context, command: Work) -> None:
        await leave_effect(ctx)
        raise ValueError("too late")

    made = job(run)
    await enqueue(database, clock, made, Work())
    runtime = bare_runtime(database, [made], clock)
    drained = await drain(runtime, [made])
    assert drained.done == {"t.work": 1}
    assert drained.errors[0].startswith("ValueError: too late")
    clock.move(timedelta(days=1))
    assert (await drain(runtime, [made])).runs == []
    (job_id,) = await ids(database)
    assert await effects(database, str(job_id)) == 1


async def test_a_failing_transaction_leaves_the_job_to_be_repeated(database: Database, clock: MovableClock) -> None:
    async def run(ctx: Context, command: Work) -> None:
        async with finishing(ctx) as uow:
            uow.audit("effect", "1")
            if ctx.job and ctx.job.attempt == 1:
                raise ValueError("after the effect")

    made = job(run)
    await enqueue(database, clock, made, Work())
    runtime = bare_runtime(database, [made], clock)
    assert [ran.outcome for ran in (await drain(runtime, [made])).runs] == ["failed"]
    assert await effects(database, "1") == 0
    clock.move(timedelta(minutes=1))
    assert (await drain(runtime, [made])).done == {"t.work": 1}
    assert await effects(database, "1") == 1


async def test_jobs_of_a_disabled_plugin_wait_and_are_counted(database: Database, clock: MovableClock) -> None:
    async def run(_: Context, command: Work) -> None: ...

    await order(database, clock, job="gone.work")
    runtime = bare_runtime(database, [job(run)], clock)
    assert (await drain(runtime, [job(run)])).runs == []
    assert await outbox.stranded(database.reader, ["t.work"]) == {"gone.work": 1}
    returned = Job("gone.work", run, Work)
    assert (await drain(runtime, [returned])).done == {"gone.work": 1}


async def test_a_job_that_orders_itself_for_ever_is_found(database: Database, clock: MovableClock) -> None:
    async def run(ctx: Context, command: Work) -> None:
        async with ctx.uow() as uow:
            uow.enqueue(command)

    made = job(run)
    await enqueue(database, clock, made, Work())
    with pytest.raises(RuntimeError, match=r"t\.work"):
        await drain(bare_runtime(database, [made], clock), [made], limit=20)


async def test_a_job_that_exits_only_fails(database: Database, clock: MovableClock) -> None:
    async def run(_: Context, command: Work) -> None:
        raise SystemExit(1)

    made = job(run)
    await enqueue(database, clock, made, Work())
    drained = await drain(bare_runtime(database, [made], clock), [made])
    assert drained.errors[0].startswith("RuntimeError: the job called exit()")


def test_an_error_text_holds_nothing_of_the_payload() -> None:
    payload = msgspec.json.encode({"name": "Иванов Иван", "phones": ["+79161234567"], "flat": 12, "sum": 1234.5})
    error = ValueError("Иванов Иван, +79161234567, flat 12, 1234.5\nDETAIL: Key (name)=(Иванов)")
    assert describe(error, payload) == "ValueError: …, …, flat 12, …"
    assert describe(ValueError("plain"), b"not json") == "ValueError: plain"


def test_the_wait_before_another_attempt_grows_to_an_hour() -> None:
    for attempt, middle in ((1, 5), (2, 15), (4, 135), (9, 3600), (100, 3600)):
        assert middle / 2 <= backoff(attempt).total_seconds() <= middle * 1.5


# ---- schedules
@pytest.mark.parametrize(
    ("every", "now", "start"),
    [
        (Every(timedelta(minutes=15)), "2026-01-25T09:14:59", "2026-01-25T09:00:00"),
        (Every(timedelta(minutes=15)), "2026-01-25T09:15:00", "2026-01-25T09:15:00"),
        (Every(at=time(3, 30)), "2026-01-25T00:29:59", "2026-01-24T00:30:00"),  # 03:29:59 in Moscow
        (Every(at=time(3, 30)), "2026-01-25T00:30:00", "2026-01-25T00:30:00"),
        (Every(at=time(0, 0)), "2026-01-24T21:00:00", "2026-01-24T21:00:00"),
    ],
)
def test_a_slot_begins_in_business_time(every: Every, now: str, start: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert slot(every, moment, ZoneInfo("Europe/Moscow")) == datetime.fromisoformat(start).replace(tzinfo=UTC)


async def test_a_periodic_job_runs_once_a_slot(database: Database, clock: MovableClock) -> None:
    async def run(_: Context, command: Work) -> None: ...

    made = job(run, every=Every(timedelta(hours=1)))
    runtime = bare_runtime(database, [made], clock)
    for _ in range(3):
        runs = [len((await drain(runtime, [made])).runs) for _ in range(2)]
        assert runs == [1, 0]
        clock.move(timedelta(hours=1))
    clock.move(timedelta(hours=5))
    assert (await drain(runtime, [made])).done == {"t.work": 1}, "slots missed are not made up for"
    assert (await drain(runtime, [made], periodic=False)).runs == []


def test_a_periodic_job_that_could_never_run_stops_the_start() -> None:
    class Needy(msgspec.Struct, frozen=True):
        contract_id: str

    async def run(_: Context, command: Any) -> None: ...

    with pytest.raises(ConfigError, match=r"t\.needy.*defaults"):
        check_schedules([Job("t.needy", run, Needy, every=Every())])
    with pytest.raises(ConfigError, match=r"t\.work.*positive"):
        check_schedules([job(run, every=Every(timedelta(0)))])


# ---- looking after it
async def test_dead_jobs_are_listed_and_redriven(database: Database, clock: MovableClock) -> None:
    broken = True

    async def run(_: Context, command: Work) -> None:
        if broken:
            raise ValueError("no")

    made = job(run, attempts=1)
    runtime = bare_runtime(database, [made], clock)
    for _ in range(5):
        await enqueue(database, clock, made, Work())
    assert (await drain(runtime, [made])).failed == {"t.work": 5}
    listed = await outbox.dead_jobs(database.reader, limit=2)
    rest = await outbox.dead_jobs(database.reader, job="t.work", before=listed[-1].id)
    orders = await ids(database)
    assert [dead.id for dead in listed + rest] == orders[::-1]
    assert await outbox.dead_jobs(database.reader, job="t.other") == []
    broken = False
    async with database.writer.begin() as connection:
        assert await outbox.redrive(connection, orders[2], clock.now())
        assert not await outbox.redrive(connection, orders[2], clock.now())
    assert (await drain(runtime, [made], JobSettings())).done == {"t.work": 1}
    async with database.writer.begin() as connection:
        assert await outbox.redrive_all(connection, "t.other", clock.now()) == 0
        assert await outbox.redrive_all(connection, "t.work", clock.now()) == 4
    assert (await drain(runtime, [made])).done == {"t.work": 4}
    assert [(count.state, count.count) for count in await outbox.counts(database.reader)] == [("done", 5)]


async def test_dead_jobs_are_dismissed_for_good(database: Database, clock: MovableClock) -> None:
    async def run(_: Context, command: Work) -> None:
        raise ValueError("no")

    made = job(run, attempts=1)
    runtime = bare_runtime(database, [made, PURGE], clock)
    for _ in range(3):
        await enqueue(database, clock, made, Work("personal"))
    await order(database, clock, due=clock.now() + timedelta(hours=1))
    await drain(runtime, [made], periodic=False)
    first, *others = [dead.id for dead in await outbox.dead_jobs(database.reader, job="t.work")]
    async with database.writer.begin() as connection:
        assert await outbox.dismiss(connection, first, clock.now()) == [(first, "t.work")]
        assert await outbox.dismiss(connection, first, clock.now()) == []
        assert not await outbox.redrive(connection, first, clock.now())
        assert await outbox.dismiss(connection, "t.other", clock.now()) == []
        gone = await connection.execute(sa.select(Outbox.payload, Outbox.error).where(Outbox.id == first))
        payload, error = gone.one()
        assert payload is None
        assert str(error).startswith("ValueError: no")
        assert sorted(await outbox.dismiss(connection, "t.work", clock.now())) == [
            (n, "t.work") for n in sorted(others)
        ]
    assert await outbox.dead_jobs(database.reader) == []
    states = {count.state: count.count for count in await outbox.counts(database.reader)}
    assert states == {"new": 1, "dismissed": 3}
    clock.move(timedelta(days=31))
    async with runtime.transaction("test") as uow:
        uow.enqueue(Purge())
    await drain(runtime, [PURGE], periodic=False)
    assert "dismissed" not in {count.state for count in await outbox.counts(database.reader)}


async def test_a_purge_keeps_the_keys_that_must_go_on_refusing(database: Database, clock: MovableClock) -> None:
    async def run(_: Context, command: Work) -> None: ...

    made = job(run, every=Every(timedelta(days=45)))
    runtime = bare_runtime(database, [made, PURGE], clock)
    await drain(runtime, [made])
    async with runtime.transaction("test") as uow:
        uow.enqueue(Work())
        uow.enqueue(Work(), dedup_key="once:t.work")
    await order(database, clock, dedup_key="01a2-fact:t.work")
    await order(database, clock, state="dead", finished_at=clock.now())
    await drain(runtime, [made])
    clock.move(timedelta(days=31))
    async with runtime.transaction("test") as uow:
        uow.enqueue(Purge())
    assert (await drain(runtime, [PURGE], periodic=False)).done == {PURGE.name: 1}
    async with database.writer.connect() as connection:
        kept = (await connection.execute(sa.select(Outbox.state, Outbox.dedup_key).order_by(Outbox.id))).all()
    assert [(state, key and key.partition("+")[0][:14]) for state, key in kept] == [
        ("done", "t.work:slot:20"),
        ("done", "t.work:once:t."),
        ("dead", None),
        ("done", None),  # the purge itself
    ]
    clock.move(timedelta(days=100))
    async with runtime.transaction("test") as uow:
        uow.enqueue(Purge())
    await drain(runtime, [PURGE], periodic=False)
    async with database.writer.connect() as connection:
        assert await connection.scalar(sa.select(sa.func.count()).where(Outbox.dedup_key.like("%:slot:%"))) == 0
