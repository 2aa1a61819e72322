"""Threats in English, open and veiled. Matched in folded text."""

from services.reminders.domain.words.english import FEW, GOODS, SOME, WE, WILL, rules
from services.reminders.domain.words.wording import Category

THREATS = [
    *rules(
        Category.THREAT,
        "visit",
        rf"(?:send|sending|sent|dispatch\w*|assign\w*) {SOME}(?:someone|somebody|people|men|guys|boys|"
        rf"agents?|"
        rf"collectors?|officers?|bailiffs?|team|representatives?|staff|field \w+) {FEW}(?:you\b|your)",
        r"(?:have|get|getting) (?:\w+ ){0,2}(?:someone|somebody|people|men|guys|boys|agents?|collectors?|"
        r"officers?|bailiffs?) (?:\w+ )?(?:come|visit|knock|collect|pick|"
        r"to your|at your|after you|round|over)\b",
        rf"(?:come|comes|coming|came|be (?:at|outside|in front|waiting|right)|show up|turn up|stop by|drop "
        rf"by|drop in|stand|standing|wait|waiting|park\w*|"
        rf"knock\w*|be there|appear|swing by|head\w*|travel\w*) {FEW}(?:your|the) {SOME}"
        r"(?:house|home|door(?:step)?|place|flat|apartment|address|work(?:place)?|office|job|school|street|"
        r"front door|"
        r"gate|building|neighbou?rhood)\b",
        r"(?:home|house|door|field|personal|site) visits?\b",
        rf"{WE} {WILL} (?:\w+ ){{0,2}}(?P<act>visit(?! the (?:subject|matter|question|topic|plan))|"
        rf"pay(?:ing)? you (?:a|another) (?:\w+ )?(?:visit|call in person))",
        r"(?:visit|visiting|pay|paying|give|giving) you (?:a (?:\w+ )?visit|tonight|at (?:home|work)|in "
        r"person)",
        r"visit (?:you|(?:\w+ )?your (?:residence|premises|address|property|house|home|family|work\w*|"
        r"office|parents|school))\b",
        rf"{WE} {WILL} (?:\w+ )?(?P<act>come|coming) (?:round|over|by|to (?:see|find|get|visit) you|"
        rf"knocking|in person|for)",
        r"see you (?:at|outside|in front of) (?:your|the) (?:\w+ )?(?:home|house|door\w*|work\w*|office|"
        r"school)",
    ),
    *rules(
        Category.THREAT,
        "law",
        r"(?:you|him|her|your|be|being|get|getting|been) (?:(?!not|never)\w+ ){0,2}arrest(?:ed)?\b|arrest "
        r"(?:you|warrant|will)|"
        r"warrant (?:\w+ ){0,6}arrest|arrest is",
        r"(?:jail(?:ed)?|prison|imprison\w*|jail ?time|incarcerat\w+|behind bars|handcuffs?|custody|prison "
        r"cell|jail ?time)\b",
        r"lock(?:ed)? (?:you )?(?:up|away)\b|put(?:ting)? you away\b|in cuffs\b",
        rf"{WE} (?:{WILL} )?(?:\w+ ){{0,3}}(?P<act>call|calling|inform|contact|notify|bring in|involve|go "
        rf"to|alert|report) "
        r"(?:\w+ ){0,3}(?:police|cops?|sheriff|authorities|fbi)\b",
        r"report(?:ed|ing)? (?:you|this|it) (?:\w+ ){0,2}(?:police|authorit\w+|immigration|sheriff|tax)\b",
        r"(?:police|cops?|sheriff|officers|fbi|immigration) (?:\w+ ){0,3}"
        r"(?:on (?:the|their) way|coming|come|knock\w*|pick you up|look\w* for you|visit\w*|arrest\w*|at "
        r"your|be at)\b",
        r"criminal (?:charges?|complaints?|cases?|records?|proceedings|prosecution|offen[cs]es?|action|"
        r"matter)\b",
        r"prosecut(?:e|ed|ion|ing)\b|press(?:ing)? charges|charged? (?:you )?with (?:fraud|theft|a crime)|"
        r"fraud charges",
        r"deport(?:ed|ation)?\b|(?:lose|losing|cancel|revoke\w*) your (?:visa|green card|residence|passport)",
        r"(?:is|be|for|as|commit\w*|guilty of) (?:\w+ )?(?:fraud|theft|a crime|stealing)\b(?= if| unless| "
        r"because| and you|,)",
    ),
    *rules(
        Category.THREAT,
        "law",
        rf"{WE} (?:{WILL} )?(?:\w+ ){{0,4}}(?P<act>su(?:e|ing)|take you to court|taking you to court|take "
        rf"legal action|taking legal|"
        r"start\w* (?:legal|court) (?:action|proceedings)|begin legal|file (?:a )?(?:suit|lawsuit|claim|"
        r"charges))\b",
        r"(?:sue|suing|sued) (?:you\b|your|the hell)|(?:you|get|be|being) sued\b|see you in court\b|"
        r"drag(?:ged|ging)? you\b",
        r"take you to (?:court|a judge|the cleaners)|(?:haul|bring)(?:ed)? you (?:to|before|into) (?:a |the "
        r")?(?:court|judge)",
        r"(?:legal|court) (?:action|proceedings|steps|measures|process) (?:\w+ )?(?:will|shall|is going to|"
        r"are|begins?|starts?|"
        r"follows?|against you)",
        r"(?:proceedings?|judgment|lawsuit|litigation|legal action) (?:\w+ ){0,2}against you\b",
        r"(?:explain|tell|say) (?:it|this|that|yourself) to (?:a|the) (?:judge|court|police)",
        r"(?:hand|pass|send|forward|refer|transfer|turn)(?:ed|ing)? (?:(?!question|complaint|request|"
        r"dispute|data|letter)\w+ ){0,4}(?:over )?to (?:our |the |a )?(?:\w+ )?"
        r"(?:lawyers?|attorneys?|solicitors?|legal (?:team|department)|bailiffs?|enforcement)",
        r"(?:failure|failing|refusal|refusing) to (?:pay|respond|settle|comply|act|contact|call|"
        r"reply)\b.{0,40}"
        r"(?:will|shall|may|leads?|results?|means)\b",
        r"non-?payment (?:will|shall|is|leads?|means|results?)\b",
        legal=True,
    ),
    *rules(
        Category.THREAT,
        "goods",
        rf"(?:take|taking|seize|seizing|repossess|repossessing|confiscate|grab|auction\w*|foreclos\w+|strip|"
        rf"empty|clear out|"
        rf"tow|remove|freeze|freezing|block|garnish\w*|attach|levy|drain|come for|go after|going after|come "
        rf"after|sell off|"
        rf"(?:take|taking) away) (?:\w+ ){{0,2}}(?:your|the|their) (?:\w+ ){{0,2}}{GOODS}\b(?! (?:loan|"
        rf"payment|insurance)\b)",
        rf"(?:lose|losing|lost|say goodbye to|kiss) (?:your|the) (?:\w+ )?(?:{GOODS}|job|kids|children|"
        rf"family|freedom)\b",
        rf"your (?:\w+ ){{0,2}}{GOODS},?(?: \w+ and \w+)? (?:will|is going to|are going to|may|could|might|"
        rf"can|gets?|is being|"
        r"are being|would) (?:\w+ ){0,2}"
        r"(?:frozen|seized|blocked|taken|garnished|emptied|repossessed|sold|auctioned|suspended|locked|"
        r"confiscated|gone|levied)",
        r"(?:salary|wages?|income|pay) (?:will be |is |be )?(?:seized|garnished|docked|attached|withheld)\b",
        r"(?:wage garnishment|garnish your|everything you (?:own|have)\b(?= |$|\.)|until you have nothing|"
        r"leave you with "
        r"nothing|out on the street|onto the street)",
        r"(?:throw|throwing|kick|kicking|put|turn) you (?:and your \w+ )?(?:out|on the street)|evict(?:ed|"
        r"ion|ing)?\b",
        legal=True,
    ),
    *rules(
        Category.THREAT,
        "record",
        r"(?:ruin|destroy|wreck|trash|kill|black-?list|tank|shatter)(?:ed|ing|s)? (?:\w+ )?(?:your|you)\b"
        r"(?: \w+)?(?: (?:credit|score|reputation|life|career|future|name|rating))?",
        r"black-? ?list(?:ed)?\b",
        r"never (?:\w+ ){0,3}(?:get|have|find|obtain|see|rent|buy|work|borrow|qualify) (?:\w+ ){0,6}"
        r"(?:again|anywhere|a (?:loan|job|mortgage|card|house)|credit)\b",
        r"(?:will|going to|gonna) (?:\w+ )?(?:damage|hurt|harm|affect) your (?:\w+ )?(?:credit|career|"
        r"future|job|chances)\b",
    ),
    *rules(
        Category.THREAT,
        "vague",
        r"(?:you|you will|you are going to) (?:\w+ ){0,3}regret|regret (?:it|this|ignoring|not paying|the "
        r"day)\b|"
        r"(?:you will|you are going to|going to) (?:\w+ ){0,2}be (?:very |so |truly )?sorry\b",
        r"or else\b|(?:see|find out|learn|show you|wait for|know|think about) what (?:happens|will happen|"
        r"comes next|comes to you|we can do|"
        r"we do|i can do)(?! to your payment)",
        r"(?:no|any) idea (?:what|who) (?:we|i|you|they|is|can)|you do not (?:want to )?know (?:what|who) "
        r"(?:we|i)",
        r"watch (?:your back|out|your step|yourself)\b|(?:be|better be) careful (?:when|where|who|on|at|"
        r"tonight)\b|"
        r"look over your shoulder|sleep with one eye",
        r"(?:serious|severe|grave|dire|unpleasant|terrible|harsh|heavy|ugly|real|further|legal|bad|"
        r"negative) consequences",
        r"(?:face|suffer|bear|live with|accept|ready for|expect|deal with|there (?:will|are going to) be|"
        r"will have) (?!no )"
        r"(?:\w+ )?consequences|consequences (?:will|for you|are yours|are on you)",
        r"pay (?:the|a heavy|a high) price\b|pay (?:dearly|for this|for it|with your)|(?:the )?hard way\b|"
        r"hard way is",
        r"(?:come|coming|go|going|get|getting) (?:after|for) you\b|hunt(?:ing)? (?:\w+ )?down|track(?:ing)? "
        r"you\b",
        r"(?:find|finding) (?:you|out where you)\b(?! (?:a|the right|some)\b)|(?:bother|keep|try|can not|"
        r"cannot|nowhere to|"
        r"place to|point) (?:\w+ )?(?:hid(?:e|ing)|run(?:ning)?)\b",
        r"stop at nothing|(?:any|every|all) means\b|whatever it takes|not afraid to|not hesitate to|no "
        r"mercy|will not stop until",
        r"(?:mak(?:e|ing)|turn) your (?:life|lives|days|family'?s life) |your life (?:will be|is going to "
        r"be|becomes) (?:\w+ )?"
        r"(?:hell|difficult|hard|miserable|over)|living hell",
        r"(?:bad|worse|ugly|terrible|unpleasant|nasty|horrible|serious)(?: things?)? (?:\w+ ){0,3}happen|"
        r"(?:something|anything|things?) (?:\w+ ){0,2}(?:could|might|may|will|can) happen to (?:you|your)",
        r"(?:get|gets|getting|turn|become|be|go) (?:\w+ ){0,2}(?:worse|ugly|nasty|unpleasant|messy|"
        r"uncomfortable|painful)\b"
        r"(?: for you| from here| if| unless|$|\.|,)",
        r"next time (?:\w+ ){0,6}(?:not|will|it is)\b|(?:will|are) not (?:be )?(?:so |this |as |always "
        r")?(?:nice|friendly|polite|"
        r"patient|kind|gentle|ask(?:ing)? (?:again|nicely|twice))\b",
        r"(?:lose|losing|lost) (?:our|my) patience|patience (?:is|has) (?:\w+ )?(?:run|limit|thin|end|"
        r"exhaust)|not patient",
        r"do not (?:make|force|push|test|tempt|mess with|play (?:\w+ )?with|try) (?:me|us|our|my)\b|"
        r"you (?:leave|left|give) (?:me|us) no (?:choice|option)|teach you a lesson|deal with you\b|take "
        r"care of you and",
        r"we have (?:\w+ )?(?:ways|methods|means|tricks|people)\b|(?:we|i) know (?:exactly |all |everything "
        r")?(?:where|about) "
        r"(?:you|your)|(?:we|i) know (?:who )?your (?:family|kids|children|wife|husband|address|car|routine)|"
        r"we have your (?:address|photos?|id|contacts|location)|(?:kids|children|son|daughter)s? (?:go|goes|"
        r"attend) to school",
        r"(?:hurt|beat|kill|harm|smash|burn|break|cripple|punch|kick|stab|shoot) (?:\w+ )?(?:you|your|him|"
        r"her)\b(?! (?:credit|"
        r"score|record))|(?:get|getting|got|be|being|end up) (?:\w+ )?(?:hurt|beaten|killed|hospital\w*)|"
        r"broken (?:legs?|bones?|arms?)",
        r"(?:it would be|what) a (?:pity|shame) if|(?:hope|pray) nothing happens|nice (?:family|house|car|"
        r"kids) you have|"
        r"(?:your|the) safety (?:of your|is|can)|accidents? (?:happen|can)",
        r"(?:you|your \w+) (?:will|are going to|shall) (?:\w+ )?be (?:reported|exposed|prosecuted|charged "
        r"with|fined|punished|"
        r"fired|dismissed|ruined|finished|homeless|destroyed|made to|dealt with|taught)\b|(?<!until "
        r")(?<!when )you are "
        r"(?:finished|done for|dead)\b",
        r"(?:every|any) (?:legal |available |possible )?(?:means|method|measure)s? (?:necessary|to|at our)|"
        r"no (?:more )?mr nice",
        r"you (?:will|shall) (?:see|pay for|wish|beg|suffer|hear from our|be hearing from our)\b|you have "
        r"been warned|"
        r"(?:last|final|fair|first|only|serious) warning|consider yourself warned|i(?: am)? warn(?:ing)? "
        r"you|we(?: are)? "
        r"warn(?:ing)? you|this is a warning|mark my words|you asked for (?:it|this)|brought this on "
        r"yourself",
        r"(?:before|until) (?:we|i|they|someone) (?:\w+ )?(?:come|comes|take|takes|get|start|send|act|"
        r"escalate)\b",
    ),
    *rules(
        Category.THREAT,
        "calls",
        r"(?:call|calling|ring|ringing|phone|text|texting|contact|contacting|message|bother) you (?:\w+ "
        r"){0,2}"
        r"(?:every|all day|all night|day and night|until you|non-?stop|\d+ times|again and again|constantly|"
        r"at work|at night|"
        r"around the clock|\d+/\d+|over and over|relentlessly)",
        r"(?:calls|calling|ringing|texting|phone) (?:\w+ ){0,3}(?:will|does|do) (?:never|not) stop|"
        r"(?:keep|never stop|go on|continue) (?:calling|ringing|texting|phoning) (?:\w+ ){0,3}(?:until|till|"
        r"every)",
        r"you will (?:have|get|find) no (?:peace|rest|sleep)|no peace until|not leave you alone",
    ),
    *rules(
        Category.THREAT,
        "family",
        r"(?:kids?|children|son|daughter|baby|family) (?:\w+ ){0,3}(?:taken (?:away|into|from)|be removed|"
        r"into care|suffer|pay the "
        r"price|be hungry)|social services|custody of your|think (?:about|of) (?:what (?:could|might|will) "
        r"happen to )?"
        r"your (?:family|kids|children|safety)|(?:for|to) you and your (?:family|kids|children|loved "
        r"ones)\b(?= ?[.!]?$)",
    ),
]

THREATS += [
    *rules(
        Category.THREAT,
        "vague",
        r"(?:if you|unless you|keep|go on|carry on)\b[^.!?]{0,40}(?:,|and) (?:then )?(?:expect|prepare "
        r"(?:for|yourself)|get ready|brace yourself|face|be ready|you will (?:find|see|learn|get|know|feel|"
        r"regret|wish|pay|lose|be (?!fine|ok|able|safe|offered|given|asked|told|sent|contacted)))\b|"
        r"immigration (?:service|authorit|office|status|police)\w*|i (?:have|know|got) (?:\w+ )?(?:friends|"
        r"people|guys|men|someone|somebody) (?:who|that)|not (?:say|claim) (?:that )?(?:i|we|nobody|no one) "
        r"(?:did not|never)? ?warn|one way or (?:another|the other)|want (?:me|us) (?:to )?(?:come|coming|"
        r"looking|find|visit|call your)|(?:hate|sad|shame|pity) to see your|see to (?:it|that)\b|(?:doors?|"
        r"windows) (?:\w+ )?locked|lock your (?:doors?|windows)|take (?:it|this|things|your \w+) (?:to the "
        r"next level|further|higher|up a)|through the mud|cuff(?:ed|s)? (?:you|him|her)|never own\b|(?:have|"
        r"get|got|see) you (?:fired|sacked|arrested|evicted|deported|thrown|kicked|jailed|locked|charged|"
        r"blacklisted|banned)|(?:escape|hide|run|get away) (?:away )?(?:from )?(?:us|me)\b|(?:not want |"
        r"hate for )?(?:anything|something) (?:\w+ )?to happen to|can not (?:escape|hide|outrun|run)\b|"
        r"dangerous game|out of hand|playing with fire|(?:last|final) (?:\w+ )?(?:polite|friendly|kind|nice|"
        r"gentle|civil) |(?:you|your \w+|they|he|she) (?:will |shall |are going to |is going to |must )?"
        r"(?:\w+ )?suffer\b|(?:cross|crossed|crossing|anger|upset|provoke|defy) us\b|(?:know|learn\w*|have|"
        r"got|found|saw|seen) (?:\w+ )?(?:your|his|her) (?:\w+ )?(?:schedule|routine|movements|habits|"
        r"whereabouts|location|"
        r"licen[cs]e plate|workplace|secrets?)|until you (?:\w+ )?(?:break|crack|beg|give in|give up|pay|"
        r"can not)|(?:continue|keep on|go on|carry on) (?:to )?(?:call|calling|ring|pester\w*|contact\w*) "
        r"(?:\w+ )?until",
        r"your (?!plan|payment|direct|loan|complaint|data|number|request|details|interest|fee|reminder|"
        r"instal|next|last|first|due|contract|case worker|message)(?:\w+ ){1,3}(?:will|is going to|are "
        r"going to|shall|gets?) "
        r"(?:soon )?(?:be )?(?:cancel\w+|revoked|terminated|cut|taken|flagged|blacklisted|exposed|ruined|"
        r"destroyed|attached|impounded|towed|evicted|deported|arrested|next)\b|"
        r"take (?:away )?your (?:kid|child|son|daughter|family|wife|mother)'?s?\b|(?:college|school|"
        r"retirement|christmas) (?:fund|savings|money)",
        r"(?<!we )(?<!i )do not (?:think|imagine|believe|assume)(?: that)? (?:we|i) (?:will|would|can|could|"
        r"are|do) not\b",
        r"leav(?:e|es|ing) (?:us|me) (?:with )?no (?:option|choice|alternative)|expect us\b|hiding (?:will|"
        r"does) not|"
        r"never forget a face|yours on file|worse things than|asked for trouble\b",
        # An ultimatum: pay, or; unless you pay; if you do not pay. Only a few verbs behind it are kind.
        r"(?:^|[,;:] ?|please |now |just |either |must |to )(?:pay(?: up| us| me| it| this| the \w+)?|"
        r"settle(?: up| it| this)?|clear it|repay|respond|answer|reply|cooperate)(?: (?:now|today|"
        r"tonight|immediately|tomorrow|by \w+|this \w+|within \w+ \w+))*,? (?:or|otherwise|before) (?:else|"
        r"we|i|you|your|someone|they|the|it|face|expect|lose|go|get|our|my|be)\b(?! (?:can|may|could|"
        r"might) (?!be\b|lose\b|face\b|go to\b))(?! (?:tell|call|write|contact|talk|let|ask|reply) )",
        r"(?:will|shall|going to|gets?|stops?|ends?|goes) [^.!?]{0,60}\bunless (?:you (?:pay|settle|clear|"
        r"repay|cooperate|transfer)|(?:the|this|your) (?:\w+ )?(?:is paid|is settled|payment))|"
        r"^unless (?:you (?:pay|settle|clear|repay|cooperate|transfer|respond)|(?:the|this|your|full|we) "
        r"(?:\w+ ){0,4}(?:paid|settled|payment|pay))",
        r"if you (?:(?:do not|will not|fail to|refuse to|still do not) (?:\w+ )?(?:pay|settle|clear|repay|"
        r"answer|respond|reply|call|act|cooperate|co-operate|contact|pick|transfer|comply|listen|cough|deal|"
        r"resolve|show|give|bring|send|get)|keep|continue to|go on|hang up|block|ignore|dare|"
        r"refuse)\b[^.!?]{0,50}?,? (?:then )?(?:we|i|you|your \w+|someone|they|the \w+|our \w+)"
        r" (?:will|shall|(?:am|are|is) (?:going|forced) to|have to|can and will|must) (?!(?:\w+ )?(?:help|"
        r"pause|stop|wait|ask|remind|look|talk|offer|write|try|understand|not|still|keep|hold|have|let|give|"
        r"assume|close|be happy|be glad|speak|contact you|suggest|find a|work|continue|send you|call you "
        r"(?:once|back|again|another|later)|always|first|never|receive|get (?:a|one) (?:letter|reminder)|go "
        r"on looking|check|see (?:how|what|whether|if))\b)",
        r"(?:to |and |help you |want to |wish to |could )?avoid (?:\w+ ){0,3}(?:arrest|prosecution|jail|"
        r"prison|embarrass\w+|humiliat\w+|legal|court|lawsuit|trouble|shame|consequences|"
        r"problems|escalat\w+|visits?|being|losing|garnish\w*|seizure|repossession|eviction|enforcement|"
        r"scandal|disgrace)\b",
        r"(?:not|never) (?:\w+ )?(?:end|ended|turn out|go|work out|finish|be) (?:\w+ )?(?:well|good|pretty|"
        r"nice)\b|ends? (?:badly|in tears)|not (?:\w+ )?(?:like|enjoy) what (?:happens|comes|we|i|is)|"
        r"(?:dealing|messing|playing|fooling) with\b(?= us|\.|!|$| me| the)|who you are (?:dealing|"
        r"messing|up against)|(?:see|meet|visit) you (?:very )?(?:soon|tonight|tomorrow|in person)\b|"
        r"(?:expect|be) (?:a|the) (?:knock|visit|surprise|call from the)|knock(?:ing)? (?:on|at) your",
        r"(?:card|account|phone|line|electricity|service|number|sim|license|licence)s? (?:will|is going to|"
        r"may) (?:\w+ )?(?:stop|be (?:cancel\w+|cut|shut|disabled|deactivated|closed|blocked|switched))|out "
        r"of (?:a job|work|your home|"
        r"business)|(?:no ?one|nobody|no (?:bank|lender|employer|company|landlord)) (?:will|is going to|"
        r"would) (?:ever |again )?(?:hire|rent|lend|employ|trust|help|touch|give|want|take|marry|work with)|"
        r"permanent(?:ly)?\b",
        r"(?:watching|following|monitoring|tracking|tracing|spying on) (?:you|your)\b|looking for you\b|"
        r"eyes? on you|(?:assigned|dispatched|deployed|sent) to your|on (?:our|the|their) way to|will "
        r"arrive|matter of time|"
        r"make an example|(?:you can|you could) run|can not hide|not hide|health insurance|life insurance|"
        r"get hurt|loan ?sharks?|people who are not|not as (?:polite|nice|patient|friendly|kind|gentle|"
        r"understanding)",
        r"(?:will|forced to|have to|going to|no choice but to|must|shall|ready to|prepared to) (?!not |"
        r"never )(?:\w+ )?(?:take|use|pursue|resort to|begin|start|initiate|apply|escalate to) (?:\w+ "
        r")?(?:further|legal|strong\w*|drastic|serious|"
        r"other|tough\w*|appropriate|necessary|enforcement|extreme|harsh\w*|aggressive|additional|immediate|"
        r"every|all|field|matters) ?(?:\w+ )?(?:actions?|measures?|steps|collection|means|into our|methods|"
        r"proceedings|force)",
        r"lien on|foreclos\w+|repo (?:man|men|team|agent)|strip(?:ped)? of|end up (?:on|in|with|alone|"
        r"homeless)|(?:ruin\w*|wreck\w*|destroy\w*|haunt\w*|follow) (?:\w+ )?(?:you|your)\b|come back to "
        r"(?:haunt|bite)|nightmare|"
        r"(?:worst|biggest) mistake|mistake of your life|(?:last|final) (?:time|thing) (?:\w+ )*(?:nicely|"
        r"politely|warn|ask)|ask(?:ing)? nicely|run out of (?:patience|chances)|enough of (?:you|your)|had "
        r"it with you",
        r"(?:easy|hard|nice|other|ugly) way\b|your (?:choice|funeral|call):|up to you how (?:painful|ugly|"
        r"bad)|make it (?:hard|difficult|ugly|painful)\b(?! to)|trust me,? you|believe me,? you|things? "
        r"(?:will|can|could|may|might) (?:\w+ )?"
        r"(?:escalate|ugly|get|go) |this (?:will|can|could|is going to) (?:\w+ )?(?:escalate|ugly|hurt|cost "
        r"you|haunt)|cost you (?:your|everything|dearly|more than)|(?:safe|safety) (?:of|for) your|keep "
        r"(?:you|your \w+) safe",
    ),
]
