"""Routes of plans: found, chosen, approved, answered, withdrawn, read."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from services.hardship.adapters.html import as_html
from services.hardship.api.case_models import NewStatement, OptionsShown
from services.hardship.api.cases import Decider, Opener, Reader, asked_of
from services.hardship.api.help import Help, StatementMissing
from services.hardship.api.plan_models import (
    ChosenOption,
    LightReliefAsked,
    LinkMade,
    PlanAnswer,
    PlanAnswerGiven,
    PlanShown,
    PlanText,
)
from services.hardship.domain.agreement import Document, agreement, language_of
from services.hardship.domain.candidates import Frame, light
from services.hardship.domain.case import Case
from services.hardship.domain.cases import LoanNotOfThePerson, NoteOptions
from services.hardship.domain.drafts import awaited, draft, with_text
from services.hardship.domain.options import Candidate, Outlook, Priced, Room, made
from services.hardship.domain.person import Person, PlanUnknown
from services.hardship.domain.plan import Plan
from services.hardship.domain.proposals import (
    AnswerPlan,
    ApprovePlan,
    NotProposed,
    PlanTaken,
    RequestPlan,
    TakeLightRelief,
    WithdrawPlan,
)
from services.hardship.store import persons
from services.hardship.store.persons import ItemKind, packed_agreement
from shared.database import transaction
from shared.decision import Actor
from shared.errors import NotFound, Refused
from shared.events.ids import name_id
from shared.http import Allow, AuditedRead, Page, Paging, Run, Runner, Seen
from shared.scopes import Scope

ANSWERS = Allow(Scope.PLANS_ANSWER)
Answerer = Annotated[Actor, ANSWERS]
Token = Annotated[str, Path(min_length=70, max_length=80, pattern=r"^[A-Za-z0-9_-]+$")]
DAY = timedelta(days=1)


class OptionUnknown(NotFound):
    """This is none of the options that fit now. Ask for them anew."""


class ReliefNotPossible(Refused):
    """The ledger would not apply this relief to the loan as it is."""


def plans_router(help_: Help) -> APIRouter:
    """Plans."""
    router = APIRouter(tags=["plans"])
    for one in (_choosing, _answering, _links, _reads):
        router.include_router(one(help_))
    return router


async def _statement(help_: Help, case: Case) -> NewStatement:
    text = case.latest("statement")
    words = await help_.opened(text) if text is not None else None
    if words is None:
        raise StatementMissing(case_id=case.id)
    return NewStatement.model_validate_json(words)


def _written(help_: Help, person: Person, plan: Plan) -> Plan:
    """The plan with its agreement, in the person's language."""
    language = language_of(person.languages, help_.tools.words)
    policy = help_.reference.cases.of(person.country)
    document = agreement(plan, policy, help_.tools.words[language], language)
    return with_text(plan, language, document.text_hash, packed_agreement(document))


def _choosing(help_: Help) -> APIRouter:
    router = APIRouter()

    @router.post("/cases/{case_id}/options")
    async def find_options(case_id: UUID, run: Run, actor: Opener, seen: AuditedRead) -> OptionsShown:
        """What fits the person in every month, the best first, by the newest statement and today's prices."""
        person, case = await help_.case(case_id, actor, seen)
        statement = await _statement(help_, case)
        asked, advice = await help_.advice(person, case, statement.plain())
        await run(NoteOptions(person.id, case_id, advice.next_step))
        return OptionsShown.of(person, case, asked, advice, actor)

    @router.post("/cases/{case_id}/plans", status_code=201)
    async def request_plan(case_id: UUID, body: ChosenOption, run: Run, actor: Opener) -> PlanAnswer:
        """Choose an option: it is priced anew, and proposed at once where nobody has to agree first."""
        person, case = await help_.case(case_id, actor)
        if (taken := await run.known(PlanTaken)) is not None:
            return PlanAnswer.of(taken)
        statement = await _statement(help_, case)
        asked, advice = await help_.advice(person, case, statement.plain())
        option = advice.option(body.option)
        if option is None:
            raise OptionUnknown(case_id=case_id)
        origin = await run.origin()
        plan_id = name_id("plan", f"requested\n{origin.message_id}")
        plan = draft(plan_id, case_id, option, asked.policy, asked.today, await help_.now())
        return PlanAnswer.of(
            await run(RequestPlan(person.id, _written(help_, person, plan), awaited(plan, asked.policy)))
        )

    @router.post("/cases/{case_id}/light-relief", status_code=201)
    async def take_light_relief(case_id: UUID, body: LightReliefAsked, run: Run, actor: Opener) -> PlanAnswer:
        """Move a due day by some days, or pay nothing for a month: a few times a year, in one step."""
        person, case = await help_.case(case_id, actor)
        if body.loan_id not in case.loan_ids or not person.sees_loan(actor, case, body.loan_id):
            raise LoanNotOfThePerson(loan_id=body.loan_id)
        if (taken := await run.known(PlanTaken)) is not None:
            return PlanAnswer.of(taken)
        now, policy = await help_.now(), help_.reference.cases.of(person.country)
        today = person.today(now)
        positions = await help_.positions(person, [body.loan_id])
        frame = Frame(positions[0], Room(0, 0, None), today, policy)
        candidate = light(frame, body.moved_to)
        priced = Priced(candidate, await _after(help_, body.loan_id, candidate))
        origin = await run.origin()
        plan_id = name_id("plan", f"light\n{origin.message_id}")
        plan = draft(plan_id, case_id, made(positions, [priced], today), policy, today, now)
        return PlanAnswer.of(await run(TakeLightRelief(person.id, _written(help_, person, plan))))

    return router


async def _after(help_: Help, loan_id: UUID, candidate: Candidate) -> Outlook:
    priced = (await help_.tools.ledger.price({loan_id: [candidate]}))[loan_id]
    if candidate.name not in priced.after:
        raise ReliefNotPossible(loan_id=loan_id, reason=priced.refused.get(candidate.name))
    return priced.after[candidate.name]


async def _answer(
    help_: Help, person: Person, plan: Plan, body: PlanAnswerGiven, run: Runner, *, by_link: bool
) -> PlanAnswer:
    """Hand the answer in, with what the plan would cost now."""
    if (taken := await run.known(PlanTaken)) is not None:
        return PlanAnswer.of(taken)
    totals = None
    if body.accepted:
        question = {one.loan_id: [Candidate("plan", one.phases)] for one in plan.parts}
        prices = await help_.tools.ledger.price(question)
        totals = {id_: one.after["plan"].total for id_, one in prices.items() if "plan" in one.after}
    command = AnswerPlan(person.id, plan.id, body.accepted, body.text_hash, totals, by_link)
    return PlanAnswer.of(await run(command))


def _answering(help_: Help) -> APIRouter:
    router = APIRouter()

    @router.post("/plans/{plan_id}/approve")
    async def approve_plan(plan_id: UUID, run: Run, actor: Decider) -> PlanAnswer:
        """Agree, for your lender, to what is not granted at once; then the person is asked."""
        person, _ = await help_.plan(plan_id, actor)
        return PlanAnswer.of(await run(ApprovePlan(person.id, plan_id)))

    @router.post("/plans/{plan_id}/answer")
    async def answer_plan(plan_id: UUID, body: PlanAnswerGiven, run: Run, actor: Answerer) -> PlanAnswer:
        """Accept the text that you have read, by its hash, or decline."""
        person, plan = await help_.plan(plan_id, actor)
        return await _answer(help_, person, plan, body, run, by_link=False)

    @router.post("/plans/{plan_id}/withdraw")
    async def withdraw_plan(plan_id: UUID, run: Run, actor: Answerer) -> PlanAnswer:
        """Think better of it, while there is time for that: everything is as before."""
        person, _ = await help_.plan(plan_id, actor)
        return PlanAnswer.of(await run(WithdrawPlan(person.id, plan_id)))

    return router


def _links(help_: Help) -> APIRouter:
    router = APIRouter()

    async def linked(token: str) -> tuple[Person, Plan]:
        plan_id = help_.tools.links.read(token, await help_.now())
        person = await help_.owner(ItemKind.PLAN, plan_id, PlanUnknown(plan_id=plan_id))
        plan = person.plan(plan_id)
        if plan is None:
            raise PlanUnknown(plan_id=plan_id)
        return person, plan

    @router.post("/plans/{plan_id}/link", status_code=201)
    async def make_link(plan_id: UUID, actor: Opener, seen: AuditedRead) -> LinkMade:
        """A link for the person, good until the proposal is over. Whoever holds it can answer."""
        _, plan = await help_.plan(plan_id, actor, seen)
        if plan.expires_on is None:
            raise NotProposed(plan_id=plan_id, status=plan.status)
        expires_at = datetime.combine(plan.expires_on + DAY, time(0), UTC)
        token = help_.tools.links.make(plan_id, expires_at)
        return LinkMade(
            token=token, url=f"{help_.tools.public_url}/plan-links/{token}", expires_at=expires_at
        )

    @router.get("/plan-links/{token}", dependencies=[Allow(Scope.REPLIES_TAKE)])
    async def read_link(token: Token, seen: AuditedRead) -> PlanText:
        """The agreement behind a link, for the gateway that shows it."""
        _, plan = await linked(token)
        document = await _document(help_, plan.id)
        await seen(None)
        return PlanText(plan_id=plan.id, text_hash=plan.text_hash, html=as_html(document))

    @router.post("/plan-links/{token}/answer", dependencies=[Allow(Scope.REPLIES_TAKE)])
    async def answer_link(token: Token, body: PlanAnswerGiven, run: Run) -> PlanAnswer:
        """Accept or decline by a link, as the gateway hands it in."""
        person, plan = await linked(token)
        return await _answer(help_, person, plan, body, run, by_link=True)

    return router


async def _document(help_: Help, plan_id: UUID) -> Document:
    async with transaction(help_.service.engine) as connection:
        found = await persons.agreement_of(connection, plan_id)
    if found is None:
        raise PlanUnknown(plan_id=plan_id)
    return found


def _reads(help_: Help) -> APIRouter:
    router = APIRouter()

    @router.get("/plans")
    async def list_plans(paging: Paging, actor: Reader) -> Page[PlanShown]:
        """Plans that are asked for, proposed or kept."""
        asked = asked_of(actor, paging.after, paging.fetch)
        async with transaction(help_.service.engine) as connection:
            rows = await persons.open_items(connection, ItemKind.PLAN, asked)
            found = await persons.load_persons(connection, {one.person_id: () for one in rows})

        def shown(one: persons.Listed) -> PlanShown:
            plan = found[one.person_id].plan(one.item_id)
            assert plan is not None, "lists are saved with their person"
            return PlanShown.of(found[one.person_id], plan, actor)

        return paging.page(rows, lambda one: [one.due_on.isoformat(), str(one.item_id)], shown)

    @router.get("/plans/{plan_id}")
    async def show_plan(plan_id: UUID, actor: Reader, seen: AuditedRead) -> PlanShown:
        """One plan: what it does to each loan, for both sides, and how it is kept."""
        person, plan = await help_.plan(plan_id, actor, seen)
        return PlanShown.of(person, plan, actor)

    @router.get("/plans/{plan_id}/agreement.html", response_class=Response)
    async def show_agreement(plan_id: UUID, actor: Reader, seen: AuditedRead) -> Response:
        """The agreement to read, as the person is shown it."""
        document = await _visible(help_, plan_id, actor, seen)
        return Response(as_html(document), media_type="text/html; charset=utf-8")

    @router.get("/plans/{plan_id}/agreement.pdf", response_class=Response)
    async def print_agreement(plan_id: UUID, actor: Reader, seen: AuditedRead) -> Response:
        """The agreement on paper."""
        document = await _visible(help_, plan_id, actor, seen)
        from services.hardship.adapters.pdf import as_pdf  # slow to load, and paper is seldom asked for

        return Response(as_pdf(document), media_type="application/pdf")

    return router


async def _visible(help_: Help, plan_id: UUID, actor: Actor, seen: Seen) -> Document:
    """The agreement, for whoever may see every loan in it. Raises PlanUnknown."""
    person, plan = await help_.plan(plan_id, actor, seen)
    case = person.case(plan.case_id) if plan.case_id else None
    if not all(person.sees_loan(actor, case, one.loan_id) for one in plan.parts):
        raise PlanUnknown(plan_id=plan_id)
    return await _document(help_, plan_id)
