"""A loan's follow-up: after each payment a timer, after the timer an event and a note."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import execute
from shared.decision import (
    CancelTimer,
    Context,
    Decision,
    Key,
    Need,
    Send,
    SendSettled,
    SetTimer,
    TimerFired,
    Wait,
)
from shared.errors import Refused
from shared.events.base import Event
from shared.events.ledger import LoanRegistered, PaymentApplied
from shared.flow import Change, Flow, States, Step, Wanted

FOLLOWUP_V1: Sequence[str] = (
    """
    CREATE TABLE followup (
        loan_id uuid PRIMARY KEY,
        lender text NOT NULL,
        payments integer NOT NULL,
        applied_minor bigint NOT NULL,
        followed integer NOT NULL CHECK (followed < 1000),
        sent integer NOT NULL,
        withheld integer NOT NULL
    )
    """,
)
FOLLOW_AFTER = timedelta(seconds=1)


class FollowUpMade(Event, topic="followup-events", key="loan_id", version=1):
    """A payment was followed up."""

    loan_id: UUID
    number: Annotated[int, Field(ge=1)]
    payments: Annotated[int, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What was done about one loan."""

    loan_id: UUID
    lender: str
    payments: int = 0
    applied_minor: int = 0
    followed: int = 0
    sent: int = 0
    withheld: int = 0


class FollowUpDue(TimerFired):
    """A payment is to be followed up."""


class NoteSettled(SendSettled):
    """What became of a note."""


@dataclass(frozen=True, slots=True)
class Adjust:
    """Set the number of follow-ups; tests use it to ask for what the rules or the database refuse."""

    loan_id: UUID
    followed: int
    compare_with: UUID | None = None
    wait: bool = False
    stop_timer: bool = False


class TooFew(Refused):
    """The number of follow-ups must not be negative."""


def register(state: FollowUp | None, event: LoanRegistered, context: Context) -> Decision[FollowUp]:
    """Begin."""
    return Decision(state or FollowUp(event.loan_id, event.lender))


def paid(state: FollowUp, event: PaymentApplied, context: Context) -> Decision[FollowUp]:
    """Count, and come back later."""
    after = replace(
        state, payments=state.payments + 1, applied_minor=state.applied_minor + event.applied.minor
    )
    return Decision(after, timers=[SetTimer.at_instant("FollowUpDue", context.now + FOLLOW_AFTER)])


def due(state: FollowUp, timer: FollowUpDue, context: Context) -> Decision[FollowUp]:
    """Tell, and send a note."""
    after = replace(state, followed=state.followed + 1)
    made = FollowUpMade(loan_id=state.loan_id, number=after.followed, payments=state.payments)
    return Decision(after, [made], sends=[Send("note", {"number": after.followed})])


def settled(state: FollowUp, outcome: NoteSettled, context: Context) -> Decision[FollowUp]:
    """Count what became of the note."""
    if outcome.outcome == "sent":
        return Decision(replace(state, sent=state.sent + 1))
    return Decision(replace(state, withheld=state.withheld + 1))


def adjust(state: FollowUp, command: Adjust, context: Context) -> Decision[FollowUp] | Need | Wait:
    """Change the number, perhaps to that of another loan."""
    if command.followed < 0:
        raise TooFew(followed=command.followed)
    if command.wait:
        return Wait("told to wait")
    followed = command.followed
    if command.compare_with is not None:
        other = Key("FollowUp", command.compare_with)
        if other not in context.others:
            return Need(keys=[other])
        followed = context.others[other].followed if context.others[other] else 0
    timers = [CancelTimer("FollowUpDue")] if command.stop_timer else []
    return Decision(replace(state, followed=followed), timers=timers, answer=followed)


_COLUMNS = "loan_id, lender, payments, applied_minor, followed, sent, withheld"


async def load(connection: AsyncConnection, wanted: Wanted) -> dict[UUID, FollowUp]:
    """By id."""
    rows = await execute(
        connection, f"SELECT {_COLUMNS} FROM followup WHERE loan_id = ANY($1::uuid[])", (list(wanted),)
    )
    return {row[0]: FollowUp(*row) for row in rows}


async def save(connection: AsyncConnection, changes: Sequence[Change[FollowUp]]) -> None:
    """All at once."""
    after = [change.after for change in changes]
    await execute(
        connection,
        f"INSERT INTO followup ({_COLUMNS}) SELECT * FROM unnest($1::uuid[], $2::text[], $3::int[], "
        f"$4::bigint[], $5::int[], "
        "$6::int[], $7::int[]) ON CONFLICT (loan_id) DO UPDATE SET payments = excluded.payments, "
        "applied_minor = excluded.applied_minor, followed = excluded.followed, sent = excluded.sent, "
        "withheld = excluded.withheld",
        (
            [one.loan_id for one in after],
            [one.lender for one in after],
            [one.payments for one in after],
            [one.applied_minor for one in after],
            [one.followed for one in after],
            [one.sent for one in after],
            [one.withheld for one in after],
        ),
    )


FLOW = Flow(
    service="followup",
    states=(States(FollowUp, load=load, save=save, key="loan_id", lender=lambda state: state.lender),),
    steps=(
        Step(LoanRegistered, register, creates=True),
        Step(PaymentApplied, paid),
        Step(FollowUpDue, due, emits=(FollowUpMade,)),
        Step(NoteSettled, settled),
        Step(Adjust, adjust, answer=int),
    ),
)
