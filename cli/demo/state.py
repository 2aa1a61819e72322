"""Where a run stands: what a day's decisions need, and what is counted. Written after each step of a day, so
that a run that was killed goes on from there to the same end.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum


class Step(StrEnum):
    """What of a day comes next."""

    NIGHT = "night"
    HOURS = "hours"
    ACTIONS = "actions"
    PAYMENTS = "payments"
    DONE = "done"


@dataclass
class LoanState:
    """What the platform and the borrower know of a loan."""

    missed: dict[int, int] = field(default_factory=dict)
    """By instalment, what was unpaid of it when it was told as missed."""
    plan: str | None = None
    """The plan that runs."""
    person_quiet: bool = False
    """Wants no more messages."""
    helped: bool = False
    """A case is open: they have said that they cannot pay."""
    repaid: bool = False
    paid_for: dict[str, str] = field(default_factory=dict)
    """By due date, the day on which it is paid; empty: it is not."""
    ever_late: bool = False
    could_offer: str = ""
    """What the lender could agree to before a mediator, as JSON: what was declined at first."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something that somebody does on a day through an API."""

    kind: str
    reference: str
    """The borrower's."""
    about: str = ""
    """A case, a plan, or what is said."""

    @property
    def name(self) -> str:
        """By which it is the same when it is done again."""
        return f"{self.kind}/{self.reference}/{self.about}"


@dataclass(frozen=True, slots=True)
class Payment:
    """What a borrower pays."""

    reference: str
    name: str
    cents: int


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact that was made."""

    reference: str
    sent_at: str
    purpose: str
    channel: str
    template: str


@dataclass
class State:
    """A run."""

    seed: int
    size: int
    """How many loans."""
    months: int
    shock: float
    day: date
    """That runs, or is done."""
    step: Step = Step.DONE
    """What of the day comes next."""
    moment: datetime = datetime(2018, 1, 1, tzinfo=UTC)
    """To which the hours of the day have come."""
    offsets: dict[str, int] = field(default_factory=dict)
    loans: dict[str, LoanState] = field(default_factory=dict)
    payments: dict[str, list[Payment]] = field(default_factory=dict)
    """By day."""
    actions: dict[str, list[Action]] = field(default_factory=dict)
    """By day."""
    contacts: list[Contact] = field(default_factory=list)
    wrote: dict[str, list[str]] = field(default_factory=dict)
    """By borrower, the instants at which they wrote by themselves."""
    stops: list[tuple[str, str, str]] = field(default_factory=list)
    """Whose contacts are closed from one instant to another (empty: for good)."""
    counts: dict[str, int] = field(default_factory=dict)
    withheld: dict[str, int] = field(default_factory=dict)
    """By rule."""
    cents: dict[str, int] = field(default_factory=dict)
    by_month: dict[str, dict[str, int]] = field(default_factory=dict)
    history: str = ""
    """A hash over the content of all that was told, with its day: the same for the same seed."""
    seconds: float = 0.0
    """How long it has run."""
    events: int = 0
    day_s: float = 0.0
    slowest_day: float = 0.0


def note(state: State, what: str, times: int = 1) -> None:
    """Count something, in all and for its month."""
    state.counts[what] = state.counts.get(what, 0) + times
    month = state.by_month.setdefault(state.day.isoformat()[:7], {})
    month[what] = month.get(what, 0) + times


def add_to_history(state: State, line: str) -> None:
    """Add what was told today to the hash of the history: a sum, in which no order counts."""
    told = int.from_bytes(hashlib.sha256(f"{state.day} {line}".encode()).digest())
    state.history = f"{(int(state.history or '0', 16) + told) % (1 << 256):064x}"
