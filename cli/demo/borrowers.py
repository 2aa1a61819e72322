"""What borrowers, and the platform that they pay to, make of what the services told."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from cli.demo.behaviour import LEAST_SPARED, Fate
from cli.demo.importing import LENDER, Story
from cli.demo.state import Action, Contact, LoanState, Payment, State, note
from services.ledger.domain.due_dates import add_months
from shared.events import hardship, holds, ledger, mediation, reminders
from shared.events.base import Event
from shared.events.ids import loan_id, person_id
from shared.events.parts import Purpose

DAY = timedelta(days=1)
DUE_SOON_DAYS = 7
CATCHES_UP_MAX = 3
"""Instalments."""
_ROUNDING = 100
"""Cents by which a plan's instalment may exceed what was said to be affordable."""
_ONLY_COUNTED: Mapping[type[Event], str] = {
    reminders.ContactPlanned: "contacts planned",
    reminders.PromiseMade: "promises made",
    reminders.PromiseKept: "promises kept",
    reminders.PromiseBroken: "promises broken",
    reminders.DisputeRaised: "disputes",
    reminders.TreatmentAssigned: "treatments",
    reminders.MediationRequested: "mediations asked for",
    reminders.MisconductRefused: "texts refused",
    reminders.ConductBreachFound: "breaches found",
    hardship.PlanProposed: "plans proposed",
    hardship.PlanAccepted: "plans accepted",
    hardship.PlanDeclined: "plans declined",
    hardship.PlanInstalmentKept: "plan instalments kept",
    hardship.PlanInstalmentMissed: "plan instalments missed",
    hardship.NothingAffordable: "nothing affordable",
    mediation.SettlementReached: "settlements",
    ledger.ArrearsCuredRetracted: "cures retracted",
    ledger.PaymentApplied: "payments applied",
    ledger.ReliefRefused: "reliefs refused",
}


class Borrowers:
    """Decides, for each event, what somebody will do and when."""

    def __init__(self, state: State, stories: Sequence[Story], fates: Mapping[str, Fate]) -> None:
        self._state, self.fates = state, fates
        self.stories = {one.reference: one for one in stories}
        self.of_loan = {loan_id(LENDER, name): name for name in self.stories}
        self.of_person = {person_id(LENDER, name): name for name in self.stories}
        for name in self.stories:
            state.loans.setdefault(name, LoanState())

    def take(self, event: Event) -> None:
        """One event of the services'."""
        if (what := _ONLY_COUNTED.get(type(event))) is not None:
            note(self._state, what)
            return
        match event:
            case ledger.LedgerEvent() if event.loan_id in self.of_loan:
                self._of_ledger(self.of_loan[event.loan_id], event)
            case reminders.BorrowerReplied() if event.person_id in self.of_person:
                note(self._state, "replies")
                name = self.of_person[event.person_id]
                self._state.wrote.setdefault(name, []).append(event.replied_at.isoformat())
            case reminders.ContactEvent() if event.person_id in self.of_person:
                self._of_contact(self.of_person[event.person_id], event)
            case hardship.PlanEvent() | hardship.CaseEvent() if event.person_id in self.of_person:
                self._of_help(self.of_person[event.person_id], event)
            case mediation.MediationOpened():
                note(self._state, "mediations")
                self._will("mediate", self.of_person[event.person_id], str(event.case_id))
            case mediation.MediationClosed():
                note(self._state, f"mediations closed: {event.outcome}")
            case holds.HoldPlaced() | holds.HoldLifted():
                self._of_hold(event)

    # -- what is owed ----------------------------------------------------------------------------------------

    def _of_ledger(self, name: str, event: ledger.LedgerEvent) -> None:
        loan = self._state.loans[name]
        match event:
            case ledger.InstalmentDueSoon():
                self._decide(name, event.due_on, event.unpaid.minor)
            case ledger.PaymentMissed():
                note(self._state, "missed")
                fees = 0 if event.late_fee is None else event.late_fee.minor
                self._state.cents["late fees"] = self._state.cents.get("late fees", 0) + fees
                loan.missed[event.instalment] = event.unpaid.minor
                loan.ever_late = True
                self._is_late(name, event)
            case ledger.PaymentMissedRetracted():
                note(self._state, "missed retracted")
                loan.missed.pop(event.instalment, None)
            case ledger.ArrearsCured():
                note(self._state, "cured with help" if loan.plan or loan.helped else "cured alone")
                loan.missed.clear()
            case ledger.LoanRepaid():
                note(self._state, "repaid")
                loan.repaid = True
            case ledger.ScheduleRevised():
                self._revised(name, event)

    def _decide(self, name: str, due_on: date, cents: int) -> None:
        """Whether, when and how much is paid of what falls due."""
        fate, loan = self.fates[name], self._state.loans[name]
        self._forget(name, due_on)
        if cents <= 0 or loan.repaid:
            return
        spell, pay_on = fate.spell(due_on), due_on
        if spell is not None:
            can_spare = max(int(spell.share * fate.loan.instalment), LEAST_SPARED) + _ROUNDING
            keeps = fate.does(fate.rates.keeps_instalment, "keeps", due_on)
            if cents > can_spare or (loan.plan is not None and not keeps):
                loan.paid_for[due_on.isoformat()] = ""
                return
        else:
            pay_on += timedelta(days=fate.delay(due_on))
        self._pay(name, due_on, max(pay_on, self._state.day), cents)

    def _pay(self, name: str, due_on: date, on: date, cents: int) -> None:
        loan = self._state.loans[name]
        loan.paid_for[due_on.isoformat()] = on.isoformat()
        payment = Payment(name, f"due-{due_on}-on-{on}", cents)
        self._state.payments.setdefault(on.isoformat(), []).append(payment)

    def _forget(self, name: str, due_on: date) -> None:
        """What was decided before for an instalment holds no longer."""
        on = self._state.loans[name].paid_for.pop(due_on.isoformat(), "")
        if on and on >= self._state.day.isoformat():
            left = self._state.payments.get(on, [])
            prefix = f"due-{due_on}-"
            self._state.payments[on] = [
                one for one in left if one.reference != name or not one.name.startswith(prefix)
            ]

    def _is_late(self, name: str, event: ledger.PaymentMissed) -> None:
        """Who could have paid pays within days; who could not says nothing by themselves."""
        fate, loan = self.fates[name], self._state.loans[name]
        if fate.spell(self._state.day) is None and not loan.paid_for.get(event.due_on.isoformat()):
            if fate.does(fate.rates.waits_for_help, "waits", event.due_on):
                return
            delay = fate.first_delay(event.due_on) or 1
            self._pay(name, event.due_on, self._state.day + timedelta(days=delay), event.unpaid.minor)

    def _revised(self, name: str, event: ledger.ScheduleRevised) -> None:
        note(self._state, "schedules revised")
        for due in [date.fromisoformat(one) for one in self._state.loans[name].paid_for]:
            if due >= event.effective_on:
                self._forget(name, due)
        for one in event.instalments:
            if self._state.day < one.due_on <= self._state.day + timedelta(days=DUE_SOON_DAYS):
                self._decide(name, one.due_on, one.amount.minor)

    def recover(self, name: str) -> None:
        """Trouble is over: who owes little pays it at once, who owes much tries again in a month."""
        fate, loan = self.fates[name], self._state.loans[name]
        arrears = sum(loan.missed.values())
        if not arrears or loan.plan is not None or fate.spell(self._state.day) is not None:
            return
        fits = arrears <= CATCHES_UP_MAX * fate.loan.instalment
        if fits and fate.does(fate.rates.catches_up, "catches up", self._state.day):
            oldest = min(loan.missed)
            self._pay(name, date.fromordinal(oldest + 1), self._state.day, arrears)
        else:
            self._will("recover", name, on=add_months(self._state.day, 1))

    # -- what is said ----------------------------------------------------------------------------------------

    def _of_contact(self, name: str, event: reminders.ContactEvent) -> None:
        match event:
            case reminders.ContactSent():
                note(self._state, f"contacts: {event.purpose}")
                self._state.contacts.append(
                    Contact(
                        name,
                        event.sent_at.isoformat(),
                        event.purpose.value,
                        event.channel,
                        event.template or "",
                    )
                )
                if event.purpose in (Purpose.HELP, Purpose.REMINDER):
                    self._answers(name)
            case reminders.ContactWithheld():
                note(self._state, "contacts withheld")
                rule = f"{event.pack}/{event.rule}"
                self._state.withheld[rule] = self._state.withheld.get(rule, 0) + 1

    def _answers(self, name: str) -> None:
        fate, loan, today = self.fates[name], self._state.loans[name], self._state.day
        rates, spell = fate.rates, fate.spell(today)
        if loan.person_quiet:
            return
        if spell is not None:
            busy = loan.helped or loan.plan is not None
            if not busy and fate.does(rates.answers_kind, "answers", today):
                self._will("say", name, f"cannot_pay {spell.reason}")
        elif fate.does(rates.disputes, "disputes", today):
            self._will("say", name, "dispute")
        elif fate.does(rates.stops, "stops", today):
            loan.person_quiet = True
            self._will("say", name, "stop")
        elif loan.missed and fate.does(rates.promises, "promises", today):
            coming = [on for on in loan.paid_for.values() if on > today.isoformat()]
            if coming:
                self._will("say", name, f"promise {min(coming)} {sum(loan.missed.values())}")

    # -- help ------------------------------------------------------------------------------------------------

    def _of_help(self, name: str, event: hardship.PlanEvent | hardship.CaseEvent) -> None:
        loan = self._state.loans[name]
        match event:
            case hardship.HardshipOpened():
                note(self._state, "cases")
                loan.helped = True
                self._will("apply", name, str(event.case_id))
            case hardship.PlanActivated():
                note(self._state, "plans active")
                loan.plan, loan.helped = str(event.plan_id), False
            case hardship.PlanBroken() | hardship.PlanCompleted() | hardship.PlanWithdrawn():
                note(self._state, f"plans {type(event).__name__.removeprefix('Plan').lower()}")
                loan.plan = None
                self._will("recover", name)
            case hardship.PlanExpired():
                loan.helped = False
            case hardship.HardshipClosed():
                note(self._state, f"cases closed: {event.outcome}")
                loan.helped = False

    def _of_hold(self, event: holds.HoldPlaced | holds.HoldLifted) -> None:
        name = self.of_loan.get(event.loan_id)
        if name is None:
            return
        held = f"{name}/{event.hold_id}"
        match event:
            case holds.HoldPlaced():
                note(self._state, f"holds: {event.reason}")
                closes = {Purpose.DEMAND, Purpose.REMINDER, Purpose.HELP} & set(event.freezes.purposes)
                if closes:
                    end = "" if event.ends_on is None else event.ends_on.isoformat()
                    self._state.stops.append((held, event.starts_on.isoformat(), end))
            case holds.HoldLifted():
                self._state.stops = [
                    (key, since, event.lifted_on.isoformat() if key == held else until)
                    for key, since, until in self._state.stops
                ]

    def _will(self, kind: str, name: str, about: str = "", on: date | None = None) -> None:
        """Somebody will do something: the next day, unless another is said."""
        day = (on or self._state.day + DAY).isoformat()
        action = Action(kind, name, about)
        if action not in self._state.actions.setdefault(day, []):
            self._state.actions[day].append(action)
