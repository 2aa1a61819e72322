"""Reading a person's case is audited: the answer goes out only once the audit has it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.access import Caller
from shared.audit import AuditEntry, append
from shared.clock import system_now
from shared.commands import Unavailable
from shared.database import Uncancelled, is_infrastructure, transaction
from shared.decision import Key
from shared.http.commands import action_of, caller_of

ENTRIES_MAX = 500


@dataclass(slots=True)
class _Pending:
    entry: AuditEntry
    done: asyncio.Future[Exception | None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class ReadAudit:
    """Writes entries; those that wait at the same moment become one transaction, one link of the chain."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._work = Uncancelled()
        self._pending: list[_Pending] = []
        self._writing = False

    async def record(self, entry: AuditEntry) -> None:
        """Return once the entry is committed. Raises Unavailable when the database is away."""
        pending = _Pending(entry)
        self._pending.append(pending)
        if not self._writing:
            self._writing = True
            self._writer = asyncio.ensure_future(self._work.run(self._write_pending()))
        if (error := await asyncio.shield(pending.done)) is not None:
            raise error

    async def _write_pending(self) -> None:
        try:
            while self._pending:
                taken, self._pending = self._pending[:ENTRIES_MAX], self._pending[ENTRIES_MAX:]
                error = await self._write([one.entry for one in taken])
                for one in taken:
                    one.done.set_result(error)
        finally:
            self._writing = False

    async def _write(self, entries: Sequence[AuditEntry]) -> Exception | None:
        try:
            async with transaction(self._engine) as connection:
                await append(connection, entries)
        except Exception as error:  # every caller that waits must be told, whatever it was
            return Unavailable() if is_infrastructure(error) else error
        return None


def entry_of(caller: Caller, action: str, outcome: str, key: Key | None) -> AuditEntry:
    """An entry for what `caller` does now, outside the door."""
    return AuditEntry(
        at=system_now(),
        subject=caller.actor.subject,
        role=caller.actor.role.value,
        lenders=caller.actor.lenders,
        action=action,
        outcome=outcome,
        key_type=key.type if key else "",
        key_id=key.id if key else None,
        message_id=None,
    )


class Seen:
    """Records what this request reads, or does outside the door."""

    def __init__(self, request: Request) -> None:
        self._request = request

    async def __call__(self, key: Key | None, outcome: str = "done") -> None:
        """Record it, before the answer is given. Raises Unavailable: what cannot be audited is not shown."""
        request = self._request
        reads: ReadAudit = request.app.state.read_audit
        await reads.record(entry_of(caller_of(request), action_of(request), outcome, key))


async def _seen(request: Request) -> Seen:
    return Seen(request)


AuditedRead = Annotated[Seen, Depends(_seen)]
"""Declares a route that shows a person's case: `await seen(Key("Loan", loan_id))`."""
