"""What sounds harsh is refused though no rule names a phrase of it; what a rule found harmless stays so."""

import pytest

from services.reminders.adapters.tone import FILE, load_tones
from services.reminders.domain.words.languages import TONGUES
from services.reminders.domain.words.tone import Tone, traits_of
from services.reminders.domain.words.wording import Category, check
from tests.words.labelled_files import LANGUAGES, labelled
from tests.words.train import examples, learned, made_of

TONES = load_tones()
MENACE = Tone("en", -1.0, {"crocodile": 9.0, "crocodile pond": 9.0}, 0.5)


def test_the_weights_are_of_the_sentences_as_they_are_now() -> None:
    assert f'"made_of": "{made_of()}"' in FILE.read_text(encoding="utf-8"), "run: python -m tests.words.train"


def test_every_language_has_its_weights() -> None:
    assert tuple(tone.language for tone in TONES) == LANGUAGES


@pytest.mark.parametrize(
    "text", ["You live like a king on our money while we wait.", "小孩子都知道借了钱要还给别人。"]
)
def test_a_sentence_that_sounds_harsh_is_refused_as_a_whole(text: str) -> None:
    (finding,) = check(text, TONGUES, TONES)

    assert (finding.category, finding.phrase) == (Category.TONE, text)
    assert check(finding.kinder, TONGUES, TONES) == ()


def test_only_the_sentence_that_sounds_so_is_shown() -> None:
    (finding,) = check("Good day. Our crocodile pond awaits you, sir. Bye.", TONGUES, (MENACE,))

    assert finding.phrase.strip() == "Our crocodile pond awaits you, sir."


def test_what_a_rule_names_is_shown_as_what_it_is_and_not_as_a_tone() -> None:
    found = check("We will throw you into the crocodile pond and you will go to jail.", TONGUES, (MENACE,))

    assert {one.category for one in found} == {Category.THREAT}


@pytest.mark.parametrize(
    "text",
    [
        "If someone says you will be arrested at the crocodile pond, it is a scam.",
        "We will not call your employer about the crocodile pond.",
        "Thank you for the picture of the crocodile pond.",
    ],
)
def test_what_a_rule_found_harmless_and_what_reassures_stays_harmless(text: str) -> None:
    assert check(text, TONGUES, (MENACE,)) == ()


def test_of_a_few_words_nobody_can_tell_the_tone() -> None:
    assert not MENACE.is_harsh("the crocodile pond")
    assert MENACE.is_harsh("the crocodile pond is over there")


def test_polite_and_plain_you_and_all_figures_count_the_same() -> None:
    assert traits_of("您欠500元", "zh-Hans") == traits_of("你欠80元", "zh-Hans")
    assert traits_of("pay 20 now", "en") == traits_of("pay 300 now", "en")


def test_learning_gives_the_same_again_and_tells_harsh_from_kind() -> None:
    told = [
        (traits_of(text, "en"), harsh) for text, harsh in (("a bad threat", True), ("a kind offer", False))
    ]
    bias, weights = learned(told)

    assert learned(told) == (bias, weights)
    tone = Tone("en", bias, weights, 0.5)
    assert tone.score("a bad threat") > 0.5 > -0.5 > tone.score("a kind offer")


def test_it_learns_of_our_own_texts_that_they_are_kind() -> None:
    learned_from = [harsh for _, harsh in examples("zh-Hans")]

    assert learned_from.count(False) > len(labelled("wording", "zh-Hans", "dev")) > 0
    assert learned_from.count(False) > learned_from.count(True)
