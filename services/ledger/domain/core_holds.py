"""Holds where the platform's core is master: it is told to obey them, and that they are over.

The ledger itself obeys a hold at once. Until the core has said that it does as well, its figures cannot be
relied on, so nothing is demanded.
"""

from collections.abc import Sequence

from services.ledger.domain import facts
from services.ledger.domain.agreements import FreezeInstruction
from services.ledger.domain.consequences import settle
from services.ledger.domain.loan import Loan
from services.ledger.domain.payments import revised
from services.ledger.domain.provided import planned
from services.ledger.domain.recording import record
from shared.decision import Context, Decision, Need
from shared.events.base import Event
from shared.events.holds import HoldChanged, HoldLifted, HoldPlaced
from shared.events.ids import name_id
from shared.events.ledger import FreezeRefused, ReliefInstructed
from shared.events.parts import Freeze, Freezes
from shared.events.servicing import ReliefApplied, ReliefRejected
from shared.quick import replace

Instructed = tuple[Loan, Sequence[Event]]


def instruct(loan: Loan, event: HoldPlaced | HoldChanged, revision: int, *, froze: bool) -> Instructed:
    """Tell the core that is master what a hold freezes now, other than what it `froze` before. Contact is not
    the core's business.
    """
    if not loan.core_is_master or not (froze or _concerns(event.freezes)):
        return loan, ()
    freeze = Freeze(
        hold_id=event.hold_id,
        freezes=event.freezes,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        arrears_only=event.arrears_only,
    )
    return _told(loan, freeze, str(revision))


def instruct_end(loan: Loan, event: HoldLifted) -> Instructed:
    """Tell the core that a hold is over; one that refused to obey it has nothing to end."""
    before = next((one for one in loan.agreements.freezes if one.hold_id == event.hold_id), None)
    if before is not None and before.rejected is not None:
        return _answered(loan, before), ()
    if not loan.core_is_master:
        return loan, ()
    freeze = Freeze(
        hold_id=event.hold_id, freezes=Freezes(), starts_on=event.lifted_on, lifted_on=event.lifted_on
    )
    return _told(loan, freeze, "lifted")


def confirm(loan: Loan, event: ReliefApplied, context: Context) -> Decision[Loan] | Need:
    """The core obeys; where it sent a schedule, that holds."""
    told = next((one for one in loan.agreements.freezes if one.instruction_id == event.instruction_id), None)
    if told is None:
        return Decision(loan)
    after = _answered(loan, told)
    if not event.instalments:
        return settle(after, context)
    scheduled = with_schedule(after, event, f"freeze:{event.instruction_id}", context)
    if isinstance(scheduled, Need):
        return scheduled
    return settle(scheduled, context, [revised(scheduled, event.applied_on, "hold")])


def with_schedule(loan: Loan, event: ReliefApplied, reference: str, context: Context) -> Loan | Need:
    """The loan with the schedule that its core made of an instruction, under a reference in the file."""
    new = planned(event.instalments, loan.currency, event.applied_on)
    recorded = record(loan, facts.ScheduleChange(event.applied_on, reference, new), context)
    if isinstance(recorded, Need):
        return recorded
    return recorded.loan if recorded else loan


def reject(loan: Loan, event: ReliefRejected, context: Context) -> Decision[Loan]:
    """The core does not obey: an alarm, and nothing is demanded meanwhile."""
    told = next((one for one in loan.agreements.freezes if one.instruction_id == event.instruction_id), None)
    if told is None or told.rejected is not None:
        return Decision(loan)
    after = _with(loan, told._replace(rejected=event.reason))
    refused = FreezeRefused(
        loan_id=loan.id, hold_id=told.hold_id, instruction_id=told.instruction_id, reason=event.reason
    )
    return settle(after, context, [refused])


def _concerns(freezes: Freezes) -> bool:
    return freezes.interest_and_fees or freezes.ageing


def _told(loan: Loan, freeze: Freeze, step: str) -> Instructed:
    id_ = name_id("instruction", f"{loan.id}\n{freeze.hold_id}\n{step}")
    after = _with(loan, FreezeInstruction(id_, freeze.hold_id))
    return after, [ReliefInstructed(loan_id=loan.id, instruction_id=id_, phases=(), freeze=freeze)]


def _with(loan: Loan, told: FreezeInstruction) -> Loan:
    left = _answered(loan, told)
    agreements = left.agreements._replace(freezes=(*left.agreements.freezes, told))
    return replace(left, agreements=agreements)


def _answered(loan: Loan, told: FreezeInstruction) -> Loan:
    others = tuple(one for one in loan.agreements.freezes if one.hold_id != told.hold_id)
    return replace(loan, agreements=loan.agreements._replace(freezes=others), version=loan.version + 1)
