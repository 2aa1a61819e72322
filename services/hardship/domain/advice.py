"""From a statement to options: what is asked of the ledger, and what its answer means for the person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.hardship.domain.candidates import AS_IT_IS, Frame, candidates
from services.hardship.domain.capacity import Capacity, Statement
from services.hardship.domain.case_policy import CasePolicy
from services.hardship.domain.options import (
    OPTIONS_MAX,
    Candidate,
    Option,
    Outlook,
    Position,
    Priced,
    best,
    last_resorts,
    made,
    rooms,
    settled,
)
from shared.errors import Conflict
from shared.events.parts import ReliefKind

TOKEN_PAYMENTS, MEDIATION = "token_payments", "mediation"


class NothingOwed(Conflict):
    """Nothing is owed of the case's loans in the currency of the statement."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """What the candidates of all loans of a case depend on, and they themselves."""

    frames: tuple[Frame, ...]
    capacity: Capacity
    today: date
    policy: CasePolicy

    @property
    def positions(self) -> tuple[Position, ...]:
        """The loans as they stand."""
        return tuple(one.position for one in self.frames)

    def question(self) -> dict[UUID, tuple[Candidate, ...]]:
        """What is to be priced."""
        return {one.position.loan_id: candidates(one) for one in self.frames}


@dataclass(frozen=True, slots=True)
class Advice:
    """What can be done, the best first."""

    options: tuple[Option, ...]
    tokens: Option | None
    before: Option
    """The loans as they are: doing nothing."""

    @property
    def next_step(self) -> str | None:
        """What remains where nothing is affordable."""
        if self.options:
            return None
        return TOKEN_PAYMENTS if self.tokens is not None else MEDIATION

    def option(self, key: str) -> Option | None:
        """One by its key."""
        every = (*self.options, *((self.tokens,) if self.tokens is not None else ()))
        return next((one for one in every if one.key == key), None)


def prospect(
    positions: Sequence[Position],
    statement: Statement,
    capacity: Capacity,
    policy: CasePolicy,
    today: date,
) -> Prospect:
    """What may be tried for these loans. Raises NothingOwed."""
    owing = [one for one in positions if one.before.total > 0 and one.currency == statement.currency]
    if not owing:
        raise NothingOwed(currency=statement.currency)
    room = rooms(owing, capacity.monthly, today, statement.recovers_on)
    sums = [0] * len(owing)
    if statement.lump_sum:
        parts = statement.lump_sum.split([one.before.total for one in owing])
        sums = [part.minor for part in parts]
    frames = tuple(
        Frame(one, room[one.loan_id], today, policy, sum_) for one, sum_ in zip(owing, sums, strict=True)
    )
    return Prospect(frames, capacity, today, policy)


def advise(asked: Prospect, prices: Mapping[UUID, Mapping[str, Outlook]]) -> Advice:
    """What of the candidates helps: the best that are granted at once, and the best of all."""
    positions, today = asked.positions, asked.today
    room = {one.position.loan_id: one.room for one in asked.frames}
    as_they_are = [Priced(AS_IT_IS, one.before) for one in positions]
    priced: dict[UUID, list[Priced]] = {}
    for frame, unchanged in zip(asked.frames, as_they_are, strict=True):
        found = prices[frame.position.loan_id]
        tried = [Priced(one, found[one.name]) for one in candidates(frame) if one.name in found]
        ready = [settled(one) if one.candidate.settles else one for one in tried]
        priced[frame.position.loan_id] = [unchanged, *ready]
    at_once = {
        loan_id: [one for one in found if not _kinds(one) - asked.policy.granted_at_once]
        for loan_id, found in priced.items()
    }
    every = [*best(positions, priced, room, today), *best(positions, at_once, room, today)]
    ranked = sorted(
        {one.name: one for one in every}.values(),
        key=lambda one: (one.total, one.ends_on or date.max, one.name),
    )
    return Advice(
        tuple(ranked[: 2 * OPTIONS_MAX]),
        last_resorts(positions, priced, asked.capacity.monthly, today),
        made(positions, as_they_are, today),
    )


def _kinds(one: Priced) -> frozenset[ReliefKind]:
    return frozenset(phase.kind for phase in one.candidate.phases)
