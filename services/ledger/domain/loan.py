"""A loan as the ledger keeps it: its book, the rules it is watched by, what was told of it, and what was
added.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from services.ledger.domain.ageing import CountedFrom
from services.ledger.domain.agreements import NOTHING_AGREED, Agreements
from services.ledger.domain.book import Book
from services.ledger.domain.buckets import Scheme, scheme_of
from services.ledger.domain.course import Course
from services.ledger.domain.credit_record.told import CreditTold, MonthReported
from services.ledger.domain.facts import Fact
from services.ledger.domain.journal import Posting
from services.ledger.domain.roll_rates import Staged
from services.ledger.domain.shares import Holding
from services.ledger.domain.terms import Planned
from shared.events.loans import Channel, FailureReason, LoanKind
from shared.events.parts import PartyRole
from shared.money import Money
from shared.quick import quick


@dataclass(frozen=True, slots=True)
class Rules:
    """By what a loan is watched: its product's, or the defaults."""

    grace_days: int = 0
    grace_working_days: bool = False
    """Grace is counted in the working days of the loan's calendar."""
    due_soon_days: int = 3
    buckets: str = "m0_m7"
    own_buckets: tuple[tuple[str, int], ...] = ()
    """Where `buckets` is "own": each with the day past due on which it begins."""
    payments_complete_expected: bool = True
    """Nobody is told of a missed instalment before the platform has said that the day's payments are
    reported.
    """
    feed_delay_days: int = 1
    """Where the platform never says so: how many days later they are taken as reported."""
    interest_suspended_after_days: int | None = 90
    """From so many days past due on, unpaid interest is no income in the lender's accounts."""
    credit_schemes: tuple[str, ...] = ()
    """The credit records and risk classes in which it is reported; of others nothing is kept."""
    late_fee_minor: int = 0
    """Charged once for an instalment that is told as missed, in the loan's currency."""
    rate_cap: Decimal | None = None
    """The highest yearly rate that may come to hold."""
    deferrals_per_year_max: int | None = None
    term_extension_months_max: int | None = None

    @property
    def scheme(self) -> Scheme:
        """The stages of lateness."""
        return scheme_of(self.buckets, self.own_buckets)


class Missed(NamedTuple):
    """An instalment that was told as missed, by the event of this id."""

    number: int
    due_on: date
    event_id: UUID
    """`UNTOLD` where the system that had the loan before may have told it: then there is nothing to take
    back.
    """


UNTOLD = UUID(int=0)
"""The id of no event."""


class OverLimit(NamedTuple):
    """That the limit was exceeded was told, by the event of this id; `UNTOLD` as for what was missed."""

    since: date
    event_id: UUID


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of the loan, so that only changes are told, and what proves wrong is taken back."""

    missed: tuple[Missed, ...] = ()
    due_soon: date | None = None
    """The last due date of which the coming was told."""
    bucket: str = ""
    days_past_due: int = 0
    arrears_minor: int = 0
    oldest_unpaid_due_on: date | None = None
    on: date | None = None
    """The day for which bucket, days and arrears were told."""
    cured: UUID | None = None
    """The event that told the end of the last arrears, while it holds."""
    repaid: UUID | None = None
    over_limit: OverLimit | None = None
    billed_on: date | None = None
    """The last statement day that has been dealt with, where the ledger makes the statements."""
    balance_differs_minor: int = 0
    """By how much the platform's balance was above ours when that was told last; 0: it agrees."""
    restate_from: date | None = None
    """From this day on it is known now to have stood otherwise than was told: see `staging.restaged`."""
    credit: CreditTold | None = None
    """How it stands in credit records; None where it is in none, or was not looked at yet."""


class Pending(NamedTuple):
    """A payment on its way, or money in suspense that may be for this loan."""

    reference: str
    amount_minor: int
    expected_on: date
    """Of money in suspense: the last day on which it keeps the loan from being told as missed."""
    in_suspense: bool = False


class Joined(NamedTuple):
    """A person became part of a loan in a role on a day, or (`joined` is false) ceased to be."""

    borrower_reference: str
    role: PartyRole
    effective_on: date
    joined: bool = True


class Entry(NamedTuple):
    """A fact as it stands in the loan's file. One that was reversed stays, and counts no more."""

    fact: Fact
    reversed_on: date | None = None
    reversal: str | None = None
    """Why it was reversed."""
    added_by: UUID | None = None
    """The proposal by which it came, where people put it there."""
    reversed_by: UUID | None = None


class History(NamedTuple):
    """A loan's whole file, as `Need(history=True)` loads it."""

    entries: tuple[Entry, ...] = ()
    provided: tuple[Planned, ...] = ()
    """The schedule that the platform sent when it opened the loan."""


@quick
@dataclass(frozen=True, slots=True)
class Loan:
    """One debt. `entries` are those that this batch's messages name, not all there ever were.

    `added`, `reversed`, `replaced`, `postings`, `parties`, `holdings`, `reported` and `restaged` are what has
    come since the loan was loaded.
    """

    id: UUID
    lender: str
    reference: str
    kind: LoanKind
    channel: Channel
    zone: str
    rules: Rules
    book: Book
    product: str | None = None
    product_version: int | None = None
    told: Told = Told()
    earned: tuple[int, int, int] = (0, 0, 0)
    """Penalties, fees and interest that were posted as income, as they were at the end of `earned_on`."""
    earned_on: date = date.min
    pending: tuple[Pending, ...] = ()
    failure: FailureReason | None = None
    """Why the last payment that was expected did not come."""
    wakes_on: date | None = None
    """The day at whose start the loan is looked at next."""
    waits_through: date | None = None
    """It waits until all payments through this day are reported."""
    agreements: Agreements = NOTHING_AGREED
    version: int = 0
    entries: tuple[Entry, ...] = ()
    added: tuple[Entry, ...] = ()
    reversed: tuple[Entry, ...] = ()
    postings: tuple[Posting, ...] = field(default=())
    replaced: tuple[tuple[str, Entry], ...] = ()
    """Facts whose reference a newer report took over, by that; the entry has the file's new one for them."""
    parties: tuple[Joined, ...] = ()
    suspended: int = 0
    """Interest that was posted as suspended rather than as income."""
    holdings: tuple[Holding, ...] = ()
    """What was told of whose it is, since it was loaded."""
    reported: tuple[MonthReported, ...] = ()
    restaged: tuple[tuple[date, Staged], ...] = ()

    @property
    def core_is_master(self) -> bool:
        """Whether the platform's core decides on the schedule, so that a relief is instructed and not
        applied.
        """
        card = self.book.terms.card
        return self.kind is LoanKind.PROVIDED if card is None else not card.made

    @property
    def counted_from(self) -> CountedFrom:
        """What days past due are counted from."""
        return CountedFrom.INSTALMENT if self.book.card is None else CountedFrom.MINIMUM_PAYMENT

    @property
    def course(self) -> Course:
        """What became of it beside its money."""
        return self.agreements.course

    @property
    def currency(self) -> str:
        """The only one that the loan knows."""
        return self.book.terms.currency

    @property
    def opened_on(self) -> date:
        """When it was paid out."""
        return self.book.terms.opened_on

    @property
    def open_due_on(self) -> date | None:
        """When the oldest instalment falls due, or fell due, of which something is unpaid."""
        place = self.book.oldest_unpaid()
        return None if place is None else date.fromordinal(self.book.dues[place])

    def money(self, minor: int) -> Money:
        """An amount in the loan's currency."""
        return Money(minor, self.currency)

    def entry(self, reference: str) -> Entry | None:
        """What the file says of a fact, if the loan has it."""
        for entries in (self.reversed, self.added, self.entries):
            for one in entries:
                if one.fact.reference == reference:
                    return one
        return None

    def today(self, now: datetime) -> date:
        """The loan's day at an instant."""
        return now.astimezone(ZoneInfo(self.zone)).date()
