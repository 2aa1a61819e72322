"""Payments by HTTP at open loop: token, idempotency, audit and outbox on, each answered after its commit."""

import asyncio
from collections.abc import Callable, Sequence

from benchmarks import events
from benchmarks.figures import Figure, in_ms, percentile
from benchmarks.ground import Ground
from benchmarks.kafka_flow import prepare
from benchmarks.open_loop import Answer, Client, arrivals
from cli.stack.process import LOOPBACK

GOAL, P99_GOAL_S = 600, 0.150
STEP, LOWEST = 1.15, 50
ACCEPTED = 202


Maker = Callable[[int], list[bytes]]
"""Makes so many requests."""


class Held:
    """The highest rate at which all is answered well, and the answers at the goal's rate."""

    def __init__(self) -> None:
        self.rate = 0.0
        self.at_goal: list[float] = []


def requests(ground: Ground, among: int) -> Maker:
    """Makes so many requests, each a payment of its own under an Idempotency-Key of its own."""
    head = (
        f"POST /v1/events HTTP/1.1\r\nHost: {LOOPBACK}\r\nAuthorization: Bearer {ground.token()}\r\n"
        "Content-Type: application/json\r\n"
    )
    made = 0

    def make(count: int) -> list[bytes]:
        nonlocal made
        first, made = made, made + count
        return [_request(head, number, among) for number in range(first, made)]

    return make


def _request(head: str, number: int, among: int) -> bytes:
    data = events.payment(number, among).model_dump_json()
    body = f'{{"type":"PaymentReceived","data":{data}}}'.encode()
    return f"{head}Idempotency-Key: key-{number}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


async def held(ground: Ground, port: int, make: Maker, start: float) -> Held:
    """Raise the rate from `start` while all is answered well, or lower it until it is."""
    seconds = ground.sized(8, 3)
    await _drive(port, make, 100, 2)  # first requests pay for imports, connections and caches
    found, rate, first = Held(), start, None
    while rate >= LOWEST:
        answers = await _drive(port, make, rate, seconds)
        latencies = [answer.latency_s for answer in answers]
        well = all(answer.status == ACCEPTED for answer in answers) and percentile(latencies, 99) < P99_GOAL_S
        ground.say(f"    {rate:,.0f}/s: {in_ms(latencies)}{'' if well else ' (too much)'}")
        found.at_goal = found.at_goal or (latencies if rate == GOAL else [])
        if well:
            found.rate = rate
        first = well if first is None else first
        if well != first:
            break
        rate = rate * STEP if well else rate / STEP
        await asyncio.sleep(1)  # what an overload has left is worked off
    return found


async def _drive(port: int, make: Maker, rate: float, seconds: float) -> Sequence[Answer]:
    moments = arrivals(rate, seconds)
    return await Client(make(len(moments)), moments).run(LOOPBACK, port)


async def http(ground: Ground) -> list[Figure]:
    """The ledger's route beside one that does nothing, under the same server."""
    scene = await prepare(ground, 0)
    found: list[Held] = []
    for module, start in (("services.ledger", float(GOAL)), ("benchmarks.raw_route", GOAL * STEP**6)):
        environment = ground.settings(await ground.copy(scene.database), scene.prefix)
        with ground.service(module, environment):
            found.append(
                await held(
                    ground, int(environment["HUANCUI_HTTP_PORT"]), requests(ground, scene.loans), start
                )
            )
    ours, raw = found
    return [
        Figure(
            "http",
            "POST /v1/events, highest rate with p99 < 150 ms",
            "requests/s",
            [ours.rate],
            goal=GOAL,
            raw_values=[raw.rate],
            raw_what="a route that does nothing, same server",
            note="open loop (Poisson), our own asyncio client in another process, 128 connections",
        ),
        Figure(
            "http",
            f"the same at {GOAL}/s, p99",
            "ms",
            [percentile(ours.at_goal, 99) * 1000],
            goal=P99_GOAL_S * 1000,
            at_most=True,
            note=in_ms(ours.at_goal),
        ),
    ]
