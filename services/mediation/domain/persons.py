"""Persons and their loans, as reminders tells them; and the opening of cases, one for each lender."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from services.mediation.domain.case import Case
from services.mediation.domain.messages import (
    CaseEnded,
    CaseForgotten,
    CasePersonChanged,
    CaseWanted,
    PersonMerged,
    PersonParted,
)
from services.mediation.domain.seats import NotYourPart
from shared.decision import Context, Decision, Key, Need, Role, Wait
from shared.errors import Conflict, NotFound, Refused
from shared.events.ids import name_id
from shared.events.mediation import Side
from shared.events.parts import PartyRole
from shared.events.reminders import (
    LoanLinked,
    LoanUnlinked,
    MediationRequested,
    PersonErased,
    PersonLinked,
    PersonProfiled,
    PersonUnlinked,
)
from shared.quick import replace

T = TypeVar("T")

# By whom a loan is owed: whoever speaks for them may ask for a case, and has none of their own.
_OWING = frozenset({PartyRole.BORROWER, PartyRole.JOINT, PartyRole.GUARANTOR, PartyRole.EXECUTOR})
_SPEAKING = frozenset({PartyRole.ADVISER, PartyRole.ATTORNEY, PartyRole.CARER})


class PersonUnknown(NotFound):
    """There is no such person, or none of their loans is your business."""


class NothingToMediate(Refused):
    """The person has no loan with which a case could be opened."""


class AlreadyOpen(Conflict):
    """There is an open case of this person with this lender."""


class PartOfLoan(NamedTuple):
    """What a person is, or was, to a loan."""

    person_id: UUID
    role: PartyRole
    current: bool


@dataclass(frozen=True, slots=True)
class Loan:
    """Who has, or had, a part in a loan."""

    id: UUID
    lender: str
    parts: tuple[PartOfLoan, ...] = ()

    def speaks_for(self, person_id: UUID) -> bool:
        """Whether somebody may ask for mediation on behalf of the loan's borrowers."""
        return any(one.current and one.person_id == person_id and one.role in _SPEAKING for one in self.parts)


class LoanOfPerson(NamedTuple):
    """A loan that the person owes."""

    loan_id: UUID
    lender: str


class CaseOfPerson(NamedTuple):
    """A case of the person that is not over."""

    case_id: UUID
    lender: str


@dataclass(frozen=True, slots=True)
class Person:
    """Whose loans and cases they are."""

    id: UUID
    loans: tuple[LoanOfPerson, ...] = ()
    languages: tuple[str, ...] = ()
    open_cases: tuple[CaseOfPerson, ...] = ()
    cases: tuple[UUID, ...] = ()
    """All there ever were."""
    formers: tuple[UUID, ...] = ()
    """Whom the person was taken for before."""
    merged_into: UUID | None = None
    forgotten: bool = False


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Open a case for each lender of these loans; without loans, of all that the person owes and the caller
    may speak of."""

    person_id: UUID
    request_id: UUID
    loan_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """The cases that were opened."""

    case_ids: tuple[UUID, ...]


# -- who is who --------------------------------------------------------------------------------------------


def guard(state: Person, message: Any, context: Context) -> Decision[Person] | None:
    """What comes for a person who was found to be another counts for that one."""
    parted = isinstance(message, PersonParted) and message.formerly == state.merged_into
    if state.merged_into is None or parted or isinstance(message, PersonLinked):
        return None
    if isinstance(message, OpenCase):
        raise PersonUnknown(person_id=state.id)
    fields = {name: getattr(message, name) for name in type(message).model_fields}
    return Decision(state, hands_on=[type(message)(**{**fields, "person_id": state.merged_into})])


def persons_linked(event: PersonLinked) -> Sequence[UUID]:
    """The person, and the one for whom the borrower was taken."""
    return tuple(dict.fromkeys(one for one in (event.person_id, event.formerly) if one is not None))


def link_person(state: Person | None, event: PersonLinked, context: Context) -> Decision[Any]:
    """A person who was taken for another gives all they have to the one they are."""
    if state is None or state.id != event.formerly or state.id == event.person_id or state.merged_into:
        return Decision(state)
    merged = PersonMerged(
        person_id=event.person_id,
        formerly=state.id,
        formers=state.formers,
        loans=tuple((one.loan_id, one.lender) for one in state.loans),
        open_cases=tuple((one.case_id, one.lender) for one in state.open_cases),
        cases=state.cases,
    )
    moved = [CasePersonChanged(case_id=one, person_id=event.person_id) for one in state.cases]
    after = Person(state.id, merged_into=event.person_id)
    return Decision(after, hands_on=[merged, *moved])


def merge(state: Person | None, event: PersonMerged, context: Context) -> Decision[Person]:
    """Take over what another had."""
    person = state or Person(event.person_id)
    after = replace(
        person,
        loans=_joined(person.loans, (LoanOfPerson(*one) for one in event.loans)),
        formers=_joined(person.formers, (event.formerly, *event.formers)),
    )
    return _with_cases(after, event)


def part(state: Person, event: PersonUnlinked, context: Context) -> Decision[Person] | Need:
    """A lender's borrower is another person after all: theirs are the cases with that lender about loans that
    are not this person's. What is another's is told after its loans were taken away.
    """
    keys = [Key(Case.__name__, one) for one in state.cases]
    if any(key not in context.others for key in keys):
        return Need(keys=keys)
    loans = {one.loan_id for one in state.loans}
    every: Iterable[Case] = (context.others[key] for key in keys)
    parted = {
        one.id for one in every if one.lender == event.borrower.lender and loans.isdisjoint(one.loan_ids)
    }
    left = tuple(one for one in state.open_cases if one.case_id not in parted)
    gone = tuple((one.case_id, one.lender) for one in state.open_cases if one.case_id in parted)
    after = replace(
        state,
        open_cases=left,
        cases=tuple(one for one in state.cases if one not in parted),
        formers=tuple(one for one in state.formers if one != event.now),
    )
    ids = tuple(one for one in state.cases if one in parted)
    told = PersonParted(person_id=event.now, formerly=state.id, open_cases=gone, cases=ids)
    moved = [CasePersonChanged(case_id=one, person_id=event.now) for one in ids]
    return Decision(after, hands_on=[told, *moved])


def begin_anew(state: Person | None, event: PersonParted, context: Context) -> Decision[Person]:
    """Take over the cases that are this person's after all."""
    return _with_cases(replace(state or Person(event.person_id), merged_into=None), event)


def _with_cases(person: Person, event: PersonMerged | PersonParted) -> Decision[Person]:
    after = replace(
        person,
        open_cases=_joined(person.open_cases, (CaseOfPerson(*one) for one in event.open_cases)),
        cases=_joined(person.cases, event.cases),
    )
    if person.forgotten:  # whoever they were taken for is forgotten with them
        return Decision(after, hands_on=[CaseForgotten(case_id=one) for one in event.cases])
    return Decision(after)


def _joined(first: tuple[T, ...], others: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys((*first, *others)))


def profile(state: Person | None, event: PersonProfiled, context: Context) -> Decision[Person]:
    """Learn which languages the person reads."""
    person = state or Person(event.person_id)
    return Decision(replace(person, languages=event.languages))


def link_loan(state: Person | None, event: LoanLinked, context: Context) -> Decision[Person]:
    """A loan is the person's to answer for."""
    person = state or Person(event.person_id)
    if event.role not in _OWING or person.forgotten:
        return Decision(person)
    return Decision(replace(person, loans=_joined(person.loans, [LoanOfPerson(event.loan_id, event.lender)])))


def unlink_loan(state: Person | None, event: LoanUnlinked, context: Context) -> Decision[Person]:
    """A loan is the person's no longer. A case that is open about it goes on."""
    person = state or Person(event.person_id)
    if event.role not in _OWING:
        return Decision(person)
    return Decision(replace(person, loans=tuple(o for o in person.loans if o.loan_id != event.loan_id)))


def add_part(state: Loan | None, event: LoanLinked, context: Context) -> Decision[Loan]:
    """Somebody has a part in a loan."""
    loan = state or Loan(event.loan_id, event.lender)
    others = tuple(one for one in loan.parts if one[:2] != (event.person_id, event.role))
    return Decision(replace(loan, parts=(*others, PartOfLoan(event.person_id, event.role, True))))


def end_part(state: Loan | None, event: LoanUnlinked, context: Context) -> Decision[Any]:
    """Somebody has no part in a loan any more; that they had one is remembered, for they may not mediate."""
    if state is None:
        return Decision(None)
    gone = (event.person_id, event.role)
    parts = tuple(one._replace(current=False) if one[:2] == gone else one for one in state.parts)
    return Decision(replace(state, parts=parts))


def forget_person(state: Person | None, event: PersonErased, context: Context) -> Decision[Person]:
    """A person is forgotten: their cases end, and nothing that was said in them can be read again."""
    person = state or Person(event.person_id)
    after = replace(person, loans=(), languages=(), open_cases=(), forgotten=True)
    return Decision(after, hands_on=[CaseForgotten(case_id=one) for one in person.cases])


def case_ended(state: Person, event: CaseEnded, context: Context) -> Decision[Person]:
    """Another case may be opened with that lender."""
    return Decision(
        replace(state, open_cases=tuple(o for o in state.open_cases if o.case_id != event.case_id))
    )


# -- opening -----------------------------------------------------------------------------------------------


def request(state: Person, event: MediationRequested, context: Context) -> Decision[Person] | Need | Wait:
    """The person has asked for mediation, in a message: both sides are asked whether they take part, for a
    message may be misread.
    """
    if state.forgotten:
        return Decision(state)
    wanted = event.loan_ids or tuple(one.loan_id for one in state.loans)
    known = {one.loan_id: one for one in state.loans}
    missing = [one for one in wanted if one not in known]
    if missing:
        return Wait(f"the loan {missing[0]} has not been linked to the person")
    if (need := _parts_needed(wanted, context)) is not None:
        return need
    return _opened(state, [known[one] for one in wanted], event.request_id, "borrower", None, context)


def open_cases(state: Person, command: OpenCase, context: Context) -> Decision[Person] | Need:
    """Somebody asks for mediation themselves. Raises PersonUnknown, NothingToMediate, AlreadyOpen."""
    if (need := _parts_needed([one.loan_id for one in state.loans], context)) is not None:
        return need
    asked_by, theirs = _spoken_for(state, context)
    wanted = set(command.loan_ids) or {one.loan_id for one in theirs}
    chosen = [one for one in theirs if one.loan_id in wanted]
    if len(chosen) < len(wanted):
        raise PersonUnknown(person_id=state.id)
    if not chosen:
        raise NothingToMediate(person_id=state.id)
    consented = {"borrower": Side.BORROWER, "lender": Side.LENDER}.get(asked_by)
    decision = _opened(state, chosen, command.request_id, asked_by, consented, context)
    if not decision.hands_on:
        raise AlreadyOpen(person_id=state.id)
    return decision


def _parts_needed(loans: Iterable[UUID], context: Context) -> Need | None:
    keys = [Key(Loan.__name__, one) for one in loans]
    return Need(keys=keys) if any(key not in context.others for key in keys) else None


def _spoken_for(person: Person, context: Context) -> tuple[str, list[LoanOfPerson]]:
    """As whom somebody asks, and for which of the person's loans they may."""
    actor, subject = context.actor, context.actor.subject
    if actor.role is Role.BORROWER and subject == str(person.id):
        return "borrower", list(person.loans)
    if actor.role in (Role.OPERATOR, Role.HARDSHIP_OFFICER):
        found = [one for one in person.loans if actor.may_act_for(one.lender)]
        by = "lender"
    elif actor.role is Role.ADVISER:
        found = [one for one in person.loans if _advises(subject, one, context)]
        by = "adviser"
    elif actor.role is Role.ADMINISTRATOR:
        # Whoever runs the service asks for neither side.
        raise NotYourPart(seat=actor.role.value)
    else:
        found, by = [], ""
    if not found:
        raise PersonUnknown(person_id=person.id)
    return by, found


def _advises(subject: str, loan: LoanOfPerson, context: Context) -> bool:
    parts: Loan | None = context.others[Key(Loan.__name__, loan.loan_id)]
    return parts is not None and any(
        parts.speaks_for(one.person_id) for one in parts.parts if str(one.person_id) == subject
    )


def _opened(
    person: Person,
    loans: Sequence[LoanOfPerson],
    request_id: UUID,
    asked_by: str,
    consented: Side | None,
    context: Context,
) -> Decision[Person]:
    busy = {one.lender for one in person.open_cases}
    by_lender: dict[str, list[UUID]] = {}
    for one in loans:
        if one.lender not in busy:
            by_lender.setdefault(one.lender, []).append(one.loan_id)
    wanted = [
        CaseWanted(
            case_id=name_id("case", f"{request_id}\n{lender}"),
            person_id=person.id,
            lender=lender,
            loan_ids=tuple(ids),
            asked_by=asked_by,
            request_id=request_id,
            languages=person.languages,
            tied=_tied(person, ids, context),
            consented=consented,
        )
        for lender, ids in by_lender.items()
    ]
    new = tuple(CaseOfPerson(one.case_id, one.lender) for one in wanted)
    ids = tuple(one.case_id for one in new)
    after = replace(person, open_cases=(*person.open_cases, *new), cases=(*person.cases, *ids))
    return Decision(after, hands_on=wanted, answer=Opened(ids))


def _tied(person: Person, loans: Iterable[UUID], context: Context) -> tuple[UUID, ...]:
    found: list[Loan | None] = [context.others[Key(Loan.__name__, one)] for one in loans]
    others = (part.person_id for one in found if one is not None for part in one.parts)
    return _joined((person.id, *person.formers), others)
