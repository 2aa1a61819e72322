"""Holds, as far as contact goes: obeyed at once, also those that a platform only asks for."""

from datetime import timedelta
from uuid import UUID

from services.reminders.domain.contact import Purpose
from services.reminders.domain.outgoing import spread
from services.reminders.domain.person import Hold
from services.reminders.domain.person_file import Cause, Held
from services.reminders.domain.treatments import Closing
from services.reminders.domain.turn import Turn, in_the_day
from shared.events.holds import HoldChanged, HoldLifted, HoldPlaced, HoldRefused
from shared.events.ids import name_id
from shared.events.parts import HoldReason
from shared.events.servicing import HoldRequested
from shared.quick import replace

SPREAD_OVER = timedelta(days=1)
"""What a lifted hold lets go again does not go out to all at one moment."""
_SPOKEN = frozenset({Purpose.DEMAND, Purpose.REMINDER, Purpose.HELP})
"""A hold that closes none of these leaves treatments alone."""


def obey(
    turn: Turn, event: HoldPlaced | HoldChanged | HoldLifted | HoldRefused | HoldRequested, *, own: bool
) -> None:
    """A hold is placed, changed, lifted, asked for, or refused."""
    if isinstance(event, HoldPlaced | HoldChanged):
        _place(turn, event, own=own)
    elif isinstance(event, HoldLifted):
        _lift(turn, [one for one in turn.file.held if one.hold_id == event.hold_id])
    elif isinstance(event, HoldRequested):
        _obey_request(turn, event, own=own)
    else:
        _lift(turn, _asked_for(turn, event.loan_id, event.hold_reference))


def obey_at_once(turn: Turn, reason: HoldReason, loans: frozenset[UUID], cause: UUID) -> None:
    """Obey a hold that hardship is going to place: it takes over when it does."""
    today = turn.file.today(turn.now)
    for loan_id in sorted(loans):
        hold = Hold(reason, today, loans=frozenset({loan_id}))
        id_ = name_id("held-at-once", f"{cause}\n{loan_id}")
        _keep(turn, Held(id_, loan_id, hold, reference=_at_once(reason)))


def _place(turn: Turn, event: HoldPlaced | HoldChanged, *, own: bool) -> None:
    revision = event.revision if isinstance(event, HoldChanged) else 0
    known = next((one for one in turn.file.held if one.hold_id == event.hold_id), None)
    if known is not None and known.revision > revision:
        return
    # What was obeyed in expectation of this hold is this hold now.
    expected = {event.hold_reference, _at_once(event.reason)} - {None}
    over = [
        one
        for one in turn.file.held
        if one.loan_id == event.loan_id and one.hold_id != event.hold_id and one.reference in expected
    ]
    hold = Hold(
        event.reason,
        event.starts_on,
        event.ends_on,
        frozenset(event.freezes.purposes),
        frozenset({event.loan_id}),
        own,
    )
    _keep(turn, Held(event.hold_id, event.loan_id, hold, revision, event.hold_reference))
    _lift(turn, over)


def _obey_request(turn: Turn, event: HoldRequested, *, own: bool) -> None:
    id_ = name_id("hold-asked-for", f"{event.loan_id}\n{event.hold_reference}")
    hold = Hold(
        event.reason, turn.file.today(turn.now), event.ends_on, loans=frozenset({event.loan_id}), own=own
    )
    _keep(turn, Held(id_, event.loan_id, hold, reference=event.hold_reference))


def _keep(turn: Turn, held: Held) -> None:
    others = tuple(one for one in turn.file.held if one.hold_id != held.hold_id)
    turn.change(held=(*others, held))
    turn.note(
        "hold",
        loans=(held.loan_id,),
        hold_id=str(held.hold_id),
        reason=held.hold.reason.value,
        loan_id=str(held.loan_id),
    )
    purposes = held.hold.purposes
    if held.hold.own and (not purposes or purposes & _SPOKEN):
        turn.close(Cause(held.hold_id, Closing.HOLD, frozenset({held.loan_id})))


def _lift(turn: Turn, over: list[Held]) -> None:
    if not over:
        return
    turn.change(held=tuple(one for one in turn.file.held if one not in over))
    for one in over:
        turn.note("hold_over", loans=(one.loan_id,), hold_id=str(one.hold_id), loan_id=str(one.loan_id))
    reopened = [turn.reopen(one.hold_id, Closing.HOLD) for one in over]
    if any(reopened):
        later = in_the_day(spread(turn.file.id, turn.now, SPREAD_OVER), turn.file.zone)
        turn.file = replace(turn.file, retry_at=later)


def _asked_for(turn: Turn, loan_id: UUID, reference: str) -> list[Held]:
    id_ = name_id("hold-asked-for", f"{loan_id}\n{reference}")
    return [one for one in turn.file.held if one.hold_id == id_]


def _at_once(reason: HoldReason) -> str:
    return f"at_once:{reason.value}"
