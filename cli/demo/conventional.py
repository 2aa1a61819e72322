"""Two ways to collect, played month by month on the same fates, without any service: conventional dunning,
and a plain copy of what Huancui does. The copy stands beside the figures of the run, so that one sees how
plain it is; it is there for the models of tone in which no run is made.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields

from cli.demo.behaviour import Fate, Spell
from cli.demo.source import SNAPSHOT
from services.ledger.domain.due_dates import add_months

CONTACTS_A_MONTH = 12
"""Assumption: three a week, by call and mail; US law allows up to seven calls in seven days for each debt
(12 CFR 1006.14(b)(2)).
"""
KIND_CONTACTS = (1, 2, 1)
"""Contacts of the first, second and later months of arrears, as the treatments have them."""
LATE_FEE_LEAST, LATE_FEE_SHARE, LATE_FEE_AFTER_DAYS = 1_500, 0.05, 15
"""15 USD or 5 % of what is late for more than 15 days, the greater: this platform's own terms of 2018."""
CHARGED_OFF_AFTER = 4
"""Instalments."""
PLAN_MONTHS = 12


@dataclass
class Outcome:
    """What came of it. Amounts in cents."""

    missed: int = 0
    contacts: int = 0
    replies: int = 0
    plans: int = 0
    plans_broken: int = 0
    cured: int = 0
    charged_off: int = 0
    paid: int = 0
    """In the months of the run, on loans that were in arrears at some time of it."""
    fees: int = 0
    """Late fees: what being late cost the borrowers beside interest."""

    def add(self, other: "Outcome") -> None:
        """Both together."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


@dataclass
class _Case:
    arrears: int = 0
    months_late: int = 0
    plan_left: int = 0
    over: bool = False
    troubled: bool = False


def simulate(fates: Iterable[Fate], months: int, *, kind: bool) -> Outcome:
    """Collect for so many months."""
    total = Outcome()
    for fate in fates:
        out, case = Outcome(), _Case()
        for month in range(months):
            if not case.over:
                _month(fate, month, case, out, kind)
        if not case.troubled:
            out.paid = 0
        total.add(out)
    return total


def _month(fate: Fate, month: int, case: _Case, out: Outcome, kind: bool) -> None:
    due_on = add_months(SNAPSHOT, month + 1)
    spell, instalment = fate.spell(due_on), fate.loan.instalment
    if spell is None:
        _can_pay(fate, month, case, out, kind)
        return
    case.troubled = True
    can_spare = int(spell.share * instalment)
    if case.plan_left:
        _with_plan(fate, month, case, out, can_spare)
        return
    out.missed += 1
    case.months_late += 1
    case.arrears += instalment
    _contact(fate, month, spell, case, out, kind)
    if not kind:
        _late_fee(instalment, out)
    if case.months_late >= CHARGED_OFF_AFTER and not case.plan_left:
        case.over = True
        out.charged_off += 1
        out.paid += int(fate.rates.pays_after_charge_off * case.arrears)


def _contact(fate: Fate, month: int, spell: Spell, case: _Case, out: Outcome, kind: bool) -> None:
    if kind:
        contacts = KIND_CONTACTS[min(case.months_late, len(KIND_CONTACTS)) - 1]
        answers = fate.rates.answers_kind
    else:
        contacts, answers = CONTACTS_A_MONTH, fate.rates.answers_hard
    out.contacts += contacts
    # A month's demands are one question to somebody who does not want to hear them.
    if not any(fate.does(answers, "answers", month, one) for one in range(contacts if kind else 1)):
        return
    out.replies += 1
    if kind:
        if fate.does(fate.rates.accepts, "accepts", month):
            out.plans += 1
            case.plan_left = PLAN_MONTHS
    elif fate.does(fate.rates.pays_under_pressure, "pressed", month):
        paid = int(spell.share * fate.loan.instalment)
        out.paid += paid
        case.arrears -= paid


def _with_plan(fate: Fate, month: int, case: _Case, out: Outcome, can_spare: int) -> None:
    case.plan_left -= 1
    if fate.does(fate.rates.keeps_instalment, "keeps", month):
        out.paid += can_spare
        return
    out.missed += 1
    out.plans_broken += 1
    case.plan_left = 0
    case.months_late = 1


def _can_pay(fate: Fate, month: int, case: _Case, out: Outcome, kind: bool) -> None:
    instalment = fate.loan.instalment
    due_on = add_months(SNAPSHOT, month + 1)
    if kind and fate.does(fate.rates.waits_for_help, "waits", month) and case.months_late:
        out.missed += 1
        case.arrears += instalment
        return
    out.paid += instalment
    if delay := fate.delay(due_on):
        case.troubled = True
        out.missed += 1
        out.cured += 1
        out.contacts += int(delay > 4) if kind else max(1, delay * CONTACTS_A_MONTH // 30)
        if delay > LATE_FEE_AFTER_DAYS and not kind:
            _late_fee(instalment, out)
    if not case.arrears:
        return
    if case.plan_left or fate.does(fate.rates.catches_up, "catches up", month):
        # With a plan what was left open is spread over the rest of the loan: it comes, but not at once.
        out.paid += case.arrears if not case.plan_left else case.arrears // PLAN_MONTHS
        out.cured += 1
        case.arrears, case.months_late, case.plan_left = 0, 0, 0


def _late_fee(instalment: int, out: Outcome) -> None:
    out.fees += max(LATE_FEE_LEAST, int(LATE_FEE_SHARE * instalment))
