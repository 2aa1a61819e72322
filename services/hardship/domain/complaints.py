"""Complaints about how a person was treated: answered in time, and not by the one complained about."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.hardship.domain.hold_causes import begin
from services.hardship.domain.holds import Changed, decided, lift_cause, loans_asked, policies
from services.hardship.domain.standstill import Complaint, Resolution, Standstill, Text, new_person
from shared.decision import Actor, Context, Decision
from shared.errors import Conflict, NotFound, Refused
from shared.events.hardship import ComplaintResolved, Finding
from shared.events.ids import name_id
from shared.events.parts import HoldReason
from shared.events.reminders import ComplaintRaised
from shared.quick import replace


class ComplaintUnknown(NotFound):
    """There is no such complaint, or it is not yours to see."""


class ComplaintDecided(Conflict):
    """This complaint is answered."""


class NotByTheOneComplainedAbout(Refused):
    """A complaint is answered by somebody whom it is not about."""


@dataclass(frozen=True, slots=True)
class FileComplaint:
    """The person, or somebody for them, complains."""

    subject_id: UUID
    loan_ids: tuple[UUID, ...]
    reason: str
    about: str | None
    text: Text | None


@dataclass(frozen=True, slots=True)
class SayAbout:
    """Whom a complaint is about, once somebody has read it."""

    subject_id: UUID
    complaint_id: UUID
    about: str


@dataclass(frozen=True, slots=True)
class ResolveComplaint:
    """Answer a complaint."""

    subject_id: UUID
    complaint_id: UUID
    outcome: Finding
    reasons: Text | None


@dataclass(frozen=True, slots=True)
class ComplaintTaken:
    """The answer to whoever filed or answered a complaint."""

    complaint_id: UUID
    outcome: Finding | None = None


def cause_of(complaint_id: UUID) -> str:
    """What the hold of a complaint follows from."""
    return f"complaint:{complaint_id}"


def raise_complaint(
    state: Standstill | None, event: ComplaintRaised, context: Context
) -> Decision[Standstill]:
    """The person has complained in an answer; its words stay where they were read."""
    here = state or new_person(event.person_id)
    if any(one.id == event.complaint_id for one in here.complaints):
        return Decision(here)
    complaint = _made(here, event.complaint_id, event.loan_ids, event.reason, context)
    return decided(state, _opened(here, complaint, context))


def file(state: Standstill, command: FileComplaint, context: Context) -> Decision[Standstill]:
    """The person has filed it here, or somebody for them has."""
    loan_ids = loans_asked(state, command.loan_ids, context)
    if not command.loan_ids and (context.actor.lenders is None or state.is_own(context.actor)):
        loan_ids = ()  # about all of them, and those to come
    id_ = name_id("complaint", str(context.cause))
    texts = () if command.text is None else (command.text,)
    made = _made(state, id_, loan_ids, command.reason, context)
    complaint = replace(made, about=command.about, texts=texts)
    return decided(state, _opened(state, complaint, context), ComplaintTaken(id_))


def _made(
    state: Standstill, id_: UUID, loan_ids: tuple[UUID, ...], reason: str, context: Context
) -> Complaint:
    days = policies(context).answers.complaint_answer_days
    answer_by = state.today(context.now) + timedelta(days=days)
    return Complaint(id_, tuple(map(state.now_called, loan_ids)), reason, context.now, answer_by)


def _opened(state: Standstill, complaint: Complaint, context: Context) -> Changed:
    with_it = replace(state, complaints=(*state.complaints, complaint))
    cause, today = cause_of(complaint.id), state.today(context.now)
    return begin(with_it, HoldReason.COMPLAINT, cause, complaint.loan_ids, today, context)


def say_about(state: Standstill, command: SayAbout, context: Context) -> Decision[Standstill]:
    """Whoever reads the complaint says whom it is about."""
    complaint = _find(state, command.complaint_id, context)
    after = _with(state, replace(complaint, about=command.about))
    return decided(state, Changed(after), ComplaintTaken(complaint.id))


def resolve(state: Standstill, command: ResolveComplaint, context: Context) -> Decision[Standstill]:
    """Answer it: its hold ends today."""
    complaint = _find(state, command.complaint_id, context)
    if complaint.about == context.actor.subject:
        raise NotByTheOneComplainedAbout(complaint_id=complaint.id)
    made = Resolution(command.outcome, context.actor.subject, context.now)
    texts = complaint.texts if command.reasons is None else (*complaint.texts, command.reasons)
    after = _with(state, replace(complaint, resolution=made, texts=texts))
    after, events = lift_cause(after, cause_of(complaint.id), state.today(context.now))
    told = ComplaintResolved(
        person_id=state.id, complaint_id=complaint.id, outcome=command.outcome, resolved_at=context.now
    )
    both = Changed(after, (told, *events))
    return decided(state, both, ComplaintTaken(complaint.id, command.outcome))


def _find(state: Standstill, complaint_id: UUID, context: Context) -> Complaint:
    found = next((one for one in state.complaints if one.id == complaint_id), None)
    if found is None or not concerns(state, found, context.actor):
        raise ComplaintUnknown(complaint_id=complaint_id)
    if found.resolution is not None:
        raise ComplaintDecided(complaint_id=complaint_id)
    return found


def concerns(state: Standstill, complaint: Complaint, actor: Actor) -> bool:
    """Whether a complaint is the actor's business; one about no loan in particular is every lender's."""
    loan_ids = complaint.loan_ids or state.owed_loans()
    return any(state.concerns(one, actor) for one in loan_ids)


def _with(state: Standstill, changed: Complaint) -> Standstill:
    complaints = tuple(changed if one.id == changed.id else one for one in state.complaints)
    return replace(state, complaints=complaints)
