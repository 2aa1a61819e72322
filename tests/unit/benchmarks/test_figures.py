"""What a figure says about its goals, and how latencies are summed up."""

from dataclasses import replace

import pytest

from benchmarks.figures import Figure, in_ms, percentile
from benchmarks.report import table


def test_a_percentile_is_a_value_that_was_measured() -> None:
    hundred = [float(number) for number in range(100, 0, -1)]
    assert [percentile(hundred, percent) for percent in (1, 50, 99, 99.5, 100)] == [1, 50, 99, 100, 100]
    assert percentile([7.0], 50) == 7.0


def test_one_slow_answer_in_fifty_shows_in_the_99th_percentile_and_not_in_the_95th() -> None:
    latencies = [0.010] * 49 + [2.0]
    assert (percentile(latencies, 99), percentile(latencies, 95)) == (2.0, 0.010)
    assert in_ms(latencies) == "p50 10 ms, p95 10 ms, p99 2000 ms, most 2000 ms"


def test_a_figure_is_the_median_of_its_repeats_and_so_is_its_raw_limit() -> None:
    figure = Figure("b", "w", "events/s", [5.0, 9.0, 6.0], raw_values=[10.0, 30.0, 12.0])
    assert (figure.value, figure.raw, figure.ratio) == (6.0, 12.0, 0.5)


RATE = Figure("b", "w", "u", [6_000], goal=6_000, raw_values=[12_000], ratio_goal=0.5)
SIZE = Figure("b", "w", "MB", [120], goal=120, at_most=True, raw_values=[100])


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (RATE, True),
        (replace(RATE, values=[5_999], raw_values=[10_000]), False),
        (replace(RATE, raw_values=[12_001]), False),
        (replace(RATE, raw_values=[]), False),
        (SIZE, True),
        (replace(SIZE, values=[121]), False),
        (replace(SIZE, goal=None), None),
    ],
)
def test_a_figure_meets_its_goals_or_says_that_it_has_none(figure: Figure, met: bool | None) -> None:
    assert figure.met is met
    assert figure.as_json()["met"] is met


def test_the_table_has_a_row_for_each_figure() -> None:
    shown = table([Figure("b", "one", "u", [1.0]), Figure("b", "two", "u", [2.0], goal=1.0)])
    assert shown.row_count == 2
    assert list(shown.columns[-1].cells) == ["", "[green]yes[/green]"]
