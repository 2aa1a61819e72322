"""How English answers are read. Patterns match folded text: small letters, no short forms."""

import re

from services.reminders.domain.words.english import words
from services.reminders.domain.words.folding import HAN
from services.reminders.domain.words.intents import Intent, Share, Speech
from services.reminders.domain.words.reasons_english import REASONS

_NOT_ABLE = (
    r"(?:can not|could not|can hardly|can barely|not able to|unable to|will not be able to|not going to be "
    r"able to|will not manage|"
    r"no way (?:i|we) can|no way (?:to|of)|impossible (?:for me |for us )?to|"
    r"hard (?:for me |for us )?to|difficult (?:for me "
    r"|for us )?to|struggl\w+|"
    r"not in a position to|trouble|not manage to|no means to)"
)
_PAYMENT = (
    r"(?:pay\w*|afford\w*|make|manage\w*|meet|keep up|cover|do (?:it|this|that|the|500)|send|settle|"
    r"repay\w*|cope|bills?|instal\w+|the money)"
)

SIGNS = {
    Intent.CRISIS: words(
        r"kill(?:ing)? (?:my ?self|us both|us all|me now)|kms\b|suicid\w*|unalive|(?:end|ending|take|taking|"
        r"took|ended) (?:my|his|her|their|our) "
        r"(?:own )?li(?:fe|ves)\b|end(?:ing)? (?:it all|everything|things for good)|end it\b",
        r"(?:want|wanted|going|ready|prefer|about|rather|wish|wishing|hope|hoping|planning|like|like to "
        r"just|better) (?:to |i |just |i would |could )*"
        r"(?:die\b|be dead|dead\b|was dead|were dead|not exist|disappear)|let me die|i will die (?:anyway|"
        r"soon|first|before)",
        r"better off (?:without me|dead|if i)|worth more dead|nobody (?:would|will) (?:miss|notice)|no one "
        r"(?:would|will) miss",
        r"(?:no|any|a|see no|not see (?:any|a|the)) (?:point|reason|purpose|sense|will|future) (?:in |to |"
        r"of |for |left )*(?:liv\w+|life|go(?:ing)? "
        r"on|carry\w* on|be(?:ing)? (?:alive|here)|exist\w*|continu\w+|anything any ?more)|nothing (?:left "
        r")?to live for|not worth (?:living|it any)",
        r"not want to (?:live|be here|be alive|exist|wake up|go on|carry on|be around)|never wake up|not "
        r"wake up|sleep forever|"
        r"(?:done|finished|tired|sick|had enough) (?:with|of) (?:life|living|being alive|this life|"
        r"everything|it all)|giv(?:e|ing) up on life",
        r"(?:can ?not|could not) (?:go on|carry on|take (?:it|this|any)(?: any)? ?(?:more|longer|anymore)?|"
        r"live like this|live (?:any ?more|with)|cope "
        r"any|do this any|bear it|stand (?:it|this) any|keep going)",
        r"end(?:ing)? it (?:tonight|today|now|soon|myself|for good)|(?:hear|see|talk) (?:from|to)? ?me "
        r"(?:ever )?again|never (?:have )?been born|end of my (?:tether|rope)|(?:driv\w+|walk\w*|step\w*) "
        r"(?:off|into|in front of) (?:a |the )?(?:cliff|bridge|road|traffic|train|river|sea|wall|tree|"
        r"tracks)|(?:sleeping|all the|my) pills|(?:better off|provided for) (?:with|if i|once i)|(?:when|"
        r"after|once) i am (?:gone|dead|no longer)|(?:make|want|need|wish|waiting for) (?:\w+ ){0,3}(?:it|"
        r"this|everything|pain) (?:all )?(?:to )?(?:stop|end|be over)\b|lost the will|face (?:an?other|one "
        r"more|tomorrow|the) ?(?:day|morning)?\b(?= any|$|,|\.| like)|burden (?:to|on) (?:everyone|"
        r"everybody|my family|my kids|them|others)|(?:dark|bad|terrible|suicidal) thoughts|hate (?:my life|"
        r"being alive|living)|leave this (?:world|life|earth)|(?:just|only) want (?:peace|to rest forever|"
        r"to vanish|it over)|no ?(?:one|body) (?:would|will|cares?) (?:\w+ )*(?:if i (?:live|die|am)|notice "
        r"i|when i)|dying (?:would be|is|seems) |death (?:is|would be|seems) |drink(?:ing)? my ?self to "
        r"death|what is the point(?: of (?:living|going on|life|anything|it all|any of it))?(?: any "
        r"?more)?(?:\?|$|\.)|goodbye(?:,| forever| to| my|$)|carry on (?:any ?more|living|with (?:life|"
        r"this))|reason to (?:carry|go|keep|wake|get up)|hang(?:ing)? my ?self|find me (?:hanging|dead|"
        r"gone)|found dead|(?:going|want|about|ready) to jump\b|(?:my|the) last (?:message|text|words|"
        r"goodbye)|jump(?:ing)? (?:off|from|in front|out of|under)|overdos\w+|"
        r"(?:took|take|taking|swallow\w*) (?:\w+ ){0,4}(?:pills|tablets)|(?:cut|cutting|slit|slitting|"
        r"slash\w*) (?:my ?self|my (?:wrists?|arms?|veins))",
        r"(?:hurt|hurting|harm|harming|shoot|drown|starve|burn) my ?self|self[- ]?harm\w*|good ?bye "
        r"(?:letter|note|for ?ever|world|everyone)|"
        r"suicide note|last (?:letter|goodbye|message you)|(?:noose|end of my rope|a rope)\b|gun to my",
        r"life insurance|only way out|no (?:other )?way out|way out is|(?:not|will not) be (?:here|around|"
        r"alive) (?:much longer|any ?more|tomorrow|next)|"
        r"hope (?:i|to) (?:do not|not) wake|no hope left|driving off a|life is (?:over|pointless|"
        r"meaningless|not worth|hell|unbearable)|my life is over|black hole",
    ),
    Intent.WRONG_PERSON: words(
        r"not me\b(?=\W*$)|wrong (?:number|person|man|woman|guy|contact|address|email)|(?:i am|am|this is|"
        r"it is) not (?:mr|"
        r"mrs|ms|miss|him|her|that person|the person|"
        r"(?!a\b|the\b|my\b|able\b|going\b|in\b|paying\b|working\b|happy\b|sure\b|well\b|interested\b|"
        r"your\b|right\b|correct\b|fair\b|ok\b|good\b|"
        r"yet\b|so\b|on\b|at\b|responsible\b|saying\b|getting\b|allowed\b|mine\b|acceptable\b|true\b|"
        r"possible\b|legal\b|what\b|how\b|from\b|"
        r"sick\b|ready\b|home\b|here\b|available\b|employed\b|rich\b|made\b|sorry\b|even\b|very\b|really\b|"
        r"as\b|to\b|afraid\b|enough\b|asking\b|an\b)"
        r"[a-z]+\s*$|(?!a\b|the\b|my\b|able\b|going\b)[a-z]+[,.!])",
        r"(?:is not|not) (?:mr|mrs|ms|miss)?\.? ?\w+'s (?:phone|number|cell|email|address)|(?:there is )?no "
        r"?(?:one|body)?(?: called| named)? (?:\w+ )?(?:by "
        r"that name|of that name|with that name|called \w+|named \w+)|there is no \w+ (?:at|here|on|living|"
        r"in this)|no such person",
        r"(?:do not|never) know (?:who (?:that|this|he|she)|(?:this|that|the) (?:person|man|woman|name)|"
        r"anyone (?:called|named)|him\b|her\b|a \w+$)|"
        r"just got this (?:number|phone|sim)|new (?:owner of this|number is not)|this (?:number|phone) "
        r"(?:is not|belongs|no longer|does not)|"
        r"(?:he|she|they|that person)(?: \w+)? (?:does not|do not|no longer) (?:live|work|stay)|moved "
        r"(?:out|away) (?:years|months|long)|previous tenant|"
        r"not the person|not who you|mistaken (?:me|identity)|got the wrong (?:person|one|guy|man|woman|"
        r"lady|family)|(?:looking for|want|after|mean|meant) (?:someone|somebody) else|[a-z]+ (?:does not|"
        r"no longer|never) (?:lives?|works?|stays?) (?:here|at this)",
    ),
    Intent.STOP: re.compile(
        r"^\W*(?:stop|stop ?all|quit|end|cancel|revoke|unsubscribe|opt[- ]?out|arret|remove)(?: please| now|"
        r" it| this)?\W*$|"
        r"\b(?:stop|quit) (?:\w+ )?(?:calling|ringing|texting|messaging|emailing|e-?mailing|writing|"
        r"contacting|sending|phoning|bothering|harass\w+|spamming|"
        r"pestering|the (?:calls|texts|messages|emails)|all (?:contact|calls|communication))|\bunsubscribe|"
        r"\bopt (?:me )?out\b|\bleave (?:me|us|my \w+) alone|"
        r"\b(?:do not|never|not to|not want you to|not wish you to) (?:ever )?(?:call|ring|text|message|"
        r"email|e-?mail|write|contact|phone|bother|disturb) "
        r"(?:me|us|here|this|my|again|at|any)|\bno more (?:calls|texts|messages|emails|contact|letters)|"
        r"\b(?:take|remove|delete) (?:me|my \w+|this number|us) (?:off|from|out)?|\b(?:delete|lose) my "
        r"(?:number|details|data)|"
        r"\bcease (?:and desist|all|any|contact\w*|communicat\w+)|\bnot (?:want|wish) to (?:be contacted|"
        r"hear from|receive|get|be called|be texted)|\bstop it\b|\b(?:revoke|withdraw|withdrawing|revoking|"
        r"cancel) (?:\w+ )?consent|\b(?:do not|never) (?:call|ring|phone|text)\b(?= *$|[.,!;]| please| any| "
        r"on| after| before| again)|"
        r"\b(?:please|now|just) stop$"
    ),
    Intent.REPRESENTED: words(
        r"(?:talk|speak|write|refer|contact|direct|address|send|deal|go) (?:\w+ ){0,5}(?:to |through |with |"
        r"via )?(?:my|our) (?:\w+ )?"
        r"(?:lawyers?|attorneys?|solicitors?|advisers?|advisors?|representatives?|counsel|debt (?:adviser|"
        r"advisor|charity)|barrister|agent|guardian|trustee)|"
        r"represented by|(?:my|our) (?:\w+ )?(?:lawyer|attorney|solicitor|counsel|barrister|representative|"
        r"debt (?:adviser|advisor)|guardian)\b(?! (?:says|said) "
        r"(?:i|you))|(?:i|we) have (?:\w+ )?(?:hired |retained |engaged |appointed |instructed |got )?(?:a|"
        r"an) (?:lawyer|attorney|solicitor|representative)",
        r"(?:lawyer|attorney|solicitor|adviser|advisor|charity|management company|stepchange|citizens "
        r"advice|money advice|counsell?or|firm|union) "
        r"(?:\w+ ){0,2}(?:is|are|will be|has been) (?:\w+ )?(?:handling|dealing|acting|representing|helping|"
        r"working|looking|taking|negotiating|in charge)|"
        r"(?:acting|acts|act) (?:for|on behalf of) (?:me|us)|on my behalf|power of attorney|speak(?:s|ing)? "
        r"for me|dealing with (?:my debts|this for me)|"
        r"(?:handl\w+|deals? with) (?:this|it|my \w+|everything) for me|debt management (?:company|plan|"
        r"firm)|(?:hired|retained|engaged|instructed) (?:a|an|my) "
        r"(?:lawyer|attorney|solicitor)|stepchange\b",
    ),
    Intent.COMPLAINT: words(
        r"complain\w*|ombudsman|harass\w*|report(?:ing)? you\b|(?:cfpb|fca|ftc|bbb|acc|asic|afca|attorney "
        r"general|regulator|watchdog)\b|grievance|"
        r"unacceptable|disgraceful|appalling|outrageous|disgusting|how dare you|(?:sue|suing) (?:you|your)|"
        r"rude\b|(?:your|the) (?:\w+ )?(?:agent|man|woman|guy|"
        r"lady|caller|collector|staff|colleague|person|people|employee|rep)\w* (?:\w+ ){0,4}(?:threaten\w*|"
        r"insult\w*|yell\w*|shout\w*|scream\w*|swore|abus\w+|"
        r"laugh\w*|hung up|lied|called me|was (?:rude|nasty|mean|aggressive|horrible)|were (?:rude|nasty))|"
        r"(?:yell|shout|scream|swear|swore)\w* at me|"
        r"threatened (?:me|us|my)|(?:you|they|he|she) (?:\w+ )?(?:told|called|contacted|rang|phoned|"
        r"informed|spoke to|messaged) my (?:boss|employer|work|mother|"
        r"mum|mom|father|dad|wife|husband|family|sister|brother|neighbou?r|friend|manager|parents|colleague|"
        r"son|daughter|kids)|"
        r"bull(?:y|ies|ied|ying)\b|(?:called|rung|rang|phoned|texted|contacted) (?:me )?(?:\w+ )?(?:\d+|two|"
        r"three|four|five|six|seven|eight|nine|ten|twenty|several|many|countless|so many|a hundred) times|"
        r"(?:tell|telling|call|calling|contact|contacting|inform) my (?:boss|employer|work|mother|mum|mom|"
        r"father|dad|wife|husband|family|sister|brother|neighbou?rs?|friends?|manager|parents|colleagues?|"
        r"son|daughter|kids) (?:about|that)|intimidat\w+|treat(?:ed|ing|ment)? (?:of )?(?:me|us)? ?(?:\w+ "
        r")?(?:badly|unfairly|like|is|was)|how i (?:was|am|have been) (?:being )?treated|"
        r"(?:that|this|it) is illegal|invasion of|privacy|(?:speak|talk) to (?:your|a|the) (?:manager|"
        r"supervisor)|day and night|every (?:single )?(?:day|hour)\b"
        r"(?=.*\bcall)|non-?stop|terrible service|poor service|badly treated",
    ),
    Intent.DISPUTE: words(
        r"disput\w+|never (?:\w+ )?(?:heard of|had (?:a|any|this|that) (?:loan|account|card|contract|debt)|"
        r"dealt with|been a customer)|(?:cancelled|canceled|returned|refunded|terminated) (?:that|this|the|"
        r"it|my) ?(?:contract|loan|order|account|agreement|goods)?|in my name\b|(?:not|never) (?:my|mine|"
        r"our|ours|a) ?(?:debt|loan|account|bill|card|responsib\w+)?\b(?<=debt|loan)|(?:not|never) (?:my|"
        r"our) (?:debt|loan|"
        r"account|bill|card)|not mine\b|(?:do not|does not|did not|never|not) (?:\w+ )?(?:owe|took|take|"
        r"borrow\w*|sign\w*|appl\w+ for|recogni[sz]e|open\w*|"
        r"authori[sz]e\w*|agree (?:with|to|that)|accept) (?:you|this|that|any|a|an|the|these|those|it|"
        r"anything|out|for|with|to)\b",
        r"(?:amount|balance|total|sum|figure|interest|calculation|number|statement|fee|bill|debt|"
        r"charge)s?(?: \w+){0,4} (?:is|are|was|were|look|looks|seem|seems) "
        r"(?:\w+ )?(?:wrong|incorrect|not right|not correct|too high|inaccurate|mistaken|an error|not what|"
        r"false|a mistake|in error)|wrong (?:amount|balance|sum|figure)|"
        r"(?:owe|owed) (?:you )?(?:less|only|nothing|way less)|(?:charged|billed|taken|debited|deducted|"
        r"took) (?:me |it |this |money )?(?:\w+ )?(?:twice|double|too much)|"
        r"overcharged|double charged|(?:not in|no such|nothing in) (?:my|the|our) (?:contract|agreement)|"
        r"(?:not|never) (?:agreed|consented|signed)",
        r"fraud\w*|identity (?:theft|stolen)|(?:stole|stolen|used|using) my (?:name|identity|id|details)|"
        r"someone (?:else )?(?:used|took|opened|forged)|forged|"
        r"(?:prove|proof|evidence|verify|validate|validation)(?: \w+){0,4} (?:i|owe|debt|loan|contract|this|"
        r"it)|show me (?:the|a) (?:contract|agreement|proof)|"
        r"discharged|statute.barred|time.barred|too old|mistake (?:in|on|with)|error (?:in|on|with)|was "
        r"(?:cancelled|refunded|written off)",
    ),
    Intent.MEDIATION: words(
        r"mediat\w+|conciliat\w+|arbitrat\w+|(?:neutral|independent|impartial|third)[ -](?:third )?(?:party|"
        r"person|body|side)|someone (?:neutral|independent|impartial)|"
        r"go[- ]between|settle (?:this|it) (?:between us|amicably)",
    ),
    Intent.CANNOT_PAY: words(
        rf"{_NOT_ABLE} (?:\w+ ){{0,6}}{_PAYMENT}|{_NOT_ABLE} (?:\w+ ){{0,2}}(?:this month|the full|that "
        rf"much|right now|at the moment|financially)|"
        r"(?:paying|payment|it) (?:is|are) (?:not |im)possible|(?:barely|hardly) (?:get|getting|making|"
        r"surviv\w+)|get by\b|do not have (?:it|that much|that kind|the (?:amount|sum|means))\b|(?:give|"
        r"need|get|have|want|allow) (?:me |us )?(?:\w+ ){0,3}(?:more |extra |another |few )(?:\w+ "
        r")?(?:weeks?|days?|months?|time)\b|(?:no|not have (?:the |any |enough |that )?|without|short of|"
        r"out of|run out of|not got (?:the |any )?) ?(?:money|cash|funds|income)|(?:broke|skint|penniless|"
        r"bankrupt|insolvent|destitute)\b|have nothing|nothing left|lost everything|money (?:is|has been) "
        r"(?:\w+ )?(?:tight|short)|(?:things|finances|money|it|times) "
        r"(?:is|are|have been) (?:\w+ )?(?:tight|tough|hard|difficult|rough)|make ends meet|living on "
        r"(?:benefits|nothing)|behind on everything|hard times|hardship",
        r"(?:need|give me|want|some|bit|little|have) (?:\w+ ){0,3}more time\b|(?:smaller|lower|reduced|"
        r"reduce|less|cheaper) (?:my |the )?(?:instal\w+|payments?|amounts?)|"
        r"payment (?:plan|holiday|break|arrangement)|(?:pay|split|paying) (?:\w+ ){0,4}(?:in (?:parts|"
        r"instal\w+)|less each|bit by bit)|exten(?:sion|d)|defer\w*|postpone\w*|"
        r"pause (?:my|the) (?:loan|payments?)|skip (?:a|this|one) (?:month|payment)|financial (?:\w+ "
        r")?(?:difficult\w+|hardship|trouble|problems?|crisis|stress|help)|"
        r"(?:pay|payment)s? (?:is|are|would be) (?:\w+ )?(?:too (?:much|high)|impossible)|too (?:much|high) "
        r"for me|not afford|can not pay|not pay (?:this|it|now|you) ?(?:now|yet)?|"
        r"(?:i|we) (?:am|are) (?:really )?struggling|(?:will|going to) be late|(?:in|into) (?:debt|"
        r"difficulty|difficulties)\b|reduce(?:d)? payment|"
        r"help with (?:my )?(?:payments|loan|bills)",
    ),
    Intent.PAID: words(
        r"(?:already|just|have|has|had|i|we|been|was|is|got|fully|all|is been|it) (?:\w+ ){0,2}?(?:paid|"
        r"settled|sent|transferred|cleared|deposited|wired|repaid)\b|"
        r"(?:payment|transfer|money|it|instal\w+) (?:was|has been|is|has|went) (?:\w+ )?(?:made|sent|done|"
        r"gone|went|through|paid|completed?|in your|taken)|^(?:paid|transferred|sent|"
        r"settled|deposited)\b|(?:done|ok|hi|hello|there),? (?:i )?paid|(?:you|bank) (?:\w+ )?(?:already "
        r")?(?:took|debited|received|deducted|got) (?:it\b|(?:the|my|that|your) (?:money|payment))|(?:gave|"
        r"given) you\b|direct debit (?:went|was|has)|(?:went|taken|came) out (?:of my|on|yesterday|last|"
        r"already)|paid up\b|"
        r"already (?:took|taken|debited|deducted|gave)|paid (?:it|this|that|off|in full|up|online|yesterday|"
        r"already|last|on (?:mon|tue|wed|thu|fri|sat|sun))|made (?:the|my|a|that) payment (?:\w+ )?"
        r"(?:yesterday|last|on|already|this|today)|went through|receipt attached|proof of payment|account "
        r"is settled",
    ),
    Intent.CALL_ME: words(
        r"(?:call|ring|phone|telephone|contact) me\b|(?:give|want|need|like|prefer|request\w*|get|expect\w*|"
        r"arrange|schedule) (?:me )?(?:an? )?(?:\w+ )?(?:call|ring|callback|call ?back|phone call)\b|"
        r"call(?:ing)? back|callback|(?:talk|speak|discuss) (?:\w+ ){0,4}(?:on|over|by) (?:the )?(?:phone|"
        r"telephone)|(?:talk|speak|chat) (?:to|with) (?:a |an |someone|somebody|"
        r"one of)(?:\w+ )?(?:real )?(?:person|human|agent|adviser|advisor|people|in person)?|call then\b|"
        r"please (?:ring|call|phone)(?=\W*$)|"
        r"(?:can|could|would) (?:someone|somebody|you|anyone|one of you) (?:please )?(?:call|ring|"
        r"phone)\b(?! (?:it|the|my))|"
        r"(?:real|actual) (?:person|human)|(?:reach|phone|ring) me",
    ),
    Intent.QUESTION: re.compile(
        r"(?:^|[.!?;,\n] *|\band |\bbut |\b(?:hi|hello|hey|sorry|please|so),? )(?:how (?!dare)|who (?:are|"
        r"is|do|did|am|was|can|gave)|what|when (?:is|do|does|will|was|did|are|can|should|must)|where|why|"
        r"which|can (?:i|we|you)|"
        r"could (?:i|we|you)|may i|do (?:i|you|we)|does|did|is (?:it|this|that|there|my|the)|are (?:you|"
        r"there|my)|will (?:this|it|i|you|my|there)|would (?:it|you|this|i)|should i|"
        r"am i|have you|has my)\b[^.!?;]*\?*|(?<![^.!?;\n])[^.!?;\n]*\?"
    ),
}

EXCEPTIONS = {
    Intent.CRISIS: re.compile(
        r"dying to|to die for|(?:battery|phone|line|car|engine) (?:is |was )?dead|kill(?:ed|ing)? (?:time|"
        r"me laughing)|do not want to die of|(?:end|ended) it (?:with|there|now\b.*subscription)|joke"
    ),
    Intent.PAID: re.compile(
        r"(?:not|never|get|gets|getting|until|once|if|being|be|unless|when|will have|not been|without|is|"
        r"are|was) (?:\w+ )?(?:fully |yet )?(?:been )?paid(?! (?:off|in full|already|online|yesterday|last|"
        r"by|up))|"
        r"(?:not|never) (?:\w+ )?(?:been )?(?:sent|settled|paid|made|received)|off work without pay|paid by "
        r"(?:the hour|my employer)|(?:am|i) paid (?:monthly|weekly|on|every)"
    ),
    Intent.CALL_ME: re.compile(
        r"(?:not|stop|never|do not|quit|no) (?:\w+ ){0,2}(?:call|ring|phone|contact)|called me|call me (?:a|"
        r"an|names|stupid|mr|by)\b|contact me (?:again|any)|why (?:do|did|are) you (?:call|contact)|every "
        r"time you"
    ),
    Intent.STOP: re.compile(
        r"stopped (?:by|smoking|work)|(?:can|could|will) you stop (?:the )?(?:interest|fees|clock)|stop "
        r"(?:sending|the) (?:letters to|interest)"
    ),
    Intent.CANNOT_PAY: re.compile(
        r"can not (?:see|find|log|understand|believe)|not (?:see|find) (?:my|the) payment|able to pay "
        r"(?:online|by card)"
    ),
    Intent.DISPUTE: re.compile(
        r"not (?:owe|have) (?:a|the|any|enough) (?:money|cash|job|income|time|phone|car|funds)|(?:do|did) "
        r"not (?:have|take) (?:a|the|any) (?:money|cash|job|income|time|call|pills)|have (?:the )?(?:money|"
        r"cash)|not have any|not agree to (?:mediation|that plan)|fraud(?:ulent)? (?:call|text|message)\?"
    ),
}

_UNABLE = words(
    r"(?:can|could|do|did|does|would|should|will|shall|am|is|are|was|be|may|might|have|has) not\b(?! only)|"
    r"never|no way|unable|not (?:able|pay\w*)|no money|if (?:i|we) (?:could|can|had)|hardly|impossible|"
    r"struggl\w+|"
    r"instead of paying|nothing|refuse"
)
_DONE = words(
    r"(?:paid|sent|transferred|settled|deposited|made|took|gave|charged|debited|received|wired|went)\b"
)
_ASKS = re.compile(
    r"^ *(?:how(?! about)|when|what(?! about)|why|who|where|which|do i|does|did|is (?:my|the|it|there)|are|"
    r"was|should|must)\b"
)
_AHEAD = (
    r"(?:will|can|could|shall|going to|promise to|plan to|planning to|intend to|hope to|hoping to|want to|"
    r"would like to|able to|try to|trying to|have to|happy to|agree to|expect to|need to|let me|prefer to|"
    r"manage to|commit to|"
    r"may|might|would)"
)
_PAYS = words(
    rf"{_AHEAD} (?:\w+ ){{0,4}}?(?:pay|transfer|settle|clear|repay|catch up|deposit|make (?:a|the|my|"
    rf"an?other|it|one) ?(?:\w+ )?(?:payment)?|wire|pay off|sort (?:it|this|that)(?: out)?)\b",
    r"(?:am |are |be |be able to be |^ *|i |we )?(?:paying|repaying|settling|transferring)\b|^ *(?:please "
    r")?(?:pay|settle|transfer)\b|promise (?:payment|to)|^ *(?:will|can|shall) (?:pay|settle|transfer)|i "
    r"pay\b",
)
_GIVES = words(
    rf"{_AHEAD} (?:\w+ ){{0,5}}?(?:send|give|get|have|put|drop|do|bring|make|find|offer|manage|spare|afford|"
    rf"come up with|hand|start with|throw)\b",
    r"expect\b|put me down|count on|sending|i (?:offer|propose)|how about|what about|you (?:will|shall) "
    r"(?:get|have|receive)|best i can do|send(?:ing)?\b|and\b|then\b|another|first",
)
_CHINESE = re.compile(rf"[{HAN}]")
_THE_MONEY = re.compile(r"\b(?:the|your) (?:money|cash|payment)\b")
_BARE_WORDS_MAX = 9

SHARES = {
    Share.HALF: words(r"half\b(?! (?:past|an hour|a year|of my))|50 ?(?:%|percent)"),
    Share.ALL: words(
        r"(?:the )?(?:whole|full|entire|total|complete) (?:\w+ )?(?:amount|balance|sum|thing|debt|loan|lot|"
        r"instal\w+|payment)|all of it|everything|in full|the rest|pay it off|pay (?:it )?all|(?:the|what "
        r"is) outstanding|clear (?:it|the)"
    ),
}
PAYDAY = words(
    r"(?:when|once|after|as soon as|until|till|if|on|by) (?:\w+ ){0,3}(?:get paid|am paid|paid|payday|pay "
    r"?day|pay ?che(?:ck|que)|salary|wages?|paycheck|my pay|pension|benefits|benefit)\b|payday\b|pay day\b"
)
INCOME = words(
    r"(?:wages?|salary|pay ?che(?:ck|que)|paid|pay|pension|benefits?|payday|bonus|money|refund|tax "
    r"return)\b(?! (?:you|it|this|the|off))"
)


def promises(clause: str, names_sum: bool, names_day: bool) -> bool:
    """Whether a clause promises to pay: a word of paying ahead with a sum, a share or a day, or a bare "300
    on Friday".
    """
    plain = PAYDAY.sub(" ", clause)
    if _CHINESE.search(clause) or _UNABLE.search(plain) or _DONE.search(plain) or _ASKS.search(plain):
        return False
    money = names_sum or _THE_MONEY.search(clause) is not None
    sum_or_share = money or any(share.search(clause) for share in SHARES.values())
    day = names_day or PAYDAY.search(clause) is not None
    if _PAYS.search(plain):
        return sum_or_share or day
    bare = day and len(clause.split()) <= _BARE_WORDS_MAX
    return sum_or_share and ((_GIVES.search(plain) is not None and day) or bare)


ENGLISH = Speech(
    signs=SIGNS,
    exceptions=EXCEPTIONS,
    reasons=REASONS,
    clause_end=re.compile(
        r"(?<!\d)[,]|,(?!\d)|\.(?!\d)|[!?;:\n](?!\d)|\b(?:but|because|however|although|though)\b|\band "
        r"(?=\d|i\b|we\b|the\b)|\bso i\b"
    ),
    promises=promises,
    shares=SHARES,
    payday=PAYDAY,
    filling=re.compile(
        r"[\W_]+|\b(?:by|on|at|in|the|around|about|maybe|ok|okay|yes|latest|please|only|just|i|get|my)\b"
    ),
    income=INCOME,
)
