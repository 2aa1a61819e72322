"""Cases: opened by a signal or by somebody who asks, and what is done for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from services.hardship.domain.case import Case, CaseStatus, CaseText
from services.hardship.domain.case_policy import CasePolicy
from services.hardship.domain.person import Person, PersonUnknownHere, case_of
from services.hardship.domain.person_timer import decided
from services.hardship.domain.reference import Reference
from services.hardship.domain.telling import Telling
from shared.decision import Context, Decision, Role
from shared.errors import Conflict, Forbidden, NotFound
from shared.events.care import Circumstance, HardshipSignalled, StatementReceived
from shared.events.hardship import HardshipOpened, NothingAffordable
from shared.events.ids import name_id
from shared.quick import replace

OWN = frozenset({Role.BORROWER, Role.ADVISER})


class LoanNotOfThePerson(NotFound):
    """There is no such loan, the person does not owe it, or it is not yours to see."""


class CaseNotOpen(Conflict):
    """The case is not open any more."""


class NotTheirs(Forbidden):
    """Only the person, or the adviser whom they have named, may say this."""


# -- commands ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Look at a person's hardship, for these loans or (none named) all of them."""

    person_id: UUID
    case_id: UUID
    reason: Circumstance
    source: str
    loan_ids: tuple[UUID, ...] = ()
    note: CaseText | None = None
    adviser: str | None = None


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """Say that somebody looks at it."""

    person_id: UUID
    case_id: UUID


@dataclass(frozen=True, slots=True)
class NameAdviser:
    """Let an adviser see and act in the case; None ends it."""

    person_id: UUID
    case_id: UUID
    adviser: str | None


@dataclass(frozen=True, slots=True)
class ShareWith:
    """Let these lenders see the loans that others have with the person."""

    person_id: UUID
    case_id: UUID
    lenders: frozenset[str]


@dataclass(frozen=True, slots=True)
class GiveStatement:
    """Income and spending, sealed."""

    person_id: UUID
    case_id: UUID
    text: CaseText


@dataclass(frozen=True, slots=True)
class NoteOptions:
    """What the options came to: None, or what remains where nothing is affordable."""

    person_id: UUID
    case_id: UUID
    next_step: str | None


class CaseTaken(NamedTuple):
    """The answer to what was asked of a case."""

    case_id: UUID
    person_id: UUID
    status: CaseStatus


# -- opening -------------------------------------------------------------------------------------------------


def policy_of(person: Person, context: Context) -> CasePolicy:
    """The policy where the person is."""
    reference: Reference = context.reference
    return reference.cases.of(person.country)


def new_case(
    person: Person,
    case_id: UUID,
    reason: Circumstance,
    source: str,
    loan_ids: Sequence[UUID],
    context: Context,
) -> Case:
    """A case that begins now, with its deadlines. No loans named: all that the person owes."""
    policy, today = policy_of(person, context), person.today(context.now)
    reference: Reference = context.reference
    return Case(
        case_id,
        reason,
        source,
        tuple(dict.fromkeys(loan_ids)) or tuple(one.loan_id for one in person.owed_loans()),
        context.now,
        acknowledge_by=today + timedelta(days=policy.acknowledge_days),
        answer_by=policy.answer_by(today, person.country, reference.closed_days),
        all_loans=not loan_ids,
        idle_on=today + timedelta(days=policy.idle_days),
        policy=policy.version,
    )


def begin(person: Person, case: Case, telling: Telling) -> Person:
    """The person with a case that is new, or is for more loans now, and what is told of it."""
    telling.tell(
        HardshipOpened(
            person_id=person.id,
            case_id=case.id,
            loan_ids=case.loan_ids,
            opened_at=case.opened_at,
            answer_by=case.answer_by,
        )
    )
    return person.with_case(case)


def signal(state: Person | None, event: HardshipSignalled, context: Context) -> Decision[Person]:
    """Somebody cannot pay, or soon cannot: a case is opened, unless one is open for these loans."""
    here = state or Person(event.person_id)
    case_id = name_id("case", f"signal\n{event.signal_id}")
    loan_ids = event.loan_ids or tuple(one.loan_id for one in here.owed_loans())
    known = here.case(case_id) or here.open_case_over(loan_ids)
    if known is not None or (not loan_ids and any(one.is_open for one in here.cases)):
        return Decision(here)
    telling = Telling(context)
    case = new_case(here, case_id, event.reason, event.source, event.loan_ids, context)
    return decided(here, begin(here, case, telling), telling.events)


def open_case(person: Person, command: OpenCase, context: Context) -> Decision[Person]:
    """Somebody asks for help. Where a case is open for one of the loans already, it is that one."""
    actor = context.actor
    if not person.seen_by(actor):
        raise PersonUnknownHere(person_id=command.person_id)
    for loan_id in command.loan_ids:
        if person.loan(loan_id) is None or not person.sees_loan(actor, None, loan_id):
            raise LoanNotOfThePerson(loan_id=loan_id)
    wanted = command.loan_ids or tuple(one.loan_id for one in person.owed_loans())
    found = person.open_case_over(wanted)
    if found is not None:
        case_of(person, found.id, actor)
        return Decision(person, answer=taken(person, found))
    case = new_case(person, command.case_id, command.reason, command.source, command.loan_ids, context)
    texts = (command.note,) if command.note is not None else ()
    named = actor.subject if actor.role is Role.ADVISER else command.adviser
    case = replace(case, texts=texts, adviser=named)
    telling = Telling(context)
    return decided(person, begin(person, case, telling), telling.events, answer=taken(person, case))


def reopen(
    person: Person,
    former: Case | None,
    loan_ids: Sequence[UUID],
    cause: str,
    telling: Telling,
    context: Context,
) -> Person:
    """What was agreed does not hold for these loans: they are looked at anew, with what is known already."""
    if person.open_case_over(tuple(loan_ids)) is not None:
        return person
    case_id = name_id("case", cause)
    if person.case(case_id) is not None:
        return person
    reason = former.reason if former is not None else Circumstance.OTHER
    case = new_case(person, case_id, reason, "plan", loan_ids, context)
    if former is not None:
        case = replace(
            case,
            adviser=former.adviser,
            shares_with=former.shares_with,
            follows=former.id,
            texts=tuple(one for one in former.texts if one.about == "statement"),
        )
    return begin(person, case, telling)


# -- what is done for it -------------------------------------------------------------------------------------


def acknowledge(person: Person, command: Acknowledge, context: Context) -> Decision[Person]:
    """Somebody looks at it. Told twice, the first time counts."""
    case = opened(person, command.case_id, context)
    after = replace(case, acknowledged_at=case.acknowledged_at or context.now)
    return _changed(person, after, context)


def name_adviser(person: Person, command: NameAdviser, context: Context) -> Decision[Person]:
    """An adviser may see and act in the case from now on, or none any more."""
    case = case_of(person, command.case_id, context.actor)
    return _changed(person, replace(case, adviser=command.adviser), context)


def share_with(person: Person, command: ShareWith, context: Context) -> Decision[Person]:
    """The person's consent, or that there is none any more (no lender named)."""
    case = case_of(person, command.case_id, context.actor)
    if context.actor.role not in OWN:
        raise NotTheirs(case_id=case.id)
    return _changed(person, replace(case, shares_with=command.lenders), context)


def give_statement(person: Person, command: GiveStatement, context: Context) -> Decision[Person]:
    """Income and spending are known. That they are is told, never what they are."""
    case = opened(person, command.case_id, context)
    told = StatementReceived(
        person_id=person.id, case_id=case.id, statement_id=command.text.id, received_at=context.now
    )
    after = replace(case, texts=(*case.texts, command.text))
    return _changed(person, after, context, [told])


def note_options(person: Person, command: NoteOptions, context: Context) -> Decision[Person]:
    """What the options came to. That nothing is affordable is told once for each way out."""
    case = opened(person, command.case_id, context)
    if command.next_step is None or command.next_step == case.next_step:
        return _changed(person, replace(case, next_step=command.next_step), context)
    told = NothingAffordable(
        person_id=person.id, case_id=case.id, loan_ids=case.loan_ids, next_step=command.next_step
    )
    return _changed(person, replace(case, next_step=command.next_step), context, [told])


def touched(person: Person, case: Case, context: Context) -> Case:
    """The case as one for which something was done now."""
    idle = person.today(context.now) + timedelta(days=policy_of(person, context).idle_days)
    return replace(case, idle_on=idle) if case.status is CaseStatus.OPEN else case


def opened(person: Person, case_id: UUID, context: Context) -> Case:
    """A case for which something may be done. Raises CaseUnknown, CaseNotOpen."""
    case = case_of(person, case_id, context.actor)
    if case.status is not CaseStatus.OPEN:
        raise CaseNotOpen(case_id=case.id, status=case.status)
    return case


def _changed(
    person: Person, case: Case, context: Context, events: Sequence[StatementReceived | NothingAffordable] = ()
) -> Decision[Person]:
    after = touched(person, case, context)
    return decided(person, person.with_case(after), events, answer=taken(person, after))


def taken(person: Person, case: Case) -> CaseTaken:
    """The answer about a case."""
    return CaseTaken(case.id, person.id, case.status)
