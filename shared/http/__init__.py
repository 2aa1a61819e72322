"""HTTP conventions: what routes need to declare its routes, and a `main.py` to serve them."""

from shared.http.app import Served, Unguarded, create_app
from shared.http.bulk import Bulk, InBulk, Ndjson, takes_lines
from shared.http.commands import Run, Runner
from shared.http.guard import PUBLIC, Allow
from shared.http.once import Exactly, Once
from shared.http.paging import Page, Pages, Paging
from shared.http.problems import PreconditionFailed, Problem
from shared.http.reads import AuditedRead, Seen
from shared.http.signed import Signed
from shared.http.versions import Expected, IfMatch, Tag, Versioned

__all__ = [
    "PUBLIC",
    "Allow",
    "AuditedRead",
    "Bulk",
    "Exactly",
    "Expected",
    "IfMatch",
    "InBulk",
    "Ndjson",
    "Once",
    "Page",
    "Pages",
    "Paging",
    "PreconditionFailed",
    "Problem",
    "Run",
    "Runner",
    "Seen",
    "Served",
    "Signed",
    "Tag",
    "Unguarded",
    "Versioned",
    "create_app",
    "takes_lines",
]
