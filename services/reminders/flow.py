"""What reminders does: every message, its decision and what it may tell."""

from collections.abc import Sequence
from uuid import UUID

from services.reminders.domain import (
    asking,
    borrowers,
    caring,
    contacting,
    loan,
    merging,
    replying,
    reported,
    settling,
    small_states,
    told,
    whoiswho,
)
from services.reminders.domain.borrowers import ProfileTold
from services.reminders.domain.loan import Loan, PartyJoined, PartyLeft, Rejoined, ToldOfLoan
from services.reminders.domain.person_file import PersonFile
from services.reminders.domain.settling import ContactSettled
from services.reminders.domain.small_states import Borrower, Brake, Conduct, StaffTask, TaskGiven
from services.reminders.domain.turn import PersonDue
from services.reminders.domain.whoiswho import FilesMerged
from services.reminders.store import persons
from services.reminders.store import small_states as small
from shared.events.base import Event
from shared.events.borrowers import BorrowerErased, BorrowerRegistered, BorrowerUpdated
from shared.events.care import CrisisSignalled, HardshipSignalled, RiskAssessed, VulnerabilityNoted
from shared.events.hardship import (
    ComplaintResolved,
    DisputeResolved,
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
    PlanInstalmentMissed,
    PlanInstalmentMissedRetracted,
    PlanProposed,
    PlanReplaced,
    PlanWithdrawn,
)
from shared.events.ids import borrower_id
from shared.events.ledger import LoanRegistered
from shared.events.loans import LoanOpened
from shared.events.mediation import MediationClosed, MediationDeclined, MediationOpened
from shared.events.reminders import (
    BorrowerReplied,
    ComplaintRaised,
    ConductBreachFound,
    ContactFailed,
    ContactPlanned,
    ContactSent,
    ContactWithheld,
    DisputeRaised,
    LoanLinked,
    LoanUnlinked,
    MediationRequested,
    MisconductRefused,
    PersonErased,
    PersonLinked,
    PersonProfiled,
    PersonUnlinked,
    PromiseBroken,
    PromiseBrokenRetracted,
    PromiseKept,
    PromiseKeptRetracted,
    PromiseMade,
    RepresentationStated,
    TreatmentAssigned,
    TreatmentExhausted,
)
from shared.events.servicing import ContactReported, HoldRequested, PartyChanged
from shared.events.takeover import LoanMigrated
from shared.flow import Decide, Flow, States, Step

COURSE: tuple[type[Event], ...] = (
    TreatmentAssigned,
    TreatmentExhausted,
    PromiseKept,
    PromiseKeptRetracted,
    PromiseBroken,
    PromiseBrokenRetracted,
)
"""What may follow from anything that becomes known of a person."""
CONTACTS: tuple[type[Event], ...] = (ContactPlanned, ContactWithheld)
SAID: tuple[type[Event], ...] = (
    BorrowerReplied,
    PromiseMade,
    DisputeRaised,
    ComplaintRaised,
    MediationRequested,
    RepresentationStated,
    HardshipSignalled,
    CrisisSignalled,
)
_CLOSES = (
    HardshipOpened,
    PlanAccepted,
    PlanActivated,
    PlanBrokenRetracted,
    PlanCompletedRetracted,
    MediationOpened,
)
_REOPENS = (
    HardshipClosed,
    HardshipRefused,
    PlanBroken,
    PlanCompleted,
    PlanReplaced,
    PlanWithdrawn,
    MediationClosed,
    MediationDeclined,
    DisputeResolved,
    ComplaintResolved,
)


def _of_person(message: type, decide: Decide, *emits: type[Event], answer: object = None) -> Step:
    creates = issubclass(message, Event)
    return Step(message, decide, emits=(*COURSE, *emits), creates=creates, state=PersonFile, answer=answer)


def _loan_named(event: HoldRequested | ContactReported | PartyChanged) -> UUID:
    return loan.loan_of(event)


def _formerly(event: FilesMerged) -> Sequence[UUID]:
    return (event.formerly,)


def _erased(event: PersonErased) -> Sequence[UUID]:
    return [borrower_id(one.lender, one.borrower_reference) for one in event.borrowers]


def _now(event: PersonUnlinked) -> UUID:
    return event.now


STEPS: tuple[Step, ...] = (
    # who is who
    Step(BorrowerRegistered, borrowers.register, creates=True, state=Borrower),
    Step(BorrowerUpdated, borrowers.register, creates=True, state=Borrower),
    Step(BorrowerErased, borrowers.forget, creates=True, state=Borrower),
    Step(PersonErased, borrowers.forget_with_person, state=Borrower, key=_erased),
    _of_person(
        ProfileTold,
        whoiswho.profile,
        PersonLinked,
        PersonProfiled,
        LoanUnlinked,
        PersonUnlinked,
        PersonErased,
    ),
    _of_person(FilesMerged, merging.merge, PersonProfiled, LoanLinked),
    Step(FilesMerged, merging.merge_away, state=PersonFile, key=_formerly),
    Step(PersonUnlinked, whoiswho.begin_anew, emits=COURSE, creates=True, state=PersonFile, key=_now),
    _of_person(whoiswho.BorrowerForgotten, whoiswho.forget_borrower, PersonErased),
    _of_person(whoiswho.LinkPersons, whoiswho.link, PersonLinked, answer=UUID),
    _of_person(
        whoiswho.UnlinkBorrower,
        whoiswho.unlink,
        PersonProfiled,
        LoanUnlinked,
        PersonUnlinked,
        answer=UUID,
    ),
    _of_person(
        whoiswho.ErasePerson,
        whoiswho.forget_person,
        PersonProfiled,
        LoanUnlinked,
        PersonUnlinked,
        PersonErased,
        answer=UUID,
    ),
    # loans
    Step(LoanOpened, loan.open_loan, creates=True, state=Loan),
    Step(LoanMigrated, loan.open_loan, creates=True, state=Loan),
    Step(LoanRegistered, loan.register, creates=True, state=Loan),
    Step(PartyChanged, loan.change_party, creates=True, state=Loan, key=_loan_named),
    *(
        Step(one, loan.tell, state=Loan, key=_loan_named if one in (HoldRequested, ContactReported) else None)
        for one in loan.TOLD
    ),
    Step(Rejoined, loan.rejoin, state=Loan),
    _of_person(PartyJoined, told.join, LoanLinked),
    _of_person(PartyLeft, told.leave, LoanUnlinked),
    _of_person(ToldOfLoan, told.tell, ConductBreachFound),
    # what speaks against contact
    *(_of_person(one, caring.close) for one in _CLOSES),
    *(_of_person(one, caring.reopen) for one in _REOPENS),
    *(_of_person(one, caring.drop_proposal) for one in (PlanDeclined, PlanExpired)),
    _of_person(PlanProposed, caring.propose),
    _of_person(PlanInstalmentMissed, caring.ask_of_plan),
    _of_person(PlanInstalmentMissedRetracted, caring.ask_no_more),
    _of_person(NothingAffordable, caring.note_capacity),
    _of_person(VulnerabilityNoted, caring.note_vulnerability),
    _of_person(CrisisSignalled, caring.stop_all),
    _of_person(RiskAssessed, caring.assess),
    _of_person(asking.AskToStop, asking.stop, answer=str),
    _of_person(asking.LiftStops, asking.lift_stops, answer=str),
    _of_person(asking.CloseTime, asking.close_time, answer=UUID),
    _of_person(asking.OpenTime, asking.open_time, answer=UUID),
    _of_person(asking.StateRepresentation, asking.state_representation, answer=str),
    _of_person(asking.EndIt, asking.end_it, answer=str),
    # contacts
    _of_person(PersonDue, contacting.due, *CONTACTS),
    _of_person(
        ContactSettled, settling.settle, ContactSent, ContactFailed, ContactWithheld, MisconductRefused
    ),
    _of_person(
        reported.AskPermit,
        reported.ask_permit,
        ContactWithheld,
        MisconductRefused,
        answer=reported.PermitAnswer,
    ),
    _of_person(reported.TellOutcome, reported.tell_outcome, ContactSent, answer=str),
    _of_person(reported.ReleaseSlot, reported.release_slot, answer=UUID),
    # answers
    _of_person(replying.TakeReply, replying.reply, *SAID, *CONTACTS, answer=replying.ReplyTaken),
    _of_person(replying.TakeReceipt, replying.take_receipt, ContactFailed, answer=str),
    # the staff
    Step(TaskGiven, small_states.give_task, creates=True, state=StaffTask),
    Step(small_states.FinishTask, small_states.finish_task, state=StaffTask, answer=UUID),
    Step(small_states.SetBrake, small_states.set_brake, creates=True, state=Brake, answer=Brake),
    Step(small_states.SetConduct, small_states.set_conduct, creates=True, state=Conduct, answer=str),
)

FLOW = Flow(
    service="reminders",
    states=(
        States(
            PersonFile,
            load=persons.load_persons,
            save=persons.save_persons,
            key="person_id",
            guard=whoiswho.guard,
        ),
        States(
            Loan,
            load=small.load_loans,
            save=small.save_loans,
            key="loan_id",
            lender=lambda state: state.lender,
        ),
        States(
            Borrower,
            load=small.load_borrowers,
            save=small.save_borrowers,
            key="borrower_id",
            lender=lambda state: state.lender,
        ),
        States(Brake, load=small.load_brakes, save=small.save_brakes, key="brake_id"),
        States(Conduct, load=small.load_conducts, save=small.save_conducts, key="conduct_id"),
        States(StaffTask, load=small.load_tasks, save=small.save_tasks, key="task_id"),
    ),
    steps=STEPS,
)
