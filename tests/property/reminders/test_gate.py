"""Whatever happens in a borrower's life, the gate says what the texts of the rules say."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.property.reminders.ground import Gate, Tally
from tests.property.reminders.machine import life

CONTACTS_MIN = 100_000
SHORT = settings(
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_the_gate_and_the_texts_agree() -> None:
    tally = Tally()

    run_state_machine_as_test(life(Gate(), tally), settings=SHORT)

    assert tally.made > tally.withheld / 20, "a gate that closes everything proves nothing"


@pytest.mark.long
@pytest.mark.timeout(5_400)
def test_the_gate_and_the_texts_agree_over_a_hundred_thousand_contacts() -> None:
    tally, rounds = Tally(rules={}), 0

    while tally.made < CONTACTS_MIN:
        rounds += 1
        run_state_machine_as_test(
            life(Gate(), tally),
            settings=settings(
                SHORT, max_examples=400, stateful_step_count=60, phases=[Phase.generate], database=None
            ),
        )

    print(f"\n{tally.asked} asked, {tally.made} made, {tally.withheld} withheld, {rounds} rounds")
    print("\n".join(f"{count:8} {name}" for name, count in sorted((tally.rules or {}).items())))
