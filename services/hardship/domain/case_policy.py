"""What the law, or this project, says of cases, capacity, reliefs and plans, country by country."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from services.hardship.domain.working_days import ClosedDays, after_working_days
from shared.errors import Refused
from shared.events.parts import ReliefKind


class CurrencyWithoutPolicy(Refused):
    """No protected minimum is known for this currency: an officer has to decide by hand."""


@dataclass(frozen=True, slots=True)
class Protected:
    """What a household keeps each month before anything is asked of it, in minor units."""

    first_adult: int
    further_adult: int
    child: int

    def of(self, adults: int, children: int) -> int:
        """Of a household with so many people."""
        return self.first_adult + (adults - 1) * self.further_adult + children * self.child


@dataclass(frozen=True, slots=True)
class CasePolicy:
    """The policy of one country."""

    version: str
    acknowledge_days: int
    answer_days: int
    answer_working_days: int | None
    """Where the law counts working days, instead of `answer_days`."""
    idle_days: int
    """A case for which nothing was done so long ends without an answer."""
    appeal_days: int
    """Beginning with the day of the refusal."""
    light_per_year_max: int
    light_days_max: int
    capacity_share: Fraction
    """So much of what is left over is asked for at most: never more than half."""
    protected: Mapping[str, Protected]
    token: Mapping[str, int]
    """A token payment for each loan a month, in minor units."""
    proposal_days: int
    cooling_off_days: int
    grace_working_days: int
    reopen_after_misses: int
    break_after_misses: int
    watch_months: int
    """A change that has no end of its own counts as kept after so many months."""
    end_wait_days: int
    """How long, after a plan's last day, what it still lacks may come."""
    deferral_months: tuple[int, ...]
    due_date_days: tuple[int, ...]
    interest_only_months: tuple[int, ...]
    longer_months: tuple[int, ...]
    reduced_rates: tuple[Decimal, ...]
    instalments_months_max: int
    settlement_share_min: Fraction
    """A lump sum below this part of what is owed is not proposed."""
    forgiveness_share_max: Fraction
    granted_at_once: frozenset[ReliefKind]
    """What is granted without anybody of the lender's looking at it."""

    def answer_by(self, on: date, country: str | None, closed: ClosedDays) -> date:
        """The last day for the answer to what was received on a day, which is not counted itself."""
        if self.answer_working_days is not None:
            return after_working_days(on, self.answer_working_days, country, closed)
        return on + timedelta(days=self.answer_days)

    def appeal_by(self, on: date) -> date:
        """The last day for an appeal against a refusal of this day, which is the first that counts."""
        return on + timedelta(days=self.appeal_days - 1)

    def protected_of(self, currency: str) -> Protected:
        """The minimum in a currency. Raises CurrencyWithoutPolicy."""
        if currency not in self.protected:
            raise CurrencyWithoutPolicy(currency=currency)
        return self.protected[currency]


@dataclass(frozen=True, slots=True)
class CasePolicies:
    """The default, and what is different where."""

    default: CasePolicy
    countries: Mapping[str, CasePolicy]

    def of(self, country: str | None) -> CasePolicy:
        """The policy of a country."""
        return self.countries.get(country or "", self.default)
