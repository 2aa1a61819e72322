"""Reliefs of revolving loans, where they mean something else than for a schedule: they hold for statements to
come as well, which are not made yet.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from services.ledger.domain import facts
from services.ledger.domain.facts import Fact
from services.ledger.domain.loan import Loan
from services.ledger.domain.phases import InstalmentsMissing, NothingToChange, amount_of, ends_on
from services.ledger.domain.provided import planned
from services.ledger.domain.terms import Planned
from shared.events.parts import ReliefKind, ReliefPhase

_DAY = timedelta(days=1)
_OTHERWISE = frozenset(
    {
        ReliefKind.DUE_DATE_MOVED,
        ReliefKind.DEFERRAL_INTEREST_FROZEN,
        ReliefKind.DEFERRAL_INTEREST_RUNNING,
        ReliefKind.INSTALMENTS,
        ReliefKind.LONGER_TERM,
        ReliefKind.INTEREST_ONLY,
        ReliefKind.TOKEN_PAYMENTS,
        ReliefKind.LUMP_SUM_SETTLEMENT,
    }
)


def facts_of(loan: Loan, phase: ReliefPhase, name: str, agreed_on: date) -> Iterator[Fact] | None:
    """The facts that a phase means for a card; None where it means what it means for any loan.

    Raises ReliefImpossible.
    """
    if loan.book.card is None or phase.kind not in _OTHERWISE:
        return None
    return _facts(loan, phase, name, agreed_on)


def _facts(loan: Loan, phase: ReliefPhase, name: str, agreed_on: date) -> Iterator[Fact]:
    on = phase.effective_on
    match phase.kind:
        case ReliefKind.DUE_DATE_MOVED:
            yield facts.DueDateMoved(agreed_on, name, on, ends_on(phase))
        case ReliefKind.DEFERRAL_INTEREST_FROZEN:
            yield facts.InterestPause(agreed_on, f"{name}:interest", on, ends_on(phase))
            yield facts.DueDateMoved(agreed_on, f"{name}:due", on, ends_on(phase) + _DAY)
        case ReliefKind.DEFERRAL_INTEREST_RUNNING:
            yield facts.DueDateMoved(agreed_on, name, on, ends_on(phase) + _DAY)
        case ReliefKind.INSTALMENTS:
            if not phase.instalments:
                raise InstalmentsMissing
            yield facts.ScheduleChange(on, name, planned(phase.instalments, loan.currency, on))
        case ReliefKind.INTEREST_ONLY:
            yield facts.LowerMinimum(agreed_on, name, on, ends_on(phase))
        case ReliefKind.TOKEN_PAYMENTS:
            yield facts.LowerMinimum(on, name, on, ends_on(phase), amount_of(loan, phase))
        case ReliefKind.LUMP_SUM_SETTLEMENT:
            # The sum falls due on its day, nothing else before; the rest is forgiven once it was paid.
            sum_of_all = min(amount_of(loan, phase), loan.book.outstanding)
            if sum_of_all:
                yield facts.ScheduleChange(agreed_on, name, (Planned(ends_on(phase), sum_of_all),))
                yield facts.LowerMinimum(agreed_on, f"{name}:rest", agreed_on, ends_on(phase), 0)
        case _:
            raise NothingToChange(kind=phase.kind)  # a card has no term: its balance is paid by instalments
