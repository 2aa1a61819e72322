"""What routes of cases and plans share: whose something is, texts under a person's key, prices."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.hardship.adapters.ledger import Ledger, LoanPriced
from services.hardship.adapters.links import Links
from services.hardship.domain.advice import Advice, Prospect, advise, prospect
from services.hardship.domain.agreement import Words
from services.hardship.domain.capacity import Statement, capacity_of
from services.hardship.domain.case import Case, CaseText
from services.hardship.domain.options import Candidate, Position
from services.hardship.domain.person import (
    CaseUnknown,
    Person,
    PersonUnknownHere,
    PlanUnknown,
    case_of,
    plan_of,
)
from services.hardship.domain.plan import Plan
from services.hardship.domain.reference import Reference
from services.hardship.store import persons
from services.hardship.store.persons import ItemKind
from shared.database import transaction
from shared.decision import Actor, Key
from shared.errors import Conflict, NotFound
from shared.events.ids import name_id
from shared.events.parts import ReliefKind, ReliefPhase
from shared.http import Runner, Seen
from shared.sealed import Sealer
from shared.service import Service


class StatementMissing(Conflict):
    """What fits can be found only once income and spending are stated."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What the routes work with besides the service."""

    sealer: Sealer
    ledger: Ledger
    links: Links
    words: Mapping[str, Words]
    public_url: str


class Help:
    """Persons, cases and plans as callers may see them."""

    def __init__(self, service: Service, tools: Tools) -> None:
        self.service, self.tools = service, tools

    @property
    def reference(self) -> Reference:
        """Policies and calendars."""
        found: Reference = self.service.reference
        return found

    async def person(self, person_id: UUID) -> Person:
        """A person, also by an id of before. Raises PersonUnknownHere."""
        async with transaction(self.service.engine) as connection:
            found = await persons.find_person(connection, person_id)
        if found is None:
            raise PersonUnknownHere(person_id=person_id)
        return found

    async def owner(self, kind: ItemKind, item_id: UUID, unknown: NotFound) -> Person:
        """Whose a case or plan is. Raises what is handed in."""
        async with transaction(self.service.engine) as connection:
            owner = await persons.owner_of(connection, kind, item_id)
            found = await persons.find_person(connection, owner) if owner is not None else None
        if found is None:
            raise unknown
        return found

    async def case(self, case_id: UUID, actor: Actor, seen: Seen | None = None) -> tuple[Person, Case]:
        """A case that the caller may see, once the audit has the read. Raises CaseUnknown."""
        person = await self.owner(ItemKind.CASE, case_id, CaseUnknown(case_id=case_id))
        case = case_of(person, case_id, actor)
        if seen is not None:
            await seen(Key(Person.__name__, person.id))
        return person, case

    async def plan(self, plan_id: UUID, actor: Actor, seen: Seen | None = None) -> tuple[Person, Plan]:
        """A plan that the caller may see, once the audit has the read. Raises PlanUnknown."""
        person = await self.owner(ItemKind.PLAN, plan_id, PlanUnknown(plan_id=plan_id))
        plan = plan_of(person, plan_id, actor)
        if seen is not None:
            await seen(Key(Person.__name__, person.id))
        return person, plan

    async def now(self) -> datetime:
        """The moment, by the service's clock."""
        async with transaction(self.service.engine) as connection:
            return await self.service.clock.now(connection)

    # -- texts -----------------------------------------------------------------------------------------------

    async def sealed(
        self, run: Runner, person: Person, about: str, words: str | None, actor: Actor
    ) -> CaseText | None:
        """A text as it goes through the door: under its person's key, named after the request."""
        if words is None:
            return None
        origin = await run.origin()
        id_ = name_id("text", f"{origin.message_id}\n{about}")
        async with transaction(self.service.engine) as connection:
            key = await self.tools.sealer.key(connection, person.id)
            now = await self.service.clock.now(connection)
        return CaseText(id_, about, actor.subject, now, key.seal(words, str(id_)))

    async def opened(self, text: CaseText) -> str | None:
        """A text in the clear; None where it was forgotten."""
        async with transaction(self.service.engine) as connection:
            kept = await persons.sealed_text(connection, text.id)
            if kept is None:
                return None
            keys = await self.tools.sealer.keys(connection, [kept[0]])
        key = keys.get(kept[0])
        return key.open(kept[1], str(text.id)) if key is not None else None

    # -- prices ----------------------------------------------------------------------------------------------

    async def positions(self, person: Person, loan_ids: Sequence[UUID]) -> list[Position]:
        """Loans as the ledger has them now."""
        owed = {one.loan_id: one for one in person.owed_loans()}
        wanted = [one for one in loan_ids if one in owed]
        if not wanted:
            return []
        probe = _probe(person.today(await self.now()))
        found = await self.tools.ledger.price({one: [probe] for one in wanted})
        return [position(owed[one].lender, owed[one].reference, one, found[one]) for one in wanted]

    async def advice(self, person: Person, case: Case, statement: Statement) -> tuple[Prospect, Advice]:
        """What fits the person, as of now. Raises what capacity, policy and ledger raise."""
        policy = self.reference.cases.of(person.country)
        capacity = capacity_of(statement, policy)
        positions = await self.positions(person, case.loan_ids)
        asked = prospect(positions, statement, capacity, policy, person.today(await self.now()))
        prices = await self.tools.ledger.price(asked.question())
        return asked, advise(asked, {loan_id: one.after for loan_id, one in prices.items()})


def position(lender: str, reference: str, loan_id: UUID, priced: LoanPriced) -> Position:
    """A loan as the ledger priced it."""
    return Position(loan_id, lender, reference, priced.currency, priced.before)


def _probe(today: date) -> Candidate:
    """The cheapest question there is: only the loan as it stands matters in its answer."""
    phase = ReliefPhase.model_validate({"kind": ReliefKind.FEES_WAIVED, "effective_on": today})
    return Candidate("as_it_stands", (phase,))
