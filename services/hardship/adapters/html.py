"""An agreement as a page: no scripts, nothing loaded from elsewhere, readable in large print."""

from collections.abc import Iterator
from html import escape
from itertools import groupby

from services.hardship.domain.agreement import Block, Document

_STYLE = (
    "body{font:1.15rem/1.6 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#111}"
    "table{border-collapse:collapse}"
    "td,th{text-align:left;padding:.3rem 2rem .3rem 0;border-bottom:1px solid #999}"
)
_TAGS = {"title": "h1", "heading": "h2", "text": "p"}


def as_html(document: Document) -> str:
    """The whole page."""
    body = "".join(_parts(document.blocks))
    title = escape(document.blocks[0].cells[0])
    return (
        f'<!doctype html><html lang="{escape(document.language)}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>"
    )


def _parts(blocks: tuple[Block, ...]) -> Iterator[str]:
    for is_table, group in groupby(blocks, lambda one: one.kind == "row"):
        if not is_table:
            yield from (f"<{_TAGS[one.kind]}>{escape(one.cells[0])}</{_TAGS[one.kind]}>" for one in group)
            continue
        rows = list(group)
        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in rows[0].cells)
        lines = (
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row.cells) + "</tr>" for row in rows[1:]
        )
        yield f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
