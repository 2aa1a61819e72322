"""PostgreSQL: engines, transactions that no cancellation can tear, the event layer's tables, kinds of
failure.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

T = TypeVar("T")

# A demoted primary answers 25006 for ever: the connection, and with it the pool, must go (57P0x: the server
# goes down).
_EVICT = frozenset({"25006", "57P01", "57P02", "57P03", "57P05"})
# 22 data exception, 23 integrity violation: the message's fault. All else is the infrastructure's.
_POISON_CLASSES = frozenset({"22", "23"})
LOCK_TIMEOUT = "55P03"
DEADLOCK = "40P01"
# A peer that vanished without a word is given up by the system: probed when silent for 5 s, lost after three
# probes, or when what we sent stays unacknowledged for 20 s. Nothing above could tell it from a slow query.
_LINK = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 20_000}


def sqlstate(error: BaseException) -> str | None:
    """The SQLSTATE behind an error of SQLAlchemy or asyncpg, if it carries one."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(origin, "sqlstate", None) or getattr(origin, "pgcode", None)
    return state if isinstance(state, str) else None


def is_infrastructure(error: BaseException) -> bool:
    """Whether trying the same again later can help: a lost link, a deadlock, a full disk, a server going
    down.
    """
    if isinstance(error, DBAPIError | asyncpg.PostgresError | asyncpg.InterfaceError):
        state = sqlstate(error)
        if state is None:
            return isinstance(error, OperationalError | InterfaceError | asyncpg.InterfaceError) or (
                isinstance(error, DBAPIError) and error.connection_invalidated
            )
        return state[:2] not in _POISON_CLASSES
    # The last is what asyncpg raises where a connection ends in the middle of a call.
    return isinstance(error, OSError | PoolTimeout | TimeoutError | asyncpg.InternalClientError)


def make_engine(
    url: str, *, application: str, pool_size: int = 10, on_evicted: Callable[[], None] | None = None
) -> AsyncEngine:
    """An engine for one service's database (`postgresql+asyncpg://…`). Several hosts may be named; the
    writable one is used.
    """
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=10,
        pool_recycle=1800,
        # Parameters hold what people owe, and errors are logged.
        hide_parameters=True,
        connect_args={
            "timeout": 5,
            "target_session_attrs": "read-write",
            "server_settings": {
                "application_name": application,
                "idle_in_transaction_session_timeout": "60000",
                "jit": "off",
            },
        },
    )

    def evict(context: ExceptionContext) -> None:
        error = context.original_exception
        if getattr(error, "sqlstate", None) in _EVICT or getattr(error, "pgcode", None) in _EVICT:
            context.is_disconnect = True
        if context.is_disconnect and on_evicted:
            on_evicted()

    event.listen(engine.sync_engine, "handle_error", evict)
    event.listen(engine.sync_engine, "connect", lambda made, _: watch_link(made.driver_connection))
    return engine


def watch_link(connection: asyncpg.Connection) -> None:
    """Have the system notice that the server is gone (the options that it knows; none on a local socket)."""
    link = connection._transport.get_extra_info("socket")
    if link.family == socket.AF_UNIX:
        return
    link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _LINK.items():
        if (option := getattr(socket, name, None)) is not None:
            link.setsockopt(socket.IPPROTO_TCP, option, value)


async def connect_directly(url: str, *, application: str) -> asyncpg.Connection:
    """A connection outside the pool, for session locks. The server notices a dead peer within some 4 s."""
    parts = make_url(url).set(drivername="postgresql")
    settings = {
        "application_name": application,
        "tcp_keepalives_idle": "2",
        "tcp_keepalives_interval": "1",
        "tcp_keepalives_count": "2",
    }
    # Only single statements that may be done twice run here, so a lost peer may be given up on.
    connection = await asyncpg.connect(
        parts.render_as_string(hide_password=False), timeout=5, command_timeout=20, server_settings=settings
    )
    watch_link(connection)
    return connection


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction: committed at the end of the block, rolled back on an error.

    Call it only from work that nobody cancels (`Uncancelled.run`): a cancelled COMMIT leaves its outcome
    unknown.
    """
    async with engine.begin() as connection:
        yield connection


async def execute(connection: AsyncConnection, statement: str, parameters: tuple[Any, ...] = ()) -> Any:
    """Run one statement of ours, its parameters as `$1`, `$2` … The driver caches its plan; rows are plain
    tuples.
    """
    return await connection.exec_driver_sql(statement, parameters)


class Uncancelled:
    """Runs database work in tasks of its own, so that a caller's cancellation never tears a transaction."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Await `work`; if the caller is cancelled meanwhile, the work still goes on to its end."""
        return await asyncio.shield(self.begin(work))

    def begin(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start `work` without waiting for it."""
        task = asyncio.ensure_future(work)
        self._running.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # read it, so that an abandoned failure is not reported as never retrieved

    async def drain(self, budget_s: float) -> int:
        """Wait for what still runs, at most `budget_s`; how many did not end."""
        if not self._running:
            return 0
        _, pending = await asyncio.wait(self._running, timeout=budget_s)
        return len(pending)


async def retried(
    work: Callable[[], Awaitable[T]],
    *,
    stopping: Callable[[], bool],
    on_failure: Callable[[BaseException, int], None],
    first_delay_s: float = 0.05,
    longest_delay_s: float = 5.0,
) -> T:
    """Do `work` until it succeeds, with growing pauses, as long as only the infrastructure fails and nobody
    stops us.

    Raises what `work` raised when that was not the infrastructure's fault, or when `stopping()` became true.
    """
    delay, attempt = first_delay_s, 0
    while True:
        try:
            return await work()
        except Exception as error:
            if not is_infrastructure(error) or stopping():
                raise
            attempt += 1
            on_failure(error, attempt)
        await asyncio.sleep(delay)
        delay = min(delay * 2, longest_delay_s)


def tls_context(ca_file: str | None) -> ssl.SSLContext:
    """TLS for clients, with the system's authorities or the given one."""
    return ssl.create_default_context(cafile=ca_file)


# The event layer's tables, in each service's own database. Migrations of services execute these statements.
SPINE_V1: Sequence[str] = (
    """
    CREATE TABLE inbox (
        id uuid PRIMARY KEY,
        body bigint NOT NULL,
        seen_at timestamptz NOT NULL,
        answer bytea
    ) WITH (fillfactor = 90)
    """,
    "CREATE INDEX inbox_seen_at ON inbox USING brin (seen_at)",
    """
    CREATE TABLE outbox (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        topic text NOT NULL,
        key bytea NOT NULL,
        headers bytea NOT NULL,
        value bytea NOT NULL,
        created_at timestamptz NOT NULL,
        held text
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000)
    """,
    "CREATE INDEX outbox_held ON outbox (topic, key) WHERE held IS NOT NULL",
    """
    CREATE TABLE stream (
        topic text NOT NULL,
        key uuid NOT NULL,
        sequence bigint NOT NULL,
        PRIMARY KEY (topic, key)
    ) WITH (fillfactor = 80)
    """,
    """
    CREATE TABLE position (
        consumer text NOT NULL,
        topic text NOT NULL,
        partition integer NOT NULL,
        next_offset bigint NOT NULL,
        read_through timestamptz NOT NULL DEFAULT 'epoch',
        PRIMARY KEY (consumer, topic, partition)
    ) WITH (fillfactor = 50)
    """,
    """
    CREATE TABLE held (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        type text NOT NULL,
        key uuid NOT NULL,
        status text NOT NULL CHECK (status IN ('parked', 'queued', 'waiting', 'skipped')),
        message_id uuid NOT NULL,
        name text NOT NULL,
        origin text NOT NULL CHECK (origin IN ('record', 'timer', 'outcome')),
        topic text,
        partition integer,
        record_offset bigint,
        record_key bytea,
        headers bytea,
        value bytea,
        reason text NOT NULL,
        detail text NOT NULL,
        stack text,
        attempts integer NOT NULL DEFAULT 1,
        held_at timestamptz NOT NULL,
        skipped_by text,
        skipped_why text,
        skipped_at timestamptz
    )
    """,
    "CREATE INDEX held_key ON held (key, type, seq) WHERE status <> 'skipped'",
    """
    CREATE TABLE timer (
        type text NOT NULL,
        key uuid NOT NULL,
        kind text NOT NULL,
        due_on date NOT NULL,
        due_time time NOT NULL,
        zone text NOT NULL,
        due_at timestamptz NOT NULL,
        set_by uuid NOT NULL,
        traceparent text,
        PRIMARY KEY (key, type, kind)
    )
    """,
    "CREATE INDEX timer_due_at ON timer (due_at, key)",
    """
    CREATE TABLE send (
        id uuid PRIMARY KEY,
        type text NOT NULL,
        key uuid NOT NULL,
        channel text NOT NULL,
        payload bytea NOT NULL,
        not_before timestamptz NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        next_try_at timestamptz NOT NULL DEFAULT 'epoch',
        leased_until timestamptz NOT NULL DEFAULT 'epoch',
        traceparent text
    )
    """,
    "CREATE INDEX send_not_before ON send (not_before, id)",
    """
    CREATE TABLE clock (
        single boolean PRIMARY KEY DEFAULT true CHECK (single),
        now timestamptz NOT NULL,
        ticked_at timestamptz NOT NULL
    )
    """,
)
