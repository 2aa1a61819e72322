"""A certificate as a page to print."""

from datetime import datetime
from html import escape

from services.mediation.domain.certificate import Certificate

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Certificate of mediation</title>
<style>
body {{ font-family: serif; max-width: 40em; margin: 3em auto; line-height: 1.5; }}
table {{ border-collapse: collapse; width: 100%; }}
th {{ text-align: left; font-weight: normal; padding-right: 1em; vertical-align: top; }}
th, td {{ border-bottom: 1px solid #999; padding-top: .3em; padding-bottom: .3em; }}
@media print {{ body {{ margin: 0; }} }}
</style></head>
<body>
<h1>Certificate of mediation</h1>
<p>Mediation between the two sides was tried, as follows. What was said and offered is confidential and is
no part of this certificate.</p>
<table>
{rows}
</table>
</body>
</html>
"""
_ROW = '<tr><th scope="row">{name}</th><td>{value}</td></tr>'


def page(certificate: Certificate) -> str:
    """The certificate as HTML, for printing."""
    rows = [_ROW.format(name=name, value=escape(value)) for name, value in _lines(certificate)]
    return _PAGE.format(rows="\n".join(rows))


def _lines(one: Certificate) -> list[tuple[str, str]]:
    return [
        ("Certificate", str(one.certificate_id)),
        ("Case", str(one.case_id)),
        ("Lender", one.lender),
        ("Loans", ", ".join(map(str, one.loan_ids))),
        ("Asked for by", one.asked_by),
        ("Opened", _moment(one.opened_at)),
        ("Borrower took part from", _moment(one.borrower_consented_at)),
        ("Lender took part from", _moment(one.lender_consented_at)),
        ("Mediators", ", ".join(map(str, one.mediators)) or "none"),
        ("Borrower stated a view", _yes(one.borrower_stated)),
        ("Lender stated a view", _yes(one.lender_stated)),
        ("Offers before both sides", str(one.offers)),
        ("Outcome", one.outcome.replace("_", " ")),
        ("Closed", _moment(one.closed_at)),
    ]


def _moment(at: datetime | None) -> str:
    return "did not take part" if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


def _yes(true: bool) -> str:
    return "yes" if true else "no"
