"""The checker: reads all databases and topics, and reports what was lost, doubled, disordered or unbalanced.

`python -m tests.chaos.checker` takes what it must know as JSON on its standard input and writes what it
found, by kind, as JSON. Its exit status is 0 when it found nothing and 1 when it found something. Of the
event layer and of the ledger it uses the decoding of records and of packed columns alone: what it says of
their work it finds out by itself.
"""

import asyncio
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.ledger.store import packing
from shared.events.base import Event
from shared.events.ledger import LoanRegistered, PaymentApplied
from shared.events.loans import LoanOpened, PaymentReceived
from tests.chaos.evidence import PUBLISHED, Evidence, Row, Told, gather
from tests.followup.flow import FollowUpMade

KINDS = ("lost", "doubled", "out_of_order", "unbalanced", "unpublished", "held", "unread", "uncaused")
READ = {"ledger": ("loan-events",), "followup": ("ledger-events",)}
OPENING = "opening"


@dataclass
class Findings:
    """What is wrong, by kind."""

    found: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def add(self, kind: str, text: str) -> None:
        """Report one thing."""
        self.found[kind].append(text)


def first_occurrences(records: Iterable[Told]) -> list[Told]:
    """Each readable event once, where it stands first. A record sent again is allowed, and counts once."""
    seen: set[tuple[str, str]] = set()
    first = []
    for one in records:
        if one.event is not None and (one.source, one.id) not in seen:
            seen.add((one.source, one.id))
            first.append(one)
    return first


def check_topic(records: Sequence[Told], findings: Findings) -> None:
    """The same id has the same contents; the numbers of each key's events rise by one from 1 on."""
    contents: dict[tuple[str, str], bytes] = {}
    for one in records:
        if one.event is None:
            findings.add("lost", f"{one.topic}/{one.partition}/{one.offset} cannot be read")
        elif contents.setdefault((one.source, one.id), one.value) != one.value:
            findings.add("doubled", f"{one.topic}: {one.id} stands there with different contents")
    numbers: dict[str, list[int | None]] = defaultdict(list)
    for one in first_occurrences(records):
        assert one.event is not None
        numbers[one.event.partition_key].append(one.sequence)
    for key, found in numbers.items():
        if found != list(range(1, len(found) + 1)):
            missing = set(range(1, len(found) + 1)) - set(found)
            kind = "lost" if missing and found == sorted(found, key=lambda n: n or 0) else "out_of_order"
            findings.add(kind, f"{records[0].topic}: {key} has the numbers {found[:40]}")


def inputs_of(evidence: Evidence, findings: Findings) -> list[Event]:
    """What must have had its effect: acknowledged commands, and published events that are not held."""
    held = {
        (row["topic"], row["partition"], row["record_offset"]): row for row in evidence.rows["ledger"]["held"]
    }
    counted: list[Event] = list(evidence.acknowledged)
    for topic in evidence.inputs:
        records = evidence.topics[topic]
        for one in records:
            if one.event is None and (one.topic, one.partition, one.offset) not in held:
                findings.add("lost", f"{topic}/{one.partition}/{one.offset} is unreadable and not parked")
        counted += [
            one.event
            for one in first_occurrences(records)
            if (one.topic, one.partition, one.offset) not in held and one.event is not None
        ]
    return counted


def cause_of(payment: PaymentReceived) -> str:
    """How the ledger's tables call a payment."""
    return f"payment:{payment.payment_reference}"


def check_effects(evidence: Evidence, inputs: Sequence[Event], findings: Findings) -> None:
    """Each payment and each loan that came has one row, its postings and one event that tells of it."""
    ledger = evidence.rows["ledger"]
    told = first_occurrences(evidence.topics[PUBLISHED["ledger"]])
    applied = Counter(one.event.payment_id for one in told if isinstance(one.event, PaymentApplied))
    registered = Counter(one.event.loan_id for one in told if isinstance(one.event, LoanRegistered))
    facts = Counter((row["loan_id"], row["reference"]) for row in ledger["fact"])
    payments = {(row["loan_id"], row["reference"]) for row in ledger["fact"] if row["kind"] == "Payment"}
    cash = Counter((row["loan_id"], row["cause"]) for row in ledger["posting"] if row["account"] == "cash")
    loans = Counter(row["id"] for row in ledger["loan"])
    paid = {one.payment_id: one for one in inputs if isinstance(one, PaymentReceived)}
    opened = {one.loan_id: one for one in inputs if isinstance(one, LoanOpened)}
    for payment_id, one in paid.items():
        name, place = f"payment {one.payment_reference} of {one.loan_reference}", (one.loan_id, cause_of(one))
        _once(facts[place], f"{name}: its row", findings)
        _once(cash[place], f"{name}: its cash posting", findings)
        _once(applied[payment_id], f"{name}: its PaymentApplied", findings)
    for loan_id, loan in opened.items():
        _once(loans[loan_id], f"loan {loan.loan_reference}: its row", findings)
        _once(facts[(loan_id, OPENING)], f"loan {loan.loan_reference}: its opening", findings)
        _once(registered[loan_id], f"loan {loan.loan_reference}: its LoanRegistered", findings)
    possible = {one.payment_id: one for one in evidence.attempted if isinstance(one, PaymentReceived)} | paid
    for payment_id in set(applied) - set(possible):
        findings.add("uncaused", f"payment {payment_id} was never reported")
    for loan_id, cause in payments - {(one.loan_id, cause_of(one)) for one in possible.values()}:
        findings.add("uncaused", f"{cause} of loan {loan_id} was never reported")
    for payment_id, one in possible.items():
        if payment_id not in paid and (payment_id in applied) != ((one.loan_id, cause_of(one)) in payments):
            findings.add("lost", f"payment {payment_id}: a row without an event, or an event without a row")


def _once(count: int, what: str, findings: Findings) -> None:
    if count != 1:
        findings.add("lost" if count == 0 else "doubled", f"{what} is there {count} times")


def check_order(evidence: Evidence, findings: Findings) -> None:
    """Payments of a loan that came by Kafka were applied in the order in which they were published."""
    wanted: dict[UUID, list[UUID]] = defaultdict(list)
    for topic in evidence.inputs:
        for one in first_occurrences(evidence.topics[topic]):
            event = one.event
            if isinstance(event, PaymentReceived) and event.payment_id not in wanted[event.loan_id]:
                wanted[event.loan_id].append(event.payment_id)
    applied: dict[UUID, list[UUID]] = defaultdict(list)
    for one in first_occurrences(evidence.topics[PUBLISHED["ledger"]]):
        if isinstance(one.event, PaymentApplied) and one.event.payment_id in wanted[one.event.loan_id]:
            applied[one.event.loan_id].append(one.event.payment_id)
    for loan_id, order in applied.items():
        there = set(order)
        if order != [payment_id for payment_id in wanted[loan_id] if payment_id in there]:
            findings.add("out_of_order", f"loan {loan_id}: payments applied in another order than they came")


def check_money(evidence: Evidence, findings: Findings) -> None:
    """Postings of each cause add up to zero, and each stored balance is the sum of its postings."""
    ledger = evidence.rows["ledger"]
    causes: Counter[tuple[Any, ...]] = Counter()
    accounts: dict[UUID, Counter[str]] = defaultdict(Counter)
    for row in ledger["posting"]:
        causes[(row["loan_id"], row["cause"], row["currency"])] += row["amount_minor"]
        accounts[row["loan_id"]][row["account"]] += row["amount_minor"]
    for (loan_id, cause, currency), total in causes.items():
        if total:
            findings.add("unbalanced", f"loan {loan_id}, {cause}: postings add up to {total} {currency}")
    paid: Counter[UUID] = Counter()
    drawn: Counter[UUID] = Counter()
    for row in ledger["fact"]:
        value_on, reference, *rest = json.loads(row["data"])
        if (value_on, reference) != (row["value_on"].isoformat(), row["reference"]):
            findings.add(
                "unbalanced", f"loan {row['loan_id']}: {row['reference']} is not what its columns say"
            )
        if row["reversed_on"] is None and row["kind"] in ("Payment", "Draw"):
            (paid if row["kind"] == "Payment" else drawn)[row["loan_id"]] += rest[0]
    for row in ledger["loan"]:
        right = _balances(drawn[row["id"]], paid[row["id"]])
        for source, found in _told_balances(row, accounts[row["id"]]).items():
            if found != {name: right[name] for name in found}:
                findings.add("unbalanced", f"loan {row['id']}: {source} {found}, computed again {right}")


def _balances(drawn: int, paid: int) -> dict[str, int]:
    """What must stand there for a loan without interest."""
    unpaid = max(0, drawn - paid)
    return {"drawn": drawn, "owed": unpaid, "principal": unpaid, "credit": max(0, paid - drawn), "paid": paid}


def _told_balances(row: Row, accounts: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """What each place says of the loan's balances: columns, schedule, book, journal."""
    book = packing.unpack_book(row["book"], packing.unpack_terms(row["terms"]))
    return {
        "stored": {
            "owed": row["owed_minor"],
            "principal": row["principal_minor"],
            "credit": row["credit_minor"],
        },
        "schedule": {
            "drawn": sum(one.principal + one.interest for one in packing.unpack_provided(row["provided"]))
        },
        "book": {
            "owed": sum(map(sum, book.owed)) - sum(map(sum, book.paid)),
            "principal": book.balance,
            "credit": book.credit,
        },
        "posted": {
            "drawn": -accounts["disbursed"],
            "principal": accounts["principal"],
            "credit": -accounts["borrower_credit"],
            "paid": accounts["cash"],
        },
    }


def check_followup(evidence: Evidence, findings: Findings) -> None:
    """The second service has counted each event of the first once, and told each of its own once."""
    if "followup" not in evidence.rows:
        return
    payments: Counter[UUID] = Counter()
    minor: Counter[UUID] = Counter()
    for one in first_occurrences(evidence.topics[PUBLISHED["ledger"]]):
        if isinstance(one.event, PaymentApplied):
            payments[one.event.loan_id] += 1
            minor[one.event.loan_id] += one.event.applied.minor
    made: dict[UUID, list[int]] = defaultdict(list)
    for one in first_occurrences(evidence.topics[PUBLISHED["followup"]]):
        if isinstance(one.event, FollowUpMade):
            made[one.event.loan_id].append(one.event.number)
    rows = {row["loan_id"]: row for row in evidence.rows["followup"]["followup"]}
    for loan_id in set(payments) | set(rows):
        row = rows.get(loan_id) or {"payments": 0, "applied_minor": 0, "followed": 0}
        if row["payments"] != payments[loan_id] or row["applied_minor"] != minor[loan_id]:
            kind = "lost" if row["payments"] < payments[loan_id] else "doubled"
            counted, told = (row["payments"], row["applied_minor"]), (payments[loan_id], minor[loan_id])
            findings.add(kind, f"followup of {loan_id}: counted {counted}, published {told}")
        if made[loan_id] != list(range(1, row["followed"] + 1)):
            kind = "lost" if len(made[loan_id]) < row["followed"] else "doubled"
            findings.add(
                kind, f"followup of {loan_id}: followed {row['followed']}, told {made[loan_id][:20]}"
            )


def check_rest(evidence: Evidence, findings: Findings) -> None:
    """Nothing waits to be published or read, and nothing is held but for the reasons that are allowed."""
    for service, tables in evidence.rows.items():
        for row in tables["outbox"]:
            if row["held"] is None or "outbox" not in evidence.allowed:
                findings.add("unpublished", f"{service}: row {row['seq']} for {row['topic']} ({row['held']})")
        for row in tables["held"]:
            if row["reason"] not in evidence.allowed:
                findings.add("held", f"{service}: {row['name']} {row['status']} for {row['reason']}")
        read = {(row["topic"], row["partition"]): row["next_offset"] for row in tables["position"]}
        for (topic, partition), end in evidence.ends.items():
            if topic.startswith(READ[service]) and end and read.get((topic, partition)) != end:
                findings.add(
                    "unread", f"{service}: {topic}/{partition} to {read.get((topic, partition))} of {end}"
                )


def conclude(evidence: Evidence) -> dict[str, list[str]]:
    """All findings, by kind."""
    findings = Findings()
    for service in evidence.rows:
        if records := evidence.topics[PUBLISHED[service]]:
            check_topic(records, findings)
    check_effects(evidence, inputs_of(evidence, findings), findings)
    check_order(evidence, findings)
    check_money(evidence, findings)
    check_followup(evidence, findings)
    check_rest(evidence, findings)
    return findings.found


def main() -> int:
    """Check what the standard input tells of."""
    found = conclude(asyncio.run(gather(json.load(sys.stdin))))
    json.dump(found, sys.stdout)
    return int(any(found.values()))


if __name__ == "__main__":
    sys.exit(main())
