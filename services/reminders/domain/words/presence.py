"""Which parts a free text has: whether it says who writes, what help there is, how to stop, and so on.

A template has its parts by name. What an agent types is looked through for signs of each.
"""

import re
from collections.abc import Mapping

from services.reminders.domain.words.debt import tells_of_debt
from services.reminders.domain.words.folding import fold
from services.reminders.domain.words.messages import Part
from services.reminders.domain.words.numbers import amounts

_SIGNS: Mapping[Part, re.Pattern[str]] = {
    Part.WHO: re.compile(
        r"\b(?:this is|my name is|i am \w+|we are|from|on behalf of|for)\b[^.!?]*\b\w|^[^.!?:]{2,60}:|"
        r"\[[^\]]+\]|我(?:们)?是|我叫|这里是|受.{1,20}委托|代表"
    ),
    Part.HELP: re.compile(
        r"\b(?:help|support|difficult\w*|hard|hardship|struggl\w+|plan|smaller|later date|pause|"
        r"advi[cs]er?s?|options|choices)\b|帮|困难|协商|延期|少还|暂停|方案|分期|顾问|缓"
    ),
    Part.PAY: re.compile(
        r"\b(?:pay (?:at|by|online|here|via|with|it)|pay:|you can pay|to pay|bank transfer|card|branch)\b|"
        r"pay: |https?://|还款[:：方链]|转账|网点|支付宝|微信|可(?:以)?在"
    ),
    Part.ANSWER: re.compile(
        r"\b(?:reply|answer|call (?:us|me|back)?|write to|contact|reach|let (?:us|me) know|tell (?:us|me)|"
        r"phone)\b|回复|致电|电话|联系|写信|告诉我"
    ),
    Part.DISPUTE: re.compile(
        r"\b(?:disput\w+|disagree|not (?:right|correct|agree|yours?)|wrong|mistake|complain\w*|object)\b|"
        r"异议|不对|有误|不同意|投诉|不是您"
    ),
    Part.STOP: re.compile(
        r"\b(?:stop|unsubscribe|opt out|no more (?:messages|texts|calls|mail)|not (?:to )?(?:write|call|"
        r"text|contact))\b|退订|回复t\b|停止|不再(?:联系|打|发|给)|拒收"
    ),
}


def parts_in(text: str) -> frozenset[Part]:
    """The parts that a free text seems to have."""
    folded = fold(text).text
    found = {part for part, sign in _SIGNS.items() if sign.search(folded)}
    if tells_of_debt(text):
        found.add(Part.WHY)
    if any(one.currency is not None for one in amounts(folded)):
        found.add(Part.OWED)
    return frozenset(found)
