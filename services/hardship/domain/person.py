"""A person in hardship: loans, cases and plans. The state that decides."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from services.hardship.domain.case import Case, CaseText
from services.hardship.domain.plan import Plan
from shared.decision import Actor, Role
from shared.errors import NotFound, NotHere
from shared.events.parts import PartyRole
from shared.quick import replace

OWES = frozenset({PartyRole.BORROWER, PartyRole.JOINT, PartyRole.GUARANTOR})
STATEMENT_CURRENT_FOR = timedelta(days=183)
"""After half a year a statement of income and spending says little of now; the project's own choice."""


class PersonUnknownHere(NotFound):
    """There is no such person, or none of its loans is yours to see."""


class CaseUnknown(NotFound):
    """There is no such case, or it is not yours to see."""


class PlanUnknown(NotFound):
    """There is no such plan, or it is not yours to see."""


class GoesByAnotherId(NotHere):
    """Two were found to be one person, who goes by another id now."""


class PersonLoan(NamedTuple):
    """A loan that the person has a part in."""

    loan_id: UUID
    lender: str
    reference: str
    role: PartyRole


class LightRelief(NamedTuple):
    """A light relief that was granted."""

    loan_id: UUID
    granted_on: date


@dataclass(frozen=True, slots=True)
class Person:
    """The state."""

    id: UUID
    zone: str = "UTC"
    country: str | None = None
    languages: tuple[str, ...] = ()
    loans: tuple[PersonLoan, ...] = ()
    cases: tuple[Case, ...] = ()
    plans: tuple[Plan, ...] = ()
    light_reliefs: tuple[LightRelief, ...] = ()
    formerly: tuple[UUID, ...] = ()
    """Other ids that were this person's: texts of then lie under the keys of these."""
    merged_into: UUID | None = None
    erased: bool = False

    @property
    def gone(self) -> bool:
        """Whether what comes for it is another's affair, or nobody's."""
        return self.erased or self.merged_into is not None

    def today(self, now: datetime) -> date:
        """The day where the person is."""
        return now.astimezone(ZoneInfo(self.zone)).date()

    def owed_loans(self) -> tuple[PersonLoan, ...]:
        """The loans that are the person's own to pay, each once."""
        return tuple({one.loan_id: one for one in self.loans if one.role in OWES}.values())

    def loan(self, loan_id: UUID) -> PersonLoan | None:
        """A loan of theirs."""
        return next((one for one in self.owed_loans() if one.loan_id == loan_id), None)

    # -- cases -----------------------------------------------------------------------------------------------

    def case(self, case_id: UUID) -> Case | None:
        """A case by its id."""
        return next((one for one in self.cases if one.id == case_id), None)

    def with_case(self, changed: Case) -> "Person":
        """The state with a case as it is now."""
        if self.case(changed.id) is None:
            return replace(self, cases=(*self.cases, changed))
        return replace(self, cases=tuple(changed if one.id == changed.id else one for one in self.cases))

    def open_case_over(self, loan_ids: tuple[UUID, ...]) -> Case | None:
        """An open case that has to do with one of these loans."""
        wanted = set(loan_ids)
        return next((one for one in self.cases if one.is_open and wanted & set(one.loan_ids)), None)

    def current_statement(self, now: datetime) -> CaseText | None:
        """The newest statement of income and spending; None where it is older than STATEMENT_CURRENT_FOR."""
        found = [text for case in self.cases if (text := case.latest("statement")) is not None]
        newest = max(found, key=lambda one: one.given_at, default=None)
        return newest if newest is not None and now - newest.given_at <= STATEMENT_CURRENT_FOR else None

    # -- plans -----------------------------------------------------------------------------------------------

    def plan(self, plan_id: UUID) -> Plan | None:
        """A plan by its id."""
        return next((one for one in self.plans if one.id == plan_id), None)

    def with_plan(self, changed: Plan) -> "Person":
        """The state with a plan as it is now."""
        if self.plan(changed.id) is None:
            return replace(self, plans=(*self.plans, changed))
        return replace(self, plans=tuple(changed if one.id == changed.id else one for one in self.plans))

    # -- who may see -----------------------------------------------------------------------------------------

    def is_self(self, actor: Actor) -> bool:
        """Whether the actor is this very person."""
        return actor.role is Role.BORROWER and actor.subject in {str(self.id), *map(str, self.formerly)}

    def seen_by(self, actor: Actor) -> bool:
        """Whether the actor may know of the person at all."""
        if actor.role is Role.BORROWER:
            return self.is_self(actor)
        if actor.role is Role.ADVISER:
            return any(one.adviser == actor.subject for one in self.cases)
        return actor.lenders is None or any(actor.may_act_for(one.lender) for one in self.loans)

    def sees_case(self, actor: Actor, case: Case) -> bool:
        """Whether a case is the actor's business: the person's, the named adviser's, a lender's concerned."""
        if actor.role is Role.BORROWER:
            return self.is_self(actor)
        if actor.role is Role.ADVISER:
            return case.adviser is not None and case.adviser == actor.subject
        return actor.lenders is None or any(self.sees_loan(actor, case, one) for one in case.loan_ids)

    def sees_loan(self, actor: Actor, case: Case | None, loan_id: UUID) -> bool:
        """Whether a loan may be shown: another lender's only with the person's recorded consent."""
        if actor.lenders is None or actor.role in (Role.BORROWER, Role.ADVISER):
            return True
        lender = next((one.lender for one in self.loans if one.loan_id == loan_id), None)
        shared = case is not None and bool(actor.lenders & case.shares_with)
        return lender is not None and (actor.may_act_for(lender) or shared)

    def sees_plan(self, actor: Actor, plan: Plan) -> bool:
        """Whether a plan is the actor's business."""
        case = self.case(plan.case_id) if plan.case_id else None
        if actor.role is Role.ADVISER:
            return case is not None and self.sees_case(actor, case)
        if actor.role is Role.BORROWER:
            return self.is_self(actor)
        return any(actor.may_act_for(one.lender) for one in plan.parts)


def case_of(person: Person, case_id: UUID, actor: Actor) -> Case:
    """A case that the actor may see. Raises CaseUnknown."""
    case = person.case(case_id)
    if case is None or not person.sees_case(actor, case):
        raise CaseUnknown(case_id=case_id)
    return case


def plan_of(person: Person, plan_id: UUID, actor: Actor) -> Plan:
    """A plan that the actor may see. Raises PlanUnknown."""
    plan = person.plan(plan_id)
    if plan is None or not person.sees_plan(actor, plan):
        raise PlanUnknown(plan_id=plan_id)
    return plan
