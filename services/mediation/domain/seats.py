"""Who sits where in a case, and who may read what of it."""

import re
from collections.abc import Callable
from uuid import UUID

from services.mediation.domain.case import Audience, Case, Content, Offer, Seat
from shared.decision import Actor, Role
from shared.errors import DomainError, Forbidden, NotFound
from shared.events.mediation import Side

_OF_THE_LENDER = frozenset({Role.OPERATOR, Role.HARDSHIP_OFFICER})
_IS_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
_NOBODY = UUID(int=0)
_SIDES = {Seat.BORROWER: Side.BORROWER, Seat.LENDER: Side.LENDER}


class NotYourPart(Forbidden):
    """This is for another part in the case than yours."""


def seat_of(case: Case, actor: Actor) -> Seat:
    """As what somebody sits in the case. Raises NotFound for whoever does not."""
    if actor.role is Role.BORROWER and actor.subject == str(case.person_id):
        return Seat.BORROWER
    if actor.role in _OF_THE_LENDER and actor.may_act_for(case.lender):
        return Seat.LENDER
    if actor.role is Role.MEDIATOR and actor.subject == str(case.mediator_id):
        return Seat.MEDIATOR
    if actor.role is Role.ADMINISTRATOR:
        return Seat.STAFF
    # As for a case that there is not: nobody learns of a case in which they have no part.
    raise NotFound(case_id=case.id)


def own_id(actor: Actor) -> UUID:
    """The id that a borrower's or mediator's subject is; nobody's where it is none."""
    return UUID(actor.subject) if _IS_ID(actor.subject) else _NOBODY


def side_of(case: Case, actor: Actor) -> Side:
    """Which of the two somebody is. Raises NotFound, NotYourPart."""
    seat = seat_of(case, actor)
    if seat not in _SIDES:
        raise NotYourPart(seat=seat.value)
    return _SIDES[seat]


def seated(case: Case, actor: Actor, *seats: Seat) -> Seat:
    """Somebody's seat, which must be one of these. Raises NotFound, NotYourPart."""
    seat = seat_of(case, actor)
    if seat not in seats:
        raise NotYourPart(seat=seat.value)
    return seat


def may_read(content: Content, seat: Seat) -> bool:
    """Whether whoever sits there may read it. What one side keeps from the other never reaches it."""
    if seat is Seat.STAFF:
        return False
    if content.by is seat:
        return True
    if content.audience is Audience.OWN:
        return False
    return content.audience is Audience.BOTH or seat is Seat.MEDIATOR


def readable(case: Case, seat: Seat) -> tuple[Content, ...]:
    """What of a case's contents somebody may read."""
    return tuple(one for one in case.contents if may_read(one, seat))


def offers_seen(case: Case, seat: Seat) -> tuple[Offer, ...]:
    """The offers that somebody may see: what was never confirmed, its maker and the mediator alone."""
    if seat is Seat.STAFF:
        return ()
    return tuple(one for one in case.offers if one.shown_at is not None or seat in (Seat.MEDIATOR, one.by))


def allowed(check: Callable[[], object]) -> bool:
    """Whether a check lets through what it is asked about. The door asks it again, and says why not."""
    try:
        check()
    except DomainError:
        return False
    return True
