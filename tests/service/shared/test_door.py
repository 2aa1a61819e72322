"""The door: batches, duplicates, isolation, needs, answers."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy
from sqlalchemy.exc import DBAPIError

from services.ledger.domain.payments import NotAnAmount
from services.ledger.domain.products import product_id
from shared.commands import Answered, KeyReused, Origin, StillRunning, Unavailable
from shared.decision import Actor, Key, Role
from shared.errors import NotFound, PredecessorMissing
from shared.events.base import TYPE_PREFIX
from shared.events.ids import event_id, message_id
from shared.fold import KeyParked, NotYours
from shared.messaging.memory import MemoryBroker
from shared.messaging.port import Outgoing
from shared.spine.states import lock_id
from tests.builders import a_loan, a_payment, a_record, a_registration, an_applied_payment, money
from tests.databases import Databases
from tests.followup.flow import Adjust, TooFew
from tests.harness import ADMINISTRATOR, Running, running, until
from tests.unit.ledger.test_holds import a_product, a_term_loan

LOAN = a_loan().loan_id


async def registered(followup: Running, *references: str) -> list[Any]:
    """Loans that the follow-up service knows."""
    loans = [a_loan(reference) for reference in references]
    await followup.publish(*(a_registration(loan) for loan in loans))
    await followup.settled()
    return [loan.loan_id for loan in loans]


async def test_what_is_published_names_its_cause_and_counts_up_for_each_key(ledger: Running) -> None:
    await ledger.publish(a_loan(), a_payment(reference="p1"), a_payment(reference="p2"), ids=["o", "a", "b"])
    await ledger.settled()
    envelopes = ledger.envelopes("ledger-events")
    assert [(e.sequence, e.causation_id, e.source) for e in envelopes] == [
        (1, "o", "/huancui/ledger"),
        (2, "a", "/huancui/ledger"),
        (3, "b", "/huancui/ledger"),
    ]
    lender = a_loan().lender
    cause = message_id(f"loan-events.{lender}\n/lenders/{lender}", "a")
    assert envelopes[1].id == str(event_id(cause, "ledger", 0))


async def test_the_same_id_with_another_body_parks_alone_and_says_so(ledger: Running) -> None:
    await ledger.publish(a_loan(), a_payment(reference="p1"), ids=["o", "a"])
    await ledger.settled()
    await ledger.publish(a_payment(reference="p2"), ids=["a"])
    await ledger.publish(a_payment(reference="p3"), ids=["c"])
    await ledger.settled()
    assert await ledger.rows("SELECT type, status, reason FROM held") == [
        {"type": "record", "status": "parked", "reason": "body_differs"}
    ]
    assert await ledger.payments() == ["p1", "p3"]


@pytest.mark.parametrize(
    ("headers", "value", "reason"),
    [
        ({}, b"\xff\x00", "malformed_data"),
        ({}, b"[1]", "malformed_data"),
        ({}, b'{"lender": "x"}', "schema_violation"),
        ({"ce_type": f"{TYPE_PREFIX}PaymentReceived.v9".encode()}, None, "un"),
        ({"ce_type": b"com.example.Unknown"}, None, "unknown_type"),
        ({"ce_specversion": b"0.3"}, None, "unsupported_version"),
        ({"ce_id": b""}, None, "missing_attribute"),
        ({}, b"x" * 900_001, "too_large"),
    ],
)
async def test_a_record_that_cannot_be_read_parks_with_its_reason_and_the_partition_goes_on(
    ledger: Running, headers: dict[str, bytes], value: bytes | None, reason: str
) -> None:
    good = a_record(a_payment(reference="bad"))
    changed = {**dict(good.headers), **headers}
    broken = Outgoing(good.topic, b"no id", good.value if value is None else value, list(changed.items()))
    broker = ledger.broker
    assert isinstance(broker, MemoryBroker)
    await ledger.publish(a_loan())
    await broker.publish(broken)
    await ledger.publish(a_payment(reference="fine"))
    await ledger.settled()
    (held,) = await ledger.rows("SELECT type, status, reason, detail FROM held")
    assert held["type"] == "record"
    assert held["reason"].startswith(reason)
    assert held["detail"]
    assert await ledger.payments() == ["fine"]


async def test_an_unreadable_record_of_a_known_loan_parks_that_loan(ledger: Running) -> None:
    good = a_record(a_payment(reference="bad"))
    await ledger.publish(a_loan())
    await ledger.settled()
    broker = ledger.broker
    assert isinstance(broker, MemoryBroker)
    await broker.publish(Outgoing(good.topic, good.key, b"{", good.headers))
    await ledger.publish(a_payment(reference="later"))
    await ledger.settled()
    rows = await ledger.rows("SELECT type, key, status FROM held ORDER BY seq")
    assert [(r["type"], r["key"], r["status"]) for r in rows] == [
        ("Loan", LOAN, "parked"),
        ("Loan", LOAN, "queued"),
    ]


async def test_another_lender_cannot_touch_or_stop_a_loan(ledger: Running) -> None:
    payment = a_record(a_payment(reference="p"))
    await ledger.publish(a_loan())
    await ledger.settled()
    broker = ledger.broker
    assert isinstance(broker, MemoryBroker)
    await broker.publish(Outgoing("loan-events.stranger", payment.key, payment.value, payment.headers))
    await broker.publish(Outgoing("loan-events.stranger", payment.key, b"{", payment.headers))
    await ledger.publish(a_payment(reference="own"))
    await ledger.settled()
    assert await ledger.payments() == ["own"]
    assert await ledger.value("SELECT array_agg(DISTINCT type) FROM held") == ["record"]


async def test_a_stranger_cannot_use_up_a_lenders_event_ids(ledger: Running) -> None:
    good = a_record(a_payment(reference="p"), id="1")
    broker = ledger.broker
    assert isinstance(broker, MemoryBroker)
    await ledger.publish(a_loan())
    await broker.publish(Outgoing("loan-events.stranger", good.key, good.value, good.headers))
    await ledger.settled()
    await broker.publish(good)
    await ledger.settled()
    assert await ledger.payments() == ["p"]


async def test_one_message_that_cannot_be_saved_is_isolated_and_the_others_count_once(
    followup: Running,
) -> None:
    ids = await registered(followup, *(f"l{n}" for n in range(20)))
    await followup.database.execute("UPDATE followup SET payments = 2147483647 WHERE loan_id = $1", ids[7])
    await followup.publish(*(an_applied_payment(id_) for id_ in ids))
    await followup.settled()
    assert await followup.value("SELECT count(*) FROM followup WHERE payments = 1") == 19
    (held,) = await followup.rows("SELECT key, status, reason FROM held")
    assert held == {"key": ids[7], "status": "parked", "reason": "unsaveable"}


async def test_commands_that_wait_together_are_one_batch(databases: Databases, broker: MemoryBroker) -> None:
    async with running("followup", await databases.make("followup"), broker) as followup:
        (loan,) = await registered(followup, "l1")
        answers = await asyncio.gather(*(followup.submit(Adjust(loan, n)) for n in range(50)))
        assert [a.value for a in answers] == list(range(50))
        batches = followup.service.metrics.registry.get_sample_value(
            "huancui_batch_messages_count", {"service": "followup"}
        )
        assert batches is not None
        assert batches < 10


async def test_a_repeated_request_gets_the_stored_answer_and_changes_nothing(followup: Running) -> None:
    (loan,) = await registered(followup, "l1")
    first = await followup.submit(Adjust(loan, 5), key="k")
    await followup.submit(Adjust(loan, 9))
    second = await followup.submit(Adjust(loan, 5), key="k")
    assert (first.value, first.replayed) == (5, False)
    assert (second.value, second.replayed) == (5, True)
    assert await followup.value("SELECT followed FROM followup") == 9


async def test_fifty_requests_with_one_key_at_once_have_one_effect_and_one_answer(followup: Running) -> None:
    (loan,) = await registered(followup, "l1")
    answers = await asyncio.gather(*(followup.submit(Adjust(loan, 5), key="k") for _ in range(50)))
    assert {a.value for a in answers} == {5}
    assert sum(not a.replayed for a in answers) == 1
    assert await followup.value("SELECT count(*) FROM audit_entry WHERE outcome = 'done'") == 1


async def test_a_key_used_again_for_another_body_is_refused(followup: Running) -> None:
    (loan,) = await registered(followup, "l1")
    await followup.submit(Adjust(loan, 5), key="k")
    with pytest.raises(KeyReused):
        await followup.submit(Adjust(loan, 6), key="k", body=2)


async def test_a_refusal_is_stored_and_comes_back_as_what_it_was(followup: Running) -> None:
    (loan,) = await registered(followup, "l1")
    for _ in range(2):
        with pytest.raises(TooFew) as refused:
            await followup.submit(Adjust(loan, -1), key="k")
        assert refused.value.facts == {"followed": -1}
    assert await followup.value("SELECT array_agg(outcome) FROM audit_entry") == ["too_few"]


async def test_a_server_error_is_not_stored(followup: Running) -> None:
    (loan,) = await registered(followup, "l1")
    with pytest.raises(DBAPIError):
        await followup.submit(Adjust(loan, 5000), key="k")
    await followup.database.execute("ALTER TABLE followup DROP CONSTRAINT followup_followed_check")
    answered = await followup.submit(Adjust(loan, 5000), key="k")
    assert (answered.value, answered.replayed) == (5000, False)


async def test_a_bad_command_does_not_spoil_those_beside_it(followup: Running) -> None:
    ids = await registered(followup, "l1", "l2", "l3")
    results = await asyncio.gather(
        *(followup.submit(Adjust(id_, n)) for id_, n in zip(ids, (1, 5000, 3), strict=True)),
        return_exceptions=True,
    )
    assert [getattr(r, "value", type(r)) for r in results] == [1, results[1].__class__, 3]
    assert isinstance(results[1], DBAPIError)


async def test_what_does_not_exist_or_is_another_lenders_looks_the_same(followup: Running) -> None:
    (loan,) = await registered(followup, "l1")
    stranger = Actor("sam", Role.OPERATOR, frozenset({"stranger"}))
    with pytest.raises(NotFound):
        await followup.submit(Adjust(uuid4(), 1))
    with pytest.raises(NotYours):
        await followup.submit(Adjust(loan, 1), actor=stranger)
    await followup.submit(Adjust(loan, 1), actor=ADMINISTRATOR)


async def test_a_command_whose_predecessor_is_missing_is_refused_not_kept(followup: Running) -> None:
    (loan,) = await registered(followup, "l1")
    with pytest.raises(PredecessorMissing):
        await followup.submit(Adjust(loan, 1, wait=True))
    assert await followup.value("SELECT count(*) FROM held") == 0


async def test_a_decision_may_ask_for_other_states(followup: Running) -> None:
    first, second = await registered(followup, "l1", "l2")
    await followup.submit(Adjust(first, 7))
    answered = await followup.submit(Adjust(second, 0, compare_with=first))
    assert answered.value == 7
    assert await followup.value("SELECT followed FROM followup WHERE loan_id = $1", second) == 7


async def test_a_parked_key_refuses_commands_until_it_is_released_in_order(ledger: Running) -> None:
    await ledger.publish(a_loan(), a_payment("1.00", reference="p1", value_on="2025-01-01"))
    await ledger.publish(*(a_payment(money("1.00"), reference=f"q{n}") for n in range(3)))
    await ledger.settled()
    assert await ledger.value("SELECT array_agg(status ORDER BY seq) FROM held") == [
        "parked",
        *["queued"] * 3,
    ]
    queued = await ledger.submit(a_payment("2.00", reference="http"), key="h")
    assert queued.value.status == "queued"  # type: ignore[attr-defined]
    door, key = ledger.service.door, Key("Loan", LOAN)
    assert await door.release(key) == 0
    assert await ledger.value("SELECT attempts FROM held WHERE status = 'parked'") == 2
    seq = await ledger.value("SELECT min(seq) FROM held")
    assert await door.release(key, skip=seq, by="olga", why="reported with a wrong year") == 4
    await ledger.settled()
    references = await ledger.value(
        "SELECT array_agg(cause ORDER BY recorded_at, cause) FROM posting WHERE account = 'cash'"
    )
    assert references == ["payment:http", "payment:q0", "payment:q1", "payment:q2"]
    order = [e.causation_id for e in ledger.envelopes("ledger-events")]
    assert len(order) == 5
    assert await ledger.rows("SELECT status, skipped_by, skipped_why FROM held") == [
        {"status": "skipped", "skipped_by": "olga", "skipped_why": "reported with a wrong year"}
    ]
    await ledger.submit(a_payment("2.00", reference="after"))


async def test_a_parked_state_refuses_a_plain_command(followup: Running) -> None:
    (loan,) = await registered(followup, "l1")
    await followup.database.execute("UPDATE followup SET payments = 2147483647")
    await followup.publish(an_applied_payment(loan))
    await followup.settled()
    with pytest.raises(KeyParked):
        await followup.submit(Adjust(loan, 1), key="k")
    await followup.database.execute("UPDATE followup SET payments = 0")
    assert await followup.service.door.release(Key("FollowUp", loan)) == 1
    assert (await followup.submit(Adjust(loan, 1), key="k")).replayed is False


async def test_an_event_that_its_step_does_not_list_parks(
    ledger: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = ledger.service.flow.steps[type(a_payment())][0]
    listed = step.emits
    object.__setattr__(step, "emits", ())
    try:
        await ledger.publish(a_loan(), a_payment())
        await ledger.settled()
        (held,) = await ledger.rows("SELECT reason, stack FROM held")
        assert held["reason"] == "FlowBroken"
        assert "fold.py" in held["stack"]
    finally:
        object.__setattr__(step, "emits", listed)


async def test_a_caller_that_goes_away_does_not_tear_the_transaction(followup: Running) -> None:
    (loan,) = await registered(followup, "l1")
    async with followup.database.acquire() as other, other.transaction():
        await other.execute("SELECT 1 FROM followup FOR UPDATE")
        asking = asyncio.ensure_future(followup.submit(Adjust(loan, 4), key="k"))
        await until(
            lambda: followup.value("SELECT count(*) FROM pg_locks WHERE NOT granted"), "it waits for the lock"
        )
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    answered = await followup.submit(Adjust(loan, 4), key="k")
    assert (answered.value, answered.replayed) == (4, True)
    assert await followup.service.door.close(5) == 0


async def test_a_repetition_of_a_request_that_still_runs_is_told_to_come_back(
    databases: Databases, broker: MemoryBroker
) -> None:
    url = await databases.make("followup")
    async with running("followup", url, broker, still_running_after_s=0.2) as followup:
        (loan,) = await registered(followup, "l1")
        async with followup.database.acquire() as other, other.transaction():
            await other.execute("SELECT 1 FROM inbox LIMIT 0")
            await other.execute(
                "INSERT INTO inbox (id, body, seen_at) VALUES ($1, 1, now())", message_id("olga", "k")
            )
            with pytest.raises(StillRunning):
                await followup.submit(Adjust(loan, 4), key="k")


async def test_what_is_only_read_is_open_to_other_readers_and_closed_to_whoever_changes_it(
    ledger: Running,
) -> None:
    """Loans of one product are opened side by side; a new version of it waits for them, and they for it."""
    product = a_product()
    await ledger.publish(product)
    await ledger.settled()
    key = lock_id(Key("Product", product_id(product.lender, product.product)))
    terms = {"opened_on": "2026-01-01", "first_due_on": "2026-02-01", "instalment_count": 2}
    async with ledger.database.acquire() as other, other.transaction():
        await other.execute("SELECT pg_advisory_xact_lock_shared($1)", key)
        for name in ("beside", "again"):
            await ledger.submit(a_term_loan("100.00", loan_reference=name, **terms))
        with pytest.raises(StillRunning):
            await ledger.submit(a_product(grace_days=5).model_copy(update={"product_version": 2}))
    async with ledger.database.acquire() as other, other.transaction():
        await other.execute("SELECT pg_advisory_xact_lock($1)", key)
        with pytest.raises(StillRunning):
            await ledger.submit(a_term_loan("100.00", loan_reference="behind", **terms))
    names = await ledger.value("SELECT array_agg(reference ORDER BY reference) FROM loan")
    assert names == ["again", "beside"]


async def test_many_commands_are_decided_in_one_go_each_for_itself(ledger: Running) -> None:
    def origin(name: str) -> Origin:
        return Origin(message_id("test", name), 1, ADMINISTRATOR, None, "test")

    door = ledger.service.door
    given = [
        (a_loan("one"), origin("1")),
        (a_payment("0.00", loan="one", reference="none"), origin("2")),
        (a_payment("5.00", loan="one"), origin("3")),
    ]
    tried = await door.decide(given, dry=True)
    assert await ledger.value("SELECT count(*) FROM loan") == 0
    assert await ledger.value("SELECT count(*) FROM inbox") == 0
    done = await door.decide(given)
    for answers in (tried, done):
        first, second, third = answers
        assert isinstance(first, Answered)
        assert isinstance(second, NotAnAmount)
        assert isinstance(third, Answered)
    again = await door.decide(given)
    assert [getattr(one, "replayed", None) for one in again] == [True, True, True]
    assert await ledger.payments() == ["P-1"]
    door.stopping = True
    with pytest.raises(Unavailable):
        await door.decide(given)
    door.stopping = False


async def test_a_batch_begins_with_what_the_one_before_it_read(
    databases: Databases, broker: MemoryBroker
) -> None:
    """Else each would be begun twice. A batch begins by entering the inbox, which is counted here."""
    terms = {"opened_on": "2026-01-01", "first_due_on": "2026-02-01", "instalment_count": 2}
    alone: dict[str, Any] = dict.fromkeys(
        ("role_consume", "role_relay", "role_timers", "role_dispatch"), False
    )
    async with running("ledger", await databases.make("ledger"), broker, **alone) as ledger:
        await ledger.submit(a_product())
        began: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if statement.startswith("INSERT INTO inbox"):  # the first thing that a batch does
                began.append(name)

        sqlalchemy.event.listen(ledger.service.engine.sync_engine, "before_cursor_execute", note)
        for name in ("first", "second", "third"):
            await ledger.submit(a_term_loan("100.00", loan_reference=name, **terms))
    assert [began.count(name) for name in ("first", "second", "third")] == [2, 1, 1]
