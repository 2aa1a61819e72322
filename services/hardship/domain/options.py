"""Which reliefs a person can afford, every month, over all loans, and which of these serves best.

What is left over a month is shared over the creditors in proportion to what each is owed, to the cent. So
each loan has a bound of its own in each month, and the best relief of all loans together is made of the best
one of each: no other combination that fits costs less, or is over sooner at the same cost.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from services.hardship.domain.plan import Price
from shared.events.parts import ReliefKind, ReliefPhase
from shared.money import Money

OPTIONS_MAX = 10
KEY_LENGTH = 24
ROUNDED_PART = 20
"""One part of so many of a usual instalment is within what rounding may leave over."""
Month = tuple[int, int]


class DueAmount(NamedTuple):
    """What falls due on a day, in minor units."""

    due_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is still to come of a loan, as the ledger prices it."""

    dues: tuple[DueAmount, ...]
    total: int
    cost: int
    ends_on: date | None
    present_value: int

    def by_month(self, today: date) -> dict[Month, int]:
        """What falls due in each month; what is past due counts in the month of today."""
        months: dict[Month, int] = {}
        for due in self.dues:
            month = month_of(max(due.due_on, today))
            months[month] = months.get(month, 0) + due.amount_minor
        return months

    def price(self, today: date) -> Price:
        """In a few figures."""
        most = max(self.by_month(today).values(), default=0)
        return Price(self.total, self.cost, most, self.ends_on, self.present_value)


@dataclass(frozen=True, slots=True)
class Position:
    """A loan as it stands."""

    loan_id: UUID
    lender: str
    reference: str
    currency: str
    before: Outlook

    def past_due(self, today: date) -> int:
        """What was to be paid before today and is not."""
        return sum(one.amount_minor for one in self.before.dues if one.due_on < today)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A relief that may be granted to one loan."""

    name: str
    phases: tuple[ReliefPhase, ...]
    until: date | None = None
    """It bridges the time until this day; None: it lasts to the loan's end."""
    last_resort: bool = False
    """It does not lead out of debt: offered only where nothing else is affordable."""
    settles: bool = False
    """One sum, which is at hand, ends the debt."""


@dataclass(frozen=True, slots=True)
class Priced:
    """A candidate with what it makes of its loan."""

    candidate: Candidate
    after: Outlook


@dataclass(frozen=True, slots=True)
class Room:
    """What a loan may cost in a month: its share of what the person can pay, and once they have recovered
    what it was before.
    """

    share: int
    usual: int
    recovers: Month | None

    def in_month(self, month: Month) -> int:
        """The most that may fall due in a month."""
        if self.recovers is not None and month >= self.recovers:
            return max(self.share, self.usual)
        return self.share


class Choice(NamedTuple):
    """What an option does to one loan."""

    position: Position
    priced: Priced


@dataclass(frozen=True, slots=True)
class Option:
    """One relief for each loan, together affordable in every month."""

    choices: tuple[Choice, ...]
    total: int
    cost: int
    ends_on: date | None
    """When the last of the loans is paid; None where no end is in sight."""
    present_value: int
    monthly_most: int

    @property
    def name(self) -> str:
        """The candidates' names, loan by loan."""
        return "|".join(choice.priced.candidate.name for choice in self.choices)

    @property
    def key(self) -> str:
        """By which it is asked for: it tells nothing of loans that whoever asks may not see."""
        named = "|".join(f"{one.position.loan_id}:{one.priced.candidate.name}" for one in self.choices)
        return sha256(named.encode()).hexdigest()[:KEY_LENGTH]

    @property
    def kinds(self) -> frozenset[ReliefKind]:
        """Every kind of relief in it."""
        return frozenset(phase.kind for one in self.choices for phase in one.priced.candidate.phases)


def month_of(day: date) -> Month:
    """The calendar month of a day."""
    return day.year, day.month


def rooms(
    positions: Sequence[Position], monthly: int, today: date, recovers_on: date | None
) -> dict[UUID, Room]:
    """What each loan may cost a month. A loan that needs less than its share as it is leaves the rest to the
    others; shares are by largest remainder, so their sum is what the person can pay, to the cent.
    """
    months = {one.loan_id: one.before.by_month(today) for one in positions}
    needs = {id_: max(found.values(), default=0) for id_, found in months.items()}
    shares = dict.fromkeys(needs, 0)
    left, open_ = monthly, [one for one in positions if one.before.total > 0]
    while open_ and left > 0:
        parts = Money(left, open_[0].currency).split([one.before.total for one in open_])
        content = [one for one, part in zip(open_, parts, strict=True) if needs[one.loan_id] <= part.minor]
        if not content:
            for one, part in zip(open_, parts, strict=True):
                shares[one.loan_id] = part.minor
            break
        for one in content:
            shares[one.loan_id] = needs[one.loan_id]
            left -= needs[one.loan_id]
        open_ = [one for one in open_ if one not in content]
    recovers = None if recovers_on is None else _first_whole_month(recovers_on)
    return {one.loan_id: Room(shares[one.loan_id], usual_of(one, today), recovers) for one in positions}


def _first_whole_month(day: date) -> Month:
    year, month = month_of(day)
    if day.day == 1:
        return year, month
    return (year + 1, 1) if month == 12 else (year, month + 1)


def usual_of(position: Position, today: date) -> int:
    """The most that the loan asks for in a month as it is, without what is past due, and a little more: what
    rounding leaves over stands in the last instalment.
    """
    regular = [one for one in position.before.dues if one.due_on >= today]
    months = Outlook(tuple(regular), 0, 0, None, 0).by_month(today)
    most = max(months.values(), default=0)
    return most + most // ROUNDED_PART


def affordable(priced: Priced, room: Room, today: date) -> bool:
    """Whether every month fits. What is settled by a sum at hand asks for nothing monthly."""
    if priced.candidate.settles:
        return True
    return all(amount <= room.in_month(month) for month, amount in priced.after.by_month(today).items())


def settled(priced: Priced) -> Priced:
    """A settlement as it is meant: what the one sum leaves is forgiven once it was paid."""
    sums = [one.amount.minor for one in priced.candidate.phases if one.amount is not None]
    until = priced.candidate.until
    assert until is not None, "a settlement has a day"
    total = sum(sums)
    return Priced(
        priced.candidate,
        Outlook((DueAmount(until, total),), total, min(priced.after.cost, total), until, total),
    )


def best(
    positions: Sequence[Position],
    priced: Mapping[UUID, Sequence[Priced]],
    room: Mapping[UUID, Room],
    today: date,
    most: int = OPTIONS_MAX,
) -> list[Option]:
    """The best affordable options: the least total cost first, of these the one that is over soonest. None
    where a loan has no affordable relief.
    """
    fitting = [
        sorted(
            (
                one
                for one in priced[position.loan_id]
                if not one.candidate.last_resort and affordable(one, room[position.loan_id], today)
            ),
            key=_rank,
        )
        for position in positions
    ]
    if not positions or not all(fitting):
        return []
    return list(_cheapest(positions, fitting, today, most))


def last_resorts(
    positions: Sequence[Position],
    priced: Mapping[UUID, Sequence[Priced]],
    monthly: int,
    today: date,
) -> Option | None:
    """A token for each creditor, where the person can pay that."""
    chosen = []
    for position in positions:
        found = [one for one in priced[position.loan_id] if one.candidate.last_resort]
        if not found:
            return None
        chosen.append(found[0])
    tokens = sum(
        phase.amount.minor
        for one in chosen
        for phase in one.candidate.phases
        if phase.kind is ReliefKind.TOKEN_PAYMENTS and phase.amount is not None
    )
    return made(positions, chosen, today) if positions and tokens <= monthly else None


def made(positions: Sequence[Position], chosen: Sequence[Priced], today: date) -> Option:
    """The option that is made of one relief for each loan."""
    ends = [one.after.ends_on for one in chosen if one.after.total]
    months: dict[Month, int] = {}
    for one in chosen:
        for month, amount in one.after.by_month(today).items():
            months[month] = months.get(month, 0) + amount
    return Option(
        tuple(map(Choice, positions, chosen)),
        total=sum(one.after.total for one in chosen),
        cost=sum(one.after.cost for one in chosen),
        ends_on=None if None in ends else max((one for one in ends if one is not None), default=today),
        present_value=sum(one.after.present_value for one in chosen),
        monthly_most=max(months.values(), default=0),
    )


def _rank(one: Priced) -> tuple[int, date, int, str]:
    """The dearer later, then what ends later, then what asks for more phases."""
    return (
        one.after.total,
        one.after.ends_on or date.max,
        len(one.candidate.phases),
        one.candidate.name,
    )


def _cheapest(
    positions: Sequence[Position], fitting: Sequence[Sequence[Priced]], today: date, most: int
) -> Iterator[Option]:
    """Combinations in the order of their rank: the next ones differ from one that came in one loan."""

    def key(places: tuple[int, ...]) -> tuple[int, date, tuple[int, ...]]:
        chosen = [column[place] for column, place in zip(fitting, places, strict=True)]
        ends = max(one.after.ends_on or date.max for one in chosen)
        return sum(one.after.total for one in chosen), ends, places

    first = (0,) * len(fitting)
    waiting, seen = [key(first)], {first}
    while waiting and most:
        *_, places = heapq.heappop(waiting)
        yield made(positions, [column[place] for column, place in zip(fitting, places, strict=True)], today)
        most -= 1
        for number in range(len(places)):
            following = (*places[:number], places[number] + 1, *places[number + 1 :])
            if following[number] < len(fitting[number]) and following not in seen:
                seen.add(following)
                heapq.heappush(waiting, key(following))
