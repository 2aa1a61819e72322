"""Disputes: what a person says is not owed. The lender shows that it is; until it is decided, it rests.

Texts (what the person says, what the lender shows, why it was decided so) come sealed and stay so.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.hardship.domain.hold_causes import begin
from services.hardship.domain.holds import Changed, decided, lift, loans_asked, policies
from services.hardship.domain.standstill import Dispute, Resolution, Standstill, Text, new_person
from shared.decision import Context, Decision
from shared.errors import Conflict, NotFound, Refused
from shared.events.hardship import DisputeResolved, Finding
from shared.events.ids import name_id
from shared.events.parts import HoldReason
from shared.events.reminders import DisputeRaised
from shared.money import Money
from shared.quick import replace

TEXTS_MAX = 50
RIGHT = frozenset({Finding.UPHELD, Finding.PARTLY_UPHELD})


class DisputeUnknown(NotFound):
    """There is no such dispute, or it is not yours to see."""


class DisputeDecided(Conflict):
    """This dispute is decided."""


class DisputeOpen(Conflict):
    """This dispute is not decided yet, or nothing has to be put right."""


class AlreadyDisputed(Conflict):
    """The loan is disputed already, for this reason: add to that dispute."""


class AppealOver(Refused):
    """A dispute that was rejected may be appealed once, until its day."""


class NotByTheSame(Refused):
    """An appeal is decided by somebody who had no part in the first decision."""


class TooManyTexts(Refused):
    """No more texts can be added here."""


@dataclass(frozen=True, slots=True)
class FileDispute:
    """The person, or somebody for them, says that a loan or a part of it is not owed."""

    subject_id: UUID
    loan_id: UUID
    reason: str
    disputed: Money | None
    text: Text | None


@dataclass(frozen=True, slots=True)
class AddText:
    """Evidence, or more of what the person says."""

    subject_id: UUID
    dispute_id: UUID
    text: Text


@dataclass(frozen=True, slots=True)
class ResolveDispute:
    """Decide a dispute, or its appeal."""

    subject_id: UUID
    dispute_id: UUID
    outcome: Finding
    reasons: Text | None
    books_are_right: bool = False
    """The lender has put its books right already."""


@dataclass(frozen=True, slots=True)
class BooksCorrected:
    """The lender has put its books right: nothing is left to be protected."""

    subject_id: UUID
    dispute_id: UUID


@dataclass(frozen=True, slots=True)
class AppealDispute:
    """The person does not accept that the dispute was rejected."""

    subject_id: UUID
    dispute_id: UUID
    text: Text | None


@dataclass(frozen=True, slots=True)
class DisputeTaken:
    """The answer to whoever filed or decided a dispute."""

    dispute_id: UUID
    outcome: Finding | None = None


def cause_of(dispute_id: UUID) -> str:
    """What the hold of a dispute follows from."""
    return f"dispute:{dispute_id}"


def raise_dispute(state: Standstill | None, event: DisputeRaised, context: Context) -> Decision[Standstill]:
    """The person has said it in an answer; its words stay where they were read."""
    here = state or new_person(event.person_id)
    if any(one.id == event.dispute_id for one in here.disputes):
        return Decision(here)
    dispute = _made(here, event.dispute_id, event.loan_id, event.reason, event.disputed, context)
    return decided(state, _opened(here, dispute, context))


def file(state: Standstill, command: FileDispute, context: Context) -> Decision[Standstill]:
    """The person has filed it here, or somebody for them has."""
    (loan_id,) = loans_asked(state, [command.loan_id], context)
    open_ones = [one for one in state.disputes if one.loan_id == loan_id and one.resolution is None]
    if any(one.reason == command.reason for one in open_ones):
        raise AlreadyDisputed(loan_id=loan_id, dispute_id=open_ones[0].id)
    id_ = name_id("dispute", str(context.cause))
    dispute = _made(state, id_, loan_id, command.reason, command.disputed, context)
    if command.text is not None:
        dispute = replace(dispute, texts=(command.text,))
    return decided(state, _opened(state, dispute, context), DisputeTaken(id_))


def _made(
    state: Standstill, id_: UUID, loan_id: UUID, reason: str, disputed: Money | None, context: Context
) -> Dispute:
    policy, today = policies(context).answers, state.today(context.now)
    return Dispute(
        id_,
        state.now_called(loan_id),
        reason,
        disputed,
        context.now,
        answer_by=today + timedelta(days=policy.dispute_answer_days),
        evidence_by=today + timedelta(days=policy.evidence_days),
    )


def _opened(state: Standstill, dispute: Dispute, context: Context) -> Changed:
    with_it = replace(state, disputes=(*state.disputes, dispute))
    return begin(
        with_it,
        HoldReason.DISPUTE,
        cause_of(dispute.id),
        [dispute.loan_id],
        state.today(context.now),
        context,
        disputed=dispute.disputed,
    )


def add_text(state: Standstill, command: AddText, context: Context) -> Decision[Standstill]:
    """The lender shows what is owed and why, or the person says more, while it is open."""
    dispute = _find(state, command.dispute_id, context)
    if dispute.resolution is not None:
        raise DisputeDecided(dispute_id=dispute.id)
    after = _with(state, _with_text(dispute, command.text))
    return decided(state, Changed(after), DisputeTaken(dispute.id))


def resolve(state: Standstill, command: ResolveDispute, context: Context) -> Decision[Standstill]:
    """Decide. A rejected dispute's hold ends today. Where the person was right, it goes on until the lender's
    books are: what is not owed must not be demanded because nobody has taken it out of them yet.
    """
    dispute = _find(state, command.dispute_id, context)
    if dispute.resolution is not None:
        raise DisputeDecided(dispute_id=dispute.id)
    if dispute.first is not None and dispute.first.decided_by == context.actor.subject:
        raise NotByTheSame(dispute_id=dispute.id)
    today = state.today(context.now)
    made = Resolution(command.outcome, context.actor.subject, context.now)
    may_appeal = command.outcome is Finding.REJECTED and dispute.first is None
    waits = command.outcome in RIGHT and not command.books_are_right
    answers = policies(context).answers
    settled = replace(
        dispute,
        resolution=made,
        appeal_by=today + timedelta(days=answers.appeal_days) if may_appeal else None,
        correct_by=today + timedelta(days=answers.correction_days) if waits else None,
    )
    if command.reasons is not None:
        settled = _with_text(settled, command.reasons)
    changed = Changed(_with(state, settled))
    if not waits:
        changed = _lift(changed.state, settled, context)
    told = DisputeResolved(
        person_id=state.id,
        dispute_id=dispute.id,
        loan_id=dispute.loan_id,
        outcome=command.outcome,
        resolved_at=context.now,
    )
    both = Changed(changed.state, (told, *changed.events))
    return decided(state, both, DisputeTaken(dispute.id, command.outcome))


def correct(state: Standstill, command: BooksCorrected, context: Context) -> Decision[Standstill]:
    """The books say what was decided: the hold has done its work."""
    dispute = _find(state, command.dispute_id, context)
    if dispute.correct_by is None:
        raise DisputeOpen(dispute_id=dispute.id)
    settled = replace(dispute, correct_by=None)
    changed = _lift(_with(state, settled), settled, context)
    return decided(state, changed, DisputeTaken(dispute.id))


def appeal(state: Standstill, command: AppealDispute, context: Context) -> Decision[Standstill]:
    """Somebody else shall look at it: it is open again, with a hold of its own."""
    dispute = _find(state, command.dispute_id, context)
    if dispute.resolution is None:
        raise DisputeOpen(dispute_id=dispute.id)
    today = state.today(context.now)
    if dispute.appeal_by is None or today > dispute.appeal_by or dispute.first is not None:
        raise AppealOver(dispute_id=dispute.id, appeal_by=dispute.appeal_by)
    days = policies(context).answers.dispute_answer_days
    opened = replace(
        dispute,
        first=dispute.resolution,
        resolution=None,
        appealed_at=context.now,
        answer_by=today + timedelta(days=days),
    )
    if command.text is not None:
        opened = _with_text(opened, command.text)
    changed = begin(
        _with(state, opened),
        HoldReason.DISPUTE,
        cause_of(dispute.id),
        [dispute.loan_id],
        today,
        context,
        again=True,
        disputed=dispute.disputed,
    )
    return decided(state, changed, DisputeTaken(dispute.id))


def _find(state: Standstill, dispute_id: UUID, context: Context) -> Dispute:
    found = next((one for one in state.disputes if one.id == dispute_id), None)
    if found is None or not state.concerns(found.loan_id, context.actor):
        raise DisputeUnknown(dispute_id=dispute_id)
    return found


def _lift(state: Standstill, dispute: Dispute, context: Context) -> Changed:
    hold = state.hold_of(cause_of(dispute.id))
    return Changed(state) if hold is None else lift(state, hold, state.today(context.now))


def _with(state: Standstill, changed: Dispute) -> Standstill:
    disputes = tuple(changed if one.id == changed.id else one for one in state.disputes)
    return replace(state, disputes=disputes)


def _with_text(dispute: Dispute, text: Text) -> Dispute:
    if len(dispute.texts) >= TEXTS_MAX:
        raise TooManyTexts(dispute_id=dispute.id)
    return replace(dispute, texts=(*dispute.texts, text))
