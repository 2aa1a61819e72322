"""Files handed in: a million loans opened, four hundred thousand taken over, each line decided as any is."""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import uuid4

import httpx

from benchmarks import events
from benchmarks.events import LENDER
from benchmarks.figures import Figure
from benchmarks.ground import Ground, connected, peak_mb
from benchmarks.many_loans import TODAY
from cli.stack.process import LOOPBACK
from shared.events.base import Event
from shared.events.loans import Channel, LoanKind
from shared.events.parts import Components, ScheduledInstalment
from shared.events.takeover import LoanMigrated
from shared.money import Money

OPENED, OPENED_GOAL_S = 1_000_000, 480.0
TAKEN_OVER, TAKEN_OVER_GOAL_S = 400_000, 300.0
MEMORY_GOAL_MB = 300.0
CHUNK = 4_000


async def handing_in(ground: Ground) -> list[Figure]:
    """Seconds for each file, by what a part of it takes, and the ledger's memory meanwhile."""
    part = ground.sized(5, 100)
    figures = []
    for what, kind, line, whole, goal in (
        ("loans imported", "events", _opened, OPENED, OPENED_GOAL_S),
        ("running loans taken over", "takeover", _taken_over, TAKEN_OVER, TAKEN_OVER_GOAL_S),
    ):
        count = whole // part
        took, peak = await _handed_in(ground, kind, line, count)
        note = f"{count:,} handed in by HTTP, {count / took:,.0f}/s, at most {peak:,.0f} MB"
        figures.append(
            Figure(
                "handing-in",
                f"{whole:,} {what}",
                "s",
                [took * whole / count],
                goal=goal,
                at_most=True,
                note=note,
            )
        )
        figures.append(
            Figure("handing-in", f"memory of the ledger, {what}", "MB", [peak], MEMORY_GOAL_MB, at_most=True)
        )
    return figures


async def _handed_in(
    ground: Ground, kind: str, line: Callable[[int], Event], count: int
) -> tuple[float, float]:
    prefix, database = await ground.topics(), await ground.databases.make("ledger")
    environment = ground.settings(database, prefix)
    address = f"http://{LOOPBACK}:{environment['HUANCUI_HTTP_PORT']}/v1/"
    with ground.service("services.ledger", environment) as ledger:
        authorized = {"Authorization": f"Bearer {ground.token()}"}
        async with httpx.AsyncClient(
            base_url=address, headers=authorized, trust_env=False, timeout=120
        ) as client:
            began = time.monotonic()
            begun = await _posted(client, "imports", json={"kind": kind, "lines_total": count})
            first, written = 1, _written(line, count)
            while body := await asyncio.to_thread(lambda: b"\n".join(islice(written, CHUNK))):
                where = {"import_id": begun["import_id"], "first": first}
                told = await _posted(client, "imports/lines", params=where, content=body)
                first = told["lines_read"] + 1
            took = time.monotonic() - began
        assert told["taken"] == count, f"taken: {told}"
        peak = peak_mb(ledger)
    async with connected(database) as connection:
        kept = await connection.fetchval("SELECT count(*) FROM loan")
        assert kept == count, f"{kept} loans of {count}"
    await ground.infra.drop_database(database)
    return took, peak


async def _posted(client: httpx.AsyncClient, path: str, **options: Any) -> Any:
    headers = {"Idempotency-Key": uuid4().hex}
    if "content" in options:
        headers["Content-Type"] = "application/x-ndjson"
    answer = await client.post(path, headers=headers, **options)
    assert answer.is_success, answer.text[:500]
    return answer.json()


def _written(line: Callable[[int], Event], count: int) -> Iterator[bytes]:
    for number in range(count):
        event = line(number)
        yield f'{{"type":"{event.NAME}","data":{event.model_dump_json()}}}'.encode()


def _opened(number: int) -> Event:
    return events.loan(number)


def _taken_over(number: int) -> Event:
    principal = Money(100_000, "CNY")
    dues = [TODAY + timedelta(days=10 + 30 * later) for later in range(6)]
    return LoanMigrated(
        lender=LENDER,
        loan_reference=f"old-{number}",
        kind=LoanKind.PROVIDED,
        channel=Channel.BANK,
        cut_over_on=TODAY,
        opened_on=TODAY - timedelta(days=200),
        balance=Components(principal=Money(600_000, "CNY")),
        instalments=[
            ScheduledInstalment(
                number=n, due_on=on, amount=principal, components=Components(principal=principal)
            )
            for n, on in enumerate(dues, 7)
        ],
    )
