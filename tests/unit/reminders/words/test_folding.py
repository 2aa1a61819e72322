"""However a text is spelled, the rules read it the same, and what they find is shown as it was written."""

import pytest

from services.reminders.domain.words.folding import fold
from services.reminders.domain.words.sms import segments


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("ＰＡＹ　ＮＯＷ", "pay now"),
        ("P a y  now", "pay  now"),
        ("D.e.a.d.b.e.a.t", "deadbeat"),
        ("y0ur h0use, t0day", "your house, today"),
        ("роlice аrrest", "police arrest"),
        ("páy nöw", "pay now"),
        ("pa\u200by", "pay"),
        ("looooser", "loser"),
        ("we'll, won’t, dont", "we will, will not, do not"),
        ("報警抓你", "报警抓你"),
        ("报 警 抓 你", "报警抓你"),
        ("老~赖", "老赖"),
        ("坐。牢。吧", "坐牢吧"),
        ("下週五還５００", "下周五还500"),
    ],
)
def test_a_spelling_that_hides_a_word_is_read_as_the_word(written: str, read_as: str) -> None:
    assert fold(written).text == read_as


@pytest.mark.parametrize(
    "written", ["$300", "1k", "5th", "3pm", "usd500", "20/3", "2026-03-11", "p.o. box 12"]
)
def test_figures_stay_what_they_are(written: str) -> None:
    assert fold(written).text == written


def test_what_is_found_is_shown_as_it_was_written() -> None:
    folded = fold("Go to y0ur h o u s e！")
    start = folded.text.index("house")

    first, last = folded.span(start, start + len("house"))

    assert folded.written[first:last] == "h o u s e"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("还" * 70, 1),
        ("还" * 71, 2),
        ("还" * 135, 3),
    ],
)
def test_sms_are_counted_as_the_network_sends_them(text: str, count: int) -> None:
    assert segments(text) == count
