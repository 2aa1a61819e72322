"""What a relief would make of a loan, for both sides, before anyone agrees to it. Nothing is changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.ledger.domain.acceleration import before_relief
from services.ledger.domain.loan import Loan
from services.ledger.domain.outlook import Outlook, outlook, own_rate
from services.ledger.domain.recording import Recorded, record
from services.ledger.domain.relief_facts import facts_of
from services.ledger.domain.relief_limits import check_deferrals, check_term
from services.ledger.domain.replay import advance
from shared.decision import Context, Need
from shared.errors import DomainError
from shared.events.parts import ReliefPhase


@dataclass(frozen=True, slots=True)
class Preview:
    """A loan as it is, and as it would be; or why it cannot be so."""

    before: Outlook
    after: Outlook | None
    refused: str | None = None


def outlook_of(loan: Loan, today: date, *, with_apr: bool = True) -> Outlook:
    """What is still to come of the loan as it is."""
    return outlook(advance(loan.book, today), today, own_rate(loan.book), with_apr=with_apr)


def preview(
    loan: Loan,
    phases: Sequence[ReliefPhase],
    context: Context,
    before: Outlook | None = None,
    *,
    with_apr: bool = True,
) -> Preview:
    """Price one candidate. `context.history` must hold the loan's file; `before`, where several candidates
    are priced, is the loan's outlook as it is.
    """
    today = loan.today(context.now)
    before = before or outlook_of(loan, today)
    try:
        check_deferrals(loan, phases)
        changed = before_relief(loan, context)
        assert not isinstance(changed, Need), "a preview has the loan's whole file"
        for place, phase in enumerate(phases):
            for fact in facts_of(changed, phase, f"preview:{place}", today):
                recorded = record(changed, fact, context)
                assert not isinstance(recorded, Need), "a preview has the loan's whole file"
                if isinstance(recorded, Recorded):
                    changed = recorded.loan
        check_term(loan, changed, phases)
    except DomainError as refused:
        return Preview(before, None, refused.code)
    after = outlook(advance(changed.book, today), today, own_rate(loan.book), with_apr=with_apr)
    return Preview(before, after)
