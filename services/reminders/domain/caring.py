"""What hardship, mediation and others tell of a person: plans, cases, care, danger, risk."""

from dataclasses import replace
from uuid import UUID

from services.reminders.domain import course as running
from services.reminders.domain.person_file import Cause, PersonFile, Vulnerability
from services.reminders.domain.treatments import Closing, Opening
from services.reminders.domain.turn import Turn
from shared.decision import Context, Decision
from shared.events.care import CrisisSignalled, RiskAssessed, VulnerabilityNoted
from shared.events.hardship import (
    ComplaintResolved,
    DisputeResolved,
    HardshipClosed,
    HardshipOpened,
    HardshipRefused,
    PlanAccepted,
    PlanActivated,
    PlanBroken,
    PlanCompleted,
    PlanReplaced,
    PlanWithdrawn,
)
from shared.events.mediation import MediationClosed, MediationDeclined, MediationOpened

Closes = HardshipOpened | PlanAccepted | PlanActivated | MediationOpened
Reopens = (
    HardshipClosed
    | HardshipRefused
    | PlanBroken
    | PlanCompleted
    | PlanReplaced
    | PlanWithdrawn
    | MediationClosed
    | MediationDeclined
    | DisputeResolved
    | ComplaintResolved
)
CRISIS = UUID(int=0)
"""Names the one cause that closes everything."""


def close(state: PersonFile | None, event: Closes, context: Context) -> Decision[PersonFile]:
    """From now on it is this that speaks with the person about the loans."""
    turn = Turn.of(state, event.person_id, context)
    loans: frozenset[UUID]
    match event:
        case HardshipOpened():
            cause = Cause(event.case_id, Closing.HARDSHIP, frozenset(event.loan_ids))
        case PlanAccepted():
            loans = frozenset(one.loan_id for one in event.loans)
            cause = Cause(event.plan_id, Closing.PLAN, loans)
        case PlanActivated():
            cause = Cause(event.plan_id, Closing.PLAN, frozenset(event.loan_ids))
        case MediationOpened():
            cause = Cause(event.case_id, Closing.MEDIATION, frozenset(event.loan_ids))
    turn.take_over(cause)
    turn.note(event.NAME, loans=cause.loans or (), loan_ids=sorted(map(str, cause.loans or ())))
    return turn.decided()


def reopen(state: PersonFile | None, event: Reopens, context: Context) -> Decision[PersonFile]:
    """It is over: what is still late is treated again."""
    turn = Turn.of(state, event.person_id, context)
    match event:
        case HardshipClosed() | HardshipRefused():
            named = event.case_id, Closing.HARDSHIP
        case PlanBroken() | PlanCompleted() | PlanReplaced() | PlanWithdrawn():
            named = event.plan_id, Closing.PLAN
        case MediationClosed() | MediationDeclined():
            named = event.case_id, Closing.MEDIATION
        case DisputeResolved():
            named = event.dispute_id, Closing.DISPUTE
        case ComplaintResolved():
            named = event.complaint_id, Closing.COMPLAINT
    closed = [one.loans or () for one in turn.file.causes if (one.id, one.closing) == named]
    if turn.reopen(*named):
        turn.note(event.NAME, loans=frozenset().union(*closed))
    return turn.decided()


def note_vulnerability(
    state: PersonFile | None, event: VulnerabilityNoted, context: Context
) -> Decision[PersonFile]:
    """The person needs care, until a day, or no longer."""
    turn = Turn.of(state, event.person_id, context)
    others = tuple(one for one in turn.file.vulnerabilities if one.kind != event.kind.value)
    new = () if event.lifted else (Vulnerability(event.kind.value, event.ends_on),)
    turn.change(vulnerabilities=(*others, *new))
    return turn.decided()


def stop_all(state: PersonFile | None, event: CrisisSignalled, context: Context) -> Decision[PersonFile]:
    """Somebody may be in danger: nothing about money goes out any more."""
    turn = Turn.of(state, event.person_id, context)
    turn.close(Cause(CRISIS, Closing.CRISIS, None))
    return turn.decided()


def assess(state: PersonFile | None, event: RiskAssessed, context: Context) -> Decision[PersonFile]:
    """A loan's risk opens early contact, or an offer of help; nothing else."""
    turn = Turn.of(state, event.person_id, context)
    opens = [one for one in Opening if one.value in event.opens]
    turn.run(running.assessed(turn.file.course, event.loan_id, opens))
    return turn.decided()


def erase(state: PersonFile) -> PersonFile:
    """Nothing is left but that the person was forgotten."""
    blank = PersonFile(state.id, running.Course(state.id))
    return replace(blank, formerly=state.formerly, erased=True)
