"""Python files as the rules look at them: imports, names that are used, where each stands."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

FOLDERS = ("shared", "services", "cli", "tests", "benchmarks")


class Breach(NamedTuple):
    """One place that breaks a rule, and which."""

    file: str
    line: int
    rule: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.rule}"


class Import(NamedTuple):
    """One imported module, or one name from it; `bound` is what the file calls it."""

    module: str
    name: str
    bound: str
    line: int
    relative: bool

    @property
    def whole(self) -> str:
        """The dotted path of what is imported."""
        return f"{self.module}.{self.name}" if self.name else self.module


@dataclass(frozen=True)
class Source:
    """One file; `path` is relative to the root of the tree, with slashes."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax."""
        return ast.parse(self.text, self.path)

    @property
    def parts(self) -> tuple[str, ...]:
        """The folders and the name."""
        return tuple(self.path.split("/"))

    @cached_property
    def imports(self) -> list[Import]:
        """All imports, also those inside functions and those for types only."""
        return list(self._imports())

    def _imports(self) -> Iterator[Import]:
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for one in node.names:
                    bound = one.asname or one.name.partition(".")[0]
                    yield Import(one.name, "", bound, node.lineno, False)
            elif isinstance(node, ast.ImportFrom):
                for one in node.names:
                    bound = one.asname or one.name
                    yield Import(node.module or "", one.name, bound, node.lineno, node.level > 0)

    def uses(self) -> Iterator[tuple[str, int]]:
        """Every dotted name that the file uses, as if imported without aliases, with its line."""
        known = {one.bound: one.whole if one.name else one.bound for one in self.imports}
        known |= {
            one.bound: one.module
            for one in self.imports
            if not one.name and one.bound != one.module.partition(".")[0]
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute | ast.Name):
                dotted = _dotted(node)
                if dotted is not None:
                    first, _, rest = dotted.partition(".")
                    whole = known.get(first, first)
                    yield (f"{whole}.{rest}" if rest else whole), node.lineno


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = _dotted(node.value)
        return None if before is None else f"{before}.{node.attr}"
    return None


def sources(root: Path) -> list[Source]:
    """Every Python file of the tree, in order."""
    files = [file for folder in FOLDERS for file in sorted((root / folder).rglob("*.py"))]
    return [Source(file.relative_to(root).as_posix(), file.read_text()) for file in files]
