"""What requests and answers about cases say."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.hardship.domain.advice import Advice, Prospect
from services.hardship.domain.capacity import (
    Capacity,
    Frequency,
    Household,
    Income,
    IncomeLine,
    Spending,
    SpendingLine,
    Statement,
)
from services.hardship.domain.case import Case, CaseStatus
from services.hardship.domain.cases import CaseTaken
from services.hardship.domain.options import Option
from services.hardship.domain.person import Person
from shared.decision import Actor
from shared.events.base import Day, LenderName
from shared.events.care import Circumstance
from shared.events.loans import Code
from shared.events.parts import ReliefPhase, Share
from shared.money import Money

Words = Annotated[str, Field(min_length=1, max_length=20_000, description="Kept under the person's key")]
Subject = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
LoanIds = Annotated[list[UUID], Field(max_length=50)]


class Body(BaseModel):
    """Base of what requests say."""

    model_config = ConfigDict(extra="forbid")


class NewCase(Body):
    """Somebody asks for help."""

    reason: Circumstance
    loan_ids: Annotated[LoanIds, Field(description="Empty: all that the person owes")] = []
    words: Words | None = None
    adviser: Annotated[Subject | None, Field(description="Subject of an adviser who may act in it")] = None


class Reason(Body):
    """Why, as a code, and in words for the person."""

    reason: Code
    words: Words | None = None


class SomeWords(Body):
    """What there is to say."""

    words: Words | None = None


class AppealDecision(Body):
    """What somebody else thinks of the refusal."""

    upheld: Annotated[bool, Field(description="The refusal stands")]
    reason: Code


class Outcome(Body):
    """How the case ends."""

    outcome: Code


class AdviserNamed(Body):
    """Who may act in the case besides the person; null: nobody."""

    adviser: Subject | None


class Sharing(Body):
    """Lenders who may see the loans that others have with the person; none: none."""

    lenders: Annotated[list[LenderName], Field(max_length=20)]


def _not_negative(amount: Money) -> Money:
    if amount.minor < 0:
        raise ValueError("an amount that comes in or goes out must not be negative")
    return amount


NotNegative = Annotated[Money, AfterValidator(_not_negative)]


class IncomeStated(Body):
    """One amount that comes in."""

    category: Income
    amount: NotNegative
    frequency: Frequency


class SpendingStated(Body):
    """One amount that goes out."""

    category: Spending
    amount: NotNegative
    frequency: Frequency


class NewStatement(Body):
    """Income and spending, in the categories of the Standard Financial Statement."""

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    income: Annotated[list[IncomeStated], Field(max_length=50)]
    spending: Annotated[list[SpendingStated], Field(max_length=100)]
    adults: Annotated[int, Field(ge=1, le=20)] = 1
    children: Annotated[int, Field(ge=0, le=20)] = 0
    share: Annotated[
        Share,
        Field(description="What part of the spending is the person's own to bear, in a joint household"),
    ] = Decimal(1)
    lump_sum: Annotated[NotNegative | None, Field(description="What could be paid at once, to settle")] = None
    recovers_on: Annotated[
        Day | None, Field(description="From then on the person expects to pay as before")
    ] = None

    def plain(self) -> Statement:
        """As the domain has it."""
        return Statement(
            tuple(IncomeLine(one.category, one.amount, one.frequency) for one in self.income),
            tuple(SpendingLine(one.category, one.amount, one.frequency) for one in self.spending),
            Household(self.adults, self.children),
            self.currency,
            Fraction(self.share),
            self.lump_sum,
            self.recovers_on,
        )


class CapacityShown(BaseModel):
    """What is left over a month."""

    income: Money
    spending: Annotated[Money, Field(description="As stated, or what a household needs where that is more")]
    left_over: Money
    monthly: Annotated[Money, Field(description="What all creditors together are paid at most")]

    @classmethod
    def of(cls, one: Capacity) -> "CapacityShown":
        """By the month."""
        return cls(
            income=Money(one.income, one.currency),
            spending=Money(one.spending, one.currency),
            left_over=Money(one.left_over, one.currency),
            monthly=Money(one.monthly, one.currency),
        )


class CapacityNow(BaseModel):
    """What a person can pay by their newest statement of income and spending."""

    monthly: Annotated[Money | None, Field(description="For all creditors; missing: nothing was stated")]
    given_at: datetime | None


class StatementShown(BaseModel):
    """The newest statement, and what follows from it."""

    statement_id: UUID
    given_at: datetime
    statement: NewStatement
    capacity: CapacityShown


class CaseAnswer(BaseModel):
    """What became of the request."""

    case_id: UUID
    person_id: UUID
    status: CaseStatus

    @classmethod
    def of(cls, taken: CaseTaken) -> "CaseAnswer":
        """The case as it is now."""
        return cls(case_id=taken.case_id, person_id=taken.person_id, status=taken.status)


class CaseShown(BaseModel):
    """A case, as far as the caller may see it."""

    case_id: UUID
    person_id: UUID
    status: CaseStatus
    reason: Circumstance
    source: str
    loan_ids: list[UUID]
    opened_at: datetime
    acknowledge_by: date
    acknowledged_at: datetime | None
    answer_by: date
    adviser: str | None
    shares_with: list[str]
    follows: Annotated[UUID | None, Field(description="The case that this one reopens")]
    stated: Annotated[bool, Field(description="Income and spending are known")]
    next_step: Annotated[str | None, Field(description="Where nothing was affordable")]
    refusal_reason: str | None
    appeal_by: date | None
    outcome: str | None
    closed_on: date | None
    plans: list[UUID]

    @classmethod
    def of(cls, person: Person, case: Case, actor: Actor) -> "CaseShown":
        """Loans of other lenders are there for nobody whom the person has not let see them."""
        plans = [one.id for one in person.plans if one.case_id == case.id and person.sees_plan(actor, one)]
        return cls(
            case_id=case.id,
            person_id=person.id,
            status=case.status,
            reason=case.reason,
            source=case.source,
            loan_ids=[one for one in case.loan_ids if person.sees_loan(actor, case, one)],
            opened_at=case.opened_at,
            acknowledge_by=case.acknowledge_by,
            acknowledged_at=case.acknowledged_at,
            answer_by=case.answer_by,
            adviser=case.adviser,
            shares_with=[one for one in sorted(case.shares_with) if _may_know(actor, one)],
            follows=case.follows,
            stated=case.latest("statement") is not None,
            next_step=case.next_step,
            refusal_reason=case.refusal_reason,
            appeal_by=case.appeal_by,
            outcome=case.outcome,
            closed_on=case.closed_on,
            plans=plans,
        )


def _may_know(actor: Actor, lender: str) -> bool:
    """That another lender has anything to do with the person is nobody's to learn here."""
    return not actor.lenders or actor.may_act_for(lender)


class OptionLoan(BaseModel):
    """What an option does to one loan, for both sides."""

    loan_id: UUID
    candidate: str
    phases: list[ReliefPhase]
    total: Money
    cost: Money
    ends_on: date | None
    present_value: Annotated[Money, Field(description="To the lender")]
    total_before: Money
    present_value_before: Money


class OptionShown(BaseModel):
    """One way that is affordable in every month."""

    option: Annotated[str, Field(description="By which it is chosen")]
    needs_approval: bool
    loans: Annotated[list[OptionLoan], Field(description="Those that the caller may see")]
    total: Money
    cost: Money
    monthly_most: Money
    ends_on: date | None


class OptionsShown(BaseModel):
    """What fits, the best first; where nothing does, what remains."""

    case_id: UUID
    capacity: CapacityShown
    options: list[OptionShown]
    last_resort: Annotated[OptionShown | None, Field(description="A token a month for each creditor")]
    next_step: str | None

    @classmethod
    def of(cls, person: Person, case: Case, asked: Prospect, advice: Advice, actor: Actor) -> "OptionsShown":
        """Sums are those of the loans that are shown: nothing tells what others are owed."""

        def shown(one: Option) -> OptionShown:
            return _option(person, case, asked, one, actor)

        return cls(
            case_id=case.id,
            capacity=CapacityShown.of(asked.capacity),
            options=[shown(one) for one in advice.options],
            last_resort=shown(advice.tokens) if advice.tokens is not None else None,
            next_step=advice.next_step,
        )


def _option(person: Person, case: Case, asked: Prospect, one: Option, actor: Actor) -> OptionShown:
    currency = asked.capacity.currency
    seen = [c for c in one.choices if person.sees_loan(actor, case, c.position.loan_id)]
    months: dict[tuple[int, int], int] = {}
    for choice in seen:
        for month, amount in choice.priced.after.by_month(asked.today).items():
            months[month] = months.get(month, 0) + amount
    ends = [choice.priced.after.ends_on for choice in seen]
    return OptionShown(
        option=one.key,
        needs_approval=bool(one.kinds - asked.policy.granted_at_once),
        loans=[
            OptionLoan(
                loan_id=choice.position.loan_id,
                candidate=choice.priced.candidate.name,
                phases=list(choice.priced.candidate.phases),
                total=Money(choice.priced.after.total, currency),
                cost=Money(choice.priced.after.cost, currency),
                ends_on=choice.priced.after.ends_on,
                present_value=Money(choice.priced.after.present_value, currency),
                total_before=Money(choice.position.before.total, currency),
                present_value_before=Money(choice.position.before.present_value, currency),
            )
            for choice in seen
        ],
        total=Money(sum(choice.priced.after.total for choice in seen), currency),
        cost=Money(sum(choice.priced.after.cost for choice in seen), currency),
        monthly_most=Money(max(months.values(), default=0), currency),
        ends_on=None if None in ends else max((day for day in ends if day), default=None),
    )
