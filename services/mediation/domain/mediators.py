"""Mediators: who they are, which cases they have, and who of them may have another."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.mediation.domain.deadlines import ending
from services.mediation.domain.messages import MediatorAsked, MediatorFound, MediatorLost, MediatorReleased
from shared.decision import CancelTimer, Context, Decision, SetTimer, TimerFired
from shared.errors import Refused
from shared.quick import replace


class AccreditationOver(Refused):
    """An accreditation must run until today at least."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known of a mediator."""

    organisation: str
    languages: tuple[str, ...]
    capacity: int
    """Cases at a time."""
    accredited_until: date
    """The last day on which they may mediate."""
    tied_lenders: tuple[str, ...] = ()
    """Lenders with which they, or their organisation, have or had to do."""
    person_id: UUID | None = None
    """Who they are as a borrower or adviser, should they be one."""
    available: bool = True
    """Whether they take cases now; those that they have they keep."""


@dataclass(frozen=True, slots=True)
class Mediator:
    """A mediator and the cases that they have."""

    id: UUID
    profile: Profile
    case_ids: tuple[UUID, ...] = ()
    version: int = 1


@dataclass(frozen=True, slots=True)
class KeepMediator:
    """Add a mediator, or change what is known of one."""

    mediator_id: UUID
    profile: Profile


@dataclass(frozen=True, slots=True)
class RetireMediator:
    """A mediator mediates no more: their cases go to others."""

    mediator_id: UUID


class AccreditationEnded(TimerFired):
    """A mediator's accreditation has run out."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a case asks of its mediator."""

    case_id: UUID
    lender: str
    languages: tuple[str, ...]
    tied: tuple[UUID, ...]


def conflict(profile: Profile, mediator_id: UUID, wanted: Wanted) -> str:
    """What ties a mediator to a side: `lender`, `person`, or empty."""
    if wanted.lender in profile.tied_lenders:
        return "lender"
    # The person, and whoever is or was a party to the loans: their earlier adviser too.
    if profile.person_id in wanted.tied or mediator_id in wanted.tied:
        return "person"
    return ""


def fits(mediator: Mediator, wanted: Wanted, today: date) -> bool:
    """Whether the mediator may have the case, and has room for it."""
    profile = mediator.profile
    return (
        profile.available
        and today <= profile.accredited_until
        and len(mediator.case_ids) < profile.capacity
        and _understood(profile.languages, wanted.languages)
        and not conflict(profile, mediator.id, wanted)
    )


def choose(
    mediators: Iterable[Mediator], wanted: Wanted, today: date, never: Iterable[UUID] = ()
) -> Mediator | None:
    """The mediator with the most room for their size; of equals, by id, so that the choice can be made again.

    `never` are those who had the case before. None: nobody may have it, or has room.
    """
    before = set(never)
    fitting = [one for one in mediators if one.id not in before and fits(one, wanted, today)]
    return min(fitting, key=_load, default=None)


def _load(mediator: Mediator) -> tuple[float, str]:
    return len(mediator.case_ids) / mediator.profile.capacity, str(mediator.id)


def _understood(spoken: Iterable[str], wanted: tuple[str, ...]) -> bool:
    """A language counts whatever its country: `zh-CN` is `zh`. Where nothing is known, anyone may do."""
    if not wanted:
        return True
    return not {_plain(one) for one in spoken}.isdisjoint(_plain(one) for one in wanted)


def _plain(language: str) -> str:
    return language.partition("-")[0]


# -- decisions ---------------------------------------------------------------------------------------------


def keep(state: Mediator | None, command: KeepMediator, context: Context) -> Decision[Mediator]:
    """Take down what is known of a mediator. What is found to tie them to a side of a case that they have is
    for them to say (`StepBack`), or for an administrator. Raises AccreditationOver.
    """
    profile = command.profile
    if profile.accredited_until < context.now.date():
        raise AccreditationOver(accredited_until=profile.accredited_until)
    if state is None:
        after = Mediator(command.mediator_id, profile)
    else:
        after = replace(state, profile=profile, version=state.version + 1)
    return Decision(after, timers=[_expiry(profile)], answer=after)


def retire(state: Mediator, command: RetireMediator, context: Context) -> Decision[Mediator]:
    """Let a mediator go: their cases look for another."""
    gone = replace(state, profile=replace(state.profile, available=False), version=state.version + 1)
    timers = [CancelTimer(AccreditationEnded.__name__)]
    return Decision(gone, timers=timers, hands_on=_lost(state, "retired"), answer=gone)


def accreditation_ended(state: Mediator, timer: AccreditationEnded, context: Context) -> Decision[Mediator]:
    """Nobody mediates without accreditation: the cases look for another."""
    if context.now.date() <= state.profile.accredited_until:
        return Decision(state, timers=[_expiry(state.profile)])
    return Decision(state, hands_on=_lost(state, "accreditation_ended"))


def ask(state: Mediator, event: MediatorAsked, context: Context) -> Decision[Mediator]:
    """Take the case, if there is still room: others may have asked meanwhile, and the case asks again."""
    if event.case_id in state.case_ids:
        return Decision(state)
    wanted = Wanted(event.case_id, event.lender, event.languages, event.tied)
    if not fits(state, wanted, context.now.date()):
        return Decision(state)
    after = replace(state, case_ids=(*state.case_ids, event.case_id))
    return Decision(after, hands_on=[MediatorFound(case_id=event.case_id, mediator_id=state.id)])


def release(state: Mediator, event: MediatorReleased, context: Context) -> Decision[Mediator]:
    """The case is over, or another's."""
    left = tuple(one for one in state.case_ids if one != event.case_id)
    return Decision(replace(state, case_ids=left) if left != state.case_ids else state)


def _expiry(profile: Profile) -> SetTimer:
    return ending(AccreditationEnded, profile.accredited_until)


def _lost(mediator: Mediator, reason: str) -> list[MediatorLost]:
    return [MediatorLost(case_id=one, mediator_id=mediator.id, reason=reason) for one in mediator.case_ids]
