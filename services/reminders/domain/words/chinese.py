"""Words that the rules for Chinese texts are made of, as patterns."""

import re

from services.reminders.domain.words.wording import Category, Rule

YOU = r"(?:你们?|您|他|她)"
WE = (
    r"(?:我们?|我司|我方|本公司|公司|平台|本人|咱们|我这边|这边|外访|催收员?|专员|工作人员|兄弟们?|弟兄们?|"
    r"有人|他们|律师|法务|银行)"
)
WILL = (
    r"(?:会|将|要|就|便|马上|立刻|立即|现在|已经?|正在|准备|必须|只能|只好|打算|肯定|一定|直接|随时|可以|"
    r"可能|有权|不得不|即将|明天|今天|今晚|下午)"
)
UNPAID = (
    r"(?:再不|还不|仍不|若不|如不|要是不|如果不|要不|拒不|逾期不|逾期未|不|没|未|仍未|一直不)(?:还|处理|接|"
    r"回|付|结清|到账|"
    r"缴|交|配合|理|协商|履行|联系|给钱|打款|清|偿还|归还|还款|还钱)"
)
KIN = (
    r"(?:家人|家里人|家属|亲属|亲戚|亲友|亲朋好友|亲朋|父母|爸妈|爸爸?|妈妈?|父亲|母亲|老婆|老公|妻子|丈夫|"
    r"爱人|配偶|对象|孩子|儿子|女儿|"
    r"子女|小孩|兄弟|姐妹|哥哥?|姐姐?|弟弟?|妹妹?|岳父|岳母|公婆|婆婆|公公|朋友|好友|同学|同事|领导|老板|"
    r"上司|主管|人事|单位|公司|工作单位|"
    r"学校|老师|邻居|村委会?|居委会|村干部|村里|街坊|老家|紧急联系人|联系人|担保人|房东|女朋友|男朋友|女友|"
    r"男友|老人|室友|辅导员|hr)"
)
DEBT = r"(?:欠|逾期|贷款|借款|欠款|网贷|债|还款|还钱|没还|未还|不还|信用卡|账单|拖欠|借的钱|归还)"
SUM = r"(?:\d[\d,.]{0,8}|[一二两三四五六七八九十百千万几]+)"
_ANY_CHARACTERS = re.compile(r"\(\?:\\w(\{0,\d+\}\??)\)")


def rules(category: Category, kinder: str, *patterns: str, legal: bool = False) -> list[Rule]:
    """Rules of one category, which share a kinder wording."""
    # A character in between is never a negation: "财产不会被拿走" does not match.
    exact = (_ANY_CHARACTERS.sub(r"(?:(?![不没未别])\\w)\1", pattern) for pattern in patterns)
    return [Rule(category, kinder, re.compile(pattern), legal) for pattern in exact]
