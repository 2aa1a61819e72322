"""Whose cases are whose: a person's profile and loans, persons found to be one, persons forgotten."""

from uuid import UUID

from services.hardship.domain.case import CaseStatus
from services.hardship.domain.cases import begin
from services.hardship.domain.person import GoesByAnotherId, Person, PersonLoan
from services.hardship.domain.person_timer import decided
from services.hardship.domain.telling import Telling
from shared.decision import Context, Decision, Key, Need, TimerFired
from shared.events.base import Event
from shared.events.reminders import (
    LoanLinked,
    LoanUnlinked,
    PersonErased,
    PersonLinked,
    PersonProfiled,
    PersonUnlinked,
)
from shared.events.takeover import LoanMigrated
from shared.quick import replace


class CasesMerged(Event, topic="hardship-handed", key="person_id", version=1):
    """Cases and plans of one id of a person are the other's. It never leaves this service."""

    person_id: UUID
    formerly: UUID


def guard(state: Person, message: object, context: Context) -> Decision[Person] | None:
    """What comes for a person who was merged counts for the survivor; for one forgotten, for nobody."""
    if state.erased:
        return Decision(state)
    parted = isinstance(message, PersonUnlinked) and message.now == state.id
    # The survivor of then is merged into this one now: that they were parted between is still on its way.
    turned = isinstance(message, CasesMerged) and message.formerly == state.merged_into
    if state.merged_into is None or parted or turned:
        return None
    # A plan that came with a loan is handed on by what stands still for the person (`PlanCameFor`).
    if isinstance(message, PersonLinked | TimerFired | LoanMigrated):
        return Decision(state)
    if isinstance(message, Event):
        return Decision(state, hands_on=[message.model_copy(update={"person_id": state.merged_into})])
    raise GoesByAnotherId(into=state.merged_into)


def profile(state: Person | None, event: PersonProfiled, context: Context) -> Decision[Person]:
    """Where the person is, and which languages they read."""
    here = state or Person(event.person_id)
    zone = event.time_zones[0] if event.time_zones else here.zone
    after = replace(here, zone=zone, country=event.country or here.country, languages=event.languages)
    return decided(here, after)


def link(state: Person | None, event: LoanLinked, context: Context) -> Decision[Person]:
    """The person has a part in a loan. A case that is for all loans takes it in, and says so: what was open
    before is told anew with it.
    """
    here = state or Person(event.person_id)
    one = PersonLoan(event.loan_id, event.lender, event.loan_reference, event.role)
    others = tuple(known for known in here.loans if (known.loan_id, known.role) != (one.loan_id, one.role))
    after, telling = replace(here, loans=(*others, one)), Telling(context)
    if after.loan(one.loan_id) is not None:
        for case in after.cases:
            looked_at = case.status in (CaseStatus.OPEN, CaseStatus.APPEALED)
            if looked_at and case.all_loans and one.loan_id not in case.loan_ids:
                wider = replace(case, loan_ids=(*case.loan_ids, one.loan_id))
                after = begin(after, wider, telling)
    return Decision(after, telling.events)


def unlink(state: Person | None, event: LoanUnlinked, context: Context) -> Decision[Person]:
    """The person has no such part in the loan any more. Cases and plans of it stay what they are."""
    here = state or Person(event.person_id)
    kept = tuple(one for one in here.loans if (one.loan_id, one.role) != (event.loan_id, event.role))
    return Decision(replace(here, loans=kept))


def merge_away(state: Person | None, event: PersonLinked, context: Context) -> Decision[Person]:
    """Another id was the same person's: all that is theirs is the survivor's now."""
    assert event.formerly is not None, "asked only where there was another id"
    here = state or Person(event.formerly)
    told = CasesMerged(person_id=event.person_id, formerly=event.formerly)
    return decided(here, replace(here, merged_into=event.person_id), hands_on=[told] if state else [])


def part(state: Person | None, event: PersonUnlinked, context: Context) -> Decision[Person]:
    """A borrower is another person after all: who was merged begins anew. What was agreed stays with whom
    agreed to it.
    """
    if state is None or state.merged_into is None:
        return Decision(state or Person(event.now))
    return Decision(Person(state.id, zone=state.zone, country=state.country, languages=state.languages))


def merge(state: Person | None, event: CasesMerged, context: Context) -> Decision[Person] | Need:
    """Take over the cases and plans of the other id."""
    key = Key(Person.__name__, event.formerly)
    if key not in context.others:
        return Need(keys=[key])
    other: Person | None = context.others[key]
    here = state or Person(event.person_id)
    if other is None:
        return Decision(here)
    linked = {(one.loan_id, one.role) for one in here.loans}
    cases, plans = {one.id for one in here.cases}, {one.id for one in here.plans}
    after = replace(
        here,
        zone=here.zone if here.country else other.zone,
        country=here.country or other.country,
        languages=here.languages or other.languages,
        loans=(*here.loans, *(one for one in other.loans if (one.loan_id, one.role) not in linked)),
        cases=(*here.cases, *(one for one in other.cases if one.id not in cases)),
        plans=(*here.plans, *(one for one in other.plans if one.id not in plans)),
        light_reliefs=tuple(dict.fromkeys((*here.light_reliefs, *other.light_reliefs))),
        formerly=tuple(dict.fromkeys((*here.formerly, event.formerly, *other.formerly))),
        merged_into=None,
    )
    return decided(here, after)


def erase(state: Person | None, event: PersonErased, context: Context) -> Decision[Person]:
    """Forget the person. What was agreed stands in the ledger, under no name."""
    here = state or Person(event.person_id)
    return decided(here, Person(here.id, formerly=here.formerly, erased=True))
