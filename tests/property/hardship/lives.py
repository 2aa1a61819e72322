"""Lives with holds: what happens to a person and two loans, and a reader that knows only what is told.

The reader is written from the meaning of the events alone: it imports nothing of the service's rules.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from services.hardship.domain.holds_by_hand import ChangeHold, LiftHold, PlaceHold, ReviewHold
from services.hardship.domain.standstill import Standstill
from services.hardship.standing_flow import STANDING_STEPS, STANDSTILLS
from shared.decision import Decision
from shared.errors import DomainError
from shared.events.base import Event
from shared.events.care import CrisisSignalled
from shared.events.holds import HoldChanged, HoldLifted, HoldPlaced
from shared.events.ids import loan_id as id_of_loan
from shared.events.ids import name_id
from shared.events.ledger import LoanMoved
from shared.events.mediation import MediationClosed, MediationOpened
from shared.events.parts import Freezes, HoldReason, Purpose
from shared.events.reminders import BorrowerName, PersonLinked, RepresentationStated
from shared.events.servicing import HoldRequested, LegalActionEnded, LegalActionStarted
from shared.flow import Decide, Flow
from tests.unit.hardship.stillness import ADA, FLOW, LOAN, PERSON, SECOND, Desk

FIRST = date(2026, 11, 10)
LOANS = (LOAN, SECOND)
NAMES = {LOAN: "L-1", SECOND: "L-2"}
WINDOW = [FIRST + timedelta(days=n) for n in range(-10, 130)]
Wrap = Callable[[Decision[Any]], Decision[Any]]


class Disagreement(AssertionError):
    """What was told is not what stands, or one order ends otherwise than another."""


def at(day: int) -> datetime:
    """Nine in the morning, so many days on."""
    return datetime.combine(FIRST + timedelta(days=day), datetime.min.time(), UTC) + timedelta(hours=9)


def on(day: int) -> date:
    """A day, counted from the first."""
    return FIRST + timedelta(days=day)


@dataclass
class Reader:
    """A service that obeys holds: it takes each event once, an older statement never over a newer one."""

    stated: dict[tuple[UUID, UUID], HoldPlaced | HoldChanged] = field(default_factory=dict)
    lifted: dict[tuple[UUID, UUID], date] = field(default_factory=dict)

    def take(self, event: Event) -> None:
        """Obey."""
        if isinstance(event, HoldLifted):
            self.lifted.setdefault((event.loan_id, event.hold_id), event.lifted_on)
        elif isinstance(event, HoldPlaced):
            self.stated.setdefault((event.loan_id, event.hold_id), event)
        elif isinstance(event, HoldChanged):
            before = self.stated.get((event.loan_id, event.hold_id))
            if not isinstance(before, HoldChanged) or before.revision < event.revision:
                self.stated[event.loan_id, event.hold_id] = event

    def frozen(self, loan_id: UUID, day: date) -> tuple[set[Purpose], bool, bool]:
        """What stands still on a day."""
        every = []
        for key, one in self.stated.items():
            ended = key in self.lifted and self.lifted[key] <= day
            past = one.ends_on is not None and one.ends_on < day
            if key[0] == loan_id and one.starts_on <= day and not ended and not past:
                every.append(one.freezes)
        closed = {purpose for one in every for purpose in one.purposes}
        return closed, any(one.interest_and_fees for one in every), any(one.ageing for one in every)


def agree(desk: Desk, reader: Reader) -> None:
    """Raises Disagreement where the state and what was told differ on any day, for any loan."""
    for loan_id in LOANS:
        for day in WINDOW:
            told, stands = reader.frozen(loan_id, day), set_of(desk, loan_id, day)
            if told != stands:
                raise Disagreement(f"{day} {loan_id}: told {told}, stands {stands}")


def found_to_be(desk: Desk, reader: Reader) -> None:
    """The person goes by another id: what is told names it and freezes as before. Raises Disagreement."""
    survivor = name_id("person", "survivor")
    borrower = BorrowerName(lender="acme", borrower_reference="B-1")
    for event in desk.take(PersonLinked(person_id=survivor, borrower=borrower, formerly=PERSON)):
        reader.take(event)
    agree(desk, reader)
    for key, stated in reader.stated.items():
        if key not in reader.lifted and stated.person_id != survivor:
            raise Disagreement(f"{key} is still told as that of {stated.person_id}")


def sold(desk: Desk) -> None:
    """A loan goes to another lender: nothing is told, all stands still as before. Raises Disagreement."""
    before = [set_of(desk, LOAN, day) for day in WINDOW]
    to = id_of_loan("other", "N-1")
    told = desk.take(
        LoanMoved(
            loan_id=LOAN,
            to_loan_id=to,
            to_lender="other",
            to_loan_reference="N-1",
            moved_on=FIRST,
            reason="transferred",
        )
    )
    if told or [set_of(desk, to, day) for day in WINDOW] != before:
        raise Disagreement("a hold was lost with a sale, or told anew")


def set_of(desk: Desk, loan_id: UUID, day: date) -> tuple[set[Purpose], bool, bool]:
    """What the states freeze: the person's and the loan's."""
    parts = [one.frozen(loan_id, day) for one in desk.states.values() if not one.gone]
    purposes: set[Purpose] = set().union(*(one.purposes for one in parts))
    return purposes, any(one.interest_and_fees for one in parts), any(one.ageing for one in parts)


# -- what happens --------------------------------------------------------------------------------------------

FREEZES = st.builds(
    Freezes,
    purposes=st.sets(st.sampled_from([Purpose.DEMAND, Purpose.REMINDER, Purpose.PLAN])).map(
        lambda found: tuple(sorted(found))
    ),
    interest_and_fees=st.booleans(),
    ageing=st.booleans(),
)
BY_HAND = st.sampled_from(
    [HoldReason.BEREAVEMENT, HoldReason.DISASTER, HoldReason.ILLNESS, HoldReason.DEATH, HoldReason.FRAUD]
)
SOME = st.sampled_from([(LOAN,), (SECOND,), LOANS, ()])
SMALL = st.integers(0, 60)


@dataclass(frozen=True)
class ByHand:
    """An officer does something to one of the holds, whichever it is by then."""

    which: int
    make: Callable[[UUID, int], Any]


def _change(days: int, freezes: Freezes | None) -> Callable[[UUID, int], Any]:
    return lambda id_, revision: ChangeHold(PERSON, id_, revision, freezes=freezes, ends_on=on(days))


MOVES = st.one_of(
    st.builds(
        lambda loans, reason, freezes, start, length: PlaceHold(
            PERSON, loans, reason, freezes, on(start), on(start + length)
        ),
        SOME,
        BY_HAND,
        st.none() | FREEZES,
        st.integers(-9, 20),
        SMALL,
    ),
    st.builds(ByHand, st.integers(0, 9), st.builds(_change, SMALL, st.none() | FREEZES)),
    st.builds(ByHand, st.integers(0, 9), st.just(lambda id_, _: LiftHold(PERSON, id_))),
    st.builds(
        ByHand, st.integers(0, 9), st.sampled_from(LOANS).map(lambda loan: lambda i, _: _lift(i, loan))
    ),
    st.builds(ByHand, st.integers(0, 9), st.just(lambda id_, _: ReviewHold(PERSON, id_))),
    st.builds(
        lambda n: CrisisSignalled(person_id=PERSON, signal_id=name_id("signal", str(n)), signalled_at=at(n)),
        st.integers(0, 3),
    ),
    st.integers(1, 40),
)
"""Commands, events, and days that pass."""


def _lift(hold_id: UUID, loan_id: UUID) -> LiftHold:
    return LiftHold(PERSON, hold_id, (loan_id,))


def live(moves: list[Any], flow: Flow = FLOW) -> tuple[Desk, Reader]:
    """A desk after these moves, and its reader: they agree after each. Raises Disagreement."""
    desk, reader = Desk(flow=flow), Reader()
    desk.link(*LOANS)
    for move in moves:
        before = len(desk.told)
        _do(desk, move)
        for event in desk.told[before:]:
            reader.take(event)
        agree(desk, reader)
    if desk.faults:
        raise Disagreement("; ".join(desk.faults))
    return desk, reader


def _do(desk: Desk, move: Any) -> None:
    if isinstance(move, int):
        desk.day(desk.now.date() + timedelta(days=move))
    elif isinstance(move, Event):
        desk.take(move)
    else:
        command = _named(desk, move) if isinstance(move, ByHand) else move
        try:
            if command is not None:
                desk.ask(command, ADA)
        except DomainError:
            pass  # what is refused changes nothing, which the reader sees as well


def _named(desk: Desk, move: ByHand) -> Any:
    holds = desk.state().holds
    if not holds:
        return None
    hold = holds[move.which % len(holds)]
    running = [one.revision for one in hold.loans if one.covers(desk.now.date())]
    return move.make(hold.id, max(running, default=0))


# -- what comes in any order ---------------------------------------------------------------------------------


def _mediation(case: int, loan: UUID, begins: int, lasts: int) -> list[Event]:
    names: dict[str, Any] = {"case_id": name_id("case", str(case)), "person_id": PERSON}
    opened = MediationOpened(
        **names,
        lender="acme",
        loan_ids=(loan,),
        opened_at=at(begins),
        asked_by="borrower",
        answer_by=on(begins),
    )
    return [opened, MediationClosed(**names, outcome="settled", closed_at=at(begins + lasts))]


def _action(number: int, loan: UUID, begins: int, lasts: int) -> list[Event]:
    names: dict[str, Any] = {
        "lender": "acme",
        "loan_reference": NAMES[loan],
        "action_reference": f"A-{number}",
    }
    started = LegalActionStarted(**names, started_on=on(begins), kind="claim")
    return [started, LegalActionEnded(**names, ended_on=on(begins + lasts), outcome="withdrawn")]


def _request(number: int, loan: UUID, begins: int, lasts: int) -> list[Event]:
    return [
        HoldRequested(
            lender="acme",
            loan_reference=NAMES[loan],
            hold_reference=f"H-{number}",
            borrower_reference="B-1",
            reason=HoldReason.DISASTER,
            starts_on=on(begins),
            ends_on=on(begins + lasts),
        )
    ]


def _represented(number: int, loan: UUID, begins: int, lasts: int) -> list[Event]:
    return [
        RepresentationStated(person_id=PERSON, loan_ids=(loan,), by=f"agent{number}", stated_at=at(begins))
    ]


def _told(make: Callable[..., list[Event]], *rest: Any) -> list[Event]:
    return make(*rest)


STORIES = st.lists(
    st.tuples(
        st.sampled_from([_mediation, _action, _request, _represented]),
        st.integers(0, 2),
        st.sampled_from(LOANS),
        st.integers(0, 30),
        st.integers(0, 30),
    ),
    min_size=1,
    max_size=3,
    # One name, one story: a platform that tells two under one name is not what order is about.
    unique_by=lambda story: story[:2],
).map(lambda drawn: [event for make, *rest in drawn for event in _told(make, *rest)])
"""Events of some stories whose days are said by the events, whenever these come."""
End = set[tuple[str, UUID, date, date | None]]


def end_of(events: list[Event], flow: Flow = FLOW, day_after: int = -1, first_day: int = 0) -> End:
    """How all holds have ended: after these events, with a hundred days that pass before some of them."""
    desk = Desk(flow=flow)
    desk.link(*LOANS)
    desk.day(on(first_day))
    for index, event in enumerate(events):
        if index == day_after:
            desk.day(on(100))
        desk.take(event)
    desk.day(on(100))
    if desk.faults:
        raise Disagreement("; ".join(desk.faults))
    return {
        (hold.cause, held.loan_id, held.starts_on, held.lifted_on)
        for state in desk.states.values()
        for hold in state.holds
        for held in hold.loans
    }


# -- faults --------------------------------------------------------------------------------------------------


def flow_where(message: type, wrap: Wrap) -> Flow:
    """The flow in which the decision on a message is not what it should be."""

    (right,) = (step.decide for step in STANDING_STEPS if step.message is message)

    def decide(state: Any, body: Any, context: Any) -> Any:
        made = right(state, body, context)
        return wrap(made) if isinstance(made, Decision) else made

    return flow_with(message, decide)


def flow_with(message: type, decide: Decide) -> Flow:
    """The flow in which another decision is taken on a message."""
    steps = tuple(
        replace(step, decide=decide) if step.message is message else step for step in STANDING_STEPS
    )
    return Flow("hardship", states=[STANDSTILLS], steps=steps)


def with_held(wrap: Callable[[Any], Any]) -> Wrap:
    """A fault in how each loan of each hold stands afterwards."""

    def wrapped(made: Decision[Standstill]) -> Decision[Standstill]:
        holds = tuple(
            replace(hold, loans=tuple(wrap(one) for one in hold.loans)) for hold in made.state.holds
        )
        return replace(made, state=replace(made.state, holds=holds))

    return wrapped
