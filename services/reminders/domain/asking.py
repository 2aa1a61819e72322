"""What a person asks of those who contact them, or what the staff records for them."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from services.reminders.domain.caring import CRISIS
from services.reminders.domain.contact import Channel, Place, Recipient
from services.reminders.domain.person import (
    ClosedTime,
    Consent,
    ConsentKind,
    Representation,
    Stop,
    StopKind,
)
from services.reminders.domain.person_file import Cause, PersonFile, PersonUnknown
from services.reminders.domain.treatments import Closing
from services.reminders.domain.turn import Turn
from shared.decision import Context, Decision
from shared.errors import NotFound, Refused
from shared.quick import replace

CONSENT_LASTS = timedelta(hours=2)
"""A time that the person named lasts so long where no end was said."""


class StopAboutNothing(Refused):
    """A stop must say what it stops: channels, an address, a place, or loans."""


class NothingToEnd(NotFound):
    """Nothing of this kind is in force for the person."""


@dataclass(frozen=True, slots=True)
class AskToStop:
    """No more: by a channel, at an address or place, or at all about these loans."""

    person_id: UUID
    kind: StopKind
    channels: frozenset[Channel] = frozenset()
    address: str = ""
    place: Place | None = None
    loans: frozenset[UUID] = frozenset()
    in_writing: bool = True


@dataclass(frozen=True, slots=True)
class LiftStops:
    """The person opens again what they had closed."""

    person_id: UUID
    kind: StopKind


@dataclass(frozen=True, slots=True)
class CloseTime:
    """Not at these hours of the week."""

    person_id: UUID
    days: frozenset[int]
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class OpenTime:
    """The person names a time at which they may be contacted."""

    person_id: UUID
    collector: str
    starts_at: datetime
    ends_at: datetime | None = None
    kind: ConsentKind = ConsentKind.ASKED
    channels: frozenset[Channel] = frozenset(Channel)


@dataclass(frozen=True, slots=True)
class StateRepresentation:
    """Somebody speaks for the person."""

    person_id: UUID
    by: Recipient
    loans: frozenset[UUID] | None = None


class Ending(StrEnum):
    """What the staff may say is over."""

    CRISIS = "crisis"
    REPRESENTATION = "representation"


@dataclass(frozen=True, slots=True)
class EndIt:
    """The danger is over, or nobody speaks for the person any more."""

    person_id: UUID
    ending: Ending


def stop(state: PersonFile, command: AskToStop, context: Context) -> Decision[PersonFile]:
    """It counts from the moment of receipt. Raises StopAboutNothing."""
    turn = _seen(state, context)
    if not (command.channels or command.address or command.place or command.loans):
        raise StopAboutNothing(kind=command.kind)
    add_stop(
        turn,
        Stop(
            command.kind,
            turn.now,
            command.channels,
            command.address,
            command.place,
            command.loans,
            turn.file.today(turn.now),
            command.in_writing,
        ),
    )
    if command.kind is StopKind.CEASE:
        turn.close(Cause(context.event_id(0), Closing.STOP, command.loans))
    return turn.decided(command.kind)


def add_stop(turn: Turn, one: Stop) -> None:
    """Note a stop, and keep to it."""
    turn.change(judged=replace(turn.file.judged, stops=(*turn.file.judged.stops, one)))
    turn.note("stop", scope=one.kind.value, channels=sorted(channel.value for channel in one.channels))


def lift_stops(state: PersonFile, command: LiftStops, context: Context) -> Decision[PersonFile]:
    """All stops of a kind are over. Raises NothingToEnd."""
    turn = _seen(state, context)
    left = tuple(one for one in turn.file.judged.stops if one.kind is not command.kind)
    if left == turn.file.judged.stops:
        raise NothingToEnd(kind=command.kind)
    turn.change(judged=replace(turn.file.judged, stops=left))
    turn.note("stop_lifted", scope=command.kind.value)
    if command.kind is StopKind.CEASE:
        for cause in [one for one in turn.file.causes if one.closing is Closing.STOP]:
            turn.reopen(cause.id, Closing.STOP)
    return turn.decided(command.kind)


def close_time(state: PersonFile, command: CloseTime, context: Context) -> Decision[PersonFile]:
    """Keep these hours free."""
    turn = _seen(state, context)
    one = ClosedTime(command.days, command.start, command.end)
    turn.change(judged=replace(turn.file.judged, closed_times=(*turn.file.judged.closed_times, one)))
    turn.note("time_closed", days=sorted(one.days), start=str(one.start), end=str(one.end))
    return turn.decided(command.person_id)


def open_time(state: PersonFile, command: OpenTime, context: Context) -> Decision[PersonFile]:
    """The person opened a time to one collector."""
    turn = _seen(state, context)
    ends_at = command.ends_at or command.starts_at + CONSENT_LASTS
    consent_to(
        turn,
        Consent(command.kind, command.collector, turn.now, command.starts_at, ends_at, command.channels),
    )
    return turn.decided(command.person_id)


def consent_to(turn: Turn, one: Consent) -> None:
    """Note a consent."""
    turn.change(judged=replace(turn.file.judged, consents=(*turn.file.judged.consents, one)))
    turn.note("time_opened", collector=one.collector, starts_at=one.starts_at.isoformat())


def state_representation(
    state: PersonFile, command: StateRepresentation, context: Context
) -> Decision[PersonFile]:
    """From now on others speak with whoever speaks for the person."""
    turn = _seen(state, context)
    represent(turn, command.by, command.loans, context.event_id(0))
    return turn.decided(command.by)


def represent(turn: Turn, by: Recipient, loans: frozenset[UUID] | None, cause: UUID) -> None:
    """Note who speaks for the person."""
    one = Representation(by, turn.now, loans=loans)
    known = turn.file.judged.representations
    turn.change(judged=replace(turn.file.judged, representations=(*known, one)))
    turn.note("represented", by=by.value)
    turn.close(Cause(cause, Closing.REPRESENTED, loans))


def end_it(state: PersonFile, command: EndIt, context: Context) -> Decision[PersonFile]:
    """It is over, as somebody of the staff says. Raises NothingToEnd."""
    turn = _seen(state, context)
    if command.ending is Ending.CRISIS:
        if not turn.reopen(CRISIS, Closing.CRISIS):
            raise NothingToEnd(ending=command.ending)
    else:
        open_ones = [one for one in turn.file.judged.representations if one.until is None]
        if not open_ones:
            raise NothingToEnd(ending=command.ending)
        ended = tuple(
            replace(one, until=turn.now) if one.until is None else one
            for one in turn.file.judged.representations
        )
        turn.change(judged=replace(turn.file.judged, representations=ended))
        for cause in [one for one in turn.file.causes if one.closing is Closing.REPRESENTED]:
            turn.reopen(cause.id, Closing.REPRESENTED)
    turn.note("ended", what=command.ending.value)
    return turn.decided(command.ending)


def _seen(state: PersonFile, context: Context) -> Turn:
    if not state.seen_by(context.actor):
        raise PersonUnknown(person_id=state.id)
    return Turn(state, context)
