"""Days that a text names, in Chinese and English, seen from a day: "下周五", "month end", "in two weeks",
"3/4".

A named time of several days ("next week", "early May") is its last day, so that no promise is broken before
all of its time is over. A day without a year, and a weekday, lie ahead; told of the past ("paid on Monday")
they lie behind.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from services.reminders.domain.words.numbers import CHINESE_NUMBER, ENGLISH_NUMBER, whole_number

MONTH_FIRST = frozenset({"US", "PH", "FM", "MH", "PW"})
"""Regions that write the month before the day, in figures parted by slashes."""
_YEAR_FIRST = frozenset({"CN", "TW", "HK", "MO", "JP", "KR"})
"""Regions where a short date is month and day too, as the year would stand before them."""


@dataclass(frozen=True, slots=True)
class Named:
    """A day in a text. `on` is None when it could be several days and the region does not tell which."""

    on: date | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Seen:
    """From where a day is seen. `region`: an ISO country, or None when it is not known."""

    today: date
    ahead: bool = True
    region: str | None = None

    def month_day(self, month: int, day: int) -> date | None:
        """The next such day, today included; of the past, the last one."""
        for year in (self.today.year, self.today.year + (1 if self.ahead else -1)):
            if (on := day_of(year, month, day)) and (on >= self.today if self.ahead else on <= self.today):
                return on
        return None

    def day_of_month(self, day: int, months: int = 0, *, fixed: bool = False) -> date | None:
        """The day of this month, or of one that lies `months` ahead. Unless it is fixed, a day that is over
        is of next month.
        """
        on = self._in_month(day, months)
        if not fixed and on is not None and (on < self.today if self.ahead else on > self.today):
            return self._in_month(day, months + (1 if self.ahead else -1))
        return on

    def _in_month(self, day: int, months: int) -> date | None:
        year, month = divmod(self.today.year * 12 + self.today.month - 1 + months, 12)
        return day_of(year, month + 1, day)

    def month_end(self, months: int = 0) -> date:
        """The last day of this month, or of one that lies `months` ahead."""
        year, month = divmod(self.today.year * 12 + self.today.month - 1 + months, 12)
        return date(year, month + 1, monthrange(year, month + 1)[1])

    def weekday(self, weekday: int, weeks: int | None = None) -> date:
        """A weekday (0 is Monday): of the week that lies `weeks` ahead, or simply the next one, or the last
        one.
        """
        monday = self.today - timedelta(days=self.today.weekday())
        if weeks is not None:
            return monday + timedelta(days=7 * weeks + weekday)
        if self.ahead:
            return self.today + timedelta(days=(weekday - self.today.weekday() - 1) % 7 + 1)
        return self.today - timedelta(days=(self.today.weekday() - weekday - 1) % 7 + 1)

    def after(self, days: int) -> date:
        """So many days ahead, or behind."""
        return self.today + timedelta(days=days)

    def figures(self, first: int, second: int, year: int | None) -> date | None:
        """A day in two figures, in the order of the region; without a region only what can mean one day
        alone.
        """
        month_first, day_first = self._figures(first, second, year), self._figures(second, first, year)
        if month_first is None or day_first is None or month_first == day_first:
            return month_first or day_first
        if self.region is None:
            return None
        return month_first if self.region in MONTH_FIRST | _YEAR_FIRST else day_first

    def _figures(self, month: int, day: int, year: int | None) -> date | None:
        return self.month_day(month, day) if year is None else day_of(year, month, day)


def day_of(year: int, month: int, day: int) -> date | None:
    """The day, or None where the calendar has none."""
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        return None


Meaning = Callable[[re.Match[str], Seen], date | None]
_FAR_DAYS_MAX = 3660


def _count(text: str | None) -> int:
    return min(whole_number(text) or 0, _FAR_DAYS_MAX) if text else 1


def _number_months(match: re.Match[str], seen: Seen) -> date | None:
    months = _count(match["n"])
    end = seen.month_end(months)
    return day_of(end.year, end.month, min(seen.today.day, end.day))


_C_NUMBER = rf"(?:\d{{1,3}}|{CHINESE_NUMBER})"
_C_WEEKDAYS = {
    **{char: i for i, char in enumerate("一二三四五六日")},
    "天": 6,
    **{str(i): i - 1 for i in range(1, 8)},
}
_C_WEEK = r"(?P<which>下下|下|这|本|上)?(?:一)?个?(?:周|星期|礼拜)"
_C_WEEKS = {"下下": 2, "下": 1, "这": 0, "本": 0, "上": -1, None: None}
_C_MONTH = r"(?P<which>下下|下|这|本|当|上)?(?:一)?个?月"
_C_MONTHS = {"下下": 2, "下": 1, "这": 0, "本": 0, "当": 0, "上": -1, None: 0}
_PARTS_OF_MONTH = {"初": 10, "上旬": 10, "中": 15, "中旬": 20}


def _c_month_part(match: re.Match[str], seen: Seen) -> date | None:
    months, part = _C_MONTHS[match["which"]], match["part"]
    if part in _PARTS_OF_MONTH:
        return seen.day_of_month(_PARTS_OF_MONTH[part], months, fixed=match["which"] is not None)
    return seen.month_end(months)


def _c_named_month(match: re.Match[str], seen: Seen) -> date | None:
    month, part = _count(match["m"]), match["part"]
    if not 1 <= month <= 12:
        return None
    last = seen.month_day(month, monthrange(seen.today.year, month)[1])
    return seen.month_day(month, _PARTS_OF_MONTH[part]) if part in _PARTS_OF_MONTH else last


_CHINESE: tuple[tuple[str, Meaning], ...] = (
    (
        r"(?P<y>20\d\d)[年\-/.](?P<m>\d{1,2})[月\-/.](?P<d>\d{1,2})[日号]?",
        lambda m, s: day_of(int(m["y"]), int(m["m"]), int(m["d"])),
    ),
    (
        rf"(?P<m>{_C_NUMBER})月(?:份)?的?(?P<d>{_C_NUMBER})[日号]?",
        lambda m, s: s.month_day(_count(m["m"]), _count(m["d"])),
    ),
    (rf"(?P<m>{_C_NUMBER})月份?(?P<part>底|末|初|中旬|上旬|下旬|中|份)", _c_named_month),
    (
        rf"{_C_MONTH}的?(?P<d>{_C_NUMBER})[日号]",
        lambda m, s: s.day_of_month(_count(m["d"]), _C_MONTHS[m["which"]], fixed=True),
    ),
    (r"(?P<which>下下|下|这|本|当|上)?(?:一)?个?月(?P<part>底|末|初|中旬|上旬|下旬|中)", _c_month_part),
    (r"(?P<which>下下|下|这|本|上)(?:一)?个?月", lambda m, s: s.month_end(_C_MONTHS[m["which"]])),
    (
        rf"(?<![\d]){_C_WEEK}(?P<d>[一二三四五六日天1-6])(?!个|到)",
        lambda m, s: s.weekday(_C_WEEKDAYS[m["d"]], _C_WEEKS[m["which"]]),
    ),
    (r"(?P<which>下下|下|这|本|上)?个?周末", lambda m, s: s.weekday(6, _C_WEEKS[m["which"]] or 0)),
    (
        rf"(?P<n>{_C_NUMBER})?半?个?月(?:之|以)?(?:后|内)",
        lambda m, s: _number_months(m, s) if m["n"] else s.after(15),
    ),
    (
        rf"(?P<n>{_C_NUMBER}|几)个?(?:周|星期|礼拜)(?:之|以)?(?:后|内)",
        lambda m, s: s.after(7 * _count(m["n"])),
    ),
    (
        rf"(?P<n>{_C_NUMBER})[天日](?:之|以)?(?:后|内)|过(?P<p>{_C_NUMBER})天",
        lambda m, s: s.after(_count(m["n"] or m["p"])),
    ),
    (r"(?P<which>下下|下|这|本)(?:一)?个?(?:周|星期|礼拜)", lambda m, s: s.weekday(6, _C_WEEKS[m["which"]])),
    (
        rf"(?<![\d.])(?P<d>\d{{1,2}}|{CHINESE_NUMBER})号(?!码|线|楼)",
        lambda m, s: s.day_of_month(_count(m["d"])),
    ),
    (r"(?<![\d.])(?P<d>\d{1,2})日", lambda m, s: s.day_of_month(_count(m["d"]))),
    (r"大后天", lambda m, s: s.after(3)),
    (r"后天|后日", lambda m, s: s.after(2)),
    (r"明(?:天|日|儿|晚|早)|明天", lambda m, s: s.after(1)),
    (r"今(?:天|日|儿|晚|早)|待会儿?|等会儿?|一会儿|马上就|现在就", lambda m, s: s.after(0)),
    (r"昨(?:天|日|晚)", lambda m, s: s.after(-1)),
    (r"大前天", lambda m, s: s.after(-3)),
    (r"前天", lambda m, s: s.after(-2)),
    (r"年底|年末|年前", lambda m, s: s.month_day(12, 31)),
)

_E_DAYS = (
    "mon(?:day)?",
    "tue(?:s|sday)?",
    "wed(?:s|nesday)?",
    "thu(?:r|rs|rsday)?",
    "fri(?:day)?",
    "sat(?:urday)?",
    "sun(?:day)?",
)
_E_WEEKDAY = "|".join(f"(?P<w{i}>{name})" for i, name in enumerate(_E_DAYS))
_MONTHS = [
    "jan(?:uary)?",
    "feb(?:ruary)?",
    "mar(?:ch)?",
    "apr(?:il)?",
    "may",
    "june?",
    "july?",
    "aug(?:ust)?",
    "sept?(?:ember)?",
    "oct(?:ober)?",
    "nov(?:ember)?",
    "dec(?:ember)?",
]
_E_MONTH = "|".join(f"(?P<m{i}>{name})" for i, name in enumerate(_MONTHS, 1))
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]
_E_DAY = rf"(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?|(?P<o>{'|'.join(_ORDINALS)}))"
_E_NUMBER = rf"(?P<n>\d{{1,3}}|an?|a couple(?: of)?|{ENGLISH_NUMBER})"


def _part(match: re.Match[str], letter: str) -> int:
    found = [
        name for name, value in match.groupdict().items() if value and re.fullmatch(rf"{letter}\d+", name)
    ]
    return int(found[0][1:])


def _e_day(match: re.Match[str]) -> int:
    return int(match["d"]) if match["d"] else _ORDINALS.index(match["o"]) + 1


def _e_month_day(match: re.Match[str], seen: Seen) -> date | None:
    month, day = _part(match, "m"), _e_day(match)
    return day_of(int(match["y"]), month, day) if match["y"] else seen.month_day(month, day)


def _e_month_part(match: re.Match[str], seen: Seen) -> date | None:
    month = _part(match, "m")
    early, middle = (
        match["part"] in ("early", "beginning of", "start of"),
        match["part"] in ("mid", "mid-", "middle of"),
    )
    return seen.month_day(month, 10 if early else 15 if middle else monthrange(seen.today.year, month)[1])


def _e_count(text: str) -> int:
    return 2 if text.startswith("a couple") else _count(text)


def _e_weekday(match: re.Match[str], seen: Seen) -> date | None:
    weeks = {"next": 1, "this": 0, "last": -1}.get((match["which"] or "").strip())
    on = seen.weekday(_part(match, "w"), weeks)
    return on + timedelta(days=7) if match["week"] else on


_ENGLISH: tuple[tuple[str, Meaning], ...] = (
    (
        r"(?P<y>20\d\d)-(?P<m>\d{1,2})-(?P<d>\d{1,2})",
        lambda m, s: day_of(int(m["y"]), int(m["m"]), int(m["d"])),
    ),
    (
        r"(?<![\d/.$£€¥])(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<y>(?:20)?\d\d))?(?![\d/])",
        lambda m, s: s.figures(int(m["a"]), int(m["b"]), int(m["y"]) if m["y"] else None),
    ),
    (rf"(?:{_E_MONTH})\.? (?:the )?{_E_DAY}(?:,? (?P<y>20\d\d))?\b", _e_month_day),
    (rf"(?:the )?{_E_DAY} (?:of )?(?:{_E_MONTH})\b(?:,? (?P<y>20\d\d))?", _e_month_day),
    (
        rf"(?:the )?(?P<part>early|beginning of|start of|mid-?|middle of|late|end of|by the end of) "
        rf"?(?:{_E_MONTH})\b",
        _e_month_part,
    ),
    (r"(?:the )?(?:end of (?:the |this )?month|month[ -]?end|eom|this month)", lambda m, s: s.month_end()),
    (
        r"(?:the )?(?:(?:beginning|start) of (?:the )?)next month|early next month",
        lambda m, s: s.day_of_month(10, 1, fixed=True),
    ),
    (
        r"(?:the )?(?:middle of (?:the )?next month|mid next month)",
        lambda m, s: s.day_of_month(15, 1, fixed=True),
    ),
    (r"(?:the )?(?:end of )?next month", lambda m, s: s.month_end(1)),
    (r"(?:the )?(?:middle of the month|mid-?month)", lambda m, s: s.day_of_month(15)),
    (
        rf"(?:{_E_WEEKDAY}),? (?:the )?(?P<d>\d{{1,2}})(?:st|nd|rd|th)\b",
        lambda m, s: s.day_of_month(int(m["d"])),
    ),
    (rf"(?P<which>next |this |last |coming )?(?:{_E_WEEKDAY})\b(?P<week> week\b)?", _e_weekday),
    (
        rf"(?:in|within|after) (?:the next )?{_E_NUMBER} days?(?: time)?|"
        rf"{_E_NUMBER.replace('?P<n>', '?P<p>')} days? from (?:now|today)",
        lambda m, s: s.after(_e_count(m["n"] or m["p"])),
    ),
    (
        rf"(?:in|within|after) (?:the next )?{_E_NUMBER} weeks?(?:'s?)?(?: time)?",
        lambda m, s: s.after(7 * _e_count(m["n"])),
    ),
    (rf"{_E_NUMBER} weeks? from (?:now|today)", lambda m, s: s.after(7 * _e_count(m["n"]))),
    (r"(?:in |within )?a fortnight(?:'s time)?", lambda m, s: s.after(14)),
    (r"(?:in|within|after) a(?: couple(?: of)?)? months?", lambda m, s: s.month_end(1)),
    (rf"(?:in|within) {_E_NUMBER} months?", _number_months),
    (
        r"(?:the )?end of (?:the |this )?week|this week(?:end)?|(?:the |at the |on the )weekend",
        lambda m, s: s.weekday(6, 0),
    ),
    (r"(?:the )?(?:end of )?next week(?:end)?", lambda m, s: s.weekday(6, 1)),
    (r"(?:the )?day after tomorrow", lambda m, s: s.after(2)),
    (r"tomorrow|tmrw|tmr|tomorow|tommorow|tomorrow", lambda m, s: s.after(1)),
    (r"today|tonight|right now|now\b|this (?:morning|afternoon|evening)|later on", lambda m, s: s.after(0)),
    (r"yesterday", lambda m, s: s.after(-1)),
    (r"last week", lambda m, s: s.weekday(6, -1)),
    (rf"the {_E_DAY}\b(?! (?:time|instal|payment|one|of))", lambda m, s: s.day_of_month(_e_day(m))),
    (r"(?:on |by )(?P<d>\d{1,2})(?:st|nd|rd|th)\b", lambda m, s: s.day_of_month(int(m["d"]))),
    (r"(?:the )?(?:end of (?:the )?year|year[ -]?end)", lambda m, s: s.month_day(12, 31)),
)

_ALL: tuple[tuple[re.Pattern[str], Meaning], ...] = tuple(
    (re.compile(pattern if at_any else rf"\b(?:{pattern})"), meaning)
    for group, at_any in ((_CHINESE, True), (_ENGLISH, False))
    for pattern, meaning in group
)


def days(text: str, seen: Seen) -> Iterator[Named]:
    """Every day that a folded text names, in order of place. Longer names go before those within them."""
    taken: list[Named] = []
    left = text
    for pattern, meaning in _ALL:
        taken += [Named(meaning(match, seen), *match.span()) for match in pattern.finditer(left)]
        left = pattern.sub(lambda match: " " * len(match.group()), left)
    yield from sorted(taken, key=lambda one: one.start)
