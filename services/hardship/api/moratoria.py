"""Routes of breathing space: what the register tells, and what creditors and advisers decide."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.hardship.api.holds import LoanIds, found_hold
from services.hardship.api.standing import Body, Standing
from services.hardship.domain.hold_policy import MoratoriumPolicy
from services.hardship.domain.holds import HoldUnknown
from services.hardship.domain.moratorium import (
    AddDebt,
    Debt,
    EnterMoratorium,
    MoratoriumTaken,
    MoratoriumUnknown,
    clocks,
    last_day,
    midway,
)
from services.hardship.domain.moratorium_course import (
    AskReview,
    CancelMoratorium,
    DecideReview,
    ReviewMidway,
    StopTreatment,
)
from services.hardship.domain.standstill import MoratoriumKind, Standstill
from services.hardship.store.standstills import Kind
from shared.decision import Actor
from shared.events.base import Day, Reference
from shared.events.loans import Code
from shared.http import Allow, AuditedRead, Run
from shared.scopes import Scope
from shared.service import Service

MANAGES = Allow(Scope.HOLDS_MANAGE)
Territory = Annotated[str, Field(pattern=r"^[A-Z]{2}-[A-Z0-9]{1,3}$", examples=["GB-ENG"])]


class DebtNamed(Body):
    """One debt as the notice names it."""

    loan_id: UUID
    kind: Annotated[Code, Field(examples=["credit_card"])]


class NewMoratorium(Body):
    """The register's notice."""

    person_id: UUID
    kind: MoratoriumKind
    register_reference: Reference
    territory: Annotated[Territory, Field(description="Where the person is")]
    adviser: Annotated[Reference, Field(description="The adviser's subject")]
    applied_on: Day
    starts_on: Day
    debts: Annotated[tuple[DebtNamed, ...], Field(min_length=1, max_length=200)]


class DebtFound(Body):
    """A debt that was owed at the start and is found later."""

    debt: DebtNamed
    effective_on: Annotated[Day, Field(description="From when the moratorium takes effect for it")]


class TreatmentStopped(Body):
    """Crisis treatment has ended."""

    stopped_on: Day


class MidwayReview(Body):
    """What the adviser found midway."""

    goes_on: bool
    ends_on: Annotated[Day | None, Field(description="Where it ends: from when on; by itself today")] = None
    reason: Annotated[Code, Field(examples=["debt_solution"])] = "midway_review"


class Cancellation(Body):
    """The moratorium ends before its time."""

    effective_on: Day
    reason: Annotated[Code, Field(examples=["debt_solution"])]
    loan_ids: Annotated[LoanIds, Field(description="None named: all that are yours")] = ()


class CreditorReview(Body):
    """A creditor asks for its debt to be looked at again."""

    loan_id: UUID


class CreditorReviewDecided(Body):
    """The adviser's decision on a debt."""

    loan_id: UUID
    stays: Annotated[bool, Field(description="The debt stays under the moratorium")]


class MoratoriumStands(BaseModel):
    """How a moratorium stands now."""

    hold_id: UUID
    ends_on: Annotated[date | None, Field(description="Its last day; null: treatment goes on")]

    @classmethod
    def of(cls, answer: MoratoriumTaken) -> "MoratoriumStands":
        """As it was decided."""
        return cls(hold_id=answer.hold_id, ends_on=answer.ends_on)


class DebtShown(BaseModel):
    """One debt in a moratorium: what remains to be paid, and until when what may be asked."""

    loan_id: UUID
    protected_from: date
    lifted_on: date | None
    still_payable: Annotated[str, Field(description="`instalments` (from the start on) or `nothing`")]
    ask_review_by: date
    decide_review_by: date
    ask_court_by: date


class MoratoriumShown(BaseModel):
    """A moratorium, with those debts that are yours to see."""

    hold_id: UUID
    person_id: UUID
    kind: MoratoriumKind
    register_reference: str
    applied_on: date
    starts_on: date
    ends_on: date | None
    midway_from: date | None
    midway_to: date | None
    midway_done_on: date | None
    treatment_stopped_on: date | None
    end_reason: str | None
    debts: list[DebtShown]

    @classmethod
    def of(
        cls, state: Standstill, hold_id: UUID, actor: Actor, policy: MoratoriumPolicy
    ) -> "MoratoriumShown":
        """The moratorium, as far as the actor may see it. Raises HoldUnknown, MoratoriumUnknown."""
        hold, found = found_hold(state, hold_id, actor), state.moratorium(hold_id)
        if found is None:
            raise MoratoriumUnknown(hold_id=hold_id)
        looked = midway(found, policy) or (None, None)
        debts = [
            DebtShown(
                loan_id=one.loan_id,
                protected_from=one.starts_on,
                lifted_on=one.lifted_on,
                still_payable="instalments" if one.arrears_only else "nothing",
                **clocks(one, policy)._asdict(),
            )
            for one in hold.loans
            if state.concerns(one.loan_id, actor)
        ]
        return cls(
            hold_id=hold_id,
            person_id=state.id,
            kind=found.kind,
            register_reference=found.register_reference,
            applied_on=found.applied_on,
            starts_on=found.starts_on,
            ends_on=last_day(state, found),
            midway_from=looked[0],
            midway_to=looked[1],
            midway_done_on=found.midway_done_on,
            treatment_stopped_on=found.treatment_stopped_on,
            end_reason=found.end_reason,
            debts=debts,
        )


def moratoria_router(service: Service, standing: Standing) -> APIRouter:
    """A person's moratoria, from the register's notice to their end."""
    router = APIRouter(tags=["breathing space"])

    async def subject(hold_id: UUID) -> UUID:
        return await standing.of_item(Kind.HOLD, hold_id, HoldUnknown(hold_id=hold_id))

    @router.post("/moratoria", status_code=201, dependencies=[MANAGES])
    async def enter_moratorium(body: NewMoratorium, run: Run) -> MoratoriumStands:
        """Enter a moratorium that the register has told of. Told again, with other debts, these are added."""
        command = EnterMoratorium(
            await standing.current(body.person_id),
            body.kind,
            body.register_reference,
            body.territory,
            body.adviser,
            body.applied_on,
            body.starts_on,
            tuple(Debt(one.loan_id, one.kind) for one in body.debts),
        )
        return MoratoriumStands.of(await run(command))

    @router.get("/moratoria/{hold_id}")
    async def show_moratorium(
        hold_id: UUID, actor: Annotated[Actor, Allow(Scope.CASES_READ)], seen: AuditedRead
    ) -> MoratoriumShown:
        """One moratorium: its days, and the clocks of its debts."""
        unknown = HoldUnknown(hold_id=hold_id)
        state = await standing.read_item(Kind.HOLD, hold_id, actor, seen, unknown)
        return MoratoriumShown.of(state, hold_id, actor, service.reference.holds.moratorium)

    @router.post("/moratoria/{hold_id}/debts", dependencies=[MANAGES])
    async def add_debt(hold_id: UUID, body: DebtFound, run: Run) -> MoratoriumStands:
        """Add a debt that was found later: it is protected from its own day on."""
        debt = Debt(body.debt.loan_id, body.debt.kind)
        command = AddDebt(await subject(hold_id), hold_id, debt, body.effective_on)
        return MoratoriumStands.of(await run(command))

    router.include_router(_course(subject))
    return router


Subject = Callable[[UUID], Awaitable[UUID]]
"""Whose moratorium it is. Raises HoldUnknown."""


def _course(subject: Subject) -> APIRouter:
    router = APIRouter()

    @router.post("/moratoria/{hold_id}/treatment-stopped", dependencies=[MANAGES])
    async def stop_treatment(hold_id: UUID, body: TreatmentStopped, run: Run) -> MoratoriumStands:
        """Say that crisis treatment has stopped: thirty days of protection are left."""
        command = StopTreatment(await subject(hold_id), hold_id, body.stopped_on)
        return MoratoriumStands.of(await run(command))

    @router.post("/moratoria/{hold_id}/midway-review", dependencies=[MANAGES])
    async def review_midway(hold_id: UUID, body: MidwayReview, run: Run) -> MoratoriumStands:
        """Say what the adviser found midway."""
        command = ReviewMidway(await subject(hold_id), hold_id, body.goes_on, body.ends_on, body.reason)
        return MoratoriumStands.of(await run(command))

    @router.post("/moratoria/{hold_id}/cancel", dependencies=[MANAGES])
    async def cancel_moratorium(hold_id: UUID, body: Cancellation, run: Run) -> MoratoriumStands:
        """End it before its time, for all or some debts. What it barred until then stays barred."""
        command = CancelMoratorium(
            await subject(hold_id), hold_id, body.effective_on, body.reason, body.loan_ids
        )
        return MoratoriumStands.of(await run(command))

    @router.post("/moratoria/{hold_id}/creditor-review", dependencies=[MANAGES])
    async def ask_creditor_review(hold_id: UUID, body: CreditorReview, run: Run) -> MoratoriumStands:
        """Ask, as a creditor, that a debt be looked at again; in its first twenty days."""
        return MoratoriumStands.of(await run(AskReview(await subject(hold_id), hold_id, body.loan_id)))

    @router.post("/moratoria/{hold_id}/creditor-review/decision", dependencies=[MANAGES])
    async def decide_creditor_review(
        hold_id: UUID, body: CreditorReviewDecided, run: Run
    ) -> MoratoriumStands:
        """Say what the adviser decided on a debt."""
        command = DecideReview(await subject(hold_id), hold_id, body.loan_id, body.stays)
        return MoratoriumStands.of(await run(command))

    return router
