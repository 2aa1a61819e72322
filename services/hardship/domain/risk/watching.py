"""A card as it is watched: what its statements, payments and misses amount to, and what was told of it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from services.hardship.domain.loan import Loan
from services.hardship.domain.reference import Reference
from services.hardship.domain.risk.assessing import Assessment, Basis, Reason
from services.hardship.domain.risk.facts import (
    MINIMUM_PAID,
    MONTHS_LOOKED_AT,
    PAID_IN_FULL,
    UNITS,
    UNUSED,
    Account,
    Month,
)
from shared.decision import Context, Decision, Key, Need
from shared.events.care import RiskAssessed, probability
from shared.events.ledger import (
    ArrearsCured,
    LoanRepaid,
    PaymentApplied,
    PaymentMissed,
    PaymentMissedRetracted,
    StatementMade,
)
from shared.events.loans import LimitChanged, LoanKind, LoanOpened
from shared.events.takeover import LoanMigrated
from shared.quick import replace

Assess = Callable[[Account], Assessment]


@dataclass(frozen=True, slots=True)
class CardWatch:
    """The state, by the loan's id. Of a loan that is no card nothing is kept but that."""

    id: UUID
    limit: int = 0
    currency: str = ""
    months: tuple[Month, ...] = ()
    paid: int = 0
    """Since the newest statement."""
    late: int = 0
    """How many minimum payments are missed."""
    told: Assessment | None = None

    @property
    def account(self) -> Account:
        """As a model is asked about it."""
        return Account(self.limit, self.months, UNITS.get(self.currency))


def open_card(state: CardWatch | None, event: LoanOpened, context: Context) -> Decision[CardWatch]:
    """A card's limit is what may be drawn."""
    here = state or CardWatch(event.loan_id)
    if event.kind is not LoanKind.REVOLVING:
        return Decision(here)
    return Decision(replace(here, limit=event.principal.minor, currency=event.principal.currency))


def take_over(state: CardWatch | None, event: LoanMigrated, context: Context) -> Decision[CardWatch]:
    """A card that came from another system: its history begins here."""
    here = state or CardWatch(event.loan_id)
    if event.card is None:
        return Decision(here)
    limit = event.card.limit
    return Decision(replace(here, limit=limit.minor, currency=limit.currency))


def change_limit(state: CardWatch | None, event: LimitChanged, context: Context) -> Decision[CardWatch]:
    """More or less may be drawn from now on."""
    here = state or CardWatch(event.loan_id)
    return Decision(replace(here, limit=event.limit.minor, currency=event.limit.currency))


def follow(
    state: CardWatch | None,
    event: PaymentApplied | PaymentMissed | PaymentMissedRetracted | ArrearsCured | LoanRepaid,
    context: Context,
) -> Decision[CardWatch]:
    """Money came, or did not."""
    here = state or CardWatch(event.loan_id)
    match event:
        case PaymentApplied():
            return Decision(replace(here, paid=here.paid + event.applied.minor + event.credit.minor))
        case PaymentMissed():
            return Decision(replace(here, late=here.late + 1))
        case PaymentMissedRetracted():
            return Decision(replace(here, late=max(here.late - 1, 0)))
        case _:
            return Decision(replace(here, late=0))


def assess(state: CardWatch | None, event: StatementMade, context: Context) -> Decision[CardWatch] | Need:
    """A month is over: look at the card, and tell its persons where that opens something else than before."""
    key = Key(Loan.__name__, event.loan_id)
    if key not in context.others:
        return Need(keys=[key])
    here = state or CardWatch(event.loan_id)
    month = Month(_standing(here, event), event.balance.minor, here.paid)
    after = replace(
        here,
        currency=here.currency or event.balance.currency,
        months=(month, *here.months)[:MONTHS_LOOKED_AT],
        paid=0,
    )
    reference: Reference = context.reference
    found = reference.risk(after.account)
    loan: Loan | None = context.others[key]
    if loan is None or not found.differs(here.told):
        return Decision(after)
    told = [_told(person, event, found) for person in loan.persons]
    return Decision(replace(after, told=found), told)


def _standing(here: CardWatch, event: StatementMade) -> int:
    if here.late:
        return here.late
    before = here.months[0].balance if here.months else 0
    if before <= 0:
        return UNUSED if event.balance.minor <= 0 and not here.paid else PAID_IN_FULL
    return PAID_IN_FULL if here.paid >= before else MINIMUM_PAID


def _told(person: UUID, event: StatementMade, found: Assessment) -> RiskAssessed:
    return RiskAssessed(
        person_id=person,
        loan_id=event.loan_id,
        assessed_on=event.issued_on,
        basis=found.basis.value,
        model=found.model,
        misses_next=None if found.misses_next is None else probability(found.misses_next),
        cures_alone=None if found.cures_alone is None else probability(found.cures_alone),
        reasons=tuple(one.value for one in found.reasons),
        opens=tuple(sorted(one.value for one in found.opens)),
    )


NOT_ASSESSED = Assessment(Basis.RULE, "no-statement", None, None, (Reason.SHORT_HISTORY,))
"""Of a card without a statement so far."""
