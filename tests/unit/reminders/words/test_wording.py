"""Harsh texts are refused with the phrase and a kinder wording; texts that only look harsh pass."""

import pytest

from services.reminders.domain.words.languages import TONGUES
from services.reminders.domain.words.wording import Category, Finding, check
from tests.words.labelled_files import LANGUAGES, labelled
from tests.words.measure import wording

GRAVE = frozenset({"threat", "shame"})


def refused(text: str, *, statutory: bool = False) -> set[Category]:
    return {one.category for one in check(text, TONGUES, statutory=statutory)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_that_the_rules_were_made_on_are_judged_rightly(language: str) -> None:
    more = wording(labelled("wording", language, "more"))

    assert wording(labelled("wording", language, "dev")).wrong == ()
    assert (more.precision, more.recall) >= (0.99, 0.99), more.wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_that_no_rule_was_made_on_are_mostly_judged_rightly(language: str) -> None:
    unseen = labelled("wording", language, "heldout")

    assert wording(unseen).precision >= 0.9
    assert wording(unseen, GRAVE).recall >= 0.95


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentences_are_many_and_half_of_them_are_harmless(language: str) -> None:
    all_of_them = [*labelled("wording", language, "dev"), *labelled("wording", language, "heldout")]
    harmless = sum(one.label == "ok" for one in all_of_them)

    assert len(all_of_them) >= 200
    assert 0.4 <= harmless / len(all_of_them) <= 0.6
    assert {one.label for one in all_of_them} == {
        "ok",
        *(one.value for one in Category if one is not Category.TONE),
    }


def test_a_finding_names_the_phrase_where_it_stands_and_what_to_write_instead() -> None:
    (finding,) = check("Good morning. We will visit you tonight.", TONGUES)

    assert finding == Finding(
        Category.THREAT,
        "We will visit you tonight",
        14,
        39,
        "We will not come to you. You can call or write to us whenever it suits you.",
    )


def test_the_kinder_wording_is_in_the_language_of_the_phrase() -> None:
    (finding,) = check("请回电。不还钱你就等着坐牢。", TONGUES)[:1]

    assert finding.kinder == "如果您现在还款有困难，请告诉我们，我们一起想办法。"


@pytest.mark.parametrize("tongue", TONGUES, ids=lambda tongue: tongue.language)
def test_a_kinder_wording_is_itself_kind_and_there_is_one_for_each_rule(tongue: object) -> None:
    from services.reminders.domain.words.wording import Tongue

    assert isinstance(tongue, Tongue)
    assert {rule.kinder for rule in tongue.rules} <= set(tongue.kinder)
    for wording_ in tongue.kinder.values():
        assert check(wording_, TONGUES) == ()


@pytest.mark.parametrize(
    "text",
    [
        "W e  w i l l come to your h o u s e",
        "We will come to y0ur h0use",
        "We will come to your hоusе",  # Cyrillic letters
        "ＷＥ　ＷＩＬＬ　ＣＯＭＥ　ＴＯ　ＹＯＵＲ　ＨＯＵＳＥ",
        "We will come to your ho\u200buse",
        "we'll COME to your HOOOUSE",
        "我們會上門找你",
        "我们会上 门 找 你",
        "我们会上*门找你",
        "Hello 您好, 我们会上门找你, thanks",
    ],
)
def test_no_spelling_hides_a_threat(text: str) -> None:
    assert Category.THREAT in refused(text)


@pytest.mark.parametrize(
    ("harsh", "mild"),
    [
        ("We will call your employer.", "We will not call your employer."),
        ("We'll tell your family about it.", "We will never tell your family about it."),
        ("You will be arrested.", "If someone says you will be arrested, it is a scam."),
        ("We will visit you.", "If you would like, we will visit you."),
        ("You should be ashamed.", "You need not be ashamed."),
        ("You must call within 2 hours.", "We will call you within 2 hours."),
        ("If you don't pay, you will lose your home.", "If you lose your home, the plan can be changed."),
        ("我们会上门。", "我们不会上门。"),
        ("不还钱就抓你。", "如果有人说不还钱就抓您，那是诈骗。"),
        ("你不觉得丢人吗？", "这并不丢人。"),
        ("我们会起诉你。", "您有权向法院起诉。"),
        ("我们联系了您的单位。", "我们从不联系您的单位。"),
    ],
)
def test_a_negation_a_warning_an_offer_or_a_right_makes_the_same_words_harmless(
    harsh: str, mild: str
) -> None:
    assert refused(harsh)
    assert not refused(mild)


@pytest.mark.parametrize(
    "text",
    [
        "We won't hesitate to call your employer.",
        "If you do not pay, we will call your employer.",
        "Don't think we won't call your employer.",
        "You said you would pay, so now we will call your employer.",
        "We do not want trouble, but we will call your employer.",
        "We're not joking: your car will be taken.",
        "别以为我们不会上门。",
        "再不还款，我们就上门。",
        "我们不得不上门。",
        "您说过会还，那我们只好上门了。",
    ],
)
def test_a_negation_of_something_else_helps_nothing(text: str) -> None:
    assert refused(text)


@pytest.mark.parametrize(
    "text",
    [
        "If the sum is not paid by 1 June, the lender may take legal action against you.",
        "如在6月1日前仍未支付，贷款人可能依法提起诉讼。",
    ],
)
def test_a_statutory_notice_may_say_conditionally_what_the_law_lets_a_lender_do(text: str) -> None:
    assert refused(text, statutory=True) == set()


@pytest.mark.parametrize(
    "text", ["We will sue you.", "我们将起诉你。", "You will be arrested if you don't pay."]
)
def test_a_statutory_notice_may_threaten_as_little_as_any_text(text: str) -> None:
    assert Category.THREAT in refused(text, statutory=True)


@pytest.mark.parametrize("text", ["", " ", "\n", "...", "!?", "。", "🙂"])
def test_a_text_without_words_passes(text: str) -> None:
    assert check(text, TONGUES) == ()
