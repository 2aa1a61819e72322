"""Whatever people write, it can be read and checked, and what is found stands where it is said to stand."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.reminders.domain.words.folding import fold
from services.reminders.domain.words.intents import Intent, read
from services.reminders.domain.words.languages import SPEECHES, TONGUES
from services.reminders.domain.words.numbers import chinese_number
from services.reminders.domain.words.wording import check

PIECES = st.sampled_from(
    [
        *"你我他们不还钱上门坐牢明天下周五月底号百千万两三，。！？0123456789 .,!?'’/-$￥",
        "we ",
        "will ",
        "not ",
        "pay ",
        "call ",
        "your ",
        "boss ",
        "house ",
        "on Friday ",
        "h0use ",
        "if ",
        "ﬁ",
        "İ",
        "\u200b",
        "한국",
    ]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=25).map("".join))
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))


@given(TEXTS)
def test_every_folded_character_has_a_place_and_places_go_forward(text: str) -> None:
    folded = fold(text)

    assert len(folded.places) == len(folded.text)
    assert list(folded.places) == sorted(folded.places)
    assert all(0 <= place < len(text) for place in folded.places)


@given(TEXTS)
def test_a_finding_stands_where_it_says(text: str) -> None:
    for one in check(text, TONGUES):
        assert text[one.start : one.end] == one.phrase
        assert one.phrase


@given(TEXTS, DAYS, st.sampled_from([None, "US", "GB", "CN"]))
def test_any_text_of_any_day_can_be_read(text: str, today: date, region: str | None) -> None:
    reading = read(text, today, SPEECHES, region)

    assert all(0 <= said.start < said.end <= len(text) for said in reading.said)
    assert not reading.sure or reading.said
    for said in reading.said:
        assert (
            said.intent is not Intent.PROMISE
            or not reading.sure
            or said.after_payday
            or (said.on or today) >= today
        )


@given(st.integers(1, 99_999))
def test_a_number_written_out_in_chinese_is_read_back(number: int) -> None:
    assert chinese_number(_written(number)) == number


def _written(number: int) -> str:
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        rest = ("零" if 0 < low < 1000 else "") + (_written(low) if low else "")
        return f"{_written(high)}万{rest}"
    text, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            text += ("零" if zero and text else "") + "一二三四五六七八九"[digit - 1] + name
        zero = not digit
    return text
