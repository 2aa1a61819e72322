"""Moratoria of one person through years, held against the text of the law.

The checker is written from SI 2020/1311 alone, in days counted by hand: it imports no rule of the service.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from services.hardship.domain.moratorium import Debt, EnterMoratorium
from services.hardship.domain.moratorium_course import CancelMoratorium, StopTreatment
from services.hardship.domain.standstill import MoratoriumKind
from shared.errors import DomainError
from shared.flow import Flow
from tests.property.hardship.lives import Disagreement
from tests.unit.hardship.stillness import ADA, FLOW, LOAN, PERSON, Desk

BEGIN = date(2026, 1, 1)
Move = tuple[str, int]
MOVES = st.lists(
    st.tuples(
        st.sampled_from(["standard", "crisis", "stop", "cancel"]),
        st.sampled_from([0, 1, 29, 30, 59, 60, 61, 300, 364, 365, 366, 426]),
    ),
    max_size=10,
)
"""What is asked for, each so many days after the one before."""


@dataclass
class Law:
    """What the law says of a person: which days are protected, and what was possible."""

    standard: list[tuple[date, date]] = field(default_factory=list)
    crisis: list[tuple[date, date | None]] = field(default_factory=list)

    def may(self, kind: str, day: date) -> bool:
        """Reg. 24: a standard one only if the last ended more than twelve months before, and none runs; one
        for a crisis whenever none of these runs (reg. 30).
        """
        crisis_runs = any(last is None or last >= day for _, last in self.crisis)
        if kind == "crisis":
            return not crisis_runs
        return not crisis_runs and all(_a_year_on(last) < day for _, last in self.standard)

    def protected(self, day: date) -> bool:
        """Whether anything accruing on this day is barred for good."""
        spans = [*self.standard, *self.crisis]
        return any(first <= day and (last is None or day <= last) for first, last in spans)

    def take(self, kind: str, day: date) -> None:
        """What happened."""
        if kind == "standard":
            self.standard.append((day, day + timedelta(days=59)))
        elif kind == "crisis":
            self.crisis.append((day, None))
        elif kind == "stop":
            first, _ = self.crisis[-1]
            self.crisis[-1] = (first, day + timedelta(days=29))
        elif kind == "cancel":
            first, last = self.standard[-1]
            self.standard[-1] = (first, min(last, day - timedelta(days=1)))


def _a_year_on(day: date) -> date:
    """The same day of the next year; of 29 February the last of that month."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 2, 28)


def follow(moves: Sequence[Move], flow: Flow = FLOW) -> None:
    """Live these moves; the service must allow what the law allows, and bar what it bars. Raises
    Disagreement.
    """
    desk, law, today = Desk(now=datetime(2026, 1, 1, 12, tzinfo=UTC), flow=flow), Law(), BEGIN
    desk.link(LOAN)
    running: dict[str, UUID] = {}
    for number, (kind, days) in enumerate(moves):
        today += timedelta(days=days)
        desk.day(today)
        if kind in ("standard", "crisis"):
            _enter(desk, law, running, kind, today, number)
        elif kind == "stop" and law.crisis and law.crisis[-1][1] is None:
            desk.ask(StopTreatment(PERSON, running["crisis"], today), ADA)
            law.take(kind, today)
        elif kind == "cancel" and law.standard and law.standard[-1][1] >= today:
            desk.ask(CancelMoratorium(PERSON, running["standard"], today, "ineligible"), ADA)
            law.take(kind, today)
        _compare(desk, law, today)


def _enter(desk: Desk, law: Law, running: dict[str, UUID], kind: str, today: date, number: int) -> None:
    command = EnterMoratorium(
        PERSON,
        MoratoriumKind(kind),
        f"BS-{number}",
        "GB-ENG",
        "anna",
        today,
        today,
        (Debt(LOAN, "loan"),),
    )
    answer: Any = None
    try:
        answer = desk.ask(command, ADA)
    except DomainError as refused:
        if law.may(kind, today):
            raise Disagreement(f"{today}: {kind} is possible, and was refused: {refused.code}") from None
        return
    if not law.may(kind, today):
        raise Disagreement(f"{today}: {kind} is not possible, and was entered")
    running[kind] = answer.hold_id
    law.take(kind, today)


def _compare(desk: Desk, law: Law, today: date) -> None:
    for days in range(-70, 70):
        day = today + timedelta(days=days)
        if desk.state().frozen(LOAN, day).interest_and_fees != law.protected(day):
            raise Disagreement(f"{day} as of {today}: protected is {law.protected(day)}")
