"""Whose holds are whose: a person's loans, persons found to be one, loans that move, persons forgotten."""

from uuid import UUID

from services.hardship.domain.holds import (
    Changed,
    PersonUnknown,
    change,
    decided,
    join_new_loan,
    place,
    policy_of,
    tell_anew,
)
from services.hardship.domain.standstill import (
    Hold,
    LinkedLoan,
    LoanFacts,
    MovedTo,
    Standstill,
    new_loan,
    new_person,
)
from services.hardship.domain.standstill_timer import timers
from shared.decision import Context, Decision, Key, Need, TimerFired
from shared.errors import NotHere
from shared.events.base import Event, LenderName, Reference
from shared.events.ledger import LoanMoved, LoanRegistered
from shared.events.reminders import (
    LoanLinked,
    LoanUnlinked,
    PersonErased,
    PersonLinked,
    PersonProfiled,
    PersonUnlinked,
)
from shared.events.servicing import HoldRequested, LegalActionEnded, LegalActionStarted
from shared.events.takeover import LoanMigrated
from shared.quick import replace

REPLACED = "replaced"
"""Why a loan has moved, where its successor is a new loan of the same lender (`LoanMoved.reason`)."""


class GoesOnAs(NotHere):
    """This person, or loan, goes by another id now."""


class StandstillMerged(Event, topic="hardship-handed", key="person_id", version=1):
    """What stood still for one id of a person stands still for the other. It never leaves this service."""

    person_id: UUID
    formerly: UUID


class HeldLoanMoved(Event, topic="hardship-handed", key="subject_id", version=1):
    """A loan goes on as another loan. It never leaves this service."""

    subject_id: UUID
    """The person whose loan it is, or the loan that it goes on as."""
    loan_id: UUID
    to_loan_id: UUID
    to_lender: LenderName
    to_loan_reference: Reference
    told: bool
    """The ledger does not take the holds with it: they are told anew."""


class RequestedFor(Event, topic="hardship-handed", key="person_id", version=1):
    """A platform's request, for the id by which the person goes now. It never leaves this service."""

    person_id: UUID
    request: HoldRequested


class PlanCameFor(Event, topic="hardship-handed", key="person_id", version=1):
    """A plan that came with a loan, for the id by which its keeper goes now. It never leaves this service."""

    person_id: UUID
    loan: LoanMigrated


class AdvisersNamed(Event, topic="hardship-handed", key="person_id", version=1):
    """These advisers are named in cases of the person. It never leaves this service."""

    person_id: UUID
    subjects: tuple[str, ...]


def guard(state: Standstill, message: object, context: Context) -> Decision[Standstill] | None:
    """What comes for a person who was merged counts for the survivor, what comes for a loan that has moved
    for its successor, and what comes for a person who was forgotten for nobody.
    """
    if state.erased:
        if not isinstance(message, Event | TimerFired):
            raise PersonUnknown(id=state.id)
        return Decision(state)
    if state.merged_into is not None:
        return _for_survivor(state, state.merged_into, message)
    moved = state.loan.moved_to if state.loan is not None else None
    if moved is not None and isinstance(message, HoldRequested | LegalActionStarted | LegalActionEnded):
        # A copy would keep the id of the loan that it was.
        told = {name: getattr(message, name) for name in type(message).model_fields}
        told |= {"lender": moved.lender, "loan_reference": moved.reference}
        return Decision(state, hands_on=[type(message)(**told)])
    if moved is not None and not isinstance(message, Event | TimerFired):
        raise GoesOnAs(id=moved.loan_id)
    return None


def _for_survivor(state: Standstill, survivor: UUID, message: object) -> Decision[Standstill] | None:
    parted = isinstance(message, PersonUnlinked) and message.now == state.id
    survives = isinstance(message, StandstillMerged) and message.formerly == survivor
    if parted or survives:
        return None
    if isinstance(message, PersonLinked | TimerFired):
        return Decision(state)
    if not isinstance(message, Event):
        raise GoesOnAs(id=survivor)
    return Decision(state, hands_on=[_readdressed(message, survivor)])


def _readdressed(message: Event, survivor: UUID) -> Event:
    if isinstance(message, HoldRequested):
        return RequestedFor(person_id=survivor, request=message)
    if isinstance(message, LoanMigrated):
        return PlanCameFor(person_id=survivor, loan=message)
    key = "subject_id" if isinstance(message, HeldLoanMoved) else "person_id"
    return message.model_copy(update={key: survivor})


# -- persons -------------------------------------------------------------------------------------------------


def profile(state: Standstill | None, event: PersonProfiled, context: Context) -> Decision[Standstill]:
    """Where the person is: by which day holds end, and which law there is."""
    here = state or new_person(event.person_id)
    zone = event.time_zones[0] if event.time_zones else here.zone
    region = event.region or event.country
    return decided(here, Changed(replace(here, zone=zone, region=region)))


def link(state: Standstill | None, event: LoanLinked, context: Context) -> Decision[Standstill]:
    """The person has a part in a loan: holds on all of their loans reach it."""
    here = state or new_person(event.person_id)
    one = LinkedLoan(event.loan_id, event.lender, event.loan_reference, event.role)
    if one in here.loans:
        return Decision(here)
    others = tuple(known for known in here.loans if (known.loan_id, known.role) != (one.loan_id, one.role))
    after = replace(here, loans=(*others, one))
    changed = Changed(after) if one.loan_id not in after.owed_loans() else join_new_loan(after, one, context)
    return decided(state, changed)


def name_advisers(state: Standstill | None, event: AdvisersNamed, context: Context) -> Decision[Standstill]:
    """Whoever advises the person sees what stands still for them."""
    return Decision(replace(state or new_person(event.person_id), advisers=event.subjects))


def link_loan(state: Standstill | None, event: LoanLinked, context: Context) -> Decision[Standstill]:
    """The loan knows its persons."""
    here = state or new_loan(event.loan_id)
    assert here.loan is not None, "a loan's id is no person's"
    persons = tuple(dict.fromkeys((*here.loan.persons, event.person_id)))
    return Decision(replace(here, loan=replace(here.loan, persons=persons, lender=event.lender)))


def unlink(state: Standstill, event: LoanUnlinked, context: Context) -> Decision[Standstill]:
    """The person has no part in the loan any more. A hold of theirs is not lifted by that alone, since it may
    be the loan's as much as theirs: somebody looks at it now.
    """
    kept = tuple(one for one in state.loans if (one.loan_id, one.role) != (event.loan_id, event.role))
    after, today = replace(state, loans=kept), state.today(context.now)
    if any(one.loan_id == event.loan_id for one in kept):
        return Decision(after)
    events: list[Event] = []
    for hold in after.holds:
        one = hold.on(event.loan_id)
        policy = policy_of(context, hold.reason)
        if one is None or not one.covers(today) or policy.stays_with_loan:
            continue
        after, more = change(after, hold, [replace(one, review_on=today)])
        events += more
    return decided(state, Changed(after, tuple(events)))


def merge_away(state: Standstill | None, event: PersonLinked, context: Context) -> Decision[Standstill]:
    """Another id was the same person's: all that is theirs is the survivor's now."""
    assert event.formerly is not None, "asked only where there was another id"
    here = state or new_person(event.formerly)
    after = replace(here, merged_into=event.person_id)
    told = StandstillMerged(person_id=event.person_id, formerly=event.formerly)
    return Decision(after, timers=timers(here, after), hands_on=[told] if state is not None else [])


def part(state: Standstill | None, event: PersonUnlinked, context: Context) -> Decision[Standstill]:
    """A borrower is another person after all. Holds stay where they are: their loans are unlinked, and
    somebody looks at each.
    """
    if state is None or state.merged_into is None:
        return Decision(state or new_person(event.now))
    return Decision(Standstill(state.id, zone=state.zone, region=state.region))


def merge(state: Standstill | None, event: StandstillMerged, context: Context) -> Decision[Standstill] | Need:
    """Take what stood still for the other id; each hold is told anew with the person's id of now."""
    key = Key(Standstill.__name__, event.formerly)
    if key not in context.others:
        return Need(keys=[key])
    other: Standstill | None = context.others[key]
    here = state or new_person(event.person_id)
    if here.merged_into is not None:
        here = new_person(here.id)  # it was the other's until now, and all that it had is there
    if other is None:
        return Decision(here)
    linked = {(one.loan_id, one.role) for one in here.loans}
    known = {one.id for one in here.holds}
    after = replace(
        here,
        loans=(*here.loans, *(one for one in other.loans if (one.loan_id, one.role) not in linked)),
        moved=tuple(dict.fromkeys((*here.moved, *other.moved))),
        holds=(*here.holds, *(one for one in other.holds if one.id not in known)),
        requests=(*here.requests, *other.requests),
        moratoria=(*here.moratoria, *other.moratoria),
        disputes=(*here.disputes, *other.disputes),
        complaints=(*here.complaints, *other.complaints),
        advisers=tuple(dict.fromkeys((*here.advisers, *other.advisers))),
        formerly=tuple(dict.fromkeys((*here.formerly, event.formerly, *other.formerly))),
        zone=here.zone if here.region else other.zone,
        region=here.region or other.region,
    )
    events: list[Event] = []
    for hold in after.holds:
        if hold.id not in known:
            after, more = tell_anew(after, hold)
            events += more
    return decided(state, Changed(after, tuple(events)))


def erase(state: Standstill | None, event: PersonErased, context: Context) -> Decision[Standstill]:
    """Forget the person: texts, disputes, complaints and whose holds they were. The holds stand where they
    are obeyed, until the ends that were stated.
    """
    here = state or new_person(event.person_id)
    after = Standstill(here.id, formerly=here.formerly, erased=True)
    return Decision(after, timers=timers(here, after) if state is not None else ())


# -- loans ---------------------------------------------------------------------------------------------------


def register(state: Standstill | None, event: LoanRegistered, context: Context) -> Decision[Standstill]:
    """A loan is in the books."""
    here = state or new_loan(event.loan_id)
    facts = here.loan or LoanFacts()
    return Decision(replace(here, loan=replace(facts, lender=event.lender, opened_on=event.opened_on)))


def move(state: Standstill | None, event: LoanMoved, context: Context) -> Decision[Standstill]:
    """The loan goes on as another one, with its holds. One that was sold takes them along in the ledger, by
    the same ids, so nothing is told anew; for a loan that was replaced by a new one they are placed again.
    """
    here = state or new_loan(event.loan_id)
    facts = here.loan or LoanFacts()
    to = MovedTo(event.to_loan_id, event.to_lender, event.to_loan_reference)
    after = replace(here, loan=replace(facts, moved_to=to))
    hands_on = [
        HeldLoanMoved(
            subject_id=one,
            loan_id=event.loan_id,
            to_loan_id=to.loan_id,
            to_lender=to.lender,
            to_loan_reference=to.reference,
            told=event.reason == REPLACED,
        )
        for one in (to.loan_id, *facts.persons)
    ]
    return Decision(after, timers=timers(here, after), hands_on=hands_on)


def follow(state: Standstill | None, event: HeldLoanMoved, context: Context) -> Decision[Standstill] | Need:
    """Holds, requests and disputes are about the loan that it is now."""
    here = state
    if event.subject_id == event.to_loan_id:
        key = Key(Standstill.__name__, event.loan_id)
        if key not in context.others:
            return Need(keys=[key])
        here = _successor(state or new_loan(event.to_loan_id), context.others[key], event)
    if here is None:
        return Decision(new_person(event.subject_id))
    before = here.holds
    after = _with_successor(here, event)
    events: list[Event] = []
    if event.told:
        for hold in before:
            old = hold.on(event.loan_id)
            if old is None or not old.covers(here.today(context.now)):
                continue
            placed = place(here, replace(hold, loans=(replace(old, loan_id=event.to_loan_id),)))
            events += placed.events
    return decided(state, Changed(after, tuple(events)))


def _successor(here: Standstill, former: Standstill | None, event: HeldLoanMoved) -> Standstill:
    """The new loan's state with what the former one's had."""
    facts, known = here.loan or LoanFacts(), {one.id for one in here.holds}
    if former is None:
        return replace(here, loan=replace(facts, lender=event.to_lender))
    persons = former.loan.persons if former.loan is not None else ()
    return replace(
        here,
        loan=replace(facts, lender=event.to_lender, persons=tuple(dict.fromkeys((*facts.persons, *persons)))),
        holds=(*here.holds, *(one for one in former.holds if one.id not in known)),
        requests=(*here.requests, *former.requests),
    )


def _with_successor(state: Standstill, event: HeldLoanMoved) -> Standstill:
    def named(loan_id: UUID) -> UUID:
        return event.to_loan_id if loan_id == event.loan_id else loan_id

    def moved(hold: Hold) -> Hold:
        kept = [one for one in hold.loans if one.loan_id != event.loan_id]
        old, there = hold.on(event.loan_id), hold.on(event.to_loan_id)
        if old is not None and there is None:
            kept.append(replace(old, loan_id=event.to_loan_id))
        return replace(hold, loans=tuple(kept))

    loans = [
        one._replace(loan_id=event.to_loan_id, lender=event.to_lender, reference=event.to_loan_reference)
        if one.loan_id == event.loan_id
        else one
        for one in state.loans
    ]
    return replace(
        state,
        loans=tuple(dict.fromkeys(loans)),
        moved=tuple(dict.fromkeys((*state.moved, (event.loan_id, event.to_loan_id)))),
        holds=tuple(map(moved, state.holds)),
        requests=tuple(
            replace(one, loan_id=named(one.loan_id), lender=event.to_lender)
            if one.loan_id == event.loan_id
            else one
            for one in state.requests
        ),
        disputes=tuple(replace(one, loan_id=named(one.loan_id)) for one in state.disputes),
        complaints=tuple(
            replace(one, loan_ids=tuple(dict.fromkeys(map(named, one.loan_ids)))) for one in state.complaints
        ),
    )
