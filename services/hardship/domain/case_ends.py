"""How cases end: refused, appealed, closed, or by silence. Each one ends."""

from dataclasses import dataclass
from uuid import UUID

from services.hardship.domain.case import Case, CaseStatus, CaseText
from services.hardship.domain.cases import OWN, CaseNotOpen, new_case, opened, policy_of, taken
from services.hardship.domain.person import Person, case_of
from services.hardship.domain.person_timer import decided
from services.hardship.domain.telling import Telling
from shared.decision import Actor, Context, Decision
from shared.errors import Conflict, Forbidden, Refused
from shared.events.hardship import AppealDecided, HardshipClosed, HardshipRefused
from shared.quick import replace


class OthersAreConcerned(Refused):
    """The case is about loans of other lenders too: nobody refuses or closes it for them."""


class AppealTooLate(Refused):
    """The time for an appeal is over. A new case can be opened at any time."""


class NothingToAppeal(Conflict):
    """Only a refusal can be appealed."""


class NoAppeal(Conflict):
    """There is no appeal to decide on."""


class SamePerson(Forbidden):
    """Whoever has refused does not decide on the appeal."""


@dataclass(frozen=True, slots=True)
class RefuseCase:
    """No relief is granted."""

    person_id: UUID
    case_id: UUID
    reason: str
    text: CaseText | None = None


@dataclass(frozen=True, slots=True)
class AppealRefusal:
    """The person does not agree with the refusal."""

    person_id: UUID
    case_id: UUID
    text: CaseText | None = None


@dataclass(frozen=True, slots=True)
class DecideAppeal:
    """Somebody else has looked at the refusal: it stands, or the case is open again."""

    person_id: UUID
    case_id: UUID
    upheld: bool
    reason: str


@dataclass(frozen=True, slots=True)
class CloseCase:
    """The case is over without a plan."""

    person_id: UUID
    case_id: UUID
    outcome: str


def refuse(person: Person, command: RefuseCase, context: Context) -> Decision[Person]:
    """No relief is granted. The person may appeal, and until then nothing is demanded."""
    case = opened(person, command.case_id, context)
    _check_alone(person, case, context.actor)
    today = person.today(context.now)
    appeal_by = policy_of(person, context).appeal_by(today)
    after = replace(
        case,
        status=CaseStatus.REFUSED,
        refused_by=context.actor.subject,
        refusal_reason=command.reason,
        refused_on=today,
        appeal_by=appeal_by,
        texts=case.texts if command.text is None else (*case.texts, command.text),
    )
    told = HardshipRefused(person_id=person.id, case_id=case.id, reason=command.reason, appeal_by=appeal_by)
    return decided(person, person.with_case(after), [told], answer=taken(person, after))


def appeal(person: Person, command: AppealRefusal, context: Context) -> Decision[Person]:
    """The person does not agree with the refusal."""
    case = case_of(person, command.case_id, context.actor)
    if case.status is not CaseStatus.REFUSED or case.appeal_by is None:
        raise NothingToAppeal(case_id=case.id, status=case.status)
    if person.today(context.now) > case.appeal_by:
        raise AppealTooLate(appeal_by=case.appeal_by)
    texts = case.texts if command.text is None else (*case.texts, command.text)
    after = replace(case, status=CaseStatus.APPEALED, texts=texts)
    return decided(person, person.with_case(after), answer=taken(person, after))


def decide_appeal(person: Person, command: DecideAppeal, context: Context) -> Decision[Person]:
    """The refusal stands, and the case is over; or it is open again, with time anew."""
    case = case_of(person, command.case_id, context.actor)
    if case.status is not CaseStatus.APPEALED:
        raise NoAppeal(case_id=case.id, status=case.status)
    if context.actor.subject == case.refused_by:
        raise SamePerson(refused_by=case.refused_by)
    telling = Telling(context)
    telling.tell(
        AppealDecided(
            person_id=person.id,
            case_id=case.id,
            upheld=command.upheld,
            reason=command.reason,
            decided_at=context.now,
        )
    )
    if command.upheld:
        after, ended = end(person, case, "refused", telling, context)
        return decided(person, after, telling.events, answer=taken(after, ended))
    fresh = new_case(person, case.id, case.reason, case.source, case.loan_ids, context)
    again = replace(
        case, status=CaseStatus.OPEN, answer_by=fresh.answer_by, idle_on=fresh.idle_on, appeal_by=None
    )
    return decided(person, person.with_case(again), telling.events, answer=taken(person, again))


def close(person: Person, command: CloseCase, context: Context) -> Decision[Person]:
    """The person needs no help any more, or gets it elsewhere."""
    case = case_of(person, command.case_id, context.actor)
    if not case.is_open:
        raise CaseNotOpen(case_id=case.id, status=case.status)
    _check_alone(person, case, context.actor)
    telling = Telling(context)
    after, ended = end(person, case, command.outcome, telling, context)
    return decided(person, after, telling.events, answer=taken(after, ended))


def end(person: Person, case: Case, outcome: str, telling: Telling, context: Context) -> tuple[Person, Case]:
    """The person with a case that is over, and what is told of it."""
    today = person.today(context.now)
    telling.tell(HardshipClosed(person_id=person.id, case_id=case.id, outcome=outcome, closed_on=today))
    after = replace(
        case, status=CaseStatus.CLOSED, outcome=outcome, closed_on=today, idle_on=None, appeal_by=None
    )
    return person.with_case(after), after


def fall_due(person: Person, telling: Telling, context: Context) -> Person:
    """Cases that nobody has done anything for, and refusals that nobody has appealed, are over."""
    today = person.today(context.now)
    for case in person.cases:
        if case.status is CaseStatus.OPEN and case.idle_on is not None and case.idle_on <= today:
            person, _ = end(person, case, "no_answer", telling, context)
        elif case.status is CaseStatus.REFUSED and case.appeal_by is not None and case.appeal_by < today:
            person, _ = end(person, case, "refused", telling, context)
    return person


def _check_alone(person: Person, case: Case, actor: Actor) -> None:
    if actor.role in OWN or actor.lenders is None:
        return
    lenders = {one.lender for one in person.loans if one.loan_id in case.loan_ids}
    if not all(actor.may_act_for(one) for one in lenders):
        raise OthersAreConcerned(case_id=case.id)
