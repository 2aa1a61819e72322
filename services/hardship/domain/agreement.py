"""The agreement: what a plan does and costs, in the person's language, as one text whose hash is accepted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import NamedTuple

from services.hardship.domain.case_policy import CasePolicy
from services.hardship.domain.plan import Plan, PlanPart, Price
from shared.events.parts import ReliefPhase

DEFAULT_LANGUAGE = "en"
PERCENT = 100

Words = Mapping[str, str]
"""The wordings of one language, by name."""


class Block(NamedTuple):
    """A heading, a paragraph or a row of a table."""

    kind: str
    """`title`, `heading`, `text` or `row`."""
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """What the person reads."""

    language: str
    blocks: tuple[Block, ...]

    @property
    def plain(self) -> str:
        """As text alone: this is what is accepted, whatever it is printed on."""
        return "\n".join("\t".join(block.cells) for block in self.blocks) + "\n"

    @property
    def text_hash(self) -> str:
        """SHA-256 of the plain text."""
        return sha256(self.plain.encode()).hexdigest()


def language_of(wanted: Sequence[str], known: Mapping[str, Words]) -> str:
    """The first language of the person's that there are words in; Chinese without a script is simplified."""
    for one in wanted:
        if one in known:
            return one
        same = [each for each in known if each.partition("-")[0] == one.partition("-")[0]]
        if same:
            return same[0]
    return DEFAULT_LANGUAGE


def agreement(plan: Plan, policy: CasePolicy, words: Words, language: str) -> Document:
    """The text of a plan. It holds all that the person agrees to, both costs, and what they may do."""
    return Document(language, tuple(_blocks(plan, policy, words)))


def _blocks(plan: Plan, policy: CasePolicy, words: Words) -> Iterator[Block]:
    yield Block("title", (words["title"],))
    yield Block("text", (words["plan"].format(id=plan.id),))
    yield Block("text", (words["intro"],))
    for part in plan.parts:
        lender, reference = part.lender, part.reference
        yield Block("heading", (words["loan"].format(lender=lender, reference=reference),))
        yield from _costs(part, words)
        yield Block("heading", (words["changes"],))
        for phase in part.phases:
            yield Block("text", (_phase(part, phase, words),))
        yield Block("heading", (words["payments"],))
        if not part.shown:
            yield Block("text", (words["nothing_due"],))
        else:
            yield Block("row", (words["day"], words["amount"]))
        for due in part.shown:
            yield Block("row", (due.due_on.isoformat(), str(part.money(due.amount_minor))))
    yield Block("heading", (words["promise"],))
    yield Block("text", (words["no_demands"],))
    missing = {"grace": policy.grace_working_days, "misses": policy.break_after_misses}
    yield Block("text", (words["miss"].format(**missing),))
    yield Block("text", (words["withdraw"].format(days=policy.cooling_off_days),))
    yield Block("text", (words["change"],))


def _costs(part: PlanPart, words: Words) -> Iterator[Block]:
    if part.before is None or part.after is None:
        return
    yield Block("text", (words["before"].format(**_figures(part, part.before, words)),))
    yield Block("text", (words["after"].format(**_figures(part, part.after, words)),))
    difference = part.after.total - part.before.total
    name = "same" if not difference else "costs" if difference > 0 else "saves"
    yield Block("text", (words[name].format(difference=part.money(abs(difference))),))


def _figures(part: PlanPart, price: Price, words: Words) -> dict[str, str]:
    return {
        "total": str(part.money(price.total)),
        "cost": str(part.money(price.cost)),
        "most": str(part.money(price.monthly_most)),
        "ends": _day(price.ends_on, words),
    }


def _phase(part: PlanPart, phase: ReliefPhase, words: Words) -> str:
    return words[phase.kind.value].format(
        on=phase.effective_on.isoformat(),
        until=_day(phase.ends_on, words),
        amount=phase.amount if phase.amount is not None else "",
        rate=f"{phase.rate * PERCENT:f}".rstrip("0").rstrip(".") or "0" if phase.rate is not None else "",
        count=len(phase.instalments) or len(part.shown),
    )


def _day(day: date | None, words: Words) -> str:
    return words["no_end"] if day is None else day.isoformat()
