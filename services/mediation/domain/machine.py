"""The one state machine of a case: which stages there are, and which move leads from where to where.

What stands in no row is forbidden. `docs/mediation-states.md` is drawn from this table.
"""

from collections.abc import Mapping
from enum import StrEnum

from shared.errors import Conflict


class Stage(StrEnum):
    """Where a case is."""

    ASKED = "asked"
    """Both sides are asked whether they take part."""
    CONSENTED = "consented"
    """Both do; a mediator is looked for."""
    APPOINTED = "appointed"
    """A mediator has the case and has yet to declare that nothing ties them to either side."""
    STATEMENTS = "statements"
    """Each side says how it sees things."""
    NEGOTIATING = "negotiating"
    """Offers are made and answered."""
    SETTLED = "settled"
    """Both sides have agreed; the plan that follows is not in force yet."""
    CLOSED = "closed"


class Move(StrEnum):
    """What may happen to a case."""

    CONSENT = "consent"
    BOTH_CONSENT = "both_consent"
    DECLINE = "decline"
    APPOINT = "appoint"
    NO_MEDIATOR = "no_mediator"
    TAKE_UP = "take_up"
    RESUME = "resume"
    LOSE_MEDIATOR = "lose_mediator"
    STATE = "state"
    NOTE = "note"
    NEGOTIATE = "negotiate"
    OFFER = "offer"
    ANSWER = "answer"
    LAPSE = "lapse"
    SETTLE = "settle"
    APPLY = "apply"
    REOPEN = "reopen"
    REOPEN_UNLED = "reopen_unled"
    WITHDRAW = "withdraw"
    GIVE_UP = "give_up"
    FORGET = "forget"


class MoveForbidden(Conflict):
    """The case is at a stage at which this cannot be done."""


_S, _M = Stage, Move
_IN_HAND = (_S.STATEMENTS, _S.NEGOTIATING)
_BEFORE_AGREEMENT = (_S.ASKED, _S.CONSENTED, _S.APPOINTED, *_IN_HAND)
TRANSITIONS: Mapping[tuple[Stage, Move], Stage] = {
    (_S.ASKED, _M.CONSENT): _S.ASKED,
    (_S.ASKED, _M.BOTH_CONSENT): _S.CONSENTED,
    (_S.ASKED, _M.DECLINE): _S.CLOSED,
    (_S.CONSENTED, _M.APPOINT): _S.APPOINTED,
    (_S.CONSENTED, _M.NO_MEDIATOR): _S.CLOSED,
    (_S.APPOINTED, _M.TAKE_UP): _S.STATEMENTS,
    (_S.APPOINTED, _M.RESUME): _S.NEGOTIATING,
    (_S.APPOINTED, _M.LOSE_MEDIATOR): _S.CONSENTED,
    (_S.STATEMENTS, _M.NEGOTIATE): _S.NEGOTIATING,
    **{(stage, _M.LOSE_MEDIATOR): _S.CONSENTED for stage in _IN_HAND},
    **{(stage, _M.STATE): stage for stage in _IN_HAND},
    **{(stage, _M.NOTE): stage for stage in (*_BEFORE_AGREEMENT, _S.SETTLED)},
    (_S.NEGOTIATING, _M.OFFER): _S.NEGOTIATING,
    (_S.NEGOTIATING, _M.ANSWER): _S.NEGOTIATING,
    (_S.NEGOTIATING, _M.LAPSE): _S.NEGOTIATING,
    (_S.NEGOTIATING, _M.SETTLE): _S.SETTLED,
    (_S.NEGOTIATING, _M.GIVE_UP): _S.CLOSED,
    (_S.SETTLED, _M.LOSE_MEDIATOR): _S.SETTLED,
    (_S.SETTLED, _M.APPLY): _S.CLOSED,
    (_S.SETTLED, _M.REOPEN): _S.NEGOTIATING,
    (_S.SETTLED, _M.REOPEN_UNLED): _S.CONSENTED,
    # Either side may leave at any time until both have agreed (People's Mediation Law of the PRC, art. 23).
    **{(stage, _M.WITHDRAW): _S.CLOSED for stage in _BEFORE_AGREEMENT},
    **{(stage, _M.FORGET): _S.CLOSED for stage in (*_BEFORE_AGREEMENT, _S.SETTLED)},
}
"""Every move that is allowed."""


def may(stage: Stage, move: Move) -> bool:
    """Whether the move is allowed at this stage."""
    return (stage, move) in TRANSITIONS


def moved(stage: Stage, move: Move) -> Stage:
    """The stage after the move. Raises MoveForbidden."""
    after = TRANSITIONS.get((stage, move))
    if after is None:
        raise MoveForbidden(stage=stage.value, move=move.value)
    return after
