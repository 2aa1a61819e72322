"""What people do through the APIs, each as themselves: answer, ask for help, agree, go to a mediator."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from cli.demo.behaviour import LEAST_SPARED, Fate
from cli.demo.borrowers import Borrowers
from cli.demo.importing import CURRENCY, LENDER
from cli.demo.state import Action, State, note
from cli.demo.world import Refused, World
from cli.stack.files import read_json, write_private
from shared.decision import Role
from shared.events.ids import name_id, person_id

OFFICER, LENDERS_DESK = (Role.HARDSHIP_OFFICER, "officer"), (Role.OPERATOR, "desk")
ADMINISTRATOR = (Role.ADMINISTRATOR, "run")
MEDIATOR_ID = name_id("mediator", "run")
MEDIATOR = (Role.MEDIATOR, str(MEDIATOR_ID))
CAPACITY_SHARE = Decimal("0.5")
"""What part of what is left over a plan may take (the case policy's)."""
LEAST_SPENDING = 95_000
"""Cents a month: a little more than what the policy protects for one adult."""
SPENT_OF_INCOME = Decimal("0.7")
CONDUCT = {
    "name": "Harbour Loans",
    "phone": "555 0100",
    "mail": "help@example.com",
    "hours": "9-17",
    "help_link": "https://help.example",
    "pay_link": "https://pay.example",
}
_SAYS = {
    "cannot_pay job_loss": ("I lost my job and cannot pay this month", "我失业了，这个月还不上"),
    "cannot_pay illness": ("I am ill in hospital and cannot pay this month", "我生病住院了，这个月还不上"),
    "cannot_pay reduced_income": (
        "My hours were cut and I cannot pay the instalment",
        "我的收入减少了，付不起这期还款",
    ),
    "cannot_pay family": (
        "I am going through a divorce and cannot pay this month",
        "我正在离婚，这个月还不上",
    ),
    "dispute": ("I do not owe this amount, it is wrong", "这个金额不对，我不欠这么多"),
    "stop": ("Stop. Please do not send me any more messages", "请不要再给我发短信了"),
    "mediator": ("I would like a mediator to help us find a solution", "我想申请调解"),
}


class Acting:
    """Does what was decided for a day."""

    def __init__(self, world: World, state: State, borrowers: Borrowers, choices_file: Path) -> None:
        """`choices_file` keeps what was chosen in a step that is not done yet."""
        self._world, self._state, self._borrowers = world, state, borrowers
        self._choices_file = choices_file
        self._choices: dict[str, dict[str, Any]] = read_json(choices_file) or {}

    async def prepare(self) -> None:
        """What a lender and a mediator need once: who they are."""
        await self._world.ask(
            "reminders", "PUT", f"lenders/{LENDER}/conduct", ADMINISTRATOR, CONDUCT, key="conduct"
        )
        await register_mediator(self._world)

    async def confirm_feed(self) -> None:
        """The lender's desk has made sure that no payments are missing."""
        try:
            await self._world.ask(
                "ledger",
                "POST",
                f"lenders/{LENDER}/feed/confirm",
                LENDERS_DESK,
                key=f"confirmed {self._state.day}",
            )
        except Refused as refusal:
            self._refused("confirm", refusal)

    async def do(self, action: Action) -> None:
        """One action; a refusal is counted, with its reason."""
        try:
            match action.kind:
                case "recover":
                    self._borrowers.recover(action.reference)
                case "say":
                    await self._say(action)
                case "apply":
                    await self._apply(action)
                case "mediate":
                    await self._mediate(action)
        except Refused as refusal:
            self._refused(action.kind, refusal)

    def _refused(self, kind: str, refusal: Refused) -> None:
        note(self._state, f"refused: {kind}: {refusal.status} {str(refusal).rpartition(': ')[2][:90]}")

    # -- saying ----------------------------------------------------------------------------------------------

    async def _say(self, action: Action) -> None:
        chinese = self._borrowers.stories[action.reference].loan.number % 25 == 0
        kind, _, rest = action.about.partition(" ")
        if kind == "promise":
            on, cents = rest.split(" ")
            amount = Decimal(cents) / 100
            words = f"我{on}还{amount}元" if chinese else f"I will pay {amount} on {on}"
        else:
            words = _SAYS[action.about][chinese]
        await self._reply(action.reference, words, action.name)

    async def _reply(self, reference: str, words: str, key: str) -> None:
        person = person_id(LENDER, reference)
        said = {"channel": "mail", "words": words}
        answer = await self._world.ask(
            "reminders", "POST", f"persons/{person}/replies", self._self(reference), said, key=key
        )
        for one in answer["intents"]:
            note(self._state, f"understood: {one}")

    def _self(self, reference: str) -> tuple[Role, str]:
        return (Role.BORROWER, str(person_id(LENDER, reference)))

    # -- asking for help -------------------------------------------------------------------------------------

    async def _apply(self, action: Action) -> None:
        """State income and spending, look at what fits, take the first of it or say no."""
        fate, case, who = self._fate(action), action.about, self._self(action.reference)
        await self._ask("POST", f"cases/{case}/acknowledge", OFFICER, None, action)
        await self._ask("POST", f"cases/{case}/statement", who, self._statement(fate), action)
        chosen = self._choices.get(case) or await self._chosen(action, who)
        if chosen is None:
            return
        made = await self._ask("POST", f"cases/{case}/plans", who, {"option": chosen["option"]}, action)
        plan = made["plan_id"]
        if chosen["needs_approval"]:
            made = await self._ask("POST", f"plans/{plan}/approve", OFFICER, None, action)
        accepted = fate.does(fate.rates.accepts, "accepts", case)
        answer = {"accepted": accepted, "text_hash": (made["text_hash"] or "") if accepted else ""}
        await self._ask("POST", f"plans/{plan}/answer", who, answer, action)
        if not accepted and fate.does(fate.rates.mediates, "mediates", case):
            offered = [{"loan_id": one["loan_id"], "phases": one["phases"]} for one in chosen["loans"]]
            self._state.loans[action.reference].could_offer = json.dumps(offered)
            await self._reply(action.reference, _SAYS["mediator"][0], f"mediator {case}")
        for phase in (phase for one in chosen["loans"] for phase in one["phases"]):
            note(self._state, f"reliefs agreed: {phase['kind']}" if accepted else "reliefs declined")

    async def _chosen(self, action: Action, who: tuple[Role, str]) -> dict[str, Any] | None:
        """The first of what fits, or the last resort: kept before it is asked for, since a step that is done
        again would be offered something else.
        """
        options = await self._ask("POST", f"cases/{action.about}/options", who, None, action)
        fitting, last = options["options"], options["last_resort"]
        chosen: dict[str, Any] | None = fitting[0] if fitting else last
        if chosen is not None:
            self._choices[action.about] = chosen
            write_private(self._choices_file, json.dumps(self._choices))
        return chosen

    def step_kept(self) -> None:
        """What was chosen in a step that is kept is not needed again."""
        self._choices.clear()
        self._choices_file.unlink(missing_ok=True)

    async def _ask(self, method: str, path: str, who: tuple[Role, str], body: Any, action: Action) -> Any:
        return await self._world.ask("hardship", method, path, who, body, key=action.name)

    def _fate(self, action: Action) -> Fate:
        return self._borrowers.fates[action.reference]

    def _spare(self, fate: Fate) -> int:
        """What can be paid a month now, in cents."""
        spell = fate.spell(self._state.day)
        share = 1.0 if spell is None else spell.share
        return max(int(share * fate.loan.instalment), LEAST_SPARED)

    def _statement(self, fate: Fate) -> dict[str, Any]:
        """Income and spending that leave what the spell leaves. Real: the income before it."""
        spending = max(int(fate.loan.income * SPENT_OF_INCOME / 12), LEAST_SPENDING)
        wages = spending + int(self._spare(fate) / CAPACITY_SHARE)
        return {
            "currency": CURRENCY,
            "income": [monthly("wages", wages)],
            "spending": [monthly("home_and_contents", spending)],
        }

    # -- before a mediator -----------------------------------------------------------------------------------

    async def _mediate(self, action: Action) -> None:
        """Both take part and say how they see it; before the mediator what was declined is agreed to."""
        case, who = action.about, self._self(action.reference)

        async def step(path: str, by: tuple[Role, str], body: Any = None) -> Any:
            return await self._world.ask(
                "mediation", "POST", f"cases/{case}/{path}", by, body, key=f"{action.name} {by[0]}"
            )

        for side in (who, LENDERS_DESK):
            await step("consent", side, {"agreed": True})
        await step("take-up", MEDIATOR)
        for side in (who, LENDERS_DESK):
            await step("statements", side, {"text": "This is how we see it."})
        offered = self._state.loans[action.reference].could_offer
        if offered:
            made = await step("offers", LENDERS_DESK, {"loans": json.loads(offered)})
            await step(f"offers/{made['offer_id']}/answer", who, {"accepted": True})


async def register_mediator(world: World) -> None:
    """One for all cases."""
    known = {
        "organisation": "House-of-Agreement",
        "languages": ["en", "zh"],
        "capacity": 500,
        "accredited_until": "2030-12-31",
    }
    await world.ask("mediation", "PUT", f"mediators/{MEDIATOR_ID}", ADMINISTRATOR, known, key="known")


def monthly(category: str, cents: int) -> dict[str, Any]:
    """A line of a statement of income and spending."""
    return {"category": category, "amount": asked_usd(cents), "frequency": "monthly"}


def asked_usd(cents: int) -> dict[str, str]:
    """An amount, as the APIs take it."""
    return {"amount": f"{Decimal(cents) / 100:.2f}", "currency": CURRENCY}


def recoveries(fates: dict[str, Fate], since: date) -> list[tuple[date, str]]:
    """When whose trouble ends."""
    return [
        (spell.ends_on, name)
        for name, fate in fates.items()
        for spell in fate.spells
        if spell.ends_on > since
    ]
