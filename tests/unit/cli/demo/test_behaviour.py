"""Fates that do not depend on who collects, and the two ways to collect them."""

from datetime import timedelta

from cli.demo.behaviour import RATES, Tone, fate_of
from cli.demo.conventional import CONTACTS_A_MONTH, Outcome, simulate
from cli.demo.draws import draw, happens, weighted
from cli.demo.places import SHOCKED
from cli.demo.source import SNAPSHOT, Status, read_rows
from shared.events.care import Circumstance
from tests.unit.cli.demo.loans import a_loan

ROWS = [one for one in read_rows() if one.status is Status.CURRENT]


def test_a_draw_has_one_answer_for_a_seed_and_is_even() -> None:
    assert draw(7, "a", 1) == draw(7, "a", 1) != draw(8, "a", 1)
    found = [draw(7, "even", n) for n in range(20_000)]
    assert 0.49 < sum(found) / len(found) < 0.51
    assert 0.28 < sum(happens(0.3, 7, "often", n) for n in range(20_000)) / 20_000 < 0.32
    assert 0.08 < sum(weighted(((0.9, 0), (0.1, 1)), 7, n) for n in range(20_000)) / 20_000 < 0.12


def test_trouble_comes_and_goes_at_the_stated_rates() -> None:
    fates = [fate_of(one, 7, 12, 0.0) for one in ROWS]
    rates = RATES[Tone.HELPS]
    spells = [spell for fate in fates for spell in fate.spells]
    assert 0.8 < len(spells) / (len(fates) * 12 * rates.falls_into_trouble) < 1.2
    months = sum((one.ends_on - one.starts_on).days for one in spells) / len(spells) / 30.4
    assert 0.85 < months * rates.recovers < 1.15


def test_who_forgets_pays_as_late_as_the_data_say() -> None:
    fates = [fate_of(one, 7, 1, 0.0) for one in ROWS]
    delays = [fate.delay(SNAPSHOT + timedelta(days=n)) for fate in fates for n in range(3)]
    late = [one for one in delays if one]
    assert 0.8 < len(late) / (len(delays) * RATES[Tone.HELPS].forgets) < 1.2
    assert 0.55 < sum(one <= 7 for one in late) / len(late) < 0.75


def test_a_shock_costs_a_region_its_jobs_and_nobody_else() -> None:
    calm, shocked = ([fate_of(one, 7, 12, shock) for one in ROWS] for shock in (0.0, 0.1))
    hit = [after for before, after in zip(calm, shocked, strict=True) if before.spells != after.spells]
    assert {one.loan.state for one in hit} <= SHOCKED
    pacific = sum(one.state in SHOCKED for one in ROWS)
    assert 0.07 < len(hit) / pacific < 0.13
    assert all(any(s.reason is Circumstance.JOB_LOSS for s in one.spells) for one in hit)


def test_the_same_fates_befall_both_ways_and_tone_alone_differs() -> None:
    of_tone = {tone: [fate_of(one, 7, 12, 0.0, tone) for one in ROWS[:2_000]] for tone in Tone}
    assert len({tuple(fate.spells for fate in fates) for fates in of_tone.values()}) == 1
    hard = {tone: simulate(fates, 12, kind=False) for tone, fates in of_tone.items()}
    kind = {tone: simulate(fates, 12, kind=True) for tone, fates in of_tone.items()}
    assert kind[Tone.HELPS].plans > kind[Tone.NO_EFFECT].plans > kind[Tone.ADVERSE].plans > 0
    assert hard[Tone.HELPS].plans == 0
    assert all(one.fees == 0 for one in kind.values())
    assert all(one.contacts > 3 * kind[tone].contacts for tone, one in hard.items())


def test_one_borrower_played_by_hand() -> None:
    late = fate_of(a_loan(status=Status.LONG_LATE), 7, 1, 0.0)
    assert late.spell(SNAPSHOT + timedelta(days=20)) is not None
    played = simulate([late], 1, kind=False)
    assert (played.missed, played.contacts) == (1, CONTACTS_A_MONTH)
    assert played.fees == int(0.05 * late.loan.instalment)
    total = Outcome(missed=1)
    total.add(Outcome(missed=2, paid=5))
    assert (total.missed, total.paid) == (3, 5)
