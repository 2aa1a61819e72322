"""A loan that goes on as another one: sold to another lender, or replaced by a new one of the same."""

from uuid import UUID

from services.hardship.domain.person import Person
from services.hardship.domain.plan import PlanPart
from shared.events.ledger import LoanMoved
from shared.quick import replace


def moved(person: Person, event: LoanMoved) -> Person:
    """A loan goes on as another one: cases and plans are of that one now."""

    def named(loan_id: UUID) -> UUID:
        return event.to_loan_id if loan_id == event.loan_id else loan_id

    def part_moved(part: PlanPart) -> PlanPart:
        if part.loan_id != event.loan_id:
            return part
        return replace(
            part, loan_id=event.to_loan_id, lender=event.to_lender, reference=event.to_loan_reference
        )

    return replace(
        person,
        loans=tuple(
            one._replace(loan_id=event.to_loan_id, lender=event.to_lender, reference=event.to_loan_reference)
            if one.loan_id == event.loan_id
            else one
            for one in person.loans
        ),
        cases=tuple(
            replace(one, loan_ids=tuple(dict.fromkeys(map(named, one.loan_ids)))) for one in person.cases
        ),
        plans=tuple(replace(one, parts=tuple(map(part_moved, one.parts))) for one in person.plans),
        light_reliefs=tuple(one._replace(loan_id=named(one.loan_id)) for one in person.light_reliefs),
    )
