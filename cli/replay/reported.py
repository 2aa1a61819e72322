"""What the ledger asked for and what was reported, case by case."""

from rich.table import Table

from cli.replay.cases import Case, Cases, Kind
from cli.replay.helping import Outcome, Played

NEAR = 0.17
"""The reported balance holds days of interest besides the principal: a month's interest on it is so much off
at most (`docs/real-loans.md`).
"""


def differences(cases: Cases, state: Played) -> list[str]:
    """What is not as it was reported, a line each."""
    return [
        f"{one.reference}: {what}"
        for one in cases.every
        for what in _differences(one, state.outcomes[one.reference])
    ]


def _differences(case: Case, told: Outcome) -> list[str]:
    found = []
    if not told.agreed:
        return [f"was not agreed: {told.refused}"]
    if case.kind is Kind.SETTLEMENT and sum(told.parts) != case.amount:
        found.append(f"asks for {sum(told.parts)} cents, reported {case.amount}")
    if case.kind is Kind.PLAN and not all(abs(case.amount / one - 1) <= NEAR for one in told.parts):
        found.append(f"asks for {told.parts} cents a month, reported {case.amount}")
    if len(told.parts) != case.parts:
        found.append(f"has {len(told.parts)} parts, reported {case.parts}")
    if told.broken != case.broken or told.completed == case.broken:
        found.append(f"broken: {told.broken}, completed: {told.completed}, reported broken: {case.broken}")
    if case.kind is Kind.SETTLEMENT and told.repaid == case.broken:
        found.append(f"the loan is repaid: {told.repaid}")
    return found


def as_table(cases: Cases, state: Played) -> Table:
    """The figures side by side."""
    table = Table("figure", "in the data", "told", box=None)
    for kind in Kind:
        some = cases.of(kind)
        told = [state.outcomes[one.reference] for one in some]
        table.add_row(f"{kind}s agreed", f"{len(some)}", f"{sum(one.agreed for one in told)}")
        broken = sum(one.broken for one in some)
        table.add_row(f"{kind}s broken", f"{broken}", f"{sum(one.broken for one in told)}")
        table.add_row(
            f"{kind}s kept to their end", f"{len(some) - broken}", f"{sum(one.completed for one in told)}"
        )
        if kind is Kind.SETTLEMENT:
            table.add_row("asked for, cents", f"{sum(one.amount for one in some):,}", _cents(told))
            table.add_row("loans repaid by it", f"{len(some) - broken}", f"{sum(one.repaid for one in told)}")
        else:
            asked = sum(one.amount * one.parts for one in some)
            table.add_row("interest of their months, cents", f"{asked:,}", _cents(told))
    table.add_row("time", "", f"{state.seconds:.0f} s, {state.events:,} events told")
    return table


def _cents(told: list[Outcome]) -> str:
    return f"{sum(sum(one.parts) for one in told):,}"
