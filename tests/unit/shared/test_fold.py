"""Folding: what a decision is told of its message."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from shared.decision import Actor, Context, Decision, Key, Role
from shared.errors import Refused
from shared.events.ledger import LoanRegistered
from shared.events.loans import PaymentReceived
from shared.flow import Flow, States, Step
from shared.fold import HANDED_TIMES_MAX, Fold
from shared.message import Message, Outcome
from shared.targets import RECORD
from tests.builders import a_payment, a_registration

SERVICE = Actor("test", Role.SERVICE, None)
NOW = datetime(2026, 3, 2, tzinfo=UTC)


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
    fold = Fold(flow, NOW, None, states, set(), {})
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


# -- what is handed on


def _handing(to: UUID) -> Flow:
    """Whoever has gone hands each payment on to another."""

    def decide(state: list[str], event: PaymentReceived, context: Context) -> Decision[list[str]]:
        on = [event.model_copy(update={"lender": "birch"})] if event.lender != "birch" else []
        return Decision([*state, event.lender], hands_on=on)

    return Flow(
        "ledger",
        states=[States(list, load=_nothing, save=_nothing, key="loan_id")],
        steps=[Step(PaymentReceived, decide, key=lambda e: to if e.lender == "birch" else ONE)],
    )


ONE, OTHER = uuid4(), uuid4()


def _paid() -> Message:
    return Message(ONE, "PaymentReceived", a_payment(), "record", SERVICE)


def test_an_event_that_is_handed_on_counts_once_what_it_needs_is_loaded() -> None:
    keys = {Key("list", one): list[str]() for one in (ONE, OTHER)}
    first = Fold(_handing(OTHER), NOW, None, dict(keys), set(), {})
    first.take([_paid()])
    (handed,) = first.unprepared
    assert first.states[Key("list", OTHER)] == []
    second = Fold(_handing(OTHER), NOW, None, dict(keys), set(), {}, prepared=frozenset({handed.id}))
    second.take([_paid()])
    assert second.unprepared == []
    assert second.states == {Key("list", ONE): ["acme"], Key("list", OTHER): ["birch"]}


def test_what_is_handed_on_and_cannot_be_applied_is_parked_where_it_was_handed_to() -> None:
    keys = {Key("list", one): list[str]() for one in (ONE, OTHER)}
    first = Fold(_handing(OTHER), NOW, None, dict(keys), {Key("list", OTHER)}, {})
    first.take([_paid()])
    prepared = frozenset(one.id for one in first.unprepared)
    second = Fold(_handing(OTHER), NOW, None, dict(keys), {Key("list", OTHER)}, {}, prepared=prepared)
    message = _paid()
    second.take([message])
    assert second.states[Key("list", ONE)] == ["acme"]
    (hold,) = second.holds
    assert (hold.key, hold.status, hold.message.body.lender) == (Key("list", OTHER), "queued", "birch")
    assert message.outcome is Outcome.DECIDED


def test_what_goes_in_a_circle_is_parked_and_ends() -> None:
    def decide(state: list[str], event: PaymentReceived, context: Context) -> Decision[list[str]]:
        return Decision([*state, event.lender], hands_on=[event])

    flow = _handing(OTHER)
    (step,) = flow.steps[PaymentReceived]
    flow.steps[PaymentReceived] = (replace(step, decide=decide),)
    prepared: frozenset[UUID] = frozenset()
    for _ in range(HANDED_TIMES_MAX + 1):
        fold = Fold(flow, NOW, None, {Key("list", ONE): []}, set(), {}, prepared=prepared)
        fold.take([_paid()])
        prepared |= {one.id for one in fold.unprepared}
    assert fold.unprepared == []
    (hold,) = fold.holds
    assert (hold.key.type, hold.status, hold.reason) == (RECORD, "parked", "handed_on_too_often")
    assert fold.parked == set()


def test_a_guard_answers_in_the_place_of_every_step() -> None:
    def guard(state: list[str], body: Any, context: Context) -> Decision[list[str]] | None:
        return Decision(["guarded"]) if state else None

    flow = _handing(OTHER)
    flow.states["list"] = replace(flow.states["list"], guard=guard)
    for before, after in (([], ["birch"]), (["gone"], ["guarded"])):
        fold = Fold(flow, NOW, None, {Key("list", OTHER): before}, set(), {})
        fold.take([Message(uuid4(), "PaymentReceived", a_payment(lender="birch"), "record", SERVICE)])
        assert fold.states == {Key("list", OTHER): after}


def test_what_is_handed_on_and_refused_stops_nobody_else() -> None:
    def decide(state: list[str], event: PaymentReceived, context: Context) -> Decision[list[str]]:
        if event.lender == "birch":
            raise Refused()
        return Decision([*state, event.lender], hands_on=[event.model_copy(update={"lender": "birch"})])

    flow = _handing(OTHER)
    (step,) = flow.steps[PaymentReceived]
    flow.steps[PaymentReceived] = (replace(step, decide=decide),)
    keys = {Key("list", one): list[str]() for one in (ONE, OTHER)}
    first = Fold(flow, NOW, None, dict(keys), set(), {})
    first.take([_paid()])
    prepared = frozenset(one.id for one in first.unprepared)
    second = Fold(flow, NOW, None, dict(keys), set(), {}, prepared=prepared)
    second.take([_paid()])
    (hold,) = second.holds
    assert (hold.key.type, hold.status, hold.reason) == (RECORD, "parked", "refused")
    assert second.parked == set()
    assert second.states[Key("list", ONE)] == ["acme"]
