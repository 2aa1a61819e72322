"""What options must be, checked by trying every combination; and generated persons to check it on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from uuid import UUID

from hypothesis import strategies as st

from services.hardship.domain.options import (
    Candidate,
    DueAmount,
    Option,
    Outlook,
    Position,
    Priced,
    Room,
    best,
    rooms,
)

TODAY = date(2026, 1, 15)
Rooms = Callable[[Sequence[Position], int, date, date | None], dict[UUID, Room]]
Best = Callable[
    [Sequence[Position], Mapping[UUID, Sequence[Priced]], Mapping[UUID, Room], date], list[Option]
]


@dataclass(frozen=True)
class Asked:
    """Loans, what could be done for each, and what can be paid a month."""

    positions: tuple[Position, ...]
    priced: dict[UUID, tuple[Priced, ...]]
    monthly: int
    recovers_on: date | None


@st.composite
def outlooks(draw: st.DrawFn) -> Outlook:
    """What is to come of a loan, some of it past due."""
    amounts = draw(st.lists(st.integers(0, 900), min_size=1, max_size=5))
    begins = TODAY + timedelta(days=draw(st.integers(-40, 20)))
    dues = tuple(
        DueAmount(begins + timedelta(days=30 * place), amount) for place, amount in enumerate(amounts)
    )
    total = sum(amounts)
    return Outlook(dues, total, min(total, draw(st.integers(0, 200))), dues[-1].due_on, total)


@st.composite
def asked(draw: st.DrawFn) -> Asked:
    """Anybody."""
    positions, priced = [], {}
    for number in range(draw(st.integers(1, 3))):
        loan_id = UUID(int=number + 1)
        before = draw(outlooks())
        positions.append(Position(loan_id, "acme", f"L-{number}", "CNY", before))
        found = [
            Priced(Candidate(f"c{place}", ()), draw(outlooks())) for place in range(draw(st.integers(1, 4)))
        ]
        priced[loan_id] = (Priced(Candidate("as_it_is", ()), before), *found)
    recovers = draw(st.none() | st.integers(0, 100).map(lambda days: TODAY + timedelta(days=days)))
    return Asked(tuple(positions), priced, draw(st.integers(0, 1500)), recovers)


def breaches(one: Asked, share: Rooms = rooms, choose: Best = best) -> Iterator[str]:
    """What is wrong with what is found for somebody."""
    room = share(one.positions, one.monthly, TODAY, one.recovers_on)
    yield from _of_shares(one, room)
    found = choose(one.positions, one.priced, room, TODAY)
    for option in found:
        yield from _of_months(one, option)
    every = [list(combination) for combination in product(*(one.priced[p.loan_id] for p in one.positions))]
    fitting = [
        each
        for each in every
        if all(_fits(priced.after, room[p.loan_id]) for p, priced in zip(one.positions, each, strict=True))
    ]
    costs = sorted((sum(p.after.total for p in each), max(_end(p) for p in each)) for each in fitting)
    got = [(option.total, max(_end(c.priced) for c in option.choices)) for option in found]
    if got != costs[: len(got)] or (fitting and not found):
        yield f"not the cheapest: {got} of {costs}"


def _end(one: Priced) -> date:
    return one.after.ends_on or date.max


def _fits(after: Outlook, room: Room) -> bool:
    """By hand: month after month."""
    for day in {max(due.due_on, TODAY).replace(day=1) for due in after.dues}:
        amount = sum(due.amount_minor for due in after.dues if max(due.due_on, TODAY).replace(day=1) == day)
        recovered = room.recovers is not None and (day.year, day.month) >= room.recovers
        if amount > (max(room.share, room.usual) if recovered else room.share):
            return False
    return True


def _of_shares(one: Asked, room: Mapping[UUID, Room]) -> Iterator[str]:
    shares = [room[position.loan_id].share for position in one.positions]
    needs = [max(position.before.by_month(TODAY).values(), default=0) for position in one.positions]
    if any(share < 0 for share in shares) or sum(shares) > one.monthly:
        yield f"more than can be paid: {shares} of {one.monthly}"
    owing = [p.before.total > 0 for p in one.positions]
    if sum(shares) < min(one.monthly, sum(needs)) and any(owing):
        yield f"something is kept back: {shares} of {one.monthly}"
    tight = [
        (position.before.total, share)
        for position, share, need in zip(one.positions, shares, needs, strict=True)
        if share < need
    ]
    for (owed, share), (others, theirs) in product(tight, tight):
        # Within one cent of rounding each, who is owed as much is paid as much.
        if (share - 1) * others >= (theirs + 1) * owed and owed and others:
            yield f"not in proportion: {shares}"


def _of_months(one: Asked, option: Option) -> Iterator[str]:
    if one.recovers_on is not None:
        return
    months: dict[tuple[int, int], int] = {}
    for choice in option.choices:
        for due in choice.priced.after.dues:
            day = max(due.due_on, TODAY)
            months[day.year, day.month] = months.get((day.year, day.month), 0) + due.amount_minor
    if any(amount > one.monthly for amount in months.values()):
        yield f"not affordable: {months} with {one.monthly}"
