"""What a phase of a relief must state, and why one cannot be applied."""

from datetime import date

from services.ledger.domain.loan import Loan
from shared.errors import Refused
from shared.events.parts import ReliefPhase


class ReliefImpossible(Refused):
    """The loan cannot be changed so."""


class AmountMissing(ReliefImpossible):
    """This kind of relief states an amount, in the loan's currency and above zero."""


class EndMissing(ReliefImpossible):
    """This kind of relief states the day on which it ends, after the one on which it begins."""


class RateMissing(ReliefImpossible):
    """A rate reduction states the rate."""


class InstalmentsMissing(ReliefImpossible):
    """This kind of relief states the instalments."""


class ScheduleWanted(ReliefImpossible):
    """The platform provides this loan's schedule: what falls due when is changed by sending the new one."""


class NothingToChange(ReliefImpossible):
    """No instalment is left that the relief could change."""


class CannotReturn(ReliefImpossible):
    """Only a lower rate, and fees, interest or principal that were given up, can be taken back."""


def ends_on(phase: ReliefPhase) -> date:
    """The day on which it ends. Raises EndMissing."""
    if phase.ends_on is None or phase.ends_on < phase.effective_on:
        raise EndMissing(kind=phase.kind, effective_on=phase.effective_on)
    return phase.ends_on


def amount_of(loan: Loan, phase: ReliefPhase) -> int:
    """Its amount in minor units. Raises AmountMissing."""
    if phase.amount is None or phase.amount.currency != loan.currency or phase.amount.minor <= 0:
        raise AmountMissing(kind=phase.kind, currency=loan.currency)
    return phase.amount.minor
