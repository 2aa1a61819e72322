"""Harsh phrases in English. They are matched in folded text: small letters, no short forms ("will not", "can not")."""

import re

from services.reminders.domain.words.wording import Category, Rule

WE = (
    r"(?:we|i|us|they|he|she|someone|somebody|(?:our|my|the|his) (?:\w+ ){0,2}(?:team|people|guys|men|boys|agents?|"
    r"collectors?|staff|colleagues?|office|company|lawyers?|attorneys?|solicitors?|lender|bank|manager|officers?)|"
    r"(?:a |the )?bailiffs?|(?:an? )?(?:agent|collector|officer)s?)"
)
WILL = (
    r"(?:will|shall|would|can|could|may|might|must|have to|(?:am|are|is) (?:going|about|ready|forced|prepared|planning|"
    r"happy) to|intend to|plan to|promise to|(?:am|are|is)|need to|want to|want us to|let us)"
)
SOME = r"(?:\w+ ){0,3}"
FEW = r"(?:[\w$,']+ ){0,5}"
KIN = (
    r"(?:boss(?:es)?|employers?|managers?|supervisor|hr(?: department)?|human resources|workplace|company|"
    r"col+eagues?|co-?workers?|team|wife|husband|spouse|partner|fiancee?|girlfriend|boyfriend|mother|father|mum|mom|dad|"
    r"parents?|family|families|relatives?|kids?|children|child|sons?|daughters?|sisters?|brothers?|siblings?|"
    r"grand(?:ma|pa|mother|father|parents)|uncle|aunt|cousins?|in-laws|neighbou?rs?|friends?|flatmates?|room-?mates?|"
    r"landlord|landlady|school|teachers?|church|pastor|references?|contacts?|followers|loved ones)"
)
GOODS = (
    r"(?:house|home|flat|apartment|roof|car|vehicle|truck|property|furniture|belongings|possessions|things|stuff|"
    r"everything|wages?|salary|salaries|pay ?che(?:ck|que)s?|bank accounts?|accounts?|savings|assets|pension|benefits|"
    r"tv|phone|cards?|license|licence|passport)"
)
PAY = r"(?:pay|settle|clear|transfer|repay|respond|reply|answer|call|ring|contact|act|decide|send|confirm)"


def _rules(category: Category, kinder: str, *patterns: str, legal: bool = False) -> list[Rule]:
    return [Rule(category, kinder, re.compile(rf"\b(?:{pattern})"), legal) for pattern in patterns]


_THREATS = [
    *_rules(
        Category.THREAT,
        "visit",
        rf"(?:send|sending|sent|dispatch\w*|assign\w*) {SOME}(?:someone|somebody|people|men|guys|boys|agents?|"
        rf"collectors?|officers?|bailiffs?|team|representatives?|staff|field \w+) {FEW}(?:you\b|your)",
        r"(?:have|get|getting) (?:\w+ ){0,2}(?:someone|somebody|people|men|guys|boys|agents?|collectors?|officers?|bailiffs?) (?:\w+ )?(?:come|visit|knock|collect|pick|"
        r"to your|at your|after you|round|over)\b",
        rf"(?:come|comes|coming|came|be (?:at|outside|in front|waiting|right)|show up|turn up|stop by|drop by|drop in|stand|standing|wait|waiting|park\w*|"
        rf"knock\w*|be there|appear|swing by|head\w*|travel\w*) {FEW}(?:your|the) {SOME}"
        r"(?:house|home|door(?:step)?|place|flat|apartment|address|work(?:place)?|office|job|school|street|front door|"
        r"gate|building|neighbou?rhood)\b",
        r"(?:home|house|door|field|personal|site) visits?\b",
        rf"{WE} {WILL} (?:\w+ ){{0,2}}(?P<act>visit|pay(?:ing)? you (?:a|another) (?:\w+ )?(?:visit|call in person))",
        r"(?:visit|visiting|pay|paying|give|giving) you (?:a (?:\w+ )?visit|tonight|at (?:home|work)|in person)",
        r"visit (?:you|(?:\w+ )?your (?:residence|premises|address|property|house|home|family|work\w*|office|parents|school))\b",
        rf"{WE} {WILL} (?:\w+ )?(?P<act>come|coming) (?:round|over|by|to (?:see|find|get|visit) you|knocking|in person|for)",
        r"see you (?:at|outside|in front of) (?:your|the) (?:\w+ )?(?:home|house|door\w*|work\w*|office|school)",
    ),
    *_rules(
        Category.THREAT,
        "law",
        r"(?:you|him|her|your|be|being|get|getting|been) (?:(?!not|never)\w+ ){0,2}arrest(?:ed)?\b|arrest (?:you|warrant|will)|"
        r"warrant (?:\w+ ){0,6}arrest|arrest is",
        r"(?:jail(?:ed)?|prison|imprison\w*|jail ?time|incarcerat\w+|behind bars|handcuffs?|custody|prison cell|jail ?time)\b",
        r"lock(?:ed)? (?:you )?(?:up|away)\b|put(?:ting)? you away\b|in cuffs\b",
        rf"{WE} (?:{WILL} )?(?:\w+ ){{0,3}}(?P<act>call|calling|inform|contact|notify|bring in|involve|go to|alert|report) "
        r"(?:\w+ ){0,3}(?:police|cops?|sheriff|authorities|fbi)\b",
        r"report(?:ed|ing)? (?:you|this|it) (?:\w+ ){0,2}(?:police|authorit\w+|immigration|sheriff|tax)\b",
        r"(?:police|cops?|sheriff|officers|fbi|immigration) (?:\w+ ){0,3}"
        r"(?:on (?:the|their) way|coming|come|knock\w*|pick you up|look\w* for you|visit\w*|arrest\w*|at your|be at)\b",
        r"criminal (?:charges?|complaints?|cases?|records?|proceedings|prosecution|offen[cs]es?|action|matter)\b",
        r"prosecut(?:e|ed|ion|ing)\b|press(?:ing)? charges|charged? (?:you )?with (?:fraud|theft|a crime)|fraud charges",
        r"deport(?:ed|ation)?\b|(?:lose|losing|cancel|revoke\w*) your (?:visa|green card|residence|passport)",
        r"(?:is|be|for|as|commit\w*|guilty of) (?:\w+ )?(?:fraud|theft|a crime|stealing)\b(?= if| unless| because| and you|,)",
    ),
    *_rules(
        Category.THREAT,
        "law",
        rf"{WE} (?:{WILL} )?(?:\w+ ){{0,4}}(?P<act>su(?:e|ing)|take you to court|taking you to court|take legal action|taking legal|"
        r"start\w* (?:legal|court) (?:action|proceedings)|begin legal|file (?:a )?(?:suit|lawsuit|claim|charges))\b",
        r"(?:sue|suing|sued) (?:you\b|your|the hell)|(?:you|get|be|being) sued\b|see you in court\b|drag(?:ged|ging)? you\b",
        r"take you to (?:court|a judge|the cleaners)|(?:haul|bring)(?:ed)? you (?:to|before|into) (?:a |the )?(?:court|judge)",
        r"(?:legal|court) (?:action|proceedings|steps|measures|process) (?:\w+ )?(?:will|shall|is going to|are|begins?|starts?|"
        r"follows?|against you)",
        r"(?:proceedings?|judgment|lawsuit|litigation|legal action) (?:\w+ ){0,2}against you\b",
        r"(?:explain|tell|say) (?:it|this|that|yourself) to (?:a|the) (?:judge|court|police)",
        r"(?:hand|pass|send|forward|refer|transfer|turn)(?:ed|ing)? (?:\w+ ){0,4}(?:over )?to (?:our |the |a )?(?:\w+ )?"
        r"(?:lawyers?|attorneys?|solicitors?|legal (?:team|department)|bailiffs?|enforcement)",
        r"(?:failure|failing|refusal|refusing) to (?:pay|respond|settle|comply|act|contact|call|reply)\b.{0,40}"
        r"(?:will|shall|may|leads?|results?|means)\b",
        r"non-?payment (?:will|shall|is|leads?|means|results?)\b",
        legal=True,
    ),
    *_rules(
        Category.THREAT,
        "goods",
        rf"(?:take|taking|seize|seizing|repossess|repossessing|confiscate|grab|auction\w*|foreclos\w+|strip|empty|clear out|"
        rf"tow|remove|freeze|freezing|block|garnish\w*|attach|levy|drain|come for|go after|going after|come after|sell off|"
        rf"(?:take|taking) away) (?:\w+ ){{0,2}}(?:your|the|their) (?:\w+ ){{0,2}}{GOODS}\b(?! (?:loan|payment|insurance)\b)",
        rf"(?:lose|losing|lost|say goodbye to|kiss) (?:your|the) (?:\w+ )?(?:{GOODS}|job|kids|children|family|freedom)\b",
        rf"your (?:\w+ ){{0,2}}{GOODS},?(?: \w+ and \w+)? (?:will|is going to|are going to|may|could|might|can|gets?|is being|"
        r"are being|would) (?:\w+ ){0,2}"
        r"(?:frozen|seized|blocked|taken|garnished|emptied|repossessed|sold|auctioned|suspended|locked|confiscated|gone|levied)",
        r"(?:salary|wages?|income|pay) (?:will be |is |be )?(?:seized|garnished|docked|attached|withheld)\b",
        r"(?:wage garnishment|garnish your|everything you (?:own|have)\b(?= |$|\.)|until you have nothing|leave you with "
        r"nothing|out on the street|onto the street)",
        r"(?:throw|throwing|kick|kicking|put|turn) you (?:and your \w+ )?(?:out|on the street)|evict(?:ed|ion|ing)?\b",
        legal=True,
    ),
    *_rules(
        Category.THREAT,
        "record",
        r"(?:ruin|destroy|wreck|trash|kill|black-?list|tank|shatter)(?:ed|ing|s)? (?:\w+ )?(?:your|you)\b"
        r"(?: \w+)?(?: (?:credit|score|reputation|life|career|future|name|rating))?",
        r"black-? ?list(?:ed)?\b",
        r"never (?:\w+ ){0,3}(?:get|have|find|obtain|see|rent|buy|work|borrow|qualify) (?:\w+ ){0,6}"
        r"(?:again|anywhere|a (?:loan|job|mortgage|card|house)|credit)\b",
        r"(?:will|going to|gonna) (?:\w+ )?(?:damage|hurt|harm|affect) your (?:\w+ )?(?:credit|career|future|job|chances)\b",
    ),
    *_rules(
        Category.THREAT,
        "vague",
        r"(?:you|you will|you are going to) (?:\w+ ){0,3}regret|regret (?:it|this|ignoring|not paying|the day)\b|"
        r"(?:you will|you are going to|going to) (?:\w+ ){0,2}be (?:very |so |truly )?sorry\b",
        r"or else\b|(?:see|find out|learn|show you|wait for|know|think about) what (?:happens|will happen|comes next|comes to you|we can do|"
        r"we do|i can do)(?! to your payment)",
        r"(?:no|any) idea (?:what|who) (?:we|i|you|they|is|can)|you do not (?:want to )?know (?:what|who) (?:we|i)",
        r"watch (?:your back|out|your step|yourself)\b|(?:be|better be) careful (?:when|where|who|on|at|tonight)\b|"
        r"look over your shoulder|sleep with one eye",
        r"(?:serious|severe|grave|dire|unpleasant|terrible|harsh|heavy|ugly|real|further|legal|bad|negative) consequences",
        r"(?:face|suffer|bear|live with|accept|ready for|expect|deal with|there (?:will|are going to) be|will have) (?!no )"
        r"(?:\w+ )?consequences|consequences (?:will|for you|are yours|are on you)",
        r"pay (?:the|a heavy|a high) price\b|pay (?:dearly|for this|for it|with your)|(?:the )?hard way\b|hard way is",
        r"(?:come|coming|go|going|get|getting) (?:after|for) you\b|hunt(?:ing)? (?:\w+ )?down|track(?:ing)? you\b",
        r"(?:find|finding) (?:you|out where you)\b(?! (?:a|the right|some)\b)|(?:bother|keep|try|can not|cannot|nowhere to|"
        r"place to|point) (?:\w+ )?(?:hid(?:e|ing)|run(?:ning)?)\b",
        r"stop at nothing|(?:any|every|all) means\b|whatever it takes|not afraid to|not hesitate to|no mercy|will not stop until",
        r"(?:mak(?:e|ing)|turn) your (?:life|lives|days|family'?s life) |your life (?:will be|is going to be|becomes) (?:\w+ )?"
        r"(?:hell|difficult|hard|miserable|over)|living hell",
        r"(?:bad|worse|ugly|terrible|unpleasant|nasty|horrible|serious)(?: things?)? (?:\w+ )?happen|"
        r"(?:something|anything|things?) (?:\w+ ){0,2}(?:could|might|may|will|can) happen to (?:you|your)",
        r"(?:get|gets|getting|turn|become|be|go) (?:\w+ ){0,2}(?:worse|ugly|nasty|unpleasant|messy|uncomfortable|painful)\b"
        r"(?: for you| from here| if| unless|$|\.|,)",
        r"next time (?:\w+ ){0,6}(?:not|will|it is)\b|(?:will|are) not (?:be )?(?:so |this |as |always )?(?:nice|friendly|polite|"
        r"patient|kind|gentle|ask(?:ing)? (?:again|nicely|twice))\b",
        r"(?:lose|losing|lost) (?:our|my) patience|patience (?:is|has) (?:\w+ )?(?:run|limit|thin|end|exhaust)|not patient",
        r"do not (?:make|force|push|test|tempt|mess with|play (?:\w+ )?with|try) (?:me|us|our|my)\b|"
        r"you (?:leave|left|give) (?:me|us) no (?:choice|option)|teach you a lesson|deal with you\b|take care of you and",
        r"we have (?:\w+ )?(?:ways|methods|means|tricks|people)\b|(?:we|i) know (?:exactly |all |everything )?(?:where|about) "
        r"(?:you|your)|(?:we|i) know (?:who )?your (?:family|kids|children|wife|husband|address|car|routine)|"
        r"we have your (?:address|photos?|id|contacts|location)|(?:kids|children|son|daughter)s? (?:go|goes|attend) to school",
        r"(?:hurt|beat|kill|harm|smash|burn|break|cripple|punch|kick|stab|shoot) (?:\w+ )?(?:you|your|him|her)\b(?! (?:credit|"
        r"score|record))|(?:get|getting|got|be|being|end up) (?:\w+ )?(?:hurt|beaten|killed|hospital\w*)|broken (?:legs?|bones?|arms?)",
        r"(?:it would be|what) a (?:pity|shame) if|(?:hope|pray) nothing happens|nice (?:family|house|car|kids) you have|"
        r"(?:your|the) safety (?:of your|is|can)|accidents? (?:happen|can)",
        r"(?:you|your \w+) (?:will|are going to|shall) (?:\w+ )?be (?:reported|exposed|prosecuted|charged with|fined|punished|"
        r"fired|dismissed|ruined|finished|homeless|destroyed|made to|dealt with|taught)\b|you are (?:finished|done for|dead)\b",
        r"(?:every|any) (?:legal |available |possible )?(?:means|method|measure)s? (?:necessary|to|at our)|no (?:more )?mr nice",
        r"you (?:will|shall) (?:see|pay for|wish|beg|suffer|hear from our|be hearing from our)\b|you have been warned|"
        r"(?:last|final|fair|first|only|serious) warning|consider yourself warned|i(?: am)? warn(?:ing)? you|we(?: are)? "
        r"warn(?:ing)? you|this is a warning|mark my words|you asked for (?:it|this)|brought this on yourself",
        r"(?:before|until) (?:we|i|they|someone) (?:\w+ )?(?:come|comes|take|takes|get|start|send|act|escalate)\b",
    ),
    *_rules(
        Category.THREAT,
        "calls",
        rf"(?:call|calling|ring|ringing|phone|text|texting|contact|contacting|message|bother) you (?:\w+ ){{0,2}}"
        r"(?:every|all day|all night|day and night|until you|non-?stop|\d+ times|again and again|constantly|at work|at night|"
        r"around the clock|\d+/\d+|over and over|relentlessly)",
        r"(?:calls|calling|ringing|texting|phone) (?:\w+ ){0,3}(?:will|does|do) (?:never|not) stop|"
        r"(?:keep|never stop|go on|continue) (?:calling|ringing|texting|phoning) (?:\w+ ){0,3}(?:until|till|every)",
        r"you will (?:have|get|find) no (?:peace|rest|sleep)|no peace until|not leave you alone",
    ),
    *_rules(
        Category.THREAT,
        "family",
        r"(?:kids?|children|son|daughter|baby|family) (?:\w+ ){0,3}(?:taken (?:away|into|from)|be removed|into care|suffer|pay the "
        r"price|be hungry)|social services|custody of your|think (?:about|of) (?:what (?:could|might|will) happen to )?"
        r"your (?:family|kids|children|safety)|(?:for|to) you and your (?:family|kids|children|loved ones)\b(?= ?[.!]?$)",
    ),
]

_THREATS += [
    *_rules(
        Category.THREAT,
        "vague",
        r"dangerous game|out of hand|playing with fire|(?:last|final) (?:\w+ )?(?:polite|friendly|kind|nice|gentle|civil) |(?:you|your \w+|they|he|she) (?:will |shall |are going to |is going to |must )?"
        r"(?:\w+ )?suffer\b|(?:cross|crossed|crossing|anger|upset|provoke|defy) us\b|(?:know|learn\w*|have|got|found|saw|seen) (?:\w+ )?(?:your|his|her) (?:\w+ )?(?:schedule|routine|movements|habits|whereabouts|location|"
        r"licen[cs]e plate|workplace|secrets?)|until you (?:\w+ )?(?:break|crack|beg|give in|give up|pay|can not)|(?:continue|keep on|go on|carry on) (?:to )?(?:call|calling|ring|pester\w*|contact\w*) (?:\w+ )?until",
        r"your (?!plan|payment|direct|loan|complaint|data|number|request|details|interest|fee|reminder|instal|next|last|first|due|contract|case worker|message)(?:\w+ ){1,3}(?:will|is going to|are going to|shall|gets?) "
        r"(?:soon )?(?:be )?(?:cancel\w+|revoked|terminated|cut|taken|flagged|blacklisted|exposed|ruined|destroyed|attached|impounded|towed|evicted|deported|arrested|next)\b|"
        r"take (?:away )?your (?:kid|child|son|daughter|family|wife|mother)'?s?\b|(?:college|school|retirement|christmas) (?:fund|savings|money)",
        # An ultimatum: pay, or; unless you pay; if you do not pay. What follows is kind only when it is one of a few verbs.
        r"(?:^|[,;:] ?|please |now |just |either |must |to )(?:pay(?: up| us| me| it| this| the \w+)?|settle(?: up| it| this)?|clear it|repay|respond|answer|reply|cooperate)(?: (?:now|today|"
        r"tonight|immediately|tomorrow|by \w+|this \w+|within \w+ \w+))*,? (?:or|otherwise|before) (?:else|we|i|you|your|someone|they|the|it|face|expect|lose|go|get|our|my|be)\b(?! (?:can|may|could|"
        r"might) (?!be\b|lose\b|face\b|go to\b))(?! (?:tell|call|write|contact|talk|let|ask|reply) )",
        r"(?:will|shall|going to|gets?|stops?|ends?|goes) [^.!?]{0,60}\bunless (?:you (?:pay|settle|clear|repay|cooperate|transfer)|(?:the|this|your) (?:\w+ )?(?:is paid|is settled|payment))|"
        r"^unless (?:you (?:pay|settle|clear|repay|cooperate|transfer|respond)|(?:the|this|your|full|we) (?:\w+ ){0,4}(?:paid|settled|payment|pay))",
        r"if you (?:(?:do not|will not|fail to|refuse to|still do not) (?:\w+ )?(?:pay|settle|clear|repay|answer|respond|reply|call|act|cooperate|co-operate|contact|pick|transfer|comply|listen|cough|deal|resolve|show|give|bring|send|get)|keep|continue to|go on|hang up|block|ignore|dare|refuse)\b[^.!?]{0,50}?,? (?:then )?(?:we|i|you|your \w+|someone|they|the \w+|our \w+)"
        r" (?:will|shall|(?:am|are|is) (?:going|forced) to|have to|can and will|must) (?!(?:\w+ )?(?:help|pause|stop|wait|ask|remind|look|talk|offer|write|try|understand|not|still|keep|hold|have|let|give|"
        r"assume|close|be happy|be glad|speak|contact you|suggest|find a|work|continue|send you|call you (?:once|back|again|another|later)|always|first|never|receive|get (?:a|one) (?:letter|reminder)|go on looking|check|see (?:how|what|whether|if))\b)",
        r"(?:to |and |help you |want to |wish to |could )?avoid (?:\w+ ){0,3}(?:arrest|prosecution|jail|prison|embarrass\w+|humiliat\w+|legal|court|lawsuit|trouble|shame|consequences|"
        r"problems|escalat\w+|visits?|being|losing|garnish\w*|seizure|repossession|eviction|enforcement|scandal|disgrace)\b",
        r"(?:not|never) (?:\w+ )?(?:end|ended|turn out|go|work out|finish|be) (?:\w+ )?(?:well|good|pretty|nice)\b|ends? (?:badly|in tears)|not (?:\w+ )?(?:like|enjoy) what (?:happens|comes|we|i|is)|(?:dealing|messing|playing|fooling) with\b(?= us|\.|!|$| me| the)|who you are (?:dealing|"
        r"messing|up against)|(?:see|meet|visit) you (?:very )?(?:soon|tonight|tomorrow|in person)\b|(?:expect|be) (?:a|the) (?:knock|visit|surprise|call from the)|knock(?:ing)? (?:on|at) your",
        r"(?:card|account|phone|line|electricity|service|number|sim|license|licence)s? (?:will|is going to|may) (?:\w+ )?(?:stop|be (?:cancel\w+|cut|shut|disabled|deactivated|closed|blocked|switched))|out of (?:a job|work|your home|"
        r"business)|(?:no ?one|nobody|no (?:bank|lender|employer|company|landlord)) (?:will|is going to|would) (?:ever |again )?(?:hire|rent|lend|employ|trust|help|touch|give|want|take|marry|work with)|permanent(?:ly)?\b",
        r"(?:watching|following|monitoring|tracking|tracing|spying on) (?:you|your)\b|looking for you\b|eyes? on you|(?:assigned|dispatched|deployed|sent) to your|on (?:our|the|their) way to|will arrive|matter of time|"
        r"make an example|(?:you can|you could) run|can not hide|not hide|health insurance|life insurance|get hurt|loan ?sharks?|people who are not|not as (?:polite|nice|patient|friendly|kind|gentle|understanding)",
        r"(?:will|forced to|have to|going to|no choice but to|must|shall|ready to|prepared to) (?!not |never )(?:\w+ )?(?:take|use|pursue|resort to|begin|start|initiate|apply|escalate to) (?:\w+ )?(?:further|legal|strong\w*|drastic|serious|"
        r"other|tough\w*|appropriate|necessary|enforcement|extreme|harsh\w*|aggressive|additional|immediate|every|all|field|matters) ?(?:\w+ )?(?:actions?|measures?|steps|collection|means|into our|methods|proceedings|force)",
        r"lien on|foreclos\w+|repo (?:man|men|team|agent)|strip(?:ped)? of|end up (?:on|in|with|alone|homeless)|(?:ruin\w*|wreck\w*|destroy\w*|haunt\w*|follow) (?:\w+ )?(?:you|your)\b|come back to (?:haunt|bite)|nightmare|"
        r"(?:worst|biggest) mistake|mistake of your life|(?:last|final) (?:time|thing) (?:\w+ )*(?:nicely|politely|warn|ask)|ask(?:ing)? nicely|run out of (?:patience|chances)|enough of (?:you|your)|had it with you",
        r"(?:easy|hard|nice|other|ugly) way\b|your (?:choice|funeral|call):|up to you how (?:painful|ugly|bad)|make it (?:hard|difficult|ugly|painful)\b(?! to)|trust me,? you|believe me,? you|things? (?:will|can|could|may|might) (?:\w+ )?"
        r"(?:escalate|ugly|get|go) |this (?:will|can|could|is going to) (?:\w+ )?(?:escalate|ugly|hurt|cost you|haunt)|cost you (?:your|everything|dearly|more than)|(?:safe|safety) (?:of|for) your|keep (?:you|your \w+) safe",
    ),
]

_SHAME = [
    *_rules(
        Category.SHAME,
        "shame",
        r"(?:do|doing) (?:the right|what is right|the honest|the decent|right by)|(?:keep|kept|broke|break|breaking|go back on|gave|honou?r) (?:your|their|his) (?:word|promises?)\b(?! (?:of|to pay \$))|your word (?:is|means)|"
        r"(?:we|i|they|people) (?:trusted|believed|had faith|helped|counted)(?: in| on)? you|trusted you|betray\w*|(?:i|we) (?:thought|expected|believed|assumed) (?:\w+ )?(?:you were|better|more)|not who we thought",
        r"(?:off|with|using|spending) (?:someone|somebody|other|someone else's|our|somebody's|else's|us)(?: else's)? (?:people'?s? )?(?:money|backs?)|free (?:ride|lunch|money)|hand-?outs?|lie in it|made your bed|living (?:large|it up|like)|your (?:priorities|lifestyle)|"
        r"(?:holiday|vacation|party|parties|restaurants?|shopping|designer|luxur\w+|cigarettes|coffee|beer|concert|new (?:phone|car|shoes|clothes)|netflix|gym|nails|hair|instagram|pictures|photos) "
        r"[^.!?]{0,40}(?:but|yet|and|instead|while|when)\b[^.!?]{0,30}(?:pay|owe|debts?|loan|us|bills?|broke)",
        r"(?:says|tells|shows|speaks) (?!nothing)(?:\w+ ){0,4}(?:about you|what you are|who you are|your character|the kind|what kind)|childish|immatur\w+|like a (?:teenager|kid|thief|criminal|beggar)|learn (?:to|some|what|how to) "
        r"(?:\w+ )?(?:responsib\w+|manners|respect|honest\w*|pay|live within|handle)|(?:burden|drain) (?:on|to)|(?:run|running|hide|hiding) (?:away )?(?:from|like|behind)|cowards?\b|cowardly|self-?respect|dignity|"
        r"(?:get|find) a (?:real |second |better |proper )?job\b|work harder|(?:stop|instead of) (?:spending|wasting|partying|shopping|drinking|smoking|living)|(?:in|go out in) public|word (?:gets|will get) around|"
        r"disgust\w*|pitiful|laughable|mortif\w+|pathetic|sad excuse|joke of|respectable|reputation (?:will|is|in)|your (?:good )?name (?:will|is|in the)|even (?:students?|pensioners?|poor people|my \w+|children|the poor(?:est)?|"
        r"single (?:mothers|moms|parents)|a child|kids|others|people with) |people (?:with|who have) (?:less|far less|much less)|(?:poster|flyer|sign|banner|notice)s? (?:\w+ ){0,4}(?:with|of|about|on|in) (?:\w+ )?your|"
        r"your (?:face|name|photo|picture) (?:\w+ ){0,3}(?:on|in|all over|everywhere|posted|published)",
        r"(?:steal|stealing|stole|stolen|cheat(?:ed|ing)?|rob(?:bed|bing)|lied|lying|trick(?:ed|ing)|deceiv\w+|fool(?:ed|ing)|scamm(?:ed|ing)) (?:from )?(?:us|me|the|everyone|people|this|our|to us|to me|about)\b|you (?:\w+ )?(?:lied|cheated|stole)|"
        r"play(?:ing)? (?:the |a )?victim|sob stor\w+|(?:laugh|laughing|pointing|point|sneer|spit) (?:fingers )?at you|fail(?:ed|ing|s)? (?:your|as|at being|everyone|us)\b|"
        r"(?:owes|owe) you (?:something|anything|a living|nothing)|deserves? (?:a )?(?:better|more than|someone)|(?:nobody|no ?one|who) (?:\w+ )?(?:respects?|likes?|trusts?|believes|wants|cares)\b|(?:no|lost|losing|have some|show some) (?:\w+ )?respect\b|"
        r"(?:runs?|running|dodg\w+|hid(?:e|es|ing)|shirk\w*|evad\w+|escap\w+|walk\w* away) (?:away )?(?:from )?(?:your|his|her|their|our|debts?|obligations?|responsib\w+|bills)|ungrateful|selfish\w*|greedy|spoil(?:ed|t)|reckless\w*|"
        r"(?:the )?only one (?:in|of|on|who|that)\b|have some (?:pride|shame|decency|respect|dignity|self|honou?r)",
        r"how (?:does|would) it feel|(?:are|were) you (?:\w+ )?(?:proud|happy|satisfied|comfortable) (?:of|with|about|now|to|living|taking|that)|do you (?:\w+ )?(?:feel (?:good|proud|bad|guilty|any|no|nothing)|even (?:care|know|think)|think (?:you|we|this is|it is|"
        r"money|the world|that)|enjoy|have any)|you think (?:the|you|we|this is|it is|money|that|life|debts?)|you (?:always|never|conveniently|clearly|obviously|simply) (?!have the|have to|need|can|will|owe|were|agreed|get|got|received|miss|be\b|"
        r"has|missed|had)\w+|(?:poor|broke|cheap) people\b|should not (?:be allowed to |have )?(?:take|taken|borrow|have|sign)",
        r"(?:does|do|should|did|would|will|has|have) (?:\w+ )?your (?:\w+ )?(?:church|congregation|boss|family|wife|husband|kids|children|parents|mother|father|neighbou?rs|friends|colleagues|employer|community|partner|students|team) "
        r"(?:\w+ )?(?:know|realise|realize|hear|see|approve|respect|think)|proud of you|how you were (?:raised|brought)|raised you",
        r"ashamed\b|shame on\b|shameful\w*|shameless\w*|what a shame|(?:feel|have|any|some|no|bring|brought|of) (?:\w+ )?shame\b|"
        r"disgrac\w+|humiliat\w+|dishono\w+|embarrass\w+|laughing ?stock|ridicul\w+",
        r"(?:no|any|a|some|little|lost|lack\w*) (?:sense of |of )?(?:honou?r|decency|self-?respect|conscience|morals|integrity|"
        r"dignity|pride|character|backbone|responsibility)\b|your conscience|have you no\b",
        r"how (?:do|can|could|dare) you (?:even )?(?:sleep|live with|look|face|show|do this|not pay|enjoy|go on)|"
        r"(?:in the|into a|into the) mirror\b|(?:show|hold up) your (?:face|head)|live with yourself",
        r"be a (?:real )?man\b|man up\b|grow up\b|(?:act|behave|try acting|be) (?:like )?(?:an? |your )(?:\w+ )?(?:adult|age|grown)|"
        r"like a (?:child|baby|coward)|grown (?:man|woman|adult)|(?:call|calls) (?:yourself|themselves|himself) (?:a|an)\b",
        r"(?:a|any|every|real|true) (?:\w+ )?(?:real|decent|good|honest|responsible|proper|respectable|normal|grown|true) "
        r"(?:man|woman|person|people|father|mother|parent|citizen|human|adult|husband|wife|customer|borrower)s?\b",
        r"(?:honest|decent|good|responsible|respectable|normal|hard-?working|other|real|most) (?:people|customers|borrowers|adults|"
        r"men|women|families|folks) (?:\w+ )?(?:pay|pays|do not|manage|keep|settle|honou?r|work|have no|would|repay|can)",
        r"what (?:would|will|do|must|does|might) (?:\w+ ){0,2}" + KIN + r" (?:\w+ ){0,2}(?:think|say|feel)|"
        r"(?:if|when|wait (?:until|till)) (?:your|the) (?:\w+ )?"
        + KIN
        + r" (?:\w+ ){0,2}(?:knew|know|find|found|hear|saw|see)",
        KIN
        + r" (?:\w+ ){0,2}(?:would|must|will|should|are|is) (?:\w+ ){0,2}(?:disappointed|heartbroken|proud|shocked|disgusted)|"
        r"(?:you are|you have been|such|what) a disappointment|disappointment to|bad example|let(?:ting)? (?:\w+ ){1,2}down\b|"
        r"(?:example|role model) (?:\w+ ){0,3}(?:your|for your|to your|kids|children)",
        r"what (?:kind|sort|type) of (?:a )?(?:\w+ )?(?:person|man|woman|father|mother|parent|human|people|adult|example|husband|wife)",
        r"people like you\b|(?:your|that) (?:kind|sort|type)(?: of (?:people|person))?(?: \w+)? (?:is|are|never|always)\b|"
        r"(?:some|certain) people (?:never|just|have no)",
        r"(?:everyone|everybody) (?:else|but you)\b.{0,30}(?:pay|paid|manage|can|does)|why can not you\b|"
        r"(?:others|everyone else|the rest of us) (?:\w+ )?(?:pay|manage|can|work|in your situation)",
        r"you (?:had|have|found|find|always have|seem to have|can find|got) (?:\w+ )?(?:money|cash|enough|no (?:problem|trouble|"
        r"difficulty|issue)s?) (?:\w+ ){0,4}(?:for|to|taking|borrowing|spending|when)\b|(?:happy|quick|keen|glad|fast|eager|willing) "
        r"(?:enough )?(?:to (?:take|borrow|spend|accept|sign|use)|when you (?:took|borrowed))",
        r"if you can (?:afford|buy|pay for|find money|go|have)\b.{0,40}you can|(?:but|and) (?:you )?(?:can ?not|not) (?:even )?"
        r"(?:pay|afford|find)|can (?:you )?not even\b|not even (?:pay|manage|afford|able)",
        r"irresponsib\w+|(?:lack of|no|zero|some|take|your|show) (?:\w+ )?responsib\w+|beyond your means|"
        r"should (?:\w+ )?have thought|(?:never|not) have borrowed|before (?:borrowing|you borrowed|taking|you took|you signed)",
        r"(?:making|make|your|more|no more|enough|same old|tired of|sick of|lame|any|with the|another) (?:\w+ )?excuses?\b|"
        r"(?:your|own) fault\b|(?:you|to) blame\b|poor (?:character|upbringing)|were (?:not )?(?:raised|brought up)|raise you\b|taught you",
        r"(?:public|wall of|shame|name and) (?:\w+ )?(?:list|shame|register|page|board|notice)|nam(?:e|ing) and sham",
        r"(?:post|publish|share|upload|put|spread|print|display|expose|plaster|circulate|send)(?:ing|ed)? (?:\w+ ){0,2}(?:your|you|"
        r"their|his|her) (?:\w+ ){0,5}(?:online|facebook|internet|social media|wechat|instagram|website|public\w*|group|wall|"
        r"everyone|everywhere|newspaper|photos?|pictures?|face|name)\b|expose you\b|go viral",
        r"(?:everyone|everybody|neighbou?rs|friends|family|colleagues|co-?workers|the whole \w+|all your \w+|people|town|village|"
        r"followers) (?:\w+ ){0,2}(?:will|would|should|is going to|are going to|can|knows?|shall) (?:\w+ )?(?:know|find out|see|hear|"
        r"learn|laugh|talk)|so (?:that )?(?:everyone|everybody|people) (?:knows?|can see|sees?)",
        r"you are (?:such )?a (?:\w+ )?(?:failure|burden|disgrace|joke|embarrassment|nobody|bad (?:person|mother|father|parent))\b|"
        r"(?:i|we) (?:would|am|are) (?:\w+ )?(?:disgusted|disappointed|embarrassed)|if i were you|in your shoes i|a man of your",
        r"(?:someone|a person|a man|a woman|people|at) (?:of )?your (?:age|position|status|education)\b|at your age\b",
    ),
]

_URGENCY = [
    *_rules(
        Category.FALSE_URGENCY,
        "urgency",
        r"(?:last|final|only|one|very last) (?:and (?:final|only) )?(?:chance|opportunity|notice|demand|offer|call)\b(?! (?:from|"
        r"instalment))|final (?:\w+ )?(?:warning|notice|reminder)",
        rf"(?:within|in|next|only|just|have) (?:the )?(?:next )?(?:an?|one|two|three|few|\d+)? ?(?:hours?|minutes?|mins?|hrs?)\b",
        rf"(?:{PAY}|payment|money|you must|you need to|action|attention|response|cooperation|resolved?)\b[^,;]{{0,40}}"
        r"(?:right now|this instant|this minute|this second|immediate(?:ly)?|at once|asap|without delay|straight ?away|"
        r"right away|as soon as possible|no later than (?:today|tonight))\b",
        rf"(?:immediate|instant|urgent|prompt) (?:\w+ )?(?:payment|action|response|attention|settlement|reply|call)|"
        rf"(?:immediately|urgently|now) (?:{PAY})\b|^now {PAY}",
        rf"must be (?:received|paid|made|settled|cleared|in our \w+) (?:\w+ )?(?:today|now|immediately|tonight|at once)|no exceptions|urgent(?:ly)?(?: \w+)? ?(?:[:!.-]|$)|(?:is|very|most|extremely|this|highly) urgent|^urgent\b|urgently",
        r"act (?:now|fast|quickly|today)\b|too late\b|time is (?:running|almost|up)|running out of time|no (?:more )?time "
        r"(?:left|to)|time (?:left )?to (?:lose|waste)|clock is|(?:hours|minutes|days) (?:left|remain|to go)\b|countdown|deadline is today",
        r"by (?:noon|midnight|tonight|\d+(?::\d+)? ?(?:am|pm)? today|end of (?:the )?(?:day|business)|close of business|\d+(?::\d+)? ?"
        r"(?:am|pm))\b",
        r"(?:offer|discount|deal|settlement|reduction|chance|option|opportunity) (?:\w+ ){0,3}(?:ends?|expires?|is gone|closes?|runs out|"
        r"disappears?|lapses?|gone)\b|(?:before|until|till) (?:midnight|noon|tonight|\d+ ?(?:am|pm))|today only|only today",
        r"(?:do not|not) (?:wait|delay|put (?:it|this) off|hesitate to pay)|can ?not (?:wait|be put off|be delayed)|expires? "
        r"(?:today|tonight|in \d+)|another (?:minute|second|hour|day)\b|once-?only|one-?time (?:only )?(?:offer|settlement|chance|deal)",
        r"(?:must|have to|need to|got to|better) (?:\w+ )?(?:pay|settle|clear|act|respond|call) (?:\w+ ){0,3}(?:today|now|tonight)\b|"
        r"(?:pay|settle|act|respond|call) (?:\w+ ){0,2}(?:today|now|tonight|immediately),? or\b|"
        r"pay (?:up )?(?:right )?now\b|^pay (?:up|today|now|immediately)",
        r"(?:\d+|an?|one|two|few) (?:hours?|minutes?|mins?) (?:\w+ )?(?:to (?:pay|decide|call|respond|settle|act)|or)\b|"
        r"(?:escalat\w+|proceed\w*|cancel\w*|withdrawn) (?:\w+ ){0,3}(?:today|tonight|at \d|by \d|in \d)",
    ),
]

_OFFICE = (
    r"(?:officer|detective|sergeant|inspector|sheriff|constable|marshal|attorney|lawyer|judge|deputy|investigator|barrister|"
    r"solicitor|prosecutor|bailiff|magistrate|court clerk|special agent|federal agent)"
)
_HOUSE = (
    r"(?:police|court(?:house)?|sheriff\w*|fbi|irs|hmrc|government|federal \w+|district attorney|law (?:office|firm)s?|"
    r"legal department|enforcement|ministry|tax (?:office|authority)|interpol|department of justice|social security|marshals?|"
    r"prosecutor\w*|attorney general|immigration|homeland|customs|national \w+ (?:bureau|agency)|crime|fraud (?:unit|squad)|"
    r"credit bureau|central bank|treasury|state|solicitors|attorneys)"
)
_AUTHORITY = [
    *_rules(
        Category.FALSE_AUTHORITY,
        "authority",
        rf"(?:this is|i am|my name is|you are speaking (?:to|with)|from) (?:\w+ ){{0,3}}{_OFFICE}\b|^{_OFFICE} \w+",
        rf"(?:this is|calling|call|on behalf of|i am|we are|writing|message|notice|representing|authori[sz]ed by|appointed by|"
        rf"licensed by|acting for|working with|here) (?:\w+ ){{0,4}}{_HOUSE}\b",
        rf"{_OFFICE} (?:\w+ )?here\b|law (?:office|firm)s?\b|law office of",
        r"(?:lawsuit|suit|legal (?:case|claim|proceedings|action)|case|charges|judgment|claim|complaint|affidavit|petition) "
        r"(?:\w+ )?(?:has|have|was|were|is being|are being|is) (?:already )?(?:been )?(?:filed|entered|opened|issued|brought|"
        r"registered|started|lodged|pending|prepared|initiated)(?! (?:and|by you|with us|with our))\b(?= against|,|\.|!|$| in| at| "
        r"under| for| today| by (?:our|the))",
        r"(?:case|docket|file|warrant|badge|affidavit|court) (?:number|no\.?|id|reference)\b",
        r"hereby\b|(?:been|be|being|get) served\b|process server|summon(?:s|ed|sed)?\b|subpoena\w*|\bwrit\b|indict\w+",
        r"(?:court order|warrant|judgment|summons|court (?:notice|papers|documents|date|hearing)) (?:\w+ ){0,2}(?:attached|enclosed|issued|"
        r"for your|for you|against|out|signed|scheduled|set)|(?:attached|enclosed) (?:is|are|you will find) (?:\w+ ){0,2}(?:court|warrant|"
        r"judgment|legal)",
        r"(?:our|the|my) (?:\w+ )?(?:attorneys?|lawyers?|solicitors?|legal (?:team|department|counsel|division)) (?:\w+ )?(?:has|have|is|"
        r"are|will|now|shall|started|filed|prepar\w+|begin|is)\b",
        r"police (?:has|have|had) (?:\w+ )?(?:been )?(?:informed|notified|involved|contacted|alerted|opened|registered)|"
        r"(?:informed|notified|alerted) the police",
        r"investigat(?:ing|e|ion (?:of|into|against|on)) (?:you|your)|under investigation|(?:suspected|suspect|accused|wanted|guilty) "
        r"(?:of|in|for|by)|for (?:loan |credit |bank )?fraud\b",
        r"(?:legal|debt|judicial|state|government|court)(?: debt)? enforcement|government (?:\w+ )?(?:agent|collector|agency)|"
        r"(?:legal|court|judicial|federal) (?:warning|notice|summons|department|order) (?:\w+ )?(?:is|has|issued|of|to)|final legal|"
        r"pre-?legal",
        r"social security number|district attorney|public prosecutor|grand jury|federal (?:court|agent|case|offen[cs]e|crime|law)|"
        r"(?:judgment|verdict|sentence) (?:\w+ )?(?:has|will|was) (?:\w+ )?(?:been )?(?:entered|passed|issued|made)",
    ),
]

_DEBT = (
    r"(?:ow(?:es?|ed|ing)|debts?|loans?|unpaid|overdue|arrears|behind|instal+ments?|borrowed|repaid|repay\w*|paid|paying|pay|"
    r"payments?|defaulted|collecting)"
)
_AUTHORITY += _rules(
    Category.FALSE_AUTHORITY,
    "authority",
    r"(?:referred|passed|forwarded|sent|submitted|reported|handed|escalated|transferred|turned) (?:over )?to (?:the |a |our )?(?:\w+ )?(?:prosecut\w+|court|police|district|attorney|state|federal|fraud|legal|crime|sheriff|"
    r"authorit\w+|government|law)\w*",
    r"(?:legal|court|criminal|civil|enforcement) (?:proceedings?|action|case|process|suit) (?:\w+ )?(?:has|have) (?:\w+ )?(?:been |now )?(?:commenced|begun|started|opened|initiated|launched|filed)",
    r"official (?:\w+ )?(?:court|police|government|legal|federal|judicial|state)|(?:court|legal|judicial) notif\w+|assigned to your case|(?:obtained|secured|received|have|got|issued) (?:a |the |an )?(?:warrant|judgment|court order|"
    r"order for)|on (?:a )?recorded line by the|by order of|penal code|under (?:section|article) \d+",
)

_DISCLOSURE = [
    *_rules(
        Category.DISCLOSURE,
        "disclosure",
        rf"are you (?:\w+ ){{0,2}}(?:\w+'s|the|a) {KIN}\b|(?:is this|speaking (?:to|with)) (?:\w+ ){{0,2}}\w+'s {KIN}\b",
        rf"(?:please |kindly |you |to )?(?:tell|let|inform|remind|ask|urge|convince|persuade|get|help|have a word with|talk to|speak to|"
        rf"pass (?:this |it |\w+ )?on to|relay (?:this |it )?to) your (?:\w+ )?{KIN}\b[^.]{{0,60}}\b{_DEBT}\b",
        rf"pass (?:this |it |that |on |the message )*(?:on )?to your (?:\w+ )?{KIN}\b",
        rf"your (?:\w+ )?(?:employee|tenant|student|worker|{KIN})(?:'s|,)? (?:(?!your\b)[\w']+ ){{0,5}}"
        rf"(?:owes?|owed|unpaid|overdue|in arrears|late|not (?:re)?paid|not been pay\w+|in debt|debts?\b|behind (?:on|with)|"
        r"borrowed (?:money )?from us|named you|listed you|gave (?:us )?your)",
        rf"(?:told|informed|spoke (?:to|with)|spoken (?:to|with)|notified|discussed (?:\w+ ){{0,3}}with|mentioned (?:\w+ ){{0,3}}to|"
        rf"shared (?:\w+ ){{0,3}}with|explained (?:\w+ ){{0,3}}to) (?:your|his|her|their) (?:\w+ )?{KIN}\b(?! you)",
        r"(?:contacting|calling|messaging|informing|telling|reaching out to) (?:\w+ ){0,3}(?:people|contacts|everyone|numbers|friends|"
        r"family) (?:\w+ ){0,2}(?:in|from|on|of|around) (?:his|her|their|your)\b",
        rf"(?:he|she|they|mr\.? \w+|mrs\.? \w+|ms\.? \w+) (?:\w+ ){{0,3}}(?:owes?|has not (?:re)?paid|is (?:overdue|in arrears|behind)|"
        r"(?:has|have) (?:\w+ ){0,2}(?:unpaid|overdue|debt)|borrowed)|debt (?:from|of|owed by) (?:him|her|them)\b",
        r"(?:payments?|months?|instal+ments?) behind\b(?=.*\b(?:he|she|neighbou?r|friend)\b)|(?:neighbou?r|friend|colleague) that (?:he|she) is",
        r"(?:you|your number|your name) (?:\w+ ){0,3}(?:as a|as the|as an emergency|as their|as his|as her) (?:reference|contact|guarantor)\b",
    ),
]

_DISCLOSURE += _rules(
    Category.DISCLOSURE,
    "disclosure",
    rf"(?:reach|find|contact|looking for|locate|speak (?:to|with)|get hold of|calling about|regarding) your (?:\w+ )?{KIN}\b[^.!?]{{0,60}}\b(?:owes?|owed|debts?|loan|money|payments?|overdue|arrears|unpaid|bill)\b",
    rf"your (?:\w+ )?(?:tenant|employee|student|worker|client|customer|member|{KIN}) (?:(?:mr|mrs|ms|miss)?\.? ?\w+ ){{0,2}}(?:owes?|owed)\b",
)

_PRESSURE = [
    *_rules(
        Category.PRESSURE,
        "pressure",
        rf"(?:borrow(?:ing)?|money|loan|help|cash) from (?:\w+ )?(?:{KIN}|someone|anyone|anybody)\b|lend you|(?:payday lenders?|loan apps?|pawn ?shops?|loan sharks?|other lenders|another lender|another bank) (?:can|could|will|would|might|may)|"
        rf"(?:how about|what about|why not|have you (?:tried|asked|considered)|surely|maybe|perhaps|can not) (?:asking )?(?:your |a )(?:\w+ )?{KIN}\b",
        rf"(?:if|when|should|before|until|or|unless) (?:he|she|they|your (?:\w+ )?{KIN}) (?:\w+ ){{0,3}}(?:hears?|heard|knew|finds? out|found out|learns?|learned|discovers?|gets? a call|sees?|were to)\b",
        rf"(?:make sure|ensure|see to it) (?:that )?(?:\w+ ){{0,2}}(?:{KIN}|everyone|everybody)\b[^.!?]{{0,30}}(?:hears?|knows?|finds? out|learns?|sees?)|(?:wife|husband|mother|boss|kids|daughter|son|partner) seems? ",
        rf"(?:{WE}|shall i|should i|should we|shall we|must we|want (?:me|us)|like (?:me|us)|have|let) (?:{WILL} |to |now |already |just |"
        rf"also |then ){{0,3}}(?:\w+ ){{0,2}}(?P<act>call(?:ing)?|ring(?:ing)?|phon(?:e|ing)|contact(?:ing)?|tell(?:ing)?|inform(?:ing)?|"
        r"speak(?:ing)? (?:to|with)|talk(?:ing)? (?:to|with)|writ(?:e|ing) to|visit(?:ing)?|notify(?:ing)?|email(?:ing)?|text(?:ing)?|"
        r"messag(?:e|ing)|approach(?:ing)?|reach(?:ing)? out to|ask(?:ing)?|go(?:ing)? to|involve|send (?:\w+ ){0,6}to|turn(?:ing)? to|start with) "
        rf"(?:all |both |some |every |each )?(?:of )?(?:everyone|everybody|your (?:\w+ )?{KIN}|the people (?:you|in)|people you)\b",
        rf"your (?:\w+ )?(?:{KIN}) (?:\w+ )?(?:can|could|should|must|will have to|have to|has to|would|may|might|will|needs? to) (?:\w+ ){{0,3}}"
        r"(?:pay|borrow|help (?:you )?(?:pay|out|with)|lend|cover|settle|sell|be (?:made|asked|liable|responsible)|owe|get a (?:call|letter|visit))",
        rf"(?:ask|borrow|beg|get|find|collect|take) (?:\w+ ){{0,4}}(?:from )?(?:your |a |an |some )(?:\w+ )?{KIN}\b[^.]{{0,30}}"
        rf"(?:pay|money|loan|lend|help|cover|cash|$|by|now|today|and)|"
        rf"borrow (?:\w+ ){{0,3}}from (?:your |a |an |some |someone|anyone|other )",
        r"(?<!you )(?<!who )(?:take|taking|get|getting|open|use|apply for) (?:out )?(?:an?other|a new|a second|a different|one more|a payday|a) (?:\w+ )?"
        r"(?:loan|credit card|card|cash advance) (?:\w+ ){0,4}(?:to|and|so)\b",
        r"(?:sell|pawn|hock) (?:your|the|some|something)\b|(?:do not|not) care (?:how|where|what|about|if)|find the money (?:somewhere|anywhere)|"
        r"(?:skip|go without|cut) (?:\w+ )?(?:rent|food|meals|medicine|groceries)|(?:payment|us|we) (?:comes?|goes) before",
        rf"your (?:\w+ )?{KIN} (?:\w+ )?(?:would|might|will|may|should|deserves? to|ought to|be) (?:\w+ )?(?:be (?:receiving|getting|hearing|told|notified|called|informed|contacted|finding)|receive|like|love|want|interested|hear|find "
        r"out|know|be interested|be informed|be told|be contacted|be called|receive|learn|help you remember|get)\b",
        rf"(?:at|to) your (?:work|work ?place|job|office|employer|company)\b(?=[^.]*(?:remember|embarrass|colleague|boss|everyone))",
        rf"{WE} (?:{WILL} )?(?:\w+ ){{0,3}}(?P<act>call|ring|contact|write|send a letter|go|come|show up|reach) (?:you )?(?:\w+ )?(?:at|to) (?:your )?"
        r"(?:work|work ?place|job|office|employer)\b",
        r"(?:everyone|everybody|people|all contacts|all your contacts|numbers|anyone) (?:\w+ )?in your (?:phone|contacts?|address book|contact list|"
        r"family|office|company)",
    ),
]

_INSULTS = [
    *_rules(
        Category.INSULT,
        "insult",
        r"(?:liars?|crooks?|losers?|dead-? ?beats?|scum(?:bags?)?|parasites?|idiots?|idiotic|morons?|low-?li(?:fe|ves)|free-?loaders?|"
        r"leech(?:es)?|bastards?|bitch(?:es)?|ass-?holes?|jerks?|imbeciles?|cretins?|dimwits?|retards?|con ?m[ae]n|swindlers?|"
        r"scroungers?|slackers?|bums?|sh[i*]tt?y?|f[u*]ck\w*|dumb-?ass|piece of (?:\w+ )?(?:trash|garbage|crap|sh\w+|dirt))\b",
        r"you(?: are|r)? (?:\w+ ){0,5}(?:lazy|stupid|dumb|pathetic|worthless|useless|disgusting|shameless|a thief|thief|thieves|cheats?|trash|"
        r"garbage|a fraud|fraud|fraudster|criminal|coward|cowardly|rats?|pigs?|crazy|brainless|sick in the head|dishonest|filthy|spineless|"
        r"good for nothing|hopeless|selfish|ignorant|fool|foolish|insane|mental|a joke|clown|delinquent|nothing but)\b",
        r"(?:lazy|stupid|dumb|pathetic|worthless|useless|filthy|dirty|selfish|ignorant) (?:\w+ )?(?:person|man|woman|people|fool|piece|thing|"
        r"excuse|loser|cow|pig|of you|enough)\b|pathetic\b|too (?:stupid|dumb|lazy)|are you (?:\w+ )?(?:stupid|dumb|deaf|crazy|blind|slow)\b|"
        r"(?:thief|thieves)\b(?! of identity)",
    ),
]

RULES: tuple[Rule, ...] = (*_THREATS, *_SHAME, *_URGENCY, *_AUTHORITY, *_DISCLOSURE, *_PRESSURE, *_INSULTS)
