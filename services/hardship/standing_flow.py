"""Steps of holds, breathing space, disputes and complaints: a part of the table in `flow.py`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from services.hardship.domain import (
    complaints,
    disputes,
    hold_causes,
    hold_requests,
    holds_by_hand,
    holds_taken_over,
    moratorium,
    moratorium_course,
    standing_links,
    standstill_due,
)
from services.hardship.domain.complaints import ComplaintTaken, FileComplaint, ResolveComplaint, SayAbout
from services.hardship.domain.disputes import (
    AddText,
    AppealDispute,
    BooksCorrected,
    DisputeTaken,
    FileDispute,
    ResolveDispute,
)
from services.hardship.domain.hold_causes import OBEYED
from services.hardship.domain.hold_requests import GrantRequest, RefuseRequest, RequestTaken
from services.hardship.domain.holds_by_hand import ChangeHold, HoldTaken, LiftHold, PlaceHold, ReviewHold
from services.hardship.domain.moratorium import AddDebt, EnterMoratorium, MoratoriumTaken
from services.hardship.domain.moratorium_course import (
    AskReview,
    CancelMoratorium,
    DecideReview,
    ReviewMidway,
    StopTreatment,
)
from services.hardship.domain.person import Person
from services.hardship.domain.standing_links import (
    AdvisersNamed,
    HeldLoanMoved,
    PlanCameFor,
    RequestedFor,
    StandstillMerged,
)
from services.hardship.domain.standstill import Standstill
from services.hardship.domain.standstill_timer import StandstillDue
from services.hardship.store.standstills import load_standstills, save_standstills
from shared.decision import Context, Decision, Need, Wait
from shared.events.base import Event
from shared.events.care import CrisisSignalled
from shared.events.hardship import (
    AppealDecided,
    ComplaintResolved,
    DisputeResolved,
    HardshipClosed,
    HardshipOpened,
    HardshipRefused,
    PlanAccepted,
    PlanBroken,
    PlanBrokenRetracted,
    PlanCompleted,
    PlanCompletedRetracted,
    PlanReplaced,
    PlanWithdrawn,
)
from shared.events.holds import HoldChanged, HoldLifted, HoldPlaced, HoldRefused
from shared.events.ledger import LoanMoved, LoanRegistered
from shared.events.mediation import MediationClosed, MediationOpened, SettlementReached
from shared.events.reminders import (
    ComplaintRaised,
    DisputeRaised,
    LoanLinked,
    LoanUnlinked,
    PersonErased,
    PersonLinked,
    PersonProfiled,
    PersonUnlinked,
    RepresentationStated,
)
from shared.events.servicing import HoldRequested, LegalActionEnded, LegalActionStarted
from shared.events.takeover import LoanMigrated
from shared.flow import Decide, States, Step

STANDSTILLS = States(
    Standstill, load=load_standstills, save=save_standstills, key="subject_id", guard=standing_links.guard
)


def _person(message: Any) -> UUID:
    person: UUID = message.person_id
    return person


def _loan(message: Any) -> UUID:
    loan: UUID = message.loan_id
    return loan


def _formerly(event: PersonLinked) -> Sequence[UUID]:
    return () if event.formerly in (None, event.person_id) else (event.formerly,)


def _of_person(message: type, decide: Decide, *emits: Any, creates: bool = False) -> Step:
    return Step(message, decide, emits=emits, creates=creates, state=Standstill, key=_person)


def _of_loan(message: type, decide: Decide, *emits: Any, creates: bool = False) -> Step:
    return Step(message, decide, emits=emits, creates=creates, state=Standstill, key=_loan)


def _asked(message: type, decide: Decide, answer: type, *emits: Any) -> Step:
    return Step(message, decide, emits=emits, state=Standstill, answer=answer)


STANDING_STEPS: tuple[Step, ...] = (
    # whose is what
    _of_person(PersonProfiled, standing_links.profile, creates=True),
    _of_person(LoanLinked, standing_links.link, HoldPlaced, creates=True),
    _of_loan(LoanLinked, standing_links.link_loan, creates=True),
    _of_person(AdvisersNamed, standing_links.name_advisers, creates=True),
    _of_person(LoanUnlinked, standing_links.unlink, HoldChanged),
    Step(PersonLinked, standing_links.merge_away, creates=True, state=Standstill, key=_formerly),
    _of_person(StandstillMerged, standing_links.merge, HoldChanged, creates=True),
    Step(PersonUnlinked, standing_links.part, creates=True, state=Standstill, key=lambda event: event.now),
    _of_person(PersonErased, standing_links.erase, creates=True),
    _of_loan(LoanRegistered, standing_links.register, creates=True),
    _of_loan(LoanMoved, standing_links.move, creates=True),
    Step(HeldLoanMoved, standing_links.follow, emits=(HoldPlaced,), creates=True, state=Standstill),
    # what platforms ask for
    Step(
        HoldRequested,
        hold_requests.request,
        emits=(HoldPlaced, HoldLifted),
        creates=True,
        state=Standstill,
        key=hold_requests.subject_of,
    ),
    _of_person(RequestedFor, hold_requests.request_for, HoldPlaced, HoldLifted, creates=True),
    _asked(GrantRequest, hold_requests.grant, RequestTaken, HoldPlaced, HoldLifted),
    _asked(RefuseRequest, hold_requests.refuse, RequestTaken, HoldRefused),
    _of_loan(LoanMigrated, holds_taken_over.take_over, HoldPlaced, creates=True),
    Step(
        LoanMigrated,
        holds_taken_over.take_over_plan,
        emits=(HoldPlaced,),
        creates=True,
        state=Standstill,
        key=holds_taken_over.keepers,
    ),
    _of_person(PlanCameFor, holds_taken_over.take_over_plan_for, HoldPlaced, creates=True),
    # what holds follow from
    _of_person(MediationOpened, hold_causes.open_mediation, HoldPlaced, creates=True),
    _of_person(MediationClosed, hold_causes.end_mediation, HoldLifted),
    _of_person(SettlementReached, hold_causes.end_mediation, HoldLifted),
    _of_person(RepresentationStated, hold_causes.state_representation, HoldPlaced, creates=True),
    _of_person(CrisisSignalled, hold_causes.signal_crisis, HoldPlaced, creates=True),
    _of_loan(LegalActionStarted, hold_causes.start_action, HoldPlaced, creates=True),
    _of_loan(LegalActionEnded, hold_causes.end_action, HoldLifted),
    _of_person(HardshipOpened, hold_causes.open_case, HoldPlaced, creates=True),
    _of_person(HardshipRefused, hold_causes.refuse_case, HoldChanged),
    _of_person(AppealDecided, hold_causes.decide_case_appeal, HoldPlaced, HoldChanged, HoldLifted),
    _of_person(HardshipClosed, hold_causes.close_case, HoldLifted),
    _of_person(PlanAccepted, hold_causes.accept_plan, HoldPlaced, HoldChanged, creates=True),
    _of_person(PlanBroken, hold_causes.end_plan, HoldLifted),
    _of_person(PlanCompleted, hold_causes.end_plan, HoldLifted),
    _of_person(PlanWithdrawn, hold_causes.end_plan, HoldLifted),
    _of_person(PlanReplaced, hold_causes.end_plan, HoldLifted),
    _of_person(PlanBrokenRetracted, hold_causes.resume_plan, HoldPlaced),
    _of_person(PlanCompletedRetracted, hold_causes.resume_plan, HoldPlaced),
    # by hand
    _asked(PlaceHold, holds_by_hand.place_hold, HoldTaken, HoldPlaced, HoldLifted),
    _asked(ChangeHold, holds_by_hand.change_hold, HoldTaken, HoldChanged),
    _asked(LiftHold, holds_by_hand.lift_hold, HoldTaken, HoldLifted),
    _asked(ReviewHold, holds_by_hand.review_hold, HoldTaken, HoldChanged),
    # breathing space
    _asked(EnterMoratorium, moratorium.enter, MoratoriumTaken, HoldPlaced),
    _asked(AddDebt, moratorium.add_debt, MoratoriumTaken, HoldPlaced),
    _asked(StopTreatment, moratorium_course.stop_treatment, MoratoriumTaken, HoldChanged),
    _asked(ReviewMidway, moratorium_course.review_midway, MoratoriumTaken, HoldChanged, HoldLifted),
    _asked(CancelMoratorium, moratorium_course.cancel, MoratoriumTaken, HoldLifted),
    _asked(AskReview, moratorium_course.ask_review, MoratoriumTaken),
    _asked(DecideReview, moratorium_course.decide_review, MoratoriumTaken, HoldLifted),
    # disputes and complaints
    _of_person(DisputeRaised, disputes.raise_dispute, HoldPlaced, creates=True),
    _asked(FileDispute, disputes.file, DisputeTaken, HoldPlaced),
    _asked(AddText, disputes.add_text, DisputeTaken),
    _asked(ResolveDispute, disputes.resolve, DisputeTaken, DisputeResolved, HoldLifted),
    _asked(BooksCorrected, disputes.correct, DisputeTaken, HoldLifted),
    _asked(AppealDispute, disputes.appeal, DisputeTaken, HoldPlaced),
    _of_person(ComplaintRaised, complaints.raise_complaint, HoldPlaced, creates=True),
    _asked(FileComplaint, complaints.file, ComplaintTaken, HoldPlaced),
    _asked(SayAbout, complaints.say_about, ComplaintTaken),
    _asked(ResolveComplaint, complaints.resolve, ComplaintTaken, ComplaintResolved, HoldLifted),
    # time
    Step(
        StandstillDue,
        standstill_due.fall_due,
        emits=(HoldPlaced, HoldLifted),
        state=Standstill,
    ),
)
"""Holds come first to whoever asks for one: everything here emits on `holds`, but for what is decided."""


def obeying(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps of cases and plans, so that what they tell of these is obeyed by holds at once, in the same
    transaction: no demand lies between an accepted plan and its hold. An adviser whom a case names may see
    what stands still from then on.
    """
    return tuple(
        replace(step, decide=_handing_on(step.decide)) if step.state is Person else step for step in steps
    )


def _advisers(person: Person | None) -> tuple[str, ...]:
    cases = () if person is None else person.cases
    return tuple(sorted({case.adviser for case in cases if case.adviser is not None}))


def _handing_on(decide: Decide) -> Decide:
    def decided(state: Any, message: Any, context: Context) -> Decision[Any] | Need | Wait:
        made = decide(state, message, context)
        if not isinstance(made, Decision):
            return made
        told: list[Event] = [event for event in made.events if isinstance(event, OBEYED)]
        person: Person = made.state
        if not person.gone and (subjects := _advisers(person)) != _advisers(state):
            told.append(AdvisersNamed(person_id=person.id, subjects=subjects))
        return replace(made, hands_on=(*made.hands_on, *told)) if told else made

    decided.__name__ = getattr(decide, "__name__", "decided")
    decided.__module__ = decide.__module__
    return decided
