"""What requests and answers about plans say."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.hardship.api.case_models import Body
from services.hardship.domain.person import Person
from services.hardship.domain.plan import DueStatus, PartStatus, Plan, PlanPart, PlanStatus, Price
from services.hardship.domain.proposals import PlanTaken
from shared.decision import Actor
from shared.events.base import Day
from shared.events.parts import ReliefPhase
from shared.money import Money


class ChosenOption(Body):
    """What the person has chosen of the options."""

    option: Annotated[str, Field(pattern=r"^[0-9a-f]{24}$", description="As the options name it")]


class LightReliefAsked(Body):
    """One due day moved to another day, or a deferral of a month."""

    loan_id: UUID
    moved_to: Annotated[
        Day | None, Field(description="Where the next due day shall be; null: a month without payments")
    ] = None


class PlanAnswerGiven(Body):
    """What the person says to a proposal."""

    accepted: bool
    text_hash: Annotated[
        str, Field(pattern=r"^([0-9a-f]{64})?$", description="Of the text that was read, to accept it")
    ] = ""


class PlanAnswer(BaseModel):
    """What became of the request."""

    plan_id: UUID
    person_id: UUID
    status: PlanStatus
    text_hash: str | None

    @classmethod
    def of(cls, taken: PlanTaken) -> "PlanAnswer":
        """The plan as it is now."""
        return cls(
            plan_id=taken.plan_id,
            person_id=taken.person_id,
            status=taken.status,
            text_hash=taken.text_hash,
        )


class PriceShown(BaseModel):
    """What a loan costs from now on."""

    total: Money
    cost: Money
    monthly_most: Money
    ends_on: date | None
    present_value: Annotated[Money, Field(description="To the lender")]

    @classmethod
    def of(cls, part: PlanPart, price: Price | None) -> "PriceShown | None":
        """In the loan's currency."""
        if price is None:
            return None
        return cls(
            total=part.money(price.total),
            cost=part.money(price.cost),
            monthly_most=part.money(price.monthly_most),
            ends_on=price.ends_on,
            present_value=part.money(price.present_value),
        )


class PlanDueShown(BaseModel):
    """An instalment of the plan."""

    due_on: date
    amount: Money
    status: DueStatus


class PlanPartShown(BaseModel):
    """What the plan does to one loan."""

    loan_id: UUID
    part: int
    phases: list[ReliefPhase]
    status: PartStatus
    reason: Annotated[str | None, Field(description="Why it was refused")]
    until: date
    before: PriceShown | None
    after: PriceShown | None
    paid: Annotated[Money | None, Field(description="Null: the ledger has not confirmed it yet")]
    dues: list[PlanDueShown]


class PlanShown(BaseModel):
    """A plan, as far as the caller may see it."""

    plan_id: UUID
    person_id: UUID
    case_id: UUID | None
    status: PlanStatus
    made_at: datetime
    language: str
    text_hash: str | None
    expires_on: date | None
    accepted_on: date | None
    cooling_off_until: date | None
    activated_on: date | None
    over_on: date | None
    awaits_approval: bool
    loans: Annotated[list[PlanPartShown], Field(description="Those that the caller may see")]

    @classmethod
    def of(cls, person: Person, plan: Plan, actor: Actor) -> "PlanShown":
        """Loans of other lenders are there for nobody whom the person has not let see them."""
        case = person.case(plan.case_id) if plan.case_id else None
        return cls(
            plan_id=plan.id,
            person_id=person.id,
            case_id=plan.case_id,
            status=plan.status,
            made_at=plan.made_at,
            language=plan.language,
            text_hash=plan.text_hash,
            expires_on=plan.expires_on,
            accepted_on=plan.accepted_on,
            cooling_off_until=plan.cooling_off_until,
            activated_on=plan.activated_on,
            over_on=plan.over_on,
            awaits_approval=bool(plan.awaits),
            loans=[_part(one) for one in plan.parts if person.sees_loan(actor, case, one.loan_id)],
        )


def _part(part: PlanPart) -> PlanPartShown:
    known = [
        PlanDueShown(due_on=d.due_on, amount=part.money(d.amount_minor), status=d.status) for d in part.dues
    ]
    shown = [
        PlanDueShown(due_on=d.due_on, amount=part.money(d.amount_minor), status=DueStatus.OPEN)
        for d in part.shown
    ]
    return PlanPartShown(
        loan_id=part.loan_id,
        part=part.part,
        phases=list(part.phases),
        status=part.status,
        reason=part.reason,
        until=part.until,
        before=PriceShown.of(part, part.before),
        after=PriceShown.of(part, part.after),
        paid=part.money(part.paid_minor) if part.currency else None,
        dues=shown if part.status is PartStatus.AGREED else known,
    )


class LinkMade(BaseModel):
    """A link by which the plan can be answered without a login."""

    token: str
    url: str
    expires_at: datetime


class PlanText(BaseModel):
    """The agreement behind a link."""

    plan_id: UUID
    text_hash: Annotated[str | None, Field(description="To be handed in with the answer")]
    html: str
