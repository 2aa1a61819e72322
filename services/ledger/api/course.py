"""What became of a loan beside its money, as routes show it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.ledger.domain.course import Came, Gone
from services.ledger.domain.loan import Loan


class PlacementShown(BaseModel):
    """An agency that collects, or collected."""

    agency: str
    placed_on: date
    recalled_on: date | None


class LegalActionShown(BaseModel):
    """A court action. What it costs is among the loan's fees."""

    reference: str
    kind: str
    started_on: date
    ended_on: date | None
    outcome: str | None


class LoanNamed(BaseModel):
    """The same debt in other books."""

    loan_id: UUID
    lender: str
    loan_reference: str
    on: Annotated[date, Field(description="The first day on which it was there, or here")]

    @classmethod
    def of(cls, one: Gone | Came | None) -> "LoanNamed | None":
        """None where it was nowhere else."""
        if one is None:
            return None
        return cls(loan_id=one.loan_id, lender=one.lender, loan_reference=one.loan_reference, on=one.on)


class CourseShown(BaseModel):
    """Who else acts on a loan, and where it came from or went."""

    accelerated_on: Annotated[
        date | None, Field(description="The day from which the whole debt is called due")
    ]
    placements: list[PlacementShown]
    legal_actions: list[LegalActionShown]
    gone_to: Annotated[
        LoanNamed | None, Field(description="Where it is now: sold, or replaced by a new loan")
    ]
    came_from: Annotated[LoanNamed | None, Field(description="The lender that it was bought from")]

    @classmethod
    def of(cls, loan: Loan) -> "CourseShown":
        """As it stands."""
        course = loan.course
        return cls(
            accelerated_on=course.accelerated_on,
            placements=[PlacementShown(**one._asdict()) for one in course.placements],
            legal_actions=[LegalActionShown(**one._asdict()) for one in course.legal_actions],
            gone_to=LoanNamed.of(course.gone),
            came_from=LoanNamed.of(course.came),
        )
