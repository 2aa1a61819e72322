"""A command for several states counts for all of them or for none, whatever they need and whoever waits."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from shared.decision import Actor, CancelTimer, Context, Decision, Key, Need, Role, Send, TimerFired, Wait
from shared.errors import PredecessorMissing, Refused
from shared.events.ledger import LoanRegistered
from shared.flow import Flow, States, Step
from shared.fold import Fold, KeyParked
from shared.message import Message, Outcome
from tests.builders import a_registration

OPERATOR = Actor("olga", Role.OPERATOR, None)
A, B, C = (UUID(int=number) for number in range(1, 4))


class TooMuch(Refused):
    """No account may go above ten."""


class Later(TimerFired):
    """A timer that a decision may set or cancel."""


@dataclass(frozen=True)
class Account:
    """What is moved to and fro."""

    total: int = 0


@dataclass(frozen=True)
class Add:
    """Adds to several accounts; `needing` ask for their history first."""

    keys: tuple[UUID, ...]
    amount: int
    needing: frozenset[UUID] = frozenset()
    waiting: bool = False
    seen: list[int] = field(default_factory=list, compare=False)


def add(account: Account, command: Add, context: Context) -> Decision[Account] | Need | Wait:
    if command.needing and context.history is None:
        return Need(history=True)
    if command.waiting:
        return Wait("something else")
    if account.total + command.amount > 10:
        raise TooMuch(total=account.total)
    command.seen.append(account.total)
    return Decision(
        Account(account.total + command.amount),
        [a_registration()],
        [CancelTimer(Later.__name__)],
        [Send("note", {})],
        answer=account.total,
    )


async def _nothing(*_: Any) -> Any:
    return {}


def a_fold(parked: set[Key] | None = None, **totals: int) -> Fold:
    flow = Flow(
        "test",
        states=[States(Account, load=_nothing, save=_nothing, key="key", load_history=_nothing)],
        steps=[
            Step(Add, add, emits=(LoanRegistered,), key=lambda command: command.keys),
            Step(Later, add, key=lambda timer: timer.key),
        ],
    )
    states = {
        Key("Account", {"a": A, "b": B, "c": C}[name]): Account(total) for name, total in totals.items()
    }
    return Fold(flow, datetime(2026, 3, 2, tzinfo=UTC), None, states, parked or set(), {})


def a_message(command: Add) -> Message:
    return Message(uuid4(), "Add", command, "command", OPERATOR)


def totals(fold: Fold) -> list[int]:
    return [state.total for _, state in sorted(fold.states.items())]


def effects(fold: Fold) -> tuple[int, int, int, int]:
    return len(fold.emitted), len(fold.sends), len(fold.timers), len(fold.before)


def test_a_command_counts_for_all_its_states() -> None:
    fold, message = a_fold(a=1, b=2), a_message(Add((A, B), 3))
    fold.take([message])
    assert (message.outcome, totals(fold), effects(fold)) == (Outcome.DECIDED, [4, 5], (2, 2, 2, 2))
    assert [key.id for key in message.touched] == [A, B]
    assert len({emitted.id for emitted in fold.emitted}) == 2


def test_what_one_state_refuses_counts_for_none() -> None:
    fold = a_fold(a=1, b=9)
    fine, message = a_message(Add((A,), 1)), a_message(Add((A, B), 3))
    fold.take([fine, message])
    assert isinstance(message.error, TooMuch)
    assert (message.outcome, message.answer, message.touched) == (Outcome.REFUSED, None, [])
    assert (totals(fold), effects(fold)) == ([2, 9], (1, 1, 1, 1))


def test_what_one_parked_state_cannot_take_counts_for_none() -> None:
    fold, message = a_fold({Key("Account", B)}, a=1, b=2), a_message(Add((A, B), 3))
    fold.take([message])
    assert isinstance(message.error, KeyParked)
    assert (totals(fold), effects(fold), fold.holds) == ([1, 2], (0, 0, 0, 0), [])


def test_a_command_that_would_have_to_wait_is_refused() -> None:
    fold, message = a_fold(a=1, b=2), a_message(Add((A, B), 3, waiting=True))
    fold.take([message])
    assert isinstance(message.error, PredecessorMissing)
    assert (totals(fold), fold.holds) == ([1, 2], [])


def test_a_state_that_is_not_there_refuses_the_whole_command() -> None:
    fold, message = a_fold(a=1), a_message(Add((A, B), 3))
    fold.take([message])
    assert message.outcome is Outcome.REFUSED
    assert totals(fold) == [1]


def test_while_a_command_needs_more_nothing_later_overtakes_it_at_any_of_its_states() -> None:
    fold = a_fold(a=0, b=0, c=0)
    whole = Add((A, B), 4, frozenset({B}))
    behind_a, behind_b, free = Add((A,), 1), Add((B,), 1), Add((C,), 1)
    fold.take(map(a_message, (whole, behind_a, behind_b, free)))
    assert (totals(fold), free.seen, behind_a.seen) == ([0, 0, 1], [0], [])
    served = 0
    while fold.needs:
        fold.histories.update(dict.fromkeys(fold.needs, ()))
        fold.resume()
        served += 1
    assert served == 2, "each of its states asks once"
    assert (whole.seen[-2:], behind_a.seen, behind_b.seen) == ([0, 0], [4], [4])
    assert totals(fold) == [5, 5, 1]
    assert effects(fold)[0] == 5, "what was decided before a need was found is undone"


def test_a_command_behind_another_that_needs_more_is_decided_after_it() -> None:
    fold = a_fold(a=0, b=0, c=0)
    first, second, third = Add((A,), 4, frozenset({A})), Add((A, B), 1), Add((B, C), 2)
    fold.take(map(a_message, (first, second, third)))
    assert totals(fold) == [0, 0, 0]
    fold.histories[Key("Account", A)] = ()
    fold.resume()
    assert (second.seen, third.seen) == ([4, 0], [1, 0])
    assert totals(fold) == [5, 3, 2]
