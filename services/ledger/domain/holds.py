"""Holds as the ledger obeys them: interest and fees stand still, days past due stand still, what is disputed
gets no money. Contact is not the ledger's business.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from uuid import UUID

from services.ledger.domain import core_holds, facts
from services.ledger.domain.agreements import LoanHold
from services.ledger.domain.consequences import settle
from services.ledger.domain.facts import Fact
from services.ledger.domain.loan import Loan
from services.ledger.domain.provided import CurrencyDiffers
from services.ledger.domain.recording import exchange
from shared.decision import Context, Decision, Need, Wait
from shared.events.base import Event
from shared.events.holds import HoldChanged, HoldLifted, HoldPlaced, HoldRefused
from shared.events.ids import name_id
from shared.events.parts import Freezes, HoldReason, Purpose
from shared.events.servicing import HoldRequested
from shared.quick import replace

_DAY = timedelta(days=1)
_DISPUTE = ":dispute"
_EVERYTHING = Freezes(purposes=(Purpose.DEMAND, Purpose.REMINDER), interest_and_fees=True, ageing=True)


def request(loan: Loan, event: HoldRequested, context: Context) -> Decision[Loan] | Need:
    """The platform asks for a hold. It is obeyed at once, until hardship has placed or refused it; where the
    platform does not say what shall stand still, everything does.
    """
    stated = HoldPlaced(
        loan_id=loan.id,
        hold_id=_requested(loan, event.hold_reference),
        reason=event.reason,
        freezes=event.freezes or _EVERYTHING,
        starts_on=event.starts_on,
        ends_on=event.ends_on,
        disputed=event.disputed,
    )
    asked = LoanHold(stated.hold_id, 0, asked_as=event.hold_reference, asked_on=loan.today(context.now))
    return _place(loan, stated, context, asked)


def refuse(loan: Loan, event: HoldRefused, context: Context) -> Decision[Loan] | Need | Wait:
    """Hardship does not place what the platform asked for: that ends. What it froze stays frozen."""
    id_ = _requested(loan, event.hold_reference)
    if loan.agreements.hold(id_) is None:
        return Decision(_over(loan, id_))
    lifted = HoldLifted(loan_id=loan.id, hold_id=id_, lifted_on=event.refused_on)
    return lift(loan, lifted, context)


def place(loan: Loan, event: HoldPlaced, context: Context) -> Decision[Loan] | Need:
    """A hold is in force, from its start on: also where that lies in the past, since notice may come late. It
    takes the place of what was obeyed at the platform's request.
    """
    return _place(loan, event, context)


def _place(
    loan: Loan, event: HoldPlaced, context: Context, asked: LoanHold | None = None
) -> Decision[Loan] | Need:
    if loan.agreements.hold(event.hold_id) is not None or event.hold_id in loan.agreements.ended:
        return Decision(loan)
    before: Sequence[str] = ()
    if event.hold_reference is not None:
        id_ = _requested(loan, event.hold_reference)
        if (obeyed := loan.agreements.hold(id_)) is not None:
            before = obeyed.references
        loan = _over(loan, id_)
    return _state(loan, event, 0, before, context, asked)


def _requested(loan: Loan, hold_reference: str) -> UUID:
    """A hold that was asked for, before hardship has given it an id of its own; of a loan that came from
    another lender, perhaps there.
    """
    if (came := loan.course.came) is not None:
        former = name_id("hold-request", f"{came.loan_id}\n{hold_reference}")
        if loan.agreements.hold(former) is not None:
            return former
    return name_id("hold-request", f"{loan.id}\n{hold_reference}")


def _over(loan: Loan, hold_id: UUID) -> Loan:
    """The loan for which that hold is over, and does not begin when it is told of later."""
    agreed = loan.agreements
    if hold_id in agreed.ended:
        return loan
    holds = tuple(one for one in agreed.holds if one.hold_id != hold_id)
    freezes = tuple(one for one in agreed.freezes if one.hold_id != hold_id)
    after = agreed._replace(holds=holds, freezes=freezes, ended=(*agreed.ended, hold_id))
    return replace(loan, agreements=after, version=loan.version + 1)


def change(loan: Loan, event: HoldChanged, context: Context) -> Decision[Loan] | Need | Wait:
    """The hold stands otherwise now; what it had frozen before counts as it is stated now."""
    hold = loan.agreements.hold(event.hold_id)
    if hold is None:
        return Wait(f"the hold {event.hold_id} has not been placed")
    if hold.revision >= event.revision:
        return Decision(loan)
    return _state(loan, event, event.revision, hold.references, context)


def lift(loan: Loan, event: HoldLifted, context: Context) -> Decision[Loan] | Need | Wait:
    """The hold ends. What it froze stays frozen: interest that it forbade is never charged later."""
    hold = loan.agreements.hold(event.hold_id)
    if hold is None and event.hold_id in loan.agreements.ended:
        return Decision(loan)
    if hold is None:
        return Wait(f"the hold {event.hold_id} has not been placed")
    if not hold.references:
        return _lifted(loan, event, context)
    if context.history is None:
        return Need(history=True)
    ended = [_ended(one, event) for one in _named(loan, hold, context)]
    exchanged = exchange(loan, hold.references, [one for one in ended if one is not None], context)
    if isinstance(exchanged, Need):
        return exchanged
    return _lifted(exchanged, event, context)


def _state(
    loan: Loan,
    event: HoldPlaced | HoldChanged,
    revision: int,
    before: Sequence[str],
    context: Context,
    asked: LoanHold | None = None,
) -> Decision[Loan] | Need:
    stated = list(facts_of(loan, event, revision))
    exchanged = exchange(loan, before, stated, context)
    if isinstance(exchanged, Need):
        return exchanged
    freezes = event.freezes
    stops = freezes.interest_and_fees or freezes.ageing or Purpose.DEMAND in freezes.purposes
    references = tuple(one.reference for one in stated)
    disputed = event.reason is HoldReason.DISPUTE
    hold = (asked or LoanHold(event.hold_id, revision))._replace(
        references=references, ends_on=event.ends_on, stops_demands=stops or disputed
    )
    instructed, events = core_holds.instruct(exchanged, event, revision, froze=_froze(before))
    return _keep(instructed, event.hold_id, hold, context, events)


def facts_of(loan: Loan, event: HoldPlaced | HoldChanged, revision: int) -> Iterator[Fact]:
    """What a hold means for the loan's book. Raises CurrencyDiffers."""
    name = f"hold:{event.hold_id}:{revision}"
    person = str(event.person_id) if event.person_id else ""
    if event.freezes.interest_and_fees:
        yield facts.InterestPause(
            event.starts_on,
            f"{name}:interest",
            event.starts_on,
            event.ends_on,
            fees=True,
            arrears_only=event.arrears_only,
            person=person,
        )
    if event.freezes.ageing:
        yield facts.AgeingPause(
            event.starts_on,
            f"{name}:ageing",
            event.ends_on,
            event.arrears_only,
            person,
            event.reason.value,
        )
    if event.reason is HoldReason.DISPUTE:
        if event.disputed is not None and event.disputed.currency != loan.currency:
            raise CurrencyDiffers(expected=loan.currency, got=event.disputed.currency)
        ends = None if event.ends_on is None else event.ends_on + _DAY
        amount = event.disputed.minor if event.disputed else None
        yield facts.Dispute(event.starts_on, name + _DISPUTE, amount, ended_on=ends)


def _ended(fact: Fact, event: HoldLifted) -> Fact | None:
    """The fact as it stands once the hold is lifted; None where it never came to freeze anything."""
    if event.lifted_on <= fact.value_on:
        return None
    name = f"{fact.reference}:lifted"
    if isinstance(fact, facts.Dispute):
        return fact._replace(reference=name, ended_on=event.lifted_on)
    assert isinstance(fact, facts.InterestPause | facts.AgeingPause)
    last = event.lifted_on - _DAY
    return fact._replace(reference=name, ends_on=last if fact.ends_on is None else min(fact.ends_on, last))


def _named(loan: Loan, hold: LoanHold, context: Context) -> list[Fact]:
    every = (*context.history.entries, *loan.added)
    return [one.fact for one in every if one.fact.reference in hold.references]


def _lifted(loan: Loan, event: HoldLifted, context: Context) -> Decision[Loan]:
    hold = loan.agreements.hold(event.hold_id)
    froze = hold is not None and _froze(hold.references)
    instructed, events = core_holds.instruct_end(loan, event) if froze else (loan, ())
    return _keep(instructed, event.hold_id, None, context, events)


def _froze(references: Sequence[str]) -> bool:
    """Whether a hold stopped interest or ageing; a dispute alone does not."""
    return any(not one.endswith(_DISPUTE) for one in references)


def _keep(
    loan: Loan, hold_id: UUID, hold: LoanHold | None, context: Context, events: Sequence[Event]
) -> Decision[Loan]:
    others = tuple(one for one in loan.agreements.holds if one.hold_id != hold_id)
    holds = others if hold is None else (*others, hold)
    ended = loan.agreements.ended if hold is not None else (*loan.agreements.ended, hold_id)
    agreements = loan.agreements._replace(holds=holds, ended=ended)
    after = replace(loan, agreements=agreements, version=loan.version + 1)
    return settle(after, context, events)
