"""What a run has shown: tables for the terminal, and a page with charts that needs nothing from elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import jinja2
import pygal
from pygal.style import CleanStyle
from rich.table import Table

from cli.demo.behaviour import Fate, Rates, Tone, fate_of
from cli.demo.conduct import breaches
from cli.demo.conventional import Outcome, simulate
from cli.demo.importing import Story
from cli.demo.source import TROUBLED
from cli.demo.state import State

TEMPLATE = Path(__file__).parent / "report.html.jinja"
SIMULATED = "simulated borrowers; real loans of early 2018"


@dataclass(frozen=True)
class Comparison:
    """Two ways to collect, under one model of what tone does."""

    tone: Tone
    kind: Outcome
    hard: Outcome


@dataclass(frozen=True)
class Result:
    """A run and what it is compared with."""

    state: State
    stories: Mapping[str, Story]
    fates: Mapping[str, Fate]
    comparisons: Sequence[Comparison]
    breaches: Mapping[str, int]
    """Contacts that an independent look finds fault with, by rule."""
    latencies: Sequence[float]

    def rows(self) -> list[tuple[str, str]]:
        """The figures, with what they are called."""
        counts, state = self.state.counts, self.state
        some = counts.get

        def contacts(purpose: str) -> int:
            return some(f"contacts: {purpose}", 0)

        troubled = sum(one.loan.status in TROUBLED for one in self.stories.values())
        cured = some("cured alone", 0) + some("cured with help", 0)
        return [
            ("loans", f"{len(self.stories):,}, {troubled:,} in arrears or charged off at the snapshot"),
            ("months after the snapshot", str(state.months)),
            ("payments reported", f"{some('payments', 0):,}, {_usd(state.cents.get('paid', 0))}"),
            ("instalments missed", f"{some('missed', 0):,}, {some('missed retracted', 0):,} taken back"),
            ("arrears cured", f"{cured:,}, {some('cured with help', 0):,} of them with help"),
            ("contacts: a word before the due date", f"{contacts('reminder'):,}"),
            ("contacts: offers of help", f"{contacts('help'):,}"),
            ("contacts: answers", f"{contacts('answer'):,}"),
            ("contacts: of plans and mediation", f"{contacts('plan') + contacts('mediation'):,}"),
            ("contacts withheld by a rule", f"{some('contacts withheld', 0):,}"),
            ("answers of borrowers", f"{some('replies', 0):,}"),
            ("promises made, kept, broken",
             f"{some('promises made', 0):,}, {some('promises kept', 0):,}, {some('promises broken', 0):,}"),
            ("disputes", f"{some('disputes', 0):,}"),
            ("hardship cases", f"{some('cases', 0):,}"),
            ("plans proposed, accepted, broken, completed",
             f"{some('plans proposed', 0):,}, {some('plans accepted', 0):,}, {some('plans broken', 0):,}, "
             f"{some('plans completed', 0):,}"),
            ("plan instalments kept, missed",
             f"{some('plan instalments kept', 0):,}, {some('plan instalments missed', 0):,}"),
            ("mediations, settlements", f"{some('mediations', 0):,}, {some('settlements', 0):,}"),
            ("paid on loans that were ever late", _usd(state.cents.get("paid after arrears", 0))),
            ("late fees charged to borrowers", _usd(state.cents.get("late fees", 0))),
            ("contacts that break a rule, by an independent look", f"{sum(self.breaches.values()):,}"),
        ]  # fmt: skip

    def speed(self) -> list[tuple[str, str]]:
        """How fast it went."""
        state, times = self.state, sorted(self.latencies)
        rows = [
            ("time", f"{state.seconds:.0f} s, a day {state.seconds / max(state.months * 30.4, 1):.2f} s, "
             f"the slowest {state.slowest_day:.1f} s"),
            ("events of the services", f"{state.events:,}, {state.events / max(state.seconds, 1):,.0f}/s"),
        ]  # fmt: skip
        if times:
            middle, late = times[len(times) // 2] * 1000, times[int(len(times) * 0.99)] * 1000
            rows.append(("payment published until applied", f"p50 {middle:.0f} ms, p99 {late:.0f} ms"))
        return [*rows, ("content of all events (SHA-256)", state.history[:32])]


def result_of(
    state: State, stories: Sequence[Story], fates: Mapping[str, Fate], latencies: Sequence[float]
) -> Result:
    """Look at what happened, and play the comparisons on the same fates."""
    named = {one.reference: one for one in stories}
    faults: dict[str, int] = {}
    for one in breaches(state, named):
        faults[one.rule] = faults.get(one.rule, 0) + 1
    comparisons = []
    for tone in Tone:
        open_ones = [
            fate_of(one.loan, state.seed, state.months, state.shock, tone) for one in stories if one.open
        ]
        comparisons.append(
            Comparison(
                tone,
                simulate(open_ones, state.months, kind=True),
                simulate(open_ones, state.months, kind=False),
            )
        )
    return Result(state, named, fates, comparisons, faults, latencies)


def as_tables(result: Result) -> list[Table]:
    """For the terminal."""
    main = Table("figure", SIMULATED, box=None, title="The run")
    for name, value in (*result.rows(), *result.speed()):
        main.add_row(name, value)
    beside = Table(box=None, title="Beside conventional dunning (both played by a plain model, same fates)")
    beside.add_column("model of tone / way")
    for name in Outcome.__dataclass_fields__:
        beside.add_column(name.replace("_", " "), justify="right")
    for one in result.comparisons:
        for way, outcome in (("humane", one.kind), ("dunning", one.hard)):
            beside.add_row(f"{one.tone.value} / {way}", *_figures(outcome))
    return [main, beside]


def _figures(outcome: Outcome) -> list[str]:
    return [
        _usd(value) if name in ("paid", "fees") else f"{value:,}" for name, value in asdict(outcome).items()
    ]


def write_page(result: Result, file: Path) -> None:
    """The report as one page."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    page = template.render(
        simulated=SIMULATED,
        state=result.state,
        rows=result.rows(),
        speed=result.speed(),
        charts=[
            _by_month(result),
            _withheld(result),
            _beside(result, "contacts"),
            _beside(result, "charged_off"),
        ],
        comparisons=[
            (one.tone.value, way, _figures(outcome))
            for one in result.comparisons
            for way, outcome in (("humane", one.kind), ("dunning", one.hard))
        ],
        columns=[name.replace("_", " ") for name in Outcome.__dataclass_fields__],
        rates=[(name.replace("_", " "), str(value)) for name, value in asdict(Rates()).items()],
        refusals=sorted((k, v) for k, v in result.state.counts.items() if k.startswith("refused: ")),
        breaches=result.breaches,
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(page, encoding="utf-8")


def _chart(kind: Any, title: str) -> Any:
    return kind(
        title=title,
        style=CleanStyle,
        js=[],
        disable_xml_declaration=True,
        show_legend=True,
        legend_at_bottom=True,
        height=360,
        x_label_rotation=30,
    )


def _by_month(result: Result) -> str:
    months = sorted(result.state.by_month)
    chart = _chart(pygal.Line, "By month")
    chart.x_labels = months
    for name in ("missed", "cured alone", "cured with help", "contacts: help", "cases", "plans active"):
        chart.add(name, [result.state.by_month[month].get(name, 0) for month in months])
    return str(chart.render(is_unicode=True))


def _withheld(result: Result) -> str:
    chart = _chart(pygal.HorizontalBar, "Contacts withheld, by rule")
    for rule, count in sorted(result.state.withheld.items(), key=lambda pair: -pair[1])[:10]:
        chart.add(rule, count)
    return str(chart.render(is_unicode=True))


def _beside(result: Result, what: str) -> str:
    chart = _chart(
        pygal.Bar, f"{what.replace('_', ' ').capitalize()} beside conventional dunning (plain model)"
    )
    chart.x_labels = [one.tone.value for one in result.comparisons]
    chart.add("humane", [getattr(one.kind, what) for one in result.comparisons])
    chart.add("dunning", [getattr(one.hard, what) for one in result.comparisons])
    return str(chart.render(is_unicode=True))


def _usd(cents: int) -> str:
    return f"{cents / 100:,.0f} USD"
