"""Taking a running loan into the books from another system: its opening balances at a cut-over date.

Nothing that happened before the cut-over is told as if it happened now: no missed payment, no reminder, no
change of stage. The registration says how the loan stands, and only what comes later is told.
"""

from collections.abc import Sequence
from datetime import date, time, timedelta

from services.ledger.domain import card_takeover, facts, journal
from services.ledger.domain.agreements import LoanHold, LoanPlan
from services.ledger.domain.consequences import TIMER, settle
from services.ledger.domain.due_dates import due_date
from services.ledger.domain.facts import Fact, TakenOver
from services.ledger.domain.holds import facts_of
from services.ledger.domain.journal import Account
from services.ledger.domain.loan import UNTOLD, Entry, Joined, Loan, Missed, OverLimit, Rules, Told
from services.ledger.domain.non_accrual import suspend
from services.ledger.domain.opening import LoanDiffers, product_of
from services.ledger.domain.opening_terms import TermsMissing, terms_of
from services.ledger.domain.payments import TAKEN_OVER
from services.ledger.domain.product_terms import rules_of
from services.ledger.domain.products import ProductVersion
from services.ledger.domain.provided import ScheduleOutOfOrder, planned
from services.ledger.domain.recording import gained_through
from services.ledger.domain.replay import replay
from services.ledger.domain.shares import Holding
from services.ledger.domain.standing import Standing, grace_end, standing
from services.ledger.domain.terms import Planned, Terms
from shared.decision import Context, Decision, Need, SetTimer, Wait
from shared.errors import Refused
from shared.events.holds import HoldPlaced
from shared.events.ledger import LoanRegistered
from shared.events.loans import LoanKind, LoanOpened
from shared.events.parts import BucketAmount, ScheduledInstalment
from shared.events.takeover import LoanMigrated
from shared.money import Money
from shared.quick import replace

_DAY = timedelta(days=1)


class CutOverAhead(Refused):
    """A loan is taken over with what it was worth at the beginning of a day that has come."""


class OpenedLater(Refused):
    """A loan cannot be taken over before it was opened."""


class BalanceDoesNotAddUp(Refused):
    """The balance of each component is what is past due of it, and what is to come. Interest to come is not
    owed yet: where the ledger computes it, the rest of `interest` is what the running period has brought up.
    """


class DaysPastDueDiffer(Refused):
    """The days past due are counted from the oldest instalment that is past due, less `days_not_counted`."""


class CreditDespiteArrears(Refused):
    """A loan cannot be past due and have money to good, nor a card owe anything and have: set the credit
    against what is owed first.
    """


class NothingOwed(Refused):
    """Nothing is owed of this loan, and nothing is to good: it needs no taking over."""


def take_over(loan: Loan | None, event: LoanMigrated, context: Context) -> Decision[Loan] | Need | Wait:
    """Register a loan as another system hands it over. The same again, alike, changes nothing.

    Raises what speaks against it.
    """
    if event.opened_on > event.cut_over_on:
        raise OpenedLater(opened_on=event.opened_on, cut_over_on=event.cut_over_on)
    product = product_of(loan, event, context)
    if isinstance(product, Need | Wait):
        return product
    fact = _fact(event, product)
    terms = _terms(event, product, loan, context)
    if loan is not None:
        known = loan.entry(TAKEN_OVER)
        if known is None or known.fact != fact or loan.book.terms != terms:
            raise LoanDiffers(loan_reference=event.loan_reference)
        return Decision(loan)
    taken = _booked(event, terms, rules_of(product.terms) if product else Rules(), fact)
    if event.cut_over_on > taken.today(context.now):
        raise CutOverAhead(cut_over_on=event.cut_over_on, today=taken.today(context.now))
    taken, before = _as_told(replace(taken, product_version=product.version if product else None), event)
    registered = LoanRegistered(
        loan_id=taken.id,
        lender=taken.lender,
        loan_reference=taken.reference,
        owed=taken.money(taken.book.outstanding),
        opened_on=event.opened_on,
        cut_over_on=event.cut_over_on,
        standing=BucketAmount(
            arrears=taken.money(before.arrears_minor),
            days_past_due=before.days_past_due,
            oldest_unpaid_due_on=before.oldest_unpaid_due_on,
            stage=before.bucket,
        ),
    )
    return _not_at_once(settle(taken, context, [registered]), context)


def _fact(event: LoanMigrated, product: ProductVersion | None) -> TakenOver:
    """The opening balances. Raises BalanceDoesNotAddUp, CurrencyDiffers, ScheduleOutOfOrder,
    CreditDespiteArrears, NothingOwed, CardUnsound, StatementUnsound.
    """
    past_due = planned(event.past_due, _currency(event), event.opened_on)
    if past_due and past_due[-1].due_on > event.cut_over_on:
        raise ScheduleOutOfOrder(due_on=past_due[-1].due_on)
    revolving = event.kind is LoanKind.REVOLVING
    if revolving or event.card is not None:
        card_takeover.check(event, past_due)
    rest, accrued = _to_come(event, past_due)
    credit = _minor(event.credit)
    if credit and (past_due or (revolving and any(map(_minor, event.parts[:4])))):
        raise CreditDespiteArrears(loan_reference=event.loan_reference)
    if revolving:
        return card_takeover.opening_balances(event, past_due)
    if not (credit or past_due or rest):
        raise NothingOwed(loan_reference=event.loan_reference)
    computed = event.kind is not LoanKind.PROVIDED
    return TakenOver(
        event.cut_over_on,
        TAKEN_OVER,
        rest if computed else 0,
        past_due,
        accrued,
        credit,
        _runs_since(event, product) if computed else None,
        event.opened_on,
    )


def _to_come(event: LoanMigrated, past_due: Sequence[Planned]) -> tuple[int, int]:
    """The principal to come, and the interest that the running period has brought up: what the balances hold
    besides what is past due. Raises BalanceDoesNotAddUp.
    """
    balance, card = event.balance, event.card is not None
    rest = _minor(balance.principal) - sum(one.principal for one in past_due)
    accrued = _minor(balance.interest) - sum(one.interest for one in past_due)
    runs = event.kind is not LoanKind.PROVIDED and event.instalment_count > 0
    to_come = planned(event.instalments, _currency(event), event.cut_over_on + _DAY)
    fees = _minor(balance.fees) - sum(one.fees for one in past_due)
    penalty = _minor(balance.penalty) - sum(one.penalty for one in past_due)
    fits = {
        "principal": rest > 0 if runs else rest == sum(one.principal for one in to_come),
        "interest": accrued >= 0 if runs else accrued == 0,
        "fees": fees == 0,
        "penalty": penalty == 0,
    }
    if card:
        # What of a card has not fallen due is its balance.
        fits = {"principal": rest >= 0, "interest": accrued >= 0, "fees": fees >= 0, "penalty": penalty >= 0}
    if not all(fits.values()):
        wrong = ", ".join(name for name, fit in fits.items() if not fit)
        raise BalanceDoesNotAddUp(loan_reference=event.loan_reference, components=wrong)
    return rest, accrued


def _currency(event: LoanMigrated) -> str:
    """Raises NothingOwed."""
    if event.currency is None:
        raise NothingOwed(loan_reference=event.loan_reference)
    return event.currency


def _minor(amount: Money | None) -> int:
    return amount.minor if amount else 0


def _runs_since(event: LoanMigrated, product: ProductVersion | None) -> date | None:
    """The running period began when the instalment before the next one fell due, or with the loan."""
    if product is None or event.next_due_on is None or not event.instalment_count:
        return None
    unit, count = product.terms.period_unit, product.terms.period_count
    before = due_date(event.next_due_on, unit, count, -1)
    return min(max(before, event.opened_on), event.cut_over_on)


def _terms(event: LoanMigrated, product: ProductVersion | None, loan: Loan | None, context: Context) -> Terms:
    """The terms, as those of a loan that is opened at the cut-over with what is to come."""
    if event.kind is LoanKind.REVOLVING:
        return _card_terms(event, product, loan, context)
    computed = event.kind is not LoanKind.PROVIDED
    if computed and event.instalment_count and event.next_due_on is None:
        raise TermsMissing(loan_reference=event.loan_reference)
    # Where nothing is to come, one instalment stands in for none: it is taken out again.
    tomorrow, one = event.cut_over_on + _DAY, Money(1, _currency(event))
    to_come = event.instalments or (ScheduledInstalment(number=1, due_on=tomorrow, amount=one),)
    principal = sum(one.principal for one in planned(to_come, _currency(event), event.cut_over_on))
    as_opened = LoanOpened(
        lender=event.lender,
        loan_reference=event.loan_reference,
        kind=event.kind,
        channel=event.channel,
        principal=Money(max(principal, 1), _currency(event)),
        opened_on=event.cut_over_on,
        time_zone=event.time_zone,
        annual_rate=event.annual_rate if computed else None,
        first_due_on=(event.next_due_on or tomorrow) if computed else None,
        due_day_of_month=event.due_day_of_month if computed else None,
        instalment_count=max(event.instalment_count, 1) if computed else None,
        instalments=() if computed else to_come,
    )
    terms = terms_of(as_opened, product.terms if product else None, loan, context.reference)
    if computed:
        return replace(terms, instalments=event.instalment_count)
    return terms if event.instalments else replace(terms, provided=())


def _card_terms(
    event: LoanMigrated, product: ProductVersion | None, loan: Loan | None, context: Context
) -> Terms:
    as_opened = LoanOpened(
        lender=event.lender,
        loan_reference=event.loan_reference,
        kind=event.kind,
        channel=event.channel,
        # A limit may be nothing; that of an opening is not.
        principal=Money(max(event.card.limit.minor if event.card else 0, 1), _currency(event)),
        opened_on=event.cut_over_on,
        time_zone=event.time_zone,
        annual_rate=event.annual_rate,
    )
    terms = terms_of(as_opened, product.terms if product else None, loan, context.reference)
    return card_takeover.in_rhythm(terms, event, product.terms.statement_day if product else None)


def _booked(event: LoanMigrated, terms: Terms, rules: Rules, fact: TakenOver) -> Loan:
    """The loan with its opening balances, and what stands still in it."""
    new = Loan(
        id=event.loan_id,
        lender=event.lender,
        reference=event.loan_reference,
        kind=event.kind,
        channel=event.channel,
        zone=event.time_zone,
        rules=rules,
        book=replay(terms, ()),
        product=event.product,
    )
    holds = [(one, tuple(facts_of(new, one, 0))) for one in _holds(event)]
    every = (fact, *_days_that_did_not_count(event), *(one for _, those in holds for one in those))
    book = replay(terms, every)
    agreed = tuple(LoanHold(one.hold_id, 0, tuple(f.reference for f in those)) for one, those in holds)
    return replace(
        new,
        book=book,
        version=1,
        added=tuple(map(Entry, every)),
        postings=journal.postings(journal.entries(book.movements)),
        # What was earned by then is in the opening balances, and is nobody's income here.
        earned=gained_through(book, event.cut_over_on),
        earned_on=event.cut_over_on,
        parties=tuple(Joined(one.borrower_reference, one.role, event.cut_over_on) for one in event.parties),
        holdings=(Holding.of(event.cut_over_on, event.shares),) if event.shares else (),
        agreements=new.agreements._replace(holds=agreed, plan=_plan(event)),
    )


def _holds(event: LoanMigrated) -> list[HoldPlaced]:
    """The holds, from the cut-over on: what they froze before is in the balances."""
    return [
        HoldPlaced(
            loan_id=event.loan_id,
            hold_id=event.hold_id(one),
            reason=one.reason,
            freezes=one.freezes,
            starts_on=max(one.starts_on, event.cut_over_on),
            ends_on=one.ends_on,
            disputed=one.disputed,
        )
        for one in event.holds
        if one.ends_on is None or one.ends_on >= event.cut_over_on
    ]


def _days_that_did_not_count(event: LoanMigrated) -> list[Fact]:
    if not (event.days_not_counted and event.past_due):
        return []
    oldest = event.past_due[0].due_on
    last = min(oldest + timedelta(days=event.days_not_counted), event.cut_over_on)
    return [facts.AgeingPause(oldest + _DAY, "takeover:ageing", last)]


def _plan(event: LoanMigrated) -> LoanPlan | None:
    plan = event.plan
    if plan is None:
        return None
    coming = tuple(one for one in enumerate(plan.phases) if one[1].effective_on >= event.cut_over_on)
    forgiven = _minor(plan.forgiven_on_completion)
    return LoanPlan(event.plan_id(plan), 1, plan.accepted_on, coming, forgiven)


def _as_told(loan: Loan, event: LoanMigrated) -> tuple[Loan, Standing]:
    """The loan as if all that came before the cut-over had been told, and how it stood then.

    Raises DaysPastDueDiffer.
    """
    on, rules = event.cut_over_on, loan.rules
    # Most loans are not late, and need not be looked at instalment by instalment.
    before = standing(loan, on) if event.past_due else _current(rules, on)
    if before.days_past_due != event.days_past_due:
        raise DaysPastDueDiffer(reported=event.days_past_due, computed=before.days_past_due)
    missed = (
        Missed(row.number, row.due_on, UNTOLD)
        for row in before.rows
        if row.is_open(on)
        and row.due_on < on
        and (ended := grace_end(loan, row.due_on)) is not None
        and ended < on
    )
    near = on.toordinal() + rules.due_soon_days
    reminded = [date.fromordinal(due) for due in loan.book.dues if due < near]
    told = Told(
        missed=tuple(missed),
        due_soon=max(reminded, default=None),
        bucket=before.bucket,
        days_past_due=before.days_past_due,
        arrears_minor=before.arrears_minor,
        oldest_unpaid_due_on=before.oldest_unpaid_due_on,
        on=on,
        over_limit=OverLimit(on, UNTOLD) if loan.book.card and loan.book.card.over_since else None,
        billed_on=_billed_on(event) if loan.book.card else None,
    )
    return _with_suspended(replace(loan, told=told), before), before


def _billed_on(event: LoanMigrated) -> date:
    """The day of the last statement that was not made here; the eve of the cut-over where there was none."""
    last = event.card.statement if event.card else None
    return last.issued_on if last else event.cut_over_on - _DAY


def _current(rules: Rules, on: date) -> Standing:
    return Standing(on, (), rules.scheme.labels[0], 0, 0, None)


def _with_suspended(loan: Loan, before: Standing) -> Loan:
    """Interest of a loan that is so late was suspended by the other system already: it was no income before,
    and is none to be taken back here.
    """
    suspended = suspend(loan, before.days_past_due, before.on)
    opening = tuple(
        one._replace(account=Account.OPENING_BALANCES) if one.account is Account.INTEREST_INCOME else one
        for one in suspended.postings
    )
    return replace(suspended, postings=opening)


def _not_at_once(decision: Decision[Loan], context: Context) -> Decision[Loan]:
    """Payments since the cut-over are still on their way: the loan is first looked at when they can have
    come.
    """
    loan = decision.state
    first = loan.today(context.now) + timedelta(days=loan.rules.feed_delay_days + 1)
    if loan.wakes_on is None or loan.wakes_on >= first:
        return decision
    after = replace(loan, wakes_on=first)
    return replace(decision, state=after, timers=[SetTimer(TIMER, first, time(0), loan.zone)])
