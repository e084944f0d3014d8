"""Runs jobs in a thread of its own: a dispatcher from the outbox to a broker, and dramatiq from the broker to the jobs.

The same class runs inside the web process (`start`, `stop`) and as `abonent worker` (`run_forever`).
"""

import asyncio
import logging
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any

import dramatiq

from core import broker as brokers
from core.config import JobSettings
from core.context import Runtime
from core.db.outbox import Ticket
from core.jobs import Runner, check_schedules
from core.sdk import Job

OpenRuntime = Callable[[], AbstractAsyncContextManager[Runtime]]
"""Opens a runtime in the calling event loop and closes it: the pools of a database belong to one loop."""
_LOG = logging.getLogger("abonent.worker")
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_IDLE_MILLISECONDS = 250
_LONGEST_PAUSE_SECONDS = 10


class BrokerUnavailable(Exception):
    """The broker did not take a ticket; the rows are due again."""


class Worker:
    """Dispatcher, broker and threads of one process. Started once, stopped once.

    `queue` names the broker's queue (workers of one deployment share it); `poll`: seconds between looks at the outbox
    when nobody calls `wake`.
    """

    def __init__(
        self,
        open_runtime: OpenRuntime,
        settings: JobSettings,
        jobs: Sequence[Job[Any]],
        *,
        queue: str = "abonent",
        poll: float = 1.0,
    ) -> None:
        check_schedules(jobs)
        self.queue = queue
        self.outcomes: Counter[str] = Counter()
        """Outcome -> how many runs in this process."""
        self._open_runtime, self._settings, self._jobs, self._poll = open_runtime, settings, jobs, poll
        self._broker = brokers.connect(settings.broker, queue)
        self._actor = brokers.declare(self._broker, queue, self._receive)
        self._consumer = dramatiq.Worker(
            self._broker, queues={queue}, worker_threads=settings.threads, worker_timeout=_IDLE_MILLISECONDS
        )
        self._embedded = settings.broker == "embedded"
        self._window = settings.threads * 4
        self._sender = ThreadPoolExecutor(1, thread_name_prefix="jobs-send")  # a RabbitMQ connection is the thread's
        self._thread = threading.Thread(target=self._own_loop, name="jobs", daemon=True)
        self._ready: Future[None] = Future()
        self._sent: set[Ticket] = set()
        self._running: set[asyncio.Task[Any]] = set()
        self._taken = 0
        self._woken, self._halted = asyncio.Event(), asyncio.Event()
        # of the thread, set before `start` returns
        self._loop: asyncio.AbstractEventLoop
        self._runner: Runner
        self._dispatcher: asyncio.Task[None]

    # ---- called from other threads
    @property
    def alive(self) -> bool:
        """Whether jobs are being run; False before `start`, after `stop`, and when the thread broke down."""
        return self._ready.done() and self._ready.exception() is None and self._thread.is_alive()

    def start(self) -> None:
        """Returns when jobs are being run. Raises what opening the runtime raises; an absent broker is waited for."""
        self._thread.start()
        self._ready.result()
        self._consumer.start()

    def stop(self, drain_seconds: float = 20) -> None:
        """Takes no more jobs, waits for those that run, then gives the unfinished ones back (due at once)."""
        self._tell(self._dispatcher.cancel)
        self._tell(lambda: self._loop.call_later(drain_seconds, self._cancel_running))
        self._consumer.stop(timeout=int((drain_seconds + 5) * 1000))
        self._tell(self._halted.set)
        self._thread.join(timeout=10)
        self._sender.shutdown(wait=False, cancel_futures=True)
        self._broker.close()

    def wake(self) -> None:
        """A commit has left jobs: looks at once. Never blocks; any thread may call it, at any time."""
        if self.alive:
            self._tell(self._woken.set)

    def run_forever(self, drain_seconds: float = 20) -> None:
        """The stand-alone process: runs until SIGTERM or SIGINT, then stops. Call it from the main thread.

        Raises RuntimeError when the worker's thread broke down, so that the supervisor starts another process.
        """
        asked: list[int] = []
        former = {name: signal.signal(name, lambda number, _: asked.append(number)) for name in _STOP_SIGNALS}
        try:
            self.start()
            while not asked and self.alive:
                time.sleep(0.2)
            broke = not self.alive
            self.stop(drain_seconds)
        finally:
            for name, handler in former.items():
                signal.signal(name, handler)
        if broke:
            raise RuntimeError("the thread of the jobs broke down, see the log")

    def _tell(self, action: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(action)

    # ---- the thread
    def _own_loop(self) -> None:
        try:
            asyncio.run(self._live())
        except BaseException as error:
            if self._ready.done():
                _LOG.critical("the thread of the jobs broke down", exc_info=True)
            else:
                self._ready.set_exception(error)

    async def _live(self) -> None:
        async with self._open_runtime() as runtime:
            runtime.wakers.append(self)
            self._loop = asyncio.get_running_loop()
            self._runner = Runner(runtime, self._jobs, self._settings)
            self._dispatcher = asyncio.create_task(self._dispatch())
            self._ready.set_result(None)
            await self._halted.wait()
            await asyncio.gather(self._dispatcher, *self._running, return_exceptions=True)
            await self._return_unsent()

    async def _dispatch(self) -> None:
        failures = 0
        while True:
            self._woken.clear()
            try:
                await self._runner.plan()
                await self._send(await self._runner.claim(self._window))
            except Exception as error:  # whatever is gone may come back
                failures += 1
                pause = min(0.25 * 2**failures, _LONGEST_PAUSE_SECONDS)
                _LOG.warning(
                    "jobs are not dispatched, next try in %.1f s: %s: %s", pause, type(error).__name__, _line(error)
                )
                await asyncio.sleep(pause)
                continue
            failures = 0
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self._poll)

    async def _send(self, tickets: list[Ticket]) -> None:
        if not tickets:
            return
        if self._embedded:
            self._sent.update(tickets)
        unsent, error = await self._loop.run_in_executor(self._sender, self._enqueue, tickets)
        if error:
            await self._runner.give_back(unsent)
            raise BrokerUnavailable(f"{type(error).__name__}: {error}") from error

    def _enqueue(self, tickets: list[Ticket]) -> tuple[list[Ticket], Exception | None]:
        """Sends in the sender's thread; returns what could not be sent, and why."""
        for index, ticket in enumerate(tickets):
            try:
                self._actor.send(ticket.id, ticket.sends)
            except Exception as error:
                return tickets[index:], error
        return [], None

    # ---- from the broker
    def _receive(self, job_id: int, sends: int) -> None:
        """The actor, in a thread of dramatiq. Never raises: a message is spent either way, the row knows the rest."""
        work = self._run(Ticket(job_id, sends))
        try:
            asyncio.run_coroutine_threadsafe(work, self._loop).result()
        except CancelledError:
            _LOG.info("job #%d was given back, the worker stops", job_id)
        except Exception as error:
            work.close()
            _LOG.warning(
                "job #%d will run again when its lease ends: %s: %s", job_id, type(error).__name__, _line(error)
            )

    async def _run(self, ticket: Ticket) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        self._sent.discard(ticket)
        self._refill()
        try:
            self.outcomes[(await self._runner.run(ticket)).outcome] += 1
        finally:
            self._running.discard(task)

    def _refill(self) -> None:
        """Wakes the dispatcher each time that a quarter of the window has been taken."""
        self._taken += 1
        if self._taken >= self._window // 4:
            self._taken = 0
            self._woken.set()

    # ---- the end
    def _cancel_running(self) -> None:
        for task in self._running:
            task.cancel()

    async def _return_unsent(self) -> None:
        """The embedded queue dies with the process: what still lies in it need not wait for its lease to end."""
        try:
            await self._runner.give_back(list(self._sent))
        except Exception as error:
            _LOG.warning("queued jobs will run when their leases end: %s", type(error).__name__)


def _line(error: Exception) -> str:
    """The first line: drivers put parameters, and with them data, into the others."""
    return str(error).partition("\n")[0]
