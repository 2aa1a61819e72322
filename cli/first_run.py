"""What `huancui example` shows: a lender publishes a small file of events, and the ledger keeps its loans."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from cli.access import add_lender, kafka_config, local_token, reason_of
from cli.publish import publish
from cli.stack.layout import Layout
from cli.stack.process import StackError, wait_until
from shared.decision import Role
from shared.events.ids import loan_id

EXAMPLE = Path(__file__).parent / "examples" / "first-loans.jsonl"
LENDER = "harbour"
OPENING = "opening"
APPLIED_WITHIN_S = 60.0


def first_run(layout: Layout, on_step: Callable[[str], None]) -> list[str]:
    """Add the lender if it is new, publish its file, wait for the ledger. Returns a line for each loan.

    Running it again publishes the same events, which changes nothing. Raises StackError.
    """
    if not layout.lender_file(LENDER).exists():
        on_step(f"adding the lender {LENDER}")
        add_lender(layout, LENDER)
    on_step(f"publishing {EXAMPLE.name}")
    summary = asyncio.run(publish(EXAMPLE, kafka_config(layout), lambda size: None))
    if summary.bad:
        number, reason = summary.bad[0]
        raise StackError(f"line {number} of {EXAMPLE} was refused: {reason}")
    on_step("waiting until the ledger has applied every event")
    wanted = causes_by_loan(EXAMPLE.read_text())
    if not wait_until(lambda: _applied(layout, wanted), APPLIED_WITHIN_S, 0.2):
        raise StackError(
            f"the ledger has not applied all {summary.sent} events in {APPLIED_WITHIN_S:.0f} s: "
            "see ./huancui logs ledger"
        )
    return [_told(_ask(layout, f"loans/{loan_id(LENDER, reference)}")) for reference in wanted]


def causes_by_loan(lines: str) -> dict[str, set[str]]:
    """For each loan of a file what its journal must name: the opening and every payment."""
    causes: dict[str, set[str]] = defaultdict(set)
    for line in lines.splitlines():
        data = json.loads(line)["data"]
        payment = data.get("payment_reference")
        causes[data["loan_reference"]].add(OPENING if payment is None else f"payment:{payment}")
    return dict(causes)


def _applied(layout: Layout, wanted: dict[str, set[str]]) -> bool:
    for reference, causes in wanted.items():
        journal = _ask(layout, f"loans/{loan_id(LENDER, reference)}/journal")
        if causes - {posting["cause"] for posting in journal.get("postings", ())}:
            return False
    return True


def _ask(layout: Layout, what: str) -> dict[str, Any]:
    """What the ledger answers the lender's operator; empty for a loan that is not there yet."""
    token = local_token(layout, Role.OPERATOR, lenders=[LENDER], subject="huancui example")
    try:
        answer = httpx.get(
            f"{layout.url('ledger')}/v1/{what}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=10,
            trust_env=False,
        )
    except httpx.HTTPError as error:
        raise StackError(
            f"the ledger does not answer ({type(error).__name__}): see ./huancui status"
        ) from error
    if answer.status_code == httpx.codes.NOT_FOUND:
        return {}
    if not answer.is_success:
        raise StackError(f"the ledger does not show {what}: {reason_of(answer)}")
    found: dict[str, Any] = answer.json()
    return found


def _told(loan: dict[str, Any]) -> str:
    unpaid, credit = loan["unpaid"], loan["credit"]
    return (
        f"loan {loan['loan_reference']} of {loan['lender']}: {unpaid['amount']} {unpaid['currency']} to be "
        f"paid, {credit['amount']} {credit['currency']} to the borrower's credit"
    )
