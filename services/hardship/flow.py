"""Every message of hardship, its decision and the events it may emit."""

from collections.abc import Sequence
from uuid import UUID

from services.hardship.domain import (
    case_ends,
    cases,
    hold_causes,
    holds_taken_over,
    linking,
    loan,
    person_due,
    plan_course,
    plans_taken_over,
    proposals,
    settlements,
)
from services.hardship.domain.case_ends import AppealRefusal, CloseCase, DecideAppeal, RefuseCase
from services.hardship.domain.cases import (
    Acknowledge,
    CaseTaken,
    GiveStatement,
    NameAdviser,
    NoteOptions,
    OpenCase,
    ShareWith,
)
from services.hardship.domain.linking import CasesMerged
from services.hardship.domain.loan import Feed, Loan, LoanTold
from services.hardship.domain.person import Person
from services.hardship.domain.person_timer import PersonDue
from services.hardship.domain.plan_course import PlanPartRefused
from services.hardship.domain.proposals import (
    AnswerPlan,
    ApprovePlan,
    PlanTaken,
    RequestPlan,
    TakeLightRelief,
    WithdrawPlan,
)
from services.hardship.domain.risk import watching
from services.hardship.domain.risk.watching import CardWatch
from services.hardship.domain.standing_links import PlanCameFor
from services.hardship.domain.standstill import Standstill
from services.hardship.standing_flow import STANDING_STEPS, STANDSTILLS, obeying
from services.hardship.store import cards, persons
from shared.events.base import Event
from shared.events.care import HardshipSignalled, RiskAssessed, StatementReceived
from shared.events.hardship import (
    AppealDecided,
    HardshipClosed,
    HardshipOpened,
    HardshipRefused,
    NothingAffordable,
    PlanAccepted,
    PlanActivated,
    PlanBroken,
    PlanBrokenRetracted,
    PlanCompleted,
    PlanCompletedRetracted,
    PlanDeclined,
    PlanExpired,
    PlanInstalmentKept,
    PlanInstalmentKeptRetracted,
    PlanInstalmentMissed,
    PlanInstalmentMissedRetracted,
    PlanProposed,
    PlanReplaced,
    PlanRequested,
    PlanWithdrawn,
)
from shared.events.holds import HoldLifted
from shared.events.ledger import (
    ArrearsCured,
    FeedLate,
    LoanMoved,
    LoanRegistered,
    LoanRepaid,
    LoanRepaidRetracted,
    PaymentApplied,
    PaymentMissed,
    PaymentMissedRetracted,
    PaymentReallocated,
    ReliefRefused,
    ScheduleRevised,
    StatementMade,
)
from shared.events.loans import LimitChanged, LoanOpened, PaymentsComplete
from shared.events.mediation import SettlementReached
from shared.events.reminders import (
    LoanLinked,
    LoanUnlinked,
    PersonErased,
    PersonLinked,
    PersonProfiled,
    PersonUnlinked,
)
from shared.events.takeover import LoanMigrated
from shared.flow import Decide, Flow, States, Step

_TOLD = (
    PaymentMissed,
    PaymentMissedRetracted,
    PaymentApplied,
    PaymentReallocated,
    ScheduleRevised,
    ReliefRefused,
    LoanRepaid,
    LoanRepaidRetracted,
    LoanMoved,
)
"""What the ledger tells of a loan that is its persons' business."""


_COURSE = (
    PlanActivated,
    PlanInstalmentKept,
    PlanInstalmentKeptRetracted,
    PlanInstalmentMissedRetracted,
    PlanBroken,
    PlanBrokenRetracted,
    PlanCompleted,
    PlanCompletedRetracted,
    HardshipOpened,
)
"""What may follow from how a plan is kept."""


def _asked(message: type, decide: Decide, answer: type, *emits: type[Event]) -> Step:
    return Step(message, decide, emits=emits, state=Person, answer=answer)


def _person(event: PlanPartRefused) -> UUID:
    return event.person_id


def _formerly(event: PersonLinked) -> Sequence[UUID]:
    return () if event.formerly in (None, event.person_id) else (event.formerly,)


CASE_STEPS: tuple[Step, ...] = (
    # whose is what
    Step(PersonProfiled, linking.profile, creates=True, state=Person),
    Step(LoanLinked, linking.link, emits=(HardshipOpened,), creates=True, state=Person),
    Step(LoanLinked, loan.link, creates=True, state=Loan),
    Step(LoanUnlinked, linking.unlink, creates=True, state=Person),
    Step(LoanUnlinked, loan.unlink, creates=True, state=Loan),
    Step(PersonLinked, linking.merge_away, creates=True, state=Person, key=_formerly),
    Step(CasesMerged, linking.merge, creates=True, state=Person),
    Step(PersonUnlinked, linking.part, creates=True, state=Person, key=lambda event: event.now),
    Step(PersonErased, linking.erase, creates=True, state=Person),
    Step(LoanRegistered, loan.register, creates=True, state=Loan),
    *(Step(message, loan.tell, creates=True, state=Loan) for message in _TOLD),
    Step(FeedLate, loan.feed_late, creates=True, state=Feed, key=lambda event: loan.feed_id(event.lender)),
    Step(
        PaymentsComplete,
        loan.feed_complete,
        creates=True,
        state=Feed,
        key=lambda event: loan.feed_id(event.lender),
    ),
    # cases
    Step(HardshipSignalled, cases.signal, emits=(HardshipOpened,), creates=True, state=Person),
    _asked(OpenCase, cases.open_case, CaseTaken, HardshipOpened),
    _asked(Acknowledge, cases.acknowledge, CaseTaken),
    _asked(NameAdviser, cases.name_adviser, CaseTaken),
    _asked(ShareWith, cases.share_with, CaseTaken),
    _asked(GiveStatement, cases.give_statement, CaseTaken, StatementReceived),
    _asked(NoteOptions, cases.note_options, CaseTaken, NothingAffordable),
    _asked(RefuseCase, case_ends.refuse, CaseTaken, HardshipRefused),
    _asked(AppealRefusal, case_ends.appeal, CaseTaken),
    _asked(DecideAppeal, case_ends.decide_appeal, CaseTaken, AppealDecided, HardshipClosed),
    _asked(CloseCase, case_ends.close, CaseTaken, HardshipClosed),
    # plans
    _asked(RequestPlan, proposals.request, PlanTaken, PlanReplaced, PlanRequested, PlanProposed),
    _asked(ApprovePlan, proposals.approve, PlanTaken, PlanProposed),
    _asked(TakeLightRelief, proposals.take_light, PlanTaken, PlanReplaced, PlanAccepted, HardshipClosed),
    _asked(
        AnswerPlan,
        proposals.answer,
        PlanTaken,
        PlanDeclined,
        PlanReplaced,
        PlanAccepted,
        HardshipClosed,
    ),
    _asked(WithdrawPlan, proposals.withdraw, PlanTaken, PlanWithdrawn, HardshipOpened),
    Step(
        SettlementReached,
        settlements.settle,
        emits=(PlanReplaced, PlanAccepted, HardshipClosed),
        creates=True,
        state=Person,
    ),
    Step(
        LoanMigrated,
        plans_taken_over.take_over,
        creates=True,
        state=Person,
        key=holds_taken_over.keepers,
    ),
    Step(PlanCameFor, plans_taken_over.take_over_for, creates=True, state=Person),
    Step(LoanTold, plan_course.follow, emits=_COURSE, creates=True, state=Person),
    Step(PlanPartRefused, hold_causes.end_plan, emits=(HoldLifted,), state=Standstill, key=_person),
    Step(
        PersonDue,
        person_due.fall_due,
        emits=(PlanExpired, PlanInstalmentMissed, HardshipClosed, *_COURSE),
        state=Person,
    ),
)

RISK_STEPS: tuple[Step, ...] = (
    Step(LoanOpened, watching.open_card, creates=True, state=CardWatch),
    Step(LoanMigrated, watching.take_over, creates=True, state=CardWatch),
    Step(LimitChanged, watching.change_limit, creates=True, state=CardWatch),
    *(
        Step(message, watching.follow, creates=True, state=CardWatch)
        for message in (PaymentApplied, PaymentMissed, PaymentMissedRetracted, ArrearsCured, LoanRepaid)
    ),
    Step(StatementMade, watching.assess, emits=(RiskAssessed,), creates=True, state=CardWatch),
)

FLOW = Flow(
    service="hardship",
    states=(
        States(
            Person,
            load=persons.load_persons,
            save=persons.save_persons,
            key="person_id",
            guard=linking.guard,
        ),
        States(Loan, load=persons.load_loans, save=persons.save_loans, key="loan_id"),
        States(CardWatch, load=cards.load_cards, save=cards.save_cards, key="loan_id"),
        States(Feed, load=persons.load_feeds, save=persons.save_feeds, key="feed_id"),
        STANDSTILLS,
    ),
    steps=(*obeying(CASE_STEPS), *STANDING_STEPS, *RISK_STEPS),
)
