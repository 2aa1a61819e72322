"""The ledger with a million loans: the roll of a day, what is asked of it, its memory meanwhile."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from benchmarks import many_loans
from benchmarks.events import LENDER
from benchmarks.figures import Figure, in_ms, percentile
from benchmarks.ground import Ground, connected, peak_mb, rate
from benchmarks.many_loans import COMING, LONG, MISSED, TODAY, ManyLoans, reference
from benchmarks.open_loop import Answer, Client, arrivals
from cli.stack.process import LOOPBACK
from shared.events.ids import loan_id

ROLL_GOAL_S, RATIO_MOST, MEMORY_GOAL_MB = 10.0, 1.5, 300.0
BACKDATED_GOAL_MS, PREVIEW_GOAL_MS, STATEMENT_GOAL_MS = 20.0, 30.0, 50.0
ASKED_PER_S, CONNECTIONS = 20, 16
_LEFT = "SELECT count(*) FROM timer WHERE due_at <= now()"
_TOLD = "SELECT count(*) FROM loan WHERE told LIKE '%\"missed\":[[%'"


async def million(ground: Ground) -> list[Figure]:
    """The same day for a million loans and for a tenth; then statements, previews and backdated payments."""
    due = ground.sized(33_000, 3_300)
    missed = due // 20
    few, many = (
        ManyLoans(resting=count - due, missed=missed, coming=due - missed)
        for count in (ground.sized(100_000, 20_000), ground.sized(1_000_000, 100_000))
    )
    few_s, _ = await _roll(ground, few)
    many_s, figures = await _roll(ground, many, ask=True)
    name = f"{many.resting + due:,} open loans, {due:,} with something due, {missed:,} missed"
    return [
        Figure("million", f"roll of a day: {name}", "s", [many_s], goal=ROLL_GOAL_S, at_most=True),
        Figure(
            "million",
            "the same over a tenth of the loans, as much due",
            "times",
            [many_s / few_s],
            goal=RATIO_MOST,
            at_most=True,
            note=f"{few_s:.1f} s for {few.resting + due:,} loans",
        ),
        *figures,
    ]


async def _roll(ground: Ground, many: ManyLoans, *, ask: bool = False) -> tuple[float, list[Figure]]:
    """Seconds until all that is due today is told and published; with `ask` also what the API takes."""
    prefix = await ground.topics()
    database = await many_loans.fill(ground, prefix, many)
    environment = ground.settings(database, prefix)
    async with connected(database) as connection:

        async def done() -> int:
            return many.due - int(await connection.fetchval(_LEFT))

        with ground.process("services.ledger", environment) as ledger:
            per_second = await rate(done, many.due, ledger)
            peak = peak_mb(ledger)
        told = await connection.fetchval(_TOLD)
        assert told == many.missed, f"{told} loans are told as missed, of {many.missed}"
    figures = []
    if ask:
        with ground.service("services.ledger", environment) as ledger:
            figures = await _asked(ground, int(environment["HUANCUI_HTTP_PORT"]), many)
            peak = max(peak, peak_mb(ledger))
        what = "the ledger's greatest resident memory in all of this"
        figures.append(Figure("million", what, "MB", [peak], goal=MEMORY_GOAL_MB, at_most=True))
    await ground.infra.drop_database(database)
    return many.due / per_second, figures


class Asked(NamedTuple):
    """Requests of one kind, and how soon they must be answered."""

    what: str
    requests: Sequence[bytes]
    goal_ms: float
    percent: int = 99


async def _asked(ground: Ground, port: int, many: ManyLoans) -> list[Figure]:
    ids = [loan_id(LENDER, reference(LONG, number)) for number in range(many.long)]
    others = [loan_id(LENDER, reference(kind, n)) for kind in (MISSED, COMING) for n in range(many.missed)]
    statements = [_statement(ground, one) for one in [*ids, *others]]
    previews = [_preview(ground, one) for one in ids]
    # A loan that was paid late once has been replayed: each gets one such payment only.
    backdated = [_backdated(ground, number) for number in range(many.long)]
    await _answers(port, [*statements[:20], *previews[:20], *backdated[:10]])
    seconds = ground.sized(30, 5)
    return [
        await _figure(port, seconds, one)
        for one in (
            Asked("GET statement", statements, STATEMENT_GOAL_MS),
            Asked("POST preview, five candidates", previews, PREVIEW_GOAL_MS),
            Asked(
                "POST a backdated payment, 60 instalments, 22 payments",
                backdated[10:],
                BACKDATED_GOAL_MS,
                50,
            ),
        )
    ]


async def _figure(port: int, seconds: float, asked: Asked) -> Figure:
    answers = await _answers(port, asked.requests, seconds)
    latencies = [one.latency_s for one in answers]
    return Figure(
        "million",
        f"{asked.what}: p{asked.percent} at {ASKED_PER_S}/s, open loop",
        "ms",
        [percentile(latencies, asked.percent) * 1000],
        goal=asked.goal_ms,
        at_most=True,
        note=in_ms(latencies),
    )


async def _answers(port: int, requests: Sequence[bytes], seconds: float = 10) -> Sequence[Answer]:
    """The answers to as many of the requests as come in that time, each sent once."""
    moments = arrivals(ASKED_PER_S, seconds)[: len(requests)]
    # So few that none idles until the server closes it.
    answers = await Client(requests, moments).run(LOOPBACK, port, connections=CONNECTIONS)
    wrong = {one.status for one in answers} - {200, 202}
    assert not wrong, f"answered {wrong}"
    return answers


def _head(ground: Ground, line: str) -> str:
    return f"{line} HTTP/1.1\r\nHost: {LOOPBACK}\r\nAuthorization: Bearer {ground.token()}\r\n"


def _statement(ground: Ground, loan: UUID) -> bytes:
    return (_head(ground, f"GET /v1/loans/{loan}/statement") + "\r\n").encode()


def _posted(ground: Ground, path: str, body: object, more: str = "") -> bytes:
    data = json.dumps(body).encode()
    head = _head(ground, f"POST {path}") + "Content-Type: application/json\r\n" + more
    return f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data


def _preview(ground: Ground, loan: UUID) -> bytes:
    start = TODAY.isoformat()
    until = (TODAY + timedelta(days=90)).isoformat()
    phases: list[list[dict[str, object]]] = [
        [{"kind": "deferral_interest_frozen", "effective_on": start, "ends_on": until}],
        [{"kind": "deferral_interest_running", "effective_on": start, "ends_on": until}],
        [{"kind": "interest_only", "effective_on": start, "ends_on": until}],
        [{"kind": "rate_reduction", "effective_on": start, "rate": "0.04"}],
        [{"kind": "fees_waived", "effective_on": start}],
    ]
    candidates = [{"name": f"c{n}", "phases": one} for n, one in enumerate(phases)]
    return _posted(ground, "/v1/preview", {"loans": [{"loan_id": str(loan), "candidates": candidates}]})


def _backdated(ground: Ground, number: int) -> bytes:
    data = {
        "lender": LENDER,
        "loan_reference": reference(LONG, number),
        "payment_reference": f"late-{number}",
        "amount": {"amount": "100.00", "currency": "CNY"},
        "value_on": (TODAY - timedelta(days=400)).isoformat(),
    }
    key = f"Idempotency-Key: backdated-{number}\r\n"
    return _posted(ground, "/v1/events", {"type": "PaymentReceived", "data": data}, key)
