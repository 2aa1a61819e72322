"""Tells a story to the ledger: each command becomes facts, and the book is made anew from them."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from services.ledger.domain.book import Book, Why
from services.ledger.domain.facts import (
    Chargeback,
    Credit,
    Draw,
    Fact,
    Payment,
)
from services.ledger.domain.replay import advance, earned, replay
from services.ledger.domain.terms import Component, Terms
from tests.peer.lateness import Lateness
from tests.peer.stories import Story, cents
from tests.peer.terms import is_progressive, terms_of

QUIET = ("today", "approve", "future_allocation", "delinquency_pause", "delinquency_resume", "charge")
"""After these the peer does not look anew at how late a loan is."""

CASH_BACK = "Refund"


@dataclass
class Told:
    """One transaction of the story and the fact that it is."""

    fact: Fact
    kind: str
    parts: tuple[int, int, int, int] = (0, 0, 0, 0)
    balance: int = 0
    reversed: bool = False


@dataclass
class Teller:
    """A story as far as it was told."""

    story: Story
    today: date = date(2000, 1, 1)
    ahead: str | None = None
    told: list[Told] = field(default_factory=list)
    others: list[Fact] = field(default_factory=list)
    accruals: list[tuple[date, str, tuple[int, int, int], int]] = field(default_factory=list)
    through: date | None = None
    sequence: int = 0
    expected_on: date | None = None
    closed_through: date | None = None
    lateness: Lateness = field(default_factory=Lateness)
    readings: tuple[int, ...] = ()
    ambiguous: int = 0
    refunds: list[tuple[Told, Told]] = field(default_factory=list)

    @property
    def terms(self) -> Terms:
        """The loan's terms as they are now."""
        return terms_of(self.story, self.ahead)

    @property
    def progressive(self) -> bool:
        """Whether the peer folds by day."""
        return is_progressive(self.story)

    @property
    def recalculates_periods(self) -> bool:
        """Whether the peer computes interest anew, but period by period."""
        return not self.progressive and bool(self.story.product["interest_recalculation"])

    def reference(self) -> str:
        """A new reference: they rise with time."""
        self.sequence += 1
        return f"{self.sequence:05d}"

    @property
    def facts(self) -> list[Fact]:
        """All facts that count. A refund in cash makes the payments before it smaller, the latest first."""
        facts = [one.fact for one in self.told if not one.reversed and one.kind != CASH_BACK]
        for refund in (one.fact for one in self.told if one.kind == CASH_BACK and not one.reversed):
            left = getattr(refund, "amount", 0)
            for place in range(len(facts) - 1, -1, -1):
                paid = facts[place]
                if isinstance(paid, Payment) and paid.value_on <= refund.value_on:
                    part = min(left, paid.amount)
                    facts[place], left = paid._replace(amount=paid.amount - part), left - part
        return [one for one in facts if getattr(one, "amount", 1)] + self.others

    def book(self) -> Book:
        """The book as the peer last computed it; before the first draw, as it is planned."""
        if not any(isinstance(one, Draw) for one in self.facts):
            plan = self.planned_draw()
            return replay(self.terms, [plan, *self.facts], plan.value_on)
        return replay(self.terms, self.facts, self.through)

    def draws(self) -> list[Draw]:
        """All draws that count."""
        return [one for one in self.facts if isinstance(one, Draw)]

    def planned_draw(self) -> Draw:
        """The first draw as it is planned."""
        return Draw(self.expected_on or self.terms.opened_on, "", cents(self.story.loan["principal"]))

    def note(self, command: str) -> None:
        """Look anew at everything, as the peer does after a command."""
        if command not in ("today", "approve", "future_allocation", "end_of_day"):
            self.through = self.today
            self.refund_interest()
            self.refresh()
            self.accrue_at_closing()
        if command not in QUIET:
            self.lateness.note(self)

    def refund_interest(self) -> None:
        """A refund gives back the interest that came up since the draws on what is refunded of them."""
        for refund, back in self.refunds:
            back.reversed = refund.reversed
        given, gone = 0, {one.fact.reference for pair in self.refunds for one in pair}
        for refund, back in sorted(
            self.refunds, key=lambda one: (one[0].fact.value_on, one[0].fact.reference)
        ):
            if refund.reversed or not isinstance(refund.fact, Credit):
                continue
            on, key = refund.fact.value_on, (refund.fact.value_on, refund.fact.reference)
            others = [f for f in self.facts if (f.value_on, f.reference) < key and f.reference not in gone]
            before, given = given, given + refund.fact.amount
            cost = [self.interest_without(taken, others, on) for taken in (before, given)]
            back.fact = Credit(on, back.fact.reference, max(cost[0] - cost[1], 0), "INTEREST_REFUND")
            back.reversed = cost[0] <= cost[1]

    def interest_without(self, taken: int, facts: list[Fact], on: date) -> int:
        """The interest up to a day as if so much of the draws, the first ones, had not been drawn."""
        lent: list[Fact] = []
        for one in sorted(facts, key=lambda one: (one.value_on, one.reference)):
            if isinstance(one, Draw):
                part = min(taken, one.amount)
                taken -= part
                lent += [one._replace(amount=one.amount - part)] if part < one.amount else []
            else:
                lent.append(one)
        return earned(replay(self.terms, lent, on), on)[2]

    def refresh(self) -> None:
        """Work out anew where each transaction went."""
        parts, balances = self._went(self.book())
        self._note_cash_back(parts)
        last = 0
        for told in sorted((one for one in self.told if not one.reversed), key=lambda one: one.fact.value_on):
            reference = told.fact.reference
            p, f, i, c = parts.get(reference, (0, 0, 0, 0))
            last = balances.get(reference, last)
            told.parts, told.balance = (p, f, i, c), last

    def _went(self, book: Book) -> tuple[dict[str, list[int]], dict[str, int]]:
        """By transaction: its parts, and the principal that is owed after it."""
        balance = 0
        parts: dict[str, list[int]] = {}
        balances: dict[str, int] = {}
        gross = {one.fact.reference for one in self.told if isinstance(one.fact, Chargeback)}
        gross = gross if "credit_allocation" in self.story.product else set()
        ours, last_paid = {one.fact.reference for one in self.told}, ""
        for one in book.movements:
            cause, why = one.cause, one.why
            if why in (Why.PAID, Why.CREDITED):
                last_paid = cause
            if why is Why.CREDIT_USED and cause not in ours:
                # The peer counts what a credit settles with the payment that left the credit.
                cause, why = last_paid, Why.PAID
            if one.component is Component.CREDIT:
                continue
            if one.component is Component.PRINCIPAL and why not in (Why.MOVED, Why.CHARGED_OFF):
                balance += one.amount
            balances[cause] = balance
            if why is Why.CREDIT_USED and cause in gross:
                continue
            sign = -1 if why in (Why.PAID, Why.CREDITED) else 1
            parts.setdefault(cause, [0, 0, 0, 0])[one.component] += sign * one.amount
        return parts, balances

    def _note_cash_back(self, parts: dict[str, list[int]]) -> None:
        """A refund in cash shows what it took back of the payments, and these what they were before it."""
        for refund in [one for one in self.told if one.kind == CASH_BACK and not one.reversed]:
            refund.reversed = True
            before, _ = self._went(self.book())
            refund.reversed = False
            mine = [0, 0, 0, 0]
            for told in self.told:
                if isinstance(told.fact, Payment) and told is not refund:
                    was = before.get(told.fact.reference, [0, 0, 0, 0])
                    now = parts.get(told.fact.reference, [0, 0, 0, 0])
                    mine = [so_far + a - b for so_far, a, b in zip(mine, was, now, strict=True)]
                    parts[told.fact.reference] = was
            parts[refund.fact.reference] = mine

    def earned(self, on: date) -> tuple[int, int, int]:
        """What was earned by the end of a day."""
        day = on + timedelta(days=1 if self.story.product.get("interest_on_disbursement_day") else 0)
        if self.recalculates_periods:
            # The closing of the next day spreads over its days what a period asks for as that day knows it.
            return earned(replay(self.terms, self.facts, on + timedelta(days=1)), day)
        penalty, charged, _ = earned(book := replay(self.terms, self.facts, on), on)
        return (penalty, charged, earned(advance(book, day), day)[2])

    @property
    def last_accrual(self) -> date:
        """The day of the last accrual."""
        return max((one[0] for one in self.accruals), default=date.min)

    @property
    def accrued(self) -> tuple[int, int, int]:
        """What was accrued so far: penalties, fees, interest."""
        penalty, charged, interest = (
            sum(sign * one[k] for _, _, one, sign in self.accruals) for k in range(3)
        )
        return (penalty, charged, interest)

    def accrue(self, on: date, target: tuple[int, int, int]) -> None:
        """Note what was earned since the last accrual."""
        gained = [now - was for now, was in zip(target, self.accrued, strict=True)]
        if sum(gained) > 0:
            self.accruals.append((on, "Accrual", (gained[0], gained[1], gained[2]), 1))
        elif sum(gained) < 0:
            self.accruals.append((on, "Accrual Adjustment", (-gained[0], -gained[1], -gained[2]), -1))

    def accrue_at_closing(self) -> None:
        """A loan that is repaid has earned all that it will."""
        book = self.book()
        if book.charged_off:
            off = date.fromordinal(book.charged_off)
            self.accrue(off, (*self.accrued[:2], self.earned(off)[2]))
        elif book.drawn and not book.outstanding:
            if self.recalculates_periods:
                # A loan that proves to have been repaid earlier earned nothing since.
                ended = max(one.value_on for one in self.facts if isinstance(one, Payment | Credit))
                self.accruals = [one for one in self.accruals if one[0] <= ended]
            penalty, charged, _ = earned(book, date.max)
            self.accrue(self.today, (penalty, charged, sum(book.owed[2]) - sum(book.reopened)))

    def choose(self, found: list[Told]) -> Told:
        """One of the transactions that a command may mean; the stories do not say which way they count."""
        if len(found) == 1 or found[0] is found[1]:
            return found[0]
        reading = self.readings[self.ambiguous] if self.ambiguous < len(self.readings) else 0
        self.ambiguous += 1
        return found[reading]

    def tell(self, fact: Fact, kind: str) -> None:
        """Add a transaction."""
        self.told.append(Told(fact, kind))
