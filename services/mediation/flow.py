"""Every message of mediation, its decision and the events it may emit."""

from services.mediation.domain import (
    appointing,
    closing,
    contents,
    course,
    mediators,
    offers,
    persons,
    settlements,
)
from services.mediation.domain import messages as handed
from services.mediation.domain.case import Case
from services.mediation.domain.closing import Taken
from services.mediation.domain.contents import Submit, Submitted
from services.mediation.domain.mediators import KeepMediator, Mediator, RetireMediator
from services.mediation.domain.persons import Loan, OpenCase, Opened, Person
from services.mediation.domain.settlements import Settlement
from services.mediation.store import cases, people
from shared.events.hardship import PlanActivated, PlanWithdrawn
from shared.events.ledger import ReliefRefused
from shared.events.mediation import (
    MediationClosed,
    MediationDeclined,
    MediationOpened,
    MediatorAppointed,
    OfferAnswered,
    OfferMade,
    SettlementReached,
    StatementSubmitted,
)
from shared.events.reminders import (
    LoanLinked,
    LoanUnlinked,
    MediationRequested,
    PersonErased,
    PersonLinked,
    PersonProfiled,
    PersonUnlinked,
)
from shared.flow import Flow, States, Step

_CLOSES = (MediationClosed,)

FLOW = Flow(
    service="mediation",
    states=(
        States(
            Case,
            load=cases.load_cases,
            save=cases.save_cases,
            key="case_id",
            load_history=people.load_candidates,
        ),
        States(
            Person,
            load=people.load_persons,
            save=people.save_persons,
            key="person_id",
            guard=persons.guard,
        ),
        States(
            Loan,
            load=people.load_loans,
            save=people.save_loans,
            key="loan_id",
        ),
        States(
            Mediator,
            load=people.load_mediators,
            save=people.save_mediators,
            key="mediator_id",
        ),
        States(
            Settlement,
            load=cases.load_settlements,
            save=cases.save_settlements,
            key="plan_id",
        ),
    ),
    steps=(
        # Who is who, and whose loan is whose.
        Step(LoanLinked, persons.link_loan, creates=True, state=Person),
        Step(LoanLinked, persons.add_part, creates=True, state=Loan),
        Step(LoanUnlinked, persons.unlink_loan, creates=True, state=Person),
        Step(LoanUnlinked, persons.end_part, creates=True, state=Loan),
        Step(
            PersonLinked,
            persons.link_person,
            creates=True,
            state=Person,
            key=persons.persons_linked,
        ),
        Step(handed.PersonMerged, persons.merge, creates=True, state=Person),
        Step(PersonUnlinked, persons.part, state=Person),
        Step(handed.PersonParted, persons.begin_anew, creates=True, state=Person),
        Step(PersonProfiled, persons.profile, creates=True, state=Person),
        Step(PersonErased, persons.forget_person, creates=True, state=Person),
        # Opening.
        Step(MediationRequested, persons.request, state=Person),
        Step(OpenCase, persons.open_cases, state=Person, answer=Opened),
        Step(handed.CaseWanted, course.open_case, emits=(MediationOpened,), creates=True, state=Case),
        Step(handed.CaseEnded, persons.case_ended, state=Person),
        Step(handed.CasePersonChanged, course.change_person, state=Case),
        Step(handed.CaseForgotten, course.forget, emits=_CLOSES, state=Case),
        # Consent.
        Step(
            course.GiveConsent, course.consent, emits=(MediationDeclined, *_CLOSES), state=Case, answer=Taken
        ),
        Step(closing.AnswerDue, course.consent_overdue, emits=(MediationDeclined, *_CLOSES), state=Case),
        # The mediator.
        Step(KeepMediator, mediators.keep, creates=True, state=Mediator, answer=Mediator),
        Step(RetireMediator, mediators.retire, state=Mediator, answer=Mediator),
        Step(mediators.AccreditationEnded, mediators.accreditation_ended, state=Mediator),
        Step(handed.MediatorAsked, mediators.ask, state=Mediator),
        Step(handed.MediatorReleased, mediators.release, state=Mediator),
        Step(handed.MediatorFound, appointing.appoint, emits=(MediatorAppointed,), state=Case),
        Step(handed.MediatorLost, appointing.mediator_lost, state=Case),
        Step(closing.SearchDue, appointing.search_again, emits=_CLOSES, state=Case),
        Step(appointing.TakeUp, appointing.take_up, state=Case, answer=Taken),
        Step(closing.TakeUpDue, appointing.not_taken_up, state=Case),
        Step(appointing.StepBack, appointing.step_back, state=Case, answer=Taken),
        Step(appointing.ReplaceMediator, appointing.replace_mediator, state=Case, answer=Taken),
        # What is said and offered.
        Step(Submit, contents.submit, emits=(StatementSubmitted,), state=Case, answer=Submitted),
        Step(closing.StatementsDue, course.statements_over, state=Case),
        Step(course.BeginNegotiation, course.negotiate, state=Case, answer=Taken),
        Step(offers.MakeOffer, offers.make, emits=(OfferMade,), state=Case, answer=Taken),
        Step(offers.ConfirmOffer, offers.confirm, emits=(OfferMade,), state=Case, answer=Taken),
        Step(offers.WithdrawOffer, offers.withdraw_offer, state=Case, answer=Taken),
        Step(
            offers.AnswerOffer,
            offers.answer,
            emits=(OfferAnswered, SettlementReached),
            state=Case,
            answer=Taken,
        ),
        Step(closing.OfferDue, offers.offer_overdue, state=Case),
        # The end.
        Step(handed.SettlementNoted, settlements.note, creates=True, state=Settlement),
        Step(PlanActivated, settlements.activated, creates=True, state=Settlement),
        Step(PlanWithdrawn, settlements.withdrawn, creates=True, state=Settlement),
        Step(
            ReliefRefused,
            settlements.refused,
            creates=True,
            state=Settlement,
            key=lambda event: event.plan.plan_id,
        ),
        Step(handed.SettlementInForce, offers.in_force, emits=_CLOSES, state=Case),
        Step(handed.SettlementFailed, offers.failed, state=Case),
        Step(closing.PlanDue, offers.plan_overdue, state=Case),
        Step(closing.NegotiationDue, course.no_agreement, emits=_CLOSES, state=Case),
        Step(course.GiveUp, course.give_up, emits=_CLOSES, state=Case, answer=Taken),
        Step(course.Withdraw, course.withdraw, emits=_CLOSES, state=Case, answer=Taken),
    ),
)
