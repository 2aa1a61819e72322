"""Shaming and insults in English. Matched in folded text."""

from services.reminders.domain.words.english import KIN, rules
from services.reminders.domain.words.wording import Category

SHAME = [
    *rules(
        Category.SHAME,
        "shame",
        r"you call (?:this|that)\b|never (?:met|seen|known|had) (?:anyone|someone|a \w+) (?:so|as|like|"
        r"more)\b|"
        r"(?:nobody|no one) (?:forced|made|asked) you|if you can (?:raise|feed|have|bring up) ",
        r"(?:do|doing) (?:the right|what is right|the honest|the decent|right by)|(?:broke|break|"
        r"breaking|go back on) (?:your|their|his) (?:word|promises?)\b|keep (?:their|his) (?:word|"
        r"promises?)\b|"
        r"your word (?:is|means)(?! enough)|"
        r"(?:we|i|they|people) (?:trusted|believed|had faith|helped|counted)(?: in| on)? you|trusted you|"
        r"betray\w*|(?:i|we) (?:thought|expected|believed|assumed) (?:\w+ )?(?:you were|better|more)|not "
        r"who we thought",
        r"(?:off|with|using|spending) (?:someone|somebody|other|someone else's|our|somebody's|else's|us)(?: "
        r"else's)? (?:people'?s? )?(?:money|backs?)|free (?:ride|lunch|money)|hand-?outs?|lie in it|made "
        r"your bed|living (?:large|it up|like)|your (?:priorities|lifestyle)|"
        r"(?:holiday|vacation|party|parties|restaurants?|shopping|designer|luxur\w+|cigarettes|coffee|beer|"
        r"concert|new (?:phone|car|shoes|clothes)|netflix|gym|nails|hair|instagram|pictures|photos) "
        r"[^.!?]{0,40}(?:but|yet|and|instead|while|when)\b[^.!?]{0,30}(?:pay|owe|debts?|loan|us|bills?|"
        r"broke)",
        r"(?:says|tells|shows|speaks) (?!nothing)(?:\w+ ){0,4}(?:about you|what you are|who you are|your "
        r"character|the kind|what kind)|childish|immatur\w+|like a (?:teenager|kid|thief|criminal|beggar)|"
        r"learn (?:to|some|what|how to) "
        r"(?:\w+ )?(?:responsib\w+|manners|respect|honest\w*|pay|live within|handle)|(?:burden|drain) (?:on|"
        r"to)|(?:run|running|hide|hiding) (?:away )?(?:from|like|behind)|cowards?\b|cowardly|self-?respect|"
        r"dignity|"
        r"(?<!you )(?:get|find) a (?:real |second |better |proper )?job\b|work harder|(?:stop|instead of) "
        r"(?:spending|wasting|partying|shopping|drinking|smoking|living)|(?:in|go out in) public|word "
        r"(?:gets|will get) around|"
        r"disgust\w*|pitiful|laughable|mortif\w+|pathetic|sad excuse|joke of|respectable|reputation (?:will|"
        r"is|in)|your (?:good )?name (?:will|is|in the)|even (?:students?|pensioners?|poor people|my \w+|"
        r"children|the poor(?:est)?|"
        r"single (?:mothers|moms|parents)|a child|kids|others|people with) |people (?:with|who have) "
        r"(?:less|far less|much less)|(?:poster|flyer|sign|banner|notice)s? (?:\w+ ){0,4}(?:with|of|about|"
        r"on|in) (?:\w+ )?your|"
        r"your (?:face|name|photo|picture) (?:\w+ ){0,3}(?:on|in|all over|everywhere|posted|published)",
        r"(?:steal|stealing|stole|stolen|cheat(?:ed|ing)?|rob(?:bed|bing)|lied|lying|trick(?:ed|ing)|"
        r"deceiv\w+|fool(?:ed|ing)|scamm(?:ed|ing)) (?:from )?(?:us|me|the|everyone|people|this|our|to us|"
        r"to me|about)\b|you (?:\w+ )?(?:lied|cheated|stole)|"
        r"play(?:ing)? (?:the |a )?victim|sob stor\w+|(?:laugh|laughing|pointing|point|sneer|spit) "
        r"(?:fingers )?at you|fail(?:ed|ing|s)? (?:your|as|at being|everyone|us)\b|"
        r"(?:owes|owe) you (?:something|anything|a living|nothing)|(?:wife|husband|kids|children|family|"
        r"mother|parents|partner|daughter|son) deserves?\b|deserves? (?:a )?(?:better|more than|someone)|"
        r"(?:nobody|no ?one|who) (?:\w+ )?(?:respects?|likes?|trusts?|believes|wants|cares)\b|(?:no|lost|"
        r"losing|have some|show some) (?:\w+ )?respect\b|"
        r"(?:runs?|running|dodg\w+|hid(?:e|es|ing)|shirk\w*|evad\w+|escap\w+|walk\w* away) (?:away "
        r")?(?:from )?(?:your|his|her|their|our|debts?|obligations?|responsib\w+|bills)|ungrateful|"
        r"selfish\w*|greedy|spoil(?:ed|t)|reckless\w*|"
        r"(?:the )?only one (?:in|of|on|who|that)\b|have some (?:pride|shame|decency|respect|dignity|self|"
        r"honou?r)",
        r"how (?:does|would) it feel|(?:are|were) you (?:\w+ )?(?:proud|happy|satisfied|comfortable) (?:of|"
        r"with|about|now|to|living|taking|that)|do you (?:\w+ )?(?:feel (?:good|proud|bad|guilty|any|no|"
        r"nothing)|even (?:care|know|think)|think (?:you|we|this is|it is|"
        r"money|the world|that)|enjoy|have any)|you think (?:the|you|we|this is|it is|money|that|life|"
        r"debts?)|you (?:always|never|conveniently|clearly|obviously|simply) (?!have the|have to|need|can|"
        r"will|owe|were|agreed|get|got|received|miss|be\b|"
        r"has|missed|had)\w+|(?:poor|broke|cheap) people\b|should not (?:be allowed to |have )?(?:take|"
        r"taken|borrow|have|sign)",
        r"(?:does|do|should|did|would|will|has|have) (?:\w+ )?your (?:\w+ )?(?:church|congregation|boss|"
        r"family|wife|husband|kids|children|parents|mother|father|neighbou?rs|friends|colleagues|employer|"
        r"community|partner|students|team) "
        r"(?:\w+ )?(?:know|realise|realize|hear|see|approve|respect|think)|proud of you|how you were "
        r"(?:raised|brought)|raised you",
        r"ashamed\b|shame on\b|shameful\w*|shameless\w*|what a shame|(?:feel|have|any|some|no|bring|brought|"
        r"of) (?:\w+ )?shame\b|"
        r"disgrac\w+|humiliat\w+|dishono\w+|embarrass\w+|laughing ?stock|ridicul\w+",
        r"(?:no|any|a|some|little|lost|lack\w*) (?:sense of |of )?(?:honou?r|decency|self-?respect|"
        r"conscience|morals|integrity|"
        r"dignity|pride|character|backbone|responsibility)\b|your conscience|have you no\b",
        r"how (?:do|can|could|dare) you (?:even )?(?:sleep|live with|look|face|show|do this|not pay|enjoy|"
        r"go on)|"
        r"(?:in the|into a|into the) mirror\b|(?:show|hold up) your (?:face|head)|face your (?:co-?workers|"
        r"colleagues|family|kids|children|parents|friends|neighbou?rs|wife|husband|boss|mother|father)|live "
        r"with yourself",
        r"be a (?:real )?man\b|man up\b|grow up\b|(?:act|behave|try acting|be) (?:like )?(?:an? |your "
        r")(?:\w+ )?(?:adult|age|grown)|"
        r"like a (?:child|baby|coward)|grown (?:man|woman|adult)|(?:call|calls) (?:yourself|themselves|"
        r"himself) (?:a|an)\b",
        r"(?:a|any|every|real|true) (?:\w+ )?(?:real|decent|good|honest|responsible|proper|respectable|"
        r"normal|grown|true) "
        r"(?:man|woman|person|people|father|mother|parent|citizen|human|adult|husband|wife|customer|"
        r"borrower)s?\b",
        r"while (?:owing|you owe)|(?:when|but) you still owe|(?:what|who) you have become|stop being|"
        r"(?:must have been|were you|being) raised|raised (?:badly|poorly|wrong|by wolves)|(?:do|did|does) "
        r"not you (?:even |really )?(?:care|think|feel|know|realise|realize|want|love|have|mind)|hang your "
        r"head|in shame\b|(?:except|apart from) you\b|(?:pay|pays|paid|manages?) (?:\w+ )*but you\b|"
        r"(?:spen[dt]|wast(?:e|ed)|blew|gone) (?:it |all |the money |everything |your money |that )*(?:on|"
        r"in) (?:booze|drinks?|drinking|gambling|drugs|the casino|alcohol|parties|luxur\w+|women|games|"
        r"toys)|nice \w+ for (?:someone|a person|somebody)|for someone who (?:can not|does not|owes|will "
        r"not)|what you (?:did|have done)|you are (?:such )?(?:a |an |the )?(?:very |really )?(?:bad|"
        r"terrible|awful|horrible|worst|worse|dishonest|poor excuse)\b|(?:feel|felt) sorry for your "
        r"(?!loss)|sorry excuse|(?:adults|grown-?ups|men|people|everyone|everybody) (?:always |simply |just "
        r")?(?:pay|pays|repay|settle|honou?r|keep) (?:their|his|your|what)|stop (?:whining|moaning|crying|"
        r"complaining|begging|lying)|whin(?:e|ing)\b|simple as that|laziness|(?:feel|feeling|be|are) (?:\w+ "
        r")?guilty|you borrowed it|(?:honest|decent|good|responsible|respectable|normal|hard-?working|other|"
        r"real|most) (?:people|customers|borrowers|adults|"
        r"men|women|families|folks) (?:\w+ )?(?:pay|pays|do not|manage|keep|settle|honou?r|work|have no|"
        r"would|repay|can)",
        r"what (?:would|will|do|must|does|might) (?:\w+ ){0,2}" + KIN + r" (?:\w+ ){0,2}(?:think|say|feel)|"
        r"(?:if|when|wait (?:until|till)) (?:your|the) (?:\w+ )?"
        + KIN
        + r" (?:\w+ ){0,2}(?:knew|know|find|found|hear|saw|see)",
        KIN + r" (?:\w+ ){0,2}(?:would|must|will|should|are|is) (?:\w+ ){0,2}"
        r"(?:disappointed|heartbroken|proud|shocked|disgusted)|"
        r"(?:you are|you have been|such|what) a disappointment|disappointment to|bad example|let(?:ting)? "
        r"(?:\w+ ){1,2}down\b|"
        r"(?:example|role model) (?:\w+ ){0,3}(?:your|for your|to your|kids|children)",
        r"what (?:kind|sort|type) of (?:a )?(?:\w+ )?(?:person|man|woman|father|mother|parent|human|people|"
        r"adult|example|husband|wife)",
        r"people like you\b|(?:your|that) (?:kind|sort|type)(?: of (?:people|person))?(?: \w+)? (?:is|are|"
        r"never|always)\b|"
        r"(?:some|certain) people (?:never|just|have no)",
        r"(?:everyone|everybody) (?:else|but you)\b.{0,30}(?:pay|paid|manage|can|does)|why can not you\b|"
        r"(?:others|everyone else|the rest of us) (?:\w+ )?(?:pay|manage|can|work|in your situation)",
        r"you (?:had|have|found|find|always have|seem to have|can find|got) (?:\w+ )?(?:money|cash|enough|"
        r"no (?:problem|trouble|"
        r"difficulty|issue)s?) (?:\w+ ){0,4}(?:for|to|taking|borrowing|spending|when)\b|(?:happy|quick|keen|"
        r"glad|fast|eager|willing) "
        r"(?:enough )?(?:to (?:take|borrow|spend|accept|sign|use)|when you (?:took|borrowed))",
        r"if you can (?:afford|buy|pay for|find money|go|have)\b.{0,40}you can|(?:but|and) (?:you )?(?:can "
        r"?not|not) (?:even )?"
        r"(?:pay|afford|find)|can (?:you )?not even\b|not even (?:pay|manage|afford|able)",
        r"irresponsib\w+|(?:lack of|no|zero|some|take|your|show) (?:\w+ )?responsib\w+|beyond your means|"
        r"should (?:\w+ )?have thought|(?:never|not) have borrowed|before (?:borrowing|you borrowed|taking|"
        r"you took|you signed)",
        r"(?:making|make|your|more|no more|enough|same old|tired of|sick of|lame|any|with the|another) "
        r"(?:\w+ )?excuses?\b|"
        r"(?:your|own) fault\b|(?:you|to) blame\b|poor (?:character|upbringing)|were (?:not )?(?:raised|"
        r"brought up)|raise you\b|taught you",
        r"(?:public|wall of|shame|name and) (?:\w+ )?(?:list|shame|register|page|board|notice)|nam(?:e|ing) "
        r"and sham",
        r"(?:post|publish|share|upload|put|spread|print|display|expose|plaster|circulate|send)(?:ing|ed)? "
        r"(?:\w+ ){0,2}(?:your|you|"
        r"their|his|her) (?:\w+ ){0,5}(?:online|facebook|internet|social media|wechat|instagram|website|"
        r"public\w*|group|wall|"
        r"everyone|everywhere|newspaper|photos?|pictures?|face|name)\b|expose you\b|go viral",
        r"(?:everyone|everybody|neighbou?rs|friends|family|colleagues|co-?workers|the whole \w+|all your "
        r"\w+|people|town|village|"
        r"followers) (?:\w+ ){0,2}(?:will|would|should|is going to|are going to|can|knows?|shall) (?:\w+ "
        r")?(?:know|find out|see|hear|"
        r"learn|laugh|talk)|so (?:that )?(?:everyone|everybody|people) (?:knows?|can see|sees?)",
        r"you are (?:such )?a (?:\w+ )?(?:failure|burden|disgrace|joke|embarrassment|nobody|bad (?:person|"
        r"mother|father|parent))\b|"
        r"(?:i|we) (?:would|am|are) (?:\w+ )?(?:disgusted|disappointed|embarrassed)|if i were you|in your "
        r"shoes i|a man of your",
        r"(?:someone|a person|a man|a woman|people|at) (?:of )?your (?:age|position|status|education)\b|at "
        r"your age\b",
    ),
]

INSULTS = [
    *rules(
        Category.INSULT,
        "insult",
        r"(?:liars?|crooks?|losers?|dead-? ?beats?|scum(?:bags?)?|parasites?|idiots?|idiotic|morons?|"
        r"low-?li(?:fe|ves)|free-?loaders?|"
        r"leech(?:es)?|bastards?|bitch(?:es)?|ass-?holes?|jerks?|imbeciles?|cretins?|dimwits?|retards?|con "
        r"?m[ae]n|swindlers?|"
        r"scroungers?|slackers?|bums?|sh[i*]tt?y?|f[u*]ck\w*|dumb-?ass|piece of (?:\w+ )?(?:trash|garbage|"
        r"crap|sh\w+|dirt))\b",
        r"you(?: are|r)? (?:\w+ ){0,5}(?:lazy|stupid|dumb|pathetic|worthless|useless|disgusting|shameless|a "
        r"thief|thief|thieves|cheats?|trash|"
        r"garbage|a fraud|fraud|fraudster|criminal|coward|cowardly|rats?|pigs?|crazy|brainless|sick in the "
        r"head|dishonest|filthy|spineless|"
        r"good for nothing|hopeless|selfish|ignorant|fool|foolish|insane|mental|a joke|clown|delinquent|"
        r"nothing but)\b",
        r"(?:lazy|stupid|dumb|pathetic|worthless|useless|filthy|dirty|selfish|ignorant) (?:\w+ )?(?:person|"
        r"man|woman|people|fool|piece|thing|"
        r"excuse|loser|cow|pig|of you|enough)\b|pathetic\b|too (?:stupid|dumb|lazy)|are you (?:\w+ "
        r")?(?:stupid|dumb|deaf|crazy|blind|slow)\b|"
        r"(?:thief|thieves)\b(?! of identity)",
    ),
]
