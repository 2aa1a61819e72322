"""Times of day that a text names: "3pm", "18:30", "下午三点半". Without a part of the day, one at which
people are called.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

from services.reminders.domain.words.numbers import CHINESE_NUMBER, whole_number

_MORNING = {"am", "凌晨", "早上", "上午", "早晨", "早"}
_EVENING = {"pm", "下午", "傍晚", "晚上", "晚", "夜里"}
_EARLIEST_HOUR = 8
"""An hour before this, without a part of the day, is one after noon: nobody asks for a call at three in the
night.
"""
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<![\d:/.,$])(?P<h>\d{1,2})(?::(?P<m>\d\d))? ?(?P<part>am|pm|a\.m|p\.m)\b",
        r"(?<![\d:/.,$])(?P<h>\d{1,2}):(?P<m>\d\d)(?![\d:])",
        rf"(?P<part>凌晨|早上|上午|中午|下午|傍晚|晚上|夜里|早晨|[今明后]?[晚早])?的?(?P<h>\d{{1,2}}|"
        rf"{CHINESE_NUMBER})[点时](?!间|候|内|前还)钟?"
        rf"(?P<m>半|一刻|三刻|\d{{1,2}}(?=分|$|[^\d块元]))?分?",
        r"\b(?:at|after|before|around|about|from|by) (?P<h>\d{1,2})(?: o'?clock)?(?![\d:/%]|[.,]\d| ?(?:am|"
        r"pm|days?|weeks?|months?|dollars|"
        r"pounds|euros|percent|st|nd|rd|th|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\b)",
        r"\b(?P<noon>noon|midday|lunch ?time)\b|(?P<zhnoon>中午|午休)",
    )
)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day in a text."""

    at: time
    start: int
    end: int


def times(text: str) -> Iterator[Clock]:
    """Every time of day that a folded text names, in order of place."""
    left, found = text, list[Clock]()
    for pattern in _PATTERNS:
        found += [
            Clock(at, *match.span()) for match in pattern.finditer(left) if (at := _time(match)) is not None
        ]
        left = pattern.sub(lambda match: " " * len(match.group()), left)
    yield from sorted(found, key=lambda clock: clock.start)


def _time(match: re.Match[str]) -> time | None:
    parts = match.groupdict()
    if "noon" in parts:
        return time(12)
    hour, minute = whole_number(parts["h"] or ""), _minute(parts.get("m"))
    part = (parts.get("part") or "").replace(".", "").lstrip("今明后")
    if hour is None or minute is None:
        return None
    written_out = "part" not in parts and parts.get("m") is not None
    if part in _EVENING and hour < 12:
        hour += 12
    elif part in _MORNING and hour == 12:
        hour = 0
    elif (part == "中午" and hour < 10) or (not part and not written_out and hour < _EARLIEST_HOUR):
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _minute(text: str | None) -> int | None:
    if not text:
        return 0
    return {"半": 30, "一刻": 15, "三刻": 45}.get(text) or whole_number(text)
