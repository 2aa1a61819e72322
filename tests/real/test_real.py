"""Real loans come out as they were reported. The shares may only get better."""

import pytest

from tests.real import berka, hardship, lending_club, one_payment, open_intro, superlender
from tests.real.run import found, replay_all
from tests.real.sources import DEFAULT, folder, rows
from tests.real.tally import Tally

# Reached so far, in the sample and of all rows, in per cent. Less fails the test.
REACHED: dict[str, dict[str, tuple[float, float]]] = {
    lending_club.NAME: {
        lending_club.NEAR: (96.68, 97.14),
        lending_club.NEARLY: (100, 99.96),
        lending_club.PARTS: (100, 100),
        lending_club.TERM: (80.89, 82.92),
        lending_club.EVENLY: (100, 93.74),
        lending_club.TOLD: (100, 100),
        lending_club.EARLY: (80, 95.58),
        lending_club.STOPPED: (100, 96.93),
    },
    open_intro.NAME: {
        open_intro.INSTALMENT: (100, 99.98),
        open_intro.TOTAL: (100, 100),
        open_intro.PRINCIPAL: (92.57, 90.91),
        open_intro.INTEREST: (95.98, 95.84),
        open_intro.TOLD: (100, 100),
    },
    superlender.NAME: {
        superlender.MISSED: (100, 100),
        superlender.CURED: (100, 100),
        superlender.REPAID: (100, 100),
        superlender.OWED: (100, 100),
    },
    hardship.NAME: {
        hardship.INSTALMENT: (100, 100),
        hardship.INTEREST: (93.93, 93.93),
        hardship.NEAR: (100, 100),
        hardship.EXTRA: (100, 100),
        hardship.KEPT: (100, 100),
    },
    one_payment.NAME: {
        one_payment.IN_TIME: (99.66, 99.66),
        one_payment.COLLECTION: (100, 100),
        one_payment.PAID_LATE: (99, 99),
    },
    berka.NAME: {
        berka.INSTALMENT: (100, 100),
        berka.FINISHED: (100, 100),
    },
}
LATE = {
    superlender.LATE: 3_161,
    superlender.WITHIN[3]: 1_304,
    superlender.WITHIN[7]: 2_019,
    superlender.WITHIN[14]: 2_577,
}
"""Of all repaid loans of the lender: first payments that were missed, and those that came soon after."""


def _replayed(*, sample: bool) -> list[Tally]:
    if not found(folder()):
        pytest.skip(f"no data sets in {folder()}: set HUANCUI_REAL_DATA to their folder")
    if folder() != DEFAULT:
        pytest.skip("other rows reach other shares: python -m tests.real prints them")
    tallies = list(replay_all(folder(), sample=sample))
    print("\n".join(line for tally in tallies for line in tally.lines()))
    return tallies


@pytest.fixture(scope="module")
def sampled() -> list[Tally]:
    return _replayed(sample=True)


def _below(tallies: list[Tally], place: int) -> list[str]:
    """What falls short, as lines to read."""
    return [
        f"{tally.name}: {what} reaches {100 * tally.share(what):.3f} %, not {floors[place]} %"
        for tally in tallies
        for what, floors in REACHED[tally.name].items()
        if tally.compared[what] and 100 * tally.share(what) < floors[place]
    ]


def test_a_sample_of_real_loans_comes_out_as_reported(sampled: list[Tally]) -> None:
    assert _below(sampled, 0) == []


def test_every_comparison_is_made(sampled: list[Tally]) -> None:
    assert {tally.name: set(tally.compared) for tally in sampled} == {
        name: set(floors) for name, floors in REACHED.items()
    }


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_all_real_loans_come_out_as_reported() -> None:
    tallies = _replayed(sample=False)

    assert _below(tallies, 1) == []
    figures = {what: count for tally in tallies for what, count in tally.figures.items()}
    assert {what: figures[what] for what in LATE} == LATE


def test_a_wrong_figure_is_found() -> None:
    file = folder() / berka.FILES[0]
    if not file.exists():
        pytest.skip(f"no data set at {file}: set HUANCUI_REAL_DATA to its folder")
    row = next(rows(file))
    dearer = {**row, "payments": str(float(row["payments"]) + 0.01)}

    assert berka.replay([row]).share(berka.INSTALMENT) == 1
    assert berka.replay([dearer]).share(berka.INSTALMENT) == 0
