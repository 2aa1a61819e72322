"""What of the reported figures the ledger reaches: how many of how many, by what is compared."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

EXAMPLES_MAX = 3


@dataclass
class Tally:
    """The comparisons of one data set."""

    name: str
    matched: Counter[str] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)
    figures: Counter[str] = field(default_factory=Counter)
    """Plain counts, such as how many first payments came late."""
    examples: dict[str, list[str]] = field(default_factory=dict)

    def note(self, what: str, holds: bool, example: str = "") -> None:
        """Count one comparison; of those that fail a few examples are kept."""
        self.compared[what] += 1
        self.matched[what] += holds
        if not holds and example and len(kept := self.examples.setdefault(what, [])) < EXAMPLES_MAX:
            kept.append(example)

    def share(self, what: str) -> float:
        """The part that matches, from 0 to 1; nothing compared is nothing reached."""
        return self.matched[what] / self.compared[what] if self.compared[what] else 0.0

    def lines(self, verbose: bool = False) -> Iterator[str]:
        """The shares, one a line."""
        yield self.name
        for what, count in self.compared.items():
            yield f"  {100 * self.share(what):7.3f} %  {self.matched[what]:>6,} of {count:>6,}  {what}"
            if verbose:
                yield from (f"               {example}" for example in self.examples.get(what, ()))
        for what, count in self.figures.items():
            yield f"             {count:>6,}  {what}"
