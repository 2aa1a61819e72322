"""From a plan to the case that it follows from. Plans that were not mediated change nothing."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.mediation.domain.messages import SettlementFailed, SettlementInForce, SettlementNoted
from shared.decision import Context, Decision
from shared.events.hardship import PlanActivated, PlanWithdrawn
from shared.events.ledger import ReliefRefused


@dataclass(frozen=True, slots=True)
class Settlement:
    """Which case a plan follows from."""

    plan_id: UUID
    case_id: UUID


def note(state: Settlement | None, event: SettlementNoted, context: Context) -> Decision[Settlement]:
    """Remember it."""
    return Decision(state or Settlement(event.plan_id, event.case_id))


def activated(state: Settlement | None, event: PlanActivated, context: Context) -> Decision[Any]:
    """A plan runs."""
    if state is None:
        return Decision(None)
    told = SettlementInForce(case_id=state.case_id, plan_id=state.plan_id)
    return Decision(state, hands_on=[told])


def withdrawn(state: Settlement | None, event: PlanWithdrawn, context: Context) -> Decision[Any]:
    """The person has thought better of a plan."""
    return _failed(state, "withdrawn")


def refused(state: Settlement | None, event: ReliefRefused, context: Context) -> Decision[Any]:
    """A loan's part of a plan cannot be applied."""
    return _failed(state, event.reason)


def _failed(state: Settlement | None, reason: str) -> Decision[Any]:
    if state is None:
        return Decision(None)
    told = SettlementFailed(case_id=state.case_id, plan_id=state.plan_id, reason=reason)
    return Decision(state, hands_on=[told])
