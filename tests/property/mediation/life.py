"""Random lives of a case: anybody does anything at any time. What must never happen is checked after each
step, against a memory of its own and a table written by hand.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from services.mediation.domain.appointing import ReplaceMediator, StepBack, TakeUp
from services.mediation.domain.case import Audience, Case, Content, ContentKind, Offer, OfferStatus, Seat
from services.mediation.domain.course import BeginNegotiation, GiveConsent, GiveUp, Withdraw
from services.mediation.domain.mediators import Mediator, RetireMediator
from services.mediation.domain.offers import AnswerOffer, ConfirmOffer, WithdrawOffer
from services.mediation.domain.persons import OpenCase
from services.mediation.domain.seats import may_read, offers_seen
from shared.decision import Actor
from shared.errors import DomainError
from shared.events.examples import LENDER
from shared.events.hardship import PlanActivated, PlanWithdrawn
from shared.events.mediation import MediationClosed, SettlementReached, plan_of_settlement
from shared.events.reminders import BorrowerName, MediationRequested, PersonErased
from tests.builders import an_event
from tests.unit.mediation.house import (
    ADA,
    BORROWER,
    FOREIGN,
    LOAN,
    MILO,
    MIRA,
    OLGA,
    PERSON,
    STRANGER,
    Decides,
    House,
    a_link,
    a_text,
    an_offer,
    mediator_actor,
)

# Written from the description of the service, not from its table.
COURSE = frozenset(
    {
        ("asked", "consented"),
        ("asked", "closed"),
        ("consented", "appointed"),
        ("consented", "closed"),
        ("appointed", "statements"),
        ("appointed", "negotiating"),
        ("appointed", "consented"),
        ("appointed", "closed"),
        ("statements", "negotiating"),
        ("statements", "consented"),
        ("statements", "closed"),
        ("negotiating", "settled"),
        ("negotiating", "consented"),
        ("negotiating", "closed"),
        ("settled", "negotiating"),
        ("settled", "consented"),
        ("settled", "closed"),
    }
)
PEOPLE = (BORROWER, OLGA, mediator_actor(MIRA), mediator_actor(MILO), ADA, STRANGER, FOREIGN)
AUDIENCES, KINDS = tuple(Audience), tuple(ContentKind)
CAPACITIES = ("500.00", None, "50.00")
SIDES = {BORROWER: Seat.BORROWER, OLGA: Seat.LENDER}
Reads = Callable[[Content, Seat], bool]


class Broken(AssertionError):
    """Something happened that must never happen."""


@dataclass
class Life:
    """A house, and a memory of what was done in it. `reads` and `instead` are where faults are planted."""

    reads: Reads = may_read
    instead: dict[type, Decides] = field(default_factory=dict)
    house: House = field(init=False)
    private: dict[UUID, Seat] = field(default_factory=dict)
    """Whose a text is that was not meant for both."""
    yes: set[tuple[UUID, Seat]] = field(default_factory=set)
    """Which side said yes to which offer, by making it or in so many words."""
    confirmed: set[UUID] = field(default_factory=set)
    offered: dict[UUID, str | None] = field(default_factory=dict)
    """By offer, what was known of the person's capacity."""

    def __post_init__(self) -> None:
        self.house = House(self.instead)
        self.house.mediator(MIRA, capacity=1)
        self.house.mediator(MILO)
        self.house.take(a_link())

    def step(self, action: int, one: int) -> None:
        """Do one thing, as one of the people or by an event; then look around."""
        ACTIONS[action % len(ACTIONS)](self, one)
        self.check()

    def _do(self, message: object, who: Actor) -> bool:
        try:
            self.house.take(message, who)
        except DomainError:
            return False
        return True

    def _case(self) -> Case | None:
        found = self.house.of(Case)
        return found[-1] if found else None

    # -- what may happen -------------------------------------------------------------------------------------

    def open(self, one: int) -> None:
        """Somebody asks."""
        self._do(OpenCase(PERSON, self.house.new_id()), PEOPLE[one % len(PEOPLE)])

    def request(self, one: int) -> None:
        """The person asks in a message."""
        asked = MediationRequested(
            person_id=PERSON,
            request_id=self.house.new_id(),
            loan_ids=(LOAN,) if one % 2 else (),
            requested_at=self.house.now,
        )
        if self.house.of_person(PERSON).loans:
            self._do(asked, ADA)

    def command(self, one: int) -> None:
        """A command that says nothing but what it is."""
        if (case := self._case()) is None:
            return
        messages = (
            GiveConsent(case.id, True),
            GiveConsent(case.id, one % 5 != 0),
            TakeUp(case.id),
            BeginNegotiation(case.id),
            StepBack(case.id, "ill"),
            ReplaceMediator(case.id, "ill"),
            GiveUp(case.id),
            Withdraw(case.id),
        )
        self._do(messages[one % len(messages)], PEOPLE[one // len(messages) % len(PEOPLE)])

    def agree(self, one: int) -> None:
        """Who is asked does what is asked of them: most lives get somewhere."""
        if (case := self._case()) is None:
            return
        for who in (BORROWER, OLGA):
            self._do(GiveConsent(case.id, True), who)
        if case.mediator_id is not None:
            self._do(TakeUp(case.id), mediator_actor(case.mediator_id))
            if one % 2:
                self._do(BeginNegotiation(case.id), mediator_actor(case.mediator_id))

    def bargain(self, one: int) -> None:
        """An offer is made and answered at once, as far as the case lets them."""
        self.open(0)
        self.agree(1)
        self.offer(one % 3)
        case = self._case()
        if case is None or not case.offers:
            return
        for who in PEOPLE[one // 3 % 3 : 2]:
            self._answer(case, case.offers[-1], True, who)

    def _answer(self, case: Case, offer: Offer, accepted: bool, who: Actor) -> None:
        priced = an_offer(case.id, offer.id).priced if accepted else ()
        if self._do(AnswerOffer(case.id, offer.id, accepted, priced), who) and accepted:
            self.yes.add((offer.id, SIDES[who]))

    def say(self, one: int) -> None:
        """Something is handed in."""
        if (case := self._case()) is None:
            return
        who, id_ = PEOPLE[one % 4], self.house.new_id()
        kind, audience = KINDS[one // 4 % 3], AUDIENCES[one // 12 % 3]
        if self._do(a_text(case.id, id_, kind, audience), who) and audience is not Audience.BOTH:
            self.private[id_] = SIDES.get(who, Seat.MEDIATOR)

    def offer(self, one: int) -> None:
        """An offer is made."""
        if (case := self._case()) is None:
            return
        who, id_, capacity = PEOPLE[one % len(PEOPLE)], self.house.new_id(), CAPACITIES[one // 7 % 3]
        if self._do(an_offer(case.id, id_, capacity=capacity), who):
            self.offered[id_] = capacity
            if who in SIDES:
                self.yes.add((id_, SIDES[who]))
            else:
                self.confirmed.add(id_)

    def answer(self, one: int) -> None:
        """An offer is answered, looked at or taken back."""
        case = self._case()
        if case is None or not case.offers:
            return
        offer, who = case.offers[-1], PEOPLE[one % len(PEOPLE)]
        what = one // len(PEOPLE) % 5
        if what == 0:
            self._do(WithdrawOffer(case.id, offer.id), who)
        elif what == 1:
            confirmed = one // 35 % 2 == 0
            if self._do(ConfirmOffer(case.id, offer.id, confirmed), who) and confirmed:
                self.confirmed.add(offer.id)
        else:
            self._answer(case, offer, what != 2, who)

    def plan(self, one: int) -> None:
        """The plan runs, or the person thinks better of it."""
        case = self._case()
        if case is None or case.settlement_id is None:
            return
        cls = PlanActivated if one % 2 else PlanWithdrawn
        plan_id = plan_of_settlement(case.settlement_id)
        self._do(an_event(cls, person_id=PERSON, plan_id=plan_id, loan_ids=(LOAN,)), ADA)

    def days(self, one: int) -> None:
        """Time goes by."""
        self.house.wait((1, 4, 11, 16, 61)[one % 5])

    def mediators(self, one: int) -> None:
        """A mediator retires, or comes back."""
        if one % 3 == 0:
            self._do(RetireMediator((MIRA, MILO)[one % 2]), ADA)
        else:
            self.house.mediator((MIRA, MILO)[one % 2], capacity=1 + one % 2)

    def erase(self, one: int) -> None:
        """Now and then a person is forgotten."""
        if one % 10 == 0:
            names = (BorrowerName(lender=LENDER, borrower_reference="C-1"),)
            self._do(PersonErased(person_id=PERSON, borrowers=names), ADA)

    # -- what must hold --------------------------------------------------------------------------------------

    def check(self) -> None:
        """Look at everything. Raises Broken."""
        for change in self.house.stages:
            if change not in COURSE:
                raise Broken(f"a case went from {change[0]} to {change[1]}")
        for case in self.house.of(Case):
            self._check_contents(case)
            self._check_offers(case)
            self._check_end(case)
        self._check_mediators()
        self._check_told()

    def _check_contents(self, case: Case) -> None:
        for content in case.contents:
            owner = self.private.get(content.id)
            for seat in (Seat.BORROWER, Seat.LENDER, Seat.STAFF):
                if owner is not None and seat is not owner and self.reads(content, seat):
                    raise Broken(f"{seat} reads what {owner} kept from them")

    def _check_offers(self, case: Case) -> None:
        for seat in (Seat.BORROWER, Seat.LENDER):
            for offer in offers_seen(case, seat):
                known = self.offered[offer.id] == "500.00"
                if offer.by is not seat and not known and offer.id not in self.confirmed:
                    raise Broken(f"{seat} sees an offer of which nobody knows whether it can be paid")
        for offer in case.offers:
            if offer.status is OfferStatus.ACCEPTED:
                self._check_agreed(offer.id)

    def _check_agreed(self, offer_id: UUID) -> None:
        for side in (Seat.BORROWER, Seat.LENDER):
            if (offer_id, side) not in self.yes:
                raise Broken(f"a settlement without the {side}'s yes")

    def _check_end(self, case: Case) -> None:
        left = [kind for key, kind in self.house.timers if key.id == case.id]
        if not case.is_open and left:
            raise Broken(f"a closed case still waits for {left}")
        if case.is_open and not left:
            raise Broken(f"nothing ever ends a case that is {case.stage}")
        if case.forgotten and (case.contents or case.is_open):
            raise Broken("something remains of a person who was forgotten")

    def _check_mediators(self) -> None:
        led = {(one.mediator_id, one.id) for one in self.house.of(Case) if one.is_open and one.mediator_id}
        had = {(one.id, case_id) for one in self.house.of(Mediator) for case_id in one.case_ids}
        if led != had:
            raise Broken("cases and mediators do not say the same of each other")

    def _check_told(self) -> None:
        closed = [one.case_id for one in self.house.told if isinstance(one, MediationClosed)]
        over = [one.id for one in self.house.of(Case) if not one.is_open]
        if sorted(closed) != sorted(over):
            raise Broken("the end of a case was not told once")
        agreed: set[UUID] = set()
        for one in self.house.told:
            if isinstance(one, SettlementReached):
                self._check_agreed(one.offer_id)
                agreed.add(one.case_id)
            elif isinstance(one, MediationClosed) and one.outcome == "settled" and one.case_id not in agreed:
                raise Broken("a case was settled without an agreement")


ACTIONS: tuple[Callable[[Life, int], None], ...] = (
    Life.open,
    Life.request,
    Life.command,
    Life.command,
    Life.agree,
    Life.agree,
    Life.say,
    Life.say,
    Life.offer,
    Life.bargain,
    Life.bargain,
    Life.answer,
    Life.answer,
    Life.answer,
    Life.plan,
    Life.days,
    Life.mediators,
    Life.erase,
)
