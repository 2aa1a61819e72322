"""When a harsh phrase does no harm in a Chinese sentence, and what to say in place of one that does."""

import re

from services.reminders.domain.words.folding import HAN
from services.reminders.domain.words.harsh_chinese import RULES
from services.reminders.domain.words.wording import Category, Found, Tongue

_NO_NEGATION = re.compile(
    r"没想到|不(?:得不|仅|但|光|只是|止|怕|介意|排除|客气|信|管|惜|妨)|(?:别|不要|休想|甭)(?:以为|逼|怪|"
    r"想着|忘|装|"
    r"给脸|挑战|指望|说我|后悔|怨)|"
    r"不是(?:跟|和|在跟|在和|吓|开玩笑|闹着玩)|(?:不会|绝不|决不|不能|不可能)(?:再)?(?:想(?:让|要|知道|看)|"
    r"放过|罢休|善罢|饶|手软|留情|等|容忍|就这么|一直等|给(?:你|您)机会|心软|客气|犹豫)|不能(?:再)?(?:拖|等|"
    r"躲|逃)|"
    r"(?:没有|没)(?:还|按时|收到|到账|任何诚意|诚意|回应|接|处理|办法|钱|履行|结清|商量|用|人(?:能|"
    r"可以)?(?:救|帮|保)|什么(?:不敢|好商量))|停止(?:装|逃)|不要(?:再)?(?:拖|躲|逃|装|耽误|抱有|心存)"
)
_NEGATION = re.compile(
    r"不会|绝不|决不|从不|永不|不得|不能|不可以?|不允许|不许|不准|不应该?|不该|不必|不用|无需|无须|不需要|"
    r"不至于|不存在|没有人会?|没人|无人|没有任何|没有权|任何(?:人|机构|催收人员)(?:都|也)?(?:不|无权|没有)|"
    r"并不|并非|不是|禁止|严禁|不再|不要|请勿|切勿|勿|无权|停止|停了|暂停|中止|终止|撤销|撤回|取消|避免|"
    r"以免|免得|防止|从未|未曾|没有?(?=要|想|打算|联系|告诉|通知|透露|向|把|对)|不(?=上门|报警|起诉|联系|打|"
    r"催|告|通知|公开|影响|"
    r"丢人|可耻|羞耻|向|给|找|让|透露|收|冻结|抓|坐牢|紧急|着急|急)|没(?:有)?什么|没有?(?=丢人|可耻|后果)|"
    r"反对|拒绝|远离|不用担心|不必担心"
)
_DOUBLED = re.compile(r"(?:别|不要|休想|甭)(?:以为|想着|指望)")  # "别以为我们不会……"
_NEW_STATEMENT = re.compile(
    r"[;:]|但(?:是)?|否则|不然|要不|如果|若|就(?:会|要|将)|而(?:会|要|将)|我们?(?:会|将|要|就|已)|(?:你|"
    r"您)(?:会|将|就|要|等着)"
)
_REPORTED = re.compile(
    r"(?:如果|若|如|要是|万一)(?:有)?(?:人|任何人|催收|谁|对方|有催收|有法院|有警察|接到|收到|遇到|"
    r"您(?:收到|接到|遇到|被|觉得|感到|认为|担心|有(?:轻生|自杀)))|任何(?:人|机构|以)|(?:凡是|所有)?(?:自称|"
    r"声称|谎称|假冒|假装|冒充)|"
    r"谨防|警惕|提防|当心(?:诈骗|骗子|假冒)|防骗|(?<!你)(?<!你这)(?<!你就)(?<!您这)(?:是|属于|都是|为|"
    r"就是)(?:\w{0,2})?(?:诈骗|骗局|谣言|假的|违法的|违规的|不合法|不允许|被禁止|不对的|不可接受)|(?:诈骗|"
    r"骗子)(?:的)?(?:电话|短信|分子|常用|手段|信息|会)|"
    r"(?:不要|别|请勿|切勿)(?:相信|轻信|理会|回应)|(?:很|非常|深感|十分|为此|对此|向您|表示)(?:的)?(?:抱歉|"
    r"歉意|道歉|遗憾|致歉)|对不起,?(?:我们|上次|让您|给您)|不应该?发生|不该发生|(?:是)?不(?:能|可)接受的|"
    r"(?:您|你)(?:们)?(?:说(?!的话|话|会|要|好|今天|明天|下|马上|一定)|提到|反映|投诉|告诉我们|告诉过|问|"
    r"写道|来信|担心|害怕|的投诉|觉得|感到|认为)|(?:您|你)(?:\w{0,2})关于(?:\w{0,12})(?:投诉|反馈|来信)|"
    r"由于(?:系统|我们|我司|银行)|我们(?:的)?(?:失误|错误|过错)|得知|听说您|据您|(?:转发|转)给我们|"
    r"举报(?:他|她|它|对方|该|此|这)|"
    r"(?:请|可以|应该|可)(?:立即|马上|直接)?(?:报警|举报|向我们投诉)|催收人员(?:不|曾)|员工(?:不|曾)|"
    r"同事(?:骂|威胁|说)"
)
_OWN = re.compile(
    r"(?:那|所以|但|但是|可是|现在|,|否则)(?:那)?(?:我们?|我司|这边|公司)(?:就|会|将|要|只能|只好|也|照样|"
    r"马上|还是|必须)(?!.{0,3}(?:道歉|调查|处理|停止|暂停|核实|改进|帮))"
)
_FOLLOWED_BY_TRUTH = re.compile(
    r"^(?:经)?(?:撤销|撤回|驳回|中止|停止|取消|暂停)|^[^。!?]{0,24}?(?:(?:是|都是|属于)(?:违法|违规|诈骗|"
    r"骗局|被禁止|不允许|不对|不可接受|假)|(?:只是|只能是|才是)最后|不会发生|绝不会|都不会|不存在|"
    r"已(?:经)?(?:中止|暂停|停止|撤回|撤销|取消|解除|结束)|这种事不|不(?:丢人|可耻)|并不(?:丢人|可耻)|"
    r"也没关系|"
    r"的(?:诈骗|骗局|骗子))"
)
_DEBT_ITSELF = re.compile(r"不还|欠|逾期|拖欠|赖")
_READERS_RIGHT = re.compile(
    r"(?:您|你|借款人|客户|任何人|消费者)(?:\w{0,2})?(?:也)?(?:有权|可以|可|也可以|能够|仍可|随时可以|"
    r"有权利|(?<!是)想(?!让)|希望|如需|不妨)(?:\w{0,12})$|(?:请求|申请)(?:人民)?$|(?:您|你)(?:转来|提供|"
    r"寄来)的$|咨询(?:您|你)?(?:的)?$|^(?!.*(?:我们|我司|公司|法院|平台)).{0,10}可以(?:这样|自行|自己|先|"
    r"马上|立即)(?:\w{0,3})$|(?:应|按)(?:您|你)的?(?:申请|要求|请求)|^(?!.*我们).{0,6}(?:也|仍然?|"
    r"还)可以(?:[\w、]{0,16})$"
)
_CONDITIONAL_LAW = re.compile(
    r"(?:应|按)(?:您|你)的?(?:申请|要求|请求)|(?:贷款人|出借人|银行|债权人|对方)(?:也)?(?:只有|可以?|有权|"
    r"才可以|可能|依法)(?:\w{0,12})$|可能(?:会)?(?:被)?$|只有在?$|只有在?.{0,30}(?:才可以?|才能).{0,10}$|"
    r"(?:届时|之前|事先)法院会?(?:通知|寄信|听取)"
)
_FEELING = re.compile(
    r"(?<!应该)(?<!应当)(?<!就该)(?:觉得|感到|感觉|会|让人|可能)(?:\w{0,2})$|(?:很多|许多|不少)人|(?:我们|"
    r"对此|深)(?:感|表示|为此)?(?:\w{0,1})$"
)
_REASSURED = re.compile(
    r"(?:不用|不必|无需|无须|别|不要|不需要|请不要|请别)(?:太|过于|过分|再|为此|因此|觉得|感到)?(?:担心|"
    r"害怕|怕|紧张|觉得|感到|有压力|难为情|惭愧|丢脸|羞|着急|自责)"
)
_ON_OFFER = re.compile(
    r"(?:如果|若|如|只要|假如)(?:您|你)(?:\w{0,2})?(?:愿意|希望|想|同意|需要|要求|方便|允许|授权)|经(?:您|"
    r"你)(?:\w{0,2})同意|(?:应|按)(?:您|你)的?(?:要求|请求)|(?:您|你)(?:\w{0,2})(?:要求|请)我们|您希望|"
    r"是否(?:愿意|希望|需要)|信任的人"
)
_READER_MAY = re.compile(r"(?:您|你)(?:也|们)?(?:可以|能|可)(?:\w{0,6})$")
_SERVICE = re.compile(
    r"(?:我们|我司|专员|客服|顾问|调解员|银行|系统|款项|付款|还款|到账|转账|退款|利息|提醒|"
    r"信息)(?:\w{0,6})(?:会|将|已|已经|可能|预计|通常|一般|可以|正在|马上|立即|尽快)(?:\w{0,12})$|(?:尽快|"
    r"马上|立即|立刻)(?:为您|给您|帮您|停止|暂停|核实|更正|更换|"
    r"处理您|回复您|答复|修改)"
)
_RECEIVES = re.compile(
    r"^,?(?:周[一二三四五六日]|明天|后天)?(?:之)?(?:内|后)?(?:您)?(?:会|将|可)?(?:收到|得到|看到|到账|显示|"
    r"更新|回复您|答复|联系您|给您|与您|为您)"
)
_THANKED = re.compile(r"谢谢|感谢|多谢")
_IF_IT_HAPPENS = re.compile(r"(?:如果|若|假如|万一)(?:您|你)?$")
_HELPLINE = re.compile(r"轻生|自杀|生命|危险|急救|热线|120|110|12356|救助|心理援助|密码|账户安全")
_HURRY_DENIED = re.compile(
    r"(?:停还|优惠|宽限|冷静|延期|减免|免息)期(?:的|还)|不(?:急|着急|紧急|用急|必急|用赶)|没有(?:截止|期限|"
    r"时间限制)|慢慢来|随时都?可以|一直有效|如果可以|方便的时候|困难|吃力|还不上|还不了|"
    r"什么时候(?:\w{0,3})都可以"
)
_ASKED_OF_YOU = re.compile(r"(?:必须|务必|限你|限您|立即还|马上还|立刻还|赶紧|速)")


def _clause_before(found: Found) -> str:
    return re.split(r"[,，]", found.before)[-1]


def _negated(found: Found) -> bool:
    before = _NO_NEGATION.sub(lambda match: "~" * len(match.group()), _clause_before(found))
    negations = list(_NEGATION.finditer(before))
    return (
        bool(negations)
        and not _DOUBLED.search(found.before)
        and not _NEW_STATEMENT.search(before, negations[-1].end())
    )


def _reported(found: Found) -> bool:
    told = _REPORTED.search(found.sentence)
    if told is None or told.start() == found.start:
        return False
    return not any(told.start() <= own.start() < found.end for own in _OWN.finditer(found.sentence))


def _harmless_law(found: Found) -> bool:
    if found.phrase.startswith(("律师", "代理")) and found.before.endswith(("您的", "你的")):
        return True
    return bool(_READERS_RIGHT.search(_clause_before(found)) or _CONDITIONAL_LAW.search(found.before))


def _harmless_hurry(found: Found) -> bool:
    if (
        _RECEIVES.search(found.after)
        or _HELPLINE.search(found.sentence)
        or _HURRY_DENIED.search(found.sentence)
    ):
        return True
    served = _SERVICE.search(found.sentence[: found.end])
    return served is not None and not _ASKED_OF_YOU.search(found.sentence)


def _harmless_for_its_kind(found: Found) -> bool:
    category, kinder = found.rule.category, found.rule.kinder
    if category is Category.FALSE_URGENCY:
        return _harmless_hurry(found)
    if category is Category.SHAME:
        return bool(_THANKED.search(found.before) or _FEELING.search(found.before))
    if category in (Category.PRESSURE, Category.DISCLOSURE) or kinder == "visit":
        invited = kinder == "visit" and _READER_MAY.search(found.before)
        return bool(invited or _ON_OFFER.search(found.sentence))
    if category is Category.THREAT and _IF_IT_HAPPENS.search(found.before):
        return True
    return kinder in ("law", "goods", "authority") and _harmless_law(found)


def harmless(found: Found) -> bool:
    """Whether the phrase does no harm where it stands."""
    told_otherwise = _FOLLOWED_BY_TRUTH.search(found.after) and not _DEBT_ITSELF.search(found.before)
    return bool(
        _negated(found)
        or _reported(found)
        or told_otherwise
        or _REASSURED.search(found.before)
        or _harmless_for_its_kind(found)
    )


KINDER = {
    "visit": "我们不会上门。您可以在方便的时候打电话或写信给我们。",
    "law": "如果双方没有达成一致，贷款人可能采取进一步措施；在此之前会书面通知您，您可以说明情况。",
    "goods": "您的财产不会因此被拿走。我们一起看看您能承担多少。",
    "record": "逾期可能会体现在信用记录中，协商还款方案有助于减少影响。",
    "vague": "如果您现在还款有困难，请告诉我们，我们一起想办法。",
    "calls": "我们联系您的次数不会超过规定，您要求停止时我们就会停止。",
    "shame": "谁都可能遇到困难。请告诉我们发生了什么，看看我们能怎么帮您。",
    "urgency": "还款日如上所示。请告诉我们您什么时候可以还，或者需要什么帮助。",
    "authority": "我们受贷款人委托与您联系；我们不是法院，也不是公安机关。",
    "disclosure": "贷款的事我们只与借款人本人谈。",
    "pressure": "您可以少还一些，或者晚一些还；不需要别人替您还款，我们也不会告诉别人。",
    "tone": "我们想了解您的情况，和您一起想办法。",
    "insult": "我们想了解发生了什么，找到适合您的办法。",
}

CHINESE = Tongue(
    language="zh-Hans",
    letters=re.compile(rf"[{HAN}]"),
    sentence=re.compile(r"(?:[^。!?\n;]|(?<=\d)\.(?=\d))+[。!?;]*"),
    rules=RULES,
    harmless=harmless,
    conditional=re.compile(r"可能|可以|有权|如果|若|如在?|届时|依法"),
    reassuring=re.compile(
        r"(?:我们|没有人|没人|任何人)(?:\w{0,4})(?:不会|绝不|从不|不需要|不要|没有|不得)|不会有|谢谢|感谢|抱歉"
    ),
    kinder=KINDER,
)
