"""How English answers are read. Patterns match folded text: small letters, no short forms."""

import re

from services.reminders.domain.words.folding import HAN
from services.reminders.domain.words.intents import Intent, Reason, Share, Speech


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})")


_NOT_ABLE = (
    r"(?:can not|could not|can hardly|can barely|not able to|unable to|will not be able to|not going to be able to|will not manage|"
    r"no way (?:i|we) can|impossible (?:for me |for us )?to|hard (?:for me |for us )?to|difficult (?:for me |for us )?to|struggl\w+|"
    r"not in a position to|trouble|not manage to|no means to)"
)
_PAYMENT = r"(?:pay\w*|afford\w*|make|manage\w*|meet|keep up|cover|do (?:it|this|that|the|500)|send|settle|repay\w*|cope|bills?|instal\w+|the money)"

SIGNS = {
    Intent.CRISIS: _any(
        r"kill(?:ing)? (?:my ?self|us both|us all|me now)|kms\b|suicid\w*|unalive|(?:end|ending|take|taking|took|ended) (?:my|his|her|their|our) "
        r"(?:own )?li(?:fe|ves)\b|end(?:ing)? (?:it all|everything|things for good)|end it\b",
        r"(?:want|wanted|going|ready|prefer|about|rather|wish|wishing|hope|hoping|planning|like|like to just|better) (?:to |i |just |i would |could )*"
        r"(?:die\b|be dead|dead\b|was dead|were dead|not exist|disappear)|let me die|i will die (?:anyway|soon|first|before)",
        r"better off (?:without me|dead|if i)|worth more dead|nobody (?:would|will) (?:miss|notice)|no one (?:would|will) miss",
        r"(?:no|any|a|see no|not see (?:any|a|the)) (?:point|reason|purpose|sense|will|future) (?:in |to |of |for |left )*(?:liv\w+|life|go(?:ing)? "
        r"on|carry\w* on|be(?:ing)? (?:alive|here)|exist\w*|continu\w+|anything any ?more)|nothing (?:left )?to live for|not worth (?:living|it any)",
        r"not want to (?:live|be here|be alive|exist|wake up|go on|carry on|be around)|never wake up|not wake up|sleep forever|"
        r"(?:done|finished|tired|sick|had enough) (?:with|of) (?:life|living|being alive|this life|everything|it all)|giv(?:e|ing) up on life",
        r"(?:can ?not|could not) (?:go on|carry on|take (?:it|this|any)(?: any)? ?(?:more|longer|anymore)?|live like this|live (?:any ?more|with)|cope "
        r"any|do this any|bear it|stand (?:it|this) any|keep going)",
        r"end(?:ing)? it (?:tonight|today|now|soon|myself|for good)|(?:hear|see|talk) (?:from|to)? ?me (?:ever )?again|never (?:have )?been born|end of my (?:tether|rope)|(?:driv\w+|walk\w*|step\w*) (?:off|into|in front of) (?:a |the )?(?:cliff|bridge|road|traffic|train|river|sea|wall|tree|tracks)|(?:sleeping|all the|my) pills|(?:better off|provided for) (?:with|if i|once i)|(?:when|after|once) i am (?:gone|dead|no longer)|(?:make|want|need|wish|waiting for) (?:\w+ ){0,3}(?:it|this|everything|pain) (?:all )?(?:to )?(?:stop|end|be over)\b|lost the will|face (?:an?other|one more|tomorrow|the) ?(?:day|morning)?\b(?= any|$|,|\.| like)|burden (?:to|on) (?:everyone|everybody|my family|my kids|them|others)|(?:dark|bad|terrible|suicidal) thoughts|hate (?:my life|being alive|living)|leave this (?:world|life|earth)|(?:just|only) want (?:peace|to rest forever|to vanish|it over)|no ?(?:one|body) (?:would|will|cares?) (?:\w+ )*(?:if i (?:live|die|am)|notice i|when i)|dying (?:would be|is|seems) |death (?:is|would be|seems) |drink(?:ing)? my ?self to death|what is the point(?: of (?:living|going on|life|anything|it all|any of it))?(?: any ?more)?(?:\?|$|\.)|goodbye(?:,| forever| to| my|$)|carry on (?:any ?more|living|with (?:life|this))|reason to (?:carry|go|keep|wake|get up)|hang(?:ing)? my ?self|find me (?:hanging|dead|gone)|found dead|jump(?:ing)? (?:off|from|in front|out of|under)|overdos\w+|"
        r"(?:took|take|taking|swallow\w*) (?:\w+ ){0,4}(?:pills|tablets)|(?:cut|cutting|slit|slitting|slash\w*) (?:my ?self|my (?:wrists?|arms?|veins))",
        r"(?:hurt|hurting|harm|harming|shoot|drown|starve|burn) my ?self|self[- ]?harm\w*|good ?bye (?:letter|note|for ?ever|world|everyone)|"
        r"suicide note|last (?:letter|goodbye|message you)|(?:noose|end of my rope|a rope)\b|gun to my",
        r"life insurance|only way out|no (?:other )?way out|way out is|(?:not|will not) be (?:here|around|alive) (?:much longer|any ?more|tomorrow|next)|"
        r"hope (?:i|to) (?:do not|not) wake|no hope left|driving off a|life is (?:over|pointless|meaningless|not worth|hell|unbearable)|my life is over|black hole",
    ),
    Intent.WRONG_PERSON: _any(
        r"wrong (?:number|person|man|woman|guy|contact|address|email)|(?:i am|am|this is|it is) not (?:mr|mrs|ms|miss|him|her|that person|the person|"
        r"(?!a\b|the\b|my\b|able\b|going\b|in\b|paying\b|working\b|happy\b|sure\b|well\b|interested\b|your\b|right\b|correct\b|fair\b|ok\b|good\b|"
        r"yet\b|so\b|on\b|at\b|responsible\b|saying\b|getting\b|allowed\b|mine\b|acceptable\b|true\b|possible\b|legal\b|what\b|how\b|from\b|"
        r"sick\b|ready\b|home\b|here\b|available\b|employed\b|rich\b|made\b|sorry\b|even\b|very\b|really\b|as\b|to\b|afraid\b|enough\b|asking\b|an\b)"
        r"[a-z]+\s*$|(?!a\b|the\b|my\b|able\b|going\b)[a-z]+[,.!])",
        r"(?:is not|not) (?:mr|mrs|ms|miss)?\.? ?\w+'s (?:phone|number|cell|email|address)|(?:there is )?no ?(?:one|body)?(?: called| named)? (?:\w+ )?(?:by "
        r"that name|of that name|with that name|called \w+|named \w+)|there is no \w+ (?:at|here|on|living|in this)|no such person",
        r"(?:do not|never) know (?:who (?:that|this|he|she)|(?:this|that|the) (?:person|man|woman|name)|anyone (?:called|named)|him\b|her\b|a \w+$)|"
        r"just got this (?:number|phone|sim)|new (?:owner of this|number is not)|this (?:number|phone) (?:is not|belongs|no longer|does not)|"
        r"(?:he|she|they|that person)(?: \w+)? (?:does not|do not|no longer) (?:live|work|stay)|moved (?:out|away) (?:years|months|long)|previous tenant|"
        r"not the person|not who you|mistaken (?:me|identity)|got the wrong (?:person|one|guy|man|woman|lady|family)|(?:looking for|want|after|mean|meant) (?:someone|somebody) else|[a-z]+ (?:does not|no longer|never) (?:lives?|works?|stays?) (?:here|at this)",
    ),
    Intent.STOP: re.compile(
        r"^\W*(?:stop|stop ?all|quit|end|cancel|revoke|unsubscribe|opt[- ]?out|arret|remove)(?: please| now| it| this)?\W*$|"
        r"\b(?:stop|quit) (?:\w+ )?(?:calling|ringing|texting|messaging|emailing|e-?mailing|writing|contacting|sending|phoning|bothering|harass\w+|spamming|"
        r"pestering|the (?:calls|texts|messages|emails)|all (?:contact|calls|communication))|\bunsubscribe|\bopt (?:me )?out\b|\bleave (?:me|us|my \w+) alone|"
        r"\b(?:do not|never|not to|not want you to|not wish you to) (?:ever )?(?:call|ring|text|message|email|e-?mail|write|contact|phone|bother|disturb) "
        r"(?:me|us|here|this|my|again|at|any)|\bno more (?:calls|texts|messages|emails|contact|letters)|"
        r"\b(?:take|remove|delete) (?:me|my \w+|this number|us) (?:off|from|out)?|\b(?:delete|lose) my (?:number|details|data)|"
        r"\bcease (?:and desist|all|any|contact\w*|communicat\w+)|\bnot (?:want|wish) to (?:be contacted|hear from|receive|get|be called|be texted)|\bstop it\b|\b(?:revoke|withdraw|withdrawing|revoking|cancel) (?:\w+ )?consent|\b(?:do not|never) (?:call|ring|phone|text)\b(?= *$|[.,!;]| please| any| on| after| before| again)|"
        r"\b(?:please|now|just) stop$"
    ),
    Intent.REPRESENTED: _any(
        r"(?:talk|speak|write|refer|contact|direct|address|send|deal|go) (?:\w+ ){0,5}(?:to |through |with |via )?(?:my|our) (?:\w+ )?"
        r"(?:lawyers?|attorneys?|solicitors?|advisers?|advisors?|representatives?|counsel|debt (?:adviser|advisor|charity)|barrister|agent|guardian|trustee)|"
        r"represented by|(?:my|our) (?:\w+ )?(?:lawyer|attorney|solicitor|counsel|barrister|representative|debt (?:adviser|advisor)|guardian)\b(?! (?:says|said) "
        r"(?:i|you))|(?:i|we) have (?:\w+ )?(?:hired |retained |engaged |appointed |instructed |got )?(?:a|an) (?:lawyer|attorney|solicitor|representative)",
        r"(?:lawyer|attorney|solicitor|adviser|advisor|charity|management company|stepchange|citizens advice|money advice|counsell?or|firm|union) "
        r"(?:\w+ ){0,2}(?:is|are|will be|has been) (?:\w+ )?(?:handling|dealing|acting|representing|helping|working|looking|taking|negotiating|in charge)|"
        r"(?:acting|acts|act) (?:for|on behalf of) (?:me|us)|on my behalf|power of attorney|speak(?:s|ing)? for me|dealing with (?:my debts|this for me)|"
        r"(?:handl\w+|deals? with) (?:this|it|my \w+|everything) for me|debt management (?:company|plan|firm)|(?:hired|retained|engaged|instructed) (?:a|an|my) "
        r"(?:lawyer|attorney|solicitor)|stepchange\b",
    ),
    Intent.COMPLAINT: _any(
        r"complain\w*|ombudsman|harass\w*|report(?:ing)? you\b|(?:cfpb|fca|ftc|bbb|acc|asic|afca|attorney general|regulator|watchdog)\b|grievance|"
        r"unacceptable|disgraceful|appalling|outrageous|disgusting|how dare you|(?:sue|suing) (?:you|your)|rude\b|(?:your|the) (?:\w+ )?(?:agent|man|woman|guy|"
        r"lady|caller|collector|staff|colleague|person|people|employee|rep)\w* (?:\w+ ){0,4}(?:threaten\w*|insult\w*|yell\w*|shout\w*|scream\w*|swore|abus\w+|"
        r"laugh\w*|hung up|lied|called me|was (?:rude|nasty|mean|aggressive|horrible)|were (?:rude|nasty))|(?:yell|shout|scream|swear|swore)\w* at me|"
        r"threatened (?:me|us|my)|(?:you|they|he|she) (?:\w+ )?(?:told|called|contacted|rang|phoned|informed|spoke to|messaged) my (?:boss|employer|work|mother|"
        r"mum|mom|father|dad|wife|husband|family|sister|brother|neighbou?r|friend|manager|parents|colleague|son|daughter|kids)|"
        r"bull(?:y|ies|ied|ying)\b|(?:called|rung|rang|phoned|texted|contacted) (?:me )?(?:\w+ )?(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twenty|several|many|countless|so many|a hundred) times|(?:tell|telling|call|calling|contact|contacting|inform) my (?:boss|employer|work|mother|mum|mom|father|dad|wife|husband|family|sister|brother|neighbou?rs?|friends?|manager|parents|colleagues?|son|daughter|kids) (?:about|that)|intimidat\w+|treat(?:ed|ing|ment)? (?:of )?(?:me|us)? ?(?:\w+ )?(?:badly|unfairly|like|is|was)|how i (?:was|am|have been) (?:being )?treated|"
        r"(?:that|this|it) is illegal|invasion of|privacy|(?:speak|talk) to (?:your|a|the) (?:manager|supervisor)|day and night|every (?:single )?(?:day|hour)\b"
        r"(?=.*\bcall)|non-?stop|terrible service|poor service|badly treated",
    ),
    Intent.DISPUTE: _any(
        r"disput\w+|never (?:\w+ )?(?:heard of|had (?:a|any|this|that) (?:loan|account|card|contract|debt)|dealt with|been a customer)|(?:cancelled|canceled|returned|refunded|terminated) (?:that|this|the|it|my) ?(?:contract|loan|order|account|agreement|goods)?|in my name\b|(?:not|never) (?:my|mine|our|ours|a) ?(?:debt|loan|account|bill|card|responsib\w+)?\b(?<=debt|loan)|(?:not|never) (?:my|our) (?:debt|loan|"
        r"account|bill|card)|not mine\b|(?:do not|does not|did not|never|not) (?:\w+ )?(?:owe|took|take|borrow\w*|sign\w*|appl\w+ for|recogni[sz]e|open\w*|"
        r"authori[sz]e\w*|agree (?:with|to|that)|accept) (?:you|this|that|any|a|an|the|these|those|it|anything|out|for|with|to)\b",
        r"(?:amount|balance|total|sum|figure|interest|calculation|number|statement|fee|bill|debt|charge)s?(?: \w+){0,4} (?:is|are|was|were|look|looks|seem|seems) "
        r"(?:\w+ )?(?:wrong|incorrect|not right|not correct|too high|inaccurate|mistaken|an error|not what|false|a mistake|in error)|wrong (?:amount|balance|sum|figure)|"
        r"(?:owe|owed) (?:you )?(?:less|only|nothing|way less)|(?:charged|billed|taken|debited|deducted|took) (?:me |it |this |money )?(?:\w+ )?(?:twice|double|too much)|"
        r"overcharged|double charged|(?:not in|no such|nothing in) (?:my|the|our) (?:contract|agreement)|(?:not|never) (?:agreed|consented|signed)",
        r"fraud\w*|identity (?:theft|stolen)|(?:stole|stolen|used|using) my (?:name|identity|id|details)|someone (?:else )?(?:used|took|opened|forged)|forged|"
        r"(?:prove|proof|evidence|verify|validate|validation)(?: \w+){0,4} (?:i|owe|debt|loan|contract|this|it)|show me (?:the|a) (?:contract|agreement|proof)|"
        r"discharged|statute.barred|time.barred|too old|mistake (?:in|on|with)|error (?:in|on|with)|was (?:cancelled|refunded|written off)",
    ),
    Intent.MEDIATION: _any(
        r"mediat\w+|conciliat\w+|arbitrat\w+|(?:neutral|independent|impartial|third)[ -](?:third )?(?:party|person|body|side)|someone (?:neutral|independent|impartial)|"
        r"go[- ]between|settle (?:this|it) (?:between us|amicably)",
    ),
    Intent.CANNOT_PAY: _any(
        rf"{_NOT_ABLE} (?:\w+ ){{0,6}}{_PAYMENT}|{_NOT_ABLE} (?:\w+ ){{0,2}}(?:this month|the full|that much|right now|at the moment|financially)|"
        r"(?:paying|payment|it) (?:is|are) (?:not |im)possible|(?:barely|hardly) (?:get|getting|making|surviv\w+)|get by\b|do not have (?:it|that much|that kind|the (?:amount|sum|means))\b|(?:give|need|get|have|want|allow) (?:me |us )?(?:\w+ ){0,3}(?:more |extra |another |few )(?:\w+ )?(?:weeks?|days?|months?|time)\b|(?:no|not have (?:the |any |enough |that )?|without|short of|out of|run out of|not got (?:the |any )?) ?(?:money|cash|funds|income)|(?:broke|skint|penniless|"
        r"bankrupt|insolvent|destitute)\b|have nothing|nothing left|lost everything|money (?:is|has been) (?:\w+ )?(?:tight|short)|(?:things|finances|money|it|times) "
        r"(?:is|are|have been) (?:\w+ )?(?:tight|tough|hard|difficult|rough)|make ends meet|living on (?:benefits|nothing)|behind on everything|hard times|hardship",
        r"(?:need|give me|want|some|bit|little|have) (?:\w+ ){0,3}more time\b|(?:smaller|lower|reduced|reduce|less|cheaper) (?:my |the )?(?:instal\w+|payments?|amounts?)|"
        r"payment (?:plan|holiday|break|arrangement)|(?:pay|split|paying) (?:\w+ ){0,4}(?:in (?:parts|instal\w+)|less each|bit by bit)|exten(?:sion|d)|defer\w*|postpone\w*|"
        r"pause (?:my|the) (?:loan|payments?)|skip (?:a|this|one) (?:month|payment)|financial (?:\w+ )?(?:difficult\w+|hardship|trouble|problems?|crisis|stress|help)|"
        r"(?:pay|payment)s? (?:is|are|would be) (?:\w+ )?(?:too (?:much|high)|impossible)|too (?:much|high) for me|not afford|can not pay|not pay (?:this|it|now|you) ?(?:now|yet)?|"
        r"(?:will|going to) be late|(?:in|into) (?:debt|difficulty|difficulties)\b|reduce(?:d)? payment|help with (?:my )?(?:payments|loan|bills)",
    ),
    Intent.PAID: _any(
        r"(?:already|just|have|has|had|i|we|been|was|is|got|fully|all|is been|it) (?:\w+ ){0,2}?(?:paid|settled|sent|transferred|cleared|deposited|wired|repaid)\b|"
        r"(?:payment|transfer|money|it|instal\w+) (?:was|has been|is|has|went) (?:\w+ )?(?:made|sent|done|gone|went|through|paid|completed?|in your|taken)|^(?:paid|transferred|sent|"
        r"settled|deposited)\b|(?:done|ok|hi|hello|there),? (?:i )?paid|(?:you|bank) (?:\w+ )?(?:already )?(?:took|debited|received|deducted|got) (?:it\b|(?:the|my|that|your) (?:money|payment))|(?:gave|given) you\b|direct debit (?:went|was|has)|(?:went|taken|came) out (?:of my|on|yesterday|last|already)|paid up\b|"
        r"already (?:took|taken|debited|deducted|gave)|paid (?:it|this|that|off|in full|up|online|yesterday|already|last|on (?:mon|tue|wed|thu|fri|sat|sun))|made (?:the|my|a|that) payment (?:\w+ )?"
        r"(?:yesterday|last|on|already|this|today)|went through|receipt attached|proof of payment|account is settled",
    ),
    Intent.CALL_ME: _any(
        r"(?:call|ring|phone|telephone|contact) me\b|(?:give|want|need|like|prefer|request\w*|get|expect\w*|arrange|schedule) (?:me )?(?:an? )?(?:\w+ )?(?:call|ring|callback|call ?back|phone call)\b|"
        r"call(?:ing)? back|callback|(?:talk|speak|discuss) (?:\w+ ){0,4}(?:on|over|by) (?:the )?(?:phone|telephone)|(?:talk|speak|chat) (?:to|with) (?:a |an |someone|somebody|"
        r"one of)(?:\w+ )?(?:real )?(?:person|human|agent|adviser|advisor|people|in person)?|call then\b|(?:real|actual) (?:person|human)|(?:reach|phone|ring) me",
    ),
    Intent.QUESTION: re.compile(
        r"(?:^|[.!?;,\n] *|\band |\bbut |\b(?:hi|hello|hey|sorry|please|so),? )(?:how (?!dare)|who (?:are|is|do|did|am|was|can|gave)|what|when (?:is|do|does|will|was|did|are|can|should|must)|where|why|which|can (?:i|we|you)|"
        r"could (?:i|we|you)|may i|do (?:i|you|we)|does|did|is (?:it|this|that|there|my|the)|are (?:you|there|my)|will (?:this|it|i|you|my|there)|would (?:it|you|this|i)|should i|"
        r"am i|have you|has my)\b[^.!?;]*\?*|(?<![^.!?;\n])[^.!?;\n]*\?"
    ),
}

EXCEPTIONS = {
    Intent.CRISIS: re.compile(
        r"dying to|to die for|(?:battery|phone|line|car|engine) (?:is |was )?dead|kill(?:ed|ing)? (?:time|me laughing)|do not want to die of|(?:end|ended) it (?:with|there|now\b.*subscription)|joke"
    ),
    Intent.PAID: re.compile(
        r"(?:not|never|get|gets|getting|until|once|if|being|be|unless|when|will have|not been|without|is|are|was) (?:\w+ )?(?:fully |yet )?(?:been )?paid(?! (?:off|in full|already|online|yesterday|last|by|up))|"
        r"(?:not|never) (?:\w+ )?(?:been )?(?:sent|settled|paid|made|received)|off work without pay|paid by (?:the hour|my employer)|(?:am|i) paid (?:monthly|weekly|on|every)"
    ),
    Intent.CALL_ME: re.compile(
        r"(?:not|stop|never|do not|quit|no) (?:\w+ ){0,2}(?:call|ring|phone|contact)|called me|call me (?:a|an|names|stupid|mr|by)\b|contact me (?:again|any)|why (?:do|did|are) you (?:call|contact)|every time you"
    ),
    Intent.STOP: re.compile(
        r"stopped (?:by|smoking|work)|(?:can|could|will) you stop (?:the )?(?:interest|fees|clock)|stop (?:sending|the) (?:letters to|interest)"
    ),
    Intent.CANNOT_PAY: re.compile(
        r"can not (?:see|find|log|understand|believe)|not (?:see|find) (?:my|the) payment|able to pay (?:online|by card)"
    ),
    Intent.DISPUTE: re.compile(
        r"not (?:owe|have) (?:a|the|any|enough) (?:money|cash|job|income|time|phone|car|funds)|(?:do|did) not (?:have|take) (?:a|the|any) (?:money|cash|job|income|time|call|pills)|have (?:the )?(?:money|cash)|not have any|not agree to (?:mediation|that plan)|fraud(?:ulent)? (?:call|text|message)\?"
    ),
}

REASONS = {
    Reason.BEREAVEMENT: _any(
        r"(?:passed away|funeral|bereave\w*|widow\w*|burial)\b|(?:husband|wife|mum|mom|mother|dad|father|son|daughter|brother|sister|partner|parent|child|baby|grand\w+|he|she|friend|uncle|aunt) "
        r"(?:\w+ )?(?:has |have )?(?:just )?(?:died|dead|deceased|passed)\b|death (?:of|in)|lost my (?:husband|wife|mum|mom|mother|dad|father|son|daughter|brother|sister|partner|child|baby)"
    ),
    Reason.ILLNESS: _any(
        r"(?:hospital\w*|cancer|sick(?:ness)?(?! of)|ill(?:ness)?\b|surgery|operation|chemo\w*|diagnos\w+|accident|injur\w+|stroke|heart attack|covid|disab\w+ (?:now|since)|broke my|broken (?:leg|arm|hip|back)|"
        r"medical (?:bills?|treatment|emergency)|depression|depressed|mental health|burn-?out|operated|unwell|in a coma|pneumonia|treatment|dialysis|icu|signed off|pregnancy complications)"
    ),
    Reason.DISASTER: _any(
        r"(?:flood\w*|wild ?fires?|earthquakes?|hurricanes?|tornado\w*|typhoon|storm (?:took|destroyed|damage\w*)|house (?:burned|burnt|fire)|(?:a|the) fire (?:destroyed|took|burned)|burn(?:ed|t) down|landslide|drought|natural disaster|cyclone|bush ?fire)"
    ),
    Reason.JOB_LOSS: _any(
        r"(?:lost|losing|lose) (?:my|our|his|her|the) (?:\w+ )?(?:jobs?|work|position|employment)|laid off|lay-?off|(?:made |been )?redundan\w+|unemploy\w+|out of (?:a )?(?:work|job)|got fired|let me go|(?:was|been|am|being) (?:fired|sacked|let go|dismissed|"
        r"terminated)|no (?:job|work)\b|(?:company|factory|plant|employer) (?:\w+ )?(?:closed|shut|went bust|folded)|jobless|between jobs|contract (?:ended|was not renewed|ran out)|looking for (?:a )?(?:new )?(?:work|job)"
    ),
    Reason.BUSINESS: _any(
        r"(?:my|our|the) (?:\w+ )?(?:business|shop|store|restaurant|company|cafe|salon|firm|farm) (?:\w+ ){0,3}(?:fail\w*|bankrupt\w*|closed|bust|slow|collapsed|went under|struggling|is down|not doing|dead|burned)|no (?:customers|orders|clients)|self-employed and"
    ),
    Reason.REDUCED_INCOME: _any(
        r"(?:cut|reduced|reducing|cutting|lost|slashed|halved) (?:my|our|his|her) (?:\w+ )?(?:hours|pay|salary|wages?|shifts?|income|overtime|benefits)|(?:salary|wages?|pay|hours|income|shifts?|benefits|pension) (?:\w+ ){0,3}(?:cut|reduced|halved|lower|delayed|stopped|down|dropped|late|less)|"
        r"not (?:been )?paid (?:my|our|by my|yet by)|(?:have|has|was|were) not been paid|(?:fewer|less) (?:hours|shifts|work|income)|short[- ]time|furlough\w*|earn(?:ing)? less|zero[- ]hours|less than before|employer (?:has not|did not) pa(?:y|id)"
    ),
    Reason.FAMILY: _any(
        r"(?:divorc\w*|separat(?:ed|ion|ing)|split up|broke up|(?:husband|wife|partner) (?:left|walked out)|new ?born|new baby|(?:having|expecting|had) (?:a|our) (?:\w+ )?(?:baby|child)|pregnan\w+|maternity|single (?:mother|mum|mom|dad|father|parent)|"
        r"look(?:ing)? after my|car(?:e|ing) for my|carer for|child ?care|child support|alone with (?:the|my|three|two) |support(?:ing)? my (?:\w+ )?(?:parents|family|mother|father|children))"
    ),
    Reason.DEBTS: _any(
        r"(?:too many|so many|several|other|multiple|lots of|many) (?:\w+ )?(?:loans|debts|cards|bills|creditors|lenders)|over-?indebted|debt(?:s)? (?:everywhere|up to)|drowning in debt|in debt (?:to|with) (?:other|several)|juggling"
    ),
}

_UNABLE = _any(
    r"(?:can|could|do|did|does|would|should|will|shall|am|is|are|was|be|may|might|have|has) not\b(?! only)|never|no way|unable|not (?:able|pay\w*)|no money|if (?:i|we) (?:could|can|had)|hardly|impossible|struggl\w+|"
    r"instead of paying|nothing|refuse"
)
_DONE = _any(
    r"(?:paid|sent|transferred|settled|deposited|made|took|gave|charged|debited|received|wired|went)\b"
)
_ASKS = re.compile(
    r"^ *(?:how|when|what|why|who|where|which|do i|does|did|is (?:my|the|it|there)|are|was|should|must)\b"
)
_AHEAD = (
    r"(?:will|can|could|shall|going to|promise to|plan to|planning to|intend to|hope to|hoping to|want to|would like to|able to|try to|trying to|have to|happy to|agree to|expect to|need to|let me|prefer to|manage to|commit to|"
    r"may|might|would)"
)
_PAYS = _any(
    rf"{_AHEAD} (?:\w+ ){{0,4}}?(?:pay|transfer|settle|clear|repay|catch up|deposit|make (?:a|the|my|an?other|it|one) ?(?:\w+ )?(?:payment)?|wire|pay off|sort (?:it|this|that)(?: out)?)\b",
    r"(?:am |are |be |be able to be |^ *|i |we )?(?:paying|repaying|settling|transferring)\b|^ *(?:please )?(?:pay|settle|transfer)\b|promise (?:payment|to)|^ *(?:will|can|shall) (?:pay|settle|transfer)|i pay\b",
)
_GIVES = _any(
    rf"{_AHEAD} (?:\w+ ){{0,5}}?(?:send|give|get|have|put|drop|do|bring|make|find|offer|manage|spare|afford|come up with|hand|start with|throw)\b",
    r"expect\b|put me down|count on|sending|i (?:offer|propose)|how about|what about|you (?:will|shall) (?:get|have|receive)|best i can do|send(?:ing)?\b|and\b|then\b|another|first",
)
_CHINESE = re.compile(rf"[{HAN}]")
_THE_MONEY = re.compile(r"\b(?:the|your) (?:money|cash|payment)\b")
_BARE_WORDS_MAX = 9

SHARES = {
    Share.HALF: _any(r"half\b(?! (?:past|an hour|a year|of my))|50 ?(?:%|percent)"),
    Share.ALL: _any(
        r"(?:the )?(?:whole|full|entire|total|complete) (?:\w+ )?(?:amount|balance|sum|thing|debt|loan|lot|instal\w+|payment)|all of it|everything|in full|the rest|pay it off|pay (?:it )?all|(?:the|what is) outstanding|clear (?:it|the)"
    ),
}
PAYDAY = _any(
    r"(?:when|once|after|as soon as|until|till|if|on|by) (?:\w+ ){0,3}(?:get paid|am paid|paid|payday|pay ?day|pay ?che(?:ck|que)|salary|wages?|paycheck|my pay|pension|benefits|benefit)\b|payday\b|pay day\b"
)
INCOME = _any(
    r"(?:wages?|salary|pay ?che(?:ck|que)|paid|pay|pension|benefits?|payday|bonus|money|refund|tax return)\b(?! (?:you|it|this|the|off))"
)


def promises(clause: str, names_sum: bool, names_day: bool) -> bool:
    """Whether a clause promises to pay: a word of paying ahead with a sum, a share or a day, or a bare "300 on Friday"."""
    plain = PAYDAY.sub(" ", clause)
    if _CHINESE.search(clause) or _UNABLE.search(plain) or _DONE.search(plain) or _ASKS.search(plain):
        return False
    money = names_sum or _THE_MONEY.search(clause) is not None
    sum_or_share = money or any(share.search(clause) for share in SHARES.values())
    day = names_day or PAYDAY.search(clause) is not None
    if _PAYS.search(plain):
        return sum_or_share or day
    bare = day and len(clause.split()) <= _BARE_WORDS_MAX
    return sum_or_share and (_GIVES.search(plain) is not None and day or bare)


ENGLISH = Speech(
    signs=SIGNS,
    exceptions=EXCEPTIONS,
    reasons=REASONS,
    clause_end=re.compile(
        r"(?<!\d)[,]|,(?!\d)|\.(?!\d)|[!?;:\n](?!\d)|\b(?:but|because|however|although|though)\b|\band (?=\d|i\b|we\b|the\b)|\bso i\b"
    ),
    promises=promises,
    shares=SHARES,
    payday=PAYDAY,
    income=INCOME,
)
