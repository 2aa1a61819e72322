"""Schedules that platforms provide: checked, and taken over as they are."""

from collections.abc import Sequence
from datetime import date

from services.ledger.domain.terms import Planned
from shared.errors import Refused
from shared.events.parts import ScheduledInstalment
from shared.money import Money


class CurrencyDiffers(Refused):
    """An amount must be in the loan's currency."""


class ScheduleMissing(Refused):
    """A loan whose schedule the platform provides is opened with at least one instalment."""


class ScheduleOutOfOrder(Refused):
    """Instalments must fall due on rising dates, none before the day from which the schedule holds."""


class ScheduleDoesNotAddUp(Refused):
    """The instalments' principal must add up to what was paid out."""


def provided(
    instalments: Sequence[ScheduledInstalment], principal: Money, from_on: date
) -> tuple[Planned, ...]:
    """The schedule of a loan that pays `principal` out. Where it does not say what of an instalment is
    interest, what exceeds the principal is spread over the instalments in proportion.

    Raises ScheduleMissing, ScheduleOutOfOrder, ScheduleDoesNotAddUp, CurrencyDiffers.
    """
    if not instalments:
        raise ScheduleMissing
    taken = planned(instalments, principal.currency, from_on)
    if all(one.components is None for one in instalments):
        taken = _with_interest(taken, principal.minor)
    if sum(one.principal for one in taken) != principal.minor:
        raise ScheduleDoesNotAddUp(principal=principal)
    return taken


def planned(instalments: Sequence[ScheduledInstalment], currency: str, from_on: date) -> tuple[Planned, ...]:
    """The instalments as they are; an amount without parts is principal. Raises as `provided` does."""
    previous: date | None = None
    for one in instalments:
        if one.amount.currency != currency:
            raise CurrencyDiffers(expected=currency, got=one.amount.currency)
        if one.due_on < from_on or (previous is not None and one.due_on <= previous):
            raise ScheduleOutOfOrder(due_on=one.due_on)
        previous = one.due_on
    return tuple(_planned(one) for one in instalments)


def _planned(one: ScheduledInstalment) -> Planned:
    parts = one.components
    if parts is None:
        return Planned(one.due_on, one.amount.minor)
    principal, interest, fees, penalty = (
        part.minor if part else 0 for part in (parts.principal, parts.interest, parts.fees, parts.penalty)
    )
    return Planned(one.due_on, principal, interest, fees, penalty)


def _with_interest(taken: Sequence[Planned], principal: int) -> tuple[Planned, ...]:
    whole = sum(one.principal for one in taken)
    interest, passed, given = whole - principal, 0, 0
    if interest <= 0:
        return tuple(taken)
    spread = []
    for one in taken:
        # Of what has passed so far, so that the parts add up to the whole.
        passed += one.principal
        part = interest * passed // whole - given
        given += part
        spread.append(Planned(one.due_on, one.principal - part, part))
    return tuple(spread)
