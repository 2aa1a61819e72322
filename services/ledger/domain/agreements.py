"""What of holds, plans and its course a loan keeps: which facts stand for them, and what is still to come."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.ledger.domain.course import Course
from shared.events.parts import ReliefKind, ReliefPhase


class LoanHold(NamedTuple):
    """A hold in force for the loan, with the facts that stand for it."""

    hold_id: UUID
    revision: int
    references: tuple[str, ...] = ()
    ends_on: date | None = None
    """Its last day, where that is known."""
    stops_demands: bool = False
    """Demands are closed, or interest or ageing stands still: then the debt is not called due either."""
    asked_as: str = ""
    """What the platform called it, where it asked for it and nobody has answered yet."""
    asked_on: date | None = None
    alarmed: bool = False
    """That nobody answers was told."""


class Instruction(NamedTuple):
    """What the core that is master was told to do, while it has not answered."""

    instruction_id: UUID
    plan_id: UUID | None
    part: int
    phases: tuple[ReliefPhase, ...]
    instructed_on: date
    forgiven_minor: int = 0
    returned: tuple[ReliefKind, ...] = ()
    """As its plan has them."""


class FreezeInstruction(NamedTuple):
    """A hold that the core that is master was told to obey, or that it is over, while it has not done so."""

    instruction_id: UUID
    hold_id: UUID
    rejected: str | None = None
    """Why the core refuses. Nothing is demanded until it obeys after all, or people change or lift the
    hold.
    """


class Granted(NamedTuple):
    """What a plan grants, and when: a phase without its amounts."""

    kind: ReliefKind
    effective_on: date
    ends_on: date | None = None


class PlanEnd(NamedTuple):
    """What the end of a plan did to its loan: undone, should it turn out not to have ended."""

    undone: tuple[str, ...] = ()
    """References of facts that it took back."""
    done: tuple[str, ...] = ()
    """References of facts that it added."""
    coming: tuple[tuple[int, ReliefPhase], ...] = ()
    """Phases that were still to come."""


class LoanPlan(NamedTuple):
    """The loan's part of an agreed plan, in force or over."""

    plan_id: UUID
    part: int
    accepted_on: date
    coming: tuple[tuple[int, ReliefPhase], ...] = ()
    """Phases that take effect on a day to come, each with its place in the plan."""
    forgiven_minor: int = 0
    """What is forgiven once the plan was kept to its end."""
    granted: tuple[Granted, ...] = ()
    """All phases, by their places."""
    returned: tuple[ReliefKind, ...] = ()
    """What is taken back should it be broken."""
    diminished: bool = False
    """It lowered the loan's worth to its lender by more than 1 %: see `eba.Measure`."""
    ended_on: date | None = None
    """From this day on it is kept no longer: it was broken, completed, or another one took its place."""
    end: PlanEnd | None = None
    """Where it was broken or completed."""
    resumed: int = 0
    """How often it has run on after all."""

    def is_kept(self, on: date) -> bool:
        """Whether it is in force, and kept, at the end of a day."""
        return self.accepted_on <= on and (self.ended_on is None or on < self.ended_on)


class Agreements(NamedTuple):
    """All of it."""

    holds: tuple[LoanHold, ...] = ()
    plan: LoanPlan | None = None
    instruction: Instruction | None = None
    ended: tuple[UUID, ...] = ()
    """Holds and plans that are over: told of once more, they do not begin anew."""
    course: Course = Course()
    deferrals: tuple[date, ...] = ()
    """The first days of deferrals that were granted."""
    past: tuple[LoanPlan, ...] = ()
    """Plans that are over."""
    freezes: tuple[FreezeInstruction, ...] = ()
    """One for each hold at most: the newest."""

    @property
    def unanswered(self) -> bool:
        """Whether the core has not done what it was told: meanwhile nothing is demanded."""
        return self.instruction is not None or bool(self.freezes)

    @property
    def changes_on(self) -> date:
        """The day from which the plan's next phase may ask for something else: what falls due then is not
        told of before. Without one: date.max.
        """
        coming = self.plan.coming if self.plan is not None else ()
        return min((phase.effective_on for _, phase in coming), default=date.max)

    def hold(self, hold_id: UUID) -> LoanHold | None:
        """A hold in force by its id."""
        return next((one for one in self.holds if one.hold_id == hold_id), None)


NOTHING_AGREED = Agreements()
