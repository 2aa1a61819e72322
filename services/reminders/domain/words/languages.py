"""The languages that texts are checked and read in."""

from services.reminders.domain.words.intents_chinese import CHINESE as SPOKEN_CHINESE
from services.reminders.domain.words.intents_english import ENGLISH as SPOKEN_ENGLISH
from services.reminders.domain.words.mild_chinese import CHINESE
from services.reminders.domain.words.mild_english import ENGLISH

TONGUES = (ENGLISH, CHINESE)
SPEECHES = (SPOKEN_ENGLISH, SPOKEN_CHINESE)
