"""Whether a text tells of a debt: what nobody but the established borrower may read."""

import re

from services.reminders.domain.words.folding import fold
from services.reminders.domain.words.numbers import amounts

_DEBT = re.compile(
    r"\b(?:debts?|loans?|ow(?:e|es|ed|ing)|instal?ments?|overdue|arrears|past due|repay\w*|payments?|pay|"
    r"paid|credit|borrow\w*|lend\w*|collect\w*|"
    r"balance|collector|due on|mortgage|interest|late fee|amount)\b"
    r"|欠|贷|债|逾期|还款|还钱|还清|借款|账单|催收|付款|分期|利息|本金|信用卡|征信|余额|金额|到期|应还"
)


def tells_of_debt(text: str) -> bool:
    """Whether a text speaks of a debt, or of a sum of money."""
    folded = fold(text).text
    return _DEBT.search(folded) is not None or any(one.currency is not None for one in amounts(folded))
