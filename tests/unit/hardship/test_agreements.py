"""The agreement: one text in each language, whose hash is what is accepted."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from services.hardship.adapters.case_policies import read_case_policies
from services.hardship.adapters.html import as_html
from services.hardship.adapters.pdf import as_pdf
from services.hardship.adapters.words import FOLDER, WordsMissing, read_words
from services.hardship.domain.agreement import Document, agreement, language_of
from services.hardship.domain.plan import Plan, PlanPart, PlanPartDue, PlanStatus, Price
from shared.events.parts import ReliefKind, ReliefPhase, ScheduledInstalment
from shared.money import Money

WORDS, POLICY = read_words(), read_case_policies().default
TODAY = date(2026, 1, 2)


def a_phase(kind: ReliefKind) -> ReliefPhase:
    """A phase with all that any kind may need."""
    instalment = ScheduledInstalment(number=1, due_on=date(2026, 2, 1), amount=Money(50_00, "CNY"))
    return ReliefPhase(
        kind=kind,
        effective_on=TODAY,
        ends_on=date(2026, 6, 30),
        amount=Money(50_00, "CNY"),
        rate=Decimal("0.035"),
        instalments=(instalment,),
    )


def a_plan(*kinds: ReliefKind) -> Plan:
    """A plan of one part with these kinds of relief."""
    part = PlanPart(
        UUID(int=1),
        "acme",
        "L-1",
        1,
        "CNY",
        tuple(map(a_phase, kinds)),
        date(2026, 6, 30),
        before=Price(1279_08, 79_08, 106_59, date(2027, 1, 1), 1200_00),
        after=Price(1355_35, 155_35, 56_47, date(2028, 1, 1), 1200_00),
        shown=(PlanPartDue(date(2026, 2, 1), 56_47), PlanPartDue(date(2026, 3, 1), 56_47)),
    )
    made_at = datetime(2026, 1, 2, 12, tzinfo=UTC)
    return Plan(UUID(int=2), UUID(int=3), "x", (part,), PlanStatus.PROPOSED, made_at)


def written(language: str, *kinds: ReliefKind) -> Document:
    """The agreement in a language."""
    return agreement(a_plan(*(kinds or tuple(ReliefKind))), POLICY, WORDS[language], language)


@pytest.mark.parametrize("language", sorted(WORDS))
@pytest.mark.parametrize("kind", ReliefKind)
def test_every_relief_has_words_in_every_language(language: str, kind: ReliefKind) -> None:
    text = written(language, kind).plain
    assert "{" not in text
    assert "1355.35 CNY" in text
    assert "76.27 CNY" in text  # what it costs more


@pytest.mark.parametrize("language", sorted(WORDS))
def test_any_change_of_the_text_changes_its_hash(language: str) -> None:
    plan = a_plan(ReliefKind.LONGER_TERM)
    dearer = replace(plan.parts[0], after=plan.parts[0].after._replace(total=1355_36))  # type: ignore[union-attr]
    changed = agreement(replace(plan, parts=(dearer,)), POLICY, WORDS[language], language)
    assert changed.text_hash != written(language, ReliefKind.LONGER_TERM).text_hash


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        (("zh-Hans",), "zh-Hans"),
        (("zh",), "zh-Hans"),
        (("fr", "zh-CN"), "zh-Hans"),
        (("fr",), "en"),
        ((), "en"),
    ],
)
def test_the_person_reads_it_in_the_first_language_that_there_are_words_in(
    wanted: tuple[str, ...], language: str
) -> None:
    assert language_of(wanted, WORDS) == language


@pytest.mark.parametrize("language", sorted(WORDS))
def test_page_and_paper_are_made_of_the_same_text(language: str) -> None:
    document = written(language)
    page, paper = as_html(document), as_pdf(document)
    assert all(cell in page for block in document.blocks for cell in block.cells if "'" not in cell)
    assert "<script" not in page
    assert paper.startswith(b"%PDF-")
    assert paper == as_pdf(document)


def test_a_reference_is_no_mark_up(tmp_path: object) -> None:
    plan = a_plan(ReliefKind.FEES_WAIVED)
    strange = replace(plan, parts=(replace(plan.parts[0], reference="<b>&"),))
    document = agreement(strange, POLICY, WORDS["en"], "en")
    assert "<b>&" not in as_html(document)
    assert as_pdf(document).startswith(b"%PDF-")


def test_a_language_that_lacks_wordings_is_not_read(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    for file in FOLDER.glob("agreement-*.yaml"):
        lines = file.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if "zh" not in file.name or not line.startswith("promise")]
        (folder / file.name).write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(WordsMissing, match="zh-Hans lacks promise"):
        read_words(folder)
