"""Amounts in a text: digits and words, Chinese and English, with or without a currency."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "俩": 2,
    "仨": 3,
}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_WORDS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2
    )
}
_SCALES = {"hundred": 100, "thousand": 1000, "grand": 1000}
_ALL_SCALES = {"k": 1000, "w": 10_000, **_UNITS, **_SCALES}
_WORD = rf"(?:{'|'.join([*_WORDS, *_SCALES])})"
ENGLISH_NUMBER = rf"(?:an? (?=hundred|thousand|grand))?{_WORD}(?:[ -](?:and )?{_WORD})*"
CHINESE_NUMBER = r"[零〇一二两俩仨三四五六七八九十百千万]+"

DOLLAR = "$"
"""Stands for the dollar of the reader's region, which the text does not name."""
_CURRENCIES = {
    "CNY": r"¥|￥|rmb|cny|人民币|块钱|块|元|圆|yuan|大洋|kuai",
    "GBP": r"£|gbp|pounds?|quid",
    "EUR": r"€|eur|euros?",
    "USD": r"us\$|usd|美元|美金",
    "AUD": r"au?\$|aud",
    DOLLAR: r"\$|dollars?|bucks",
}
_SIGN = "|".join(_CURRENCIES.values())
_FIGURES = re.compile(
    rf"(?P<before>(?:{_SIGN}) ?)?(?<![\d.,:/])(?!(?<=in )(?:19|20)\d\d\b)(?!(?<=since )(?:19|"
    rf"20)\d\d\b)(?!(?:19|20)\d\d年)(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"(?: ?(?P<unit>[万千百]|[kw](?![a-z])|grand\b|thousand\b|hundred\b)(?P<rest>\d(?!\d|[月日号.]))?)?(?! "
    rf"?[月号日点:%/\-]?\d*[月号日点:%])"
    rf"(?P<after> ?(?:{_SIGN})(?![a-z]))?"
    r"(?!\d|[:/%\-]\d| ?(?:st|nd|rd|th|am|pm|a\.m|p\.m|days?|weeks?|months?|years?|hours?|minutes?|times|"
    r"percent|instal|payments?)\b"
    r"|[天周年期次位个岁分时]|[百千万])"
)
_CHINESE = re.compile(
    rf"(?<!第)(?<!百分之)(?P<number>{CHINESE_NUMBER})(?P<after>{_CURRENCIES['CNY']}|"
    rf"{_CURRENCIES['USD']})?(?![天周年期次位个岁分时月日号点])"
)
_ENGLISH = re.compile(
    rf"\b(?P<number>{ENGLISH_NUMBER})\b(?P<after> (?:{_SIGN}))?(?! (?:days?|weeks?|months?|years?|of\b|more|"
    rf"time))"
)
_CODE_DIGITS_MIN = 7
"""So many digits without a currency are a telephone or account number."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum that a text names. `currency` is None when the text names none, `DOLLAR` when it leaves open
    which dollar.
    """

    value: Decimal
    currency: str | None
    start: int
    end: int


def chinese_number(text: str) -> int | None:
    """The value of a Chinese numeral, also in short speech: 两千三 is 2300. None for what is none."""
    total = section = digit = 0
    last_unit = 0
    for char in text:
        if char in _DIGITS:
            if digit and not last_unit:
                return None
            digit = _DIGITS[char]
            if char in "零〇":
                last_unit = 0
        elif char == "万":
            total += (section + digit or 1) * 10_000
            section, digit, last_unit = 0, 0, 10_000
        elif char in _UNITS:
            unit = _UNITS[char]
            section += (digit or 1) * unit
            digit, last_unit = 0, unit
        else:
            return None
    spoken = last_unit // 10 if digit and last_unit > 10 else 1
    return total + section + digit * spoken


def english_number(text: str) -> int | None:
    """The value of a number in English words. None for what is none."""
    total = part = 0
    for word in re.split(r"[ -]", text.removeprefix("a ").removeprefix("an ")):
        if word in _WORDS:
            part += _WORDS[word]
        elif word == "hundred":
            part = (part or 1) * 100
        elif word in _SCALES:
            total, part = total + (part or 1) * _SCALES[word], 0
        elif word != "and":
            return None
    return total + part


def whole_number(text: str) -> int | None:
    """A count in digits or in words of either language."""
    if text.isascii() and text.isdigit():
        return int(text)
    if text in ("a", "an"):
        return 1
    return chinese_number(text) if re.fullmatch(CHINESE_NUMBER, text) else english_number(text)


def amounts(text: str) -> Iterator[Amount]:
    """Every amount of a folded text, in order of place."""
    found = [*_figures(text), *_chinese(text), *_english(text)]
    end = 0
    for one in sorted(found, key=lambda amount: (amount.start, -amount.end)):
        if one.start >= end:
            yield one
            end = one.end


def _figures(text: str) -> Iterator[Amount]:
    for match in _FIGURES.finditer(text):
        digits, unit = match["digits"].replace(",", ""), match["unit"]
        currency = _currency(match["before"]) or _currency(match["after"])
        if currency is None and unit is None and len(digits) >= _CODE_DIGITS_MIN and "." not in digits:
            continue
        scale = _ALL_SCALES[unit] if unit else 1
        value = Decimal(digits) * scale + (Decimal(match["rest"]) * (scale // 10) if match["rest"] else 0)
        yield Amount(value, currency, *match.span())


def _chinese(text: str) -> Iterator[Amount]:
    for match in _CHINESE.finditer(text):
        number, currency = match["number"], _currency(match["after"])
        value = chinese_number(number) if number[0] not in "百千万零〇" or number == "百" else None
        # A lone 一 is an article, and 十 alone rather a count; a unit or a currency makes an amount.
        if value and (currency or any(unit in number for unit in "百千万")):
            yield Amount(Decimal(value), currency, *match.span())


def _english(text: str) -> Iterator[Amount]:
    for match in _ENGLISH.finditer(text):
        value, currency = english_number(match["number"]), _currency(match["after"])
        if value and (currency or value >= 20):
            yield Amount(Decimal(value), currency, *match.span())


def _currency(sign: str | None) -> str | None:
    if sign is None:
        return None
    return next(code for code, signs in _CURRENCIES.items() if re.fullmatch(signs, sign.strip()))
