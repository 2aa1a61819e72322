"""What hardship, mediation and others tell of a person: plans, cases, care, danger, risk."""

from datetime import timedelta
from uuid import UUID

from services.reminders.domain import course as running
from services.reminders.domain import saying
from services.reminders.domain.person_file import Cause, PersonFile, Vulnerability
from services.reminders.domain.treatments import Capacity, Closing, Opening
from services.reminders.domain.turn import Turn
from services.reminders.domain.words.messages import Occasion
from shared.decision import Context, Decision
from shared.events.care import CrisisSignalled, RiskAssessed, VulnerabilityNoted
from shared.events.hardship import (
    ComplaintResolved,
    DisputeResolved,
    HardshipClosed,
    HardshipOpened,
    HardshipRefused,
    NothingAffordable,
    PlanAccepted,
    PlanActivated,
    PlanBroken,
    PlanBrokenRetracted,
    PlanCompleted,
    PlanCompletedRetracted,
    PlanDeclined,
    PlanExpired,
    PlanInstalmentMissed,
    PlanInstalmentMissedRetracted,
    PlanProposed,
    PlanReplaced,
    PlanWithdrawn,
)
from shared.events.mediation import MediationClosed, MediationDeclined, MediationOpened
from shared.quick import replace

Closes = (
    HardshipOpened
    | PlanAccepted
    | PlanActivated
    | PlanBrokenRetracted
    | PlanCompletedRetracted
    | MediationOpened
)
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
ASKED_THEMSELVES = frozenset({"borrower", "adviser"})
"""Who asked for mediation for the person: an invitation would tell them nothing."""


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
        case PlanActivated() | PlanBrokenRetracted() | PlanCompletedRetracted():
            cause = Cause(event.plan_id, Closing.PLAN, frozenset(event.loan_ids))
        case MediationOpened():
            cause = Cause(event.case_id, Closing.MEDIATION, frozenset(event.loan_ids))
    turn.take_over(cause)
    if isinstance(event, PlanAccepted | PlanActivated):
        turn.file = saying.withdrawn(turn.file, [Occasion.PLAN_PROPOSED], about=event.plan_id)
    elif isinstance(event, MediationOpened) and event.asked_by not in ASKED_THEMSELVES:
        turn.say(Occasion.MEDIATION_INVITATION, event.case_id, event.loan_ids, event.answer_by)
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
            turn.file = saying.withdrawn(turn.file, saying.OF_PLANS, about=event.plan_id)
            if isinstance(event, PlanCompleted):
                turn.change(can_afford=None)
        case MediationClosed() | MediationDeclined():
            named = event.case_id, Closing.MEDIATION
            turn.file = saying.withdrawn(turn.file, [Occasion.MEDIATION_INVITATION], about=event.case_id)
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


def note_capacity(
    state: PersonFile | None, event: NothingAffordable, context: Context
) -> Decision[PersonFile]:
    """A statement was looked at, and no relief is affordable."""
    turn = Turn.of(state, event.person_id, context)
    turn.change(can_afford=(Capacity.NONE, turn.file.today(turn.now)))
    return turn.decided()


def propose(state: PersonFile | None, event: PlanProposed, context: Context) -> Decision[PersonFile]:
    """A plan lies before the person, who can afford less than was agreed. Who has not answered by the next
    day is told of it.
    """
    turn = Turn.of(state, event.person_id, context)
    today = turn.file.today(turn.now)
    turn.change(can_afford=(Capacity.TIGHT, today))
    turn.say(
        Occasion.PLAN_PROPOSED,
        event.plan_id,
        event.loan_ids,
        event.expires_on,
        since=today + timedelta(days=1),
    )
    return turn.decided()


def drop_proposal(
    state: PersonFile | None, event: PlanDeclined | PlanExpired, context: Context
) -> Decision[PersonFile]:
    """A proposal is answered, or its time is over."""
    turn = Turn.of(state, event.person_id, context)
    turn.file = saying.withdrawn(turn.file, saying.OF_PLANS, about=event.plan_id)
    return turn.decided()


def ask_of_plan(
    state: PersonFile | None, event: PlanInstalmentMissed, context: Context
) -> Decision[PersonFile]:
    """A payment of a plan did not come: the person is asked what came up, before anything else happens."""
    turn = Turn.of(state, event.person_id, context)
    until = turn.file.today(turn.now) + saying.ASKED_FOR
    turn.say(
        Occasion.PLAN_QUESTION,
        event.plan_id,
        [event.loan_id],
        until,
        due_on=event.due_on,
        amount=event.unpaid,
    )
    return turn.decided()


def ask_no_more(
    state: PersonFile | None, event: PlanInstalmentMissedRetracted, context: Context
) -> Decision[PersonFile]:
    """The payment had come after all."""
    turn = Turn.of(state, event.person_id, context)
    turn.file = saying.withdrawn(
        turn.file, [Occasion.PLAN_QUESTION], about=event.plan_id, due_on=event.due_on
    )
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
