"""A loan's statement as the API shows it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.ledger.domain.book import Line
from services.ledger.domain.loan import Loan
from services.ledger.domain.statement import Happened, Parts, Standing, Statement
from shared.money import Money


class StandingShown(BaseModel):
    """How the loan stood."""

    principal: Annotated[Money, Field(description="Owed, due or not")]
    past_due: Annotated[Money, Field(description="Unpaid after its due date")]
    to_pay_off: Annotated[
        Money, Field(description="A payment of so much on that day would have ended the loan")
    ]
    credit: Annotated[Money, Field(description="Paid beyond what was owed; it belongs to the borrower")]


class PartsShown(BaseModel):
    """What an amount was set against."""

    penalty: Money
    fees: Money
    interest: Money
    principal: Money
    credit: Annotated[Money, Field(description="Left over; the borrower's")]
    instalments: Annotated[list[int], Field(description="The numbers of the instalments")]


class LineShown(BaseModel):
    """Something that happened on a value date."""

    value_on: date
    kind: Annotated[str, Field(examples=["Payment", "InstalmentDue"])]
    text: Annotated[str, Field(description="What it was, in words")]
    reference: str | None
    amount: Money | None
    went: Annotated[PartsShown | None, Field(description="Where the money went")]
    counts: Annotated[bool, Field(description="False: it was taken back, as if it had never been")]
    reversed_on: date | None
    reversal: Annotated[str | None, Field(description="Why it was taken back")]


class UnpaidShown(BaseModel):
    """An instalment of which something is unpaid, due or still to come."""

    number: int
    due_on: date
    amount: Money
    paid: Money
    unpaid: Money
    penalty: Annotated[Money, Field(description="Unpaid penalties")]
    fees: Annotated[Money, Field(description="Unpaid fees")]
    interest: Annotated[Money, Field(description="Unpaid interest")]
    principal: Annotated[Money, Field(description="Unpaid principal")]


class StatementShown(BaseModel):
    """A loan from one day through another, by its facts as they are known now."""

    loan_id: UUID
    lender: str
    loan_reference: str
    opened_on: Annotated[date | None, Field(description="Null: of a loan taken over it is not known")]
    taken_over_on: Annotated[date | None, Field(description="From another system, with what was owed then")]
    from_on: date
    as_of: date
    before: Annotated[StandingShown, Field(description="As the day `from_on` began")]
    lines: list[LineShown]
    after: Annotated[StandingShown, Field(description="As the day `as_of` ended")]
    unpaid: list[UnpaidShown]
    days_past_due: int
    bucket: str
    reason: Annotated[str, Field(description="Why it is as late as it is")]

    @classmethod
    def of(cls, loan: Loan, made: Statement, from_on: date) -> "StatementShown":
        """The statement with its amounts in the loan's currency."""
        return cls(
            loan_id=loan.id,
            lender=loan.lender,
            loan_reference=loan.reference,
            opened_on=made.opened_on,
            taken_over_on=made.taken_over_on,
            from_on=from_on,
            as_of=made.after.on,
            before=_standing(loan, made.before),
            lines=[_line(loan, line) for line in made.lines],
            after=_standing(loan, made.after),
            unpaid=[_unpaid(loan, line) for line in made.unpaid],
            days_past_due=made.lateness.days_past_due,
            bucket=made.bucket,
            reason=made.lateness.text,
        )


def _standing(loan: Loan, one: Standing) -> StandingShown:
    return StandingShown(
        principal=loan.money(one.principal),
        past_due=loan.money(one.past_due),
        to_pay_off=loan.money(one.to_pay_off),
        credit=loan.money(one.credit),
    )


def _line(loan: Loan, one: Happened) -> LineShown:
    return LineShown(
        value_on=one.value_on,
        kind=one.kind,
        text=one.text,
        reference=one.reference,
        amount=None if one.amount is None else loan.money(one.amount),
        went=None if one.went is None else _parts(loan, one.went),
        counts=one.reversed_on is None,
        reversed_on=one.reversed_on,
        reversal=one.reversal,
    )


def _parts(loan: Loan, one: Parts) -> PartsShown:
    return PartsShown(
        penalty=loan.money(one.penalty),
        fees=loan.money(one.fees),
        interest=loan.money(one.interest),
        principal=loan.money(one.principal),
        credit=loan.money(one.credit),
        instalments=list(one.instalments),
    )


def _unpaid(loan: Loan, line: Line) -> UnpaidShown:
    left = (loan.money(owed - paid) for owed, paid in zip(line.owed, line.paid, strict=True))
    penalty, fees, interest, principal = left
    return UnpaidShown(
        number=line.number,
        due_on=line.due_on,
        amount=loan.money(sum(line.owed)),
        paid=loan.money(sum(line.paid)),
        unpaid=loan.money(line.unpaid),
        penalty=penalty,
        fees=fees,
        interest=interest,
        principal=principal,
    )
