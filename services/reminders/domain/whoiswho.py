"""Who is who: lenders' borrowers, the persons that they are, and what is known of where these are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.reminders.domain import course, saying
from services.reminders.domain.borrowers import ProfileTold
from services.reminders.domain.caring import erase
from services.reminders.domain.contact import Channel
from services.reminders.domain.history import History
from services.reminders.domain.loan import Rejoined
from services.reminders.domain.person import Address, Person, Whereabouts, candidate_zones
from services.reminders.domain.person_file import (
    BorrowerKey,
    Forgets,
    GoesByAnotherId,
    PersonFile,
    Profile,
    new_file,
)
from services.reminders.domain.reference import Reference
from services.reminders.domain.small_states import Borrower
from services.reminders.domain.turn import Turn
from services.reminders.domain.words.messages import Occasion
from shared.decision import Context, Decision, Key, Need, SendSettled, TimerFired
from shared.errors import Conflict, NotFound
from shared.events.base import Event
from shared.events.ids import borrower_id, event_id, person_id
from shared.events.reminders import (
    AccessNeed,
    BorrowerName,
    LoanUnlinked,
    PersonErased,
    PersonLinked,
    PersonProfiled,
    PersonUnlinked,
)
from shared.quick import replace


class SamePerson(Conflict):
    """They are one person already."""


class NotLinked(NotFound):
    """The lender has no such borrower here, or it is not part of this person."""


class FilesMerged(Event, topic="reminders-handed", key="person_id", version=1):
    """All that is of one id is another's. It never leaves this service."""

    person_id: UUID
    formerly: UUID


class BorrowerForgotten(Event, topic="reminders-handed", key="person_id", version=1):
    """A lender's customer, who goes by this id, is forgotten; the person that they were goes on with others.
    It never leaves this service.
    """

    person_id: UUID
    borrower: BorrowerName


@dataclass(frozen=True, slots=True)
class LinkPersons:
    """A person is the same as another: all of the other's is theirs."""

    person_id: UUID
    other: UUID


@dataclass(frozen=True, slots=True)
class UnlinkBorrower:
    """A lender's borrower is not this person after all."""

    person_id: UUID
    borrower: BorrowerKey


@dataclass(frozen=True, slots=True)
class ErasePerson:
    """Forget a person."""

    person_id: UUID


# -- persons -------------------------------------------------------------------------------------------------


def guard(state: PersonFile, message: object, context: Context) -> Decision[PersonFile] | None:
    """What comes for a person who was merged counts for the survivor; for one forgotten, for nobody."""
    if state.erased:
        registered_anew = isinstance(message, ProfileTold) and not message.erased
        return None if registered_anew else Decision(state)
    if state.merged_into is None:
        return None
    turned = isinstance(message, FilesMerged) and message.formerly == state.merged_into
    if turned or isinstance(message, UnlinkBorrower | PersonUnlinked | BorrowerForgotten | SendSettled):
        return None
    if isinstance(message, TimerFired | PersonLinked):
        return Decision(state)
    if isinstance(message, Event) and hasattr(message, "person_id"):
        return Decision(state, hands_on=[message.model_copy(update={"person_id": state.merged_into})])
    raise GoesByAnotherId(into=state.merged_into)


def profile(state: PersonFile | None, event: ProfileTold, context: Context) -> Decision[PersonFile] | Need:
    """Take over what a lender says, or forget its customer, and the person unless other lenders have them
    too: these go on with a person of whom that lender's part is gone.
    """
    key = Key(Borrower.__name__, event.borrower_id)
    if key not in context.others:
        return Need(keys=[key])
    borrower: Borrower = context.others[key]
    name = BorrowerKey(borrower.lender, borrower.reference)
    turn = Turn.of(None if state is None or state.erased else state, event.person_id, context)
    if event.erased:
        if turn.file.lenders <= {name.lender}:
            return _erased(turn.file, list(map(_named, turn.file.borrowers)) or [_named(name)])
        _forget(turn, name)
        return turn.decided()
    assert borrower.profile is not None, "it was registered"
    if all(one.borrower != name for one in turn.file.profiles):
        turn.tell(PersonLinked(person_id=turn.file.id, borrower=_named(name)), lender=name.lender)
    others = tuple(one for one in turn.file.profiles if one.borrower != name)
    profiled(turn, (*others, borrower.profile))
    return turn.decided()


def profiled(turn: Turn, profiles: Sequence[Profile], others: Sequence[Profile] = ()) -> None:
    """Profiles are these now; `others` were of whoever is found to be this person."""
    before, served = _told_of(turn.file), _served((*turn.file.profiles, *others))
    turn.change(profiles=tuple(profiles))
    turn.change(judged=_judged(turn.file.judged, turn.file, turn.reference, served))
    if (now := _told_of(turn.file)) != before:
        turn.tell(now)


def _served(profiles: Iterable[Profile]) -> Mapping[str, frozenset[Channel]]:
    """The channels that each address is said to serve."""
    told = _by_key(one for profile in profiles for one in profile.addresses)
    return {key: frozenset(channel for one in ones for channel in one.channels) for key, ones in told.items()}


def _judged(
    before: Person, file: PersonFile, reference: Reference, served: Mapping[str, frozenset[Channel]]
) -> Person:
    """What the gate judges by. What the person or a provider said of an address stays as it was said."""
    known = {one.key: one for one in before.addresses}
    addresses = [
        _merged(known.get(key), ones, served.get(key, frozenset()))
        for key, ones in _by_key(one for profile in file.profiles for one in profile.addresses).items()
    ]
    regions = dict.fromkeys(one.region or one.country for one in file.profiles if one.region or one.country)
    places = [region for region in regions if region is not None]
    codes = dict.fromkeys(
        code for region in places for code in (region.partition("-")[0].lower(), region.lower())
    )
    return replace(
        before,
        zones=candidate_zones(tuple(_whereabouts(file.profiles, reference))),
        calendars=tuple(codes),
        regions=tuple(places),
        addresses=tuple(addresses),
    )


def _whereabouts(profiles: Sequence[Profile], reference: Reference) -> Iterable[Whereabouts]:
    for one in profiles:
        if one.time_zone is not None:
            yield Whereabouts((one.time_zone,), current=True)
        elif one.country is not None:
            yield Whereabouts(reference.zones_of(one.country))


def _by_key(addresses: Iterable[Address]) -> Mapping[str, list[Address]]:
    found: dict[str, list[Address]] = {}
    for one in addresses:
        found.setdefault(one.key, []).append(one)
    return found


def _merged(before: Address | None, told: Sequence[Address], served: frozenset[Channel]) -> Address:
    channels = frozenset(channel for one in told for channel in one.channels)
    newest = told[-1]
    if before is None:
        return replace(newest, channels=channels, established=any(one.established for one in told))
    # A channel that a provider found dead, or a number that proved to be somebody else's, stays so.
    dead = served - before.channels
    return replace(
        before,
        channels=channels - dead,
        established=before.owner is newest.owner and any(one.established for one in told),
        consented_until=newest.consented_until,
    )


def _told_of(file: PersonFile) -> PersonProfiled:
    needs = dict.fromkeys(AccessNeed(name) for one in file.profiles for name in one.access_needs)
    return PersonProfiled(
        person_id=file.id,
        time_zones=file.judged.zones[:40],
        languages=file.languages[:10],
        country=file.country,
        region=file.region,
        access_needs=tuple(needs)[:8],
    )


def _named(one: BorrowerKey) -> BorrowerName:
    return BorrowerName(lender=one.lender, borrower_reference=one.reference)


# -- one person ----------------------------------------------------------------------------------------------


def link(state: PersonFile, command: LinkPersons, context: Context) -> Decision[PersonFile] | Need:
    """Two are one. Each borrower of the other's is told to be this person. Raises SamePerson, NotLinked."""
    key = Key(PersonFile.__name__, command.other)
    if command.other == state.id:
        raise SamePerson(person_id=state.id)
    if key not in context.others:
        return Need(keys=[key])
    other: PersonFile | None = context.others[key]
    if other is None or other.erased or not (state.seen_by(context.actor) and other.seen_by(context.actor)):
        raise NotLinked(person_id=command.other)
    if other.merged_into is not None:
        raise (
            SamePerson(person_id=command.other)
            if other.merged_into == state.id
            else GoesByAnotherId(into=other.merged_into)
        )
    turn = Turn(state, context)
    turn.hands_on.append(FilesMerged(person_id=state.id, formerly=other.id))
    for one in other.borrowers:
        linked = PersonLinked(person_id=state.id, borrower=_named(one), formerly=other.id)
        turn.tell(linked, lender=one.lender)
    return turn.decided(state.id)


def unlink(state: PersonFile, command: UnlinkBorrower, context: Context) -> Decision[PersonFile]:
    """The borrower is a person of its own again. What was agreed stays with whom agreed to it. Raises
    NotLinked.
    """
    own = person_id(command.borrower.lender, command.borrower.reference)
    known = any(one == command.borrower for one in state.borrowers)
    if not known or own == state.id or not state.seen_by(context.actor):
        raise NotLinked(lender=command.borrower.lender)
    turn = Turn(state, context)
    gone = _part(turn, command.borrower, own)
    turn.hands_on.append(PersonUnlinked(person_id=state.id, borrower=_named(command.borrower), now=own))
    turn.hands_on += [Rejoined(loan_id=one, person_id=own) for one in gone]
    return turn.decided(own)


def _part(turn: Turn, name: BorrowerKey, now: UUID) -> Sequence[UUID]:
    """A borrower is no part of the person any more, and goes by another id from now on; the loans that are
    the person's no more.
    """
    gone = [one for one in turn.file.loans if one.lender == name.lender]
    # Loans of the same lender that are this person's by another borrower of that lender stay.
    stays = any(one.lender == name.lender and one != name for one in turn.file.borrowers)
    left = turn.file.loans if stays else tuple(one for one in turn.file.loans if one not in gone)
    # Who goes by that id again is somebody else: neither theirs to read, nor forgotten with this person.
    turn.change(loans=left, formerly=tuple(one for one in turn.file.formerly if one != now))
    profiled(turn, tuple(one for one in turn.file.profiles if one.borrower != name))
    for one in [] if stays else gone:
        turn.file = saying.withdrawn(turn.file, set(Occasion), loan=one.loan_id)
        turn.run(course.gone(turn.file.course, one.loan_id))
        parted = LoanUnlinked(person_id=turn.file.id, loan_id=one.loan_id, role=one.role)
        turn.tell(parted, lender=one.lender)
    turn.tell(
        PersonUnlinked(person_id=turn.file.id, borrower=_named(name), now=now),
        lender=name.lender,
    )
    return () if stays else tuple(dict.fromkeys(one.loan_id for one in gone))


def begin_anew(
    state: PersonFile | None, event: PersonUnlinked, context: Context
) -> Decision[PersonFile] | Need:
    """Who was merged begins anew, with what its lender says of it, and what that lender did so far. Whose
    stops they were nobody knows any more: both have them.
    """
    key, name = Key(PersonFile.__name__, event.person_id), event.borrower
    if key not in context.others:
        return Need(keys=[key])
    other: PersonFile = context.others[key]
    turn = Turn.of(None, event.now, context)
    kept = {one: getattr(other.judged, one) for one in ("stops", "closed_times", "representations")}
    turn.change(
        judged=replace(turn.file.judged, **kept),
        history=History.of(one for one in other.history.records if one.lender == name.lender),
    )
    borrower = borrower_id(name.lender, name.borrower_reference)
    turn.hands_on.append(ProfileTold(person_id=event.now, borrower_id=borrower))
    return turn.decided()


# -- forgetting ----------------------------------------------------------------------------------------------


def forget_person(state: PersonFile, command: ErasePerson, context: Context) -> Decision[PersonFile]:
    """Forget the person, in every service; where other lenders have them too, what those have of them who
    ask. Raises NotLinked.
    """
    if not state.seen_by(context.actor):
        raise NotLinked(person_id=state.id)
    asking = context.actor.lenders
    if asking is None or asking >= state.lenders:
        return replace(_erased(state, list(map(_named, state.borrowers))), answer=state.id)
    theirs = [one for one in state.borrowers if one.lender in asking]
    if not theirs:
        raise NotLinked(person_id=state.id)
    turn = Turn(state, context)
    for one in theirs:
        _forget(turn, one)
    return turn.decided(state.id)


def _forget(turn: Turn, name: BorrowerKey) -> None:
    """Forget a lender's customer, and go on with the person that others have."""
    own = person_id(name.lender, name.reference)
    # Who is forgotten goes by an id that nobody else goes by: theirs, or a new one where the person has it.
    now = own if own != turn.file.id else event_id(own, "apart", 0)
    _part(turn, name, now)
    turn.hands_on.append(BorrowerForgotten(person_id=now, borrower=_named(name)))
    if any(one.lender == name.lender for one in turn.file.borrowers):
        return  # that lender has the person under another name too
    # That they were contacted counts for the person's limits as long as it does; about what, is forgotten.
    records = [
        one._replace(loans=frozenset(), talked=frozenset()) if one.lender == name.lender else one
        for one in turn.file.history.records
    ]
    turn.change(history=History.of(records), forgets=(*turn.file.forgets, Forgets(name.lender, now)))


def forget_borrower(
    state: PersonFile | None, event: BorrowerForgotten, context: Context
) -> Decision[PersonFile]:
    """Nobody but a lender's customer goes by this id from now on, and they are forgotten: they alone, and not
    who went by it, or was found to be the same, before.
    """
    return _erased(new_file(event.person_id), (event.borrower,))


def _erased(state: PersonFile, borrowers: Sequence[BorrowerName]) -> Decision[PersonFile]:
    if not borrowers:
        return Decision(erase(state))
    told = PersonErased(person_id=state.id, borrowers=tuple(borrowers))
    return Decision(erase(state), events=[told], hands_on=[told])
