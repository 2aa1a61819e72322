"""Why people cannot pay, in English. Patterns match folded text."""

from services.reminders.domain.words.english import words
from services.reminders.domain.words.intents import Reason

REASONS = {
    Reason.BEREAVEMENT: words(
        r"(?:passed away|funeral|bereave\w*|widow\w*|burial)\b|(?:husband|wife|mum|mom|mother|dad|father|"
        r"son|daughter|brother|sister|partner|parent|child|baby|grand\w+|he|she|friend|uncle|aunt) "
        r"(?:\w+ )?(?:has |have )?(?:just )?(?:died|dead|deceased|passed)\b|death (?:of|in)|lost my "
        r"(?:husband|wife|mum|mom|mother|dad|father|son|daughter|brother|sister|partner|child|baby)"
    ),
    Reason.ILLNESS: words(
        r"(?:hospital\w*|cancer|sick(?:ness)?(?! of)|ill(?:ness)?\b|surgery|operation|chemo\w*|diagnos\w+|"
        r"accident|injur\w+|stroke|heart attack|covid|disab\w+ (?:now|since)|broke my|broken (?:leg|arm|hip|"
        r"back)|"
        r"medical (?:bills?|treatment|emergency)|depression|depressed|mental health|burn-?out|operated|"
        r"unwell|in a coma|pneumonia|treatment|dialysis|icu|signed off|pregnancy complications)"
    ),
    Reason.DISASTER: words(
        r"(?:flood\w*|wild ?fires?|earthquakes?|hurricanes?|tornado\w*|typhoon|storm (?:took|destroyed|"
        r"damage\w*)|house (?:burned|burnt|fire)|(?:a|the) fire (?:destroyed|took|burned)|burn(?:ed|t) down|"
        r"landslide|drought|natural disaster|cyclone|bush ?fire)"
    ),
    Reason.JOB_LOSS: words(
        r"(?:lost|losing|lose) (?:my|our|his|her|the) (?:\w+ )?(?:jobs?|work|position|employment)|laid off|"
        r"lay-?off|(?:made |been )?redundan\w+|unemploy\w+|out of (?:a )?(?:work|job)|got fired|let me go|"
        r"(?:was|been|am|being) (?:fired|sacked|let go|dismissed|"
        r"terminated)|no (?:job|work)\b|(?:company|factory|plant|employer) (?:\w+ )?(?:closed|shut|went "
        r"bust|folded)|jobless|between jobs|contract (?:ended|was not renewed|ran out)|looking for (?:a "
        r")?(?:new )?(?:work|job)"
    ),
    Reason.BUSINESS: words(
        r"(?:my|our|the) (?:\w+ )?(?:business|shop|store|restaurant|company|cafe|salon|firm|farm) (?:\w+ "
        r"){0,3}(?:fail\w*|bankrupt\w*|closed|bust|slow|collapsed|went under|struggling|is down|not doing|"
        r"dead|burned)|no (?:customers|orders|clients)|self-employed and"
    ),
    Reason.REDUCED_INCOME: words(
        r"(?:cut|reduced|reducing|cutting|lost|slashed|halved) (?:my|our|his|her) (?:\w+ )?(?:hours|pay|"
        r"salary|wages?|shifts?|income|overtime|benefits)|(?:salary|wages?|pay|hours|income|shifts?|"
        r"benefits|pension) (?:\w+ ){0,3}(?:cut|reduced|halved|lower|delayed|stopped|down|dropped|late|"
        r"less)|"
        r"not (?:been )?paid (?:my|our|by my|yet by)|(?:have|has|was|were) not been paid|(?:fewer|less) "
        r"(?:hours|shifts|work|income)|short[- ]time|furlough\w*|earn(?:ing)? less|zero[- ]hours|less than "
        r"before|employer (?:has not|did not) pa(?:y|id)"
    ),
    Reason.FAMILY: words(
        r"(?:divorc\w*|separat(?:ed|ion|ing)|split up|broke up|(?:husband|wife|partner) (?:left|walked out)|"
        r"new ?born|new baby|(?:having|expecting|had) (?:a|our) (?:\w+ )?(?:baby|child)|pregnan\w+|"
        r"maternity|single (?:mother|mum|mom|dad|father|parent)|"
        r"look(?:ing)? after my|car(?:e|ing) for my|carer for|child ?care|child support|alone with (?:the|"
        r"my|three|two) |support(?:ing)? my (?:\w+ )?(?:parents|family|mother|father|children))"
    ),
    Reason.DEBTS: words(
        r"(?:too many|so many|several|other|multiple|lots of|many) (?:\w+ )?(?:loans|debts|cards|bills|"
        r"creditors|lenders)|over-?indebted|debt(?:s)? (?:everywhere|up to)|drowning in debt|in debt (?:to|"
        r"with) (?:other|several)|juggling"
    ),
}
