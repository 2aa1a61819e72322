"""What the platform of a real loan would have told: its opening, its borrower, its payments.

Real: amount, rate, term, instalment, state, income, debts, status, and the sums paid as principal, interest
and late fees. Reconstructed: days (only months are known), how the sums were spread over payments, and
everything about the borrower but the state.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from cli.demo.draws import draw, one_of
from cli.demo.places import ZONE_OF
from cli.demo.source import SNAPSHOT, TROUBLED, RealLoan, Status
from services.ledger.domain.due_dates import add_months
from shared.events.base import Event
from shared.events.borrowers import Address, BorrowerRegistered, Medium
from shared.events.loans import (
    Channel,
    CreditGranted,
    FeeCharged,
    LoanClosed,
    LoanKind,
    LoanOpened,
    PaymentMethod,
    PaymentReceived,
    ProductPublished,
    ProductTerms,
)
from shared.events.parts import Components, Party
from shared.money import Money

LENDER, PRODUCT, CURRENCY = "harbour-loans", "instalments", "USD"
YEAR = 360
MONTH = 30
_LATE_DAYS = {Status.IN_GRACE: (1, 15), Status.LATE: (16, 30), Status.LONG_LATE: (31, 120)}
FIRST_PERIOD_OFF_MAX = 40
_NAMES = ("Alex", "Bao", "Carmen", "Dana", "Eli", "Farah", "Grace", "Hugo", "Ines", "Jun", "Kai", "Lena")


def product() -> ProductPublished:
    """What all of these loans have in common: equal monthly instalments, months of thirty days."""
    return ProductPublished(
        lender=LENDER,
        product=PRODUCT,
        product_version=1,
        effective_on=date(2017, 1, 1),
        kind=LoanKind.TERM,
        channel=Channel.PEER_TO_PEER,
        terms=ProductTerms(
            annual_rate=Decimal(0),
            day_count="thirty_e_360",
            rounding="down",  # so that the instalment is never a cent above the reported one
            evens_out=False,
            due_soon_days=7,
        ),
    )


@dataclass(frozen=True, slots=True)
class Paid:
    """One payment: principal, interest and late fees, in cents."""

    on: date
    principal: int
    interest: int
    fees: int = 0

    @property
    def amount(self) -> int:
        """All of it."""
        return self.principal + self.interest + self.fees


@dataclass(frozen=True, slots=True)
class Story:
    """A real loan with the days that its history is told with."""

    loan: RealLoan
    opened_on: date
    first_due_on: date
    payments: tuple[Paid, ...]
    first_period: int = 0
    """What the first period's interest exceeds a month's by, in cents; below zero: what it falls short."""
    closed: tuple[date, str] | None = None
    """When and why the platform closed it."""

    @property
    def reference(self) -> str:
        """The loan's, and its borrower's."""
        return f"OI-{self.loan.number:05d}"

    @property
    def open(self) -> bool:
        """Whether it runs at the snapshot."""
        return self.closed is None

    def opening(self) -> Iterator[Event]:
        """The borrower and the loan."""
        yield self._borrower()
        yield LoanOpened(
            lender=LENDER,
            loan_reference=self.reference,
            kind=LoanKind.TERM,
            channel=Channel.PEER_TO_PEER,
            principal=usd(self.loan.principal),
            opened_on=self.opened_on,
            time_zone=ZONE_OF[self.loan.state],
            product=PRODUCT,
            product_version=1,
            annual_rate=self.loan.rate,
            first_due_on=self.first_due_on,
            instalment_count=self.loan.term,
            parties=(Party(borrower_reference=self.reference),),
        )

    def history(self) -> Iterator[Event]:
        """Payments until the snapshot, and the end where there was one."""
        yield from self._first_period()
        for number, one in enumerate(self.payments, 1):
            if one.fees:
                yield FeeCharged(
                    lender=LENDER,
                    loan_reference=self.reference,
                    fee_reference=f"late-{number}",
                    fee="late_fee",
                    amount=usd(one.fees),
                    value_on=one.on,
                    penalty=True,
                )
            yield PaymentReceived(
                lender=LENDER,
                loan_reference=self.reference,
                payment_reference=f"past-{number}",
                amount=usd(one.amount),
                value_on=one.on,
                method=PaymentMethod.DIRECT_DEBIT,
                lender_allocation=Components(
                    principal=usd(one.principal), interest=usd(one.interest), penalty=usd(one.fees)
                ),
            )
        if self.closed is not None:
            on, reason = self.closed
            yield LoanClosed(lender=LENDER, loan_reference=self.reference, closed_on=on, reason=reason)

    def _first_period(self) -> Iterator[Event]:
        """The ledger's first period is a month: what the real one cost more or less is told apart."""
        if self.first_period > 0:
            yield FeeCharged(
                lender=LENDER,
                loan_reference=self.reference,
                fee_reference="first-period",
                fee="first_period_interest",
                amount=usd(self.first_period),
                value_on=self.first_due_on,
            )
        elif self.first_period < 0:
            yield CreditGranted(
                lender=LENDER,
                loan_reference=self.reference,
                credit_reference="first-period",
                amount=usd(-self.first_period),
                value_on=self.first_due_on,
                reason="first_period_interest",
            )

    def _borrower(self) -> BorrowerRegistered:
        number, state = self.loan.number, self.loan.state
        # Numbers 555-01xx and example.com belong to nobody (ATIS-0300115, RFC 2606).
        phone = f"+1 {200 + number // 100} 555 01{number % 100:02d}"
        return BorrowerRegistered(
            lender=LENDER,
            borrower_reference=self.reference,
            name=f"{_NAMES[number % len(_NAMES)]} Sample-{number}",
            addresses=(
                Address(medium=Medium.MAIL, value=f"borrower-{number}@example.com", established=True),
                Address(medium=Medium.SMS, value=phone, established=True),
            ),
            languages=("zh-Hans", "en") if number % 25 == 0 else ("en",),
            time_zone=ZONE_OF[state],
            country="US",
            region=f"US-{state}",
        )


def usd(cents: int) -> Money:
    """An amount."""
    return Money(cents, CURRENCY)


def story_of(loan: RealLoan, seed: int) -> Story:
    """Days and payments for a real loan: sums as reported, days within what its status says."""
    whole = loan.paid_principal + loan.paid_interest
    count = round(whole / loan.instalment) if loan.status not in TROUBLED else whole // loan.instalment
    count = min(count, loan.term)
    if loan.status is Status.FULLY_PAID:
        return _paid_off(loan, seed)
    first_due = one_of(_first_dues(loan, count), seed, "due day", loan.number)
    dues = [one for one in _dues(first_due, count) if one <= SNAPSHOT]
    more = _first_period(loan, len(dues))
    closed = (SNAPSHOT, "charged_off") if loan.status is Status.CHARGED_OFF else None
    return Story(loan, add_months(first_due, -1), first_due, _payments(loan, dues, more), more, closed)


def _dues(first_due: date, count: int) -> list[date]:
    return [add_months(first_due, k) for k in range(max(count, 1))]


def _first_dues(loan: RealLoan, paid: int) -> list[date]:
    """Days on which the first instalment may have fallen due, so that the loan stands as its status says."""
    usual = date(2018, loan.issue_month + 1, 1)
    if loan.status not in _LATE_DAYS:
        # Who has paid fewer instalments than a month each began later: nobody here is late.
        newest = add_months(SNAPSHOT.replace(day=1), 1 - (max(paid, 1) if loan.paid else 0))
        begins = usual if loan.status is Status.CHARGED_OFF else max(usual, newest)
        return [begins.replace(day=day) for day in range(1, 29)]
    least, most = _LATE_DAYS[loan.status]
    fitting = [
        add_months(due, -paid)
        for due in (SNAPSHOT - timedelta(days=days) for days in range(least, most + 1))
        if due.day <= 28 and add_months(due, -paid) >= usual
    ]
    # Where more was paid than months have gone by, it is late for the newest instalment.
    latest = usual.replace(day=min((SNAPSHOT - timedelta(days=least)).day, 28))
    return [one for one in fitting if one < add_months(usual, 1)] or fitting or [latest]


def _first_period(loan: RealLoan, count: int) -> int:
    """What was paid beyond, or short of, whole instalments: the first period had other days than a month."""
    more = loan.paid_interest - sum(one[1] for one in amortised(loan, count))
    short = count * loan.instalment - loan.paid_principal - loan.paid_interest
    apart = -short if short > 0 else max(more, 0)
    a_day = loan.principal * loan.rate / YEAR
    return apart if count and abs(apart) <= a_day * FIRST_PERIOD_OFF_MAX else 0


def amortised(loan: RealLoan, count: int) -> list[tuple[int, int]]:
    """Principal and interest of the first instalments, by the reported instalment, thirty days a month."""
    balance, parts = loan.principal, []
    for _ in range(count):
        interest = round(balance * loan.rate / 12)
        principal = min(loan.instalment - interest, balance)
        parts.append((principal, interest))
        balance -= principal
    return parts


def _payments(loan: RealLoan, dues: list[date], more: int) -> tuple[Paid, ...]:
    """A payment on each date; the first with the interest of its own period, the last with what is left."""
    if not loan.paid:
        return ()
    parts = amortised(loan, len(dues))
    parts[0] = (parts[0][0] - more, parts[0][1] + more)
    *regular, _ = parts
    paid = [Paid(on, principal, interest) for on, (principal, interest) in zip(dues, regular, strict=False)]
    rest = (
        loan.paid_principal - sum(one.principal for one in paid),
        loan.paid_interest - sum(one.interest for one in paid),
    )
    if min(rest) < 0:  # not in equal instalments, then: in one payment
        return (Paid(dues[-1], loan.paid_principal, loan.paid_interest, loan.paid_late_fees),)
    return (*paid, Paid(dues[-1], *rest, loan.paid_late_fees))


def _paid_off(loan: RealLoan, seed: int) -> Story:
    """Instalments as long as the interest lasts, then all at once on the day that the rest of it makes."""
    day = 1 + int(draw(seed, "due day", loan.number) * 28)
    first_due = date(2018, loan.issue_month + 1, day)
    count = 0
    parts = amortised(loan, 6 - loan.issue_month)
    while count < len(parts) and sum(one[1] for one in parts[: count + 1]) <= loan.paid_interest:
        count += 1
    paid = [Paid(add_months(first_due, k), *parts[k]) for k in range(count)]
    balance = loan.principal - sum(one.principal for one in paid)
    interest = loan.paid_interest - sum(one.interest for one in paid)
    days = int(interest / (balance * loan.rate / YEAR)) if loan.rate else 1
    since = add_months(first_due, count - 1)
    last = min(max(since + timedelta(days=days), since + timedelta(days=1)), SNAPSHOT)
    rest = Paid(last, loan.paid_principal - (loan.principal - balance), interest, loan.paid_late_fees)
    return Story(loan, add_months(first_due, -1), first_due, (*paid, rest), closed=(last, "repaid"))
