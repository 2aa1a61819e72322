"""Which reliefs may be tried for a loan: every kind of the vocabulary that could fit what the person can pay.

What each would make of the loan the ledger says; what does not fit, or what it refuses, falls out there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from services.hardship.domain.case_policy import CasePolicy
from services.hardship.domain.options import Candidate, Position, Room
from shared.events.parts import ReliefKind, ReliefPhase, ScheduledInstalment
from shared.money import Money

CANDIDATES_MAX = 50
"""For one loan: so many the ledger takes in one question."""
AS_IT_IS = Candidate("as_it_is", ())
DEFERRALS = (ReliefKind.DEFERRAL_INTEREST_FROZEN, ReliefKind.DEFERRAL_INTEREST_RUNNING)
TOKEN_MONTHS = 12
INTEREST_MARGIN_MONTHS = 3
"""How many instalments more are asked for where interest goes on meanwhile; what is too much falls away."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Frame:
    """What the candidates of one loan depend on."""

    position: Position
    room: Room
    today: date
    policy: CasePolicy
    lump_sum: int = 0
    """This loan's part of what could be paid at once."""

    @property
    def next_due(self) -> date | None:
        """The first due day to come."""
        return next((one.due_on for one in self.position.before.dues if one.due_on >= self.today), None)

    def money(self, minor: int) -> Money:
        """An amount in the loan's currency."""
        return Money(minor, self.position.currency)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for shorter in range(4):
        try:
            return date(year, month + 1, day.day - shorter)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def candidates(frame: Frame) -> tuple[Candidate, ...]:
    """What is tried for a loan, the mildest first."""
    if not frame.position.before.total:
        return ()
    every = (
        *_shifts(frame),
        *_bridges(frame),
        *_lasting(frame),
        *_by_instalments(frame),
        *_settlements(frame),
        *_tokens(frame),
    )
    assert len(every) <= CANDIDATES_MAX, "the policy names more than the ledger takes at once"
    return every


def _phase(
    kind: ReliefKind, on: date, until: date | None = None, amount: Money | None = None, **more: object
) -> ReliefPhase:
    return ReliefPhase.model_validate(
        {"kind": kind, "effective_on": on, "ends_on": until, "amount": amount, **more}
    )


def _shifts(frame: Frame) -> Iterator[Candidate]:
    """The next due day is moved by days; all later ones stay."""
    if frame.next_due is None:
        return
    for days in frame.policy.due_date_days:
        to = frame.next_due + timedelta(days=days)
        phase = _phase(ReliefKind.DUE_DATE_MOVED, frame.today, to)
        yield Candidate(f"due_date_moved:{days}d", (phase,), until=to)


def _bridges(frame: Frame) -> Iterator[Candidate]:
    """What helps over a time: deferral, interest only. Who does not expect to recover would have the same to
    pay after it, or more.
    """
    if frame.room.recovers is None:
        return
    late = _arrears_first(frame)
    for kind in DEFERRALS:
        for months in frame.policy.deferral_months:
            until = add_months(frame.today, months) - DAY
            yield Candidate(f"{kind.value}:{months}m", (*late, _phase(kind, frame.today, until)), until=until)
    for months in frame.policy.interest_only_months:
        until = add_months(frame.today, months) - DAY
        phase = _phase(ReliefKind.INTEREST_ONLY, frame.today, until)
        yield Candidate(f"interest_only:{months}m", (*late, phase), until=until)


def _lasting(frame: Frame) -> Iterator[Candidate]:
    """What changes the loan to its end: arrears spread, a longer term, a lower rate, fees given up."""
    today, late = frame.today, _arrears_first(frame)
    fees = _phase(ReliefKind.FEES_WAIVED, today)
    yield Candidate("fees_waived", (fees,))
    if late:
        yield Candidate("arrears_capitalised", late)
        yield Candidate("fees_waived+arrears_capitalised", (fees, *late))
    for rate in frame.policy.reduced_rates:
        lower = _phase(ReliefKind.RATE_REDUCTION, today, None, None, rate=Decimal(rate))
        yield Candidate(f"rate_reduction:{rate}", (lower, *late))
    last = frame.position.before.ends_on
    for months in frame.policy.longer_months if last is not None else ():
        assert last is not None, "asked only where there is an end"
        longer = _phase(ReliefKind.LONGER_TERM, today, add_months(last, months))
        yield Candidate(f"longer_term:{months}m", (longer, *late))
        for rate in frame.policy.reduced_rates:
            lower = _phase(ReliefKind.RATE_REDUCTION, today, None, None, rate=Decimal(rate))
            yield Candidate(f"longer_term:{months}m+rate_reduction:{rate}", (longer, lower, *late))
    if (cost := frame.position.before.cost) > 0:
        amount = frame.money(cost)
        yield Candidate("interest_waived", (_phase(ReliefKind.INTEREST_WAIVED, today, None, amount), *late))


def _arrears_first(frame: Frame) -> tuple[ReliefPhase, ...]:
    """Arrears never stand against a relief: they are spread over what is to come."""
    if frame.position.past_due(frame.today):
        return (_phase(ReliefKind.ARREARS_CAPITALISED, frame.today),)
    return ()


def _by_instalments(frame: Frame) -> Iterator[Candidate]:
    """All that is unpaid by instalments of what the person can pay, without interest or with it; and where
    that takes too long, with a part of the principal given up.
    """
    share, total = frame.room.share, frame.position.before.total
    if share <= 0:
        return
    months_max, principal = frame.policy.instalments_months_max, total - frame.position.before.cost
    free = _phase(ReliefKind.RATE_REDUCTION, frame.today, None, None, rate=Decimal(0))
    for name, first, owed, margin in (
        ("instalments", (), total, INTEREST_MARGIN_MONTHS),
        ("instalments:interest_free", (free,), total, 0),
    ):
        months = -(-owed // share) + margin
        if months <= months_max:
            yield Candidate(name, (*first, _agreed(frame, share, owed + margin * share)))
    given_up = total - share * months_max
    if 0 < given_up <= frame.policy.forgiveness_share_max * principal:
        forgiven = _phase(ReliefKind.PRINCIPAL_FORGIVEN, frame.today, None, frame.money(given_up))
        agreed = _agreed(frame, share, share * months_max)
        yield Candidate("principal_forgiven", (free, forgiven, agreed))


def _agreed(frame: Frame, share: int, owed: int) -> ReliefPhase:
    """Instalments of one share a month; the last is what is left."""
    first = frame.next_due or add_months(frame.today, 1)
    whole, rest = divmod(owed, share)
    amounts = [share] * whole + ([rest] if rest else [])
    instalments = [
        ScheduledInstalment(number=place + 1, due_on=add_months(first, place), amount=frame.money(amount))
        for place, amount in enumerate(amounts)
    ]
    return _phase(
        ReliefKind.INSTALMENTS,
        frame.today,
        instalments[-1].due_on,
        None,
        instalments=tuple(instalments),
    )


def _settlements(frame: Frame) -> Iterator[Candidate]:
    """One sum settles all, where it is enough to be worth a proposal. What it leaves is forgiven once it was
    paid.
    """
    total = frame.position.before.total
    sum_ = min(frame.lump_sum, total)
    if sum_ > 0 and sum_ >= frame.policy.settlement_share_min * total:
        until = add_months(frame.today, 1)
        phase = _phase(ReliefKind.LUMP_SUM_SETTLEMENT, frame.today, until, frame.money(sum_))
        yield Candidate("lump_sum_settlement", (phase,), until=until, settles=True)


def _tokens(frame: Frame) -> Iterator[Candidate]:
    """A small sum a month keeps the loan quiet while better help is looked for."""
    token = frame.policy.token.get(frame.position.currency)
    if token is not None and frame.position.before.total > token * TOKEN_MONTHS:
        until = add_months(frame.today, TOKEN_MONTHS) - DAY
        phase = _phase(ReliefKind.TOKEN_PAYMENTS, frame.today, until, frame.money(token))
        late = _arrears_first(frame)
        yield Candidate("token_payments", (*late, phase), until=until, last_resort=True)


def light(frame: Frame, moved_to: date | None) -> Candidate:
    """What may be granted without a statement: the next due day moved, or a month without payments."""
    if moved_to is not None:
        phase = _phase(ReliefKind.DUE_DATE_MOVED, frame.today, moved_to)
        return Candidate("due_date_moved", (phase,), until=moved_to)
    until = add_months(frame.today, 1) - DAY
    phase = _phase(ReliefKind.DEFERRAL_INTEREST_RUNNING, frame.today, until)
    return Candidate("deferral", (phase,), until=until)
