"""The door: every message enters here, in batches, each one transaction. It retries, isolates what cannot
succeed, answers.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import faults, parking
from shared.batch import Batch, NeedKeys, Parts, halves, reset
from shared.commands import Answered, Origin, StillRunning, Unavailable
from shared.database import (
    LOCK_TIMEOUT,
    Uncancelled,
    execute,
    is_infrastructure,
    retried,
    sqlstate,
    transaction,
)
from shared.decision import Key, SendSettled
from shared.faults import FaultPoint
from shared.kept import Kept
from shared.message import Message, Outcome
from shared.messaging.bell import Bell
from shared.messaging.port import Partition, Record
from shared.observe import Metrics, batch_span
from shared.spine import DueTimer, Move, PositionMoved
from shared.targets import parked_alone

log = structlog.get_logger()

BATCH_MAX = 200
RESTARTS_MAX = 10  # more than the longest chain of what is handed on: each link is prepared in a restart
READ_BEFORE_MAX = 16
_COMMAND_LOCKS = "SELECT set_config('lock_timeout', $1, true)"

Fetch = Callable[[Partition, int], Awaitable[Record | None]]


class NeedsNeverEnd(Exception):
    """A decision asked for other states again and again."""


@dataclass
class _Pending:
    message: Message
    done: asyncio.Future[Answered | Exception] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


@dataclass(frozen=True, slots=True)
class _How:
    """How a batch is run: while a caller waits for each of its commands; so that nothing of it stays."""

    waited_for: bool = False
    dry: bool = False


class _Undone(Exception):
    """A transaction ends without effect, as was asked."""


class Door:
    """Runs batches for one service. `close` waits for those in flight; nothing here is torn by a
    cancellation.

    `answer_within_s` bounds how long a command waits while the database is away; `still_running_after_s` how
    long a repeated
    request waits for the first one before it is told to come back.
    """

    def __init__(
        self,
        parts: Parts,
        engine: AsyncEngine,
        metrics: Metrics,
        *,
        fetch: Fetch | None = None,
        answer_within_s: float = 10.0,
        still_running_after_s: float = 2.0,
    ) -> None:
        self.parts, self.engine, self.metrics = parts, engine, metrics
        self._fetch, self._answer_within_s = fetch, answer_within_s
        self._still_running_after_s = still_running_after_s
        self._read_before: dict[str, frozenset[Key]] = {}
        self._work = Uncancelled()
        self._kept = Kept(engine, parts, self._with_restarts, self._count)
        self.saved = Bell()
        self._pending, self._in_flight = list[_Pending](), dict[UUID, _Pending]()
        self._batching = self.stopping = False

    # -- commands

    async def submit(self, command: object, origin: Origin) -> Answered:
        """Decide a command in the next batch: those that wait together are decided together."""
        if self.stopping:
            raise Unavailable()
        first = self._in_flight.get(origin.message_id)
        if first is not None:
            try:
                await asyncio.wait_for(asyncio.shield(first.done), self._still_running_after_s)
            except TimeoutError:
                raise StillRunning() from None
        pending = _Pending(self.parts.reader.command(command, origin))
        self._in_flight.setdefault(origin.message_id, pending)
        self._pending.append(pending)
        if not self._batching:
            self._batching = True
            self._work.begin(self._decide_pending())
        result = await asyncio.shield(pending.done)
        if isinstance(result, Exception):
            raise result
        return result

    async def _decide_pending(self) -> None:
        """One batch after the other, as long as commands wait."""
        try:
            while self._pending:
                taken, self._pending = self._pending[:BATCH_MAX], self._pending[BATCH_MAX:]
                await self._answer(taken)
        finally:
            self._batching = False

    async def _answer(self, taken: list[_Pending]) -> None:
        messages = [one.message for one in taken]
        deciding = asyncio.ensure_future(self._work.run(self._commands(messages, _How(waited_for=True))))
        deciding.add_done_callback(lambda _: self._landed(taken))
        # A transaction is never cancelled: where it takes too long its callers are told, and it goes on to
        # its end.
        done, _ = await asyncio.wait({deciding}, timeout=self._answer_within_s)
        failure: Exception | None = None if done else Unavailable()
        if done and (error := deciding.exception()) is not None:
            failure = Unavailable() if is_infrastructure(error) else _as_exception(error)
            log.warning("commands_failed", commands=len(messages), error=type(error).__name__)
        answered: dict[UUID, Message] = {}
        for one in taken:
            first = answered.setdefault(one.message.id, one.message)
            if first is not one.message and one.message.outcome is Outcome.DUPLICATE:
                one.message.answer, one.message.error = first.answer, first.error
            if failure is None:
                one.done.set_result(_answered(one.message))
            else:
                one.done.set_result(failure)
        self._count(messages)

    def _landed(self, taken: list[_Pending]) -> None:
        for one in taken:
            if self._in_flight.get(one.message.id) is one:
                del self._in_flight[one.message.id]

    async def decide(
        self, commands: Sequence[tuple[object, Origin]], *, dry: bool = False
    ) -> list[Answered | Exception]:
        """Decide many commands in one transaction of their own, in order: to each its answer, or what speaks
        against it. With `dry` all of it is undone again. Raises Unavailable.
        """
        if self.stopping:
            raise Unavailable()
        messages = [self.parts.reader.command(command, origin) for command, origin in commands]
        how = _How(dry=dry)
        try:
            await self._work.run(self._commands(messages, how))
        except Exception as error:
            if not is_infrastructure(error):
                raise
            raise Unavailable() from error
        if not dry:
            self._count(messages)
        return [_answered(message) for message in messages]

    async def _commands(self, messages: Sequence[Message], how: "_How") -> None:
        """Apply commands; where one cannot be saved or waits for another's lock, it alone gets that error."""
        try:
            await self._retried(lambda: self._transact(Batch(self.parts, messages), how), limit=3)
        except Exception as error:
            if is_infrastructure(error) and sqlstate(error) != LOCK_TIMEOUT:
                raise
            if len(messages) == 1:
                reset(messages)
                messages[0].outcome = Outcome.FAILED
                messages[0].error = StillRunning() if sqlstate(error) == LOCK_TIMEOUT else error
                return
            half = len(messages) // 2
            await self._commands(messages[:half], how)
            await self._commands(messages[half:], how)

    # -- records

    async def records(
        self,
        consumer: str,
        messages: Sequence[Message],
        moves: Sequence[Move],
        *,
        stopping: Callable[[], bool],
    ) -> None:
        """Apply records and advance the consumer's positions with them. Raises PositionMoved when another
        member has read on.

        Infrastructure errors are retried for ever, in order, until `stopping()`; what cannot be saved is
        parked by itself.
        """
        await self._work.run(self._records(consumer, messages, moves, stopping))

    async def _records(
        self, consumer: str, messages: Sequence[Message], moves: Sequence[Move], stopping: Callable[[], bool]
    ) -> None:
        try:
            batch = Batch(self.parts, messages, consumer=consumer, moves=moves)
            await self._retried(lambda: self._transact(batch), stopping)
        except PositionMoved:
            raise
        except Exception as error:
            if is_infrastructure(error):
                raise
            reset(messages)
            log.warning("batch_not_saved", messages=len(messages), error=type(error).__name__)
            if len(messages) == 1:
                alone = [parked_alone(self.parts.flow, messages[0], error)]
                await self._retried(
                    lambda: self._transact(Batch(self.parts, alone, consumer=consumer, moves=moves)), stopping
                )
                messages = alone
            else:
                for part, its_moves in halves(messages, moves):
                    await self._records(consumer, part, its_moves, stopping)
                return
        self._count(messages)

    # -- timers and outcomes

    async def timers(self, due: Sequence[DueTimer], *, stopping: Callable[[], bool]) -> None:
        """Fire timers: each is removed and its message applied in one transaction.

        Those of the service's main state come last: it reads the others, and what these become is saved, with
        whom it wakes, before it could be seen that one more waits for it.
        """
        due = sorted(due, key=lambda one: one.key.type == self.parts.flow.main_state)
        messages = [self.parts.reader.timer(one) for one in due]
        rows = {m.id: d for m, d in zip(messages, due, strict=True)}
        await self._work.run(self._internal(messages, rows, {}, stopping))

    async def outcomes(
        self, settled: Sequence[tuple[SendSettled, str | None]], *, stopping: Callable[[], bool]
    ) -> None:
        """Apply what became of sends, each with its trace: the send is removed in the same transaction."""
        messages = [self.parts.reader.outcome(body, trace) for body, trace in settled]
        rows = {m.id: body.send_id for m, (body, _) in zip(messages, settled, strict=True)}
        await self._work.run(self._internal(messages, {}, rows, stopping))

    async def _internal(
        self,
        messages: Sequence[Message],
        due: Mapping[UUID, DueTimer],
        sends: Mapping[UUID, UUID],
        stopping: Callable[[], bool],
    ) -> None:
        def batch(of: Sequence[Message]) -> Batch:
            ids = {message.id for message in of}
            return Batch(
                self.parts,
                of,
                due={i: one for i, one in due.items() if i in ids},
                sends={i: one for i, one in sends.items() if i in ids},
            )

        try:
            whole = batch(messages)
            await self._retried(lambda: self._transact(whole), stopping)
        except Exception as error:
            if is_infrastructure(error):
                raise
            reset(messages)
            log.warning("batch_not_saved", messages=len(messages), error=type(error).__name__)
            if len(messages) > 1:
                half = len(messages) // 2
                await self._internal(messages[:half], due, sends, stopping)
                await self._internal(messages[half:], due, sends, stopping)
                return
            messages = [parked_alone(self.parts.flow, messages[0], error)]
            alone = batch(messages)
            await self._retried(lambda: self._transact(alone), stopping)
        self._count(messages)

    # -- parked keys

    async def release(self, key: Key, *, skip: int | None = None, by: str = "", why: str = "") -> int:
        """Try a key's kept messages again, in order, until one fails or none is left; how many were applied.

        With `skip`, that message is first set aside for good (with who decided it and why), in the same
        transaction.
        """
        return await self._work.run(self._kept.release(key, skip, by, why))

    async def retry_waiting(self) -> int:
        """Try again what waits for other states than its own; how many messages were applied."""
        return await self._work.run(self._kept.retry_waiting())

    # -- one transaction

    async def _transact(self, batch: Batch, how: "_How | None" = None) -> None:
        traces = [m.traceparent for m in batch.messages if m.traceparent]
        with batch_span(self.parts.flow.service, traces), self.metrics.batch_seconds.time():
            await self._with_restarts(batch, lambda: self._once(batch, how or _How()))

    async def _with_restarts(self, batch: Batch, once: Callable[[], Awaitable[None]]) -> None:
        """Do `once`, again where a decision needs other states locked or kept records read again. Batches
        that begin alike mostly read the same others (a product, a feed): the next begins with these.
        """
        kind = next((message.name for message in batch.messages), "")
        batch.extra |= self._read_before.get(kind, frozenset())
        for _ in range(RESTARTS_MAX):
            reset(batch.messages)
            try:
                return await once()
            except NeedKeys as need:
                batch.extra = need.keys
                # A batch of many lenders' loans reads too much for the next one to begin with.
                self._read_before[kind] = need.keys if len(need.keys) <= READ_BEFORE_MAX else frozenset()
            except parking.NeedContents as need_contents:
                batch.contents.update(await self._read_again(need_contents))
        raise NeedsNeverEnd()

    async def _once(self, batch: Batch, how: "_How") -> None:
        with contextlib.suppress(_Undone):
            async with transaction(self.engine) as connection:
                if how.waited_for:
                    lock_timeout = f"{int(self._still_running_after_s * 1000)}ms"
                    await execute(connection, _COMMAND_LOCKS, (lock_timeout,))
                await batch.run(connection)
                if how.dry:
                    raise _Undone
                faults.reached(FaultPoint.BEFORE_DB_COMMIT)
        faults.reached(FaultPoint.AFTER_DB_COMMIT)
        self.saved.ring()
        self.metrics.batch_messages.observe(len(batch.messages))

    async def _read_again(self, need: parking.NeedContents) -> dict[int, Record | None]:
        assert self._fetch is not None, (
            "a service that reads personal topics must be given a way to fetch records"
        )
        return {seq: await self._fetch(partition, offset) for seq, (partition, offset) in need.places.items()}

    async def _retried(
        self,
        work: Callable[[], Awaitable[None]],
        stopping: Callable[[], bool] = lambda: False,
        *,
        limit: int | None = None,
    ) -> None:
        attempts = 0

        def failed(error: BaseException, attempt: int) -> None:
            nonlocal attempts
            attempts = attempt
            log.warning(
                "batch_retried", attempt=attempt, error=type(error).__name__, sqlstate=sqlstate(error)
            )

        await retried(
            work,
            stopping=lambda: stopping() or (limit is not None and attempts + 1 >= limit),
            on_failure=failed,
        )

    def _count(self, messages: Sequence[Message]) -> None:
        for (name, outcome), number in Counter(
            (m.name, m.outcome or Outcome.IGNORED) for m in messages
        ).items():
            self.metrics.messages.labels(type=name, outcome=outcome.value).inc(number)
            if outcome is Outcome.DUPLICATE:
                self.metrics.duplicates_dropped.inc(number)
        for message in messages:
            if message.outcome is Outcome.PARKED:
                log.error("message_parked", type=message.name, message_id=str(message.id))
            elif message.outcome is Outcome.WAITING:
                log.warning("message_waiting", type=message.name, message_id=str(message.id))

    async def close(self, budget_s: float) -> int:
        """Take no more commands and wait for what is in flight; how many batches did not end within the
        budget.
        """
        self.stopping = True
        return await self._work.drain(budget_s)


def _answered(message: Message) -> Answered | Exception:
    return message.error or Answered(message.answer, message.outcome is Outcome.DUPLICATE)


def _as_exception(error: BaseException) -> Exception:
    return error if isinstance(error, Exception) else RuntimeError(type(error).__name__)
