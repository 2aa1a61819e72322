"""An agreement as PDF, by reportlab. Chinese is set in a font that PDF readers have by themselves."""

from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from services.hardship.domain.agreement import Document

CHINESE, LATIN, LATIN_BOLD = "STSong-Light", "Helvetica", "Helvetica-Bold"
_SIZES = {"title": 20, "heading": 13, "text": 10.5, "row": 10}
_GAPS = {"title": 6, "heading": 4, "text": 3}


def as_pdf(document: Document) -> bytes:
    """The document on paper. The same document gives the same bytes."""
    chinese = document.language.startswith("zh")
    if chinese:
        pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    styles = {kind: _style(kind, chinese) for kind in _SIZES}
    flow: list[Flowable] = []
    rows: list[list[Paragraph]] = []
    for block in document.blocks:
        cells = [Paragraph(escape(cell), styles[block.kind]) for cell in block.cells]
        if block.kind == "row":
            rows.append(cells)
            continue
        _close_table(flow, rows)
        flow += [*cells, Spacer(1, _GAPS[block.kind] * mm / 2)]
    _close_table(flow, rows)
    buffer = BytesIO()
    paper = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=22 * mm,
        rightMargin=22 * mm,
        title=document.blocks[0].cells[0],
        lang=document.language,
        invariant=True,
    )
    paper.build(flow)
    return buffer.getvalue()


def _style(kind: str, chinese: bool) -> ParagraphStyle:
    bold = kind in ("title", "heading")
    font = CHINESE if chinese else LATIN_BOLD if bold else LATIN
    size = _SIZES[kind]
    style = ParagraphStyle(kind, fontName=font, fontSize=size, leading=size * 1.5)
    if chinese:
        style.wordWrap = "CJK"  # Chinese has no spaces to break lines at
    return style


def _close_table(flow: list[Flowable], rows: list[list[Paragraph]]) -> None:
    if rows:
        lines = [("LINEBELOW", (0, 0), (-1, -1), 0.25, "#999999")]
        flow.append(Table(list(rows), hAlign="LEFT", colWidths=[60 * mm, 60 * mm], style=lines, repeatRows=1))
        flow.append(Spacer(1, 3 * mm))
        rows.clear()
