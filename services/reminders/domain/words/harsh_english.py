"""Every rule against harsh phrases in English; here those about hurry, borrowed authority, disclosure and
pressure through others.
"""

from services.reminders.domain.words.english import KIN, PAY, WE, WILL, rules
from services.reminders.domain.words.shame_english import INSULTS, SHAME
from services.reminders.domain.words.threats_english import THREATS
from services.reminders.domain.words.wording import Category, Rule

_URGENCY = [
    *rules(
        Category.FALSE_URGENCY,
        "urgency",
        r"(?:last|final|only|one|very last) (?:and (?:final|only) )?(?:chance|opportunity|notice|demand|"
        r"offer|call)\b(?! (?:from|"
        r"instalment))|final (?:\w+ )?(?:warning|notice|reminder)",
        r"(?:within|in|next|only|just|have) (?:the )?(?:next )?(?:an?|one|two|three|few|\d+|ten|fifteen|"
        r"twenty|thirty|five)? ?(?:hours?|"
        r"minutes?|mins?|hrs?)\b",
        rf"(?:{PAY}|payment|money|you must|you need to|action|attention|response|cooperation|"
        rf"resolved?)\b[^,;]{{0,40}}"
        r"(?:right now|this instant|this minute|this second|immediate(?:ly)?|at once|asap|without delay|"
        r"straight ?away|"
        r"right away|as soon as possible|no later than (?:today|tonight))\b",
        rf"(?:immediate|instant|urgent|prompt) (?:\w+ )?(?:payment|action|response|attention|settlement|"
        rf"reply|call)|"
        rf"(?:immediately|urgently|now) (?:{PAY})\b|^now {PAY}",
        r"must be (?:received|paid|made|settled|cleared|in our \w+) (?:\w+ )?(?:today|now|immediately|"
        r"tonight|at once)|no exceptions|urgent(?:ly)?(?: \w+)? ?(?:[:!.-]|$)|(?:is|very|most|extremely|"
        r"this|highly) urgent(?! to us)|^urgent\b|urgently",
        r"act (?:now|fast|quickly|today)\b|too late\b|time is (?:running|almost|up)|running out of time|no "
        r"(?:more )?time "
        r"(?:left|to)|time (?:left )?to (?:lose|waste)|clock is|(?:hours|minutes|days) (?:left|remain|to "
        r"go)\b|countdown|deadline is today",
        r"by (?:noon|midnight|tonight|\d+(?::\d+)? ?(?:am|pm)? today|end of (?:the )?(?:day|business)|close "
        r"of business|\d+(?::\d+)? ?"
        r"(?:am|pm))\b",
        r"(?:offer|discount|deal|settlement|reduction|chance|option|opportunity) (?:\w+ ){0,3}(?:ends?|"
        r"expires?|is gone|closes?|runs out|"
        r"disappears?|lapses?|gone)\b|(?:before|until|till) (?:midnight|noon|tonight|\d+ ?(?:am|pm))|today "
        r"only|only today",
        r"(?:do not|not) (?:wait|delay|put (?:it|this) off|hesitate to pay)|can ?not (?:wait|be put off|be "
        r"delayed)|expires? "
        r"(?:today|tonight|in \d+)|another (?:minute|second|hour|day)\b|once-?only|one-?time (?:only "
        r")?(?:offer|settlement|chance|deal)",
        r"(?:must|have to|need to|got to|better) (?:\w+ )?(?:pay|settle|clear|act|respond|call) (?:\w+ "
        r"){0,3}(?:today|now|tonight)\b|"
        r"(?:pay|settle|act|respond|call) (?:\w+ ){0,2}(?:today|now|tonight|immediately),? or\b|"
        r"pay (?:up )?(?:right )?now\b|^pay (?:up|today|now|immediately)",
        r"(?:\d+|an?|one|two|few) (?:hours?|minutes?|mins?) (?:\w+ )?(?:to (?:pay|decide|call|respond|"
        r"settle|act)|or)\b|"
        r"(?:escalat\w+|proceed\w*|cancel\w*|withdrawn) (?:\w+ ){0,3}(?:today|tonight|at \d|by \d|in \d)",
    ),
]

_OFFICE = (
    r"(?:officer|detective|sergeant|inspector|sheriff|constable|marshal|attorney|lawyer|judge|deputy|"
    r"investigator|barrister|"
    r"solicitor|prosecutor|bailiff|magistrate|court clerk|special agent|federal agent)"
)

_HOUSE = (
    r"(?:police|court(?:house)?|sheriff\w*|fbi|irs|hmrc|government|federal \w+|district attorney|law "
    r"(?:office|firm)s?|"
    r"legal department|enforcement|ministry|tax (?:office|authority)|interpol|department of justice|social "
    r"security|marshals?|"
    r"prosecutor\w*|attorney general|immigration|homeland|customs|national \w+ (?:bureau|agency)|crime|"
    r"fraud (?:unit|squad)|"
    r"credit bureau|central bank|treasury|state|solicitors|attorneys)"
)

_AUTHORITY = [
    *rules(
        Category.FALSE_AUTHORITY,
        "authority",
        rf"(?:this is|i am|my name is|you are speaking (?:to|with)|from) (?:\w+ ){{0,3}}{_OFFICE}\b|"
        rf"^{_OFFICE} \w+",
        rf"(?:this is|calling|call|on behalf of|i am|we are|writing|message|notice|representing|"
        rf"authori[sz]ed by|appointed by|"
        rf"licensed by|acting for|working with|here) (?:\w+ ){{0,4}}{_HOUSE}\b",
        rf"{_OFFICE} (?:\w+ )?here\b|law (?:office|firm)s?\b|law office of",
        r"(?:lawsuit|suit|legal (?:case|claim|proceedings|action)|case|charges|judgment|claim|complaint|"
        r"affidavit|petition) "
        r"(?:\w+ )?(?:has|have|was|were|is being|are being|is) (?:already )?(?:been )?(?:filed|entered|"
        r"opened|issued|brought|"
        r"registered|started|lodged|pending|prepared|initiated)(?! (?:and|by you|with us|with our))\b(?= "
        r"against|,|\.|!|$| in| at| "
        r"under| for| today| by (?:our|the))",
        r"(?:case|docket|file|warrant|badge|affidavit|court) (?:number|no\.?|id|reference)\b",
        r"hereby\b|(?:been|be|being|get) served\b|process server|summon(?:s|ed|sed)?\b|subpoena\w*|\bwrit\b|"
        r"indict\w+",
        r"(?:court order|warrant|judgment|summons|court (?:notice|papers|documents|date|hearing)) (?:\w+ "
        r"){0,2}(?:attached|enclosed|issued|"
        r"for your|for you|against|out|signed|scheduled|set)|(?:attached|enclosed) (?:is|are|you will find) "
        r"(?:\w+ ){0,2}(?:court|warrant|"
        r"judgment|legal)",
        r"(?:our|the|my) (?:\w+ )?(?:attorneys?|lawyers?|solicitors?|legal (?:team|department|counsel|"
        r"division)) (?:(?!and)\w+ )?(?:has|have|is|"
        r"are|will|now|shall|started|filed|prepar\w+|begin|is)\b",
        r"police (?:has|have|had) (?:\w+ )?(?:been )?(?:informed|notified|involved|contacted|alerted|opened|"
        r"registered)|"
        r"(?:informed|notified|alerted) the police",
        r"investigat(?:ing|e|ion (?:of|into|against|on)) (?:you|your)|under investigation|(?:suspected|"
        r"suspect|accused|wanted|guilty) "
        r"(?:of|in|for|by)|for (?:loan |credit |bank )?fraud\b",
        r"(?:legal|debt|judicial|state|government|court)(?: debt)? enforcement|government (?:\w+ )?(?:agent|"
        r"collector|agency)|"
        r"(?:legal|court|judicial|federal) (?:warning|notice|summons|department|order) (?:\w+ )?(?:is|has|"
        r"issued|of|to)|final legal|"
        r"pre-?legal",
        r"social security number|district attorney|public prosecutor|grand jury|federal (?:court|agent|case|"
        r"offen[cs]e|crime|law)|"
        r"(?:judgment|verdict|sentence) (?:\w+ )?(?:has|will|was) (?:\w+ )?(?:been )?(?:entered|passed|"
        r"issued|made)",
    ),
]

_DEBT = (
    r"(?:ow(?:es?|ed|ing)|debts?|loans?|unpaid|overdue|arrears|behind|instal+ments?|borrowed|repaid|"
    r"repay\w*|paid|paying|pay|"
    r"payments?|defaulted|collecting)"
)

_AUTHORITY += rules(
    Category.FALSE_AUTHORITY,
    "authority",
    r"(?:referred|passed|forwarded|sent|submitted|reported|handed|escalated|transferred|turned) (?:over "
    r")?to (?:the |a |our )?(?:\w+ )?(?:prosecut\w+|court|police|district|attorney|state|federal|fraud|"
    r"legal|crime|sheriff|"
    r"authorit\w+|government|law)\w*",
    r"(?:legal|court|criminal|civil|enforcement) (?:proceedings?|action|case|process|suit) (?:\w+ )?(?:has|"
    r"have) (?:\w+ )?(?:been |now )?(?:commenced|begun|started|opened|initiated|launched|filed)",
    r"official (?:\w+ )?(?:court|police|government|legal|federal|judicial|state)|(?:court|legal|judicial) "
    r"notif\w+|assigned to your case|(?:obtained|secured|received|have|got|issued) (?:a |the |an "
    r")?(?:warrant|judgment|court order|"
    r"order for)|on (?:a )?recorded line by the|by order of|penal code|under (?:section|article) \d+",
)

_DISCLOSURE = [
    *rules(
        Category.DISCLOSURE,
        "disclosure",
        rf"are you (?:\w+ ){{0,2}}(?:\w+'s|the|a) {KIN}\b|(?:is this|speaking (?:to|with)) (?:\w+ "
        rf"){{0,2}}\w+'s {KIN}\b",
        rf"(?:please |kindly |you |to )?(?:tell|let|inform|remind|ask|urge|convince|persuade|get|help|have "
        rf"a word with|talk to|speak to|"
        rf"pass (?:this |it |\w+ )?on to|relay (?:this |it )?to) your (?:\w+ "
        rf")?{KIN}\b[^.]{{0,60}}\b{_DEBT}\b",
        rf"pass (?:this |it |that |on |the message )*(?:on )?to your (?:\w+ )?{KIN}\b",
        rf"your (?:\w+ )?(?:employee|tenant|student|worker|{KIN})(?:'s|,)? (?:(?!(?:your|not|never|"
        rf"no)\b)[\w']+ ){{0,5}}"
        rf"(?:owes?|owed|unpaid|overdue|in arrears|late|not (?:re)?paid|not been pay\w+|in debt|debts?\b|"
        rf"behind (?:on|with)|"
        r"borrowed (?:money )?from us|named you|listed you|gave (?:us )?your)",
        rf"(?:told|informed|spoke (?:to|with)|spoken (?:to|with)|notified|discussed (?:\w+ ){{0,3}}with|"
        rf"mentioned (?:\w+ ){{0,3}}to|"
        rf"shared (?:\w+ ){{0,3}}with|explained (?:\w+ ){{0,3}}to) (?:your|his|her|their) (?:\w+ "
        rf")?{KIN}\b(?! you)",
        r"(?:contacting|calling|messaging|informing|telling|reaching out to) (?:\w+ ){0,3}(?:people|"
        r"contacts|everyone|numbers|friends|"
        r"family) (?:\w+ ){0,2}(?:in|from|on|of|around) (?:his|her|their|your)\b",
        r"(?:he|she|they|mr\.? \w+|mrs\.? \w+|ms\.? \w+) (?:\w+ ){0,3}(?:owes?|has not (?:re)?paid|is "
        r"(?:overdue|in arrears|behind)|"
        r"(?:has|have) (?:\w+ ){0,2}(?:unpaid|overdue|debt)|borrowed)|debt (?:from|of|owed by) (?:him|her|"
        r"them)\b",
        r"(?:payments?|months?|instal+ments?) behind\b(?=.*\b(?:he|she|neighbou?r|friend)\b)|(?:neighbou?r|"
        r"friend|colleague) that (?:he|she) is",
        r"(?:you|your number|your name) (?:\w+ ){0,3}(?:as a|as the|as an emergency|as their|as his|as her) "
        r"(?:reference|contact|guarantor)\b",
    ),
]

_DISCLOSURE += rules(
    Category.DISCLOSURE,
    "disclosure",
    rf"(?:reach|find|contact|looking for|locate|speak (?:to|with)|get hold of|calling about|regarding) your "
    rf"(?:\w+ )?{KIN}\b[^.!?]{{0,60}}\b(?:owes?|owed|debts?|loan|money|payments?|overdue|arrears|unpaid|"
    rf"bill)\b",
    rf"your (?:\w+ )?(?:tenant|employee|student|worker|client|customer|member|{KIN}) (?:(?:mr|mrs|ms|"
    rf"miss)?\.? ?(?!does|not|never)\w+ ){{0,2}}(?:owes?|owed)\b",
)

_PRESSURE = [
    *rules(
        Category.PRESSURE,
        "pressure",
        rf"(?:have|got|know|found) your (?:\w+ )?{KIN}(?:'s)? (?:number|address|phone|contact|email|details)",
        rf"tell your (?:\w+ )?{KIN} to (?:stop|pay|call|answer|quit|pick|get|settle)\b",
        rf"(?:borrow(?:ing)?|money|loan|help|cash) from (?:\w+ )?(?:{KIN}|someone|anyone|anybody)\b|lend "
        rf"you|(?:payday lenders?|loan apps?|pawn ?shops?|loan sharks?|other lenders|another lender|another "
        rf"bank) (?:can|could|will|would|might|may)|"
        rf"(?:how about|what about|why not|have you (?:tried|asked|considered)|surely|maybe|perhaps|can "
        rf"not) (?:asking )?(?:your |a )(?:\w+ )?{KIN}\b",
        rf"(?:if|when|should|before|until|or|unless) (?:he|she|they|your (?:\w+ )?{KIN}) (?:\w+ "
        rf"){{0,3}}(?:hears?|heard|knew|finds? out|found out|learns?|learned|discovers?|gets? a call|sees?|"
        rf"were to)\b",
        rf"(?:make sure|ensure|see to it) (?:that )?(?:\w+ ){{0,2}}(?:{KIN}|everyone|"
        rf"everybody)\b[^.!?]{{0,30}}(?:hears?|knows?|finds? out|learns?|sees?)|want your (?:\w+ )?{KIN} "
        rf"(?:to (?:know|hear|find|see|learn|be|get)|knowing|finding)|(?:wife|husband|mother|boss|kids|"
        rf"daughter|son|partner) seems? ",
        rf"(?:{WE}|shall i|should i|should we|shall we|must we|want (?:me|us)|like (?:me|us)|have|let) "
        rf"(?:{WILL} |to |now |already |just |"
        rf"also |then ){{0,3}}(?:\w+ ){{0,2}}(?P<act>call(?:ing)?|ring(?:ing)?|phon(?:e|ing)|"
        rf"contact(?:ing)?|tell(?:ing)?|inform(?:ing)?|"
        r"speak(?:ing)? (?:to|with)|talk(?:ing)? (?:to|with)|writ(?:e|ing) to|visit(?:ing)?|notify(?:ing)?|"
        r"email(?:ing)?|text(?:ing)?|"
        r"messag(?:e|ing)|approach(?:ing)?|reach(?:ing)? out to|ask(?:ing)?|go(?:ing)? to|involve|send "
        r"(?:\w+ ){0,6}to|turn(?:ing)? to|start with) "
        rf"(?:all |both |some |every |each )?(?:of )?(?:everyone|everybody|your (?:\w+ )?{KIN}|the people "
        rf"(?:you|in)|people you)\b",
        rf"your (?:\w+ )?(?:{KIN}) (?:\w+ )?(?:can|could|should|must|will have to|have to|has to|would|may|"
        rf"might|will|needs? to) (?:\w+ ){{0,3}}"
        r"(?:pay|borrow|help (?:you )?(?:pay|out|with)|lend|cover|settle|sell|be (?:made|asked|liable|"
        r"responsible)|owe|get a (?:call|letter|visit))",
        rf"(?:ask|borrow|beg|get|find|collect|take) (?:\w+ ){{0,4}}(?:from )?(?:your |a |an |some )(?:\w+ "
        rf")?{KIN}\b[^.]{{0,30}}"
        rf"(?:pay|money|loan|lend|help|cover|cash|$|by|now|today|and)|"
        rf"borrow (?:\w+ ){{0,3}}from (?:your |a |an |some |someone|anyone|other )",
        r"(?<!you )(?<!who )(?:take|taking|get|getting|open|use|apply for) (?:out )?(?:an?other|a new|a "
        r"second|a different|one more|a payday|a) (?:\w+ )?"
        r"(?:loan|credit card|card|cash advance) (?:\w+ ){0,4}(?:to|and|so)\b",
        r"(?:sell|pawn|hock) (?:your|the|some|something)\b|(?:do not|not) care (?:how|where|what|about|if)|"
        r"find the money (?:somewhere|anywhere)|"
        r"(?:skip|go without|cut) (?:\w+ )?(?:rent|food|meals|medicine|groceries)|(?:payment|us|we) "
        r"(?:comes?|goes) before",
        rf"your (?:\w+ )?{KIN} (?:\w+ )?(?:would|might|will|may|should|deserves? to|ought to|be) (?:\w+ "
        rf")?(?:be (?:receiving|getting|hearing|told|notified|called|informed|contacted|finding)|receive|"
        rf"like|love|want|interested|hear|find "
        r"out|know|be interested|be informed|be told|be contacted|be called|receive|learn|help you remember|"
        r"get)\b",
        r"(?:at|to) your (?:work|work ?place|job|office|employer|company)\b(?=[^.]*(?:remember|embarrass|"
        r"colleague|boss|everyone))",
        rf"{WE} (?:{WILL} )?(?:\w+ ){{0,3}}(?P<act>call|ring|contact|write|send a letter|go|come|show up|"
        rf"reach) (?:you )?(?:\w+ )?(?:at|to) (?:your )?"
        r"(?:work|work ?place|job|office|employer)\b",
        r"(?:everyone|everybody|people|all contacts|all your contacts|numbers|anyone) (?:\w+ )?in your "
        r"(?:phone|contacts?|address book|contact list|"
        r"family|office|company)",
    ),
]

RULES: tuple[Rule, ...] = (*THREATS, *SHAME, *_URGENCY, *_AUTHORITY, *_DISCLOSURE, *_PRESSURE, *INSULTS)
