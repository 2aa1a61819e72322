"""What is handed in: statements, evidence and notes. A decision sees it sealed."""

from dataclasses import dataclass
from uuid import UUID

from services.mediation.domain.case import Audience, Case, Content, ContentKind, SealedContent, Seat
from services.mediation.domain.course import negotiating
from services.mediation.domain.machine import Move, may
from services.mediation.domain.seats import NotYourPart, seated
from shared.decision import Actor, Context, Decision
from shared.errors import Conflict, NotFound, Refused, StateChanged
from shared.events.mediation import Side, StatementSubmitted
from shared.quick import replace

EVIDENCE_BYTES_MAX = 1024 * 1024
TEXT_LENGTH_MAX = 20_000
TEXT = "text/plain"
EVIDENCE_TYPES = frozenset({"application/pdf", "image/jpeg", "image/png", TEXT})
"""Of which no common reader runs what stands in it unasked, as it does with pages and office documents."""
CONTENTS_MAX = 200
"""Of one case, of both sides and the mediator."""
_SIDES = {Seat.BORROWER: Side.BORROWER, Seat.LENDER: Side.LENDER}
_MOVES = {
    ContentKind.STATEMENT: Move.STATE,
    ContentKind.EVIDENCE: Move.STATE,
    ContentKind.NOTE: Move.NOTE,
}


class ContentUnknown(NotFound):
    """Nothing of that kind was handed in, or it is not for you to read."""


class TooMuch(Conflict):
    """No more can be handed in: the case has as much as it can hold."""


class EvidenceTooLarge(Refused):
    """A piece of evidence is at most 1 MiB."""


class EvidenceKindRefused(Refused):
    """Evidence is a PDF, a JPEG, a PNG or plain text."""


class AudienceRefused(Refused):
    """A statement or a piece of evidence is for both sides or for the mediator; a note is one's own, or for
    the mediator.
    """


@dataclass(frozen=True, slots=True)
class NewContent:
    """Something to hand in."""

    id: UUID
    kind: ContentKind
    audience: Audience
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Submit:
    """Hand something in. `sealed` is what it says, under the person's key."""

    case_id: UUID
    new: NewContent
    sealed: bytes
    """Empty where it was not admitted when it was looked at."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was handed in."""

    content_id: UUID
    version: int


def admit(case: Case, new: NewContent, actor: Actor) -> tuple[Seat, Case]:
    """Who hands it in, and the case after that.

    Raises NotFound, NotYourPart, MoveForbidden, TooMuch, EvidenceTooLarge, EvidenceKindRefused,
    AudienceRefused.
    """
    seat = seated(case, actor, Seat.BORROWER, Seat.LENDER, Seat.MEDIATOR)
    if seat is Seat.MEDIATOR and new.kind is not ContentKind.NOTE:
        # Whoever gives evidence is no neutral third party.
        raise NotYourPart(seat=seat.value)
    after = case.after(_MOVES[new.kind])
    if len(case.contents) >= CONTENTS_MAX:
        raise TooMuch(at_most=CONTENTS_MAX)
    _check_audience(new, seat)
    if new.kind is ContentKind.EVIDENCE:
        if new.size_bytes > EVIDENCE_BYTES_MAX:
            raise EvidenceTooLarge(size_bytes=new.size_bytes, at_most=EVIDENCE_BYTES_MAX)
        if new.media_type not in EVIDENCE_TYPES:
            raise EvidenceKindRefused(media_type=new.media_type)
    return seat, after


def _check_audience(new: NewContent, seat: Seat) -> None:
    if new.kind is not ContentKind.NOTE:
        allowed = {Audience.BOTH, Audience.MEDIATOR}
    elif seat is Seat.MEDIATOR:
        allowed = {Audience.OWN}
    else:
        allowed = {Audience.OWN, Audience.MEDIATOR}
    if new.audience not in allowed:
        raise AudienceRefused(audience=new.audience.value, kind=new.kind.value)


def submit(state: Case, command: Submit, context: Context) -> Decision[Case]:
    """Take it; once both sides have stated their view, offers can be made. Raises as `admit` does."""
    new = command.new
    seat, case = admit(state, new, context.actor)
    if not command.sealed:
        raise StateChanged(case_id=state.id)
    content = Content(new.id, new.kind, seat, new.audience, context.now, new.media_type, new.size_bytes)
    case = replace(
        case,
        contents=(*case.contents, content),
        added=(*case.added, SealedContent(new.id, command.sealed)),
    )
    answer = Submitted(new.id, case.version)
    if new.kind is not ContentKind.STATEMENT:
        return Decision(case, answer=answer)
    told = StatementSubmitted(
        case_id=case.id,
        person_id=case.person_id,
        statement_id=new.id,
        side=_SIDES[seat],
        submitted_at=context.now,
    )
    if may(case.stage, Move.NEGOTIATE) and all(case.has_stated(one) for one in _SIDES):
        decision = negotiating(case, context)
        after = decision.state
        return replace(decision, events=[told], answer=Submitted(new.id, after.version))
    return Decision(case, [told], answer=answer)
