"""Folding: what a decision is told of its message."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from shared.decision import Actor, Context, Decision, Key, Role
from shared.events.ledger import LoanRegistered
from shared.events.loans import PaymentReceived
from shared.flow import Flow, States, Step
from shared.fold import Fold
from shared.message import Message
from tests.builders import a_payment, a_registration

SERVICE = Actor("test", Role.SERVICE, None)


async def _nothing(*_: Any) -> Any:
    return {}


def _fold(keys: Callable[[Any], list[UUID]], states: dict[Key, Any]) -> tuple[Fold, list[UUID]]:
    kept: list[UUID] = []

    def decide(state: dict[str, int], event: PaymentReceived, context: Context) -> Decision[dict[str, int]]:
        kept.extend(context.event_id(index) for index in range(2))
        return Decision(state, [a_registration(), a_registration()])

    flow = Flow(
        "ledger",
        states=[States(dict, load=_nothing, save=_nothing, key="loan_id")],
        steps=[Step(PaymentReceived, decide, emits=(LoanRegistered,), key=keys)],
    )
    fold = Fold(flow, datetime(2026, 3, 2, tzinfo=UTC), None, states, set(), {})
    fold.take([Message(uuid4(), "PaymentReceived", a_payment(), "record", SERVICE)])
    return fold, kept


def test_a_decision_knows_the_ids_that_its_events_will_have() -> None:
    one = uuid4()
    fold, kept = _fold(lambda _: [one], {Key("dict", one): {}})
    assert [emitted.id for emitted in fold.emitted] == kept
    assert len(set(kept)) == 2


def test_of_a_message_for_two_states_each_has_ids_of_its_own() -> None:
    both = [uuid4(), uuid4()]
    fold, kept = _fold(lambda _: both, {Key("dict", one): {} for one in both})
    assert [emitted.id for emitted in fold.emitted] == kept
    assert len(set(kept)) == 4
