"""What is read of hardship plans and settlements, and what counts as met."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cli.replay.cases import PLANS, SETTLEMENTS, Case, Cases, Kind, read
from cli.replay.helping import Outcome, Played
from cli.replay.reported import differences
from cli.stack.process import StackError
from shared.events.care import Circumstance

PLAN_HEAD = (
    "case_no,int_rate,installment,hardship_reason,hardship_status,hardship_amount,"
    "hardship_payoff_balance_amount"
)
SETTLEMENT_HEAD = "case_no,settlement_status,settlement_amount,settlement_percentage,settlement_term"
PLAN = "4,20.49,358.24,UNEMPLOYMENT,BROKEN,34.61,1736.26"


def a_folder(folder: Path, plans: list[str], settlements: list[str]) -> Path:
    (folder / PLANS).write_text("\n".join([PLAN_HEAD, *plans]))
    (folder / SETTLEMENTS).write_text("\n".join([SETTLEMENT_HEAD, *settlements]))
    return folder


def test_a_plan_has_the_months_that_its_instalment_needs(tmp_path: Path) -> None:
    (plan,) = read(a_folder(tmp_path, [PLAN], [])).every
    assert plan == Case(
        Kind.PLAN, "plan-4", 173_626, Decimal("0.2049"), 6, 3_461, 3, True, Circumstance.JOB_LOSS
    )
    assert plan.kept_parts == 1
    assert plan.dues() == [date(2019, 2, 1), date(2019, 3, 1), date(2019, 4, 1)]


def test_a_settlement_is_a_part_of_what_was_left_in_level_parts(tmp_path: Path) -> None:
    rows = ["1,COMPLETE,1000.00,40.0,3.0", "2,ACTIVE,450.5,45.0,0.0", "3,BROKEN,900,45,24"]
    found = read(a_folder(tmp_path, [], rows)).of(Kind.SETTLEMENT)
    assert [(one.balance, one.parts, one.kept_parts) for one in found] == [
        (250_000, 3, 3),
        (100_111, 1, 1),
        (200_000, 24, 12),
    ]
    assert found[0].agreed() == [33_333, 33_333, 33_334]


def test_lines_that_cannot_be_read_are_told_and_the_others_go_on(tmp_path: Path) -> None:
    plans = [PLAN.replace("UNEMPLOYMENT", "OTHER"), PLAN, PLAN.replace("358.24", "20")]
    found = read(a_folder(tmp_path, plans, ["1,COMPLETE,100,0,3", "2,COMPLETE,100,140,3"]))
    assert [one.reference for one in found.every] == ["plan-4"]
    assert [(name, line) for name, line, _ in found.bad] == [
        (PLANS, 2),
        (PLANS, 4),
        (SETTLEMENTS, 2),
        (SETTLEMENTS, 3),
    ]
    (tmp_path / PLANS).unlink()
    with pytest.raises(StackError, match="give the folder that holds"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("told", "differs"),
    [
        (Outcome(True, [50_000, 50_000], completed=True, repaid=True), ""),
        (Outcome(True, [50_000, 50_001], completed=True, repaid=True), "asks for 100001 cents"),
        (Outcome(True, [100_000], completed=True, repaid=True), "has 1 parts"),
        (Outcome(True, [50_000, 50_000], broken=True), "reported broken: False"),
        (Outcome(True, [50_000, 50_000], completed=True), "repaid: False"),
        (Outcome(refused="no"), "was not agreed: no"),
    ],
)
def test_what_is_not_as_it_was_reported_is_told(told: Outcome, differs: str) -> None:
    case = Case(Kind.SETTLEMENT, "settlement-1", 200_000, Decimal(0), 36, 100_000, 2, False)
    found = differences(Cases([case]), Played(outcomes={"settlement-1": told}))
    assert bool(found) == bool(differs)
    assert differs in " ".join(found)


@pytest.mark.parametrize(("asked", "near"), [(2_965, True), (4_100, True), (2_900, False), (4_300, False)])
def test_a_plans_month_is_near_what_was_reported(asked: int, near: bool) -> None:
    case = Case(Kind.PLAN, "plan-1", 173_626, Decimal("0.2"), 6, 3_461, 3, False)
    told = Outcome(True, [asked] * 3, completed=True)
    assert (differences(Cases([case]), Played(outcomes={"plan-1": told})) == []) is near
