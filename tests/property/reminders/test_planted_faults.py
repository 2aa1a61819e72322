"""Faults planted in the gate are found by the lives that are held against the rules' texts."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from services.reminders.domain.contact import Contact
from services.reminders.domain.gate import Permit, Withheld, permit
from services.reminders.domain.history import History, Outcome
from services.reminders.domain.packs import Policy
from services.reminders.domain.person import Person, StopKind
from tests.property.reminders.ground import Decide, Disagreement, Gate
from tests.property.reminders.machine import life

FLOOR: list[tuple[str, ...]] = [("default",)]
ENOUGH = settings(
    max_examples=400,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def told_of_person(change: Callable[[Contact, Person, datetime], Person]) -> Gate:
    """A gate that sees the person wrongly."""

    def decide(contact: Contact, person: Person, history: History, policy: Policy, now: datetime) -> Any:
        return permit(contact, change(contact, person, now), history, policy, now)

    return Gate(decide)


def told_of_history(keep: Callable[[Contact, Any], bool]) -> Gate:
    """A gate that overlooks some of what was done."""

    def decide(contact: Contact, person: Person, history: History, policy: Policy, now: datetime) -> Any:
        seen = History(tuple(one for one in history.records if keep(contact, one)))
        return permit(contact, person, seen, policy, now)

    return Gate(decide)


@lru_cache(maxsize=64)
def _changed(policy: Policy, rule: str, changes: tuple[tuple[str, Any], ...]) -> Policy:
    def mended(one: Any) -> Any:
        return replace(one, **dict(changes)) if one.cite.rule == rule else one

    packs = tuple(replace(pack, rules=tuple(map(mended, pack.rules))) for pack in policy.packs)
    return Policy(packs, policy.calendars, policy.calendars_version)


def with_rule(rule: str, **changes: Any) -> Gate:
    """A gate that reads a rule wrongly."""

    def decide(contact: Contact, person: Person, history: History, policy: Policy, now: datetime) -> Any:
        return permit(contact, person, history, _changed(policy, rule, tuple(changes.items())), now)

    return Gate(decide)


def named_too_early(
    contact: Contact, person: Person, history: History, policy: Policy, now: datetime
) -> Permit | Withheld:
    decision = permit(contact, person, history, policy, now)
    if isinstance(decision, Permit) or decision.until is None:
        return decision
    return replace(decision, until=decision.until - timedelta(hours=1))


def named_by_hours(days: int) -> Decide:
    """The time that is named forgets what else closes: simply so many days on."""

    def decide(contact: Contact, person: Person, history: History, policy: Policy, now: datetime) -> Any:
        decision = permit(contact, person, history, policy, now)
        if isinstance(decision, Permit) or decision.until is None:
            return decision
        return replace(decision, until=max(decision.until, now + timedelta(days=days)))

    return decide


def without_summer_time(_: Contact, person: Person, now: datetime) -> Person:
    """Every zone by its offset of January."""
    zones = []
    for zone in person.zones:
        offset = datetime(2026, 1, 15, tzinfo=ZoneInfo(zone)).utcoffset()
        assert offset is not None
        zones.append(f"Etc/GMT{-offset // timedelta(hours=1):+d}")
    return replace(person, zones=tuple(zones))


FAULTS: dict[str, tuple[Gate, list[tuple[str, ...]]]] = {
    "holds are overlooked": (told_of_person(lambda c, p, n: replace(p, holds=())), FLOOR),
    "an address that was stopped is used": (
        told_of_person(
            lambda c, p, n: replace(p, stops=tuple(s for s in p.stops if s.kind is not StopKind.ADDRESS))
        ),
        FLOOR,
    ),
    "representatives are overlooked": (
        told_of_person(lambda c, p, n: replace(p, representations=())),
        FLOOR,
    ),
    "closed hours are overlooked": (told_of_person(lambda c, p, n: replace(p, closed_times=())), FLOOR),
    "identity is taken for granted": (
        told_of_person(
            lambda c, p, n: replace(p, addresses=tuple(replace(one, established=True) for one in p.addresses))
        ),
        FLOOR,
    ),
    "only one of the zones counts": (
        told_of_person(lambda c, p, n: replace(p, zones=p.zones[:1])),
        [("us-regf",)],
    ),
    "summer time is forgotten": (told_of_person(without_summer_time), [("us-regf",)]),
    "a consent opens to whoever asks": (
        told_of_person(
            lambda c, p, n: replace(
                p, consents=tuple(replace(one, collector=c.collector) for one in p.consents)
            )
        ),
        FLOOR,
    ),
    "a conversation spends no consent": (
        told_of_person(
            lambda c, p, n: replace(
                p, consents=tuple(replace(one, received_at=max(one.received_at, n)) for one in p.consents)
            )
        ),
        [("us-regf",)],
    ),
    "each lender counts by itself": (
        told_of_history(lambda contact, one: one.inbound or one.lender == contact.lender),
        FLOOR,
    ),
    "a reserved slot does not count": (
        told_of_history(lambda contact, one: one.outcome is not Outcome.RESERVED),
        FLOOR,
    ),
    "a call of the borrower's starts no quiet": (
        told_of_history(lambda contact, one: not (one.inbound and one.outcome is Outcome.CONVERSATION)),
        [("us-regf",)],
    ),
    "a week has six days": (with_rule("floor.week", days=6), FLOOR),
    "one more is allowed": (with_rule("floor.month", at_most=11), FLOOR),
    "quiet lasts a day longer": (with_rule("floor.after-talk", days=8), FLOOR),
    "the evening is longer": (
        with_rule("floor.hours", weekly=(((540, 1141),),) * 6 + ((),)),
        FLOOR,
    ),
    "a month is rolled only": (with_rule("au.cap.calendar-week", at_most=100), [("au",)]),
    "the next time is named too early": (Gate(named_too_early), FLOOR),
    "the next time is named too late": (Gate(named_by_hours(3)), FLOOR),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str) -> None:
    gate, packs = FAULTS[fault]

    with pytest.raises(Disagreement):
        run_state_machine_as_test(life(gate, packs=packs), settings=ENOUGH)


def test_a_fault_in_what_is_recorded_is_found() -> None:
    """The day of a contact is its day in Greenwich."""

    def record(slot: Any, contact: Any, person: Any, decision: Any, now: datetime) -> Any:
        day = now.astimezone(UTC).date()
        return Gate().record(slot, contact, person, decision, now)._replace(first_on=day, last_on=day)

    with pytest.raises(Disagreement):
        run_state_machine_as_test(life(Gate(record=record, settles=False)), settings=ENOUGH)
