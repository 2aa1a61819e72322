"""Contacts: permits over HTTP for persons with a long history, and what a morning decides at once."""

import json
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.events import LENDER
from benchmarks.figures import Figure, in_ms, percentile
from benchmarks.ground import Ground, connected, reached
from benchmarks.open_loop import Client, arrivals
from cli.stack.process import LOOPBACK
from services.reminders.adapters.calendars import holidays_of
from services.reminders.domain.contact import Channel, Purpose
from services.reminders.domain.course import Course
from services.reminders.domain.gate import Permit, permit
from services.reminders.domain.history import History, Outcome, Record
from services.reminders.domain.person import Address, Person
from services.reminders.domain.person_file import BorrowerKey, LoanSeen, PersonFile, Profile
from services.reminders.main import FIRST_YEAR, LAST_YEAR
from services.reminders.store.persons import save_persons
from shared.clock import system_now
from shared.database import make_engine, transaction
from shared.events.base import Event
from shared.events.clock import ClockTicked
from shared.events.ids import loan_id, person_id
from shared.events.parts import PartyRole
from shared.flow import Change
from shared.messaging.memory import MemoryBroker
from tests.harness import STILL, Running, instant, running
from tests.service.reminders.helping import booked, missed, opened, registered
from tests.unit.reminders.gates import a_contact, a_long_past, a_person, floor_and

GATE_GOAL = 5_000
PERMITS_GOAL, P99_GOAL_MS = 500, 60.0
PAST_CONTACTS = 200
DECIDED_GOAL = 3_000
MADE = 201
_SAVED_TOGETHER = 500


def _person(number: int, now: datetime) -> PersonFile:
    """Somebody who had many contacts in the last weeks, and may be written to."""
    reference = f"B-{number}"
    loan, id_ = loan_id(LENDER, f"L-{number}"), person_id(LENDER, reference)
    records = [
        Record(
            UUID(int=number << 64 | place),
            now - timedelta(hours=7 * (place + 1)),
            (day := (now - timedelta(hours=7 * (place + 1))).date()),
            day,
            Channel.MAIL,
            Purpose.ANSWER,
            Outcome.SENT,
            "mail:a",
            LENDER,
            LENDER,
            frozenset({loan}),
        )
        for place in range(PAST_CONTACTS)
    ]
    address = Address("mail:a", frozenset({Channel.MAIL}), established=True)
    return PersonFile(
        id_,
        Course(id_),
        judged=Person(zones=("UTC",), regions=("DE",), calendars=("de",), addresses=(address,)),
        history=History.of(records),
        profiles=(Profile(BorrowerKey(LENDER, reference), (address,)),),
        loans=(LoanSeen(loan, LENDER, f"L-{number}", PartyRole.BORROWER),),
    )


async def _saved(engine: AsyncEngine, count: int) -> None:
    now = system_now()
    for first in range(0, count, _SAVED_TOGETHER):
        files = [_person(number, now) for number in range(first, min(first + _SAVED_TOGETHER, count))]
        async with transaction(engine) as connection:
            await save_persons(connection, [Change(one.id, None, one) for one in files])


def _requests(token: str, count: int, among: int, run: str) -> list[bytes]:
    head = (
        f"POST /v1/contacts/permits HTTP/1.1\r\nHost: {LOOPBACK}\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\n"
    )
    made = []
    for number in range(count):
        person = number % among
        body = json.dumps(
            {
                "person_id": str(person_id(LENDER, f"B-{person}")),
                "lender": LENDER,
                "loan_ids": [str(loan_id(LENDER, f"L-{person}"))],
                "channel": "mail",
                "purpose": "help",
            }
        )
        made.append(
            f"{head}Idempotency-Key: {run}-{number}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )
    return made


async def gate(ground: Ground) -> list[Figure]:
    """The gate alone: every rule of a person's packs, with many contacts past; nothing is read or saved."""
    policy, person = floor_and("us-regf", "us-ma"), a_person(calendars=("us", "us-ma"), regions=("US-MA",))
    now = instant("2026-06-10T16:00:00")
    history, contact = a_long_past(now, PAST_CONTACTS), a_contact()
    assert isinstance(permit(contact, person, history, policy, now), Permit), "it asks all of them"
    count, rates = ground.sized(5_000, 1_000), list[float]()
    for _ in range(5):
        began = time.process_time()
        for number in range(count):
            permit(contact, person, history, policy, now + timedelta(seconds=number))
        rates.append(count / (time.process_time() - began))
    what = f"decisions of the gate, {PAST_CONTACTS} past contacts, one process"
    return [Figure("gate", what, "1/s", rates, goal=GATE_GOAL)]


async def permits(ground: Ground) -> list[Figure]:
    """Each permit reads a person with all contacts, asks every rule, reserves the slot, and is audited."""
    database, among = await ground.databases.make("reminders"), ground.sized(4_000, 1_000)
    engine = make_engine(database, application="benchmark")
    await _saved(engine, among)
    await engine.dispose()
    key = ground.home / "sealing-key"
    key.write_text("a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=")
    environment = ground.settings(database, await ground.topics(), sealing_key_file=key)
    port = int(environment["HUANCUI_HTTP_PORT"])
    with ground.service("services.reminders", environment):
        token, taken = ground.token(), list[float]()
        for run, seconds in (("warm", 2.0), ("measured", float(ground.sized(20, 6)))):
            moments = arrivals(PERMITS_GOAL, seconds)
            answers = await Client(_requests(token, len(moments), among, run), moments).run(LOOPBACK, port)
            bad = [one.status for one in answers if one.status != MADE]
            assert not bad, f"{len(bad)} were not answered well: {sorted(set(bad))}"
            taken = [one.latency_s for one in answers]
    return [
        Figure(
            "permits",
            f"POST /v1/contacts/permits at {PERMITS_GOAL}/s, {PAST_CONTACTS} past contacts, p99",
            "ms",
            [percentile(taken, 99) * 1000],
            goal=P99_GOAL_MS,
            at_most=True,
            note=in_ms(taken),
        )
    ]


def _lives(count: int) -> Sequence[list[Event]]:
    """What is told of so many persons whose first instalment was missed, in the order of its telling."""
    names = [(f"L-{number}", f"B-{number}") for number in range(count)]
    return (
        [registered(borrower) for _, borrower in names],
        [booked(loan) for loan, _ in names],
        [opened(loan, borrower=borrower) for loan, borrower in names],
        [missed("2026-01-01", loan=loan_id(LENDER, loan)) for loan, _ in names],
    )


async def _decided(reminders: Running, count: int) -> float:
    holidays_of("cn", FIRST_YEAR, LAST_YEAR)  # made once by every process
    for told in _lives(count):
        for first in range(0, count, _SAVED_TOGETHER):
            await reminders.publish(*told[first : first + _SAVED_TOGETHER])
        await reminders.settled()
    async with connected(reminders.service.settings.database_url.get_secret_value()) as connection:

        async def planned() -> int:
            found: int = await connection.fetchval(
                "SELECT count(*) FROM person_record WHERE kind IN ('ContactPlanned', 'ContactWithheld')"
            )
            return found

        began = time.perf_counter()
        await reminders.publish(ClockTicked(now=instant("2026-01-05T02:00:00")))
        await reached(planned, count)
        return count / (time.perf_counter() - began)


async def decided(ground: Ground) -> list[Figure]:
    """A morning on which a contact is due for everybody: each is asked of the gate, and told."""
    count = ground.sized(20_000, 5_000)
    found = []
    for _ in range(ground.repeats):
        url = await ground.databases.make("reminders")
        idle = {**STILL, "role_dispatch": False}  # sending is another work
        async with running("reminders", url, MemoryBroker(), **idle) as reminders:
            found.append(await _decided(reminders, count))
    return [
        Figure(
            "decided",
            "contacts decided, a morning's timers at once",
            "contacts/s",
            found,
            goal=DECIDED_GOAL,
            note=f"{count} persons; from the tick of the clock to the last decision committed",
        )
    ]
