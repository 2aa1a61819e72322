"""A statement as CSV for spreadsheets, and as a page to print on A4. Nothing in either is active."""

import csv
from base64 import b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256
from html import escape
from io import StringIO

from services.ledger.api.statement_models import LineShown, StandingShown, StatementShown, UnpaidShown
from shared.money import Money

_PARTS = ("penalty", "fees", "interest", "principal", "credit")
COLUMNS = (
    "section",
    "value_on",
    "kind",
    "text",
    "reference",
    "instalment",
    "currency",
    "amount",
    *_PARTS,
    "counts",
    "reversed_on",
    "reversal",
)
_PLAIN = {"value_on", "kind", "text", "reference", "reversed_on", "reversal"}
_STYLE = """
@page { size: A4; margin: 18mm 16mm; }
body { font: 10pt/1.45 "Liberation Sans", "Noto Sans", "Noto Sans CJK SC", Arial, sans-serif; color: #1b1b1b;
  max-width: 178mm; margin: 8mm auto; padding: 0 4mm; }
h1 { font-size: 17pt; margin: 0 0 1mm; } h2 { font-size: 12pt; margin: 8mm 0 2mm; break-after: avoid; }
p { margin: 0 0 2mm; } .of { color: #555; }
table { border-collapse: collapse; width: 100%; font-size: 9pt; }
th { text-align: left; font-weight: 600; border-bottom: 1.2pt solid #333; padding: 1mm 2mm 1mm 0;
vertical-align: bottom; } td { border-bottom: 0.4pt solid #bbb; padding: 1.2mm 2mm 1.2mm 0; vertical-align:
top; } tr { break-inside: avoid; } thead { display: table-header-group; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; padding-right: 0;
padding-left: 3mm; } .d { white-space: nowrap; } .gone td { color: #777; } .gone .amount, .gone .what {
text-decoration: line-through; } .small { font-size: 8pt; color: #555; } .why { border-left: 2pt solid #333;
padding: 1mm 0 1mm 3mm; margin-top: 4mm; }
p.small { margin-top: 6mm; } td.went, th.went { padding-left: 6mm; } .stood { width: auto; min-width: 110mm; }
@media print { body { margin: 0; padding: 0; max-width: none; } }
"""
STYLE_HASH = b64encode(sha256(_STYLE.encode()).digest()).decode()
CONTENT_POLICY = f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; frame-ancestors 'none'"
"""Lets a browser use the page's own style, and nothing else."""


def as_csv(statement: StatementShown) -> str:
    """One row per line, standing and unpaid instalment; the section says which (RFC 4180, with a head)."""
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    currency = statement.after.principal.currency
    for row in _rows(statement):
        writer.writerow({"currency": currency, **row})
    return out.getvalue()


def _rows(statement: StatementShown) -> Iterator[dict[str, object]]:
    yield from _csv_standing("before", str(statement.from_on), statement.before)
    for line in statement.lines:
        yield {
            "section": "line",
            **line.model_dump(include=_PLAIN),
            "amount": line.amount.amount if line.amount else "",
            **({part: getattr(line.went, part).amount for part in _PARTS} if line.went else {}),
            "instalment": " ".join(map(str, line.went.instalments)) if line.went else "",
            "counts": "yes" if line.counts else "no",
        }
    yield from _csv_standing("after", str(statement.as_of), statement.after)
    for one in statement.unpaid:
        yield {
            "section": "unpaid",
            "value_on": one.due_on,
            "instalment": one.number,
            "amount": one.unpaid.amount,
            **{part: getattr(one, part).amount for part in _PARTS[:4]},
        }
    lateness = {"kind": "days_past_due", "text": statement.reason, "amount": statement.days_past_due}
    yield {"section": "lateness", "value_on": statement.as_of, "currency": "", **lateness}


def _csv_standing(section: str, on: str, standing: StandingShown) -> Iterator[dict[str, object]]:
    for kind in ("principal", "past_due", "to_pay_off", "credit"):
        yield {"section": section, "value_on": on, "kind": kind, "amount": getattr(standing, kind).amount}


def as_page(statement: StatementShown) -> str:
    """A page that needs nothing but itself; every text in it is escaped."""
    title = f"Statement of loan {statement.loan_reference}"
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="of">{escape(statement.lender)}, {_since(statement)}. '
        f"From {statement.from_on} through {statement.as_of}.</p>",
        f"<h2>At the beginning of {statement.from_on}</h2>",
        _stood(statement.before),
        "<h2>What happened</h2>",
        _table(("Value date", "What", "Amount", "Where it went"), map(_happened, statement.lines)),
        f"<h2>At the end of {statement.as_of}</h2>",
        _stood(statement.after),
        f'<p class="why">{escape(statement.reason[:1].upper() + statement.reason[1:])}.</p>',
        "<h2>What is unpaid</h2>",
        _unpaid(statement.unpaid),
        '<p class="small">As it is known now: what is reported later may change it. What was taken back is '
        f"struck through and does not count. Loan {statement.loan_id}.</p>",
    ]
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head><body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def _since(statement: StatementShown) -> str:
    opened = f"loan opened on {statement.opened_on}" if statement.opened_on else "loan"
    taken_over = statement.taken_over_on
    return (
        opened
        if taken_over is None
        else f"{opened}{',' if statement.opened_on else ''} taken over on {taken_over}"
    )


def _stood(one: StandingShown) -> str:
    named = (
        ("Principal owed, due or not", one.principal),
        ("Past due", one.past_due),
        ("To pay the loan off", one.to_pay_off),
        ("Credit, the borrower's own", one.credit),
    )
    rows = "".join(f"<tr><td>{escape(name)}</td>{_amount(money)}</tr>" for name, money in named)
    return f'<table class="stood"><tbody>{rows}</tbody></table>'


def _happened(line: LineShown) -> str:
    what = f'<span class="what">{escape(line.text)}</span>'
    if line.reference:
        what += f'<br><span class="small">{escape(line.reference)}</span>'
    if not line.counts:
        why = f" ({escape(line.reversal.replace('_', ' '))})" if line.reversal else ""
        what += f"<br><strong>Taken back on {line.reversed_on}{why}</strong>"
    amount = f'<td class="n amount">{escape(str(line.amount))}</td>' if line.amount else "<td></td>"
    row = '<tr class="gone">' if not line.counts else "<tr>"
    where = f'<td class="small went">{_went(line)}</td>'
    return f'{row}<td class="d">{line.value_on}</td><td>{what}</td>{amount}{where}</tr>'


def _went(line: LineShown) -> str:
    if line.went is None:
        return ""
    parts = [(part, getattr(line.went, part)) for part in _PARTS]
    named = ", ".join(f"{money} {part}" for part, money in parts if money)
    numbers = ", ".join(map(str, line.went.instalments))
    word = "instalments" if len(line.went.instalments) > 1 else "instalment"
    return escape(named + (f" ({word} {numbers})" if numbers else ""))


def _unpaid(rows: list[UnpaidShown]) -> str:
    if not rows:
        return "<p>Nothing is unpaid.</p>"
    head = ("No.", "Due on", "Amount", "Paid", "Unpaid", "of it principal", "interest", "fees", "penalties")
    return _table(
        head,
        (
            f'<tr><td>{one.number}</td><td class="d">{one.due_on}</td>'
            + "".join(
                _amount(money)
                for money in (
                    one.amount,
                    one.paid,
                    one.unpaid,
                    one.principal,
                    one.interest,
                    one.fees,
                    one.penalty,
                )
            )
            + "</tr>"
            for one in rows
        ),
    )


def _amount(money: Money) -> str:
    return f'<td class="n">{escape(str(money))}</td>'


def _table(head: Iterable[str], rows: Iterable[str]) -> str:
    numbers = ("Amount", "Paid", "Unpaid", "of it principal", "interest", "fees", "penalties")
    kinds = {**dict.fromkeys(numbers, "n"), "Where it went": "went"}
    cells = "".join(f'<th class="{kinds.get(name, "")}">{name}</th>' for name in head)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
