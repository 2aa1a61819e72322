"""The page of the policy packs is what the packs say, and the packs show all that rules differ in."""

from dataclasses import replace

import pytest

from services.reminders.adapters.packs import read_packs
from services.reminders.domain.packs import FLOOR, Cap, CountedBy, Force, Hours, Span
from tests.architecture.policy_packs import FILE, page

PACKS = {pack.id: pack for pack in read_packs()}
RULES = [rule for pack in PACKS.values() for rule in pack.rules]


def test_the_page_of_the_policy_packs_is_what_they_say() -> None:
    assert FILE.read_text() == page(read_packs()), "run: python -m tests.architecture.policy_packs"


def test_another_pack_would_make_another_page() -> None:
    floor = PACKS[FLOOR]

    assert page([replace(floor, rules=floor.rules[:3])]) != page([floor])


def test_there_is_a_pack_for_each_law_that_the_gate_is_made_for() -> None:
    assert set(PACKS) == {"default", "us-regf", "us-ma", "uk", "au", "cn", "kr"}


def test_every_dimension_in_which_rules_differ_is_used() -> None:
    caps = [rule for rule in RULES if isinstance(rule, Cap)]
    hours = [rule for rule in RULES if isinstance(rule, Hours)]

    assert {rule.counted_by for rule in caps} == set(CountedBy)
    assert {rule.span for rule in caps} == set(Span)
    assert len({rule.unit for rule in caps}) == 7
    assert len({rule.counted_channels for rule in caps}) > 3
    assert {rule.zone for rule in hours} == {None, "America/New_York"}
    assert {(rule.on_holidays is None, rule.national_only) for rule in hours} == {
        (True, False),
        (False, False),
        (False, True),
    }
    assert len({rule.weekly[0] == rule.weekly[6] for rule in hours}) == 2
    assert len({rule.binds for rule in RULES}) == 2
    assert {frozenset(rule.opened_by) for rule in hours} >= {frozenset(), frozenset({"asked"})}
    assert {Force.LAW, Force.PRESUMPTION, Force.GUIDANCE, Force.STANDARD, Force.OWN} <= {
        rule.cite.force for rule in RULES
    }


@pytest.mark.parametrize("pack", PACKS)
def test_only_the_floor_holds_choices_of_our_own_and_it_holds_nothing_else(pack: str) -> None:
    own = {rule.cite.force is Force.OWN for rule in PACKS[pack].rules}

    assert own == {pack == FLOOR}


def test_no_rule_of_the_united_kingdom_makes_up_a_number() -> None:
    assert not any(isinstance(rule, Cap | Hours) for rule in PACKS["uk"].rules)
