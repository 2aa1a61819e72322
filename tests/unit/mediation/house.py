"""Mediation without a database: its flow, folded message by message, with what it hands on and its timers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from services.mediation.domain.case import Audience, Case, ContentKind
from services.mediation.domain.contents import NewContent, Submit
from services.mediation.domain.mediators import KeepMediator, Mediator, Profile
from services.mediation.domain.offers import MakeOffer
from services.mediation.domain.persons import OpenCase, Person
from services.mediation.domain.pricing import Due, PricedLoan, Reckoned
from services.mediation.flow import FLOW
from shared.decision import Actor, Context, Decision, Key, Need, Role, SetTimer, TimerFired, Wait
from shared.events.base import Event
from shared.events.examples import LENDER
from shared.events.hardship import PlanLoan
from shared.events.ids import loan_id, person_id
from shared.events.parts import PartyRole, ReliefKind, ReliefPhase
from shared.events.reminders import LoanLinked
from shared.flow import Step
from shared.money import Money
from tests.builders import NOON, money

LOAN, PERSON = loan_id(LENDER, "L-1"), person_id(LENDER, "C-1")
MIRA, MILO = UUID(int=0xA1), UUID(int=0xA2)
BORROWER = Actor(str(PERSON), Role.BORROWER)
OLGA = Actor("olga", Role.OPERATOR, frozenset({LENDER}))
FOREIGN = Actor("otto", Role.OPERATOR, frozenset({"other"}))
STRANGER = Actor(str(person_id(LENDER, "C-2")), Role.BORROWER)
ADA = Actor("ada", Role.ADMINISTRATOR, None)
SERVICE = Actor("mediation", Role.SERVICE, None)
Decides = Callable[[Any, Any, Context], "Decision[Any] | Need | Wait"]


def mediator_actor(id_: UUID = MIRA) -> Actor:
    """A mediator who calls."""
    return Actor(str(id_), Role.MEDIATOR)


def a_profile(**changes: Any) -> Profile:
    """What is known of a mediator."""
    values: dict[str, Any] = {
        "organisation": "House-of-Peace",
        "languages": ("zh", "en"),
        "capacity": 3,
        "accredited_until": date(2030, 12, 31),
    }
    return Profile(**{**values, **changes})


def a_link(
    person: UUID = PERSON, loan: UUID = LOAN, lender: str = LENDER, role: PartyRole = PartyRole.BORROWER
) -> LoanLinked:
    """A person's part in a loan."""
    return LoanLinked(person_id=person, loan_id=loan, lender=lender, loan_reference="L-1", role=role)


def a_reckoning(monthly: Money) -> Reckoned:
    """What is to come: two payments in two months."""
    dues = tuple(Due(date(2026, month, 1), monthly) for month in (4, 5))
    return Reckoned(dues, monthly + monthly, Money.zero(monthly.currency), date(2026, 5, 1), monthly)


def an_offer(
    case_id: UUID,
    offer_id: UUID,
    monthly: str = "100.00",
    capacity: str | None = "500.00",
    kind: ReliefKind = ReliefKind.TOKEN_PAYMENTS,
    refused: str | None = None,
) -> MakeOffer:
    """An offer as the route hands it in."""
    amount = money(monthly)
    phase = ReliefPhase(kind=kind, effective_on=date(2026, 4, 1), amount=amount)
    loan = PlanLoan(loan_id=LOAN, part=1, phases=(phase,))
    after = None if refused else a_reckoning(amount)
    priced = PricedLoan(LOAN, 1, a_reckoning(money("1000.00")), after, refused)
    return MakeOffer(case_id, offer_id, (loan,), (priced,), money(capacity) if capacity else None)


def a_text(
    case_id: UUID,
    id_: UUID,
    kind: ContentKind = ContentKind.STATEMENT,
    audience: Audience = Audience.BOTH,
) -> Submit:
    """Something to hand in, sealed."""
    return Submit(case_id, NewContent(id_, kind, audience, "text/plain", 10), b"sealed")


class FlowLies(Exception):
    """A decision emitted what its step does not list."""


@dataclass
class House:
    """All states, what was told, the timers and the clock. `instead` plants other decisions."""

    instead: Mapping[type, Decides] = field(default_factory=dict)
    now: datetime = NOON
    states: dict[Key, Any] = field(default_factory=dict)
    told: list[Event] = field(default_factory=list)
    timers: dict[tuple[Key, str], SetTimer] = field(default_factory=dict)
    stages: list[tuple[str, str]] = field(default_factory=list)
    """Every change of a case's stage, as it was seen."""
    _count: int = 0

    def new_id(self) -> UUID:
        """An id that was not used before."""
        self._count += 1
        return uuid5(PERSON, str(self._count))

    def take(self, message: Any, actor: Actor = SERVICE) -> Any:
        """Decide a message, and all that is handed on because of it. Raises what the decision raises."""
        answer, queue = self._take(message, actor)
        while queue:
            handed = queue.pop(0)
            queue += self._take(handed, SERVICE)[1]
        return answer

    def _take(self, message: Any, actor: Actor) -> tuple[Any, list[Event]]:
        answer: Any = None
        handed: list[Event] = []
        for step in FLOW.steps[type(message)]:
            for id_ in FLOW.keys_of(step, message):
                decision = self._decide(step, Key(FLOW.state_of(step).name, id_), message, actor)
                handed += decision.hands_on
                answer = answer or decision.answer
        return answer, handed

    def _decide(self, step: Step, key: Key, message: Any, actor: Actor) -> Decision[Any]:
        state = self.states.get(key)
        assert state is not None or step.creates, f"{type(message).__name__} comes before its {key.type}"
        decide = self.instead.get(type(message), step.decide)
        context = Context(self.now, actor, cause=self.new_id(), service="mediation")
        guard = FLOW.state_of(step).guard
        said = guard(state, message, context) if state is not None and guard is not None else None
        decided = said or decide(state, message, context)
        if isinstance(decided, Need):
            others = {other: self.states.get(other) for other in decided.keys}
            context = Context(
                self.now, actor, others=others, history=tuple(self.of(Mediator)), service="mediation"
            )
            decided = decide(state, message, context)
        assert isinstance(decided, Decision), decided
        self._apply(step, key, state, decided)
        return decided

    def _apply(self, step: Step, key: Key, before: Any, decision: Decision[Any]) -> None:
        for event in decision.events:
            if type(event) not in step.emits:
                raise FlowLies(f"{step.message.__name__} emits {type(event).__name__}")
        self.told += decision.events
        if decision.state is not None:
            self.states[key] = decision.state
        if isinstance(before, Case) and before.stage is not decision.state.stage:
            self.stages.append((before.stage.value, decision.state.stage.value))
        for timer in decision.timers:
            if isinstance(timer, SetTimer):
                self.timers[(key, timer.kind)] = timer
            else:
                self.timers.pop((key, timer.kind), None)

    # -- time -----------------------------------------------------------------------------------------------

    def wait(self, days: int) -> None:
        """Let days pass; timers fire in their order."""
        end = self.now + timedelta(days=days)
        while due := sorted(
            ((timer.due_at, key, kind) for (key, kind), timer in self.timers.items() if timer.due_at <= end),
            key=lambda one: (one[0], str(one[1]), one[2]),
        ):
            at, key, kind = due[0]
            del self.timers[(key, kind)]
            self.now = max(self.now, at)
            message = FLOW.messages[kind]
            assert issubclass(message, TimerFired)
            self.take(message(key.id, at))
        self.now = end

    # -- what there is --------------------------------------------------------------------------------------

    def of(self, cls: type[Any]) -> list[Any]:
        """All states of a type."""
        return [state for key, state in self.states.items() if key.type == cls.__name__]

    @property
    def case(self) -> Case:
        """The newest case."""
        case: Case = self.of(Case)[-1]
        return case

    @property
    def stage(self) -> str:
        """Where the newest case is."""
        return self.case.stage.value

    def of_person(self, id_: UUID) -> Person:
        """A person."""
        person: Person = self.states[Key(Person.__name__, id_)]
        return person

    def names(self) -> list[str]:
        """What was told, by name."""
        return [type(one).__name__ for one in self.told]

    # -- the usual ------------------------------------------------------------------------------------------

    def opened(self, actor: Actor = BORROWER) -> Case:
        """A case that somebody asked for."""
        self.take(a_link())
        self.take(OpenCase(PERSON, self.new_id()), actor)
        return self.case

    def mediator(self, id_: UUID = MIRA, **changes: Any) -> None:
        """Add a mediator."""
        self.take(KeepMediator(id_, a_profile(**changes)), ADA)
