"""Lives of treatments: misses, payments, holds, promises and days at random; what must never be wanted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from services.reminders.adapters.treatments import load_catalogue
from services.reminders.domain import treatments as real
from services.reminders.domain.treatments import (
    GAP_DAYS,
    QUIET_DAYS_AFTER_DUE,
    Catalogue,
    Closing,
    Ended,
    Exhausted,
    Facts,
    Opening,
    Treating,
    Wanted,
)
from shared.events.parts import Purpose

CATALOGUE = load_catalogue()
LOANS = {UUID(int=1): "acme", UUID(int=2): "acme", UUID(int=3): "other"}
START = date(2026, 1, 1)

Due = Callable[
    [Treating, date, Catalogue, Mapping[UUID, date]], tuple[tuple[Wanted, ...], tuple[Exhausted, ...]]
]


class Disagreement(AssertionError):
    """A contact was wanted that nobody may want."""


@dataclass(frozen=True)
class Happening:
    """What comes to be known of a loan, or of all, and how many days pass after it."""

    what: str
    loan: UUID
    closing: Closing
    everything: bool
    days: int
    facts: Facts


_FACTS = st.builds(
    Facts,
    days_past_due=st.sampled_from([-7, 1, 50]),
    first_miss=st.booleans(),
    cures=st.integers(0, 2),
    vulnerable=st.booleans(),
    opens=st.sets(st.sampled_from(Opening)).map(frozenset),
)
HAPPENINGS = st.lists(
    st.builds(
        Happening,
        st.sampled_from(["miss", "miss", "pay", "close", "reopen", "promise", "withhold", "wait"]),
        st.sampled_from(sorted(LOANS)),
        st.sampled_from([Closing.HOLD, Closing.STOP, Closing.DISPUTE]),
        st.booleans(),
        st.integers(0, 12),
        _FACTS,
    ),
    max_size=25,
)


class Life:
    """One person's treatments beside a plain account of what may be said."""

    def __init__(self, due: Due, contacted: Any = real.contacted) -> None:
        self._due, self._contacted = due, contacted
        self.today, self.treating = START, Treating()
        self.owed: dict[UUID, date] = {}
        self.closed: set[tuple[UUID | None, Closing]] = set()
        self.quiet: dict[UUID, date] = {}
        self.told: dict[str, date] = {}
        self.contacts = 0

    def live(self, happenings: Sequence[Happening]) -> int:
        """Live it all; how many contacts were made. Raises Disagreement."""
        for one in happenings:
            getattr(self, "_" + one.what)(one)
            for _ in range(one.days):
                self.today += timedelta(days=1)
                self._day()
        return self.contacts

    def _miss(self, one: Happening) -> None:
        due_on = self.owed.setdefault(one.loan, self.today - timedelta(days=one.facts.days_past_due))
        self.treating = real.assign(self.treating, one.loan, LOANS[one.loan], due_on, one.facts, CATALOGUE)[0]

    def _pay(self, one: Happening) -> None:
        self.owed.pop(one.loan, None)
        self.treating, _ = real.end(self.treating, [one.loan], Ended.PAID)

    def _close(self, one: Happening) -> None:
        self.closed.add((None if one.everything else one.loan, one.closing))
        self.treating, _ = real.close(self.treating, None if one.everything else [one.loan], one.closing)

    def _reopen(self, one: Happening) -> None:
        self.closed.discard((None if one.everything else one.loan, one.closing))
        self.treating = real.reopen(self.treating, None if one.everything else [one.loan], one.closing)

    def _promise(self, one: Happening) -> None:
        self.quiet[one.loan] = self.today + timedelta(days=7)

    def _withhold(self, one: Happening) -> None:
        for wanted in self._due(self.treating, self.today, CATALOGUE, self.quiet)[0]:
            self.treating = real.withheld(self.treating, wanted, self.today + timedelta(days=2))

    def _wait(self, one: Happening) -> None:
        pass

    def _day(self) -> None:
        wanted, over = self._due(self.treating, self.today, CATALOGUE, self.quiet)
        for one in wanted:
            self._check(one)
            self.treating = self._contacted(self.treating, one, self.today, CATALOGUE)
            self.told[one.lender] = self.today
            self.contacts += 1
        for gone in over:
            self.treating, _ = real.end(self.treating, [gone.running.loan_id], Ended.DONE)

    def _check(self, one: Wanted) -> None:
        for loan in one.loans:
            if loan not in self.owed:
                raise Disagreement(f"{one}: nothing is owed")
            if any(closed in (None, loan) for closed, _ in self.closed):
                raise Disagreement(f"{one}: closed by {self.closed}")
            if self.today <= self.quiet.get(loan, START):
                raise Disagreement(f"{one}: a promise runs")
            if LOANS[loan] != one.lender:
                raise Disagreement(f"{one}: another lender's loan")
        last = self.told.get(one.lender)
        since = (self.today - self.owed[one.loans[0]]).days
        if 0 <= since < QUIET_DAYS_AFTER_DUE or (since < 0) is (one.step.purpose is Purpose.HELP):
            raise Disagreement(f"{one}: {since} days after the due date")
        if last is not None and (self.today - last).days < GAP_DAYS and self._same_spell(one):
            raise Disagreement(f"{one}: {(self.today - last).days} days after the last")

    def _same_spell(self, one: Wanted) -> bool:
        """Whether the loan's treatment has seen the last contact; one that began since starts afresh."""
        running = self.treating.of(one.loans[0])
        return running is not None and running.done_day is not None
