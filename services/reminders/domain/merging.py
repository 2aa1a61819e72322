"""Two persons who are found to be one: what the survivor takes over of the other."""

from datetime import date

from services.reminders.domain.course import Course
from services.reminders.domain.history import History
from services.reminders.domain.person import Person
from services.reminders.domain.person_file import PersonFile
from services.reminders.domain.promises import Promises
from services.reminders.domain.treatments import Treating
from services.reminders.domain.turn import Turn
from services.reminders.domain.whoiswho import FilesMerged, profiled
from shared.decision import Context, Decision, Key, Need
from shared.events.reminders import LoanLinked
from shared.quick import replace


def merge_away(state: PersonFile, event: FilesMerged, context: Context) -> Decision[PersonFile]:
    """This id is another's from now on."""
    return Decision(replace(state, merged_into=event.person_id))


def merge(state: PersonFile, event: FilesMerged, context: Context) -> Decision[PersonFile] | Need:
    """Take over what is the other's: loans, promises, history, stops, holds."""
    key = Key(PersonFile.__name__, event.formerly)
    if key not in context.others:
        return Need(keys=[key])
    other: PersonFile | None = context.others[key]
    if other is None:
        return Decision(state)
    turn = Turn(replace(state, merged_into=None), context)
    known = {(one.loan_id, one.role) for one in state.loans}
    new = [one for one in other.loans if (one.loan_id, one.role) not in known]
    records = {one.id: one for one in (*state.history.records, *other.history.records)}
    turn.change(
        loans=(*state.loans, *new),
        held=tuple({one.hold_id: one for one in (*state.held, *other.held)}.values()),
        causes=tuple(dict.fromkeys((*state.causes, *other.causes))),
        vulnerabilities=tuple(dict.fromkeys((*state.vulnerabilities, *other.vulnerabilities))),
        words=tuple(dict.fromkeys((*state.words, *other.words))),
        can_afford=max((state.can_afford, other.can_afford), key=lambda one: one[1] if one else date.min),
        formerly=tuple(dict.fromkeys((*state.formerly, other.id, *other.formerly))),
        judged=_judged_together(state.judged, other.judged),
        history=History.of(records.values()),
        course=_courses_together(state.course, other.course),
    )
    profiles = {one.borrower: one for one in (*other.profiles, *state.profiles)}
    profiled(turn, tuple(profiles.values()), other.profiles)
    for one in new:
        turn.tell(
            LoanLinked(
                person_id=state.id,
                loan_id=one.loan_id,
                lender=one.lender,
                loan_reference=one.reference,
                role=one.role,
            )
        )
    return turn.decided()


def _judged_together(mine: Person, theirs: Person) -> Person:
    return replace(
        mine,
        stops=tuple(dict.fromkeys((*mine.stops, *theirs.stops))),
        closed_times=tuple(dict.fromkeys((*mine.closed_times, *theirs.closed_times))),
        consents=tuple(dict.fromkeys((*mine.consents, *theirs.consents))),
        representations=tuple(dict.fromkeys((*mine.representations, *theirs.representations))),
        addresses=tuple({one.key: one for one in (*theirs.addresses, *mine.addresses)}.values()),
    )


def _courses_together(mine: Course, theirs: Course) -> Course:
    treating, promises = mine.treating, mine.promises
    return replace(
        mine,
        treating=Treating(
            (*treating.running, *theirs.treating.running), treating.closed | theirs.treating.closed
        ),
        promises=Promises(
            (*promises.made, *theirs.promises.made),
            (*promises.payments, *theirs.promises.payments),
            (*promises.repaid, *theirs.promises.repaid),
        ),
        missed=(*mine.missed, *theirs.missed),
        cured=(*mine.cured, *theirs.cured),
        opens=(*mine.opens, *theirs.opens),
        awaited=(*mine.awaited, *theirs.awaited),
        misses=mine.misses + theirs.misses,
        cures=mine.cures + theirs.cures,
    )
