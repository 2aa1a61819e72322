"""How long things may be, what is left undone, and words that we do not use for people who owe money."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator

from tests.architecture.source import Breach, Source

FUNCTION_LINES_MAX = 50
FILE_LINES_MAX = 400
UNDONE = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
NOT_OURS = {
    "debtor": "borrower",
    "debtors": "borrowers",
    "delinquent": "borrower; delinquency is a loan's",
    "delinquents": "borrowers",
    "chase": "contact",
    "dun": "contact",
    "dunning": "contact",
    "excuse": "hardship",
    "concession": "relief",
    "workout": "relief",
    "days late": "days past due",
}
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def shape_breaches(source: Source) -> Iterator[Breach]:
    """Files and functions that are too long; ruff looks at the lines."""
    lines = len(source.text.splitlines())
    if lines > FILE_LINES_MAX:
        yield Breach(source.path, 1, f"{lines} lines; a file has at most {FILE_LINES_MAX}: split it by topic")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES_MAX:
                rule = f"{node.name} has {length} lines; a function has at most {FUNCTION_LINES_MAX}"
                yield Breach(source.path, node.lineno, rule)


def undone_breaches(source: Source) -> Iterator[Breach]:
    """Notes of work that is left."""
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        if token.type == tokenize.COMMENT and UNDONE.search(token.string):
            yield Breach(
                source.path, token.start[0], "what is left to do stands in an issue, not in the code"
            )


def word_breaches(source: Source) -> Iterator[Breach]:
    """Names made of words that the glossary rejects."""
    named = [one for node in ast.walk(source.tree) for one in _names(node)]
    for line, name in [(1, source.parts[-1].removesuffix(".py")), *named]:
        words = " ".join(word.lower() for word in _WORDS.findall(name))
        for rejected, instead in NOT_OURS.items():
            if f" {rejected} " in f" {words} ":
                yield Breach(source.path, line, f"{name}: we say {instead}, not {rejected}")


def _names(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.lineno, node.name
    elif isinstance(node, ast.arg):
        yield node.lineno, node.arg
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.lineno, node.id
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield node.lineno, node.attr
