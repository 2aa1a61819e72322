"""What hardship's decisions look up: one frozen snapshot of policies and calendars."""

from collections.abc import Callable
from dataclasses import dataclass

from services.hardship.domain.case_policy import CasePolicies
from services.hardship.domain.hold_policy import HoldPolicies
from services.hardship.domain.risk.assessing import Assessment
from services.hardship.domain.risk.facts import Account
from services.hardship.domain.working_days import ClosedDays


@dataclass(frozen=True, slots=True)
class Reference:
    """The snapshot."""

    holds: HoldPolicies
    cases: CasePolicies
    closed_days: ClosedDays
    risk: Callable[[Account], Assessment]
    """How probable it is that a card's next payment is missed."""
