"""Routes of cases: opened, looked at, stated, refused, appealed, closed."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from services.hardship.api.case_models import (
    AdviserNamed,
    AppealDecision,
    CapacityNow,
    CapacityShown,
    CaseAnswer,
    CaseShown,
    NewCase,
    NewStatement,
    Outcome,
    Reason,
    Sharing,
    SomeWords,
    StatementShown,
)
from services.hardship.api.help import Help, StatementMissing
from services.hardship.domain.capacity import capacity_of
from services.hardship.domain.case_ends import AppealRefusal, CloseCase, DecideAppeal, RefuseCase
from services.hardship.domain.cases import Acknowledge, GiveStatement, NameAdviser, OpenCase, ShareWith
from services.hardship.domain.person import Person, PersonUnknownHere
from services.hardship.store import persons
from services.hardship.store.persons import Asked, ItemKind
from shared.database import transaction
from shared.decision import Actor, Key, Role
from shared.events.ids import name_id
from shared.http import Allow, AuditedRead, Page, Paging, Run
from shared.money import Money
from shared.scopes import Scope

Reader = Annotated[Actor, Allow(Scope.CASES_READ)]
Opener = Annotated[Actor, Allow(Scope.CASES_OPEN)]
Asker = Annotated[Actor, Allow(Scope.CAPACITY_READ)]
Decider = Annotated[Actor, Allow(Scope.CASES_DECIDE)]
WITHDRAWN = "withdrawn"


def asked_of(actor: Actor, after: list[Any] | None, limit: int) -> Asked:
    """Which part of a list a caller sees: lenders' people theirs, persons their own, advisers where they are
    named.
    """
    place = (date.fromisoformat(after[0]), UUID(after[1])) if after else (date.min, UUID(int=0))
    if actor.role is Role.ADVISER:
        return Asked(None, actor.subject, None, place, limit)
    if actor.role is Role.BORROWER:
        return Asked(None, None, own_id(actor), place, limit)
    return Asked(actor.lenders, None, None, place, limit)


def own_id(actor: Actor) -> UUID:
    """The id that a person's own token names. Raises PersonUnknownHere."""
    try:
        return UUID(actor.subject)
    except ValueError:
        raise PersonUnknownHere(person_id=actor.subject) from None


def cases_router(help_: Help) -> APIRouter:
    """Cases."""
    router = APIRouter(tags=["cases"])
    router.include_router(_reads(help_))
    router.include_router(_capacity(help_))
    router.include_router(_answers(help_))
    router.include_router(_decisions(help_))

    @router.post("/persons/{person_id}/cases", status_code=201)
    async def open_case(person_id: UUID, body: NewCase, run: Run, actor: Opener) -> CaseAnswer:
        """Ask for help: for a person as themselves, as their adviser, or for a borrower of yours."""
        person = await help_.person(person_id)
        note = await help_.sealed(run, person, "note", body.words, actor)
        origin = await run.origin()
        source = actor.role.value
        case_id = name_id("case", f"asked\n{origin.message_id}")
        loan_ids = tuple(body.loan_ids)
        return CaseAnswer.of(
            await run(OpenCase(person.id, case_id, body.reason, source, loan_ids, note, body.adviser))
        )

    @router.post("/cases/{case_id}/adviser")
    async def name_adviser(case_id: UUID, body: AdviserNamed, run: Run, actor: Opener) -> CaseAnswer:
        """Name an adviser who may see and act in the case, or nobody any more."""
        person, _ = await help_.case(case_id, actor)
        return CaseAnswer.of(await run(NameAdviser(person.id, case_id, body.adviser)))

    @router.post("/cases/{case_id}/sharing")
    async def share_loans(case_id: UUID, body: Sharing, run: Run, actor: Opener) -> CaseAnswer:
        """Consent, as the person or their adviser, that lenders see each other's loans in this case."""
        person, _ = await help_.case(case_id, actor)
        return CaseAnswer.of(await run(ShareWith(person.id, case_id, frozenset(body.lenders))))

    @router.post("/cases/{case_id}/statement", status_code=201)
    async def give_statement(case_id: UUID, body: NewStatement, run: Run, actor: Opener) -> CaseAnswer:
        """State income and spending. The figures are kept under the person's key."""
        person, _ = await help_.case(case_id, actor)
        capacity_of(body.plain(), help_.reference.cases.of(person.country))
        text = await help_.sealed(run, person, "statement", body.model_dump_json(), actor)
        assert text is not None, "a statement has a text"
        return CaseAnswer.of(await run(GiveStatement(person.id, case_id, text)))

    return router


def _reads(help_: Help) -> APIRouter:
    router = APIRouter()

    @router.get("/cases")
    async def list_cases(paging: Paging, actor: Reader) -> Page[CaseShown]:
        """Cases that are not over, the soonest due first."""
        asked = asked_of(actor, paging.after, paging.fetch)
        async with transaction(help_.service.engine) as connection:
            rows = await persons.open_items(connection, ItemKind.CASE, asked)
            found = await persons.load_persons(connection, {one.person_id: () for one in rows})

        def shown(one: persons.Listed) -> CaseShown:
            person = found[one.person_id]
            case = person.case(one.item_id)
            assert case is not None, "lists are saved with their person"
            return CaseShown.of(person, case, actor)

        return paging.page(rows, lambda one: [one.due_on.isoformat(), str(one.item_id)], shown)

    @router.get("/cases/{case_id}")
    async def show_case(case_id: UUID, actor: Reader, seen: AuditedRead) -> CaseShown:
        """One case: its deadlines, where it stands, how it ended."""
        person, case = await help_.case(case_id, actor, seen)
        return CaseShown.of(person, case, actor)

    @router.get("/cases/{case_id}/statement")
    async def show_statement(case_id: UUID, actor: Reader, seen: AuditedRead) -> StatementShown:
        """The newest statement of income and spending, and what can be paid a month by it."""
        person, case = await help_.case(case_id, actor, seen)
        text = case.latest("statement")
        words = await help_.opened(text) if text is not None else None
        if text is None or words is None:
            raise StatementMissing(case_id=case_id)
        statement = NewStatement.model_validate_json(words)
        capacity = capacity_of(statement.plain(), help_.reference.cases.of(person.country))
        return StatementShown(
            statement_id=text.id,
            given_at=text.given_at,
            statement=statement,
            capacity=CapacityShown.of(capacity),
        )

    return router


def _capacity(help_: Help) -> APIRouter:
    router = APIRouter()

    @router.get("/persons/{person_id}/capacity")
    async def show_capacity(person_id: UUID, actor: Asker, seen: AuditedRead) -> CapacityNow:
        """What a person can pay in a month by their newest statement, as mediation asks before an offer is
        shown. A statement of more than half a year ago counts as none.
        """
        person = await help_.person(person_id)
        if not person.seen_by(actor):
            raise PersonUnknownHere(person_id=person_id)
        await seen(Key(Person.__name__, person.id))
        text = person.current_statement(await help_.now())
        words = await help_.opened(text) if text is not None else None
        if text is None or words is None:
            return CapacityNow(monthly=None, given_at=None)
        statement = NewStatement.model_validate_json(words).plain()
        capacity = capacity_of(statement, help_.reference.cases.of(person.country))
        return CapacityNow(monthly=Money(capacity.monthly, capacity.currency), given_at=text.given_at)

    return router


def _answers(help_: Help) -> APIRouter:
    router = APIRouter()

    @router.post("/cases/{case_id}/appeal")
    async def appeal_refusal(case_id: UUID, body: SomeWords, run: Run, actor: Opener) -> CaseAnswer:
        """Disagree with the refusal: somebody else looks at it."""
        person, _ = await help_.case(case_id, actor)
        text = await help_.sealed(run, person, "appeal", body.words, actor)
        return CaseAnswer.of(await run(AppealRefusal(person.id, case_id, text)))

    @router.post("/cases/{case_id}/withdraw")
    async def withdraw_case(case_id: UUID, run: Run, actor: Opener) -> CaseAnswer:
        """No help is wanted any more. A new case can be opened at any time."""
        person, _ = await help_.case(case_id, actor)
        return CaseAnswer.of(await run(CloseCase(person.id, case_id, WITHDRAWN)))

    return router


def _decisions(help_: Help) -> APIRouter:
    router = APIRouter()

    @router.post("/cases/{case_id}/acknowledge")
    async def acknowledge_case(case_id: UUID, run: Run, actor: Decider) -> CaseAnswer:
        """Say that somebody looks at it."""
        person, _ = await help_.case(case_id, actor)
        return CaseAnswer.of(await run(Acknowledge(person.id, case_id)))

    @router.post("/cases/{case_id}/refuse")
    async def refuse_case(case_id: UUID, body: Reason, run: Run, actor: Decider) -> CaseAnswer:
        """Grant no relief. The person may appeal, and somebody else decides on that."""
        person, _ = await help_.case(case_id, actor)
        text = await help_.sealed(run, person, "reasons", body.words, actor)
        return CaseAnswer.of(await run(RefuseCase(person.id, case_id, body.reason, text)))

    @router.post("/cases/{case_id}/appeal-decision")
    async def decide_appeal(case_id: UUID, body: AppealDecision, run: Run, actor: Decider) -> CaseAnswer:
        """Decide on an appeal, as somebody who has not refused."""
        person, _ = await help_.case(case_id, actor)
        return CaseAnswer.of(await run(DecideAppeal(person.id, case_id, body.upheld, body.reason)))

    @router.post("/cases/{case_id}/close")
    async def close_case(case_id: UUID, body: Outcome, run: Run, actor: Decider) -> CaseAnswer:
        """The case is over without a plan."""
        person, _ = await help_.case(case_id, actor)
        return CaseAnswer.of(await run(CloseCase(person.id, case_id, body.outcome)))

    return router
