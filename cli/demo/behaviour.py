"""What simulated borrowers do. Every rate is here, with where it comes from; what no data give is called an
assumption. The draws of a person do not depend on who collects, so that two ways of collecting meet the same
fates.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from cli.demo.draws import draw, happens, weighted
from cli.demo.places import SHOCKED
from cli.demo.source import SNAPSHOT, RealLoan, Status
from services.ledger.domain.due_dates import add_months
from shared.events.care import Circumstance


class Tone(StrEnum):
    """What the tone of a contact does to whoever gets it. Nobody has measured it: so three are tried."""

    HELPS = "helps"
    NO_EFFECT = "no_effect"
    ADVERSE = "adverse"


@dataclass(frozen=True, slots=True)
class Rates:
    """Probabilities; by the month where nothing else is said."""

    forgets: float = 0.0134
    """Data: 67 of 10,000 stand in a grace period of 15 days, half a month, at the snapshot."""
    falls_into_trouble: float = 0.0028
    """Data: 111 of 10,000 are 16 days or more late, or charged off, after four months on average."""
    recovers: float = 0.217
    """Data: late card holders who are not late a month later (UCI, 12,161 months)."""
    delays: tuple[tuple[float, int], ...] = ((0.41, 3), (0.23, 7), (0.18, 14), (0.18, 28))
    """Data: of 3,161 late first payments 41 % came within 3 days, 64 % within 7, 82 % within 14; none of
    those borrowers defaulted, so it is taken for those who forget.
    """
    keeps_instalment: float = 0.71 ** (1 / 3)
    """Data: 71 % of 10,613 hardship plans were completed, most of them over three months."""
    pays_after_charge_off: float = 0.089
    """Data: 8.9 % of the principal that was left at charge-off came later (6,431 loans of 2007-2011)."""
    can_pay: tuple[tuple[float, float], ...] = ((0.35, 0.0), (0.35, 0.3), (0.3, 0.6))
    """Assumption: what share of the instalment is left while in trouble."""
    answers_kind: float = 0.35
    answers_hard: float = 0.15
    """Assumption: who in trouble answers an offer of help, and who answers a demand."""
    accepts: float = 0.9
    """Assumption: who takes an affordable plan that is offered."""
    mediates: float = 0.5
    """Assumption: who, when they do not take what is offered, asks for a mediator."""
    promises: float = 0.2
    disputes: float = 0.01
    stops: float = 0.02
    """Assumption: who answers a contact with a promise, a dispute, a wish not to be written to."""
    catches_up: float = 0.5
    """Assumption: who, recovered, pays all arrears of up to three instalments at once."""
    pays_under_pressure: float = 0.5
    """Assumption: who, in trouble and reached by a demand, pays what they can spare without any agreement."""
    waits_for_help: float = 0.0
    """Who could pay and waits, because help was offered."""
    reason: tuple[tuple[float, Circumstance], ...] = (
        (0.4, Circumstance.JOB_LOSS),
        (0.25, Circumstance.ILLNESS),
        (0.25, Circumstance.REDUCED_INCOME),
        (0.1, Circumstance.FAMILY),
    )
    """Assumption: why they cannot pay."""


_RATES = Rates()
RATES = {
    Tone.HELPS: _RATES,
    Tone.NO_EFFECT: replace(_RATES, answers_kind=0.25, answers_hard=0.25),
    Tone.ADVERSE: replace(_RATES, answers_kind=0.15, answers_hard=0.35, waits_for_help=0.1),
}


class Spell(NamedTuple):
    """A time in which somebody cannot pay as agreed."""

    starts_on: date
    ends_on: date
    """The first day on which they can again."""
    share: float
    """What share of the instalment they can spare."""
    reason: Circumstance


@dataclass(frozen=True)
class Fate:
    """What befalls a borrower, whoever collects."""

    loan: RealLoan
    seed: int
    rates: Rates
    spells: tuple[Spell, ...]

    def spell(self, on: date) -> Spell | None:
        """The trouble that somebody is in on a day."""
        return next((one for one in self.spells if one.starts_on <= on < one.ends_on), None)

    def delay(self, due_on: date) -> int:
        """By how many days an instalment is paid late by somebody who can pay: mostly none."""
        if not happens(self.rates.forgets, self.seed, self.loan.number, "forgets", due_on):
            return 0
        return self._days(due_on)

    def _days(self, due_on: date) -> int:
        most = weighted(self.rates.delays, self.seed, self.loan.number, "delay", due_on)
        return max(1, round(most * (0.3 + 0.7 * draw(self.seed, self.loan.number, "day", due_on))))

    def first_delay(self, late_since: date) -> int | None:
        """When somebody pays who was late at the snapshot by forgetfulness: days from then; None: trouble."""
        if self.spell(SNAPSHOT) is not None:
            return None
        return self._days(late_since)

    def does(self, probability: float, *question: object) -> bool:
        """Whether this borrower does something of a probability."""
        return happens(probability, self.seed, self.loan.number, *question)


def fate_of(loan: RealLoan, seed: int, months: int, shock: float, tone: Tone = Tone.HELPS) -> Fate:
    """Times of trouble from the snapshot on. Who is more than 15 days late then is in trouble already; a
    shock costs so many of a region their jobs in the third month.
    """
    rates = RATES[tone]
    found: list[Spell] = []
    if loan.status in (Status.LATE, Status.LONG_LATE):
        found.append(_spell(loan, seed, rates, SNAPSHOT, "before"))
    for month in range(months):
        begins = add_months(SNAPSHOT, month) + timedelta(days=1)
        if found and begins < found[-1].ends_on:
            continue
        hit = month == SHOCK_IN_MONTH and loan.state in SHOCKED and happens(shock, seed, loan.number, "shock")
        if hit or happens(rates.falls_into_trouble, seed, loan.number, "trouble", month):
            spell = _spell(loan, seed, rates, begins, month)
            found.append(spell._replace(reason=Circumstance.JOB_LOSS) if hit else spell)
    return Fate(loan, seed, rates, tuple(found))


SHOCK_IN_MONTH = 2
LEAST_SPARED = 200
"""Cents a month that everybody can spare."""
SPELL_MONTHS_MAX = 36


def _spell(loan: RealLoan, seed: int, rates: Rates, begins: date, which: object) -> Spell:
    starts = (
        begins if which == "before" else begins + timedelta(days=int(28 * draw(seed, loan.number, which)))
    )
    months = 1
    while months < SPELL_MONTHS_MAX and not happens(rates.recovers, seed, loan.number, which, "over", months):
        months += 1
    share = weighted(rates.can_pay, seed, loan.number, which, "share")
    reason = weighted(rates.reason, seed, loan.number, which, "reason")
    return Spell(starts, add_months(starts, months), share, reason)
