"""When a harsh phrase does no harm in an English sentence, and what to say in place of one that does."""

import re

from services.reminders.domain.words.harsh_english import RULES
from services.reminders.domain.words.wording import Category, Found, Tongue

# Negative words that promise nothing: "we will not hesitate to", "if you do not pay".
_NO_NEGATION = re.compile(
    r"(?:are|do|does|did|have|has|had|is|were|was|would|could|should|will|can) not (?:you|your)\b|can not "
    r"believe|(?:nobody|no one) (?:\w+ )?(?:respects?|likes?|trusts?|wants|believes)"
    r"|not (?:hesitate|afraid|only|just|merely|a joke|a game|joking|bluffing|kidding|stop|rest|wait|sleep|"
    r"forget|care|even|long|"
    r"pay(?:ing|ment)?|paid|settled?|settling|answer\w*|respond\w*|call\w*|reply\w*|repay\w*|repaid|contact "
    r"us|co-?operat\w+|comply\w*|"
    r"resolved?|received?|reached|arrived|here|in our|by|want (?:this|trouble|that|your|us|me|to have)|let "
    r"(?:you|this)|give up|go away|"
    r"surprised|wish|test|doubt|ignore|my problem|our problem|a request|a threat|be (?:nice|patient|able to "
    r"stop|long))\b"
    r"|never (?:stop|rest|forget|pay|give up|paid|mind)\b|nobody (?:can|will) (?:help|save|stop|protect)\b"
    r"|no (?:one can|choice|option|payment|response|answer|reply|matter|mercy|doubt|later|longer|more|other|"
    r"time|point|use|way out|wonder)\b"
    r"|(?<!we )(?<!i )do not (?:make|force|think|imagine|believe|assume|expect|pretend|say|be surprised|"
    r"forget|come crying|blame|complain)\b"
    r"|without (?:further|any|more|another|prior)\b|nothing (?:you|can|will stop|to lose|left)\b|not "
    r"(?:sure|certain) you\b"
    r"|can not (?:wait|hide|run|escape|avoid|stop|protect|ignore)\b|not stop\b|stop (?:ignoring|hiding|"
    r"avoiding|playing|pretending|lying|wasting)\b"
    r"|avoid (?:us|our|legal|further|being|arrest|action|prosecution|court|having|this|that|any|trouble|"
    r"consequences|jail|embarrass\w+)\b"
)
_NEGATION = re.compile(
    r"\b(?:not|never|no|nobody|no one|none|nor|neither|nothing|without|(?:we|will|have|has|must) (?:\w+ "
    r")?stop|stopped|stopping|ended|refus\w+|illegal|unlawful|forbidden|"
    r"prohibited|banned|against the law|untrue|avoid|instead of|rather than|protect\w*|unacceptable|wrong "
    r"(?:to|of|for|that))\b"
)
# Where a negation ends: at a new statement. A comma alone ends none ("we do not threaten, shame or insult").
_NEW_STATEMENT = re.compile(
    r"[;:]|\b(?:but|unless|otherwise|or else|then|because|until|instead)\b"
    r"|\b(?:we|i|they|he|she|you|it|someone|somebody|this|everyone|everybody|(?:our|your|my|the) (?:\w+ "
    r"){1,3}?)\s*"
    r"(?:will|shall|would|can|could|must|might|may|are|am|is|have to|has to|had better|know|'ll|come|send|"
    r"take|end up|should|need)\b"
)
_OPINION = re.compile(
    r"(?<=not )(?:think|believe|mean|suggest|imply|say|consider)(?: that)? (?:you|it|this|they) (?:are|is|"
    r"will|have)"
)
_REPORTED = re.compile(
    r"\b(?:scams?|scammers?|fraudsters?|impostors?|impersonat\w+|pretend\w* to be|pos(?:e|es|ing) as|"
    r"claim\w* to be|beware|"
    r"complaint (?:about|of|that)|your complaint|we heard (?:that|from)|it is (?:a )?(?:myth|lie)|should "
    r"not have (?:happened|been)|"
    r"(?:we|our system) (?:\w+ )?(?:made|had) (?:a |an )?(?:\w+ )?(?:mistake|error)|by mistake|in error|"
    r"(?:is|was|are|were) not (?:acceptable|allowed|permitted|true|right)|"
    r"(?:we|i) (?:are|am) (?:\w+ )?sorry (?:that|if|for|about|you|to hear)|(?:we|i) (?:\w+ )?apologi[sz]e|"
    r"our apologies|"
    r"you (?:\w+ )?(?:told|asked(?! for (?:it|this|trouble))|wrote|reported|mentioned|described|complained) |"
    r"you said (?:that )?(?:our|an?|the|someone|somebody|they|he|she|one|we|you (?:were|felt|feel|are "
    r"(?:worried|afraid)))\b|"
    r"you (?:are|were|seem|sound|may be|might be|feel) (?:worried|afraid|scared|anxious|concerned|"
    r"frightened)|"
    r"(?:if|when|should|whenever) (?:someone|anyone|anybody|somebody|any|a|an|one of our|our|another) "
    r"(?:\w+ ){0,2}?(?:say|says|calls?|"
    r"caller|collector|agent|threaten\w*|tells?|claims?|asks?|comes?|bailiff|message|letter|shames?|"
    r"insults?|contacts?|pressures?|visits?)|"
    r"if you (?:ever )?(?:get|receive|are (?:told|asked|threatened|contacted|called)|were (?:told|asked|"
    r"threatened))|"
    r"(?:it|message|caller|text|email|letter|they) (?:says?|said|claims?|asks?|wants?|allows?|threatens?)\b|"
    r"(?:anyone|someone|callers?|people|collectors?) who (?:\w+ )?(?:says?|threatens?|calls?|claims?|"
    r"pretends?|tells?|asks?|demands?)|"
    r"report (?:it|them|him|her|that|this|such|any) (?:call|message|to (?:us|the|your))|forward it to us|"
    r"(?:let|tell) us if)"
)
_FOLLOWED_BY_TRUTH = re.compile(
    r"^[^;]{0,60}\b(?:(?:is|are|would be|was|were) (?:\w+ )?(?:a scam|illegal|unlawful|forbidden|not "
    r"(?:allowed|true|acceptable|something|how|"
    r"permitted|our)|against the (?:law|rules)|prohibited|a lie|a myth|never acceptable|banned)|never "
    r"happens?|will not happen|"
    r"(?:has|have|is|are|was|were) (?:now |been |all )*(?:suspended|stopped|paused|withdrawn|cancelled|"
    r"canceled|lifted|halted|on hold|ruled out)|"
    r"before it comes to that)"
)
_ON_OFFER = re.compile(
    r"\bif (?:you|that|it) (?:would |ever |\w+ )?(?:like|likes|want|wish|prefer|agree|ask|helps?|suits)\b|"
    r"\bwould you (?:like|prefer|rather) "
    r"(?:us|me|to|that we)\b|\bwith your (?:\w+ )?(?:consent|permission|agreement)\b|\b(?:at|on) your "
    r"request\b|\bas you (?:asked|requested|wished)\b|"
    r"\byou (?:have )?asked us to\b|\bonly (?:if|when) you\b|\b(?:if|unless) you (?:\w+ )?invite|\bunless "
    r"you (?:ask|want|tell|agree|say)\b"
)
_READERS_RIGHT = re.compile(
    r"\bhow to (?:\w+ )*$|"
    r"\b(?:you|your \w+|anyone|everyone|a borrower|borrowers)(?: \w+)? (?:can|may|could|might|are free|are "
    r"entitled|have (?:the|a|every) right|"
    r"have the option|wish|want|would like|do not have|are allowed)\b(?!.*\b(?:we|us)\b)[^.;]{0,60}$"
    r"|\byour (?:own |\w+ )?(?:lawyer|attorney|solicitor|adviser|advisor|representative)\b[^;]{0,40}$|"
    r"\bask(?:ed)? (?:a|the) court\b"
)
_FEELING = re.compile(
    r"\b(?:may|might|often|can|could|many|most|some|lots of|people|normal|common|natural|understandable|you|"
    r"if this|it|this) (?:people )?(?:to )?"
    r"(?:\w+ )?(?:feels?|feeling|felt|worried about|find (?:it|this))(?: \w+){0,2} ?$|\bmany (?:\w+ "
    r")?people\b|\bwe (?:are|were|feel) (?:\w+ )?$"
)
_THANKED = re.compile(r"\bthank|\bgrateful\b|\bappreciate")
_REASSURED = re.compile(
    r"\b(?:no (?:need|reason)|not (?:need|have)|need not|nothing|not) (?:\w+ )?(?:to )?(?:worry|worried|"
    r"fear|afraid|panic|feel|be ashamed|be "
    r"embarrassed|be scared)\b"
)
_SERVICE = re.compile(
    r"(?:^|[,;:]|\band|\bthat|\bso|\bthen|\bwhere|\bwhich)\s*(?:we|i|it|he|she|they|someone|an? \w+|our "
    r"\w+(?: \w+)?|(?:your|the|most|a) "
    r"(?:payment|money|transfer|bank|refund|confirmation|office|phone|line|lines|adviser|mediator)s?) "
    r"(?:\w+ )*?"
    r"(?:will|would|can|may|should|have|has|are|is|usually|normally|stop\w*|call|answer|reply|put|told|"
    r"takes?|arrives?|shows?)\b"
)
_RECEIVES = re.compile(r"\byou (?:will|should|can) (?:receive|get|see|hear|have your|find)\b")
_ASKED_OF_YOU = re.compile(
    r"\byou (?:\w+ )?(?:to|must|have to|need)\b|\byour (?:\w+ )?(?:payment|reply|response|answer)\b"
)
_HELPLINE = re.compile(
    r"\b(?:988|999|911|112|000|116 123|emergency|ambulance|danger|helpline|hotline|crisis|samaritans|kill|"
    r"suicid\w+|ending your life|hurt "
    r"yourself|harm yourself|safe|(?:call|contact|tell) your (?:own )?(?:bank|doctor))\b"
)
_HOME_LOAN_WARNING = re.compile(r"\bmay be repossessed if you do not keep up\b")
_IF_IT_HAPPENS = re.compile(
    r"\b(?:if|should|in case|when|once|that) you (?:ever |should |were to |may |might )?$"
)
_ONLY_AFTER_COURT = re.compile(
    r"\bonly\b[^;]{0,60}\b(?:after|if|when|with)\b[^;]{0,20}\b(?:court|judge|order|hearing)"
)
_HURRY_DENIED = re.compile(
    r"\b(?:no (?:rush|hurry)|take your time|whenever (?:it|you)|when it suits|stays? open|not urgent)\b"
)


_OWN = re.compile(
    r"(?:[,;]|\bbut|\bnow|\band|\bso|\bor)\s*(?:so |now |then |or )?(?:we|i|our \w+) (?:will|shall|are "
    r"going|have to|must|can|are|may)\b"
)


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: "~" * len(match.group()), text)


def _negated(found: Found) -> bool:
    before = _blanked(_NO_NEGATION, found.before)
    negations = list(_NEGATION.finditer(before))
    if not negations:
        return False
    # The phrase itself may begin with a new statement: "if it is not here by noon | you will regret it".
    scope = before if found.act is not None else before + found.phrase
    return not _NEW_STATEMENT.search(_blanked(_OPINION, scope), negations[-1].end())


def _reported(found: Found) -> bool:
    """Whether the sentence tells of others, and the phrase is not in a statement of the writer's own behind
    it.

    "You said that you would pay, so we will sue" tells of others and then threatens.
    """
    told = _REPORTED.search(found.sentence)
    return told is not None and not any(
        told.start() <= own.start() <= found.end for own in _OWN.finditer(found.sentence[: found.end])
    )


def _harmless_law(found: Found) -> bool:
    return bool(
        _IF_IT_HAPPENS.search(found.before)
        or _ONLY_AFTER_COURT.search(found.sentence)
        or _READERS_RIGHT.search(found.before)
        or _HOME_LOAN_WARNING.search(found.sentence)
    )


def _harmless_hurry(found: Found) -> bool:
    served = _SERVICE.search(found.sentence[: found.end]) or _RECEIVES.search(found.before)
    service = served and not _ASKED_OF_YOU.search(found.sentence)
    return bool(service or _HELPLINE.search(found.sentence) or _HURRY_DENIED.search(found.sentence))


def _harmless_for_its_kind(found: Found) -> bool:
    category, kinder = found.rule.category, found.rule.kinder
    if category is Category.FALSE_URGENCY:
        return _harmless_hurry(found)
    if category is Category.SHAME:
        return bool(_THANKED.search(found.before) or _FEELING.search(found.before))
    if category in (Category.PRESSURE, Category.DISCLOSURE) or kinder == "visit":
        return _ON_OFFER.search(found.sentence) is not None
    return kinder in ("law", "goods", "authority") and _harmless_law(found)


def harmless(found: Found) -> bool:
    """Whether the phrase does no harm where it stands."""
    return bool(
        _negated(found)
        or _reported(found)
        or _FOLLOWED_BY_TRUTH.search(found.after)
        or _REASSURED.search(found.before)
        or _harmless_for_its_kind(found)
    )


KINDER = {
    "visit": "We will not come to you. You can call or write to us whenever it suits you.",
    "law": (
        "If nothing is agreed, the lender may take further steps; you would be told in writing before, and "
        "could give your side."
    ),
    "goods": "Nothing of yours is being taken. Let us look together at what you can afford.",
    "record": "A missed payment may be shown on your credit record; a plan can help to limit that.",
    "vague": "If paying is difficult at the moment, tell us, and we will look for a way together.",
    "calls": "We contact you at most as often as the rules allow, and stop when you ask us to.",
    "family": "This is between you and us alone.",
    "shame": "Falling behind can happen to anyone. Tell us what happened, and we will see how we can help.",
    "urgency": (
        "The payment was due on the date above. Please tell us by when you could pay, or what would help you."
    ),
    "authority": "We write on behalf of your lender; we are neither a court nor the police.",
    "disclosure": "We speak about a loan with the borrower alone.",
    "pressure": "You can pay a smaller amount, or later; nobody else has to pay for you or will be told.",
    "tone": "We would like to know how things are, and to find a way together.",
    "insult": "We would like to understand what happened, and to find a way that works for you.",
}

ENGLISH = Tongue(
    language="en",
    letters=re.compile(r"[a-z]"),
    # Ends at marks and lines; a full stop within a figure or a short form ("Mr. Lee", "9.30") ends nothing.
    sentence=re.compile(
        r"(?:[^.!?\n。！？]|(?<=\d)\.(?=\d)|(?<=\bmr)\.|(?<=\bms)\.|(?<=\bmrs)\.|(?<=\bdr)\.)+[.!?]*"
    ),
    rules=RULES,
    harmless=harmless,
    conditional=re.compile(r"\b(?:may|might|could|can|if|unless|entitled|right to)\b"),
    reassuring=re.compile(
        r"\b(?:we|i|they|our \w+) (?:\w+ )?(?:will|would|do|can|could|are|have|shall) (?:not|never)\b|"
        r"\bsorry\b|\b(?:nobody|no one|nothing) (?:\w+ )?(?:will|is|can|would|has)\b|\bthank|\bapologi[sz]e"
    ),
    kinder=KINDER,
)
